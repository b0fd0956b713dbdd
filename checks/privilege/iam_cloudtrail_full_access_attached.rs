//! AWS's own full-access policy for CloudTrail lets its holder stop, narrow and delete every trail.

use trailproof_core::pattern;
use trailproof_core::prelude::*;

use crate::least_privilege::LEAST_PRIVILEGE;

/// The check.
pub const CHECK: Check = Check {
    id: "iam-cloudtrail-full-access-attached",
    title: "No unapproved principal has AWSCloudTrail_FullAccess",
    group: Group::Privilege,
    severity: Severity::Medium,
    weight: Severity::Medium.weight(),
    rationale: "Whoever holds it can stop logging, narrow the selectors and delete the trail: one stolen \
                credential ends the record.",
    remediation: Remediation {
        summary: "Detach the policy, or approve the principal in `approved_principals`.",
        command: "aws iam detach-role-policy --role-name {principal} --policy-arn \
                  arn:aws:iam::aws:policy/AWSCloudTrail_FullAccess",
        link: "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/best-practices-security.html",
    },
    japanese: Japanese {
        title: "承認されていないプリンシパルが AWSCloudTrail_FullAccess を持たない",
        rationale: "これを持つ者は、ログ記録の停止、セレクターの縮小、証跡の削除が可能である。認証情報 1 つの盗難で記\
                    録が途絶える。",
        remediation: "ポリシーをデタッチするか、プリンシパルを `approved_principals` で承認する。",
    },
    controls: LEAST_PRIVILEGE,
    reads: &[Fact::AuthorizationDetails],
    judge: Judge::Principal(judge),
};

/// The policy's name, and the one that it had before.
const FULL_ACCESS: [&str; 2] = ["AWSCloudTrail_FullAccess", "AWSCloudTrailFullAccess"];

fn judge(principal: &Principal, audit: &Audit<'_>) -> Observed<Verdict> {
    let Some(policy) = principal.attached_aws_policy(&FULL_ACCESS) else {
        return Ok(pass("not attached"));
    };
    let arn = principal.entry.arn.as_str();
    if audit.policy.approved_principals.iter().any(|approved| pattern::matches(approved, arn)) {
        return Ok(pass("attached, and approved"));
    }
    let name = policy.rsplit('/').next().unwrap_or_default();
    Ok(fail(format!("{name} is attached"))
        .reason(Reason::FULL_ACCESS_ATTACHED)
        .observed(format!("AttachedManagedPolicies holds {policy}"))
        .expected("not attached, or the principal is approved")
        .cite([principal.cite("AttachedManagedPolicies[].PolicyArn", policy)]))
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use trailproof_core::answer::{PrincipalEntry, PrincipalKind};
    use trailproof_core::evidence::Cause;
    use trailproof_core::fact::Fact;
    use trailproof_core::fixture::*;

    fn holding(policy: &str) -> World {
        organization().member(MEMBER, |m| {
            m.principals.push(PrincipalEntry {
                kind: PrincipalKind::Group,
                arn: format!("arn:aws:iam::{MEMBER}:group/ops"),
                attached_managed_policies: vec![policy.into()],
                details: None,
            });
        })
    }

    #[test]
    fn each_holder_is_a_finding_and_none_is_one_pass() {
        let current = "arn:aws:iam::aws:policy/AWSCloudTrail_FullAccess";
        let _ = expect(&CHECK)
            .in_account(MEMBER)
            .passes(holding("arn:aws:iam::aws:policy/ReadOnlyAccess"))
            .fails("full_access_attached", holding(current)) // edge 118
            .fails(
                "full_access_attached",
                holding("arn:aws:iam::aws:policy/AWSCloudTrailFullAccess"),
            )
            .passes(holding("arn:aws:iam::111122223333:policy/AWSCloudTrail_FullAccess"))
            .passes(holding("arn:aws-cn:iam::aws:policy/AWSCloudTrail_FullAccess"))
            .is_unknown(Cause::AccessDenied, holding(current).deny(Fact::AuthorizationDetails))
            .policy(|policy| policy.approved_principals = vec!["arn:aws:iam::*:group/ops".into()])
            .passes(holding(current));
    }
}
