//! AWS's errors told apart: each is a fact of its own, or a gap with one cause of the closed list.

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use trailproof_core::evidence::Cause;

use super::pace::Closed;
use super::skew;
use super::wire::{BrokenOff, NO_ANSWER, Stale};

/// A call that did not give an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Why, by the closed list.
    pub cause: Cause,
    /// AWS's error code, where there was one.
    pub code: Option<String>,
    /// What happened, in one line for people.
    pub message: String,
}

impl Failure {
    /// A failure that no answer of AWS's explains.
    pub fn new(cause: Cause, message: impl Into<String>) -> Self {
        Self { cause, code: None, message: message.into() }
    }

    /// Whether AWS's code is one of these.
    pub fn is(&self, codes: &[&str]) -> bool {
        self.code.as_deref().is_some_and(|code| codes.contains(&code))
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}

/// An error of that type among an error's sources: the SDK wraps ours several times.
fn among<'a, T: std::error::Error + 'static>(
    error: &'a (dyn std::error::Error + 'static),
) -> Option<&'a T> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref::<T>() {
            return Some(found);
        }
        next = error.source();
    }
    None
}

impl<E: ProvideErrorMetadata + std::error::Error + 'static> From<SdkError<E, HttpResponse>>
    for Failure
{
    fn from(error: SdkError<E, HttpResponse>) -> Self {
        if among::<Closed>(&error).is_some() {
            return Self::new(Cause::NotAttempted, Closed.to_string());
        }
        // Credentials that could not be renewed in the middle of a question say why themselves.
        if let Some(failure) = among::<Self>(&error) {
            let message = format!("the role's credentials could not be renewed: {failure}");
            return Self { message, ..failure.clone() };
        }
        // Only where the user allows no second attempt.
        if among::<Stale>(&error).is_some() {
            return Self::new(Cause::Throttled, Stale.to_string());
        }
        if let Some(broken) = among::<BrokenOff>(&error) {
            return Self::new(Cause::ServiceError, broken.to_string());
        }
        match &error {
            SdkError::TimeoutError(_) => Self::new(Cause::Timeout, "no answer in time"),
            SdkError::DispatchFailure(failure) if failure.is_timeout() => {
                let told = sources(failure.as_connector_error().map(|e| e as _));
                let answered = told.contains(NO_ANSWER);
                Self::new(
                    Cause::Timeout,
                    if answered { NO_ANSWER } else { "no connection in time" },
                )
            }
            SdkError::DispatchFailure(failure) => {
                let told =
                    sources(failure.as_connector_error().map(|e| e as &dyn std::error::Error));
                // A connection that is cut is neither an answer nor, by the SDK's kinds, an error of the network.
                let cause = match credentials_cause(&told) {
                    Cause::CredentialsExpired if !failure.is_io() => Cause::CredentialsExpired,
                    _ => Cause::RegionUnreachable,
                };
                Self::new(cause, told)
            }
            SdkError::ResponseError(_) => {
                Self::new(Cause::ServiceError, "the answer could not be understood")
            }
            SdkError::ServiceError(answer) => {
                let status = answer.raw().status().as_u16();
                let metadata = answer.err();
                let code = metadata.code().map(str::to_owned);
                let message = metadata.message().unwrap_or_default();
                let cause = cause(code.as_deref(), message, status);
                let told = match (&code, message) {
                    (Some(code), "") => code.clone(),
                    (Some(code), message) => format!("{code}: {}", one_line(message)),
                    (None, _) if (200..300).contains(&status) => {
                        "the answer could not be understood".to_owned()
                    }
                    (None, _) => format!("HTTP status {status}"),
                };
                let told = match skew::is_told(code.as_deref(), message) {
                    true => format!("{told}; {}", skew::sentence(message)),
                    false => told,
                };
                Self { cause, code, message: told }
            }
            _ => {
                let told = sources(Some(&error));
                if without_credentials(&told) {
                    return Self::new(Cause::CredentialsExpired, "there are no credentials");
                }
                Self::new(credentials_cause(&told), told)
            }
        }
    }
}

/// AWS's messages are text for people and may be long; the evidence keeps what fits a line. Who was refused is known
/// from the account and stands last, so that what was refused and why is read first.
fn one_line(text: &str) -> String {
    let line: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let refusal = line
        .strip_prefix("User: ")
        .and_then(|rest| rest.split_once(" is not authorized to perform: "));
    let line = match refusal {
        // The action that was refused is the call's own; what follows it says on what and why.
        Some((who, what)) => {
            let why = what.split_once(' ').map_or("refused", |(_, why)| why);
            format!("{why} (asked by {who})")
        }
        None => line,
    };
    line.chars().take(400).collect()
}

/// An error with its sources, outermost first, each said once.
pub fn sources(error: Option<&dyn std::error::Error>) -> String {
    let mut told: Vec<String> = Vec::new();
    let mut next = error;
    while let Some(error) = next {
        let text = one_line(&error.to_string());
        next = error.source();
        // The SDK's name for a kind of failure that has no name.
        if text == "other" {
            continue;
        }
        if !told.iter().any(|said| said.contains(&text)) {
            told.push(text);
        }
    }
    if told.is_empty() { "the call could not be sent".into() } else { told.join(": ") }
}

/// The SDK tells of every place where it looked; nobody has set any of them up, which is one fact.
fn without_credentials(told: &str) -> bool {
    told.contains("no credentials found") || told.contains("credential provider was not enabled")
}

fn credentials_cause(told: &str) -> Cause {
    if told.contains("credential") || told.contains("identity") {
        Cause::CredentialsExpired
    } else {
        Cause::ServiceError
    }
}

/// The cause of an error answer. Names before statuses: a 400 may be a refusal as well as a throttle.
pub fn cause(code: Option<&str>, message: &str, status: u16) -> Cause {
    if skew::is_told(code, message) {
        return Cause::ServiceError;
    }
    match code.unwrap_or_default() {
        "ExpiredToken" | "ExpiredTokenException" | "RequestExpired" => Cause::CredentialsExpired,
        "UnrecognizedClientException" | "InvalidClientTokenId" | "AuthFailure" | "InvalidToken" => {
            Cause::TokenNotValidInRegion
        }
        "Throttling"
        | "ThrottlingException"
        | "ThrottledException"
        | "TooManyRequestsException"
        | "RequestLimitExceeded"
        | "SlowDown"
        | "RequestThrottled" => Cause::Throttled,
        "TrailNotFoundException" | "CloudTrailARNInvalidException" => Cause::CrossAccountUnreadable,
        // S3's word for the credentials of an account that was closed or suspended.
        "AccountProblem" | "NotSignedUp" => Cause::AccountNotActive,
        "UnsupportedOperationException" | "OperationNotPermittedException" => Cause::Unsupported,
        code if status == 403
            || code.starts_with("AccessDenied")
            || matches!(
                code,
                "UnauthorizedOperation" | "AuthorizationError" | "AllAccessDisabled"
            ) =>
        {
            if message.contains("service control policy") {
                Cause::ScpDenied
            } else {
                Cause::AccessDenied
            }
        }
        _ if status == 429 => Cause::Throttled,
        _ => Cause::ServiceError,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_explicit_deny_of_an_scp_is_told_from_any_other_denial() {
        let scp = "User: arn:aws:sts::1:x is not authorized with an explicit deny in a service control policy";
        assert_eq!(cause(Some("AccessDeniedException"), scp, 400), Cause::ScpDenied);
        assert_eq!(cause(Some("AccessDeniedException"), "no", 400), Cause::AccessDenied);
        assert_eq!(cause(None, "", 403), Cause::AccessDenied);
    }

    #[test]
    fn a_refusal_says_what_was_refused_before_whom() {
        let told = one_line(
            "User: arn:aws:sts::1:x is not authorized to perform: kms:DescribeKey\nbecause no",
        );
        assert_eq!(told, "because no (asked by arn:aws:sts::1:x)");
    }

    #[test]
    fn throttles_tokens_and_faults_have_causes_of_their_own() {
        assert_eq!(cause(Some("ThrottlingException"), "", 400), Cause::Throttled);
        assert_eq!(
            cause(Some("UnrecognizedClientException"), "", 403),
            Cause::TokenNotValidInRegion
        );
        assert_eq!(cause(Some("ExpiredTokenException"), "", 403), Cause::CredentialsExpired);
        assert_eq!(cause(Some("InternalFailure"), "", 500), Cause::ServiceError);
        assert_eq!(cause(Some("TrailNotFoundException"), "", 400), Cause::CrossAccountUnreadable);
    }
}
