//! Refusals, each with the code and the HTTP status that the service's protocol gives it.

use crate::http::{Protocol, Request};

/// An answer that is an error.
#[derive(Debug, Clone)]
pub(crate) struct Failure {
    pub(crate) status: u16,
    pub(crate) code: &'static str,
    pub(crate) message: String,
    pub(crate) headers: Vec<(&'static str, String)>,
}

impl Failure {
    pub(crate) fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), headers: Vec::new() }
    }

    pub(crate) fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    /// Refused with a reason in AWS's form: `because no identity-based policy allows the … action`, `with an explicit deny …`.
    pub(crate) fn denied(request: &Request, reason: &str) -> Self {
        let (status, code) = match request.protocol {
            Protocol::AwsJson => (400, "AccessDeniedException"),
            Protocol::RestJson => (403, "AccessDeniedException"),
            Protocol::Query | Protocol::S3 | Protocol::S3Control => (403, "AccessDenied"),
        };
        let caller = request.principal_arn();
        let action = request.iam_action();
        let space = if reason.is_empty() { "" } else { " " };
        Self::new(
            status,
            code,
            format!("User: {caller} is not authorized to perform: {action}{space}{reason}"),
        )
    }

    /// Refused: nothing allows the action.
    pub(crate) fn not_allowed(request: &Request) -> Self {
        let action = request.iam_action();
        Self::denied(
            request,
            &format!("because no identity-based policy allows the {action} action"),
        )
    }

    /// Refused by a service control policy, in the words by which users of AWS know it.
    pub(crate) fn closed_by_scp(request: &Request) -> Self {
        Self::denied(request, "with an explicit deny in a service control policy")
    }

    pub(crate) fn throttled(request: &Request) -> Self {
        let (status, code, message) = match (request.protocol, request.service.as_str()) {
            (Protocol::AwsJson, "organizations") => (
                400,
                "TooManyRequestsException",
                "AWS Organizations can't complete your request because another request is already in progress. Try again later.",
            ),
            (Protocol::AwsJson, _) => (400, "ThrottlingException", "Rate exceeded"),
            (Protocol::RestJson, _) => (429, "TooManyRequestsException", "Rate exceeded"),
            (Protocol::Query, _) => (400, "Throttling", "Rate exceeded"),
            (Protocol::S3 | Protocol::S3Control, _) => {
                (503, "SlowDown", "Please reduce your request rate.")
            }
        };
        Self::new(status, code, message)
    }

    pub(crate) fn internal(request: &Request) -> Self {
        let code = match request.protocol {
            Protocol::AwsJson | Protocol::Query => "InternalFailure",
            Protocol::RestJson => "InternalServerException",
            Protocol::S3 | Protocol::S3Control => "InternalError",
        };
        Self::new(500, code, "We encountered an internal error. Please try again.")
    }

    pub(crate) fn expired(request: &Request) -> Self {
        let (status, code) = match request.protocol {
            Protocol::AwsJson => (400, "ExpiredTokenException"),
            Protocol::RestJson => (403, "ExpiredTokenException"),
            Protocol::Query => (403, "ExpiredToken"),
            Protocol::S3 | Protocol::S3Control => (400, "ExpiredToken"),
        };
        Self::new(status, code, "The security token included in the request is expired")
    }

    /// The credentials mean nothing here: foreign ones, or a region that is not on for the account.
    pub(crate) fn unrecognized(request: &Request) -> Self {
        let (status, code) = match request.protocol {
            Protocol::AwsJson => (400, "UnrecognizedClientException"),
            Protocol::RestJson => (403, "UnrecognizedClientException"),
            Protocol::Query => (403, "InvalidClientTokenId"),
            Protocol::S3 | Protocol::S3Control => (403, "InvalidAccessKeyId"),
        };
        Self::new(status, code, "The security token included in the request is invalid.")
    }

    pub(crate) fn unknown_operation(request: &Request) -> Self {
        Self::new(
            400,
            UNKNOWN_OPERATION,
            format!("the simulator does not answer {}", request.action()),
        )
    }
}

/// The code by which the simulator itself recognizes what it cannot answer.
pub(crate) const UNKNOWN_OPERATION: &str = "UnknownOperationException";
