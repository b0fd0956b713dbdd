//! Refusals, each with the code and the HTTP status that the service's protocol gives it.

use crate::description::Moment;
use crate::http::{Protocol, Request};

/// How far a signature may be from the server's time; S3 allows thrice as much.
pub(crate) const SKEW_SECONDS: i64 = 300;

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
            Protocol::AwsJson | Protocol::Cbor => (400, "AccessDeniedException"),
            Protocol::RestJson => (403, "AccessDeniedException"),
            Protocol::Query if request.service == "sns" => (403, "AuthorizationError"),
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
            (Protocol::AwsJson | Protocol::Cbor, _) => {
                (400, "ThrottlingException", "Rate exceeded")
            }
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
            Protocol::AwsJson | Protocol::Cbor | Protocol::Query => "InternalFailure",
            Protocol::RestJson => "InternalServerException",
            Protocol::S3 | Protocol::S3Control => "InternalError",
        };
        Self::new(500, code, "We encountered an internal error. Please try again.")
    }

    pub(crate) fn expired(request: &Request) -> Self {
        let (status, code) = match request.protocol {
            Protocol::AwsJson | Protocol::Cbor => (400, "ExpiredTokenException"),
            Protocol::RestJson => (403, "ExpiredTokenException"),
            Protocol::Query => (403, "ExpiredToken"),
            Protocol::S3 | Protocol::S3Control => (400, "ExpiredToken"),
        };
        Self::new(status, code, "The security token included in the request is expired")
    }

    /// The credentials mean nothing here: foreign ones, or a region that is not on for the account.
    pub(crate) fn unrecognized(request: &Request) -> Self {
        let (status, code) = match request.protocol {
            Protocol::AwsJson | Protocol::Cbor => (400, "UnrecognizedClientException"),
            Protocol::RestJson => (403, "UnrecognizedClientException"),
            Protocol::Query => (403, "InvalidClientTokenId"),
            Protocol::S3 | Protocol::S3Control => (403, "InvalidAccessKeyId"),
        };
        Self::new(status, code, "The security token included in the request is invalid.")
    }

    /// A role that is missing, refuses, or lies in a closed account: STS tells these apart for nobody.
    pub(crate) fn not_assumable(request: &Request, role: &str) -> Self {
        Self::denied(request, &format!("on resource: {role}"))
    }

    /// The region is off for the account.
    pub(crate) fn region_off(request: &Request) -> Self {
        match request.protocol {
            Protocol::S3 | Protocol::S3Control => Self::new(
                400,
                "InvalidToken",
                "The provided token is malformed or otherwise invalid.",
            ),
            _ => Self::unrecognized(request),
        }
    }

    /// The account was closed. AWS writes down for S3 alone what its credentials are answered with from then on.
    pub(crate) fn closed(request: &Request) -> Self {
        match request.protocol {
            Protocol::S3 | Protocol::S3Control => Self::new(
                403,
                "AccountProblem",
                "There is a problem with your AWS account that prevents the operation from completing successfully.",
            ),
            _ => Self::unrecognized(request),
        }
    }

    /// Signed at a time that the server takes for too far from its own.
    pub(crate) fn skewed(request: &Request, server: Moment) -> Self {
        let (status, code) = match request.protocol {
            Protocol::AwsJson | Protocol::Cbor => (400, "InvalidSignatureException"),
            Protocol::RestJson => (403, "InvalidSignatureException"),
            Protocol::Query => (403, "SignatureDoesNotMatch"),
            Protocol::S3 | Protocol::S3Control => {
                let text =
                    "The difference between the request time and the current time is too large.";
                return Self::new(403, "RequestTimeTooSkewed", text);
            }
        };
        let signed = request.signed.unwrap_or(server);
        let (compact, now) = (signed.compact(), server.compact());
        let text = if signed.epoch_seconds() > server.epoch_seconds() {
            let limit = server.later(SKEW_SECONDS).compact();
            format!(
                "Signature not yet current: {compact} is still later than {limit} ({now} + 5 min.)"
            )
        } else {
            let limit = server.later(-SKEW_SECONDS).compact();
            format!("Signature expired: {compact} is now earlier than {limit} ({now} - 5 min.)")
        };
        Self::new(status, code, text)
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
