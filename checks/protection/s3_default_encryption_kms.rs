//! What comes into the log bucket without a header of its own should be under a key whose use is recorded.

use trailproof_core::answer::BucketEncryption;
use trailproof_core::prelude::*;

/// The check.
pub const CHECK: Check = Check {
    id: "s3-default-encryption-kms",
    title: "The log bucket encrypts by default with KMS",
    group: Group::Protection,
    severity: Severity::Low,
    weight: Severity::Low.weight(),
    rationale: "CloudTrail names the key of its own files; copies, restores and what else is written there take \
                the default, and with S3's own key whoever may read the object may read it in the clear.",
    remediation: Remediation {
        summary: "Make aws:kms with a usable key the bucket's default.",
        command: "aws s3api put-bucket-encryption --bucket {bucket} --server-side-encryption-configuration \
                  'Rules=[{ApplyServerSideEncryptionByDefault={SSEAlgorithm=aws:kms,KMSMasterKeyID=KEY}}]'",
        link: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/default-bucket-encryption.html",
    },
    japanese: Japanese {
        title: "ログバケットの既定の暗号化が KMS である",
        rationale: "CloudTrail は自らのファイルのキーを指定するが、複製や復元などの書き込みには既定の暗号化が適用され\
                    る。S3 のキーでは、オブジェクトを読める者は内容を平文で読める。",
        remediation: "使用可能なキーを指定した aws:kms を、バケットの既定の暗号化とする。",
    },
    controls: &[
        Cis1_4.related("2.1.1"),
        Fsbp.seen("S3.17"),
        Pci4_0_1.seen("3.5.1"),
        Nist800_53R5.seen("SC-12(2)"),
        Nist800_53R5.seen("CM-3(6)"),
        Nist800_53R5.seen("SC-13"),
        Nist800_53R5.seen("SC-28"),
        Nist800_53R5.seen("SC-28(1)"),
        Nist800_53R5.seen("SC-7(10)"),
        Nist800_53R5.seen("CA-9(1)"),
        Nist800_53R5.seen("SI-7(6)"),
        Nist800_53R5.seen("AU-9"),
        Soc2.prowler("PI1.4"),
        Iso27001_2022.prowler("A.8.24"),
        Hipaa164.prowler("164.312(a)(2)(iv)"),
    ],
    reads: &[Fact::Trails, Fact::BucketList, Fact::BucketHead, Fact::BucketEncryption, Fact::Key],
    judge: Judge::Bucket(judge),
};

pub const AS_CODE: AsCode = AsCode::both(
    r#"resource "aws_s3_bucket_server_side_encryption_configuration" "logs" {
  bucket = aws_s3_bucket.logs.id
  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.logs.arn
    }
  }
}"#,
    r#"LogBucket:
  Type: AWS::S3::Bucket
  Properties:
    # …
    BucketEncryption:
      ServerSideEncryptionConfiguration:
        - ServerSideEncryptionByDefault:
            SSEAlgorithm: aws:kms
            KMSMasterKeyID: !GetAtt LogKey.Arn"#,
);

fn judge(bucket: &Bucket, audit: &Audit<'_>) -> Observed<Verdict> {
    let (encryption, source) = bucket.read::<BucketEncryption>(Fact::BucketEncryption)?;
    let algorithm = encryption.sse_algorithm.as_deref();
    let told = format!("SSEAlgorithm={}", algorithm.unwrap_or("absent"));
    let key = bucket.default_key(audit.organization)?;
    let (verdict, evidence) = match algorithm {
        Some("aws:kms" | "aws:kms:dsse") => match key {
            // What trails make of the key is told of the key; here only whether it works.
            Some(key) => {
                let usability = key.usability_of(&bucket.arn())?;
                let verdict = match usability.fault {
                    Some((code, sentence)) => {
                        fail(format!("the default key {}: {sentence}", key.arn)).reason(code)
                    }
                    None => pass(format!("encrypts by default with {}", key.arn)),
                };
                (verdict, usability.evidence)
            }
            None => (pass("encrypts by default with S3's KMS key of the account"), Vec::new()),
        },
        _ => (fail("the default is not a KMS key").reason(Reason::NOT_KMS), Vec::new()),
    };
    Ok(verdict
        .observed(told)
        .expected("SSEAlgorithm=aws:kms or aws:kms:dsse, with a usable key")
        .cite([source.cite("SSEAlgorithm", algorithm)])
        .cite(evidence))
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use trailproof_core::evidence::Cause;
    use trailproof_core::fact::Fact;
    use trailproof_core::fixture::*;

    fn default(algorithm: Option<&str>, key: Option<&str>) -> World {
        organization().with(trail("audit").but(|t| t.description.kms_key_id = None)).with_bucket(
            bucket("logs").owner(ARCHIVE).but(|b| {
                b.encryption.sse_algorithm = algorithm.map(str::to_owned);
                b.encryption.kms_master_key_id = key.map(str::to_owned);
            }),
        )
    }

    #[test]
    fn the_default_must_be_a_kms_key_that_works() {
        let named = || default(Some("aws:kms"), Some(KEY));
        let _ = expect(&CHECK)
            .passes(default(Some("aws:kms"), None))
            .passes(default(Some("aws:kms:dsse"), Some(KEY)))
            .passes(named())
            .fails("not_kms", default(Some("AES256"), None))
            .fails("not_kms", default(None, None))
            .fails("key_disabled", named().key(|key| key.key_state = Some("Disabled".into())))
            .is_unknown(Cause::AccessDenied, named().deny(Fact::Key))
            .is_unknown(Cause::AccessDenied, named().deny(Fact::BucketEncryption));
    }
}
