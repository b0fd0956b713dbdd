//! One attempt on the wire: when it may begin, how long it may take, and what its answer teaches.
//!
//! It stands where the SDK expects its HTTP client, so that every attempt passes, retries and pages included, and
//! the SDK's own backoff lies outside. The whole answer is read before the SDK sees it: a body that drips or breaks
//! off is then an attempt that failed like any other, and is made again.

use std::sync::Arc;
use std::time::Duration;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use aws_smithy_types::retry::ErrorKind;
use tokio::time::Instant;

use super::pace::{LEASE, Pace, Permit, Quotas, Turn};
use super::recorder;

/// No answer of these operations is nearly as long; whatever stands between us and AWS may send anything.
const LONGEST_ANSWER: usize = 256 << 20;

/// Memory for so much is set aside when an answer says how long it will be.
const TAKEN_AT_ITS_WORD: usize = 1 << 20;

/// So long a signed request may wait. AWS takes signatures of the last five minutes, and credentials are renewed three
/// minutes before they end where their life is the shortest.
const FRESH: Duration = Duration::from_secs(120);

/// The request waited for its turn until its signature was old.
#[derive(Debug, Clone, Copy)]
pub struct Stale;

impl std::fmt::Display for Stale {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the call waited for its turn for longer than its signature holds")
    }
}

impl std::error::Error for Stale {}

/// A call that waited so long for a permit is no longer at the place that it was given in its account's window.
const LATE: Duration = Duration::from_millis(500);

/// What an attempt came to that its time ran out for.
pub const NO_ANSWER: &str = "no answer in time";

/// The HTTP client of one account's calls.
#[derive(Debug, Clone)]
pub struct Wire {
    inner: SharedHttpClient,
    pace: Pace,
    quotas: Arc<Quotas>,
    attempt_timeout: Duration,
}

impl Wire {
    /// Calls through `inner` at the run's pace and through the account's windows.
    pub fn new(
        inner: SharedHttpClient,
        (pace, quotas): (Pace, Arc<Quotas>),
        attempt_timeout: Duration,
    ) -> Self {
        Self { inner, pace, quotas, attempt_timeout }
    }

    async fn attempt(
        self,
        connector: SharedHttpConnector,
        request: HttpRequest,
    ) -> Result<HttpResponse, ConnectorError> {
        let call = Call::of(&request);
        let mut permit = match recorder::kept_turn() {
            Some(permit) => permit,
            None => self.fresh_turn(&call).await?,
        };
        self.pace.counters.attempt();
        let answered = async { whole(connector.call(request).await?).await };
        let answer =
            tokio::time::timeout(self.attempt_timeout, leased(answered, &mut permit)).await;
        drop(permit);
        let answer = answer.unwrap_or_else(|_| Err(ConnectorError::timeout(NO_ANSWER.into())))?;
        let throttled = is_throttled(&answer);
        if throttled {
            self.pace.counters.throttle();
        }
        let hopeless = self.quotas.learn(&call.service, &call.region, (&call.operation, throttled));
        recorder::hopeless(hopeless);
        Ok(answer)
    }

    /// Waits for its turn. A request that waited for long is not sent: its signature, or the session that it is signed
    /// with, may have ended by then. The turn is kept while the SDK signs it anew.
    async fn fresh_turn(&self, call: &Call) -> Result<Permit, ConnectorError> {
        let signed = Instant::now();
        let permit = self.turn(call).await?;
        if signed.elapsed() <= FRESH {
            return Ok(permit);
        }
        recorder::keep_turn(permit);
        // As if it were throttled: a wait for our own pace is no failure, and costs no attempt of those that are.
        Err(ConnectorError::other(Stale.into(), Some(ErrorKind::ThrottlingError)))
    }

    /// Waits for a place in the account's window, then for a permit: who waits for AWS's quota holds nothing. Only where the
    /// permit came so late that the place is another's by now, it is held while a new one is waited for: places are close,
    /// and calls that waited for long would else be sent all at once.
    async fn turn(&self, call: &Call) -> Result<Permit, ConnectorError> {
        let place = self.place(call).await;
        if recorder::is_beside() {
            return Ok(Permit::beside());
        }
        let permit = self.pace.admission.admit(call.turn).await;
        // The SDK makes no further attempt after an error of the user's.
        let permit = permit.map_err(|closed| ConnectorError::user(closed.into()))?;
        if place.is_some_and(|place| place.elapsed() > LATE) {
            self.place(call).await;
        }
        Ok(permit)
    }

    /// Waits for a place in the account's window, and tells when it was, where the call has one.
    async fn place(&self, call: &Call) -> Option<Instant> {
        let place = self.quotas.place(&call.service, &call.region, &call.operation)?;
        tokio::time::sleep_until(place).await;
        Some(Instant::now())
    }
}

/// Gives the permit back once the call takes long.
async fn leased<T>(call: impl Future<Output = T>, permit: &mut Permit) -> T {
    tokio::pin!(call);
    match tokio::time::timeout(LEASE, &mut call).await {
        Ok(answer) => answer,
        Err(_) => {
            permit.give_way();
            call.await
        }
    }
}

/// The service answered, and the answer did not come to its end: no sign that its region cannot be reached.
#[derive(Debug)]
pub struct BrokenOff(String);

impl std::fmt::Display for BrokenOff {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the answer broke off: {}", self.0)
    }
}

impl std::error::Error for BrokenOff {}

/// Reads the whole body.
async fn whole(mut answer: HttpResponse) -> Result<HttpResponse, ConnectorError> {
    if answer.body().bytes().is_some() {
        return Ok(answer);
    }
    let told = answer.headers().get("content-length").and_then(|length| length.parse().ok());
    let mut stream = ByteStream::new(std::mem::replace(answer.body_mut(), SdkBody::taken()));
    let mut body = Vec::with_capacity(told.unwrap_or(0).min(TAKEN_AT_ITS_WORD));
    while let Some(part) = stream.next().await {
        let part = part.map_err(|error| ConnectorError::io(BrokenOff(error.to_string()).into()))?;
        if body.len() + part.len() > LONGEST_ANSWER {
            return Err(ConnectorError::user("the answer is longer than 256 MiB".into()));
        }
        body.extend_from_slice(&part);
    }
    *answer.body_mut() = SdkBody::from(body);
    Ok(answer)
}

/// The codes by which services say that calls come too soon.
const THROTTLES: [&str; 7] = [
    "Throttling",
    "ThrottledException",
    "TooManyRequests",
    "RequestLimitExceeded",
    "RequestThrottled",
    "SlowDown",
    "BandwidthLimitExceeded",
];

/// Whether an answer says that the call came too soon. It only sets the pace: the SDK decides by the parsed code.
fn is_throttled(answer: &HttpResponse) -> bool {
    let status = answer.status().as_u16();
    if status < 400 {
        return false;
    }
    let head = answer.body().bytes().and_then(|body| body.get(..body.len().min(1024)));
    let head = String::from_utf8_lossy(head.unwrap_or_default());
    let named = answer.headers().get("x-amzn-errortype").unwrap_or_default();
    status == 429 || THROTTLES.iter().any(|code| named.contains(code) || head.contains(code))
}

/// What a signed request says of itself.
#[derive(Debug)]
struct Call {
    service: String,
    region: String,
    operation: String,
    turn: Turn,
}

impl Call {
    fn of(request: &HttpRequest) -> Self {
        let header = |name: &str| request.headers().get(name).unwrap_or_default();
        // AWS4-HMAC-SHA256 Credential=KEY/DATE/REGION/SERVICE/aws4_request, …
        let mut scope = header("authorization")
            .split("Credential=")
            .nth(1)
            .unwrap_or_default()
            .split([',', '/'])
            .skip(2)
            .map(str::to_owned);
        let (region, service) =
            (scope.next().unwrap_or_default(), scope.next().unwrap_or_default());
        let operation = header("x-amz-target").rsplit('.').next().unwrap_or_default().to_owned();
        // `attempt=2; max=10`
        let first = header("amz-sdk-request").split(';').next().unwrap_or_default().trim();
        let turn = match service.as_str() {
            _ if !(first == "attempt=1" || first.is_empty()) => Turn::Again,
            "sts" | "organizations" | "account" => Turn::Ahead,
            _ => Turn::First,
        };
        Self { service, region, operation, turn }
    }
}

#[derive(Debug)]
struct Connector {
    wire: Wire,
    inner: SharedHttpConnector,
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        HttpConnectorFuture::new_boxed(Box::pin(
            self.wire.clone().attempt(self.inner.clone(), request),
        ))
    }
}

impl HttpClient for Wire {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let inner = self.inner.http_connector(settings, components);
        SharedHttpConnector::new(Connector { wire: self.clone(), inner })
    }
    // The inner client is not validated again for each account's client: that would build its TLS configuration anew
    // thousands of times. The run's first client did it.
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(headers: &[(&'static str, &'static str)]) -> HttpRequest {
        let mut request = HttpRequest::empty();
        for (name, value) in headers {
            request.headers_mut().insert(*name, *value);
        }
        request
    }

    #[test]
    fn a_request_says_whom_it_asks_and_how_often_it_was_made() {
        let call = Call::of(&request(&[
            (
                "authorization",
                "AWS4-HMAC-SHA256 Credential=ASIAX/20261121/eu-west-1/cloudtrail/aws4_request, SignedHeaders=host, Signature=0",
            ),
            ("x-amz-target", "CloudTrail_20131101.DescribeTrails"),
            ("amz-sdk-request", "attempt=2; max=10"),
        ]));
        assert_eq!(
            (&*call.service, &*call.region, &*call.operation, call.turn),
            ("cloudtrail", "eu-west-1", "DescribeTrails", Turn::Again)
        );
        assert_eq!(Call::of(&request(&[])).turn, Turn::First);
    }

    fn answer(status: u16, body: &'static str) -> HttpResponse {
        HttpResponse::new(status.try_into().unwrap(), SdkBody::from(body))
    }

    #[test]
    fn every_protocol_s_throttle_is_known_and_nothing_else_is() {
        for (status, body) in [
            (400, r#"{"__type":"ThrottlingException","message":"Rate exceeded"}"#),
            (400, "<ErrorResponse><Error><Code>Throttling</Code></Error></ErrorResponse>"),
            (503, "<Error><Code>SlowDown</Code></Error>"),
            (400, r#"{"__type":"TooManyRequestsException"}"#),
            (429, ""),
        ] {
            assert!(is_throttled(&answer(status, body)), "{status} {body}");
        }
        for (status, body) in [(200, "Throttling"), (500, "InternalFailure"), (403, "AccessDenied")]
        {
            assert!(!is_throttled(&answer(status, body)), "{status} {body}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_that_takes_long_lets_the_next_one_begin() {
        let pace = Pace::new(1, super::super::pace::Rates::default());
        let mut permit = pace.admission.admit(Turn::First).await.unwrap();
        let long = tokio::spawn(async move {
            leased(tokio::time::sleep(LEASE * 10), &mut permit).await;
        });
        let start = tokio::time::Instant::now();
        pace.admission.admit(Turn::First).await.unwrap();
        assert_eq!(start.elapsed(), LEASE);
        long.await.unwrap();
    }
}
