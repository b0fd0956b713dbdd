//! What watches beside trails: GuardDuty, Security Hub, AWS Config, IAM Access Analyzer, and who is sent a trail's logs.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::aws::{AccountId, Region};

/// One detector of `Detectors`. That answer is none where GuardDuty has no endpoint in the region.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Detector {
    /// Its id.
    pub detector_id: String,
    /// `ENABLED` or `DISABLED`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// `ENABLED` or `DISABLED` by the feature's name, such as `CLOUD_TRAIL` or `S3_DATA_EVENTS`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub features: BTreeMap<String, String>,
}

/// One account of `DetectorAdministrators`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DetectorAdministrator {
    /// The account.
    pub admin_account_id: AccountId,
    /// `ENABLED` or `DISABLE_IN_PROGRESS`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub admin_status: Option<String>,
}

/// `DetectorOrganization`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DetectorOrganization {
    /// `ALL`, `NEW` or `NONE`: in which accounts of the organization GuardDuty is switched on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auto_enable_organization_members: Option<String>,
    /// What older answers have in its place: whether in new ones.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auto_enable: Option<bool>,
}

/// `SecurityHub`. That answer is none where the service has no endpoint in the region.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct SecurityHub {
    /// The hub; absent where the account has not switched Security Hub on there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hub_arn: Option<String>,
    /// The region that findings of others are brought together in; asked in the region of global services.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finding_aggregation_region: Option<Region>,
}

/// `Recorders`. That answer is none where AWS Config has no endpoint in the region.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Recorders {
    /// The recorders.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub configuration_recorders: Vec<Recorder>,
    /// The delivery channels; asked where the customer has a recorder.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub delivery_channels: Vec<DeliveryChannel>,
}

/// One recorder of AWS Config.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Recorder {
    /// Its name.
    pub name: String,
    /// The service that made it for itself, where one did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_principal: Option<String>,
    /// `INTERNAL` (for that service alone) or `PAID`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recording_scope: Option<String>,
    /// Whether it records every type of resource.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub all_supported: Option<bool>,
    /// Whether it records global types of resources.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub include_global_resource_types: Option<bool>,
    /// `ALL_SUPPORTED_RESOURCE_TYPES`, `INCLUSION_BY_RESOURCE_TYPES` or `EXCLUSION_BY_RESOURCE_TYPES`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recording_strategy: Option<String>,
    /// The types that it leaves out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub excluded_resource_types: Vec<String>,
    /// Whether it records now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recording: Option<bool>,
    /// `Pending`, `Success`, `Failure` or `NotApplicable`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_status: Option<String>,
}

/// One delivery channel of AWS Config, with the last status of each thing that it delivers: `Success`, `Failure` or
/// `Not_Applicable`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DeliveryChannel {
    /// Its name.
    pub name: String,
    /// Of the history of configurations.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub history_status: Option<String>,
    /// Of snapshots.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub snapshot_status: Option<String>,
    /// Of the stream of changes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stream_status: Option<String>,
}

/// One analyzer of `Analyzers`. That answer is none where IAM Access Analyzer has no endpoint in the region.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Analyzer {
    /// The identity.
    pub arn: String,
    /// `ACCOUNT`, `ORGANIZATION`; those of unused and internal access have longer names.
    #[serde(rename = "Type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// `ACTIVE`, `CREATING`, `DISABLED` or `FAILED`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
}

impl Analyzer {
    /// Whether it is at work and looks for access from outside an account or outside the organization.
    #[must_use]
    pub fn watches(&self, zone: &str) -> bool {
        self.kind.as_deref() == Some(zone) && self.status.as_deref() == Some("ACTIVE")
    }
}

/// One channel of `Channels`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ChannelEntry {
    /// The identity.
    pub channel_arn: String,
    /// Its name; that of a service's begins with `aws-service-channel/` and the service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// One filter of `SubscriptionFilters`, which is empty where the log group has none.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct SubscriptionFilter {
    /// Its name in the log group.
    pub filter_name: String,
    /// Where the events go.
    pub destination_arn: String,
}

/// `BucketNotification`; all absent where the bucket tells nobody.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct BucketNotification {
    /// Whether the bucket's events reach EventBridge.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub event_bridge: bool,
    /// The topics, queues and functions that are told.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub configurations: Vec<NotificationTarget>,
}

/// One topic, queue or function that a bucket tells.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct NotificationTarget {
    /// Its ARN.
    pub arn: String,
    /// Of which events, such as `s3:ObjectCreated:*`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<String>,
    /// What the keys begin with; absent: any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prefix: Option<String>,
    /// What the keys end in; absent: anything.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suffix: Option<String>,
}
