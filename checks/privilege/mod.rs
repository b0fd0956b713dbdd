// Written by `cargo xtask bless` from the folder listing.
//! The checks of the group `privilege`.

pub mod iam_cloudtrail_full_access_attached;
pub mod iam_cloudtrail_tampering_principals;
pub mod iam_log_bucket_tampering_principals;
pub mod iam_monitoring_tampering_principals;
pub mod iam_policy_no_statements_with_admin_access;
pub mod iam_trail_key_tampering_principals;
pub mod log_readers_least_privilege;
pub mod scp_denies_leave_organization;
pub mod scp_protects_cloudtrail;
pub mod scp_protects_detection;
pub mod trail_cloudwatch_role_scoped;
