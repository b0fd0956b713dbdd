//! What IAM answered of an account's principals and policies, with each document's text once.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What kind of principal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PrincipalKind {
    /// An IAM user.
    User,
    /// An IAM group, whose members have its policies.
    Group,
    /// An IAM role.
    Role,
}

/// A user, group or role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct PrincipalEntry {
    /// What it is.
    pub kind: PrincipalKind,
    /// Its ARN, in which its path and name stand.
    pub arn: String,
    /// The ARNs of the managed policies attached to it.
    #[serde(default)]
    pub attached_managed_policies: Vec<String>,
    /// What else IAM tells of it. Absent from snapshots that were written before this was kept: then nothing is known
    /// of its inline policies, its boundary or who may assume it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub details: Option<PrincipalDetails>,
}

/// What IAM tells of a principal beside what is attached to it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct PrincipalDetails {
    /// `AIDA…`, `AGPA…` or `AROA…`: another one when a principal is made anew under the same name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unique_id: Option<String>,
    /// The tags of a user or role.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
    /// The names of the groups that a user is in.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<String>,
    /// The policies that are part of it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub inline_policies: Vec<InlinePolicy>,
    /// The ARN of the policy that bounds a user or role.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub permissions_boundary: Option<String>,
    /// Who may assume a role: the document's place in [`AuthorizationDetails::documents`]. Absent where IAM left it out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assume_role_policy: Option<usize>,
    /// The ARNs of the instance profiles that hold a role.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub instance_profiles: Vec<String>,
    /// When a role was last used, to the hour or so; absent where IAM knows of no use within its memory of 400 days.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_used: Option<Timestamp>,
}

/// A policy that is part of one principal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct InlinePolicy {
    /// Its name, unique within the principal.
    pub policy_name: String,
    /// Its document's place in [`AuthorizationDetails::documents`]. Absent where IAM left it out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<usize>,
}

/// A managed policy: each of the account's own, and those of AWS that are in use.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ManagedPolicyEntry {
    /// Its ARN, in which its path and name stand.
    pub arn: String,
    /// `ANPA…`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy_id: Option<String>,
    /// To how many principals of the account it is attached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attachment_count: Option<i32>,
    /// How many principals of the account it bounds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub permissions_boundary_usage_count: Option<i32>,
    /// Its versions. Of a policy of AWS only the one in force, which nobody else can change.
    #[serde(default)]
    pub versions: Vec<PolicyVersion>,
}

/// One version of a managed policy.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct PolicyVersion {
    /// Such as `v3`.
    pub version_id: String,
    /// Whether it is the one in force. Whoever may call `SetDefaultPolicyVersion` can put any other in its place.
    #[serde(default)]
    pub is_default_version: bool,
    /// Its document's place in [`AuthorizationDetails::documents`]. Absent where IAM left it out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<usize>,
}

/// `AuthorizationDetails`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct AuthorizationDetails {
    /// Users, groups and roles.
    pub principals: Vec<PrincipalEntry>,
    /// Managed policies by ARN. Absent from snapshots that were written before they were kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policies: Option<Vec<ManagedPolicyEntry>>,
    /// The text of each document once, percent-decoded and otherwise as IAM stores it, whether or not it can be read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub documents: Vec<String>,
}

/// Gives each text its place, the same whatever the order in which AWS told of them: places are those of the sorted
/// texts.
#[derive(Debug, Clone, Default)]
pub struct DocumentTable(BTreeMap<String, usize>);

impl DocumentTable {
    /// The table of these texts, each once.
    #[must_use]
    pub fn of(texts: impl IntoIterator<Item = String>) -> Self {
        let texts: std::collections::BTreeSet<String> = texts.into_iter().collect();
        Self(texts.into_iter().enumerate().map(|(place, text)| (text, place)).collect())
    }

    /// Where a text stands; none where it is not in the table.
    #[must_use]
    pub fn place(&self, text: &str) -> Option<usize> {
        self.0.get(text).copied()
    }

    /// The texts in the order of their places.
    #[must_use]
    pub fn into_texts(self) -> Vec<String> {
        self.0.into_keys().collect()
    }
}
