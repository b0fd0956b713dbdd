//! How much of the events a trail's selectors leave in the record.

use std::collections::BTreeSet;

/// How much of something is recorded. Ordered: more is greater.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Recorded {
    /// Nothing.
    None,
    /// Some; the codes say what is left out, such as `excludes:kms.amazonaws.com`.
    Partial(BTreeSet<String>),
    /// All.
    Full,
}

impl Recorded {
    /// The union of two records of the same half: what both leave out stays out, since nothing proves more.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Full, _) | (_, Self::Full) => Self::Full,
            (Self::None, more) | (more, Self::None) => more,
            (Self::Partial(left), Self::Partial(right)) => {
                match (only_exclusions(&left), only_exclusions(&right)) {
                    (true, true) => {
                        let (small, large) = by_size(left, right);
                        let both: BTreeSet<_> =
                            small.into_iter().filter(|code| large.contains(code)).collect();
                        // What one leaves out the other records.
                        if both.is_empty() { Self::Full } else { Self::Partial(both) }
                    }
                    (true, false) => Self::Partial(left),
                    (false, true) => Self::Partial(right),
                    (false, false) => Self::Partial(union(left, right)),
                }
            }
        }
    }

    /// Whether anything is recorded.
    #[must_use]
    pub fn is_some(&self) -> bool {
        *self != Self::None
    }

    /// A word or a list for people.
    #[must_use]
    pub fn describe(&self) -> String {
        match self {
            Self::None => "none".into(),
            Self::Full => "all".into(),
            Self::Partial(codes) => {
                format!("partial ({})", codes.iter().cloned().collect::<Vec<_>>().join(", "))
            }
        }
    }
}

/// Told from the first and the last code: those with one beginning lie together.
fn only_exclusions(codes: &BTreeSet<String>) -> bool {
    [codes.first(), codes.last()].into_iter().flatten().all(|code| code.starts_with("excludes:"))
}

fn by_size(one: BTreeSet<String>, other: BTreeSet<String>) -> (BTreeSet<String>, BTreeSet<String>) {
    if one.len() < other.len() { (one, other) } else { (other, one) }
}

/// The larger set grows by the smaller: a trail may have more selectors than can be copied for each of them.
pub(super) fn union(one: BTreeSet<String>, other: BTreeSet<String>) -> BTreeSet<String> {
    let (small, mut large) = by_size(one, other);
    large.extend(small);
    large
}
