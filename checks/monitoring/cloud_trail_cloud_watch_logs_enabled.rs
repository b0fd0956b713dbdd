//! What reaches a log group within minutes can raise an alarm; what lies in a bucket cannot.

use jiff::SignedDuration;
use trailproof_core::coverage::is_evidence_trail;
use trailproof_core::prelude::*;

/// The check.
pub const CHECK: Check = Check {
    id: "cloud-trail-cloud-watch-logs-enabled",
    title: "Every trail that keeps evidence delivers to CloudWatch Logs",
    group: Group::Monitoring,
    severity: Severity::Medium,
    weight: Severity::Medium.weight(),
    rationale: "Alarms on the trail's own stop, on root use or on a doomed key need the events in a log group \
                within minutes.",
    remediation: Remediation {
        summary: "Give the trail a log group and a role that may write to it; where deliveries ceased, mend the role.",
        command: "aws cloudtrail update-trail --name {trail} --cloud-watch-logs-log-group-arn ARN \
                  --cloud-watch-logs-role-arn ARN --region {region}",
        link: "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/send-cloudtrail-events-to-cloudwatch-logs.html",
    },
    japanese: Japanese {
        title: "監査証拠を保持するすべての証跡が CloudWatch Logs に配信している",
        rationale: "証跡自体の停止、ルートユーザーの使用、削除予約されたキーに対するアラームには、イベントが数分以内\
                    にロググループへ届く必要がある。",
        remediation: "証跡に、ロググループと、そのロググループへ書き込めるロールを設定する。配信が途絶えている場合は\
                      ロールを修復する。",
    },
    controls: &[
        Cis1_4.seen("3.4"),
        Fsbp.seen("CloudTrail.5"),
        Pci4_0_1.prowler("10.4.1.1"),
        Pci4_0_1.prowler("10.6.3"),
        Nist800_53R5.recalled("AC-2(4)"),
        Nist800_53R5.recalled("AC-4(26)"),
        Nist800_53R5.recalled("AC-6(9)"),
        Nist800_53R5.recalled("AU-2"),
        Nist800_53R5.recalled("AU-3"),
        Nist800_53R5.recalled("AU-6(1)"),
        Nist800_53R5.recalled("AU-6(3)"),
        Nist800_53R5.recalled("AU-6(4)"),
        Nist800_53R5.recalled("AU-6(5)"),
        Nist800_53R5.recalled("AU-7(1)"),
        Nist800_53R5.recalled("AU-10"),
        Nist800_53R5.recalled("AU-12"),
        Nist800_53R5.recalled("CA-7"),
        Nist800_53R5.recalled("SC-7(9)"),
        Nist800_53R5.recalled("SI-20"),
        Nist800_53R5.recalled("SI-3(8)"),
        Nist800_53R5.recalled("SI-4(5)"),
        Nist800_53R5.recalled("SI-4(20)"),
        Nist800_53R5.recalled("SI-7(8)"),
        Soc2.prowler("CC7.2"),
        Iso27001_2022.prowler("A.8.16"),
        Hipaa164.prowler("164.308(a)(1)(ii)(D)"),
        Hipaa164.prowler("164.312(b)"),
    ],
    reads: &[
        Fact::Trails,
        Fact::TrailStatus,
        Fact::EventSelectors,
        Fact::BucketList,
        Fact::BucketHead,
        Fact::Key,
    ],
    judge: Judge::Trail(judge),
};

pub const AS_CODE: AsCode = AsCode::both(
    r#"resource "aws_cloudtrail" "audit" {
  # …
  cloud_watch_logs_group_arn = "${aws_cloudwatch_log_group.trail.arn}:*"
  cloud_watch_logs_role_arn  = aws_iam_role.trail_to_logs.arn
}"#,
    r#"AuditTrail:
  Type: AWS::CloudTrail::Trail
  Properties:
    # …
    CloudWatchLogsLogGroupArn: !GetAtt TrailLogGroup.Arn
    CloudWatchLogsRoleArn: !GetAtt TrailToLogs.Arn"#,
);

fn judge(trail: &Trail, audit: &Audit<'_>) -> Observed<Verdict> {
    // Deliveries that were not read may be fine, so this comes before whether they need be.
    let verdict = deliveries(trail, audit)?;
    if verdict.status == trailproof_core::finding::Status::Pass {
        return Ok(verdict);
    }
    // A trail that keeps no evidence need not be watched; whether it keeps any must be known to say so.
    if is_evidence_trail(audit.organization, trail)? {
        return Ok(verdict);
    }
    Ok(not_applicable("the trail keeps no management events")
        .reason(Reason::NO_EVIDENCE_TRAIL)
        .cite(trail.cite_logging())
        .cite([trail.cite_selectors()]))
}

fn deliveries(trail: &Trail, audit: &Audit<'_>) -> Observed<Verdict> {
    let hours = audit.policy.cwl_stale_hours;
    let expected = format!("a log group, delivered to within {hours} hours");
    let group = trail.description.value.cloud_watch_logs_log_group_arn.as_deref();
    let cited = trail.cite("CloudWatchLogsLogGroupArn", group);
    let Some(group) = group.filter(|arn| !arn.is_empty()) else {
        return Ok(fail("no log group")
            .reason(Reason::NO_LOG_GROUP)
            .observed("CloudWatchLogsLogGroupArn is absent")
            .expected(expected)
            .cite([cited]));
    };
    let status = trail.delivery()?;
    let last = status.value.latest_cloud_watch_logs_delivery_time;
    let proof =
        status.source.cite("LatestCloudWatchLogsDeliveryTime", last.map(|time| time.to_string()));
    let verdict = match last {
        None => fail("nothing was ever delivered to the log group").reason(Reason::NEVER_DELIVERED),
        // Ages are measured from the reading, never from the clock of the judging run.
        Some(last) => {
            let age = status.source.called_at.duration_since(last);
            if age > SignedDuration::from_hours(i64::from(hours)) {
                fail(format!("the last delivery was {} hours ago", age.as_hours()))
                    .reason(Reason::STALE)
            } else {
                pass(format!("delivered to {group}"))
            }
        }
    };
    Ok(verdict
        .observed(match last {
            Some(last) => format!("LatestCloudWatchLogsDeliveryTime={last}"),
            None => "LatestCloudWatchLogsDeliveryTime is absent".into(),
        })
        .expected(expected)
        .cite([cited, proof]))
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use serde_json::json;
    use trailproof_core::evidence::Cause;
    use trailproof_core::fact::Fact;
    use trailproof_core::fixture::*;

    #[test]
    fn a_group_that_was_delivered_to_lately() {
        let hours_ago = |hours: i64| organization().now - jiff::SignedDuration::from_hours(hours);
        let delivered =
            |time| trail("audit").but(|t| t.status.latest_cloud_watch_logs_delivery_time = time);
        let no_group =
            || trail("audit").but(|t| t.description.cloud_watch_logs_log_group_arn = None);
        let data_only = json!({"EventSelectors": [{"IncludeManagementEvents": false,
            "DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3"]}]}]});
        let with = |setup: TrailSetup| organization().with(setup);
        let gone =
            |setup: TrailSetup| setup.but(|t| t.description.s3_bucket_name = Some("gone".into()));
        let custom = || no_group().selecting(json!({"EventSelectors": [{}]}));
        let _ = expect(&CHECK)
            .passes(with(trail("audit")))
            .passes(with(delivered(Some(hours_ago(24)))))
            .fails("stale", with(delivered(Some(hours_ago(25)))))
            .fails("never_delivered", with(delivered(None)))
            .fails("no_log_group", with(no_group()))
            .does_not_apply("no_evidence_trail", with(no_group().stopped()))
            .does_not_apply("no_evidence_trail", with(no_group().selecting(data_only)))
            .does_not_apply("no_evidence_trail", with(gone(no_group())))
            .is_unknown(Cause::AccessDenied, with(trail("audit")).deny(Fact::TrailStatus))
            .is_unknown(Cause::AccessDenied, with(custom()).deny(Fact::EventSelectors))
            .is_unknown(Cause::AccessDenied, with(no_group()).deny(Fact::Key))
            .is_unknown(Cause::AccessDenied, with(no_group()).deny(Fact::BucketList))
            .is_unknown(Cause::AccessDenied, with(gone(no_group())).deny(Fact::BucketHead));
    }
}
