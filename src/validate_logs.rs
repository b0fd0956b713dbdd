//! `validate-logs`: are the log files of that time complete and as AWS wrote them, for every account and region?

mod expected;
mod key_file;
mod mirror;
mod period;
mod source;
mod walk;

use std::path::PathBuf;
use std::sync::{Arc, RwLock};

use jiff::Timestamp;
use trailproof_core::aws::Arn;
use trailproof_digest::{ChainReport, Finding, Options, PlaceReport, Span, Trail, Verdict};
use trailproof_reports::{LogsReport, LogsSource, LogsTotals, UnreadPlace, write_logs};

use crate::cli::{JunitGrain, OutputArgs, ValidateLogsArgs};
use crate::exit::Stop;
use crate::gather::runtime;
use crate::output::Outputs;
use crate::{log, scope};
use expected::{Chosen, Walked};
use mirror::Mirror;
use source::Source;
use walk::{Job, Walk};

/// Everything that was asked is proved.
const INTACT: u8 = 0;
/// Something is wrong, or there is nothing at all.
const BROKEN: u8 = 1;
/// Nothing is wrong as far as can be seen, but not all of it could be seen.
const NOT_PROVED: u8 = 3;

/// How many requests are under way at most, whatever the flags allow: each may hold an object in memory.
const WINDOW: usize = 64;

/// Proves, reports, and tells by the exit code.
///
/// # Errors
/// Flags or a file of keys that cannot be used; a report that cannot be written.
pub fn validate_logs(args: &ValidateLogsArgs) -> Result<u8, Stop> {
    let outputs = Outputs::prepare(&outputs_of(args), false)?;
    let question = Question::of(args)?;
    log::set(args.connect.log_format);
    let report = runtime()?.block_on(answer(args, question))?;
    outputs.write_each(&|format, options, out| write_logs(format, &report, options, out))?;
    Ok(match report.verdict {
        Verdict::Intact if report.unread.is_empty() => INTACT,
        Verdict::Intact | Verdict::NotProved => NOT_PROVED,
        Verdict::Broken | Verdict::NothingFound => BROKEN,
    })
}

fn outputs_of(args: &ValidateLogsArgs) -> OutputArgs {
    OutputArgs {
        format: args.format.clone(),
        force: args.force,
        color: args.color,
        junit_grain: JunitGrain::Check,
        junit_split: None,
    }
}

/// What is to be proved, as the flags say it.
struct Question {
    trail: Option<Trail>,
    chosen: Chosen,
    period: Span,
    as_of: Option<Timestamp>,
}

impl Question {
    fn of(args: &ValidateLogsArgs) -> Result<Self, Stop> {
        for glob in &args.regions {
            scope::region_glob("--regions", glob)?;
        }
        let accounts = scope::accounts("--accounts", &args.accounts)?;
        let as_of = args.as_of.as_deref().map(|text| period::instant("--as-of", text));
        Ok(Self {
            trail: args.trail.as_deref().map(trail).transpose()?,
            chosen: Chosen {
                accounts: accounts.iter().map(ToString::to_string).collect(),
                regions: args.regions.clone(),
            },
            period: period::period(args, Timestamp::now())?,
            as_of: as_of.transpose()?,
        })
    }
}

fn trail(text: &str) -> Result<Trail, Stop> {
    let wrong = || {
        let expected = "arn:aws:cloudtrail:REGION:ACCOUNT:trail/NAME is expected";
        Stop::usage(format!("--trail: {text:?} is not the ARN of a trail; {expected}"))
    };
    let arn = Arn::parse(text).map_err(|_| wrong())?;
    let name = arn.resource.strip_prefix("trail/").filter(|name| !name.is_empty());
    let name = name.filter(|_| arn.service == "cloudtrail").ok_or_else(wrong)?;
    let home_region = arn.region.to_string();
    Ok(Trail { name: name.to_owned(), home_region, ..Trail::default() })
}

async fn answer(args: &ValidateLogsArgs, question: Question) -> Result<LogsReport, Stop> {
    let (Some(root), Some(bucket), Some(keys)) = (&args.dir, &args.bucket, &args.keys) else {
        return Err(Stop::usage("--dir PATH, --bucket NAME and --keys FILE are expected"));
    };
    let mirror = Mirror {
        root: folder("--dir", root)?,
        bucket: bucket.clone(),
        metadata: args.metadata.as_ref().map(|path| folder("--metadata", path)).transpose()?,
    };
    let mut options = Options::new(question.period);
    options.as_of = question.as_of;
    let walk = Walk {
        source: Arc::new(Source::Mirror(mirror)),
        keys: Arc::new(RwLock::new(key_file::read(keys)?)),
        options,
        window: WINDOW.min(args.connect.concurrency.into()),
    };
    let source = LogsSource { bucket: bucket.clone(), mirror: Some(root.display().to_string()) };
    let mut answer = Answer::default();
    walk_all(&walk, (args.prefix.as_deref(), &question), &mut answer).await?;
    Ok(answer.report(source, &question))
}

fn folder(flag: &str, path: &PathBuf) -> Result<PathBuf, Stop> {
    match std::fs::read_dir(path) {
        Ok(_) => Ok(path.clone()),
        Err(error) => Err(Stop::usage(format!("{flag}: cannot read {}: {error}", path.display()))),
    }
}

/// What came out so far.
#[derive(Default)]
struct Answer {
    reports: Vec<PlaceReport>,
    unread: Vec<UnreadPlace>,
}

/// Walks what is found, and then what was not found and should have been.
async fn walk_all(
    walk: &Walk,
    (prefix, question): (Option<&str>, &Question),
    answer: &mut Answer,
) -> Result<(), Stop> {
    let found = walk.source.folders(prefix).await;
    answer.unread.extend(found.unread);
    let named: Vec<Trail> = question.trail.iter().cloned().collect();
    let jobs = found.folders.into_iter().filter(|folder| question.chosen.holds(folder));
    let jobs = jobs.map(|folder| Job { folder, trails: named.clone() }).collect();
    let mut walked = Walked::new(named);
    let reports = &mut answer.reports;
    walk.run(jobs, &mut |folder, report| {
        walked.take(folder, &report);
        reports.push(report);
    })
    .await?;
    let expected = walked.expected(&walk.source, (&question.chosen, question.period)).await;
    let jobs = expected.iter().map(|one| one.job.clone()).collect();
    walk.run(jobs, &mut |folder, mut report| {
        let of_folder = expected.iter().find(|one| one.job.folder == folder);
        if of_folder.is_some_and(|one| one.tells(&report)) {
            name_places(&mut report);
            reports.push(report);
        }
    })
    .await
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
    fn report(self, source: LogsSource, question: &Question) -> LogsReport {
        let verdict = Verdict::of(&self.reports);
        let (mut chains, mut findings) = (Vec::new(), Vec::new());
        for report in self.reports {
            chains.extend(report.chains);
            findings.extend(report.findings);
        }
        chains.sort_by(by_place);
        findings.sort_by(Finding::order);
        LogsReport {
            schema: trailproof_reports::logs::SCHEMA.to_owned(),
            tool_version: env!("CARGO_PKG_VERSION").to_owned(),
            source,
            period: question.period,
            as_of: question.as_of,
            verdict,
            totals: LogsTotals::of(&chains),
            chains,
            findings,
            unread: self.unread,
        }
    }
}
