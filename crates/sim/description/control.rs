//! The policies by which an organization limits its accounts.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A policy of the organization's own.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ControlPolicy {
    /// `p-…`.
    pub id: String,
    /// The name.
    pub name: String,
    /// The type.
    #[serde(default, rename = "type")]
    pub kind: PolicyType,
    /// The document.
    pub document: Value,
    /// The ids of the root, units and accounts that it is attached to.
    #[serde(default)]
    pub targets: Vec<String>,
}

/// The types of policies that are simulated.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PolicyType {
    /// Limits principals.
    #[default]
    ServiceControlPolicy,
    /// Limits what is done to resources.
    ResourceControlPolicy,
}

impl PolicyType {
    /// AWS's name of the type.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::ServiceControlPolicy => "SERVICE_CONTROL_POLICY",
            Self::ResourceControlPolicy => "RESOURCE_CONTROL_POLICY",
        }
    }
}
