//! The languages that people read: English, in which everything is identified, and Japanese beside it.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A language of reports. Ids, keys, values, file names and whatever programs read are English in each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// Japanese.
    Japanese,
}

impl Language {
    /// Both, the default first.
    pub const ALL: [Self; 2] = [Self::English, Self::Japanese];

    /// Its code (ISO 639-1), as on the command line, in file names and in `<html lang>`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Japanese => "ja",
        }
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

/// What a check says to Japanese readers: its English texts' counterparts, none of which may be left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Japanese {
    /// The statement that the check proves, without a full stop.
    pub title: &'static str,
    /// What an attacker or an outage gains when the statement is false.
    pub rationale: &'static str,
    /// How to mend it.
    pub remediation: &'static str,
}

/// The same as an assessment carries it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JapaneseInfo {
    /// The statement that the check proves.
    pub title: String,
    /// What it is good for.
    pub rationale: String,
    /// How to mend what it finds.
    pub remediation: String,
}

impl From<Japanese> for JapaneseInfo {
    fn from(japanese: Japanese) -> Self {
        Self {
            title: japanese.title.to_owned(),
            rationale: japanese.rationale.to_owned(),
            remediation: japanese.remediation.to_owned(),
        }
    }
}

/// Whether a text holds a letter of Japanese script: kana or a Han character.
#[must_use]
pub fn is_japanese(text: &str) -> bool {
    text.chars().any(|letter| matches!(letter, 'ぁ'..='ヿ' | '一'..='鿿'))
}
