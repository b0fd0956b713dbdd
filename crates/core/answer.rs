//! What AWS answered, reduced to the members that judging reads, in AWS's own spelling.
//!
//! A member is `Option` wherever AWS may leave it out: absent is not false. Shapes follow the service models;
//! lists are kept in AWS's order.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::aws::{AccountId, Region};
use crate::roster::{AccountEntry, RegionEntry};

mod bucket;
mod detection;
mod history;
mod iam;
mod logs;
mod monitoring;
mod organization;
mod store;
mod trail;

pub use bucket::{BucketEncryption, BucketLogging, BucketReplication, ReplicationRule};
pub use detection::{
    Analyzer, BucketNotification, ChannelEntry, DeliveryChannel, Detector, DetectorAdministrator,
    DetectorOrganization, NotificationTarget, Recorder, Recorders, SecurityHub, SubscriptionFilter,
};
pub use history::{EventHistory, PastEvent};
pub use iam::{
    AuthorizationDetails, DocumentTable, InlinePolicy, ManagedPolicyEntry, PolicyVersion,
    PrincipalDetails, PrincipalEntry, PrincipalKind,
};
pub use logs::{LogValidation, ValidatedChain};
pub use monitoring::{
    Alarms, CompositeAlarm, EventRule, MetricAlarm, MetricFilter, MetricQuery,
    MetricTransformation, MuteRule,
};
pub use organization::{
    OrganizationDescription, OrganizationalTree, OrganizationalUnit, PolicySummary, PolicyTargets,
    TrustedServices,
};
pub use store::{EventDataStore, StoreEntry};
pub use trail::{InsightSelector, InsightSelectors, LogGroup, RecentEvent, Topic};

/// `Caller`: who asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct CallerIdentity {
    /// The account.
    pub account: AccountId,
    /// The ARN of the user or role session.
    pub arn: String,
}

/// `Session`: the role session in a member account. Its credentials are never kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct RoleSession {
    /// The role that was assumed.
    pub role_arn: String,
}

/// One trail as `DescribeTrails` shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct TrailDescription {
    /// Unique in its account and home region only.
    pub name: String,
    /// The identity.
    #[serde(rename = "TrailARN")]
    pub trail_arn: String,
    /// Where it was made.
    pub home_region: Region,
    /// Where its files go.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub s3_bucket_name: Option<String>,
    /// What its files' keys begin with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub s3_key_prefix: Option<String>,
    /// Whether it records IAM, STS and CloudFront.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub include_global_service_events: Option<bool>,
    /// Whether it records every region.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_multi_region_trail: Option<bool>,
    /// Whether it records every account of the organization.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_organization_trail: Option<bool>,
    /// Whether digests are delivered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log_file_validation_enabled: Option<bool>,
    /// The key that encrypts its files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kms_key_id: Option<String>,
    /// The log group that it also delivers to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cloud_watch_logs_log_group_arn: Option<String>,
    /// The role by which it does. Absent from snapshots that were written before it was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cloud_watch_logs_role_arn: Option<String>,
    /// The topic that is told of each delivery. (`SnsTopicName` is no longer in use.)
    #[serde(default, rename = "SnsTopicARN", skip_serializing_if = "Option::is_none")]
    pub sns_topic_arn: Option<String>,
    /// Whether it looks for any Insights.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub has_insight_selectors: Option<bool>,
    /// False: the default selector is in force.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub has_custom_event_selectors: Option<bool>,
}

/// `TrailStatus`: whether a trail is logging, and how its deliveries went in the region that was asked.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct TrailStatus {
    /// A property of the trail: the same in each region.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_logging: Option<bool>,
    /// The last S3 error that CloudTrail met.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latest_delivery_error: Option<String>,
    /// The last delivery to S3.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latest_delivery_time: Option<Timestamp>,
    /// The last start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_logging_time: Option<Timestamp>,
    /// The last stop.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stop_logging_time: Option<Timestamp>,
    /// The last error of delivering to CloudWatch Logs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latest_cloud_watch_logs_delivery_error: Option<String>,
    /// The last delivery to CloudWatch Logs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latest_cloud_watch_logs_delivery_time: Option<Timestamp>,
    /// The last error of delivering a digest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latest_digest_delivery_error: Option<String>,
    /// The last delivery of a digest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latest_digest_delivery_time: Option<Timestamp>,
    /// The last error of notifying the topic.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latest_notification_error: Option<String>,
    /// The last notification.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latest_notification_time: Option<Timestamp>,
}

/// A data resource of a classic selector.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DataResource {
    /// Such as `AWS::S3::Object`.
    #[serde(rename = "Type")]
    pub resource_type: String,
    /// ARNs or prefixes of ARNs.
    #[serde(default)]
    pub values: Vec<String>,
}

/// A classic event selector. Absent members have AWS's defaults: `All`, true.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct EventSelector {
    /// `All`, `ReadOnly` or `WriteOnly`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read_write_type: Option<String>,
    /// Whether management events are recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub include_management_events: Option<bool>,
    /// Management event sources that are left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exclude_management_event_sources: Vec<String>,
    /// Data events that are recorded.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub data_resources: Vec<DataResource>,
}

/// One field of an advanced event selector. Operators with several values are OR'd within the positive ones and
/// AND'd within the negative ones.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct FieldSelector {
    /// Such as `eventCategory` or `resources.ARN`.
    pub field: String,
    /// Equal to one of these.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub equals: Vec<String>,
    /// Beginning with one of these.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub starts_with: Vec<String>,
    /// Ending with one of these.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ends_with: Vec<String>,
    /// Equal to none of these.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub not_equals: Vec<String>,
    /// Beginning with none of these.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub not_starts_with: Vec<String>,
    /// Ending with none of these.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub not_ends_with: Vec<String>,
}

/// An advanced event selector: all of its fields must match. Its name means nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct AdvancedEventSelector {
    /// The user's name for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The fields.
    pub field_selectors: Vec<FieldSelector>,
}

/// `EventSelectors`: one of the two lists is filled.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct EventSelectors {
    /// The classic ones.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub event_selectors: Vec<EventSelector>,
    /// The advanced ones.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub advanced_event_selectors: Vec<AdvancedEventSelector>,
}

/// One bucket of `BucketList`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct BucketEntry {
    /// The name.
    pub name: String,
    /// Where it lies, where AWS says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bucket_region: Option<Region>,
}

/// `BucketHead`. A HEAD answer has no body: only its status tells, and the region's header comes whatever the
/// permissions are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct BucketHead {
    /// 200: there and readable. 403: there, of somebody else's or denied. 404: missing.
    pub http_status: u16,
    /// The header `x-amz-bucket-region`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bucket_region: Option<Region>,
}

/// `BucketVersioning`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct BucketVersioning {
    /// `Enabled`, `Suspended`; absent where it never was on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// `Enabled` or `Disabled`.
    #[serde(default, rename = "MFADelete", skip_serializing_if = "Option::is_none")]
    pub mfa_delete: Option<String>,
}

/// The default retention of an Object Lock rule; `days` and `years` exclude each other.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DefaultRetention {
    /// `COMPLIANCE` or `GOVERNANCE`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<String>,
    /// For so many days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<i32>,
    /// For so many years.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub years: Option<i32>,
}

/// `BucketObjectLock`; all absent where the bucket has no such configuration.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ObjectLock {
    /// `Enabled`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object_lock_enabled: Option<String>,
    /// What new objects get.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_retention: Option<DefaultRetention>,
}

/// One lifecycle rule, with the filter's forms folded into one prefix.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct LifecycleRule {
    /// The rule's name.
    #[serde(default, rename = "ID", skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// `Enabled` or `Disabled`.
    pub status: String,
    /// The prefix of the rule, its filter, or its filter's `And`; absent matches all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prefix: Option<String>,
    /// Whether the filter asks for tags, which CloudTrail's objects do not have.
    #[serde(default)]
    pub has_tag_filter: bool,
    /// What the rule does, in AWS's member names such as `Expiration` or `Transitions`. Snapshots from before the
    /// members that follow have nothing else: an action of which they say nothing is one whose time was not kept.
    #[serde(default)]
    pub actions: Vec<String>,
    /// `Expiration.Days`: the current version expires at that age.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expiration_days: Option<i32>,
    /// `Expiration.Date`: every object that exists then expires.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expiration_date: Option<Timestamp>,
    /// `Expiration.ExpiredObjectDeleteMarker`, which takes no object away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expired_object_delete_marker: Option<bool>,
    /// `NoncurrentVersionExpiration.NoncurrentDays`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub noncurrent_days: Option<i32>,
    /// `NoncurrentVersionExpiration.NewerNoncurrentVersions`: so many are kept whatever their age.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub newer_noncurrent_versions: Option<i32>,
    /// `Transitions` of current versions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub transitions: Vec<Transition>,
}

/// A move to another storage class; `days` and `date` exclude each other.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Transition {
    /// Such as `GLACIER` or `STANDARD_IA`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub storage_class: Option<String>,
    /// At that age.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<i32>,
    /// On that day, whatever the age.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<Timestamp>,
}

/// `BucketLifecycle`; empty where the bucket has no such configuration.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Lifecycle {
    /// The rules.
    #[serde(default)]
    pub rules: Vec<LifecycleRule>,
}

/// `BucketPolicyStatus`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct PolicyStatus {
    /// S3's own verdict; absent where the bucket has no policy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_public: Option<bool>,
}

/// One grant of a bucket's access control list.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Grant {
    /// The group's URI, or the canonical user's id.
    pub grantee: String,
    /// Such as `READ` or `FULL_CONTROL`.
    pub permission: String,
}

/// `BucketAcl`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Acl {
    /// The canonical user who owns the bucket; absent from older snapshots.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// The grants.
    #[serde(default)]
    pub grants: Vec<Grant>,
}

/// `BucketPublicAccessBlock` and `AccountPublicAccessBlock`; all absent where there is no such configuration.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct PublicAccessBlock {
    /// New public ACLs are refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub block_public_acls: Option<bool>,
    /// Public ACLs do not count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ignore_public_acls: Option<bool>,
    /// New public policies are refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub block_public_policy: Option<bool>,
    /// A public policy admits nobody outside the account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restrict_public_buckets: Option<bool>,
}

/// `BucketOwnershipControls`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct OwnershipControls {
    /// `BucketOwnerEnforced` (ACLs do not count), `BucketOwnerPreferred`, `ObjectWriter`; absent on old buckets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object_ownership: Option<String>,
}

/// `Key`: a KMS key's metadata.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct KeyMetadata {
    /// The key's own ARN, whatever it was asked by.
    pub arn: String,
    /// Such as `Enabled` or `PendingDeletion`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_state: Option<String>,
    /// `AWS` or `CUSTOMER`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_manager: Option<String>,
    /// Such as `SYMMETRIC_DEFAULT`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_spec: Option<String>,
    /// Such as `ENCRYPT_DECRYPT`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_usage: Option<String>,
    /// Such as `AWS_KMS` or `EXTERNAL`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<String>,
    /// When it will be gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deletion_date: Option<Timestamp>,
    /// When its imported material expires.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<Timestamp>,
    /// `PRIMARY` or `REPLICA`, of a multi-Region key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub multi_region_key_type: Option<String>,
}

/// `KeyRotation`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct KeyRotation {
    /// Whether AWS rotates the key's material by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_rotation_enabled: Option<bool>,
    /// How often; a year where AWS leaves it out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rotation_period_in_days: Option<i32>,
}

/// `BucketPolicy`, `KeyPolicy`, `StorePolicy`: the text of a resource's policy.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct PolicyText {
    /// The document as AWS stores it; absent where the resource has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<String>,
}

/// `TrailTags`, `BucketTags`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Tags {
    /// Values by key.
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
}

/// `ServiceLinkedRole`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ServiceLinkedRole {
    /// The role; absent where IAM says that there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arn: Option<String>,
}

macro_rules! answers {
    ($($variant:ident($kind:ty)),* $(,)?) => {
        /// An answer, by the fact that it holds.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        pub enum Answer {
            $(#[doc = concat!("The answer to `Fact::", stringify!($variant), "`.")] $variant($kind),)*
        }

        /// One type for each kind of answer, so that a reader names what it expects.
        pub trait Reading: Sized {
            /// The value inside, where the answer is of this kind.
            fn of(answer: &Answer) -> Option<&Self>;
        }

        $(impl Reading for $kind {
            fn of(answer: &Answer) -> Option<&Self> {
                match answer {
                    Answer::$variant(value) => Some(value),
                    _ => None,
                }
            }
        })*
    };
}

answers! {
    Caller(CallerIdentity),
    Organization(Option<OrganizationDescription>),
    Accounts(Vec<AccountEntry>),
    OrganizationalUnits(OrganizationalTree),
    DelegatedAdministrators(Vec<AccountId>),
    OrganizationPolicies(Vec<PolicySummary>),
    PolicyTargets(PolicyTargets),
    Session(RoleSession),
    Regions(Vec<RegionEntry>),
    Trails(Vec<TrailDescription>),
    TrailStatus(TrailStatus),
    EventSelectors(EventSelectors),
    InsightSelectors(InsightSelectors),
    Topic(Option<Topic>),
    LogGroup(Option<LogGroup>),
    MetricFilters(Vec<MetricFilter>),
    SubscriptionFilters(Vec<SubscriptionFilter>),
    Alarms(Alarms),
    MuteRules(Vec<MuteRule>),
    EventRules(Vec<EventRule>),
    Channels(Vec<ChannelEntry>),
    Detectors(Option<Vec<Detector>>),
    DetectorAdministrators(Vec<DetectorAdministrator>),
    DetectorOrganization(DetectorOrganization),
    SecurityHub(Option<SecurityHub>),
    Recorders(Option<Recorders>),
    Analyzers(Option<Vec<Analyzer>>),
    RecentEvents(Option<RecentEvent>),
    EventDataStores(Vec<StoreEntry>),
    EventDataStore(EventDataStore),
    PolicyText(PolicyText),
    Tags(Tags),
    TrustedServices(TrustedServices),
    ServiceLinkedRole(ServiceLinkedRole),
    BucketList(Vec<BucketEntry>),
    BucketHead(BucketHead),
    BucketVersioning(BucketVersioning),
    BucketObjectLock(ObjectLock),
    BucketLifecycle(Lifecycle),
    BucketPolicyStatus(PolicyStatus),
    BucketAcl(Acl),
    PublicAccessBlock(PublicAccessBlock),
    BucketOwnershipControls(OwnershipControls),
    BucketLogging(BucketLogging),
    BucketReplication(BucketReplication),
    BucketEncryption(BucketEncryption),
    BucketNotification(BucketNotification),
    Key(Option<KeyMetadata>),
    KeyRotation(KeyRotation),
    AuthorizationDetails(AuthorizationDetails),
    EventHistory(EventHistory),
    LogValidation(LogValidation),
}
