//! A trail that lives in a region which members must switch on first is missing where they did not.

use trailproof_core::aws::{AccountId, Region};
use trailproof_core::organization::Member;
use trailproof_core::prelude::*;
use trailproof_core::roster::OptInStatus;

/// The check.
pub const CHECK: Check = Check {
    id: "org-trail-home-region-default-enabled",
    title: "The organization trail's home region is enabled in every member",
    group: Group::Organization,
    severity: Severity::High,
    weight: Severity::High.weight(),
    rationale: "A multi-region organization trail that is homed in an opt-in region receives nothing at all from a \
                member that has not enabled that region, and nothing says so.",
    remediation: Remediation {
        summary: "Make the trail anew in a region that every account has, then delete this one; or enable the home \
                  region in every member.",
        command: "aws cloudtrail create-trail --name org --s3-bucket-name BUCKET --is-organization-trail \
                  --is-multi-region-trail --region us-east-1",
        link: "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/creating-trail-organization.html",
    },
    japanese: Japanese {
        title: "組織の証跡のホームリージョンが、すべてのメンバーで有効である",
        rationale: "オプトインリージョンをホームリージョンとするマルチリージョンの組織の証跡は、そのリージョンを有効\
                    にしていないメンバーから何も受け取らず、その旨も表示されない。",
        remediation: "すべてのアカウントで有効なリージョンに証跡を再作成した後、この証跡を削除する。または、すべての\
                      メンバーでホームリージョンを有効にする。",
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
    ],
    judge: Judge::Organization(judge),
};

fn judge(organization: &Organization, _: &Audit<'_>) -> Observed<Verdict> {
    let trails = organization.organization_trails()?;
    let records = |trail: &Trail| all([trail.is_multi_region(), trail.is_logging()]);
    let items = || trails.iter().copied().map(Ok);
    let everywhere = |trail: &&Trail| {
        let enabled = enabled_in_all(organization, trail.home());
        all([records(trail), enabled])
    };
    let expected = "a home region that is enabled in every active account";
    if let Some(trail) = find(items(), everywhere)? {
        return Ok(pass(format!("{} is homed in {}", trail.name(), trail.home()))
            .observed(format!("HomeRegion={}", trail.home()))
            .expected(expected)
            .cite([trail.cite("HomeRegion", trail.home().as_str())]));
    }
    // That no other one is better must be known.
    organization.organization_trails_complete()?;
    let Some(trail) = find(items(), |trail| records(trail))? else {
        return Ok(not_applicable("no multi-region organization trail is logging")
            .reason(Reason::NO_ORGANIZATION_TRAIL));
    };
    let members = organization.members.values();
    let without: Vec<AccountId> = members
        .filter(|member| member.state.is_active())
        .filter(|member| enabled(member, trail.home()) == Ok(false))
        .map(|member| member.id)
        .collect();
    let names: Vec<String> = without.iter().map(ToString::to_string).collect();
    Ok(fail(format!("{} is not enabled in {}", trail.home(), names.join(", ")))
        .reason(Reason::OPT_IN_HOME_REGION)
        .observed(format!("HomeRegion={}, not enabled in {} accounts", trail.home(), names.len()))
        .expected(expected)
        .cite([trail.cite("HomeRegion", trail.home().as_str())]))
}

fn enabled_in_all(organization: &Organization, home: &Region) -> Observed<bool> {
    if organization.partition().default_regions().contains(home) {
        return Ok(true);
    }
    organization.is_listed()?;
    let active = organization.members.values().filter(|member| member.state.is_active());
    all(active.map(|member| enabled(member, home)))
}

/// Whether an account has that region.
fn enabled(member: &Member, home: &Region) -> Observed<bool> {
    member.session.clone().map_err(|gap| *gap)?;
    if let Some(gap) = &member.region_scope {
        return Err((**gap).clone());
    }
    let entry = member.regions.iter().find(|entry| entry.region_name == *home);
    let status = entry.map_or(OptInStatus::Disabled, |entry| entry.region_opt_status);
    match status {
        OptInStatus::Enabled | OptInStatus::EnabledByDefault | OptInStatus::Disabling => Ok(true),
        OptInStatus::Disabled => Ok(false),
        OptInStatus::Enabling | OptInStatus::Unknown => Err(Gap {
            account: Some(member.id),
            region: Some(home.clone()),
            ..Gap::new(
                Fact::Regions,
                Cause::Undecidable,
                format!("{home} is {} in {}", status.code(), member.id),
            )
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use trailproof_core::evidence::Cause;
    use trailproof_core::fact::Fact;
    use trailproof_core::fixture::*;
    use trailproof_core::roster::{AccountState, OptInStatus};

    const OPT_IN: &str = "eu-south-2";

    /// A trail homed in an opt-in region that these accounts have.
    fn homed(statuses: &[(&str, OptInStatus)]) -> World {
        let home = || OPT_IN.parse().unwrap();
        let org = trail("org").for_organization().but(|t| t.description.home_region = home());
        statuses.iter().fold(organization().with(org), |world, (account, status)| {
            world.member(account, |m| m.regions.extend([(home(), *status)]))
        })
    }

    #[test]
    fn every_member_has_the_home_region() {
        use OptInStatus::{Enabled, Enabling};
        let org = || trail("org").for_organization();
        let everywhere = || homed(&[(MEMBER, Enabled), (ARCHIVE, Enabled), (MANAGEMENT, Enabled)]);
        let not_in_member = || homed(&[(ARCHIVE, Enabled), (MANAGEMENT, Enabled)]);
        let enabling = homed(&[(MEMBER, Enabling), (ARCHIVE, Enabled), (MANAGEMENT, Enabled)]);
        let _ = expect(&CHECK)
            .passes(organization().with(org()))
            .passes(everywhere())
            .passes(not_in_member().member(MEMBER, |m| m.state = AccountState::Suspended))
            .passes(not_in_member().with(trail("near").for_organization()))
            .fails("opt_in_home_region", not_in_member()) // edge 139
            .fails(
                "opt_in_home_region",
                not_in_member().with(trail("near").for_organization().stopped()),
            )
            .does_not_apply("no_organization_trail", organization().with(trail("audit")))
            .does_not_apply("no_organization_trail", organization().with(org().stopped()))
            .does_not_apply(
                "no_organization_trail",
                organization().with(org().single_region("us-east-1")),
            )
            .does_not_apply("no_organization", account())
            .is_unknown(Cause::Undecidable, enabling)
            .is_unknown(Cause::NotAttempted, everywhere().member(MEMBER, |m| m.in_scope = false))
            .is_unknown(
                Cause::AccessDenied,
                organization()
                    .with(org().stopped())
                    .member(MANAGEMENT, |m| m.in_scope = false)
                    .but(|world| {
                        world.caller = id(ARCHIVE);
                        world.delegates = vec![id(ARCHIVE)];
                    })
                    .deny(Fact::DelegatedAdministrators),
            )
            .is_unknown(Cause::AccessDenied, not_in_member().deny(Fact::TrailStatus))
            .is_unknown(Cause::RegionScopeUnproven, everywhere().deny(Fact::Regions));
    }
}
