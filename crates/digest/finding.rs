//! A defect of a chain, or what keeps part of it from being proved.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A log file that a digest lists is not there.
    LogMissing,
    /// A log file holds something else than was delivered.
    LogModified,
    /// A log file cannot be inflated.
    LogCorrupt,
    /// Bytes follow a log file's gzip member: many readers take a second member for a part of it.
    LogTrailingData,
    /// A log file lacks the end of its gzip member, although its contents are whole.
    LogTruncatedTrailer,
    /// No digest of that hour lists a log file.
    LogUnreferenced,
    /// Log files of a kind that digests here do not list, or that only an unread trail's digest could list.
    LogUncovered,
    /// A digest is not there although others before or after it are.
    DigestMissing,
    /// A digest is not there, and none after it: the newest of a chain, or the last before a gap.
    DigestMissingAtEnd,
    /// The newest digest is not there, but may still be on its way.
    DigestPending,
    /// A digest's signature is not that of its contents.
    DigestSignatureInvalid,
    /// A digest's signature is gone from its metadata.
    DigestSignatureAbsent,
    /// A digest is signed with a key that AWS did not publish for its region, as far as the keys given go.
    DigestKeyUnknown,
    /// A digest cannot be read, or contradicts itself or its name.
    DigestFormatInvalid,
    /// A digest was written for another place.
    DigestMoved,
    /// Bytes follow a digest's gzip member.
    DigestTrailingData,
    /// The metadata was not kept with the mirror, and nothing that was proved holds the digest's signature.
    DigestUnverifiableNoMetadata,
    /// A digest, properly signed, is not the one that the next digest vouches for.
    ChainMismatch,
    /// The chain is not the one whose head was proved before.
    CheckpointMismatch,
    /// The chain begins anew: validation or logging was off.
    Gap,
    /// An object or a listing could not be read.
    ObjectUnverified,
}

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Something was deleted, changed or added.
    Error,
    /// Something cannot be proved.
    Warning,
}

impl Kind {
    /// How bad it is, unless the finding says otherwise.
    pub fn severity(self) -> Severity {
        match self {
            Self::Gap
            | Self::LogUncovered
            | Self::DigestPending
            | Self::DigestUnverifiableNoMetadata
            | Self::ObjectUnverified => Severity::Warning,
            _ => Severity::Error,
        }
    }
}

/// One defect, or one reason why something is not proved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Whose chain.
    pub account_id: String,
    /// Of which region.
    pub region: String,
    /// Of which trail.
    pub trail: String,
    /// The time concerned: a digest's hour, a gap, a log file's minute.
    pub from: Timestamp,
    /// Its end.
    pub to: Timestamp,
    /// What is wrong.
    pub kind: Kind,
    /// How bad it is.
    pub severity: Severity,
    /// The bucket of the object concerned.
    pub bucket: String,
    /// The object concerned; `None` for a gap.
    pub key: Option<String>,
    /// Whether the key is only what a missing digest would be called, if digests came each hour.
    pub predicted: bool,
    /// What should have been seen: a hash, a signature, a place.
    pub expected: Option<String>,
    /// What was seen.
    pub observed: Option<String>,
    /// Whether a digest's contents are proved all the same, and its log files were verified.
    pub body_ok: bool,
    /// How many log files of that time are there, but verified by nothing.
    pub unverified_logs: u64,
    /// What it means, in a sentence fragment.
    pub detail: String,
    /// The calls that account for it, where event history shows them: who stopped logging, who started it again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub calls: Vec<Call>,
}

/// A call on a trail, as event history tells of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    /// When.
    pub at: Timestamp,
    /// What: `StopLogging`, `StartLogging`, …
    pub name: String,
    /// The ARN of who called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<String>,
    /// From where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_ip: Option<String>,
    /// CloudTrail's id of the event.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub event_id: String,
    /// Whether it switched digests on or off, where it said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validation: Option<bool>,
}

impl Finding {
    /// The order in which findings are listed.
    pub fn order(&self, other: &Self) -> std::cmp::Ordering {
        let of = |finding: &'_ Self| (finding.from, finding.to, finding.kind);
        let chain = self.account_id.cmp(&other.account_id);
        let chain = chain.then_with(|| self.region.cmp(&other.region));
        let chain = chain.then_with(|| self.trail.cmp(&other.trail));
        let time = chain.then_with(|| of(self).cmp(&of(other)));
        time.then_with(|| self.key.cmp(&other.key)).then_with(|| self.bucket.cmp(&other.bucket))
    }
}
