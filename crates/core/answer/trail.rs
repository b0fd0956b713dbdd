//! What hangs on a trail: Insights, its topic, its log group, and what happened lately.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// One kind of Insights.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct InsightSelector {
    /// `ApiCallRateInsight` or `ApiErrorRateInsight`.
    pub insight_type: String,
    /// `Management`, `Data`; absent means management events.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub event_categories: Vec<String>,
}

/// `InsightSelectors`; empty where Insights are not enabled.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct InsightSelectors {
    /// The kinds.
    #[serde(default)]
    pub insight_selectors: Vec<InsightSelector>,
}

/// `Topic`: a topic that is there.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Topic {
    /// How many subscriptions are confirmed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subscriptions_confirmed: Option<u32>,
    /// The text of its policy. Absent from snapshots that were written before it was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<String>,
    /// The key that encrypts its messages; absent where none does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kms_master_key_id: Option<String>,
}

/// `LogGroup`: a log group that is there.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct LogGroup {
    /// How long its events are kept, in days; absent means for ever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retention_in_days: Option<i32>,
    /// The key that encrypts it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kms_key_id: Option<String>,
    /// `STANDARD`, `INFREQUENT_ACCESS` or `DELIVERY`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log_group_class: Option<String>,
    /// Whether it cannot be deleted. Absent from snapshots that were written before it was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deletion_protection_enabled: Option<bool>,
}

/// `RecentEvents`: the newest management event that event history shows from before the run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct RecentEvent {
    /// When it happened.
    pub event_time: Timestamp,
    /// What happened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event_name: Option<String>,
}
