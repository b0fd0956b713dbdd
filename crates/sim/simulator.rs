//! The HTTP client that is no network: it reads a request, decides what becomes of it, and delivers that.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;

use crate::calls::{Call, Journal};
use crate::change::Change;
use crate::clock::Clock;
use crate::description::Description;
use crate::fault::Fault;
use crate::generated::Shape;
use crate::http::{Request, STATIC_KEY_PREFIX};
use crate::land::Land;
use crate::latency::Latency;
use crate::outcome::Outcome;
use crate::quota::{Meter, Quotas};

/// An AWS organization in memory, as the SDK's HTTP client. Clones share the organization, the journal and the clock.
#[derive(Debug, Clone)]
pub struct Simulator {
    pub(crate) land: Arc<Land>,
    pub(crate) script: Arc<Script>,
    pub(crate) journal: Arc<Journal>,
    pub(crate) meter: Arc<Meter>,
    pub(crate) clock: Clock,
}

/// What is to happen beside plain answers.
#[derive(Debug, Clone, Default)]
pub(crate) struct Script {
    pub(crate) faults: Vec<Fault>,
    pub(crate) changes: Vec<Change>,
    pub(crate) quotas: Quotas,
    pub(crate) session_lifetime: Option<Duration>,
    pub(crate) caller_lifetime: Option<Duration>,
    pub(crate) running_clock: bool,
    /// How many seconds the server's clock is ahead of the client's.
    pub(crate) clock_offset: Option<i64>,
    latency: Latency,
}

impl Simulator {
    /// A simulator of the described organization.
    #[must_use]
    pub fn new(description: Description) -> Self {
        Self::of(Land::described(description))
    }

    /// A simulator of an organization that is made account by account, as it is asked for: its memory does not grow
    /// with the number of accounts.
    ///
    /// ```
    /// use std::time::Duration;
    /// use trailproof_sim::{Change, Latency, Quotas, Shape, Simulator, What};
    ///
    /// let shape = Shape { seed: 7, accounts: 10_000, ..Shape::default() };
    /// let closes = Change::after(Duration::from_secs(20), &shape.account_id(4_711), What::CloseAccount);
    /// let simulator = Simulator::generated(shape)
    ///     .counting()
    ///     .with_latency(Latency::fixed(Duration::from_millis(50)))
    ///     .with_quotas(Quotas::aws().used("cloudtrail:*", 7))
    ///     .with_change(closes);
    /// let reads = ["cloudtrail:GetTrailStatus".to_owned()].into();
    /// let bound = simulator.bound(&reads, Duration::from_millis(50), 1_000);
    /// assert!(bound.total() > Duration::from_secs(20));
    /// ```
    #[must_use]
    pub fn generated(shape: Shape) -> Self {
        Self::of(shape.land())
    }

    fn of(land: Land) -> Self {
        Self {
            clock: Clock::new(land.frame.now.system_time()),
            land: Arc::new(land),
            script: Arc::default(),
            journal: Arc::new(Journal::whole()),
            meter: Arc::default(),
        }
    }

    fn scripted(mut self, change: impl FnOnce(&mut Script)) -> Self {
        change(Arc::make_mut(&mut self.script));
        self
    }

    /// The same organization with one more fault. Faults are tried in the order in which they were added. What a
    /// fault strikes does not count against a quota.
    #[must_use]
    pub fn with_fault(self, fault: Fault) -> Self {
        self.scripted(|script| script.faults.push(fault))
    }

    /// The same organization, in which something will happen to an account.
    #[must_use]
    pub fn with_change(self, change: Change) -> Self {
        self.scripted(|script| script.changes.push(change))
    }

    /// Lets calls take time, by tokio's clock. What becomes of a call is decided when it is made, and heard when its
    /// latency has passed. Without latency every answer is there at the first poll.
    #[must_use]
    pub fn with_latency(self, latency: Latency) -> Self {
        self.scripted(|script| script.latency = latency)
    }

    /// Refuses calls beyond these quotas, each with its service's own error.
    #[must_use]
    pub fn with_quotas(self, quotas: Quotas) -> Self {
        self.scripted(|script| script.quotas = quotas)
    }

    /// Lends role sessions for so long only. They say when they end, and are refused from then on.
    #[must_use]
    pub fn with_session_lifetime(self, lifetime: Duration) -> Self {
        self.scripted(|script| script.session_lifetime = Some(lifetime))
    }

    /// Refuses the caller's own keys as expired once so much virtual time has passed.
    #[must_use]
    pub fn with_caller_lifetime(self, lifetime: Duration) -> Self {
        self.scripted(|script| script.caller_lifetime = Some(lifetime))
    }

    /// Lets the `Date` of answers follow the virtual time instead of standing still at the description's `now`, and
    /// lets clients take it for the server's time. For clients that go by [`Simulator::clock`].
    #[must_use]
    pub fn with_running_clock(self) -> Self {
        self.scripted(|script| script.running_clock = true)
    }

    /// A running clock that is so many seconds ahead of the client's (or behind it). Signatures that are further off
    /// than AWS allows are refused; the `Date` of the refusal tells the client by how much.
    #[must_use]
    pub fn with_clock_offset(self, seconds: i64) -> Self {
        self.with_running_clock().scripted(|script| script.clock_offset = Some(seconds))
    }

    /// Counts calls without keeping them, for scans of hundreds of thousands. The counts begin anew.
    #[must_use]
    pub fn counting(mut self) -> Self {
        self.journal = Arc::new(Journal::counting());
        self
    }

    /// Access key id and secret of the caller that the description names: obviously fake, and good for nothing else.
    #[must_use]
    pub fn caller_credentials(&self) -> (String, String) {
        let account = self.land.frame.caller_account();
        (format!("{STATIC_KEY_PREFIX}{account}"), "simulated-secret-that-opens-nothing".to_owned())
    }

    /// The description that is answered from; none where the organization is generated.
    #[must_use]
    pub fn description(&self) -> Option<&Description> {
        self.land.description()
    }

    /// The simulated time at the first call, for a client's time source: signatures and credentials then live in the
    /// same moment as the answers.
    #[must_use]
    pub fn now(&self) -> SystemTime {
        self.land.frame.now.system_time()
    }

    /// The client's clock: [`Simulator::now`] and what has passed since the first call.
    #[must_use]
    pub fn clock(&self) -> Clock {
        self.clock.clone()
    }

    /// Every request so far, retries included, in the order of arrival. Sort before comparing concurrent runs. Empty
    /// where calls are only counted.
    #[must_use]
    pub fn calls(&self) -> Vec<Call> {
        self.journal.calls()
    }

    /// The number of requests so far by `service:Operation`, retries included.
    #[must_use]
    pub fn counts(&self) -> BTreeMap<String, usize> {
        self.journal.counts()
    }

    /// The same by the attempt that the client said it was making; 1 is the first.
    #[must_use]
    pub fn attempts(&self) -> BTreeMap<String, BTreeMap<u32, usize>> {
        self.journal.attempts()
    }

    /// The number of requests that were not a call's first attempt, by `service:Operation`.
    #[must_use]
    pub fn retries(&self) -> BTreeMap<String, usize> {
        let again = |attempts: BTreeMap<u32, usize>| attempts.range(2..).map(|(_, n)| n).sum();
        let all = self.attempts().into_iter().map(|(action, attempts)| (action, again(attempts)));
        all.filter(|(_, retries)| *retries > 0).collect()
    }

    /// How many requests were refused for a quota, by `service:Operation`.
    #[must_use]
    pub fn throttled(&self) -> BTreeMap<String, usize> {
        self.journal.throttled()
    }

    /// What was asked for that the simulator does not know, as `service:Operation`. A test wants this empty.
    #[must_use]
    pub fn unknown_operations(&self) -> BTreeSet<String> {
        self.journal.unknown()
    }
}

fn deliver(outcome: Outcome, latency: Duration) -> HttpConnectorFuture {
    if latency.is_zero() {
        return match outcome {
            Outcome::Answer(response) => HttpConnectorFuture::ready(Ok(response)),
            Outcome::Broken(error) => HttpConnectorFuture::ready(Err(error)),
            Outcome::Silence => HttpConnectorFuture::new(std::future::pending()),
        };
    }
    HttpConnectorFuture::new(async move {
        tokio::time::sleep(latency).await;
        match outcome {
            Outcome::Answer(response) => Ok::<HttpResponse, ConnectorError>(response),
            Outcome::Broken(error) => Err(error),
            Outcome::Silence => std::future::pending().await,
        }
    })
}

impl HttpConnector for Simulator {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let elapsed = self.clock.call();
        let request = Request::read(&request);
        self.journal.record(&request);
        deliver(self.decide(&request, elapsed), self.script.latency.of(&request))
    }
}

impl HttpClient for Simulator {
    fn http_connector(
        &self,
        _settings: &HttpConnectorSettings,
        _components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

#[cfg(test)]
#[path = "simulator/tests.rs"]
mod tests;

#[cfg(test)]
#[path = "simulator/time.rs"]
mod time;
