//! Who waits for a notification of each log file reads none where the topic is gone.

use trailproof_core::answer::Topic;
use trailproof_core::aws::Arn;
use trailproof_core::prelude::*;

/// The check.
pub const CHECK: Check = Check {
    id: "trail-sns-delivery-healthy",
    title: "Every trail with a topic notifies it without errors",
    group: Group::Delivery,
    severity: Severity::Low,
    weight: Severity::Low.weight(),
    rationale: "Whatever reads log files upon notification stays idle, and takes silence for peace.",
    remediation: Remediation {
        summary: "Let CloudTrail publish to the topic, make the topic anew, or take it off the trail.",
        command: "aws cloudtrail update-trail --name {trail} --sns-topic-name ARN --region {region}",
        link: "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-permissions-for-sns-notifications.html",
    },
    japanese: Japanese {
        title: "トピックを持つすべての証跡が、エラーなく通知している",
        rationale: "通知を契機にログファイルを読む仕組みが動作せず、通知がないことを異常なしと誤認する。",
        remediation: "CloudTrail によるトピックへの発行を許可するか、トピックを再作成するか、証跡からトピックを外す。",
    },
    controls: &[
        Cis1_4.related("3.4"),
        Fsbp.related("CloudTrail.5"),
        Pci4_0_1.related("10.7.1"),
        Pci4_0_1.related("10.7.2"),
        Nist800_53R5.related("AU-5"),
        Nist800_53R5.related("AU-5(1)"),
        Soc2.related("CC7.2"),
        Iso27001_2022.related("A.8.15"),
        Hipaa164.related("164.312(b)"),
    ],
    reads: &[Fact::Trails, Fact::TrailStatus, Fact::Topic],
    judge: Judge::Trail(judge),
};

fn judge(trail: &Trail, audit: &Audit<'_>) -> Observed<Verdict> {
    let Some(topic) = trail.topic() else {
        let cited = trail.cite("SnsTopicARN", serde_json::Value::Null);
        return Ok(not_applicable("no topic").reason(Reason::NO_TOPIC).cite([cited]));
    };
    if !trail.is_logging()? {
        return Ok(not_applicable("the trail is not logging")
            .reason(Reason::NOT_LOGGING)
            .cite(trail.cite_logging()));
    }
    let expected = format!("no notification error, and the topic {topic} is there");
    let owner = Arn::parse(topic).ok().and_then(|arn| arn.account_id()).unwrap_or(trail.owner);
    let there = audit.organization.resource::<Option<Topic>>(Fact::Topic, topic, owner);
    if let Ok((None, source)) = there {
        return Ok(fail(format!("the topic {topic} does not exist"))
            .reason(Reason::TOPIC_MISSING)
            .observed("GetTopicAttributes: NotFound")
            .expected(expected)
            .cite([source.cite("error", "NotFound")]));
    }
    let status = trail.delivery()?;
    let error = status.value.latest_notification_error.as_deref().filter(|e| !e.is_empty());
    let cited = status.source.cite("LatestNotificationError", error);
    if let Some(error) = error {
        return Ok(fail(format!("the last notification failed: {error}"))
            .reason(Reason::NOTIFICATION_ERROR)
            .observed(format!("LatestNotificationError={error}"))
            .expected(expected)
            .cite([cited]));
    }
    let (_, source) = there?;
    Ok(pass("no notification error, and the topic exists")
        .expected(expected)
        .cite([cited, source.cite("TopicArn", topic)]))
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use trailproof_core::evidence::Cause;
    use trailproof_core::fact::Fact;
    use trailproof_core::fixture::*;

    const TOPIC: &str = "arn:aws:sns:us-east-1:555566667777:trail";

    fn notifying(error: Option<&str>, exists: bool) -> World {
        let setup = trail("audit").but(|t| {
            t.description.sns_topic_arn = Some(TOPIC.into());
            t.status.latest_notification_error = error.map(str::to_owned);
        });
        organization().with(setup).but(|world| {
            if exists {
                world.topics.insert(TOPIC.into(), Default::default());
            }
        })
    }

    #[test]
    fn the_topic_is_there_and_takes_notifications() {
        let stopped = notifying(None, false).but(|w| w.trails[0] = w.trails[0].clone().stopped());
        let _ = expect(&CHECK)
            .passes(notifying(None, true))
            .fails("notification_error", notifying(Some("AuthorizationError"), true))
            .fails("topic_missing", notifying(None, false))
            .fails(
                "notification_error",
                notifying(Some("AuthorizationError"), true).deny(Fact::Topic),
            )
            .does_not_apply("no_topic", organization().with(trail("audit")))
            .does_not_apply("not_logging", stopped)
            .is_unknown(Cause::AccessDenied, notifying(None, true).deny(Fact::Topic))
            .is_unknown(Cause::AccessDenied, notifying(None, true).deny(Fact::TrailStatus));
    }
}
