//! What an assessment says of a framework: a score, and a verdict for each requirement that checks surely speak for.

use serde::{Deserialize, Serialize};

use super::ScoreRow;
use crate::finding::Status;

/// A framework's profile: the judged checks that surely speak for it, and nothing that is only related.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrameworkScore {
    /// The framework's name in full.
    pub name: String,
    /// The score by the same formula over the profile's checks, without caps; absent where nothing of it counts.
    #[serde(flatten)]
    pub row: Option<ScoreRow>,
    /// The requirements, by id.
    pub controls: Vec<ControlScore>,
}

/// A requirement, and what the checks that speak for it found in the whole run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ControlScore {
    /// Its id in the framework.
    pub id: String,
    /// One fail fails it, one unknown leaves it unknown, and only then one pass lets it pass.
    pub status: Status,
    /// The findings of its checks by status.
    pub counts: StatusCounts,
    /// The checks that speak for it, by id.
    pub checks: Vec<String>,
}

/// How many findings of each status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct StatusCounts {
    /// Passed.
    pub pass: usize,
    /// Failed.
    pub fail: usize,
    /// Not decided.
    pub unknown: usize,
    /// Without an object.
    pub not_applicable: usize,
    /// Waived by the user.
    pub waived: usize,
}

impl StatusCounts {
    /// Counts one more.
    pub(crate) fn add(&mut self, status: Status) {
        *match status {
            Status::Pass => &mut self.pass,
            Status::Fail => &mut self.fail,
            Status::Unknown => &mut self.unknown,
            Status::NotApplicable => &mut self.not_applicable,
            Status::Waived => &mut self.waived,
        } += 1;
    }

    pub(crate) fn and(self, other: Self) -> Self {
        Self {
            pass: self.pass + other.pass,
            fail: self.fail + other.fail,
            unknown: self.unknown + other.unknown,
            not_applicable: self.not_applicable + other.not_applicable,
            waived: self.waived + other.waived,
        }
    }

    /// What they come to together. A waived failure is no pass: where nothing else was found it stays waived.
    #[must_use]
    pub fn status(self) -> Status {
        match self {
            Self { fail: 1.., .. } => Status::Fail,
            Self { unknown: 1.., .. } => Status::Unknown,
            Self { pass: 1.., .. } => Status::Pass,
            Self { waived: 1.., .. } => Status::Waived,
            _ => Status::NotApplicable,
        }
    }
}
