//! A member that the organization trail does not reach is a blind account.

use jiff::SignedDuration;
use trailproof_core::aws::Region;
use trailproof_core::prelude::*;

/// The check.
pub const CHECK: Check = Check {
    id: "org-trail-covers-all-members",
    title: "The organization trail is present in every region of the member",
    group: Group::Organization,
    severity: Severity::Critical,
    weight: Severity::Critical.weight(),
    rationale: "Only the organization trail cannot be stopped by a member's own administrators: where it is \
                missing, whoever takes the account takes its record.",
    remediation: Remediation {
        summary: "Save the organization trail again so that its copies are made anew; a trail homed in an opt-in \
                  region reaches only members that enabled that region.",
        command: "aws cloudtrail update-trail --name {trail} --is-organization-trail --is-multi-region-trail",
        link: "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/creating-trail-organization.html",
    },
    japanese: Japanese {
        title: "組織の証跡がメンバーのすべてのリージョンに存在する",
        rationale: "メンバーの管理者が停止できないのは組織の証跡のみである。これがなければ、アカウントを掌握した者は\
                    記録も掌握する。",
        remediation: "組織の証跡を再保存して複製を再作成する。オプトインリージョンをホームリージョンとする証跡は、そ\
                      のリージョンを有効にしたメンバーにしか及ばない。",
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
    reads: &[Fact::Organization, Fact::Accounts, Fact::Regions, Fact::Trails],
    judge: Judge::Account(judge),
};

fn is_off(account: &AccountView<'_>, region: &Region) -> bool {
    let entry = account.member.regions.iter().find(|entry| entry.region_name == *region);
    entry.map_or(account.region_scope().is_ok(), |entry| !entry.region_opt_status.in_scope())
}

/// AWS makes the copies some time after an account joins.
const JOINING: SignedDuration = SignedDuration::from_hours(24);

fn judge(account: &AccountView<'_>, audit: &Audit<'_>) -> Observed<Verdict> {
    let organization = audit.organization;
    let Some(management) = organization.management()? else {
        return Ok(
            not_applicable("the account is in no organization").reason(Reason::NO_ORGANIZATION)
        );
    };
    if account.id() == management {
        return Ok(not_applicable("the management account owns the organization trail")
            .reason(Reason::MANAGEMENT_ACCOUNT));
    }
    let trails = organization.organization_trails()?;
    if trails.is_empty() {
        // That there is none is proved only where every region of the management account was read.
        organization.is_listed()?;
        organization.trails_complete(management)?;
        account.region_scope()?;
        find(account.trails(), |_| Ok(false))?;
        return Ok(
            not_applicable("there is no organization trail").reason(Reason::NO_ORGANIZATION_TRAIL)
        );
    }
    let regions: Vec<&Region> = if any(trails.iter().map(|trail| trail.is_multi_region()))? {
        // Nobody can do anything in a region that is closed to the account.
        let closed =
            |region: &&Region| account.trails_in(region).is_err_and(|gap| account.is_closed(&gap));
        account.regions().filter(|region| !closed(region)).collect()
    } else {
        // That no other organization trail goes further.
        organization.trails_complete(management)?;
        trails.iter().map(|trail| trail.home()).collect()
    };
    let present = |region: &&Region| {
        // A trail is not in a region that the member never switched on.
        if is_off(account, region) {
            return Ok(false);
        }
        let seen = account.trails_in(region)?;
        let theirs = |trail: &Trail| trail.is_organization_trail() && trail.owner == management;
        Ok(seen.iter().any(|seen| theirs(seen.trail)))
    };
    let missing: Vec<&str> = regions
        .iter()
        .filter(|region| present(region) == Ok(false))
        .map(|region| region.as_str())
        .collect();
    let names: Vec<&str> = trails.iter().map(|trail| trail.name()).collect();
    let expected = format!("{} in every enabled region", names.join(" or "));
    if missing.is_empty() {
        all(regions.iter().map(present))?;
        account.region_scope()?;
        return Ok(pass(format!("present in all of {} regions", regions.len()))
            .expected(expected)
            .cite(regions.iter().map(|region| account.cite_trails_in(region))));
    }
    // Who joined within the day is being set up; when that was must be known to call it a failure.
    organization.is_listed()?;
    let read_at = account.member.read_between.map(|(_, last)| last);
    if let (Some(joined), Some(read_at)) = (account.member.joined, read_at)
        && read_at.duration_since(joined) < JOINING
    {
        return Ok(
            not_applicable(format!("the account joined at {joined}")).reason(Reason::JOINING)
        );
    }
    let absent: Vec<Region> = regions
        .iter()
        .filter(|region| present(region) == Ok(false))
        .map(|r| (*r).clone())
        .collect();
    Ok(fail(format!("missing in {}", missing.join(", ")))
        .reason(Reason::MISSING_IN_MEMBER)
        .observed(format!("missing in {} of {} regions", missing.len(), regions.len()))
        .expected(expected)
        .cite(absent.iter().map(|region| account.cite_trails_in(region))))
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use trailproof_core::evidence::Cause;
    use trailproof_core::fact::Fact;
    use trailproof_core::fixture::*;
    use trailproof_core::roster::{AccountState, OptInStatus};

    #[test]
    fn every_region_of_the_member_shows_it() {
        let org = || organization().with(trail("org").for_organization());
        let missing = |place: &str| {
            organization().with(trail("org").for_organization().but(|t| {
                t.missing_in.push((id(MEMBER), place.parse().unwrap()));
            }))
        };
        let joined = |hours: i64, world: World| {
            let at = world.now - jiff::SignedDuration::from_hours(hours);
            world.member(MEMBER, |m| m.joined = at)
        };
        let opt_in_home = organization()
            .with(trail("org").for_organization().but(|t| {
                t.description.home_region = "eu-south-2".parse().unwrap();
                let everywhere = organization().partition.default_regions();
                t.missing_in.extend(everywhere.into_iter().map(|region| (id(MEMBER), region)));
            }))
            .member(MANAGEMENT, |m| {
                m.regions.insert("eu-south-2".parse().unwrap(), OptInStatus::Enabled);
            });
        let _ = expect(&CHECK)
            .in_account(MEMBER)
            .passes(org())
            .passes(organization().with(trail("org").for_organization().single_region("eu-west-1")))
            .fails("missing_in_member", missing("ap-south-1"))
            .fails("missing_in_member", opt_in_home) // edge 139
            .fails("missing_in_member", joined(25, missing("ap-south-1")))
            .does_not_apply("joining", joined(23, missing("ap-south-1")))
            .does_not_apply("no_organization_trail", organization().with(trail("audit")))
            .does_not_apply(
                "account_not_active",
                org().member(MEMBER, |m| m.state = AccountState::Suspended),
            ) // edge 140
            .does_not_apply("no_organization", account().with(trail("audit"))) // edge 142
            .is_unknown(
                Cause::AssumeRoleDenied,
                org().deny_in(Some(MEMBER), Fact::Session, None, Cause::AssumeRoleDenied),
            )
            .is_unknown(
                Cause::AccessDenied,
                organization().deny_in(Some(MANAGEMENT), Fact::Trails, None, Cause::AccessDenied),
            )
            .is_unknown(Cause::AccessDenied, missing("ap-south-1").deny(Fact::Accounts))
            .is_unknown(Cause::RegionScopeUnproven, org().deny(Fact::Regions));
    }
}
