//! The record of who read the logs deserves the protection of the logs.

use trailproof_core::answer::BucketLogging;
use trailproof_core::prelude::*;
use trailproof_core::retention::Keys;
use trailproof_core::safeguard::{Belonging, Exposure};

/// The check.
pub const CHECK: Check = Check {
    id: "trail-access-log-target-protected",
    title: "The log bucket's access logs are private, the organization's own, and kept",
    group: Group::Protection,
    severity: Severity::Low,
    weight: Severity::Low.weight(),
    rationale: "Access logs name who reads the trail and when: in the open they tell an intruder what is watched, \
                and gone too soon they no longer tell who removed evidence.",
    remediation: Remediation {
        summary: "Block public access to the target bucket and keep what is in it as long as the logs themselves.",
        command: "aws s3api put-public-access-block --bucket TARGET --public-access-block-configuration \
                  BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true",
        link: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/ServerLogs.html",
    },
    japanese: Japanese {
        title: "ログバケットのアクセスログが、非公開で、組織に属し、保持されている",
        rationale: "アクセスログは、誰がいつ証跡を読んだかを示す。公開されれば監視の範囲を侵入者に教え、早期に失われ\
                    れば監査証拠を消した者を示せない。",
        remediation: "送信先バケットのパブリックアクセスをブロックし、その内容をログと同じ期間保持する。",
    },
    controls: &[],
    reads: &[
        Fact::Trails,
        Fact::BucketList,
        Fact::BucketHead,
        Fact::BucketOwner,
        Fact::BucketVersioning,
        Fact::BucketObjectLock,
        Fact::BucketLifecycle,
        Fact::BucketPolicyStatus,
        Fact::BucketAcl,
        Fact::BucketPublicAccessBlock,
        Fact::BucketOwnershipControls,
        Fact::BucketLogging,
        Fact::AccountPublicAccessBlock,
    ],
    judge: Judge::Bucket(judge),
};

fn judge(bucket: &Bucket, audit: &Audit<'_>) -> Observed<Verdict> {
    let (logging, source) = bucket.read::<BucketLogging>(Fact::BucketLogging)?;
    let named = logging.target_bucket.as_deref().filter(|name| !name.is_empty());
    let evidence = source.cite("LoggingEnabled.TargetBucket", named);
    let target = match named {
        None => {
            return Ok(not_applicable("access logging is off")
                .reason(Reason::LOGGING_OFF)
                .cite([evidence]));
        }
        Some(name) if name == bucket.name => {
            let verdict = not_applicable("the bucket logs access to itself");
            return Ok(verdict.reason(Reason::SELF_TARGET).cite([evidence]));
        }
        Some(name) => audit.organization.bucket(name).ok_or_else(|| {
            Gap::new(
                Fact::BucketLogging,
                Cause::Undecidable,
                format!("{name} is not a bucket's name"),
            )
        })?,
    };
    if target.is_missing() {
        let verdict = not_applicable(format!("the target {} does not exist", target.name));
        return Ok(verdict.reason(Reason::TARGET_MISSING).cite([evidence]));
    }
    let days = audit.policy.retention_days;
    let belonging = target.belonging(audit.organization, &audit.policy.trusted_log_accounts);
    let exposure = target.exposure();
    let prefix = logging.target_prefix.as_deref().unwrap_or_default();
    let kept = target.retention(Keys::Prefix(prefix));
    let long = kept.reaches(days);
    let name = &target.name;
    let found = match (&belonging, &exposure, &long) {
        (_, Ok(Exposure::Policy), _) => {
            Some((Reason::PUBLIC_POLICY, format!("the policy of {name} is public")))
        }
        (_, Ok(Exposure::Acl(grants)), _) => {
            Some((Reason::PUBLIC_ACL, format!("the ACL of {name} grants {}", grants.join(", "))))
        }
        (Ok(Belonging::Stranger(_)), ..) => {
            Some((Reason::FOREIGN, format!("{name} is a stranger's")))
        }
        (.., Ok(false)) => Some((
            Reason::SHORTER,
            format!("{name} keeps access logs for {}, the policy asks for {days}", kept.most),
        )),
        _ => None,
    };
    let verdict = match found {
        Some((code, sentence)) => fail(sentence).reason(code),
        None => {
            all([exposure.map(|_| true), belonging.map(|_| true), long])?;
            pass(format!("{name} is private and keeps access logs for {}", kept.least))
        }
    };
    Ok(verdict
        .expected(format!("a target that is not public, of the organization, kept for {days} days"))
        .cite([evidence])
        .cite(target.cite_exposure())
        .cite(target.cite_retention(kept.bound.as_ref())))
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use trailproof_core::answer::{Grant, ObjectLock, OwnershipControls, PublicAccessBlock};
    use trailproof_core::evidence::Cause;
    use trailproof_core::fact::Fact;
    use trailproof_core::fixture::*;
    use trailproof_core::safeguard::PUBLIC_GROUPS;

    fn named(name: Option<&str>) -> World {
        organization().with(trail("audit")).with_bucket(bucket("logs").owner(ARCHIVE).but(|b| {
            b.logging.target_bucket = name.map(str::to_owned);
            b.logging.target_prefix = Some("logs/".into());
        }))
    }

    fn target(change: impl FnOnce(&mut BucketSetup)) -> World {
        named(Some("access")).with_bucket(bucket("access").owner(ARCHIVE).but(change))
    }

    /// Without a lock, without blocks.
    fn bare(change: impl FnOnce(&mut BucketSetup)) -> World {
        target(|b| {
            b.lock = ObjectLock::default();
            b.block = PublicAccessBlock::default();
            b.ownership = OwnershipControls::default();
            change(b);
        })
        .member(ARCHIVE, |m| m.block = PublicAccessBlock::default())
    }

    fn expiring(days: i32, prefix: Option<&str>) -> World {
        bare(|b| {
            b.versioning.status = None;
            b.lifecycle.rules[0].expiration_days = Some(days);
            b.lifecycle.rules[0].prefix = prefix.map(str::to_owned);
        })
    }

    #[test]
    fn the_target_is_as_private_and_lasting_as_the_logs() {
        let everybody = |b: &mut BucketSetup| {
            b.acl
                .grants
                .push(Grant { grantee: PUBLIC_GROUPS[0].into(), permission: "READ".into() });
        };
        let expired_but_locked = || {
            target(|b| {
                b.lifecycle.rules[0].expiration_days = Some(30);
                b.lifecycle.rules[0].noncurrent_days = Some(1);
            })
        };
        let open = |flag: fn(&mut PublicAccessBlock)| {
            bare(|b| {
                everybody(b);
                flag(&mut b.block);
            })
        };
        let foreign = |head: u16| {
            named(Some("access")).with_bucket(bucket("access").but(|b| {
                b.owner = None;
                b.head = head;
            }))
        };
        let unlisted =
            |world: World| world.deny_in(Some(MEMBER), Fact::BucketList, None, Cause::AccessDenied);
        let _ = expect(&CHECK)
            .passes(target(|_| {}))
            .passes(bare(|_| {}))
            .passes(expired_but_locked())
            .passes(expiring(30, Some("other/")))
            .fails("shorter", expiring(30, None))
            .fails("shorter", expiring(30, Some("logs/2026")))
            .fails("public_policy", bare(|b| b.policy.is_public = Some(true)))
            .fails("public_acl", bare(everybody))
            .passes(open(|block| block.ignore_public_acls = Some(true)))
            .passes(open(|_| {}).member(ARCHIVE, |m| m.block.ignore_public_acls = Some(true)))
            .passes(bare(|b| {
                everybody(b);
                b.ownership.object_ownership = Some("BucketOwnerEnforced".into());
            }))
            .fails("foreign", foreign(403))
            .fails("foreign", unlisted(foreign(200)))
            .does_not_apply("logging_off", named(None))
            .does_not_apply("self_target", named(Some("logs")))
            .does_not_apply("target_missing", named(Some("gone")))
            .is_unknown(Cause::AccessDenied, bare(|_| {}).deny(Fact::BucketLifecycle));
    }
}
