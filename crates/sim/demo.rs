//! The organization that is shown where no AWS is at hand.

use crate::description::Description;

/// The demonstration's organization: 25 accounts, most of them in order, the others each wrong in a way of its own.
#[must_use]
pub fn demo() -> Description {
    // The text is part of the program and a test reads it, so the empty description is never seen.
    Description::from_json(include_str!("demo.json")).unwrap_or_default()
}

#[cfg(test)]
#[path = "demo/tests.rs"]
mod tests;
