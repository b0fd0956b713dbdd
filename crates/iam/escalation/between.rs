//! What lies between a way and its target, as far as an account's facts tell.

use super::facts::{Entity, Facts};
use super::rights::{Changes, Rights};
use super::trust;
use super::ways::{Through, Way, Yields};
use crate::bulk::PolicyId;
use crate::caller::Caller;

pub(super) struct Between<'a> {
    pub(super) facts: &'a Facts,
    pub(super) changes: Changes<'a>,
    /// Whether a policy speaks of a second factor.
    pub(super) mfa: bool,
}

impl Between<'_> {
    /// Whether it would change anything.
    pub(super) fn is_useful(&self, way: &Way, entity: &Entity) -> bool {
        let of_groups = || entity.groups.iter().filter_map(|at| self.facts.groups.get(*at));
        let mut inline = entity.inline.iter();
        let mut attached = entity.attached.iter();
        match way.yields {
            Yields::NoBoundary => entity.boundary.is_some(),
            Yields::NoInlineDenies => inline.any(|policy| self.changes.denies(*policy)),
            Yields::NoAttachedDenies => attached.any(|(_, policy)| self.changes.denies(*policy)),
            Yields::NoGroupDenies => {
                of_groups().any(|g| g.policies.iter().any(|p| self.changes.denies(*p)))
            }
            Yields::AnyTags => !self.changes.tags.is_empty(),
            Yields::Mfa => self.mfa,
            _ => true,
        }
    }

    /// What lies between a way and its target: its ARN, and what else it changes.
    pub(super) fn of(&self, way: &Way, entity: &Entity) -> Vec<(String, Rights)> {
        let none = Rights::default();
        let groups = || self.facts.groups.iter().enumerate();
        let member = |at: usize| entity.groups.contains(&at);
        let Some(through) = &way.through else { return vec![(String::new(), none)] };
        let trusts = || trust::providers(entity);
        let exists = |provider: &&str| self.facts.providers.contains(*provider);
        let of = |kind: &'static str| move |provider: &&str| provider.contains(kind);
        let named = |providers: Vec<&str>| {
            providers.into_iter().map(|provider| (provider.to_owned(), none)).collect()
        };
        match through {
            Through::Group => {
                groups().filter(|(at, _)| member(*at)).map(|(_, g)| (g.arn.clone(), none)).collect()
            }
            Through::OtherGroup => groups()
                .filter(|(at, group)| !member(*at) && !group.policies.is_empty())
                .map(|(at, g)| (g.arn.clone(), Rights { group: Some(at), ..none }))
                .collect(),
            Through::DenyingGroup => {
                let denies = |id: &PolicyId| self.changes.denies(*id);
                let denying: Vec<_> = groups()
                    .filter(|(at, group)| member(*at) && group.policies.iter().any(denies))
                    .collect();
                match denying.as_slice() {
                    [(_, group)] => vec![(group.arn.clone(), none)],
                    _ => Vec::new(),
                }
            }
            Through::Policy => {
                let of_groups =
                    groups().filter(|(at, _)| member(*at)).flat_map(|(_, g)| &g.managed);
                let customers = entity.attached.iter().chain(of_groups).map(|(arn, _)| arn);
                let own = customers.filter(|arn| is_customers(arn));
                own.map(|arn| (arn.clone(), self.denies_only_by(entity, arn))).collect()
            }
            Through::Boundary => {
                let own =
                    entity.boundary.iter().map(|(arn, _)| arn).filter(|arn| is_customers(arn));
                own.map(|arn| (arn.clone(), none)).collect()
            }
            Through::PolicyVersion => {
                let versions = self.facts.versions.iter().enumerate();
                let has = |arn: &str| entity.attached.iter().any(|(attached, _)| attached == arn);
                versions
                    .filter(|(_, versions)| has(&versions.arn))
                    .flat_map(|(at, versions)| {
                        (0..versions.others.len()).map(move |other| {
                            let rights = Rights { version: Some((at, other)), ..none };
                            (versions.arn.clone(), rights)
                        })
                    })
                    .collect()
            }
            Through::SamlProvider => {
                named(trusts().filter(of(":saml-provider/")).filter(exists).collect())
            }
            Through::OidcProvider => {
                named(trusts().filter(of(":oidc-provider/")).filter(exists).collect())
            }
            Through::MissingSamlProvider => {
                named(trusts().filter(of(":saml-provider/")).filter(|p| !exists(p)).collect())
            }
            Through::MissingOidcProvider => {
                named(trusts().filter(of(":oidc-provider/")).filter(|p| !exists(p)).collect())
            }
            Through::OpenWebIdentity => {
                let open = trust::lets_anyone_in(entity);
                open.map(|provider| (provider, none)).into_iter().collect()
            }
            Through::Service(service) => {
                let trusts = trust::trusts(entity, Caller::service(service));
                trusts.then(|| (String::new(), none)).into_iter().collect()
            }
            Through::Runs(kind) => {
                let running = self.facts.running.iter();
                let as_it = running.filter(|one| &one.kind == kind && one.role == entity.arn());
                as_it.map(|one| (one.resource.clone(), none)).collect()
            }
        }
    }

    /// The denies that go where one policy is written anew: those of all attached policies, if no other one has any.
    fn denies_only_by(&self, entity: &Entity, policy: &str) -> Rights {
        let mut denying = entity.attached.iter().filter(|(_, id)| self.changes.denies(*id));
        let only = denying.clone().next().is_some() && denying.all(|(arn, _)| arn == policy);
        Rights { no_attached_denies: only, ..Rights::default() }
    }
}

/// AWS managed policies are AWS's to change.
fn is_customers(policy: &str) -> bool {
    !policy.contains(":iam::aws:policy/")
}
