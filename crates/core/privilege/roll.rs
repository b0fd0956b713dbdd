//! The principals of one account, with what each has and what limits all of them.

use std::collections::BTreeMap;
use std::sync::Arc;

use trailproof_iam::bulk::{Asker, Bulk, PolicyId};
use trailproof_iam::{Caller, Effect, NamedPolicy, PolicyDocument};

use super::circumstances::{Circumstances, TagKeys};
use super::limits::Path;
use super::unread::Taken;
use crate::account::AccountView;
use crate::answer::{PrincipalEntry, PrincipalKind};
use crate::authorization::{Authorization, HeldPolicy, PolicyName};
use crate::aws::Partition;
use crate::control_policies::PolicyKind;
use crate::evidence::{Cause, Evidence, Gap, Observed};
use crate::fact::Fact;
use crate::snapshot::Source;

/// The principals of one account, with what each has and what limits all of them. It holds nothing of other accounts.
#[derive(Debug)]
pub struct Roll {
    pub(super) bulk: Bulk,
    pub(super) stand_ins: StandIns,
    pub(super) principals: Vec<Principal>,
    pub(super) scps: Path,
    pub(super) rcps: Path,
    pub(super) management: bool,
    pub(super) circumstances: Circumstances,
    pub(super) tag_keys: TagKeys,
    source: Source,
    partition: Partition,
}

/// A user or a role on the roll.
#[derive(Debug, Clone)]
pub struct Principal {
    /// Its ARN.
    pub arn: String,
    /// Whether it is known that nobody can become it: a role whose trust policy allows it to none.
    pub is_beyond_reach: bool,
    pub(super) caller: Caller,
    /// Its own policies, and those of its groups.
    pub(super) own: Vec<Held>,
    pub(super) groups: Vec<Held>,
    pub(super) boundary: Option<Held>,
    /// Of a role whose sessions may bring tags of their own no tag is known.
    pub(super) tags: Option<BTreeMap<String, String>>,
    /// The first of its policies that was not read.
    pub(super) gap: Option<Gap>,
    /// Why its tags are not known although they could be.
    pub(super) doubt: Option<Gap>,
}

/// A policy that a principal has.
#[derive(Debug, Clone)]
pub(super) struct Held {
    pub(super) name: Arc<str>,
    /// None where it was not read.
    pub(super) id: Option<PolicyId>,
}

/// The two policies that stand in for one that was not read.
#[derive(Debug, Clone, Copy)]
pub(super) struct StandIns {
    pub(super) best: PolicyId,
    pub(super) worst: PolicyId,
}

impl Roll {
    /// The users and roles of an account, to be asked about these actions and no others. Service-linked roles are left
    /// out, and so are groups: what they have, their users have.
    ///
    /// # Errors
    /// The gap of `GetAccountAuthorizationDetails`.
    pub fn read<T: Into<String>>(
        view: &AccountView<'_>,
        actions: impl IntoIterator<Item = T>,
    ) -> Observed<Self> {
        let authorization = view.authorization()?;
        let mut builder = Builder {
            authorization: &authorization,
            bulk: Bulk::new(actions),
            known: BTreeMap::new(),
            kept: Vec::new(),
        };
        let entries = authorization.principals().iter();
        let entries = entries
            .filter(|entry| entry.kind != PrincipalKind::Group && !entry.is_service_linked());
        let mut principals: Vec<Principal> =
            entries.map(|entry| builder.principal(entry, view)).collect();
        principals.sort_by(|one, other| one.arn.cmp(&other.arn));
        let mut bulk = builder.bulk;
        let stand_ins = StandIns {
            best: bulk.add(Taken::Best.of_caller()),
            worst: bulk.add(Taken::Worst.of_caller()),
        };
        let organization = view.organization;
        let scps = Path::of(organization, view.id(), PolicyKind::ServiceControl);
        let rcps = Path::of(organization, view.id(), PolicyKind::ResourceControl);
        let mut tag_keys = TagKeys::default();
        for kept in &builder.kept {
            tag_keys.look(kept);
        }
        for level in scps.most.iter().chain(&rcps.most) {
            level.policies.iter().for_each(|policy| tag_keys.look(&policy.document));
        }
        Ok(Self {
            bulk,
            stand_ins,
            principals,
            scps,
            rcps,
            management: organization.management().ok().flatten() == Some(view.id()),
            circumstances: Circumstances::of(view, authorization.source()),
            tag_keys,
            source: authorization.source().clone(),
            partition: organization.partition().clone(),
        })
    }

    /// The users and roles on it, by ARN.
    #[must_use]
    pub fn principals(&self) -> &[Principal] {
        &self.principals
    }

    /// A field of the answer that it was read from as proof, about a principal or all of them.
    #[must_use]
    pub fn cite(
        &self,
        principal: Option<&Principal>,
        field: &str,
        value: impl Into<serde_json::Value>,
    ) -> Evidence {
        let resource = principal.map(|principal| principal.arn.clone()).unwrap_or_default();
        Evidence { resource, ..self.source.cite(field, value) }
    }

    /// A role of the account that has nothing; none where no name of one can be made.
    pub(super) fn nobody(&self) -> Option<Principal> {
        let account = self.source.account;
        let arn = format!("arn:{}:iam::{account}:role/trailproof-nobody", self.partition);
        Some(Principal::new(&arn, arn.parse().ok()?))
    }

    /// Each policy document that anybody on it has, and those of the organization that bear on the account.
    pub(super) fn documents(&self) -> impl Iterator<Item = &Arc<PolicyDocument>> {
        let held = self.principals.iter().flat_map(|principal| {
            let own = principal.own.iter().chain(&principal.groups);
            own.chain(&principal.boundary).filter_map(|held| held.id)
        });
        let held = held.filter_map(|id| self.bulk.named(id));
        let levels = self.scps.most.iter().chain(&self.rcps.most);
        held.chain(levels.flat_map(|level| &level.policies)).map(|policy| &policy.document)
    }
}

impl Principal {
    fn new(arn: &str, caller: Caller) -> Self {
        Self {
            arn: arn.to_owned(),
            is_beyond_reach: false,
            caller,
            own: Vec::new(),
            groups: Vec::new(),
            boundary: None,
            tags: None,
            gap: None,
            doubt: None,
        }
    }

    /// Kind and name without the account, as in `role/ops/Admin`.
    #[must_use]
    pub fn short(&self) -> &str {
        self.arn.splitn(6, ':').nth(5).unwrap_or(&self.arn)
    }

    /// As it is asked about, where what was not read is taken for one or the other.
    pub(super) fn asker(&self, stand_ins: StandIns, taken: Taken) -> Asker {
        let stand_in = match taken {
            Taken::Best => stand_ins.best,
            Taken::Worst => stand_ins.worst,
        };
        let ids = |held: &[Held]| held.iter().map(|held| held.id.unwrap_or(stand_in)).collect();
        Asker {
            caller: self.caller.clone(),
            identity: ids(&self.own),
            groups: ids(&self.groups),
            boundary: self.boundary.as_ref().map(|held| held.id.unwrap_or(stand_in)),
            known: Vec::new(),
        }
    }
}

struct Builder<'b, 'a> {
    authorization: &'b Authorization<'a>,
    bulk: Bulk,
    /// By where the document lies in memory, which is the same for all who have one of the same text.
    known: BTreeMap<usize, PolicyId>,
    /// Those documents: none must be let go, or its place could be another's.
    kept: Vec<Arc<PolicyDocument>>,
}

impl<'a> Builder<'_, 'a> {
    fn principal(&mut self, entry: &'a PrincipalEntry, view: &AccountView<'_>) -> Principal {
        let mut principal = Principal::new(&entry.arn, Caller::anonymous());
        let unread = || Held { name: "a policy that was not read".into(), id: None };
        match entry.arn.parse::<Caller>() {
            Ok(caller) if caller.account() == Some(view.id().as_str()) => principal.caller = caller,
            _ => {
                let detail = format!("{:?} is no principal of the account", entry.arn);
                principal.gap = Some(Gap {
                    account: Some(view.id()),
                    ..Gap::new(Fact::AuthorizationDetails, Cause::Undecidable, detail)
                });
                principal.own.push(unread());
                return principal;
            }
        }
        match self.authorization.identity_policies(entry) {
            Ok(policies) => {
                for policy in policies {
                    let own = policy.holder.arn == entry.arn;
                    let held = self.held(&policy, &mut principal.gap);
                    if own { principal.own.push(held) } else { principal.groups.push(held) }
                }
            }
            Err(gap) => {
                principal.own.push(unread());
                principal.gap.get_or_insert(gap);
            }
        }
        match self.authorization.boundary(entry) {
            Ok(boundary) => {
                principal.boundary = boundary.map(|policy| self.held(&policy, &mut principal.gap));
            }
            Err(gap) => {
                principal.boundary = Some(unread());
                principal.gap.get_or_insert(gap);
            }
        }
        self.become_it(entry, &mut principal);
        principal
    }

    /// What its trust policy says of its sessions.
    fn become_it(&self, entry: &'a PrincipalEntry, principal: &mut Principal) {
        let tags = self.authorization.details(entry).map(|details| &details.tags);
        if entry.kind != PrincipalKind::Role {
            principal.tags = tags.ok().cloned();
            return;
        }
        let trust = self.authorization.trust(entry);
        let parsed = trust.as_ref().map(|trust| trust.as_ref().as_ref());
        match parsed {
            Ok(Ok(document)) => {
                let allows = |action: &str| {
                    let mut allowing =
                        document.statements.iter().filter(|s| s.effect == Effect::Allow);
                    allowing.any(|statement| statement.actions.matches(action))
                };
                principal.is_beyond_reach = !ASSUMING.into_iter().any(allows);
                if !allows("sts:TagSession") {
                    principal.tags = tags.ok().cloned();
                }
            }
            Ok(Err(error)) => {
                let detail = format!("who may assume {} cannot be understood: {error}", entry.arn);
                let gap = Gap::new(Fact::AuthorizationDetails, Cause::Undecidable, detail);
                principal.doubt = Some(gap);
            }
            Err(gap) => principal.doubt = Some(gap.clone()),
        }
    }

    fn held(&mut self, policy: &HeldPolicy<'_>, gap: &mut Option<Gap>) -> Held {
        let (PolicyName::Inline(text) | PolicyName::Managed(text)) = policy.name;
        let name: Arc<str> = match policy.name {
            PolicyName::Managed(_) => text.into(),
            PolicyName::Inline(_) => format!("{text}, inline in {}", policy.holder.arn).into(),
        };
        let id = match policy.parsed() {
            Ok(document) => Some(self.intern(&name, document)),
            Err(found) => {
                gap.get_or_insert(found);
                None
            }
        };
        Held { name, id }
    }

    fn intern(&mut self, name: &Arc<str>, document: &Arc<PolicyDocument>) -> PolicyId {
        let place = Arc::as_ptr(document).addr();
        if let Some(id) = self.known.get(&place) {
            return *id;
        }
        let id = self.bulk.add(NamedPolicy::new(name.clone(), document.clone()));
        self.known.insert(place, id);
        self.kept.push(document.clone());
        id
    }
}

/// The ways to become a role.
const ASSUMING: [&str; 3] =
    ["sts:AssumeRole", "sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity"];
