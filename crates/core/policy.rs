//! What the user expects: the parameters of the checks. (An IAM or bucket policy is always written out in full.)

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::aws::AccountId;

mod kinds;

pub use kinds::{
    DataEvents, EventSource, InsightType, LockMode, LogService, ResourceType, SensitiveBuckets,
    TrailTargets,
};

/// The expectations, with the catalogue's defaults.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Policy {
    /// How many days logs must be kept.
    pub retention_days: u32,
    /// How many of the latest days must be readable at once.
    pub immediate_days: u32,
    /// The least default retention of Object Lock in days; none asks for `retention_days`.
    pub lock_min_days: Option<u32>,
    /// The mode of Object Lock that counts as a lock.
    pub lock_mode: LockMode,
    /// The Object Lock mode that `s3-bucket-default-lock-enabled` asks for; none accepts any.
    pub default_lock_mode: Option<LockMode>,
    /// How old the last delivery to the bucket may be before it is noted as quiet, in hours.
    pub delivery_stale_hours: u32,
    /// How old the last digest may be, in hours.
    pub digest_stale_hours: u32,
    /// How old the last delivery to CloudWatch Logs may be, in hours.
    pub cwl_stale_hours: u32,
    /// How many days the log group of a trail must keep its events.
    pub log_group_retention_days: u32,
    /// How many days an event data store must keep its events.
    pub eds_retention_days: u32,
    /// The longest rotation period of a key, in days.
    pub max_rotation_days: u32,
    /// The longest period of an alarm that counts as monitoring, in seconds.
    pub alarm_max_period_s: u32,
    /// How many principals of an account may have everything that `AdministratorAccess` gives.
    pub admin_principals_max: u32,
    /// How many principals of an account may read its logs without being approved.
    pub log_readers_max: u32,
    /// How far back the event history is looked through, in days.
    pub lookback_days: u32,
    /// How many pages of the event history are read for one question.
    pub lookup_max_pages: u32,
    /// How many minutes in all may have gone unrecorded.
    pub max_gap_minutes: u32,
    /// Globs of principals' ARNs that may administer logging: break-glass, infrastructure as code.
    pub approved_principals: Vec<String>,
    /// Accounts that may hold the logs; empty leaves the separation unconfirmed.
    pub log_archive_account_ids: BTreeSet<AccountId>,
    /// Accounts of those who watch over the organization; empty leaves their checks open.
    pub security_account_ids: BTreeSet<AccountId>,
    /// Accounts outside the organization that may hold or read its logs.
    pub trusted_log_accounts: BTreeSet<AccountId>,
    /// The kinds of data events that must be recorded, and of which resources.
    pub required_data_events: BTreeMap<ResourceType, DataEvents>,
    /// The buckets whose data events `cloudtrail-s3-dataevents-enabled` asks for; empty asks for all.
    pub s3_data_event_buckets: Vec<String>,
    /// Which buckets hold what must not be read or deleted unseen.
    pub sensitive_buckets: SensitiveBuckets,
    /// Whether an account without buckets needs no S3 data events.
    pub na_without_buckets: bool,
    /// Whether data-event selectors may leave out the log bucket itself, which avoids a write loop.
    pub allow_log_bucket_exclusion: bool,
    /// Event sources that management events may leave out, by written decision.
    pub tolerate_excluded_sources: BTreeSet<EventSource>,
    /// Whether calls through VPC endpoints must be recorded.
    pub require_network_activity_events: bool,
    /// What the trail of `cloudtrail-enabled` must deliver to; nothing accepts any.
    pub required_trail_targets: TrailTargets,
    /// Tag keys that a trail must carry; empty asks for any tag.
    pub required_tag_keys: BTreeSet<String>,
    /// Whether log buckets must be replicated.
    pub replication_required: bool,
    /// Whether only a replica in another account counts.
    pub require_cross_account: bool,
    /// Services beside CloudTrail that may write into a log bucket.
    pub allowed_log_services: BTreeSet<LogService>,
    /// Names of the Glacier vaults that hold logs.
    pub archive_vaults: BTreeSet<String>,
    /// ARNs of the keys that event data stores may use; empty accepts any customer managed key.
    pub event_data_store_key_arns: BTreeSet<String>,
    /// Whether EventBridge rules count as monitoring.
    pub accept_eventbridge: bool,
    /// Whether the log group of a trail must be protected from deletion.
    pub require_log_group_deletion_protection: bool,
    /// The kinds of Insights that must be switched on.
    pub required_insights: BTreeSet<InsightType>,
    /// Whether somebody reads the logs by a way that AWS does not show, such as a query over the bucket.
    pub external_consumer: bool,
    /// Globs of regions that are out of scope by written decision; reported, never silent.
    pub excluded_regions: BTreeSet<String>,
    /// Whether a region that an SCP closes to the reader is not applicable instead of unknown.
    pub scp_denied_region_is_na: bool,
    /// Whether an account that was not assessed fails the inventory instead of leaving it unknown.
    pub fail_on_unassessed: bool,
    /// Whether a conditional Allow counts as an Allow.
    pub strict_conditions: bool,
}

impl Policy {
    /// The least default retention of Object Lock that is long enough: a lock shorter than the retention leaves a tail
    /// that can be deleted.
    #[must_use]
    pub fn lock_min_days(&self) -> u32 {
        self.lock_min_days.unwrap_or(self.retention_days)
    }

    /// Whether data events of that kind (`AWS::S3::Object`) must be recorded.
    #[must_use]
    pub fn requires_data_events(&self, resource_type: &str) -> bool {
        self.required_data_events.keys().any(|required| required.as_str() == resource_type)
    }
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            retention_days: 365,
            immediate_days: 90,
            lock_min_days: None,
            lock_mode: LockMode::Compliance,
            default_lock_mode: None,
            delivery_stale_hours: 24,
            digest_stale_hours: 3,
            cwl_stale_hours: 24,
            log_group_retention_days: 365,
            eds_retention_days: 365,
            max_rotation_days: 365,
            alarm_max_period_s: 900,
            admin_principals_max: 5,
            log_readers_max: 10,
            lookback_days: 90,
            lookup_max_pages: 4,
            max_gap_minutes: 0,
            approved_principals: Vec::new(),
            log_archive_account_ids: BTreeSet::new(),
            security_account_ids: BTreeSet::new(),
            trusted_log_accounts: BTreeSet::new(),
            required_data_events: [(ResourceType::s3(), DataEvents::All)].into(),
            s3_data_event_buckets: Vec::new(),
            sensitive_buckets: SensitiveBuckets::default(),
            na_without_buckets: true,
            allow_log_bucket_exclusion: true,
            tolerate_excluded_sources: BTreeSet::new(),
            require_network_activity_events: false,
            required_trail_targets: TrailTargets::default(),
            required_tag_keys: BTreeSet::new(),
            replication_required: true,
            require_cross_account: true,
            allowed_log_services: [LogService::new("config"), LogService::new("delivery.logs")]
                .into(),
            archive_vaults: BTreeSet::new(),
            event_data_store_key_arns: BTreeSet::new(),
            accept_eventbridge: true,
            require_log_group_deletion_protection: false,
            required_insights: [InsightType::ApiCallRate, InsightType::ApiErrorRate].into(),
            external_consumer: false,
            excluded_regions: BTreeSet::new(),
            scp_denied_region_is_na: false,
            fail_on_unassessed: false,
            strict_conditions: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_said_is_the_catalogues_default() {
        let policy: Policy = serde_json::from_str(r#"{"retention_days": 400}"#).unwrap();
        assert_eq!(policy, Policy { retention_days: 400, ..Policy::default() });
        assert_eq!(policy.lock_min_days(), 400);
        assert!(policy.requires_data_events("AWS::S3::Object"));
        assert!(!policy.requires_data_events("AWS::Lambda::Function"));
    }

    #[test]
    fn a_policy_survives_being_written_and_read() {
        let written = serde_json::to_string(&Policy::default()).unwrap();
        assert_eq!(serde_json::from_str::<Policy>(&written).unwrap(), Policy::default());
    }

    #[test]
    fn an_unknown_key_or_value_is_refused() {
        for text in [
            r#"{"retention_day": 1}"#,
            r#"{"retention_days": -1}"#,
            r#"{"lock_mode": "compliance!"}"#,
            r#"{"log_archive_account_ids": ["12"]}"#,
            r#"{"required_data_events": {"s4": "all"}}"#,
            r#"{"required_data_events": {"s3": "some"}}"#,
            r#"{"sensitive_buckets": {"name": []}}"#,
            r#"{"required_insights": ["Calls"]}"#,
            r#"{"tolerate_excluded_sources": ["s3.amazonaws.com"]}"#,
            r#"{"allowed_log_services": ["config.amazonaws.com "]}"#,
        ] {
            assert!(serde_json::from_str::<Policy>(text).is_err(), "{text}");
        }
    }

    #[test]
    fn short_and_long_names_are_the_same() {
        let read = |text: &str| serde_json::from_str::<Policy>(text).unwrap();
        assert_eq!(
            read(
                r#"{"required_data_events": {"lambda": "all"}, "allowed_log_services": ["config"]}"#
            ),
            read(
                r#"{"required_data_events": {"AWS::Lambda::Function": "all"},
                    "allowed_log_services": ["config.amazonaws.com"]}"#
            ),
        );
    }
}
