//! One scan of a simulated organization in this process, under a clock that jumps from event to event: how long it
//! takes is an exact number that no machine changes.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::Duration;

use aws_smithy_async::time::SharedTimeSource;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use trailproof::collect::{
    Aws, Clock, Ending, Filter, Identity, InProcess, Pace, Plan, Rates, Request, Role, Watch,
    collect, identify,
};
use trailproof::exit::Stop;
use trailproof::keep::{self, RunFile, Store};
use trailproof::progress::Progress;
use trailproof::store::Reader;
use trailproof_checks::CATALOGUE;
use trailproof_core::fact::Fact;
use trailproof_core::plan::Demand;
use trailproof_sim::Simulator;

/// The calls of the default concurrency.
pub const CONCURRENCY: usize = trailproof::CONCURRENCY as usize;

/// A scan to be made.
#[derive(Clone)]
pub struct Lab {
    /// Who answers: the simulator, or whatever stands before it.
    pub http: SharedHttpClient,
    pub simulator: Simulator,
    /// The region of the first call.
    pub region: String,
    pub concurrency: usize,
    pub filter: Filter,
    /// What is asked for: all that the catalogue reads, unless a test wants more.
    pub facts: Vec<Fact>,
    /// Roles to enter before the members'.
    pub chain: Vec<String>,
    pub attempt_timeout: Duration,
    /// Where the evidence goes; memory where there is none.
    pub folder: Option<PathBuf>,
    /// Whether a run in that folder is gone on with.
    pub resume: bool,
    pub ending: Ending,
}

/// A scan that was made.
pub struct Scanned {
    pub reader: Result<Reader, Stop>,
    /// On the clock that jumps.
    pub took: Duration,
}

impl Lab {
    pub fn new(simulator: Simulator) -> Self {
        Self {
            http: SharedHttpClient::new(simulator.clone()),
            simulator,
            region: "us-east-1".to_owned(),
            concurrency: CONCURRENCY,
            filter: Filter::default(),
            facts: Demand::of(CATALOGUE).iter().collect(),
            chain: Vec::new(),
            attempt_timeout: Duration::from_secs(20),
            folder: None,
            resume: false,
            ending: Ending::default(),
        }
    }

    /// Keeps the evidence in that folder.
    pub fn within(mut self, folder: impl Into<PathBuf>) -> Self {
        self.folder = Some(folder.into());
        self
    }

    pub fn request(&self) -> Request {
        let now = jiff::Timestamp::try_from(self.simulator.now()).unwrap();
        Request {
            plan: Plan {
                facts: self.facts.clone(),
                checks: CATALOGUE.iter().map(|check| check.id.to_owned()).collect(),
                filter: self.filter.clone(),
                expected_owners: Vec::new(),
                lookup_max_pages: 4,
            },
            role: Role {
                name: "TrailproofAudit".to_owned(),
                path: "/".to_owned(),
                external_id: None,
                duration: None,
                chain: self.chain.clone(),
            },
            management_role: None,
            clock: Clock::Fixed(now),
        }
    }

    fn store(&self, request: &Request, identity: &Identity) -> Result<Store, Stop> {
        match &self.folder {
            None => Ok(Store::Memory(BTreeMap::new())),
            Some(folder) if self.resume => Store::resume(folder).map(|(store, _)| store),
            Some(folder) => Store::create(
                folder,
                &RunFile {
                    schema: keep::SCHEMA.to_owned(),
                    run_id: identity.run_id.clone(),
                    tool_version: "lab".to_owned(),
                    started: identity.started,
                    caller_account: identity.caller.account,
                    partition: identity.partition.clone(),
                    plan: request.plan.clone(),
                    role: request.role.clone(),
                    management_role: None,
                },
            ),
        }
    }

    /// The scan itself; to be polled under a paused clock.
    pub async fn scan_async(&self) -> Result<Reader, Stop> {
        let answering = InProcess {
            http: self.http.clone(),
            keys: self.simulator.caller_credentials(),
            region: self.region.clone(),
            clock: SharedTimeSource::new(self.simulator.clock()),
            attempt_timeout: self.attempt_timeout,
        };
        let aws = Aws::in_process(answering, Pace::new(self.concurrency, Rates::default()));
        let request = self.request();
        let identity = identify(&aws, &request.plan.filter, request.clock).await?;
        let store = self.store(&request, &identity)?;
        let progress = Progress::new(true);
        let watch = Watch { progress: &progress, ending: &self.ending };
        collect(&aws, (&request, &identity), store, watch).await
    }

    /// Scans, in a runtime of its own whose clock jumps.
    pub fn scan(&self) -> Scanned {
        // The SDK's jitter comes from here: with one seed two scans back off alike.
        fastrand::seed(7);
        paused().block_on(async {
            let start = tokio::time::Instant::now();
            let reader = self.scan_async().await;
            Scanned { reader, took: start.elapsed() }
        })
    }
}

/// A runtime whose clock jumps to the next event whenever nothing can be done now.
pub fn paused() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap()
}

/// The operations of all that the catalogue reads.
#[allow(dead_code, reason = "the tests have no use for it, the benches do")]
pub fn reads() -> BTreeSet<String> {
    let operation = |fact| match fact {
        Fact::TrailDelivery => "cloudtrail:GetTrailStatus/region".to_owned(),
        Fact::BucketOwner => "s3:HeadBucket/owner".to_owned(),
        Fact::AnalyzerAdministrators => {
            "organizations:ListDelegatedAdministrators/analyzers".to_owned()
        }
        fact if Fact::OF_HISTORY.contains(&fact) => format!("{}/{fact:?}", fact.operation()),
        fact => fact.operation().to_owned(),
    };
    Demand::of(CATALOGUE).iter().map(operation).collect()
}
