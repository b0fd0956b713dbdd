//! What is asked of event history, and where.
//!
//! An account may look up two pages a second in a region, one name at a time, so that every name counts. A trail is changed
//! in its home region and nowhere else. Every trail of an account either still exists, and `DescribeTrails` names its
//! home, or was deleted: within the time that history covers by a `DeleteTrail` in the very region that was its home, or
//! earlier, and then no event on it is left. So that name is asked of every region, and the others only where a trail is
//! at home or was deleted: a member that only an organization trail records costs one call a region, not four, and what
//! is told is the same. Names and no time range alone: a region's writes in ninety days are more pages than all names
//! together, and the events of CloudTrail's own source are mostly those of readers, of which an audit is one.

use std::collections::BTreeSet;

use super::names::{
    BEGINNINGS, CHANGES, DELETE_TRAIL, DEREGISTER, INSIGHTS, OF_RULES, OF_STORES, names,
};
use crate::answer::{EventHistory, EventRule, StoreEntry, TrailDescription};
use crate::aws::{AccountId, Arn, Partition, Region};
use crate::bucket::Bucket;
use crate::fact::Fact;
use crate::key::Key;
use crate::monitoring::names_cloudtrail;
use crate::organization::Organization;
use crate::snapshot::{Document, Probe};
use crate::trail::Trail;

/// What is asked of a trail's events of one name in one region.
pub(super) fn trail_history(region: &Region, name: &str) -> Probe {
    Probe::resource(Fact::TrailHistory, Some(region), name)
}

/// Where a trail of the account's own is at home, and where another's that it sees is.
fn homes<'a>(document: &'a Document, regions: &[Region]) -> [BTreeSet<&'a Region>; 2] {
    let (mut own, mut others) = (BTreeSet::new(), BTreeSet::new());
    for region in regions {
        let probe = Probe::regional(Fact::Trails, region);
        let trails = document.read::<Vec<TrailDescription>>(&probe);
        for trail in trails.map_or(&[][..], |(trails, _)| trails) {
            let owner = Arn::parse(&trail.trail_arn).ok().and_then(|arn| arn.account_id());
            let homes = if owner == Some(document.account) { &mut own } else { &mut others };
            homes.insert(&trail.home_region);
        }
    }
    [own, others]
}

/// Whether a history shows a call that may have succeeded.
fn shows(document: &Document, region: &Region, name: &str) -> bool {
    let read = document.read::<EventHistory>(&trail_history(region, name));
    read.is_ok_and(|(history, _)| history.events.iter().any(|event| event.error_code.is_none()))
}

/// What an account is asked of its trails and event data stores in these regions, as far as its document tells: more
/// once it tells more.
#[must_use]
pub fn of_trails(document: &Document, regions: &[Region]) -> Vec<Probe> {
    let mut wanted: BTreeSet<Probe> =
        regions.iter().map(|region| trail_history(region, DELETE_TRAIL)).collect();
    let [own, others] = homes(document, regions);
    let was_home = |region: &&Region| shows(document, region, DELETE_TRAIL);
    let gone: BTreeSet<&Region> = regions.iter().filter(was_home).collect();
    let there = others.iter().copied().filter(|region| regions.contains(region));
    for region in own.iter().copied().chain(there).chain(gone.iter().copied()) {
        wanted.extend(CHANGES.map(|name| trail_history(region, name)));
    }
    // Whoever stopped a trail of somebody else's by delegation may have started it again.
    let stopped = others.iter().copied().filter(|region| shows(document, region, "StopLogging"));
    for region in own.iter().copied().chain(gone.iter().copied()).chain(stopped) {
        wanted.extend(BEGINNINGS.map(|name| trail_history(region, name)));
    }
    for region in &own {
        wanted.insert(trail_history(region, DELETE_TRAIL));
        wanted.insert(trail_history(region, INSIGHTS));
    }
    if own_organization_trail(document, regions) {
        wanted.extend(own.iter().map(|region| trail_history(region, DEREGISTER)));
    }
    for region in regions {
        let list = Probe::regional(Fact::EventDataStores, region);
        let stores = document.read::<Vec<StoreEntry>>(&list);
        if stores.is_ok_and(|(stores, _)| !stores.is_empty()) {
            wanted.extend(OF_STORES.map(|name| trail_history(region, name)));
            wanted.insert(trail_history(region, INSIGHTS));
        }
    }
    wanted.into_iter().collect()
}

fn own_organization_trail(document: &Document, regions: &[Region]) -> bool {
    let trails = regions.iter().filter_map(|region| {
        let probe = Probe::regional(Fact::Trails, region);
        document.read::<Vec<TrailDescription>>(&probe).ok()
    });
    trails.flat_map(|(trails, _)| trails).any(|trail| {
        let owner = Arn::parse(&trail.trail_arn).ok().and_then(|arn| arn.account_id());
        trail.is_organization_trail == Some(true) && owner == Some(document.account)
    })
}

/// The events that may have begun or ended one trail's recording: all in its home region.
#[must_use]
pub fn of_trail(trail: &Trail) -> Vec<Probe> {
    let all = CHANGES.into_iter().chain(BEGINNINGS).chain([DELETE_TRAIL]);
    all.map(|name| trail_history(trail.home(), name)).collect()
}

fn each(fact: Fact, regions: impl IntoIterator<Item = Region>) -> Vec<Probe> {
    let regions: BTreeSet<Region> = regions.into_iter().collect();
    let each = |region: &Region| -> Vec<Probe> {
        names(fact).map(|name| Probe::resource(fact, Some(region), name)).collect()
    };
    regions.iter().flat_map(each).collect()
}

/// What the owner of a log bucket is asked of it, once it is known where it lies. (Some clients call S3 in the partition's
/// global region, wherever the bucket is, and the event lands there.)
#[must_use]
pub fn of_bucket(bucket: &Bucket) -> Vec<Probe> {
    let regions = bucket.region.iter().cloned();
    let global = bucket.region.as_ref().map(|_| bucket.partition.global_region());
    each(Fact::BucketHistory, regions.chain(global))
}

/// What a key's own account is asked of it.
#[must_use]
pub fn of_key(key: &Key) -> Vec<Probe> {
    each(Fact::KeyHistory, [key.target.region.clone()])
}

/// What the management account is asked of the organization.
#[must_use]
pub fn of_organization(partition: &Partition) -> Vec<Probe> {
    each(Fact::OrganizationHistory, [partition.global_region()])
}

/// What of an account the trails tell of their events, by ARN: log groups and topics.
#[must_use]
pub fn told(organization: &Organization, account: AccountId) -> BTreeSet<String> {
    let judged = organization.trails().filter(|trail| organization.judges(trail));
    let arns = judged.flat_map(|trail| [trail.log_group(), trail.topic()]).flatten();
    arns.filter(|arn| Arn::parse(arn).ok().and_then(|arn| arn.account_id()) == Some(account))
        .map(str::to_owned)
        .collect()
}

/// What an account is asked of its rules on the event bus: where one of them is about CloudTrail's events, switched on or
/// not.
#[must_use]
pub fn of_rules(document: &Document, regions: &[Region]) -> Vec<Probe> {
    let concerned = regions.iter().filter(|region| {
        let rules = document.read::<Vec<EventRule>>(&Probe::regional(Fact::EventRules, region));
        rules.is_ok_and(|(rules, _)| rules.iter().any(names_cloudtrail))
    });
    let of = |region: &Region| {
        OF_RULES.map(|name| Probe::resource(Fact::DetectionHistory, Some(region), name))
    };
    concerned.flat_map(of).collect()
}

/// What an account is asked of those who watch there: in the regions of what the trails tell.
#[must_use]
pub fn of_detection<'a>(told: impl IntoIterator<Item = &'a str>) -> Vec<Probe> {
    let regions = told.into_iter().filter_map(|arn| Arn::parse(arn).ok()?.region());
    each(Fact::DetectionHistory, regions)
}
