//! Who read or deleted the logs is itself worth a record.

use trailproof_core::answer::BucketLogging;
use trailproof_core::prelude::*;

/// The check.
pub const CHECK: Check = Check {
    id: "cloudtrail-s3-bucket-access-logging",
    title: "Access to the log bucket is logged to another bucket",
    group: Group::Protection,
    severity: Severity::Medium,
    weight: Severity::Medium.weight(),
    rationale: "An intruder who reads the logs learns what is watched, and one who deletes them leaves no other \
                trace than the access log of the bucket.",
    remediation: Remediation {
        summary: "Send the bucket's access logs to another bucket of the same account and region, which has no \
                  default Object Lock retention; where that cannot be, record the bucket's data events.",
        command: "aws s3api put-bucket-logging --bucket {bucket} --bucket-logging-status \
                  'LoggingEnabled={TargetBucket=BUCKET,TargetPrefix={bucket}/}'",
        link: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html",
    },
    japanese: Japanese {
        title: "ログバケットへのアクセスが別のバケットに記録されている",
        rationale: "ログを読む侵入者は何が監視されているかを知り、ログを削除する侵入者の痕跡は、バケットのアクセスロ\
                    グにしか残らない。",
        remediation: "同一アカウントかつ同一リージョンの、Object Lock の既定の保持期間がない別のバケットへアクセスロ\
                      グを送信する。できない場合は、バケットのデータイベントを記録する。",
    },
    controls: &[
        Cis1_4.seen("3.6"),
        Cis3_0.seen("3.4"),
        Cis5_0.seen("3.4"),
        Cis6_0.prowler("4.4"),
        Cis7_0.prowler("4.4"),
        Fsbp.seen("CloudTrail.7"),
        Pci4_0_1.recalled("10.2.1"),
        Pci4_0_1.related("10.2.1.3"),
        Nist800_53R5.related("AU-2"),
        Nist800_53R5.related("AU-12"),
        Soc2.related("CC7.2"),
        Iso27001_2022.prowler("A.8.15"),
        Hipaa164.related("164.312(b)"),
    ],
    reads: &[Fact::Trails, Fact::BucketList, Fact::BucketHead, Fact::BucketLogging],
    judge: Judge::Bucket(judge),
};

pub const AS_CODE: AsCode = AsCode::both(
    r#"resource "aws_s3_bucket_logging" "logs" {
  bucket        = aws_s3_bucket.logs.id
  target_bucket = aws_s3_bucket.access_logs.id
  target_prefix = "trail/"
}"#,
    r#"LogBucket:
  Type: AWS::S3::Bucket
  Properties:
    # …
    LoggingConfiguration:
      DestinationBucketName: !Ref AccessLogBucket
      LogFilePrefix: trail/"#,
);

fn judge(bucket: &Bucket, audit: &Audit<'_>) -> Observed<Verdict> {
    let (logging, source) = bucket.read::<BucketLogging>(Fact::BucketLogging)?;
    let named = logging.target_bucket.as_deref().filter(|name| !name.is_empty());
    let evidence = source.cite("LoggingEnabled.TargetBucket", named);
    let verdict = match named {
        None => fail("access logging is off").reason(Reason::LOGGING_OFF),
        Some(name) if name == bucket.name => {
            fail("the bucket logs access to itself: each log is one more access")
                .reason(Reason::SELF_TARGET)
        }
        Some(name) => {
            let target = audit.organization.bucket(name);
            match audit.organization.same_owner(bucket, name)? {
                true => pass(format!("access is logged to {name}")),
                false if target.is_some_and(Bucket::is_missing) => {
                    fail(format!("access should be logged to {name}, which does not exist"))
                        .reason(Reason::TARGET_MISSING)
                }
                false => fail(format!(
                    "access should be logged to {name}, which is not a bucket of the same account"
                ))
                .reason(Reason::TARGET_NOT_OWNED),
            }
        }
    };
    Ok(verdict
        .observed(format!("TargetBucket={}", named.unwrap_or("absent")))
        .expected("a TargetBucket of the same account, which is another bucket")
        .cite([evidence]))
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use trailproof_core::evidence::Cause;
    use trailproof_core::fact::Fact;
    use trailproof_core::fixture::*;

    fn target(name: Option<&str>) -> World {
        organization().with(trail("audit")).with_bucket(
            bucket("logs")
                .owner(ARCHIVE)
                .but(|b| b.logging.target_bucket = name.map(str::to_owned)),
        )
    }

    #[test]
    fn the_target_must_be_another_bucket_of_the_same_account() {
        let there = |owner: &str| target(Some("access")).with_bucket(bucket("access").owner(owner));
        let _ = expect(&CHECK)
            .passes(there(ARCHIVE))
            .fails("logging_off", target(None))
            .fails("self_target", target(Some("logs"))) // edge 103
            .fails("target_missing", target(Some("access")))
            .fails("target_not_owned", there(MEMBER)) // edge 103b
            .fails(
                "target_not_owned",
                target(Some("access")).with_bucket(bucket("access").but(|b| b.owner = None)),
            )
            .is_unknown(Cause::AccessDenied, there(ARCHIVE).deny(Fact::BucketLogging));
    }
}
