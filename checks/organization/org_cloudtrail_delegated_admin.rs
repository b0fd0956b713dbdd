//! Whoever administers the organization trail need not be the account that pays the bills.

use trailproof_core::aws::AccountId;
use trailproof_core::prelude::*;

/// The check.
pub const CHECK: Check = Check {
    id: "org-cloudtrail-delegated-admin",
    title: "CloudTrail is administered by a delegated account of the security team, and by no other",
    group: Group::Organization,
    severity: Severity::Low,
    weight: Severity::Low.weight(),
    rationale: "Without a delegate every change to the trail wants the management account's credentials; a delegate \
                that nobody expects can stop the organization trail.",
    remediation: Remediation {
        summary: "Register the security account as CloudTrail's delegated administrator, and deregister any other.",
        command: "aws cloudtrail register-organization-delegated-admin --member-account-id ACCOUNT",
        link: "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-delegated-administrator.html",
    },
    japanese: Japanese {
        title: "CloudTrail の委任管理者がセキュリティ担当のアカウントのみである",
        rationale: "委任管理者がなければ、証跡の変更のたびに管理アカウントの認証情報が必要となる。想定外の委任管理者\
                    は組織の証跡を停止できる。",
        remediation: "セキュリティ担当のアカウントを CloudTrail の委任管理者として登録し、他の登録を解除する。",
    },
    controls: &[
        Cis7_0.prowler("2.1.6"),
        Nist800_53R5.related("AC-5"),
        Soc2.related("CC6.3"),
        Iso27001_2022.related("A.5.3"),
    ],
    reads: &[Fact::Organization, Fact::DelegatedAdministrators],
    judge: Judge::Organization(judge),
};

pub const AS_CODE: AsCode = AsCode::terraform(
    r#"resource "aws_cloudtrail_organization_delegated_admin_account" "security" {
  account_id = "444455556666"
}"#,
);

fn judge(organization: &Organization, audit: &Audit<'_>) -> Observed<Verdict> {
    let delegates = organization.delegated_administrators.as_ref().map_err(Clone::clone)?;
    let expected = &audit.policy.security_account_ids;
    let list =
        |ids: &[&AccountId]| ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let others: Vec<&AccountId> = delegates
        .iter()
        .filter(|delegate| !expected.is_empty() && !expected.contains(*delegate))
        .collect();
    let verdict = if delegates.is_empty() {
        fail("there is no delegated administrator").reason(Reason::NO_DELEGATED_ADMIN)
    } else if others.is_empty() {
        let verdict =
            pass(format!("administered by {}", list(&delegates.iter().collect::<Vec<_>>())));
        if expected.is_empty() { verdict.reason(Reason::UNCONFIRMED) } else { verdict }
    } else {
        let others = list(&others);
        fail(format!("an unexpected account administers CloudTrail (high severity): {others}"))
            .reason(Reason::UNEXPECTED_DELEGATED_ADMIN)
    };
    Ok(verdict.cite(organization.cite_delegates()).expected(if expected.is_empty() {
        "a delegated administrator".to_owned()
    } else {
        format!("none but {}", list(&expected.iter().collect::<Vec<_>>()))
    }))
}

#[cfg(test)]
#[test]
fn the_delegate_is_the_security_account() {
    use trailproof_core::fixture::*;
    let delegated = |account: &str| organization().but(|world| world.delegates = vec![id(account)]);
    let _ = expect(&CHECK)
        .passes(delegated(ARCHIVE))
        .fails("no_delegated_admin", organization())
        .does_not_apply("no_organization", account())
        .is_unknown(Cause::AccessDenied, delegated(ARCHIVE).deny(Fact::DelegatedAdministrators))
        .policy(|policy| policy.security_account_ids = [id(ARCHIVE)].into())
        .passes(delegated(ARCHIVE))
        .fails("unexpected_delegated_admin", delegated(MEMBER)); // edge 143
}
