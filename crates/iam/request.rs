//! What is asked: who does what to which resource, in which context.

use crate::caller::Caller;
use crate::context::Context;

/// One request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Who asks.
    pub caller: Caller,
    /// What is to be done, such as `cloudtrail:StopLogging`; case does not count.
    pub action: String,
    /// The ARN of the resource; `*` where the action has none.
    pub resource: String,
    /// The account that owns the resource, which the ARN of a bucket does not say. `None` is the caller's own.
    pub resource_account: Option<String>,
    /// Whether the action has no type of resource, so that policies must speak of all of them.
    pub wildcard_only: bool,
    /// What is known of the circumstances.
    pub context: Context,
}

impl Request {
    /// A request in a complete context without any key. The owner of the resource is read from its ARN, where that says it.
    #[must_use]
    pub fn new(caller: Caller, action: &str, resource: &str) -> Self {
        let owner = crate::arn::Arn::split(resource).map(|arn| arn.account).unwrap_or_default();
        Self {
            caller,
            action: action.to_owned(),
            resource: resource.to_owned(),
            resource_account: crate::caller::is_account(owner).then(|| owner.to_owned()),
            wildcard_only: resource == "*",
            context: Context::strict(),
        }
    }

    /// The part of the action before the colon: the service.
    #[must_use]
    pub fn service(&self) -> &str {
        self.action.split_once(':').map_or("", |(service, _)| service)
    }

    /// Whether the caller belongs to the account that owns the resource.
    #[must_use]
    pub fn is_same_account(&self) -> bool {
        self.caller
            .account()
            .is_some_and(|own| self.resource_account.as_deref().is_none_or(|owner| owner == own))
    }
}
