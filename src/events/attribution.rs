//! Events with the principals behind them. The files are read once: what cannot be said of an event before all of them were
//! waits on disk.

use std::sync::atomic::{AtomicU64, Ordering};

use jiff::SignedDuration;
use trailproof_reports::LogsReport;

use super::cells;
use super::form::Choice;
use super::glance::Glance;
use super::reading::read;
use super::record::Record;
use super::records::each;
use super::sessions::Gathering;
use super::sink::Sink;
use super::skim::{Asked, Parts};
use super::spool::{Rows, Spool, unpack};
use super::who::{self, Beginning, Caller, WORDS};
use crate::cli::EventsArgs;
use crate::collect::Ending;
use crate::exit::Stop;
use crate::gather::runtime;
use crate::signals;
use crate::validate_logs::halted;

/// A role's session ends after twelve hours at most: what began earlier is over.
const LEAD: SignedDuration = SignedDuration::from_hours(12);

/// What is taken from a log file.
#[derive(Default)]
struct Found {
    /// The sessions that began there, a line each.
    begun: Vec<u8>,
    /// The events that are wanted.
    rows: Rows,
}

impl Found {
    fn begins(&mut self, record: &Record<'_>) {
        if let Some(found) = who::beginning(record)
            && serde_json::to_writer(&mut self.begun, &found).is_ok()
        {
            self.begun.push(b'\n');
        }
    }

    fn add(&mut self, raw: &str, record: &Record<'_>, choice: &Choice) {
        if !choice.wanted.holds(record) {
            return;
        }
        let (form, out) = (choice.form, self.rows.text());
        form.head(raw, record, out);
        match record.user_identity.as_ref().and_then(who::caller) {
            None => form.tail(None, out),
            Some(Caller::Known(who)) => form.tail(Some(&who), out),
            Some(Caller::Session { key, name }) => self.rows.of_session((key, name)),
        }
    }

    /// As two cells.
    fn write(self, unread: &AtomicU64, out: &mut Vec<u8>) {
        let rows = self.rows.packed().unwrap_or_else(|_| {
            unread.fetch_add(1, Ordering::Relaxed);
            Vec::new()
        });
        if !self.begun.is_empty() || !rows.is_empty() {
            cells::put(Some(&self.begun), out);
            cells::put(Some(&rows), out);
        }
    }
}

/// What tells of sessions.
fn beginnings() -> Asked {
    Asked { glance: Glance::default().with_one_of(&WORDS), parts: Parts::All }
}

/// Reads, proves, and prints what is wanted.
///
/// # Errors
/// As [`read`]; a full disk.
pub fn attributed(
    args: &EventsArgs,
    choice: Choice,
    sink: &mut Sink<'_>,
) -> Result<LogsReport, Stop> {
    let mut gathering = Gathering::begin().map_err(full)?;
    let mut spool = Spool::begin().map_err(full)?;
    let form = choice.form;
    let asked = beginnings();
    // Those files are not the ones that are asked for: what cannot be read of them is not left out of anything.
    let uncounted = AtomicU64::new(0);
    let earlier = move |text: &[u8], out: &mut Vec<u8>| {
        let mut found = Found::default();
        each(text, (&asked, &uncounted), &mut found, &|_, record, found| found.begins(record));
        found.write(&uncounted, out);
    };
    read(args, Some(LEAD), earlier, &mut |bytes| taken(bytes, &mut gathering).map(drop))?;
    let select =
        move |text: &[u8], out: &mut Vec<u8>| chosen(text, &choice).write(&choice.unread, out);
    let report = read(args, None, select, &mut |bytes| match taken(bytes, &mut gathering)? {
        Some(rows) => spool.add(rows).map_err(full),
        None => Ok(()),
    })?;
    let sessions = gathering.end().map_err(full)?;
    let (mut spooled, mut out) = (spool.end().map_err(full)?, Vec::new());
    // What reads the files hears signals as long as it does.
    let (runtime, ending) = (runtime()?, Ending::default());
    runtime.spawn(signals::watch(ending.clone()));
    while let Some(packed) = spooled.next().map_err(full)? {
        if let Some(halt) = ending.halted() {
            return Err(halted(halt));
        }
        let mut tail = |session: (&str, &str), out: &mut Vec<u8>| {
            form.tail(Some(&who::who(session, &sessions)), out)
        };
        unpack(&packed, &mut out, &mut tail).map_err(full)?;
        sink.take(&out)?;
        out.clear();
    }
    Ok(report)
}

/// Takes from a file's text what is wanted of it, and the sessions that began there.
fn chosen(text: &[u8], choice: &Choice) -> Found {
    let Choice { asked, unread, .. } = choice;
    let mut found = Found::default();
    if asked.glance.lets_all_pass() {
        each(text, (asked, unread), &mut found, &|raw, record, found| {
            found.begins(record);
            found.add(raw, record, choice);
        });
        return found;
    }
    each(text, (asked, unread), &mut found, &|raw, record, found| found.add(raw, record, choice));
    let (mut begun, uncounted) = (Found::default(), AtomicU64::new(0));
    each(text, (&beginnings(), &uncounted), &mut begun, &|_, record, found| found.begins(record));
    Found { begun: begun.begun, ..found }
}

/// Gathers the sessions that began in a file; gives the events that are wanted of it.
fn taken<'a>(mut bytes: &'a [u8], gathering: &mut Gathering) -> Result<Option<&'a [u8]>, Stop> {
    let begun = cells::take(&mut bytes).flatten().unwrap_or_default();
    for line in begun.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        let (key, beginning): (String, Beginning) =
            serde_json::from_slice(line).map_err(|error| Stop::internal(error.to_string()))?;
        gathering.add(&key, &beginning).map_err(full)?;
    }
    Ok(cells::take(&mut bytes).flatten().filter(|rows| !rows.is_empty()))
}

fn full(error: std::io::Error) -> Stop {
    let place = std::env::temp_dir();
    let place = place.display();
    Stop::output(format!("a temporary file in {place}: {error}; TMPDIR names another folder"))
}
