//! `events`: the events of some time, of log files that are proved while they are read.

mod record;
mod wanted;

use std::io::{BufWriter, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;
use trailproof_digest::{Severity, Verdict};
use trailproof_reports::LogsReport;

use crate::cli::{EventFormat, EventsArgs};
use crate::exit::Stop;
use crate::log;
use crate::validate_logs::{Asking, Select, exit_code, proved};
use record::Record;
use wanted::Wanted;

/// Reads, proves, and prints what is wanted. The exit code is that of the proof.
///
/// # Errors
/// Flags that cannot be used, a run that cannot start, a reader who went away.
pub fn events(args: &EventsArgs) -> Result<u8, Stop> {
    log::set(args.logs.connect.log_format);
    let wanted = Wanted::of(args)?;
    let (format, unread) = (args.format, Arc::new(AtomicU64::new(0)));
    let counted = unread.clone();
    let select = move |text: &[u8]| selected(text, (&wanted, format), &counted);
    let asking = Asking {
        logs: &args.logs,
        run_dir: None,
        resume: None,
        select: Some(Arc::new(Select(Box::new(select)))),
    };
    let mut out = BufWriter::with_capacity(1 << 18, std::io::stdout().lock());
    let gone = |error| Stop::output(format!("cannot write to stdout: {error}"));
    if format == EventFormat::Tsv {
        writeln!(out, "{}", record::COLUMNS.join("\t")).map_err(gone)?;
    }
    let report = proved(&asking, &mut |bytes| out.write_all(bytes).map_err(gone))?;
    out.flush().map_err(gone)?;
    say(&report, unread.load(Ordering::Relaxed));
    Ok(exit_code(&report))
}

/// What is written of a log file.
fn selected(text: &[u8], (wanted, format): (&Wanted, EventFormat), unread: &AtomicU64) -> Vec<u8> {
    #[derive(Deserialize)]
    struct File<'a> {
        #[serde(rename = "Records", borrow)]
        records: Vec<&'a RawValue>,
    }
    let mut out = Vec::new();
    let Ok(file) = serde_json::from_slice::<File<'_>>(text) else {
        // AWS signed it, but it is of no form that is known.
        unread.fetch_add(1, Ordering::Relaxed);
        return out;
    };
    for raw in file.records {
        let Ok(record) = serde_json::from_str::<Record<'_>>(raw.get()) else {
            unread.fetch_add(1, Ordering::Relaxed);
            continue;
        };
        if wanted.holds(&record) {
            match format {
                EventFormat::Tsv => record.columns(&mut out),
                EventFormat::Jsonl => record::line(raw, &mut out),
            }
        }
    }
    out
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
