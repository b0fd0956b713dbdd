//! The words of the Markdown page.

use jiff::Timestamp;
use trailproof_core::assessment::{AccountCounts, Milli, ScoreRow};

/// What the page says. What is told is markup already.
pub(crate) struct MarkdownWords {
    pub organization: fn(&str) -> String,
    pub one_account: &'static str,
    /// Of what, when (as UTC and as the language tells it), the run, the version.
    pub state: fn(&str, Timestamp, &str, [&str; 2]) -> String,
    pub coverage_title: &'static str,
    pub coverage: fn(AccountCounts, Milli) -> String,
    pub unread_heads: &'static str,
    pub score_title: &'static str,
    /// A score, and its grade as it is said.
    pub score: fn(&ScoreRow, &str) -> String,
    pub cap: fn(Milli, &str) -> String,
    pub group_heads: &'static str,
    pub gates_title: &'static str,
    pub gate_heads: &'static str,
    pub findings_title: &'static str,
    pub none: &'static str,
    /// A severity, and how many.
    pub of_severity: fn(usize, &str) -> String,
    /// What failed, and how much is not decided.
    pub counts: fn(&str, usize) -> String,
    pub between: &'static str,
    pub finding_heads: &'static str,
    pub waived_title: &'static str,
    pub waived_heads: &'static str,
    /// So many of so many rows.
    pub left_out: fn(usize, usize) -> String,
}

pub(super) const ENGLISH: MarkdownWords = MarkdownWords {
    organization: |id| format!("organization {id}"),
    one_account: "one account",
    state: |of, time, _, [run, version]| {
        format!("State of {of} at {time}, run {run}, trailproof {version}.")
    },
    coverage_title: "Coverage",
    coverage: |counts, percent| {
        let AccountCounts { listed, assessed, unread, excluded, not_active } = counts;
        format!(
            "**{assessed} of {listed} accounts read, {percent} % of the evidence.** Not read: {unread}. Excluded: \
             {excluded}. Not active: {not_active}."
        )
    },
    unread_heads: "Account | Region | Reason | What came back",
    score_title: "Score",
    score: |row, grade| {
        let ScoreRow { proven, potential, coverage, .. } = row;
        format!(
            "{proven} proven ({grade}), up to {potential}; {coverage} % of the evidence was read"
        )
    },
    cap: |limit, reason| format!("at most {limit}: {reason}"),
    group_heads: "Group | Proven | Potential | Evidence read | Grade",
    gates_title: "Gates",
    gate_heads: "Gate | Outcome | Why",
    findings_title: "Findings",
    none: "none",
    of_severity: |number, severity| format!("{number} {severity}"),
    counts: |failed, unknown| format!("Failed: {failed}. Not decided: {unknown}."),
    between: ", ",
    finding_heads: "Severity | Check | Account | Region | Resource | Observed → expected",
    waived_title: "Waived",
    waived_heads: "Severity | Account | Resource | Waiver",
    left_out: |hidden, all| {
        format!(
            "{hidden} of {all} rows are not shown here, to keep this page small; the JSON report has them all."
        )
    },
};

pub(super) const JAPANESE: MarkdownWords = MarkdownWords {
    organization: |id| format!("組織 {id}"),
    one_account: "単一のアカウント",
    state: |of, _, time, [run, version]| {
        format!("{of} の {time} 時点の状態。実行 {run}、trailproof {version}。")
    },
    coverage_title: "網羅性",
    coverage: |counts, percent| {
        let AccountCounts { listed, assessed, unread, excluded, not_active } = counts;
        format!(
            "**{listed} アカウント中 {assessed} アカウントを評価、監査証拠の網羅率 {percent} %。** 未読: {unread}。除外: \
             {excluded}。非アクティブ: {not_active}。"
        )
    },
    unread_heads: "アカウント | リージョン | 理由 | 応答",
    score_title: "スコア",
    score: |row, grade| {
        let ScoreRow { proven, potential, coverage, .. } = row;
        format!("立証済み {proven} (評価 {grade})、最大 {potential}、監査証拠の網羅率 {coverage} %")
    },
    cap: |limit, reason| format!("上限 {limit}: {reason}"),
    group_heads: "分類 | 立証済み | 最大 | 網羅率 | 評価",
    gates_title: "ゲート",
    gate_heads: "ゲート | 結果 | 理由",
    findings_title: "検出結果",
    none: "なし",
    of_severity: |number, severity| format!("{severity} {number} 件"),
    counts: |failed, unknown| format!("不適合: {failed}。判定不能: {unknown} 件。"),
    between: "、",
    finding_heads: "重大度 | チェック | アカウント | リージョン | リソース | 観測 → 期待",
    waived_title: "例外承認済み",
    waived_heads: "重大度 | アカウント | リソース | 例外",
    left_out: |hidden, all| {
        format!(
            "全 {all} 行のうち {hidden} 行は、ページの大きさを抑えるため省略。JSON レポートにはすべて含まれる。"
        )
    },
};
