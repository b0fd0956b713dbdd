//! The statements that bear on a request, each with whether it matches: all that a decision needs.

use super::check::{Outcome, outcome};
use super::elements::{Setting, resource};
use super::facts::Facts;
use super::principal::{Reach, reach};
use super::rcp;
use super::truth::Truth;
use crate::answer::{Note, StatementRef};
use crate::caller::CallerKind;
use crate::document::{Effect, Principals, Statement};
use crate::layers::{Layers, NamedPolicy};

/// Where a statement stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Slot {
    Identity,
    Boundary,
    Session,
    /// The level, counted from the root.
    Scp(usize),
    Resource,
    Rcp(usize),
}

/// A statement that matches or may match.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row<'a> {
    pub(crate) slot: Slot,
    pub(crate) policy: &'a NamedPolicy,
    pub(crate) statement: &'a Statement,
    /// Whether resource and conditions match.
    pub(crate) truth: Truth,
    /// Whether it names the caller; everyone where it names nobody by design.
    pub(crate) reach: Reach,
}

impl Row<'_> {
    pub(crate) fn denies(&self) -> bool {
        self.statement.effect == Effect::Deny
    }

    pub(crate) fn variables(&self) -> bool {
        self.policy.document.version.has_variables()
    }

    /// Whether the whole statement matches.
    pub(crate) fn matches(&self) -> Truth {
        self.truth.and(self.reach.any())
    }

    /// The same statement with what else is assumed.
    pub(crate) fn again(&self, bounded: bool, facts: &Facts<'_>) -> Self {
        let truth = match self.truth {
            Truth::Unknown => truth(self.statement, self.variables(), self.slot, facts),
            known => known,
        };
        let reach = match (self.reach.any(), self.slot) {
            (_, Slot::Resource | Slot::Rcp(_)) if self.reach.direct == Truth::Unknown => {
                reach(self.statement.principal.as_ref(), self.statement.effect, bounded, facts)
            }
            _ => self.reach,
        };
        Self { truth, reach, ..*self }
    }

    pub(crate) fn cite(&self) -> StatementRef {
        cite(self.policy, self.statement)
    }
}

pub(crate) fn cite(policy: &NamedPolicy, statement: &Statement) -> StatementRef {
    StatementRef {
        policy: policy.name.clone(),
        index: statement.index,
        sid: statement.sid.clone(),
        denies: statement.effect == Effect::Deny,
    }
}

/// Whether resource and conditions match, of a statement that was found evaluable.
fn truth(statement: &Statement, variables: bool, slot: Slot, facts: &Facts<'_>) -> Truth {
    let on = resource(statement, variables, setting(slot), facts);
    let on = on.map_or(Truth::False, |matched| matched.truth);
    let conditions =
        statement.conditions.iter().map(|condition| match outcome(condition, variables, facts) {
            Outcome::Truth(truth) => truth,
            Outcome::Unevaluable => Truth::False,
        });
    if on == Truth::False { on } else { on.and(Truth::all(conditions)) }
}

pub(crate) const fn setting(slot: Slot) -> Setting {
    match slot {
        Slot::Resource => Setting::Resource,
        Slot::Rcp(_) => Setting::ResourceControl,
        _ => Setting::Identity,
    }
}

/// Which layers bear on a request at all, which kind of caller and whose account decide.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bearing {
    pub(crate) identity: bool,
    pub(crate) boundary: bool,
    pub(crate) session: bool,
    pub(crate) scps: bool,
    pub(crate) rcps: bool,
}

impl Bearing {
    pub(crate) fn of(facts: &Facts<'_>, layers: &Layers<'_>) -> Self {
        let request = facts.request;
        let kind = request.caller.kind();
        let outside =
            matches!(kind, CallerKind::Service | CallerKind::Provider | CallerKind::Anonymous);
        let root = request.caller.is_root();
        let linked = is_service_linked(facts);
        Self {
            identity: !outside && !root,
            boundary: !outside && !root && layers.boundary.is_some(),
            session: !outside && kind != CallerKind::Root && layers.session.is_some(),
            scps: !outside
                && !linked
                && !layers.caller_in_management_account
                && !layers.scps.is_empty(),
            rcps: !linked
                && !layers.resource_in_management_account
                && !layers.aws_managed_key
                && !layers.rcps.is_empty()
                && rcp::binds(request.service()),
        }
    }
}

/// A session's own ARN lacks the path that makes its role a service-linked one. The context may know it; where neither
/// does, the name tells, which is safe: at worst a session is taken for freer than it is.
fn is_service_linked(facts: &Facts<'_>) -> bool {
    use crate::context::Known;
    let caller = &facts.request.caller;
    if caller.role_arn().is_some() || caller.kind() != CallerKind::RoleSession {
        return caller.is_service_linked();
    }
    match facts.request.context.get("aws:PrincipalArn") {
        Some(Known::Values(values)) => {
            values.iter().any(|arn| arn.contains(":role/aws-service-role/"))
        }
        _ => caller.role_name().is_some_and(|name| name.starts_with("AWSServiceRoleFor")),
    }
}

/// Every statement that matches or may match.
#[derive(Debug, Clone)]
pub(crate) struct Table<'a> {
    pub(crate) rows: Vec<Row<'a>>,
    pub(crate) bearing: Bearing,
    /// Whether the caller has a boundary, which `NotPrincipal` looks at.
    pub(crate) bounded: bool,
    /// What was found beside; empty unless asked for.
    pub(crate) notes: Vec<Note>,
}

impl<'a> Table<'a> {
    /// Looks at every statement once. Notes cost allocations, so that they are taken on request only.
    pub(crate) fn of(layers: &Layers<'a>, facts: &Facts<'_>, noting: bool) -> Self {
        let bearing = Bearing::of(facts, layers);
        let mut table =
            Self { rows: Vec::new(), bearing, bounded: bearing.boundary, notes: Vec::new() };
        let mut take = |slot: Slot, policies: &'a [NamedPolicy]| {
            for policy in policies {
                table.policy(slot, policy, facts, noting);
            }
        };
        if bearing.identity {
            take(Slot::Identity, layers.identity);
            take(Slot::Identity, layers.groups);
        }
        if let Some(boundary) = layers.boundary.filter(|_| bearing.boundary) {
            take(Slot::Boundary, std::slice::from_ref(boundary));
        }
        if let Some(session) = layers.session.filter(|_| bearing.session) {
            take(Slot::Session, session);
        }
        if bearing.scps {
            for (level, scp) in layers.scps.iter().enumerate() {
                take(Slot::Scp(level), &scp.policies);
            }
        }
        take(Slot::Resource, layers.resource.unwrap_or_default());
        if bearing.rcps {
            for (level, rcp) in layers.rcps.iter().enumerate() {
                take(Slot::Rcp(level), &rcp.policies);
            }
        }
        table
    }

    fn policy(&mut self, slot: Slot, policy: &'a NamedPolicy, facts: &Facts<'_>, noting: bool) {
        for statement in &policy.document.statements {
            if !statement.actions.matches(&facts.request.action) {
                continue;
            }
            let at = Place { slot, policy, statement };
            match self.row(at, facts, noting) {
                Some(row) if row.matches() != Truth::False => self.rows.push(row),
                Some(_) => {}
                None if noting => self.notes.push(Note::Unevaluable(cite(policy, statement))),
                None => {}
            }
        }
    }

    /// What comes of one statement about the action; `None` where it cannot be evaluated, or need not be.
    fn row(&mut self, at: Place<'a>, facts: &Facts<'_>, noting: bool) -> Option<Row<'a>> {
        let Place { slot, policy, statement } = at;
        let variables = policy.document.version.has_variables();
        let named = statement.principal.is_some();
        let by_resource = matches!(slot, Slot::Resource | Slot::Rcp(_));
        if !statement.unknown.is_empty() || (named && !by_resource) {
            return None;
        }
        let matched = resource(statement, variables, setting(slot), facts)?;
        let mut truth = matched.truth;
        if truth == Truth::False && !noting {
            return None;
        }
        for condition in &statement.conditions {
            // An unevaluable one makes the statement so, whatever the others say.
            match outcome(condition, variables, facts) {
                Outcome::Truth(holds) => truth = truth.and(holds),
                Outcome::Unevaluable => return None,
            }
        }
        // An RCP is for everyone; the element that says so is the only one that AWS takes there.
        let everyone = !by_resource || (!named && matches!(slot, Slot::Rcp(_)));
        let reach = if !everyone {
            reach(statement.principal.as_ref(), statement.effect, self.bounded, facts)
        } else {
            Reach::EVERYONE
        };
        let row = Row { slot, policy, statement, truth, reach };
        if noting {
            self.note(&row, matched.disputed, facts);
        }
        Some(row)
    }

    fn note(&mut self, row: &Row<'_>, disputed: bool, facts: &Facts<'_>) {
        let mut add = |note: fn(StatementRef) -> Note| self.notes.push(note(row.cite()));
        if disputed {
            add(Note::TwoReadings);
        }
        if row.reach.unresolved {
            add(Note::UnknownCanonicalUser);
        }
        if row.truth == Truth::False {
            return;
        }
        let excluding = matches!(row.statement.principal, Some(Principals::NotPrincipal(_)));
        if excluding && !row.denies() && row.slot == Slot::Resource {
            add(Note::AllowNotPrincipal);
        }
        let several = |key: &str| matches!(facts.view(key), super::facts::View::Values(values) if values.len() > 1);
        let unquantified = row.statement.conditions.iter().any(|condition| {
            let plain = condition.qualifier.is_none();
            plain && condition.operator != crate::Operator::Null && several(&condition.key)
        });
        if unquantified {
            add(Note::Unquantified);
        }
    }
}

/// A statement in its place.
#[derive(Clone, Copy)]
struct Place<'a> {
    slot: Slot,
    policy: &'a NamedPolicy,
    statement: &'a Statement,
}
