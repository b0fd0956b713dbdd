//! The street from a command to its exit code: collect, assess, report.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use aws_smithy_runtime_api::client::http::SharedHttpClient;
use trailproof_checks::CATALOGUE;
use trailproof_core::assess::assess;
use trailproof_core::assessment::Assessment;
use trailproof_core::aws::Partition;
use trailproof_core::check::{Check, Severity};
use trailproof_core::gate::{self, GateRequest};
use trailproof_core::plan::Demand;
use trailproof_core::policy::Policy;
use trailproof_core::snapshot::Snapshot;

use crate::catalogue;
use crate::cli::{
    AssessArgs, CollectArgs, Command, ConnectArgs, DemoArgs, GateArgs, KeepArgs, PlanArgs,
    ROLE_NAME, ReportArgs, ScanArgs, ScopeArgs, SelectArgs,
};
use crate::collect::clients::Aws;
use crate::collect::{Clock, Filter, Request, collect, discover};
use crate::exit::{EXIT_CODES, Stop};
use crate::output::{Outputs, folder_takes, print};
use crate::progress::Progress;
use crate::scope;
use crate::select::{one, select};
use crate::signals::Interruption;
use crate::store::{Reader, Store};

/// Where runs keep their evidence unless told otherwise.
const RUNS: &str = "trailproof-runs";

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
        Command::Checks(args) => {
            print(catalogue::list(&select(&args.select)?, args.format).as_bytes()).map(|()| 0)
        }
        Command::Explain { id } => print(catalogue::explain(one(&id)?).as_bytes()).map(|()| 0),
        Command::Policy(args) => {
            let partition = Partition::new(&args.partition);
            let text =
                catalogue::policy(&select(&args.select)?, args.of, &args.role_name, &partition);
            print(text.as_bytes()).map(|()| 0)
        }
        Command::ExitCodes => print(EXIT_CODES.as_bytes()).map(|()| 0),
    }
}

fn runtime() -> Result<tokio::runtime::Runtime, Stop> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Stop::internal(format!("cannot start the runtime: {error}")))
}

fn say(quiet: bool, line: &str) {
    if !quiet {
        let _ = writeln!(std::io::stderr(), "{}", trailproof_reports::one_line(line));
    }
}

fn request(
    connect: &ConnectArgs,
    scope_args: &ScopeArgs,
    checks: &[&Check],
) -> Result<Request, Stop> {
    Ok(Request {
        demand: Demand::of(checks),
        checks: checks.iter().map(|check| check.id.to_owned()).collect(),
        filter: scope::filter(scope_args)?,
        role: scope::role(scope_args)?,
        management_role: scope_args.role_name_management.clone(),
        concurrency: usize::from(connect.concurrency),
        clock: Clock::System,
    })
}

/// Collects from AWS into a run's folder. Tells the exit code of an interruption.
fn gather(
    connect: &ConnectArgs,
    request: &Request,
    keep: &KeepArgs,
    quiet: bool,
) -> Result<(Reader, PathBuf, Option<u8>), Stop> {
    let endpoint = scope::endpoint(connect)?;
    if let Some(directory) = keep.run_dir.as_ref().filter(|directory| directory.exists()) {
        return Err(Stop::usage(format!("{} exists; name another folder", directory.display())));
    }
    runtime()?.block_on(async {
        let aws = Aws::load(&endpoint).await.map_err(Stop::usage)?;
        let interruption = Interruption::default();
        let roster = discover(&aws, &request.filter, request.clock).await?;
        let directory =
            keep.run_dir.clone().unwrap_or_else(|| Path::new(RUNS).join(&roster.run_id));
        let store = Store::create(&directory)?;
        let progress = Progress::new(quiet);
        let watch = tokio::spawn(interruption.clone().watch());
        let reader = collect(&aws, request, store, roster, &progress, interruption.flag()).await?;
        watch.abort();
        say(quiet, &format!("the evidence is kept in {}", directory.display()));
        Ok((reader, directory, interruption.code()))
    })
}

fn gates(args: &GateArgs) -> GateRequest {
    let ci = |severity| args.ci.then_some(severity);
    GateRequest {
        fail_on: args.fail_on.or(ci(Severity::High)),
        min_score: args.min_score,
        min_coverage: args
            .min_coverage
            .or(args.ci.then_some(trailproof_core::assessment::Milli::FULL)),
    }
}

fn judge(reader: &Reader, checks: &[&Check]) -> Result<Assessment, Stop> {
    // An interrupted run has an exit code of its own.
    let wanted = !reader.manifest().interrupted
        && reader.manifest().accounts.iter().any(|account| account.in_scope);
    let assessment = assess(reader, checks, &Policy::default())?;
    if wanted && assessment.coverage.accounts.assessed == 0 {
        let why =
            assessment.coverage.unread.first().map(|row| row.message.clone()).unwrap_or_default();
        return Err(Stop::start(format!(
            "no account could be read: {why}; check --role-name, its trust policy and --external-id"
        )));
    }
    Ok(assessment)
}

/// Gates, reports, exit code.
fn conclude(
    mut assessment: Assessment,
    outputs: &Outputs,
    args: &GateArgs,
    demo: bool,
) -> Result<u8, Stop> {
    let request = gates(args);
    assessment.gates = gate::gates(&assessment, &request);
    outputs.write(&assessment)?;
    let code = gate::exit_code(&assessment, &request, demo);
    Ok(if args.exit_zero { 0 } else { code })
}

fn scan(args: &ScanArgs) -> Result<u8, Stop> {
    let checks = select(&args.select)?;
    let outputs = Outputs::prepare(&args.output, args.gates.ci)?;
    let request = request(&args.connect, &args.scope, &checks)?;
    let quiet = args.connect.quiet || args.gates.ci;
    let (reader, _, interrupted) = gather(&args.connect, &request, &args.keep, quiet)?;
    let code = conclude(judge(&reader, &checks)?, &outputs, &args.gates, false)?;
    Ok(interrupted.unwrap_or(code))
}

fn demo(args: &DemoArgs) -> Result<u8, Stop> {
    let checks = select(&args.select)?;
    let outputs = Outputs::prepare(&args.output, args.gates.ci)?;
    let simulator = trailproof_sim::Simulator::new(trailproof_sim::demo());
    let now = jiff::Timestamp::try_from(simulator.now())
        .map_err(|error| Stop::internal(format!("the demo's clock: {error}")))?;
    let request = Request {
        demand: Demand::of(&checks),
        checks: checks.iter().map(|check| check.id.to_owned()).collect(),
        filter: Filter::default(),
        role: crate::collect::clients::Role {
            name: ROLE_NAME.to_owned(),
            path: "/".to_owned(),
            external_id: None,
            duration: None,
            chain: Vec::new(),
        },
        management_role: None,
        concurrency: 64,
        clock: Clock::Fixed(now),
    };
    let store = match &args.run_dir {
        Some(directory) => Store::create(directory)?,
        None => Store::Memory(std::collections::BTreeMap::new()),
    };
    let reader = runtime()?.block_on(async {
        let http = SharedHttpClient::new(simulator.clone());
        let aws = Aws::in_process(http, simulator.caller_credentials(), simulator.now());
        let roster = discover(&aws, &request.filter, request.clock).await?;
        let progress = Progress::new(true);
        collect(&aws, &request, store, roster, &progress, &AtomicBool::new(false)).await
    })?;
    conclude(judge(&reader, &checks)?, &outputs, &args.gates, true)
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
    let request = request(&args.connect, &args.scope, &checks)?;
    let (reader, directory, interrupted) =
        gather(&args.connect, &request, &args.keep, args.connect.quiet)?;
    if let Some(path) = &args.output {
        reader.archive(path)?;
    }
    print(format!("{}\n", args.output.as_ref().unwrap_or(&directory).display()).as_bytes())?;
    let complete = judge(&reader, &checks)?.run.complete;
    Ok(match (interrupted, complete) {
        (Some(code), _) => code,
        (None, true) => 0,
        (None, false) => gate::INCOMPLETE,
    })
}

/// The checks that were asked for, else those for which the snapshot was collected.
fn checks_for(reader: &Reader, args: &SelectArgs) -> Result<Vec<&'static Check>, Stop> {
    let named = &reader.manifest().checks;
    if !args.check.is_empty() || !args.exclude_check.is_empty() || named.is_empty() {
        return select(args);
    }
    let known: Vec<&'static Check> = CATALOGUE
        .iter()
        .copied()
        .filter(|check| named.iter().any(|name| name == check.id))
        .collect();
    if known.len() < named.len() {
        let missing: Vec<&str> = named
            .iter()
            .map(String::as_str)
            .filter(|name| !known.iter().any(|check| check.id == *name))
            .collect();
        say(
            false,
            &format!("this version does not know {}; the rest is judged", missing.join(", ")),
        );
    }
    if known.is_empty() { select(args) } else { Ok(known) }
}

fn assess_only(args: &AssessArgs) -> Result<u8, Stop> {
    let outputs = Outputs::prepare(&args.output, args.gates.ci)?;
    let reader = Reader::open(&args.snapshot)?;
    let checks = checks_for(&reader, &args.select)?;
    conclude(judge(&reader, &checks)?, &outputs, &args.gates, false)
}

fn report(args: &ReportArgs) -> Result<u8, Stop> {
    let outputs = Outputs::prepare(&args.output, false)?;
    let assessment = match earlier_report(&args.input)? {
        Some(assessment) => assessment,
        None => {
            let reader = Reader::open(&args.input)?;
            judge(&reader, &checks_for(&reader, &SelectArgs::default())?)?
        }
    };
    outputs.write(&assessment)?;
    Ok(0)
}

/// A JSON report, where the file is one.
fn earlier_report(path: &Path) -> Result<Option<Assessment>, Stop> {
    if path.is_dir() || path.to_string_lossy().ends_with(".tar.zst") {
        return Ok(None);
    }
    let bytes = std::fs::read(path)
        .map_err(|error| Stop::usage(format!("cannot read {}: {error}", path.display())))?;
    let head: serde_json::Value = serde_json::from_slice(&bytes)
        .map_err(|error| Stop::usage(format!("{} is not JSON: {error}", path.display())))?;
    let schema = head.get("schema").and_then(serde_json::Value::as_str);
    if !schema.is_some_and(|schema| schema.starts_with("trailproof.report/")) {
        return Ok(None);
    }
    trailproof_reports::read(&bytes).map(Some).map_err(|error| {
        let mend = "the trailproof that wrote it can render it";
        Stop::usage(format!("{}: {error}; {mend}", path.display()))
    })
}

fn plan(args: &PlanArgs) -> Result<u8, Stop> {
    let checks = select(&args.select)?;
    let request = request(&args.connect, &args.scope, &checks)?;
    let endpoint = scope::endpoint(&args.connect)?;
    let roster = runtime()?.block_on(async {
        let aws = Aws::load(&endpoint).await.map_err(Stop::usage)?;
        discover(&aws, &request.filter, request.clock).await
    })?;
    print(crate::plan::describe(&roster, &request).as_bytes())?;
    Ok(0)
}
