//! CloudTrail writes for whoever asks, unless the bucket says for whom.

use trailproof_core::prelude::*;
use trailproof_core::resource_policy::{
    Realm, Scope, Scoped, cloudtrail_scopes, legacy_principals,
};

/// The check.
pub const CHECK: Check = Check {
    id: "trail-bucket-policy-source-arn",
    title: "The log bucket lets CloudTrail in for the organization's trails only",
    group: Group::Protection,
    severity: Severity::High,
    weight: Severity::High.weight(),
    rationale: "Anybody's trail can name the bucket: where CloudTrail is let in for all of them, a stranger writes \
                forged logs among the true ones.",
    remediation: Remediation {
        summary: "Ask in each statement for CloudTrail that aws:SourceArn is the ARN of one of your trails.",
        command: "aws s3api put-bucket-policy --bucket {bucket} --policy file://policy.json",
        link: "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html",
    },
    japanese: Japanese {
        title: "ログバケットが、組織の証跡に限って CloudTrail を受け入れている",
        rationale: "証跡の配信先には誰でもこのバケットを指定できる。CloudTrail を無条件に受け入れると、部外者が真正な\
                    ログに偽のログを混入させる。",
        remediation: "CloudTrail に対する各ステートメントで、aws:SourceArn が自組織の証跡の ARN であることを条件とす\
                      る。",
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
        Fact::Accounts,
        Fact::Trails,
        Fact::BucketList,
        Fact::BucketHead,
        Fact::BucketPolicy,
    ],
    judge: Judge::Bucket(judge),
};

pub const AS_CODE: AsCode = crate::code::BUCKET_POLICY;

const ACTIONS: [&str; 2] = ["s3:PutObject", "s3:GetBucketAcl"];

fn judge(bucket: &Bucket, audit: &Audit<'_>) -> Observed<Verdict> {
    let read = bucket.resource_policy()?;
    let Some(policy) = &read.policy else {
        return Ok(not_applicable("the bucket has no policy")
            .reason(Reason::NO_POLICY)
            .cite([read.cite_all()]));
    };
    let expected = "aws:SourceArn with ARNs of the organization's trails";
    let realm = Realm::of(audit.organization, audit.policy);
    let scopes = cloudtrail_scopes(policy, &ACTIONS, &realm);
    if scopes.is_empty() {
        return Ok(match legacy_principals(policy, &ACTIONS) {
            Some(by) => {
                fail(format!("{by} names CloudTrail's former accounts instead of its service"))
                    .reason(Reason::LEGACY_PRINCIPALS)
                    .expected(expected)
                    .cite([read.cite(&by)])
            }
            None => not_applicable("no statement lets CloudTrail in")
                .reason(Reason::NO_CLOUDTRAIL_STATEMENT)
                .cite([read.cite_all()]),
        });
    }
    let open = find(scopes.iter().cloned(), |one| Ok(matches!(one.scope, Scope::Open(_))))
        .map_err(|gap| read.locate(gap))?;
    if let Some(Scoped { statement, scope: Scope::Open(code) }) = open {
        let what = match code {
            Reason::WILDCARD_ACCOUNT => "for trails of any account",
            Reason::FOREIGN_ACCOUNT => "for trails of an account outside the organization",
            Reason::FOREIGN_ORGANIZATION => "for another organization",
            Reason::NOT_A_TRAIL => "for what is not a trail",
            Reason::OPTIONAL_SOURCE_CONDITION => {
                "also for requests that do not say for which trail"
            }
            _ => "without asking for which trail",
        };
        return Ok(fail(format!("{statement} lets CloudTrail in {what}"))
            .reason(code)
            .expected(expected)
            .cite([read.cite(&statement)]));
    }
    let scopes: Vec<Scoped> = scopes.into_iter().flatten().collect();
    let wider = scopes.iter().find_map(|one| match one.scope {
        Scope::Accounts(key) => Some(format!("{} asks for {key} alone", one.statement)),
        _ => None,
    });
    let statements: Vec<&str> = scopes.iter().map(|one| one.statement.as_str()).collect();
    let message = wider.unwrap_or_else(|| format!("{} ask for its trails", statements.join(", ")));
    Ok(pass(message).expected(expected).cite(statements.iter().map(|by| read.cite(by))))
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use serde_json::{Value, json};
    use trailproof_core::evidence::Cause;
    use trailproof_core::fact::Fact;
    use trailproof_core::fixture::*;

    fn writing(change: impl Fn(&mut Value)) -> World {
        let logs = bucket("logs").owner(ARCHIVE).statement("Write", change);
        organization().with(trail("audit")).with_bucket(logs)
    }

    fn for_source(key: &'static str, value: &'static str) -> World {
        writing(|write| write["Condition"] = json!({ "StringLike": { key: value } }))
    }

    #[test]
    fn each_statement_for_cloudtrail_says_for_whose_trails() {
        let legacy = json!({ "AWS": ["arn:aws:iam::086441151436:root", "859597730677"] });
        let _ = expect(&CHECK)
            .passes(writing(|_| {}))
            .passes(for_source("aws:SourceArn", "arn:aws:cloudtrail:*:999988887777:trail/*"))
            .passes(for_source("aws:SourceAccount", MANAGEMENT))
            .passes(for_source("aws:SourceOrgID", ORGANIZATION))
            .fails("no_source_condition", writing(|write| write["Condition"] = json!({})))
            .fails(
                "wildcard_account",
                for_source("aws:SourceArn", "arn:aws:cloudtrail:*:*:trail/org"),
            )
            .fails("foreign_account", for_source("aws:SourceAccount", "123123123123"))
            .fails("foreign_organization", for_source("aws:SourceOrgID", "o-other"))
            .policy(|policy| {
                policy.trusted_log_accounts.insert(id("123123123123"));
            })
            .passes(for_source("aws:SourceAccount", "123123123123"))
            .policy(|_| {})
            .fails(
                "legacy_principals",
                organization().with(trail("audit")).with_bucket(
                    bucket("logs")
                        .owner(ARCHIVE)
                        .statement("Write", |write| write["Principal"] = legacy.clone())
                        .statement("AclCheck", |check| check["Principal"] = legacy.clone()),
                ),
            )
            .does_not_apply(
                "no_policy",
                organization().with(trail("audit")).with_bucket(
                    bucket("logs").owner(ARCHIVE).but(|b| b.policy_text.policy = None),
                ),
            )
            .is_unknown(Cause::AccessDenied, writing(|_| {}).deny(Fact::BucketPolicy))
            .is_unknown(
                Cause::AccessDenied,
                for_source("aws:SourceAccount", "123123123123").deny(Fact::Accounts),
            )
            .does_not_apply(
                "bucket_missing",
                organization().with(trail("audit")).but(|world| world.buckets.clear()),
            );
    }
}
