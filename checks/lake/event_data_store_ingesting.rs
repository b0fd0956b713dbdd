//! A store that stopped taking in events looks like one in which nothing happens.

use trailproof_core::prelude::*;

/// The check.
pub const CHECK: Check = Check {
    id: "event-data-store-ingesting",
    title: "Every event data store takes in events",
    group: Group::Lake,
    severity: Severity::Medium,
    weight: Severity::Medium.weight(),
    rationale: "Queries go on answering from what was there before, and nobody sees that nothing came since.",
    remediation: Remediation {
        summary: "Start the store's ingestion again, or restore it first where it is pending deletion.",
        command: "aws cloudtrail start-event-data-store-ingestion --event-data-store ARN --region {region}",
        link: "https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_StartEventDataStoreIngestion.html",
    },
    japanese: Japanese {
        title: "すべてのイベントデータストアがイベントを取り込んでいる",
        rationale: "取り込みが停止しても、クエリは過去のデータから応答を返し続けるため、以後何も届いていないことに誰\
                    も気付かない。",
        remediation: "イベントデータストアの取り込みを再開する。削除保留中の場合は、先に復元する。",
    },
    controls: &[],
    reads: &[Fact::EventDataStores, Fact::EventDataStore],
    judge: Judge::Store(judge),
};

pub const AS_CODE: AsCode = AsCode::both(
    r#"resource "aws_cloudtrail_event_data_store" "audit" {
  # …
  suspend = false
}"#,
    r#"AuditStore:
  Type: AWS::CloudTrail::EventDataStore
  Properties:
    # …
    IngestionEnabled: true"#,
);

fn judge(store: &Store, _: &Audit<'_>) -> Observed<Verdict> {
    let (described, source) = store.described()?;
    let status = described.status.as_deref();
    let verdict = match status {
        Some("ENABLED") => pass("the store takes in events"),
        Some(stopped @ ("STOPPED_INGESTION" | "STOPPING_INGESTION")) => {
            fail(format!("ingestion is stopped: {stopped}")).reason(Reason::INGESTION_STOPPED)
        }
        Some("PENDING_DELETION") => {
            fail("the store is about to be deleted").reason(Reason::PENDING_DELETION)
        }
        other => {
            let detail = format!("the status of {} is {}", store.arn, other.unwrap_or("absent"));
            return Err(Gap {
                account: Some(store.owner),
                region: Some(store.region.clone()),
                ..Gap::new(Fact::EventDataStore, Cause::Undecidable, detail)
            });
        }
    };
    Ok(verdict
        .observed(format!("Status={}", status.unwrap_or("absent")))
        .expected("Status=ENABLED")
        .cite([source.cite("Status", status)]))
}

#[cfg(test)]
#[test]
fn a_store_is_enabled() {
    use trailproof_core::fixture::*;
    let status = |status: Option<&str>| {
        let setup = store("lake").but(|s| s.described.status = status.map(str::to_owned));
        organization().with_store(setup)
    };
    let _ = expect(&CHECK)
        .passes(status(Some("ENABLED")))
        .fails("ingestion_stopped", status(Some("STOPPED_INGESTION")))
        .fails("ingestion_stopped", status(Some("STOPPING_INGESTION")))
        .fails("pending_deletion", status(Some("PENDING_DELETION"))) // edge 155
        .does_not_apply("no_event_data_store", organization()) // edge 154
        .is_unknown(Cause::Undecidable, status(Some("CREATED")))
        .is_unknown(Cause::Undecidable, status(Some("STARTING_INGESTION")))
        .is_unknown(Cause::Undecidable, status(None))
        .is_unknown(Cause::AccessDenied, status(Some("ENABLED")).deny(Fact::EventDataStore))
        .is_unknown(Cause::AccessDenied, status(Some("ENABLED")).deny(Fact::EventDataStores));
}
