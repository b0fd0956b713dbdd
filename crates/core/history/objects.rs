//! What the calls on log buckets, keys, the organization and those who watch come to.

use trailproof_iam::Effect as PolicyEffect;

use super::inquiry::{Effect, undecided};
use super::look::{Look, Past};
use super::probes;
use crate::bucket::Bucket;
use crate::evidence::{Cause, Gap, Observed};
use crate::fact::Fact;
use crate::key::Key;
use crate::organization::Organization;
use crate::period::Reach;
use crate::resource_policy::{Realm, account_of};
use crate::tamper::Table;

/// What a call on some bucket comes to for this one.
#[must_use]
pub fn on_bucket(past: &Past<'_>, bucket: &Bucket, approved: &[String]) -> Effect {
    match past.asked("bucketName") {
        Some(name) if name == bucket.name => Effect::by(past, approved, ""),
        Some(_) => Effect::None,
        None => Effect::Unknown(undecided(past, "it does not say of which bucket")),
    }
}

/// What a call on some key comes to for this one.
#[must_use]
pub fn on_key(past: &Past<'_>, key: &Key, realm: &Realm<'_>, approved: &[String]) -> Effect {
    let tail = |id: &str| id.rsplit('/').next().unwrap_or_default().to_owned();
    let Some(named) = past.asked("keyId") else {
        return Effect::Unknown(undecided(past, "it does not say of which key"));
    };
    let arn = key.metadata().ok().and_then(|read| Some(read.value.as_ref()?.arn.clone()));
    let arn = arn.unwrap_or_else(|| key.arn.clone());
    if tail(named) != tail(&arn) && named != key.target.id {
        return Effect::None;
    }
    if past.event.event_name != "CreateGrant" {
        return Effect::by(past, approved, "");
    }
    let Some(grantee) = past.asked("granteePrincipal") else {
        return Effect::Unknown(undecided(past, "it does not say to whom"));
    };
    // A service acts for the account that made the grant.
    let service = !grantee.starts_with("arn:") && grantee.contains(".amazonaws.com");
    match account_of(grantee).map(|account| realm.holds(account)) {
        _ if service => Effect::None,
        Some(Ok(true)) => Effect::None,
        Some(Ok(false)) => Effect::by(past, approved, format!("to {grantee}, an outsider")),
        Some(Err(gap)) => Effect::Unknown(gap),
        None => Effect::Unknown(undecided(past, &format!("whose {grantee} is, is not known"))),
    }
}

/// What a call on the organization comes to. Policies count where one denies something that would tamper.
#[must_use]
pub fn on_organization(past: &Past<'_>, all: &Organization, approved: &[String]) -> Effect {
    let event = past.event.event_name.as_str();
    if !matches!(event, "DeletePolicy" | "DetachPolicy" | "UpdatePolicy") {
        let named = ["accountId", "servicePrincipal"].iter().find_map(|name| past.asked(name));
        return Effect::by(
            past,
            approved,
            named.map(|name| format!("of {name}")).unwrap_or_default(),
        );
    }
    let Some(id) = past.asked("policyId") else {
        return Effect::Unknown(undecided(past, "it does not say which policy"));
    };
    match guards(all, id) {
        Ok(Some(false)) => Effect::None,
        Ok(Some(true)) => Effect::by(past, approved, format!("of {id}, which denies tampering")),
        _ if past.is_approved(approved) => Effect::Approved(format!("of {id}")),
        Ok(None) => {
            Effect::Unknown(undecided(past, &format!("what {id} denied is not known any more")))
        }
        Err(gap) => Effect::Unknown(gap),
    }
}

/// Whether a policy of the organization denies something that would tamper; none inside where it is gone.
fn guards(all: &Organization, id: &str) -> Observed<Option<bool>> {
    let Some(policy) = all.control_policy(id)? else { return Ok(None) };
    let document = policy.document()?;
    let mut denials = document.statements.iter().filter(|one| one.effect == PolicyEffect::Deny);
    let tampering: Vec<&str> =
        Table::shared().actions().map(|action| action.name.as_str()).collect();
    Ok(Some(denials.any(|one| tampering.iter().any(|name| one.actions.matches(name)))))
}

impl Organization {
    /// The calls on the organization that its management account made.
    ///
    /// # Errors
    /// Where that account was not read.
    pub fn organization_history(&self, reach: impl Into<Reach>) -> Observed<Look<'_>> {
        let gap = || Gap::new(Fact::OrganizationHistory, Cause::Undecidable, "no organization");
        let document = self.management_history()?.ok_or_else(gap)?;
        Ok(Look::at(document, probes::of_organization(self.partition()), reach))
    }
}
