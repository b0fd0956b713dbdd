//! EventBridge event patterns.

mod leaf;
mod parse;
mod print;

use std::sync::Arc;

use serde_json::Value;

pub use leaf::{Block, Leaf, Scalar};

use crate::event::Event;
use crate::formula::{Atom, Formula};
use crate::reading::Reading;
use crate::selector::{Selector, Step};
use crate::test::Test;

pub use crate::error::EventPatternError;

/// An event pattern: all its clauses have to hold.
///
/// It is printed as compact JSON in one spelling, from which the same pattern is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventPattern {
    /// The clauses, in the order in which they were written.
    pub clauses: Vec<Clause>,
}

/// A part of an event pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Clause {
    /// The field's value passes any of the tests. Where the event has an array there, one of its elements does.
    Field(String, Vec<Leaf>),
    /// The clauses hold below the field. Where the event has an array of objects there, they hold in one of them.
    Nested(String, Vec<Clause>),
    /// `$or`: one of the groups holds.
    Either(Vec<Vec<Clause>>),
}

impl EventPattern {
    /// Reads a pattern.
    ///
    /// # Errors
    ///
    /// Where the text is not JSON, or outside the language as far as it is documented. EventBridge has accepted every
    /// pattern that it stores, so that an error on a stored one means "cannot tell", never "matches nothing".
    pub fn parse(text: &str) -> Result<Self, EventPatternError> {
        let value = serde_json::from_str(text)
            .map_err(|error| EventPatternError::Json(error.to_string()))?;
        Self::from_value(&value)
    }

    /// Reads a pattern that is parsed JSON already.
    ///
    /// # Errors
    ///
    /// As [`Self::parse`].
    pub fn from_value(value: &Value) -> Result<Self, EventPatternError> {
        Ok(Self { clauses: parse::clauses(value, &mut parse::Place::default())? })
    }

    /// Whether an event matches for sure, in every reading of the documentation.
    #[must_use]
    pub fn matches(&self, event: &Value) -> bool {
        event.is_object() && hold(&self.clauses, Some(event))
    }

    pub(crate) fn formula(&self, reading: Reading) -> Formula {
        Formula::All(vec![Formula::Record, conjunction(&self.clauses, &[], reading)])
    }
}

fn hold(clauses: &[Clause], value: Option<&Value>) -> bool {
    clauses.iter().all(|clause| match clause {
        Clause::Field(name, tests) => {
            let steps = [Step::Key(name.clone())];
            let leaves = value.map(|value| leaves(value, &steps)).unwrap_or_default();
            tests.iter().any(|test| match test {
                Leaf::Exists(false) => leaves.is_empty(),
                test => leaves.iter().any(|leaf| test.holds(leaf, Reading::Narrow)),
            })
        }
        Clause::Nested(name, inner) => {
            let mut below = Vec::new();
            objects(value.and_then(|value| value.get(name)), &mut below);
            match below.is_empty() {
                true => hold(inner, None),
                false => below.into_iter().any(|object| hold(inner, Some(object))),
            }
        }
        Clause::Either(groups) => groups.iter().any(|group| hold(group, value)),
    })
}

fn objects<'v>(value: Option<&'v Value>, found: &mut Vec<&'v Value>) {
    match value {
        Some(object @ Value::Object(_)) => found.push(object),
        Some(Value::Array(items)) => items.iter().for_each(|item| objects(Some(item), found)),
        _ => {}
    }
}

fn conjunction(clauses: &[Clause], above: &[Step], reading: Reading) -> Formula {
    let below = |name: &String| {
        let mut steps = above.to_vec();
        steps.push(Step::Key(name.clone()));
        steps
    };
    let part = |clause: &Clause| match clause {
        Clause::Field(name, tests) => {
            let steps = below(name);
            Formula::Any(tests.iter().map(|test| atom(&steps, test, reading)).collect())
        }
        Clause::Nested(name, inner) => conjunction(inner, &below(name), reading),
        Clause::Either(groups) => {
            Formula::Any(groups.iter().map(|group| conjunction(group, above, reading)).collect())
        }
    };
    Formula::All(clauses.iter().map(part).collect())
}

fn atom(steps: &[Step], test: &Leaf, reading: Reading) -> Formula {
    let some = |leaf: Leaf| {
        let selector = Selector { steps: steps.to_vec() };
        let test = Arc::new(Test::Leaf(leaf));
        Formula::Atom(Atom { selector, flattened: true, test, reading })
    };
    match test {
        Leaf::Exists(false) => Formula::not(some(Leaf::Exists(true))),
        test => some(test.clone()),
    }
}

/// What EventBridge takes for the values at a place: arrays are gone through wherever they stand, and an object is no
/// value.
pub(crate) fn leaves<'v>(value: &'v Value, steps: &[Step]) -> Vec<&'v Value> {
    match (value, steps) {
        (Value::Array(items), steps) => items.iter().flat_map(|item| leaves(item, steps)).collect(),
        (Value::Object(members), [Step::Key(name), rest @ ..]) => {
            members.get(name).map(|value| leaves(value, rest)).unwrap_or_default()
        }
        (Value::Object(_), _) => Vec::new(),
        (value, []) => vec![value],
        _ => Vec::new(),
    }
}

impl Event<'_> {
    /// Whether an event pattern matches for sure.
    #[must_use]
    pub fn is_matched_by(&self, pattern: &EventPattern) -> bool {
        self.json().is_some_and(|record| pattern.matches(record))
    }
}
