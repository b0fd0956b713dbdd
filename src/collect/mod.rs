//! From credentials to a snapshot: the only place that knows the SDK. It judges nothing.
//!
//! One loop: ask the plan what is missing, ask AWS for it, keep the answers, until nothing is missing. Each account
//! goes its own way; one that fails or hangs costs the others nothing but its share of the open calls.

mod account;
mod ask;
pub mod clients;
mod cloudtrail;
mod gap;
mod iam;
mod kms;
mod organizations;
mod recorder;
mod region_filter;
mod roster;
mod s3;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

use aws_config::SdkConfig;
use futures::StreamExt;
use futures::stream;
use tokio::sync::Semaphore;
use trailproof_core::GraphBuilder;
use trailproof_core::answer::{Answer, RoleSession};
use trailproof_core::aws::AccountId;
use trailproof_core::plan::{Demand, follow_ups, missing};
use trailproof_core::snapshot::{Document, Manifest, ManifestAccount, Observation, Probe};

pub use ask::Clock;
use clients::{Aws, Role, Session, role_arn};
pub use roster::{Filter, Roster, discover};

use crate::exit::Stop;
use crate::progress::Progress;
use crate::store::{Reader, Store};

/// What a run was asked for.
#[derive(Debug, Clone)]
pub struct Request {
    /// The kinds of evidence.
    pub demand: Demand,
    /// The checks that want them.
    pub checks: Vec<String>,
    /// Which accounts and regions.
    pub filter: Filter,
    /// How members are entered.
    pub role: Role,
    /// The role's name in the management account, where it differs.
    pub management_role: Option<String>,
    /// How many calls may be open at once.
    pub concurrency: usize,
    /// The clock.
    pub clock: Clock,
}

/// A run under way.
struct Run<'a> {
    /// As whom the caller's own account and the organization are asked.
    caller: &'a Aws,
    /// From where members are entered: the caller, or the end of a chain of roles. Never used for the caller's own
    /// account: the chain's credentials are of another one, which would answer in its place.
    members: &'a Aws,
    request: &'a Request,
    manifest: Manifest,
    management: Option<AccountId>,
    calls: Semaphore,
    progress: &'a Progress,
    interrupted: &'a AtomicBool,
}

/// Collects a snapshot.
///
/// # Errors
/// Where the run cannot start, or its evidence cannot be kept.
pub async fn collect(
    aws: &Aws,
    request: &Request,
    mut store: Store,
    roster: Roster,
    progress: &Progress,
    interrupted: &AtomicBool,
) -> Result<Reader, Stop> {
    let Roster {
        mut organization,
        caller,
        partition,
        management,
        accounts,
        notes,
        started,
        run_id,
        ..
    } = roster;
    let manifest = Manifest {
        schema: trailproof_core::snapshot::SCHEMA.to_owned(),
        run_id,
        tool_version: env!("CARGO_PKG_VERSION").to_owned(),
        started,
        ended: started,
        partition,
        caller_account: caller.account,
        caller_arn: caller.arn,
        facts: request.demand.iter().collect(),
        checks: request.checks.clone(),
        regions: request.filter.regions.clone(),
        excluded_regions: request.filter.exclude_regions.clone(),
        accounts: accounts
            .iter()
            .map(|account| ManifestAccount {
                id: account.id,
                in_scope: account.in_scope,
                collected: false,
            })
            .collect(),
        notes,
        interrupted: false,
    };
    let members = aws.behind(&request.role);
    let run = Run {
        caller: aws,
        members: &members,
        request,
        manifest,
        management,
        calls: Semaphore::new(request.concurrency),
        progress,
        interrupted,
    };
    let wanted: Vec<AccountId> = accounts
        .iter()
        .filter(|account| account.in_scope && account.state.is_active())
        .map(|account| account.id)
        .collect();
    let mut builder = GraphBuilder::new(&run.manifest, &organization);
    let mut sessions = BTreeMap::new();
    progress.begin(wanted.len());
    let mut readings = stream::iter(wanted)
        .map(|account| run.account(account))
        .buffer_unordered(request.concurrency);
    while let Some(reading) = readings.next().await {
        let Some((document, session)) = reading else { continue };
        builder.add(&document);
        sessions.extend(session.map(|config| (document.account, config)));
        store.put(document)?;
        progress.account();
    }
    drop(readings);
    let mut manifest = run.manifest.clone();
    if !interrupted.load(Ordering::Relaxed) {
        run.follow(&mut builder, &mut organization, &mut store, &sessions).await?;
    }
    manifest.interrupted = interrupted.load(Ordering::Relaxed);
    manifest.ended = request.clock.now();
    for account in &mut manifest.accounts {
        account.collected = builder.has(account.id);
    }
    progress.end();
    store.finish(manifest, organization)
}

impl Run<'_> {
    async fn ask(&self, session: &Session, probe: Probe) -> (Probe, Observation) {
        // The semaphore lives as long as the run and is never closed.
        let _permit = self.calls.acquire().await;
        let observation = ask::ask(session, &probe, self.request.clock).await;
        self.progress.calls(observation.responses.len());
        (probe, observation)
    }

    /// All that one account alone can tell; none where the run was interrupted before it.
    async fn account(&self, account: AccountId) -> Option<(Document, Option<SdkConfig>)> {
        if self.interrupted.load(Ordering::Relaxed) {
            return None;
        }
        let mut document = Document::new(account);
        let session = match self.session(account, &mut document).await {
            Ok(session) => session,
            Err(()) => return Some((document, None)),
        };
        loop {
            let probes = missing(&self.request.demand, &self.manifest, &document);
            if probes.is_empty() || self.interrupted.load(Ordering::Relaxed) {
                break;
            }
            let answers: Vec<_> = stream::iter(probes)
                .map(|probe| self.ask(&session, probe))
                .buffer_unordered(self.request.concurrency)
                .collect()
                .await;
            document.observations.extend(answers);
        }
        Some((document, Some(session.into_config())))
    }

    /// Enters the account's role, unless it is the caller's own account.
    async fn session(&self, account: AccountId, document: &mut Document) -> Result<Session, ()> {
        let partition = &self.manifest.partition;
        if account == self.manifest.caller_account {
            return Ok(self.caller.caller(account, partition));
        }
        let mut role = self.request.role.clone();
        if let Some(name) =
            self.request.management_role.as_ref().filter(|_| self.management == Some(account))
        {
            role.name.clone_from(name);
        }
        let probe = Probe::global(trailproof_core::fact::Fact::Session);
        let called_at = self.request.clock.now();
        let _permit = self.calls.acquire().await;
        let (entered, record) =
            recorder::recorded(self.members.enter(account, partition, &role)).await;
        self.progress.calls(record.responses.len());
        let arn = role_arn(account, partition, &role);
        let (outcome, session) = match entered {
            Ok(session) => {
                (Ok(Answer::Session(RoleSession { role_arn: arn.clone() })), Some(session))
            }
            Err(failure) => (Err(roster::refused(failure, &arn)), None),
        };
        let mut observation = ask::observation(account, &probe, called_at, (outcome, record));
        observation.parameters.insert("RoleArn".to_owned(), arn);
        document.observations.insert(probe, observation);
        session.ok_or(())
    }

    /// What only the whole graph can ask: owners of buckets and keys, and who stands in for the management account.
    async fn follow(
        &self,
        builder: &mut GraphBuilder,
        organization: &mut Document,
        store: &mut Store,
        sessions: &BTreeMap<AccountId, SdkConfig>,
    ) -> Result<(), Stop> {
        loop {
            let open = follow_ups(&self.request.demand, &builder.graph(), organization);
            if open.organization.is_empty() && open.accounts.is_empty() {
                return Ok(());
            }
            let partition = &self.manifest.partition;
            for probe in open.organization {
                let caller = self.caller.caller(self.manifest.caller_account, partition);
                let (probe, observation) = self.ask(&caller, probe).await;
                organization.observations.insert(probe, observation);
            }
            builder.organization(organization);
            let askable = open.accounts.into_iter().filter_map(|(account, probes)| {
                sessions.get(&account).map(|config| (account, probes, config))
            });
            let mut answers = stream::iter(askable)
                .map(|(account, probes, config)| async move {
                    let session = self.members.resume(account, partition, config);
                    let asked = stream::iter(probes)
                        .map(|probe| self.ask(&session, probe))
                        .buffer_unordered(self.request.concurrency);
                    (account, asked.collect::<Vec<_>>().await)
                })
                .buffer_unordered(self.request.concurrency);
            while let Some((account, answers)) = answers.next().await {
                let mut document = store.get(account)?;
                document.observations.extend(answers);
                builder.add(&document);
                store.put(document)?;
            }
            if self.interrupted.load(Ordering::Relaxed) {
                return Ok(());
            }
        }
    }
}
