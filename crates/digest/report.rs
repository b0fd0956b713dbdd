//! What came out: each chain's hours, what was counted, what was found, and what that means together.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::checkpoint::Checkpoint;
use crate::finding::{Finding, Severity};
use crate::key::Folder;
use crate::time::Span;

/// What is known of an hour; a later one outweighs an earlier one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HourState {
    /// Every log file that was delivered is there as it was delivered, and no other.
    Proved,
    /// Something could not be read, or lacks what would prove it.
    Unverified,
    /// The chain was interrupted: AWS says nothing of this time.
    Gap,
    /// No digest covers it.
    Missing,
    /// A digest or a log file is not what was delivered.
    Broken,
}

/// Time with one state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stretch {
    /// The time.
    #[serde(flatten)]
    pub span: Span,
    /// What is known of all its hours.
    pub state: HourState,
}

/// How many objects there were.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Proved to be as AWS wrote them.
    pub valid: u64,
    /// Missing, or not as AWS wrote them.
    pub invalid: u64,
    /// Not readable, or without what would prove them.
    pub unverified: u64,
}

/// What is known of one chain: one trail's digests of one account and region.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChainReport {
    /// Whose events.
    pub account_id: String,
    /// Where they come from.
    pub region: String,
    /// The trail's name.
    pub trail: String,
    /// The region that the trail was made in.
    pub home_region: String,
    /// The bucket.
    pub bucket: String,
    /// Where in the bucket.
    pub folder: Folder,
    /// What was asked for.
    pub span: Span,
    /// The hours of the span; a part of an hour at its end counts as one.
    pub hours_total: u64,
    /// Those that are proved.
    pub hours_proved: u64,
    /// Those that no digest covers.
    pub hours_missing: u64,
    /// Those within interruptions of the chain.
    pub hours_gap: u64,
    /// Those of which something could not be read or lacks what would prove it.
    pub hours_unverified: u64,
    /// Those of which something is not as AWS wrote it.
    pub hours_broken: u64,
    /// The hours in their order, like states together.
    pub stretches: Vec<Stretch>,
    /// The start of the first proved hour.
    pub first_proved: Option<Timestamp>,
    /// The end of the last proved hour.
    pub last_proved: Option<Timestamp>,
    /// Digests.
    pub digests: Tally,
    /// Backfill digests.
    pub backfill_digests: Tally,
    /// Log files that proved digests list; as unverified, also those that lie there in hours without a proved digest.
    pub logs: Tally,
    /// Bytes read, as they are stored.
    pub bytes_stored: u64,
    /// Bytes of log files, inflated.
    pub bytes_inflated: u64,
    /// The newest digest that is proved: where a later run can start.
    pub head: Option<Checkpoint>,
}

/// What is known of one folder.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlaceReport {
    /// By trail.
    pub chains: Vec<ChainReport>,
    /// By trail and time.
    pub findings: Vec<Finding>,
}

/// What it means, over any number of folders.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Every hour of every chain is proved.
    Intact,
    /// Nothing is wrong as far as can be seen, but some hour is not proved.
    NotProved,
    /// Something was deleted, changed or added.
    Broken,
    /// There is no chain at all.
    NothingFound,
}

impl Verdict {
    /// Over the reports of all folders.
    pub fn of<'a>(reports: impl IntoIterator<Item = &'a PlaceReport>) -> Self {
        reports.into_iter().fold(Self::NothingFound, |verdict, report| verdict.and(report))
    }

    /// With one more folder's report.
    pub fn and(self, report: &PlaceReport) -> Self {
        let error = |finding: &Finding| finding.severity == Severity::Error;
        let proved = |chain: &ChainReport| chain.hours_proved == chain.hours_total;
        let this = if report.findings.iter().any(error) {
            Self::Broken
        } else if report.chains.is_empty() {
            Self::NothingFound
        } else if report.chains.iter().all(proved) {
            Self::Intact
        } else {
            Self::NotProved
        };
        match (self, this) {
            (Self::NothingFound, other) | (other, Self::NothingFound) => other,
            (one, other) => one.max(other),
        }
    }
}
