//! The principals of one account, with what each has and what limits all of them.

mod builder;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use trailproof_iam::bulk::{Asker, Bulk, PolicyId};
use trailproof_iam::escalation::{self, Escalation};
use trailproof_iam::{Caller, NamedPolicy, PolicyDocument};

use super::circumstances::{Circumstances, TagKeys};
use super::entrances::Entries;
use super::limits::Path;
use super::unread::Taken;
use crate::account::AccountView;
use crate::answer::{PrincipalEntry, PrincipalKind};
use crate::aws::Partition;
use crate::control_policies::PolicyKind;
use crate::evidence::{Cause, Evidence, Gap, Observed};
use crate::fact::Fact;
use crate::snapshot::Source;

use builder::Builder;

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
    /// Who of other accounts can act here, where that was looked for.
    pub(super) entries: Option<Arc<Entries>>,
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
            entries: organization.entrances.of(view.id()).cloned(),
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

    /// Somebody of the account with all rights, who is not on the roll; none where the ARN is no principal's.
    pub(super) fn with_all_rights(&self, arn: &str) -> Option<Principal> {
        let mut principal = Principal::new(arn, arn.parse().ok()?);
        let name = "all rights".into();
        principal.own.push(Held { name, id: Some(self.stand_ins.best), attached: false });
        Some(principal)
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
        short(&self.arn)
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

/// What an ARN names, without the account.
pub(super) fn short(arn: &str) -> &str {
    arn.splitn(6, ':').nth(5).unwrap_or(arn)
}
