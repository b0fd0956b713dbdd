//! The kinds of evidence: which call reads each, and which IAM actions that call needs.

use serde::{Deserialize, Serialize};

mod calls;

/// One kind of evidence. Each is read by exactly one operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Fact {
    /// Who asks: `sts:GetCallerIdentity`.
    Caller,
    /// The organization itself: id, management account, feature set.
    Organization,
    /// The accounts of the organization with their states.
    Accounts,
    /// The tree of organizational units, and which account lies where.
    OrganizationalUnits,
    /// The tags of the accounts, where a policy asks for them.
    AccountTags,
    /// The accounts that administer CloudTrail on behalf of the management account.
    DelegatedAdministrators,
    /// The accounts that administer IAM Access Analyzer on behalf of the management account.
    AnalyzerAdministrators,
    /// The AWS services that may act in every account of the organization.
    TrustedServices,
    /// The organization's service control policies, and its resource control policies: one list for each type.
    OrganizationPolicies,
    /// The document of one policy of the organization.
    OrganizationPolicy,
    /// The roots, units and accounts that one policy of the organization is attached to.
    PolicyTargets,
    /// The organization's own resource policy, by which it lets others administer its policies.
    DelegationPolicy,
    /// The role session in a member account.
    Session,
    /// The account's regions with their opt-in states.
    Regions,
    /// The trails that one region shows, shadow trails included.
    Trails,
    /// Whether a trail is logging, and how its deliveries went.
    TrailStatus,
    /// How a trail's deliveries went in a further region: the status of its home region is `TrailStatus`.
    TrailDelivery,
    /// What a trail records.
    EventSelectors,
    /// Which Insights a trail or an event data store looks for.
    InsightSelectors,
    /// A trail's tags.
    TrailTags,
    /// The topic that a trail notifies.
    Topic,
    /// The log group that a trail delivers to.
    LogGroup,
    /// The metric filters of a log group that a trail delivers to.
    MetricFilters,
    /// Who else is sent the events of such a log group.
    SubscriptionFilters,
    /// The alarms of a region in which a trail's log group lies, composite ones included.
    Alarms,
    /// The rules that mute alarms of such a region.
    MuteRules,
    /// The rules on a region's default event bus, and whether they have a target.
    EventRules,
    /// The channels of a trail's home region, those of AWS services that are sent events among them.
    Channels,
    /// GuardDuty's detectors in a region.
    Detectors,
    /// Who administers GuardDuty for the organization in a region, as its management account is told.
    DetectorAdministrators,
    /// What GuardDuty does with the organization's accounts in a region, as its administrator is told.
    DetectorOrganization,
    /// Whether Security Hub is on in a region.
    SecurityHub,
    /// AWS Config's recorders in a region with their state, and how they deliver.
    Recorders,
    /// IAM Access Analyzer's analyzers in a region.
    Analyzers,
    /// The newest management event of a region from before the run.
    RecentEvents,
    /// The event data stores of a region.
    EventDataStores,
    /// An event data store's settings and state.
    EventDataStore,
    /// Who else may query an event data store.
    StorePolicy,
    /// The buckets that an account owns.
    BucketList,
    /// Whether a bucket exists, as its trail's owner sees it.
    BucketHead,
    /// Whether a bucket is the one of the account that it is expected to belong to.
    BucketOwner,
    /// A bucket's tags.
    BucketTags,
    /// A bucket's versioning and MFA delete.
    BucketVersioning,
    /// A bucket's Object Lock configuration.
    BucketObjectLock,
    /// A bucket's lifecycle rules.
    BucketLifecycle,
    /// Whether S3 deems a bucket's policy public.
    BucketPolicyStatus,
    /// The grants of a bucket's access control list.
    BucketAcl,
    /// A bucket's own Block Public Access settings.
    BucketPublicAccessBlock,
    /// Who owns the objects of a bucket, and whether its ACL counts at all.
    BucketOwnershipControls,
    /// A bucket's policy.
    BucketPolicy,
    /// Where a bucket's server access logs go.
    BucketLogging,
    /// Where a bucket's objects are copied to.
    BucketReplication,
    /// How a bucket encrypts what comes without a header of its own.
    BucketEncryption,
    /// Who is told of new objects in a bucket.
    BucketNotification,
    /// An account's effective Block Public Access settings.
    AccountPublicAccessBlock,
    /// A KMS key's state and kind.
    Key,
    /// Whether a key's material is rotated, and how often.
    KeyRotation,
    /// A key's policy.
    KeyPolicy,
    /// An account's users, groups and roles, with the documents of all policies that they have or could be given.
    AuthorizationDetails,
    /// The role by which CloudTrail acts for the organization, in the management account.
    ServiceLinkedRole,
    /// The event history of one call that changes trails or event data stores, in one region.
    TrailHistory,
    /// The event history of one call that changes buckets, in one region of an account that owns a log bucket.
    BucketHistory,
    /// The event history of one call that changes keys, in one region of an account that owns a key of a trail.
    KeyHistory,
    /// The event history of one call that silences whoever watches, in one region of an account where somebody does.
    DetectionHistory,
    /// The event history of one call that changes who belongs to the organization, in its management account.
    OrganizationHistory,
    /// What a run of `validate-logs` proved of the log files in one bucket: handed over, asked of nobody.
    LogValidation,
}

/// What one observation of a fact is about, beside the account that answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// The organization, once for a run.
    Organization,
    /// One account.
    Account,
    /// One region of an account.
    Region,
    /// One trail, bucket or key.
    Resource,
}

impl Fact {
    /// Every fact, in order.
    pub const ALL: [Self; 66] = [
        Self::Caller,
        Self::Organization,
        Self::Accounts,
        Self::OrganizationalUnits,
        Self::AccountTags,
        Self::DelegatedAdministrators,
        Self::AnalyzerAdministrators,
        Self::TrustedServices,
        Self::OrganizationPolicies,
        Self::OrganizationPolicy,
        Self::PolicyTargets,
        Self::DelegationPolicy,
        Self::Session,
        Self::Regions,
        Self::Trails,
        Self::TrailStatus,
        Self::TrailDelivery,
        Self::EventSelectors,
        Self::InsightSelectors,
        Self::TrailTags,
        Self::Topic,
        Self::LogGroup,
        Self::MetricFilters,
        Self::SubscriptionFilters,
        Self::Alarms,
        Self::MuteRules,
        Self::EventRules,
        Self::Channels,
        Self::Detectors,
        Self::DetectorAdministrators,
        Self::DetectorOrganization,
        Self::SecurityHub,
        Self::Recorders,
        Self::Analyzers,
        Self::RecentEvents,
        Self::EventDataStores,
        Self::EventDataStore,
        Self::StorePolicy,
        Self::BucketList,
        Self::BucketHead,
        Self::BucketOwner,
        Self::BucketTags,
        Self::BucketVersioning,
        Self::BucketObjectLock,
        Self::BucketLifecycle,
        Self::BucketPolicyStatus,
        Self::BucketAcl,
        Self::BucketPublicAccessBlock,
        Self::BucketOwnershipControls,
        Self::BucketPolicy,
        Self::BucketLogging,
        Self::BucketReplication,
        Self::BucketEncryption,
        Self::BucketNotification,
        Self::AccountPublicAccessBlock,
        Self::Key,
        Self::KeyRotation,
        Self::KeyPolicy,
        Self::AuthorizationDetails,
        Self::ServiceLinkedRole,
        Self::TrailHistory,
        Self::BucketHistory,
        Self::KeyHistory,
        Self::DetectionHistory,
        Self::OrganizationHistory,
        Self::LogValidation,
    ];

    /// The facts that event history tells: each is asked for one name of an event at a time.
    pub const OF_HISTORY: [Self; 5] = [
        Self::TrailHistory,
        Self::BucketHistory,
        Self::KeyHistory,
        Self::DetectionHistory,
        Self::OrganizationHistory,
    ];

    /// What one observation of it is about.
    #[must_use]
    pub fn scope(self) -> Scope {
        match self {
            Self::Caller
            | Self::Organization
            | Self::Accounts
            | Self::OrganizationalUnits
            | Self::AccountTags
            | Self::DelegatedAdministrators
            | Self::AnalyzerAdministrators
            | Self::TrustedServices
            | Self::OrganizationPolicies
            | Self::OrganizationPolicy
            | Self::PolicyTargets
            | Self::DelegationPolicy
            | Self::LogValidation => Scope::Organization,
            Self::Session
            | Self::Regions
            | Self::BucketList
            | Self::AccountPublicAccessBlock
            | Self::AuthorizationDetails
            | Self::ServiceLinkedRole => Scope::Account,
            Self::Trails
            | Self::Alarms
            | Self::MuteRules
            | Self::EventRules
            | Self::Channels
            | Self::Detectors
            | Self::DetectorAdministrators
            | Self::DetectorOrganization
            | Self::SecurityHub
            | Self::Recorders
            | Self::Analyzers
            | Self::RecentEvents
            | Self::EventDataStores => Scope::Region,
            Self::TrailStatus
            | Self::TrailDelivery
            | Self::EventSelectors
            | Self::InsightSelectors
            | Self::TrailTags
            | Self::Topic
            | Self::LogGroup
            | Self::MetricFilters
            | Self::SubscriptionFilters
            | Self::EventDataStore
            | Self::StorePolicy
            | Self::BucketHead
            | Self::BucketOwner
            | Self::BucketTags
            | Self::BucketVersioning
            | Self::BucketObjectLock
            | Self::BucketLifecycle
            | Self::BucketPolicyStatus
            | Self::BucketAcl
            | Self::BucketPublicAccessBlock
            | Self::BucketOwnershipControls
            | Self::BucketPolicy
            | Self::BucketLogging
            | Self::BucketReplication
            | Self::BucketEncryption
            | Self::BucketNotification
            | Self::Key
            | Self::KeyRotation
            | Self::KeyPolicy
            | Self::TrailHistory
            | Self::BucketHistory
            | Self::KeyHistory
            | Self::DetectionHistory
            | Self::OrganizationHistory => Scope::Resource,
        }
    }

    /// The facts without which this one cannot be asked for: regions before trails, trails before their status.
    #[must_use]
    pub fn needs(self) -> &'static [Self] {
        match self {
            Self::Trails
            | Self::RecentEvents
            | Self::EventDataStores
            | Self::EventRules
            | Self::Detectors
            | Self::DetectorAdministrators
            | Self::SecurityHub
            | Self::Recorders
            | Self::Analyzers => &[Self::Regions],
            Self::DetectorOrganization => &[Self::DetectorAdministrators],
            Self::TrailStatus
            | Self::TrailDelivery
            | Self::EventSelectors
            | Self::InsightSelectors
            | Self::TrailTags
            | Self::Topic
            | Self::LogGroup
            | Self::MetricFilters
            | Self::SubscriptionFilters
            | Self::Channels
            | Self::Alarms
            | Self::MuteRules
            | Self::Key
            | Self::TrailHistory
            | Self::DetectionHistory => &[Self::Trails],
            Self::EventDataStore | Self::StorePolicy => &[Self::EventDataStores],
            Self::BucketHead | Self::BucketHistory => &[Self::Trails, Self::BucketList],
            Self::OrganizationPolicy | Self::PolicyTargets => &[Self::OrganizationPolicies],
            Self::BucketOwner => &[Self::BucketHead],
            Self::BucketTags => &[Self::BucketList],
            Self::KeyRotation | Self::KeyPolicy | Self::KeyHistory => &[Self::Key],
            Self::AccountPublicAccessBlock => &[Self::Trails, Self::BucketList],
            fact if Self::OF_A_BUCKET.contains(&fact) => &[Self::Trails, Self::BucketList],
            _ => &[],
        }
    }

    /// The facts that describe one log bucket, read with its owner's credentials.
    pub const OF_A_BUCKET: [Self; 12] = [
        Self::BucketVersioning,
        Self::BucketObjectLock,
        Self::BucketLifecycle,
        Self::BucketPolicyStatus,
        Self::BucketAcl,
        Self::BucketPublicAccessBlock,
        Self::BucketOwnershipControls,
        Self::BucketPolicy,
        Self::BucketLogging,
        Self::BucketReplication,
        Self::BucketEncryption,
        Self::BucketNotification,
    ];

    /// The facts that describe the bucket to which a log bucket's own access logs go.
    pub const OF_A_TARGET: [Self; 7] = [
        Self::BucketVersioning,
        Self::BucketObjectLock,
        Self::BucketLifecycle,
        Self::BucketPolicyStatus,
        Self::BucketAcl,
        Self::BucketPublicAccessBlock,
        Self::BucketOwnershipControls,
    ];

    /// The facts that describe the bucket to which a log bucket's objects are copied.
    pub const OF_A_REPLICA: [Self; 2] = [Self::BucketVersioning, Self::BucketObjectLock];

    /// Whether one account's trails may make another account answer for it: buckets, keys, topics, log groups, and
    /// what a delegated administrator reads of the management account's trails.
    #[must_use]
    pub fn crosses_accounts(self) -> bool {
        matches!(
            self,
            Self::EventSelectors
                | Self::InsightSelectors
                | Self::TrailTags
                | Self::Topic
                | Self::LogGroup
                | Self::MetricFilters
                | Self::SubscriptionFilters
                | Self::DetectorAdministrators
                | Self::DetectorOrganization
                | Self::Alarms
                | Self::MuteRules
                | Self::BucketHead
                | Self::BucketOwner
                | Self::AccountPublicAccessBlock
                | Self::Key
                | Self::KeyRotation
                | Self::KeyPolicy
                | Self::ServiceLinkedRole
                | Self::BucketHistory
                | Self::KeyHistory
                | Self::DetectionHistory
                | Self::OrganizationHistory
        ) || Self::OF_A_BUCKET.contains(&self)
    }

    /// The fact's name as snapshots and `checks --format json` spell it.
    #[must_use]
    pub fn name(self) -> String {
        format!("{self:?}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_holds_every_fact_once_and_in_order() {
        let mut sorted = Fact::ALL.to_vec();
        sorted.sort();
        sorted.dedup();
        assert_eq!(sorted, Fact::ALL.to_vec());
    }

    #[test]
    fn every_fact_that_is_asked_of_an_account_names_its_actions() {
        for fact in Fact::ALL {
            let of_nobody = [Fact::Caller, Fact::LogValidation].contains(&fact);
            assert!(of_nobody || !fact.iam_actions().is_empty(), "{fact:?}");
        }
    }
}
