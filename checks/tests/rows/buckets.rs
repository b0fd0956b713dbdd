//! Rows 65 to 91: the bucket, whether it is there, and what protects it.

use trailproof_core::answer::{Grant, OwnershipControls, PublicAccessBlock};
use trailproof_core::fixture::*;

use super::{Row, row, with};

const EXISTS: &str = "trail-bucket-exists";
const PUBLIC: &str = "cloudtrail-s3-bucket-public-access-prohibited";
const VERSIONING: &str = "s3-bucket-versioning-enabled";
const LOCK: &str = "s3-bucket-default-lock-enabled";
const LIFECYCLE: &str = "s3-lifecycle-policy-check";

fn logs(change: impl FnOnce(&mut BucketSetup)) -> World {
    with(trail("audit")).with_bucket(bucket("logs").owner(ARCHIVE).but(change))
}

/// A log bucket that nothing protects, in an account without a block.
fn open(change: impl FnOnce(&mut BucketSetup)) -> World {
    logs(|b| {
        b.block = PublicAccessBlock::default();
        b.ownership = OwnershipControls::default();
        change(b);
    })
    .member(ARCHIVE, |m| m.block = PublicAccessBlock::default())
}

fn authenticated_users(b: &mut BucketSetup) {
    let group = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers";
    b.acl.grants.push(Grant { grantee: group.into(), permission: "READ".into() });
}

pub fn rows() -> Vec<Row> {
    let foreign = |error: Option<&str>| {
        with(trail("audit").but(|t| t.status.latest_delivery_error = error.map(str::to_owned)))
            .with_bucket(bucket("logs").but(|b| b.owner = None))
    };
    vec![
        row("65", with(trail("audit")).but(|world| world.buckets.clear()))
            .says(EXISTS, "fail missing")
            .says("trail-coverage-per-region", "fail recorded_but_undeliverable")
            .says("cloudtrail-enabled", "pass"),
        row("66", foreign(Some("NoSuchBucket"))).says(EXISTS, "unknown access_denied"),
        row("69", logs(|_| {}).member(ARCHIVE, |m| m.in_scope = false))
            .says(VERSIONING, "unknown cross_account_unreadable")
            .says(LOCK, "unknown cross_account_unreadable"),
        row(
            "70",
            open(|b| b.policy.is_public = Some(true))
                .member(ARCHIVE, |m| m.block.restrict_public_buckets = Some(true)),
        )
        .says(PUBLIC, "pass")
        .of(ARCHIVE),
        row("71", open(authenticated_users)).says(PUBLIC, "fail public_acl").of(ARCHIVE),
        row(
            "72",
            open(|b| {
                authenticated_users(b);
                b.ownership.object_ownership = Some("BucketOwnerEnforced".into());
            }),
        )
        .says(PUBLIC, "pass")
        .of(ARCHIVE),
        // Row 73 names s3-bucket-level-public-access-prohibited, which does not exist yet; what is effective is the same.
        row(
            "73",
            logs(|b| {
                b.block = PublicAccessBlock::default();
                b.ownership = OwnershipControls::default();
                b.policy.is_public = Some(true);
                authenticated_users(b);
            }),
        )
        .says(PUBLIC, "pass")
        .of(ARCHIVE),
        // S3 does not deem a policy public that asks for one organization's principals.
        row("83", open(|b| b.policy.is_public = Some(false))).says(PUBLIC, "pass").of(ARCHIVE),
        row("84", logs(|b| b.versioning.status = Some("Suspended".into())))
            .says(VERSIONING, "fail suspended")
            .of(ARCHIVE),
        row("85", logs(|b| b.lock.default_retention = None))
            .says(LOCK, "pass")
            .of(ARCHIVE)
            .says("trail-bucket-lock-retention", "fail no_default_retention")
            .of(ARCHIVE),
        // S3 refuses lifecycle rules where MFA delete is on.
        row(
            "91",
            logs(|b| {
                b.versioning.mfa_delete = Some("Enabled".into());
                b.lifecycle.rules.clear();
            }),
        )
        .says(LIFECYCLE, "not_applicable mfa_delete")
        .of(ARCHIVE)
        .says("s3-bucket-mfa-delete-enabled", "pass")
        .of(ARCHIVE),
    ]
}
