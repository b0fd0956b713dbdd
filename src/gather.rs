//! A run of `scan` or `collect`: begun or gone on with, watched, and kept in its folder.

use std::path::{Path, PathBuf};

use crate::cli::{ConnectArgs, KeepArgs, ScopeArgs};
use crate::collect::{Aws, Clock, Ending, Halt, Identity, Request, Role, Watch, collect, identify};
use crate::exit::Stop;
use crate::keep::{self, RunFile, Store};
use crate::progress::Progress;
use crate::scope::Asked;
use crate::store::Reader;
use crate::{log, scope, signals};

/// Where runs keep their evidence unless told otherwise.
pub const RUNS: &str = "trailproof-runs";

/// What calls run on.
///
/// # Errors
/// Where the system gives no threads.
pub fn runtime() -> Result<tokio::runtime::Runtime, Stop> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Stop::internal(format!("cannot start the runtime: {error}")))
}

/// What a run has read, and how it ended.
pub struct Gathered {
    /// What was read.
    pub reader: Reader,
    /// Where it lies.
    pub directory: PathBuf,
    /// Why it ended early, where it did.
    pub halted: Option<Halt>,
}

impl Gathered {
    /// The exit code of an interruption.
    pub fn interrupted(&self) -> Option<u8> {
        match self.halted {
            Some(Halt::Signal(code)) => Some(code),
            _ => None,
        }
    }

    /// Says where the evidence is, and how a run that ended early goes on.
    fn say(&self, quiet: bool) {
        let run = self.directory.display().to_string();
        let (event, line) = match self.halted {
            Some(Halt::Signal(_)) => (
                "saved",
                format!("interrupted; what was read is kept, and --resume {run} goes on with it"),
            ),
            Some(Halt::CredentialsExpired) => (
                "saved",
                format!(
                    "the caller's credentials ended before the run did; sign in again, and --resume {run} goes on \
                     with it"
                ),
            ),
            None if quiet => return,
            None => ("saved", format!("the evidence is kept in {run}")),
        };
        log::say(
            event,
            &line,
            serde_json::json!({ "run_dir": run, "complete": self.halted.is_none() }),
        );
    }
}

/// Collects from AWS into a run's folder: a new one, or one that has begun.
///
/// # Errors
/// Where the run cannot start or go on, or its evidence cannot be kept. What was kept stays.
pub fn gather(
    connect: &ConnectArgs,
    scope_args: &ScopeArgs,
    (keep, asked): (&KeepArgs, &Asked),
    quiet: bool,
) -> Result<Gathered, Stop> {
    log::set(connect.log_format);
    let endpoint = scope::endpoint(connect)?;
    let mut resumed = None;
    let request = match &keep.resume {
        Some(directory) => {
            let (store, run) = Store::resume(directory)?;
            let role = Role { external_id: scope_args.external_id.clone(), ..run.role.clone() };
            let request = Request {
                plan: run.plan.clone(),
                role,
                management_role: run.management_role.clone(),
                clock: Clock::System,
            };
            resumed = Some((store, run, directory.clone()));
            request
        }
        None => {
            // Told before the first call, where it can be known.
            keep::can_create(keep.run_dir.as_deref().unwrap_or(&Path::new(RUNS).join("new")))?;
            scope::request(scope_args, asked)?
        }
    };
    // Each call has a connection; where the system allows no more, calls fail as they would anyway.
    let _ = rlimit::increase_nofile_limit(u64::MAX);
    runtime()?.block_on(async {
        let ending = Ending::default();
        let watching = tokio::spawn(signals::watch(ending.clone()));
        let aws = Aws::load(&endpoint, scope::pace(connect)).await.map_err(Stop::usage)?;
        let identified = async {
            tokio::select! {
                identity = identify(&aws, &request.plan.filter, request.clock) => identity,
                () = ending.begins() => Err(interrupted_at_once(&ending)),
            }
        };
        let mut identity = identified.await?;
        let (store, directory) = match resumed {
            Some((store, run, directory)) => {
                same_caller(&identity, &run)?;
                identity.run_id = run.run_id;
                identity.started = run.started;
                (store, directory)
            }
            None => {
                let directory =
                    keep.run_dir.clone().unwrap_or_else(|| Path::new(RUNS).join(&identity.run_id));
                (Store::create(&directory, &run_file(&request, &identity))?, directory)
            }
        };
        let progress = Progress::new(quiet);
        let watch = Watch { progress: &progress, ending: &ending };
        let reader = collect(&aws, (&request, &identity), store, watch).await;
        progress.end();
        watching.abort();
        let gathered = Gathered { reader: reader?, directory, halted: ending.halted() };
        gathered.say(quiet);
        Ok(gathered)
    })
}

fn interrupted_at_once(ending: &Ending) -> Stop {
    match ending.halted() {
        Some(Halt::Signal(code)) => {
            Stop { code, message: "interrupted before anything was read".to_owned() }
        }
        _ => Stop::start("the caller's credentials have ended; sign in again"),
    }
}

/// A run goes on as it began: another account's answers would stand beside the first one's as if they were one.
fn same_caller(identity: &Identity, run: &RunFile) -> Result<(), Stop> {
    if identity.caller.account == run.caller_account {
        return Ok(());
    }
    Err(Stop::usage(format!(
        "the run was begun from account {}, these credentials are of {}; use that account's",
        run.caller_account, identity.caller.account
    )))
}

/// What is kept of a request, to go on with it.
pub fn run_file(request: &Request, identity: &Identity) -> RunFile {
    RunFile {
        schema: keep::SCHEMA.to_owned(),
        run_id: identity.run_id.clone(),
        tool_version: env!("CARGO_PKG_VERSION").to_owned(),
        started: identity.started,
        caller_account: identity.caller.account,
        partition: identity.partition.clone(),
        plan: request.plan.clone(),
        role: Role { external_id: None, ..request.role.clone() },
        management_role: request.management_role.clone(),
    }
}
