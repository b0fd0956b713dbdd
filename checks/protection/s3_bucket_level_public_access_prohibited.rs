//! A bucket that is not public today is one edit away from it, unless all four switches forbid that edit.

use trailproof_core::prelude::*;
use trailproof_core::safeguard::SWITCHES;

/// The check.
pub const CHECK: Check = Check {
    id: "s3-bucket-level-public-access-prohibited",
    title: "Every kind of public access to the log bucket is blocked",
    group: Group::Protection,
    severity: Severity::High,
    weight: Severity::High.weight(),
    rationale: "Without the block one mistaken policy or ACL opens the logs to the world, and nobody is asked \
                twice.",
    remediation: Remediation {
        summary: "Switch on all four settings of Block Public Access, on the bucket or on its account.",
        command: "aws s3api put-public-access-block --bucket {bucket} --public-access-block-configuration \
                  BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true",
        link: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html",
    },
    japanese: Japanese {
        title: "ログバケットへのあらゆるパブリックアクセスがブロックされている",
        rationale: "ブロックがなければ、ポリシーまたは ACL の 1 つの誤りでログが全世界に公開され、再確認の機会もない。",
        remediation: "バケットまたはそのアカウントで、パブリックアクセスブロックの 4 設定をすべて有効にする。",
    },
    controls: &[
        Cis1_4.seen("2.1.5"),
        Cis3_0.seen("2.1.4"),
        Cis5_0.seen("2.1.4"),
        Cis6_0.prowler("3.1.4"),
        Cis7_0.prowler("3.1.4"),
        Fsbp.seen("S3.8"),
        Pci4_0_1.seen("1.4.4"),
        Nist800_53R5.seen("AC-3"),
        Nist800_53R5.seen("AC-21"),
        Nist800_53R5.seen("AC-4"),
        Nist800_53R5.seen("SC-7"),
        Soc2.prowler("CC6.1"),
        Iso27001_2022.prowler("A.8.1"),
        Hipaa164.prowler("164.308(a)(3)(i)"),
    ],
    reads: &[
        Fact::Trails,
        Fact::BucketList,
        Fact::BucketHead,
        Fact::BucketPublicAccessBlock,
        Fact::BucketLogging,
        Fact::AccountPublicAccessBlock,
    ],
    judge: Judge::EvidenceBucket(judge),
};

pub const AS_CODE: AsCode = crate::code::PUBLIC_ACCESS_BLOCK;

fn judge(bucket: &Bucket, _: &Audit<'_>) -> Observed<Verdict> {
    let expected = "all four settings on, at the bucket or at its account";
    let blocked = SWITCHES.map(|(name, switch)| (name, bucket.blocks(switch)));
    let verdict = if all(blocked.iter().map(|(_, on)| on.clone()))? {
        pass("all four settings of Block Public Access are in effect")
    } else {
        let off = blocked.iter().filter(|(_, on)| *on == Ok(false));
        let off = off.map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
        fail(format!("neither the bucket nor its account sets {off}"))
            .reason(Reason::NOT_BLOCKED)
            .observed(format!("off: {off}"))
    };
    Ok(verdict.expected(expected).cite(bucket.cite_blocks()))
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use trailproof_core::answer::PublicAccessBlock;
    use trailproof_core::evidence::Cause;
    use trailproof_core::fact::Fact;
    use trailproof_core::fixture::*;

    fn blocks(of_bucket: PublicAccessBlock, of_account: PublicAccessBlock) -> World {
        organization()
            .with(trail("audit"))
            .with_bucket(bucket("logs").owner(ARCHIVE).but(|b| b.block = of_bucket))
            .member(ARCHIVE, |m| m.block = of_account)
    }

    #[test]
    fn either_place_will_do_for_each_of_the_four() {
        let all = bucket("any").block;
        let none = PublicAccessBlock::default();
        let half = PublicAccessBlock { block_public_acls: None, ..all.clone() };
        let rest = PublicAccessBlock { block_public_acls: Some(true), ..none.clone() };
        let target = blocks(all.clone(), none.clone()).but(|world| {
            world.buckets[0].logging.target_bucket = Some("access".into());
            world.buckets.push(bucket("access").owner(ARCHIVE).but(|b| b.block = none.clone()));
        });
        let _ = expect(&CHECK)
            .passes(blocks(all.clone(), none.clone()))
            .passes(blocks(none.clone(), all.clone())) // edge 73
            .passes(blocks(half.clone(), rest))
            .fails("not_blocked", blocks(half, none.clone()))
            .fails("not_blocked", blocks(none.clone(), none.clone()))
            .is_unknown(
                Cause::AccessDenied,
                blocks(none.clone(), none.clone()).deny(Fact::BucketPublicAccessBlock),
            )
            .passes(blocks(all.clone(), none.clone()).deny(Fact::AccountPublicAccessBlock))
            .is_unknown(
                Cause::CrossAccountUnreadable,
                blocks(all, none).member(ARCHIVE, |m| m.in_scope = false),
            )
            .on(":access")
            .fails("not_blocked", target);
    }
}
