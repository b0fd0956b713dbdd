//! Who is told of what, by the dice: filters, alarms, what mutes them, topics, and rules on the event bus.

use proptest::prelude::*;
use trailproof_core::answer::{
    Alarms, CompositeAlarm, EventRule, MetricAlarm, MetricFilter, MuteRule, Topic,
};
use trailproof_core::fixture::*;

use super::beside::GROUP;
use super::{ACCOUNTS, REGIONS, region};

const ALERTS: &str = "arn:aws-cn:sns:cn-north-1:555566667777:alerts";
const PATTERNS: [&str; 6] = [
    "{ $.eventName = *Trail || $.eventName = *Logging }",
    "{ $.eventName = StopLogging }",
    "{ $.eventName = * }",
    "{ $.userIdentity.type = Root && $.userIdentity.invokedBy NOT EXISTS && $.eventType != AwsServiceEvent }",
    "{ ($.eventName = *Trail || $.eventName = *Logging) && $.recipientAccountId = 111122223333 }",
    "{ no pattern",
];
const RULES: [&str; 3] = [
    r#"{"source": ["aws.cloudtrail"]}"#,
    r#"{"detail-type": ["AWS API Call via CloudTrail"], "detail": {"eventName": ["StopLogging"]}}"#,
    r#"{"source": ["aws.ec2"]}"#,
];

/// A filter's pattern, and whether it selects an account, has a dimension, is on transformed events.
type Filter = (usize, bool, bool, bool);
/// What is wrong with an alarm, and whether it has an action.
type Alarm = (usize, bool);

/// What is thrown for one world.
#[derive(Debug, Clone)]
pub struct Alerts {
    filters: Vec<(Filter, Option<Alarm>)>,
    composite: bool,
    muted: Option<usize>,
    topic: Option<Option<u32>>,
    /// Account, region, pattern, and whether it has a target.
    rules: Vec<(usize, usize, usize, bool)>,
}

prop_compose! {
    pub fn alerts()(
        filters in prop::collection::vec((
            (0..6usize, prop::bool::weighted(0.1), prop::bool::weighted(0.1), prop::bool::weighted(0.1)),
            prop::option::weighted(0.8, (0..8usize, any::<bool>())),
        ), 0..3),
        composite in any::<bool>(),
        muted in prop::option::weighted(0.3, 0..3usize),
        topic in prop::option::weighted(0.8, prop::option::weighted(0.9, 0..2u32)),
        rules in prop::collection::vec((0..3usize, 0..3usize, 0..3usize, any::<bool>()), 0..4),
    ) -> Alerts {
        Alerts { filters, composite, muted, topic, rules }
    }
}

fn wrong(alarm: &mut MetricAlarm, fault: usize) {
    match fault {
        0 => alarm.period = Some(3600),
        1 => alarm.unit = Some("Count".into()),
        2 => alarm.evaluation_periods = Some(3),
        3 => alarm.treat_missing_data = Some("breaching".into()),
        4 => alarm.actions_enabled = Some(false),
        5 => alarm.threshold = None,
        _ => {}
    }
}

impl Alerts {
    /// The world with them.
    pub fn enter(self, world: &mut World) {
        let place = (id(MEMBER), region(REGIONS[0]));
        let (mut filters, mut alarms): (Vec<MetricFilter>, Alarms) = Default::default();
        for (at, ((pattern, selected, pinned, transformed), watched)) in
            self.filters.into_iter().enumerate()
        {
            let name = format!("f{at}");
            let mut filter = filter(&name, PATTERNS[pattern]);
            filter.field_selection_criteria =
                selected.then(|| format!("@aws.account = \"{MEMBER}\""));
            filter.apply_on_transformed_logs = Some(transformed);
            if pinned {
                let metric = &mut filter.metric_transformations[0];
                metric.dimensions.insert("Name".into(), "$.eventName".into());
            }
            filters.push(filter);
            if let Some((fault, acts)) = watched {
                let mut alarm = alarm(&name);
                alarm.alarm_actions = if acts { vec![ALERTS.into()] } else { Vec::new() };
                wrong(&mut alarm, fault);
                alarms.metric_alarms.push(alarm);
            }
        }
        alarms.composite_alarms.extend(self.composite.then(|| CompositeAlarm {
            alarm_name: "any".into(),
            alarm_arn: "arn:aws-cn:cloudwatch:cn-north-1:111122223333:alarm:any".into(),
            alarm_rule: Some("ALARM(f0) OR ALARM(f1)".into()),
            actions_enabled: Some(true),
            alarm_actions: vec![ALERTS.into()],
            actions_suppressor: None,
        }));
        world.monitoring.filters.insert(GROUP.into(), filters);
        world.monitoring.alarms.insert(place.clone(), alarms);
        if let Some(at) = self.muted {
            let rule = MuteRule {
                arn: "arn:aws-cn:cloudwatch:cn-north-1:111122223333:alarm-mute-rule:m".into(),
                status: Some(["ACTIVE", "SCHEDULED", "EXPIRED"][at].into()),
                alarm_names: vec!["f0".into()],
                expire_date: None,
            };
            world.monitoring.mutes.insert(place, vec![rule]);
        }
        if let Some(subscriptions_confirmed) = self.topic {
            let topic = Topic { subscriptions_confirmed, ..Topic::default() };
            world.topics.insert(ALERTS.into(), topic);
        }
        for (account, place, pattern, targeted) in self.rules {
            let place = (id(ACCOUNTS[account]), region(REGIONS[place]));
            world.monitoring.rules.entry(place).or_default().push(EventRule {
                name: "rule".into(),
                state: Some("ENABLED".into()),
                event_pattern: RULES[pattern].into(),
                targets: if targeted { vec![ALERTS.into()] } else { Vec::new() },
            });
        }
    }
}
