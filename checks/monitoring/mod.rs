// Written by `cargo xtask bless` from the folder listing.
//! The checks of the group `monitoring`.

pub mod access_analyzer_enabled;
pub mod cloud_trail_cloud_watch_logs_enabled;
pub mod cloudtrail_alarm_not_muted;
pub mod cloudtrail_insights_enabled;
pub mod cloudwatch_alarm_action_check;
pub mod cloudwatch_alarm_action_enabled_check;
pub mod cloudwatch_log_group_encrypted;
pub mod config_recorder_all_regions;
pub mod cw_loggroup_retention_period_check;
pub mod guardduty_enabled_centralized;
pub mod guardduty_s3_protection_enabled;
pub mod log_metric_filter_cloudtrail_changes;
pub mod log_metric_filter_cmk_disable_or_delete;
pub mod log_metric_filter_config_changes;
pub mod log_metric_filter_console_auth_failures;
pub mod log_metric_filter_console_signin_without_mfa;
pub mod log_metric_filter_detection_service_tampering;
pub mod log_metric_filter_ec2_instance_lifecycle;
pub mod log_metric_filter_iam_policy_changes;
pub mod log_metric_filter_large_ec2_instance;
pub mod log_metric_filter_log_destination_tampering;
pub mod log_metric_filter_nacl_changes;
pub mod log_metric_filter_network_gateway_changes;
pub mod log_metric_filter_organizations_changes;
pub mod log_metric_filter_root_usage;
pub mod log_metric_filter_route_table_changes;
pub mod log_metric_filter_s3_bucket_policy_changes;
pub mod log_metric_filter_security_group_changes;
pub mod log_metric_filter_trail_tampering_extended;
pub mod log_metric_filter_unauthorized_api_calls;
pub mod log_metric_filter_vpc_changes;
pub mod securityhub_enabled;
pub mod trail_log_consumer_present;
pub mod trail_log_group_usable;
