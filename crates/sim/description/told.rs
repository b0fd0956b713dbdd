//! What hangs on trails: the topics that they tell, the log groups that they write to, the events that they record.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::When;

/// A topic of Amazon SNS. One that a trail of the same account names is there without being described.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Topic {
    /// The name.
    pub name: String,
    /// Where it lies.
    pub region: String,
    /// Was deleted, although trails still name it.
    #[serde(default, skip_serializing_if = "super::is_false")]
    pub missing: bool,
    /// How many subscriptions are confirmed.
    #[serde(default)]
    pub subscriptions: u32,
    /// Its policy; absent: the owner's alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<Value>,
    /// The key that encrypts its messages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kms_key_id: Option<String>,
}

/// A log group of CloudWatch Logs. One that a trail of the same account names is there without being described.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogGroup {
    /// The name.
    pub name: String,
    /// Where it lies.
    pub region: String,
    /// Was deleted, although trails still name it.
    #[serde(default, skip_serializing_if = "super::is_false")]
    pub missing: bool,
    /// For how many days its events are kept; absent: for ever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retention_days: Option<i32>,
    /// The ARN of the key that encrypts it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kms_key_id: Option<String>,
    /// `STANDARD`, `INFREQUENT_ACCESS`, `DELIVERY`; absent: `STANDARD`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<String>,
    /// Whether it cannot be deleted before that is switched off.
    #[serde(default, skip_serializing_if = "super::is_false")]
    pub deletion_protection: bool,
    /// Its metric filters, with the members that AWS answers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub metric_filters: Vec<Map<String, Value>>,
    /// Its subscription filters, likewise.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub subscription_filters: Vec<Map<String, Value>>,
}

/// An alarm, a mute rule, a rule on the event bus or a channel: where it lies, and the members that AWS answers.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Regional {
    /// Where it lies.
    pub region: String,
    /// Its members in AWS's spelling.
    #[serde(flatten)]
    pub members: Map<String, Value>,
}

/// A management event of the event history.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Event {
    /// When it happened.
    pub time: When,
    /// What happened.
    #[serde(default = "assume_role")]
    pub name: String,
    /// The service that it happened in.
    #[serde(default = "sts")]
    pub source: String,
    /// Who did it.
    #[serde(default = "user")]
    pub user: String,
    /// The name of the role whose session did it; without one it was the IAM user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// From where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_ip: Option<String>,
    /// The error that it ended in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_code: Option<String>,
    /// What was asked for, in CloudTrail's own form.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub request: Value,
    /// What came of it, likewise.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub response: Value,
    /// Whether it only read.
    #[serde(default = "yes")]
    pub read_only: bool,
}

impl Event {
    /// An everyday event.
    pub(crate) fn everyday(time: When) -> Self {
        Self {
            time,
            name: assume_role(),
            source: sts(),
            user: user(),
            role: None,
            source_ip: None,
            error_code: None,
            request: Value::Null,
            response: Value::Null,
            read_only: true,
        }
    }
}

fn assume_role() -> String {
    "AssumeRole".to_owned()
}

fn sts() -> String {
    "sts.amazonaws.com".to_owned()
}

fn user() -> String {
    "workload".to_owned()
}

fn yes() -> bool {
    true
}
