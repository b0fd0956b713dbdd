//! What the user expects: the parameters of the checks. (An IAM or bucket policy is always written out in full.)

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::aws::AccountId;

/// The expectations, with the catalogue's defaults.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Policy {
    /// Globs of principals' ARNs that may administer logging: break-glass, infrastructure as code.
    pub approved_principals: Vec<String>,
    /// Whether data-event selectors may leave out the log bucket itself, which avoids a write loop.
    pub allow_log_bucket_exclusion: bool,
    /// How old the last delivery to the bucket may be before it is noted as quiet, in hours.
    pub delivery_stale_hours: u32,
    /// How old the last digest may be, in hours.
    pub digest_stale_hours: u32,
    /// How old the last delivery to CloudWatch Logs may be, in hours.
    pub cwl_stale_hours: u32,
    /// How many days an event data store must keep its events.
    pub eds_retention_days: u32,
    /// The longest rotation period of a key, in days.
    pub max_rotation_days: u32,
    /// Accounts that may hold the logs; empty leaves the separation unconfirmed.
    pub log_archive_account_ids: BTreeSet<AccountId>,
    /// Accounts of those who watch over the organization; empty leaves their checks open.
    pub security_account_ids: BTreeSet<AccountId>,
    /// Tag keys that a trail must carry; empty asks for any tag.
    pub required_tag_keys: BTreeSet<String>,
    /// ARNs of the keys that event data stores may use; empty accepts any customer managed key.
    pub event_data_store_key_arns: BTreeSet<String>,
    /// Whether an account that was not assessed fails the inventory instead of leaving it unknown.
    pub fail_on_unassessed: bool,
    /// Whether an account without buckets needs no S3 data events.
    pub na_without_buckets: bool,
    /// The Object Lock mode that `s3-bucket-default-lock-enabled` asks for; none accepts any.
    pub default_lock_mode: Option<String>,
    /// The buckets whose data events `cloudtrail-s3-dataevents-enabled` asks for; empty asks for all.
    pub s3_data_event_buckets: Vec<String>,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            approved_principals: Vec::new(),
            allow_log_bucket_exclusion: true,
            delivery_stale_hours: 24,
            digest_stale_hours: 3,
            cwl_stale_hours: 24,
            eds_retention_days: 365,
            max_rotation_days: 365,
            log_archive_account_ids: BTreeSet::new(),
            security_account_ids: BTreeSet::new(),
            required_tag_keys: BTreeSet::new(),
            event_data_store_key_arns: BTreeSet::new(),
            fail_on_unassessed: false,
            na_without_buckets: true,
            default_lock_mode: None,
            s3_data_event_buckets: Vec::new(),
        }
    }
}
