//! A KMS key: what `DescribeKey` shows, its rotation and its policy.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::When;

/// A key of AWS KMS.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Key {
    /// The key id, a UUID or `mrk-…`.
    pub id: String,
    /// Where it lies.
    pub region: String,
    /// `Enabled`, `Disabled`, `PendingDeletion`, `PendingImport`, …
    #[serde(default = "enabled")]
    pub state: String,
    /// `CUSTOMER` or `AWS`.
    #[serde(default = "customer")]
    pub manager: String,
    /// Algorithm and length.
    #[serde(default = "symmetric")]
    pub spec: String,
    /// What it may be used for.
    #[serde(default = "encryption")]
    pub usage: String,
    /// Where its material comes from.
    #[serde(default = "aws_kms")]
    pub origin: String,
    /// Whether it is a multi-Region key.
    #[serde(default)]
    pub multi_region: bool,
    /// When it was created.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created: Option<When>,
    /// When it will be deleted; ages are negative for what is to come.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deletion_date: Option<When>,
    /// Names with their `alias/`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    /// What it is for.
    #[serde(default)]
    pub description: String,
    /// Its material is not rotated.
    #[serde(default, skip_serializing_if = "super::is_false")]
    pub no_rotation: bool,
    /// How often it is rotated, in days; absent: yearly.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rotation_days: Option<i32>,
    /// The key policy's document; absent: the account's own, with what the trails that use it need.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<Value>,
    /// Accounts beside the owner that may `DescribeKey` it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub describe_accounts: Vec<String>,
}

impl Key {
    /// Whether an id or an alias means this key.
    pub(crate) fn is_named(&self, name: &str) -> bool {
        self.id == name || self.aliases.iter().any(|alias| alias == name)
    }
}

fn enabled() -> String {
    "Enabled".to_owned()
}

fn customer() -> String {
    "CUSTOMER".to_owned()
}

fn symmetric() -> String {
    "SYMMETRIC_DEFAULT".to_owned()
}

fn encryption() -> String {
    "ENCRYPT_DECRYPT".to_owned()
}

fn aws_kms() -> String {
    "AWS_KMS".to_owned()
}
