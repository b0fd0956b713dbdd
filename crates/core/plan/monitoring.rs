//! What is asked to know whether anybody would be told: of log groups and the alarms beside them, of the topics that
//! these alarms name, of rules on the event bus.

use std::collections::BTreeSet;

use super::{Demand, at_owner};
use crate::answer::{EventRule, TrailDescription};
use crate::aws::{AccountId, Region};
use crate::fact::Fact;
use crate::monitoring::{LogDestination, concerns_cloudtrail};
use crate::organization::Organization;
use crate::snapshot::{Document, Manifest, Probe};

/// What is asked at a log group's owner beside its description: its filters, and the alarms of its region, which need
/// not wait for them.
pub(super) fn of_group(demand: &Demand, arn: &str) -> Vec<(AccountId, Probe)> {
    let Some(group) = LogDestination::of(arn) else { return Vec::new() };
    let filters = Probe::resource(Fact::MetricFilters, Some(&group.region), arn);
    let regional = |fact| Probe::regional(fact, &group.region);
    [filters, regional(Fact::Alarms), regional(Fact::MuteRules)]
        .into_iter()
        .filter(|probe| demand.wants(probe.fact))
        .map(|probe| (group.owner, probe))
        .collect()
}

/// The same for every trail that is judged, and the topics that alarms on these filters name.
pub(super) fn follow_ups(demand: &Demand, graph: &Organization) -> Vec<(AccountId, Probe)> {
    let trails = graph.trails().filter(|trail| graph.judges(trail));
    let groups: BTreeSet<&str> = trails.filter_map(|trail| trail.log_group()).collect();
    let mut questions = Vec::new();
    for arn in groups {
        questions.extend(of_group(demand, arn));
        let told = [Fact::Topic, Fact::Alarms, Fact::MetricFilters];
        if let Some(group) = LogDestination::of(arn)
            && told.into_iter().all(|fact| demand.wants(fact))
        {
            let topics = group.topics(graph);
            questions.extend(topics.iter().filter_map(|topic| at_owner(Fact::Topic, topic)));
        }
    }
    questions
}

/// Where an account is asked for the rules on its event bus. A rule tells of an event in its own region alone, and every
/// set of events has some in the region of global services: where nothing there concerns CloudTrail, what other regions
/// have changes nothing, as long as the same trails record them.
pub(super) fn event_rules(
    manifest: &Manifest,
    document: &Document,
    regions: &[Region],
) -> Vec<Probe> {
    let global = manifest.partition.global_region();
    let Some(first) = regions.iter().find(|region| **region == global).or(regions.first()) else {
        return Vec::new();
    };
    let probe = |region: &Region| Probe::regional(Fact::EventRules, region);
    let concerned = match document.read::<Vec<EventRule>>(&probe(first)) {
        Ok((rules, _)) => rules.iter().any(concerns_cloudtrail),
        Err(_) => document.observations.contains_key(&probe(first)),
    };
    let seen = |region: &Region| {
        let trails = document.read::<Vec<TrailDescription>>(&Probe::regional(Fact::Trails, region));
        let arns = trails.ok()?.0.iter().map(|trail| trail.trail_arn.as_str());
        Some(arns.collect::<BTreeSet<_>>())
    };
    let here = seen(first);
    let differs = |region: &Region| here.is_none() || seen(region) != here;
    regions
        .iter()
        .filter(|region| *region == first || concerned || differs(region))
        .map(probe)
        .collect()
}
