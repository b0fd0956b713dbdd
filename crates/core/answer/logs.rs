//! What a run of `validate-logs` found, as far as a check reads it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// `LogValidation`: what a report of `validate-logs` says of the log files in one bucket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct LogValidation {
    /// The hash of the report, in lowercase hex.
    pub sha256: String,
    /// Which trailproof proved.
    pub tool_version: String,
    /// The bucket.
    pub bucket: String,
    /// The beginning of the time that was to be proved.
    pub from: Timestamp,
    /// Its end.
    pub to: Timestamp,
    /// How many places could not be looked into, so that nobody knows which chains they hold.
    #[serde(default)]
    pub unread_places: u64,
    /// The chains, by account, region and trail.
    #[serde(default)]
    pub chains: Vec<ValidatedChain>,
}

/// What was found of one account's and region's digest chain of a trail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ValidatedChain {
    /// Whose events.
    pub account_id: String,
    /// Where they come from.
    pub region: String,
    /// The trail's name.
    pub trail: String,
    /// The region that the trail was made in.
    pub home_region: String,
    /// The organization whose folder it lies in; none for an account's own trail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organization: Option<String>,
    /// The hours of the time.
    pub hours_total: u64,
    /// Those that are proved.
    pub hours_proved: u64,
    /// Those that no digest covers.
    pub hours_missing: u64,
    /// Those in which the chain was interrupted, beside those before it began.
    pub hours_gap: u64,
    /// Those before its first digest, which says that there is none before.
    #[serde(default)]
    pub hours_before: u64,
    /// Those of which something could not be read, or lacks what would prove it.
    pub hours_unverified: u64,
    /// Those of which something is not as AWS wrote it.
    pub hours_broken: u64,
    /// The log files that are proved.
    pub logs_proved: u64,
    /// The kinds of what was deleted, changed or added, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<String>,
}
