//! CloudTrail acts in member accounts by trusted access, and by nothing else.

use trailproof_core::prelude::*;

/// The check.
pub const CHECK: Check = Check {
    id: "org-cloudtrail-trusted-access",
    title: "CloudTrail has trusted access to the organization",
    group: Group::Organization,
    severity: Severity::High,
    weight: Severity::High.weight(),
    rationale: "One call in the management account takes it away, and with it the organization trail from every member.",
    remediation: Remediation {
        summary: "Enable trusted access, best in CloudTrail's console or by naming a delegated administrator, which \
                  makes the service-linked role too.",
        command: "aws organizations enable-aws-service-access --service-principal cloudtrail.amazonaws.com",
        link: "https://docs.aws.amazon.com/organizations/latest/userguide/services-that-can-integrate-cloudtrail.html",
    },
    japanese: Japanese {
        title: "CloudTrail の組織への信頼されたアクセスが有効である",
        rationale: "管理アカウントでの 1 回の呼び出しで無効にでき、すべてのメンバーから組織の証跡が失われる。",
        remediation: "信頼されたアクセスを有効にする。CloudTrail のコンソール、または委任管理者の登録によれば、サービ\
                      スにリンクされたロールも作成される。",
    },
    controls: &[],
    reads: &[Fact::Organization, Fact::TrustedServices],
    judge: Judge::Organization(judge),
};

pub const AS_CODE: AsCode = AsCode::terraform(
    r#"resource "aws_organizations_organization" "this" {
  # …
  aws_service_access_principals = ["cloudtrail.amazonaws.com"]
}"#,
);

/// As AWS spells it, and as some services are spelt in China.
const PRINCIPALS: [&str; 2] = ["cloudtrail.amazonaws.com", "cloudtrail.amazonaws.com.cn"];

fn judge(organization: &Organization, _: &Audit<'_>) -> Observed<Verdict> {
    let read = organization.trusted_services.as_ref().map_err(Clone::clone)?;
    let services = &read.value.service_principals;
    let found = services.iter().find(|service| PRINCIPALS.contains(&service.as_str()));
    let verdict = match found {
        Some(_) => pass("trusted access is enabled"),
        None => fail("trusted access is not enabled").reason(Reason::NO_TRUSTED_ACCESS),
    };
    Ok(verdict
        .observed(format!("{} trusted services", services.len()))
        .expected("cloudtrail.amazonaws.com among the trusted services")
        .cite([read
            .source
            .cite("EnabledServicePrincipals[].ServicePrincipal", found.map(String::as_str))]))
}

#[cfg(test)]
#[test]
fn cloudtrail_is_among_the_trusted_services() {
    use trailproof_core::fixture::*;
    let without =
        organization().but(|world| world.trusted_services = vec!["sso.amazonaws.com".into()]);
    let _ = expect(&CHECK)
        .passes(organization())
        .fails("no_trusted_access", without)
        .does_not_apply("no_organization", account())
        .is_unknown(Cause::AccessDenied, organization().deny(Fact::TrustedServices));
}
