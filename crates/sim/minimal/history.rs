//! What is looked up in event history: names of calls on trails, log buckets, keys, whoever watches, and the organization.
//!
//! A page holds fifty events; no world that is described has more of one name in a region.

use std::collections::{BTreeMap, BTreeSet};

use crate::description::Account;
use crate::minimal::ledger::Ledger;
use crate::minimal::walk::{GLOBAL, Walk};
use crate::world::SeenTrail;

/// The lookups of each of these are wanted by themselves; the bare operation looks for the newest event.
pub(super) const TRAILS: &str = "cloudtrail:LookupEvents/TrailHistory";
pub(super) const BUCKETS: &str = "cloudtrail:LookupEvents/BucketHistory";
pub(super) const KEYS: &str = "cloudtrail:LookupEvents/KeyHistory";
pub(super) const DETECTION: &str = "cloudtrail:LookupEvents/DetectionHistory";
pub(super) const ORGANIZATION: &str = "cloudtrail:LookupEvents/OrganizationHistory";

/// How many names are looked up of a log bucket, a key, what watches in a region, and an organization.
pub(super) const OF_A_BUCKET: u64 = 15;
pub(super) const OF_A_KEY: u64 = 6;
pub(super) const OF_DETECTION: u64 = 18;
/// Of those, how many are of rules on the event bus.
pub(super) const OF_RULES: u64 = 3;
pub(super) const OF_AN_ORGANIZATION: u64 = 8;

/// What changes a trail, beside its deletion.
const CHANGES: [&str; 3] = ["PutEventSelectors", "StopLogging", "UpdateTrail"];
/// What begins one.
const BEGINNINGS: [&str; 2] = ["CreateTrail", "StartLogging"];
const OF_STORES: [&str; 3] =
    ["DeleteEventDataStore", "StopEventDataStoreIngestion", "UpdateEventDataStore"];
const INSIGHTS: &str = "PutInsightSelectors";
const DEREGISTER: &str = "DeregisterOrganizationDelegatedAdmin";

/// The row of each lookup, by region and name.
#[derive(Debug, Default)]
struct Wanted<'a>(BTreeMap<(&'a str, &'static str), u64>);

impl<'a> Wanted<'a> {
    fn add(&mut self, region: &'a str, names: &[&'static str], row: u64) {
        for name in names {
            let known = self.0.entry((region, name)).or_insert(row);
            *known = row.min(*known);
        }
    }
}

impl Walk<'_> {
    /// A trail that was deleted may have been at home anywhere; all else happened at the home of some trail.
    pub(super) fn trail_history(
        &self,
        (account, regions): (&Account, &BTreeSet<&String>),
        seen: &[SeenTrail<'_>],
        (row, ledger): (u64, &mut Ledger<'_>),
    ) {
        if !self.reads.trail_history {
            return;
        }
        let mut wanted = Wanted::default();
        for region in regions {
            wanted.add(region, &["DeleteTrail"], row);
        }
        let own: BTreeSet<&str> = seen
            .iter()
            .filter(|trail| trail.owner == account.id)
            .map(|trail| trail.trail.home_region.as_str())
            .collect();
        let others: BTreeSet<&str> = seen
            .iter()
            .filter(|trail| trail.owner != account.id && regions.contains(&trail.trail.home_region))
            .map(|trail| trail.trail.home_region.as_str())
            .collect();
        let gone = regions.iter().filter(|region| self.shows(account, region, "DeleteTrail"));
        let gone: BTreeSet<&str> = gone.map(|region| region.as_str()).collect();
        for region in own.iter().chain(&others).chain(&gone) {
            wanted.add(region, &CHANGES, row + 1);
        }
        for region in own.iter().chain(&gone) {
            wanted.add(region, &BEGINNINGS, row + 1);
        }
        for region in others.iter().filter(|region| self.shows(account, region, "StopLogging")) {
            wanted.add(region, &BEGINNINGS, row + 2);
        }
        let organized =
            seen.iter().any(|trail| trail.owner == account.id && trail.trail.is_organization_trail);
        for region in &own {
            wanted.add(region, &["DeleteTrail", INSIGHTS], row + 1);
            if organized {
                wanted.add(region, &[DEREGISTER], row + 1);
            }
        }
        for store in account.event_data_stores.iter().filter(|_| self.reads.store_list) {
            if regions.contains(&store.region) && self.answers(account, &store.region) {
                wanted.add(&store.region, &OF_STORES, row + 1);
                wanted.add(&store.region, &[INSIGHTS], row + 1);
            }
        }
        for ((region, _), row) in wanted.0 {
            ledger.call("cloudtrail:LookupEvents", region, 1);
            ledger.row(row);
        }
    }

    /// Whether a region's history shows such a call that did not fail.
    fn shows(&self, account: &Account, region: &str, name: &str) -> bool {
        self.answers(account, region)
            && self
                .world
                .events(account, region)
                .iter()
                .any(|event| event.name == name && event.error_code.is_none())
    }

    /// The lookups of the organization, in its management account.
    pub(super) fn organization_history(&self, row: u64, ledger: &mut Ledger<'_>) {
        if self.reads.organization_history {
            look_up(GLOBAL, OF_AN_ORGANIZATION, (row, ledger));
        }
    }
}

/// So many names, none of which waits for another.
fn look_up(region: &str, names: u64, (row, ledger): (u64, &mut Ledger<'_>)) {
    (0..names).for_each(|_| ledger.call("cloudtrail:LookupEvents", region, 1));
    ledger.row(row);
}

/// What was looked up already, by account and region.
#[derive(Debug, Default)]
pub(super) struct LookedUp(BTreeSet<(String, String)>);

impl LookedUp {
    /// So many names in a region of an account, where nobody looked yet.
    pub(super) fn look(
        &mut self,
        (account, region): (&str, &str),
        names: u64,
        (row, ledger): (u64, &mut Ledger<'_>),
    ) {
        if self.0.insert((account.to_owned(), region.to_owned())) {
            look_up(region, names, (row, ledger));
        }
    }
}
