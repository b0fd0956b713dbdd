//! Whom a statement names, and whether they are ours.

use trailproof_iam::{Condition, Operator, Principal, Principals};

use super::Policed;
use super::realm::{Realm, account_of};
use super::scope::is_required;
use crate::evidence::{Observed, all, find};

/// The name under which CloudTrail calls.
pub const CLOUDTRAIL: &str = "cloudtrail.amazonaws.com";

/// The accounts from which CloudTrail delivered before it had a name, one for each region of then.
const LEGACY_CLOUDTRAIL: [&str; 14] = [
    "035351147821",
    "086441151436",
    "113285607260",
    "216624486486",
    "282025262664",
    "284668455005",
    "388731089494",
    "475085895292",
    "492519147666",
    "814480443879",
    "819402241893",
    "859597730677",
    "903692715234",
    "977081816279",
];

/// Whether that is CloudTrail by one of its former accounts.
pub(super) fn is_legacy(entry: &Principal) -> bool {
    matches!(entry, Principal::Aws(value)
        if account_of(value).is_some_and(|id| LEGACY_CLOUDTRAIL.contains(&id.as_str())))
}

/// How a principal of whom nothing more is known is called.
const EVERYONE: &str = "everyone";

/// The first principal outside the realm whom a statement names, and who can meet its conditions. Services are nobody's
/// principals, and CloudTrail's former accounts are its own.
///
/// # Errors
/// Where nobody is proved to be outside and somebody may be.
pub(super) fn outsider(policed: Policed<'_>, realm: &Realm<'_>) -> Observed<Option<String>> {
    let named = match &policed.statement.principal {
        None => return Ok(None),
        Some(Principals::NotPrincipal(_)) => Ok(Some(EVERYONE.to_owned())),
        Some(Principals::Principal(entries)) => {
            let entries = entries.iter().map(|entry| is_outside(policed, entry, realm));
            find(entries, |outside| Ok(outside.is_some())).map(Option::flatten)
        }
    };
    if named == Ok(None) {
        return named;
    }
    // Conditions that only insiders meet make the principal's name a formality.
    let confined = confined(policed, realm);
    match (named, confined) {
        (_, Ok(true)) => Ok(None),
        (Err(gap), _) | (Ok(_), Err(gap)) => Err(gap),
        (named, Ok(false)) => named,
    }
}

fn is_outside(
    policed: Policed<'_>,
    entry: &Principal,
    realm: &Realm<'_>,
) -> Observed<Option<String>> {
    match entry {
        entry if entry.is_everyone() => Ok(Some(EVERYONE.to_owned())),
        entry if is_legacy(entry) => Ok(None),
        Principal::Aws(value) | Principal::Federated(value) => match account_of(value) {
            Some(account) => Ok((!realm.holds(account)?).then(|| value.clone())),
            None if is_entity_id(value) => Ok(None),
            None => Ok(Some(value.clone())),
        },
        Principal::CanonicalUser(_) => Err(policed
            .undecidable("names an account by its canonical id, which does not tell whose it is")),
        Principal::Unknown { .. } => Err(policed.undecidable("names a principal of no known kind")),
        Principal::Anyone | Principal::Service(_) => Ok(None),
    }
}

/// Whether that is what AWS leaves of a user or role that was deleted: it matches nobody.
fn is_entity_id(value: &str) -> bool {
    let id = value.split(':').next().unwrap_or_default();
    id.len() >= 16
        && (id.starts_with("AIDA") || id.starts_with("AROA"))
        && id.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

/// Whether some condition holds for the realm's own only.
///
/// # Errors
/// Where none is proved to, and one may: it asks for a network, or for what is not known to be ours.
fn confined(policed: Policed<'_>, realm: &Realm<'_>) -> Observed<bool> {
    let conditions = policed.statement.conditions.iter();
    let answers = conditions.map(|condition| confines(policed, condition, realm));
    find(answers, |held| Ok(*held)).map(|held| held.is_some())
}

fn confines(policed: Policed<'_>, condition: &Condition, realm: &Realm<'_>) -> Observed<bool> {
    let key = condition.key.to_ascii_lowercase();
    if matches!(condition.operator, Operator::Unknown(_)) {
        return Err(policed.undecidable("has a condition operator that is not known"));
    }
    if let "aws:sourceip" | "aws:vpcsourceip" | "aws:sourcevpc" | "aws:sourcevpce"
    | "aws:sourcevpcarn" | "aws:vpceaccount" | "aws:vpceorgid" | "aws:vpceorgpaths" =
        key.as_str()
    {
        return Err(policed.undecidable(&format!(
            "asks for a network by {}, which does not tell who calls from there",
            condition.key
        )));
    }
    if !is_required(condition) || condition.values.is_empty() {
        return Ok(false);
    }
    let ours = |value: &String| -> Observed<bool> {
        policed.literal(condition, value)?;
        match key.as_str() {
            "aws:principalorgid" | "aws:sourceorgid" => realm.is_organization(value),
            "aws:principalorgpaths" | "aws:sourceorgpaths" => {
                realm.is_organization(value.split_once('/').map_or("", |(id, _)| id))
            }
            "aws:principalaccount"
            | "aws:sourceaccount"
            | "aws:sourceowner"
            | "kms:calleraccount"
            | "s3:dataaccesspointaccount"
            | "aws:principalarn"
            | "aws:sourcearn"
            | "s3:dataaccesspointarn" => {
                account_of(value).map_or(Ok(false), |account| realm.holds(account))
            }
            _ => Ok(false),
        }
    };
    all(condition.values.iter().map(ours))
}
