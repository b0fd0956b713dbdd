//! Alarms look at a log group: where nothing arrives there, they see nothing.

use jiff::{SignedDuration, Timestamp};
use trailproof_core::prelude::*;

/// The check.
pub const CHECK: Check = Check {
    id: "trail-cloudwatch-delivery-healthy",
    title: "Every trail with a log group delivers to it without errors, from each region",
    group: Group::Delivery,
    severity: Severity::Medium,
    weight: Severity::Medium.weight(),
    rationale: "A role that may no longer write, or a log group that is gone, blinds every metric filter and alarm \
                while the bucket goes on filling.",
    remediation: Remediation {
        summary: "Mend the delivery role or the log group that the error names.",
        command: "aws cloudtrail update-trail --name {trail} --cloud-watch-logs-log-group-arn ARN \
                  --cloud-watch-logs-role-arn ARN",
        link: "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-required-policy-for-cloudwatch-logs.html",
    },
    japanese: Japanese {
        title: "ロググループを持つすべての証跡が、各リージョンからエラーなく配信している",
        rationale: "書き込み権限を失ったロールや削除されたロググループがあると、バケットへの配信が続いていても、すべ\
                    てのメトリクスフィルターとアラームが機能しない。",
        remediation: "エラーが示す配信ロールまたはロググループを修復する。",
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
    reads: &[
        Fact::Trails,
        Fact::TrailStatus,
        Fact::TrailDelivery,
        Fact::EventSelectors,
        Fact::RecentEvents,
    ],
    judge: Judge::TrailRegion(judge),
};

/// What happened so short a time ago need not have arrived.
const SLACK: SignedDuration = SignedDuration::from_hours(1);
/// A trail that was started within this time may not have had anything to deliver.
const STARTING: SignedDuration = SignedDuration::from_hours(24);

fn judge(view: &TrailRegionView<'_>, audit: &Audit<'_>) -> Observed<Verdict> {
    let Some(group) = view.trail.log_group() else {
        let cited = view.trail.cite("CloudWatchLogsLogGroupArn", serde_json::Value::Null);
        return Ok(not_applicable("no log group").reason(Reason::NO_LOG_GROUP).cite([cited]));
    };
    let (status, source) = view.account.delivery(view.trail, view.region)?;
    let undecided = |detail: &str| Gap {
        account: Some(view.account.id()),
        region: Some(view.region.clone()),
        ..Gap::new(source.probe.fact, Cause::Undecidable, detail)
    };
    let logging = status.is_logging;
    if !logging.ok_or_else(|| undecided("GetTrailStatus left out IsLogging"))? {
        return Ok(not_applicable("the trail is not logging")
            .reason(Reason::NOT_LOGGING)
            .cite([source.cite("IsLogging", logging)]));
    }
    let hours = audit.policy.cwl_stale_hours;
    let fresh = |time, hours| source.called_at.duration_since(time) <= hours;
    let error =
        status.latest_cloud_watch_logs_delivery_error.as_deref().filter(|error| !error.is_empty());
    let (last, started) = (status.latest_cloud_watch_logs_delivery_time, status.start_logging_time);
    let verdict = match (error, last) {
        (Some(error), _) => fail(format!("the last delivery to the log group failed: {error}"))
            .reason(Reason::DELIVERY_ERROR),
        (None, Some(last)) if fresh(last, SignedDuration::from_hours(i64::from(hours))) => {
            pass(format!("last delivered at {last}"))
        }
        (None, None) if started.is_some_and(|time| fresh(time, STARTING)) => {
            not_applicable("logging has just been started").reason(Reason::STARTING)
        }
        (None, _) => {
            let since = last
                .or(started)
                .ok_or_else(|| undecided("nothing was delivered, and since when is not known"))?;
            match missed(view, since, status.latest_delivery_time)? {
                Some((what, cited)) => fail(format!("nothing arrived since {since}, {what}"))
                    .reason(if last.is_some() { Reason::STALE } else { Reason::NEVER_DELIVERED })
                    .cite([cited]),
                None => pass(format!("nothing happened since {since}")).reason(Reason::QUIET),
            }
        }
    };
    Ok(verdict
        .observed(match (error, last) {
            (Some(error), _) => format!("LatestCloudWatchLogsDeliveryError={error}"),
            (None, Some(last)) => format!("LatestCloudWatchLogsDeliveryTime={last}"),
            (None, None) => "LatestCloudWatchLogsDeliveryTime is absent".into(),
        })
        .expected(format!("deliveries to {group} within {hours} hours where there is activity"))
        .cite([
            source.cite("LatestCloudWatchLogsDeliveryError", error),
            source.cite("LatestCloudWatchLogsDeliveryTime", last.map(|time| time.to_string())),
        ]))
}

/// What should have arrived after that time, with the proof: a delivery to the bucket, or an event that the trail
/// records.
///
/// # Errors
/// Where nothing proves it and something that would was not read, or cannot tell.
fn missed(
    view: &TrailRegionView<'_>,
    since: Timestamp,
    to_bucket: Option<Timestamp>,
) -> Observed<Option<(String, Evidence)>> {
    if let Some(time) = to_bucket.filter(|time| time.duration_since(since) > SLACK) {
        let (_, source) = view.account.delivery(view.trail, view.region)?;
        let cited = source.cite("LatestDeliveryTime", time.to_string());
        return Ok(Some((format!("the bucket was delivered to at {time}"), cited)));
    }
    let (event, source) = view.account.newest_event(view.region)?;
    let due = event.as_ref().map(|event| event.event_time).filter(|time| {
        time.duration_since(since) > SLACK && source.called_at.duration_since(*time) > SLACK
    });
    let Some(time) = due else { return Ok(None) };
    let selectors = view.trail.selectors()?;
    if !selectors.records_management() {
        return Ok(None);
    }
    if view.trail.records_all_management()? {
        let cited = source.cite("Events[].EventTime", time.to_string());
        return Ok(Some((format!("an event happened at {time}"), cited)));
    }
    Err(Gap {
        account: Some(view.account.id()),
        region: Some(view.region.clone()),
        ..Gap::new(
            Fact::RecentEvents,
            Cause::Undecidable,
            format!("whether the trail records the event of {time} is not known"),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use jiff::SignedDuration;
    use serde_json::json;
    use trailproof_core::answer::RecentEvent;
    use trailproof_core::evidence::Cause;
    use trailproof_core::fact::Fact;
    use trailproof_core::fixture::*;

    fn ago(hours: i64) -> jiff::Timestamp {
        organization().now - SignedDuration::from_hours(hours)
    }

    fn delivered(to_group: Option<i64>, to_bucket: i64, started: i64) -> TrailSetup {
        trail("audit").single_region("us-east-1").but(|t| {
            t.status.latest_cloud_watch_logs_delivery_time = to_group.map(ago);
            t.status.latest_delivery_time = Some(ago(to_bucket));
            t.status.start_logging_time = Some(ago(started));
        })
    }

    fn quiet() -> TrailSetup {
        delivered(Some(48), 48, 9000)
    }

    fn busy(setup: TrailSetup, hours: i64) -> World {
        organization().with(setup).but(|world| {
            let event = RecentEvent { event_time: ago(hours), event_name: None };
            world.events.insert((id(MEMBER), "us-east-1".parse().unwrap()), event);
        })
    }

    #[test]
    fn what_happens_arrives_in_the_group() {
        let with = |setup: TrailSetup| organization().with(setup);
        let group = |arn: Option<&str>| {
            trail("audit")
                .but(|t| t.description.cloud_watch_logs_log_group_arn = arn.map(str::to_owned))
        };
        let error = trail("audit").but(|t| {
            t.status.latest_cloud_watch_logs_delivery_error = Some("Access denied".into());
        });
        let all = || json!({"EventSelectors": [{}]});
        let writes = json!({"EventSelectors": [{"ReadWriteType": "WriteOnly"}]});
        let data = json!({"EventSelectors": [{"IncludeManagementEvents": false,
            "DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3"]}]}]});
        let _ = expect(&CHECK)
            .passes(with(trail("audit")))
            .passes(with(quiet())) // edge 110
            .passes(busy(quiet(), 49))
            .passes(busy(quiet(), 1))
            .passes(busy(quiet().selecting(data), 2))
            .fails("stale", busy(quiet(), 2)) // edge 110
            .fails("stale", busy(quiet().selecting(all()), 2))
            .fails("stale", with(delivered(Some(48), 2, 9000)))
            .fails("never_delivered", with(delivered(None, 2, 9000)))
            .fails("delivery_error", with(error))
            .does_not_apply("starting", with(delivered(None, 2, 5)))
            .does_not_apply("no_log_group", with(group(None)))
            .does_not_apply("not_logging", with(trail("audit").stopped()))
            .is_unknown(Cause::Undecidable, busy(quiet().selecting(writes), 2))
            .is_unknown(Cause::AccessDenied, with(quiet()).deny(Fact::RecentEvents))
            .is_unknown(
                Cause::AccessDenied,
                busy(quiet().selecting(all()), 2).deny(Fact::EventSelectors),
            )
            .is_unknown(Cause::AccessDenied, with(trail("audit")).deny(Fact::TrailStatus))
            .is_unknown(Cause::AccessDenied, with(trail("audit")).deny(Fact::TrailDelivery));
    }
}
