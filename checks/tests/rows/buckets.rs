//! Rows 65 to 91 and 103 to 104: the bucket, whether it is there, and what protects it.

use trailproof_core::answer::{Grant, OwnershipControls, PublicAccessBlock, ReplicationRule};
use trailproof_core::evidence::Cause;
use trailproof_core::fact::Fact;
use trailproof_core::fixture::*;

use super::{Row, row, with};

const EXISTS: &str = "trail-bucket-exists";
const PUBLIC: &str = "cloudtrail-s3-bucket-public-access-prohibited";
const VERSIONING: &str = "s3-bucket-versioning-enabled";
const LOCK: &str = "s3-bucket-default-lock-enabled";
const LIFECYCLE: &str = "s3-lifecycle-policy-check";
const OWNED: &str = "trail-bucket-owned-by-organization";
const LEVEL: &str = "s3-bucket-level-public-access-prohibited";
const LOGGED: &str = "cloudtrail-s3-bucket-access-logging";
const COPIED: &str = "s3-bucket-replication-enabled";

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

fn bucket_of<'a>(world: &'a mut World, name: &str) -> &'a mut BucketSetup {
    world.buckets.iter_mut().find(|bucket| bucket.name == name).unwrap()
}

/// An account outside the organization.
const VENDOR: &str = "444444444444";

/// A rule that copies everything there.
fn copying(name: &str) -> ReplicationRule {
    ReplicationRule {
        status: "Enabled".into(),
        destination_bucket: format!("arn:aws:s3:::{name}"),
        sse_kms_encrypted_objects: Some("Enabled".into()),
        replica_kms_key_id: Some(KEY.into()),
        ..ReplicationRule::default()
    }
}

/// Copies, access logs, owners: what the edge list does not hold.
fn companions() -> Vec<Row> {
    let copied = |change: fn(&mut BucketSetup)| {
        logs(|b| {
            b.lock.default_retention = None;
            b.replication.rules = vec![copying("copies")];
        })
        .with_bucket(bucket("copies").owner(MANAGEMENT).but(change))
    };
    let targeted = |change: fn(&mut BucketSetup)| {
        logs(|b| b.logging.target_bucket = Some("access".into()))
            .with_bucket(bucket("access").owner(ARCHIVE).but(change))
    };
    let resistant = "trail-bucket-tamper-resistant";
    let protected = "trail-access-log-target-protected";
    let second = trail("second").but(|t| t.description.s3_bucket_name = Some("copies".into()));
    vec![
        row("+a-locked-copy", copied(|_| {}))
            .says(COPIED, "pass")
            .of(ARCHIVE)
            .says(resistant, "pass")
            .of(ARCHIVE),
        row("+a-copy-without-lock", copied(|b| b.lock.default_retention = None))
            .says(resistant, "fail no_mechanism")
            .of(ARCHIVE),
        row("+a-log-bucket-of-copies", copied(|_| {}).with(second))
            .says(COPIED, "not_applicable is_replica")
            .of(MANAGEMENT),
        row("+a-protected-target", targeted(|_| {}))
            .says(LOGGED, "pass")
            .of(ARCHIVE)
            .says(protected, "pass")
            .of(ARCHIVE)
            .says(LEVEL, "pass")
            .of(ARCHIVE)
            .on(":access"),
        row(
            "+a-public-target",
            targeted(authenticated_users_of_an_open_one)
                .member(ARCHIVE, |m| m.block = PublicAccessBlock::default()),
        )
        .says(protected, "fail public_acl")
        .of(ARCHIVE),
        row(
            "+a-trusted-owner",
            logs(|b| (b.owner, b.head) = (Some(id(VENDOR)), 200))
                .but(|world| world.expected_owners = vec![id(VENDOR)]),
        )
        .policy(|policy| policy.trusted_log_accounts = [id(VENDOR)].into())
        .says(OWNED, "pass"),
    ]
}

fn authenticated_users_of_an_open_one(b: &mut BucketSetup) {
    authenticated_users(b);
    b.ownership = OwnershipControls::default();
    b.block = PublicAccessBlock::default();
}

pub fn rows() -> Vec<Row> {
    [listed(), companions()].concat()
}

fn listed() -> Vec<Row> {
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
        row("67", foreign(None)).says(OWNED, "fail foreign"),
        row(
            "67b",
            foreign(None).but(|world| {
                world.expected_owners = vec![id(VENDOR)];
                bucket_of(world, "logs").head = 200;
            }),
        )
        .policy(|policy| policy.trusted_log_accounts = [id(VENDOR)].into())
        .says(OWNED, "fail foreign"),
        row(
            "68",
            foreign(None).deny_in(Some(MANAGEMENT), Fact::BucketList, None, Cause::AccessDenied),
        )
        .says(OWNED, "unknown access_denied"),
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
        .of(ARCHIVE)
        .says(LEVEL, "pass")
        .of(ARCHIVE),
        // S3 does not deem a policy public that asks for one organization's principals.
        row("83", open(|b| b.policy.is_public = Some(false))).says(PUBLIC, "pass").of(ARCHIVE),
        row("103", logs(|b| b.logging.target_bucket = Some("logs".into())))
            .says(LOGGED, "fail self_target")
            .of(ARCHIVE),
        row(
            "103b",
            logs(|b| b.logging.target_bucket = Some("access".into())).with_bucket(bucket("access")),
        )
        .says(LOGGED, "fail target_not_owned")
        .of(ARCHIVE),
        row(
            "104",
            logs(|b| {
                b.replication.rules =
                    vec![ReplicationRule { sse_kms_encrypted_objects: None, ..copying("copies") }];
            })
            .with_bucket(bucket("copies").owner(ARCHIVE)),
        )
        .says(COPIED, "fail kms_objects_skipped")
        .of(ARCHIVE),
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
