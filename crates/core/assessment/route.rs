//! Where each trail's evidence goes: what a picture of the flow is drawn from. How well it flows the findings say.

use serde::{Deserialize, Serialize};

use crate::aws::{AccountId, Arn, Region};
use crate::organization::Organization;
use crate::trail::Trail;

/// A trail, and the places that its evidence passes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Route {
    /// The trail's ARN.
    pub trail: String,
    /// Its name.
    pub name: String,
    /// Who owns it.
    pub account_id: AccountId,
    /// Where it was made.
    pub home_region: Region,
    /// Whether it records every account of an organization.
    pub organization: bool,
    /// The bucket that it delivers to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bucket: Option<Stop>,
    /// The key that it encrypts with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<Stop>,
    /// The log group that it also delivers to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log_group: Option<Stop>,
    /// The topic that it notifies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic: Option<Stop>,
}

/// A place that evidence passes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stop {
    /// Its ARN, as the findings about it name it.
    pub resource: String,
    /// Who owns it, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_id: Option<AccountId>,
}

impl Stop {
    /// An ARN says who owns it.
    fn named(arn: &str) -> Self {
        let account_id = Arn::parse(arn).ok().and_then(|arn| arn.account_id());
        Self { resource: arn.to_owned(), account_id }
    }
}

/// The routes of all trails, by ARN.
pub(crate) fn routes(organization: &Organization) -> Vec<Route> {
    organization.trails().map(|trail| route(organization, trail)).collect()
}

fn route(organization: &Organization, trail: &Trail) -> Route {
    let bucket = organization.bucket_of(trail);
    let key = organization.key_of(trail);
    Route {
        trail: trail.arn().to_owned(),
        name: trail.name().to_owned(),
        account_id: trail.owner,
        home_region: trail.home().clone(),
        organization: trail.is_organization_trail(),
        bucket: bucket.map(|bucket| Stop { resource: bucket.arn(), account_id: bucket.account() }),
        key: key
            .map(|key| Stop { resource: key.arn.clone(), account_id: Some(key.target.account) }),
        log_group: trail.log_group().map(Stop::named),
        topic: trail.topic().map(Stop::named),
    }
}

#[cfg(test)]
mod tests {
    use crate::assess::assess;
    use crate::check::Check;
    use crate::fact::Fact;
    use crate::fixture::{account, trail};
    use crate::plan::Demand;
    use crate::policy::Policy;

    #[test]
    fn a_trail_leads_to_what_its_settings_name() {
        let checks: &[&Check] = &[];
        let world = account().with(trail("audit"));
        let bundle = world.snapshot(&Demand::facts(Fact::ALL));
        let held = assess(&bundle, checks, &Policy::default()).unwrap();
        let [route] = held.routes.as_slice() else { panic!("{:?}", held.routes) };
        assert_eq!((route.name.as_str(), route.organization), ("audit", false));
        assert!(route.trail.ends_with(":trail/audit"));
        let bucket = route.bucket.as_ref().unwrap();
        assert!(bucket.resource.starts_with("arn:aws:s3:::"), "{bucket:?}");
        assert_eq!(bucket.account_id, Some(route.account_id));
        assert!(route.key.as_ref().unwrap().resource.starts_with("arn:aws:kms:"));
        assert!(route.log_group.as_ref().unwrap().resource.contains(":log-group:"));
    }
}
