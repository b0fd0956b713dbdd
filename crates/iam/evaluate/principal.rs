//! Whether a statement of a resource's policy names the caller, and how directly.

use super::facts::Facts;
use super::keys::OWN_SESSION;
use super::truth::Truth;
use crate::arn::Arn;
use crate::caller::{Caller, CallerKind, is_account};
use crate::document::{Effect, Principal, Principals};

/// How a statement names the caller. An Allow overrides more, the more directly it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Reach {
    /// By its own name, or as everyone: nothing else need allow.
    pub(crate) direct: Truth,
    /// By the role of the session, or the user of the federated session: a boundary and a session policy still limit.
    pub(crate) through: Truth,
    /// By its account: the account's own policies must allow.
    pub(crate) account: Truth,
    /// Whether an entry names an account by a canonical id that may be the caller's.
    pub(crate) unresolved: bool,
}

impl Reach {
    pub(crate) const NOBODY: Self = Self {
        direct: Truth::False,
        through: Truth::False,
        account: Truth::False,
        unresolved: false,
    };
    pub(crate) const EVERYONE: Self = Self { direct: Truth::True, ..Self::NOBODY };

    pub(crate) fn any(self) -> Truth {
        self.direct.or(self.through).or(self.account)
    }

    fn join(self, other: Self) -> Self {
        Self {
            direct: self.direct.or(other.direct),
            through: self.through.or(other.through),
            account: self.account.or(other.account),
            unresolved: self.unresolved || other.unresolved,
        }
    }
}

/// Whom the statement names, seen from the caller. One that names nobody matches nobody.
pub(crate) fn reach(
    principals: Option<&Principals>,
    effect: Effect,
    bounded: bool,
    facts: &Facts<'_>,
) -> Reach {
    match principals {
        None => Reach::NOBODY,
        Some(Principals::Principal(entries)) => {
            entries.iter().map(|entry| entry_reach(entry, facts)).fold(Reach::NOBODY, Reach::join)
        }
        Some(Principals::NotPrincipal(entries)) => {
            let listed = entries.iter().map(|entry| entry_reach(entry, facts));
            let listed = listed.fold(Reach::NOBODY, Reach::join);
            let spared = match effect {
                Effect::Deny if bounded => Truth::False,
                _ if entries.iter().any(Principal::is_everyone) => Truth::True,
                Effect::Deny => spared(listed, facts.request.caller.kind()),
                Effect::Allow => listed.any(),
            };
            // What may be listed by an id that nobody resolved may be spared, and may not be granted to.
            let spared = if listed.unresolved { Truth::True } else { spared };
            Reach { direct: spared.not(), unresolved: listed.unresolved, ..Reach::NOBODY }
        }
    }
}

/// Whether a Deny with `NotPrincipal` passes the caller by. An account spares all of its principals; but a session that
/// is listed itself must be listed with its role and its account.
fn spared(listed: Reach, kind: CallerKind) -> Truth {
    let others = listed.through.or(listed.account);
    if !matches!(kind, CallerKind::RoleSession | CallerKind::Role) {
        return listed.any();
    }
    let by_all = listed.through.and(listed.account);
    match listed.direct {
        Truth::False => others,
        Truth::True => by_all,
        Truth::Unknown if others == by_all => others,
        Truth::Unknown => Truth::Unknown,
    }
}

fn entry_reach(entry: &Principal, facts: &Facts<'_>) -> Reach {
    let caller = &facts.request.caller;
    let of_kind = |kind: CallerKind, value: &str| {
        let fits = caller.kind() == kind && (value == "*" || value == caller.name());
        Reach { direct: fits.into(), ..Reach::NOBODY }
    };
    match entry {
        Principal::Anyone => Reach::EVERYONE,
        Principal::Aws(value) if value == "*" => Reach::EVERYONE,
        Principal::Aws(value) => aws(value, caller, facts),
        Principal::Service(value) => of_kind(CallerKind::Service, value),
        Principal::Federated(value) => of_kind(CallerKind::Provider, value),
        Principal::CanonicalUser(id) => match caller.canonical_user() {
            Some(own) => Reach { account: (own == id).into(), ..Reach::NOBODY },
            None => Reach { unresolved: caller.account().is_some(), ..Reach::NOBODY },
        },
        Principal::Unknown { .. } => Reach::NOBODY,
    }
}

/// An ARN or an account id. Wildcards inside an ARN are not wildcards, and the id of a deleted entity is nobody's.
fn aws(value: &str, caller: &Caller, facts: &Facts<'_>) -> Reach {
    if is_account(value) {
        return Reach { account: (caller.account() == Some(value)).into(), ..Reach::NOBODY };
    }
    let Some(arn) = Arn::split(value) else { return Reach::NOBODY };
    if caller.partition() != Some(arn.partition) || caller.account() != Some(arn.account) {
        return Reach::NOBODY;
    }
    if arn.service == "iam" && arn.resource == "root" {
        return Reach { account: Truth::True, ..Reach::NOBODY };
    }
    let direct = |truth: Truth| Reach { direct: truth, ..Reach::NOBODY };
    let through = |fits: bool| Reach { through: fits.into(), ..Reach::NOBODY };
    match caller.kind() {
        CallerKind::User => direct((value == caller.name()).into()),
        CallerKind::FederatedUser if arn.service == "sts" => {
            direct((value == caller.name()).into())
        }
        CallerKind::FederatedUser => through(issuer(facts).as_deref() == Some(value)),
        CallerKind::RoleSession | CallerKind::Role if arn.service == "sts" => {
            direct(session(value, arn, caller, facts))
        }
        CallerKind::RoleSession | CallerKind::Role => through(is_role(value, arn, facts)),
        _ => Reach::NOBODY,
    }
}

/// Whether this is the caller's session. A role asked about as such may have a session by that name.
fn session(value: &str, arn: Arn<'_>, caller: &Caller, facts: &Facts<'_>) -> Truth {
    if caller.kind() == CallerKind::RoleSession {
        return (value == caller.name()).into();
    }
    let mut parts = arn.resource.split('/');
    let (kind, role, name) = (parts.next(), parts.next(), parts.next());
    if kind != Some("assumed-role") || role != caller.role_name() || parts.next().is_some() {
        return Truth::False;
    }
    match facts.view(OWN_SESSION) {
        super::facts::View::Values(values) => (values.first().map(String::as_str) == name).into(),
        _ => Truth::Unknown,
    }
}

/// Whether this is the caller's role: by its whole ARN where that is known, else by name, of which an account has each
/// but once.
fn is_role(value: &str, arn: Arn<'_>, facts: &Facts<'_>) -> bool {
    let caller = &facts.request.caller;
    if let Some(own) = caller.role_arn() {
        return own == value;
    }
    if let Some(own) = said_arn(facts).filter(|own| own.contains(":role/")) {
        return own == value;
    }
    arn.kind() == "role" && arn.resource.rsplit('/').next() == caller.role_name()
}

/// The user of a federated session: as said of the caller, or in the context.
fn issuer(facts: &Facts<'_>) -> Option<String> {
    facts.request.caller.issuer().map(str::to_owned).or_else(|| said_arn(facts))
}

/// `aws:PrincipalArn` as the context gives it.
fn said_arn(facts: &Facts<'_>) -> Option<String> {
    match facts.request.context.get("aws:PrincipalArn")? {
        crate::context::Known::Values(values) => values.first().cloned(),
        _ => None,
    }
}
