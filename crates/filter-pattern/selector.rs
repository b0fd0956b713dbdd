//! Selectors: which value of an event a test looks at.

use std::fmt;

use serde_json::Value;

/// One step from a value to a part of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// The member of an object.
    Key(String),
    /// The element of an array, counted from 0.
    Index(usize),
    /// Every element of an array, `[*]`.
    Elements,
    /// Every member of an object, `.*`.
    Members,
}

impl Step {
    /// Whether it leads to several values.
    #[must_use]
    pub fn is_wild(&self) -> bool {
        matches!(self, Self::Elements | Self::Members)
    }
}

/// A way from the whole event to one of its values, or to several where it holds a wildcard.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Selector {
    /// The steps, outermost first; never empty in a pattern that was read.
    pub steps: Vec<Step>,
}

impl Selector {
    /// The way through members of the given names, which are separated by dots.
    #[must_use]
    pub fn dotted(names: &str) -> Self {
        Self { steps: names.split('.').map(|name| Step::Key(name.to_owned())).collect() }
    }

    /// Whether it may lead to several values.
    #[must_use]
    pub fn is_wild(&self) -> bool {
        self.steps.iter().any(Step::is_wild)
    }

    /// The values that it leads to, in the event's order.
    #[must_use]
    pub fn select<'v>(&self, event: &'v Value) -> Vec<&'v Value> {
        let mut found = vec![event];
        for step in &self.steps {
            found = found.into_iter().flat_map(|value| after(value, step)).collect();
        }
        found
    }
}

fn after<'v>(value: &'v Value, step: &Step) -> Vec<&'v Value> {
    match (step, value) {
        (Step::Key(name), Value::Object(members)) => members.get(name).into_iter().collect(),
        (Step::Index(index), Value::Array(items)) => items.get(*index).into_iter().collect(),
        (Step::Elements, Value::Array(items)) => items.iter().collect(),
        (Step::Members, Value::Object(members)) => members.values().collect(),
        _ => Vec::new(),
    }
}

/// Whether a name may stand behind a dot.
#[must_use]
pub(crate) fn is_plain(name: &str) -> bool {
    !name.is_empty()
        && name.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_'))
}

impl fmt::Display for Selector {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("$")?;
        for step in &self.steps {
            match step {
                Step::Key(name) if is_plain(name) => write!(out, ".{name}")?,
                Step::Key(name) => {
                    write!(out, "['{}']", name.replace('\\', "\\\\").replace('\'', "\\'"))?;
                }
                Step::Index(index) => write!(out, "[{index}]")?,
                Step::Elements => out.write_str("[*]")?,
                Step::Members => out.write_str(".*")?,
            }
        }
        Ok(())
    }
}
