//! Whom a role's trust policy lets in.

use super::facts::Entity;
use crate::answer::Decision;
use crate::caller::Caller;
use crate::context::Context;
use crate::document::{Effect, Principal, Principals, Statement};
use crate::evaluate::decide;
use crate::layers::Layers;
use crate::request::Request;

fn allows(entity: &Entity) -> impl Iterator<Item = &Statement> {
    let statements = entity.trust.iter().flat_map(|trust| &trust.document.statements);
    statements.filter(|statement| statement.effect == Effect::Allow)
}

/// The identity providers that a role trusts, by ARN or host. One that AWS manages is left out: nobody else changes it.
pub(super) fn providers(entity: &Entity) -> impl Iterator<Item = &str> {
    allows(entity)
        .filter_map(|statement| match &statement.principal {
            Some(Principals::Principal(entries)) => Some(entries),
            _ => None,
        })
        .flatten()
        .filter_map(|entry| match entry {
            Principal::Federated(provider) if !provider.contains(":saml-provider/AWSSSO_") => {
                Some(provider.as_str())
            }
            _ => None,
        })
}

fn entering(entity: &Entity, caller: Caller, action: &str) -> Option<Decision> {
    let trust = entity.trust.as_ref()?;
    let mut request = Request::new(caller, action, entity.arn());
    request.context = Context::discovery();
    let resource = Some(std::slice::from_ref(trust));
    Some(decide(&request, &Layers { resource, ..Layers::default() }))
}

/// Whether a role can be assumed by this caller, as far as its trust policy goes.
pub(super) fn trusts(entity: &Entity, caller: Caller) -> bool {
    entering(entity, caller, "sts:AssumeRole").is_some_and(Decision::is_possible)
}

/// The provider, if there is one, all of whose users a role lets in: no condition says which.
pub(super) fn lets_anyone_in(entity: &Entity) -> Option<String> {
    let mut providers = providers(entity).filter(|provider| !provider.contains(":saml-provider/"));
    let open = providers.find(|provider| {
        let caller = Caller::provider(provider);
        entering(entity, caller, "sts:AssumeRoleWithWebIdentity") == Some(Decision::Allowed)
    });
    open.map(str::to_owned)
}

/// The other accounts whose principals a role's trust policy names, by id; `None` stands for everyone.
pub(super) fn strangers(entity: &Entity) -> Vec<Option<String>> {
    let mut strangers = Vec::new();
    for statement in allows(entity) {
        match &statement.principal {
            None => {}
            Some(Principals::NotPrincipal(_)) => strangers.push(None),
            Some(Principals::Principal(entries)) => {
                for entry in entries {
                    match entry {
                        entry if entry.is_everyone() => strangers.push(None),
                        Principal::Aws(value) => {
                            let account = value.split(':').nth(4).unwrap_or(value);
                            let is_account = crate::caller::is_account(account);
                            if is_account && entity.caller.account() != Some(account) {
                                strangers.push(Some(account.to_owned()));
                            }
                        }
                        _ => {}
                    }
                }
            }
        }
    }
    strangers.sort();
    strangers.dedup();
    strangers
}
