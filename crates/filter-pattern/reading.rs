//! Which of several readings of a pattern is meant where AWS's documentation leaves them open.

/// One side of what a pattern may mean.
///
/// These points are open. Where the answer hangs on one of them, it is "cannot tell":
/// - `*` inside a text: the guide of 2018 calls it a literal, emulators that cite AWS treat it as a wildcard.
/// - `!=` with a `[*]` or `.*` selector: some element differs, or none is equal.
/// - A number without quotes against a text in the event: the same digits, or the same value.
/// - A text in quotes, or a regular expression, against a number in the event.
/// - Any comparison with `true` or `false` in the event.
/// - In event patterns, `anything-but` against a value of another type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reading {
    /// Only what every reading takes.
    Narrow,
    /// Whatever some reading takes.
    Wide,
}

impl Reading {
    /// The other side, which a negation has to be read with.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Narrow => Self::Wide,
            Self::Wide => Self::Narrow,
        }
    }
}
