//! The role by which CloudTrail writes to a log group: who may assume it, and what it may do.

use trailproof_iam::{
    Actions, Effect, PolicyDocument, Principal, Principals, Resources, Statement,
};

use crate::authorization::Authorization;
use crate::evidence::{Cause, Gap, Observed};
use crate::fact::Fact;
use crate::resource_policy::CLOUDTRAIL;

/// What there is to say of such a role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivery {
    /// The account has no role of that ARN.
    NoRole,
    /// Somebody else than CloudTrail may assume it.
    Trusts(String),
    /// CloudTrail may not assume it.
    NotTrusted,
    /// It may do something else, or that elsewhere: an action on a resource, by a policy.
    Grants(String),
    /// CloudTrail alone may assume it, and it writes to the log group only.
    Scoped {
        /// Whether CloudTrail may do so only for trails or accounts that are named.
        by_source: bool,
    },
}

/// What CloudTrail does with it.
const WRITES: [&str; 2] = ["logs:CreateLogStream", "logs:PutLogEvents"];
const SOURCES: [&str; 3] = ["aws:SourceArn", "aws:SourceAccount", "aws:SourceOrgID"];

/// What a role may do and for whom, seen from a log group.
///
/// # Errors
/// Where no fault is proved, and its trust policy or one of its policies was not read or cannot be understood.
pub fn delivery(details: &Authorization<'_>, role: &str, group: &str) -> Observed<Delivery> {
    let Some(entry) = details.principals().iter().find(|entry| entry.arn == role) else {
        return Ok(Delivery::NoRole);
    };
    let trust = details.trust(entry).and_then(|trust| {
        trust.as_ref().clone().map_err(|error| {
            let detail = format!("who may assume {role} cannot be understood: {error}");
            Gap::new(Fact::AuthorizationDetails, Cause::Undecidable, detail)
        })
    });
    let trust = trust.map(|document| trusted(&document));
    if let Ok(fault @ (Delivery::Trusts(_) | Delivery::NotTrusted)) = &trust {
        return Ok(fault.clone());
    }
    let streams = format!("{}:", group.strip_suffix(":*").unwrap_or(group));
    let mut unread = None;
    for held in details.identity_policies(entry)? {
        match held.parsed() {
            Ok(document) => {
                if let Some(what) = broader(document, &streams) {
                    return Ok(Delivery::Grants(what));
                }
            }
            Err(gap) => drop(unread.get_or_insert(gap)),
        }
    }
    unread.map_or(trust, Err)
}

fn trusted(document: &PolicyDocument) -> Delivery {
    let allows = || document.statements.iter().filter(|s| s.effect == Effect::Allow);
    let other =
        |entry: &&Principal| !matches!(entry, Principal::Service(name) if name == CLOUDTRAIL);
    for statement in allows() {
        match &statement.principal {
            Some(Principals::Principal(entries)) => {
                if let Some(other) = entries.iter().find(other) {
                    return Delivery::Trusts(other.value().to_owned());
                }
            }
            Some(Principals::NotPrincipal(_)) => {
                return Delivery::Trusts("everyone but a few".to_owned());
            }
            None => {}
        }
    }
    let own = || allows().filter(|s| s.principal.is_some() && s.actions.matches("sts:AssumeRole"));
    if own().next().is_none() {
        return Delivery::NotTrusted;
    }
    let named = |statement: &Statement| {
        let mut keys = statement.conditions.iter().map(|condition| condition.key.as_str());
        keys.any(|key| SOURCES.iter().any(|source| source.eq_ignore_ascii_case(key)))
    };
    Delivery::Scoped { by_source: own().all(named) }
}

/// The first thing that a policy grants beside writing to streams of that log group.
fn broader(document: &PolicyDocument, streams: &str) -> Option<String> {
    let allows = document.statements.iter().filter(|s| s.effect == Effect::Allow);
    allows.into_iter().find_map(|statement| {
        let action = match &statement.actions {
            Actions::NotAction(entries) => Some(format!("all but {}", entries.join(", "))),
            Actions::Action(entries) => entries
                .iter()
                .find(|entry| !WRITES.iter().any(|write| write.eq_ignore_ascii_case(entry)))
                .cloned(),
        };
        let resource = match &statement.resources {
            Some(Resources::Resource(entries)) => {
                entries.iter().find(|entry| !entry.starts_with(streams)).cloned()
            }
            Some(Resources::NotResource(_)) | None => Some("all but some resources".to_owned()),
        };
        let label = statement.label();
        action
            .map(|action| format!("{action} ({label})"))
            .or_else(|| resource.map(|resource| format!("writing to {resource} ({label})")))
    })
}
