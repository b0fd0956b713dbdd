// Written by `cargo xtask bless` from the folder listing.
//! The catalogue of checks, one file each.
#![allow(missing_docs, reason = "a check's title and rationale are its documentation")]
#![cfg_attr(
    test,
    allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)
)]

pub mod cost;
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
    &presence::cloudtrail_all_read_s3_data_event_check::CHECK,
    &presence::cloudtrail_all_write_s3_data_event_check::CHECK,
    &presence::cloudtrail_dynamodb_dataevents_enabled::CHECK,
    &presence::cloudtrail_enabled::CHECK,
    &presence::cloudtrail_global_service_events::CHECK,
    &presence::cloudtrail_lambda_dataevents_enabled::CHECK,
    &presence::cloudtrail_log_bucket_dataevents::CHECK,
    &presence::cloudtrail_network_activity_events::CHECK,
    &protection::cloudtrail_s3_bucket_public_access_prohibited::CHECK,
    &presence::cloudtrail_s3_dataevents_enabled::CHECK,
    &presence::cloudtrail_security_trail_enabled::CHECK,
    &presence::cloudtrail_sensitive_bucket_dataevents::CHECK,
    &cost::cost_duplicate_data_events::CHECK,
    &cost::cost_duplicate_management_events::CHECK,
    &cost::cost_insights_duplicated::CHECK,
    &cost::cost_lake_and_trail_overlap::CHECK,
    &cost::cost_log_bucket_self_recording::CHECK,
    &privilege::iam_cloudtrail_full_access_attached::CHECK,
    &presence::management_events_complete_per_region::CHECK,
    &presence::multi_region_cloudtrail_enabled::CHECK,
    &organization::org_trail_covers_all_members::CHECK,
    &protection::s3_bucket_default_lock_enabled::CHECK,
    &protection::s3_bucket_versioning_enabled::CHECK,
    &protection::s3_lifecycle_policy_check::CHECK,
    &protection::trail_bucket_exists::CHECK,
    &presence::trail_coverage_per_region::CHECK,
    &presence::trail_is_logging::CHECK,
    &protection::trail_kms_key_usable::CHECK,
    &presence::trail_selector_blind_spot::CHECK,
];

/// The checks that infrastructure code satisfies, by id.
pub static AS_CODE: &[(&str, &AsCode)] = &[];

/// What checks ask of the user's policy themselves, by id.
pub static PARAMETERS: &[(&str, &[&str])] = &[];
