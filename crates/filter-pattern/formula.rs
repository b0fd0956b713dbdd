//! The one form that both languages are compiled to: tests of fields and of the whole text, joined by and, or and not.

use std::sync::Arc;

use serde_json::Value;

use crate::bridge;
use crate::event::Event;
use crate::pattern::delimited::Delimited;
use crate::reading::Reading;
use crate::regular::Regular;
use crate::selector::{Selector, Step};
use crate::test::Test;

/// A condition on an event.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Formula {
    Constant(bool),
    /// The event's text is one JSON object.
    Record,
    Atom(Atom),
    Text(Arc<TextTest>),
    Not(Box<Formula>),
    All(Vec<Formula>),
    Any(Vec<Formula>),
}

/// A test of what a selector leads to: some value there passes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Atom {
    pub(crate) selector: Selector,
    /// As EventBridge looks at events: arrays on the way are gone through, and only what is neither an object nor an
    /// array is a value.
    pub(crate) flattened: bool,
    pub(crate) test: Arc<Test>,
    pub(crate) reading: Reading,
}

/// A test of an event's whole text.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum TextTest {
    Contains(String),
    Regular(Regular),
    Delimited(Delimited),
}

impl Formula {
    pub(crate) fn not(inner: Self) -> Self {
        match inner {
            Self::Constant(value) => Self::Constant(!value),
            Self::Not(inner) => *inner,
            inner => Self::Not(Box::new(inner)),
        }
    }

    pub(crate) fn holds(&self, event: &Event<'_>) -> bool {
        match self {
            Self::Constant(value) => *value,
            Self::Record => event.json().is_some(),
            Self::Atom(atom) => event.json().is_some_and(|record| atom.holds(record)),
            Self::Text(test) => test.holds(event.text()),
            Self::Not(inner) => !inner.holds(event),
            Self::All(parts) => parts.iter().all(|part| part.holds(event)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(event)),
        }
    }

    /// The same condition on what stands below members of the given names.
    pub(crate) fn under(self, names: &[Step]) -> Self {
        let below = |parts: Vec<Self>| parts.into_iter().map(|part| part.under(names)).collect();
        match self {
            Self::Atom(mut atom) => {
                atom.selector.steps.splice(0..0, names.iter().cloned());
                Self::Atom(atom)
            }
            Self::Not(inner) => Self::Not(Box::new(inner.under(names))),
            Self::All(parts) => Self::All(below(parts)),
            Self::Any(parts) => Self::Any(below(parts)),
            other @ (Self::Constant(_) | Self::Record | Self::Text(_)) => other,
        }
    }
}

impl Atom {
    fn holds(&self, record: &Value) -> bool {
        let found = if self.flattened {
            bridge::leaves(record, &self.selector.steps)
        } else {
            self.selector.select(record)
        };
        found.into_iter().any(|value| self.test.holds(Some(value), self.reading))
    }
}

impl TextTest {
    pub(crate) fn holds(&self, text: &str) -> bool {
        match self {
            Self::Contains(term) => text.contains(term.as_str()),
            Self::Regular(regular) => regular.is_found_in(text),
            Self::Delimited(delimited) => delimited.matches(text),
        }
    }
}
