//! Rows 53 to 64: the key that a trail encrypts with.

use trailproof_core::answer::{KeyMetadata, KeyRotation};
use trailproof_core::fixture::*;

use super::{Row, row, with};

const ENCRYPTED: &str = "cloud-trail-encryption-enabled";
const USABLE: &str = "trail-kms-key-usable";
const CUSTOMER: &str = "trail-kms-key-customer-managed";
const ROTATION: &str = "cmk-backing-key-rotation-enabled";
const FOREIGN: &str = "arn:aws:kms:us-east-1:444444444444:key/aaaaaaaa-2222-3333-4444-555555555555";

fn keyed(id: &str) -> TrailSetup {
    trail("audit").but(|t| t.description.kms_key_id = Some(id.into()))
}

fn key(change: impl FnOnce(&mut KeyMetadata)) -> World {
    with(trail("audit")).key(change)
}

fn rotated(days: i32) -> World {
    with(trail("audit")).but(|world| {
        let rotation =
            KeyRotation { key_rotation_enabled: Some(true), rotation_period_in_days: Some(days) };
        world.rotations.insert(KEY.into(), rotation);
    })
}

fn state(state: &str) -> World {
    key(|key| key.key_state = Some(state.into()))
}

pub fn rows() -> Vec<Row> {
    let soon = organization().now + jiff::SignedDuration::from_hours(6 * 24);
    let alias = with(keyed("alias/trail")).but(|world| {
        let metadata = world.keys.values().next().unwrap().clone();
        world.keys.insert("alias/trail".into(), metadata);
    });
    let elsewhere = with(trail("audit")).with_bucket(
        bucket("logs").owner(ARCHIVE).but(|b| b.region = "eu-west-1".parse().unwrap()),
    );
    let refused = keyed(FOREIGN)
        .but(|t| t.status.latest_delivery_error = Some("KMS.AccessDeniedException".into()));
    vec![
        row("53", with(trail("audit").but(|t| t.description.kms_key_id = None)))
            .says(ENCRYPTED, "fail no_key"),
        row("54", alias)
            .says(ENCRYPTED, "pass")
            .says(USABLE, "pass")
            .on("us-east-1:111122223333:alias/trail")
            .times(1),
        row("55", with(keyed("alias/gone"))).says(USABLE, "fail key_not_found"),
        row("56", state("Disabled")).says(USABLE, "fail key_disabled").of(ARCHIVE).times(1),
        row("57", with(keyed(FOREIGN))).says(USABLE, "unknown access_denied"),
        row("58", with(refused)).says(USABLE, "fail delivery_error"),
        row(
            "59",
            key(|key| {
                key.key_state = Some("PendingDeletion".into());
                key.deletion_date = Some(soon);
            }),
        )
        .says(USABLE, "fail key_pending_deletion")
        .of(ARCHIVE)
        .says(ROTATION, "not_applicable rotation_not_supported")
        .of(ARCHIVE),
        row(
            "60",
            key(|key| {
                key.key_state = Some("PendingImport".into());
                key.origin = Some("EXTERNAL".into());
            }),
        )
        .says(USABLE, "fail key_material_missing")
        .of(ARCHIVE)
        .says(ROTATION, "not_applicable rotation_not_supported")
        .of(ARCHIVE),
        row("61", key(|key| key.key_manager = Some("AWS".into())))
            .says(CUSTOMER, "fail aws_managed")
            .of(ARCHIVE)
            .says(ROTATION, "not_applicable aws_managed")
            .of(ARCHIVE),
        row("62", rotated(2560)).says(ROTATION, "fail rotation_period_too_long").of(ARCHIVE),
        row("62/yearly", rotated(365)).says(ROTATION, "pass").of(ARCHIVE),
        row("63", key(|key| key.multi_region_key_type = Some("REPLICA".into())))
            .says(ROTATION, "pass")
            .of(ARCHIVE),
        row("63b", state("Updating")).says(USABLE, "pass").of(ARCHIVE),
        row("63b/creating", state("Creating")).says(USABLE, "unknown undecidable").of(ARCHIVE),
        row("64", elsewhere).says(USABLE, "fail wrong_region").of(ARCHIVE),
    ]
}
