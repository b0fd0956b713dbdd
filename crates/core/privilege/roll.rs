//! The principals of one account, with what each has and what limits all of them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use trailproof_iam::bulk::{Asker, Bulk, PolicyId};
use trailproof_iam::escalation::{self, Escalation};
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
    pub(super) groups: Vec<Group>,
    /// By the ARN of a customer managed policy, what its versions say that are not in force.
    pub(super) versions: BTreeMap<Arc<str>, Vec<Option<PolicyId>>>,
    pub(super) scps: Path,
    pub(super) rcps: Path,
    pub(super) management: bool,
    pub(super) circumstances: Circumstances,
    pub(super) tag_keys: TagKeys,
    pub(super) source: Source,
    pub(super) partition: Partition,
    pub(super) escalation: Escalation,
    /// Where something new would be made first.
    pub(super) regions: Vec<String>,
}

/// A user or a role on the roll.
#[derive(Debug, Clone)]
pub struct Principal {
    /// Its ARN.
    pub arn: String,
    /// Whether it is known that nobody can become it: a role whose trust policy allows it to none.
    pub is_beyond_reach: bool,
    pub(super) caller: Caller,
    /// Its own policies.
    pub(super) own: Vec<Held>,
    /// The groups that it is in, by their place on the roll.
    pub(super) member_of: Vec<usize>,
    pub(super) boundary: Option<Held>,
    /// Of a role, who may assume it.
    pub(super) trust: Trust,
    /// What it is tagged with, as far as that is known.
    pub(super) labels: BTreeMap<String, String>,
    /// Of a role whose sessions may bring tags of their own no tag is known.
    pub(super) tags: Option<BTreeMap<String, String>>,
    /// The first of its policies that was not read.
    pub(super) gap: Option<Gap>,
    /// Why its tags are not known although they could be.
    pub(super) doubt: Option<Gap>,
}

/// A group of users, with what it gives them.
#[derive(Debug, Clone)]
pub(super) struct Group {
    pub(super) arn: String,
    pub(super) held: Vec<Held>,
    /// The first of its policies that was not read.
    pub(super) gap: Option<Gap>,
}

/// Who may assume a role.
#[derive(Debug, Clone)]
pub(super) enum Trust {
    /// It is a user.
    None,
    Read(NamedPolicy),
    Unread(Gap),
}

/// A policy that a principal has.
#[derive(Debug, Clone)]
pub(super) struct Held {
    pub(super) name: Arc<str>,
    /// None where it was not read.
    pub(super) id: Option<PolicyId>,
    /// Whether it is a managed policy, which hangs there by its ARN; the name is the ARN then.
    pub(super) attached: bool,
}

impl Held {
    fn unread() -> Self {
        Self { name: "a policy that was not read".into(), id: None, attached: false }
    }
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
        let mut known: BTreeSet<String> = actions.into_iter().map(Into::into).collect();
        known.extend(escalation::actions().into_iter().map(str::to_owned));
        let mut builder = Builder {
            authorization: &authorization,
            bulk: Bulk::new(known),
            known: BTreeMap::new(),
            kept: Vec::new(),
        };
        let entries = authorization.principals();
        let is_group = |entry: &&PrincipalEntry| entry.kind == PrincipalKind::Group;
        let mut groups: Vec<Group> =
            entries.iter().filter(is_group).map(|entry| builder.group(entry)).collect();
        groups.sort_by(|one, other| one.arn.cmp(&other.arn));
        let others = entries.iter().filter(|entry| !is_group(entry) && !entry.is_service_linked());
        let mut principals: Vec<Principal> =
            others.map(|entry| builder.principal(entry, (view, &groups))).collect();
        principals.sort_by(|one, other| one.arn.cmp(&other.arn));
        let versions = builder.versions(&principals);
        let mut bulk = builder.bulk;
        let escalation = Escalation::new(&mut bulk).map_err(|error| {
            Gap::new(Fact::AuthorizationDetails, Cause::InternalError, error.to_string())
        })?;
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
            groups,
            versions,
            scps,
            rcps,
            management: organization.management().ok().flatten() == Some(view.id()),
            circumstances: Circumstances::of(view, authorization.source()),
            tag_keys,
            source: authorization.source().clone(),
            partition: organization.partition().clone(),
            escalation,
            regions: first_regions(view),
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
        let held = self.held().filter_map(|held| self.bulk.named(held.id?));
        let levels = self.scps.most.iter().chain(&self.rcps.most);
        held.chain(levels.flat_map(|level| &level.policies)).map(|policy| &policy.document)
    }

    /// Each policy that anybody on it has or is bound by, and that a group has.
    pub(super) fn held(&self) -> impl Iterator<Item = &Held> {
        let groups = self.groups.iter().flat_map(|group| &group.held);
        let own = self.principals.iter().flat_map(|one| one.own.iter().chain(&one.boundary));
        own.chain(groups)
    }

    /// What a principal has through its groups.
    pub(super) fn through_groups(&self, principal: &Principal) -> impl Iterator<Item = &Held> {
        let groups = principal.member_of.iter().filter_map(|at| self.groups.get(*at));
        groups.flat_map(|group| &group.held)
    }

    /// A principal as it is asked about, where what was not read is taken for one or the other.
    pub(super) fn asker(&self, principal: &Principal, taken: Taken) -> Asker {
        let id = |held: &Held| held.id.unwrap_or_else(|| self.stand_ins.of(taken));
        Asker {
            caller: principal.caller.clone(),
            identity: principal.own.iter().map(id).collect(),
            groups: self.through_groups(principal).map(id).collect(),
            boundary: principal.boundary.as_ref().map(id),
            known: Vec::new(),
        }
    }
}

impl StandIns {
    pub(super) const fn of(self, taken: Taken) -> PolicyId {
        match taken {
            Taken::Best => self.best,
            Taken::Worst => self.worst,
        }
    }
}

impl Principal {
    fn new(arn: &str, caller: Caller) -> Self {
        Self {
            arn: arn.to_owned(),
            is_beyond_reach: false,
            caller,
            own: Vec::new(),
            member_of: Vec::new(),
            boundary: None,
            trust: Trust::None,
            labels: BTreeMap::new(),
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
    fn group(&mut self, entry: &'a PrincipalEntry) -> Group {
        let mut group = Group { arn: entry.arn.clone(), held: Vec::new(), gap: None };
        (group.held, group.gap) = self.own(entry);
        group
    }

    /// What hangs on a principal or group itself, and the first of it that was not read.
    fn own(&mut self, entry: &'a PrincipalEntry) -> (Vec<Held>, Option<Gap>) {
        let mut gap = None;
        let held = match self.authorization.own_policies(entry) {
            Ok(policies) => policies.iter().map(|policy| self.held(policy, &mut gap)).collect(),
            Err(found) => {
                gap = Some(found);
                vec![Held::unread()]
            }
        };
        (held, gap)
    }

    fn principal(
        &mut self,
        entry: &'a PrincipalEntry,
        (view, groups): (&AccountView<'_>, &[Group]),
    ) -> Principal {
        let mut principal = Principal::new(&entry.arn, Caller::anonymous());
        match entry.arn.parse::<Caller>() {
            Ok(caller) if caller.account() == Some(view.id().as_str()) => principal.caller = caller,
            _ => {
                let detail = format!("{:?} is no principal of the account", entry.arn);
                principal.gap = Some(Gap {
                    account: Some(view.id()),
                    ..Gap::new(Fact::AuthorizationDetails, Cause::Undecidable, detail)
                });
                principal.own.push(Held::unread());
                return principal;
            }
        }
        (principal.own, principal.gap) = self.own(entry);
        match self.authorization.memberships(entry) {
            Ok(all) => {
                let place = |group: &&PrincipalEntry| {
                    groups.binary_search_by(|one| one.arn.cmp(&group.arn)).ok()
                };
                principal.member_of = all.iter().filter_map(place).collect();
                let mut of_groups = principal.member_of.iter().filter_map(|at| groups.get(*at));
                let gap = of_groups.find_map(|group| group.gap.clone());
                principal.gap = principal.gap.take().or(gap);
            }
            Err(gap) => {
                principal.own.push(Held::unread());
                principal.gap.get_or_insert(gap);
            }
        }
        match self.authorization.boundary(entry) {
            Ok(boundary) => {
                principal.boundary = boundary.map(|policy| self.held(&policy, &mut principal.gap));
            }
            Err(gap) => {
                principal.boundary = Some(Held::unread());
                principal.gap.get_or_insert(gap);
            }
        }
        self.become_it(entry, &mut principal);
        principal
    }

    /// What its trust policy says of its sessions.
    fn become_it(&self, entry: &'a PrincipalEntry, principal: &mut Principal) {
        let tags = self.authorization.details(entry).map(|details| &details.tags);
        principal.labels = tags.clone().ok().cloned().unwrap_or_default();
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
                let name = format!("the trust policy of {}", entry.arn);
                principal.trust = Trust::Read(NamedPolicy::new(name, document.clone()));
            }
            Ok(Err(error)) => {
                let detail = format!("who may assume {} cannot be understood: {error}", entry.arn);
                let gap = Gap::new(Fact::AuthorizationDetails, Cause::Undecidable, detail);
                principal.trust = Trust::Unread(gap.clone());
                principal.doubt = Some(gap);
            }
            Err(gap) => {
                principal.trust = Trust::Unread(gap.clone());
                principal.doubt = Some(gap.clone());
            }
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
        Held { name, id, attached: matches!(policy.name, PolicyName::Managed(_)) }
    }

    /// What the customer managed policies that somebody has said or would say in another version.
    fn versions(&mut self, principals: &[Principal]) -> BTreeMap<Arc<str>, Vec<Option<PolicyId>>> {
        let mut versions = BTreeMap::new();
        let attached = principals.iter().flat_map(|one| &one.own).filter(|held| held.attached);
        for name in attached.map(|held| held.name.clone()) {
            if name.contains(":iam::aws:policy/") || versions.contains_key(&name) {
                continue;
            }
            let Ok(policy) = self.authorization.policy(&name) else { continue };
            let others = policy.versions.iter().filter(|version| !version.is_default_version);
            let others: Vec<Option<PolicyId>> = others
                .map(|version| {
                    let document = self.authorization.version(policy, version).ok()?;
                    let parsed = document.as_ref().as_ref().ok()?;
                    let name = format!("{name} in version {}", version.version_id);
                    Some(self.intern(&name.into(), parsed))
                })
                .collect();
            if !others.is_empty() {
                versions.insert(name, others);
            }
        }
        versions
    }

    fn intern(&mut self, name: &Arc<str>, document: &Arc<PolicyDocument>) -> PolicyId {
        let place = Arc::as_ptr(document).addr();
        if let Some(id) = self.known.get(&place) {
            return self.bulk.renamed(*id, name);
        }
        let id = self.bulk.add(NamedPolicy::new(name.clone(), document.clone()));
        self.known.insert(place, id);
        self.kept.push(document.clone());
        id
    }
}

/// The regions in which somebody would make something first: the global one, and where the account's trails are at home.
fn first_regions(view: &AccountView<'_>) -> Vec<String> {
    const MOST: usize = 3;
    let enabled: BTreeSet<String> = view.regions().map(ToString::to_string).collect();
    let global = view.organization.partition().global_region().to_string();
    let homes = view.trails().into_iter().flatten().map(|seen| seen.trail.home().to_string());
    let mut regions: Vec<String> = Vec::new();
    for region in [global].into_iter().chain(homes).chain(enabled.iter().cloned()) {
        if regions.len() < MOST && enabled.contains(&region) && !regions.contains(&region) {
            regions.push(region);
        }
    }
    regions
}

/// The ways to become a role.
const ASSUMING: [&str; 3] =
    ["sts:AssumeRole", "sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity"];
