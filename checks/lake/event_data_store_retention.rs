//! What a store no longer keeps cannot be asked for.

use trailproof_core::prelude::*;
use trailproof_core::selector::Category;

/// The check.
pub const CHECK: Check = Check {
    id: "event-data-store-retention",
    title: "Every event data store keeps events as long as the policy asks",
    group: Group::Lake,
    severity: Severity::Medium,
    weight: Severity::Medium.weight(),
    rationale: "An intrusion is often found after months; what was dropped by then explains nothing.",
    remediation: Remediation {
        summary: "Lengthen the store's retention; events that are still there are kept longer too.",
        command: "aws cloudtrail update-event-data-store --event-data-store ARN --retention-period DAYS --region {region}",
        link: "https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_UpdateEventDataStore.html",
    },
    japanese: Japanese {
        title: "すべてのイベントデータストアが、評価方針の求める期間イベントを保持している",
        rationale: "侵入の発覚は数か月後となることが多い。その時点までに破棄されたイベントからは何も解明できない。",
        remediation: "イベントデータストアの保持期間を延長する。残存するイベントにも延長後の期間が適用される。",
    },
    controls: &[
        Pci4_0_1.related("10.5.1"),
        Nist800_53R5.stave("AU-11"),
        Soc2.stave("CC7.4"),
        Iso27001_2022.related("A.8.10"),
    ],
    reads: &[Fact::EventDataStores, Fact::EventDataStore],
    judge: Judge::Store(judge),
};

pub const AS_CODE: AsCode = AsCode::both(
    r#"resource "aws_cloudtrail_event_data_store" "audit" {
  # …
  retention_period = 366
}"#,
    r#"AuditStore:
  Type: AWS::CloudTrail::EventDataStore
  Properties:
    # …
    RetentionPeriod: 366"#,
);

fn judge(store: &Store, audit: &Audit<'_>) -> Observed<Verdict> {
    let (described, source) = store.described()?;
    let wanted = audit.policy.eds_retention_days;
    let gap = |detail: String| Gap {
        account: Some(store.owner),
        region: Some(store.region.clone()),
        ..Gap::new(Fact::EventDataStore, Cause::Undecidable, detail)
    };
    let days = described.retention_period.ok_or_else(|| {
        gap(format!("GetEventDataStore left out RetentionPeriod of {}", store.arn))
    })?;
    let cited = source.cite("RetentionPeriod", days);
    if i64::from(days) >= i64::from(wanted) {
        return Ok(pass(format!("events are kept for {days} days"))
            .observed(format!("RetentionPeriod={days}"))
            .expected(format!("at least {wanted} days"))
            .cite([cited]));
    }
    // Configuration items and the like are no record of calls.
    let calls = [Category::Management, Category::Data, Category::NetworkActivity];
    if !store.selectors()?.terms.iter().any(|term| calls.contains(&term.category)) {
        return Ok(not_applicable("the store takes in no events of calls")
            .reason(Reason::NO_EVIDENCE_STORE)
            .cite([cited]));
    }
    Ok(fail(format!("retention is {days} days, the policy asks for {wanted}"))
        .reason(Reason::RETENTION_TOO_SHORT)
        .observed(format!("RetentionPeriod={days}"))
        .expected(format!("at least {wanted} days"))
        .cite([cited]))
}

#[cfg(test)]
#[test]
fn events_are_kept_long_enough() {
    use trailproof_core::fixture::*;
    let kept = |days: Option<i32>| store("lake").but(|s| s.described.retention_period = days);
    let with = |setup: StoreSetup| organization().with_store(setup);
    let items = kept(Some(30)).but(|s| {
        s.described.advanced_event_selectors[0].field_selectors[0].equals =
            vec!["ConfigurationItem".into()];
    });
    let bare = kept(Some(30)).but(|s| s.described.advanced_event_selectors.clear());
    let _ = expect(&CHECK)
        .passes(with(kept(Some(2557))))
        .passes(with(kept(Some(365))))
        .fails("retention_too_short", with(kept(Some(364))))
        .fails("retention_too_short", with(kept(Some(-1))))
        .does_not_apply("no_evidence_store", with(items))
        .does_not_apply("no_event_data_store", organization()) // edge 154
        .is_unknown(Cause::Undecidable, with(kept(None)))
        .is_unknown(Cause::Undecidable, with(bare))
        .is_unknown(Cause::AccessDenied, with(store("lake")).deny(Fact::EventDataStore))
        .is_unknown(Cause::AccessDenied, with(store("lake")).deny(Fact::EventDataStores))
        .policy(|policy| policy.eds_retention_days = 30)
        .passes(with(kept(Some(30))));
}
