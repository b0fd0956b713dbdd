//! Where others write too, the log bucket's rules are made for them.

use trailproof_core::prelude::*;
use trailproof_core::resource_policy::{Writers, writers};

/// The check.
pub const CHECK: Check = Check {
    id: "trail-bucket-dedicated",
    title: "The log bucket takes nothing but logs",
    group: Group::Protection,
    severity: Severity::Low,
    weight: Severity::Low.weight(),
    rationale: "A bucket that others write to has other readers, other owners and shorter rules, and what they may do \
                to their files they may do to the logs.",
    remediation: Remediation {
        summary: "Give the trail a bucket of its own in the log archive, and let no other principal write there.",
        command: "aws cloudtrail update-trail --name {trail} --s3-bucket-name BUCKET",
        link: "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/best-practices-security.html",
    },
    japanese: Japanese {
        title: "ログバケットがログのみを格納している",
        rationale: "他者が書き込むバケットには、他の読者、他の所有者、より短い保持ルールがある。自らのファイルに対し\
                    て可能な操作は、ログに対しても可能となるおそれがある。",
        remediation: "ログアーカイブに証跡専用のバケットを用意し、他のプリンシパルに書き込みを許可しない。",
    },
    controls: &[],
    reads: &[Fact::Trails, Fact::BucketList, Fact::BucketHead, Fact::BucketPolicy],
    judge: Judge::Bucket(judge),
};

fn judge(bucket: &Bucket, audit: &Audit<'_>) -> Observed<Verdict> {
    let archives = &audit.policy.log_archive_account_ids;
    let elsewhere = bucket.owner.filter(|owner| !archives.is_empty() && !archives.contains(owner));
    let misplaced = elsewhere.filter(|_| bucket.serves_organization);
    if let Some(owner) = misplaced {
        return Ok(fail(format!(
            "an organization trail delivers to {owner}, which is not a log archive account"
        ))
        .reason(Reason::NOT_IN_LOG_ARCHIVE));
    }
    let read = bucket.resource_policy()?;
    let services = &audit.policy.allowed_log_services;
    let expected = "s3:PutObject for CloudTrail and log services only, below AWSLogs/";
    let written = read.policy.as_ref().map(|policy| {
        writers(policy, &bucket.arn(), &|name| services.iter().any(|one| one.is(name)))
    });
    let (code, message, statement) = match written {
        Some(Writers::Others(grant)) => {
            let message = format!("{} lets {} write", grant.statement, grant.principal);
            (Reason::OTHER_WRITERS, message, grant.statement)
        }
        Some(Writers::Elsewhere(grant)) => {
            let message = format!("{} lets logs be written to {}", grant.statement, grant.what);
            (Reason::OUTSIDE_AWSLOGS, message, grant.statement)
        }
        Some(Writers::Logs) | None => {
            if elsewhere.is_some() {
                // A trail that nobody saw may be the organization's.
                audit.organization.all_trails_complete()?;
            }
            return Ok(pass("only services that deliver logs may write by its policy")
                .expected(expected)
                .cite([read.cite_all()]));
        }
    };
    Ok(fail(message).reason(code).expected(expected).cite([read.cite(&statement)]))
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use serde_json::{Value, json};
    use trailproof_core::evidence::Cause;
    use trailproof_core::fact::Fact;
    use trailproof_core::fixture::*;

    fn writing(principal: Value, resource: &str) -> World {
        let statement = json!({ "Sid": "More", "Effect": "Allow", "Principal": principal,
            "Action": "s3:PutObject", "Resource": resource });
        let logs = bucket("logs").owner(ARCHIVE).with_statement(statement);
        organization().with(trail("audit")).with_bucket(logs)
    }

    #[test]
    fn only_log_services_write() {
        let service = |name: &str| json!({ "Service": name });
        let org = || organization().with(trail("org").for_organization());
        let _ = expect(&CHECK)
            .passes(organization().with(trail("audit")))
            .passes(writing(service("config.amazonaws.com"), "arn:aws:s3:::logs/AWSLogs/*"))
            .fails("other_writers", writing(service("vendor.amazonaws.com"), "arn:aws:s3:::logs/*"))
            .fails(
                "other_writers",
                writing(json!({ "AWS": MEMBER }), "arn:aws:s3:::logs/AWSLogs/*"),
            )
            .fails(
                "outside_awslogs",
                writing(service("config.amazonaws.com"), "arn:aws:s3:::logs/*"),
            )
            .passes(
                organization().with(trail("audit")).with_bucket(
                    bucket("logs").owner(ARCHIVE).but(|b| b.policy_text.policy = None),
                ),
            )
            .is_unknown(Cause::AccessDenied, org().deny(Fact::BucketPolicy))
            .does_not_apply(
                "bucket_missing",
                organization().with(trail("audit")).but(|world| world.buckets.clear()),
            )
            .policy(|policy| {
                policy.log_archive_account_ids.insert(id(MEMBER));
            })
            .fails("not_in_log_archive", org())
            .passes(organization().with(trail("audit")))
            .policy(|policy| {
                policy.log_archive_account_ids.insert(id(ARCHIVE));
            })
            .passes(org());
    }
}
