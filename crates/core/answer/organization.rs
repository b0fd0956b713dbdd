//! What AWS Organizations answered: the organization, its tree, and the policies that bind its accounts.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::aws::AccountId;

/// `Organization`: the organization itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct OrganizationDescription {
    /// `o-…`.
    pub id: String,
    /// The management account. AWS's member is named so for history's sake.
    pub master_account_id: AccountId,
    /// `ALL` or `CONSOLIDATED_BILLING`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub feature_set: Option<String>,
}

impl OrganizationDescription {
    /// Whether it can have policies: not one that AWS says is for billing alone.
    #[must_use]
    pub fn has_all_features(&self) -> bool {
        self.feature_set.as_deref() != Some("CONSOLIDATED_BILLING")
    }
}

/// An organizational unit, or a root.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct OrganizationalUnit {
    /// `ou-…` or `r-…`.
    pub id: String,
    /// Free text of the user's.
    pub name: String,
    /// The unit above; none for a root.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    /// Of a root: the state of each policy type, such as `ENABLED`, by its name. A type that AWS leaves out is not
    /// enabled. Absent from units, and from snapshots that were written before this was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy_types: Option<BTreeMap<String, String>>,
}

/// `OrganizationalUnits`: the tree, walked from the roots down.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct OrganizationalTree {
    /// Roots and units, parents before children.
    pub units: Vec<OrganizationalUnit>,
    /// The unit in which each account lies.
    pub accounts: BTreeMap<AccountId, String>,
}

/// `TrustedServices`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct TrustedServices {
    /// Service principals such as `cloudtrail.amazonaws.com`, sorted.
    #[serde(default)]
    pub service_principals: Vec<String>,
}

/// One policy of `OrganizationPolicies`, the list of one type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct PolicySummary {
    /// `p-…`.
    pub id: String,
    /// The name; not its identity.
    pub name: String,
    /// Whether AWS made it, such as `FullAWSAccess`.
    #[serde(default)]
    pub aws_managed: bool,
}

/// `PolicyTargets`: what a policy of the organization is attached to.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct PolicyTargets {
    /// Ids of roots (`r-…`), units (`ou-…`) and accounts (twelve digits), sorted.
    #[serde(default)]
    pub target_ids: Vec<String>,
}
