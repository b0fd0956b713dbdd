//! What a principal may do after its policies were changed.

use super::facts::{Entity, Facts};
use crate::bulk::{Asker, Bulk, PolicyId};
use crate::context::Known;
use crate::document::Effect;

/// What stands before a tag's name in the condition key of a principal's tag.
pub(super) const PRINCIPAL_TAG: &str = "aws:principaltag/";

/// What was changed of a principal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) struct Rights {
    pub(super) all: bool,
    pub(super) unbounded: bool,
    pub(super) no_inline_denies: bool,
    pub(super) no_attached_denies: bool,
    pub(super) no_group_denies: bool,
    pub(super) any_tags: bool,
    pub(super) mfa: bool,
    /// A group that it was added to.
    pub(super) group: Option<usize>,
    /// Another version of a policy: the place of the policy, and of the version.
    pub(super) version: Option<(usize, usize)>,
}

impl Rights {
    /// Both changes; of two groups or versions the later.
    pub(super) fn and(self, other: Self) -> Self {
        Self {
            all: self.all || other.all,
            unbounded: self.unbounded || other.unbounded,
            no_inline_denies: self.no_inline_denies || other.no_inline_denies,
            no_attached_denies: self.no_attached_denies || other.no_attached_denies,
            no_group_denies: self.no_group_denies || other.no_group_denies,
            any_tags: self.any_tags || other.any_tags,
            mfa: self.mfa || other.mfa,
            group: other.group.or(self.group),
            version: other.version.or(self.version),
        }
    }
}

/// What policies are made of.
pub(super) struct Changes<'a> {
    pub(super) bulk: &'a Bulk,
    pub(super) facts: &'a Facts,
    /// A policy that allows everything.
    pub(super) everything: PolicyId,
    /// The tags of principals of which policies speak, as condition keys.
    pub(super) tags: &'a [String],
}

impl Changes<'_> {
    /// Whether a policy denies anything.
    pub(super) fn denies(&self, policy: PolicyId) -> bool {
        let named = self.bulk.named(policy);
        named.is_some_and(|p| p.document.statements.iter().any(|s| s.effect == Effect::Deny))
    }

    /// The principal as it is after the changes.
    pub(super) fn asker(&self, entity: &Entity, rights: Rights) -> Asker {
        let kept = |drop: bool| move |policy: &PolicyId| !(drop && self.denies(*policy));
        let mut asker = Asker::new(entity.caller.clone());
        asker.identity.extend(entity.inline.iter().copied().filter(kept(rights.no_inline_denies)));
        let attached =
            entity.attached.iter().map(|(arn, policy)| self.version(arn, *policy, rights));
        asker.identity.extend(attached.filter(kept(rights.no_attached_denies)));
        if rights.all {
            asker.identity.push(self.everything);
        }
        let groups = entity.groups.iter().filter_map(|at| self.facts.groups.get(*at));
        let groups = groups.flat_map(|group| group.policies.iter().copied());
        asker.groups.extend(groups.filter(kept(rights.no_group_denies)));
        if let Some(joined) = rights.group.and_then(|at| self.facts.groups.get(at)) {
            asker.groups.extend(&joined.policies);
        }
        asker.boundary = entity.boundary.as_ref().map(|(_, id)| *id).filter(|_| !rights.unbounded);
        let open = rights.any_tags || entity.brings_tags;
        for key in self.tags {
            let name = key.get(PRINCIPAL_TAG.len()..).unwrap_or_default();
            let tag = entity.tags.iter().find(|(tag, _)| tag.eq_ignore_ascii_case(name));
            let known = match tag {
                _ if open => Known::Unknown,
                Some((_, value)) => Known::Values(vec![value.clone()]),
                None => Known::Absent,
            };
            asker.known.push((key.clone(), known));
        }
        if rights.mfa {
            let yes = Known::Values(vec!["true".to_owned()]);
            asker.known.push(("aws:MultiFactorAuthPresent".to_owned(), yes));
        }
        asker
    }

    fn version(&self, arn: &str, policy: PolicyId, rights: Rights) -> PolicyId {
        let other = rights.version.and_then(|(at, other)| {
            let versions = self.facts.versions.get(at).filter(|versions| versions.arn == arn)?;
            versions.others.get(other).copied()
        });
        other.unwrap_or(policy)
    }
}
