// Written by `cargo xtask bless` from the folder listing.
//! The checks of the group `presence`.

pub mod cloudtrail_enabled;
pub mod cloudtrail_s3_dataevents_enabled;
pub mod cloudtrail_security_trail_enabled;
pub mod cloudtrail_trail_tagged;
pub mod multi_region_cloudtrail_enabled;
pub mod trail_coverage_per_region;
pub mod trail_is_logging;
pub mod trail_replication_consistent;
pub mod trail_stale_or_orphaned;
