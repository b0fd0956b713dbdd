//! GuardDuty reads CloudTrail by a way of its own: it sees what a stopped trail does not.

use trailproof_core::answer::Detector;
use trailproof_core::aws::{AccountId, Region};
use trailproof_core::prelude::*;

/// The check.
pub const CHECK: Check = Check {
    id: "guardduty-enabled-centralized",
    title: "GuardDuty is on in every enabled region and administered from one account",
    group: Group::Monitoring,
    severity: Severity::High,
    weight: Severity::High.weight(),
    rationale: "GuardDuty reads CloudTrail's events from a stream of its own, so that it goes on after a trail was stopped; \
                in a region without it a stolen key is used unseen.",
    remediation: Remediation {
        summary: "Let the organization's management account name the security account as GuardDuty's administrator, and \
                  let that one switch it on for all accounts, in each region.",
        command: "aws guardduty update-organization-configuration --detector-id DETECTOR \
                  --auto-enable-organization-members ALL --region {region}",
        link: "https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_organizations.html",
    },
    japanese: Japanese {
        title: "GuardDuty がすべての有効なリージョンで有効であり、1 つのアカウントから管理されている",
        rationale: "GuardDuty は独自の経路で CloudTrail のイベントを読み取るため、証跡が停止された後も検出を続ける。有効でないリージョンでは、盗まれた認証情報の使用が見逃される。",
        remediation: "組織の管理アカウントでセキュリティアカウントを GuardDuty の管理者に指定し、その管理者がすべてのアカウントとリージョンで有効にする。",
    },
    controls: &[
        Fsbp.seen("GuardDuty.1"),
        Pci4_0_1.prowler("11.5.1"),
        Nist800_53R5.seen("AC-2(12)"),
        Nist800_53R5.seen("AU-6(1)"),
        Nist800_53R5.seen("AU-6(5)"),
        Nist800_53R5.seen("CA-7"),
        Nist800_53R5.seen("CM-8(3)"),
        Nist800_53R5.seen("RA-3(4)"),
        Nist800_53R5.seen("SA-11(1)"),
        Nist800_53R5.seen("SA-11(6)"),
        Nist800_53R5.seen("SA-15(2)"),
        Nist800_53R5.seen("SA-15(8)"),
        Nist800_53R5.seen("SA-8(19)"),
        Nist800_53R5.seen("SA-8(21)"),
        Nist800_53R5.seen("SA-8(25)"),
        Nist800_53R5.seen("SC-5"),
        Nist800_53R5.seen("SC-5(1)"),
        Nist800_53R5.seen("SC-5(3)"),
        Nist800_53R5.seen("SI-20"),
        Nist800_53R5.seen("SI-3(8)"),
        Nist800_53R5.seen("SI-4"),
        Nist800_53R5.seen("SI-4(1)"),
        Nist800_53R5.seen("SI-4(2)"),
        Nist800_53R5.seen("SI-4(4)"),
        Nist800_53R5.seen("SI-4(5)"),
        Nist800_53R5.seen("SI-4(13)"),
        Nist800_53R5.seen("SI-4(22)"),
        Nist800_53R5.seen("SI-4(25)"),
        Soc2.prowler("CC7.1"),
        Soc2.prowler("CC7.2"),
        Soc2.prowler("CC7.3"),
        Soc2.prowler("CC7.4"),
        Iso27001_2022.related("A.8.16"),
        Iso27001_2022.prowler("A.5.25"),
        Hipaa164.prowler("164.308(a)(1)(ii)(D)"),
        Hipaa164.prowler("164.308(a)(6)(ii)"),
        Hipaa164.prowler("164.312(b)"),
    ],
    reads: &[
        Fact::Organization,
        Fact::Regions,
        Fact::Trails,
        Fact::Detectors,
        Fact::DetectorAdministrators,
        Fact::DetectorOrganization,
    ],
    judge: Judge::Region(judge),
};

const EXPECTED: &str = "a detector that is on and reads CloudTrail; of the organization's management account also an \
                        administrator who has it on in all accounts";

/// What keeps a detector from seeing CloudTrail's events: the code, and in words. Old answers name no features.
fn fault(detectors: &[Detector]) -> Option<(Reason, String)> {
    let off = |detector: &Detector| match detector.features.get("CLOUD_TRAIL") {
        _ if detector.status.as_deref() != Some("ENABLED") => {
            let status = detector.status.as_deref().unwrap_or("not shown");
            Some((Reason::DETECTOR_DISABLED, format!("GuardDuty's detector is {status}")))
        }
        Some(status) if status != "ENABLED" => Some((
            Reason::CLOUDTRAIL_NOT_READ,
            format!("GuardDuty's feature CLOUD_TRAIL is {status}"),
        )),
        _ => None,
    };
    let faults: Vec<_> = detectors.iter().map(off).collect();
    match faults.as_slice() {
        [] => Some((Reason::NO_DETECTOR, "GuardDuty is not switched on".to_owned())),
        faults if faults.iter().any(Option::is_none) => None,
        faults => faults.iter().flatten().next().cloned(),
    }
}

/// What is wrong with how the organization has it administered, or who administers it; asked of the management account,
/// since nobody else is told who that is.
fn centralized(
    management: AccountId,
    region: &Region,
    audit: &Audit<'_>,
) -> Observed<Result<(String, Vec<Evidence>), Verdict>> {
    let all = audit.organization;
    let (administrators, source) = all.detector_administrators(management, region)?;
    let Some(administrator) = administrators.first().map(|one| one.admin_account_id) else {
        let cited = source.cite("adminAccounts", 0);
        let message = "no account administers GuardDuty for the organization";
        return Ok(Err(fail(message).reason(Reason::NO_ADMINISTRATOR).cite([cited])));
    };
    let named = source.cite("adminAccounts[].adminAccountId", administrator.as_str());
    let expected = &audit.policy.security_account_ids;
    if !expected.is_empty() && !expected.contains(&administrator) {
        let message = format!("{administrator} administers GuardDuty and is no security account");
        return Ok(Err(fail(message).reason(Reason::UNEXPECTED_ADMINISTRATOR).cite([named])));
    }
    let (organization, source) = all.detector_organization(administrator, region)?;
    let members = organization.auto_enable_organization_members.as_deref();
    let members = members.or(match organization.auto_enable {
        Some(true) => Some("NEW"),
        Some(false) => Some("NONE"),
        None => None,
    });
    let cited = source.cite("autoEnableOrganizationMembers", members);
    let note = match members {
        Some("ALL") => format!("{administrator} has it on in all accounts"),
        // An older account without it fails by itself.
        Some("NEW") => format!("{administrator} switches it on in new accounts only"),
        _ => {
            let message = format!("{administrator} does not switch GuardDuty on in new accounts");
            return Ok(Err(fail(message).reason(Reason::NOT_AUTO_ENABLED).cite([named, cited])));
        }
    };
    Ok(Ok((note, vec![named, cited])))
}

fn judge(view: &RegionView<'_>, audit: &Audit<'_>) -> Observed<Verdict> {
    let (detectors, source) = match view.account.detectors(view.region)? {
        Ok(offered) => offered,
        Err(verdict) => return Ok(verdict),
    };
    let cited = source.cite("detectorIds", detectors.len());
    if let Some((code, message)) = fault(detectors) {
        let status = detectors.first().map(|one| source.cite("status", one.status.clone()));
        return Ok(fail(message).reason(code).expected(EXPECTED).cite([cited]).cite(status));
    }
    let own = "GuardDuty is on and reads CloudTrail";
    if audit.organization.management()? != Some(view.account.id()) {
        return Ok(pass(own).expected(EXPECTED).cite([cited]));
    }
    Ok(match centralized(view.account.id(), view.region, audit)? {
        Ok((note, evidence)) => pass(format!("{own}; {note}")).cite([cited]).cite(evidence),
        Err(verdict) => verdict,
    }
    .expected(EXPECTED))
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use trailproof_core::answer::{Detector, DetectorAdministrator, DetectorOrganization};
    use trailproof_core::evidence::Cause;
    use trailproof_core::fact::Fact;
    use trailproof_core::fixture::*;

    fn here() -> trailproof_core::aws::Region {
        "us-east-1".parse().unwrap()
    }

    fn with(account: &str, detectors: Option<Vec<Detector>>) -> World {
        let place = (id(account), here());
        organization().but(|world| drop(world.watching.detectors.insert(place, detectors)))
    }

    fn off(feature: &str) -> Detector {
        let mut one = detector();
        one.features.insert(feature.to_owned(), "DISABLED".to_owned());
        one
    }

    fn administered(by: &[&str], members: Option<&str>) -> World {
        organization().but(|world| {
            let account = |text: &&str| DetectorAdministrator {
                admin_account_id: id(text),
                admin_status: Some("ENABLED".into()),
            };
            world.watching.administrators.insert(here(), by.iter().map(account).collect());
            let members = DetectorOrganization {
                auto_enable_organization_members: members.map(str::to_owned),
                auto_enable: None,
            };
            world.watching.organizations.insert(here(), members);
        })
    }

    #[test]
    fn a_detector_is_on_in_each_region_of_each_account() {
        let disabled = Detector { status: Some("DISABLED".into()), ..detector() };
        let old = Detector { features: std::collections::BTreeMap::new(), ..detector() };
        let _ = expect(&CHECK)
            .in_account(MEMBER)
            .passes(organization())
            .passes(with(MEMBER, Some(vec![old])))
            .fails("no_detector", with(MEMBER, Some(Vec::new())))
            .fails("detector_disabled", with(MEMBER, Some(vec![disabled]))) // edge 134
            .fails("cloudtrail_not_read", with(MEMBER, Some(vec![off("CLOUD_TRAIL")])))
            .is_unknown(Cause::AccessDenied, organization().deny(Fact::Detectors))
            .is_unknown(Cause::AccessDenied, organization().deny(Fact::Organization))
            .is_unknown(Cause::RegionScopeUnproven, organization().deny(Fact::Regions))
            .is_unknown(Cause::AccessDenied, with(MEMBER, None).deny(Fact::Trails))
            .in_region("us-east-1")
            .does_not_apply("service_not_in_region", with(MEMBER, None))
            .in_account(MANAGEMENT)
            .passes(administered(&[ARCHIVE], Some("ALL")))
            .passes(administered(&[ARCHIVE], Some("NEW")))
            .fails("not_auto_enabled", administered(&[ARCHIVE], Some("NONE")))
            .fails("not_auto_enabled", administered(&[ARCHIVE], None))
            .fails("no_administrator", administered(&[], None))
            .is_unknown(Cause::AccessDenied, organization().deny(Fact::DetectorAdministrators))
            .is_unknown(Cause::AccessDenied, organization().deny(Fact::DetectorOrganization))
            .policy(|policy| policy.security_account_ids = [id(MEMBER)].into())
            .fails("unexpected_administrator", administered(&[ARCHIVE], Some("ALL")))
            .passes(administered(&[MEMBER], Some("ALL")));
    }
}
