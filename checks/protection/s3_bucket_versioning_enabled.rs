//! With versioning an overwritten or deleted log file is still there.

use trailproof_core::answer::BucketVersioning;
use trailproof_core::prelude::*;

/// The check.
pub const CHECK: Check = Check {
    id: "s3-bucket-versioning-enabled",
    title: "The log bucket keeps versions",
    group: Group::Protection,
    severity: Severity::Medium,
    weight: Severity::Medium.weight(),
    rationale: "Without versions one overwrite or delete ends a log file for good; Object Lock, MFA delete and \
                replication all build on it.",
    remediation: Remediation {
        summary: "Enable versioning on the bucket.",
        command: "aws s3api put-bucket-versioning --bucket {bucket} --versioning-configuration Status=Enabled",
        link: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/manage-versioning-examples.html",
    },
    japanese: Japanese {
        title: "ログバケットがバージョンを保持している",
        rationale: "バージョンがなければ、1 回の上書きまたは削除でログファイルは完全に失われる。Object Lock、MFA 削除、\
                    レプリケーションは、いずれもバージョニングを前提とする。",
        remediation: "バケットのバージョニングを有効にする。",
    },
    controls: &[
        Fsbp.seen("S3.14"),
        Pci4_0_1.prowler("10.3.4"),
        Nist800_53R5.seen("AU-9(2)"),
        Nist800_53R5.seen("CP-6"),
        Nist800_53R5.seen("CP-6(1)"),
        Nist800_53R5.seen("CP-6(2)"),
        Nist800_53R5.seen("CP-9"),
        Nist800_53R5.seen("CP-10"),
        Nist800_53R5.seen("SC-5(2)"),
        Nist800_53R5.seen("SI-12"),
        Nist800_53R5.seen("SI-13(5)"),
        Soc2.prowler("CC7.4"),
        Iso27001_2022.prowler("A.8.3"),
        Iso27001_2022.prowler("A.8.10"),
        Hipaa164.prowler("164.312(c)(1)"),
        Hipaa164.prowler("164.312(c)(2)"),
    ],
    reads: &[Fact::Trails, Fact::BucketList, Fact::BucketHead, Fact::BucketVersioning],
    judge: Judge::Bucket(judge),
};

pub const AS_CODE: AsCode = AsCode::both(
    r#"resource "aws_s3_bucket_versioning" "logs" {
  bucket = aws_s3_bucket.logs.id
  versioning_configuration {
    status = "Enabled"
  }
}"#,
    r#"LogBucket:
  Type: AWS::S3::Bucket
  Properties:
    # …
    VersioningConfiguration:
      Status: Enabled"#,
);

fn judge(bucket: &Bucket, _: &Audit<'_>) -> Observed<Verdict> {
    let (versioning, source) = bucket.read::<BucketVersioning>(Fact::BucketVersioning)?;
    let status = versioning.status.as_deref();
    let verdict = match status {
        Some("Enabled") => pass("versioning is enabled"),
        Some("Suspended") => fail("versioning is suspended").reason(Reason::SUSPENDED),
        _ => fail("versioning was never enabled").reason(Reason::NEVER_ENABLED),
    };
    Ok(verdict
        .observed(status.map_or("Status is absent".into(), |status| format!("Status={status}")))
        .expected("Status=Enabled")
        .cite([source.cite("Status", status)]))
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use trailproof_core::evidence::Cause;
    use trailproof_core::fact::Fact;
    use trailproof_core::fixture::*;

    #[test]
    fn only_enabled_will_do() {
        let status = |status: Option<&str>| {
            organization().with(trail("audit")).with_bucket(
                bucket("logs")
                    .owner(ARCHIVE)
                    .but(|b| b.versioning.status = status.map(str::to_owned)),
            )
        };
        let _ = expect(&CHECK)
            .passes(status(Some("Enabled")))
            .fails("suspended", status(Some("Suspended"))) // edge 84
            .fails("never_enabled", status(None))
            .is_unknown(Cause::AccessDenied, status(None).deny(Fact::BucketVersioning))
            .is_unknown(
                // edge 69
                Cause::CrossAccountUnreadable,
                organization()
                    .with(trail("audit"))
                    .with_bucket(bucket("logs").but(|b| b.owner = None)),
            )
            .does_not_apply(
                "bucket_missing",
                organization().with(trail("audit")).but(|w| w.buckets.clear()),
            );
    }
}
