// Written by `cargo xtask bless` from the folder listing.
//! The checks of the group `organization`.

pub mod org_account_inventory_complete;
pub mod org_all_features_enabled;
pub mod org_cloudtrail_delegated_admin;
pub mod org_cloudtrail_service_linked_role;
pub mod org_cloudtrail_trusted_access;
pub mod org_log_archive_account_separation;
pub mod org_trail_bucket_policy;
pub mod org_trail_covers_all_members;
pub mod org_trail_exists;
pub mod org_trail_home_region_default_enabled;
