//! `events`: the events of some time, of log files that are proved while they are read.

mod columns;
mod glance;
mod record;
mod sessions;
mod sink;
mod table;
mod wanted;
mod who;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use jiff::SignedDuration;
use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;
use trailproof_digest::{Severity, Verdict};
use trailproof_reports::LogsReport;

use crate::cli::{EventFormat, EventsArgs};
use crate::exit::Stop;
use crate::log;
use crate::validate_logs::{Asking, Beside, Select, exit_code, proved};
use glance::Glance;
use record::Record;
use sessions::{Gathering, Sessions};
use sink::Sink;
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
    let glance = wanted.glance();
    let select = move |text: &[u8]| {
        let mut out = Vec::new();
        let mut write = |raw: &str, record: &Record<'_>| {
            if wanted.holds(record) {
                form.write(raw, record, &mut out);
            }
        };
        match form.format {
            EventFormat::Jsonl => {
                each(text, (&glance, &counted), &mut |raw, record| write(raw.get(), record));
            }
            EventFormat::Tsv | EventFormat::Parquet => {
                each_parsed(text, (&glance, &counted), &mut |record| write("", record));
            }
        }
        out
    };
    let (report, _) =
        proved(&asking(args, select, SignedDuration::ZERO), &mut |bytes| sink.take(bytes))?;
    sink.end()?;
    say(&report, unread.load(Ordering::Relaxed));
    Ok(exit_code(&report))
}

fn asking(
    args: &EventsArgs,
    select: impl Fn(&[u8]) -> Vec<u8> + Send + Sync + 'static,
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
    let select = move |text: &[u8]| {
        let mut out = Vec::new();
        each(text, (&glance, &AtomicU64::new(0)), &mut |_, record| {
            if let Some(found) = who::beginning(record)
                && serde_json::to_writer(&mut out, &found).is_ok()
            {
                out.push(b'\n');
            }
        });
        out
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

/// Hands out the records of a log file, each without its own text.
///
/// Where all are wanted they are parsed at once. A file with one that cannot be read is gone through record by record.
fn each_parsed(
    text: &[u8],
    (glance, unread): (&Glance, &AtomicU64),
    take: &mut dyn FnMut(&Record<'_>),
) {
    #[derive(Deserialize)]
    struct File<'a> {
        #[serde(rename = "Records", borrow)]
        records: Vec<Record<'a>>,
    }
    if glance.lets_all_pass()
        && let Ok(text) = std::str::from_utf8(text)
        && let Ok(file) = serde_json::from_str::<File<'_>>(text)
    {
        file.records.iter().for_each(take);
    } else {
        each(text, (glance, unread), &mut |_, record| take(record));
    }
}

/// Hands out the records of a log file that may be wanted, and counts those that cannot be read: what at a glance is not
/// wanted is not read.
fn each(
    text: &[u8],
    (glance, unread): (&Glance, &AtomicU64),
    take: &mut dyn FnMut(&RawValue, &Record<'_>),
) {
    #[derive(Deserialize)]
    struct File<'a> {
        #[serde(rename = "Records", borrow)]
        records: Vec<&'a RawValue>,
    }
    if !glance.may_hold(text) {
        return;
    }
    // Looked through once for what is no UTF-8, and not again in each of its texts.
    let file = std::str::from_utf8(text).ok().map(serde_json::from_str::<File<'_>>);
    let Some(Ok(file)) = file else {
        // AWS signed it, but it is of no form that is known.
        unread.fetch_add(1, Ordering::Relaxed);
        return;
    };
    for raw in file.records.into_iter().filter(|raw| glance.may_hold(raw.get().as_bytes())) {
        match serde_json::from_str::<Record<'_>>(raw.get()) {
            Ok(record) => take(raw, &record),
            Err(_) => drop(unread.fetch_add(1, Ordering::Relaxed)),
        }
    }
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
