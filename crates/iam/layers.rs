//! The policies that have a say in a request, layer by layer.

use std::fmt;
use std::sync::Arc;

use crate::document::PolicyDocument;

/// A policy with the name by which answers cite it. Copies share the document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedPolicy {
    /// The ARN of a managed policy, or whatever else its reader knows it by, such as `inline of user alice`.
    pub name: Arc<str>,
    /// What it says.
    pub document: Arc<PolicyDocument>,
}

impl NamedPolicy {
    /// A policy by this name.
    #[must_use]
    pub fn new(name: impl Into<Arc<str>>, document: impl Into<Arc<PolicyDocument>>) -> Self {
        Self { name: name.into(), document: document.into() }
    }
}

/// All the policies of one kind that are attached to one place of the organization: its root, a unit or the account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Level {
    /// The id of the root, unit or account.
    pub name: Arc<str>,
    /// What is attached there. A level without any allows nothing.
    pub policies: Vec<NamedPolicy>,
}

/// Every policy that has a say in a request. Nothing is copied: documents are shared, and the layers are borrowed.
///
/// What is left out is absent: `Layers::default()` holds no policy at all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Layers<'a> {
    /// The caller's own identity policies, inline and attached. They grant.
    pub identity: &'a [NamedPolicy],
    /// Those of the groups that the user is in; they count like the user's own.
    pub groups: &'a [NamedPolicy],
    /// The permission boundary of the user or role. It limits.
    pub boundary: Option<&'a NamedPolicy>,
    /// The session policies, which count as one; `None` where the session has none. They limit.
    pub session: Option<&'a [NamedPolicy]>,
    /// The service control policies on the path to the caller's account, root first; empty where there is no
    /// organization or it has none enabled. Every level limits.
    pub scps: &'a [Level],
    /// The resource control policies on the path to the resource's account, likewise.
    pub rcps: &'a [Level],
    /// The policies of the resource: of a bucket, a key, a topic, the trust policy of a role. Several, such as a bucket's
    /// and its access point's, count as one; `None` where none exists. They grant and deny.
    pub resource: Option<&'a [NamedPolicy]>,
    /// The caller belongs to the management account, which no SCP binds.
    pub caller_in_management_account: bool,
    /// The resource belongs to the management account, which no RCP binds.
    pub resource_in_management_account: bool,
    /// The resource is a KMS key that AWS manages, which no RCP binds.
    pub aws_managed_key: bool,
}

/// One of the layers, as answers name it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Layer {
    /// Identity policies, those of groups included.
    Identity,
    /// The permission boundary.
    Boundary,
    /// The session policy.
    Session,
    /// The service control policies of one level.
    Scp(Arc<str>),
    /// The policy of the resource.
    Resource,
    /// The resource control policies of one level.
    Rcp(Arc<str>),
}

impl fmt::Display for Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Identity => f.write_str("identity policies"),
            Self::Boundary => f.write_str("permission boundary"),
            Self::Session => f.write_str("session policy"),
            Self::Scp(level) => write!(f, "service control policies at {level}"),
            Self::Resource => f.write_str("resource policy"),
            Self::Rcp(level) => write!(f, "resource control policies at {level}"),
        }
    }
}
