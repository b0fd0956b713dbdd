// Written by `cargo xtask bless` from the folder listing.
//! The catalogue of checks, one file each.
#![allow(missing_docs, reason = "a check's title and rationale are its documentation")]
#![cfg_attr(
    test,
    allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)
)]

pub mod code;
pub mod cost;
pub mod data_events;
pub mod delivery;
pub mod doubts;
pub mod lake;
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
    &protection::cloudtrail_s3_bucket_access_logging::CHECK,
    &protection::cloudtrail_s3_bucket_public_access_prohibited::CHECK,
    &presence::cloudtrail_s3_dataevents_enabled::CHECK,
    &presence::cloudtrail_security_trail_enabled::CHECK,
    &presence::cloudtrail_sensitive_bucket_dataevents::CHECK,
    &presence::cloudtrail_trail_tagged::CHECK,
    &protection::cmk_backing_key_rotation_enabled::CHECK,
    &cost::cost_duplicate_data_events::CHECK,
    &cost::cost_duplicate_management_events::CHECK,
    &cost::cost_insights_duplicated::CHECK,
    &cost::cost_lake_and_trail_overlap::CHECK,
    &cost::cost_log_bucket_self_recording::CHECK,
    &lake::event_data_store_cmk_encryption_enabled::CHECK,
    &lake::event_data_store_ingesting::CHECK,
    &lake::event_data_store_key_usable::CHECK,
    &lake::event_data_store_pending_deletion::CHECK,
    &lake::event_data_store_resource_policy::CHECK,
    &lake::event_data_store_retention::CHECK,
    &lake::event_data_store_scope::CHECK,
    &lake::event_data_store_termination_protection::CHECK,
    &privilege::iam_cloudtrail_full_access_attached::CHECK,
    &presence::management_events_complete_per_region::CHECK,
    &presence::multi_region_cloudtrail_enabled::CHECK,
    &organization::org_account_inventory_complete::CHECK,
    &organization::org_all_features_enabled::CHECK,
    &organization::org_cloudtrail_delegated_admin::CHECK,
    &organization::org_cloudtrail_service_linked_role::CHECK,
    &organization::org_cloudtrail_trusted_access::CHECK,
    &organization::org_log_archive_account_separation::CHECK,
    &organization::org_trail_bucket_policy::CHECK,
    &organization::org_trail_covers_all_members::CHECK,
    &organization::org_trail_exists::CHECK,
    &organization::org_trail_home_region_default_enabled::CHECK,
    &protection::s3_account_level_public_access_blocks_periodic::CHECK,
    &protection::s3_bucket_acl_prohibited::CHECK,
    &protection::s3_bucket_default_lock_enabled::CHECK,
    &protection::s3_bucket_level_public_access_prohibited::CHECK,
    &protection::s3_bucket_mfa_delete_enabled::CHECK,
    &protection::s3_bucket_replication_enabled::CHECK,
    &protection::s3_bucket_ssl_requests_only::CHECK,
    &protection::s3_bucket_versioning_enabled::CHECK,
    &protection::s3_default_encryption_kms::CHECK,
    &protection::s3_lifecycle_policy_check::CHECK,
    &privilege::scp_denies_leave_organization::CHECK,
    &privilege::scp_protects_cloudtrail::CHECK,
    &privilege::scp_protects_detection::CHECK,
    &protection::trail_access_log_target_protected::CHECK,
    &protection::trail_bucket_dedicated::CHECK,
    &protection::trail_bucket_exists::CHECK,
    &protection::trail_bucket_lock_retention::CHECK,
    &protection::trail_bucket_owned_by_organization::CHECK,
    &protection::trail_bucket_policy_allows_delivery::CHECK,
    &protection::trail_bucket_policy_denies_deletion::CHECK,
    &protection::trail_bucket_policy_no_external_principals::CHECK,
    &protection::trail_bucket_policy_source_arn::CHECK,
    &protection::trail_bucket_tamper_resistant::CHECK,
    &delivery::trail_cloudwatch_delivery_healthy::CHECK,
    &presence::trail_coverage_per_region::CHECK,
    &delivery::trail_delivery_matches_activity::CHECK,
    &delivery::trail_digest_delivery_healthy::CHECK,
    &presence::trail_is_logging::CHECK,
    &protection::trail_kms_key_admin_separation::CHECK,
    &protection::trail_kms_key_customer_managed::CHECK,
    &protection::trail_kms_key_policy_scoped::CHECK,
    &protection::trail_kms_key_usable::CHECK,
    &protection::trail_log_immediate_availability::CHECK,
    &protection::trail_log_retention::CHECK,
    &presence::trail_replication_consistent::CHECK,
    &delivery::trail_s3_delivery_healthy::CHECK,
    &presence::trail_selector_blind_spot::CHECK,
    &delivery::trail_sns_delivery_healthy::CHECK,
    &presence::trail_stale_or_orphaned::CHECK,
];

/// The checks that infrastructure code satisfies, by id.
pub static AS_CODE: &[(&str, &AsCode)] = &[
    (
        "cloud-trail-cloud-watch-logs-enabled",
        &monitoring::cloud_trail_cloud_watch_logs_enabled::AS_CODE,
    ),
    ("cloud-trail-encryption-enabled", &protection::cloud_trail_encryption_enabled::AS_CODE),
    (
        "cloud-trail-log-file-validation-enabled",
        &protection::cloud_trail_log_file_validation_enabled::AS_CODE,
    ),
    (
        "cloudtrail-all-read-s3-data-event-check",
        &presence::cloudtrail_all_read_s3_data_event_check::AS_CODE,
    ),
    (
        "cloudtrail-all-write-s3-data-event-check",
        &presence::cloudtrail_all_write_s3_data_event_check::AS_CODE,
    ),
    (
        "cloudtrail-dynamodb-dataevents-enabled",
        &presence::cloudtrail_dynamodb_dataevents_enabled::AS_CODE,
    ),
    ("cloudtrail-enabled", &presence::cloudtrail_enabled::AS_CODE),
    ("cloudtrail-global-service-events", &presence::cloudtrail_global_service_events::AS_CODE),
    (
        "cloudtrail-lambda-dataevents-enabled",
        &presence::cloudtrail_lambda_dataevents_enabled::AS_CODE,
    ),
    (
        "cloudtrail-s3-bucket-access-logging",
        &protection::cloudtrail_s3_bucket_access_logging::AS_CODE,
    ),
    (
        "cloudtrail-s3-bucket-public-access-prohibited",
        &protection::cloudtrail_s3_bucket_public_access_prohibited::AS_CODE,
    ),
    ("cloudtrail-s3-dataevents-enabled", &presence::cloudtrail_s3_dataevents_enabled::AS_CODE),
    ("cloudtrail-security-trail-enabled", &presence::cloudtrail_security_trail_enabled::AS_CODE),
    ("cloudtrail-trail-tagged", &presence::cloudtrail_trail_tagged::AS_CODE),
    ("cmk-backing-key-rotation-enabled", &protection::cmk_backing_key_rotation_enabled::AS_CODE),
    ("event-data-store-ingesting", &lake::event_data_store_ingesting::AS_CODE),
    ("event-data-store-retention", &lake::event_data_store_retention::AS_CODE),
    ("event-data-store-scope", &lake::event_data_store_scope::AS_CODE),
    (
        "event-data-store-termination-protection",
        &lake::event_data_store_termination_protection::AS_CODE,
    ),
    (
        "management-events-complete-per-region",
        &presence::management_events_complete_per_region::AS_CODE,
    ),
    ("multi-region-cloudtrail-enabled", &presence::multi_region_cloudtrail_enabled::AS_CODE),
    ("org-all-features-enabled", &organization::org_all_features_enabled::AS_CODE),
    ("org-cloudtrail-delegated-admin", &organization::org_cloudtrail_delegated_admin::AS_CODE),
    (
        "org-cloudtrail-service-linked-role",
        &organization::org_cloudtrail_service_linked_role::AS_CODE,
    ),
    ("org-cloudtrail-trusted-access", &organization::org_cloudtrail_trusted_access::AS_CODE),
    ("org-trail-bucket-policy", &organization::org_trail_bucket_policy::AS_CODE),
    ("org-trail-exists", &organization::org_trail_exists::AS_CODE),
    (
        "s3-account-level-public-access-blocks-periodic",
        &protection::s3_account_level_public_access_blocks_periodic::AS_CODE,
    ),
    ("s3-bucket-acl-prohibited", &protection::s3_bucket_acl_prohibited::AS_CODE),
    ("s3-bucket-default-lock-enabled", &protection::s3_bucket_default_lock_enabled::AS_CODE),
    (
        "s3-bucket-level-public-access-prohibited",
        &protection::s3_bucket_level_public_access_prohibited::AS_CODE,
    ),
    ("s3-bucket-replication-enabled", &protection::s3_bucket_replication_enabled::AS_CODE),
    ("s3-bucket-ssl-requests-only", &protection::s3_bucket_ssl_requests_only::AS_CODE),
    ("s3-bucket-versioning-enabled", &protection::s3_bucket_versioning_enabled::AS_CODE),
    ("s3-default-encryption-kms", &protection::s3_default_encryption_kms::AS_CODE),
    ("s3-lifecycle-policy-check", &protection::s3_lifecycle_policy_check::AS_CODE),
    ("trail-bucket-lock-retention", &protection::trail_bucket_lock_retention::AS_CODE),
    (
        "trail-bucket-policy-allows-delivery",
        &protection::trail_bucket_policy_allows_delivery::AS_CODE,
    ),
    ("trail-bucket-policy-source-arn", &protection::trail_bucket_policy_source_arn::AS_CODE),
    ("trail-bucket-tamper-resistant", &protection::trail_bucket_tamper_resistant::AS_CODE),
    ("trail-coverage-per-region", &presence::trail_coverage_per_region::AS_CODE),
    ("trail-is-logging", &presence::trail_is_logging::AS_CODE),
    ("trail-kms-key-customer-managed", &protection::trail_kms_key_customer_managed::AS_CODE),
    ("trail-log-immediate-availability", &protection::trail_log_immediate_availability::AS_CODE),
    ("trail-log-retention", &protection::trail_log_retention::AS_CODE),
];

/// What checks ask of the user's policy themselves, by id.
pub static PARAMETERS: &[(&str, &[&str])] = &[
    ("cloud-trail-cloud-watch-logs-enabled", &["cwl_stale_hours"]),
    ("cloudtrail-all-read-s3-data-event-check", &["allow_log_bucket_exclusion"]),
    ("cloudtrail-all-write-s3-data-event-check", &["allow_log_bucket_exclusion"]),
    ("cloudtrail-dynamodb-dataevents-enabled", &["required_data_events"]),
    ("cloudtrail-enabled", &["required_trail_targets"]),
    ("cloudtrail-lambda-dataevents-enabled", &["required_data_events"]),
    ("cloudtrail-network-activity-events", &["require_network_activity_events"]),
    (
        "cloudtrail-s3-dataevents-enabled",
        &["allow_log_bucket_exclusion", "na_without_buckets", "s3_data_event_buckets"],
    ),
    ("cloudtrail-sensitive-bucket-dataevents", &["sensitive_buckets"]),
    ("cloudtrail-trail-tagged", &["required_tag_keys"]),
    ("cmk-backing-key-rotation-enabled", &["max_rotation_days"]),
    ("event-data-store-cmk-encryption-enabled", &["event_data_store_key_arns"]),
    ("event-data-store-retention", &["eds_retention_days"]),
    ("iam-cloudtrail-full-access-attached", &["approved_principals"]),
    ("management-events-complete-per-region", &["tolerate_excluded_sources"]),
    ("org-account-inventory-complete", &["fail_on_unassessed"]),
    ("org-cloudtrail-delegated-admin", &["security_account_ids"]),
    ("org-log-archive-account-separation", &["log_archive_account_ids"]),
    ("s3-bucket-default-lock-enabled", &["default_lock_mode"]),
    ("s3-bucket-replication-enabled", &["replication_required", "require_cross_account"]),
    ("trail-access-log-target-protected", &["retention_days", "trusted_log_accounts"]),
    ("trail-bucket-dedicated", &["allowed_log_services", "log_archive_account_ids"]),
    ("trail-bucket-lock-retention", &["lock_min_days", "lock_mode"]),
    ("trail-bucket-owned-by-organization", &["trusted_log_accounts"]),
    ("trail-bucket-policy-no-external-principals", &["allowed_log_services"]),
    ("trail-cloudwatch-delivery-healthy", &["cwl_stale_hours"]),
    ("trail-digest-delivery-healthy", &["digest_stale_hours"]),
    ("trail-log-immediate-availability", &["immediate_days"]),
    ("trail-log-retention", &["retention_days"]),
    ("trail-s3-delivery-healthy", &["delivery_stale_hours"]),
    (
        "trail-selector-blind-spot",
        &["allow_log_bucket_exclusion", "require_network_activity_events", "required_data_events"],
    ),
];
