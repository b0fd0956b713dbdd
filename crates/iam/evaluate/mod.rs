//! The evaluation of a request: what all layers together come to.

mod automaton;
pub(crate) mod check;
mod clues;
mod domain;
pub(crate) mod elements;
mod explain;
pub(crate) mod facts;
mod keys;
pub(crate) mod principal;
pub(crate) mod rcp;
pub(crate) mod rule;
mod solve;
mod table;
pub(crate) mod template;
pub(crate) mod truth;
mod value;

use facts::Facts;
use rule::Ruling;
use solve::{Solved, solve};
use table::Table;
use truth::Truth;

use crate::answer::{Answer, Decision, Note};
use crate::layers::Layers;
use crate::request::Request;

/// How an evaluation treats what AWS leaves to the auditor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Options {
    /// Count keys that whoever asks chooses, such as `aws:UserAgent`, like any other unknown key. Without it they never
    /// protect: what is allowed with some value of theirs is allowed, with a note.
    pub chosen_keys_restrict: bool,
}

/// Whether the request is allowed under these policies, and why.
///
/// The work is one look at each statement about the action. Where that leaves open what unknown keys decide, their
/// values are tried, at most 4,096 combinations.
#[must_use]
pub fn evaluate(request: &Request, layers: &Layers<'_>) -> Answer {
    evaluate_with(request, layers, Options::default())
}

/// [`evaluate`], told how to treat what AWS leaves to the auditor.
#[must_use]
pub fn evaluate_with(request: &Request, layers: &Layers<'_>, options: Options) -> Answer {
    let facts = Facts::of(request);
    let mut table = Table::of(layers, &facts, true);
    let rule = table.rule(request, layers);
    let solved = match settled(rule.apply(&table.rows)) {
        Some(decision) => Solved::known(decision),
        None => solve(&table, &rule, request, options),
    };
    let mut notes = std::mem::take(&mut table.notes);
    if !solved.chosen.is_empty() && solved.decision.is_possible() {
        notes.push(Note::CallerChooses(solved.chosen));
    }
    if !solved.resolved {
        notes.push(Note::NotResolved);
    }
    notes.sort_unstable();
    notes.dedup();
    let trace = explain::trace(&table, layers, &facts);
    let Solved { decision, depends_on, witness, .. } = solved;
    Answer { decision, depends_on, witness, notes, trace }
}

/// The decision of [`evaluate`] alone, for asking often: nothing is allocated for notes or a trace.
#[must_use]
pub fn decide(request: &Request, layers: &Layers<'_>) -> Decision {
    let facts = Facts::of(request);
    let table = Table::of(layers, &facts, false);
    let rule = table.rule(request, layers);
    settled(rule.apply(&table.rows))
        .unwrap_or_else(|| solve(&table, &rule, request, Options::default()).decision)
}

/// The decision that hangs on no unknown key.
fn settled(ruling: Ruling) -> Option<Decision> {
    match (ruling.denied, ruling.granted) {
        (Truth::True, _) => Some(Decision::ExplicitlyDenied),
        (Truth::False, Truth::True) => Some(Decision::Allowed),
        (Truth::False, Truth::False) => Some(Decision::ImplicitlyDenied),
        _ => None,
    }
}
