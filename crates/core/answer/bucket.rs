//! Where a bucket's access logs and copies go, and how it encrypts by default.

use serde::{Deserialize, Serialize};

/// `BucketLogging`; all absent where access logging is off.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct BucketLogging {
    /// The name of the bucket that the access logs go to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_bucket: Option<String>,
    /// What their keys begin with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_prefix: Option<String>,
}

/// One replication rule, with the filter's forms folded into one prefix.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ReplicationRule {
    /// The rule's name.
    #[serde(rename = "ID", skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// `Enabled` or `Disabled`.
    pub status: String,
    /// The prefix of the rule, its filter, or its filter's `And`; absent matches all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prefix: Option<String>,
    /// Whether the filter asks for tags, which CloudTrail's objects do not have.
    pub has_tag_filter: bool,
    /// The ARN of the bucket that the copies go to.
    pub destination_bucket: String,
    /// The account that owns the copies, where the rule names one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub destination_account: Option<String>,
    /// `Enabled` where objects encrypted with KMS are copied too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sse_kms_encrypted_objects: Option<String>,
    /// The key for the copies.
    #[serde(rename = "ReplicaKmsKeyID", skip_serializing_if = "Option::is_none")]
    pub replica_kms_key_id: Option<String>,
    /// `Enabled` where deletions are copied too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delete_marker_replication: Option<String>,
}

/// `BucketReplication`; empty where the bucket has no such configuration.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct BucketReplication {
    /// The rules.
    #[serde(default)]
    pub rules: Vec<ReplicationRule>,
}

/// `BucketEncryption`: the default for objects that come without a header of their own.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct BucketEncryption {
    /// `AES256`, `aws:kms` or `aws:kms:dsse`; absent where there is no such configuration.
    #[serde(default, rename = "SSEAlgorithm", skip_serializing_if = "Option::is_none")]
    pub sse_algorithm: Option<String>,
    /// The key; absent where S3's own of that account is used.
    #[serde(default, rename = "KMSMasterKeyID", skip_serializing_if = "Option::is_none")]
    pub kms_master_key_id: Option<String>,
}
