//! Rows 154 to 157: event data stores of CloudTrail Lake.

use trailproof_core::fixture::*;

use super::{Row, row, with};

const GROUP: [&str; 8] = [
    "event-data-store-cmk-encryption-enabled",
    "event-data-store-ingesting",
    "event-data-store-key-usable",
    "event-data-store-pending-deletion",
    "event-data-store-resource-policy",
    "event-data-store-retention",
    "event-data-store-scope",
    "event-data-store-termination-protection",
];

pub fn rows() -> Vec<Row> {
    let lake = |setup: StoreSetup| with(trail("audit")).with_store(setup);
    let ending = store("lake").but(|s| s.described.status = Some("PENDING_DELETION".into()));
    let unkeyed = store("lake").but(|s| s.described.kms_key_id = None);
    let all = |row: Row, verdict: &'static str, account: &'static str| {
        GROUP.into_iter().fold(row, |row, check| row.says(check, verdict).of(account).times(1))
    };
    vec![
        all(row("154", with(trail("audit"))), "not_applicable no_event_data_store", MEMBER),
        all(
            all(row("154/elsewhere", lake(store("lake"))), "pass", MANAGEMENT),
            "not_applicable no_event_data_store",
            MEMBER,
        ),
        row("155", lake(ending))
            .says("event-data-store-pending-deletion", "fail pending_deletion")
            .of(MANAGEMENT)
            .says("event-data-store-ingesting", "fail pending_deletion")
            .of(MANAGEMENT),
        row("156", lake(unkeyed))
            .says("event-data-store-cmk-encryption-enabled", "fail no_key")
            .of(MANAGEMENT)
            .says("event-data-store-key-usable", "not_applicable no_key")
            .of(MANAGEMENT),
        row("157/lake", organization().with_store(store("lake")))
            .says("cloudtrail-enabled", "fail no_trail")
            .says("trail-log-retention", "pass")
            .times(1)
            .says("event-data-store-retention", "pass")
            .of(MANAGEMENT),
    ]
}
