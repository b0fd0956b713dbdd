//! What each call proves of itself: status, request id, the server's date and the number of tries, taken off the wire.
//!
//! The record belongs to the task that asks, so one interceptor serves every client and every page of an answer.

use std::cell::RefCell;

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::{
    BeforeDeserializationInterceptorContextRef, BeforeSerializationInterceptorContextRef,
    BeforeTransmitInterceptorContextMut, BeforeTransmitInterceptorContextRef,
};
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::DateTime;
use aws_smithy_types::config_bag::ConfigBag;
use aws_smithy_types::date_time::Format;
use trailproof_core::snapshot::Response;

use super::pace::Permit;

/// What was seen of one question's calls.
#[derive(Debug, Default)]
pub struct Record {
    /// One for each call or page, in order.
    pub responses: Vec<Response>,
    /// The header `x-amz-bucket-region` of the last answer.
    pub bucket_region: Option<String>,
    /// When the last request was signed, as its header `x-amz-date` has it.
    signed: Option<String>,
    /// Whether the last answer is a replayed one, whose date is not the server's time.
    aged: bool,
    /// The turn of a call that has to be signed anew.
    turn: Option<Permit>,
    /// Whether the last attempt was throttled like many before it.
    hopeless: bool,
    /// Whether the last answer has no body at all.
    empty: bool,
}

impl Record {
    /// The server's clock, as the last answer has it.
    pub fn server_time(&self) -> Option<std::time::SystemTime> {
        let date = self.responses.last()?.date.as_deref()?;
        let date = DateTime::from_str(date, Format::HttpDate).ok()?;
        date.try_into().ok()
    }
}

tokio::task_local! {
    /// There while a role's credentials are renewed in the middle of a question.
    static BESIDE: ();
    static RECORD: RefCell<Record>;
}

/// Runs a question and returns what came of it beside the record of its calls.
pub async fn recorded<T>(question: impl Future<Output = T>) -> (T, Record) {
    RECORD
        .scope(RefCell::default(), async {
            let outcome = question.await;
            let mut record = RECORD.with(RefCell::take);
            record.turn = None;
            (outcome, record)
        })
        .await
}

/// The region that S3 named in the last answer of this question.
pub fn bucket_region() -> Option<String> {
    RECORD.try_with(|record| record.borrow().bucket_region.clone()).ok().flatten()
}

/// The status of the last answer of this question.
pub fn last_status() -> Option<u16> {
    let status = |record: &RefCell<Record>| record.borrow().responses.last()?.http_status;
    RECORD.try_with(status).ok().flatten()
}

/// Whether the last answer of this question has no body: the SDK takes some of those for empty lists.
#[cfg(feature = "detection-services")]
pub fn last_is_empty() -> bool {
    RECORD.try_with(|record| record.borrow().empty).unwrap_or_default()
}

/// When the last request was signed by our clock, and answered by the server's.
pub fn clocks() -> Option<(String, std::time::SystemTime)> {
    let clocks = |record: &RefCell<Record>| {
        let record = record.borrow();
        let time = record.server_time().filter(|_| !record.aged)?;
        Some((record.signed.clone()?, time))
    };
    RECORD.try_with(clocks).ok().flatten()
}

/// Renews credentials for a call that may hold its turn already: what it does needs no other one, or calls could wait
/// for one another for ever.
pub async fn beside<T>(renewal: impl Future<Output = T>) -> T {
    BESIDE.scope((), renewal).await
}

/// Whether a call is part of that.
pub fn is_beside() -> bool {
    BESIDE.try_with(|()| ()).is_ok()
}

/// Keeps the turn of an attempt that was not sent, for the next one.
pub fn keep_turn(turn: Permit) {
    record(|record| {
        record.turn = Some(turn);
        if let Some(response) = record.responses.last_mut() {
            response.attempts = response.attempts.saturating_sub(1);
        }
    });
}

/// The turn that the attempt before this one kept.
pub fn kept_turn() -> Option<Permit> {
    RECORD.try_with(|record| record.borrow_mut().turn.take()).ok().flatten()
}

/// Notes whether another attempt of the call under way promises anything.
pub fn hopeless(hopeless: bool) {
    record(|record| record.hopeless = hopeless);
}

/// Whether none does.
pub fn is_hopeless() -> bool {
    RECORD.try_with(|record| record.borrow().hopeless).unwrap_or_default()
}

/// How often the call under way was tried.
pub fn attempts() -> u32 {
    let attempts = |record: &RefCell<Record>| Some(record.borrow().responses.last()?.attempts);
    RECORD.try_with(attempts).ok().flatten().unwrap_or_default()
}

/// Adds what calls that ran beside one another recorded, each for itself.
pub fn extend(responses: impl IntoIterator<Item = Response>) {
    record(|record| record.responses.extend(responses));
}

fn record(note: impl FnOnce(&mut Record)) {
    // Calls outside a question (the SDK renewing its own credentials) leave no record.
    let _ = RECORD.try_with(|record| note(&mut record.borrow_mut()));
}

/// The interceptor that fills the record.
#[derive(Debug, Clone, Copy)]
pub struct Recorder;

#[dyn_dispatch_hint]
impl Intercept for Recorder {
    fn name(&self) -> &'static str {
        "trailproof::Recorder"
    }

    fn read_before_execution(
        &self,
        _: &BeforeSerializationInterceptorContextRef<'_>,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        record(|record| record.responses.push(Response::default()));
        Ok(())
    }

    fn read_before_attempt(
        &self,
        _: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        record(|record| {
            record.hopeless = false;
            if let Some(response) = record.responses.last_mut() {
                // Only what the last try brought counts as the answer.
                *response = Response { attempts: response.attempts + 1, ..Response::default() };
            }
        });
        Ok(())
    }

    fn read_after_signing(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let signed = context.request().headers().get("x-amz-date").map(str::to_owned);
        record(|record| record.signed = signed);
        Ok(())
    }

    fn read_before_deserialization(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let answer = context.response();
        let header = |name: &str| answer.headers().get(name).map(str::to_owned);
        record(|record| {
            record.bucket_region = header("x-amz-bucket-region");
            record.aged = header("age").is_some();
            record.empty = answer.body().content_length() == Some(0);
            if let Some(response) = record.responses.last_mut() {
                response.http_status = Some(answer.status().as_u16());
                response.request_id =
                    header("x-amzn-requestid").or_else(|| header("x-amz-request-id"));
                response.date = header("date");
            }
        });
        Ok(())
    }
}

/// Keeps calls on the endpoint that the user named: some operations put the account id before the host name, which no
/// stand-in for AWS on one address can resolve. The account id is a header of those calls too.
#[derive(Debug, Clone)]
pub struct KeepHost(pub String);

#[dyn_dispatch_hint]
impl Intercept for KeepHost {
    fn name(&self) -> &'static str {
        "trailproof::KeepHost"
    }

    fn modify_before_signing(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let request = context.request_mut();
        let uri = request.uri().to_owned();
        let path = uri.split_once("://").and_then(|(_, rest)| rest.find('/').map(|at| &rest[at..]));
        let target = format!("{}{}", self.0.trim_end_matches('/'), path.unwrap_or("/"));
        request.set_uri(target)?;
        Ok(())
    }
}
