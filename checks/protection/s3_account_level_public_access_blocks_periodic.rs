//! The account's own block is the second line behind each of its buckets'.

use trailproof_core::prelude::*;
use trailproof_core::safeguard::SWITCHES;

/// The check.
pub const CHECK: Check = Check {
    id: "s3-account-level-public-access-blocks-periodic",
    title: "The account of the log bucket blocks public access to all of its buckets",
    group: Group::Protection,
    severity: Severity::Low,
    weight: Severity::Low.weight(),
    rationale: "A bucket made or opened by mistake beside the log bucket, such as a copy of the logs, is public \
                unless the account forbids it for all.",
    remediation: Remediation {
        summary: "Switch on all four settings of Block Public Access for the account; where an S3 policy of the \
                  organization governs them, change that policy.",
        command: "aws s3control put-public-access-block --account-id ACCOUNT --public-access-block-configuration \
                  BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true",
        link: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/configuring-block-public-access-account.html",
    },
    japanese: Japanese {
        title: "ログバケットのアカウントが、すべてのバケットへのパブリックアクセスをブロックしている",
        rationale: "ログの写しなど、ログバケットの傍らで誤って作成または公開されたバケットは、アカウント全体で禁止し\
                    ない限り公開される。",
        remediation: "アカウントのパブリックアクセスブロックの 4 設定をすべて有効にする。組織の S3 ポリシーで管理して\
                      いる場合は、そのポリシーを変更する。",
    },
    controls: &[
        Cis1_4.seen("2.1.5"),
        Cis3_0.seen("2.1.4"),
        Cis5_0.seen("2.1.4"),
        Cis6_0.prowler("3.1.4"),
        Cis7_0.prowler("3.1.4"),
        Fsbp.seen("S3.1"),
        Pci4_0_1.seen("1.4.4"),
        Nist800_53R5.seen("AC-3"),
        Nist800_53R5.seen("AC-21"),
        Nist800_53R5.seen("SC-7"),
        Soc2.prowler("CC6.1"),
        Iso27001_2022.prowler("A.8.1"),
        Hipaa164.prowler("164.308(a)(1)(ii)(B)"),
    ],
    reads: &[Fact::Trails, Fact::BucketList, Fact::BucketHead, Fact::AccountPublicAccessBlock],
    judge: Judge::BucketOwner(judge),
};

pub const AS_CODE: AsCode = AsCode::terraform(
    r#"resource "aws_s3_account_public_access_block" "this" {
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}"#,
);

fn judge(bucket: &Bucket, _: &Audit<'_>) -> Observed<Verdict> {
    let (block, source) = bucket.account_block()?;
    let off: Vec<&str> = SWITCHES
        .iter()
        .filter(|(_, switch)| switch(block) != Some(true))
        .map(|(name, _)| *name)
        .collect();
    let verdict = if off.is_empty() {
        pass("the account blocks all public access")
    } else {
        let off = off.join(", ");
        fail(format!("the account does not set {off}"))
            .reason(Reason::NOT_BLOCKED)
            .observed(format!("off: {off}"))
    };
    let value = serde_json::to_value(block).unwrap_or_default();
    Ok(verdict
        .expected("all four settings on")
        .cite([source.cite("PublicAccessBlockConfiguration", value)]))
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use trailproof_core::answer::PublicAccessBlock;
    use trailproof_core::evidence::Cause;
    use trailproof_core::fact::Fact;
    use trailproof_core::fixture::*;

    #[test]
    fn all_four_must_be_on_in_the_account_that_owns_log_buckets() {
        let block = |change: fn(&mut PublicAccessBlock)| {
            organization().with(trail("audit")).member(ARCHIVE, |m| change(&mut m.block))
        };
        let _ = expect(&CHECK)
            .passes(block(|_| {}))
            .passes(block(|_| {}).member(MEMBER, |m| m.block = PublicAccessBlock::default()))
            .fails("not_blocked", block(|block| *block = PublicAccessBlock::default()))
            .fails("not_blocked", block(|block| block.ignore_public_acls = Some(false)))
            .is_unknown(Cause::AccessDenied, block(|_| {}).deny(Fact::AccountPublicAccessBlock))
            .is_unknown(
                Cause::CrossAccountUnreadable,
                block(|_| {}).with_bucket(bucket("logs").but(|b| b.owner = None)),
            );
    }
}
