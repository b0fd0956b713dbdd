//! An account that leaves its organization leaves the organization's trail and all of its guards behind.

use trailproof_core::guardrail::{Inquiry, Question, bound};
use trailproof_core::prelude::*;

use crate::least_privilege::FROM_ABOVE;

/// The check.
pub const CHECK: Check = Check {
    id: "scp-denies-leave-organization",
    title: "No administrator of a member account can take it out of the organization",
    group: Group::Privilege,
    severity: Severity::High,
    weight: Severity::High.weight(),
    rationale: "Outside the organization no service control policy binds the account, and the organization's trail \
                no longer records it.",
    remediation: Remediation {
        summary: "Deny organizations:LeaveOrganization in a service control policy on the root.",
        command: "aws organizations attach-policy --policy-id {policy} --target-id {target}",
        link: "https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_examples.html",
    },
    japanese: Japanese {
        title: "メンバーアカウントの管理者が、アカウントを組織から離脱させられない",
        rationale: "組織の外では、サービスコントロールポリシーがアカウントを拘束せず、組織の証跡も記録しない。",
        remediation: "ルートのサービスコントロールポリシーで organizations:LeaveOrganization を拒否する。",
    },
    controls: FROM_ABOVE,
    reads: &[
        Fact::Organization,
        Fact::OrganizationalUnits,
        Fact::OrganizationPolicies,
        Fact::OrganizationPolicy,
        Fact::PolicyTargets,
    ],
    judge: Judge::Account(judge),
};

fn judge(account: &AccountView<'_>, audit: &Audit<'_>) -> Observed<Verdict> {
    let guardrail = match bound(account, audit)? {
        Ok(guardrail) => guardrail,
        Err(verdict) => return Ok(verdict),
    };
    let mut inquiry = Inquiry::of(&guardrail);
    inquiry.ask(&Question::new("organizations:LeaveOrganization", "*"));
    inquiry.verdict("organizations:LeaveOrganization is denied to all but approved principals")
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use serde_json::{Value, json};
    use trailproof_core::control_policies::PolicyKind;
    use trailproof_core::evidence::Cause;
    use trailproof_core::fact::Fact;
    use trailproof_core::fixture::*;

    fn deny(rest: Value) -> Value {
        let mut statement = json!({ "Sid": "Stay", "Effect": "Deny", "Resource": "*" });
        statement.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
        json!({ "Version": "2012-10-17", "Statement": [statement] })
    }

    #[test]
    fn who_may_leave_is_asked_and_not_searched_for() {
        let leave = || deny(json!({ "Action": "organizations:Leave*" }));
        let on = |place: &str| {
            organization().member(MEMBER, |m| m.unit = Some("Workloads".into())).scp(place, leave())
        };
        let unread = |fact| on("root").deny(fact);
        let _ = expect(&CHECK)
            .in_account(MEMBER)
            .passes(on("root"))
            .passes(on("Workloads"))
            .passes(on(MEMBER))
            .fails("not_denied", on("Sandbox"))
            .fails("not_denied", on(ARCHIVE))
            .fails("not_denied", organization())
            .passes(organization().scp("root", deny(json!({ "NotAction": ["s3:*", "ec2:*"] }))))
            .fails(
                "not_denied",
                organization().scp("root", deny(json!({ "NotAction": "organizations:*" }))),
            )
            .passes(organization().without_full_access(MEMBER).scp(
                MEMBER,
                json!({ "Version": "2012-10-17", "Statement": {
                    "Effect": "Allow", "Action": ["s3:*", "ec2:*"], "Resource": "*" } }),
            ))
            .fails(
                "scp_not_enabled",
                on("root").but(|world| {
                    world.controls.enabled.remove(&PolicyKind::ServiceControl);
                }),
            )
            .fails(
                "scp_unavailable",
                on("root").but(|world| world.feature_set = "CONSOLIDATED_BILLING".into()),
            )
            .is_unknown(Cause::AccessDenied, unread(Fact::OrganizationPolicies))
            .is_unknown(Cause::AccessDenied, unread(Fact::OrganizationPolicy))
            .is_unknown(Cause::AccessDenied, unread(Fact::PolicyTargets))
            .is_unknown(Cause::AccessDenied, unread(Fact::OrganizationalUnits))
            .does_not_apply("no_organization", account())
            .in_account(MANAGEMENT)
            .does_not_apply("management_account", on("root"));
    }

    #[test]
    fn an_exemption_is_for_the_approved_alone() {
        let exempting = |key: &str, operator: &str, value: &str| {
            organization().scp(
                "root",
                deny(json!({ "Action": "organizations:LeaveOrganization",
                    "Condition": { operator: { key: value } } })),
            )
        };
        let named = || exempting("aws:PrincipalArn", "ArnNotLike", "arn:aws:iam::*:role/Leaver");
        let _ = expect(&CHECK)
            .in_account(MEMBER)
            .fails("unapproved_exemption", named())
            .fails(
                "denied_under_conditions",
                exempting("aws:PrincipalTag/team", "StringNotEquals", "x"),
            )
            .fails(
                "denied_under_conditions",
                exempting("aws:SourceIp", "NotIpAddress", "10.0.0.0/8"),
            )
            .is_unknown(Cause::AccessDenied, named().deny(Fact::OrganizationPolicy))
            .is_unknown(Cause::AccessDenied, named().deny(Fact::OrganizationPolicies))
            .is_unknown(Cause::AccessDenied, named().deny(Fact::PolicyTargets))
            .is_unknown(Cause::AccessDenied, named().deny(Fact::OrganizationalUnits))
            .is_unknown(Cause::AccessDenied, named().deny(Fact::Organization))
            .policy(|policy| policy.approved_principals = vec!["arn:aws:iam::*:role/Leaver".into()])
            .passes(named())
            .fails(
                "unapproved_exemption",
                exempting("aws:PrincipalArn", "ArnNotLike", "arn:aws:iam::*:role/*eaver"),
            )
            .passes(exempting(
                "aws:PrincipalArn",
                "ArnNotLike",
                "arn:aws:iam::999988887777:role/Any",
            ));
    }
}
