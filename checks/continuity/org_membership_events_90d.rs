//! What an organization forbids and records holds for those who belong to it, and as long as its policies are attached.

use trailproof_core::history::inquiry::{Words, judge as weigh};
use trailproof_core::history::objects::on_organization;
use trailproof_core::prelude::*;

/// The check.
pub const CHECK: Check = Check {
    id: "org-membership-events-90d",
    title: "Nobody changed who belongs to the organization or what guards it in the last ninety days",
    group: Group::Continuity,
    severity: Severity::Medium,
    weight: Severity::Medium.weight(),
    rationale: "An account that was moved, removed or freed of a policy for an hour was out of reach of the organization for that hour.",
    remediation: Remediation {
        summary: "Review the change with whoever made it, and attach again what guards the accounts.",
        command: "aws cloudtrail lookup-events --region {region} --lookup-attributes AttributeKey=EventName,AttributeValue=DetachPolicy",
        link: "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/view-cloudtrail-events.html",
    },
    japanese: Japanese {
        title: "過去 90 日間に、組織への所属と組織を保護する設定が変更されていない",
        rationale: "1 時間でも移動、離脱、またはポリシーの解除が行われたアカウントは、その間、組織の統制が及ばない。",
        remediation: "変更を行った者とともに内容を確認し、アカウントを保護するポリシーを再度アタッチする。",
    },
    controls: crate::history::CONTINUITY,
    reads: &[
        Fact::Organization,
        Fact::OrganizationPolicies,
        Fact::OrganizationPolicy,
        Fact::OrganizationHistory,
    ],
    judge: Judge::Organization(judge),
};

fn judge(organization: &Organization, audit: &Audit<'_>) -> Observed<Verdict> {
    let look = organization.organization_history(audit.reach(audit.policy.lookback_days))?;
    let words = Words {
        reason: Reason::CHANGED,
        none: "call that changes who belongs to the organization or what guards it",
        failed: false,
    };
    let approved = &audit.policy.approved_principals;
    weigh(&look, words, |past| on_organization(past, organization, approved))
}

#[cfg(test)]
#[test]
fn a_change_of_the_organization_is_told_and_of_a_harmless_policy_is_not() {
    use serde_json::json;
    use trailproof_core::fixture::*;
    let after = |event| organization().called((MANAGEMENT, "us-east-1"), event);
    let policy = |name: &str, id: &str| call(60, name, json!({ "policyId": id }));
    let deny = |action: &str| json!({"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": action, "Resource": "*"}]});
    let with = |action: &str, event: fn(&str) -> trailproof_core::answer::PastEvent| {
        let world = organization().scp("root", deny(action));
        let id = world.snapshot(&trailproof_core::plan::Demand::of(&[&CHECK]));
        let probes = id.organization.observations.keys();
        let mut ids = probes.filter(|probe| probe.fact == Fact::OrganizationPolicy);
        let id = ids.find_map(|p| p.resource.clone().filter(|id| id != "p-FullAWSAccess")).unwrap();
        world.called((MANAGEMENT, "us-east-1"), event(&id))
    };
    let detach = |id: &str| call(60, "DetachPolicy", json!({ "policyId": id }));
    let _ = expect(&CHECK)
        .passes(organization())
        .fails("changed", after(call(60, "MoveAccount", json!({"accountId": MEMBER}))))
        .fails(
            "changed",
            after(call(60, "RemoveAccountFromOrganization", json!({"accountId": MEMBER}))),
        )
        .passes(after(call(60, "MoveAccount", json!({"accountId": MEMBER})).refused()))
        .fails("changed", with("cloudtrail:*", detach))
        .passes(with("ec2:RunInstances", detach))
        .is_unknown(
            Cause::AccessDenied,
            with("cloudtrail:*", detach).deny(Fact::OrganizationPolicy),
        )
        .is_unknown(
            Cause::AccessDenied,
            with("cloudtrail:*", detach).deny(Fact::OrganizationPolicies),
        )
        .is_unknown(Cause::Undecidable, after(policy("DeletePolicy", "p-gone")))
        .does_not_apply("no_organization", account())
        .is_unknown(Cause::AccessDenied, organization().deny(Fact::OrganizationHistory));
}
