//! What is read and deleted in buckets stands in data events, which GuardDuty reads where it is told to.

use trailproof_core::answer::Detector;
use trailproof_core::prelude::*;

/// The check.
pub const CHECK: Check = Check {
    id: "guardduty-s3-protection-enabled",
    title: "GuardDuty reads S3's data events in every enabled region",
    group: Group::Monitoring,
    severity: Severity::Low,
    weight: Severity::Low.weight(),
    rationale: "Logs that are read out or deleted object by object show in data events alone, which few trails record.",
    remediation: Remediation {
        summary: "Switch S3 protection on, for the organization by GuardDuty's administrator.",
        command: "aws guardduty update-detector --detector-id DETECTOR --region {region} \
                  --features '[{\"Name\": \"S3_DATA_EVENTS\", \"Status\": \"ENABLED\"}]'",
        link: "https://docs.aws.amazon.com/guardduty/latest/ug/s3-protection.html",
    },
    japanese: Japanese {
        title: "GuardDuty がすべての有効なリージョンで S3 のデータイベントを読み取っている",
        rationale: "ログのオブジェクト単位の読み出しや削除はデータイベントにしか現れず、データイベントを記録する証跡は少ない。",
        remediation: "S3 保護を有効にする。組織では GuardDuty の管理者が有効にする。",
    },
    controls: &[
        Fsbp.recalled("GuardDuty.10"),
        Pci4_0_1.prowler("11.5.1"),
        Nist800_53R5.related("SI-4"),
        Soc2.related("CC7.2"),
        Iso27001_2022.related("A.8.16"),
    ],
    reads: &[Fact::Regions, Fact::Trails, Fact::Detectors],
    judge: Judge::Region(judge),
};

fn judge(view: &RegionView<'_>, _: &Audit<'_>) -> Observed<Verdict> {
    let (detectors, source) = match view.account.detectors(view.region)? {
        Ok(offered) => offered,
        Err(verdict) => return Ok(verdict),
    };
    let is_on = |one: &&Detector| one.status.as_deref() == Some("ENABLED");
    let feature = |one: &Detector| {
        one.features.get("S3_DATA_EVENTS").map(|status| status.as_str() == "ENABLED")
    };
    let expected = "the feature S3_DATA_EVENTS is ENABLED";
    let Some(detector) = detectors.iter().find(is_on) else {
        let message = "GuardDuty is not on, and reads no data events";
        let cited = source.cite("detectorIds", detectors.len());
        return Ok(fail(message).reason(Reason::NO_DETECTOR).expected(expected).cite([cited]));
    };
    let status = detector.features.get("S3_DATA_EVENTS").map(String::as_str);
    let cited = source.cite("features[S3_DATA_EVENTS].status", status);
    Ok(match feature(detector) {
        Some(true) => pass("GuardDuty reads S3's data events"),
        _ => fail(format!("S3 protection is {}", status.unwrap_or("not shown")))
            .reason(Reason::S3_PROTECTION_OFF),
    }
    .expected(expected)
    .cite([cited]))
}

#[cfg(test)]
#[test]
fn s3_protection_is_on_in_each_region() {
    use trailproof_core::answer::Detector;
    use trailproof_core::fixture::*;
    let with = |detectors: Option<Vec<Detector>>| {
        let place = (id(MEMBER), "us-east-1".parse().unwrap());
        organization().but(|world| drop(world.watching.detectors.insert(place, detectors)))
    };
    let changed = |change: fn(&mut Detector)| {
        let mut one = detector();
        change(&mut one);
        with(Some(vec![one]))
    };
    let _ = expect(&CHECK)
        .in_account(MEMBER)
        .passes(organization())
        .fails(
            "s3_protection_off",
            changed(|one| {
                one.features.insert("S3_DATA_EVENTS".into(), "DISABLED".into());
            }),
        )
        .fails("s3_protection_off", changed(|one| one.features.clear()))
        .fails("no_detector", changed(|one| one.status = Some("DISABLED".into())))
        .fails("no_detector", with(Some(Vec::new())))
        .is_unknown(Cause::AccessDenied, organization().deny(Fact::Detectors))
        .is_unknown(Cause::AccessDenied, with(None).deny(Fact::Trails))
        .is_unknown(Cause::RegionScopeUnproven, organization().deny(Fact::Regions))
        .in_region("us-east-1")
        .does_not_apply("service_not_in_region", with(None));
}
