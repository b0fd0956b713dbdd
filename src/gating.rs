//! The gates as the command line asks for them, and the earlier run that they are held against.

use std::path::Path;
use std::sync::Arc;

use serde_json::Value;
use trailproof_core::assessment::{Assessment, Milli};
use trailproof_core::check::Severity;
use trailproof_core::diff::{Baseline, Diff};
use trailproof_core::gate::{GateRequest, Gates};
use trailproof_core::period::Period;
use trailproof_core::results::Results;

use crate::cli::GateArgs;
use crate::exit::Stop;

/// What decides the exit code.
#[derive(Debug)]
pub struct Gating {
    request: GateRequest,
    baseline: Arc<Baseline>,
    /// Whether the code is 0 whatever the gates say.
    pub exit_zero: bool,
    /// The days that the run is to answer for.
    pub period: Option<Period>,
}

impl Gating {
    /// Reads the flags and the baseline, before any work is done.
    ///
    /// # Errors
    /// A baseline that cannot be read, or is no report of this version (2).
    pub fn prepare(args: &GateArgs) -> Result<Self, Stop> {
        let baseline = Arc::new(baseline(args)?);
        let (exit_zero, period) = (args.exit_zero, args.period);
        Ok(Self { request: request(args), baseline, exit_zero, period })
    }

    /// The gates, with nothing seen yet.
    pub fn gates(&self) -> Gates {
        Gates::new(self.request).against(Arc::clone(&self.baseline))
    }

    /// What changed since the baseline, as reports carry it; nothing without one.
    ///
    /// # Errors
    /// Where the results cannot be had.
    pub fn diff<R: Results>(&self, assessment: &Assessment<R>) -> Result<Option<Value>, Stop>
    where
        Stop: From<R::Error>,
    {
        let diff = Diff::between(&self.baseline, assessment)?;
        diff.map(serde_json::to_value)
            .transpose()
            .map_err(|error| Stop::internal(format!("the difference has no JSON form: {error}")))
    }
}

fn request(args: &GateArgs) -> GateRequest {
    let ci = |severity| args.ci.then_some(severity);
    GateRequest {
        fail_on: args.fail_on.or(ci(Severity::High)),
        min_score: args.min_score,
        min_coverage: args.min_coverage.or(args.ci.then_some(Milli::FULL)),
        fail_on_expired_waiver: args.fail_on_expired_waiver,
        fail_on_new: args.fail_on_new,
    }
}

/// The earlier run that was named; an empty one where none was.
fn baseline(args: &GateArgs) -> Result<Baseline, Stop> {
    let Some(path) = &args.baseline else { return Ok(Baseline::default()) };
    let Some(report) = earlier_report(path)? else {
        let told = "a JSON report is expected, as --format json writes it";
        return Err(Stop::usage(format!("--baseline {}: {told}", path.display())));
    };
    let Ok(baseline) = Baseline::of(&report);
    Ok(baseline)
}

/// A JSON report, where the file is one.
///
/// # Errors
/// What cannot be read, or is a report of another version (2).
pub fn earlier_report(path: &Path) -> Result<Option<Assessment>, Stop> {
    if path.is_dir() || path.to_string_lossy().ends_with(".tar.zst") {
        return Ok(None);
    }
    let bytes = std::fs::read(path)
        .map_err(|error| Stop::usage(format!("cannot read {}: {error}", path.display())))?;
    let schema = trailproof_reports::schema_of(&bytes)
        .map_err(|error| Stop::usage(format!("{} is not JSON: {error}", path.display())))?;
    if !schema.is_some_and(|schema| schema.starts_with("trailproof.report/")) {
        return Ok(None);
    }
    trailproof_reports::read(&bytes).map(Some).map_err(|error| {
        let mend = "the trailproof that wrote it can render it";
        Stop::usage(format!("{}: {error}; {mend}", path.display()))
    })
}
