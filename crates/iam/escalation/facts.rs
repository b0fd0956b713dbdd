//! What is known of an account: its principals, their policies, and what lies between them.

use std::collections::BTreeSet;

use crate::arn::Arn;
use crate::bulk::{PolicyId, Question};
use crate::caller::Caller;
use crate::context::{Context, Known};
use crate::layers::{Level, NamedPolicy};

/// An account, as [`super::Graph`] reads it. Policies are held by a [`crate::bulk::Bulk`] that knows the actions of the
/// powers and of [`super::actions`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// The partition, such as `aws`.
    pub partition: String,
    /// The account's id.
    pub account: String,
    /// Where something new can be made; the first regions that one would try.
    pub regions: Vec<String>,
    /// What is looked for: the actions on resources that a principal must not come by.
    pub powers: Vec<Question>,
    /// The users and roles. Those that AWS keeps for itself are known by their path, and not changed by anybody.
    pub entities: Vec<Entity>,
    /// The groups.
    pub groups: Vec<Group>,
    /// The customer managed policies of which there are other versions than the default one.
    pub versions: Vec<Versions>,
    /// The identity providers that exist, by ARN.
    pub providers: BTreeSet<String>,
    /// What runs as a role.
    pub running: Vec<Running>,
    /// The accounts whose root user this account may act as, if its principals are allowed to: the members, where the
    /// account is the management account or the delegated administrator and root sessions are switched on.
    pub roots: Vec<String>,
    /// Whether Identity Center is administered from here.
    pub identity_center: bool,
    /// The service control policies on the path to the account, root first.
    pub scps: Vec<Level>,
    /// The resource control policies on that path.
    pub rcps: Vec<Level>,
    /// Whether it is the management account.
    pub management: bool,
    /// What is known of the circumstances, whoever asks whatever.
    pub context: Context,
}

impl Facts {
    /// An account of which nothing is known.
    #[must_use]
    pub fn new(account: &str) -> Self {
        Self {
            partition: "aws".to_owned(),
            account: account.to_owned(),
            regions: vec!["us-east-1".to_owned()],
            powers: Vec::new(),
            entities: Vec::new(),
            groups: Vec::new(),
            versions: Vec::new(),
            providers: BTreeSet::new(),
            running: Vec::new(),
            roots: Vec::new(),
            identity_center: false,
            scps: Vec::new(),
            rcps: Vec::new(),
            management: false,
            context: Context::discovery(),
        }
    }
}

/// A user or a role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entity {
    /// Who it is, by the ARN of the user or the role.
    pub caller: Caller,
    /// Its inline policies.
    pub inline: Vec<PolicyId>,
    /// The policies attached to it, by ARN.
    pub attached: Vec<(String, PolicyId)>,
    /// The groups that a user is in, by their place in [`Facts::groups`].
    pub groups: Vec<usize>,
    /// The permission boundary, by ARN.
    pub boundary: Option<(String, PolicyId)>,
    /// The trust policy of a role.
    pub trust: Option<NamedPolicy>,
    /// Its tags.
    pub tags: Vec<(String, String)>,
    /// Whether its sessions may bring tags of their own, so that what it is tagged with says nothing of them.
    pub brings_tags: bool,
}

impl Entity {
    /// A principal of which nothing else is known.
    #[must_use]
    pub const fn new(caller: Caller) -> Self {
        Self {
            caller,
            inline: Vec::new(),
            attached: Vec::new(),
            groups: Vec::new(),
            boundary: None,
            trust: None,
            tags: Vec::new(),
            brings_tags: false,
        }
    }

    /// Its ARN.
    #[must_use]
    pub fn arn(&self) -> &str {
        self.caller.name()
    }

    /// Whether AWS itself keeps others from changing it, whatever their policies say: a service-linked role, or one that
    /// Identity Center provisioned.
    #[must_use]
    pub fn is_kept_by_aws(&self) -> bool {
        let resource = Arn::split(self.arn()).map(|arn| arn.resource).unwrap_or_default();
        ["role/aws-reserved/", "role/aws-service-role/"].iter().any(|p| resource.starts_with(p))
    }

    /// What is known of it as a resource: its tags and its boundary.
    pub(super) fn known_of_target(&self) -> Vec<(String, Known)> {
        let value = |value: &str| Known::Values(vec![value.to_owned()]);
        let boundary = self.boundary.as_ref().map_or(Known::Absent, |(arn, _)| value(arn));
        let mut known = vec![("iam:PermissionsBoundary".to_owned(), boundary)];
        for (key, tag) in &self.tags {
            known.push((format!("aws:ResourceTag/{key}"), value(tag)));
            known.push((format!("iam:ResourceTag/{key}"), value(tag)));
        }
        known
    }
}

/// A group of users.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Its ARN.
    pub arn: String,
    /// Its policies, inline and attached.
    pub policies: Vec<PolicyId>,
    /// The ARNs of the customer managed policies among them.
    pub managed: Vec<(String, PolicyId)>,
}

/// The versions of a customer managed policy that are not in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Versions {
    /// The policy's ARN.
    pub arn: String,
    /// What the others say.
    pub others: Vec<PolicyId>,
}

/// Something that runs as a role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Running {
    /// What it is, in the words of the ways: `lambda-function`, `ec2-instance`, `cloudformation-stack`, and so on.
    pub kind: String,
    /// Its ARN.
    pub resource: String,
    /// The role's ARN.
    pub role: String,
}
