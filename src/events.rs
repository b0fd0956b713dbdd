//! `events`: the events of some time, of log files that are proved while they are read.

mod columns;
mod glance;
mod record;
mod records;
mod sessions;
mod sink;
mod skim;
mod table;
mod wanted;
mod who;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use jiff::SignedDuration;
use serde_json::json;
use trailproof_digest::{Severity, Verdict};
use trailproof_reports::LogsReport;

use crate::cli::{EventFormat, EventsArgs};
use crate::exit::Stop;
use crate::log;
use crate::validate_logs::{Asking, Beside, Select, exit_code, proved};
use glance::Glance;
use record::Record;
use records::each;
use sessions::{Gathering, Sessions};
use sink::Sink;
use skim::{Asked, Parts};
use wanted::Wanted;
use who::{BEGINNINGS, Beginning, Who};

/// A role's session ends after twelve hours at most: what began earlier is over.
const LEAD: SignedDuration = SignedDuration::from_hours(12);

/// What is to be written of each event.
struct Form {
    format: EventFormat,
    outcome: bool,
    sessions: Option<Sessions>,
}

impl Form {
    /// The names of the columns beside the classic ones.
    fn columns(who: bool, outcome: bool) -> &'static [&'static str] {
        match (who, outcome) {
            (true, _) => &["errorCode", "who", "whoBy", "whoHow"],
            (false, true) => &["errorCode"],
            (false, false) => &[],
        }
    }

    /// What it must know of an event that it writes, and whether what failed must be known to choose it.
    fn parts(&self, errors: bool) -> Parts {
        if self.sessions.is_some() || self.format == EventFormat::Parquet {
            Parts::All
        } else if self.outcome || errors {
            Parts::Plain
        } else {
            Parts::Columns
        }
    }

    /// Writes an event; its own text is used where the format is that.
    fn write(&self, raw: &str, record: &Record<'_>, out: &mut Vec<u8>) {
        let who = self.sessions.as_ref().and_then(|sessions| self.who(record, sessions));
        match self.format {
            EventFormat::Tsv => {
                let text = |what: fn(&Who) -> &str| who.as_ref().map(what).unwrap_or_default();
                let error = record.error_code.as_deref().unwrap_or_default();
                let by = text(|who| who.by.code());
                let all = [error, text(|who| &who.who), by, text(|who| &who.how)];
                let many = Self::columns(self.sessions.is_some(), self.outcome).len();
                record.columns(all.get(..many).unwrap_or_default(), out);
            }
            EventFormat::Jsonl => {
                let told = who.map(|who| who.told());
                record::line(raw, told.as_ref().map(|told| ("trailproof", told)), out);
            }
            EventFormat::Parquet => columns::row(record, who.as_ref(), out),
        }
    }

    fn who(&self, record: &Record<'_>, sessions: &Sessions) -> Option<Who> {
        who::who(record.user_identity.as_ref()?, sessions)
    }
}

/// Reads, proves, and prints what is wanted. The exit code is that of the proof.
///
/// # Errors
/// Flags that cannot be used, a run that cannot start, a reader who went away.
pub fn events(args: &EventsArgs) -> Result<u8, Stop> {
    log::set(args.logs.connect.log_format);
    let wanted = Wanted::of(args)?;
    let mut sink = Sink::begin(args, Form::columns(args.who, args.outcome))?;
    let sessions = args.who.then(|| gathered(args)).transpose()?;
    let form = Form { format: args.format, outcome: args.outcome, sessions };
    let unread = Arc::new(AtomicU64::new(0));
    let counted = unread.clone();
    let asked = Asked { glance: wanted.glance(), parts: form.parts(wanted.asks_for_errors()) };
    let select = move |text: &[u8], out: &mut Vec<u8>| {
        each(text, (&asked, &counted), out, &|raw, record, out| {
            if wanted.holds(record) {
                form.write(raw, record, out);
            }
        });
    };
    let (report, _) =
        proved(&asking(args, select, SignedDuration::ZERO), &mut |bytes| sink.take(bytes))?;
    sink.end()?;
    say(&report, unread.load(Ordering::Relaxed));
    Ok(exit_code(&report))
}

fn asking(
    args: &EventsArgs,
    select: impl Fn(&[u8], &mut Vec<u8>) + Send + Sync + 'static,
    lead: SignedDuration,
) -> Asking<'_> {
    Asking {
        logs: &args.logs,
        run_dir: None,
        resume: None,
        beside: Beside::default(),
        lead,
        select: Some(Arc::new(Select(Box::new(select)))),
    }
}

/// How the sessions of the time began; only proved files tell.
fn gathered(args: &EventsArgs) -> Result<Sessions, Stop> {
    let full = |error: std::io::Error| Stop::output(format!("a temporary file: {error}"));
    let mut gathering = Gathering::begin().map_err(full)?;
    let glance = Glance::default().with_one_of(&BEGINNINGS);
    let asked = Asked { glance, parts: Parts::All };
    let select = move |text: &[u8], out: &mut Vec<u8>| {
        each(text, (&asked, &AtomicU64::new(0)), out, &|_, record, out| {
            if let Some(found) = who::beginning(record)
                && serde_json::to_writer(&mut *out, &found).is_ok()
            {
                out.push(b'\n');
            }
        });
    };
    proved(&asking(args, select, LEAD), &mut |bytes| {
        let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        for line in lines {
            let (key, beginning): (String, Beginning) =
                serde_json::from_slice(line).map_err(|error| Stop::internal(error.to_string()))?;
            gathering.add(&key, &beginning).map_err(full)?;
        }
        Ok(())
    })?;
    gathering.end().map_err(full)
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
