//! Requests as the SDK writes them, for the tests of this crate.

use std::future::poll_fn;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use aws_smithy_runtime_api::client::http::HttpConnector;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use http_body::Body;
use serde_json::Value;

use crate::{Description, Simulator};

/// A request under construction.
pub(crate) struct Question {
    account: String,
    session: Option<String>,
    region: String,
    headers: Vec<(String, String)>,
}

/// An answer, taken apart.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Heard {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Heard {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Status and code of an error, wherever the protocol puts it.
    pub(crate) fn error(&self) -> (u16, String) {
        let code = match serde_json::from_str::<Value>(&self.body) {
            Ok(body) => {
                body["__type"].as_str().or(self.header("x-amzn-errortype")).map(str::to_owned)
            }
            Err(_) => self.tag("Code"),
        };
        (self.status, code.unwrap_or_default())
    }

    /// The text of the first element of that name.
    pub(crate) fn tag(&self, name: &str) -> Option<String> {
        let (_, rest) = self.body.split_once(&format!("<{name}>"))?;
        Some(rest.split_once(&format!("</{name}>"))?.0.to_owned())
    }
}

fn heard(response: &HttpResponse, body: Vec<u8>) -> Heard {
    let headers = response.headers().iter();
    Heard {
        status: response.status().as_u16(),
        headers: headers.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        body: String::from_utf8(body).unwrap(),
    }
}

/// A question by an assumed role of an account, in a region.
pub(crate) fn ask(account: &str, region: &str) -> Question {
    Question {
        account: account.to_owned(),
        session: Some("simulated-session/Reader/test".to_owned()),
        region: region.to_owned(),
        headers: Vec::new(),
    }
}

impl Question {
    pub(crate) fn with_static_keys(mut self) -> Self {
        self.session = None;
        self
    }

    /// With a session token of its own.
    pub(crate) fn with_token(mut self, token: &str) -> Self {
        self.session = Some(token.to_owned());
        self
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Protocol `awsJson1_1`; the target's prefix does not matter.
    pub(crate) fn json(self, simulator: &Simulator, action: &str, body: Value) -> Heard {
        let (service, operation) = action.split_once(':').unwrap();
        let uri = format!("https://{service}.{}.amazonaws.com/", self.region);
        let question = self.header("x-amz-target", &format!("Service_2013.{operation}"));
        question.send(simulator, service, ("POST", &uri, body.to_string())).unwrap()
    }

    /// The query protocol; `parameters` is the form without its `Action`.
    pub(crate) fn query(self, simulator: &Simulator, action: &str, parameters: &str) -> Heard {
        let (service, operation) = action.split_once(':').unwrap();
        let uri = format!("https://{service}.amazonaws.com/");
        let body = format!("Action={operation}&Version=2011-06-15&{parameters}");
        self.send(simulator, service, ("POST", &uri, body)).unwrap()
    }

    /// S3: a method and a URL.
    pub(crate) fn s3(self, simulator: &Simulator, method: &str, uri: &str) -> Heard {
        self.send(simulator, "s3", (method, uri, String::new())).unwrap()
    }

    /// The request as it goes over the wire.
    pub(crate) fn request(
        self,
        service: &str,
        (method, uri, body): (&str, &str, String),
    ) -> HttpRequest {
        let prefix = if self.session.is_some() { "ASIADEMO" } else { "AKIADEMO" };
        let scope = format!("20261121/{}/{service}/aws4_request", self.region);
        let mut request = HttpRequest::new(SdkBody::from(body));
        request.set_method(method).unwrap();
        request.set_uri(uri.to_owned()).unwrap();
        let authorization = format!(
            "AWS4-HMAC-SHA256 Credential={prefix}{}/{scope}, SignedHeaders=host, Signature=0",
            self.account
        );
        request.headers_mut().insert("authorization", authorization);
        if let Some(session) = self.session {
            request.headers_mut().insert("x-amz-security-token", session);
        }
        for (name, value) in self.headers {
            request.headers_mut().insert(name, value);
        }
        request
    }

    /// What the connector makes of it at the first poll; none while it is silent.
    pub(crate) fn send_raw(
        self,
        simulator: &Simulator,
        service: &str,
        request: (&str, &str, String),
    ) -> Option<Result<Heard, ConnectorError>> {
        let mut context = Context::from_waker(Waker::noop());
        match pin!(simulator.call(self.request(service, request))).poll(&mut context) {
            Poll::Pending => None,
            Poll::Ready(Err(error)) => Some(Err(error)),
            Poll::Ready(Ok(response)) => {
                let body = response.body().bytes().unwrap().to_vec();
                Some(Ok(heard(&response, body)))
            }
        }
    }

    /// A call of the JSON protocol that may take its time.
    pub(crate) async fn call(self, simulator: &Simulator, action: &str, body: Value) -> Heard {
        self.try_call(simulator, action, body).await.unwrap()
    }

    /// The same where it may fail; the error is that of the body where the headers came well.
    pub(crate) async fn try_call(
        self,
        simulator: &Simulator,
        action: &str,
        body: Value,
    ) -> Result<Heard, String> {
        let (service, operation) = action.split_once(':').unwrap();
        let uri = format!("https://{service}.{}.amazonaws.com/", self.region);
        let question = self.header("x-amz-target", &format!("Service_2013.{operation}"));
        let request = question.request(service, ("POST", &uri, body.to_string()));
        let mut response = simulator.call(request).await.map_err(|error| format!("{error:?}"))?;
        let mut whole = Vec::new();
        let mut body = pin!(std::mem::replace(response.body_mut(), SdkBody::taken()));
        while let Some(frame) = poll_fn(|context| body.as_mut().poll_frame(context)).await {
            let frame = frame.map_err(|error| format!("after {} bytes: {error:?}", whole.len()))?;
            whole.extend_from_slice(&frame.into_data().unwrap());
        }
        Ok(heard(&response, whole))
    }

    pub(crate) fn send(
        self,
        simulator: &Simulator,
        service: &str,
        request: (&str, &str, String),
    ) -> Result<Heard, ConnectorError> {
        self.send_raw(simulator, service, request).unwrap()
    }
}

/// A small organization: management M, a member A with me-central-1 on, a member B closed in eu-west-2, a stranger X.
pub(crate) const M: &str = "111111111111";
pub(crate) const A: &str = "222222222222";
pub(crate) const B: &str = "333333333333";
pub(crate) const X: &str = "999999999999";

pub(crate) fn small() -> Description {
    Description::from_json(include_str!("testing.json")).unwrap()
}

pub(crate) fn simulator() -> Simulator {
    Simulator::new(small())
}
