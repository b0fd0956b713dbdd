//! The HTTP client that is no network: it reads a request, decides what becomes of it, and delivers that.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::SystemTime;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_runtime_api::http::HttpError;

use crate::calls::{Call, Journal};
use crate::description::Description;
use crate::failure::{Failure, UNKNOWN_OPERATION};
use crate::fault::{Effect, Fault};
use crate::generated::Shape;
use crate::http::{Protocol, Request, STATIC_KEY_PREFIX};
use crate::land::Land;
use crate::reply::Envelope;
use crate::services;
use crate::world::World;

/// An AWS organization in memory, as the SDK's HTTP client. Clones share the organization and the journal.
#[derive(Debug, Clone)]
pub struct Simulator {
    land: Arc<Land>,
    faults: Arc<Vec<Fault>>,
    journal: Arc<Journal>,
}

/// What becomes of a request. Decided without waiting; whatever takes time belongs into `deliver`.
enum Outcome {
    Answer(HttpResponse),
    Broken(ConnectorError),
    Silence,
}

impl Simulator {
    /// A simulator of the described organization.
    #[must_use]
    pub fn new(description: Description) -> Self {
        Self::of(Land::described(description))
    }

    /// A simulator of an organization that is made account by account, as it is asked for: its memory does not grow
    /// with the number of accounts.
    #[must_use]
    pub fn generated(shape: Shape) -> Self {
        Self::of(shape.land())
    }

    fn of(land: Land) -> Self {
        Self { land: Arc::new(land), faults: Arc::default(), journal: Arc::default() }
    }

    /// The same organization with one more fault. Faults are tried in the order in which they were added.
    #[must_use]
    pub fn with_fault(mut self, fault: Fault) -> Self {
        Arc::make_mut(&mut self.faults).push(fault);
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

    /// The simulated time, for a client's time source: signatures and credentials then live in the same moment as
    /// the answers.
    #[must_use]
    pub fn now(&self) -> SystemTime {
        self.land.frame.now.system_time()
    }

    /// Every request so far, retries included, in the order of arrival. Sort before comparing concurrent runs.
    #[must_use]
    pub fn calls(&self) -> Vec<Call> {
        self.journal.calls()
    }

    /// The number of requests so far by `service:Operation`.
    #[must_use]
    pub fn counts(&self) -> BTreeMap<String, usize> {
        self.journal.counts()
    }

    /// What was asked for that the simulator does not know, as `service:Operation`. A test wants this empty.
    #[must_use]
    pub fn unknown_operations(&self) -> BTreeSet<String> {
        self.journal.unknown()
    }

    fn decide(&self, http: &HttpRequest) -> Outcome {
        let request = Request::read(http);
        self.journal.record(Call {
            account: request.account.clone(),
            region: request.region.clone(),
            service: request.service.clone(),
            operation: request.operation.clone(),
            resource: request.resource.clone(),
        });
        let effect = self.faults.iter().find(|fault| fault.strikes(&request)).map(|f| f.effect);
        if let Some(effect) = effect {
            return self.strike(effect, &request);
        }
        let world = World::untouched(&self.land);
        if !world.region_exists(&request.region) {
            // Such an endpoint has no name on the network.
            let text = format!("dns error: failed to lookup address of {}", request.region);
            return Outcome::Broken(ConnectorError::io(text.into()));
        }
        let answer = services::answer(&world, &request);
        if answer.as_ref().is_err_and(|failure| failure.code == UNKNOWN_OPERATION) {
            self.journal.record_unknown(request.action());
        }
        written(self.envelope(&request).write(answer))
    }

    fn strike(&self, effect: Effect, request: &Request) -> Outcome {
        let envelope = self.envelope(request);
        let refuse = |failure: Failure| written(envelope.write(Err(failure)));
        match effect {
            Effect::AccessDenied => refuse(Failure::not_allowed(request)),
            Effect::ScpDenied => refuse(Failure::closed_by_scp(request)),
            Effect::Throttling => refuse(Failure::throttled(request)),
            Effect::ServerError => refuse(Failure::internal(request)),
            Effect::ExpiredToken => refuse(Failure::expired(request)),
            Effect::Html => {
                let page = "<!doctype html><html><head><title>Sign in</title></head><body><p>Please sign in to the network.</body></html>";
                written(envelope.write_raw("text/html", page))
            }
            Effect::Malformed => written(match request.protocol {
                Protocol::AwsJson | Protocol::RestJson => {
                    envelope.write_raw("application/json", "{\"trailList\": [")
                }
                _ => envelope.write_raw("text/xml", "<?xml version=\"1.0\"?><Cut><Off>"),
            }),
            Effect::ConnectionReset => {
                let error = std::io::Error::from(std::io::ErrorKind::ConnectionReset);
                Outcome::Broken(ConnectorError::io(error.into()))
            }
            Effect::Hang => Outcome::Silence,
        }
    }

    fn envelope<'a>(&self, request: &'a Request) -> Envelope<'a> {
        Envelope { request, now: self.land.frame.now }
    }
}

fn written(response: Result<HttpResponse, HttpError>) -> Outcome {
    match response {
        Ok(response) => Outcome::Answer(response),
        Err(error) => Outcome::Broken(ConnectorError::other(error.into(), None)),
    }
}

fn deliver(outcome: Outcome) -> HttpConnectorFuture {
    match outcome {
        Outcome::Answer(response) => HttpConnectorFuture::ready(Ok(response)),
        Outcome::Broken(error) => HttpConnectorFuture::ready(Err(error)),
        Outcome::Silence => HttpConnectorFuture::new(std::future::pending()),
    }
}

impl HttpConnector for Simulator {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        deliver(self.decide(&request))
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
