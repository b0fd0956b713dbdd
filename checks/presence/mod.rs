// Written by `cargo xtask bless` from the folder listing.
//! The checks of the group `presence`.

pub mod cloudtrail_all_read_s3_data_event_check;
pub mod cloudtrail_all_write_s3_data_event_check;
pub mod cloudtrail_dynamodb_dataevents_enabled;
pub mod cloudtrail_enabled;
pub mod cloudtrail_global_service_events;
pub mod cloudtrail_lambda_dataevents_enabled;
pub mod cloudtrail_log_bucket_dataevents;
pub mod cloudtrail_network_activity_events;
pub mod cloudtrail_s3_dataevents_enabled;
pub mod cloudtrail_security_trail_enabled;
pub mod cloudtrail_sensitive_bucket_dataevents;
pub mod cloudtrail_trail_tagged;
pub mod management_events_complete_per_region;
pub mod multi_region_cloudtrail_enabled;
pub mod trail_coverage_per_region;
pub mod trail_is_logging;
pub mod trail_replication_consistent;
pub mod trail_selector_blind_spot;
pub mod trail_stale_or_orphaned;
