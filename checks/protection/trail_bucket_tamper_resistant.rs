//! Of all protections at least one must be out of a local administrator's reach.

use trailproof_core::prelude::*;
use trailproof_core::privilege::holds;
use trailproof_core::safeguard::{Copies, Lock, Uncopied};

/// The check.
pub const CHECK: Check = Check {
    id: "trail-bucket-tamper-resistant",
    title: "Logs are protected by something that the bucket's administrators cannot undo",
    group: Group::Protection,
    severity: Severity::High,
    weight: Severity::High.weight(),
    rationale: "Policies, lifecycle rules and versioning all yield to an administrator of the log account, who may \
                be the intruder: a lock that holds, the root user's device or a locked copy elsewhere does not.",
    remediation: Remediation {
        summary: "Give the bucket a default retention in COMPLIANCE mode, or MFA delete, or copies in another \
                  account's locked bucket.",
        command: "aws s3api put-object-lock-configuration --bucket {bucket} --object-lock-configuration \
                  'ObjectLockEnabled=Enabled,Rule={DefaultRetention={Mode=COMPLIANCE,Days=365}}'",
        link: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html",
    },
    japanese: Japanese {
        title: "ログが、バケットの管理者には解除できない仕組みで保護されている",
        rationale: "ポリシー、ライフサイクルルール、バージョニングは、ログアカウントの管理者、すなわち侵入者かもしれ\
                    ない者に従う。有効なロック、ルートユーザーのデバイス、別の場所のロックされた写しは従わない。",
        remediation: "バケットに COMPLIANCE モードの既定の保持期間、MFA 削除、または別のアカウントのロックされたバケ\
                      ットへの複製を設定する。",
    },
    controls: &[
        Pci4_0_1.related("10.3.2"),
        Pci4_0_1.related("10.3.4"),
        Nist800_53R5.related("AU-9"),
        Nist800_53R5.related("AU-9(2)"),
        Soc2.related("CC7.1"),
        Iso27001_2022.related("A.5.33"),
        Iso27001_2022.related("A.8.15"),
        Hipaa164.related("164.312(c)(1)"),
    ],
    reads: &[
        Fact::Trails,
        Fact::BucketList,
        Fact::BucketHead,
        Fact::BucketVersioning,
        Fact::BucketObjectLock,
        Fact::BucketReplication,
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
    // Who could lift the locks of a copy, only its own account tells.
    let elsewhere =
        |bucket: &Bucket| bucket.lock(audit.policy).map(|lock| matches!(lock, Lock::Holds { .. }));
    let mechanisms = [
        ("a lock that nobody lifts", holds(bucket, account, audit.policy)),
        ("MFA delete", bucket.asks_for_mfa()),
        ("locked copies in another account", copied(bucket, audit, &elsewhere)),
    ];
    let expected = "a lock long enough, or MFA delete, or locked copies in another account";
    let evidence = || bucket.cite_retention(None);
    let found =
        find(mechanisms.into_iter().map(|(name, on)| on.map(|on| (name, on))), |one| Ok(one.1))?;
    Ok(match found {
        Some((name, _)) => pass(format!("protected by {name}")),
        None => fail("an administrator of its account can delete every log")
            .reason(Reason::NO_MECHANISM)
            .observed("no lock that holds, no MFA delete, no locked copies"),
    }
    .expected(expected)
    .cite(evidence()))
}

/// Whether every log has a copy that is another account's and locked there.
fn copied(
    bucket: &Bucket,
    audit: &Audit<'_>,
    holds: &dyn Fn(&Bucket) -> Observed<bool>,
) -> Observed<bool> {
    let demand = |copies: &Copies<'_>| {
        if !copies.crosses_accounts {
            return Ok(Err(Uncopied::SameAccount(copies.destination.name.clone())));
        }
        let locked = holds(copies.destination)?;
        Ok(if locked { Ok(()) } else { Err(Uncopied::Unlocked(copies.destination.name.clone())) })
    };
    let copied = bucket.copies(audit.organization, &demand)?.is_ok();
    if copied && !bucket.copies_everything() {
        // A trail that nobody saw may deliver under a prefix that no rule copies.
        audit.organization.all_trails_complete()?;
    }
    Ok(copied)
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use trailproof_core::answer::{ObjectLock, ReplicationRule};
    use trailproof_core::evidence::Cause;
    use trailproof_core::fact::Fact;
    use trailproof_core::fixture::*;
    use trailproof_core::policy::LockMode;

    fn bare(change: impl FnOnce(&mut BucketSetup)) -> World {
        organization().with(trail("audit")).with_bucket(
            bucket("logs").owner(ARCHIVE).but(|b| b.lock = ObjectLock::default()).but(change),
        )
    }

    fn copied(owner: Option<&str>, change: impl FnOnce(&mut BucketSetup)) -> World {
        let rule = ReplicationRule {
            status: "Enabled".into(),
            destination_bucket: "arn:aws:s3:::copies".into(),
            sse_kms_encrypted_objects: Some("Enabled".into()),
            replica_kms_key_id: Some(KEY.into()),
            ..ReplicationRule::default()
        };
        bare(|b| b.replication.rules = vec![rule])
            .with_bucket(bucket("copies").but(|b| b.owner = owner.map(id)).but(change))
    }

    #[test]
    fn one_mechanism_is_enough() {
        let governance = |b: &mut BucketSetup| {
            b.lock = bucket("any").lock;
            b.lock.default_retention.as_mut().unwrap().mode = Some("GOVERNANCE".into());
        };
        let mfa = |b: &mut BucketSetup| b.versioning.mfa_delete = Some("Enabled".into());
        let admin = || role("Admin").managed("AdministratorAccess");
        let bypassing = || bare(governance).principal(ARCHIVE, admin());
        let locked = || organization().with(trail("audit"));
        let _ = expect(&CHECK)
            .passes(locked()) // edge 87
            .passes(bare(mfa))
            .passes(copied(Some(MANAGEMENT), |_| {}))
            .fails("no_mechanism", bare(|_| {}))
            .fails("no_mechanism", bare(governance)) // edge 86
            .fails("no_mechanism", copied(Some(ARCHIVE), |_| {}))
            .fails("no_mechanism", copied(Some(MANAGEMENT), |b| b.lock = ObjectLock::default()))
            // Whether a stranger locks the copies is not known.
            .is_unknown(Cause::CrossAccountUnreadable, copied(None, |_| {}))
            .passes(locked().deny(Fact::BucketReplication).deny(Fact::BucketVersioning))
            .is_unknown(Cause::AccessDenied, bare(|_| {}).deny(Fact::BucketReplication))
            .is_unknown(Cause::AccessDenied, bare(|_| {}).deny(Fact::BucketVersioning))
            .policy(|policy| policy.lock_mode = LockMode::Governance)
            .passes(bare(governance))
            .fails("no_mechanism", bypassing())
            .is_unknown(Cause::AccessDenied, bypassing().deny(Fact::AuthorizationDetails))
            .is_unknown(Cause::AccessDenied, bypassing().deny(Fact::BucketPolicy))
            .is_unknown(Cause::AccessDenied, bypassing().deny(Fact::OrganizationPolicies))
            .is_unknown(Cause::AccessDenied, bypassing().deny(Fact::OrganizationPolicy))
            .is_unknown(Cause::AccessDenied, bypassing().deny(Fact::PolicyTargets))
            .passes(bare(|b| {
                governance(b);
                mfa(b);
            }));
    }
}
