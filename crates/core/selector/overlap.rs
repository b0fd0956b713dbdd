//! Whether two trails' selectors have an event in common.

use std::collections::BTreeSet;

use super::field::{has_positives, satisfies};
use super::{Category, Selectors, Term};
use crate::answer::FieldSelector;
use crate::events;

/// Whether an event exists that both record. Ordered: more certain is greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Overlap {
    /// None does.
    Never,
    /// Nothing speaks against one, and nothing proves it.
    Possibly,
    /// One does.
    Definitely,
}

/// Stands between a prefix and a suffix, and occurs in no value: what begins and ends as asked and is otherwise unlike
/// anything that is excluded.
const UNLIKE: char = '\u{1}';

/// Combinations of values that are tried for two selectors, at most. Beyond it the answer is `Possibly`.
const BUDGET: usize = 500_000;

/// What a value must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Shape<'a> {
    Exactly(&'a str),
    Between(&'a str, &'a str),
}

impl<'a> Shape<'a> {
    fn and(self, other: Self) -> Option<Self> {
        let longer = |one: &'a str, two: &'a str, nested: fn(&str, &str) -> bool| {
            if nested(one, two) {
                Some(one)
            } else if nested(two, one) {
                Some(two)
            } else {
                None
            }
        };
        match (self, other) {
            (Self::Exactly(one), Self::Exactly(two)) => (one == two).then_some(self),
            (Self::Exactly(value), Self::Between(start, end))
            | (Self::Between(start, end), Self::Exactly(value)) => {
                (value.starts_with(start) && value.ends_with(end)).then_some(Self::Exactly(value))
            }
            (Self::Between(a, b), Self::Between(c, d)) => Some(Self::Between(
                longer(a, c, |one, two| one.starts_with(two))?,
                longer(b, d, |one, two| one.ends_with(two))?,
            )),
        }
    }

    /// A value of that shape which no negative operator refuses unless it refuses all of the shape.
    fn witness(self) -> String {
        match self {
            Self::Exactly(value) => value.to_owned(),
            Self::Between(start, end) => format!("{start}{UNLIKE}{end}"),
        }
    }
}

fn shapes(field: &FieldSelector) -> BTreeSet<Shape<'_>> {
    let exact = field.equals.iter().map(|value| Shape::Exactly(value));
    let starts = field.starts_with.iter().map(|value| Shape::Between(value, ""));
    let ends = field.ends_with.iter().map(|value| Shape::Between("", value));
    exact.chain(starts).chain(ends).collect()
}

/// Whether one value satisfies all of these.
fn common(fields: &[&FieldSelector], budget: &mut usize) -> Overlap {
    let mut left = BTreeSet::from([Shape::Between("", "")]);
    for field in fields.iter().filter(|field| has_positives(field)) {
        let more = shapes(field);
        let Some(rest) = budget.checked_sub(left.len().saturating_mul(more.len())) else {
            *budget = 0;
            return Overlap::Possibly;
        };
        *budget = rest;
        left = left.iter().flat_map(|one| more.iter().filter_map(|two| one.and(*two))).collect();
    }
    let negatives = |field: &&&FieldSelector| {
        !(field.not_equals.is_empty()
            && field.not_starts_with.is_empty()
            && field.not_ends_with.is_empty())
    };
    let negatives: Vec<&&FieldSelector> = fields.iter().filter(negatives).collect();
    for shape in left {
        let refusals = negatives.iter().map(|field| {
            field.not_equals.len() + field.not_starts_with.len() + field.not_ends_with.len()
        });
        let Some(rest) = budget.checked_sub(refusals.sum::<usize>().saturating_add(1)) else {
            *budget = 0;
            return Overlap::Possibly;
        };
        *budget = rest;
        let witness = shape.witness();
        let allowed = negatives.iter().all(|field| {
            let only = FieldSelector {
                equals: Vec::new(),
                starts_with: Vec::new(),
                ends_with: Vec::new(),
                ..(**field).clone()
            };
            satisfies(&only, &witness)
        });
        if allowed {
            return Overlap::Definitely;
        }
    }
    // A hostile value may contain what stands for "unlike anything".
    let odd = fields.iter().any(|field| {
        [&field.not_equals, &field.not_starts_with, &field.not_ends_with]
            .iter()
            .any(|values| values.iter().any(|value| value.contains(UNLIKE)))
    });
    if odd { Overlap::Possibly } else { Overlap::Never }
}

fn terms_overlap(one: &Term, other: &Term, budget: &mut usize) -> Overlap {
    let (read, write) = (one.read && other.read, one.write && other.write);
    let typed = one.category != Category::Data
        || one.resource_types.iter().any(|kind| other.resource_types.contains(kind));
    if one.category != other.category || !(read || write) || !typed {
        return Overlap::Never;
    }
    let both = || one.fields.iter().chain(&other.fields);
    let names: BTreeSet<&str> = both().map(|field| field.field.as_str()).collect();
    let mut overlap = Overlap::Definitely;
    for name in names {
        let fields: Vec<&FieldSelector> = both().filter(|field| field.field == name).collect();
        let on_field = match name {
            // Settled above.
            "eventCategory" => Overlap::Definitely,
            "sessionCredentialFromConsole" | "readOnly" => {
                let any = ["true", "false"]
                    .iter()
                    .any(|value| fields.iter().all(|field| satisfies(field, value)));
                if any { Overlap::Definitely } else { Overlap::Never }
            }
            _ if !one.knows(name) => common(&fields, budget).min(Overlap::Possibly),
            _ => common(&fields, budget),
        };
        overlap = overlap.min(on_field);
    }
    // A named call may be of the other half: GetObject among writes is no event.
    let named: Vec<&FieldSelector> =
        both().filter(|field| field.field == "eventName" && has_positives(field)).collect();
    let suits = |name: &String| {
        let kinds = one.resource_types.intersection(&other.resource_types);
        let names = both().filter(|field| field.field == "eventName");
        let mut known = kinds.filter_map(|kind| events::reads(kind, name));
        names.into_iter().all(|field| satisfies(field, name))
            && known.any(|reads| if reads { read } else { write })
    };
    let certain = named.is_empty()
        || (read && write)
        || named.iter().flat_map(|field| &field.equals).any(suits);
    if certain { overlap } else { overlap.min(Overlap::Possibly) }
}

impl Selectors {
    /// Whether an event of a category exists that both record: no read-only selector overlaps a write-only one.
    #[must_use]
    pub fn overlap(&self, other: &Self, category: Category) -> Overlap {
        self.overlap_where(other, |term| term.category == category)
    }

    /// The resource types of which both record a data event, with how certain that is.
    #[must_use]
    pub fn common_types(&self, other: &Self) -> Vec<(String, Overlap)> {
        let types = self.data_types();
        let common = types.intersection(&other.data_types()).copied().collect::<Vec<_>>();
        let overlap = |kind: &str| {
            self.overlap_where(other, |term| {
                term.category == Category::Data && term.resource_types.contains(kind)
            })
        };
        let found = common.into_iter().map(|kind| (kind.to_owned(), overlap(kind)));
        found.filter(|(_, overlap)| *overlap > Overlap::Never).collect()
    }

    fn overlap_where(&self, other: &Self, asked: impl Fn(&Term) -> bool) -> Overlap {
        let mut best = Overlap::Never;
        let mut budget = BUDGET;
        for one in self.terms.iter().filter(|term| asked(term)) {
            for two in other.terms.iter().filter(|term| asked(term)) {
                let Some(rest) = budget.checked_sub(1) else {
                    return best.max(Overlap::Possibly);
                };
                budget = rest;
                best = best.max(terms_overlap(one, two, &mut budget));
                if best == Overlap::Definitely {
                    return best;
                }
            }
        }
        best
    }
}
