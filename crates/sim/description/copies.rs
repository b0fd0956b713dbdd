//! Where a bucket's access logs and copies go, and how it encrypts by default.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Where the access logs of a bucket go.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Logging {
    /// The name of the bucket that they go to; need not exist.
    pub target: String,
    /// What their keys begin with.
    #[serde(default)]
    pub prefix: String,
}

/// A replication rule.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReplicationRule {
    /// The rule's name.
    pub id: String,
    /// Written but switched off.
    #[serde(default, skip_serializing_if = "super::is_false")]
    pub disabled: bool,
    /// Objects whose keys begin so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prefix: Option<String>,
    /// Objects with these tags.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
    /// The prefix in the retired form, beside no filter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub legacy_prefix: Option<String>,
    /// The name of the bucket that the copies go to; need not exist.
    pub destination: String,
    /// The account that shall own the copies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// Whether objects that are encrypted with KMS are copied too.
    #[serde(default, skip_serializing_if = "super::is_false")]
    pub kms_objects: bool,
    /// The key for the copies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// Whether deletions are copied too.
    #[serde(default, skip_serializing_if = "super::is_false")]
    pub deletions: bool,
}

/// How a bucket encrypts what comes without a header of its own.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Encryption {
    /// `AES256`, `aws:kms`, `aws:kms:dsse`.
    pub algorithm: String,
    /// The key; absent: S3's own in that account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
}
