//! `validate-logs`: are the log files of that time complete and as AWS wrote them, for every account and region?

mod answer;
mod bucket;
mod buffers;
mod checkpoint;
mod expected;
mod informed;
mod journal;
mod key_file;
mod keys;
mod line;
mod mirror;
mod past;
mod period;
mod setup;
mod source;
mod walk;

pub use checkpoint::{CheckpointFile, Start};
pub use period::instant;
pub use walk::Select;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use trailproof_digest::{Options, Verdict};
use trailproof_reports::{LOGS_FORMATS, LogsReport, write_logs};

use crate::cli::{JunitGrain, LogsArgs, OutputArgs, ValidateLogsArgs};
use crate::collect::{Aws, Clock, Ending, Filter, Halt, Objects, identify};
use crate::exit::Stop;
use crate::gather::{RUNS, runtime};
use crate::output::Outputs;
use crate::progress::ObjectProgress;
use crate::{log, scope, signals};
use answer::Answer;
use bucket::Bucket;
use journal::Journal;
use keys::Keys;
use mirror::Mirror;
pub use setup::Beside;
use setup::Setup;
use source::Source;
use walk::{PLACES, Walk};

/// Everything that was asked is proved.
const INTACT: u8 = 0;
/// Something is wrong, or there is nothing at all.
const BROKEN: u8 = 1;
/// Nothing is wrong as far as can be seen, but not all of it could be seen.
const NOT_PROVED: u8 = 3;

/// How many requests are under way at most, whatever the flags allow: each may hold an object in memory.
const WINDOW: usize = 128;

/// How many objects of a copy are read or wait for it, for each core: nothing comes late there.
const READ_PER_CORE: usize = 8;

/// How many digests of a chain are asked for before their successors are judged.
const LOOKAHEAD: usize = 32;

/// How many keys a listing should bring: two pages of S3's.
const LISTING: u64 = 2_000;

/// Proves, reports, and tells by the exit code.
///
/// # Errors
/// Flags or a file of keys that cannot be used; a run that cannot start or was interrupted; a report that cannot be
/// written.
pub fn validate_logs(args: &ValidateLogsArgs) -> Result<u8, Stop> {
    let outputs = Outputs::prepare(&outputs_of(args), false)?.only(&LOGS_FORMATS)?;
    log::set(args.logs.connect.log_format);
    let asking = Asking {
        logs: &args.logs,
        run_dir: args.run_dir.as_deref(),
        resume: args.resume.as_deref(),
        beside: Beside {
            checkpoint: args.checkpoint.as_deref(),
            snapshot: args.snapshot.as_deref(),
        },
        before: None,
        select: None,
    };
    let (report, start) = proved(&asking, &mut |_| Ok(()))?;
    if let Some(path) = &args.checkpoint_out {
        CheckpointFile::of(&report, start.as_ref()).write(path)?;
    }
    outputs.write_each(&|format, options, out| write_logs(format, &report, options, out))?;
    Ok(exit_code(&report))
}

/// What a report means for the exit code.
pub fn exit_code(report: &LogsReport) -> u8 {
    match report.verdict {
        Verdict::Intact if report.unread.is_empty() => INTACT,
        Verdict::Intact | Verdict::NotProved => NOT_PROVED,
        Verdict::Broken | Verdict::NothingFound => BROKEN,
    }
}

/// What is asked of a run.
pub struct Asking<'a> {
    /// Which log files, and what they are proved with.
    pub logs: &'a LogsArgs,
    /// The folder that keeps what is found.
    pub run_dir: Option<&'a Path>,
    /// The run to go on with.
    pub resume: Option<&'a Path>,
    /// What is known beforehand.
    pub beside: Beside<'a>,
    /// In place of the time that the flags say: the one of this length before it.
    pub before: Option<SignedDuration>,
    /// What is wanted of each proved log file; the run is then not kept, and one folder is read after the other.
    pub select: Option<Arc<Select>>,
}

/// Reads and proves; hands on what is selected on the way.
///
/// # Errors
/// Flags that cannot be used, a run that cannot start or was interrupted, what `selected` says.
pub fn proved(
    asking: &Asking<'_>,
    selected: &mut dyn FnMut(&[u8]) -> Result<(), Stop>,
) -> Result<(LogsReport, Option<Start>), Stop> {
    let begun = asking.resume.map(Journal::resume).transpose()?;
    let (journal, setup) = match begun {
        Some((journal, setup)) => (Some(journal), setup),
        None => (None, Setup::of(asking.logs, asking.beside, Timestamp::now())?),
    };
    let mut setup = setup;
    if let Some(length) = asking.before {
        setup.before(length);
    }
    runtime()?.block_on(answer(asking, (setup, journal), selected))
}

fn outputs_of(args: &ValidateLogsArgs) -> OutputArgs {
    OutputArgs {
        format: args.format.clone(),
        force: args.force,
        color: args.color,
        junit_grain: JunitGrain::Check,
        junit_split: None,
        output_dir: None,
        sarif_anchor: None,
        sarif_include: None,
        sarif_max: None,
        ocsf_array: false,
        csv_bom: false,
        github_summary: false,
        lang: args.lang.clone(),
    }
}

async fn answer(
    asking: &Asking<'_>,
    (mut setup, journal): (Setup, Option<Journal>),
    selected: &mut dyn FnMut(&[u8]) -> Result<(), Stop>,
) -> Result<(LogsReport, Option<Start>), Stop> {
    let args = asking.logs;
    let ending = Ending::default();
    let watching = tokio::spawn(signals::watch(ending.clone()));
    let pinned = setup.keys.as_deref().map(key_file::read).transpose()?;
    let pinned = pinned.map(|ring| Arc::new(Keys::pinned(ring, setup.period)));
    let (source, keys, run_id) = match &setup.mirror {
        Some(place) => {
            let keys = pinned.ok_or_else(|| Stop::usage("--dir: --keys FILE is expected, too"))?;
            let (root, metadata) = (place.root.clone(), place.metadata.clone());
            let (bucket, moved) = (setup.bucket.clone(), setup.moved.clone());
            let mirror = Mirror { root, metadata, bucket, moved };
            (Source::Mirror(mirror), keys, None)
        }
        None => {
            let _ = rlimit::increase_nofile_limit(u64::MAX);
            let endpoint = scope::endpoint(&args.connect)?;
            let aws = Aws::load(&endpoint, scope::pace(&args.connect)).await;
            let aws = aws.map_err(Stop::usage)?;
            let identity = identify(&aws, &Filter::default(), Clock::System).await?;
            let session = aws.caller(identity.caller.account, &identity.partition);
            let objects = Arc::new(Objects::new(session));
            if asking.resume.is_none() {
                setup.resolve(&objects, args.org).await?;
                setup.place_known(asking.beside)?;
            }
            let keys =
                pinned.unwrap_or_else(|| Arc::new(Keys::of_aws(objects.clone(), setup.period)));
            let bucket = Bucket::new(&setup.bucket, objects, keys.clone(), setup.moved.clone());
            (Source::Bucket(bucket), keys, Some(identity.run_id))
        }
    };
    let directory = directory(asking, run_id.as_deref());
    let journal = match (journal, &directory) {
        (Some(journal), _) => journal,
        (None, Some(directory)) => Journal::begin(directory, &setup)?,
        (None, None) => Journal::default(),
    };
    let mut options = Options::new(setup.period);
    options.as_of = setup.as_of;
    options.listing_keys = LISTING;
    options.lookahead = LOOKAHEAD;
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let window = match &source {
        Source::Mirror(_) => WINDOW.min(READ_PER_CORE * cores),
        Source::Bucket(_) => WINDOW,
    };
    let walk = Walk {
        source: Arc::new(source),
        keys,
        options,
        window: window.min(args.connect.concurrency.into()),
        progress: Arc::new(ObjectProgress::new(args.connect.quiet)),
        ending: ending.clone(),
        places: if asking.select.is_some() { 1 } else { PLACES },
        select: asking.select.clone(),
    };
    let start = setup.checkpoint.clone();
    let mut answer = Answer::new(setup, journal);
    let walked = answer.walk(&walk, selected).await;
    walk.progress.end();
    watching.abort();
    walked?;
    match ending.halted() {
        Some(halt) if asking.select.is_some() => Err(halted(halt)),
        Some(halt) => Err(interrupted(halt, directory.as_deref())),
        None => Ok((answer.report(), start)),
    }
}

/// Where the run is kept: where the user says, else in a folder of its own where AWS is asked.
fn directory(asking: &Asking<'_>, run_id: Option<&str>) -> Option<PathBuf> {
    if asking.select.is_some() {
        return None;
    }
    let told = asking.resume.or(asking.run_dir).map(Path::to_owned);
    told.or_else(|| Some(Path::new(RUNS).join(format!("logs-{}", run_id?))))
}

fn interrupted(halt: Halt, directory: Option<&Path>) -> Stop {
    let Some(run) = directory.map(Path::display) else {
        let message = "interrupted; nothing is kept without --run-dir".to_owned();
        return Stop { message, ..halted(halt) };
    };
    let line = format!("what was found is kept in {run}");
    log::say("saved", &line, json!({ "run_dir": run.to_string() }));
    let message = format!("interrupted; --resume {run} goes on with it");
    Stop { message, ..halted(halt) }
}

/// How a run ends early of which nothing can be kept.
pub fn halted(halt: Halt) -> Stop {
    let code = match halt {
        Halt::Signal(code) => code,
        Halt::CredentialsExpired => crate::exit::START,
    };
    Stop { code, message: "interrupted; nothing is kept of it".to_owned() }
}
