//! The flag says all regions, and in one of them the trail is not there.

use trailproof_core::prelude::*;
use trailproof_core::roster::OptInStatus;

/// The check.
pub const CHECK: Check = Check {
    id: "trail-replication-consistent",
    title: "Every multi-region trail is present in every enabled region",
    group: Group::Presence,
    severity: Severity::Medium,
    weight: Severity::Medium.weight(),
    rationale: "Whoever relies on the flag believes that a region is recorded which is not: an attacker needs no more \
                than one.",
    remediation: Remediation {
        summary: "Save the trail again in its home region so that its replicas are made anew; where that does not \
                  help, open a case.",
        command: "aws cloudtrail update-trail --name {trail} --is-multi-region-trail",
        link: "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/receive-cloudtrail-log-files-from-multiple-regions.html",
    },
    japanese: Japanese {
        title: "すべてのマルチリージョン証跡が、すべての有効なリージョンに存在する",
        rationale: "マルチリージョンの表示に頼る者は、実際には記録されていないリージョンも記録されていると誤信する。攻撃者には 1 つ\
                    のリージョンで足りる。",
        remediation: "ホームリージョンで証跡を再保存し、複製を再作成する。解消しない場合は AWS サポートに問い合わせる。",
    },
    controls: &[
        Cis1_4.related("3.1"),
        Cis3_0.related("3.1"),
        Cis5_0.related("3.1"),
        Cis6_0.related("4.1"),
        Cis7_0.related("4.1"),
        Fsbp.related("CloudTrail.1"),
        Pci4_0_1.related("10.7.2"),
        Nist800_53R5.stave("AU-12"),
        Nist800_53R5.related("AU-5"),
        Soc2.related("CC7.2"),
        Iso27001_2022.related("A.8.15"),
        Hipaa164.stave("164.312(b)"),
    ],
    reads: &[Fact::Regions, Fact::Trails],
    judge: Judge::Replica(judge),
};

fn judge(view: &TrailRegionView<'_>, _: &Audit<'_>) -> Observed<Verdict> {
    let wide =
        view.trail.cite("IsMultiRegionTrail", view.trail.description.value.is_multi_region_trail);
    if !view.trail.is_multi_region()? {
        return Ok(not_applicable("the trail records its home region only")
            .reason(Reason::SINGLE_REGION)
            .cite([wide]));
    }
    let seen = view.account.trails_in(view.region)?;
    let cited = [wide, view.account.cite_trails_in(view.region)];
    let expected = format!("{} among the trails of {}", view.trail.name(), view.region);
    if seen.iter().any(|seen| seen.trail.arn() == view.trail.arn()) {
        return Ok(pass("the trail is present").expected(expected).cite(cited));
    }
    // What the region is must be known: in one that is being switched on or off the replica need not be there.
    view.account.region_scope()?;
    let mut entries = view.account.member.regions.iter();
    let entry = entries.find(|entry| entry.region_name == *view.region);
    let status = entry.map_or(OptInStatus::Unknown, |entry| entry.region_opt_status);
    match status {
        OptInStatus::Enabled | OptInStatus::EnabledByDefault => {
            Ok(fail(format!("the trail is not present in {}", view.region))
                .reason(Reason::REPLICA_MISSING)
                .expected(expected)
                .cite(cited))
        }
        OptInStatus::Enabling | OptInStatus::Disabling | OptInStatus::Disabled => {
            Ok(not_applicable(format!("the region is {}", status.code()))
                .reason(Reason::REGION_IN_TRANSITION)
                .cite(cited))
        }
        OptInStatus::Unknown => Err(Gap {
            account: Some(view.account.id()),
            region: Some(view.region.clone()),
            ..Gap::new(Fact::Regions, Cause::Undecidable, "the region's status is not known")
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use trailproof_core::evidence::Cause;
    use trailproof_core::fact::Fact;
    use trailproof_core::fixture::*;
    use trailproof_core::roster::OptInStatus;

    const OPT_IN: &str = "me-central-1";

    fn missing(place: &str, status: Option<OptInStatus>) -> World {
        let world = organization().with(trail("audit").but(|t| {
            t.missing_in.push((id(MEMBER), place.parse().unwrap()));
        }));
        let status = status.map(|status| (place.parse().unwrap(), status));
        world.member(MEMBER, |m| m.regions.extend(status))
    }

    #[test]
    fn the_replica_is_in_every_region() {
        let single = organization().with(trail("audit").single_region("us-east-1"));
        let opted = organization().with(trail("audit")).member(MEMBER, |m| {
            m.regions.insert(OPT_IN.parse().unwrap(), OptInStatus::Enabled);
        });
        let _ = expect(&CHECK)
            .passes(organization().with(trail("audit")))
            .passes(opted)
            .fails("replica_missing", missing(OPT_IN, Some(OptInStatus::Enabled))) // edge 11
            .fails("replica_missing", missing("eu-west-1", None))
            .does_not_apply("single_region", single)
            .is_unknown(Cause::RegionScopeUnproven, missing("eu-west-1", None).deny(Fact::Regions))
            .is_unknown(
                Cause::AccessDenied,
                organization().with(trail("audit")).deny_in(
                    None,
                    Fact::Trails,
                    Some("eu-west-1"),
                    Cause::AccessDenied,
                ),
            )
            .in_region(OPT_IN)
            .does_not_apply("region_in_transition", missing(OPT_IN, Some(OptInStatus::Enabling))) // edge 12
            .does_not_apply("region_in_transition", missing(OPT_IN, Some(OptInStatus::Disabling)));
    }
}
