//! Logs that flow to a stranger show him everything, and he decides what is left of them.

use trailproof_core::prelude::*;
use trailproof_core::safeguard::Belonging;

/// The check.
pub const CHECK: Check = Check {
    id: "trail-bucket-owned-by-organization",
    title: "The log bucket belongs to the organization or to a trusted account",
    group: Group::Protection,
    severity: Severity::Critical,
    weight: Severity::Critical.weight(),
    rationale: "Whoever owns the bucket reads every call of the organization and may delete the record of it; \
                pointing a trail at one's own bucket is a way to steal logs while each page shows a healthy trail.",
    remediation: Remediation {
        summary: "Let the trail deliver to a bucket of the organization's log account, or name the owner in \
                  trusted_log_accounts if this is meant.",
        command: "aws cloudtrail update-trail --name {trail} --s3-bucket-name BUCKET",
        link: "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-receive-logs-from-multiple-accounts.html",
    },
    japanese: Japanese {
        title: "ログバケットが組織または信頼されたアカウントに属している",
        rationale: "バケットの所有者は、組織のすべての呼び出しを読み、その記録を削除できる。証跡の配信先を自らのバケ\
                    ットに変更することは、すべての画面で証跡が正常と表示されたままログを盗む手口である。",
        remediation: "証跡の配信先を組織のログアカウントのバケットとする。意図した設定であれば、所有者を trusted_log_accounts に\
                      記載する。",
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
    reads: &[Fact::Trails, Fact::BucketList, Fact::BucketHead, Fact::BucketOwner],
    judge: Judge::Bucket(judge),
};

fn judge(bucket: &Bucket, audit: &Audit<'_>) -> Observed<Verdict> {
    let seen = || bucket.exists().ok().map(|found| found.evidence);
    let verdict = match bucket.belonging(audit.organization, &audit.policy.trusted_log_accounts)? {
        Belonging::Organization(owner) => pass(format!("owned by {owner}")).cite(seen()),
        Belonging::Trusted(owner) => {
            pass(format!("owned by {owner}, which the policy trusts")).cite(seen())
        }
        Belonging::Stranger(evidence) => {
            fail("no account of the organization and no trusted account owns it")
                .reason(Reason::FOREIGN)
                .cite(evidence)
        }
    };
    Ok(verdict.expected("an owner in the organization or in trusted_log_accounts"))
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use trailproof_core::evidence::Cause;
    use trailproof_core::fact::Fact;
    use trailproof_core::fixture::*;

    /// A bucket that no account of the organization lists.
    fn foreign(head: u16) -> World {
        organization().with(trail("audit")).with_bucket(bucket("logs").but(|b| {
            b.owner = None;
            b.head = head;
        }))
    }

    const VENDOR: &str = "444444444444";

    fn vendors() -> World {
        foreign(200).but(|world| {
            world.expected_owners = vec![id(VENDOR)];
            let logs = world.buckets.iter_mut().find(|bucket| bucket.name == "logs").unwrap();
            logs.owner = Some(id(VENDOR));
        })
    }

    #[test]
    fn a_stranger_is_whoever_is_left_when_all_others_are_ruled_out() {
        let ask = |world: World| world.but(|world| world.expected_owners = vec![id(VENDOR)]);
        let unlisted =
            |world: World| world.deny_in(Some(MEMBER), Fact::BucketList, None, Cause::AccessDenied);
        let _ = expect(&CHECK)
            .passes(organization().with(trail("audit")))
            .passes(account().with(trail("audit")))
            .fails("foreign", foreign(403)) // edge 67
            .fails("foreign", foreign(200))
            .fails(
                "foreign",
                account().with(trail("audit")).with_bucket(foreign(403).buckets.remove(0)),
            )
            .is_unknown(Cause::AccessDenied, unlisted(foreign(403))) // edge 68
            // S3 lets anybody look, and denies that it is the account's that would not list its buckets.
            .fails("foreign", unlisted(foreign(200)))
            .is_unknown(Cause::AccessDenied, foreign(403).deny(Fact::BucketHead))
            .is_unknown(Cause::Undecidable, foreign(400))
            .does_not_apply("bucket_missing", foreign(403).but(|world| world.buckets.clear()))
            .policy(|policy| policy.trusted_log_accounts = [id(VENDOR)].into())
            .passes(vendors())
            .fails("foreign", ask(foreign(200))) // edge 67b
            .is_unknown(Cause::CrossAccountUnreadable, foreign(200))
            .is_unknown(Cause::CrossAccountUnreadable, ask(foreign(403)));
    }
}
