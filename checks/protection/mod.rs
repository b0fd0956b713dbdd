// Written by `cargo xtask bless` from the folder listing.
//! The checks of the group `protection`.

pub mod cloud_trail_encryption_enabled;
pub mod cloud_trail_log_file_validation_enabled;
pub mod cloudtrail_s3_bucket_access_logging;
pub mod cloudtrail_s3_bucket_public_access_prohibited;
pub mod cmk_backing_key_rotation_enabled;
pub mod s3_account_level_public_access_blocks_periodic;
pub mod s3_bucket_acl_prohibited;
pub mod s3_bucket_default_lock_enabled;
pub mod s3_bucket_level_public_access_prohibited;
pub mod s3_bucket_mfa_delete_enabled;
pub mod s3_bucket_replication_enabled;
pub mod s3_bucket_ssl_requests_only;
pub mod s3_bucket_versioning_enabled;
pub mod s3_default_encryption_kms;
pub mod s3_lifecycle_policy_check;
pub mod trail_access_log_target_protected;
pub mod trail_bucket_dedicated;
pub mod trail_bucket_exists;
pub mod trail_bucket_lock_retention;
pub mod trail_bucket_owned_by_organization;
pub mod trail_bucket_policy_allows_delivery;
pub mod trail_bucket_policy_denies_deletion;
pub mod trail_bucket_policy_no_external_principals;
pub mod trail_bucket_policy_source_arn;
pub mod trail_bucket_tamper_resistant;
pub mod trail_digest_chain_valid;
pub mod trail_kms_key_admin_separation;
pub mod trail_kms_key_customer_managed;
pub mod trail_kms_key_policy_scoped;
pub mod trail_kms_key_usable;
pub mod trail_log_immediate_availability;
pub mod trail_log_retention;
