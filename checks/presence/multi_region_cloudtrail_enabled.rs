//! A multi-region trail covers the regions that do not exist yet.

use trailproof_core::prelude::*;

/// The check.
pub const CHECK: Check = Check {
    id: "multi-region-cloudtrail-enabled",
    title: "A multi-region trail records all management events",
    group: Group::Presence,
    severity: Severity::High,
    weight: Severity::High.weight(),
    rationale: "Trails of single regions leave out every region that is opened after them, and a trail that \
                leaves out reads, writes or key use hides half of what an intruder did.",
    remediation: Remediation {
        summary: "Make the trail multi-region in its home region, and let it record all management events.",
        command: "aws cloudtrail update-trail --name {trail} --is-multi-region-trail --region {region}",
        link: "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/receive-cloudtrail-log-files-from-multiple-regions.html",
    },
    japanese: Japanese {
        title: "マルチリージョン証跡がすべての管理イベントを記録している",
        rationale: "単一リージョン証跡は後から有効になったリージョンを含まない。読み取り、書き込み、キーの使用を除外\
                    する証跡は、侵入者の操作の半分を隠す。",
        remediation: "ホームリージョンで証跡をマルチリージョンに変更し、すべての管理イベントを記録する。",
    },
    controls: &[
        Cis1_4.seen("3.1"),
        Cis3_0.seen("3.1"),
        Cis5_0.seen("3.1"),
        Cis6_0.prowler("4.1"),
        Cis7_0.prowler("4.1"),
        Fsbp.seen("CloudTrail.1"),
        Pci4_0_1.prowler("10.2.1"),
        Pci4_0_1.prowler("10.2.1.1"),
        Pci4_0_1.prowler("10.2.1.2"),
        Pci4_0_1.prowler("10.2.1.3"),
        Pci4_0_1.prowler("10.2.1.4"),
        Pci4_0_1.prowler("10.2.1.5"),
        Pci4_0_1.prowler("10.2.1.6"),
        Pci4_0_1.prowler("10.2.1.7"),
        Pci4_0_1.prowler("10.2.2"),
        Pci4_0_1.prowler("10.3.1"),
        Pci4_0_1.prowler("10.6.3"),
        Pci4_0_1.prowler("A1.2.1"),
        Nist800_53R5.seen("AC-2(4)"),
        Nist800_53R5.seen("AC-4(26)"),
        Nist800_53R5.seen("AC-6(9)"),
        Nist800_53R5.seen("AU-2"),
        Nist800_53R5.seen("AU-3"),
        Nist800_53R5.seen("AU-6(3)"),
        Nist800_53R5.seen("AU-6(4)"),
        Nist800_53R5.seen("AU-10"),
        Nist800_53R5.seen("AU-12"),
        Nist800_53R5.seen("AU-14(1)"),
        Nist800_53R5.seen("CA-7"),
        Nist800_53R5.seen("SC-7(9)"),
        Nist800_53R5.seen("SI-3(8)"),
        Nist800_53R5.seen("SI-4(20)"),
        Nist800_53R5.seen("SI-7(8)"),
        Nist800_53R5.seen("SA-8(22)"),
        Soc2.prowler("CC2.1"),
        Soc2.prowler("CC7.2"),
        Iso27001_2022.prowler("A.8.15"),
        Iso27001_2022.prowler("A.8.16"),
        Hipaa164.prowler("164.308(a)(1)(ii)(D)"),
        Hipaa164.prowler("164.308(a)(3)(ii)(A)"),
        Hipaa164.prowler("164.308(a)(6)(ii)"),
        Hipaa164.prowler("164.312(b)"),
    ],
    reads: &[Fact::Regions, Fact::Trails, Fact::TrailStatus, Fact::EventSelectors],
    judge: Judge::Account(judge),
};

pub const AS_CODE: AsCode = crate::code::MULTI_REGION_TRAIL;

fn judge(account: &AccountView<'_>, _: &Audit<'_>) -> Observed<Verdict> {
    let suits = |trail: &Trail| {
        all([trail.is_multi_region(), account.is_logging(trail), trail.records_all_management()])
    };
    Ok(match find(account.trails(), |seen| suits(seen.trail))? {
        Some(seen) => pass(format!("{} records all management events", seen.trail.name()))
            .observed("IsMultiRegionTrail=true, IsLogging=true, all reads and writes")
            .cite([seen.cite(), seen.trail.cite("IsMultiRegionTrail", true)])
            .cite(account.cite_logging(seen.trail))
            .cite([seen.trail.cite_selectors()]),
        None => shortfall(account),
    }
    .expected("one trail with IsMultiRegionTrail, IsLogging, and no management event left out"))
}

/// Why no trail will do, told of the nearest one. Everything was read when this is asked.
fn shortfall(account: &AccountView<'_>) -> Verdict {
    let multi: Vec<_> = account
        .trails()
        .into_iter()
        .flatten()
        .filter(|seen| seen.trail.is_multi_region() == Ok(true))
        .collect();
    let logging = multi.iter().find(|seen| account.is_logging(seen.trail) == Ok(true));
    let Some(nearest) = logging.or_else(|| multi.first()) else {
        return fail("no trail is multi-region")
            .reason(Reason::NO_MULTI_REGION_TRAIL)
            .cite(account.regions().map(|region| account.cite_trails_in(region)));
    };
    let name = nearest.trail.name();
    if logging.is_none() {
        return fail(format!("the multi-region trail {name} is not logging"))
            .reason(Reason::NOT_LOGGING)
            .observed("IsLogging=false")
            .cite(account.cite_logging(nearest.trail));
    }
    let halves = nearest.trail.management().map(|halves| {
        let [(_, read), (_, write)] = halves;
        (read, write)
    });
    let (code, told) = match halves {
        Ok((Recorded::None, Recorded::None)) => (Reason::NO_MANAGEMENT_EVENTS, "none".to_owned()),
        Ok((Recorded::None, _)) => (Reason::WRITE_ONLY, "writes only".to_owned()),
        Ok((_, Recorded::None)) => (Reason::READ_ONLY, "reads only".to_owned()),
        Ok((read, write)) => (
            Reason::EXCLUDED_SOURCES,
            format!("reads {}, writes {}", read.describe(), write.describe()),
        ),
        Err(_) => (Reason::EXCLUDED_SOURCES, "not all".to_owned()),
    };
    fail(format!("{name} does not record all management events: {told}"))
        .reason(code)
        .observed(format!("management events: {told}"))
        .cite([nearest.trail.cite_selectors()])
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use serde_json::json;
    use trailproof_core::evidence::Cause;
    use trailproof_core::fact::Fact;
    use trailproof_core::fixture::*;

    #[test]
    fn one_trail_must_do_it_all() {
        let half = |kind: &str| json!({"EventSelectors": [{"ReadWriteType": kind}]});
        let singles = |world: World| {
            let regions = world.partition.default_regions();
            regions.iter().fold(world, |world, region| {
                world.with(trail("single").single_region(region.as_str()))
            })
        };
        let _ = expect(&CHECK)
            .in_account(MEMBER)
            .passes(organization().with(trail("audit")))
            .passes(organization().with(trail("audit").selecting(half("All"))))
            .fails("no_multi_region_trail", organization())
            .fails("no_multi_region_trail", singles(organization())) // edge 9
            .fails("not_logging", organization().with(trail("audit").stopped()))
            .fails(
                "write_only", // edge 16
                organization()
                    .with(trail("reads").selecting(half("ReadOnly")))
                    .with(trail("a-writes").selecting(half("WriteOnly"))),
            )
            .fails(
                "excluded_sources",
                organization().with(trail("audit").selecting(json!({"EventSelectors": [
                    {"ExcludeManagementEventSources": ["kms.amazonaws.com"]}]}))),
            )
            .is_unknown(Cause::RegionScopeUnproven, organization().deny(Fact::Regions));
    }

    #[test]
    fn a_member_knows_the_default_selector_and_no_custom_one() {
        let org = |custom: bool| {
            let org = trail("org").for_organization();
            organization().with(if custom {
                org.selecting(json!({"EventSelectors": [{}]}))
            } else {
                org
            })
        };
        let without_management = |world: World| {
            world.member(MANAGEMENT, |m| m.in_scope = false).but(|world| world.caller = id(ARCHIVE))
        };
        let _ = expect(&CHECK)
            .in_account(MEMBER)
            .passes(without_management(org(false))) // edge 6
            .is_unknown(Cause::CrossAccountUnreadable, without_management(org(true))) // edge 7
            .passes(org(true)) // edge 8
            .is_unknown(Cause::AccessDenied, org(true).deny(Fact::TrailStatus))
            .is_unknown(Cause::RegionScopeUnproven, organization().deny(Fact::Regions));
    }
}
