//! Which operation reads each kind of evidence, and which IAM actions that needs.

use super::Fact;

impl Fact {
    /// The operation that reads it, as `service:Operation`.
    #[must_use]
    pub fn operation(self) -> &'static str {
        match self {
            Self::Caller => "sts:GetCallerIdentity",
            Self::Organization => "organizations:DescribeOrganization",
            Self::Accounts => "organizations:ListAccounts",
            Self::OrganizationalUnits => "organizations:ListOrganizationalUnitsForParent",
            Self::AccountTags => "organizations:ListTagsForResource",
            Self::DelegatedAdministrators => "organizations:ListDelegatedAdministrators",
            Self::AnalyzerAdministrators => "organizations:ListDelegatedAdministrators",
            Self::TrustedServices => "organizations:ListAWSServiceAccessForOrganization",
            Self::OrganizationPolicies => "organizations:ListPolicies",
            Self::OrganizationPolicy => "organizations:DescribePolicy",
            Self::PolicyTargets => "organizations:ListTargetsForPolicy",
            Self::DelegationPolicy => "organizations:DescribeResourcePolicy",
            Self::Session => "sts:AssumeRole",
            Self::Regions => "account:ListRegions",
            Self::Trails => "cloudtrail:DescribeTrails",
            Self::TrailStatus => "cloudtrail:GetTrailStatus",
            Self::TrailDelivery => "cloudtrail:GetTrailStatus",
            Self::EventSelectors => "cloudtrail:GetEventSelectors",
            Self::InsightSelectors => "cloudtrail:GetInsightSelectors",
            Self::TrailTags => "cloudtrail:ListTags",
            Self::Topic => "sns:GetTopicAttributes",
            Self::LogGroup => "logs:DescribeLogGroups",
            Self::MetricFilters => "logs:DescribeMetricFilters",
            Self::SubscriptionFilters => "logs:DescribeSubscriptionFilters",
            Self::Alarms => "cloudwatch:DescribeAlarms",
            Self::MuteRules => "cloudwatch:ListAlarmMuteRules",
            Self::EventRules => "events:ListRules",
            Self::Channels => "cloudtrail:ListChannels",
            Self::Detectors => "guardduty:ListDetectors",
            Self::DetectorAdministrators => "guardduty:ListOrganizationAdminAccounts",
            Self::DetectorOrganization => "guardduty:DescribeOrganizationConfiguration",
            Self::SecurityHub => "securityhub:DescribeHub",
            Self::Recorders => "config:DescribeConfigurationRecorders",
            Self::Analyzers => "access-analyzer:ListAnalyzers",
            Self::RecentEvents => "cloudtrail:LookupEvents",
            Self::EventDataStores => "cloudtrail:ListEventDataStores",
            Self::EventDataStore => "cloudtrail:GetEventDataStore",
            Self::StorePolicy => "cloudtrail:GetResourcePolicy",
            Self::BucketList => "s3:ListBuckets",
            Self::BucketHead => "s3:HeadBucket",
            Self::BucketOwner => "s3:HeadBucket",
            Self::BucketTags => "s3:GetBucketTagging",
            Self::BucketVersioning => "s3:GetBucketVersioning",
            Self::BucketObjectLock => "s3:GetObjectLockConfiguration",
            Self::BucketLifecycle => "s3:GetBucketLifecycleConfiguration",
            Self::BucketPolicyStatus => "s3:GetBucketPolicyStatus",
            Self::BucketAcl => "s3:GetBucketAcl",
            Self::BucketPublicAccessBlock => "s3:GetPublicAccessBlock",
            Self::BucketOwnershipControls => "s3:GetBucketOwnershipControls",
            Self::BucketPolicy => "s3:GetBucketPolicy",
            Self::BucketLogging => "s3:GetBucketLogging",
            Self::BucketReplication => "s3:GetBucketReplication",
            Self::BucketEncryption => "s3:GetBucketEncryption",
            Self::BucketNotification => "s3:GetBucketNotificationConfiguration",
            Self::AccountPublicAccessBlock => "s3control:GetPublicAccessBlock",
            Self::Key => "kms:DescribeKey",
            Self::KeyRotation => "kms:GetKeyRotationStatus",
            Self::KeyPolicy => "kms:GetKeyPolicy",
            Self::AuthorizationDetails => "iam:GetAccountAuthorizationDetails",
            Self::ServiceLinkedRole => "iam:GetRole",
            Self::TrailHistory
            | Self::BucketHistory
            | Self::KeyHistory
            | Self::DetectionHistory
            | Self::OrganizationHistory => "cloudtrail:LookupEvents",
            Self::LogValidation => "trailproof:ValidateLogs",
        }
    }

    /// The IAM actions that reading it needs, in order. They differ from the operation's name for most S3 calls.
    #[must_use]
    pub fn iam_actions(self) -> &'static [&'static str] {
        match self {
            Self::Caller => &[],
            Self::Organization => &["organizations:DescribeOrganization"],
            Self::Accounts => &["organizations:ListAccounts"],
            Self::OrganizationalUnits => &[
                "organizations:ListAccountsForParent",
                "organizations:ListOrganizationalUnitsForParent",
                "organizations:ListRoots",
            ],
            Self::AccountTags => &["organizations:ListTagsForResource"],
            Self::DelegatedAdministrators => &["organizations:ListDelegatedAdministrators"],
            Self::AnalyzerAdministrators => &["organizations:ListDelegatedAdministrators"],
            Self::TrustedServices => &["organizations:ListAWSServiceAccessForOrganization"],
            Self::OrganizationPolicies => &["organizations:ListPolicies"],
            Self::OrganizationPolicy => &["organizations:DescribePolicy"],
            Self::PolicyTargets => &["organizations:ListTargetsForPolicy"],
            Self::DelegationPolicy => &["organizations:DescribeResourcePolicy"],
            Self::Session => &["sts:AssumeRole"],
            Self::Regions => &["account:ListRegions"],
            Self::Trails => &["cloudtrail:DescribeTrails"],
            Self::TrailStatus => &["cloudtrail:GetTrailStatus"],
            Self::TrailDelivery => &["cloudtrail:GetTrailStatus"],
            Self::EventSelectors => &["cloudtrail:GetEventSelectors"],
            Self::InsightSelectors => &["cloudtrail:GetInsightSelectors"],
            Self::TrailTags => &["cloudtrail:ListTags"],
            Self::Topic => &["sns:GetTopicAttributes"],
            Self::LogGroup => &["logs:DescribeLogGroups"],
            Self::MetricFilters => &["logs:DescribeMetricFilters"],
            Self::SubscriptionFilters => &["logs:DescribeSubscriptionFilters"],
            Self::Alarms => &["cloudwatch:DescribeAlarms"],
            Self::MuteRules => &["cloudwatch:GetAlarmMuteRule", "cloudwatch:ListAlarmMuteRules"],
            Self::EventRules => &["events:ListRules", "events:ListTargetsByRule"],
            Self::Channels => &["cloudtrail:ListChannels"],
            Self::Detectors => &["guardduty:GetDetector", "guardduty:ListDetectors"],
            Self::DetectorAdministrators => &["guardduty:ListOrganizationAdminAccounts"],
            Self::DetectorOrganization => {
                &["guardduty:DescribeOrganizationConfiguration", "guardduty:ListDetectors"]
            }
            Self::SecurityHub => &["securityhub:DescribeHub", "securityhub:ListFindingAggregators"],
            Self::Recorders => &[
                "config:DescribeConfigurationRecorderStatus",
                "config:DescribeConfigurationRecorders",
                "config:DescribeDeliveryChannelStatus",
            ],
            Self::Analyzers => &["access-analyzer:ListAnalyzers"],
            Self::RecentEvents => &["cloudtrail:LookupEvents"],
            Self::EventDataStores => &["cloudtrail:ListEventDataStores"],
            Self::EventDataStore => &["cloudtrail:GetEventDataStore"],
            Self::StorePolicy => &["cloudtrail:GetResourcePolicy"],
            Self::BucketList => &["s3:ListAllMyBuckets"],
            Self::BucketHead => &["s3:ListBucket"],
            Self::BucketOwner => &["s3:ListBucket"],
            Self::BucketTags => &["s3:GetBucketTagging"],
            Self::BucketVersioning => &["s3:GetBucketVersioning"],
            Self::BucketObjectLock => &["s3:GetBucketObjectLockConfiguration"],
            Self::BucketLifecycle => &["s3:GetLifecycleConfiguration"],
            Self::BucketPolicyStatus => &["s3:GetBucketPolicyStatus"],
            Self::BucketAcl => &["s3:GetBucketAcl"],
            Self::BucketPublicAccessBlock => &["s3:GetBucketPublicAccessBlock"],
            Self::BucketOwnershipControls => &["s3:GetBucketOwnershipControls"],
            Self::BucketPolicy => &["s3:GetBucketPolicy"],
            Self::BucketLogging => &["s3:GetBucketLogging"],
            Self::BucketReplication => &["s3:GetReplicationConfiguration"],
            Self::BucketEncryption => &["s3:GetEncryptionConfiguration"],
            Self::BucketNotification => &["s3:GetBucketNotification"],
            Self::AccountPublicAccessBlock => &["s3:GetAccountPublicAccessBlock"],
            Self::Key => &["kms:DescribeKey"],
            Self::KeyRotation => &["kms:GetKeyRotationStatus"],
            Self::KeyPolicy => &["kms:GetKeyPolicy"],
            Self::AuthorizationDetails => &["iam:GetAccountAuthorizationDetails"],
            Self::ServiceLinkedRole => &["iam:GetRole"],
            Self::TrailHistory
            | Self::BucketHistory
            | Self::KeyHistory
            | Self::DetectionHistory
            | Self::OrganizationHistory => &["cloudtrail:LookupEvents"],
            Self::LogValidation => &[],
        }
    }
}
