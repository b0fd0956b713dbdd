//! What a package says of itself: the manifest, the completeness statement, and the pages for people.

use std::fmt::Display;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use trailproof_core::assessment::{AccountCounts, Assessment, ScopeAccount, ScopeReport};
use trailproof_core::aws::{AccountId, Partition};
use trailproof_core::language::Language;
use trailproof_core::sentence::Sentence;
use trailproof_reports::Words;

use super::raw::ClockCheck;
use super::staging::FileEntry;
use crate::collect::{Exclusion, Filter};

/// The schema.
pub const SCHEMA: &str = "trailproof.package/1";

/// All that a package is, with every file but itself and the list of hashes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackageManifest {
    /// [`SCHEMA`].
    pub schema: String,
    /// What wrote it.
    pub tool: Tool,
    /// The run.
    pub run_id: String,
    /// The period that it is meant for, where the user named one; what it proves is the state at its own time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub period: Option<String>,
    /// The organization's id, where there is one.
    pub organization_id: Option<String>,
    /// The partition.
    pub partition: Partition,
    /// Who collected.
    pub caller_arn: String,
    /// What the package was made with; what the run was asked for stands in run.json.
    #[serde(default)]
    pub command: String,
    /// When collecting began.
    pub started: Timestamp,
    /// When it ended.
    pub ended: Timestamp,
    /// The rules that were judged.
    pub ruleset: String,
    /// The hash of the policy, its overrides and the waivers.
    pub terms_sha256: String,
    /// What was left out of the answers, a sentence for each rule.
    pub redaction: Vec<String>,
    /// How far the clocks were apart.
    pub clock: ClockCheck,
    /// What became of the accounts.
    pub completeness: Completeness,
    /// Why accounts, units or regions were left out, and who approved it, where the run says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exclusion: Option<Exclusion>,
    /// The package that it is compared with, where one was named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<Previous>,
    /// Every other file, by name.
    pub files: Vec<FileEntry>,
}

/// What wrote a package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tool {
    /// `trailproof`.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The commit that it was built from, where the build named it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// The version that collected.
    pub collected_with: String,
    /// The hash of the program's file, where it could be read.
    pub binary_sha256: Option<String>,
}

/// An earlier package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Previous {
    /// Its run.
    pub run_id: String,
    /// The hash of its manifest.
    pub manifest_sha256: String,
}

/// What became of the accounts: the four are the whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Completeness {
    /// The numbers.
    #[serde(flatten)]
    pub counts: AccountCounts,
    /// The same in words.
    pub statement: String,
}

impl Completeness {
    /// Of these numbers.
    pub fn of(counts: AccountCounts) -> Self {
        let AccountCounts { listed, assessed, unread, excluded, not_active } = counts;
        let values: [&dyn Display; 5] = [&listed, &assessed, &unread, &excluded, &not_active];
        let statement = Sentence::PACKAGE_COMPLETENESS.with(&values).into();
        Self { counts, statement }
    }

    /// Whether the numbers add up, and are those of the accounts that are listed.
    pub fn holds(&self, listed: &[Listed]) -> bool {
        let AccountCounts { listed: all, assessed, unread, excluded, not_active } = self.counts;
        let of = |standing: &str| listed.iter().filter(|one| one.standing == standing).count();
        all == assessed + unread + excluded + not_active
            && all == listed.len()
            && assessed == of(ASSESSED)
            && unread == of(UNREAD)
            && excluded == of(EXCLUDED)
            && not_active == of(NOT_ACTIVE)
            && *self == Self::of(self.counts)
    }
}

const ASSESSED: &str = "assessed";
const UNREAD: &str = "unread";
const EXCLUDED: &str = "excluded";
const NOT_ACTIVE: &str = "not_active";

/// The scope as a package keeps it.
#[derive(Debug, Serialize, Deserialize)]
pub struct ScopePaper {
    /// What became of each account, and why.
    pub standings: Vec<Listed>,
    /// What the run was asked to look at and to leave out, where that is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<Filter>,
    /// The scope as the report tells it.
    #[serde(flatten)]
    pub scope: ScopeReport,
}

/// What became of an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    /// The account.
    pub account_id: AccountId,
    /// `assessed`, `unread`, `excluded` or `not_active`.
    pub standing: String,
    /// Why, where it was not assessed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Who left it out, where it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// Who approved that, where the run says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approved_by: Option<String>,
}

/// The scope of an assessment, of a run that was asked to look at this.
pub fn scope<R>(assessment: &Assessment<R>, asked: Option<Filter>) -> ScopePaper {
    let exclusion = asked.as_ref().and_then(|asked| asked.exclusion.as_ref());
    let why =
        exclusion.map_or("left out by the run's own options; see run.json", |one| &one.reason);
    let reason = |account: &ScopeAccount| {
        let row = assessment.coverage.unread.iter().find(|row| row.account_id == account.id);
        row.map(|row| format!("{}: {}", row.reason.code(), row.message))
    };
    let listed = |account: &ScopeAccount| {
        let (standing, reason) =
            match (account.in_scope, account.state.is_active(), account.assessed) {
                (false, ..) => (EXCLUDED, Some(why.to_owned())),
                (_, false, _) => {
                    (NOT_ACTIVE, Some("the organization lists it as not active".to_owned()))
                }
                (.., true) => (ASSESSED, None),
                (.., false) => (UNREAD, reason(account)),
            };
        let by = (standing == EXCLUDED).then(|| assessment.run.caller_arn.clone());
        let approved_by =
            exclusion.filter(|_| standing == EXCLUDED).map(|one| one.approved_by.clone());
        Listed { account_id: account.id, standing: standing.to_owned(), reason, by, approved_by }
    };
    ScopePaper {
        standings: assessment.scope.accounts.iter().map(listed).collect(),
        scope: assessment.scope.clone(),
        asked,
    }
}

/// Why something was left out and who approved it, in a line; nothing where nothing is said and no account was.
fn left_out(manifest: &PackageManifest, words: &Words) -> String {
    match &manifest.exclusion {
        Some(Exclusion { reason, approved_by }) => {
            let (reason, who) =
                (trailproof_reports::one_line(reason), trailproof_reports::one_line(approved_by));
            words.say(
                format!("- Left out: {reason} (approved by {who})\n"),
                format!("- 除外の理由: {reason} (承認者: {who})\n"),
            )
        }
        None if manifest.completeness.counts.excluded > 0 => words
            .say(
                "- Left out: the run names no reason and nobody who approved it\n",
                "- 除外の理由と承認者: 記録なし\n",
            )
            .to_owned(),
        None => String::new(),
    }
}

/// How to read and verify the package, in English.
pub fn readme_en(manifest: &PackageManifest) -> String {
    let PackageManifest { run_id, ended, completeness, redaction, .. } = manifest;
    let organization = manifest.organization_id.as_deref().unwrap_or("(a single account)");
    let period = manifest.period.as_deref().unwrap_or("(none named)");
    let previous = manifest.previous.as_ref().map_or_else(
        || "(none named)".to_owned(),
        |one| {
            format!("run {}, its manifest.json has the sha256 {}", one.run_id, one.manifest_sha256)
        },
    );
    let redaction = if redaction.is_empty() {
        "Nothing was left out of the answers.".to_owned()
    } else {
        redaction.join(" ")
    };
    format!(
        "# Audit evidence: {organization}\n\n\
         - State at: {} (run {run_id})\n- Reporting period: {period}\n- Package before: {previous}\n- Collected by: {}\n- {}\n{}- {redaction}\n\n\
         What is read of a configuration proves its state at the time of reading. That a trail was on all through the\n\
         reporting period is shown by its digests, or by packages over time, and not by this one alone.\n\n\
         ## Verify\n\n\
         `trailproof verify PATH` recomputes every hash, adds up the accounts, and judges all answers in `raw/` again\n\
         without AWS; it names whatever differs. `sha256sum -c SHA256SUMS` checks the hashes alone.\n\n\
         ## Contents\n\n\
         | File | What it holds |\n| --- | --- |\n{}\n\n\
         ## Words\n\n\
         *pass*: read, and satisfied. *fail*: read, and violated. *unknown*: evidence could not be read or does not\n\
         suffice; never counted as a pass. *waived*: would fail, and somebody answers for the exception until a day.\n\
         *not applicable*: the check has no object there. *coverage*: the weighed share of the evidence that was read.\n",
        ended.strftime("%F %T UTC"),
        trailproof_reports::one_line(&manifest.caller_arn),
        completeness.statement,
        left_out(manifest, Words::of(Language::English)),
        contents(&CONTENTS_EN),
    )
}

/// The same in Japanese.
pub fn readme_ja(manifest: &PackageManifest) -> String {
    let PackageManifest { run_id, ended, completeness, redaction, .. } = manifest;
    let organization = manifest.organization_id.as_deref().unwrap_or("(単一アカウント)");
    let period = manifest.period.as_deref().unwrap_or("(指定なし)");
    let previous = manifest.previous.as_ref().map_or_else(
        || "(指定なし)".to_owned(),
        |one| format!("実行 {} (manifest.json の SHA-256: {})", one.run_id, one.manifest_sha256),
    );
    let AccountCounts { listed, assessed, unread, excluded, not_active } = completeness.counts;
    let redaction = if redaction.is_empty() {
        "応答から除いた情報なし。".to_owned()
    } else {
        format!("応答の一部を伏せている: {}", redaction.join(" "))
    };
    format!(
        "# 監査証拠一式: {organization}\n\n\
         - 時点: {} (実行 {run_id})\n- 対象期間: {period}\n- 前回の監査証拠一式: {previous}\n- 取得者: {}\n\
         - 網羅性: アカウント一覧 {listed} = 評価済み {assessed} + 未読 {unread} + 除外 {excluded} + 非アクティブ {not_active}\n\
         {}- {redaction}\n\n\
         設定の読み取りが証明するのは、読み取った時点の状態である。対象期間を通じて CloudTrail の証跡が有効であったことは、\n\
         ダイジェストファイル、または継続して取得した監査証拠一式により示される。\n\n\
         ## 検証\n\n\
         `trailproof verify PATH` は、すべてのハッシュ値を再計算し、アカウント数の合計を確認し、`raw/` の応答を AWS に\n\
         接続せずに再評価して、相違点を示す。ハッシュ値のみの確認は `sha256sum -c SHA256SUMS` による。\n\n\
         ## 内容\n\n| ファイル | 内容 |\n| --- | --- |\n{}\n\n\
         ## 用語\n\n\
         適合 (pass)、不適合 (fail)、判定不能 (unknown: 適合に数えない)、例外承認済み (waived)、対象外 (not applicable)、\n\
         網羅率 (coverage: 読み取った監査証拠の割合)。証跡 (trail) は CloudTrail の記録の設定を、監査証拠 (evidence) は\n\
         検出結果の裏付けを指す。\n",
        Words::of(Language::Japanese).time(*ended),
        trailproof_reports::one_line(&manifest.caller_arn),
        left_out(manifest, Words::of(Language::Japanese)),
        contents(&CONTENTS_JA),
    )
}

fn contents(rows: &[(&str, &str)]) -> String {
    rows.iter().map(|(file, what)| format!("| `{file}` | {what} |")).collect::<Vec<_>>().join("\n")
}

const CONTENTS_EN: [(&str, &str); 11] = [
    ("manifest.json", "the run, the completeness statement, every file with its size and hash"),
    (
        "scope.json",
        "every account and region, what became of it, why, and who approved what was left out",
    ),
    ("coverage.csv", "every call: account, region, result, error code, request id"),
    ("raw/", "each question with its parameters and what came back"),
    ("findings.jsonl", "every result, and its evidence as file, JSON pointer and hash"),
    (
        "terms.json, waivers.csv",
        "what was judged by: policy, overrides, exceptions with owner and expiry",
    ),
    (
        "report.en.html, report.ja.html, report.json, report.junit.xml",
        "the report for people in either language, for programs, for CI servers",
    ),
    (
        "diff.json, diff.md, diff.ja.md",
        "what changed since the package before, where one was named",
    ),
    ("signoff.md", "empty fields for those who answer for it"),
    ("run.json, journal.jsonl", "what the run was asked for, and what happened in it, where kept"),
    ("SHA256SUMS", "the hash of every other file"),
];

const CONTENTS_JA: [(&str, &str); 11] = [
    ("manifest.json", "実行の情報、網羅性の記述、全ファイルのサイズとハッシュ値"),
    ("scope.json", "すべてのアカウントとリージョン、その扱いと理由、除外の承認者"),
    (
        "coverage.csv",
        "すべての API 呼び出し: アカウント、リージョン、結果、エラーコード、リクエスト ID",
    ),
    ("raw/", "呼び出しごとのパラメータと応答"),
    ("findings.jsonl", "すべての検出結果と、その監査証拠 (ファイル、JSON ポインタ、ハッシュ値)"),
    ("terms.json, waivers.csv", "評価の基準: 評価方針、上書き、例外 (責任者、有効期限)"),
    (
        "report.en.html, report.ja.html, report.json, report.junit.xml",
        "人 (英語、日本語)、プログラム、CI サーバー向けの報告書",
    ),
    ("diff.json, diff.md, diff.ja.md", "前回の監査証拠一式からの変更点 (前回が指定された場合)"),
    ("signoff.md", "承認欄 (空欄)"),
    ("run.json, journal.jsonl", "実行の指定内容と経過 (保存されている場合)"),
    ("SHA256SUMS", "他の全ファイルのハッシュ値"),
];

/// The page to be signed.
pub fn signoff(manifest: &PackageManifest) -> String {
    let organization = manifest.organization_id.as_deref().unwrap_or("a single account");
    let japanese = Words::of(Language::Japanese);
    format!(
        "# Sign-off / 承認\n\n\
         Package / 監査証拠一式: run {} of {organization}, state at {}\n\n\
         {}\n\n\
         {}\n\n\
         {}{}\n\
         | | Name / 氏名 | Date / 日付 | Signature / 署名 |\n| --- | --- | --- | --- |\n\
         | Prepared by / 作成者 | | | |\n| Reviewed by / 確認者 | | | |\n| Approved by / 承認者 | | | |\n\n\
         Scope and limits / 対象範囲と限界:\n\n\n",
        manifest.run_id,
        japanese.time(manifest.ended),
        manifest.completeness.statement,
        japanese.sentence(&manifest.completeness.statement),
        left_out(manifest, Words::of(Language::English)),
        left_out(manifest, japanese),
    )
}
