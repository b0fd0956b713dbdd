//! What `validate-logs` found, written in each format.

mod html;
mod junit;
mod table;

pub use table::name as kind_name;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::io::{self, Write};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use trailproof_digest::{ChainReport, Finding, Span, Verdict, report::Tally};

use crate::words::Words;
use crate::{Format, Options};

/// The name of the JSON form, with its version.
pub const SCHEMA: &str = "trailproof.logs/1";

/// The JSON Schema (2020-12) of that form.
pub const SCHEMA_DOCUMENT: &str = include_str!("schema/logs.schema.json");

/// What was found in one bucket, or in a copy of one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogsReport {
    /// [`SCHEMA`].
    pub schema: String,
    /// Which trailproof looked.
    pub tool_version: String,
    /// Where it looked.
    pub source: LogsSource,
    /// The time that was to be proved.
    pub period: Span,
    /// When the bucket was looked at, where objects could still be on their way.
    pub as_of: Option<Timestamp>,
    /// Where it started from, where an earlier run's checkpoint was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checkpoint: Option<UsedCheckpoint>,
    /// What it means together.
    pub verdict: Verdict,
    /// All chains together.
    pub totals: LogsTotals,
    /// By account, region, trail and place.
    pub chains: Vec<ChainReport>,
    /// By account, region, trail and time.
    pub findings: Vec<Finding>,
    /// Places that could not be looked into, so that nobody knows which chains they hold.
    pub unread: Vec<UnreadPlace>,
}

/// The checkpoint of an earlier run that a run started from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsedCheckpoint {
    /// The hash of its file.
    pub sha256: String,
    /// To when the earlier run had answered.
    pub proved_to: Timestamp,
    /// How many chains' heads it holds.
    pub heads: u64,
}

/// Where the objects came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogsSource {
    /// The bucket that they were written to.
    pub bucket: String,
    /// The folder that holds its copy; `None` where the bucket itself was read.
    pub mirror: Option<String>,
    /// Buckets whose objects were read from another one: what they were written to, and where they lie now.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub moved: BTreeMap<String, String>,
}

/// A place that could not be looked into.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct UnreadPlace {
    /// The start of its keys.
    pub prefix: String,
    /// Why not.
    pub reason: String,
}

/// The sums over all chains.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogsTotals {
    /// How many chains there are.
    pub chains: u64,
    /// The hours that were to be proved, of all chains.
    pub hours_total: u64,
    /// Those that are proved.
    pub hours_proved: u64,
    /// Those that no digest covers.
    pub hours_missing: u64,
    /// Those within interruptions of a chain.
    pub hours_gap: u64,
    /// Those of which something could not be read or lacks what would prove it.
    pub hours_unverified: u64,
    /// Those of which something is not as AWS wrote it.
    pub hours_broken: u64,
    /// Digests.
    pub digests: Tally,
    /// Backfill digests.
    pub backfill_digests: Tally,
    /// Log files.
    pub logs: Tally,
    /// Bytes read, as they are stored.
    pub bytes_stored: u64,
    /// Bytes of log files, inflated.
    pub bytes_inflated: u64,
}

impl LogsTotals {
    /// The sums over these chains.
    pub fn of(chains: &[ChainReport]) -> Self {
        let mut sums = Self::default();
        for chain in chains {
            sums.chains += 1;
            for (sum, more) in [
                (&mut sums.hours_total, chain.hours_total),
                (&mut sums.hours_proved, chain.hours_proved),
                (&mut sums.hours_missing, chain.hours_missing),
                (&mut sums.hours_gap, chain.hours_gap),
                (&mut sums.hours_unverified, chain.hours_unverified),
                (&mut sums.hours_broken, chain.hours_broken),
                (&mut sums.bytes_stored, chain.bytes_stored),
                (&mut sums.bytes_inflated, chain.bytes_inflated),
            ] {
                *sum = sum.saturating_add(more);
            }
            for (sum, more) in [
                (&mut sums.digests, chain.digests),
                (&mut sums.backfill_digests, chain.backfill_digests),
                (&mut sums.logs, chain.logs),
            ] {
                sum.valid = sum.valid.saturating_add(more.valid);
                sum.invalid = sum.invalid.saturating_add(more.invalid);
                sum.unverified = sum.unverified.saturating_add(more.unverified);
            }
        }
        sums
    }
}

/// The formats that it can be written in.
pub const LOGS_FORMATS: [Format; 4] = [Format::Table, Format::Json, Format::Junit, Format::Html];

/// Writes the report in one format.
///
/// # Errors
/// When the output cannot be written, or not in that format.
pub fn write_logs(
    format: Format,
    report: &LogsReport,
    options: &Options,
    out: &mut dyn Write,
) -> io::Result<()> {
    match format {
        Format::Table => table::write(report, options, out),
        Format::Json => {
            serde_json::to_writer_pretty(&mut *out, report)?;
            out.write_all(b"\n")?;
            out.flush()
        }
        Format::Junit => junit::write(report, out),
        Format::Html => html::write(report, Words::of(options.language), out),
        _ => Err(io::Error::new(io::ErrorKind::Unsupported, "no format for log files")),
    }
}
