//! What is wrong with a pattern, and where.

use thiserror::Error;

/// A filter pattern that is not one.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("at character {position}: expected {expected}, found {found}")]
pub struct PatternError {
    /// The place, in characters (not bytes), counted from 1.
    pub position: usize,
    /// What the language allows there.
    pub expected: String,
    /// What stands there: a quoted piece of the pattern, or its end.
    pub found: String,
}

/// An event pattern that is not one.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum EventPatternError {
    /// The text is not JSON.
    #[error("not JSON: {0}")]
    Json(String),
    /// A part of it is not what the language allows there.
    #[error("at {pointer:?}: expected {expected}")]
    Unexpected {
        /// The part, as a JSON pointer into the pattern; empty for the whole.
        pointer: String,
        /// What the language allows there.
        expected: String,
    },
}
