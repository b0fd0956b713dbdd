//! `validate-logs`: are the log files of that time complete and as AWS wrote them, for every account and region?

mod bucket;
mod expected;
mod journal;
mod key_file;
mod keys;
mod mirror;
mod period;
pub use period::instant;
mod setup;
mod source;
mod walk;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::json;
use trailproof_digest::{ChainReport, Finding, Options, PlaceReport, Trail, Verdict};
use trailproof_reports::{
    LOGS_FORMATS, LogsReport, LogsSource, LogsTotals, UnreadPlace, write_logs,
};

use crate::cli::{JunitGrain, LogsArgs, OutputArgs, ValidateLogsArgs};
use crate::collect::{Aws, Clock, Ending, Filter, Halt, Objects, identify};
use crate::exit::Stop;
use crate::gather::{RUNS, runtime};
use crate::output::Outputs;
use crate::progress::ObjectProgress;
use crate::{log, scope, signals};
use bucket::Bucket;
use expected::Walked;
use journal::{Journal, Round};
use keys::Keys;
use mirror::Mirror;
use setup::Setup;
use source::Source;
use trailproof_core::language::Language;
pub use walk::Select;
use walk::{Ends, Job, PLACES, Walk};

/// Everything that was asked is proved.
const INTACT: u8 = 0;
/// Something is wrong, or there is nothing at all.
const BROKEN: u8 = 1;
/// Nothing is wrong as far as can be seen, but not all of it could be seen.
const NOT_PROVED: u8 = 3;

/// How many requests are under way at most, whatever the flags allow: each may hold an object in memory.
const WINDOW: usize = 64;

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
        select: None,
    };
    let report = proved(&asking, &mut |_| Ok(()))?;
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
) -> Result<LogsReport, Stop> {
    let begun = asking.resume.map(Journal::resume).transpose()?;
    let (journal, setup) = match begun {
        Some((journal, setup)) => (Some(journal), setup),
        None => (None, Setup::of(asking.logs, Timestamp::now())?),
    };
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
        lang: vec![Language::English],
    }
}

async fn answer(
    asking: &Asking<'_>,
    (mut setup, journal): (Setup, Option<Journal>),
    selected: &mut dyn FnMut(&[u8]) -> Result<(), Stop>,
) -> Result<LogsReport, Stop> {
    let args = asking.logs;
    let ending = Ending::default();
    let watching = tokio::spawn(signals::watch(ending.clone()));
    let pinned = setup.keys.as_deref().map(key_file::read).transpose()?;
    let pinned = pinned.map(|ring| Arc::new(Keys::pinned(ring, setup.period)));
    let (source, keys, run_id) = match &setup.mirror {
        Some(place) => {
            let keys = pinned.ok_or_else(|| Stop::usage("--dir: --keys FILE is expected, too"))?;
            let (root, metadata) = (place.root.clone(), place.metadata.clone());
            let mirror = Mirror { root, metadata, bucket: setup.bucket.clone() };
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
            }
            let keys =
                pinned.unwrap_or_else(|| Arc::new(Keys::of_aws(objects.clone(), setup.period)));
            let bucket = Bucket::new(&setup.bucket, objects, keys.clone());
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
    let walk = Walk {
        source: Arc::new(source),
        keys,
        options,
        window: WINDOW.min(args.connect.concurrency.into()),
        progress: Arc::new(ObjectProgress::new(args.connect.quiet)),
        ending: ending.clone(),
        places: if asking.select.is_some() { 1 } else { PLACES },
        select: asking.select.clone(),
    };
    let mut answer = Answer { setup, journal, reports: Vec::new(), unread: Vec::new() };
    let walked = answer.walk(&walk, selected).await;
    walk.progress.end();
    watching.abort();
    walked?;
    match ending.halted() {
        Some(halt) => Err(interrupted(halt, directory.as_deref())),
        None => Ok(answer.report()),
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
    let code = match halt {
        Halt::Signal(code) => code,
        Halt::CredentialsExpired => crate::exit::START,
    };
    let message = match directory.map(Path::display) {
        Some(run) => {
            log::say(
                "saved",
                &format!("what was found is kept in {run}"),
                json!({ "run_dir": run.to_string() }),
            );
            format!("interrupted; --resume {run} goes on with it")
        }
        None => "interrupted; nothing is kept without --run-dir".to_owned(),
    };
    Stop { code, message }
}

/// What came out so far.
struct Answer {
    setup: Setup,
    journal: Journal,
    reports: Vec<PlaceReport>,
    unread: Vec<UnreadPlace>,
}

/// Of a trail that nothing names, nobody knows what a digest would be called: its folder is named instead.
fn name_places(report: &mut PlaceReport) {
    let PlaceReport { chains, findings } = report;
    let nameless = |finding: &&mut Finding| finding.trail.is_empty() && finding.predicted;
    for finding in findings.iter_mut().filter(nameless) {
        finding.key = chains.first().map(|chain| chain.folder.digests());
    }
}

/// The order in which chains are listed.
fn by_place(one: &ChainReport, other: &ChainReport) -> std::cmp::Ordering {
    let place = one.account_id.cmp(&other.account_id);
    let place = place.then_with(|| one.region.cmp(&other.region));
    let place = place.then_with(|| one.trail.cmp(&other.trail));
    let place = place.then_with(|| one.home_region.cmp(&other.home_region));
    place.then_with(|| one.folder.cmp(&other.folder))
}

impl Answer {
    /// Walks what is there, and then what is not and should be.
    async fn walk(
        &mut self,
        walk: &Walk,
        selected: &mut dyn FnMut(&[u8]) -> Result<(), Stop>,
    ) -> Result<(), Stop> {
        let (prefix, chosen) = (self.setup.prefix.as_deref(), &self.setup.chosen);
        let found = walk.source.folders(prefix, chosen).await;
        self.nothing_listed(&found)?;
        self.unread.extend(found.unread);
        let named: Vec<Trail> = self.setup.trail.iter().map(setup::TrailAsked::trail).collect();
        let folders = found.folders.into_iter().filter(|folder| self.setup.holds(folder));
        let jobs = folders.map(|folder| Job { folder, trails: named.clone() }).collect();
        let mut walked = Walked::new(named);
        for (job, report) in self.walk_round((walk, Round::Found), jobs, selected).await? {
            walked.take(job.folder, &report);
            self.reports.push(report);
        }
        if walk.ending.halted().is_some() {
            return Ok(());
        }
        let expected = (&self.setup.chosen, self.setup.period);
        let expected = walked.expected(&walk.source, expected).await;
        let jobs = expected.iter().map(|one| one.job.clone()).collect();
        for (job, mut report) in self.walk_round((walk, Round::Expected), jobs, selected).await? {
            let of_job = expected.iter().find(|one| one.job.folder == job.folder);
            if of_job.is_some_and(|one| one.tells(&report)) {
                name_places(&mut report);
                self.reports.push(report);
            }
        }
        Ok(())
    }

    /// A bucket that cannot be listed at all is no run: what is wrong is mostly its name or the caller's permissions.
    fn nothing_listed(&self, found: &mirror::Found) -> Result<(), Stop> {
        match found.unread.first() {
            Some(unread) if found.folders.is_empty() && self.setup.mirror.is_none() => {
                let (bucket, UnreadPlace { prefix, reason }) = (&self.setup.bucket, unread);
                Err(Stop::start(format!("cannot list s3://{bucket}/{prefix}: {reason}")))
            }
            _ => Ok(()),
        }
    }

    async fn walk_round(
        &mut self,
        (walk, round): (&Walk, Round),
        jobs: Vec<Job>,
        selected: &mut dyn FnMut(&[u8]) -> Result<(), Stop>,
    ) -> Result<Vec<(Job, PlaceReport)>, Stop> {
        walk.progress.found(jobs.len());
        let (mut done, mut open) = (Vec::new(), Vec::new());
        for job in jobs {
            match self.journal.take(round, &job.folder) {
                Some(report) => {
                    walk.progress.folder();
                    done.push((job, report));
                }
                None => open.push(job),
            }
        }
        let journal = &mut self.journal;
        let finished = &mut |job: Job, report| {
            journal.keep(round, &job.folder, &report)?;
            done.push((job, report));
            Ok(())
        };
        walk.run(open, &mut Ends { finished, selected }).await?;
        Ok(done)
    }

    fn report(self) -> LogsReport {
        let verdict = Verdict::of(&self.reports);
        let (mut chains, mut findings) = (Vec::new(), Vec::new());
        for report in self.reports {
            chains.extend(report.chains);
            findings.extend(report.findings);
        }
        chains.sort_by(by_place);
        findings.sort_by(Finding::order);
        let Setup { bucket, mirror, period, as_of, .. } = self.setup;
        let mirror = mirror.map(|place| place.root.display().to_string());
        LogsReport {
            schema: trailproof_reports::logs::SCHEMA.to_owned(),
            tool_version: env!("CARGO_PKG_VERSION").to_owned(),
            source: LogsSource { bucket, mirror },
            period,
            as_of,
            verdict,
            totals: LogsTotals::of(&chains),
            chains,
            findings,
            unread: self.unread,
        }
    }
}
