//! Both forms of selectors taken apart into terms.

use std::collections::BTreeSet;

use super::field::has_operator;
use super::{Category, S3_OBJECT, Term};
use crate::answer::{EventSelector, FieldSelector};

/// Both halves of a `ReadWriteType`. A value that AWS does not document matches nothing, the safe side.
fn halves(read_write_type: Option<&str>) -> (bool, bool) {
    match read_write_type {
        None | Some("All") => (true, true),
        Some("ReadOnly") => (true, false),
        Some("WriteOnly") => (false, true),
        Some(_) => (false, false),
    }
}

fn equals(field: &str, values: impl IntoIterator<Item = String>) -> FieldSelector {
    FieldSelector {
        field: field.to_owned(),
        equals: values.into_iter().collect(),
        ..FieldSelector::default()
    }
}

/// Values of classic data resources are prefixes for S3. For the other types they are whole ARNs, but for the one value
/// that stands for all: `arn:P:lambda`, `arn:P:dynamodb`.
fn classic_arns(resource_type: &str, values: &[String]) -> FieldSelector {
    let all = match resource_type {
        "AWS::Lambda::Function" => Some("lambda"),
        "AWS::DynamoDB::Table" => Some("dynamodb"),
        _ => None,
    };
    let is_all = |value: &&String| {
        let mut parts = value.split(':');
        parts.next() == Some("arn")
            && parts.next().is_some()
            && all.is_some()
            && parts.next() == all
            && parts.next().is_none()
    };
    let prefix = |value: &&String| resource_type == S3_OBJECT || is_all(value);
    FieldSelector {
        field: "resources.ARN".into(),
        starts_with: values.iter().filter(prefix).cloned().collect(),
        equals: values.iter().filter(|value| !prefix(value)).cloned().collect(),
        ..FieldSelector::default()
    }
}

pub(super) fn classic_terms(selector: &EventSelector) -> Vec<Term> {
    let (read, write) = halves(selector.read_write_type.as_deref());
    let half = (read != write).then(|| equals("readOnly", [read.to_string()]));
    let term = |category: Category| Term {
        category,
        read,
        write,
        excluded_sources: BTreeSet::new(),
        resource_types: BTreeSet::new(),
        arns: Vec::new(),
        narrowed_by: BTreeSet::new(),
        fields: [equals("eventCategory", [category.code().to_owned()])]
            .into_iter()
            .chain(half.clone())
            .collect(),
    };
    let mut terms = Vec::new();
    if selector.include_management_events.unwrap_or(true) {
        let mut management = term(Category::Management);
        let excluded = &selector.exclude_management_event_sources;
        if !excluded.is_empty() {
            management.fields.push(FieldSelector {
                field: "eventSource".into(),
                not_equals: excluded.clone(),
                ..FieldSelector::default()
            });
        }
        management.excluded_sources = excluded.iter().cloned().collect();
        terms.push(management);
    }
    // A resource without values names no object.
    for resource in selector.data_resources.iter().filter(|resource| !resource.values.is_empty()) {
        let mut data = term(Category::Data);
        let arns = classic_arns(&resource.resource_type, &resource.values);
        data.resource_types.insert(resource.resource_type.clone());
        data.fields.push(equals("resources.type", [resource.resource_type.clone()]));
        data.fields.push(arns.clone());
        data.arns.push(arns);
        terms.push(data);
    }
    terms
}

fn only_equals(field: &FieldSelector) -> bool {
    let FieldSelector {
        starts_with, ends_with, not_equals, not_starts_with, not_ends_with, ..
    } = field;
    [starts_with, ends_with, not_equals, not_starts_with, not_ends_with]
        .iter()
        .all(|values| values.is_empty())
}

fn only_not_equals(field: &FieldSelector) -> bool {
    let FieldSelector { equals, starts_with, ends_with, not_starts_with, not_ends_with, .. } =
        field;
    [equals, starts_with, ends_with, not_starts_with, not_ends_with]
        .iter()
        .all(|values| values.is_empty())
}

/// The categories that all fields on it allow; those that trails do not have are one.
fn categories(fields: &[FieldSelector]) -> BTreeSet<Category> {
    let category = |value: &String| match value.as_str() {
        "Management" => Category::Management,
        "Data" => Category::Data,
        "NetworkActivity" => Category::NetworkActivity,
        _ => Category::Other,
    };
    let named = fields.iter().filter(|field| field.field == "eventCategory");
    let allowed = named
        .map(|field| -> BTreeSet<Category> {
            if only_equals(field) {
                field.equals.iter().map(category).collect()
            } else {
                BTreeSet::new()
            }
        })
        .reduce(|one, other| one.intersection(&other).copied().collect())
        .unwrap_or_default();
    if allowed.is_empty() { BTreeSet::from([Category::Other]) } else { allowed }
}

/// One term for each category that the selector names.
pub(super) fn advanced_terms(fields: &[FieldSelector]) -> Vec<Term> {
    categories(fields).into_iter().map(|category| advanced_term(category, fields)).collect()
}

fn advanced_term(category: Category, fields: &[FieldSelector]) -> Term {
    let mut term = Term {
        category,
        read: true,
        write: true,
        excluded_sources: BTreeSet::new(),
        resource_types: BTreeSet::new(),
        arns: Vec::new(),
        narrowed_by: BTreeSet::new(),
        fields: fields.to_vec(),
    };
    let mut types: Option<BTreeSet<String>> = None;
    for field in fields {
        let equals = |value: &str| field.equals.iter().any(|other| other == value);
        match field.field.as_str() {
            "eventCategory" => {}
            // AWS asks for one: what is here is an operator that nobody here knows, or nonsense. Either may narrow.
            named if !has_operator(field) => {
                term.narrowed_by.insert(format!("unknown_operator:{named}"));
            }
            "readOnly" if only_equals(field) => {
                // Fields are AND'd, also when one is named twice.
                term.read &= equals("true");
                term.write &= equals("false");
            }
            "resources.type" if only_equals(field) => match &mut types {
                Some(types) => types.retain(|one| equals(one)),
                None => types = Some(field.equals.iter().cloned().collect()),
            },
            "resources.ARN" => term.arns.push(field.clone()),
            "eventSource" if only_not_equals(field) => {
                term.excluded_sources.extend(field.not_equals.iter().cloned());
            }
            "eventName"
            | "eventSource"
            | "eventType"
            | "errorCode"
            | "readOnly"
            | "resources.type"
            | "sessionCredentialFromConsole"
            | "userIdentity.arn"
            | "vpcEndpointId" => {
                term.narrowed_by.insert(format!("narrowed_by:{}", field.field));
            }
            other => {
                term.narrowed_by.insert(format!("unknown_field:{other}"));
            }
        }
    }
    term.resource_types = types.unwrap_or_default();
    if term.category == Category::Data && !term.excluded_sources.is_empty() {
        term.narrowed_by.insert("narrowed_by:eventSource".into());
    }
    // AWS does not give management events these fields; should it one day, they narrow.
    if term.category == Category::Management {
        if !term.arns.is_empty() {
            term.narrowed_by.insert("unknown_field:resources.ARN".into());
        }
        if !term.resource_types.is_empty() {
            term.narrowed_by.insert("unknown_field:resources.type".into());
        }
    }
    term
}
