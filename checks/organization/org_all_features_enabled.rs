//! An organization for billing alone has neither organization trails nor service control policies.

use trailproof_core::prelude::*;

/// The check.
pub const CHECK: Check = Check {
    id: "org-all-features-enabled",
    title: "The organization has all features enabled",
    group: Group::Organization,
    severity: Severity::Medium,
    weight: Severity::Medium.weight(),
    rationale: "Without them there is no organization trail and no service control policy: each member account decides \
                by itself whether it is recorded.",
    remediation: Remediation {
        summary: "Enable all features; each invited account must agree, which may take up to 90 days.",
        command: "aws organizations enable-all-features",
        link: "https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_org_support-all-features.html",
    },
    japanese: Japanese {
        title: "組織ですべての機能が有効である",
        rationale: "すべての機能が有効でなければ、組織の証跡もサービスコントロールポリシーも使用できず、記録の有無は\
                    各メンバーアカウントの判断に委ねられる。",
        remediation: "すべての機能を有効にする。招待した各アカウントの同意が必要であり、最長 90 日を要する。",
    },
    controls: &[],
    reads: &[Fact::Organization],
    judge: Judge::Organization(judge),
};

pub const AS_CODE: AsCode = AsCode::both(
    r#"resource "aws_organizations_organization" "this" {
  # …
  feature_set = "ALL"
}"#,
    r#"Organization:
  Type: AWS::Organizations::Organization
  Properties:
    FeatureSet: ALL"#,
);

fn judge(organization: &Organization, _: &Audit<'_>) -> Observed<Verdict> {
    let description = organization.description.as_ref().map_err(Clone::clone)?.as_ref();
    let Some((read, features)) =
        description.and_then(|read| Some((read, read.value.feature_set.as_deref()?)))
    else {
        let detail = "DescribeOrganization left out FeatureSet";
        return Err(Gap::new(Fact::Organization, Cause::Undecidable, detail));
    };
    let verdict = if features == "ALL" {
        pass("all features are enabled")
    } else {
        fail(format!("the feature set is {features}")).reason(Reason::NOT_ALL_FEATURES)
    };
    Ok(verdict
        .observed(format!("FeatureSet={features}"))
        .expected("FeatureSet=ALL")
        .cite([read.source.cite("FeatureSet", features)]))
}

#[cfg(test)]
#[test]
fn billing_alone_is_not_enough() {
    use trailproof_core::fixture::*;
    let billing = organization().but(|world| world.feature_set = "CONSOLIDATED_BILLING".into());
    let _ = expect(&CHECK)
        .passes(organization())
        .fails("not_all_features", billing)
        .does_not_apply("no_organization", account())
        .is_unknown(Cause::AccessDenied, organization().deny(Fact::Organization));
}
