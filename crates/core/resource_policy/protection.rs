//! What a policy refuses to everyone, and who is left out.

use trailproof_iam::{Condition, Effect, Operator, Principal, Principals, Statement};

use super::ResourcePolicy;
use super::realm::Realm;
use super::request::{Target, reaches};
use super::truth::Truth;

/// Whom a refusal leaves out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exemption {
    /// Nobody, or none but those whom the user approved.
    Approved,
    /// Principals whom nobody approved.
    Unapproved,
    /// Whoever meets a condition that is not about principals.
    Conditional,
}

/// A statement that refuses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Its Sid or place.
    pub statement: String,
    /// Whom it leaves out.
    pub exemption: Exemption,
}

/// The statement that refuses an action on all of the target, with the least exemption; of equals the first.
#[must_use]
pub fn refuses_everyone(
    policy: &ResourcePolicy,
    action: &str,
    target: Target<'_>,
    realm: &Realm<'_>,
) -> Option<Refusal> {
    let document = &policy.document;
    let statements = document.statements.iter().filter(|statement| {
        statement.effect == Effect::Deny
            && statement.unknown.is_empty()
            && statement.actions.matches(action)
            && reaches(statement, document.version, target) == Truth::Yes
    });
    let refusals = statements.filter_map(|statement| {
        Some(Refusal { statement: statement.label(), exemption: exemption(statement, realm)? })
    });
    refusals.min_by_key(|refusal| refusal.exemption)
}

fn exemption(statement: &Statement, realm: &Realm<'_>) -> Option<Exemption> {
    let of_principals = match &statement.principal {
        Some(Principals::Principal(entries)) => {
            entries.iter().any(Principal::is_everyone).then_some(Exemption::Approved)?
        }
        Some(Principals::NotPrincipal(entries)) => {
            let approved = |entry: &Principal| match entry {
                Principal::Aws(arn) => realm.approves(arn),
                _ => false,
            };
            if entries.iter().all(approved) { Exemption::Approved } else { Exemption::Unapproved }
        }
        None => return None,
    };
    let of_conditions = statement.conditions.iter().map(|condition| exempts(condition, realm));
    Some(of_conditions.fold(of_principals, Exemption::max))
}

/// Whom a condition of a refusal leaves out.
fn exempts(condition: &Condition, realm: &Realm<'_>) -> Exemption {
    let by_name = matches!(
        condition.operator,
        Operator::StringNotEquals
            | Operator::StringNotEqualsIgnoreCase
            | Operator::StringNotLike
            | Operator::ArnNotEquals
            | Operator::ArnNotLike
    );
    // An absent key satisfies these operators, so that who has no ARN is refused as well.
    let refuses_the_nameless = condition.qualifier.is_none() || condition.if_exists;
    if !by_name || !refuses_the_nameless || !condition.key.eq_ignore_ascii_case("aws:PrincipalArn")
    {
        return Exemption::Conditional;
    }
    if condition.values.iter().all(|arn| realm.approves(arn)) {
        Exemption::Approved
    } else {
        Exemption::Unapproved
    }
}
