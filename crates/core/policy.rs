//! What the user expects: the parameters of the checks. (An IAM or bucket policy is always written out in full.)

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
    /// How old the last delivery to CloudWatch Logs may be, in hours.
    pub cwl_stale_hours: u32,
    /// Whether an account without buckets needs no S3 data events.
    pub na_without_buckets: bool,
    /// The Object Lock mode that `s3-bucket-default-lock-enabled` asks for; none accepts any.
    pub default_lock_mode: Option<String>,
    /// The buckets whose data events `cloudtrail-s3-dataevents-enabled` asks for; empty asks for all.
    pub s3_data_event_buckets: Vec<String>,
    /// How long logs must be kept, in days.
    pub retention_days: u32,
    /// How long logs must be readable without being restored first, in days.
    pub immediate_days: u32,
    /// How long a default retention must lock new objects, in days; none: as long as logs must be kept.
    pub lock_min_days: Option<u32>,
    /// The Object Lock mode that counts: `COMPLIANCE`, or `GOVERNANCE` for either.
    pub lock_mode: String,
    /// Accounts outside the organization that may own log buckets.
    pub trusted_log_accounts: Vec<AccountId>,
    /// Whether log buckets must be replicated.
    pub replication_required: bool,
    /// Whether the replica must be another account's.
    pub require_cross_account: bool,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            approved_principals: Vec::new(),
            allow_log_bucket_exclusion: true,
            cwl_stale_hours: 24,
            na_without_buckets: true,
            default_lock_mode: None,
            s3_data_event_buckets: Vec::new(),
            retention_days: 365,
            immediate_days: 90,
            lock_min_days: None,
            lock_mode: "COMPLIANCE".into(),
            trusted_log_accounts: Vec::new(),
            replication_required: true,
            require_cross_account: true,
        }
    }
}
