//! The street from a command to its exit code: collect, assess, report.

use std::path::Path;
use std::time::Duration;

use aws_smithy_runtime_api::client::http::SharedHttpClient;
use trailproof_core::assess::{Judged, assess_kept};
use trailproof_core::assessment::{Assessment, Unread};
use trailproof_core::aws::Partition;
use trailproof_core::check::Check;
use trailproof_core::gate::{self, Gates};
use trailproof_core::language::Language;
use trailproof_core::period::Period;
use trailproof_core::plan::Demand;
use trailproof_core::results::{Kept, Results};
use trailproof_core::snapshot::Snapshot;
use trailproof_core::terms::Terms;

use crate::catalogue::{self, Wanted};
use crate::cli::{
    AssessArgs, CONCURRENCY, CollectArgs, Command, DemoArgs, ExplainArgs, PlanArgs, PolicyArgs,
    PolicyFormat, PolicyOf, ROLE_NAME, ReportArgs, ScanArgs, SelectArgs, WaiversCommand,
};
use crate::closing::closing;
use crate::collect::{
    Aws, Clock, Ending, Filter, InProcess, Pace, Plan, Rates, Request, Role, Watch, collect,
    discover, identify, still,
};
use crate::compare;
use crate::config::{self, terms};
use crate::earlier::{Earlier, report_of};
use crate::events::events;
use crate::exit::{EXIT_CODES, Stop, USAGE};
use crate::gather::{gather, run_file, runtime};
use crate::gating::Gating;
use crate::handed;
use crate::keep::Store;
use crate::log;
use crate::output::{FEW, Outputs, folder_takes, print};
use crate::package::{package, verify};
use crate::progress::Progress;
use crate::protection::protection;
use crate::scope::{self, Asked, trusted};
use crate::select::{checks_for, one, select};
use crate::store::Reader;
use crate::validate_logs::validate_logs;
use crate::who_can::who_can;
use crate::would_alert::would_alert;
use crate::would_record::would_record;

/// Does what was asked.
///
/// # Errors
/// Why it could not be done, with its exit code.
pub fn run(command: Command) -> Result<u8, Stop> {
    match command {
        Command::Scan(args) => scan(&args),
        Command::Demo(args) => demo(&args),
        Command::Collect(args) => collect_only(&args),
        Command::Assess(args) => assess_only(&args),
        Command::Report(args) => report(&args),
        Command::Plan(args) => plan(&args),
        Command::Diff(args) => compare::diff(&args),
        Command::History(args) => compare::history(&args),
        Command::Checks(args) => {
            let checks = select(&args.select)?;
            let text = catalogue::list(&checks, &args.select.framework, args.format);
            print(text.as_bytes()).map(|()| 0)
        }
        Command::Explain(args) => explain(&args),
        Command::Policy(args) => print(printed_policy(&args)?.as_bytes()).map(|()| 0),
        Command::WouldAlert(args) => would_alert(&args),
        Command::WouldRecord(args) => would_record(&args),
        Command::WhoCan(args) => who_can(&args),
        Command::Package(args) => package(&args),
        Command::Verify(args) => verify(&args),
        Command::ValidateLogs(args) => validate_logs(&args),
        Command::Events(args) => events(&args),
        Command::Waivers(WaiversCommand::Lint { file, snapshot }) => {
            lint(&file, snapshot.as_deref())
        }
        Command::ExitCodes => print(EXIT_CODES.as_bytes()).map(|()| 0),
    }
}

fn printed_policy(args: &PolicyArgs) -> Result<String, Stop> {
    if let Some(snapshot) = &args.snapshot {
        return protection(snapshot);
    }
    let checks = select(&args.select)?;
    match (args.format, args.of) {
        (PolicyFormat::Json, of) => {
            let partition = Partition::new(&args.partition);
            let of = of.unwrap_or(PolicyOf::Both);
            Ok(catalogue::policy(&checks, of, &args.role_name, &partition))
        }
        (PolicyFormat::Cloudformation, None | Some(PolicyOf::Reader)) => {
            Ok(catalogue::stack_set(&checks, &args.role_name))
        }
        (PolicyFormat::Cloudformation, Some(_)) => Err(Stop::usage(
            "the template is the reader role's: leave --for out, or say --for reader",
        )),
    }
}

/// Everything about a check; with a snapshot or a report also its results there.
fn explain(args: &ExplainArgs) -> Result<u8, Stop> {
    let check = one(&args.id)?;
    let mut languages = args.lang.clone();
    languages.sort_unstable();
    languages.dedup();
    let Some(path) = &args.snapshot else {
        let rule = |language: &Language| catalogue::rule(check, &terms().policies.base, *language);
        let rules: Vec<String> = languages.iter().map(rule).collect();
        return print(rules.join("\n").as_bytes()).map(|()| 0);
    };
    if let Some(report) = report_of(path)? {
        return explain_results(args, (check, &languages), &report);
    }
    let (reader, checks) = (Reader::open(path)?, [check]);
    let assessment = judge(&reader, &checks, (&mut Gates::default(), None, FEW))?;
    explain_results(args, (check, &languages), &assessment)
}

/// The check and its results, in one language after the other.
fn explain_results<R: Results>(
    args: &ExplainArgs,
    (check, languages): (&'static Check, &[Language]),
    assessment: &Assessment<R>,
) -> Result<u8, Stop>
where
    Stop: From<R::Error>,
{
    let mut told: Vec<String> = Vec::new();
    for language in languages {
        let wanted = Wanted::new(check, args.account.as_deref(), args.resource.as_deref())?;
        let rule = catalogue::rule(check, &terms().policies.base, *language);
        told.push(format!("{rule}\n{}", wanted.told_in(*language).of(assessment)?));
    }
    print(told.join("\n").as_bytes()).map(|()| 0)
}

/// Tells what is wrong with a file of waivers.
fn lint(file: &Path, snapshot: Option<&Path>) -> Result<u8, Stop> {
    let reader = snapshot.map(Reader::open).transpose()?;
    let accounts =
        reader.map(|reader| reader.manifest().accounts.iter().map(|account| account.id).collect());
    let (told, failed) = config::lint(file, accounts.as_ref())?;
    print(told.as_bytes())?;
    Ok(if failed { USAGE } else { 0 })
}

/// Judges, and shows the findings to the gates on the way. Those of few accounts are kept; of more than these they are
/// judged anew whenever somebody looks at them, so that they need never all be there.
///
/// # Errors
/// A snapshot that cannot be judged, or no account that could be read.
pub fn judge<'a>(
    reader: &'a Reader,
    checks: &'a [&'a Check],
    (gates, period, few): (&mut Gates, Option<Period>, usize),
) -> Result<Assessment<Kept<Judged<'a, Reader>>>, Stop> {
    // An interrupted run has an exit code of its own.
    let wanted = !reader.manifest().interrupted
        && reader.manifest().accounts.iter().any(|account| account.in_scope);
    let terms = Terms { period, ..terms().clone() };
    let mut onlooker = |findings: &[_]| gates.see(findings);
    let assessment = assess_kept(reader, checks, (&terms, few), &mut onlooker)?;
    if wanted && assessment.coverage.accounts.assessed == 0 {
        let why = told_first(reader, &assessment.coverage.unread).unwrap_or_default();
        return Err(Stop::start(format!(
            "no account could be read: {why}; check --role-name, its trust policy and --external-id"
        )));
    }
    Ok(assessment)
}

/// Why the first of the accounts that the run was asked to look at could not be read.
fn told_first(reader: &Reader, unread: &[Unread]) -> Option<String> {
    let mut wanted = reader.manifest().accounts.iter().filter(|account| account.in_scope);
    let row = wanted.find_map(|account| unread.iter().find(|row| row.account_id == account.id));
    row.or(unread.first()).map(|row| row.message.clone())
}

/// Of what a command concludes.
#[derive(Debug, Clone, Copy)]
enum Of<'a> {
    /// The demo, whose gaps are part of the show.
    Demo,
    /// A snapshot of earlier.
    Snapshot,
    /// A scan that somebody waits for, in that run's folder.
    Scan(&'a Path),
}

/// Verdicts, gates, reports, last words, exit code.
fn conclude(
    reader: &Reader,
    checks: &[&Check],
    outputs: &Outputs,
    (gating, of): (&Gating, Of<'_>),
) -> Result<u8, Stop> {
    let mut gates = gating.gates();
    let mut assessment = judge(reader, checks, (&mut gates, gating.period, outputs.few()))?;
    outputs.leave_frameworks(&mut assessment.score.frameworks);
    assessment.gates = gates.outcomes(&assessment);
    assessment.diff = gating.diff(&assessment)?;
    let code = gates.exit_code(&assessment, matches!(of, Of::Demo));
    let last_words = match of {
        Of::Scan(run) => Some(closing(&assessment, run)),
        Of::Demo | Of::Snapshot => None,
    };
    outputs.write(&gating.earlier.tell(assessment)?)?;
    if let Some((paragraph, more)) = last_words {
        log::say("closing", &paragraph, more);
    }
    Ok(if gating.exit_zero { 0 } else { code })
}

fn scan(args: &ScanArgs) -> Result<u8, Stop> {
    let checks = select(&args.select)?;
    let gating = Gating::prepare(&args.gates, &args.previous)?;
    let outputs =
        Outputs::prepare(&args.output, args.gates.ci)?.with_frameworks(&args.select.framework);
    let quiet = args.connect.quiet || args.gates.ci;
    let handed = handed::read(&args.handed)?;
    let mut gathered =
        gather(&args.connect, &args.scope, (&args.keep, &Asked::by(&checks)), quiet)?;
    if !handed.is_empty() {
        handed::hand_over(&mut gathered.reader, &handed, false);
        gathered.reader.keep_handed()?;
    }
    let checks = checks_for(&gathered.reader, &args.select)?;
    let of = if quiet { Of::Snapshot } else { Of::Scan(&gathered.directory) };
    let code = conclude(&gathered.reader, &checks, &outputs, (&gating, of))?;
    Ok(gathered.interrupted().unwrap_or(code))
}

fn demo(args: &DemoArgs) -> Result<u8, Stop> {
    let checks = select(&args.select)?;
    let gating = Gating::prepare(&args.gates, &args.previous)?;
    let outputs =
        Outputs::prepare(&args.output, args.gates.ci)?.with_frameworks(&args.select.framework);
    let simulator = trailproof_sim::Simulator::new(trailproof_sim::demo());
    let now = jiff::Timestamp::try_from(simulator.now())
        .map_err(|error| Stop::internal(format!("the demo's clock: {error}")))?;
    let request = Request {
        plan: Plan {
            facts: Demand::under(&checks, &terms().policies).wanted().collect(),
            checks: checks.iter().map(|check| check.id.to_owned()).collect(),
            filter: Filter::default(),
            expected_owners: trusted(),
            lookup_max_pages: terms().policies.lookup_max_pages(),
        },
        role: Role {
            name: ROLE_NAME.to_owned(),
            path: "/".to_owned(),
            external_id: None,
            duration: None,
            chain: Vec::new(),
        },
        management_role: None,
        clock: Clock::Fixed(now),
    };
    let answering = InProcess {
        http: SharedHttpClient::new(simulator.clone()),
        keys: simulator.caller_credentials(),
        region: Partition::new("aws").global_region().to_string(),
        clock: still(simulator.now()),
        attempt_timeout: Duration::from_secs(20),
    };
    let pace = Pace::new(usize::from(CONCURRENCY), Rates::UNLIMITED);
    let reader = runtime()?.block_on(async {
        let aws = Aws::in_process(answering, pace);
        let identity = identify(&aws, &request.plan.filter, request.clock).await?;
        let store = match &args.run_dir {
            Some(directory) => Store::create(directory, &run_file(&request, &identity))?,
            None => Store::Memory(std::collections::BTreeMap::new()),
        };
        let (progress, ending) = (Progress::new(true), Ending::default());
        let watch = Watch { progress: &progress, ending: &ending };
        collect(&aws, (&request, &identity), store, watch).await
    })?;
    conclude(&reader, &checks, &outputs, (&gating, Of::Demo))
}

fn collect_only(args: &CollectArgs) -> Result<u8, Stop> {
    let checks = select(&args.select)?;
    if let Some(path) = &args.output {
        if !path.to_string_lossy().ends_with(".tar.zst") {
            return Err(Stop::usage(format!(
                "{}: the archive's name ends in .tar.zst",
                path.display()
            )));
        }
        if path.exists() {
            return Err(Stop::usage(format!("{} exists; name another file", path.display())));
        }
        folder_takes(path)?;
    }
    let asked = Asked::by(&checks);
    let gathered = gather(&args.connect, &args.scope, (&args.keep, &asked), args.connect.quiet)?;
    let checks = checks_for(&gathered.reader, &args.select)?;
    if let Some(path) = &args.output {
        gathered.reader.archive(path)?;
    }
    let place = args.output.as_ref().unwrap_or(&gathered.directory);
    print(format!("{}\n", place.display()).as_bytes())?;
    let complete = judge(&gathered.reader, &checks, (&mut Gates::default(), None, 0))?.run.complete;
    Ok(match (gathered.interrupted(), complete) {
        (Some(code), _) => code,
        (None, true) => 0,
        (None, false) => gate::INCOMPLETE,
    })
}

fn assess_only(args: &AssessArgs) -> Result<u8, Stop> {
    let gating = Gating::prepare(&args.gates, &args.previous)?;
    let outputs =
        Outputs::prepare(&args.output, args.gates.ci)?.with_frameworks(&args.select.framework);
    let mut reader = Reader::open(&args.snapshot)?;
    handed::hand_over(&mut reader, &handed::read(&args.handed)?, true);
    let checks = checks_for(&reader, &args.select)?;
    conclude(&reader, &checks, &outputs, (&gating, Of::Snapshot))
}

fn report(args: &ReportArgs) -> Result<u8, Stop> {
    let outputs = Outputs::prepare(&args.output, false)?;
    let earlier = Earlier::read(&args.previous.previous)?;
    if let Some(mut assessment) = report_of(&args.input)? {
        if !args.previous.previous.is_empty() {
            assessment.diff = None;
        }
        outputs.write(&earlier.tell(assessment)?)?;
        return Ok(0);
    }
    let reader = Reader::open(&args.input)?;
    let checks = checks_for(&reader, &SelectArgs::default())?;
    let assessment = judge(&reader, &checks, (&mut Gates::default(), None, outputs.few()))?;
    outputs.write(&earlier.tell(assessment)?)?;
    Ok(0)
}

fn plan(args: &PlanArgs) -> Result<u8, Stop> {
    let checks = select(&args.select)?;
    let request = scope::request(&args.scope, &Asked::by(&checks))?;
    log::set(args.connect.log_format);
    let endpoint = scope::endpoint(&args.connect)?;
    let (identity, roster) = runtime()?.block_on(async {
        let aws = Aws::load(&endpoint, scope::pace(&args.connect)).await.map_err(Stop::usage)?;
        discover(&aws, &request.plan.filter, request.clock).await
    })?;
    print(crate::plan::describe(&identity, &roster.choice, &request.plan).as_bytes())?;
    Ok(0)
}
