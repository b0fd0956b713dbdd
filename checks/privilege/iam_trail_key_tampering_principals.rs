//! Who in the key's account can take the key away from the evidence that it encrypts, by key policy and IAM.

use trailproof_core::prelude::*;
use trailproof_core::privilege::{Question, Serving, Target, on_key};

use crate::least_privilege::LEAST_PRIVILEGE;

/// The check.
pub const CHECK: Check = Check {
    id: "iam-trail-key-tampering-principals",
    title: "No unapproved principal of the key's account can disable, delete or re-assign the key of the evidence",
    group: Group::Privilege,
    severity: Severity::High,
    weight: Severity::High.weight(),
    rationale: "The key is a kill switch: without it nothing is delivered, and what was delivered can never be read again.",
    remediation: Remediation {
        summary: "Let the key's policy delegate to IAM nothing but use, and deny its administration but to approved principals; name \
                  those in `approved_principals`.",
        command: "aws kms put-key-policy --key-id {key} --policy-name default --policy file://policy.json",
        link: "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/best-practices-security.html",
    },
    japanese: Japanese {
        title: "承認されていないキーのアカウントのプリンシパルが、監査証拠のキーを無効化、削除、再割り当てできない",
        rationale: "キーは停止スイッチである。キーがなければ何も配信されず、配信済みのものも二度と読めない。",
        remediation: "キーポリシーで IAM に委任するのは使用のみとし、承認されたプリンシパル以外による管理を拒否する。\
                      承認するプリンシパルは `approved_principals` に記載する。",
    },
    controls: LEAST_PRIVILEGE,
    reads: &[
        Fact::Trails,
        Fact::EventDataStores,
        Fact::EventDataStore,
        Fact::BucketList,
        Fact::BucketHead,
        Fact::Key,
        Fact::KeyPolicy,
        Fact::TrustedServices,
        Fact::AuthorizationDetails,
        Fact::OrganizationPolicies,
        Fact::OrganizationPolicy,
        Fact::PolicyTargets,
    ],
    judge: Judge::GuardedKey(judge),
};

fn judge(key: &Key, account: &AccountView<'_>, audit: &Audit<'_>) -> Observed<Verdict> {
    let read = key.metadata()?;
    let metadata = read.value.as_ref();
    if metadata.is_some_and(|metadata| metadata.key_manager.as_deref() == Some("AWS")) {
        return Ok(not_applicable("AWS manages the key, and nobody else can change it")
            .reason(Reason::AWS_MANAGED_KEY)
            .cite([read.source.cite("KeyManager", "AWS")]));
    }
    let actions = metadata.map(on_key).unwrap_or_default();
    let Some(target) = Target::key(key, &actions, (audit.organization, true))? else {
        return Ok(not_applicable("there is no such key").reason(Reason::KEY_NOT_FOUND));
    };
    Question {
        roll: account.roll()?,
        targets: &[target],
        approved: &audit.policy.approved_principals,
        strict: audit.policy.strict_conditions,
        by_escalation: true,
        serving: Some(Serving::Keys),
        can: "disable, delete or re-assign the key",
    }
    .judge(|| Ok(()))
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::least_privilege::whoever_assigns_permission_sets_counts;
    use serde_json::{Value, json};
    use trailproof_core::evidence::Cause;
    use trailproof_core::fact::Fact;
    use trailproof_core::fixture::*;

    const FAILS: &str = "unapproved_principals";

    fn own() -> World {
        organization().with(trail("audit"))
    }

    fn holding(action: &str) -> World {
        let policy: Value = json!({ "Version": "2012-10-17", "Statement": [
            { "Effect": "Allow", "Action": action, "Resource": "*" }] });
        own().principal(ARCHIVE, user("ann").inline("own", policy))
    }

    #[test]
    fn iam_counts_where_the_keys_policy_delegates_to_it() {
        let disables = || holding("kms:DisableKey");
        let named = json!({ "AWS": "arn:aws:iam::555566667777:user/ann" });
        let _ = expect(&CHECK)
            .in_account(ARCHIVE)
            .passes(own())
            .fails(FAILS, disables())
            .passes(holding("kms:Decrypt"))
            // Only imported material can be deleted, and only a key of many regions moved.
            .passes(holding("kms:DeleteImportedKeyMaterial"))
            .passes(holding("kms:UpdatePrimaryRegion"))
            .fails(
                FAILS,
                holding("kms:DeleteImportedKeyMaterial")
                    .key(|key| key.origin = Some("EXTERNAL".into())),
            )
            .passes(disables().key_statement("Account", |s| s["Action"] = json!("kms:Describe*")))
            .fails(
                FAILS,
                own().principal(ARCHIVE, user("ann")).key_statement("Account", |s| {
                    s["Principal"] = named;
                }),
            )
            .is_unknown(Cause::AccessDenied, disables().deny(Fact::KeyPolicy))
            .is_unknown(Cause::AccessDenied, disables().deny(Fact::AuthorizationDetails))
            .is_unknown(Cause::AccessDenied, disables().deny(Fact::OrganizationPolicies))
            .is_unknown(Cause::AccessDenied, disables().deny(Fact::OrganizationPolicy))
            .is_unknown(Cause::AccessDenied, disables().deny(Fact::PolicyTargets))
            .does_not_apply(
                "aws_managed_key",
                disables().key(|key| key.key_manager = Some("AWS".into())),
            )
            .does_not_apply("key_not_found", disables().but(|world| world.keys.clear()))
            .fails(FAILS, disables().but(|world| world.trails.clear()).with_store(store("lake")))
            .policy(|policy| policy.approved_principals = vec!["*:user/ann".into()])
            .passes(disables());
    }

    #[test]
    fn whoever_assigns_permission_sets_has_all_of_them() {
        let world = own();
        whoever_assigns_permission_sets_counts(&CHECK, &world, ARCHIVE);
    }
}
