//! A log that travels in the clear can be read and changed on its way.

use trailproof_core::prelude::*;
use trailproof_core::resource_policy::{SecureTransport, secure_transport};

/// The check.
pub const CHECK: Check = Check {
    id: "s3-bucket-ssl-requests-only",
    title: "The log bucket refuses every request without TLS",
    group: Group::Protection,
    severity: Severity::Medium,
    weight: Severity::Medium.weight(),
    rationale: "Over plain HTTP whoever sits on the path reads the logs, and with them names, addresses and what is \
                deployed where.",
    remediation: Remediation {
        summary: "Add a statement that denies s3:* to everyone on the bucket and on its objects where \
                  aws:SecureTransport is false, and asks for nothing else.",
        command: "aws s3api put-bucket-policy --bucket {bucket} --policy file://policy.json",
        link: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html",
    },
    japanese: Japanese {
        title: "ログバケットが TLS を使用しないリクエストをすべて拒否する",
        rationale: "平文の HTTP では、経路上の者がログを読み、名前、アドレス、構成の所在を知ることができる。",
        remediation: "aws:SecureTransport が false であることのみを条件に、バケットとそのオブジェクトに対する s3:* を\
                      すべての者に拒否するステートメントを追加する。",
    },
    controls: &[
        Cis1_4.seen("2.1.2"),
        Cis3_0.seen("2.1.1"),
        Cis5_0.seen("2.1.1"),
        Cis6_0.prowler("3.1.1"),
        Cis7_0.prowler("3.1.1"),
        Fsbp.seen("S3.5"),
        Pci4_0_1.seen("4.2.1"),
        Nist800_53R5.seen("AC-17(2)"),
        Nist800_53R5.seen("AC-4"),
        Nist800_53R5.seen("IA-5(1)"),
        Nist800_53R5.seen("SC-12(3)"),
        Nist800_53R5.seen("SC-13"),
        Nist800_53R5.seen("SC-23"),
        Nist800_53R5.seen("SC-23(3)"),
        Nist800_53R5.seen("SC-7(4)"),
        Nist800_53R5.seen("SC-8"),
        Nist800_53R5.seen("SC-8(1)"),
        Nist800_53R5.seen("SC-8(2)"),
        Nist800_53R5.seen("SI-7(6)"),
        Soc2.related("CC6.7"),
        Iso27001_2022.related("A.8.24"),
        Hipaa164.prowler("164.312(e)(1)"),
    ],
    reads: &[Fact::Trails, Fact::BucketList, Fact::BucketHead, Fact::BucketPolicy],
    judge: Judge::Bucket(judge),
};

pub const AS_CODE: AsCode = AsCode::both(
    r#"data "aws_iam_policy_document" "logs" {
  # …
  statement {
    sid       = "DenyPlainHttp"
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = [aws_s3_bucket.logs.arn, "${aws_s3_bucket.logs.arn}/*"]
    principals {
      type        = "*"
      identifiers = ["*"]
    }
    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}"#,
    r#"LogBucketPolicy:
  Type: AWS::S3::BucketPolicy
  Properties:
    Bucket: !Ref LogBucket
    PolicyDocument:
      Statement:
        # …
        - Sid: DenyPlainHttp
          Effect: Deny
          Principal: "*"
          Action: s3:*
          Resource:
            - !GetAtt LogBucket.Arn
            - !Sub ${LogBucket.Arn}/*
          Condition:
            Bool:
              aws:SecureTransport: "false""#,
);

fn judge(bucket: &Bucket, _: &Audit<'_>) -> Observed<Verdict> {
    let read = bucket.resource_policy()?;
    let expected =
        "a statement that denies everyone s3:* on the bucket and its objects without TLS";
    let Some(policy) = &read.policy else {
        return Ok(fail("the bucket has no policy, so that nothing refuses plain HTTP")
            .reason(Reason::NO_POLICY)
            .expected(expected)
            .cite([read.cite_all()]));
    };
    let (code, message, statement) = match secure_transport(policy, &bucket.arn()) {
        SecureTransport::Enforced(by) => {
            return Ok(pass(format!("{} refuses every request without TLS", by.join(" and ")))
                .expected(expected)
                .cite(by.iter().map(|statement| read.cite(statement))));
        }
        SecureTransport::Absent => {
            return Ok(fail("no statement refuses plain HTTP")
                .reason(Reason::NO_SSL_DENY)
                .expected(expected)
                .cite([read.cite_all()]));
        }
        SecureTransport::Partial(code, by) => {
            let what = match code {
                Reason::ONLY_OBJECTS => {
                    "refuses plain HTTP on the objects, and nothing does on the bucket"
                }
                Reason::ONLY_BUCKET => {
                    "refuses plain HTTP on the bucket, and nothing does on its objects"
                }
                Reason::EXTRA_CONDITION => {
                    "refuses plain HTTP only where a further condition holds"
                }
                Reason::SOME_PRINCIPALS => "refuses plain HTTP to some principals only",
                Reason::SOME_ACTIONS => "refuses some actions over plain HTTP only",
                _ => "compares the TLS version, which plain HTTP does not have",
            };
            (code, format!("{by} {what}"), by)
        }
    };
    Ok(fail(message).reason(code).expected(expected).cite([read.cite(&statement)]))
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use serde_json::{Value, json};
    use trailproof_core::evidence::Cause;
    use trailproof_core::fact::Fact;
    use trailproof_core::fixture::*;

    fn denying(change: fn(&mut Value)) -> World {
        let logs = bucket("logs").owner(ARCHIVE).statement("Tls", change);
        organization().with(trail("audit")).with_bucket(logs)
    }

    #[test]
    fn plain_http_is_refused_on_the_bucket_and_its_objects() {
        let _ = expect(&CHECK)
            .passes(denying(|_| {}))
            .passes(denying(|deny| deny["Principal"] = json!({ "AWS": "*" })))
            .fails("only_objects", denying(|deny| deny["Resource"] = json!("arn:aws:s3:::logs/*")))
            .fails("only_bucket", denying(|deny| deny["Resource"] = json!("arn:aws:s3:::logs")))
            .fails(
                "extra_condition",
                denying(|deny| {
                    deny["Condition"]["IpAddress"] = json!({ "aws:SourceIp": "10.0.0.0/8" });
                }),
            )
            .fails(
                "tls_version_only",
                denying(|deny| {
                    deny["Condition"] = json!({ "NumericLessThan": { "s3:TlsVersion": "1.2" } });
                }),
            )
            .fails("some_actions", denying(|deny| deny["Action"] = json!("s3:GetObject")))
            .fails("no_ssl_deny", denying(|deny| deny["Effect"] = json!("Allow")))
            .fails("no_policy", without_policy())
            .is_unknown(Cause::Undecidable, denying(|deny| deny["Effect"] = json!("allow")))
            .is_unknown(Cause::AccessDenied, denying(|_| {}).deny(Fact::BucketPolicy))
            .does_not_apply(
                "bucket_missing",
                organization().with(trail("audit")).but(|world| world.buckets.clear()),
            );
    }

    fn without_policy() -> World {
        let logs = bucket("logs").owner(ARCHIVE).but(|b| b.policy_text.policy = None);
        organization().with(trail("audit")).with_bucket(logs)
    }
}
