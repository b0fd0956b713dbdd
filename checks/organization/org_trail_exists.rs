//! Only the organization trail is out of reach for the members that it records.

use trailproof_core::prelude::*;

/// The check.
pub const CHECK: Check = Check {
    id: "org-trail-exists",
    title: "An organization trail records all management events of every region",
    group: Group::Organization,
    severity: Severity::Critical,
    weight: Severity::Critical.weight(),
    rationale: "A member's administrator can stop the member's own trail in one call; the organization trail is the \
                only one that members can neither stop nor delete.",
    remediation: Remediation {
        summary: "Make a multi-region organization trail for all management events and start it.",
        command: "aws cloudtrail create-trail --name org --s3-bucket-name BUCKET --is-organization-trail \
                  --is-multi-region-trail && aws cloudtrail start-logging --name org",
        link: "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/creating-trail-organization.html",
    },
    japanese: Japanese {
        title: "組織の証跡が、すべてのリージョンの管理イベントをすべて記録している",
        rationale: "メンバーの管理者は、メンバー独自の証跡を 1 回の呼び出しで停止できる。メンバーが停止も削除もできな\
                    いのは組織の証跡のみである。",
        remediation: "すべての管理イベントを対象とするマルチリージョンの組織の証跡を作成し、ログ記録を開始する。",
    },
    controls: &[
        Cis1_4.stave("3.1"),
        Cis3_0.stave("3.1"),
        Cis5_0.stave("3.1"),
        Cis6_0.stave("4.1"),
        Cis7_0.stave("4.1"),
        Fsbp.related("CloudTrail.1"),
        Pci4_0_1.related("10.2.1"),
        Nist800_53R5.related("AU-12"),
        Nist800_53R5.related("AU-12(1)"),
        Soc2.stave("CC7.1"),
        Iso27001_2022.related("A.8.15"),
        Hipaa164.related("164.312(b)"),
    ],
    reads: &[
        Fact::Organization,
        Fact::Accounts,
        Fact::DelegatedAdministrators,
        Fact::Regions,
        Fact::Trails,
        Fact::TrailStatus,
        Fact::EventSelectors,
    ],
    judge: Judge::Organization(judge),
};

pub const AS_CODE: AsCode = AsCode::both(
    r#"resource "aws_cloudtrail" "audit" {
  # …
  is_organization_trail = true
  is_multi_region_trail = true
  enable_logging        = true
}"#,
    r#"AuditTrail:
  Type: AWS::CloudTrail::Trail
  Properties:
    # …
    IsOrganizationTrail: true
    IsMultiRegionTrail: true
    IsLogging: true"#,
);

fn judge(organization: &Organization, _: &Audit<'_>) -> Observed<Verdict> {
    let trails = organization.organization_trails()?;
    let fit = |trail: &&Trail| {
        all([trail.is_multi_region(), trail.is_logging(), trail.records_all_management()])
    };
    let expected = "a multi-region organization trail that logs all management events";
    let cited = |trail: &Trail| {
        let wide = trail.description.value.is_multi_region_trail;
        let mut evidence = vec![
            trail.cite("IsOrganizationTrail", true),
            trail.cite("IsMultiRegionTrail", wide),
            trail.cite_selectors(),
        ];
        evidence.extend(trail.cite_logging());
        evidence
    };
    if let Some(trail) = find(trails.iter().copied().map(Ok), fit)? {
        return Ok(pass(format!("{} records every account", trail.name()))
            .observed(trail.arn())
            .expected(expected)
            .cite(cited(trail)));
    }
    // That there is no better one must be known.
    organization.organization_trails_complete()?;
    let (reason, message) = shortfall(&trails);
    Ok(fail(message)
        .reason(reason)
        .expected(expected)
        .cite(trails.iter().flat_map(|trail| cited(trail)))
        .cite(organization.cite_management().filter(|_| trails.is_empty())))
}

/// What the first of the organization trails lacks.
fn shortfall(trails: &[&Trail]) -> (Reason, String) {
    let Some(trail) = trails.first() else {
        return (Reason::NO_ORGANIZATION_TRAIL, "there is no organization trail".into());
    };
    let name = trail.name();
    if trail.is_logging() == Ok(false) {
        (Reason::STOPPED, format!("{name} is not logging"))
    } else if trail.is_multi_region() == Ok(false) {
        (Reason::SINGLE_REGION, format!("{name} records {} only", trail.home()))
    } else {
        (Reason::PARTIAL_MANAGEMENT_EVENTS, format!("{name} does not record all management events"))
    }
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use serde_json::json;
    use trailproof_core::evidence::Cause;
    use trailproof_core::fact::Fact;
    use trailproof_core::fixture::*;

    fn org() -> TrailSetup {
        trail("org").for_organization()
    }

    /// A run from the log archive that leaves the management account out.
    fn without_management(trail: Option<TrailSetup>, delegated: bool) -> World {
        let base = organization().member(MANAGEMENT, |m| m.in_scope = false);
        base.but(|world| {
            world.caller = id(ARCHIVE);
            world.trails.extend(trail);
            world.delegates.extend(delegated.then(|| id(ARCHIVE)));
        })
    }

    #[test]
    fn one_trail_records_everything_everywhere() {
        let with = |setup: TrailSetup| organization().with(setup);
        let writes = json!({"EventSelectors": [{"ReadWriteType": "WriteOnly"}]});
        let all = || json!({"EventSelectors": [{}]});
        let _ = expect(&CHECK)
            .passes(with(org()))
            .passes(with(org().stopped()).with(trail("other").for_organization()))
            .passes(without_management(Some(org()), false))
            .passes(without_management(Some(org().selecting(all())), true)) // edge 51b
            .fails("stopped", without_management(Some(org().stopped()), true)) // edge 51b
            .fails("no_organization_trail", without_management(None, true))
            .fails("no_organization_trail", with(trail("audit")))
            .fails("stopped", with(org().stopped()))
            .fails("single_region", with(org().single_region("us-east-1")))
            .fails("partial_management_events", with(org().selecting(writes)))
            .does_not_apply("no_organization", account().with(trail("audit"))) // edge 142
            .is_unknown(Cause::NotAttempted, without_management(None, false))
            .is_unknown(
                Cause::CrossAccountUnreadable,
                without_management(Some(org().selecting(all())), false),
            )
            .is_unknown(
                Cause::AccessDenied,
                without_management(Some(org().stopped()), true).deny(Fact::DelegatedAdministrators),
            )
            .is_unknown(
                Cause::AccessDenied,
                with(trail("audit")).deny_in(
                    None,
                    Fact::Trails,
                    Some("eu-west-1"),
                    Cause::AccessDenied,
                ),
            )
            .is_unknown(
                Cause::AccessDenied,
                with(org().selecting(all())).deny(Fact::EventSelectors),
            )
            .is_unknown(Cause::AccessDenied, with(org()).deny(Fact::TrailStatus))
            .is_unknown(Cause::RegionScopeUnproven, with(trail("audit")).deny(Fact::Regions));
    }
}
