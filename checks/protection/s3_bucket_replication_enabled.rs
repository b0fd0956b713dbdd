//! A copy in another account survives what happens to the first.

use trailproof_core::answer::BucketReplication;
use trailproof_core::prelude::*;
use trailproof_core::safeguard::{Copies, Uncopied, replication_rule};

/// The check.
pub const CHECK: Check = Check {
    id: "s3-bucket-replication-enabled",
    title: "Every log is copied to a bucket of another account",
    group: Group::Protection,
    severity: Severity::Low,
    weight: Severity::Low.weight(),
    rationale: "Whoever controls the log account controls its only copy of the evidence; a copy that another \
                account holds is out of his reach.",
    remediation: Remediation {
        summary: "Replicate the logs to a bucket of another account, KMS-encrypted objects included, without \
                  copying deletions.",
        command: "aws s3api put-bucket-replication --bucket {bucket} --replication-configuration \
                  file://replication.json",
        link: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-walkthrough-2.html",
    },
    japanese: Japanese {
        title: "すべてのログが別のアカウントのバケットに複製されている",
        rationale: "ログアカウントを掌握した者は、監査証拠の唯一の写しを掌握する。別のアカウントにある写しには、その\
                    手が及ばない。",
        remediation: "KMS で暗号化されたオブジェクトも含め、削除は複製せずに、別のアカウントのバケットへログをレプリ\
                      ケートする。",
    },
    controls: &[
        Fsbp.seen("S3.7"),
        Pci4_0_1.related("10.3.3"),
        Nist800_53R5.seen("AU-9(2)"),
        Nist800_53R5.seen("CP-6"),
        Nist800_53R5.seen("CP-6(1)"),
        Nist800_53R5.seen("CP-6(2)"),
        Nist800_53R5.seen("CP-9"),
        Nist800_53R5.seen("CP-10"),
        Nist800_53R5.seen("SC-36(2)"),
        Nist800_53R5.seen("SC-5(2)"),
        Nist800_53R5.seen("SI-13(5)"),
        Soc2.related("A1.2"),
        Iso27001_2022.prowler("A.8.14"),
        Hipaa164.related("164.308(a)(7)"),
    ],
    reads: &[Fact::Trails, Fact::BucketList, Fact::BucketHead, Fact::BucketReplication],
    judge: Judge::Bucket(judge),
};

pub const AS_CODE: AsCode = AsCode::both(
    r#"resource "aws_s3_bucket_replication_configuration" "logs" {
  bucket = aws_s3_bucket.logs.id
  role   = aws_iam_role.replication.arn
  rule {
    id     = "second-copy"
    status = "Enabled"
    filter {}
    delete_marker_replication {
      status = "Disabled"
    }
    source_selection_criteria {
      sse_kms_encrypted_objects {
        status = "Enabled"
      }
    }
    destination {
      bucket  = "arn:aws:s3:::SECOND-COPY-BUCKET"
      account = "444455556666"
      access_control_translation {
        owner = "Destination"
      }
      encryption_configuration {
        replica_kms_key_id = "arn:aws:kms:eu-west-1:444455556666:key/REPLICA-KEY"
      }
    }
  }
}"#,
    r#"LogBucket:
  Type: AWS::S3::Bucket
  Properties:
    # …
    ReplicationConfiguration:
      Role: !GetAtt Replication.Arn
      Rules:
        - Id: second-copy
          Status: Enabled
          Priority: 0
          Filter:
            Prefix: ""
          DeleteMarkerReplication:
            Status: Disabled
          SourceSelectionCriteria:
            SseKmsEncryptedObjects:
              Status: Enabled
          Destination:
            Bucket: arn:aws:s3:::SECOND-COPY-BUCKET
            Account: "444455556666"
            AccessControlTranslation:
              Owner: Destination
            EncryptionConfiguration:
              ReplicaKmsKeyID: arn:aws:kms:eu-west-1:444455556666:key/REPLICA-KEY"#,
);

fn judge(bucket: &Bucket, audit: &Audit<'_>) -> Observed<Verdict> {
    if !audit.policy.replication_required {
        return Ok(not_applicable("the policy asks for no copies").reason(Reason::NOT_REQUIRED));
    }
    let across = audit.policy.require_cross_account;
    let demand = |copies: &Copies<'_>| Ok(enough(bucket, copies, across));
    let expected = if across {
        "an enabled rule that copies every log to another account"
    } else {
        "an enabled rule that copies every log to another account or region"
    };
    let (replication, source) = bucket.read::<BucketReplication>(Fact::BucketReplication)?;
    let cited = source.cite("Rules", replication.rules.len());
    match bucket.copies(audit.organization, &demand)? {
        Ok(copies) => {
            if !bucket.copies_everything() {
                // A trail that nobody saw may deliver under a prefix that no rule copies.
                audit.organization.all_trails_complete()?;
            }
            Ok(pass(copied(&copies)).expected(expected).cite([cited]))
        }
        Err(fault) => {
            if let Some(origin) = audit.organization.copied_from(bucket)? {
                let verdict = not_applicable(format!("it holds the copies of {origin}"));
                return Ok(verdict.reason(Reason::IS_REPLICA).expected(expected));
            }
            let (code, sentence) = told(&fault);
            Ok(fail(sentence).reason(code).expected(expected).cite([cited]))
        }
    }
}

/// Whether a copy lies far enough away.
fn enough(bucket: &Bucket, copies: &Copies<'_>, across: bool) -> Result<(), Uncopied> {
    let elsewhere = copies.destination.region != bucket.region;
    if copies.crosses_accounts || (!across && elsewhere) {
        return Ok(());
    }
    Err(Uncopied::SameAccount(copies.destination.name.clone()))
}

fn copied(copies: &[Copies<'_>]) -> String {
    let told = |copies: &Copies<'_>| {
        let place = match copies.destination.owner {
            Some(owner) if copies.crosses_accounts => format!(" of {owner}"),
            None => " of another account".into(),
            Some(_) => " of the same account".into(),
        };
        let deletions = match copies.rule.delete_marker_replication.as_deref() {
            Some("Enabled") => ", deletions included",
            _ => "",
        };
        let rule = replication_rule(copies.rule);
        format!("rule {rule} copies logs to {}{place}{deletions}", copies.destination.name)
    };
    copies.iter().map(told).collect::<Vec<_>>().join("; ")
}

fn told(fault: &Uncopied) -> (Reason, String) {
    match fault {
        Uncopied::NoRule => (Reason::NO_RULE, "no enabled rule copies all logs".into()),
        Uncopied::DestinationMissing(name) => (
            Reason::DESTINATION_MISSING,
            format!("copies should go to {name}, which does not exist"),
        ),
        Uncopied::SameAccount(name) | Uncopied::Unlocked(name) => {
            (Reason::SAME_ACCOUNT, format!("copies go to {name} of the same account"))
        }
        Uncopied::KmsObjectsSkipped(rule) => (
            Reason::KMS_OBJECTS_SKIPPED,
            format!("rule {rule} leaves out logs that are encrypted with KMS"),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use trailproof_core::answer::ReplicationRule;
    use trailproof_core::evidence::Cause;
    use trailproof_core::fact::Fact;
    use trailproof_core::fixture::*;

    fn rule(change: impl FnOnce(&mut ReplicationRule)) -> ReplicationRule {
        let mut rule = ReplicationRule {
            id: Some("copy".into()),
            status: "Enabled".into(),
            destination_bucket: "arn:aws:s3:::copies".into(),
            sse_kms_encrypted_objects: Some("Enabled".into()),
            replica_kms_key_id: Some(KEY.into()),
            ..ReplicationRule::default()
        };
        change(&mut rule);
        rule
    }

    fn copied(change: impl FnOnce(&mut ReplicationRule)) -> World {
        let rule = rule(change);
        organization()
            .with(trail("audit"))
            .with_bucket(bucket("logs").owner(ARCHIVE).but(|b| b.replication.rules = vec![rule]))
            .with_bucket(bucket("copies").owner(MANAGEMENT))
    }

    fn to(owner: Option<&str>, region: &str) -> World {
        copied(|_| {}).with_bucket(bucket("copies").but(|b| {
            b.owner = owner.map(id);
            b.region = region.parse().unwrap();
        }))
    }

    #[test]
    fn all_logs_must_go_to_another_account() {
        let unencrypted =
            |world: World| world.but(|world| world.trails[0].description.kms_key_id = None);
        let skips = |rule: &mut ReplicationRule| rule.sse_kms_encrypted_objects = None;
        let prefix = |prefix: &'static str| copied(move |rule| rule.prefix = Some(prefix.into()));
        let hidden = |world: World| {
            world.deny_in(Some(MEMBER), Fact::Trails, Some("eu-west-1"), Cause::AccessDenied)
        };
        let replica = organization()
            .with(trail("audit"))
            .with(trail("second").but(|t| t.description.s3_bucket_name = Some("copies".into())))
            .with_bucket(
                bucket("logs").owner(ARCHIVE).but(|b| b.replication.rules = vec![rule(|_| {})]),
            )
            .with_bucket(bucket("copies").owner(MANAGEMENT));
        let _ = expect(&CHECK)
            .passes(copied(|_| {}))
            .passes(to(None, "us-east-1"))
            .passes(prefix("AWSLogs/"))
            .fails("no_rule", organization().with(trail("audit")))
            .fails("no_rule", copied(|rule| rule.status = "Disabled".into()))
            .fails("no_rule", copied(|rule| rule.has_tag_filter = true))
            .fails("no_rule", prefix("AWSLogs/111122223333/"))
            .fails(
                "destination_missing",
                copied(|_| {}).but(|w| w.buckets.retain(|b| b.name == "logs")),
            )
            .fails("same_account", to(Some(ARCHIVE), "eu-west-1"))
            .fails("kms_objects_skipped", copied(skips))
            .fails("kms_objects_skipped", copied(|rule| rule.replica_kms_key_id = None))
            .passes(unencrypted(copied(skips)))
            .is_unknown(Cause::AccessDenied, copied(|_| {}).deny(Fact::BucketReplication))
            .is_unknown(Cause::AccessDenied, to(None, "us-east-1").deny(Fact::BucketHead))
            .policy(|policy| policy.require_cross_account = false)
            .passes(to(Some(ARCHIVE), "eu-west-1"))
            .fails("same_account", to(Some(ARCHIVE), "us-east-1"))
            .policy(|policy| policy.replication_required = false)
            .does_not_apply("not_required", organization().with(trail("audit")))
            .policy(|_| {})
            .on(":logs")
            .is_unknown(Cause::AccessDenied, hidden(prefix("AWSLogs/")))
            .passes(hidden(copied(|_| {})))
            .on(":copies")
            .does_not_apply("is_replica", replica);
    }
}
