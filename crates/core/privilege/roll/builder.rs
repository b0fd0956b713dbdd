//! How a roll is read: each principal with its policies, each document once.

use std::collections::BTreeMap;
use std::sync::Arc;

use trailproof_iam::bulk::{Bulk, PolicyId};
use trailproof_iam::{Caller, Effect, NamedPolicy, PolicyDocument};

use super::{Group, Held, Principal, Trust};
use crate::account::AccountView;
use crate::answer::{PrincipalEntry, PrincipalKind};
use crate::authorization::{Authorization, HeldPolicy, PolicyName};
use crate::evidence::{Cause, Gap};
use crate::fact::Fact;

/// The ways to become a role.
const ASSUMING: [&str; 3] =
    ["sts:AssumeRole", "sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity"];

/// Reads principals, and holds each document once.
pub(super) struct Builder<'b, 'a> {
    pub(super) authorization: &'b Authorization<'a>,
    pub(super) bulk: Bulk,
    /// By where the document lies in memory, which is the same for all who have one of the same text.
    pub(super) known: BTreeMap<usize, PolicyId>,
    /// Those documents: none must be let go, or its place could be another's.
    pub(super) kept: Vec<Arc<PolicyDocument>>,
}

impl<'a> Builder<'_, 'a> {
    pub(super) fn group(&mut self, entry: &'a PrincipalEntry) -> Group {
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

    pub(super) fn principal(
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
    pub(super) fn versions(
        &mut self,
        principals: &[Principal],
    ) -> BTreeMap<Arc<str>, Vec<Option<PolicyId>>> {
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
