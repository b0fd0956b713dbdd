//! For whose trails a statement lets CloudTrail act: the guard against being somebody else's deputy.

use trailproof_iam::pattern::{Case, matches};
use trailproof_iam::{Condition, Effect, Operator, Principal, Principals, Qualifier, Statement};

use super::principal::{CLOUDTRAIL, is_legacy};
use super::realm::Realm;
use super::{Policed, ResourcePolicy};
use crate::aws::AccountId;
use crate::evidence::{Observed, all, find};
use crate::reason::Reason;

/// For whose trails a statement lets CloudTrail act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// For trails of the organization that it names.
    Trails,
    /// For whatever the organization's accounts do, by the condition key named.
    Accounts(&'static str),
    /// For anybody's; the code says what is wrong with its conditions, if it has any of use.
    Open(Reason),
}

/// One statement that lets CloudTrail act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scoped {
    /// Its Sid or place.
    pub statement: String,
    /// For whom.
    pub scope: Scope,
}

/// Each statement that allows CloudTrail one of the actions, with its scope, in the policy's order. Nothing else names
/// anybody's trails: a statement for everyone counts, unless it asks for something that no service has.
/// A gap stands for a statement whose scope hangs on what is not known.
pub fn cloudtrail_scopes(
    policy: &ResourcePolicy,
    actions: &[&str],
    realm: &Realm<'_>,
) -> Vec<Observed<Scoped>> {
    let allows = policy.document.statements.iter().filter(|statement| {
        statement.effect == Effect::Allow
            && actions.iter().any(|action| statement.actions.matches(action))
            && lets_cloudtrail_in(statement)
    });
    allows
        .map(|statement| {
            let scope = scope_of(Policed { policy, statement }, realm)?;
            Ok(Scoped { statement: statement.label(), scope })
        })
        .collect()
}

/// The first statement that allows one of the actions to accounts from which CloudTrail delivered before it had a
/// service principal.
#[must_use]
pub fn legacy_principals(policy: &ResourcePolicy, actions: &[&str]) -> Option<String> {
    policy
        .document
        .statements
        .iter()
        .filter(|statement| statement.effect == Effect::Allow)
        .filter(|statement| actions.iter().any(|action| statement.actions.matches(action)))
        .find(|statement| {
            matches!(&statement.principal, Some(Principals::Principal(entries)) if entries.iter().any(is_legacy))
        })
        .map(Statement::label)
}

fn lets_cloudtrail_in(statement: &Statement) -> bool {
    let is_named = |entry: &Principal| matches!(entry, Principal::Service(name) if name == CLOUDTRAIL || name == "*");
    let (named, everyone) = match &statement.principal {
        Some(Principals::Principal(entries)) => {
            (entries.iter().any(is_named), entries.iter().any(Principal::is_everyone))
        }
        Some(Principals::NotPrincipal(entries)) => {
            (false, !entries.iter().any(|entry| is_named(entry) || entry.is_everyone()))
        }
        None => (false, false),
    };
    named || (everyone && !statement.conditions.iter().any(asks_for_no_service))
}

/// Whether it asks for something that a request under a service's own name does not carry.
fn asks_for_no_service(condition: &Condition) -> bool {
    const KEYS: [&str; 4] = [
        "aws:principalorgid",
        "aws:principalorgpaths",
        "aws:principalaccount",
        "kms:calleraccount",
    ];
    is_required(condition) && KEYS.contains(&condition.key.to_ascii_lowercase().as_str())
}

/// Whether it holds only for requests that carry the key with one of the values written.
#[must_use]
pub(super) fn is_required(condition: &Condition) -> bool {
    let positive = matches!(
        condition.operator,
        Operator::StringEquals
            | Operator::StringEqualsIgnoreCase
            | Operator::StringLike
            | Operator::ArnEquals
            | Operator::ArnLike
    );
    positive && !condition.if_exists && condition.qualifier != Some(Qualifier::ForAllValues)
}

/// Whether a value confines to the organization, or why it does not.
type Judged = Result<(), Reason>;
type Test = fn(&str, &Realm<'_>) -> Observed<Judged>;

fn scope_of(policed: Policed<'_>, realm: &Realm<'_>) -> Observed<Scope> {
    let mut fault: Option<Reason> = None;
    let mut scopes = Vec::new();
    for condition in &policed.statement.conditions {
        let key = condition.key.to_ascii_lowercase();
        let (scope, judge): (_, Test) = match key.as_str() {
            "aws:sourcearn" | "kms:encryptioncontext:aws:cloudtrail:arn" => {
                (Scope::Trails, is_trail_of)
            }
            "aws:sourceaccount" => (Scope::Accounts("aws:SourceAccount"), is_account_of),
            "aws:sourceorgid" => (Scope::Accounts("aws:SourceOrgID"), is_id_of),
            _ => continue,
        };
        if !is_required(condition) {
            fault = fault.max(Some(Reason::OPTIONAL_SOURCE_CONDITION));
            continue;
        }
        let values = condition.values.iter().map(|value| {
            policed.literal(condition, value)?;
            let judged = judge(value, realm)?;
            // The codes' order does not depend on the values' order.
            fault = fault.max(judged.err());
            Ok(judged.is_ok())
        });
        // Every value is looked at: one that is open decides, and its code is kept.
        let values: Vec<Observed<bool>> = values.collect();
        scopes.push(all(values).map(|held| held.then_some(scope)));
    }
    // One condition that confines is enough. The narrower kind comes first.
    let (trails, accounts): (Vec<_>, Vec<_>) =
        scopes.into_iter().partition(|scope| matches!(scope, Ok(Some(Scope::Trails))));
    let found = find(trails.into_iter().chain(accounts), |scope| Ok(scope.is_some()))?;
    Ok(found.flatten().unwrap_or(Scope::Open(fault.unwrap_or(Reason::NO_SOURCE_CONDITION))))
}

fn is_trail_of(value: &str, realm: &Realm<'_>) -> Observed<Judged> {
    let fields: Vec<&str> = value.splitn(6, ':').collect();
    let [_, _, service, _, account, _] = fields.as_slice() else {
        return Ok(Err(if value.contains('*') {
            Reason::WILDCARD_ACCOUNT
        } else {
            Reason::NOT_A_TRAIL
        }));
    };
    if !matches(service, "cloudtrail", Case::Sensitive) {
        return Ok(Err(Reason::NOT_A_TRAIL));
    }
    is_account_of(account, realm)
}

fn is_account_of(value: &str, realm: &Realm<'_>) -> Observed<Judged> {
    match value.parse::<AccountId>() {
        Ok(account) if realm.holds(account)? => Ok(Ok(())),
        Ok(_) => Ok(Err(Reason::FOREIGN_ACCOUNT)),
        Err(_) => Ok(Err(Reason::WILDCARD_ACCOUNT)),
    }
}

fn is_id_of(value: &str, realm: &Realm<'_>) -> Observed<Judged> {
    Ok(if realm.is_organization(value)? { Ok(()) } else { Err(Reason::FOREIGN_ORGANIZATION) })
}
