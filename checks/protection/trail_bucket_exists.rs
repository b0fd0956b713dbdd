//! A trail keeps "logging" into a bucket that is gone, until somebody else registers the name and receives the logs.

use trailproof_core::prelude::*;

/// The check.
pub const CHECK: Check = Check {
    id: "trail-bucket-exists",
    title: "Every bucket that a trail delivers to exists",
    group: Group::Protection,
    severity: Severity::Critical,
    weight: Severity::Critical.weight(),
    rationale: "Logs for a missing bucket are lost while the trail still looks healthy, and whoever registers the \
                name receives every later one.",
    remediation: Remediation {
        summary: "Recreate the bucket under the same name in the right account at once, or point the trail to another.",
        command: "aws cloudtrail update-trail --name {trail} --s3-bucket-name NEW-BUCKET",
        link: "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html",
    },
    japanese: Japanese {
        title: "証跡の配信先であるすべてのバケットが存在する",
        rationale: "バケットがなければ、証跡が正常に見えるままログは失われる。そのバケット名を登録した者は、以後のロ\
                    グをすべて受け取る。",
        remediation: "正しいアカウントに同名のバケットを直ちに再作成するか、証跡の配信先を変更する。",
    },
    controls: &[
        Cis1_4.stave("3.1"),
        Cis3_0.stave("3.1"),
        Cis5_0.stave("3.1"),
        Pci4_0_1.related("10.3.3"),
        Pci4_0_1.related("10.7.2"),
        Nist800_53R5.related("AU-4"),
        Nist800_53R5.related("AU-5"),
        Nist800_53R5.related("AU-9(2)"),
        Soc2.stave("CC7.2"),
        Iso27001_2022.stave("A.8.15"),
        Hipaa164.stave("164.312(b)"),
    ],
    reads: &[Fact::Trails, Fact::BucketList, Fact::BucketHead],
    judge: Judge::BucketName(judge),
};

fn judge(bucket: &Bucket, _: &Audit<'_>) -> Observed<Verdict> {
    let found = bucket.exists()?;
    let verdict = if found.exists {
        match bucket.owner {
            Some(owner) => pass(format!("owned by {owner}")).observed(format!("listed by {owner}")),
            None => pass("it answers to the trail's owner").observed("HeadBucket: 200"),
        }
    } else {
        fail("there is no such bucket; anyone may register its name")
            .reason(Reason::MISSING)
            .observed("HeadBucket: 404")
    };
    Ok(verdict.expected("the bucket exists").cite([found.evidence]))
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use trailproof_core::evidence::Cause;
    use trailproof_core::fact::Fact;
    use trailproof_core::fixture::*;

    #[test]
    fn a_listed_bucket_exists_and_a_head_tells_only_200_and_404() {
        let org = || organization().with(trail("audit"));
        let foreign = |status| {
            org().with_bucket(bucket("logs").but(|b| {
                b.owner = None;
                b.head = status;
            }))
        };
        let gone = || org().but(|w| w.buckets.clear());
        let _ = expect(&CHECK)
            .passes(org())
            .passes(foreign(200))
            .fails("missing", gone()) // edge 65
            .fails("missing", gone().deny(Fact::BucketList))
            .fails(
                "missing",
                organization().with(trail("audit").stopped()).but(|w| w.buckets.clear()),
            )
            .is_unknown(Cause::AccessDenied, foreign(403)) // edge 66
            .is_unknown(Cause::Undecidable, foreign(400))
            .is_unknown(Cause::AccessDenied, gone().deny(Fact::BucketHead))
            .is_unknown(Cause::AccessDenied, org().deny(Fact::BucketList));
    }
}
