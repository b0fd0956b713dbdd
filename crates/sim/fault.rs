//! Faults: what the network, the service or a policy does to calls that would otherwise be answered.

use serde::{Deserialize, Serialize};

use crate::http::Request;

/// What happens to a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
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
            effect,
        }
    }

    pub(crate) fn strikes(&self, request: &Request) -> bool {
        let agrees = |wanted: &Option<String>, found: &str| {
            wanted.as_deref().is_none_or(|pattern| glob(pattern, found))
        };
        agrees(&self.operation, &request.action())
            && agrees(&self.account, &request.account)
            && agrees(&self.region, &request.region)
            && agrees(&self.resource, &request.resource)
            && self.first_attempts.is_none_or(|attempts| request.attempt <= attempts)
    }
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
    }
}
