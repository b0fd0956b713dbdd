//! What becomes of a request: a fault's effect, a refusal on the way, or the service's answer.

use std::time::Duration;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::http::HttpError;
use aws_smithy_types::body::SdkBody;

use crate::body;
use crate::description::Moment;
use crate::failure::{Failure, SKEW_SECONDS, UNKNOWN_OPERATION};
use crate::fault::Effect;
use crate::http::{Protocol, Request};
use crate::reply::Envelope;
use crate::services;
use crate::simulator::Simulator;
use crate::world::{Lending, World};

/// What becomes of a request. Decided without waiting.
pub(crate) enum Outcome {
    Answer(HttpResponse),
    Broken(ConnectorError),
    Silence,
}

impl Simulator {
    /// Faults first, then the network, then credentials, then quotas, then the service.
    pub(crate) fn decide(&self, request: &Request, elapsed: Duration) -> Outcome {
        let fault = self.script.faults.iter().find(|fault| fault.strikes(request, elapsed));
        let effect = fault.map(|fault| fault.effect);
        match effect {
            Some(effect) if !effect.spoils_an_answer() => self.strike(effect, request, elapsed),
            Some(Effect::Truncated) => spoilt(self.serve(request, elapsed), body::cut),
            Some(Effect::SlowBody { millis }) => {
                let whole = Duration::from_millis(millis);
                spoilt(self.serve(request, elapsed), |content| body::slow(content, whole))
            }
            _ => self.serve(request, elapsed),
        }
    }

    fn serve(&self, request: &Request, elapsed: Duration) -> Outcome {
        let envelope = self.envelope(request, elapsed);
        let mut world = World::new(&self.land, &self.script.changes, elapsed);
        if !world.region_exists(&request.region) {
            return no_address(request);
        }
        if let Some(failure) = self.turned_away(request, elapsed) {
            return written(envelope.write(Err(failure)));
        }
        world.lending = self.script.session_lifetime.map(|lifetime| Lending {
            since: elapsed,
            until: self.server_time(elapsed).after(lifetime),
        });
        let answer = services::answer(&world, request);
        if answer.as_ref().is_err_and(|failure| failure.code == UNKNOWN_OPERATION) {
            self.journal.record_unknown(request.action());
        }
        written(envelope.write(answer))
    }

    /// Why the request does not come to the service: what its signature says, or one call too many.
    fn turned_away(&self, request: &Request, elapsed: Duration) -> Option<Failure> {
        let server = self.server_time(elapsed);
        if self.script.clock_offset.is_some() && is_skewed(request, server) {
            return Some(Failure::skewed(request, server));
        }
        let end = match (request.session(), request.lent) {
            (Some(_), Some(lent)) => {
                self.script.session_lifetime.map(|life| lent.saturating_add(life))
            }
            (Some(_), None) => None,
            (None, _) => self.script.caller_lifetime,
        };
        if end.is_some_and(|end| end <= elapsed) {
            return Some(Failure::expired(request));
        }
        if !self.meter.admits(&self.script.quotas, request, elapsed) {
            self.journal.record_throttled(request.action());
            return Some(Failure::throttled(request));
        }
        None
    }

    /// The time at the server while its clock runs.
    fn server_time(&self, elapsed: Duration) -> Moment {
        let ahead = self.script.clock_offset.unwrap_or_default();
        self.land.frame.now.after(elapsed).later(ahead)
    }

    fn envelope<'a>(&self, request: &'a Request, elapsed: Duration) -> Envelope<'a> {
        let live = self.script.running_clock;
        let now = if live { self.server_time(elapsed) } else { self.land.frame.now };
        Envelope { request, now, live }
    }

    fn strike(&self, effect: Effect, request: &Request, elapsed: Duration) -> Outcome {
        let envelope = self.envelope(request, elapsed);
        let refuse = |failure: Failure| written(envelope.write(Err(failure)));
        let raw = |kind, bytes: &[u8]| written(envelope.write_raw(kind, bytes));
        match effect {
            Effect::AccessDenied => refuse(Failure::not_allowed(request)),
            Effect::ScpDenied => refuse(Failure::closed_by_scp(request)),
            Effect::Throttling => refuse(Failure::throttled(request)),
            Effect::ServerError => refuse(Failure::internal(request)),
            Effect::ExpiredToken => refuse(Failure::expired(request)),
            Effect::RegionDisabled => refuse(Failure::region_off(request)),
            Effect::AccountClosed => refuse(Failure::closed(request)),
            Effect::RoleNotAssumable => refuse(Failure::not_assumable(request, &request.resource)),
            Effect::ClockSkew => {
                let signed = request.signed.unwrap_or(envelope.now);
                refuse(Failure::skewed(request, signed.later(2 * SKEW_SECONDS)))
            }
            Effect::Html => raw("text/html", HTML),
            Effect::Malformed => match request.protocol {
                Protocol::AwsJson | Protocol::RestJson => {
                    raw("application/json", b"{\"trailList\": [")
                }
                _ => raw("text/xml", b"<?xml version=\"1.0\"?><Cut><Off>"),
            },
            Effect::Garbage => raw(envelope.content_type(), GARBAGE),
            Effect::EmptyBody => raw(envelope.content_type(), b""),
            Effect::ConnectionReset => {
                let error = std::io::Error::from(std::io::ErrorKind::ConnectionReset);
                Outcome::Broken(ConnectorError::io(error.into()))
            }
            Effect::NotThere => no_address(request),
            Effect::Hang => Outcome::Silence,
            Effect::SlowBody { .. } | Effect::Truncated => self.serve(request, elapsed),
        }
    }
}

const HTML: &[u8] = b"<!doctype html><html><head><title>Sign in</title></head><body><p>Please sign in to the network.</body></html>";
/// A gzip header, and bytes that UTF-8 does not know.
const GARBAGE: &[u8] = &[0x1f, 0x8b, 0x08, 0x00, 0xff, 0xfe, 0xc0, 0x80, 0x00, 0xf5];

fn no_address(request: &Request) -> Outcome {
    let text = format!("dns error: failed to lookup address of {}", request.region);
    Outcome::Broken(ConnectorError::io(text.into()))
}

/// S3 lets a signature be further off than the others do.
fn is_skewed(request: &Request, server: Moment) -> bool {
    let limit = match request.protocol {
        Protocol::S3 | Protocol::S3Control => 3 * SKEW_SECONDS,
        _ => SKEW_SECONDS,
    };
    let off = |signed: Moment| signed.epoch_seconds().abs_diff(server.epoch_seconds());
    request.signed.is_some_and(|signed| off(signed) > limit.unsigned_abs())
}

/// The answer with another body; its headers still say what the whole one is.
fn spoilt(outcome: Outcome, spoil: impl FnOnce(&[u8]) -> SdkBody) -> Outcome {
    match outcome {
        Outcome::Answer(mut response) => {
            let content = response.body().bytes().unwrap_or_default().to_vec();
            if !content.is_empty() {
                *response.body_mut() = spoil(&content);
            }
            Outcome::Answer(response)
        }
        other => other,
    }
}

fn written(response: Result<HttpResponse, HttpError>) -> Outcome {
    match response {
        Ok(response) => Outcome::Answer(response),
        Err(error) => Outcome::Broken(ConnectorError::other(error.into(), None)),
    }
}
