//! Reports of `validate-logs` that are handed to a scan, an assessment or a package as evidence.

use std::path::Path;

use trailproof_core::answer::{LogValidation, ValidatedChain};
use trailproof_core::fact::Fact;
use trailproof_core::log_validation::observed;
use trailproof_core::snapshot::{Observation, Probe};
use trailproof_digest::{ChainReport, Finding, HourState, Severity};
use trailproof_reports::{LogsReport, logs};

use crate::cli::HandedArgs;
use crate::exit::Stop;
use crate::package::sha256;
use crate::store::Reader;

/// The check that rests on them.
const CHECK: &str = "trail-digest-chain-valid";

/// A report, and its bytes.
pub struct Handed {
    /// As it was written.
    pub bytes: Vec<u8>,
    /// What it says.
    pub report: LogsReport,
}

impl Handed {
    /// Reads a report.
    ///
    /// # Errors
    /// A file that cannot be read, or is none (2).
    pub fn read(path: &Path) -> Result<Self, Stop> {
        let wrong = |why: String| Stop::usage(format!("--logs: {}: {why}", path.display()));
        let bytes = std::fs::read(path).map_err(|error| wrong(error.to_string()))?;
        let report: LogsReport = serde_json::from_slice(&bytes).map_err(|error| {
            wrong(format!(
                "no JSON report of validate-logs: {error}; it writes one with --format json=PATH"
            ))
        })?;
        match report.schema == logs::SCHEMA {
            true => Ok(Self { bytes, report }),
            false => Err(wrong(format!("{:?} is expected, not {:?}", logs::SCHEMA, report.schema))),
        }
    }

    /// As a snapshot keeps it.
    fn observed(&self) -> (Probe, Observation) {
        let report = &self.report;
        observed(LogValidation {
            sha256: sha256(&self.bytes),
            tool_version: report.tool_version.clone(),
            bucket: report.source.bucket.clone(),
            from: report.period.from,
            to: report.period.to,
            unread_places: u64::try_from(report.unread.len()).unwrap_or(u64::MAX),
            chains: report.chains.iter().map(|chain| validated(chain, &report.findings)).collect(),
        })
    }
}

fn validated(chain: &ChainReport, findings: &[Finding]) -> ValidatedChain {
    let is_of = |finding: &&Finding| {
        (&finding.account_id, &finding.region, &finding.trail)
            == (&chain.account_id, &chain.region, &chain.trail)
    };
    let errors = findings.iter().filter(is_of).filter(|one| one.severity == Severity::Error);
    let mut kinds: Vec<String> = errors.map(|one| logs::kind_name(one.kind)).collect();
    kinds.sort();
    kinds.dedup();
    // Before a first digest that says that it is the first there is nothing to be interrupted.
    let first = chain.stretches.first().filter(|first| first.state == HourState::Gap);
    let before = first.map_or(0, |first| {
        let seconds = first.span.to.as_second().saturating_sub(first.span.from.as_second());
        u64::try_from(seconds.saturating_add(3_599) / 3_600).unwrap_or(0).min(chain.hours_gap)
    });
    let before = if before == chain.hours_total { 0 } else { before };
    ValidatedChain {
        account_id: chain.account_id.clone(),
        region: chain.region.clone(),
        trail: chain.trail.clone(),
        home_region: chain.home_region.clone(),
        organization: chain.folder.organization.clone(),
        hours_total: chain.hours_total,
        hours_proved: chain.hours_proved,
        hours_missing: chain.hours_missing,
        hours_gap: chain.hours_gap - before,
        hours_before: before,
        hours_unverified: chain.hours_unverified,
        hours_broken: chain.hours_broken,
        logs_proved: chain.logs.valid,
        errors: kinds,
    }
}

/// Reads the reports that the flag names; two over one bucket would contradict each other.
///
/// # Errors
/// As [`Handed::read`]; two reports over one bucket (2).
pub fn read(args: &HandedArgs) -> Result<Vec<Handed>, Stop> {
    let all: Vec<Handed> =
        args.logs.iter().map(|path| Handed::read(path)).collect::<Result<_, _>>()?;
    let mut buckets: Vec<&str> =
        all.iter().map(|handed| handed.report.source.bucket.as_str()).collect();
    buckets.sort_unstable();
    match buckets.windows(2).find_map(|two| two.first().filter(|one| two.last() == Some(one))) {
        Some(bucket) => {
            Err(Stop::usage(format!("--logs: two reports are over the bucket {bucket}")))
        }
        None => Ok(all),
    }
}

/// Adds them to a snapshot: what is judged is then the snapshot with them, whenever and wherever.
pub fn hand_over(reader: &mut Reader, handed: &[Handed], judged: bool) {
    if handed.is_empty() {
        return;
    }
    let (manifest, organization) = reader.parts_mut();
    organization.observations.extend(handed.iter().map(Handed::observed));
    if judged && !manifest.checks.is_empty() && !manifest.checks.iter().any(|id| id == CHECK) {
        manifest.checks.push(CHECK.to_owned());
        manifest.checks.sort();
    }
    if !manifest.facts.contains(&Fact::LogValidation) {
        manifest.facts.push(Fact::LogValidation);
        manifest.facts.sort();
    }
}
