//! A world at one moment, and the questions that several services ask of it.

use std::time::Duration;

use crate::change::Change;
use crate::description::{
    Account, AccountState, Bucket, Description, Detection, Event, EventDataStore, Moment,
    Organization, RegionState, Trail, When,
};
use crate::land::{Held, Land};

/// The land with all that has happened to it so far: what one request is answered from.
#[derive(Debug)]
pub(crate) struct World<'l> {
    pub(crate) land: &'l Land,
    /// All that is not in an account.
    pub(crate) frame: &'l Description,
    changes: &'l [Change],
    elapsed: Duration,
    management: Option<Held<'l, Account>>,
    /// The terms on which sessions are lent now; none: for ever.
    pub(crate) lending: Option<Lending>,
}

/// From when to when a session is lent: virtual time for the token, the server's time for the client.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lending {
    pub(crate) since: Duration,
    pub(crate) until: Moment,
}

/// The ages in minutes of the events where none are described: older than a scan, newer than a dead delivery. The
/// second one is old enough to have been delivered for certain.
const USUAL_AGES: [i64; 2] = [20, 90];

/// A trail as it is seen from an account in a region.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SeenTrail<'a> {
    pub(crate) trail: &'a Trail,
    /// The owning account's id: the management account's for an organization trail.
    pub(crate) owner: &'a str,
}

impl<'l> World<'l> {
    pub(crate) fn new(land: &'l Land, changes: &'l [Change], elapsed: Duration) -> Self {
        let frame = &land.frame;
        let mut world = Self { land, frame, changes, elapsed, management: None, lending: None };
        let organization = frame.organization.as_ref();
        world.management = organization.and_then(|o| world.account(&o.management_account));
        world
    }

    /// The account as the changes have left it.
    fn changed(&self, account: Held<'l, Account>) -> Held<'l, Account> {
        let mut due =
            self.changes.iter().filter(|c| c.is_due(&account.id, self.elapsed)).peekable();
        if due.peek().is_none() {
            return account;
        }
        let due: Vec<&Change> = due.collect();
        let mut account = account.into_owned();
        for change in due {
            change.apply(&mut account);
        }
        Held::Made(Box::new(account))
    }

    pub(crate) fn account(&self, id: &str) -> Option<Held<'l, Account>> {
        self.land.account(id).map(|account| self.changed(account))
    }

    pub(crate) fn member(&self, place: usize) -> Option<Held<'l, Account>> {
        self.land.member(place).map(|account| self.changed(account))
    }

    pub(crate) fn members_below(
        &self,
        parent: &str,
        places: std::ops::Range<usize>,
    ) -> Vec<Held<'l, Account>> {
        let members = self.land.members_below(parent, places).into_iter();
        members.map(|account| self.changed(account)).collect()
    }

    /// The bucket of that name with its owner's id.
    pub(crate) fn bucket(&self, name: &str) -> Option<(String, Held<'l, Bucket>)> {
        self.land.bucket(name)
    }

    pub(crate) fn management(&self) -> Option<&Account> {
        self.management.as_deref()
    }

    /// The detection services of an account.
    pub(crate) fn detection<'a>(&'a self, account: &'a Account) -> &'a Detection {
        account.detection.as_ref().unwrap_or(&self.frame.baseline_detection)
    }

    pub(crate) fn resolve(&self, when: When) -> Moment {
        when.resolve(self.frame.now)
    }

    pub(crate) fn arn(&self, service: &str, region: &str, account: &str, resource: &str) -> String {
        format!("arn:{}:{service}:{region}:{account}:{resource}", self.frame.partition)
    }

    pub(crate) fn trail_arn(&self, seen: SeenTrail<'_>) -> String {
        let resource = format!("trail/{}", seen.trail.name);
        self.arn("cloudtrail", &seen.trail.home_region, seen.owner, &resource)
    }

    pub(crate) fn store_arn(&self, owner: &str, store: &EventDataStore) -> String {
        let resource = format!("eventdatastore/{}", store.id);
        self.arn("cloudtrail", &store.region, owner, &resource)
    }

    /// The event history of an account in a region, in no order. Where nothing is described, things happened some
    /// minutes ago if a trail covers the region.
    pub(crate) fn events(&self, account: &Account, region: &str) -> Vec<Event> {
        match account.events.get(region) {
            Some(events) => events.clone(),
            None if self.trails_in(account, region).is_empty() => Vec::new(),
            None => USUAL_AGES.map(|age| Event::everyday(When::MinutesAgo(age))).to_vec(),
        }
    }

    /// The organization that the account belongs to.
    pub(crate) fn organization_of(&self, account: &Account) -> Option<&Organization> {
        self.frame.organization.as_ref().filter(|_| !account.outside)
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

    pub(crate) fn region_exists(&self, region: &str) -> bool {
        let lists = [&self.frame.default_regions, &self.frame.opt_in_regions];
        lists.iter().any(|list| list.iter().any(|name| name == region))
    }

    pub(crate) fn region_state(&self, account: &Account, region: &str) -> RegionState {
        let default = self.frame.default_regions.iter().any(|name| name == region);
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
        let management = organization.and_then(|_| self.management());
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
