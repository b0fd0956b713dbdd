//! The organization trail works by a role that the management account must have.

use trailproof_core::answer::ServiceLinkedRole;
use trailproof_core::prelude::*;

/// The check.
pub const CHECK: Check = Check {
    id: "org-cloudtrail-service-linked-role",
    title: "The management account has CloudTrail's service-linked role",
    group: Group::Organization,
    severity: Severity::Medium,
    weight: Severity::Medium.weight(),
    rationale: "Without the role CloudTrail can neither make nor change the organization's trails and event data \
                stores.",
    remediation: Remediation {
        summary: "Make the role in the management account; enabling trusted access in CloudTrail's console makes it too.",
        command: "aws iam create-service-linked-role --aws-service-name cloudtrail.amazonaws.com",
        link: "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/using-service-linked-roles.html",
    },
    japanese: Japanese {
        title: "管理アカウントに CloudTrail のサービスにリンクされたロールがある",
        rationale: "このロールがなければ、CloudTrail は組織の証跡とイベントデータストアを作成も変更もできない。",
        remediation: "管理アカウントにロールを作成する。CloudTrail のコンソールで信頼されたアクセスを有効にしても作成\
                      される。",
    },
    controls: &[],
    reads: &[Fact::Organization, Fact::ServiceLinkedRole],
    judge: Judge::Organization(judge),
};

pub const AS_CODE: AsCode = AsCode::both(
    r#"resource "aws_iam_service_linked_role" "cloudtrail" {
  aws_service_name = "cloudtrail.amazonaws.com"
}"#,
    r#"CloudTrailRole:
  Type: AWS::IAM::ServiceLinkedRole
  Properties:
    AWSServiceName: cloudtrail.amazonaws.com"#,
);

fn judge(organization: &Organization, _: &Audit<'_>) -> Observed<Verdict> {
    let Some(management) = organization.management()? else {
        return Ok(
            not_applicable("the account is in no organization").reason(Reason::NO_ORGANIZATION)
        );
    };
    let (role, source) =
        organization.resource::<ServiceLinkedRole>(Fact::ServiceLinkedRole, "", management)?;
    let verdict = match &role.arn {
        Some(arn) => pass("the role exists").observed(arn),
        None => fail("the role AWSServiceRoleForCloudTrail does not exist")
            .reason(Reason::NO_SERVICE_LINKED_ROLE)
            .observed("GetRole: NoSuchEntity"),
    };
    Ok(verdict
        .expected(format!("AWSServiceRoleForCloudTrail in {management}"))
        .cite([source.cite("Role.Arn", role.arn.as_deref())]))
}

#[cfg(test)]
#[test]
fn the_role_is_in_the_management_account() {
    use trailproof_core::fixture::*;
    let out = organization()
        .member(MANAGEMENT, |m| m.in_scope = false)
        .but(|world| world.caller = id(ARCHIVE));
    let _ = expect(&CHECK)
        .passes(organization())
        .fails("no_service_linked_role", organization().but(|w| w.service_linked_role = false))
        .does_not_apply("no_organization", account())
        .is_unknown(Cause::CrossAccountUnreadable, out)
        .is_unknown(Cause::AccessDenied, organization().deny(Fact::ServiceLinkedRole));
}
