//! A trail in the words of `DescribeTrails`, `GetTrailStatus` and `GetEventSelectors`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::When;

/// A trail; its ARN follows from its owner, its home region and its name.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub struct Trail {
    /// The name.
    pub name: String,
    /// The bucket that it delivers to; need not exist.
    #[serde(rename = "S3BucketName")]
    pub s3_bucket_name: String,
    /// The prefix in front of `AWSLogs/`.
    #[serde(default, rename = "S3KeyPrefix", skip_serializing_if = "Option::is_none")]
    pub s3_key_prefix: Option<String>,
    /// The topic that is told of deliveries.
    #[serde(default, rename = "SnsTopicARN", skip_serializing_if = "Option::is_none")]
    pub sns_topic_arn: Option<String>,
    /// Whether it records IAM and other global services.
    #[serde(default)]
    pub include_global_service_events: bool,
    /// Whether it is replicated to every enabled region.
    #[serde(default)]
    pub is_multi_region_trail: bool,
    /// Where it was created.
    pub home_region: String,
    /// Whether digests are delivered.
    #[serde(default)]
    pub log_file_validation_enabled: bool,
    /// The log group that it also delivers to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cloud_watch_logs_log_group_arn: Option<String>,
    /// The role for that delivery.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cloud_watch_logs_role_arn: Option<String>,
    /// Key ARN, alias or id, as it was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kms_key_id: Option<String>,
    /// Absent: true when selectors are described.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub has_custom_event_selectors: Option<bool>,
    /// Whether Insights are on; of both kinds where none are described.
    #[serde(default)]
    pub has_insight_selectors: bool,
    /// The kinds of Insights, in AWS's own form.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub insight_selectors: Vec<Value>,
    /// Tags.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
    /// Whether it records every member account.
    #[serde(default)]
    pub is_organization_trail: bool,
    /// Classic selectors, in AWS's own form.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub event_selectors: Vec<Value>,
    /// Advanced selectors, in AWS's own form.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub advanced_event_selectors: Vec<Value>,
    /// What `GetTrailStatus` says, in every region that has no status of its own.
    #[serde(default)]
    pub status: TrailStatus,
    /// Differing statuses of single regions.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub status_in: BTreeMap<String, TrailStatus>,
}

/// What `GetTrailStatus` says of a trail in one region.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub struct TrailStatus {
    /// Whether it records now.
    #[serde(default)]
    pub is_logging: bool,
    /// The last delivery to the bucket.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latest_delivery_time: Option<When>,
    /// The error of the last delivery to the bucket.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latest_delivery_error: Option<String>,
    /// The last message to the topic.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latest_notification_time: Option<When>,
    /// The error of the last message to the topic.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latest_notification_error: Option<String>,
    /// The last start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_logging_time: Option<When>,
    /// The last stop.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stop_logging_time: Option<When>,
    /// The last delivery to the log group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latest_cloud_watch_logs_delivery_time: Option<When>,
    /// The error of the last delivery to the log group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latest_cloud_watch_logs_delivery_error: Option<String>,
    /// The last digest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latest_digest_delivery_time: Option<When>,
    /// The error of the last digest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latest_digest_delivery_error: Option<String>,
}

impl Trail {
    /// The status that the trail shows in a region.
    #[must_use]
    pub fn status_in(&self, region: &str) -> &TrailStatus {
        self.status_in.get(region).unwrap_or(&self.status)
    }

    /// The kinds of Insights; none where they are off.
    #[must_use]
    pub fn insights(&self) -> Vec<Value> {
        if self.has_insight_selectors && self.insight_selectors.is_empty() {
            let kinds = ["ApiCallRateInsight", "ApiErrorRateInsight"];
            return kinds.map(|kind| json!({ "InsightType": kind })).to_vec();
        }
        self.insight_selectors.clone()
    }

    /// Whether `PutEventSelectors` was ever used on it.
    #[must_use]
    pub fn has_custom_selectors(&self) -> bool {
        let described =
            !(self.event_selectors.is_empty() && self.advanced_event_selectors.is_empty());
        self.has_custom_event_selectors.unwrap_or(described)
    }
}
