//! A bucket with every configuration that decides whether logs in it can be read or deleted.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Encryption, Logging, Notification, ReplicationRule, When};

/// A bucket. What is absent here is answered with S3's error for an absent configuration.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bucket {
    /// The name, unique in the partition.
    pub name: String,
    /// Where it lies.
    pub region: String,
    /// When it was created.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created: Option<When>,
    /// The bucket policy's document; absent: what the trails that deliver to it need, where there are any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<Value>,
    /// Has no policy, whatever trails deliver to it.
    #[serde(default, skip_serializing_if = "super::is_false")]
    pub no_policy: bool,
    /// What `GetBucketPolicyStatus` says of that policy.
    #[serde(default)]
    pub policy_is_public: bool,
    /// Grants beside the owner's.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub acl: Vec<AclGrant>,
    /// `Enabled`, `Suspended`, or never touched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub versioning: Option<String>,
    /// `Enabled`, `Disabled`, or never touched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mfa_delete: Option<String>,
    /// Present: Object Lock is on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object_lock: Option<ObjectLock>,
    /// Lifecycle rules; empty: no configuration.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lifecycle: Vec<LifecycleRule>,
    /// The bucket's own public access block.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public_access_block: Option<PublicAccessBlock>,
    /// `BucketOwnerEnforced`, `BucketOwnerPreferred`, `ObjectWriter`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ownership: Option<String>,
    /// Where its access logs go; absent: access logging is off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logging: Option<Logging>,
    /// Replication rules; empty: no configuration.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub replication: Vec<ReplicationRule>,
    /// Default encryption; absent: `AES256`, as S3 gives to every bucket.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encryption: Option<Encryption>,
    /// Has no default encryption, as was possible once.
    #[serde(default, skip_serializing_if = "super::is_false")]
    pub no_encryption: bool,
    /// Whom it tells of its objects; absent: nobody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notification: Option<Notification>,
    /// Tags; empty: no configuration.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
    /// Accounts beside the owner that may `HeadBucket` it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub head_accounts: Vec<String>,
    /// What lies in it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub objects: Vec<StoredObject>,
}

/// An object.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoredObject {
    /// Its key.
    pub key: String,
    /// Its bytes, in Base64.
    #[serde(default)]
    pub body: String,
    /// `x-amz-meta-signature`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<String>,
    /// `x-amz-meta-signature-algorithm`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature_algorithm: Option<String>,
    /// `x-amz-meta-backfill-generation-timestamp`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backfill_generation_timestamp: Option<String>,
    /// It is listed, but nobody may read it.
    #[serde(default, skip_serializing_if = "super::is_false")]
    pub read_denied: bool,
    /// The ARN of the key that it is encrypted with, which nobody may decrypt with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decrypt_denied: Option<String>,
}

/// A grant of an access control list: to a predefined group (`uri`) or to a canonical user (`id`).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AclGrant {
    /// The group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uri: Option<String>,
    /// The canonical user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// `READ`, `WRITE`, `READ_ACP`, `WRITE_ACP`, `FULL_CONTROL`.
    pub permission: String,
}

/// Object Lock, switched on.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ObjectLock {
    /// The retention that every new object gets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_retention: Option<DefaultRetention>,
}

/// The retention that every new object gets.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DefaultRetention {
    /// `COMPLIANCE` or `GOVERNANCE`.
    pub mode: String,
    /// In days, or
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<i32>,
    /// in years.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub years: Option<i32>,
}

/// A lifecycle rule.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LifecycleRule {
    /// The rule's name.
    pub id: String,
    /// Written but switched off.
    #[serde(default)]
    pub disabled: bool,
    /// Which objects; absent: all.
    #[serde(default)]
    pub filter: LifecycleFilter,
    /// The prefix in the retired form, beside no filter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub legacy_prefix: Option<String>,
    /// Days until the current version expires.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expiration_days: Option<i32>,
    /// The date on which the current version expires.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expiration_date: Option<When>,
    /// Whether lone delete markers are removed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expired_object_delete_marker: Option<bool>,
    /// Days until a noncurrent version is deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub noncurrent_days: Option<i32>,
    /// Noncurrent versions that are kept whatever their age.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub newer_noncurrent_versions: Option<i32>,
    /// Moves to other storage classes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub transitions: Vec<Transition>,
    /// Days until unfinished uploads are given up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub abort_multipart_days: Option<i32>,
}

/// Which objects a lifecycle rule is about; all that is given must hold.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LifecycleFilter {
    /// Keys that begin so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prefix: Option<String>,
    /// Objects with these tags.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
    /// Objects larger than this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size_greater_than: Option<i64>,
    /// Objects smaller than this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size_less_than: Option<i64>,
}

/// A move to another storage class.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Transition {
    /// After so many days.
    pub days: i32,
    /// `GLACIER`, `DEEP_ARCHIVE`, …
    pub storage_class: String,
}

/// A public access block: `true` for all four switches, or each by its name.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "PublicAccessForm")]
pub struct PublicAccessBlock {
    /// Refuses new public grants.
    pub block_public_acls: bool,
    /// Ignores the public grants that exist.
    pub ignore_public_acls: bool,
    /// Refuses new public policies.
    pub block_public_policy: bool,
    /// Restricts buckets with a public policy to their account.
    pub restrict_public_buckets: bool,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum PublicAccessForm {
    All(bool),
    Each(PublicAccessSwitches),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PublicAccessSwitches {
    #[serde(default)]
    block_public_acls: bool,
    #[serde(default)]
    ignore_public_acls: bool,
    #[serde(default)]
    block_public_policy: bool,
    #[serde(default)]
    restrict_public_buckets: bool,
}

impl From<PublicAccessForm> for PublicAccessBlock {
    fn from(form: PublicAccessForm) -> Self {
        match form {
            PublicAccessForm::All(on) => Self {
                block_public_acls: on,
                ignore_public_acls: on,
                block_public_policy: on,
                restrict_public_buckets: on,
            },
            PublicAccessForm::Each(each) => Self {
                block_public_acls: each.block_public_acls,
                ignore_public_acls: each.ignore_public_acls,
                block_public_policy: each.block_public_policy,
                restrict_public_buckets: each.restrict_public_buckets,
            },
        }
    }
}
