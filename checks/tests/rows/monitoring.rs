//! Rows 122 to 138: would anybody be told?

use serde_json::json;
use trailproof_core::answer::{
    CompositeAlarm, Detector, EventRule, KeyMetadata, LogGroup, MetricFilter, MuteRule, PolicyText,
    Recorder, SecurityHub, Topic,
};

use super::*;

const CHANGES: &str = "log-metric-filter-cloudtrail-changes";
const EVENTS: [&str; 5] =
    ["CreateTrail", "UpdateTrail", "DeleteTrail", "StartLogging", "StopLogging"];

fn told(filters: &[MetricFilter]) -> World {
    telling(with(trail("audit")), filters)
}

fn whole() -> World {
    told(&[naming("changes", &EVENTS)])
}

/// The topic has a key of the customer's own, whose policy lets a service use it.
fn keyed(service: &str, state: &str) -> World {
    let arn = "arn:aws:kms:us-east-1:111122223333:key/22222222-3333-4444-5555-666666666666";
    let policy = json!({ "Version": "2012-10-17", "Statement": [{ "Effect": "Allow",
        "Principal": { "Service": service }, "Action": ["kms:Decrypt", "kms:GenerateDataKey*"],
        "Resource": "*" }] });
    whole().but(|world| {
        let topic = Topic {
            subscriptions_confirmed: Some(1),
            kms_master_key_id: Some(arn.into()),
            ..Topic::default()
        };
        world.topics.insert(TOPIC.into(), topic);
        let metadata = KeyMetadata { key_state: Some(state.into()), ..key_metadata(arn) };
        world.keys.insert(arn.into(), metadata);
        world.key_policies.insert(arn.into(), PolicyText { policy: Some(policy.to_string()) });
    })
}

fn place() -> (trailproof_core::aws::AccountId, trailproof_core::aws::Region) {
    (id(MEMBER), "us-east-1".parse().unwrap())
}

/// A filter whose metric has the event's name as a dimension, with an alarm for each of these names.
fn pinned(events: &[&str]) -> World {
    let filter = MetricFilter {
        metric_transformations: naming("changes", &EVENTS)
            .metric_transformations
            .into_iter()
            .map(|mut metric| {
                metric.dimensions.insert("EventName".into(), "$.eventName".into());
                metric
            })
            .collect(),
        ..naming("changes", &EVENTS)
    };
    told(&[filter]).alarms(|alarms| {
        let of = |event: &&str| {
            let mut one = alarm("changes");
            one.alarm_name = format!("changes-{event}");
            one.alarm_arn = format!("{}-{event}", one.alarm_arn);
            one.dimensions.insert("EventName".into(), (*event).to_owned());
            one
        };
        alarms.metric_alarms = events.iter().map(of).collect();
    })
}

/// A rule on the bus of every region of the member.
fn ruled(world: World) -> World {
    world.but(|world| {
        let pattern = json!({
            "source": ["aws.cloudtrail"],
            "detail-type": ["AWS API Call via CloudTrail"],
            "detail": { "eventSource": ["cloudtrail.amazonaws.com"], "eventName": EVENTS },
        });
        for region in world.partition.default_regions() {
            let rule = EventRule {
                name: "trail-changes".into(),
                state: Some("ENABLED".into()),
                event_pattern: pattern.to_string(),
                targets: vec![TOPIC.into()],
            };
            world.monitoring.rules.insert((id(MEMBER), region), vec![rule]);
        }
    })
}

const INSIGHTS: &str = "cloudtrail-insights-enabled";

/// A trail with Insights of both kinds in these categories of events.
fn insights(categories: &[&str]) -> World {
    with(trail("audit").but(|trail| {
        trail.description.has_insight_selectors = Some(true);
        let one = |kind| json!({ "InsightType": kind, "EventCategories": categories });
        let kinds = ["ApiCallRateInsight", "ApiErrorRateInsight"].map(one);
        trail.insights = serde_json::from_value(json!({ "InsightSelectors": kinds })).unwrap();
    }))
}

const DENIED: trailproof_core::evidence::Cause = trailproof_core::evidence::Cause::AccessDenied;

/// The member, with what watches there changed.
fn watched(change: impl FnOnce(&mut Watching)) -> World {
    with(trail("audit")).but(|world| change(&mut world.watching))
}

/// The central set-up: an organization trail to a log group of one account.
fn central(filter: MetricFilter) -> World {
    telling(with(org_trail()), &[filter])
}

pub fn rows() -> Vec<Row> {
    let shuffled = r#"{($.eventName=StopLogging)||($.eventName="DeleteTrail")||$.eventName = "UpdateTrail" || $.eventName=CreateTrail||($.eventName=StartLogging)}"#;
    let invoked = r#"{ ($.eventName = CreateTrail || $.eventName = UpdateTrail || $.eventName = DeleteTrail || $.eventName = StartLogging || $.eventName = StopLogging) && $.userIdentity.invokedBy != "x" }"#;
    let one_alarm = |change: fn(&mut trailproof_core::answer::MetricAlarm)| {
        whole().alarms(|alarms| change(&mut alarms.metric_alarms[0]))
    };
    let composite = whole().alarms(|alarms| {
        alarms.metric_alarms[0].alarm_actions.clear();
        alarms.composite_alarms.push(CompositeAlarm {
            alarm_name: "any".into(),
            alarm_arn: "arn:aws:cloudwatch:us-east-1:111122223333:alarm:any".into(),
            alarm_rule: Some("ALARM(other) OR ALARM(changes)".into()),
            actions_enabled: Some(true),
            alarm_actions: vec![TOPIC.into()],
            actions_suppressor: None,
        });
    });
    let pending = whole().but(|world| {
        let topic = Topic { subscriptions_confirmed: Some(0), ..Topic::default() };
        world.topics.insert(TOPIC.into(), topic);
    });
    let muted = whole().but(|world| {
        let rule = MuteRule {
            arn: "arn:aws:cloudwatch:us-east-1:111122223333:alarm-mute-rule:night".into(),
            status: Some("ACTIVE".into()),
            alarm_names: vec!["changes".into()],
            expire_date: None,
        };
        world.monitoring.mutes.insert(place(), vec![rule]);
    });
    let dimension = told(&[MetricFilter {
        emit_system_field_dimensions: vec!["@aws.account".into()],
        ..naming("changes", &EVENTS)
    }]);
    let selected = central(MetricFilter {
        field_selection_criteria: Some("@aws.account = \"999988887777\"".into()),
        ..naming("changes", &EVENTS)
    });
    let infrequent = whole().but(|world| {
        let class = Some("INFREQUENT_ACCESS".into());
        let group = LogGroup { log_group_class: class, ..LogGroup::default() };
        world.log_groups.insert(GROUP.into(), group);
    });
    let stopped = telling(with(trail("audit").stopped()), &[naming("changes", &EVENTS)]);
    let disabled = Detector { status: Some("DISABLED".into()), ..detector() };
    let linked = Recorder {
        service_principal: Some("securityhub.amazonaws.com".into()),
        recording_scope: Some("INTERNAL".into()),
        ..recorder()
    };
    vec![
        row("122", told(&[filter("changes", shuffled)])).says(CHANGES, "pass"),
        row("123", told(&[naming("changes", &EVENTS[..4])])).says(CHANGES, "fail missing_events"),
        row("124", told(&[naming("a", &EVENTS[..3]), naming("b", &EVENTS[3..])]))
            .says(CHANGES, "pass"),
        row("125", told(&[filter("all", "{ $.eventName = * }")])).says(CHANGES, "fail overbroad"),
        row("126", composite)
            .says(CHANGES, "pass")
            .says("cloudwatch-alarm-action-check", "fail no_alarm_action"),
        row("127", dimension).says(CHANGES, "fail dimension_mismatch"),
        row("127b", pinned(&EVENTS)).says(CHANGES, "pass"),
        row("127b/four", pinned(&EVENTS[..4])).says(CHANGES, "fail missing_events"),
        row("127c", one_alarm(|alarm| alarm.unit = Some("Count".into())))
            .says(CHANGES, "fail unit_mismatch"),
        row("127d", one_alarm(|alarm| alarm.treat_missing_data = Some("breaching".into())))
            .says(CHANGES, "fail stuck_in_alarm"),
        row("127e", one_alarm(|alarm| alarm.evaluation_periods = Some(3)))
            .says(CHANGES, "fail datapoints_unreachable"),
        row("127f", told(&[filter("changes", invoked)])).says(CHANGES, "fail missing_events"),
        row("127g", selected)
            .says(CHANGES, "fail field_selection")
            .says(CHANGES, "pass")
            .of(MANAGEMENT),
        row("128", pending).says(CHANGES, "fail no_confirmed_subscription"),
        row("129", muted)
            .says(CHANGES, "fail alarm_muted")
            .says("cloudtrail-alarm-not-muted", "fail alarm_muted"),
        row("130", central(naming("changes", &EVENTS)))
            .says(CHANGES, "pass covered_by_org")
            .says(CHANGES, "pass covered_by_org")
            .of(ARCHIVE)
            .says(CHANGES, "pass")
            .of(MANAGEMENT),
        row("131", infrequent)
            .says(CHANGES, "fail log_group_class")
            .says("trail-log-group-usable", "fail log_group_class"),
        row("132", ruled(with(trail("audit")))).says(CHANGES, "pass"),
        row("132/not-accepted", ruled(with(trail("audit"))))
            .policy(|policy| policy.accept_eventbridge = false)
            .says(CHANGES, "fail no_filter"),
        row("132b", ruled(with(trail("audit").stopped()))).says(CHANGES, "fail no_trail_log_group"),
        row("133", stopped).says(CHANGES, "fail no_trail_log_group"),
        row("134", watched(|w| drop(w.detectors.insert(place(), Some(vec![disabled])))))
            .says("guardduty-enabled-centralized", "fail detector_disabled")
            .at("us-east-1")
            .says("guardduty-enabled-centralized", "pass")
            .at("eu-west-1"),
        row("135", watched(|w| drop(w.hubs.insert(place(), Some(SecurityHub::default())))))
            .says("securityhub-enabled", "fail no_hub")
            .at("us-east-1"),
        row("136", with(trail("audit")).deny_in(Some(MEMBER), Fact::SecurityHub, None, DENIED))
            .says("securityhub-enabled", "unknown access_denied"),
        row("137", watched(|w| drop(w.recorders.insert(place(), Some(recording(&[linked]))))))
            .says("config-recorder-all-regions", "fail no_recorder")
            .at("us-east-1"),
        row("138", insights(&["Data"])).says(INSIGHTS, "fail no_insights"),
        row("138/management", insights(&[])).says(INSIGHTS, "pass"),
        row("+alarm-period", one_alarm(|alarm| alarm.period = Some(3600)))
            .says(CHANGES, "fail period_too_long"),
        row("+alarm-threshold", one_alarm(|alarm| alarm.threshold = Some("2".into())))
            .says(CHANGES, "fail threshold_unreachable"),
        row("+alarm-disabled", one_alarm(|alarm| alarm.actions_enabled = Some(false)))
            .says(CHANGES, "fail alarm_actions_disabled")
            .says("cloudwatch-alarm-action-enabled-check", "fail alarm_actions_disabled"),
        row("+topic-missing", whole().but(|world| world.topics.clear()))
            .says(CHANGES, "fail topic_missing"),
        row(
            "+topic-key",
            whole().but(|world| {
                let topic = Topic {
                    subscriptions_confirmed: Some(1),
                    kms_master_key_id: Some("alias/aws/sns".into()),
                    ..Topic::default()
                };
                world.topics.insert(TOPIC.into(), topic);
            }),
        )
        .says(CHANGES, "fail topic_key"),
        row("+topic-own-key", keyed("kms.amazonaws.com", "Enabled"))
            .says(CHANGES, "fail topic_key"),
        row("+topic-own-key-for-cloudwatch", keyed("cloudwatch.amazonaws.com", "Enabled"))
            .says(CHANGES, "pass"),
        row("+topic-own-key-disabled", keyed("cloudwatch.amazonaws.com", "Disabled"))
            .says(CHANGES, "fail topic_key"),
        row(
            "+topic-own-key-denied",
            keyed("cloudwatch.amazonaws.com", "Enabled").deny(Fact::KeyPolicy),
        )
        .says(CHANGES, "unknown access_denied"),
        row(
            "+topic-policy",
            whole().but(|world| {
                let policy = json!({ "Version": "2012-10-17", "Statement": [{ "Effect": "Allow",
                "Principal": { "Service": "cloudtrail.amazonaws.com" }, "Action": "sns:Publish",
                "Resource": TOPIC }] });
                let topic = Topic {
                    subscriptions_confirmed: Some(1),
                    policy: Some(policy.to_string()),
                    ..Topic::default()
                };
                world.topics.insert(TOPIC.into(), topic);
            }),
        )
        .says(CHANGES, "fail topic_policy"),
        row(
            "+central-group-unread",
            central(naming("changes", &EVENTS)).deny_in(
                Some(MEMBER),
                Fact::MetricFilters,
                None,
                trailproof_core::evidence::Cause::AccessDenied,
            ),
        )
        .says(CHANGES, "unknown access_denied")
        .of(ARCHIVE),
    ]
}
