//! Three-valued logic: yes, no, and what cannot be told.

/// Whether something holds. Conjunction is the least, disjunction the greatest of the answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Truth {
    /// It does not.
    No,
    /// It depends on what is not known.
    Unknown,
    /// It does.
    Yes,
}

impl Truth {
    /// The opposite; what is not known stays so.
    #[must_use]
    pub fn negate(self) -> Self {
        match self {
            Self::No => Self::Yes,
            Self::Unknown => Self::Unknown,
            Self::Yes => Self::No,
        }
    }

    /// Whether all hold; of none, all do.
    #[must_use]
    pub fn all(answers: impl IntoIterator<Item = Self>) -> Self {
        answers.into_iter().min().unwrap_or(Self::Yes)
    }

    /// Whether some hold; of none, none does.
    #[must_use]
    pub fn any(answers: impl IntoIterator<Item = Self>) -> Self {
        answers.into_iter().max().unwrap_or(Self::No)
    }

    /// The answer that all cases have in common; without a case, or where they differ, none is known.
    #[must_use]
    pub fn agreed(cases: impl IntoIterator<Item = Self>) -> Self {
        let mut cases = cases.into_iter();
        let first = cases.next().unwrap_or(Self::Unknown);
        if cases.all(|case| case == first) { first } else { Self::Unknown }
    }
}

impl From<bool> for Truth {
    fn from(held: bool) -> Self {
        if held { Self::Yes } else { Self::No }
    }
}
