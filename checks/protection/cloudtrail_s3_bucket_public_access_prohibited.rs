//! A public log bucket shows the world every call, every name and every address of the organization.

use trailproof_core::prelude::*;
use trailproof_core::safeguard::Exposure;

/// The check.
pub const CHECK: Check = Check {
    id: "cloudtrail-s3-bucket-public-access-prohibited",
    title: "The log bucket is not public",
    group: Group::Protection,
    severity: Severity::Critical,
    weight: Severity::Critical.weight(),
    rationale: "The logs name every principal, address and resource: a map for an intruder, and one more place \
                from which evidence leaks.",
    remediation: Remediation {
        summary: "Block public access on the bucket, and take public grants off its policy and ACL.",
        command: "aws s3api put-public-access-block --bucket {bucket} --public-access-block-configuration \
                  BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true",
        link: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html",
    },
    japanese: Japanese {
        title: "ログバケットが公開されていない",
        rationale: "ログにはすべてのプリンシパル、アドレス、リソースが記されている。侵入者にとっては地図であり、監査\
                    証拠が漏えいする経路の 1 つでもある。",
        remediation: "バケットのパブリックアクセスをブロックし、ポリシーと ACL から公開の許可を除く。",
    },
    controls: &[
        Cis1_4.seen("3.3"),
        Fsbp.seen("CloudTrail.6"),
        Pci4_0_1.recalled("1.4.4"),
        Pci4_0_1.related("10.3.1"),
        Nist800_53R5.related("AC-3"),
        Nist800_53R5.related("AC-21"),
        Nist800_53R5.related("SC-7"),
        Soc2.prowler("CC6.1"),
        Iso27001_2022.prowler("A.8.15"),
        Hipaa164.prowler("164.312(a)(1)"),
    ],
    reads: &[
        Fact::Trails,
        Fact::BucketList,
        Fact::BucketHead,
        Fact::BucketPolicyStatus,
        Fact::BucketAcl,
        Fact::BucketPublicAccessBlock,
        Fact::BucketOwnershipControls,
        Fact::AccountPublicAccessBlock,
    ],
    judge: Judge::Bucket(judge),
};

pub const AS_CODE: AsCode = crate::code::PUBLIC_ACCESS_BLOCK;

fn judge(bucket: &Bucket, _: &Audit<'_>) -> Observed<Verdict> {
    let verdict = match bucket.exposure()? {
        Exposure::None => pass("not public"),
        Exposure::Policy => fail("the bucket's policy is public")
            .reason(Reason::PUBLIC_POLICY)
            .observed("IsPublic=true"),
        Exposure::Acl(grants) => {
            let grants = grants.join(", ");
            fail(format!("the bucket's ACL grants {grants}"))
                .reason(Reason::PUBLIC_ACL)
                .observed(format!("ACL: {grants}"))
        }
    };
    Ok(verdict
        .expected("no public policy and no public grant in force")
        .cite(bucket.cite_exposure()))
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use trailproof_core::answer::{Grant, OwnershipControls, PolicyStatus, PublicAccessBlock};
    use trailproof_core::evidence::Cause;
    use trailproof_core::fact::Fact;
    use trailproof_core::fixture::*;
    use trailproof_core::safeguard::PUBLIC_GROUPS;

    /// A log bucket that nothing protects, in an account without a block.
    fn open(change: impl FnOnce(&mut BucketSetup)) -> World {
        organization()
            .with(trail("audit"))
            .with_bucket(
                bucket("logs")
                    .owner(ARCHIVE)
                    .but(|b| {
                        b.block = PublicAccessBlock::default();
                        b.ownership = OwnershipControls::default();
                    })
                    .but(change),
            )
            .member(ARCHIVE, |m| m.block = PublicAccessBlock::default())
    }

    fn public_policy(b: &mut BucketSetup) {
        b.policy = PolicyStatus { is_public: Some(true) };
    }

    fn public_acl(b: &mut BucketSetup) {
        b.acl.grants.push(Grant { grantee: PUBLIC_GROUPS[1].into(), permission: "READ".into() });
    }

    #[test]
    fn policy_and_acl_count_unless_something_in_force_undoes_them() {
        let account = |flag: fn(&mut PublicAccessBlock)| {
            move |world: World| world.member(ARCHIVE, |m| flag(&mut m.block))
        };
        let restrict = account(|block| block.restrict_public_buckets = Some(true));
        let ignore = account(|block| block.ignore_public_acls = Some(true));
        let _ = expect(&CHECK)
            .passes(open(|_| {}))
            .passes(open(|b| b.policy = PolicyStatus::default()))
            .passes(restrict(open(public_policy))) // edge 70
            .passes(ignore(open(public_acl)))
            .passes(open(|b| {
                // edge 72
                public_acl(b);
                b.ownership.object_ownership = Some("BucketOwnerEnforced".into());
            }))
            .passes(open(|b| {
                // edge 73, the other way round
                public_policy(b);
                b.block.restrict_public_buckets = Some(true);
            }))
            .fails("public_policy", open(public_policy))
            .fails("public_acl", open(public_acl)) // edge 71
            .fails("public_acl", restrict(open(public_acl)))
            .fails("public_policy", ignore(open(public_policy)))
            .is_unknown(Cause::AccessDenied, open(|_| {}).deny(Fact::BucketPolicyStatus))
            .is_unknown(Cause::AccessDenied, open(|_| {}).deny(Fact::BucketAcl))
            .is_unknown(Cause::CrossAccountUnreadable, open(|b| b.owner = None)) // edge 69
            .does_not_apply(
                "bucket_missing",
                organization().with(trail("audit")).but(|w| w.buckets.clear()),
            );
    }
}
