//! What a scan is to read, with all that has to be read before it.

use std::collections::BTreeSet;

use crate::minimal::{detection, history};

/// The operations whose facts are wanted.
#[derive(Debug, Default)]
pub(super) struct Reads {
    pub(super) tree: bool,
    pub(super) account_tags: bool,
    pub(super) delegates: bool,
    pub(super) trusted: bool,
    /// The lists of the organization's policies, and of each its document and what it is attached to.
    pub(super) policies: bool,
    pub(super) policy: bool,
    pub(super) targets: bool,
    pub(super) resource_policy: bool,
    pub(super) linked_role: bool,
    /// Anything for which an account has to be entered.
    pub(super) accounts: bool,
    pub(super) regions: bool,
    pub(super) trails: bool,
    pub(super) status: bool,
    /// The status in each further region where a trail is seen.
    pub(super) delivery: bool,
    pub(super) selectors: bool,
    pub(super) insights: bool,
    pub(super) trail_tags: bool,
    pub(super) topic: bool,
    pub(super) log_group: bool,
    pub(super) filters: bool,
    pub(super) alarms: bool,
    pub(super) mutes: bool,
    pub(super) rules: bool,
    pub(super) subscriptions: bool,
    pub(super) channels: bool,
    pub(super) detectors: bool,
    pub(super) administrators: bool,
    pub(super) detector_organization: bool,
    pub(super) hub: bool,
    pub(super) recorders: bool,
    pub(super) analyzers: bool,
    pub(super) analyzer_administrators: bool,
    pub(super) events: bool,
    pub(super) trail_history: bool,
    pub(super) bucket_history: bool,
    pub(super) key_history: bool,
    pub(super) detection_history: bool,
    pub(super) organization_history: bool,
    pub(super) store_list: bool,
    pub(super) store: bool,
    pub(super) store_policy: bool,
    pub(super) principals: bool,
    pub(super) bucket_list: bool,
    pub(super) bucket_tags: bool,
    pub(super) bucket_head: bool,
    /// Whether a bucket that answers everyone is that of an account that cannot be entered.
    pub(super) bucket_owner: bool,
    /// The operations that read one configuration of a log bucket each.
    pub(super) bucket: BTreeSet<String>,
    pub(super) account_block: bool,
    pub(super) key: bool,
    pub(super) rotation: bool,
    pub(super) key_policy: bool,
}

/// The operations that are not about a log bucket alone.
const OF_NO_LOG_BUCKET: [&str; 4] =
    ["s3:ListBuckets", "s3:HeadBucket", super::BUCKET_OWNER, "s3:GetBucketTagging"];

impl Reads {
    pub(super) fn new(wanted: &BTreeSet<String>) -> Self {
        let wants = |name: &str| wanted.contains(name);
        let of_one =
            |name: &&String| name.starts_with("s3:") && !OF_NO_LOG_BUCKET.contains(&name.as_str());
        let mut reads = Self {
            tree: wants("organizations:ListOrganizationalUnitsForParent"),
            account_tags: wants("organizations:ListTagsForResource"),
            delegates: wants("organizations:ListDelegatedAdministrators"),
            trusted: wants("organizations:ListAWSServiceAccessForOrganization"),
            policy: wants("organizations:DescribePolicy"),
            targets: wants("organizations:ListTargetsForPolicy"),
            resource_policy: wants("organizations:DescribeResourcePolicy"),
            linked_role: wants("iam:GetRole"),
            status: wants("cloudtrail:GetTrailStatus"),
            delivery: wants(super::TRAIL_DELIVERY),
            selectors: wants("cloudtrail:GetEventSelectors"),
            insights: wants("cloudtrail:GetInsightSelectors"),
            trail_tags: wants("cloudtrail:ListTags"),
            topic: wants("sns:GetTopicAttributes"),
            log_group: wants("logs:DescribeLogGroups"),
            filters: wants("logs:DescribeMetricFilters"),
            alarms: wants("cloudwatch:DescribeAlarms"),
            mutes: wants("cloudwatch:ListAlarmMuteRules"),
            rules: wants("events:ListRules"),
            subscriptions: wants("logs:DescribeSubscriptionFilters"),
            channels: wants("cloudtrail:ListChannels"),
            detectors: wants("guardduty:ListDetectors"),
            detector_organization: wants("guardduty:DescribeOrganizationConfiguration"),
            hub: wants("securityhub:DescribeHub"),
            recorders: wants("config:DescribeConfigurationRecorders"),
            analyzers: wants("access-analyzer:ListAnalyzers"),
            analyzer_administrators: wants(detection::ANALYZER_ADMINISTRATORS),
            events: wants("cloudtrail:LookupEvents"),
            trail_history: wants(history::TRAILS),
            bucket_history: wants(history::BUCKETS),
            key_history: wants(history::KEYS),
            detection_history: wants(history::DETECTION),
            organization_history: wants(history::ORGANIZATION),
            store: wants("cloudtrail:GetEventDataStore"),
            store_policy: wants("cloudtrail:GetResourcePolicy"),
            principals: wants("iam:GetAccountAuthorizationDetails"),
            bucket_tags: wants("s3:GetBucketTagging"),
            bucket_owner: wants(super::BUCKET_OWNER),
            bucket: wanted.iter().filter(of_one).cloned().collect(),
            account_block: wants("s3control:GetPublicAccessBlock"),
            rotation: wants("kms:GetKeyRotationStatus"),
            key_policy: wants("kms:GetKeyPolicy"),
            ..Self::default()
        };
        reads.administrators =
            reads.detector_organization || wants("guardduty:ListOrganizationAdminAccounts");
        reads.policies = reads.policy || reads.targets || wants("organizations:ListPolicies");
        reads.store_list =
            reads.store || reads.store_policy || wants("cloudtrail:ListEventDataStores");
        reads.key =
            reads.rotation || reads.key_policy || reads.key_history || wants("kms:DescribeKey");
        reads.bucket_head = reads.bucket_owner || wants("s3:HeadBucket");
        // Which buckets are log buckets is known from trails, and whose they are from the lists of buckets.
        let log_buckets = reads.bucket_head
            || reads.account_block
            || reads.bucket_history
            || !reads.bucket.is_empty();
        let of_a_trail = reads.status
            || reads.delivery
            || reads.selectors
            || reads.insights
            || reads.trail_tags
            || reads.topic
            || reads.log_group
            || reads.filters
            || reads.alarms
            || reads.mutes
            || reads.subscriptions
            || reads.channels
            || reads.trail_history
            || reads.detection_history;
        reads.trails = of_a_trail || reads.key || log_buckets || wants("cloudtrail:DescribeTrails");
        let regional = reads.rules
            || reads.detectors
            || reads.administrators
            || reads.hub
            || reads.recorders
            || reads.analyzers;
        reads.regions = regional
            || reads.trails
            || reads.events
            || reads.store_list
            || wants("account:ListRegions");
        reads.bucket_list = log_buckets || reads.bucket_tags || wants("s3:ListBuckets");
        reads.accounts = reads.regions
            || reads.bucket_list
            || reads.principals
            || reads.linked_role
            || reads.organization_history
            || wants("sts:AssumeRole");
        reads
    }

    /// Whether an operation reads a configuration of log buckets that is wanted.
    pub(super) fn of_bucket(&self, operation: &str) -> bool {
        self.bucket.contains(operation)
    }
}
