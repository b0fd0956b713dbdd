//! The kinds of evidence: which call reads each, and which IAM actions that call needs.

use serde::{Deserialize, Serialize};

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
    /// The accounts that administer CloudTrail on behalf of the management account.
    DelegatedAdministrators,
    /// The role session in a member account.
    Session,
    /// The account's regions with their opt-in states.
    Regions,
    /// The trails that one region shows, shadow trails included.
    Trails,
    /// Whether a trail is logging, and how its deliveries went.
    TrailStatus,
    /// What a trail records.
    EventSelectors,
    /// The buckets that an account owns.
    BucketList,
    /// Whether a bucket exists, as its trail's owner sees it.
    BucketHead,
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
    /// An account's effective Block Public Access settings.
    AccountPublicAccessBlock,
    /// A KMS key's state and kind.
    Key,
    /// An account's users, groups and roles with their policies.
    AuthorizationDetails,
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
    pub const ALL: [Self; 22] = [
        Self::Caller,
        Self::Organization,
        Self::Accounts,
        Self::OrganizationalUnits,
        Self::DelegatedAdministrators,
        Self::Session,
        Self::Regions,
        Self::Trails,
        Self::TrailStatus,
        Self::EventSelectors,
        Self::BucketList,
        Self::BucketHead,
        Self::BucketVersioning,
        Self::BucketObjectLock,
        Self::BucketLifecycle,
        Self::BucketPolicyStatus,
        Self::BucketAcl,
        Self::BucketPublicAccessBlock,
        Self::BucketOwnershipControls,
        Self::AccountPublicAccessBlock,
        Self::Key,
        Self::AuthorizationDetails,
    ];

    /// The operation that reads it, as `service:Operation`.
    #[must_use]
    pub fn operation(self) -> &'static str {
        match self {
            Self::Caller => "sts:GetCallerIdentity",
            Self::Organization => "organizations:DescribeOrganization",
            Self::Accounts => "organizations:ListAccounts",
            Self::OrganizationalUnits => "organizations:ListOrganizationalUnitsForParent",
            Self::DelegatedAdministrators => "organizations:ListDelegatedAdministrators",
            Self::Session => "sts:AssumeRole",
            Self::Regions => "account:ListRegions",
            Self::Trails => "cloudtrail:DescribeTrails",
            Self::TrailStatus => "cloudtrail:GetTrailStatus",
            Self::EventSelectors => "cloudtrail:GetEventSelectors",
            Self::BucketList => "s3:ListBuckets",
            Self::BucketHead => "s3:HeadBucket",
            Self::BucketVersioning => "s3:GetBucketVersioning",
            Self::BucketObjectLock => "s3:GetObjectLockConfiguration",
            Self::BucketLifecycle => "s3:GetBucketLifecycleConfiguration",
            Self::BucketPolicyStatus => "s3:GetBucketPolicyStatus",
            Self::BucketAcl => "s3:GetBucketAcl",
            Self::BucketPublicAccessBlock => "s3:GetPublicAccessBlock",
            Self::BucketOwnershipControls => "s3:GetBucketOwnershipControls",
            Self::AccountPublicAccessBlock => "s3control:GetPublicAccessBlock",
            Self::Key => "kms:DescribeKey",
            Self::AuthorizationDetails => "iam:GetAccountAuthorizationDetails",
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
            Self::DelegatedAdministrators => &["organizations:ListDelegatedAdministrators"],
            Self::Session => &["sts:AssumeRole"],
            Self::Regions => &["account:ListRegions"],
            Self::Trails => &["cloudtrail:DescribeTrails"],
            Self::TrailStatus => &["cloudtrail:GetTrailStatus"],
            Self::EventSelectors => &["cloudtrail:GetEventSelectors"],
            Self::BucketList => &["s3:ListAllMyBuckets"],
            Self::BucketHead => &["s3:ListBucket"],
            Self::BucketVersioning => &["s3:GetBucketVersioning"],
            Self::BucketObjectLock => &["s3:GetBucketObjectLockConfiguration"],
            Self::BucketLifecycle => &["s3:GetLifecycleConfiguration"],
            Self::BucketPolicyStatus => &["s3:GetBucketPolicyStatus"],
            Self::BucketAcl => &["s3:GetBucketAcl"],
            Self::BucketPublicAccessBlock => &["s3:GetBucketPublicAccessBlock"],
            Self::BucketOwnershipControls => &["s3:GetBucketOwnershipControls"],
            Self::AccountPublicAccessBlock => &["s3:GetAccountPublicAccessBlock"],
            Self::Key => &["kms:DescribeKey"],
            Self::AuthorizationDetails => &["iam:GetAccountAuthorizationDetails"],
        }
    }

    /// What one observation of it is about.
    #[must_use]
    pub fn scope(self) -> Scope {
        match self {
            Self::Caller
            | Self::Organization
            | Self::Accounts
            | Self::OrganizationalUnits
            | Self::DelegatedAdministrators => Scope::Organization,
            Self::Session
            | Self::Regions
            | Self::BucketList
            | Self::AccountPublicAccessBlock
            | Self::AuthorizationDetails => Scope::Account,
            Self::Trails => Scope::Region,
            Self::TrailStatus
            | Self::EventSelectors
            | Self::BucketHead
            | Self::BucketVersioning
            | Self::BucketObjectLock
            | Self::BucketLifecycle
            | Self::BucketPolicyStatus
            | Self::BucketAcl
            | Self::BucketPublicAccessBlock
            | Self::BucketOwnershipControls
            | Self::Key => Scope::Resource,
        }
    }

    /// The facts without which this one cannot be asked for: regions before trails, trails before their status.
    #[must_use]
    pub fn needs(self) -> &'static [Self] {
        match self {
            Self::Trails => &[Self::Regions],
            Self::TrailStatus | Self::EventSelectors | Self::Key => &[Self::Trails],
            Self::BucketHead => &[Self::Trails, Self::BucketList],
            Self::BucketVersioning
            | Self::BucketObjectLock
            | Self::BucketLifecycle
            | Self::BucketPolicyStatus
            | Self::BucketAcl
            | Self::BucketPublicAccessBlock
            | Self::BucketOwnershipControls
            | Self::AccountPublicAccessBlock => &[Self::Trails, Self::BucketList],
            _ => &[],
        }
    }

    /// The facts that describe one bucket, read with its owner's credentials.
    pub const OF_A_BUCKET: [Self; 7] = [
        Self::BucketVersioning,
        Self::BucketObjectLock,
        Self::BucketLifecycle,
        Self::BucketPolicyStatus,
        Self::BucketAcl,
        Self::BucketPublicAccessBlock,
        Self::BucketOwnershipControls,
    ];

    /// Whether one account's trails may make another account answer for it: buckets, keys, and what a delegated
    /// administrator reads of the management account's trails.
    #[must_use]
    pub fn crosses_accounts(self) -> bool {
        matches!(
            self,
            Self::EventSelectors | Self::BucketHead | Self::AccountPublicAccessBlock | Self::Key
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
            assert!(fact == Fact::Caller || !fact.iam_actions().is_empty(), "{fact:?}");
        }
    }
}
