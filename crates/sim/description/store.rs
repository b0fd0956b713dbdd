//! An event data store of CloudTrail Lake.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::When;

/// An event data store; its ARN follows from its owner, its region and its id.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub struct EventDataStore {
    /// A UUID.
    pub id: String,
    /// The user's name for it.
    pub name: String,
    /// Where it lies.
    pub region: String,
    /// `ENABLED`, `STOPPED_INGESTION`, `PENDING_DELETION`, …
    #[serde(default = "enabled")]
    pub status: String,
    /// What it takes in, in AWS's own form; empty: all management events.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub advanced_event_selectors: Vec<Value>,
    /// Whether it takes in the events of its own region alone.
    #[serde(default, skip_serializing_if = "super::is_false")]
    pub single_region: bool,
    /// Whether it takes in every account of the organization.
    #[serde(default, skip_serializing_if = "super::is_false")]
    pub organization_enabled: bool,
    /// For how many days it keeps events.
    #[serde(default = "retention")]
    pub retention_period: i32,
    /// Whether it can be deleted at once.
    #[serde(default, skip_serializing_if = "super::is_false")]
    pub unprotected: bool,
    /// The customer's key; absent: AWS's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kms_key_id: Option<String>,
    /// Who else may query it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<Value>,
    /// Kinds of Insights, in AWS's own form; empty: Insights are off.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub insight_selectors: Vec<Value>,
    /// The ARN of the store that Insights events go to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub insights_destination: Option<String>,
    /// Tags.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
    /// When it was created.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created: Option<When>,
}

fn enabled() -> String {
    "ENABLED".to_owned()
}

/// What AWS chooses where a store is made with extendable retention.
fn retention() -> i32 {
    366
}
