//! From credentials to a snapshot: the only place that knows the SDK. It judges nothing.
//!
//! One loop: ask the plan what is missing, ask AWS for it, keep the answers, until nothing is missing. Each account
//! goes its own way; one that fails or hangs costs the others nothing. What is kept is on disk after each account, so
//! that a run which ends at any moment goes on where it was: `--resume` is the same loop.

mod account;
mod ask;
mod aws;
mod choice;
mod cloudtrail;
mod cloudwatch;
mod control_policies;
mod credentials;
mod detection;
mod direct;
mod ending;
mod events;
mod follow;
mod gap;
mod history;
mod iam;
mod intake;
mod kms;
mod lake;
mod logs;
mod objects;
mod organizations;
mod pace;
mod patience;
mod reading;
mod recorder;
mod region_filter;
mod roster;
mod s3;
mod session;
mod skew;
mod sns;
mod wire;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use futures::StreamExt;
use futures::channel::mpsc;
use futures::stream::FuturesUnordered;
use serde::{Deserialize, Serialize};
use serde_json::json;
use trailproof_core::aws::AccountId;
use trailproof_core::fact::Fact;
use trailproof_core::ledger::Ledger;
use trailproof_core::plan::Demand;
use trailproof_core::snapshot::{Document, Manifest, ManifestAccount};

pub use ask::Clock;
pub use aws::{Aws, Endpoint, InProcess, is_url, still};
pub use choice::{Choice, Exclusion, Filter, Listed};
use credentials::Kept;
pub use credentials::Role;
pub use ending::{Ending, Halt};
use follow::{Follow, Known};
use intake::Intake;
pub use objects::{ListedPage, Listing, Objects};
use pace::LEASE;
pub use pace::{Counters, Pace, Rates};
use reading::Run;
pub use roster::{Identity, Roster, discover, identify};

use crate::exit::Stop;
use crate::keep::Store;
use crate::progress::Progress;
use crate::store::Reader;

/// What a run is to find out, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// The kinds of evidence.
    pub facts: Vec<Fact>,
    /// The checks that want them.
    pub checks: Vec<String>,
    /// Which accounts and regions.
    pub filter: Filter,
    /// Accounts outside the organization to which a log bucket may belong by the user's word.
    #[serde(default)]
    pub expected_owners: Vec<AccountId>,
    /// How many pages of event history are read for one question.
    #[serde(default = "lookup_max_pages")]
    pub lookup_max_pages: u32,
}

/// What a run asked for that was begun before this could be said.
fn lookup_max_pages() -> u32 {
    trailproof_core::policy::Policy::default().lookup_max_pages
}

/// What a run was asked for.
#[derive(Debug, Clone)]
pub struct Request {
    /// What to find out, and where.
    pub plan: Plan,
    /// How members are entered.
    pub role: Role,
    /// The role's name in the management account, where it differs.
    pub management_role: Option<String>,
    /// The clock.
    pub clock: Clock,
}

/// Who watches a run, and who may end it.
#[derive(Debug, Clone, Copy)]
pub struct Watch<'a> {
    /// Where progress is told.
    pub progress: &'a Progress,
    /// Whether it is to end.
    pub ending: &'a Ending,
}

/// Collects a snapshot into a store that may hold some of it already.
///
/// # Errors
/// Where the run cannot start, or its evidence cannot be kept. What was kept before stays.
pub async fn collect(
    aws: &Aws,
    (request, identity): (&Request, &Identity),
    mut store: Store,
    watch: Watch<'_>,
) -> Result<Reader, Stop> {
    let run = Run::new(aws, request, identity, watch.ending);
    let resumed = store.organization();
    let event = if resumed.is_some() { "resume" } else { "start" };
    store.note(request.clock.now(), event, json!({ "run": identity.run_id }));
    watch.progress.begin(aws.pace().counters.clone());

    let (sender, mut pages) = mpsc::unbounded::<Listed>();
    let mut organization = resumed.unwrap_or_else(|| Document::new(identity.caller.account));
    reading::forget_passing(&mut organization);
    // Where the management account is entered by a role of its own, it must be known before any account is entered.
    let at_once = request.management_role.is_none();
    let mut listed = move |page: &[Listed]| {
        let page = page.iter().filter(|_| at_once);
        page.for_each(|account| drop(sender.unbounded_send(*account)));
    };
    let filter = &request.plan.filter;
    let listing = roster::list(
        aws,
        (identity, filter, &request.plan.facts),
        (organization, request.clock),
        &mut listed,
    );
    let mut listing = Box::pin(listing);

    let mut work = Work {
        store,
        ledger: Ledger::default(),
        read: BTreeSet::new(),
        sessions: BTreeMap::new(),
        watch,
    };
    let mut roster: Option<Roster> = None;
    let mut follow: Option<Follow<'_>> = None;
    let mut manifest = manifest(request, identity);
    let mut intake = Intake::new(aws.pace().accounts());
    let mut reading = FuturesUnordered::new();
    if filter.takes_all_accounts() && !filter.organization {
        // Whatever the organization says, the caller's own account is read: it need not wait for the list.
        intake.take(identity.caller.account);
    }
    let admission = &aws.pace().admission;
    let mut ended = false;
    let (mut over, is_over) = (false, watch.ending.is_over());
    tokio::pin!(is_over);
    let mut seconds = tokio::time::interval(Duration::from_secs(1));
    let mut breaths = tokio::time::interval(LEASE);
    loop {
        while !ended && admission.is_hungry() {
            let Some(account) = intake.next(reading.len()) else { break };
            reading.push(run.account(account, work.store.get(account)));
        }
        if ended && roster.is_some() {
            admission.close();
        }
        let settled = over || (roster.is_some() && (ended || intake.is_done()));
        let listing_goes_on = roster.is_none() && !over;
        let asking = follow.as_ref().is_some_and(Follow::is_asking);
        if reading.is_empty() && settled && !(asking && ended) {
            break;
        }
        tokio::select! {
            biased;
            () = watch.ending.begins(), if !ended => ended = true,
            // Until then the list of accounts may still come to its end: without it there is no report.
            () = &mut is_over, if !over => {
                over = true;
                admission.close();
            }
            Some(account) = reading.next(), if !reading.is_empty() => {
                work.keep(account)?;
                if let (Some(roster), Some(follow), false) = (&roster, &mut follow, ended) {
                    let known = Known { manifest: &manifest, organization: &roster.organization };
                    let left = intake.left(work.read.len());
                    follow.early(&work, (left, known));
                }
            }
            Some(answers) = next(&mut follow), if asking => {
                if let Some(follow) = &mut follow {
                    follow.keep(answers, &mut work)?;
                    if let (Some(roster), false) = (&roster, ended) {
                        let organization = &roster.organization;
                        let known = Known { manifest: &manifest, organization };
                        let left = intake.left(work.read.len());
                        follow.next_hop(&work, (left, known));
                    }
                }
            }
            done = &mut listing, if listing_goes_on => {
                let mut done = done.inspect_err(|_| work.store.discard())?;
                run.managed_by(done.choice.management);
                work.store.put_organization(&done.organization)?;
                work.store.shorten(&mut done.organization);
                let all = done.choice.accounts.iter().filter(|account| account.is_read());
                all.for_each(|account| intake.take(account.id));
                watch.progress.accounts(intake.taken().len());
                manifest.accounts = listed_in(&done.choice);
                manifest.notes = std::mem::take(&mut done.choice).notes;
                let known = Known { manifest: &manifest, organization: &done.organization };
                let left = intake.left(work.read.len());
                follow.insert(Follow::new(&run)).early(&work, (left, known));
                roster = Some(done);
            }
            Some(account) = pages.next(), if listing_goes_on => {
                if account.is_read() {
                    intake.take(account.id);
                    watch.progress.found(intake.taken().len());
                }
            }
            () = admission.appetite() => {}
            _ = breaths.tick() => intake.breathe(admission.is_idle(), reading.len()),
            _ = seconds.tick(), if watch.progress.is_shown() => watch.progress.tick(),
        }
    }
    drop((reading, listing));
    let (Some(Roster { mut organization, .. }), Some(follow)) = (roster, follow) else {
        return Err(ended_early(watch.ending, &work.store));
    };
    work.drop_strangers(&manifest, intake.taken());
    if watch.ending.halted().is_none() {
        follow.finish(&mut work, (&manifest, &mut organization)).await?;
    }
    manifest.interrupted = watch.ending.halted().is_some();
    manifest.ended = request.clock.now();
    for account in &mut manifest.accounts {
        account.collected = account.in_scope && work.store.has(account.id);
    }
    let event = if manifest.interrupted { "interrupted" } else { "end" };
    let counters = &aws.pace().counters;
    work.store.note(
        manifest.ended,
        event,
        json!({ "attempts": counters.attempts(), "throttled": counters.throttled() }),
    );
    watch.progress.end();
    let organization = work.store.whole(organization)?;
    work.store.finish(manifest, organization)
}

/// The next answers to what several accounts together ask.
async fn next(follow: &mut Option<Follow<'_>>) -> Option<follow::Answers> {
    follow.as_mut()?.next().await
}

fn listed_in(choice: &Choice) -> Vec<ManifestAccount> {
    let listed = |account: &Listed| ManifestAccount {
        id: account.id,
        in_scope: account.in_scope,
        collected: false,
    };
    choice.accounts.iter().map(listed).collect()
}

/// The run ended before it was known which accounts there are: there is nothing yet that could be judged.
fn ended_early(ending: &Ending, store: &Store) -> Stop {
    let on = store.path().map_or_else(String::new, |path| {
        format!("; what was read is kept: --resume {} goes on", path.display())
    });
    match ending.halted() {
        Some(Halt::Signal(code)) => {
            Stop { code, message: format!("interrupted while the accounts were listed{on}") }
        }
        _ => Stop::start(format!(
            "the caller's credentials ended while the accounts were listed; sign in again{on}"
        )),
    }
}

fn manifest(request: &Request, identity: &Identity) -> Manifest {
    Manifest {
        schema: trailproof_core::snapshot::SCHEMA.to_owned(),
        run_id: identity.run_id.clone(),
        tool_version: env!("CARGO_PKG_VERSION").to_owned(),
        started: identity.started,
        ended: identity.started,
        partition: identity.partition.clone(),
        caller_account: identity.caller.account,
        caller_arn: identity.caller.arn.clone(),
        facts: Demand::facts(request.plan.facts.iter().copied()).wanted().collect(),
        checks: request.plan.checks.clone(),
        regions: request.plan.filter.regions.clone(),
        excluded_regions: request.plan.filter.exclude_regions.clone(),
        accounts: Vec::new(),
        expected_owners: request.plan.expected_owners.clone(),
        notes: Vec::new(),
        interrupted: false,
    }
}

/// What a run has gathered so far.
struct Work<'a> {
    store: Store,
    ledger: Ledger,
    /// The accounts that were read in this run, or found complete. Of any other a later document takes the place of what
    /// is kept.
    read: BTreeSet<AccountId>,
    /// The credentials of accounts that may be asked again.
    sessions: BTreeMap<AccountId, Kept>,
    watch: Watch<'a>,
}

impl Work<'_> {
    /// Takes what was read of an account.
    fn keep(&mut self, read: reading::Read) -> Result<(), Stop> {
        let reading::Read { document, credentials, complete, changed } = read;
        let account = document.account;
        self.ledger.add(&document);
        self.read.insert(account);
        self.sessions.extend(credentials.map(|credentials| (account, credentials)));
        if changed {
            let (observations, at) = (document.observations.len(), document.read_between());
            self.store.put(document)?;
            let more =
                json!({ "account": account, "observations": observations, "complete": complete });
            let at = at.map_or(jiff::Timestamp::UNIX_EPOCH, |(_, last)| last);
            self.store.note(at, "account", more);
        }
        if complete {
            self.watch.progress.account();
        }
        Ok(())
    }

    /// Forgets accounts that were read from a list which then could not be read to its end.
    fn drop_strangers(&mut self, manifest: &Manifest, taken: &BTreeSet<AccountId>) {
        let known: BTreeSet<_> = manifest.accounts.iter().map(|account| account.id).collect();
        taken.difference(&known).for_each(|account| self.store.remove(*account));
    }
}
