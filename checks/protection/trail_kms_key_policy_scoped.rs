//! CloudTrail encrypts for whoever asks, unless the key says for whom.

use trailproof_core::key::KeyUser;
use trailproof_core::prelude::*;
use trailproof_core::resource_policy::{
    KEY_USE, KeyPolicy, Realm, Scope, Scoped, cloudtrail_scopes,
};

/// The check.
pub const CHECK: Check = Check {
    id: "trail-kms-key-policy-scoped",
    title: "The trail's key serves CloudTrail for the organization's trails only",
    group: Group::Protection,
    severity: Severity::Medium,
    weight: Severity::Medium.weight(),
    rationale: "Where CloudTrail may use the key for anybody's trail, a stranger's trail names it too and draws on a \
                key that he could not use himself.",
    remediation: Remediation {
        summary: "Ask in each statement for CloudTrail that aws:SourceArn, or the encryption context's trail ARN, is \
                  one of your trails.",
        command: "aws kms put-key-policy --key-id {key} --policy-name default --policy file://policy.json",
        link: "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html",
    },
    japanese: Japanese {
        title: "証跡のキーが、組織の証跡に限って CloudTrail に使用されている",
        rationale: "CloudTrail が任意の証跡のためにキーを使用できると、部外者の証跡も、本来その者が使用できないキーを\
                    利用できる。",
        remediation: "CloudTrail に対する各ステートメントで、aws:SourceArn または暗号化コンテキストの証跡の ARN が自\
                      組織の証跡であることを条件とする。",
    },
    controls: &[
        Cis3_0.related("3.5"),
        Cis5_0.related("3.5"),
        Pci4_0_1.related("3.6.1"),
        Pci4_0_1.related("3.7.6"),
        Nist800_53R5.related("SC-12"),
        Nist800_53R5.related("AC-6"),
        Nist800_53R5.related("AU-9(4)"),
        Soc2.related("CC6.1"),
        Iso27001_2022.related("A.8.24"),
        Iso27001_2022.related("A.5.3"),
        Hipaa164.related("164.312(a)(1)"),
    ],
    reads: &[
        Fact::Organization,
        Fact::Accounts,
        Fact::Trails,
        Fact::EventDataStores,
        Fact::EventDataStore,
        Fact::BucketList,
        Fact::BucketHead,
        Fact::Key,
        Fact::KeyPolicy,
    ],
    judge: Judge::Key(judge),
};

fn judge(key: &Key, audit: &Audit<'_>) -> Observed<Verdict> {
    if !key.users.contains(&KeyUser::Trail) {
        // A trail that nobody saw may use it.
        audit.organization.all_trails_complete()?;
        return Ok(not_applicable("only event data stores use it, which know no such condition")
            .reason(Reason::EVENT_DATA_STORE_ONLY));
    }
    let read = match audit.organization.key_policy(key)? {
        KeyPolicy::Read(read) => read,
        KeyPolicy::Aws(proof) => {
            return Ok(not_applicable("AWS manages the key, and nobody can change its policy")
                .reason(Reason::AWS_MANAGED)
                .cite([proof]));
        }
        KeyPolicy::NoKey(proof) => {
            return Ok(not_applicable("there is no such key")
                .reason(Reason::KEY_NOT_FOUND)
                .cite([proof]));
        }
    };
    let realm = Realm::of(audit.organization, audit.policy);
    let scopes = read
        .policy
        .as_ref()
        .map(|policy| cloudtrail_scopes(policy, &KEY_USE, &realm))
        .unwrap_or_default();
    if scopes.is_empty() {
        return Ok(not_applicable("no statement lets CloudTrail use the key")
            .reason(Reason::NO_CLOUDTRAIL_STATEMENT)
            .cite([read.cite_all()]));
    }
    let expected =
        "aws:SourceArn or the encryption context's trail ARN, of the organization's accounts";
    let open = find(scopes.iter().cloned(), |one| Ok(matches!(one.scope, Scope::Open(_))))
        .map_err(|gap| read.locate(gap))?;
    if let Some(Scoped { statement, scope: Scope::Open(code) }) = open {
        let what = match code {
            Reason::WILDCARD_ACCOUNT => "for trails of any account",
            Reason::FOREIGN_ACCOUNT | Reason::FOREIGN_ORGANIZATION => {
                "for somebody outside the organization"
            }
            Reason::NOT_A_TRAIL => "for what is not a trail",
            Reason::OPTIONAL_SOURCE_CONDITION => {
                "also for requests that do not say for which trail"
            }
            _ => "without asking for which trail",
        };
        return Ok(fail(format!("{statement} lets CloudTrail use the key {what}"))
            .reason(code)
            .expected(expected)
            .cite([read.cite(&statement)]));
    }
    let scopes: Vec<Scoped> = scopes.into_iter().flatten().collect();
    let wider = scopes.iter().find_map(|one| match one.scope {
        Scope::Accounts(key) => {
            Some(format!("{} asks for {key} alone, which AWS does not recommend", one.statement))
        }
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

    fn with(condition: Value) -> World {
        organization()
            .with(trail("audit"))
            .key_statement("CloudTrail", |statement| statement["Condition"] = condition)
    }

    /// A key that is an alias in the region of a bucket which nobody of the run owns.
    fn by_alias() -> World {
        let foreign = bucket("logs").but(|b| b.owner = None);
        let aliased = trail("audit").but(|t| t.description.kms_key_id = Some("alias/trail".into()));
        organization().with(aliased).with_bucket(foreign).but(|world| {
            let metadata = world.keys.values().next().unwrap().clone();
            world.keys.insert("alias/trail".into(), metadata);
        })
    }

    #[test]
    fn cloudtrail_uses_the_key_for_our_trails() {
        let context = "kms:EncryptionContext:aws:cloudtrail:arn";
        let like = |key: &str, value: &str| with(json!({ "StringLike": { key: value } }));
        let _ = expect(&CHECK)
            .passes(organization().with(trail("audit")))
            .passes(like(context, "arn:aws:cloudtrail:*:111122223333:trail/*"))
            .passes(like("aws:SourceAccount", MEMBER))
            .fails("no_source_condition", with(json!({})))
            .fails("wildcard_account", like(context, "arn:aws:cloudtrail:*:*:trail/*"))
            .fails("foreign_account", like("aws:SourceAccount", "123123123123"))
            .is_unknown(
                Cause::AccessDenied,
                like("aws:SourceAccount", "123123123123").deny(Fact::Accounts),
            )
            .is_unknown(
                Cause::AccessDenied,
                like("aws:SourceOrgID", ORGANIZATION).deny(Fact::Organization),
            )
            .is_unknown(Cause::AccessDenied, with(json!({})).deny(Fact::KeyPolicy))
            .passes(by_alias())
            .does_not_apply("event_data_store_only", organization().with_store(store("lake")))
            .does_not_apply(
                "no_cloudtrail_statement",
                organization().with(trail("audit")).key_statement("CloudTrail", |statement| {
                    statement["Action"] = json!("kms:DescribeKey");
                }),
            )
            .does_not_apply(
                "aws_managed",
                organization().with(trail("audit")).key(|key| key.key_manager = Some("AWS".into())),
            )
            .does_not_apply(
                "key_not_found",
                organization().with(trail("audit")).but(|w| w.keys.clear()),
            );
    }
}
