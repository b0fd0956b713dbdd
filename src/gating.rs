//! The gates as the command line asks for them, and the earlier run that they are held against.

use std::path::PathBuf;
use std::sync::Arc;

use serde_json::Value;
use trailproof_core::assessment::{Assessment, Milli};
use trailproof_core::check::Severity;
use trailproof_core::diff::Baseline;
use trailproof_core::gate::{GateRequest, Gates};
use trailproof_core::period::Period;
use trailproof_core::results::Results;

use crate::cli::{GateArgs, PreviousArgs};
use crate::earlier::{Earlier, difference, report_of};
use crate::exit::Stop;

/// What decides the exit code.
#[derive(Debug)]
pub struct Gating {
    request: GateRequest,
    baseline: Arc<Baseline>,
    /// The runs before.
    pub earlier: Earlier,
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
    pub fn prepare(args: &GateArgs, previous: &PreviousArgs) -> Result<Self, Stop> {
        let baseline = Arc::new(baseline(args)?);
        let named: Vec<PathBuf> = previous.previous.iter().chain(&args.baseline).cloned().collect();
        let earlier = Earlier::read(&named)?;
        let (exit_zero, period) = (args.exit_zero, args.period);
        Ok(Self { request: request(args), baseline, earlier, exit_zero, period })
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
        difference(&self.baseline, assessment)
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
    let Some(report) = report_of(path)? else {
        let told = "a JSON report is expected, as --format json writes it, or an evidence package";
        return Err(Stop::usage(format!("--baseline {}: {told}", path.display())));
    };
    let Ok(baseline) = Baseline::of(&report);
    Ok(baseline)
}
