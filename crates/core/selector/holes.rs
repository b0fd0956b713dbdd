//! Holes: what a condition takes out of a term that looks complete, and no other term records.

use std::collections::BTreeSet;

use super::field::{has_positives, operators, satisfies};
use super::{Category, Half, Selectors, Term};
use crate::answer::FieldSelector;
use crate::aws::Partition;

/// A condition that hides events, and that no other term makes good.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hole {
    /// The field, such as `userIdentity.arn`.
    pub field: String,
    /// The operator, such as `NotEquals`.
    pub operator: &'static str,
    /// The values that hide something.
    pub values: BTreeSet<String>,
}

/// What holes are looked for in.
#[derive(Debug, Clone, Copy)]
pub struct HoleQuestion<'a> {
    /// The partition of the trail.
    pub partition: &'a Partition,
    /// The category that is required.
    pub category: Category,
    /// The resource type, where data events are.
    pub resource_type: Option<&'a str>,
    /// Buckets that may be left out, by their ARN with a slash.
    pub log_buckets: &'a BTreeSet<String>,
}

/// The events that one value of a negative operator takes out.
#[derive(Clone, Copy)]
enum Taken<'a> {
    Exactly(&'a str),
    Beginning(&'a str),
    Ending(&'a str),
}

impl Taken<'_> {
    /// Whether every value that was taken out satisfies the field.
    fn satisfies(self, field: &FieldSelector) -> bool {
        let positive = |any: bool| !has_positives(field) || any;
        match self {
            Self::Exactly(value) => satisfies(field, value),
            Self::Beginning(prefix) => {
                positive(field.starts_with.iter().any(|p| prefix.starts_with(p.as_str())))
                    && !field.not_equals.iter().any(|value| value.starts_with(prefix))
                    && !field
                        .not_starts_with
                        .iter()
                        .any(|p| prefix.starts_with(p.as_str()) || p.starts_with(prefix))
                    && field.not_ends_with.is_empty()
            }
            Self::Ending(suffix) => {
                positive(field.ends_with.iter().any(|s| suffix.ends_with(s.as_str())))
                    && !field.not_equals.iter().any(|value| value.ends_with(suffix))
                    && !field
                        .not_ends_with
                        .iter()
                        .any(|s| suffix.ends_with(s.as_str()) || s.ends_with(suffix))
                    && field.not_starts_with.is_empty()
            }
        }
    }
}

/// Fields whose negative operators hide a part of what looks complete.
const HIDING: [&str; 5] =
    ["userIdentity.arn", "eventName", "resources.ARN", "eventType", "errorCode"];

impl Term {
    fn answers(&self, question: &HoleQuestion<'_>, half: Half) -> bool {
        self.category == question.category
            && self.has(half)
            && question.resource_type.is_none_or(|kind| self.resource_types.contains(kind))
    }

    /// Whether another term records all that the conditions of this one let through, but for that field, of which it
    /// must record what holds there.
    fn makes_good(
        &self,
        broken: &Self,
        field: &str,
        holds: impl Fn(&FieldSelector) -> bool,
    ) -> bool {
        let settled = |name: &str| matches!(name, "eventCategory" | "readOnly" | "resources.type");
        self.fields.iter().all(|own| {
            if own.field == field {
                holds(own)
            } else {
                settled(&own.field) || broken.fields.iter().any(|field| implies(field, own))
            }
        })
    }
}

/// Whether whatever satisfies the one field satisfies the other.
fn implies(field: &FieldSelector, other: &FieldSelector) -> bool {
    let named =
        |value: &'_ String, take: for<'v> fn(&'v str) -> Taken<'v>| take(value).satisfies(other);
    field == other
        || (field.field == other.field
            && has_positives(field)
            && field.equals.iter().all(|value| named(value, |v| Taken::Exactly(v)))
            && field.starts_with.iter().all(|value| named(value, |v| Taken::Beginning(v)))
            && field.ends_with.iter().all(|value| named(value, |v| Taken::Ending(v))))
}

/// Whether a field that names its values leaves nothing to another that names only what it does not want.
fn complements(named: &FieldSelector, other: &FieldSelector) -> bool {
    let within = |inner: &[String], outer: &[String]| inner.iter().all(|v| outer.contains(v));
    !has_positives(other)
        && within(&other.not_equals, &named.equals)
        && within(&other.not_starts_with, &named.starts_with)
        && within(&other.not_ends_with, &named.ends_with)
}

impl Selectors {
    /// The holes in what is recorded of a category, judged on all terms together: another term that records what one
    /// hides closes the hole. A term that openly names what it records is no hole.
    #[must_use]
    pub fn holes(&self, question: &HoleQuestion<'_>) -> BTreeSet<Hole> {
        let mut holes = BTreeSet::new();
        for half in Half::BOTH {
            let terms: Vec<&Term> =
                self.terms.iter().filter(|term| term.answers(question, half)).collect();
            for (at, term) in terms.iter().enumerate() {
                let others = || {
                    terms.iter().enumerate().filter(move |(other, _)| *other != at).map(|(_, t)| *t)
                };
                for field in &term.fields {
                    holes.extend(hidden(term, field, question, &|holds| {
                        others().any(|other| other.makes_good(term, &field.field, holds))
                    }));
                }
            }
        }
        holes
    }
}

/// Whether some other term records what was taken out.
type Closed<'c> = dyn Fn(&dyn Fn(&FieldSelector) -> bool) -> bool + 'c;

fn hidden(
    term: &Term,
    field: &FieldSelector,
    question: &HoleQuestion<'_>,
    closed: &Closed<'_>,
) -> Vec<Hole> {
    let name = field.field.as_str();
    let hole =
        |operator, values: BTreeSet<String>| Hole { field: name.to_owned(), operator, values };
    if name == "sessionCredentialFromConsole" {
        let open = ["true", "false"]
            .into_iter()
            .any(|value| !satisfies(field, value) && !closed(&|other| satisfies(other, value)));
        let given = operators(field).into_iter().filter(|(_, values)| !values.is_empty());
        return given
            .filter(|_| open)
            .map(|(operator, values)| hole(operator, values.iter().cloned().collect()))
            .collect();
    }
    if !HIDING.contains(&name) || !term.knows(name) {
        return Vec::new();
    }
    let mut found = Vec::new();
    let named = matches!(name, "eventType" | "errorCode") && has_positives(field);
    if named && !closed(&|other| complements(field, other)) {
        let given = operators(field).into_iter().take(3);
        let given = given.filter(|(_, values)| !values.is_empty());
        found.extend(
            given.map(|(operator, values)| hole(operator, values.iter().cloned().collect())),
        );
    }
    type Take = for<'v> fn(&'v str) -> Taken<'v>;
    let takes: [Take; 3] = [|v| Taken::Exactly(v), |v| Taken::Beginning(v), |v| Taken::Ending(v)];
    for ((operator, values), take) in operators(field).into_iter().skip(3).zip(takes) {
        let hides = |value: &&String| {
            let taken = take(value);
            let accepted = name == "resources.ARN" && leaves_objects(operator, value, question);
            !accepted && !closed(&|other| taken.satisfies(other))
        };
        let hiding: BTreeSet<String> = values.iter().filter(hides).cloned().collect();
        if !hiding.is_empty() {
            found.push(hole(operator, hiding));
        }
    }
    found
}

/// Whether leaving that out hides no object, or only the log bucket's.
fn leaves_objects(operator: &str, value: &str, question: &HoleQuestion<'_>) -> bool {
    let prefix = format!("arn:{}:s3:::", question.partition);
    let Some(rest) = value.strip_prefix(&prefix) else { return false };
    match operator {
        "NotStartsWith" => {
            rest.strip_suffix('/').is_some_and(|name| question.log_buckets.contains(name))
        }
        // An object's ARN is longer than its bucket's.
        "NotEquals" => !rest.contains('/'),
        _ => false,
    }
}
