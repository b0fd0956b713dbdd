//! What the organization denies its accounts from above: service and resource control policies, level by level.
//!
//! A level is the root, a unit or the account itself, with the policies that are attached there. Accounts below one
//! unit share its levels, and everybody who has the same policies attached shares their list.

mod attached;

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use trailproof_iam::PolicyDocument;

use crate::answer::{OrganizationDescription, OrganizationalTree, PolicyText};
use crate::aws::{AccountId, Partition};
use crate::evidence::{Cause, Evidence, Gap, Observed, find};
use crate::fact::Fact;
use crate::guardrail::Closures;
use crate::organization::{Member, Organization};
use crate::snapshot::{Document, Probe, Source, Sourced};

use attached::Attached;

/// The policy of AWS that lets everything through, attached to every root, unit and account, for good.
pub const RCP_FULL_ACCESS: &str = "p-RCPFullAWSAccess";

/// The two types of policies that limit what can be done in accounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PolicyKind {
    /// Limits what an account's principals can do.
    ServiceControl,
    /// Limits what can be done to an account's resources, by whomever.
    ResourceControl,
}

impl PolicyKind {
    /// Both.
    pub const ALL: [Self; 2] = [Self::ServiceControl, Self::ResourceControl];

    /// AWS's name of the type.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::ServiceControl => "SERVICE_CONTROL_POLICY",
            Self::ResourceControl => "RESOURCE_CONTROL_POLICY",
        }
    }

    /// The question for the list of all policies of the type.
    #[must_use]
    pub fn list(self) -> Probe {
        Probe::resource(Fact::OrganizationPolicies, None, self.name())
    }
}

/// One policy of the organization.
#[derive(Debug)]
pub struct ControlPolicy {
    /// `p-…`.
    pub id: String,
    /// The name; not its identity.
    pub name: String,
    /// Whether AWS made it.
    pub aws_managed: bool,
    /// Its type.
    pub kind: PolicyKind,
    text: Observed<Sourced<Arc<str>>>,
    /// Parsed when somebody first asks: a graph is built more often than its policies are read.
    document: OnceLock<Observed<Arc<PolicyDocument>>>,
}

impl ControlPolicy {
    /// The document.
    ///
    /// # Errors
    /// The gap of `DescribePolicy`; `undecidable` where the text cannot be read in one sense only.
    pub fn document(&self) -> Observed<Arc<PolicyDocument>> {
        let parse = || {
            let text = &self.text.as_ref().map_err(Clone::clone)?.value;
            PolicyDocument::parse(text).map(Arc::new).map_err(|error| {
                let detail = format!("the policy {} cannot be understood: {error}", self.id);
                Gap::new(Fact::OrganizationPolicy, Cause::Undecidable, detail)
            })
        };
        self.document.get_or_init(parse).clone()
    }

    /// The document's text as AWS stores it.
    ///
    /// # Errors
    /// The gap of `DescribePolicy`.
    pub fn text(&self) -> Observed<&str> {
        self.text.as_ref().map(|read| &*read.value).map_err(Clone::clone)
    }

    /// A field of the policy as proof; none where it was not read.
    #[must_use]
    pub fn cite(&self, field: &str, value: impl Into<serde_json::Value>) -> Option<Evidence> {
        self.text.as_ref().ok().map(|read| read.source.cite(field, value))
    }
}

/// What a level is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// The root.
    Root,
    /// An organizational unit.
    Unit,
    /// The account itself.
    Account,
}

/// One level: all that is attached there counts together.
#[derive(Debug, Clone)]
pub struct Level {
    /// What it is.
    pub place: Place,
    /// `r-…`, `ou-…` or the account's id.
    pub target: String,
    /// Its path from the root; the account's id for the account itself.
    pub path: String,
    /// What is attached there, by id. Levels with the same policies share the list.
    pub policies: Arc<[Arc<ControlPolicy>]>,
}

/// The levels above and at an account, from the root down.
#[derive(Debug, Clone)]
pub struct Levels {
    levels: Vec<Level>,
    /// Where it is not known of some policy what it is attached to: it may be attached at any level.
    unread: Option<Gap>,
}

impl Levels {
    /// Every level with all that is attached there.
    ///
    /// # Errors
    /// Where it is not known of some policy what it is attached to.
    pub fn all(&self) -> Observed<&[Level]> {
        self.unread.clone().map_or(Ok(&self.levels), Err)
    }

    /// Every level with what is known to be attached there; there may be more. A denial among it holds whatever else is
    /// attached; nothing else does.
    #[must_use]
    pub fn known(&self) -> &[Level] {
        &self.levels
    }
}

/// How policies of one type bear on an account.
#[derive(Debug, Clone)]
pub enum Control {
    /// The account is in no organization.
    NoOrganization,
    /// The organization is for billing alone: it has no policies of any type.
    ConsolidatedBilling,
    /// The account manages the organization: no policy binds its principals or resources.
    ManagementAccount,
    /// The type is not enabled: what there is of it has no effect.
    NotEnabled,
    /// The policies of these levels bind it.
    Levels(Levels),
}

/// The state of each policy type, of each root by its id; none where an older snapshot does not say.
type PolicyTypes = BTreeMap<String, Option<BTreeMap<String, String>>>;

/// What was read of the organization's policies.
#[derive(Debug)]
pub(crate) struct ControlPolicies {
    /// The states of the policy types, of each root by its id.
    enabled: Observed<Sourced<PolicyTypes>>,
    attached: BTreeMap<PolicyKind, Observed<Attached>>,
    delegation: Observed<Sourced<PolicyText>>,
    /// The regions that are known to be closed, or not, under the same policies.
    pub(crate) closures: Closures,
}

impl ControlPolicies {
    /// Reads what the organization's document holds of them.
    pub(crate) fn of(organization: &Document) -> Self {
        let tree = Probe::global(Fact::OrganizationalUnits);
        let enabled = organization.read::<OrganizationalTree>(&tree).map(|(tree, source)| {
            let roots = tree.units.iter().filter(|unit| unit.parent.is_none());
            let value = roots.map(|root| (root.id.clone(), root.policy_types.clone())).collect();
            Sourced { value, source }
        });
        let attached = |kind| (kind, Attached::read(organization, kind));
        let delegation = Probe::global(Fact::DelegationPolicy);
        Self {
            enabled,
            attached: PolicyKind::ALL.into_iter().map(attached).collect(),
            delegation: organization
                .read::<PolicyText>(&delegation)
                .map(|(text, source)| Sourced { value: text.clone(), source }),
            closures: Closures::default(),
        }
    }

    /// Whether a type is enabled on a root.
    fn is_enabled(&self, root: &str, kind: PolicyKind) -> Observed<bool> {
        let roots = self.enabled.as_ref().map_err(Clone::clone)?;
        let Some(Some(types)) = roots.value.get(root) else {
            let detail = format!("the policy types of the root {root} were not read");
            return Err(Gap::new(Fact::OrganizationalUnits, Cause::NotAttempted, detail));
        };
        match types.get(kind.name()).map(String::as_str) {
            Some("ENABLED") => Ok(true),
            None => Ok(false),
            Some(state) => {
                let detail = format!("the policy type {} is {state}", kind.name());
                Err(Gap::new(Fact::OrganizationalUnits, Cause::Undecidable, detail))
            }
        }
    }
}

/// What it takes to tell how the organization's policies bear on an account.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ground<'a> {
    pub(crate) partition: &'a Partition,
    pub(crate) description: &'a Observed<Option<Sourced<OrganizationDescription>>>,
    pub(crate) members: &'a BTreeMap<AccountId, Member>,
    pub(crate) policies: &'a ControlPolicies,
}

impl Ground<'_> {
    /// [`Organization::control_policies`].
    pub(crate) fn control(&self, account: AccountId, kind: PolicyKind) -> Observed<Control> {
        let Some(description) = self.description.as_ref().map_err(Clone::clone)? else {
            return Ok(Control::NoOrganization);
        };
        let Some(member) = self.members.get(&account) else {
            let detail = format!("{account} is not part of this run");
            return Err(Gap::new(Fact::Accounts, Cause::CrossAccountUnreadable, detail));
        };
        if !description.value.has_all_features() {
            return Ok(Control::ConsolidatedBilling);
        }
        if description.value.master_account_id == account {
            return Ok(Control::ManagementAccount);
        }
        let units = member.units.as_ref().map_err(|gap| (**gap).clone())?;
        let Some(root) = units.first() else {
            let detail = format!("the root above account {account} was not read");
            return Err(Gap::new(Fact::OrganizationalUnits, Cause::Undecidable, detail));
        };
        if !self.policies.is_enabled(&root.id, kind)? {
            return Ok(Control::NotEnabled);
        }
        let attached = match self.policies.attached.get(&kind) {
            Some(attached) => attached.as_ref().map_err(Clone::clone)?,
            None => return Ok(Control::NotEnabled),
        };
        let above = units.iter().enumerate().map(|(depth, unit)| Level {
            place: if depth == 0 { Place::Root } else { Place::Unit },
            target: unit.id.clone(),
            path: unit.path.clone(),
            policies: attached.at(&unit.id),
        });
        let own = Level {
            place: Place::Account,
            target: account.to_string(),
            path: account.to_string(),
            policies: attached.at(account.as_str()),
        };
        let levels = above.chain([own]).collect();
        Ok(Control::Levels(Levels { levels, unread: attached.unread().cloned() }))
    }
}

impl Organization {
    pub(crate) fn ground(&self) -> Ground<'_> {
        Ground {
            partition: self.partition(),
            description: &self.description,
            members: &self.members,
            policies: &self.control_policies,
        }
    }

    /// Which types of policies the roots have enabled, as proof; nothing where that was not read.
    #[must_use]
    pub fn cite_policy_types(&self) -> Option<Evidence> {
        let read = self.control_policies.enabled.as_ref().ok()?;
        Some(read.source.cite("Roots[].PolicyTypes", serde_json::to_value(&read.value).ok()?))
    }

    /// How service or resource control policies bear on an account of the organization.
    ///
    /// # Errors
    /// Where the organization, its tree, or the list of its policies was not read, and the answer hangs on it.
    pub fn control_policies(&self, account: AccountId, kind: PolicyKind) -> Observed<Control> {
        self.ground().control(account, kind)
    }

    /// The service or resource control policy of that id; none inside where the organization has none such.
    ///
    /// # Errors
    /// Where the policies of some type were not listed, and none of those that were has that id.
    pub fn control_policy(&self, id: &str) -> Observed<Option<&ControlPolicy>> {
        let lists = self.control_policies.attached.values().map(Result::as_ref);
        let named = lists.map(|list| list.map(|list| list.named(id)).map_err(Clone::clone));
        Ok(find(named, |policy| Ok(policy.is_some()))?.flatten().map(|policy| &**policy))
    }

    /// The organization's own resource policy, by which other accounts may administer it; none inside where it has none.
    ///
    /// # Errors
    /// The gap of `DescribeResourcePolicy`; `undecidable` where the text cannot be read in one sense only.
    pub fn delegation_policy(&self) -> Observed<(Option<PolicyDocument>, Source)> {
        let read = self.control_policies.delegation.as_ref().map_err(Clone::clone)?;
        let document = read.value.policy.as_deref().map(PolicyDocument::parse).transpose();
        let document = document.map_err(|error| {
            let detail = format!("the organization's policy cannot be understood: {error}");
            Gap::new(Fact::DelegationPolicy, Cause::Undecidable, detail)
        })?;
        Ok((document, read.source.clone()))
    }
}

#[cfg(test)]
mod tests;
