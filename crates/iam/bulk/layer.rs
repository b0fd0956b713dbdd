//! What statements and layers say to all questions at once.

use fixedbitset::FixedBitSet;

use crate::evaluate::truth::Truth;

/// For each question, a truth: surely so, or perhaps so. What is sure is also perhaps.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Said {
    pub(super) sure: FixedBitSet,
    pub(super) maybe: FixedBitSet,
}

impl Said {
    pub(super) fn nothing(questions: usize) -> Self {
        let none = || FixedBitSet::with_capacity(questions);
        Self { sure: none(), maybe: none() }
    }

    pub(super) fn everything(questions: usize) -> Self {
        let mut said = Self::nothing(questions);
        said.sure.insert_range(..);
        said.maybe.insert_range(..);
        said
    }

    pub(super) fn set(&mut self, at: usize, truth: Truth) {
        if truth != Truth::False {
            self.maybe.insert(at);
        }
        if truth == Truth::True {
            self.sure.insert(at);
        }
    }

    /// Adds what another says as far as a truth goes that holds for all questions.
    pub(super) fn add(&mut self, other: &Self, as_far_as: Truth) {
        if as_far_as != Truth::False {
            self.maybe.union_with(&other.maybe);
        }
        if as_far_as == Truth::True {
            self.sure.union_with(&other.sure);
        }
    }

    pub(super) fn and(&mut self, other: &Self) {
        self.sure.intersect_with(&other.sure);
        self.maybe.intersect_with(&other.maybe);
    }

    pub(super) fn is_definite(&self) -> bool {
        self.sure == self.maybe
    }
}

/// What a layer that names nobody says: whether an Allow matches, whether a Deny does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Layer {
    pub(super) allow: Said,
    pub(super) deny: Said,
}

impl Layer {
    pub(super) fn silent(questions: usize) -> Self {
        Self { allow: Said::nothing(questions), deny: Said::nothing(questions) }
    }

    pub(super) fn add(&mut self, denies: bool, said: &Said, as_far_as: Truth) {
        let into = if denies { &mut self.deny } else { &mut self.allow };
        into.add(said, as_far_as);
    }
}

/// What the policies of the resources say, by how an Allow names the caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Named {
    pub(super) direct: Said,
    pub(super) through: Said,
    pub(super) account: Said,
    pub(super) deny: Said,
}

impl Named {
    pub(super) fn silent(questions: usize) -> Self {
        let none = || Said::nothing(questions);
        Self { direct: none(), through: none(), account: none(), deny: none() }
    }
}
