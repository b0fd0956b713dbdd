// Written by `cargo xtask bless` from the folder listing.
//! The catalogue of checks, one file each.
#![allow(missing_docs, reason = "a check's title and rationale are its documentation")]
#![cfg_attr(
    test,
    allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)
)]

pub mod doubts;
pub mod monitoring;
pub mod organization;
pub mod presence;
pub mod privilege;
pub mod protection;

use trailproof_core::check::{AsCode, Check};

/// Every check, by its id.
pub static CATALOGUE: &[&Check] = &[
    &monitoring::cloud_trail_cloud_watch_logs_enabled::CHECK,
    &protection::cloud_trail_encryption_enabled::CHECK,
    &protection::cloud_trail_log_file_validation_enabled::CHECK,
    &presence::cloudtrail_enabled::CHECK,
    &protection::cloudtrail_s3_bucket_public_access_prohibited::CHECK,
    &presence::cloudtrail_s3_dataevents_enabled::CHECK,
    &presence::cloudtrail_security_trail_enabled::CHECK,
    &privilege::iam_cloudtrail_full_access_attached::CHECK,
    &presence::multi_region_cloudtrail_enabled::CHECK,
    &organization::org_trail_bucket_policy::CHECK,
    &organization::org_trail_covers_all_members::CHECK,
    &protection::s3_bucket_default_lock_enabled::CHECK,
    &protection::s3_bucket_ssl_requests_only::CHECK,
    &protection::s3_bucket_versioning_enabled::CHECK,
    &protection::s3_lifecycle_policy_check::CHECK,
    &protection::trail_bucket_dedicated::CHECK,
    &protection::trail_bucket_exists::CHECK,
    &protection::trail_bucket_policy_allows_delivery::CHECK,
    &protection::trail_bucket_policy_denies_deletion::CHECK,
    &protection::trail_bucket_policy_no_external_principals::CHECK,
    &protection::trail_bucket_policy_source_arn::CHECK,
    &presence::trail_coverage_per_region::CHECK,
    &presence::trail_is_logging::CHECK,
    &protection::trail_kms_key_admin_separation::CHECK,
    &protection::trail_kms_key_policy_scoped::CHECK,
    &protection::trail_kms_key_usable::CHECK,
];

/// The checks that infrastructure code satisfies, by id.
pub static AS_CODE: &[(&str, &AsCode)] = &[];

/// What checks ask of the user's policy themselves, by id.
pub static PARAMETERS: &[(&str, &[&str])] = &[];
