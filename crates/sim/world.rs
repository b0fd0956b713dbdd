//! The described organization with its indexes, and the questions that several services ask of it.

use std::collections::BTreeMap;

use crate::description::{
    Account, AccountState, Bucket, Description, Moment, Organization, RegionState, Trail, When,
};

/// The description, indexed; never changes after it is built.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) description: Description,
    accounts: BTreeMap<String, usize>,
    buckets: BTreeMap<String, (usize, usize)>,
}

/// A trail as it is seen from an account in a region.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SeenTrail<'a> {
    pub(crate) trail: &'a Trail,
    /// The owning account's id: the management account's for an organization trail.
    pub(crate) owner: &'a str,
}

impl World {
    pub(crate) fn new(description: Description) -> Self {
        let mut accounts = BTreeMap::new();
        let mut buckets = BTreeMap::new();
        for (position, account) in description.accounts.iter().enumerate() {
            accounts.insert(account.id.clone(), position);
            for (place, bucket) in account.buckets.iter().enumerate() {
                buckets.insert(bucket.name.clone(), (position, place));
            }
        }
        Self { description, accounts, buckets }
    }

    pub(crate) fn account(&self, id: &str) -> Option<&Account> {
        self.accounts.get(id).and_then(|position| self.description.accounts.get(*position))
    }

    /// The bucket of that name with its owner.
    pub(crate) fn bucket(&self, name: &str) -> Option<(&Account, &Bucket)> {
        let (position, place) = self.buckets.get(name)?;
        let owner = self.description.accounts.get(*position)?;
        Some((owner, owner.buckets.get(*place)?))
    }

    pub(crate) fn resolve(&self, when: When) -> Moment {
        when.resolve(self.description.now)
    }

    pub(crate) fn arn(&self, service: &str, region: &str, account: &str, resource: &str) -> String {
        format!("arn:{}:{service}:{region}:{account}:{resource}", self.description.partition)
    }

    pub(crate) fn trail_arn(&self, seen: SeenTrail<'_>) -> String {
        let resource = format!("trail/{}", seen.trail.name);
        self.arn("cloudtrail", &seen.trail.home_region, seen.owner, &resource)
    }

    /// The organization that the account belongs to.
    pub(crate) fn organization_of(&self, account: &Account) -> Option<&Organization> {
        self.description.organization.as_ref().filter(|_| !account.outside)
    }

    pub(crate) fn is_management(&self, account: &Account) -> bool {
        self.organization_of(account).is_some_and(|o| o.management_account == account.id)
    }

    /// Whether the account administers a service for the organization; any service where none is named.
    pub(crate) fn is_delegated(&self, account: &Account, principal: Option<&str>) -> bool {
        self.organization_of(account).is_some_and(|organization| {
            organization
                .delegated_administrators
                .iter()
                .filter(|(service, _)| principal.is_none_or(|wanted| wanted == service.as_str()))
                .any(|(_, accounts)| accounts.contains(&account.id))
        })
    }

    pub(crate) fn members(&self) -> impl Iterator<Item = &Account> {
        self.description.accounts.iter().filter(|account| !account.outside)
    }

    pub(crate) fn region_exists(&self, region: &str) -> bool {
        let lists = [&self.description.default_regions, &self.description.opt_in_regions];
        lists.iter().any(|list| list.iter().any(|name| name == region))
    }

    pub(crate) fn region_state(&self, account: &Account, region: &str) -> RegionState {
        let default = self.description.default_regions.iter().any(|name| name == region);
        match account.region_states.get(region) {
            Some(state) => *state,
            None if default => RegionState::EnabledByDefault,
            None if account.opted_in_regions.iter().any(|name| name == region) => {
                RegionState::Enabled
            }
            None => RegionState::Disabled,
        }
    }

    pub(crate) fn region_answers(&self, account: &Account, region: &str) -> bool {
        !matches!(self.region_state(account, region), RegionState::Disabled | RegionState::Enabling)
    }

    /// Service control policies never bind the management account.
    pub(crate) fn closed_by_scp(&self, account: &Account, region: &str) -> bool {
        account.scp_denied_regions.iter().any(|name| name == region) && !self.is_management(account)
    }

    /// What `DescribeTrails` shows: the account's own trails, then those of its organization.
    pub(crate) fn trails_in<'a>(
        &'a self,
        account: &'a Account,
        region: &str,
    ) -> Vec<SeenTrail<'a>> {
        let own = account.trails.iter().map(|trail| SeenTrail { trail, owner: &account.id });
        let organization = self.organization_of(account).filter(|_| !self.is_management(account));
        let management = organization.and_then(|o| self.account(&o.management_account));
        let foreign = management.into_iter().flat_map(|management| {
            let trails = management.trails.iter().filter(|trail| trail.is_organization_trail);
            trails.map(|trail| SeenTrail { trail, owner: &management.id })
        });
        own.chain(foreign).filter(|seen| self.is_seen_in(account, seen.trail, region)).collect()
    }

    fn is_seen_in(&self, account: &Account, trail: &Trail, region: &str) -> bool {
        if account.state != AccountState::Active {
            return false;
        }
        let at_home = trail.home_region == region;
        let replicated = trail.is_multi_region_trail
            // A member that never enabled the home region of an organization trail gets no replica at all.
            && self.region_answers(account, &trail.home_region)
            && !account.replicas_missing_in.iter().any(|name| name == region);
        self.region_answers(account, region) && (at_home || replicated)
    }
}
