//! What a key's policy grants to outsiders.

use trailproof_iam::Effect;

use super::grant::Grant;
use super::principal::outsider;
use super::realm::Realm;
use super::{Policed, ResourcePolicy};
use crate::evidence::{Observed, find};

/// What CloudTrail does with a key.
pub const KEY_USE: [&str; 4] =
    ["kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext", "kms:Decrypt", "kms:Encrypt"];

/// What stops a trail or opens its logs.
pub const KEY_CONTROL: [&str; 5] = [
    "kms:DisableKey",
    "kms:ScheduleKeyDeletion",
    "kms:PutKeyPolicy",
    "kms:CreateGrant",
    "kms:Decrypt",
];

/// The first statement that gives somebody outside the realm control of the key, or lets him decrypt with it.
///
/// # Errors
/// Where none is proved to, and one may.
pub fn controllers(policy: &ResourcePolicy, realm: &Realm<'_>) -> Observed<Option<Grant>> {
    let allows = policy.document.statements.iter().filter(|s| s.effect == Effect::Allow);
    let grants = allows.map(|statement| {
        let action = KEY_CONTROL.iter().find(|action| statement.actions.matches(action));
        let Some(action) = action else { return Ok(None) };
        let principal = outsider(Policed { policy, statement }, realm)?;
        Ok(principal.map(|principal| Grant {
            statement: statement.label(),
            principal,
            what: (*action).to_owned(),
        }))
    });
    find(grants, |grant| Ok(grant.is_some())).map(Option::flatten)
}
