//! Security Hub brings together what the detection services find.

use trailproof_core::prelude::*;

/// The check.
pub const CHECK: Check = Check {
    id: "securityhub-enabled",
    title: "Security Hub is on in every enabled region",
    group: Group::Monitoring,
    severity: Severity::Medium,
    weight: Severity::Medium.weight(),
    rationale: "What GuardDuty and others find in a region without it is shown in that region's console and nowhere else.",
    remediation: Remediation {
        summary: "Switch Security Hub on, for the organization by a configuration policy of its delegated administrator.",
        command: "aws securityhub enable-security-hub --region {region}",
        link: "https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-settingup.html",
    },
    japanese: Japanese {
        title: "Security Hub がすべての有効なリージョンで有効である",
        rationale: "有効でないリージョンでは、GuardDuty などの検出結果がそのリージョンのコンソールにしか表示されない。",
        remediation: "Security Hub を有効にする。組織では委任管理者の設定ポリシーにより有効にする。",
    },
    controls: &[
        Cis3_0.prowler("4.16"),
        Cis5_0.prowler("4.16"),
        Cis6_0.prowler("5.16"),
        Cis7_0.prowler("5.16"),
        Pci4_0_1.prowler("10.4.1.1"),
        Pci4_0_1.prowler("10.6.3"),
        Nist800_53R5.prowler("AU-6(1)"),
        Nist800_53R5.prowler("AU-6(5)"),
        Nist800_53R5.prowler("CA-7"),
        Soc2.prowler("CC7.1"),
        Soc2.prowler("CC7.2"),
        Soc2.prowler("CC7.3"),
        Soc2.prowler("CC7.4"),
        Iso27001_2022.related("A.8.16"),
        Hipaa164.prowler("164.308(a)(6)(ii)"),
    ],
    reads: &[Fact::Regions, Fact::Trails, Fact::SecurityHub],
    judge: Judge::Region(judge),
};

/// Where the account's findings of all regions are brought together, if that was told: the region of global services
/// tells it for all.
fn aggregation(account: &AccountView<'_>) -> Option<String> {
    let region = account.regions().find_map(|region| {
        let hub = account.security_hub(region).ok()?.ok()?;
        hub.0.finding_aggregation_region.clone()
    })?;
    Some(format!("; findings are brought together in {region}"))
}

fn judge(view: &RegionView<'_>, _: &Audit<'_>) -> Observed<Verdict> {
    let (hub, source) = match view.account.security_hub(view.region)? {
        Ok(offered) => offered,
        Err(verdict) => return Ok(verdict),
    };
    Ok(match &hub.hub_arn {
        Some(arn) => {
            let note = aggregation(view.account).unwrap_or_default();
            pass(format!("Security Hub is on{note}")).cite([source.cite("HubArn", arn.as_str())])
        }
        None => fail("Security Hub is not switched on")
            .reason(Reason::NO_HUB)
            .cite([source.cite("error", "InvalidAccessException")]),
    }
    .expected("a hub in the region"))
}

#[cfg(test)]
#[test]
fn a_hub_is_there_in_each_region() {
    use trailproof_core::answer::SecurityHub;
    use trailproof_core::fixture::*;
    let with = |hub: Option<SecurityHub>| {
        let place = (id(MEMBER), "us-east-1".parse().unwrap());
        organization().but(|world| drop(world.watching.hubs.insert(place, hub)))
    };
    let gathered = SecurityHub {
        hub_arn: Some("arn:aws:securityhub:us-east-1:111122223333:hub/default".into()),
        finding_aggregation_region: Some("eu-west-1".parse().unwrap()),
    };
    let _ = expect(&CHECK)
        .in_account(MEMBER)
        .passes(organization())
        .passes(with(Some(gathered)))
        .fails("no_hub", with(Some(SecurityHub::default()))) // edge 135
        .is_unknown(Cause::AccessDenied, organization().deny(Fact::SecurityHub)) // edge 136
        .is_unknown(Cause::AccessDenied, with(None).deny(Fact::Trails))
        .is_unknown(Cause::RegionScopeUnproven, organization().deny(Fact::Regions))
        .in_region("us-east-1")
        .does_not_apply("service_not_in_region", with(None));
}
