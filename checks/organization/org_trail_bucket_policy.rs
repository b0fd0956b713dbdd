//! The management account's own files may arrive while every member's are refused.

use trailproof_core::prelude::*;
use trailproof_core::resource_policy::{Deliverer, Delivering, delivers};

/// The check.
pub const CHECK: Check = Check {
    id: "org-trail-bucket-policy",
    title: "The organization trail's bucket takes the files of every member",
    group: Group::Organization,
    severity: Severity::High,
    weight: Severity::High.weight(),
    rationale: "A bucket policy written for one account refuses the members' files: the trail looks healthy from the \
                management account, and the organization has no record.",
    remediation: Remediation {
        summary: "Allow CloudTrail s3:PutObject below AWSLogs/ for the organization's id and for the management \
                  account, and s3:GetBucketAcl, all for the trail's ARN.",
        command: "aws s3api put-bucket-policy --bucket {bucket} --policy file://policy.json",
        link: "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html",
    },
    japanese: Japanese {
        title: "組織の証跡のバケットが、すべてのメンバーのファイルを受け入れている",
        rationale: "単一アカウント向けのバケットポリシーはメンバーのファイルを拒否する。管理アカウントからは証跡が正\
                    常に見えるが、組織の記録は存在しない。",
        remediation: "CloudTrail に対し、組織 ID と管理アカウントの AWSLogs/ 配下への s3:PutObject と、s3:GetBucketAcl を、\
                      いずれも証跡の ARN を条件として許可する。",
    },
    controls: &[],
    reads: &[
        Fact::Organization,
        Fact::Accounts,
        Fact::Regions,
        Fact::Trails,
        Fact::BucketList,
        Fact::BucketHead,
        Fact::BucketPolicy,
    ],
    judge: Judge::Organization(judge),
};

pub const AS_CODE: AsCode = crate::code::BUCKET_POLICY;

fn judge(organization: &Organization, _: &Audit<'_>) -> Observed<Verdict> {
    let trails = organization.organization_trails()?;
    let delivering = trails.iter().filter_map(|trail| {
        Some((*trail, organization.bucket_of(trail).filter(|bucket| !bucket.is_missing())?))
    });
    let verdicts: Vec<Observed<Verdict>> =
        delivering.map(|(trail, bucket)| of_trail(organization, trail, bucket)).collect();
    // One trail that cannot deliver is a hole, whatever the others do.
    let failed = |verdict: &Verdict| verdict.status == trailproof_core::finding::Status::Fail;
    if let Some(verdict) = find(verdicts.iter().cloned(), |verdict| Ok(failed(verdict)))? {
        return Ok(verdict);
    }
    // That there is no other is proved only where the management account was asked everywhere.
    if let Some(management) = organization.management()? {
        organization.trails_complete(management)?;
    }
    let mut passed = verdicts.into_iter().flatten();
    match passed.next() {
        Some(first) => Ok(first.cite(passed.flat_map(|verdict| verdict.evidence))),
        None if trails.is_empty() => {
            organization.is_listed()?;
            Ok(not_applicable("there is no organization trail")
                .reason(Reason::NO_ORGANIZATION_TRAIL))
        }
        None => Ok(not_applicable("the organization trail's bucket does not exist")
            .reason(Reason::BUCKET_MISSING)),
    }
}

fn of_trail(organization: &Organization, trail: &Trail, bucket: &Bucket) -> Observed<Verdict> {
    let read = bucket.resource_policy()?;
    let name = trail.name();
    let Some(policy) = &read.policy else {
        return Ok(fail(format!("the bucket of {name} has no policy that lets CloudTrail in"))
            .reason(Reason::NO_POLICY)
            .cite([read.cite_all()]));
    };
    let deliverer = Deliverer::of(trail, bucket, organization);
    let Some(id) = deliverer.organization.clone()? else {
        return Ok(
            not_applicable("the account is in no organization").reason(Reason::NO_ORGANIZATION)
        );
    };
    let (arn, space, management) = (bucket.arn(), trail.key_space(), trail.owner);
    // The second path is what the trail writes to should it be turned into one account's again.
    let paths = [format!("{arn}/{space}{id}/"), format!("{arn}/{space}{management}/")];
    let [members, own] = &paths;
    let needs = [Delivering::AclCheck(&arn), Delivering::Write(members), Delivering::Write(own)];
    let expected =
        format!("s3:PutObject on {space}{id}/* and {space}{management}/*, and s3:GetBucketAcl");
    Ok(match delivers(policy, &deliverer, &needs).map_err(|gap| read.locate(gap))? {
        Ok(by) => pass(format!("{name} may deliver by {}", by.join(", ")))
            .expected(expected)
            .cite(by.iter().map(|statement| read.cite(statement))),
        Err(fault) => {
            let proof = fault.statement.as_deref().map(|by| read.cite(by));
            fail(format!("{name}: {}", fault.message))
                .reason(fault.reason)
                .expected(expected)
                .cite([proof.unwrap_or_else(|| read.cite_all())])
        }
    })
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use serde_json::json;
    use trailproof_core::evidence::Cause;
    use trailproof_core::fact::Fact;
    use trailproof_core::fixture::*;

    fn org() -> World {
        organization().with(trail("org").for_organization())
    }

    fn writes(paths: &'static [&'static str]) -> World {
        let logs = bucket("logs").owner(ARCHIVE).statement("Write", |write| {
            let arns: Vec<String> =
                paths.iter().map(|path| format!("arn:aws:s3:::logs/{path}")).collect();
            write["Resource"] = json!(arns);
        });
        org().with_bucket(logs)
    }

    #[test]
    fn members_and_management_may_deliver() {
        let _ = expect(&CHECK)
            .passes(org())
            .passes(writes(&["AWSLogs/o-abc123/*", "AWSLogs/999988887777/*"]))
            .fails("path_not_allowed", writes(&["AWSLogs/999988887777/*"]))
            .fails("path_not_allowed", writes(&["AWSLogs/o-abc123/*"]))
            .fails(
                "no_policy",
                org().with_bucket(
                    bucket("logs").owner(ARCHIVE).but(|b| b.policy_text.policy = None),
                ),
            )
            .is_unknown(Cause::AccessDenied, org().deny(Fact::BucketPolicy))
            .is_unknown(Cause::AccessDenied, org().deny(Fact::Organization))
            .does_not_apply("no_organization_trail", organization().with(trail("audit")))
            .does_not_apply("bucket_missing", org().but(|world| world.buckets.clear()))
            .does_not_apply("no_organization", account().with(trail("audit")));
    }
}
