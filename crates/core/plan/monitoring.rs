//! What is asked to know whether anybody would be told: of log groups and the alarms beside them, of the topics that
//! these alarms name, and who administers GuardDuty.

use std::collections::BTreeSet;

use super::{Demand, at_owner};
use crate::answer::DetectorAdministrator;
use crate::aws::AccountId;
use crate::fact::Fact;
use crate::monitoring::LogDestination;
use crate::organization::{Organization, of_region};
use crate::snapshot::Probe;

/// What is asked at a log group's owner beside its description: its filters, and the alarms of its region, which need
/// not wait for them.
pub(super) fn of_group(demand: &Demand, arn: &str) -> Vec<(AccountId, Probe)> {
    let Some(group) = LogDestination::of(arn) else { return Vec::new() };
    let filters = Probe::resource(Fact::MetricFilters, Some(&group.region), arn);
    let regional = |fact| Probe::regional(fact, &group.region);
    let sent = Probe::resource(Fact::SubscriptionFilters, Some(&group.region), arn);
    [filters, sent, regional(Fact::Alarms), regional(Fact::MuteRules)]
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

/// Who administers GuardDuty for the organization is asked of its management account in each region, and what that one
/// does with the organization's accounts of itself.
pub(super) fn administration(demand: &Demand, graph: &Organization) -> Vec<(AccountId, Probe)> {
    let Ok(Some(management)) = graph.management() else { return Vec::new() };
    let Some(member) = graph.members.get(&management).filter(|_| graph.can_ask(management)) else {
        return Vec::new();
    };
    let mut questions = Vec::new();
    for region in graph.regions_in_scope(member) {
        if demand.wants(Fact::DetectorAdministrators) {
            questions.push((management, Probe::regional(Fact::DetectorAdministrators, region)));
        }
        let place = of_region(management, region);
        let told = graph.resource::<Vec<DetectorAdministrator>>(
            Fact::DetectorAdministrators,
            &place,
            management,
        );
        let administrators = told.map_or(&[][..], |(administrators, _)| administrators);
        for administrator in administrators {
            let id = administrator.admin_account_id;
            if demand.wants(Fact::DetectorOrganization) && graph.can_ask(id) {
                questions.push((id, Probe::regional(Fact::DetectorOrganization, region)));
            }
        }
    }
    questions
}
