//! The words of a difference between two runs and of a history.

use trailproof_core::diff::{Change, Entry, Movement, Said, Side};
use trailproof_core::evidence::Cause;
use trailproof_core::finding::Status;
use trailproof_core::language::Language;
use trailproof_core::reason::Reason;

use super::Words;
use crate::text;

impl Words {
    /// A change as a heading, and what it means.
    pub(crate) const fn change(&self, change: Change) -> (&'static str, &'static str) {
        let (english, japanese) = match change {
            Change::New => (
                ("New", "Fails, and did not when the earlier run looked."),
                ("新規", "不適合であり、以前の実行では不適合でなかった。"),
            ),
            Change::Fixed => (
                ("Fixed", "Failed, and was read and passes."),
                ("是正済み", "不適合であったが、読み取りの結果、適合している。"),
            ),
            Change::Changed => (
                ("Changed", "Says something else than before, and is neither new nor fixed."),
                ("変化あり", "以前と内容が異なるが、新規でも是正済みでもない。"),
            ),
            Change::NoLongerAssessed => (
                (
                    "No longer assessed",
                    "Was decided before and is not now: not read, not asked for, or not there any more. Not mended.",
                ),
                (
                    "評価対象から消失",
                    "以前は判定されたが、今回は判定されていない (未読、対象外、または消失)。是正されたわけではない。",
                ),
            ),
            Change::NewlyAssessed => (
                (
                    "Newly assessed",
                    "Is decided now, and was not looked at or could not be told before.",
                ),
                ("新たに評価", "今回判定されたが、以前は対象でないか、判定不能であった。"),
            ),
            Change::Unchanged => (("Unchanged", "As before."), ("変化なし", "以前と同じ。")),
        };
        match self.language {
            Language::English => english,
            Language::Japanese => japanese,
        }
    }

    /// So many findings of a change.
    pub(crate) fn changes(&self, change: Change, number: usize) -> String {
        match self.language {
            Language::English => format!("{number} {change}"),
            Language::Japanese => format!("{} {number} 件", self.change(change).0),
        }
    }

    /// How the score moved, and by what.
    pub(crate) fn movement(&self, moved: &Movement) -> String {
        let Movement { proven, findings, other, .. } = moved;
        match self.language {
            Language::English => {
                format!("{proven} points: findings {findings}, caps and moved weight {other}")
            }
            Language::Japanese => {
                format!("{proven} ポイント (検出結果 {findings}、上限と重みの変化 {other})")
            }
        }
    }

    /// What a run came to.
    pub(crate) fn side(&self, side: &Side) -> String {
        let Side { proven, potential, coverage, accounts_assessed, accounts_listed, .. } = side;
        let grade = self.grade(side.grade);
        match self.language {
            Language::English => format!(
                "{proven} ({grade}), up to {potential}; {coverage} % of the evidence, {accounts_assessed} of \
                 {accounts_listed} accounts read"
            ),
            Language::Japanese => format!(
                "{proven} (評価 {grade})、最大 {potential}、監査証拠の網羅率 {coverage} %、{accounts_listed} アカウント中 \
                 {accounts_assessed} アカウントを評価"
            ),
        }
    }

    /// What a run said of a finding, after its status: in Japanese the reason's sentence, and behind it what AWS said,
    /// which is data and stays.
    pub(crate) fn said(&self, said: &Said) -> String {
        let seen = if said.observed.is_empty() { &said.message } else { &said.observed };
        match (self.language, said.status) {
            (Language::English, _) => text::line(&said.message),
            (Language::Japanese, Status::Unknown) => {
                match Cause::ALL.into_iter().find(|cause| cause.code() == said.reason) {
                    Some(cause) => self.cause(cause),
                    None => text::line(&said.message),
                }
            }
            (Language::Japanese, _) => match Reason::named(&said.reason) {
                Some(reason) if seen.is_empty() => reason.japanese().to_owned(),
                Some(reason) => format!("{}: {}", reason.japanese(), text::line(seen)),
                None => text::line(seen),
            },
        }
    }

    /// What both runs said, as `pass: … → fail: …`.
    pub(crate) fn both(&self, entry: &Entry) -> String {
        let said = |said: &Option<Said>| match said {
            Some(said) => format!("{}: {}", self.status(said.status), self.said(said)),
            None => self.say("not there", "なし").to_owned(),
        };
        format!("{} → {}", said(&entry.before), said(&entry.after))
    }

    /// The heads of a page's table of changes.
    pub(crate) const fn change_heads(&self) -> &'static str {
        match self.language {
            Language::English => {
                "Points | Severity | Check | Account | Region | Resource | Before → after"
            }
            Language::Japanese => {
                "ポイント | 重大度 | チェック | アカウント | リージョン | リソース | 以前 → 今回"
            }
        }
    }

    /// The heads of a page's table of runs.
    pub(crate) const fn run_heads(&self) -> &'static str {
        match self.language {
            Language::English => {
                "Ended | Proven | Potential | Grade | Evidence read | Since the run before | Report"
            }
            Language::Japanese => {
                "終了 | 立証済み | 最大 | 評価 | 網羅率 | 前回の実行から | レポート"
            }
        }
    }
}
