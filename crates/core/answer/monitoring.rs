//! What is made of a log group's events: metric filters, alarms, what mutes them, and rules on the event bus.
//!
//! Numbers that AWS has as doubles are kept as text, so that what was read compares equal to itself.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// One metric filter of `MetricFilters`, which is empty where the log group has none.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct MetricFilter {
    /// Its name in the log group.
    pub filter_name: String,
    /// Which events it counts; empty counts all.
    pub filter_pattern: String,
    /// What it counts them in; AWS allows one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub metric_transformations: Vec<MetricTransformation>,
    /// Whether it sees events as the log group's transformer leaves them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub apply_on_transformed_logs: Option<bool>,
    /// Of which accounts and regions it sees events.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field_selection_criteria: Option<String>,
    /// `@aws.account`, `@aws.region`: dimensions that it gives its metric.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub emit_system_field_dimensions: Vec<String>,
}

/// The metric that a filter writes.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct MetricTransformation {
    /// The metric's name.
    pub metric_name: String,
    /// The metric's namespace.
    pub metric_namespace: String,
    /// What an event counts: a number, or a selector of one.
    pub metric_value: String,
    /// What is written while nothing matches.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_value: Option<String>,
    /// Dimensions, each with the selector of its value.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub dimensions: BTreeMap<String, String>,
    /// The metric's unit; absent means `None`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
}

/// `Alarms`: those of one account and region.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Alarms {
    /// Those on metrics.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub metric_alarms: Vec<MetricAlarm>,
    /// Those on other alarms.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub composite_alarms: Vec<CompositeAlarm>,
}

/// An alarm on a metric, or on several.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct MetricAlarm {
    /// Its name.
    pub alarm_name: String,
    /// The identity.
    pub alarm_arn: String,
    /// Whether its actions are carried out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actions_enabled: Option<bool>,
    /// What is done when it goes off.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub alarm_actions: Vec<String>,
    /// The metric; absent where `metrics` says it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metric_name: Option<String>,
    /// The metric's namespace.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// The metric's dimensions.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub dimensions: BTreeMap<String, String>,
    /// Such as `Sum`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub statistic: Option<String>,
    /// In seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub period: Option<i32>,
    /// The only unit that it looks at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// Over how many periods it looks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evaluation_periods: Option<i32>,
    /// In how many of them the threshold must be passed; absent means all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub datapoints_to_alarm: Option<i32>,
    /// The threshold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub threshold: Option<String>,
    /// Such as `GreaterThanOrEqualToThreshold`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comparison_operator: Option<String>,
    /// `missing` (where absent), `notBreaching`, `breaching` or `ignore`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub treat_missing_data: Option<String>,
    /// The metrics and expressions of an alarm on several.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub metrics: Vec<MetricQuery>,
}

/// One metric or expression of an alarm on several.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct MetricQuery {
    /// What expressions call it.
    pub id: String,
    /// The expression; absent where it is a metric.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expression: Option<String>,
    /// The metric.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metric_name: Option<String>,
    /// Its namespace.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// Its dimensions.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub dimensions: BTreeMap<String, String>,
    /// Such as `Sum`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stat: Option<String>,
    /// In seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub period: Option<i32>,
    /// The only unit that it looks at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// The account whose metric it is; absent means the alarm's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account_id: Option<String>,
    /// Whether the threshold is about this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub return_data: Option<bool>,
}

/// An alarm on other alarms.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct CompositeAlarm {
    /// Its name.
    pub alarm_name: String,
    /// The identity.
    pub alarm_arn: String,
    /// When it goes off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alarm_rule: Option<String>,
    /// Whether its actions are carried out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actions_enabled: Option<bool>,
    /// What is done when it goes off.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub alarm_actions: Vec<String>,
    /// The alarm that keeps its actions from being carried out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actions_suppressor: Option<String>,
}

/// One rule of `MuteRules`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct MuteRule {
    /// The identity.
    pub arn: String,
    /// `ACTIVE`, `SCHEDULED` or `EXPIRED`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// The names of the alarms that it mutes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub alarm_names: Vec<String>,
    /// When it ends for good.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expire_date: Option<Timestamp>,
}

/// One rule of `EventRules`: of those that no AWS service manages.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct EventRule {
    /// Its name on the bus.
    pub name: String,
    /// `ENABLED`, `DISABLED` or `ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// Which events it takes; empty where it runs by the clock.
    pub event_pattern: String,
    /// Where they go; asked of rules that are enabled.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub targets: Vec<String>,
}
