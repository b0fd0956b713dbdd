//! A deleted store can be brought back for seven days.

use trailproof_core::prelude::*;

/// The check.
pub const CHECK: Check = Check {
    id: "event-data-store-pending-deletion",
    title: "No event data store is about to be deleted",
    group: Group::Lake,
    severity: Severity::High,
    weight: Severity::High.weight(),
    rationale: "After seven days everything that the store holds is gone for good.",
    remediation: Remediation {
        summary: "Restore the store, then switch its termination protection on; who deleted it stands in the trail.",
        command: "aws cloudtrail restore-event-data-store --event-data-store ARN --region {region}",
        link: "https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_RestoreEventDataStore.html",
    },
    japanese: Japanese {
        title: "削除保留中のイベントデータストアがない",
        rationale: "7 日後に、イベントデータストアの保持内容はすべて復元不能となる。",
        remediation: "イベントデータストアを復元し、削除保護を有効にする。削除を行った者は証跡で確認できる。",
    },
    controls: &[],
    reads: &[Fact::EventDataStores, Fact::EventDataStore],
    judge: Judge::Store(judge),
};

fn judge(store: &Store, _: &Audit<'_>) -> Observed<Verdict> {
    let (described, source) = store.described()?;
    let status = described.status.as_deref().ok_or_else(|| Gap {
        account: Some(store.owner),
        region: Some(store.region.clone()),
        ..Gap::new(Fact::EventDataStore, Cause::Undecidable, "GetEventDataStore left out Status")
    })?;
    let verdict = if status == "PENDING_DELETION" {
        fail("the store will be deleted within seven days").reason(Reason::PENDING_DELETION)
    } else {
        pass("the store is not about to be deleted")
    };
    Ok(verdict
        .observed(format!("Status={status}"))
        .expected("any Status but PENDING_DELETION")
        .cite([source.cite("Status", status)]))
}

#[cfg(test)]
#[test]
fn a_store_stays() {
    use trailproof_core::fixture::*;
    let status = |status: Option<&str>| {
        let setup = store("lake").but(|s| s.described.status = status.map(str::to_owned));
        organization().with_store(setup)
    };
    let _ = expect(&CHECK)
        .passes(status(Some("ENABLED")))
        .passes(status(Some("STOPPED_INGESTION")))
        .fails("pending_deletion", status(Some("PENDING_DELETION"))) // edge 155
        .does_not_apply("no_event_data_store", organization()) // edge 154
        .is_unknown(Cause::Undecidable, status(None))
        .is_unknown(Cause::AccessDenied, status(Some("ENABLED")).deny(Fact::EventDataStore))
        .is_unknown(Cause::AccessDenied, status(Some("ENABLED")).deny(Fact::EventDataStores));
}
