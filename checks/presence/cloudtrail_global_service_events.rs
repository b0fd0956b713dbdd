//! IAM, STS and CloudFront report to one region, whatever region the caller sits in.

use trailproof_core::prelude::*;

/// The check.
pub const CHECK: Check = Check {
    id: "cloudtrail-global-service-events",
    title: "A logging trail records the events of global services",
    group: Group::Presence,
    severity: Severity::High,
    weight: Severity::High.weight(),
    rationale: "Changes of users, roles and policies are events of global services: without them the record \
                shows what an intruder did and not how the rights came about.",
    remediation: Remediation {
        summary: "Make the trail multi-region and let it include global service events.",
        command: "aws cloudtrail update-trail --name {trail} --is-multi-region-trail --include-global-service-events",
        link: "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-concepts.html",
    },
    japanese: Japanese {
        title: "ログ記録中の証跡がグローバルサービスイベントを記録している",
        rationale: "ユーザー、ロール、ポリシーの変更はグローバルサービスイベントである。これがなければ、侵入者の操作\
                    は分かっても、権限を得た経緯が分からない。",
        remediation: "証跡をマルチリージョンとし、グローバルサービスイベントを含める。",
    },
    controls: &[
        Cis1_4.stave("3.1"),
        Cis3_0.stave("3.1"),
        Cis5_0.stave("3.1"),
        Pci4_0_1.stave("10.2"),
        Nist800_53R5.stave("AU-2"),
        Nist800_53R5.stave("AU-12"),
        Soc2.stave("CC7.1"),
        Iso27001_2022.stave("A.8.15"),
        Hipaa164.related("164.312(b)"),
    ],
    reads: &[Fact::Regions, Fact::Trails, Fact::TrailStatus],
    judge: Judge::Account(judge),
};

pub const AS_CODE: AsCode = AsCode::both(
    r#"resource "aws_cloudtrail" "audit" {
  # …
  include_global_service_events = true
}"#,
    r#"AuditTrail:
  Type: AWS::CloudTrail::Trail
  Properties:
    # …
    IncludeGlobalServiceEvents: true"#,
);

fn judge(account: &AccountView<'_>, _: &Audit<'_>) -> Observed<Verdict> {
    let global = account.organization.partition().global_region();
    let expected = format!(
        "a logging trail with IncludeGlobalServiceEvents that is multi-region, or lies in {global}"
    );
    let receives = |trail: &Trail| any([Ok(*trail.home() == global), trail.is_multi_region()]);
    let found = find(account.trails(), |seen| {
        let trail = seen.trail;
        all([account.is_logging(trail), trail.includes_global_services(), receives(trail)])
    })?;
    if let Some(seen) = found {
        let trail = seen.trail;
        return Ok(pass(format!("{} records them", trail.name()))
            .expected(expected)
            .cite([seen.cite(), trail.cite("IncludeGlobalServiceEvents", true)])
            .cite(account.cite_logging(trail)));
    }
    let told = |trail: &Trail| match () {
        () if account.is_logging(trail) == Ok(false) => "is not logging",
        () if trail.includes_global_services() == Ok(false) => "leaves them out",
        () => "lies in another region, to which AWS sends none since 2021",
    };
    let trails: Vec<String> = account
        .trails()
        .into_iter()
        .flatten()
        .map(|seen| format!("{} {}", seen.trail.name(), told(seen.trail)))
        .collect();
    let observed = if trails.is_empty() { "no trail".to_owned() } else { trails.join("; ") };
    Ok(fail("no logging trail records the events of global services")
        .reason(Reason::NOT_RECORDED)
        .observed(observed)
        .expected(expected)
        .cite(account.regions().map(|region| account.cite_trails_in(region))))
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use trailproof_core::evidence::Cause;
    use trailproof_core::fact::Fact;
    use trailproof_core::fixture::*;

    #[test]
    fn the_flag_counts_where_the_events_arrive() {
        let without =
            || trail("audit").but(|t| t.description.include_global_service_events = Some(false));
        let all = || organization().with(trail("audit"));
        let _ = expect(&CHECK)
            .in_account(MEMBER)
            .passes(all())
            .passes(organization().with(trail("org").for_organization()))
            .passes(organization().with(trail("audit").single_region("us-east-1"))) // edge 30
            .fails("not_recorded", organization())
            .fails("not_recorded", organization().with(trail("audit").single_region("eu-west-1"))) // edge 29
            .fails("not_recorded", organization().with(without())) // edge 31
            .fails("not_recorded", organization().with(trail("audit").stopped()))
            .is_unknown(Cause::AccessDenied, all().deny(Fact::TrailStatus))
            .is_unknown(Cause::AccessDenied, all().deny(Fact::Trails))
            .is_unknown(Cause::RegionScopeUnproven, organization().deny(Fact::Regions));
    }
}
