//! A trail goes on saying that it logs while its bucket refuses every file.

use trailproof_core::prelude::*;
use trailproof_core::resource_policy::{Deliverer, Delivering, delivers};

/// The check.
pub const CHECK: Check = Check {
    id: "trail-bucket-policy-allows-delivery",
    title: "The log bucket's policy allows the trail's deliveries",
    group: Group::Protection,
    severity: Severity::High,
    weight: Severity::High.weight(),
    rationale: "Where the policy refuses CloudTrail the files are lost after thirty days, and the trail still says \
                that it is logging.",
    remediation: Remediation {
        summary: "Allow CloudTrail s3:GetBucketAcl on the bucket and s3:PutObject on the trail's prefix, and leave \
                  AWS services out of statements that deny by organization, network or encryption.",
        command: "aws s3api put-bucket-policy --bucket {bucket} --policy file://policy.json",
        link: "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html",
    },
    japanese: Japanese {
        title: "ログバケットのポリシーが証跡の配信を許可している",
        rationale: "ポリシーが CloudTrail を拒否すると、証跡がログ記録中と表示されたまま、ファイルは 30 日後に失われ\
                    る。",
        remediation: "CloudTrail に対し、バケットへの s3:GetBucketAcl と証跡のプレフィックスへの s3:PutObject を許可\
                      する。組織、ネットワーク、暗号化を条件とする拒否ステートメントの対象から AWS サービスを除く。",
    },
    controls: &[
        Cis7_0.related("2.21"),
        Pci4_0_1.stave("7.1"),
        Pci4_0_1.stave("10.5"),
        Nist800_53R5.stave("AC-3"),
        Nist800_53R5.stave("AU-9"),
        Nist800_53R5.stave("AU-10"),
        Soc2.stave("CC6.1"),
        Soc2.stave("CC6.6"),
        Iso27001_2022.stave("A.5.15"),
        Iso27001_2022.stave("A.8.15"),
    ],
    reads: &[
        Fact::Organization,
        Fact::Trails,
        Fact::BucketList,
        Fact::BucketHead,
        Fact::BucketPolicy,
    ],
    judge: Judge::Delivery(judge),
};

pub const AS_CODE: AsCode = crate::code::BUCKET_POLICY;

fn judge(delivery: &Delivery<'_>, audit: &Audit<'_>) -> Observed<Verdict> {
    let Delivery { bucket, trail } = delivery;
    let read = bucket.resource_policy()?;
    let Some(policy) = &read.policy else {
        return Ok(fail("the bucket has no policy that lets CloudTrail in")
            .reason(Reason::NO_POLICY)
            .cite([read.cite_all()]));
    };
    let deliverer = Deliverer::of(trail, bucket, audit.organization);
    // What belongs to the organization lies below its id; one account's below the account's.
    let below = if trail.is_organization_trail() {
        deliverer.organization.clone()?.map(str::to_owned)
    } else {
        Some(trail.owner.to_string())
    };
    let Some(below) = below else {
        return Ok(
            not_applicable("the account is in no organization").reason(Reason::NO_ORGANIZATION)
        );
    };
    let (arn, space) = (bucket.arn(), trail.key_space());
    let path = format!("{arn}/{space}{below}/");
    let expected =
        format!("s3:GetBucketAcl on {} and s3:PutObject on {space}{below}/*", bucket.name);
    let needs = [Delivering::AclCheck(&arn), Delivering::Write(&path)];
    let outcome = delivers(policy, &deliverer, &needs).map_err(|gap| read.locate(gap))?;
    Ok(match outcome {
        Ok(by) => pass(format!("allowed by {}", by.join(" and ")))
            .expected(expected)
            .cite(by.iter().map(|statement| read.cite(statement))),
        Err(fault) => {
            let proof = fault.statement.as_deref().map(|by| read.cite(by));
            fail(fault.message)
                .reason(fault.reason)
                .expected(expected)
                .cite([proof.unwrap_or_else(|| read.cite_all())])
        }
    })
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use serde_json::{Value, json};
    use trailproof_core::evidence::Cause;
    use trailproof_core::fact::Fact;
    use trailproof_core::fixture::*;

    fn with(statement: &str, change: impl Fn(&mut Value)) -> World {
        let logs = bucket("logs").owner(ARCHIVE).statement(statement, change);
        organization().with(trail("audit")).with(trail("org").for_organization()).with_bucket(logs)
    }

    fn writes_below(below: &str) -> World {
        with("Write", |write| write["Resource"] = json!(format!("arn:aws:s3:::logs/{below}")))
    }

    #[test]
    fn the_trail_may_look_and_write() {
        let unless = |key: &'static str, value: &'static str| {
            with("Tls", move |deny| {
                deny["Condition"] = json!({ "StringNotEquals": { key: value } })
            })
        };
        let _ = expect(&CHECK)
            .passes(with("Write", |_| {}))
            .on("trail/org")
            .passes(writes_below("AWSLogs/o-abc123/*"))
            .fails("path_not_allowed", writes_below("AWSLogs/111122223333/*"))
            .is_unknown(Cause::AccessDenied, with("Write", |_| {}).deny(Fact::Organization))
            .on("trail/audit")
            .passes(writes_below("AWSLogs/111122223333/*"))
            .passes(unless("aws:SourceOrgID", "o-abc123"))
            .fails("path_not_allowed", writes_below("AWSLogs/o-abc123/*"))
            .fails("path_not_allowed", writes_below("ct/AWSLogs/*"))
            .fails(
                "acl_check_not_allowed",
                with("AclCheck", |check| check["Action"] = json!("s3:GetBucketLocation")),
            )
            .fails("denied", unless("aws:PrincipalOrgID", "o-abc123"))
            .fails("denied", unless("aws:SourceVpce", "vpce-1"))
            .is_unknown(Cause::Undecidable, unless("aws:UserAgent", "me"))
            .is_unknown(Cause::AccessDenied, with("Write", |_| {}).deny(Fact::BucketPolicy))
            .fails(
                "no_policy",
                with("Write", |_| {}).with_bucket(
                    bucket("logs").owner(ARCHIVE).but(|b| b.policy_text.policy = None),
                ),
            )
            .does_not_apply(
                "bucket_missing",
                organization().with(trail("audit")).but(|world| world.buckets.clear()),
            );
    }
}
