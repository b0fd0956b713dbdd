//! What reports say in each language: every word and sentence is a field or an arm, so that none can be left out.

use jiff::Timestamp;
use jiff::tz::Offset;
use trailproof_core::assessment::{GateStatus, Grade};
use trailproof_core::check::{Group, Severity};
use trailproof_core::evidence::Cause;
use trailproof_core::finding::{Finding, Status};
use trailproof_core::language::Language;
use trailproof_core::period::{PeriodReport, Stretch};
use trailproof_core::reason::Reason;

mod changes;
mod logs;
mod markdown;
mod table;
mod terms;

pub(crate) use logs::STATES;
pub(crate) use markdown::MarkdownWords;
pub(crate) use table::TableWords;

/// The words of one language.
pub struct Words {
    /// Whose words they are.
    pub language: Language,
    /// Of the table.
    pub(crate) table: TableWords,
    /// Of the Markdown page.
    pub(crate) markdown: MarkdownWords,
}

impl Words {
    /// Of that language.
    #[must_use]
    pub const fn of(language: Language) -> &'static Self {
        match language {
            Language::English => &ENGLISH,
            Language::Japanese => &JAPANESE,
        }
    }

    /// The one of two texts that is in this language.
    #[must_use]
    pub fn say<T>(&self, english: T, japanese: T) -> T {
        match self.language {
            Language::English => english,
            Language::Japanese => japanese,
        }
    }

    /// So many of something: an English noun, of which the plural is made, and what Japanese counts it in.
    #[must_use]
    pub fn count(&self, number: usize, noun: &str, japanese: &str) -> String {
        match self.language {
            Language::English => crate::text::count(number, noun),
            Language::Japanese => format!("{number} {japanese}"),
        }
    }

    /// Whether they are Japanese.
    #[must_use]
    pub const fn is_japanese(&self) -> bool {
        matches!(self.language, Language::Japanese)
    }

    /// A severity.
    #[must_use]
    pub fn severity(&self, severity: Severity) -> &'static str {
        match self.language {
            Language::English => severity.code(),
            Language::Japanese => terms::severity(severity),
        }
    }

    /// A status.
    #[must_use]
    pub fn status(&self, status: Status) -> &'static str {
        match self.language {
            Language::English => status.code(),
            Language::Japanese => terms::status(status),
        }
    }

    /// A group.
    #[must_use]
    pub fn group(&self, group: Group) -> &'static str {
        match self.language {
            Language::English => group.code(),
            Language::Japanese => terms::group(group),
        }
    }

    /// A grade.
    #[must_use]
    pub fn grade(&self, grade: Grade) -> String {
        match (self.language, grade) {
            (Language::Japanese, Grade::Insufficient) => "監査証拠不足".to_owned(),
            (_, grade) => grade.to_string(),
        }
    }

    /// What became of a gate.
    #[must_use]
    pub const fn gate(&self, status: GateStatus) -> &'static str {
        match (self.language, status) {
            (Language::English, GateStatus::Passed) => "passed",
            (Language::English, GateStatus::Failed) => "failed",
            (Language::English, GateStatus::Incomplete) => "incomplete",
            (Language::Japanese, GateStatus::Passed) => "合格",
            (Language::Japanese, GateStatus::Failed) => "不合格",
            (Language::Japanese, GateStatus::Incomplete) => "判定不能",
        }
    }

    /// Why something was not read: the code, and in Japanese what it means before it.
    #[must_use]
    pub fn cause(&self, cause: Cause) -> String {
        match self.language {
            Language::English => cause.code().to_owned(),
            Language::Japanese => format!("{} ({cause})", terms::cause(cause)),
        }
    }

    /// The sentence that a finding's reason stands for; none where the status says it all, and in English, where each
    /// finding says it in its own words.
    #[must_use]
    pub fn reason(&self, finding: &Finding) -> Option<&'static str> {
        match self.language {
            Language::English => None,
            Language::Japanese => Reason::named(&finding.reason).map(Reason::japanese),
        }
    }

    /// What was seen: in Japanese the reason's sentence, and behind it what AWS said, which is data and stays.
    #[must_use]
    pub fn observed(&self, finding: &Finding) -> String {
        let seen = if finding.observed.is_empty() { &finding.message } else { &finding.observed };
        match self.reason(finding) {
            Some(reason) if seen.is_empty() => reason.to_owned(),
            Some(reason) => format!("{reason}: {seen}"),
            None => seen.clone(),
        }
    }

    /// A sentence that was made elsewhere, such as a gate's.
    #[must_use]
    pub fn sentence(&self, text: &str) -> String {
        match self.language {
            Language::English => text.to_owned(),
            Language::Japanese => {
                trailproof_core::sentence::japanese(text).unwrap_or_else(|| text.to_owned())
            }
        }
    }

    /// How much of the period that an audit is about is told, with the days that it has.
    #[must_use]
    pub fn period(&self, period: &PeriodReport) -> String {
        if self.language == Language::English {
            return period.told();
        }
        let asked = format!("{} ～ {}", period.first, period.last);
        match period.provable {
            None => format!("{asked} のいずれの時点も立証できない"),
            Some(_) if period.missing.is_empty() => format!("{asked} の全期間を立証できる"),
            Some(Stretch { from, to }) => {
                format!("{asked} のうち {} ～ {} のみ立証できる", self.time(from), self.time(to))
            }
        }
    }

    /// What kind of thing a resource is.
    #[must_use]
    pub fn kind(&self, kind: &'static str) -> &'static str {
        match (self.language, kind) {
            (Language::English, kind) => kind,
            (_, "account") => "アカウント",
            (_, "region") => "リージョン",
            (_, "organization") => "組織",
            (_, "trail") => "証跡",
            (_, "event data store") => "イベントデータストア",
            (_, "bucket") => "バケット",
            (_, "key") => "キー",
            (_, "log group") => "ロググループ",
            (_, "alarm") => "アラーム",
            (_, "rule") => "ルール",
            (_, "topic") => "トピック",
            (_, "user") => "ユーザー",
            (_, "role") => "ロール",
            (_, "group") => "グループ",
            (_, _) => "リソース",
        }
    }

    /// From one moment to another.
    #[must_use]
    pub fn span(&self, from: Timestamp, to: Timestamp) -> String {
        (self.table.span)(&self.time(from), &self.time(to))
    }

    /// A moment: in Japanese also as clocks in Japan show it.
    #[must_use]
    pub fn time(&self, time: Timestamp) -> String {
        let utc = time.strftime("%F %T UTC");
        match self.language {
            Language::English => utc.to_string(),
            Language::Japanese => {
                let there = Offset::constant(9).to_datetime(time);
                format!("{utc} ({} JST)", there.strftime("%F %T"))
            }
        }
    }
}

static ENGLISH: Words =
    Words { language: Language::English, table: table::ENGLISH, markdown: markdown::ENGLISH };

static JAPANESE: Words =
    Words { language: Language::Japanese, table: table::JAPANESE, markdown: markdown::JAPANESE };

#[cfg(test)]
mod tests;
