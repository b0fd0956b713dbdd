//! A lock protects what is locked for long enough, by a mode that nobody lifts.

use trailproof_core::prelude::*;
use trailproof_core::privilege::lifted;
use trailproof_core::safeguard::Lock;

/// The check.
pub const CHECK: Check = Check {
    id: "trail-bucket-lock-retention",
    title: "The log bucket locks every new log for as long as the policy asks",
    group: Group::Protection,
    severity: Severity::Medium,
    weight: Severity::Medium.weight(),
    rationale: "Object Lock without a default retention locks nothing, a short one leaves a tail that can be \
                deleted, and GOVERNANCE mode yields to a permission.",
    remediation: Remediation {
        summary: "Give the bucket a default retention in COMPLIANCE mode; only closing the account removes what \
                  it locks.",
        command: "aws s3api put-object-lock-configuration --bucket {bucket} --object-lock-configuration \
                  'ObjectLockEnabled=Enabled,Rule={DefaultRetention={Mode=COMPLIANCE,Days=365}}'",
        link: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html",
    },
    japanese: Japanese {
        title: "ログバケットが、評価方針の求める期間、新しいログをすべてロックする",
        rationale: "既定の保持期間がない Object Lock は何もロックせず、短い保持期間は削除可能な部分を残す。GOVERNANCE モー\
                    ドは権限により解除できる。",
        remediation: "バケットに COMPLIANCE モードの既定の保持期間を設定する。このロックを解除するのは、アカウントの\
                      閉鎖のみである。",
    },
    controls: &[
        Fsbp.related("S3.15"),
        Pci4_0_1.seen("10.5.1"),
        Pci4_0_1.prowler("10.3.4"),
        Nist800_53R5.seen("CP-6(2)"),
        Nist800_53R5.related("AU-9"),
        Soc2.prowler("PI1.5"),
        Iso27001_2022.stave("A.8.15"),
        Iso27001_2022.stave("A.8.10"),
        Hipaa164.stave("164.312(c)(1)"),
    ],
    reads: &[
        Fact::Trails,
        Fact::BucketList,
        Fact::BucketHead,
        Fact::BucketObjectLock,
        Fact::BucketPolicy,
        Fact::AuthorizationDetails,
        Fact::OrganizationPolicies,
        Fact::OrganizationPolicy,
        Fact::PolicyTargets,
    ],
    judge: Judge::GuardedBucket(judge),
};

pub const AS_CODE: AsCode = crate::code::OBJECT_LOCK;

fn judge(bucket: &Bucket, account: &AccountView<'_>, audit: &Audit<'_>) -> Observed<Verdict> {
    let wanted = audit.policy.lock_min_days();
    let mode = audit.policy.lock_mode;
    let verdict = match bucket.lock_kept(audit.policy)? {
        Lock::Off => return Ok(not_applicable("Object Lock is off").reason(Reason::LOCK_OFF)),
        Lock::WithoutRule => fail("Object Lock is on, and new objects get no lock")
            .reason(Reason::NO_DEFAULT_RETENTION),
        Lock::OtherMode { mode: found, days } => {
            let found =
                if found.is_empty() { "no mode".to_owned() } else { format!("{found} mode") };
            fail(format!("new objects are locked in {found} for {days} days"))
                .reason(Reason::OTHER_MODE)
        }
        Lock::Short { days, .. } => {
            fail(format!("new objects are locked for {days} days, the policy asks for {wanted}"))
                .reason(Reason::SHORTER)
        }
        Lock::Yields { .. } => lifted(bucket, account, audit.policy)?,
        Lock::Holds { days } => pass(format!(
            "new objects are locked for {days} days, those from before the rule are not"
        )),
    };
    Ok(verdict
        .expected(format!("a default retention of {wanted} days in {mode} mode"))
        .cite(bucket.cite_lock()))
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use serde_json::{Value, json};
    use trailproof_core::answer::{DefaultRetention, ObjectLock};
    use trailproof_core::evidence::Cause;
    use trailproof_core::fact::Fact;
    use trailproof_core::fixture::*;
    use trailproof_core::policy::LockMode;

    fn lock(change: impl FnOnce(&mut ObjectLock)) -> World {
        organization()
            .with(trail("audit"))
            .with_bucket(bucket("logs").owner(ARCHIVE).but(|b| change(&mut b.lock)))
    }

    fn rule(mode: &str, days: Option<i32>, years: Option<i32>) -> World {
        let mode = Some(mode.to_owned());
        lock(|lock| lock.default_retention = Some(DefaultRetention { mode, days, years }))
    }

    fn govern(lock: &mut ObjectLock) {
        lock.default_retention.as_mut().unwrap().mode = Some("GOVERNANCE".into());
    }

    fn governed() -> World {
        rule("GOVERNANCE", Some(365), None)
    }

    fn admin() -> PrincipalSetup {
        role("Admin").managed("AdministratorAccess")
    }

    fn no_bypass() -> Value {
        json!({ "Version": "2012-10-17", "Statement": [
            { "Effect": "Deny", "Action": "s3:BypassGovernanceRetention", "Resource": "*" }] })
    }

    #[test]
    fn a_rule_must_be_long_and_in_a_mode_that_holds() {
        let _ = expect(&CHECK)
            .passes(lock(|_| {}))
            .passes(rule("COMPLIANCE", None, Some(1))) // edge 87
            .fails("shorter", rule("COMPLIANCE", Some(90), None)) // edge 88
            .fails("other_mode", rule("GOVERNANCE", Some(365), None)) // edge 86
            .fails("no_default_retention", lock(|lock| lock.default_retention = None)) // edge 85
            .does_not_apply("lock_off", lock(|lock| *lock = ObjectLock::default()))
            .is_unknown(Cause::AccessDenied, lock(|_| {}).deny(Fact::BucketObjectLock))
            .policy(|policy| policy.lock_min_days = Some(90))
            .passes(rule("COMPLIANCE", Some(90), None))
            .policy(|policy| policy.lock_mode = LockMode::Governance)
            .passes(lock(|_| {}))
            .fails("shorter", rule("GOVERNANCE", Some(90), None))
            .passes(governed())
            .fails("unapproved_principals", governed().principal(ARCHIVE, admin()))
            .is_unknown(
                Cause::AccessDenied,
                governed().principal(ARCHIVE, admin()).deny(Fact::AuthorizationDetails),
            )
            .passes(governed().principal(ARCHIVE, admin()).scp(ARCHIVE, no_bypass()))
            .passes(governed().principal(ARCHIVE, admin()).with_bucket(
                bucket("logs").owner(ARCHIVE).but(|b| govern(&mut b.lock)).with_statement(
                    json!({ "Effect": "Deny", "Principal": "*", "Action": "s3:Bypass*",
                            "Resource": "arn:aws:s3:::logs/*" }),
                ),
            ))
            .policy(|policy| {
                policy.lock_mode = LockMode::Governance;
                policy.approved_principals = vec!["arn:aws:iam::*:role/Admin".into()];
            })
            .passes(governed().principal(ARCHIVE, admin()));
    }
}
