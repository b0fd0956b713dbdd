//! Faults: what the network, the service or a policy does to calls that would otherwise be answered.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::http::Request;

/// What happens to a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Refused: no policy allows it.
    AccessDenied,
    /// Refused by a service control policy.
    ScpDenied,
    /// Refused: too many calls.
    Throttling,
    /// Answered with HTTP 500.
    ServerError,
    /// Answered with HTTP 200 and a page of HTML, as captive portals and proxies do.
    Html,
    /// Answered with HTTP 200 and half a document.
    Malformed,
    /// The connection breaks.
    ConnectionReset,
    /// Never answered.
    Hang,
    /// Refused: the credentials have expired.
    ExpiredToken,
    /// Answered as usual, but the body comes in pieces, the last one when so much time has passed.
    SlowBody {
        /// Until the body is whole.
        millis: u64,
    },
    /// Answered as usual, but the connection breaks in the middle of the body.
    Truncated,
    /// The endpoint has no address.
    NotThere,
    /// Refused: the token is not known in a region that is off for the account.
    RegionDisabled,
    /// `sts:AssumeRole` is refused, as for a role that is missing or does not trust the caller; no other call is.
    RoleNotAssumable,
    /// Refused: the account was closed.
    AccountClosed,
    /// Refused: the request was signed ten minutes before the time at the server.
    ClockSkew,
    /// Answered with HTTP 200 and bytes that are no text.
    Garbage,
    /// Answered with HTTP 200 and nothing.
    EmptyBody,
}

impl Effect {
    /// Every effect, for the tables and tests that go through all of them.
    pub const ALL: [Self; 18] = [
        Self::AccessDenied,
        Self::ScpDenied,
        Self::Throttling,
        Self::ServerError,
        Self::Html,
        Self::Malformed,
        Self::ConnectionReset,
        Self::Hang,
        Self::ExpiredToken,
        Self::SlowBody { millis: 2_000 },
        Self::Truncated,
        Self::NotThere,
        Self::RegionDisabled,
        Self::RoleNotAssumable,
        Self::AccountClosed,
        Self::ClockSkew,
        Self::Garbage,
        Self::EmptyBody,
    ];

    /// The name that it has in JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.words().0
    }

    /// What it does, in one line.
    #[must_use]
    pub fn describe(self) -> &'static str {
        self.words().1
    }

    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::AccessDenied => ("access_denied", "no policy allows the call"),
            Self::ScpDenied => ("scp_denied", "a service control policy denies the call"),
            Self::Throttling => ("throttling", "the service says that there are too many calls"),
            Self::ServerError => ("server_error", "the service answers HTTP 500"),
            Self::Html => ("html", "a proxy answers HTTP 200 with a page of HTML"),
            Self::Malformed => ("malformed", "HTTP 200 with half a document"),
            Self::ConnectionReset => {
                ("connection_reset", "the connection breaks before the answer")
            }
            Self::Hang => ("hang", "no answer ever comes"),
            Self::ExpiredToken => ("expired_token", "the credentials have expired"),
            Self::SlowBody { .. } => ("slow_body", "the body of a good answer drips"),
            Self::Truncated => {
                ("truncated", "the connection breaks in the middle of a good answer")
            }
            Self::NotThere => ("not_there", "the endpoint's name has no address"),
            Self::RegionDisabled => ("region_disabled", "the region is off for the account"),
            Self::RoleNotAssumable => ("role_not_assumable", "the role cannot be assumed"),
            Self::AccountClosed => ("account_closed", "the account was closed in the meantime"),
            Self::ClockSkew => {
                ("clock_skew", "the server's clock is ten minutes ahead of the signature")
            }
            Self::Garbage => ("garbage", "HTTP 200 with bytes that are no text"),
            Self::EmptyBody => ("empty_body", "HTTP 200 with an empty body"),
        }
    }

    /// Whether the service is asked in spite of the fault, and its answer then spoilt on the way.
    pub(crate) fn spoils_an_answer(self) -> bool {
        matches!(self, Self::SlowBody { .. } | Self::Truncated)
    }
}

/// Strikes the calls that agree with all that is given; the first fault that agrees wins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// `cloudtrail:DescribeTrails`; `*` stands for any text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// The calling account's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// The region of the call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// The resource of the call, as the journal names it; `*` stands for any text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource: Option<String>,
    /// Strikes only so many attempts of each call. The SDK says in a header which attempt it makes, so this needs
    /// no counter and stays the same whatever runs beside it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_attempts: Option<u32>,
    /// Strikes from this virtual time on, which counts from the first call; in JSON as milliseconds.
    #[serde(default, with = "crate::millis::maybe", skip_serializing_if = "Option::is_none")]
    pub after: Option<Duration>,
    /// Strikes before this virtual time only.
    #[serde(default, with = "crate::millis::maybe", skip_serializing_if = "Option::is_none")]
    pub until: Option<Duration>,
    /// What happens.
    pub effect: Effect,
}

impl Fault {
    /// A fault of every call of an operation; `*` stands for any text.
    #[must_use]
    pub fn on(operation: &str, effect: Effect) -> Self {
        Self {
            operation: Some(operation.to_owned()),
            account: None,
            region: None,
            resource: None,
            first_attempts: None,
            after: None,
            until: None,
            effect,
        }
    }

    /// The same fault of one account's calls.
    #[must_use]
    pub fn of_account(self, account: &str) -> Self {
        Self { account: Some(account.to_owned()), ..self }
    }

    /// The same fault from a virtual time on.
    #[must_use]
    pub fn after(self, after: Duration) -> Self {
        Self { after: Some(after), ..self }
    }

    /// The same fault before a virtual time.
    #[must_use]
    pub fn until(self, until: Duration) -> Self {
        Self { until: Some(until), ..self }
    }

    pub(crate) fn strikes(&self, request: &Request, elapsed: Duration) -> bool {
        let possible = self.effect != Effect::RoleNotAssumable || request.operation == "AssumeRole";
        possible
            && agrees(self.account.as_deref(), &request.account)
            && agrees(self.region.as_deref(), &request.region)
            && agrees(self.resource.as_deref(), &request.resource)
            && agrees(self.operation.as_deref(), &request.action())
            && self.first_attempts.is_none_or(|attempts| request.attempt <= attempts)
            && self.after.is_none_or(|after| after <= elapsed)
            && self.until.is_none_or(|until| elapsed < until)
    }
}

/// Whether a text is what a pattern wants; none wants anything.
pub(crate) fn agrees(pattern: Option<&str>, text: &str) -> bool {
    pattern.is_none_or(|pattern| glob(pattern, text))
}

fn glob(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((start, rest)) => text.strip_prefix(start).is_some_and(|tail| {
            tail.char_indices()
                .map(|(index, _)| index)
                .chain([tail.len()])
                .any(|index| tail.get(index..).is_some_and(|end| glob(rest, end)))
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_text() {
        assert!(glob("cloudtrail:*", "cloudtrail:DescribeTrails"));
        assert!(glob("*:Get*Status", "cloudtrail:GetTrailStatus"));
        assert!(glob("*", "") && glob("a*", "a"));
        assert!(!glob("cloudtrail:*Trails", "cloudtrail:GetTrailStatus"));
        assert!(!glob("s3:GetBucketAcl", "s3:GetBucketAcls"));
    }

    #[test]
    fn a_fault_is_also_data() {
        let fault: Fault =
            serde_json::from_str(r#"{"operation": "kms:*", "effect": "connection_reset"}"#)
                .unwrap();
        assert_eq!(fault, Fault::on("kms:*", Effect::ConnectionReset));
        let text = r#"{"operation":"s3:*","after":1500,"until":2000,"effect":{"slow_body":{"millis":300}}}"#;
        let fault: Fault = serde_json::from_str(text).unwrap();
        let window = (Duration::from_millis(1_500), Duration::from_secs(2));
        let same =
            Fault::on("s3:*", Effect::SlowBody { millis: 300 }).after(window.0).until(window.1);
        assert_eq!(fault, same);
        assert_eq!(serde_json::to_string(&fault).unwrap(), text);
        assert!(serde_json::from_str::<Fault>(r#"{"effect": "hang", "afer": 3}"#).is_err());
    }

    #[test]
    fn every_effect_is_listed_once_with_its_name_in_json_and_its_words() {
        let mut names = std::collections::BTreeSet::new();
        for effect in Effect::ALL {
            let json = serde_json::to_value(effect).unwrap();
            let name = json.as_str().map_or_else(
                || json.as_object().unwrap().keys().next().unwrap().clone(),
                str::to_owned,
            );
            assert_eq!(effect.name(), name);
            assert!(!effect.describe().is_empty());
            assert!(names.insert(name));
        }
        let last = Effect::ALL.last().unwrap();
        assert_eq!(*last, *Effect::ALL.iter().max().unwrap(), "the list is in the enum's order");
    }
}
