//! What is known of a request's keys: what its context says, and what caller, action and resource tell by themselves.

use std::borrow::Cow;

use super::keys;
use crate::arn::Arn;
use crate::caller::CallerKind;
use crate::context::{Known, Unnamed};
use crate::request::Request;

/// What is known of one key, seen from a condition. A key with no value at all is absent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum View<'a> {
    Values(Cow<'a, [String]>),
    Absent,
    Present,
    Unknown,
}

impl<'a> View<'a> {
    fn of(known: &'a Known) -> Self {
        match known {
            Known::Values(values) => Self::values(values),
            Known::Absent => Self::Absent,
            Known::Present => Self::Present,
            Known::Unknown => Self::Unknown,
        }
    }

    fn values(values: &'a [String]) -> Self {
        if values.is_empty() { Self::Absent } else { Self::Values(Cow::Borrowed(values)) }
    }

    fn one(value: impl Into<String>) -> Self {
        Self::Values(Cow::Owned(vec![value.into()]))
    }

    fn maybe(value: Option<impl Into<String>>) -> Self {
        value.map_or(Self::Absent, Self::one)
    }

    /// Whether its value is still to be found out.
    pub(crate) const fn is_open(&self) -> bool {
        matches!(self, Self::Present | Self::Unknown)
    }
}

/// An assumed value of an unknown key; `None` assumes it absent.
pub(crate) type Sample = Option<Vec<String>>;

/// A request with what is assumed of its unknown keys.
#[derive(Clone, Copy)]
pub(crate) struct Facts<'a> {
    pub(crate) request: &'a Request,
    /// What is assumed, by key.
    pub(crate) assumed: &'a [(&'a str, &'a Sample)],
}

impl<'a> Facts<'a> {
    pub(crate) const fn of(request: &'a Request) -> Self {
        Self { request, assumed: &[] }
    }

    pub(crate) fn view(&self, key: &str) -> View<'a> {
        let assumed = self.assumed.iter().find(|(name, _)| name.eq_ignore_ascii_case(key));
        if let Some((_, sample)) = assumed {
            return sample.as_deref().map_or(View::Absent, View::values);
        }
        if key == keys::OWN_SESSION {
            return View::Present;
        }
        if let Some(known) = self.request.context.get(key) {
            return View::of(known);
        }
        match self.request.context.unnamed() {
            Unnamed::Absent => View::Absent,
            Unnamed::DerivedOrAbsent => derived(self.request, key).unwrap_or(View::Absent),
            Unnamed::DerivedOrUnknown => derived(self.request, key).unwrap_or(View::Unknown),
        }
    }
}

/// What caller, action and resource tell of a key by themselves; `None` for what they do not tell.
///
/// What only an inventory can tell – tags, the organization, a target's boundary – comes in the context.
fn derived(request: &Request, key: &str) -> Option<View<'static>> {
    let is = |name: &str| key.eq_ignore_ascii_case(name);
    let caller = &request.caller;
    let kind = caller.kind();
    let view = match () {
        () if is("aws:PrincipalArn") => View::maybe(caller.principal_arn()),
        () if is("aws:PrincipalAccount") || is("kms:CallerAccount") => {
            View::maybe(caller.account())
        }
        () if is("aws:PrincipalType") => View::one(principal_type(kind)?),
        () if is("aws:PrincipalIsAWSService") => {
            View::one((kind == CallerKind::Service).to_string())
        }
        () if is("aws:PrincipalServiceName") => {
            View::maybe((kind == CallerKind::Service).then(|| caller.name()))
        }
        () if is("aws:username") => View::maybe(caller.user_name()),
        () if is("aws:userid") => match kind {
            CallerKind::Root => View::maybe(caller.account()),
            CallerKind::Anonymous => View::one("anonymous"),
            CallerKind::Service | CallerKind::Provider => return None,
            _ => View::Present,
        },
        () if is("aws:AssumedRoot") => {
            View::maybe((kind == CallerKind::RootSession).then_some("true"))
        }
        // A user may ask with a long-term key or with a session of its own, so that nothing is told of one.
        () if is("aws:TokenIssueTime") => match kind {
            CallerKind::Role
            | CallerKind::RoleSession
            | CallerKind::RootSession
            | CallerKind::FederatedUser => View::Present,
            CallerKind::Anonymous => View::Absent,
            _ => return None,
        },
        () if is("aws:ResourceAccount") || is("s3:ResourceAccount") => {
            View::one(request.resource_account.as_deref()?)
        }
        () if is("aws:RequestedRegion") => View::one(region(request)?),
        () => return None,
    };
    Some(view)
}

const fn principal_type(kind: CallerKind) -> Option<&'static str> {
    match kind {
        CallerKind::User => Some("User"),
        CallerKind::Role | CallerKind::RoleSession => Some("AssumedRole"),
        CallerKind::Root | CallerKind::RootSession => Some("Account"),
        CallerKind::FederatedUser => Some("FederatedUser"),
        CallerKind::Anonymous => Some("Anonymous"),
        CallerKind::Service | CallerKind::Provider => None,
    }
}

/// The region to which the request must go: the one in the resource's ARN, and the home of a service that has but one.
/// STS answers everywhere, and the ARN of a bucket does not say where it is.
fn region(request: &Request) -> Option<&str> {
    const GLOBAL: [&str; 10] = [
        "iam",
        "organizations",
        "account",
        "route53",
        "cloudfront",
        "support",
        "shield",
        "waf",
        "budgets",
        "ce",
    ];
    let arn = Arn::split(&request.resource);
    if let Some(region) = arn.map(|arn| arn.region).filter(|region| !region.is_empty()) {
        return Some(region);
    }
    let service = request.service();
    if !GLOBAL.iter().any(|global| global.eq_ignore_ascii_case(service)) {
        return None;
    }
    let partition = arn.map(|arn| arn.partition).or_else(|| request.caller.partition())?;
    match partition {
        "aws" => Some("us-east-1"),
        "aws-cn" => Some("cn-north-1"),
        "aws-us-gov" => Some("us-gov-west-1"),
        _ => None,
    }
}
