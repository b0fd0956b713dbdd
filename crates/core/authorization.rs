//! What one account's IAM evidence says of its principals: which policies each has, and through whom.
//!
//! It resolves names and parses documents; it decides nothing. What an old snapshot does not tell is a gap: a principal
//! whose inline policies were never read has none of which anybody knows, which is not the same as none.

use std::collections::BTreeMap;
use std::sync::Arc;

use trailproof_iam::PolicyDocument;

use crate::account::AccountView;
use crate::answer::{
    AuthorizationDetails, ManagedPolicyEntry, PolicyVersion, PrincipalDetails, PrincipalEntry,
    PrincipalKind,
};
use crate::evidence::{Cause, Gap, Observed};
use crate::fact::Fact;
use crate::pool::{ParsedPolicy, PolicyPool};
use crate::snapshot::{Probe, Source};

/// The principals and policies of one account.
#[derive(Debug, Clone)]
pub struct Authorization<'a> {
    details: &'a AuthorizationDetails,
    pool: &'a PolicyPool,
    source: Source,
    policies: BTreeMap<&'a str, &'a ManagedPolicyEntry>,
    groups: BTreeMap<&'a str, &'a PrincipalEntry>,
}

/// Where a policy hangs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PolicyName<'a> {
    /// Part of its holder, by name.
    Inline(&'a str),
    /// A managed policy, by ARN.
    Managed(&'a str),
}

/// A policy that a principal has, by itself or through a group.
#[derive(Debug, Clone)]
pub struct HeldPolicy<'a> {
    /// The principal itself, or the group by which it has the policy.
    pub holder: &'a PrincipalEntry,
    /// Which policy it is.
    pub name: PolicyName<'a>,
    /// Its document in force, shared by all who have one of the same text.
    pub document: Observed<Arc<ParsedPolicy>>,
}

impl HeldPolicy<'_> {
    /// The document, where it can be understood.
    ///
    /// # Errors
    /// As [`Self::document`]; `undecidable` where the text cannot be read in one sense only.
    pub fn parsed(&self) -> Observed<&Arc<PolicyDocument>> {
        let parsed = self.document.as_ref().map_err(Clone::clone)?;
        parsed.as_ref().as_ref().map_err(|error| {
            let (PolicyName::Inline(name) | PolicyName::Managed(name)) = self.name;
            let holder = &self.holder.arn;
            let detail = format!("the policy {name} of {holder} cannot be understood: {error}");
            Gap::new(Fact::AuthorizationDetails, Cause::Undecidable, detail)
        })
    }
}

impl PrincipalEntry {
    /// The path and the name: `/service-role/` and `writer` of `arn:aws:iam::111122223333:role/service-role/writer`.
    #[must_use]
    pub fn path_and_name(&self) -> (&str, &str) {
        let resource = self.arn.splitn(6, ':').nth(5).unwrap_or_default();
        let after_kind = resource.find('/').unwrap_or(resource.len());
        let rest = resource.get(after_kind..).unwrap_or_default();
        let name = rest.rfind('/').map_or(0, |slash| slash + 1);
        (rest.get(..name).unwrap_or_default(), rest.get(name..).unwrap_or_default())
    }

    /// Whether it is a role that a service made for itself and that nobody can change.
    #[must_use]
    pub fn is_service_linked(&self) -> bool {
        let path = self.path_and_name().0;
        self.kind == PrincipalKind::Role && path.starts_with("/aws-service-role/")
    }

    /// Whether it is a role that IAM Identity Center keeps for one of its permission sets.
    #[must_use]
    pub fn is_of_permission_set(&self) -> bool {
        let path = self.path_and_name().0;
        self.kind == PrincipalKind::Role && path.starts_with("/aws-reserved/sso.amazonaws.com/")
    }
}

impl<'a> AccountView<'a> {
    /// The account's principals and policies.
    ///
    /// # Errors
    /// The gap of `GetAccountAuthorizationDetails`.
    pub fn authorization(&self) -> Observed<Authorization<'a>> {
        let probe = Probe::global(Fact::AuthorizationDetails);
        let (details, source) = self.document.read::<AuthorizationDetails>(&probe)?;
        let groups = details.principals.iter().filter(|entry| entry.kind == PrincipalKind::Group);
        Ok(Authorization {
            details,
            pool: &self.organization.pool,
            source,
            policies: details
                .policies
                .iter()
                .flatten()
                .map(|policy| (policy.arn.as_str(), policy))
                .collect(),
            groups: groups.map(|group| (group.path_and_name().1, group)).collect(),
        })
    }
}

impl<'a> Authorization<'a> {
    /// Users, groups and roles.
    #[must_use]
    pub fn principals(&self) -> &'a [PrincipalEntry] {
        &self.details.principals
    }

    /// Where all of it was read.
    #[must_use]
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// What IAM tells of a principal beside what is attached to it.
    ///
    /// # Errors
    /// `not_attempted` where the snapshot is from before it was kept.
    pub fn details(&self, principal: &'a PrincipalEntry) -> Observed<&'a PrincipalDetails> {
        principal.details.as_ref().ok_or_else(|| {
            self.not_kept(&format!("more of {} than what is attached to it", principal.arn))
        })
    }

    /// The managed policies: each of the account's own, attached or not, and those of AWS that are in use.
    ///
    /// # Errors
    /// `not_attempted` where the snapshot is from before they were kept.
    pub fn policies(&self) -> Observed<&'a [ManagedPolicyEntry]> {
        let policies = self.details.policies.as_deref();
        policies.ok_or_else(|| self.not_kept("managed policies"))
    }

    /// The managed policy of that ARN.
    ///
    /// # Errors
    /// As [`Self::policies`]; `service_error` where IAM names it and does not tell of it.
    pub fn policy(&self, arn: &str) -> Observed<&'a ManagedPolicyEntry> {
        self.policies()?;
        self.policies.get(arn).copied().ok_or_else(|| self.left_out(&format!("the policy {arn}")))
    }

    /// The document of one version of a managed policy.
    ///
    /// # Errors
    /// `service_error` where IAM left it out.
    pub fn version(
        &self,
        policy: &ManagedPolicyEntry,
        version: &PolicyVersion,
    ) -> Observed<Arc<ParsedPolicy>> {
        let what = || format!("the document of {} {}", policy.arn, version.version_id);
        self.document(version.document, what)
    }

    /// The policies that grant a principal what it may do: its own, and a user's through its groups. In the order in
    /// which IAM tells of them.
    ///
    /// # Errors
    /// Where it is not known which those are. One whose document alone is missing is among them, with that gap.
    pub fn identity_policies(
        &self,
        principal: &'a PrincipalEntry,
    ) -> Observed<Vec<HeldPolicy<'a>>> {
        let mut held = self.own_policies(principal)?;
        for group in self.memberships(principal)? {
            held.extend(self.own_policies(group)?);
        }
        Ok(held)
    }

    /// The groups that a user is in.
    ///
    /// # Errors
    /// Where it is not known which those are.
    pub fn memberships(&self, principal: &'a PrincipalEntry) -> Observed<Vec<&'a PrincipalEntry>> {
        let names = self.details(principal)?.groups.iter();
        let group = |name: &String| {
            let group = self.groups.get(name.as_str()).copied();
            group.ok_or_else(|| self.left_out(&format!("the group {name}")))
        };
        names.map(group).collect()
    }

    /// The policies that hang on a principal or a group itself, in the order in which IAM tells of them.
    ///
    /// # Errors
    /// As [`Self::identity_policies`].
    pub fn own_policies(&self, holder: &'a PrincipalEntry) -> Observed<Vec<HeldPolicy<'a>>> {
        let inline = self.details(holder)?.inline_policies.iter().map(|policy| {
            let name = policy.policy_name.as_str();
            let what = || format!("the document of the policy {name} of {}", holder.arn);
            let document = self.document(policy.document, what);
            HeldPolicy { holder, name: PolicyName::Inline(name), document }
        });
        let attached = holder.attached_managed_policies.iter();
        Ok(inline.chain(attached.map(|arn| self.managed(holder, arn))).collect())
    }

    /// The policy that bounds a principal; none inside where it has no boundary.
    ///
    /// # Errors
    /// `not_attempted` where the snapshot is from before boundaries were kept.
    pub fn boundary(&self, principal: &'a PrincipalEntry) -> Observed<Option<HeldPolicy<'a>>> {
        let arn = self.details(principal)?.permissions_boundary.as_deref();
        Ok(arn.map(|arn| self.managed(principal, arn)))
    }

    /// Who may assume a role.
    ///
    /// # Errors
    /// `not_attempted` where the snapshot is from before it was kept; `service_error` where IAM left it out.
    pub fn trust(&self, role: &'a PrincipalEntry) -> Observed<Arc<ParsedPolicy>> {
        let what = || format!("who may assume {}", role.arn);
        self.document(self.details(role)?.assume_role_policy, what)
    }

    fn managed(&self, holder: &'a PrincipalEntry, arn: &'a str) -> HeldPolicy<'a> {
        let document = self.policy(arn).and_then(|policy| {
            let in_force = policy.versions.iter().find(|version| version.is_default_version);
            let in_force = in_force
                .ok_or_else(|| self.left_out(&format!("the version of {arn} that is in force")))?;
            self.version(policy, in_force)
        });
        HeldPolicy { holder, name: PolicyName::Managed(arn), document }
    }

    fn document(
        &self,
        place: Option<usize>,
        what: impl FnOnce() -> String,
    ) -> Observed<Arc<ParsedPolicy>> {
        let text = place.and_then(|place| self.details.documents.get(place));
        text.map(|text| self.pool.policy(text)).ok_or_else(|| self.left_out(&what()))
    }

    fn not_kept(&self, what: &str) -> Gap {
        let detail = format!("the snapshot is of a version that did not keep {what}");
        self.gap(Cause::NotAttempted, detail)
    }

    fn left_out(&self, what: &str) -> Gap {
        self.gap(Cause::ServiceError, format!("the answer leaves out {what}"))
    }

    fn gap(&self, cause: Cause, detail: String) -> Gap {
        Gap {
            account: Some(self.source.account),
            ..Gap::new(Fact::AuthorizationDetails, cause, detail)
        }
    }
}

#[cfg(test)]
mod tests;
