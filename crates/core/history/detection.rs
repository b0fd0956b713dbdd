//! What the calls on those who watch come to: on log groups and topics, alarms, rules on the event bus, detectors.

use std::collections::BTreeSet;

use serde_json::Value;

use super::inquiry::{Effect, undecided};
use super::look::Past;
use super::probes;
use crate::account::AccountView;
use crate::answer::EventRule;
use crate::aws::Region;
use crate::evidence::{Gap, Observed};
use crate::fact::Fact;
use crate::monitoring::{LogDestination, names_cloudtrail};
use crate::snapshot::Probe;

/// What is in use in an account to watch the trail's events.
#[derive(Debug, Clone, Copy)]
pub struct InUse<'a> {
    /// The account.
    pub account: &'a AccountView<'a>,
    /// The log groups and topics that trails tell of their events, by ARN.
    pub told: &'a BTreeSet<String>,
    /// Globs of principals that may change them.
    pub approved: &'a [String],
}

/// Whether a thing that a call names is in use.
enum Use {
    Yes,
    No,
    /// It is gone, and what it was for with it.
    Gone,
}

impl InUse<'_> {
    /// What a call on what watches comes to.
    #[must_use]
    pub fn effect(&self, past: &Past<'_>) -> Effect {
        let of = |named: Option<&str>, is: &dyn Fn(&str) -> bool| match named {
            Some(named) if is(named) => Effect::by(past, self.approved, format!("of {named}")),
            Some(_) => Effect::None,
            None => Effect::Unknown(undecided(past, "it does not say of what")),
        };
        match past.event.event_name.as_str() {
            "DeleteLogGroup"
            | "DeleteMetricFilter"
            | "DeleteSubscriptionFilter"
            | "PutRetentionPolicy" => of(past.asked("logGroupName"), &|name| {
                self.groups(past.region()).any(|group| group.name() == name)
            }),
            "DeleteTopic" => of(past.asked("topicArn"), &|arn| self.told.contains(arn)),
            "Unsubscribe" => of(past.asked("subscriptionArn"), &|arn| {
                arn.rsplit_once(':').is_some_and(|(topic, _)| self.told.contains(topic))
            }),
            // Switched on again is no harm.
            "UpdateDetector" => match past.event.request_parameters.get("enable") {
                Some(Value::Bool(true)) => Effect::None,
                _ => Effect::by(past, self.approved, ""),
            },
            "DeleteAlarms" | "DisableAlarmActions" => {
                let names = past.event.request_parameters.get("alarmNames");
                self.on_each(past, names, &|name| self.uses_alarm(past.region(), name))
            }
            "PutAlarmMuteRule" => {
                let targets = past.event.request_parameters.get("muteTargets");
                let names = targets.and_then(|targets| targets.get("alarmNames"));
                self.on_each(past, names, &|name| self.uses_alarm(past.region(), name))
            }
            "DeleteRule" | "DisableRule" => {
                let named = past.event.request_parameters.get("name");
                self.on_each(past, named, &|name| self.uses_rule(past.region(), name))
            }
            "RemoveTargets" => {
                let named = past.event.request_parameters.get("rule");
                self.on_each(past, named, &|name| self.uses_rule(past.region(), name))
            }
            _ => Effect::by(past, self.approved, ""),
        }
    }

    /// The log groups of a region.
    fn groups<'s>(
        &'s self,
        region: Option<&'s Region>,
    ) -> impl Iterator<Item = LogDestination> + 's {
        let groups = self.told.iter().filter_map(|arn| LogDestination::of(arn));
        groups.filter(move |group| Some(&group.region) == region)
    }

    /// What a call comes to that names one thing or several.
    fn on_each(
        &self,
        past: &Past<'_>,
        named: Option<&Value>,
        uses: &dyn Fn(&str) -> Observed<Use>,
    ) -> Effect {
        // Services tidy up what they made for themselves: an alarm of automatic scaling is nobody's watch.
        if is_service(past) {
            return Effect::None;
        }
        let names: Vec<&str> = match named {
            Some(Value::String(name)) => vec![name.as_str()],
            Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
            _ => return Effect::Unknown(undecided(past, "it does not say of what")),
        };
        let (mut used, mut open) = (Vec::new(), None);
        for name in names {
            match uses(name) {
                Ok(Use::Yes) => used.push(name),
                Ok(Use::No) => {}
                Ok(Use::Gone) => {
                    let why = format!("what {name} was for is not known any more");
                    open.get_or_insert_with(|| undecided(past, &why));
                }
                Err(gap) => drop(open.get_or_insert(gap)),
            }
        }
        match (used.is_empty(), open) {
            (false, _) => Effect::by(past, self.approved, format!("of {}", used.join(", "))),
            (true, Some(_)) if past.is_approved(self.approved) => {
                Effect::Approved("of what is gone".to_owned())
            }
            (true, Some(gap)) => Effect::Unknown(gap),
            (true, None) => Effect::None,
        }
    }

    /// Whether an alarm looks at what the filters of a trail's log group count, itself or over another alarm.
    fn uses_alarm(&self, region: Option<&Region>, name: &str) -> Observed<Use> {
        let name = name.rsplit_once(":alarm:").map_or(name, |(_, name)| name);
        let all = self.account.organization;
        let (mut there, mut asked) = (false, false);
        for group in self.groups(region) {
            // Where no filter counts anything, no alarm looks at it; that one was deleted is a call of its own.
            if group.filters(all)?.0.is_empty() {
                continue;
            }
            let (alarms, _) = group.alarms(all)?;
            let watching = group.watching(all)?;
            let watches = watching.iter().any(|alarm| alarm.alarm_name == name);
            let composite = alarms.composite_alarms.iter().find(|alarm| alarm.alarm_name == name);
            let over = composite
                .and_then(|alarm| alarm.alarm_rule.as_deref())
                .is_some_and(|rule| watching.iter().any(|alarm| rule.contains(&alarm.alarm_name)));
            if watches || over {
                return Ok(Use::Yes);
            }
            there |= composite.is_some()
                || alarms.metric_alarms.iter().any(|alarm| alarm.alarm_name == name);
            asked = true;
        }
        Ok(if there || !asked { Use::No } else { Use::Gone })
    }

    /// Whether a rule on the event bus is about CloudTrail's events.
    fn uses_rule(&self, region: Option<&Region>, name: &str) -> Observed<Use> {
        let Some(region) = region else { return Ok(Use::No) };
        let probe = Probe::regional(Fact::EventRules, region);
        let (rules, _) = self.account.document.read::<Vec<EventRule>>(&probe)?;
        let rule = rules.iter().find(|rule| rule.name == name);
        Ok(match rule {
            Some(rule) if names_cloudtrail(rule) => Use::Yes,
            Some(_) => Use::No,
            None => Use::Gone,
        })
    }
}

impl AccountView<'_> {
    /// What event history was asked of the account's rules on the event bus.
    #[must_use]
    pub fn rule_questions(&self) -> BTreeSet<Probe> {
        let regions: Vec<Region> = self.regions().cloned().collect();
        probes::of_rules(self.document, &regions).into_iter().collect()
    }

    /// The first gap behind which there may be a rule that nobody sees.
    #[must_use]
    pub fn rules_unread(&self) -> Option<Gap> {
        let read = |region: &Region| {
            let probe = Probe::regional(Fact::EventRules, region);
            self.document.read::<Vec<EventRule>>(&probe).err()
        };
        self.regions().filter_map(read).find(|gap| !self.is_closed(gap))
    }
}

/// Whether a service called by itself, or in a role that is its own.
fn is_service(past: &Past<'_>) -> bool {
    let issuer = past.event.session_issuer.as_deref().unwrap_or_default();
    issuer.contains(":role/aws-service-role/") || past.by().ends_with(".amazonaws.com")
}
