//! The ways from a log group's events to a person: each filter with each alarm that looks at its metric.

use trailproof_filter_pattern::{Condition, Event, FilterPattern, Matcher, Reading};

use super::alarm::{self, Wanted};
use super::composite::follows;
use super::group::{LogDestination, Look, looks};
use super::{Broken, Fault, notify};
use crate::answer::{Alarms, CompositeAlarm, MetricFilter, MetricTransformation};
use crate::evidence::{Cause, Evidence, Gap, Observed};
use crate::fact::Fact;
use crate::organization::Organization;
use crate::snapshot::Source;

/// A filter with an alarm.
#[derive(Debug, Clone)]
pub(super) struct Link {
    /// The events that come this way; none where that is not known.
    pub(super) matcher: Option<Matcher>,
    /// Whether they reach a person: how, or where the way is broken.
    pub(super) state: Observed<Result<String, Fault>>,
    /// The proof.
    pub(super) evidence: Vec<Evidence>,
}

/// What is needed to follow the ways of one log group.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) group: &'a LogDestination,
    pub(super) all: &'a Organization,
    pub(super) wanted: Wanted,
}

impl Place<'_> {
    fn gap(&self, fact: Fact, cause: Cause, detail: String) -> Gap {
        Gap {
            account: Some(self.group.owner),
            region: Some(self.group.region.clone()),
            ..Gap::new(fact, cause, detail)
        }
    }

    /// Every way from the group's filters.
    ///
    /// # Errors
    /// The gap of the filters.
    pub(super) fn links(&self) -> Observed<Vec<Link>> {
        let (filters, source) = self.group.filters(self.all)?;
        Ok(filters.iter().flat_map(|filter| self.of_filter(filter, source)).collect())
    }

    fn of_filter(&self, filter: &MetricFilter, source: &Source) -> Vec<Link> {
        let name = &filter.filter_name;
        let cited = source.cite("metricFilters[].filterPattern", filter.filter_pattern.as_str());
        let link = |matcher, state| Link { matcher, state, evidence: vec![cited.clone()] };
        let open = |detail| {
            let gap = self.gap(Fact::MetricFilters, Cause::Undecidable, detail);
            vec![link(None, Err(gap))]
        };
        let criteria = filter.field_selection_criteria.as_deref().filter(|text| !text.is_empty());
        let selected = criteria.map(super::criteria::condition);
        let pattern = match FilterPattern::parse(&filter.filter_pattern) {
            _ if filter.apply_on_transformed_logs == Some(true) => {
                return open(format!(
                    "transformed_logs: the filter {name} sees what a transformer leaves"
                ));
            }
            Err(error) => return open(format!("unparsed_pattern: the filter {name}: {error}")),
            Ok(_) if selected == Some(None) => {
                return open(format!(
                    "the field selection criteria of the filter {name} are not understood"
                ));
            }
            Ok(pattern) => Matcher::from(&pattern),
        };
        let mut links = Vec::new();
        let seen = match selected.flatten() {
            None => pattern,
            Some(condition) => {
                let criteria = criteria.unwrap_or_default();
                let fault = Fault {
                    broken: Broken::FieldSelection,
                    message: format!("the filter {name} sees only events with {criteria}"),
                    evidence: vec![source.cite("metricFilters[].fieldSelectionCriteria", criteria)],
                };
                let seen = pattern.within(&condition);
                links.push(link(Some(pattern), Ok(Err(fault))));
                seen
            }
        };
        let Some(metric) = filter.metric_transformations.first() else {
            return open(format!("the filter {name} is shown without its metric"));
        };
        links.extend(self.of_metric((filter, metric), &seen, &cited));
        links
    }

    fn of_metric(
        &self,
        (filter, metric): (&MetricFilter, &MetricTransformation),
        seen: &Matcher,
        cited: &Evidence,
    ) -> Vec<Link> {
        let name = &filter.filter_name;
        let link = |matcher: Matcher, state, more: Option<Evidence>| Link {
            matcher: Some(matcher),
            state,
            evidence: [cited.clone()].into_iter().chain(more).collect(),
        };
        let fault =
            |broken, message: String| Ok(Err(Fault { broken, message, evidence: Vec::new() }));
        let overbroad = |matcher: &Matcher| {
            let benign = benign();
            matcher.matches(&Event::of_json(&benign), Reading::Narrow)
        };
        let (alarms, source) = match self.group.alarms(self.all) {
            Ok(read) => read,
            Err(gap) => return vec![link(seen.clone(), Err(gap), None)],
        };
        let watching: Vec<Look<'_>> =
            alarms.metric_alarms.iter().flat_map(|alarm| looks(alarm, metric)).collect();
        if watching.is_empty() {
            let cited = source.cite("MetricAlarms", alarms.metric_alarms.len());
            let metric = format!("{}/{}", metric.metric_namespace, metric.metric_name);
            let message = format!("no alarm looks at the metric {metric} of the filter {name}");
            return vec![link(seen.clone(), fault(Broken::NoAlarm, message), Some(cited))];
        }
        let of_alarm = |look: &Look<'_>| {
            let alarm = &look.alarm.alarm_name;
            let cited = Some(source.cite("MetricAlarms[].AlarmArn", look.alarm.alarm_arn.as_str()));
            let matcher = match pins(filter, metric, look) {
                Pins::Pinned(conditions) => {
                    conditions.iter().fold(seen.clone(), |matcher, pin| matcher.within(pin))
                }
                Pins::Mismatch => {
                    let message = format!(
                        "the alarm {alarm} names other dimensions than the filter {name} writes"
                    );
                    return link(seen.clone(), fault(Broken::DimensionMismatch, message), cited);
                }
                Pins::Unknown(detail) => {
                    let gap = self.gap(Fact::MetricFilters, Cause::Undecidable, detail);
                    return Link { matcher: None, ..link(seen.clone(), Err(gap), cited) };
                }
            };
            if overbroad(&matcher) {
                let message = format!("the filter {name} takes an ordinary DescribeInstances too");
                return link(matcher, fault(Broken::Overbroad, message), cited);
            }
            let state = match alarm::fault(look, metric, self.wanted) {
                Err(detail) => Err(self.gap(Fact::Alarms, Cause::Undecidable, detail)),
                Ok(Some((broken, message))) => fault(broken, message),
                Ok(None) => self.voices(look, (alarms, source)),
            };
            let state =
                state.map(|way| way.map(|to| format!("filter {name}, alarm {alarm}, {to}")));
            link(matcher, state, cited)
        };
        watching.iter().map(of_alarm).collect()
    }

    /// Whether an alarm that goes off tells somebody, by itself or by a composite alarm.
    fn voices(
        &self,
        look: &Look<'_>,
        (alarms, source): (&Alarms, &Source),
    ) -> Observed<Result<String, Fault>> {
        let alarm = look.alarm;
        let follow = |composite: &&CompositeAlarm| {
            let rule = composite.alarm_rule.as_deref().unwrap_or_default();
            follows(rule, &alarm.alarm_name, &alarm.alarm_arn)
        };
        let own = (&alarm.alarm_arn, alarm.actions_enabled, &alarm.alarm_actions);
        let composites = alarms.composite_alarms.iter().filter(follow);
        let composites =
            composites.map(|one| (&one.alarm_arn, one.actions_enabled, &one.alarm_actions));
        let (mut gap, mut nearest): (Option<Gap>, Option<Fault>) = (None, None);
        for (arn, enabled, actions) in [own].into_iter().chain(composites) {
            match self.voice((arn, enabled, actions), source) {
                Ok(Ok(told)) => return Ok(Ok(told)),
                Ok(Err(fault)) => {
                    if nearest.as_ref().is_none_or(|other| fault.broken < other.broken) {
                        nearest = Some(fault);
                    }
                }
                Err(found) => {
                    gap.get_or_insert(found);
                }
            }
        }
        match (gap, nearest) {
            (Some(gap), _) => Err(gap),
            (None, nearest) => Ok(Err(nearest.unwrap_or(Fault {
                broken: Broken::NoNotification,
                message: format!("the alarm {} has no action", alarm.alarm_name),
                evidence: Vec::new(),
            }))),
        }
    }

    fn voice(
        &self,
        (arn, enabled, actions): (&str, Option<bool>, &[String]),
        source: &Source,
    ) -> Observed<Result<String, Fault>> {
        let name = notify::name_of(arn);
        match enabled {
            Some(true) => {}
            Some(false) => {
                return Ok(Err(Fault {
                    broken: Broken::AlarmActionsDisabled,
                    message: format!("the actions of the alarm {name} are switched off"),
                    evidence: vec![source.cite("ActionsEnabled", false)],
                }));
            }
            None => {
                let detail = format!("the alarm {name} is shown without ActionsEnabled");
                return Err(self.gap(Fact::Alarms, Cause::Undecidable, detail));
            }
        }
        let reached = match notify::reaches(actions, arn, self.all) {
            Ok(Err(fault)) => return Ok(Err(fault)),
            reached => reached,
        };
        let (mutes, source) = self.group.mutes(self.all)?;
        let muted = mutes.iter().find(|rule| {
            rule.status.as_deref() == Some("ACTIVE")
                && rule.alarm_names.iter().any(|one| one == name)
        });
        if let Some(rule) = muted {
            return Ok(Err(Fault {
                broken: Broken::AlarmMuted,
                message: format!("the alarm {name} is muted by {}", rule.arn),
                evidence: vec![source.cite("MuteTargets.AlarmNames", rule.alarm_names.clone())],
            }));
        }
        reached
    }
}

/// Which events of a filter's an alarm sees.
enum Pins {
    /// Those that have these values.
    Pinned(Vec<Condition>),
    /// None: its dimensions are no metric of the filter's.
    Mismatch,
    /// That is not known.
    Unknown(String),
}

fn pins(filter: &MetricFilter, metric: &MetricTransformation, look: &Look<'_>) -> Pins {
    let system = &filter.emit_system_field_dimensions;
    let names = metric.dimensions.keys().chain(system);
    let all_named = names.clone().all(|name| look.dimensions.contains_key(name));
    if !all_named || look.dimensions.len() != names.clone().count() {
        return Pins::Mismatch;
    }
    let mut conditions = Vec::new();
    for (name, value) in look.dimensions {
        let field = match (name.as_str(), metric.dimensions.get(name)) {
            (_, Some(selector)) => match dotted(selector) {
                Some(field) => field,
                None => {
                    return Pins::Unknown(format!("the dimension {selector} is not understood"));
                }
            },
            ("@aws.account", None) => "recipientAccountId",
            ("@aws.region", None) => "awsRegion",
            _ => return Pins::Unknown(format!("the dimension {name} is not understood")),
        };
        conditions.push(Condition::is(field, value));
    }
    Pins::Pinned(conditions)
}

/// The dotted names of a selector such as `$.userIdentity.type`.
fn dotted(selector: &str) -> Option<&str> {
    let names = selector.strip_prefix("$.")?;
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-' || c == '.';
    (!names.is_empty() && names.chars().all(plain)).then_some(names)
}

/// An ordinary event that no filter of ours should take.
fn benign() -> serde_json::Value {
    serde_json::json!({
        "eventVersion": "1.11",
        "userIdentity": {
            "type": "AssumedRole", "principalId": "AROAEXAMPLE:session", "accountId": "111122223333",
            "arn": "arn:aws:sts::111122223333:assumed-role/reader/session", "accessKeyId": "ASIAEXAMPLE",
        },
        "eventTime": "2026-01-02T03:04:05Z",
        "eventSource": "ec2.amazonaws.com",
        "eventName": "DescribeInstances",
        "awsRegion": "us-east-1",
        "sourceIPAddress": "198.51.100.7",
        "userAgent": "aws-cli/2.31.0",
        "requestParameters": { "maxResults": 50 },
        "responseElements": null,
        "requestID": "22222222-3333-4444-5555-666666666666",
        "eventID": "33333333-4444-5555-6666-777777777777",
        "readOnly": true,
        "eventType": "AwsApiCall",
        "managementEvent": true,
        "recipientAccountId": "111122223333",
        "eventCategory": "Management",
    })
}
