//! One field of a term: whether a value satisfies it, and how it reads.

use super::{Category, Term};
use crate::answer::FieldSelector;

/// Each list of a field selector with the name of its operator.
pub(super) fn operators(field: &FieldSelector) -> [(&'static str, &[String]); 6] {
    [
        ("Equals", &field.equals),
        ("StartsWith", &field.starts_with),
        ("EndsWith", &field.ends_with),
        ("NotEquals", &field.not_equals),
        ("NotStartsWith", &field.not_starts_with),
        ("NotEndsWith", &field.not_ends_with),
    ]
}

/// Whether the field asks for anything.
pub(super) fn has_operator(field: &FieldSelector) -> bool {
    operators(field).iter().any(|(_, values)| !values.is_empty())
}

/// Whether the field names values of which one must match.
pub(super) fn has_positives(field: &FieldSelector) -> bool {
    !(field.equals.is_empty() && field.starts_with.is_empty() && field.ends_with.is_empty())
}

/// Whether a value satisfies the field: one of the positive operators where there are any, and all negative ones.
/// There are no wildcards.
pub(super) fn satisfies(field: &FieldSelector, value: &str) -> bool {
    let is = |other: &String| value == other;
    let begins = |prefix: &String| value.starts_with(prefix.as_str());
    let ends = |suffix: &String| value.ends_with(suffix.as_str());
    let positive = !has_positives(field)
        || field.equals.iter().any(is)
        || field.starts_with.iter().any(begins)
        || field.ends_with.iter().any(ends);
    positive
        && !field.not_equals.iter().any(is)
        && !field.not_starts_with.iter().any(begins)
        && !field.not_ends_with.iter().any(ends)
}

/// The field as people read it: `eventName NotEquals DeleteObject`.
pub(super) fn describe(field: &FieldSelector) -> String {
    let told: Vec<String> = operators(field)
        .into_iter()
        .filter(|(_, values)| !values.is_empty())
        .map(|(operator, values)| format!("{operator} {}", values.join(", ")))
        .collect();
    format!("{} {}", field.field, told.join(" and "))
}

impl Term {
    /// The term as people read it, field by field.
    #[must_use]
    pub fn describe(&self) -> String {
        self.fields.iter().map(describe).collect::<Vec<_>>().join("; ")
    }

    /// Whether a field means something to events of the term's category. What it does not mean anything to, AWS does
    /// not accept today.
    pub(super) fn knows(&self, field: &str) -> bool {
        match field {
            "resources.type" | "resources.ARN" => self.category == Category::Data,
            "eventCategory"
            | "readOnly"
            | "eventSource"
            | "eventName"
            | "eventType"
            | "errorCode"
            | "sessionCredentialFromConsole"
            | "userIdentity.arn"
            | "vpcEndpointId" => true,
            _ => false,
        }
    }
}
