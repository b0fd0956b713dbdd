//! A store without termination protection is one call away from its end.

use trailproof_core::prelude::*;

/// The check.
pub const CHECK: Check = Check {
    id: "event-data-store-termination-protection",
    title: "Every event data store is protected against termination",
    group: Group::Lake,
    severity: Severity::Medium,
    weight: Severity::Medium.weight(),
    rationale: "Whoever may delete event data stores needs one call, not two, and the second is the one that is noticed.",
    remediation: Remediation {
        summary: "Switch termination protection on.",
        command: "aws cloudtrail update-event-data-store --event-data-store ARN --termination-protection-enabled --region {region}",
        link: "https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_UpdateEventDataStore.html",
    },
    japanese: Japanese {
        title: "すべてのイベントデータストアで削除保護が有効である",
        rationale: "削除権限を持つ者が、2 回ではなく 1 回の呼び出しで削除できる。気付かれるのは 2 回目の呼び出しであ\
                    る。",
        remediation: "削除保護を有効にする。",
    },
    controls: &[],
    reads: &[Fact::EventDataStores, Fact::EventDataStore],
    judge: Judge::Store(judge),
};

pub const AS_CODE: AsCode = AsCode::both(
    r#"resource "aws_cloudtrail_event_data_store" "audit" {
  # …
  termination_protection_enabled = true
}"#,
    r#"AuditStore:
  Type: AWS::CloudTrail::EventDataStore
  Properties:
    # …
    TerminationProtectionEnabled: true"#,
);

fn judge(store: &Store, _: &Audit<'_>) -> Observed<Verdict> {
    let (described, source) = store.described()?;
    let protected = described.termination_protection_enabled.ok_or_else(|| Gap {
        account: Some(store.owner),
        region: Some(store.region.clone()),
        ..Gap::new(
            Fact::EventDataStore,
            Cause::Undecidable,
            "GetEventDataStore left out TerminationProtectionEnabled",
        )
    })?;
    let verdict = if protected {
        pass("termination protection is on")
    } else {
        fail("termination protection is off").reason(Reason::NOT_PROTECTED)
    };
    Ok(verdict
        .observed(format!("TerminationProtectionEnabled={protected}"))
        .expected("TerminationProtectionEnabled=true")
        .cite([source.cite("TerminationProtectionEnabled", protected)]))
}

#[cfg(test)]
#[test]
fn protection_is_on() {
    use trailproof_core::fixture::*;
    let with = |on: Option<bool>| {
        let setup = store("lake").but(|s| s.described.termination_protection_enabled = on);
        organization().with_store(setup)
    };
    let _ = expect(&CHECK)
        .passes(with(Some(true)))
        .fails("not_protected", with(Some(false)))
        .does_not_apply("no_event_data_store", organization()) // edge 154
        .is_unknown(Cause::Undecidable, with(None))
        .is_unknown(Cause::AccessDenied, with(Some(true)).deny(Fact::EventDataStore))
        .is_unknown(Cause::AccessDenied, with(Some(true)).deny(Fact::EventDataStores));
}
