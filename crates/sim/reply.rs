//! Answers, written in the protocol of the service that was asked.

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::http::{HttpError, StatusCode};
use aws_smithy_types::body::SdkBody;
use serde_json::{Value, json};

use crate::description::Moment;
use crate::failure::Failure;
use crate::http::{Protocol, Request};
use crate::xml::Element;

/// What a service answers when it does not refuse.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    body: Body,
    headers: Vec<(&'static str, String)>,
}

#[derive(Debug, Clone)]
enum Body {
    Json(Value),
    Xml(Element),
    Text(String),
    Bytes(Vec<u8>),
    Empty,
}

impl Reply {
    pub(crate) fn json(value: Value) -> Self {
        Self { body: Body::Json(value), headers: Vec::new() }
    }

    /// For the query protocol the children of the element are the result; the envelope is added here.
    pub(crate) fn xml(element: Element) -> Self {
        Self { body: Body::Xml(element), headers: Vec::new() }
    }

    pub(crate) fn text(text: String) -> Self {
        Self { body: Body::Text(text), headers: Vec::new() }
    }

    pub(crate) fn bytes(bytes: Vec<u8>) -> Self {
        Self { body: Body::Bytes(bytes), headers: Vec::new() }
    }

    pub(crate) fn empty() -> Self {
        Self { body: Body::Empty, headers: Vec::new() }
    }

    pub(crate) fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }
}

/// A value as the CBOR protocol has it. What JSON can hold CBOR can hold.
fn cbor(value: &Value) -> Vec<u8> {
    minicbor_serde::to_vec(value).unwrap_or_default()
}

/// What every service knows of the request that it answers.
pub(crate) struct Envelope<'a> {
    pub(crate) request: &'a Request,
    pub(crate) now: Moment,
    /// Whether that is the time of a clock that runs, and not the description's.
    pub(crate) live: bool,
}

impl Envelope<'_> {
    pub(crate) fn write(&self, answer: Result<Reply, Failure>) -> Result<HttpResponse, HttpError> {
        match answer {
            Ok(reply) => {
                if let (Body::Json(value), Protocol::Cbor) = (&reply.body, self.request.protocol) {
                    return self.respond(200, cbor(value), &reply.headers);
                }
                let body = match reply.body {
                    Body::Json(value) => value.to_string().into_bytes(),
                    Body::Xml(element) if self.request.protocol == Protocol::Query => {
                        self.query_result(element).document().into_bytes()
                    }
                    Body::Xml(element) => element.document().into_bytes(),
                    Body::Text(text) => text.into_bytes(),
                    Body::Bytes(bytes) => bytes,
                    Body::Empty => Vec::new(),
                };
                self.respond(200, body, &reply.headers)
            }
            Err(failure) if self.request.protocol == Protocol::Cbor => {
                let body = json!({ "__type": failure.code, "message": failure.message });
                self.respond(failure.status, cbor(&body), &failure.headers)
            }
            Err(failure) => {
                let body = self.error(&failure);
                let mut headers = failure.headers;
                if self.request.protocol == Protocol::RestJson {
                    headers.push(("x-amzn-errortype", failure.code.to_owned()));
                }
                self.respond(failure.status, body.into_bytes(), &headers)
            }
        }
    }

    /// An answer that is no answer of the service: a proxy's page, a cut document.
    pub(crate) fn write_raw(
        &self,
        content_type: &'static str,
        body: impl Into<Vec<u8>>,
    ) -> Result<HttpResponse, HttpError> {
        self.respond(200, body.into(), &[("content-type", content_type.to_owned())])
    }

    /// The id in the form of a UUID, as all services but S3 have it.
    fn request_id(&self) -> String {
        let part = |from: usize, to: usize| self.request.digest.get(from..to).unwrap_or_default();
        format!("{}-{}-{}-{}-{}", part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32))
    }

    fn s3_request_id(&self) -> String {
        self.request.digest.get(..16).unwrap_or_default().to_uppercase()
    }

    fn query_result(&self, element: Element) -> Element {
        let operation = &self.request.operation;
        let result = element.named(format!("{operation}Result"));
        Element::new(format!("{operation}Response"))
            .attribute("xmlns", self.namespace())
            .child(result)
            .child(
                Element::new("ResponseMetadata")
                    .child(Element::leaf("RequestId", self.request_id())),
            )
    }

    fn namespace(&self) -> &'static str {
        match self.request.service.as_str() {
            "iam" => "https://iam.amazonaws.com/doc/2010-05-08/",
            "sns" => "http://sns.amazonaws.com/doc/2010-03-31/",
            _ => "https://sts.amazonaws.com/doc/2011-06-15/",
        }
    }

    fn error(&self, failure: &Failure) -> String {
        let code = || Element::leaf("Code", failure.code);
        let message = || Element::leaf("Message", &failure.message);
        match self.request.protocol {
            Protocol::AwsJson | Protocol::Cbor => {
                json!({ "__type": failure.code, "message": failure.message }).to_string()
            }
            Protocol::RestJson => json!({ "message": failure.message }).to_string(),
            Protocol::S3 => Element::new("Error")
                .child(code())
                .child(message())
                .child(Element::leaf("RequestId", self.s3_request_id()))
                .child(Element::leaf("HostId", &self.request.digest))
                .document(),
            Protocol::Query | Protocol::S3Control => {
                let kind = if failure.status < 500 { "Sender" } else { "Receiver" };
                Element::new("ErrorResponse")
                    .child(
                        Element::new("Error")
                            .child(Element::leaf("Type", kind))
                            .child(code())
                            .child(message()),
                    )
                    .child(Element::leaf("RequestId", self.request_id()))
                    .document()
            }
        }
    }

    fn respond(
        &self,
        status: u16,
        body: Vec<u8>,
        extra: &[(&'static str, String)],
    ) -> Result<HttpResponse, HttpError> {
        let body = if self.request.head { Vec::new() } else { body };
        // The date is the description's, not the machine's. `Age` marks the answer as a replayed one: without it the
        // SDK takes the difference for a wrong clock and repeats every AccessDeniedException as a signing error.
        let mut headers = vec![("date", self.now.http_date())];
        if !self.live {
            headers.push(("age", "0".to_owned()));
        }
        match self.request.protocol {
            Protocol::S3 | Protocol::S3Control => {
                headers.push(("x-amz-request-id", self.s3_request_id()));
                headers.push(("x-amz-id-2", self.request.digest.clone()));
            }
            _ => headers.push(("x-amzn-requestid", self.request_id())),
        }
        if self.request.protocol == Protocol::Cbor {
            headers.push(("smithy-protocol", "rpc-v2-cbor".to_owned()));
        }
        headers.push(("content-type", self.content_type().to_owned()));
        headers.push(("content-length", body.len().to_string()));
        headers.extend(extra.iter().cloned());
        let mut response = HttpResponse::new(StatusCode::try_from(status)?, SdkBody::from(body));
        for (name, value) in headers {
            // A value that no header can carry comes from an odd description; the answer goes without it.
            let _ = response.headers_mut().try_insert(name, value);
        }
        Ok(response)
    }

    pub(crate) fn content_type(&self) -> &'static str {
        match self.request.protocol {
            Protocol::AwsJson => "application/x-amz-json-1.1",
            Protocol::Cbor => "application/cbor",
            Protocol::RestJson => "application/json",
            Protocol::Query => "text/xml",
            Protocol::S3 | Protocol::S3Control => "application/xml",
        }
    }
}
