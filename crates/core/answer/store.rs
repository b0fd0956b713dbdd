//! Event data stores of CloudTrail Lake.

use serde::{Deserialize, Serialize};

use super::AdvancedEventSelector;

/// One store of `EventDataStores`. AWS no longer shows more of it in the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct StoreEntry {
    /// The identity.
    pub event_data_store_arn: String,
    /// The user's name for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// `EventDataStore`: its settings and state.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct EventDataStore {
    /// The user's name for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Such as `ENABLED` or `PENDING_DELETION`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// What it takes in.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub advanced_event_selectors: Vec<AdvancedEventSelector>,
    /// Whether it takes in every region.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub multi_region_enabled: Option<bool>,
    /// Whether it takes in every account of the organization.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organization_enabled: Option<bool>,
    /// For how many days it keeps events.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retention_period: Option<i32>,
    /// Whether it cannot be deleted before that is switched off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub termination_protection_enabled: Option<bool>,
    /// The customer's key; absent where AWS's own is used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kms_key_id: Option<String>,
}
