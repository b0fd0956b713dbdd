// Written by `cargo xtask bless` from the folder listing.
//! The catalogue of checks, one file each.
#![allow(missing_docs, reason = "a check's title and rationale are its documentation")]
#![cfg_attr(
    test,
    allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)
)]

pub mod delivery;
pub mod lake;
pub mod monitoring;
pub mod organization;
pub mod presence;
pub mod privilege;
pub mod protection;

use trailproof_core::check::Check;

/// Every check, by its id.
pub static CATALOGUE: &[&Check] = &[
    &monitoring::cloud_trail_cloud_watch_logs_enabled::CHECK,
    &protection::cloud_trail_encryption_enabled::CHECK,
    &protection::cloud_trail_log_file_validation_enabled::CHECK,
    &presence::cloudtrail_enabled::CHECK,
    &protection::cloudtrail_s3_bucket_public_access_prohibited::CHECK,
    &presence::cloudtrail_s3_dataevents_enabled::CHECK,
    &presence::cloudtrail_security_trail_enabled::CHECK,
    &presence::cloudtrail_trail_tagged::CHECK,
    &protection::cmk_backing_key_rotation_enabled::CHECK,
    &lake::event_data_store_cmk_encryption_enabled::CHECK,
    &lake::event_data_store_ingesting::CHECK,
    &lake::event_data_store_key_usable::CHECK,
    &lake::event_data_store_pending_deletion::CHECK,
    &lake::event_data_store_resource_policy::CHECK,
    &lake::event_data_store_retention::CHECK,
    &lake::event_data_store_scope::CHECK,
    &lake::event_data_store_termination_protection::CHECK,
    &privilege::iam_cloudtrail_full_access_attached::CHECK,
    &presence::multi_region_cloudtrail_enabled::CHECK,
    &organization::org_account_inventory_complete::CHECK,
    &organization::org_all_features_enabled::CHECK,
    &organization::org_cloudtrail_delegated_admin::CHECK,
    &organization::org_cloudtrail_service_linked_role::CHECK,
    &organization::org_cloudtrail_trusted_access::CHECK,
    &organization::org_log_archive_account_separation::CHECK,
    &organization::org_trail_covers_all_members::CHECK,
    &organization::org_trail_exists::CHECK,
    &organization::org_trail_home_region_default_enabled::CHECK,
    &protection::s3_bucket_default_lock_enabled::CHECK,
    &protection::s3_bucket_versioning_enabled::CHECK,
    &protection::s3_lifecycle_policy_check::CHECK,
    &protection::trail_bucket_exists::CHECK,
    &delivery::trail_cloudwatch_delivery_healthy::CHECK,
    &presence::trail_coverage_per_region::CHECK,
    &delivery::trail_delivery_matches_activity::CHECK,
    &delivery::trail_digest_delivery_healthy::CHECK,
    &presence::trail_is_logging::CHECK,
    &protection::trail_kms_key_customer_managed::CHECK,
    &protection::trail_kms_key_usable::CHECK,
    &presence::trail_replication_consistent::CHECK,
    &delivery::trail_s3_delivery_healthy::CHECK,
    &delivery::trail_sns_delivery_healthy::CHECK,
    &presence::trail_stale_or_orphaned::CHECK,
];
