//! An alarm that was off while something happened told nobody.

use trailproof_core::history::inquiry::{Words, judge as weigh};
use trailproof_core::history::{objects, probes};
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
        Fact::DetectionHistory,
    ],
    judge: Judge::Account(judge),
};

fn judge(account: &AccountView<'_>, audit: &Audit<'_>) -> Observed<Verdict> {
    let told = probes::told(audit.organization, account.id());
    let questions = probes::of_detection(told.iter().map(String::as_str));
    let mut look = account.history(questions, audit.reach(audit.policy.lookback_days));
    // What watches stands where a trail tells of its events: its own account, or for an organization's trail another.
    let unseen = account.trails().into_iter().find_map(Result::err);
    let unseen = unseen.filter(|gap| !account.is_closed(gap));
    look.gaps.extend(unseen.or_else(|| audit.organization.organization_trails_complete().err()));
    if told.is_empty() && look.gaps.is_empty() {
        return Ok(not_applicable("no trail tells anything here of its events")
            .reason(Reason::NOTHING_WATCHES)
            .cite(account.regions().next().map(|region| account.cite_trails_in(region))));
    }
    let words = Words {
        reason: Reason::SILENCED,
        none: "call that silences what watches the trail's events",
        failed: false,
    };
    weigh(&look, words, |past| {
        objects::on_detection(past, &told, &audit.policy.approved_principals)
    })
}

#[cfg(test)]
#[test]
fn what_silences_the_log_group_the_topic_or_a_detector_is_told() {
    use serde_json::json;
    use trailproof_core::fixture::*;
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
            after(call(60, "Unsubscribe", json!({"subscriptionArn": format!("{TOPIC}:6b0e71bd")}))),
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
        .in_account(ARCHIVE)
        .does_not_apply("nothing_watches", world());
}
