//! The log groups that trails deliver to and the alarms on their filters, as subjects of checks.

use std::collections::{BTreeMap, BTreeSet};

use super::group::LogDestination;
use crate::answer::{CompositeAlarm, MetricAlarm, MuteRule};
use crate::aws::AccountId;
use crate::evidence::{Evidence, Observed};
use crate::organization::Organization;
use crate::snapshot::Source;

/// A log group that trails of this run deliver to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrailGroup {
    /// Which it is.
    pub destination: LogDestination,
    /// The ARNs of the trails.
    pub trails: BTreeSet<String>,
    /// The account in which it is judged: its owner, or where that is no account of the run, the first trail's.
    pub account: AccountId,
    /// Whether an organization trail delivers to it, or trails of several accounts.
    pub shared: bool,
}

impl TrailGroup {
    /// Every log group that a trail delivers to which is judged, by ARN.
    pub(crate) fn all(organization: &Organization) -> Vec<Self> {
        let mut groups: BTreeMap<String, Self> = BTreeMap::new();
        for trail in organization.trails().filter(|trail| organization.judges(trail)) {
            let Some(destination) = trail.log_group().and_then(LogDestination::of) else {
                continue;
            };
            let own = organization.members.contains_key(&destination.owner);
            let account = if own { destination.owner } else { trail.owner };
            let group = groups.entry(destination.arn.clone()).or_insert_with(|| Self {
                destination,
                trails: BTreeSet::new(),
                account,
                shared: false,
            });
            group.shared |= trail.is_organization_trail() || !group.trails.is_empty();
            group.trails.insert(trail.arn().to_owned());
        }
        groups.into_values().collect()
    }
}

/// An alarm that looks at a metric of such a log group's filters.
#[derive(Debug, Clone, Copy)]
pub struct WatchedAlarm<'a> {
    /// The log group.
    pub group: &'a TrailGroup,
    /// The alarm.
    pub alarm: &'a MetricAlarm,
    all: &'a Organization,
    source: &'a Source,
}

impl<'a> WatchedAlarm<'a> {
    /// The alarms on a log group's filters, in AWS's order.
    ///
    /// # Errors
    /// The gap of the filters or of the alarms.
    pub(crate) fn of(group: &'a TrailGroup, all: &'a Organization) -> Observed<Vec<Self>> {
        let watching = group.destination.watching(all)?;
        if watching.is_empty() {
            return Ok(Vec::new());
        }
        let (_, source) = group.destination.alarms(all)?;
        Ok(watching.into_iter().map(|alarm| Self { group, alarm, all, source }).collect())
    }

    /// A setting of the alarm as proof.
    #[must_use]
    pub fn cite(&self, field: &str, value: impl Into<serde_json::Value>) -> Evidence {
        self.source.cite(field, value)
    }

    /// The composite alarms that go off by this one alone.
    #[must_use]
    pub fn composites(&self) -> Vec<&'a CompositeAlarm> {
        let Ok((alarms, _)) = self.group.destination.alarms(self.all) else { return Vec::new() };
        let follows = |one: &&CompositeAlarm| {
            let rule = one.alarm_rule.as_deref().unwrap_or_default();
            super::composite::follows(rule, &self.alarm.alarm_name, &self.alarm.alarm_arn)
        };
        alarms.composite_alarms.iter().filter(follows).collect()
    }

    /// What mutes alarms of its account and region.
    ///
    /// # Errors
    /// The gap of `ListAlarmMuteRules`.
    pub fn mutes(&self) -> Observed<(&'a Vec<MuteRule>, &'a Source)> {
        self.group.destination.mutes(self.all)
    }
}
