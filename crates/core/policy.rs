//! What the user expects: the parameters of the checks. (An IAM or bucket policy is always written out in full.)

use serde::{Deserialize, Serialize};

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
        }
    }
}
