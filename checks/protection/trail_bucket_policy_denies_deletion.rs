//! A refusal in the bucket's policy is one more thing that an administrator must first remove, and be seen to.

use trailproof_core::answer::ObjectLock;
use trailproof_core::prelude::*;
use trailproof_core::resource_policy::{Exemption, Realm, Refusal, Target, refuses_everyone};

/// The check.
pub const CHECK: Check = Check {
    id: "trail-bucket-policy-denies-deletion",
    title: "The log bucket denies deletion to everyone or locks its objects",
    group: Group::Protection,
    severity: Severity::Low,
    weight: Severity::Low.weight(),
    rationale: "Without it whoever administers the log archive deletes evidence with one call, and leaves nothing \
                else changed.",
    remediation: Remediation {
        summary: "Deny s3:DeleteObject, s3:DeleteObjectVersion and s3:DeleteBucket to all but approved principals, or \
                  lock the objects in compliance mode.",
        command: "aws s3api put-bucket-policy --bucket {bucket} --policy file://policy.json",
        link: "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/best-practices-security.html",
    },
    japanese: Japanese {
        title: "ログバケットが、すべての者に削除を拒否するか、オブジェクトをロックしている",
        rationale: "これがなければ、ログアーカイブの管理者は 1 回の呼び出しで監査証拠を削除でき、他に変化は残らない。",
        remediation: "承認されたプリンシパル以外に s3:DeleteObject、s3:DeleteObjectVersion、s3:DeleteBucket を拒否す\
                      るか、COMPLIANCE モードでオブジェクトをロックする。",
    },
    controls: &[
        Pci4_0_1.related("10.3.2"),
        Nist800_53R5.stave("AU-9"),
        Soc2.stave("CC7.1"),
        Iso27001_2022.stave("A.8.15"),
        Hipaa164.stave("164.312(c)(1)"),
    ],
    reads: &[
        Fact::Trails,
        Fact::BucketList,
        Fact::BucketHead,
        Fact::BucketObjectLock,
        Fact::BucketPolicy,
    ],
    judge: Judge::Bucket(judge),
};

fn judge(bucket: &Bucket, audit: &Audit<'_>) -> Observed<Verdict> {
    let refused = refused(bucket, audit);
    if refused
        .as_ref()
        .is_ok_and(|verdict| verdict.status == trailproof_core::finding::Status::Pass)
    {
        return refused;
    }
    // A lock in compliance mode refuses whatever the policy says.
    let (lock, source) = bucket.read::<ObjectLock>(Fact::BucketObjectLock)?;
    let mode = lock.default_retention.as_ref().and_then(|rule| rule.mode.as_deref());
    if mode == Some("COMPLIANCE") {
        return Ok(pass("locked in compliance mode, which refuses deletion to everyone")
            .observed("Object Lock COMPLIANCE")
            .cite([source.cite("Rule.DefaultRetention.Mode", "COMPLIANCE")]));
    }
    refused
}

fn refused(bucket: &Bucket, audit: &Audit<'_>) -> Observed<Verdict> {
    let read = bucket.resource_policy()?;
    let expected = "a statement that denies deletion to all but approved principals";
    let Some(policy) = &read.policy else {
        return Ok(fail("the bucket has no policy that denies deletion")
            .reason(Reason::NO_POLICY)
            .expected(expected)
            .cite([read.cite_all()]));
    };
    let realm = Realm::of(audit.organization, audit.policy);
    let (arn, objects) = (bucket.arn(), format!("{}/", bucket.arn()));
    let needs = [
        ("s3:DeleteObject", Target::Under(&objects)),
        ("s3:DeleteObjectVersion", Target::Under(&objects)),
        ("s3:DeleteBucket", Target::One(&arn)),
    ];
    let mut by: Vec<String> = Vec::new();
    for (action, target) in needs {
        let refusal = refuses_everyone(policy, action, target, &realm);
        let (code, message, proof) = match refusal {
            Some(Refusal { statement, exemption: Exemption::Approved }) => {
                by.push(statement);
                continue;
            }
            Some(Refusal { statement, exemption: Exemption::Unapproved }) => (
                Reason::EXEMPTS_UNAPPROVED,
                format!("{statement} denies {action} to all but principals that are not approved"),
                read.cite(&statement),
            ),
            // What refuses under a further condition only, such as without TLS, is no protection from administrators.
            Some(Refusal { exemption: Exemption::Conditional, .. }) | None => (
                Reason::NOT_DENIED,
                format!("no statement denies {action} to everyone without a further condition"),
                read.cite_all(),
            ),
        };
        return Ok(fail(message).reason(code).expected(expected).cite([proof]));
    }
    by.dedup();
    Ok(pass(format!("{} deny deletion", by.join(", ")))
        .expected(expected)
        .cite(by.iter().map(|statement| read.cite(statement))))
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use serde_json::{Value, json};
    use trailproof_core::answer::ObjectLock;
    use trailproof_core::evidence::Cause;
    use trailproof_core::fact::Fact;
    use trailproof_core::fixture::*;

    fn unlocked() -> BucketSetup {
        bucket("logs").owner(ARCHIVE).but(|b| b.lock = ObjectLock::default())
    }

    fn denying(change: impl Fn(&mut Value)) -> World {
        let mut statement = json!({ "Sid": "Keep", "Effect": "Deny", "Principal": "*",
            "Action": ["s3:DeleteObject*", "s3:DeleteBucket"],
            "Resource": ["arn:aws:s3:::logs", "arn:aws:s3:::logs/*"] });
        change(&mut statement);
        organization().with(trail("audit")).with_bucket(unlocked().with_statement(statement))
    }

    fn except(arn: &'static str) -> World {
        denying(|deny| {
            deny["Condition"] = json!({ "ArnNotLike": { "aws:PrincipalArn": arn } });
        })
    }

    #[test]
    fn deletion_is_denied_or_the_objects_are_locked() {
        let plain = || organization().with(trail("audit")).with_bucket(unlocked());
        let governed = |mode: &'static str| {
            organization().with(trail("audit")).with_bucket(bucket("logs").owner(ARCHIVE).but(
                |b| {
                    if let Some(rule) = &mut b.lock.default_retention {
                        rule.mode = Some(mode.into());
                    }
                },
            ))
        };
        let _ = expect(&CHECK)
            .passes(denying(|_| {}))
            .passes(governed("COMPLIANCE"))
            .fails("not_denied", governed("GOVERNANCE"))
            .fails("not_denied", plain())
            .fails("not_denied", denying(|deny| deny["Action"] = json!("s3:DeleteObject*")))
            .fails(
                "not_denied",
                denying(|deny| deny["Resource"] = json!("arn:aws:s3:::logs/AWSLogs/*")),
            )
            .fails("exempts_unapproved", except("arn:aws:iam::555566667777:role/admin"))
            .fails(
                "not_denied",
                denying(|deny| {
                    deny["Condition"] =
                        json!({ "Bool": { "aws:MultiFactorAuthPresent": "false" } });
                }),
            )
            .passes(denying(|_| {}).deny(Fact::BucketObjectLock))
            .passes(governed("COMPLIANCE").deny(Fact::BucketPolicy))
            .is_unknown(Cause::AccessDenied, plain().deny(Fact::BucketPolicy))
            .is_unknown(Cause::AccessDenied, plain().deny(Fact::BucketObjectLock))
            .does_not_apply(
                "bucket_missing",
                organization().with(trail("audit")).but(|world| world.buckets.clear()),
            )
            .policy(|policy| policy.approved_principals = vec!["arn:aws:iam::*:role/admin".into()])
            .passes(except("arn:aws:iam::555566667777:role/admin"));
    }
}
