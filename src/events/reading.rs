//! Log files that are proved while they are read.

use std::sync::Arc;

use jiff::SignedDuration;
use trailproof_reports::LogsReport;

use crate::cli::EventsArgs;
use crate::exit::Stop;
use crate::validate_logs::{Asking, Beside, Select, proved};

/// Reads and proves the files of the time that the flags say, or in its place of the time `before` it; hands on what `select`
/// takes from those that are proved, in their order.
///
/// # Errors
/// As [`proved`].
pub fn read(
    args: &EventsArgs,
    before: Option<SignedDuration>,
    select: impl Fn(&[u8], &mut Vec<u8>) + Send + Sync + 'static,
    selected: &mut dyn FnMut(&[u8]) -> Result<(), Stop>,
) -> Result<LogsReport, Stop> {
    let asking = Asking {
        logs: &args.logs,
        run_dir: None,
        resume: None,
        beside: Beside::default(),
        before,
        select: Some(Arc::new(Select(Box::new(select)))),
    };
    proved(&asking, selected).map(|(report, _)| report)
}
