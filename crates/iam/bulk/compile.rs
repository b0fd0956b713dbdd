//! A policy's statements against the list of questions, apart from who asks.

use std::sync::Arc;

use fixedbitset::FixedBitSet;

use super::layer::Said;
use crate::condition::Condition;
use crate::document::{Effect, PolicyDocument, Principal, Principals, Resources, Statement};
use crate::evaluate::check::{Outcome, outcome};
use crate::evaluate::elements::{Setting, is_everything, resource};
use crate::evaluate::facts::Facts;
use crate::evaluate::principal::{Reach, reach};
use crate::evaluate::template::{Piece, pieces};
use crate::evaluate::truth::Truth;
use crate::request::Request;

/// A policy compiled: what it says whoever asks, and what depends on that.
#[derive(Debug, Clone, Default)]
pub(super) struct Compiled {
    pub(super) statements: Vec<Stated>,
}

/// A statement that speaks of some question.
#[derive(Debug, Clone)]
pub(super) struct Stated {
    document: Arc<PolicyDocument>,
    at: usize,
    pub(super) denies: bool,
    /// To which questions its resources and impersonal conditions match.
    pub(super) said: Said,
    pub(super) gate: Gate,
    pub(super) names: Names,
    setting: Setting,
}

/// What of a statement depends on who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Gate {
    /// Nothing.
    Open,
    /// Conditions that depend on nothing else: their truth is the same for all questions.
    Conditions,
    /// A resource or a condition that depends on both; what was said is only to which questions it speaks.
    Whole,
}

/// Whom a statement names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Names {
    /// The same for every principal of the account.
    Alike(Reach),
    /// It depends on who asks.
    Each,
}

/// Whether what is known of this key depends on which principal of an account asks.
pub(super) fn is_personal(key: &str) -> bool {
    const OWN: [&str; 6] = [
        "aws:principalarn",
        "aws:principaltype",
        "aws:username",
        "aws:userid",
        "aws:tokenissuetime",
        "aws:assumedroot",
    ];
    const TAG: &str = "aws:principaltag/";
    OWN.iter().any(|own| own.eq_ignore_ascii_case(key))
        || key.get(..TAG.len()).is_some_and(|head| head.eq_ignore_ascii_case(TAG))
}

/// Whether it depends on more than tags, which only the asker's own context tells.
pub(super) fn is_of_arn(key: &str) -> bool {
    is_personal(key) && !key.contains('/')
}

/// What a policy is compiled against.
pub(super) struct Against<'a> {
    /// The questions as requests of somebody in the account.
    pub(super) requests: &'a [Request],
    /// By statement, to which questions its actions belong.
    pub(super) candidates: &'a dyn Fn(usize) -> FixedBitSet,
    pub(super) setting: Setting,
}

impl Compiled {
    pub(super) fn of(document: &Arc<PolicyDocument>, against: &Against<'_>) -> Self {
        let stated = |(at, statement)| Stated::of(document, (at, statement), against);
        Self { statements: document.statements.iter().enumerate().filter_map(stated).collect() }
    }
}

impl Stated {
    fn of(
        document: &Arc<PolicyDocument>,
        (at, statement): (usize, &Statement),
        against: &Against<'_>,
    ) -> Option<Self> {
        let variables = document.version.has_variables();
        let setting = against.setting;
        let by_resource = setting != Setting::Identity;
        if !statement.unknown.is_empty() || (statement.principal.is_some() && !by_resource) {
            return None;
        }
        let candidates = (against.candidates)(at);
        let first = Facts::of(against.requests.get(candidates.minimum()?)?);
        resource(statement, variables, setting, &first)?;
        let evaluable = |c: &Condition| outcome(c, variables, &first) != Outcome::Unevaluable;
        if !statement.conditions.iter().all(evaluable) {
            return None;
        }
        let gate = gate(statement, variables);
        let mut stated = Self {
            document: document.clone(),
            at,
            denies: statement.effect == Effect::Deny,
            said: Said { sure: candidates.clone(), maybe: candidates.clone() },
            gate,
            // A resource control policy that names nobody is for everyone.
            names: match (setting, &statement.principal) {
                (Setting::Identity, _) | (Setting::ResourceControl, None) => {
                    Names::Alike(Reach::EVERYONE)
                }
                _ => names(statement, &first),
            },
            setting,
        };
        if stated.gate != Gate::Whole && !stated.takes_everything(statement) {
            let mut said = Said::nothing(against.requests.len());
            for at in candidates.ones() {
                let Some(request) = against.requests.get(at) else { continue };
                said.set(
                    at,
                    stated.truth(&Facts::of(request), |c| !is_personal_only(c, variables)),
                );
            }
            stated.said = said;
        }
        Some(stated)
    }

    fn takes_everything(&self, statement: &Statement) -> bool {
        let variables = self.document.version.has_variables();
        let all = match &statement.resources {
            Some(Resources::Resource(entries)) => entries.iter().any(|entry| is_everything(entry)),
            Some(Resources::NotResource(_)) => false,
            None => self.setting == Setting::Resource,
        };
        all && statement.conditions.iter().all(|c| is_personal_only(c, variables))
    }

    fn statement(&self) -> Option<&Statement> {
        self.document.statements.get(self.at)
    }

    /// Whether the resource and the chosen conditions match.
    fn truth(&self, facts: &Facts<'_>, chosen: impl Fn(&Condition) -> bool) -> Truth {
        let variables = self.document.version.has_variables();
        let Some(statement) = self.statement() else { return Truth::False };
        let on = resource(statement, variables, self.setting, facts);
        let on = on.map_or(Truth::False, |matched| matched.truth);
        if on == Truth::False {
            return on;
        }
        let conditions = statement.conditions.iter().filter(|condition| chosen(condition));
        on.and(Truth::all(conditions.map(|condition| holds(condition, variables, facts))))
    }

    /// Whether the whole statement matches, whoever it names.
    pub(super) fn whole(&self, facts: &Facts<'_>) -> Truth {
        self.truth(facts, |_| true)
    }

    /// Whether its personal conditions hold.
    pub(super) fn personal(&self, facts: &Facts<'_>) -> Truth {
        let variables = self.document.version.has_variables();
        let conditions = self.statement().map_or(&[][..], |statement| &statement.conditions);
        let personal = conditions.iter().filter(|c| is_personal_only(c, variables));
        Truth::all(personal.map(|condition| holds(condition, variables, facts)))
    }

    /// Whether it depends on more of who asks than tags.
    pub(super) fn is_of_arn(&self) -> bool {
        let variables = self.document.version.has_variables();
        self.statement().is_some_and(|s| keys_of(s, variables).iter().any(|key| is_of_arn(key)))
    }

    /// A number that no other statement has as long as this one is kept.
    pub(super) fn identity(&self) -> u64 {
        self.statement().map_or(0, |statement| std::ptr::from_ref(statement).addr() as u64)
    }

    /// Which of its conditions are open, as a set of bits; `None` where more than conditions on plain values is open.
    pub(super) fn open_conditions(&self, facts: &Facts<'_>) -> Option<u64> {
        let variables = self.document.version.has_variables();
        let statement = self.statement()?;
        let on = resource(statement, variables, self.setting, facts)?;
        if on.truth == Truth::Unknown || statement.conditions.len() > 63 {
            return None;
        }
        let mut open = 0;
        for (at, condition) in statement.conditions.iter().enumerate() {
            if holds(condition, variables, facts) == Truth::Unknown {
                let plain = keys_of_condition(condition, variables).len() == 1;
                open |= plain.then_some(1 << at)?;
            }
        }
        Some(open)
    }

    /// Whom it names, seen from this caller.
    pub(super) fn reach(&self, bounded: bool, facts: &Facts<'_>) -> Reach {
        let statement = self.statement();
        statement.map_or(Reach::NOBODY, |s| reach(s.principal.as_ref(), s.effect, bounded, facts))
    }
}

fn holds(condition: &Condition, variables: bool, facts: &Facts<'_>) -> Truth {
    match outcome(condition, variables, facts) {
        Outcome::Truth(truth) => truth,
        Outcome::Unevaluable => Truth::False,
    }
}

/// The keys that are variables in a text.
fn variables_of(text: &str) -> impl Iterator<Item = &str> {
    pieces(text).into_iter().filter_map(|piece| match piece {
        Piece::Variable { key, .. } => Some(key),
        _ => None,
    })
}

fn keys_of_condition(condition: &Condition, variables: bool) -> Vec<&str> {
    let values = condition.values.iter().filter(|_| variables);
    let inside = values.flat_map(|value| variables_of(value));
    std::iter::once(condition.key.as_str()).chain(inside).collect()
}

/// The keys on which a statement depends, those in variables too.
pub(crate) fn keys_of(statement: &Statement, variables: bool) -> Vec<&str> {
    let entries = statement.resources.as_ref().map_or(&[][..], Resources::entries);
    let entries = entries.iter().filter(|_| variables).flat_map(|entry| variables_of(entry));
    let conditions = statement.conditions.iter();
    entries.chain(conditions.flat_map(|c| keys_of_condition(c, variables))).collect()
}

fn is_personal_only(condition: &Condition, variables: bool) -> bool {
    keys_of_condition(condition, variables).into_iter().all(is_personal)
}

fn gate(statement: &Statement, variables: bool) -> Gate {
    let entries = statement.resources.as_ref().map_or(&[][..], Resources::entries);
    let by_resource = variables && entries.iter().any(|e| variables_of(e).any(is_personal));
    let mixed = statement.conditions.iter().any(|condition| {
        let keys = keys_of_condition(condition, variables);
        keys.iter().any(|key| is_personal(key)) && !keys.iter().all(|key| is_personal(key))
    });
    if by_resource || mixed {
        return Gate::Whole;
    }
    let personal = statement.conditions.iter().any(|c| is_personal_only(c, variables));
    if personal { Gate::Conditions } else { Gate::Open }
}

/// An entry that names everyone, an account, a service or a provider looks the same to every user and role of an account.
fn names(statement: &Statement, facts: &Facts<'_>) -> Names {
    let alike = |entry: &Principal| match entry {
        Principal::Aws(value) => {
            let root = value.ends_with(":root") && value.split(':').count() == 6;
            value == "*" || root || crate::caller::is_account(value) || !value.starts_with("arn:")
        }
        Principal::CanonicalUser(_) => false,
        _ => true,
    };
    match &statement.principal {
        Some(Principals::NotPrincipal(_)) => Names::Each,
        Some(Principals::Principal(entries)) if !entries.iter().all(alike) => Names::Each,
        principals => Names::Alike(reach(principals.as_ref(), statement.effect, false, facts)),
    }
}
