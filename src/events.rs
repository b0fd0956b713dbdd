//! `events`: the events of some time, of log files that are proved while they are read.

mod attribution;
mod cells;
mod columns;
mod form;
mod glance;
mod reading;
mod record;
mod records;
mod sessions;
mod sink;
mod skim;
mod spool;
mod table;
mod wanted;
mod who;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::json;
use trailproof_digest::{Severity, Verdict};
use trailproof_reports::LogsReport;

use crate::cli::EventsArgs;
use crate::exit::Stop;
use crate::log;
use crate::validate_logs::exit_code;
use attribution::attributed;
use form::{Choice, Form};
use reading::read;
use records::each;
use sink::Sink;
use skim::Asked;
use wanted::Wanted;

/// Reads, proves, and prints what is wanted. The exit code is that of the proof.
///
/// # Errors
/// Flags that cannot be used, a run that cannot start, a reader who went away.
pub fn events(args: &EventsArgs) -> Result<u8, Stop> {
    log::set(args.logs.connect.log_format);
    let wanted = Wanted::of(args)?;
    let form = Form { format: args.format, outcome: args.outcome, who: args.who };
    let mut sink = Sink::begin(args, form.columns())?;
    let asked = Asked { glance: wanted.glance(), parts: form.parts(&wanted) };
    let unread = Arc::new(AtomicU64::new(0));
    let choice = Choice { asked, wanted, form, unread: unread.clone() };
    let report = match args.who {
        true => attributed(args, choice, &mut sink)?,
        false => unattributed(args, choice, &mut sink)?,
    };
    sink.end()?;
    say(&report, unread.load(Ordering::Relaxed));
    Ok(exit_code(&report))
}

/// The same without who stands behind a session.
fn unattributed(
    args: &EventsArgs,
    choice: Choice,
    sink: &mut Sink<'_>,
) -> Result<LogsReport, Stop> {
    let select = move |text: &[u8], out: &mut Vec<u8>| {
        each(text, (&choice.asked, &choice.unread), out, &|raw, record, out| {
            if choice.wanted.holds(record) {
                choice.form.head(raw, record, out);
                choice.form.tail(None, out);
            }
        });
    };
    read(args, None, select, &mut |bytes| sink.take(bytes))
}

/// What the reader of the events must know of them.
fn say(report: &LogsReport, unread: u64) {
    let errors = report.findings.iter().filter(|one| one.severity == Severity::Error).count();
    let totals = &report.totals;
    let verdict = match report.verdict {
        Verdict::Intact if report.unread.is_empty() => None,
        Verdict::NothingFound => {
            Some("no digest chain was found: nothing is proved, and nothing printed".to_owned())
        }
        _ => Some(format!(
            "{} of {} hours are proved, {errors} errors; only events of proved files are printed, and validate-logs \
             tells what is wrong",
            totals.hours_proved, totals.hours_total
        )),
    };
    if let Some(line) = verdict {
        let more = json!({
            "hours_proved": totals.hours_proved, "hours_total": totals.hours_total, "errors": errors,
        });
        log::say("not_proved", &line, more);
    }
    if unread > 0 {
        let line =
            format!("{unread} records or files are of no form that is known, and are left out");
        log::say("left_out", &line, json!({ "records": unread }));
    }
}
