//! What tells of events: filters on log groups, alarms beside them, and the topics that these alarms name; rules on event
//! buses.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use trailproof_core::answer::EventRule;
use trailproof_core::monitoring::{concerns_cloudtrail, names_cloudtrail};

use crate::description::{Account, Regional};
use crate::minimal::follow::Follow;
use crate::minimal::ledger::Ledger;
use crate::minimal::walk::{Walk, pages};

const FILTERS_PAGE: usize = 50;
const PAGE: usize = 100;

fn text<'v>(members: &'v serde_json::Map<String, Value>, name: &str) -> &'v str {
    members.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// The metric that an alarm looks at. Alarms on several metrics are nothing that simulated organizations have.
fn metric(alarm: &Regional) -> (&str, &str) {
    (text(&alarm.members, "MetricName"), text(&alarm.members, "Namespace"))
}

impl Follow {
    /// Filters are asked for at the log group's owner, and with them the alarms of its region.
    pub(super) fn watched(&mut self, walk: &Walk<'_>, ledger: &mut Ledger<'_>) {
        let mut regions: BTreeMap<(String, String), u64> = BTreeMap::new();
        let mut topics: Vec<(String, u64)> = Vec::new();
        for (arn, users) in &self.groups {
            let Some((owner, region, rest)) = walk.at_owner(arn) else { continue };
            let row = users.values().map(|named| named.row).min().unwrap_or_default() + 1;
            let known = regions.entry((owner.id.clone(), region.to_owned())).or_insert(row);
            *known = (*known).min(row);
            let name = rest.strip_prefix("log-group:").unwrap_or(rest);
            let name = name.strip_suffix(":*").unwrap_or(name);
            let group = owner
                .log_groups
                .iter()
                .find(|group| group.name == name && group.region == region && !group.missing)
                .filter(|_| walk.answers(&owner, region));
            let filters = group.map(|group| group.metric_filters.as_slice()).unwrap_or_default();
            if walk.reads.filters {
                let pages = pages(filters.len(), FILTERS_PAGE);
                ledger.call("logs:DescribeMetricFilters", region, pages);
                ledger.row(row - 1 + pages);
                ledger.next_account();
            }
            if walk.reads.subscriptions {
                let sent = group.map_or(0, |group| group.subscription_filters.len());
                let pages = pages(sent, FILTERS_PAGE);
                ledger.call("logs:DescribeSubscriptionFilters", region, pages);
                ledger.row(row - 1 + pages);
                ledger.next_account();
            }
            if walk.reads.filters && walk.reads.alarms {
                topics.extend(named(&owner, region, filters).into_iter().map(|topic| (topic, row)));
            }
        }
        for ((owner, region), row) in regions {
            let Some(owner) = walk.world.account(&owner) else { continue };
            let answers = walk.answers(&owner, &region);
            let here =
                |all: &[Regional]| all.iter().filter(|one| one.region == region && answers).count();
            if walk.reads.alarms {
                let pages = pages(here(&owner.alarms), PAGE);
                ledger.call("cloudwatch:DescribeAlarms", &region, pages);
                ledger.row(row - 1 + pages);
            }
            if walk.reads.mutes {
                let pages = pages(here(&owner.mute_rules), PAGE);
                ledger.call("cloudwatch:ListAlarmMuteRules", &region, pages);
                let open = owner.mute_rules.iter().filter(|rule| rule.region == region && answers);
                let open = open.filter(|rule| text(&rule.members, "Status") != "EXPIRED").count();
                let open = u64::try_from(open).unwrap_or(u64::MAX);
                if open > 0 {
                    ledger.call("cloudwatch:GetAlarmMuteRule", &region, open);
                }
                ledger.row(row - 1 + pages + open);
            }
            ledger.next_account();
        }
        for (topic, row) in topics {
            self.topic(topic, row);
        }
    }
}

/// The topics of alarms on these filters' metrics, and of composite alarms on those.
fn named(
    owner: &Account,
    region: &str,
    filters: &[serde_json::Map<String, Value>],
) -> BTreeSet<String> {
    let written: BTreeSet<(&str, &str)> = filters
        .iter()
        .filter_map(|filter| filter.get("metricTransformations")?.get(0)?.as_object())
        .map(|metric| (text(metric, "metricName"), text(metric, "metricNamespace")))
        .collect();
    let here = || owner.alarms.iter().filter(|alarm| alarm.region == region);
    let watching: Vec<&Regional> = here()
        .filter(|alarm| !alarm.members.contains_key("AlarmRule"))
        .filter(|alarm| written.contains(&metric(alarm)))
        .collect();
    let on_those = here().filter(|alarm| {
        let rule = text(&alarm.members, "AlarmRule");
        watching.iter().any(|one| rule.contains(text(&one.members, "AlarmName")))
    });
    let actions = watching.iter().copied().chain(on_those);
    actions
        .filter_map(|alarm| alarm.members.get("AlarmActions")?.as_array())
        .flatten()
        .filter_map(Value::as_str)
        .filter(|action| action.contains(":sns:"))
        .map(str::to_owned)
        .collect()
}

/// Whether a rule's events may be CloudTrail's: what it is on, and whether it names them.
fn on_cloudtrail(rule: &Regional) -> Option<EventRule> {
    let members = &rule.members;
    let event_pattern = match members.get("EventPattern")? {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let state = Some(text(members, "State").to_owned());
    let rule = EventRule { state, event_pattern, ..EventRule::default() };
    (!members.contains_key("ManagedBy")).then_some(rule)
}

/// What an account is asked of its event buses: the rules of each region, and the targets of those that are on
/// CloudTrail's events.
pub(super) fn rules(
    walk: &Walk<'_>,
    account: &Account,
    (regions, row): (&BTreeSet<&String>, u64),
    (ledger, follow): (&mut Ledger<'_>, &mut Follow),
) {
    for region in regions {
        let here = account.event_rules.iter().filter(|rule| rule.region == **region);
        let answers = walk.answers(account, region);
        let here: Vec<EventRule> = here.filter(|_| answers).filter_map(on_cloudtrail).collect();
        let targets = here.iter().filter(|rule| concerns_cloudtrail(rule)).count();
        let targets = u64::try_from(targets).unwrap_or(u64::MAX);
        ledger.call("events:ListRules", region, 1);
        if targets > 0 {
            ledger.call("events:ListTargetsByRule", region, targets);
        }
        ledger.row(row + targets);
        if here.iter().any(names_cloudtrail) {
            follow.ruled((account.id.clone(), (*region).clone()), row + 1 + targets);
        }
    }
}
