//! An alarm that was off while something happened told nobody.

use trailproof_core::history::detection::InUse;
use trailproof_core::history::inquiry::{Words, judge as weigh};
use trailproof_core::history::probes;
use trailproof_core::prelude::*;

/// The check.
pub const CHECK: Check = Check {
    id: "detection-tamper-events-90d",
    title: "Nobody silenced what watches the trail's events in the last ninety days",
    group: Group::Continuity,
    severity: Severity::Medium,
    weight: Severity::Medium.weight(),
    rationale: "Whoever deletes the filter, the log group or the topic first acts afterwards without anyone being told.",
    remediation: Remediation {
        summary: "Restore what was deleted or switched off, and ask whoever made the call why.",
        command: "aws cloudtrail lookup-events --region {region} --lookup-attributes AttributeKey=EventName,AttributeValue=DeleteMetricFilter",
        link: "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/view-cloudtrail-events.html",
    },
    japanese: Japanese {
        title: "過去 90 日間に、証跡のイベントを監視する仕組みが無効化されていない",
        rationale: "メトリクスフィルター、ロググループ、トピックを先に削除した者は、その後の操作を誰にも通知されずに\
                    行える。",
        remediation: "削除または停止されたものを復元し、呼び出しを行った者に理由を確認する。",
    },
    controls: crate::history::CONTINUITY,
    reads: &[
        Fact::Organization,
        Fact::Accounts,
        Fact::Regions,
        Fact::Trails,
        Fact::MetricFilters,
        Fact::Alarms,
        Fact::EventRules,
        Fact::DetectionHistory,
    ],
    judge: Judge::Account(judge),
};

fn judge(account: &AccountView<'_>, audit: &Audit<'_>) -> Observed<Verdict> {
    let told = probes::told(audit.organization, account.id());
    let mut questions = account.rule_questions();
    let ruled = !questions.is_empty();
    questions.extend(probes::of_detection(told.iter().map(String::as_str)));
    let mut look = account.history(questions, audit.reach(audit.policy.lookback_days));
    look.gaps.extend(account.rules_unread());
    // What watches stands where a trail tells of its events: its own account, or for an organization's trail another.
    let unseen = account.trails().into_iter().find_map(Result::err);
    let unseen = unseen.filter(|gap| !account.is_closed(gap));
    look.gaps.extend(unseen.or_else(|| audit.organization.organization_trails_complete().err()));
    if told.is_empty() && !ruled && look.gaps.is_empty() {
        return Ok(not_applicable("no trail tells anything here of its events")
            .reason(Reason::NOTHING_WATCHES)
            .cite(account.regions().next().map(|region| account.cite_trails_in(region))));
    }
    let words = Words {
        reason: Reason::SILENCED,
        none: "call that silences what watches the trail's events",
        failed: false,
    };
    let approved = &audit.policy.approved_principals;
    let in_use = InUse { account, told: &told, approved };
    weigh(&look, words, |past| in_use.effect(past))
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use serde_json::{Value, json};
    use trailproof_core::answer::{EventRule, PastEvent};
    use trailproof_core::evidence::Cause;
    use trailproof_core::fact::Fact;
    use trailproof_core::fixture::*;

    /// The member has a filter with an alarm, another alarm, and two rules on the event bus.
    fn watched() -> World {
        let world =
            telling(organization().with(trail("audit")), &[naming("changes", &["StopLogging"])]);
        world.but(|world| {
            let place = (id(MEMBER), "us-east-1".parse().unwrap());
            let mut cpu = alarm("cpu");
            cpu.namespace = Some("AWS/EC2".into());
            world.monitoring.alarms.get_mut(&place).unwrap().metric_alarms.push(cpu);
            let rule = |name: &str, pattern: Value| EventRule {
                name: name.into(),
                state: Some("DISABLED".into()),
                event_pattern: if pattern.is_null() { String::new() } else { pattern.to_string() },
                targets: Vec::new(),
            };
            let told = json!({ "detail-type": ["AWS API Call via CloudTrail"] });
            let rules = vec![rule("told", told), rule("nightly", Value::Null)];
            world.monitoring.rules.insert(place, rules);
        })
    }

    fn after(name: &str, request: Value) -> World {
        watched().called((MEMBER, "us-east-1"), call(60, name, request))
    }

    #[test]
    fn alarms_and_rules_in_use_are_told_from_others_and_from_what_is_gone() {
        let alarms = |names: &[&str]| json!({ "alarmNames": names });
        let muting =
            |name: &str| json!({ "name": "night", "muteTargets": { "alarmNames": [name] } });
        let scaling = PastEvent {
            session_issuer: Some(format!(
                "arn:aws:iam::{MEMBER}:role/aws-service-role/dynamodb.application-autoscaling.amazonaws.com/AWSServiceRole"
            )),
            ..call(60, "DeleteAlarms", alarms(&["TargetTracking-table"]))
        };
        let _ = expect(&CHECK)
            .in_account(MEMBER)
            .passes(watched())
            .fails("silenced", after("DeleteAlarms", alarms(&["gone", "changes"])))
            .fails("silenced", after("DisableAlarmActions", alarms(&["changes"])))
            .passes(after("DisableAlarmActions", alarms(&["cpu"])))
            .is_unknown(Cause::Undecidable, after("DeleteAlarms", alarms(&["gone"])))
            .is_unknown(Cause::Undecidable, after("DeleteAlarms", json!({})))
            .passes(watched().called((MEMBER, "us-east-1"), scaling))
            .fails("silenced", after("PutAlarmMuteRule", muting("changes")))
            .passes(after("PutAlarmMuteRule", muting("cpu")))
            .fails("silenced", after("DisableRule", json!({ "name": "told" })))
            .fails("silenced", after("RemoveTargets", json!({ "rule": "told", "ids": ["1"] })))
            .passes(after("DisableRule", json!({ "name": "nightly" })))
            .is_unknown(Cause::Undecidable, after("DeleteRule", json!({ "name": "gone" })))
            .is_unknown(Cause::AccessDenied, watched().deny(Fact::EventRules))
            .is_unknown(
                Cause::AccessDenied,
                after("DeleteAlarms", alarms(&["changes"])).deny(Fact::Alarms),
            )
            .is_unknown(
                Cause::AccessDenied,
                after("DeleteAlarms", alarms(&["changes"])).deny(Fact::MetricFilters),
            )
            .is_unknown(Cause::AccessDenied, watched().deny(Fact::DetectionHistory))
            .is_unknown(Cause::AccessDenied, watched().deny(Fact::Organization))
            .is_unknown(Cause::AccessDenied, watched().deny(Fact::Accounts))
            .policy(|policy| policy.approved_principals = vec!["*".into()])
            .passes(after("DeleteAlarms", alarms(&["gone", "changes"])))
            .passes(after("DeleteAlarms", alarms(&["gone"])));
    }

    #[test]
    fn what_silences_the_log_group_the_topic_or_a_detector_is_told() {
        const TOPIC: &str = "arn:aws:sns:us-east-1:111122223333:told";
        let world = || {
            organization()
                .with(trail("audit").but(|t| t.description.sns_topic_arn = Some(TOPIC.into())))
        };
        let after = |event| world().called((MEMBER, "us-east-1"), event);
        let group = |name: &str, group: &str| call(60, name, json!({ "logGroupName": group }));
        let _ = expect(&CHECK)
            .in_account(MEMBER)
            .passes(world())
            .passes(after(group("DeleteMetricFilter", "other")))
            .passes(after(group("DeleteLogGroup", "trail").refused()))
            .fails("silenced", after(group("DeleteMetricFilter", "trail")))
            .fails("silenced", after(group("PutRetentionPolicy", "trail")))
            .fails("silenced", after(call(60, "DeleteTopic", json!({ "topicArn": TOPIC }))))
            .fails(
                "silenced",
                after(call(
                    60,
                    "Unsubscribe",
                    json!({"subscriptionArn": format!("{TOPIC}:6b0e71bd")}),
                )),
            )
            .fails("silenced", after(call(60, "StopConfigurationRecorder", json!({}))))
            .passes(after(call(60, "UpdateDetector", json!({"detectorId": "d", "enable": true}))))
            .fails(
                "silenced",
                after(call(60, "UpdateDetector", json!({"detectorId": "d", "enable": false}))),
            )
            .is_unknown(Cause::AccessDenied, world().deny(Fact::DetectionHistory))
            .is_unknown(Cause::AccessDenied, world().deny(Fact::Organization))
            .is_unknown(Cause::AccessDenied, world().deny(Fact::Accounts))
            .is_unknown(Cause::AccessDenied, world().deny(Fact::EventRules))
            .is_unknown(
                Cause::AccessDenied,
                telling(
                    after(call(60, "DeleteAlarms", json!({ "alarmNames": ["x"] }))),
                    &[naming("x", &["StopLogging"])],
                )
                .deny(Fact::Alarms),
            )
            .is_unknown(
                Cause::AccessDenied,
                telling(
                    after(call(60, "DeleteAlarms", json!({ "alarmNames": ["x"] }))),
                    &[naming("x", &["StopLogging"])],
                )
                .deny(Fact::MetricFilters),
            )
            .in_account(ARCHIVE)
            .does_not_apply("nothing_watches", world());
    }
}
