//! Who in the log bucket's account can destroy, replace or forge logs, by identity, bucket and organization policies.

use trailproof_core::prelude::*;
use trailproof_core::privilege::{Question, Serving, Target, on_log_bucket};
use trailproof_core::safeguard::{BYPASS, Lock};

use crate::least_privilege::LEAST_PRIVILEGE;

/// The check.
pub const CHECK: Check = Check {
    id: "iam-log-bucket-tampering-principals",
    title: "No unapproved principal of the log bucket's account can destroy, replace or forge logs",
    group: Group::Privilege,
    severity: Severity::High,
    weight: Severity::High.weight(),
    rationale: "Whoever deletes or overwrites logs, or lets them expire, ends the evidence without touching the trail.",
    remediation: Remediation {
        summary: "Deny the actions in the bucket's policy or by a control policy of the organization, lock the objects, or approve the \
                  principals in `approved_principals`.",
        command: "aws s3api put-bucket-policy --bucket {bucket} --policy file://deny-deletion.json",
        link: "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/best-practices-security.html",
    },
    japanese: Japanese {
        title: "承認されていないログバケットのアカウントのプリンシパルが、ログを破棄、置換、偽造できない",
        rationale: "ログを削除、上書き、または失効させる者は、証跡に触れることなく監査証拠を失わせる。",
        remediation: "バケットポリシーまたは組織のコントロールポリシーで当該アクションを拒否するか、オブジェクトをロ\
                      ックするか、プリンシパルを `approved_principals` で承認する。",
    },
    controls: LEAST_PRIVILEGE,
    reads: &[
        Fact::Trails,
        Fact::BucketList,
        Fact::BucketHead,
        Fact::BucketObjectLock,
        Fact::BucketPolicy,
        Fact::TrustedServices,
        Fact::AuthorizationDetails,
        Fact::OrganizationPolicies,
        Fact::OrganizationPolicy,
        Fact::PolicyTargets,
    ],
    judge: Judge::GuardedBucket(judge),
};

/// What a lock that nobody lifts takes away: versions stay, whoever asks.
const HELD: [&str; 2] = ["s3:DeleteObjectVersion", BYPASS];

fn judge(bucket: &Bucket, account: &AccountView<'_>, audit: &Audit<'_>) -> Observed<Verdict> {
    let roll = account.roll()?;
    let target = Target::bucket(bucket, on_log_bucket(), (roll, audit.organization));
    let target = match bucket.lock_kept(audit.policy) {
        Ok(Lock::Holds { .. }) => target.without(&HELD),
        Ok(_) => target,
        Err(gap) => target.moot(&HELD, &gap),
    };
    Question {
        roll,
        targets: &[target],
        approved: &audit.policy.approved_principals,
        strict: audit.policy.strict_conditions,
        by_escalation: true,
        serving: Some(Serving::Buckets),
        can: "destroy, replace or forge its logs",
    }
    // A trail that nobody saw may deliver under another prefix.
    .judge(|| audit.organization.all_trails_complete())
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::least_privilege::whoever_assigns_permission_sets_counts;
    use serde_json::{Value, json};
    use trailproof_core::answer::ObjectLock;
    use trailproof_core::evidence::Cause;
    use trailproof_core::fact::Fact;
    use trailproof_core::fixture::*;

    const FAILS: &str = "unapproved_principals";

    fn policy(effect: &str, action: &str, resource: &str) -> Value {
        json!({ "Version": "2012-10-17", "Statement": [
            { "Effect": effect, "Action": action, "Resource": resource }] })
    }

    fn own() -> World {
        organization().with(trail("audit"))
    }

    fn holding(action: &str, resource: &str) -> World {
        own().principal(ARCHIVE, role("ops").inline("own", policy("Allow", action, resource)))
    }

    fn stating(effect: &str, principal: Value, resource: &str) -> BucketSetup {
        bucket("logs").owner(ARCHIVE).with_statement(json!({ "Effect": effect,
            "Principal": principal, "Action": "s3:Delete*", "Resource": resource }))
    }

    #[test]
    fn whoever_can_destroy_logs_is_found_by_identity_and_by_bucket_policy() {
        let objects = "arn:aws:s3:::logs/*";
        let ops = json!({ "AWS": "arn:aws:iam::555566667777:role/ops" });
        let unlocked = |world: World| {
            world.with_bucket(bucket("logs").owner(ARCHIVE).but(|b| b.lock = ObjectLock::default()))
        };
        let deletes = || holding("s3:DeleteObject", "*");
        let _ = expect(&CHECK)
            .in_account(ARCHIVE)
            .passes(own())
            .passes(own().principal(MEMBER, role("Admin").managed("AdministratorAccess")))
            .fails(FAILS, own().principal(ARCHIVE, role("Admin").managed("AdministratorAccess")))
            .fails(FAILS, deletes())
            .fails(FAILS, holding("s3:PutBucketPolicy", "arn:aws:s3:::logs"))
            .passes(holding("s3:PutBucketPolicy", objects))
            .passes(holding("s3:DeleteObject", "arn:aws:s3:::logs/tmp/*"))
            // One account's logs, or one day's, are logs.
            .fails(FAILS, holding("s3:DeleteObject", "arn:aws:s3:::logs/AWSLogs/999988887777/*"))
            .fails(FAILS, holding("s3:PutObject", "arn:aws:s3:::*/AWSLogs/*/2019/*"))
            .passes(deletes().with_bucket(stating("Deny", json!("*"), objects)))
            .fails(FAILS, deletes().with_bucket(stating("Deny", json!("*"),
                "arn:aws:s3:::logs/AWSLogs/111122223333/*")))
            .fails(FAILS, own().principal(ARCHIVE, role("ops"))
                .with_bucket(stating("Allow", ops, objects)))
            .passes(deletes().rcp(ARCHIVE, json!({ "Version": "2012-10-17", "Statement": [
                { "Effect": "Deny", "Principal": "*", "Action": "s3:DeleteObject", "Resource": "*" }] })))
            .passes(holding("s3:DeleteObjectVersion", "*"))
            .fails(FAILS, unlocked(holding("s3:DeleteObjectVersion", "*")))
            .is_unknown(Cause::AccessDenied,
                holding("s3:DeleteObjectVersion", "*").deny(Fact::BucketObjectLock))
            .is_unknown(Cause::AccessDenied, deletes().deny(Fact::BucketPolicy))
            .is_unknown(Cause::AccessDenied, deletes().deny(Fact::AuthorizationDetails))
            .is_unknown(Cause::AccessDenied, deletes().deny(Fact::OrganizationPolicies))
            .is_unknown(Cause::AccessDenied, deletes().deny(Fact::OrganizationPolicy))
            .is_unknown(Cause::AccessDenied, deletes().deny(Fact::PolicyTargets))
            .in_account(MEMBER)
            .does_not_apply("bucket_missing", own().but(|world| world.buckets.clear()))
            .in_account(ARCHIVE)
            .policy(|policy| policy.approved_principals = vec!["arn:aws:iam::*:role/ops".into()])
            .passes(deletes())
            .fails(FAILS, own().principal(ARCHIVE, user("ops").managed("AmazonS3FullAccess")));
    }

    #[test]
    fn whoever_comes_from_another_account_is_found_with_the_way() {
        const BY_ESCALATION: &str = "escalation";
        let trusting = |whom: &str| {
            role("cleaner").inline("own", policy("Allow", "s3:DeleteObject", "*")).trust(json!({
                "Version": "2012-10-17", "Statement": [{ "Effect": "Allow",
                    "Principal": { "AWS": whom }, "Action": "sts:AssumeRole" }] }))
        };
        let member = format!("arn:aws:iam::{MEMBER}:root");
        let entering = |world: World| {
            world.principal(ARCHIVE, trusting(&member)).principal(
                MEMBER,
                user("ann").inline("own", policy("Allow", "sts:AssumeRole", "*")),
            )
        };
        let deny = policy("Deny", "sts:AssumeRole", "*");
        let _ = expect(&CHECK)
            .in_account(ARCHIVE)
            // The role itself is on its own account's roll.
            .fails(FAILS, entering(own()))
            .policy(|policy| {
                policy.approved_principals = vec!["arn:aws:iam::*:role/cleaner".into()]
            })
            .fails(BY_ESCALATION, entering(own()))
            .passes(own().principal(ARCHIVE, trusting(&member)))
            .passes(entering(own()).scp(MEMBER, deny))
            // What was not read of the account that is let in leaves it open.
            .is_unknown(
                Cause::AccessDenied,
                own().principal(ARCHIVE, trusting(&member)).deny_in(
                    Some(MEMBER),
                    Fact::AuthorizationDetails,
                    None,
                    Cause::AccessDenied,
                ),
            )
            .is_unknown(Cause::AccessDenied, entering(own()).deny(Fact::OrganizationPolicies))
            .policy(|policy| {
                policy.approved_principals = ["role/cleaner", "user/ann"]
                    .map(|name| format!("arn:aws:iam::*:{name}"))
                    .to_vec();
            })
            .passes(entering(own()));
    }

    #[test]
    fn whoever_assigns_permission_sets_has_all_of_them() {
        let world = own();
        whoever_assigns_permission_sets_counts(&CHECK, &world, ARCHIVE);
    }
}
