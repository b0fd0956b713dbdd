//! What watches beside trails: on everywhere unless the description says otherwise.

use serde::{Deserialize, Serialize};

/// The detection services of an account. Absent ones were never switched on.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Detection {
    /// GuardDuty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guardduty: Option<GuardDuty>,
    /// Security Hub.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub security_hub: Option<SecurityHub>,
    /// AWS Config.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config: Option<ConfigService>,
    /// The analyzers of IAM Access Analyzer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub analyzers: Vec<Analyzer>,
}

/// GuardDuty in an account.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GuardDuty {
    /// Regions without a detector.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub off_in: Vec<String>,
    /// Regions whose detector is there and switched off.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub disabled_in: Vec<String>,
    /// Regions in which it does not read S3's data events.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub s3_off_in: Vec<String>,
}

/// Security Hub in an account.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecurityHub {
    /// Regions in which it is off.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub off_in: Vec<String>,
    /// The region in which findings are brought together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aggregation_region: Option<String>,
}

/// AWS Config in an account.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConfigService {
    /// Regions without a recorder.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub off_in: Vec<String>,
    /// Regions whose recorder does not record.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stopped_in: Vec<String>,
    /// Regions whose only recorder a service made for itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub service_linked_in: Vec<String>,
    /// Regions whose delivery channel fails.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failing_in: Vec<String>,
    /// The regions in which the types of IAM are recorded too.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub global_types_in: Vec<String>,
}

/// An analyzer, in every region but these.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Analyzer {
    /// Its name.
    pub name: String,
    /// `ACCOUNT`, `ORGANIZATION`, `ACCOUNT_UNUSED_ACCESS`, …
    pub kind: String,
    /// Its status; absent: `ACTIVE`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// Regions without it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub off_in: Vec<String>,
}

/// Whom a bucket tells of its objects.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Notification {
    /// Whether its events reach EventBridge.
    #[serde(default, skip_serializing_if = "super::is_false")]
    pub event_bridge: bool,
    /// The ARN of a queue that is told of new objects.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queue: Option<String>,
    /// What the keys begin with that the queue is told of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prefix: Option<String>,
}
