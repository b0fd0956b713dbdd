//! Earlier runs that the user names: the trend, what changed since the last of them, and since when each result is known.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;
use trailproof_core::assessment::Assessment;
use trailproof_core::diff::{Baseline, Diff, Side};
use trailproof_core::results::{Results, Since};

use crate::exit::Stop;
use crate::package;

/// What a report is called in a package and in a set of reports.
const REPORT: &str = "report.json";

/// The earlier runs, the oldest first.
#[derive(Debug, Default)]
pub struct Earlier {
    runs: Vec<Run>,
    /// The findings of the last of them.
    last: Arc<Baseline>,
    seen: Arc<BTreeMap<String, Timestamp>>,
}

/// One of them.
#[derive(Debug)]
struct Run {
    /// The organization's id, or the account's where there is none.
    of: String,
    side: Side,
}

impl Earlier {
    /// Reads them, one after the other, before any work is done.
    ///
    /// # Errors
    /// What cannot be read, or is no report of this version (2).
    pub fn read(paths: &[PathBuf]) -> Result<Self, Stop> {
        let mut all = Gathering::default();
        for path in paths {
            let report = report_of(path)?.ok_or_else(|| {
                let told = "a JSON report, a folder of reports or an evidence package is expected";
                Stop::usage(format!("--previous {}: {told}", path.display()))
            })?;
            all.add(&report);
        }
        Ok(all.end())
    }

    /// Of reports that were read already.
    pub fn of(reports: impl IntoIterator<Item = Assessment>) -> Self {
        let mut all = Gathering::default();
        reports.into_iter().for_each(|report| all.add(&report));
        all.end()
    }

    /// The assessment with what they tell. Where it holds no difference yet, it gets that to the last of them. Runs of
    /// another organization, or of a later time, tell nothing of it and are named.
    ///
    /// # Errors
    /// Where the results cannot be had.
    pub fn tell<R: Results>(
        &self,
        mut assessment: Assessment<R>,
    ) -> Result<Assessment<Since<R>>, Stop>
    where
        Stop: From<R::Error>,
    {
        let none = Arc::default();
        if self.runs.is_empty() {
            return Ok(assessment.map(|results| Since { results, seen: none }));
        }
        let (of, ended) = (subject(&assessment), assessment.run.ended);
        let fits = |run: &&Run| run.of == of && run.side.ended < ended;
        let (fitting, others): (Vec<&Run>, Vec<&Run>) = self.runs.iter().partition(fits);
        // The run itself, assessed again, is no earlier one, and nobody need be told.
        for run in others.iter().filter(|run| run.side.run_id != assessment.run.id) {
            let why = if run.of == of {
                "it did not end before this one"
            } else {
                "it is of another organization"
            };
            assessment
                .scope
                .notes
                .push(format!("the earlier run {} is left out: {why}", run.side.run_id));
        }
        let whole = others.is_empty();
        if assessment.diff.is_none() && whole {
            assessment.diff = difference(&self.last, &assessment)?;
        }
        assessment.earlier = fitting.into_iter().map(|run| run.side.clone()).collect();
        let seen = if whole { Arc::clone(&self.seen) } else { none };
        Ok(assessment.map(|results| Since { results, seen }))
    }
}

/// Earlier runs while they are read: one report is in memory at a time.
#[derive(Default)]
struct Gathering {
    runs: Vec<Run>,
    last: Option<(Timestamp, Baseline)>,
    seen: BTreeMap<String, Timestamp>,
}

impl Gathering {
    fn add(&mut self, report: &Assessment) {
        let ended = report.run.ended;
        for finding in &report.results {
            let since = finding.first_seen.map_or(ended, |first| first.min(ended));
            let known = self.seen.entry(finding.fingerprint.clone()).or_insert(since);
            *known = since.min(*known);
        }
        if self.last.as_ref().is_none_or(|(before, _)| *before < ended) {
            let Ok(baseline) = Baseline::of(report);
            self.last = Some((ended, baseline));
        }
        self.runs.push(Run { of: subject(report), side: Side::of(report) });
    }

    fn end(self) -> Earlier {
        let Self { mut runs, last, seen } = self;
        runs.sort_by(|one, other| {
            (one.side.ended, &one.side.run_id).cmp(&(other.side.ended, &other.side.run_id))
        });
        runs.dedup_by(|one, other| one.side.run_id == other.side.run_id);
        let last = Arc::new(last.map(|(_, baseline)| baseline).unwrap_or_default());
        Earlier { runs, last, seen: Arc::new(seen) }
    }
}

/// What changed since a run, as reports carry it; nothing without one.
///
/// # Errors
/// Where the results cannot be had.
pub fn difference<R: Results>(
    baseline: &Baseline,
    assessment: &Assessment<R>,
) -> Result<Option<Value>, Stop>
where
    Stop: From<R::Error>,
{
    Diff::between(baseline, assessment)?
        .map(serde_json::to_value)
        .transpose()
        .map_err(|error| Stop::internal(format!("the difference has no JSON form: {error}")))
}

/// Whose an assessment is: the organization's id, or the account's where there is none.
pub fn subject<R>(assessment: &Assessment<R>) -> String {
    let alone = || assessment.scope.accounts.first().map(|account| account.id.to_string());
    assessment.scope.organization_id.clone().or_else(alone).unwrap_or_default()
}

/// The JSON report that a path leads to: the file itself, that of a set of reports, or that of an evidence package;
/// nothing where it leads to a snapshot or to something else.
///
/// # Errors
/// What cannot be read, or is a report of another version (2).
pub fn report_of(path: &Path) -> Result<Option<Assessment>, Stop> {
    let unreadable = |error: &dyn std::fmt::Display| {
        Stop::usage(format!("cannot read {}: {error}", path.display()))
    };
    if path.is_dir() {
        let file = path.join(REPORT);
        let set = ["SHA256SUMS", "index.json"].iter().any(|name| path.join(name).is_file());
        if !set || !file.is_file() {
            return Ok(None);
        }
        let bytes = fs::read(&file).map_err(|error| unreadable(&error))?;
        return parsed(&file, &bytes);
    }
    if package::is_archive(path) {
        return match package::file_of(path, REPORT)? {
            Some(bytes) => parsed(path, &bytes),
            None => Ok(None),
        };
    }
    let bytes = fs::read(path).map_err(|error| unreadable(&error))?;
    parsed(path, &bytes)
}

fn parsed(path: &Path, bytes: &[u8]) -> Result<Option<Assessment>, Stop> {
    let schema = trailproof_reports::schema_of(bytes)
        .map_err(|error| Stop::usage(format!("{} is not JSON: {error}", path.display())))?;
    if !schema.is_some_and(|schema| schema.starts_with("trailproof.report/")) {
        return Ok(None);
    }
    trailproof_reports::read(bytes).map(Some).map_err(|error| {
        let mend = "the trailproof that wrote it can render it";
        Stop::usage(format!("{}: {error}; {mend}", path.display()))
    })
}
