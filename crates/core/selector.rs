//! Does this trail record that event? Classic and advanced selectors folded into one list of terms.
//!
//! A trail records an event when any of its terms matches. The functions here answer by set inclusion, never by text.

use std::collections::BTreeSet;

use crate::answer::{EventSelector, EventSelectors, FieldSelector};
use crate::aws::Partition;

mod recorded;

pub use recorded::Recorded;
use recorded::union;

/// The type of S3 objects in data events.
pub const S3_OBJECT: &str = "AWS::S3::Object";

/// The reading or the writing half of the events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Half {
    /// Events that read.
    Read,
    /// Events that write.
    Write,
}

impl Half {
    /// Both.
    pub const BOTH: [Self; 2] = [Self::Read, Self::Write];
}

/// The kinds of events that a trail tells apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Category {
    /// Calls on resources' configuration.
    Management,
    /// Calls on resources' content.
    Data,
    /// Calls through VPC endpoints.
    NetworkActivity,
    /// A category that trails do not have.
    Other,
}

/// One alternative of a trail's selectors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// What kind of events.
    pub category: Category,
    /// Whether reading events match.
    pub read: bool,
    /// Whether writing events match.
    pub write: bool,
    /// Management event sources that do not match.
    pub excluded_sources: BTreeSet<String>,
    /// The resource types of data events; none for the other categories.
    pub resource_types: BTreeSet<String>,
    /// What the resource's ARN must be; every field selector on it.
    pub arns: Vec<FieldSelector>,
    /// Codes of further conditions that narrow the term, such as `eventName`.
    pub narrowed_by: BTreeSet<String>,
}

impl Term {
    fn has(&self, half: Half) -> bool {
        match half {
            Half::Read => self.read,
            Half::Write => self.write,
        }
    }
}

/// A trail's selectors, normalised.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Selectors {
    /// The alternatives.
    pub terms: Vec<Term>,
}

/// What `data` must know beside the selectors.
#[derive(Debug, Clone, Copy)]
pub struct DataQuestion<'a> {
    /// The partition of the trail.
    pub partition: &'a Partition,
    /// Such as [`S3_OBJECT`].
    pub resource_type: &'a str,
    /// Which half.
    pub half: Half,
    /// One bucket's name, or all present and future resources of the type.
    pub bucket: Option<&'a str>,
    /// Buckets that logs are delivered to, which may be left out to avoid a loop; empty where that is not accepted.
    pub log_buckets: &'a BTreeSet<String>,
}

impl Selectors {
    /// What a trail records that nobody gave selectors: all management events.
    #[must_use]
    pub fn default_selector() -> Self {
        Self::normalise(&EventSelectors {
            event_selectors: vec![EventSelector::default()],
            advanced_event_selectors: vec![],
        })
    }

    /// Folds both forms into terms. AWS's defaults fill absent members.
    #[must_use]
    pub fn normalise(selectors: &EventSelectors) -> Self {
        let classic = selectors.event_selectors.iter().flat_map(classic_terms);
        let advanced = selectors
            .advanced_event_selectors
            .iter()
            .map(|selector| advanced_term(&selector.field_selectors));
        Self { terms: classic.chain(advanced).collect() }
    }

    /// How much of a half of the management events is recorded.
    #[must_use]
    pub fn management(&self, half: Half) -> Recorded {
        self.terms
            .iter()
            .filter(|term| term.category == Category::Management && term.has(half))
            .map(|term| {
                let mut codes = term.narrowed_by.clone();
                codes.extend(
                    term.excluded_sources.iter().map(|source| format!("excludes:{source}")),
                );
                if codes.is_empty() { Recorded::Full } else { Recorded::Partial(codes) }
            })
            .fold(Recorded::None, Recorded::or)
    }

    /// What the selectors come to, in one line: the management events, and the types of data events.
    #[must_use]
    pub fn summary(&self) -> String {
        let management = Half::BOTH.map(|half| self.management(half).describe());
        let [read, write] = management;
        let types: BTreeSet<&str> =
            self.terms.iter().flat_map(|term| &term.resource_types).map(String::as_str).collect();
        let mut line = format!("management events: reads {read}, writes {write}");
        if !types.is_empty() {
            line.push_str("; data events of ");
            line.push_str(&types.into_iter().collect::<Vec<_>>().join(", "));
        }
        line
    }

    /// Whether any management event is recorded.
    #[must_use]
    pub fn records_management(&self) -> bool {
        Half::BOTH.iter().any(|half| self.management(*half).is_some())
    }

    /// How much of the data events of one type is recorded. Terms are not composed beyond the half: two partial terms
    /// stay partial, even where together they would be everything.
    #[must_use]
    pub fn data(&self, question: &DataQuestion<'_>) -> Recorded {
        let mut best = Recorded::None;
        for term in &self.terms {
            if term.category != Category::Data
                || !term.has(question.half)
                || !term.resource_types.contains(question.resource_type)
            {
                continue;
            }
            let mut codes = term.narrowed_by.clone();
            codes.extend(term.arns.iter().filter_map(|field| arn_restriction(field, question)));
            let recorded = if codes.is_empty() { Recorded::Full } else { Recorded::Partial(codes) };
            best = match (best, recorded) {
                (Recorded::Partial(left), Recorded::Partial(right)) => {
                    Recorded::Partial(union(left, right))
                }
                (left, right) => left.max(right),
            };
        }
        best
    }
}

impl Selectors {
    /// The buckets whose objects some term leaves out, by a prefix that ends in a slash.
    #[must_use]
    pub fn left_out_buckets(&self, partition: &Partition) -> BTreeSet<String> {
        let prefix = format!("arn:{partition}:s3:::");
        let arns = self.terms.iter().flat_map(|term| &term.arns);
        arns.flat_map(|arn| &arn.not_starts_with)
            .filter_map(|value| value.strip_prefix(&prefix)?.strip_suffix('/'))
            .filter(|name| !name.contains('/'))
            .map(str::to_owned)
            .collect()
    }
}

/// Both halves of a `ReadWriteType`. A value that AWS does not document matches nothing, the safe side.
fn halves(read_write_type: Option<&str>) -> (bool, bool) {
    match read_write_type {
        None | Some("All") => (true, true),
        Some("ReadOnly") => (true, false),
        Some("WriteOnly") => (false, true),
        Some(_) => (false, false),
    }
}

fn classic_terms(selector: &EventSelector) -> Vec<Term> {
    let (read, write) = halves(selector.read_write_type.as_deref());
    let term = |category, resource_types, arns| Term {
        category,
        read,
        write,
        excluded_sources: BTreeSet::new(),
        resource_types,
        arns,
        narrowed_by: BTreeSet::new(),
    };
    let mut terms = Vec::new();
    if selector.include_management_events.unwrap_or(true) {
        let excluded_sources = selector.exclude_management_event_sources.iter().cloned().collect();
        terms
            .push(Term { excluded_sources, ..term(Category::Management, BTreeSet::new(), vec![]) });
    }
    // A resource without values names no object.
    for resource in selector.data_resources.iter().filter(|resource| !resource.values.is_empty()) {
        // S3 values are prefixes; of the other two types only the value for "all" can answer our questions, and it is
        // a prefix of every ARN as well, while a whole ARN is one of no question asked here.
        let arns = FieldSelector {
            field: "resources.ARN".into(),
            starts_with: resource.values.clone(),
            ..FieldSelector::default()
        };
        let types = BTreeSet::from([resource.resource_type.clone()]);
        terms.push(term(Category::Data, types, vec![arns]));
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

fn advanced_term(fields: &[FieldSelector]) -> Term {
    let mut term = Term {
        category: Category::Other,
        read: true,
        write: true,
        excluded_sources: BTreeSet::new(),
        resource_types: BTreeSet::new(),
        arns: Vec::new(),
        narrowed_by: BTreeSet::new(),
    };
    for field in fields {
        let equals = |value: &str| field.equals.iter().any(|other| other == value);
        match field.field.as_str() {
            "eventCategory" if only_equals(field) => {
                term.category = match field.equals.first().map(String::as_str) {
                    Some("Management") => Category::Management,
                    Some("Data") => Category::Data,
                    Some("NetworkActivity") => Category::NetworkActivity,
                    _ => Category::Other,
                };
            }
            "readOnly" if only_equals(field) => {
                // Fields are AND'd, also when one is named twice.
                term.read &= equals("true");
                term.write &= equals("false");
            }
            "resources.type" if only_equals(field) => {
                term.resource_types = field.equals.iter().cloned().collect();
            }
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

/// Why a selector on `resources.ARN` leaves out some of what the question asks for; none if it leaves out nothing.
fn arn_restriction(field: &FieldSelector, question: &DataQuestion<'_>) -> Option<String> {
    let partition = question.partition.as_str();
    // Every object that is asked about has an ARN that begins so.
    let asked = match (question.bucket, question.resource_type) {
        (Some(bucket), _) => format!("arn:{partition}:s3:::{bucket}/"),
        (None, S3_OBJECT) => format!("arn:{partition}:s3:::"),
        (None, "AWS::Lambda::Function") => format!("arn:{partition}:lambda"),
        (None, "AWS::DynamoDB::Table") => format!("arn:{partition}:dynamodb"),
        (None, _) => format!("arn:{partition}:"),
    };
    positive_restriction(field, &asked, partition)
        .or_else(|| negative_restriction(field, &asked, question))
}

fn positive_restriction(field: &FieldSelector, asked: &str, partition: &str) -> Option<String> {
    let positives = || field.equals.iter().chain(&field.starts_with).chain(&field.ends_with);
    if positives().next().is_none()
        || field.starts_with.iter().any(|value| asked.starts_with(value))
    {
        return None;
    }
    let own = format!("arn:{partition}:");
    Some(
        if positives().all(|value| value.starts_with("arn:") && !value.starts_with(&own)) {
            "partition_mismatch"
        } else if positives().any(|value| value.contains('*')) {
            "literal_wildcard"
        } else if field
            .equals
            .iter()
            .any(|value| value.trim_end_matches('/') == asked.trim_end_matches('/'))
        {
            "equals_on_bucket"
        } else {
            "narrowed_by:resources.ARN"
        }
        .to_owned(),
    )
}

fn negative_restriction(
    field: &FieldSelector,
    asked: &str,
    question: &DataQuestion<'_>,
) -> Option<String> {
    let prefix = format!("arn:{}:s3:::", question.partition);
    let log_bucket = |value: &str| {
        value.strip_prefix(&prefix).is_some_and(|name| question.log_buckets.contains(name))
    };
    for value in &field.not_starts_with {
        let touches = asked.starts_with(value.as_str()) || value.starts_with(asked);
        if !touches || value.strip_suffix('/').is_some_and(log_bucket) {
            continue;
        }
        // Without the slash the prefix also hides every bucket whose name begins so.
        let code = if log_bucket(value) { "exclusion_without_slash" } else { "excludes_prefix" };
        return Some(format!("{code}:{value}"));
    }
    if let Some(value) = field.not_ends_with.first() {
        return Some(format!("excludes_suffix:{value}"));
    }
    // An object's ARN is longer than its bucket's: leaving out the bare bucket leaves out no object.
    let objects =
        |value: &&String| value.strip_prefix(&prefix).is_none_or(|rest| rest.contains('/'));
    field
        .not_equals
        .iter()
        .filter(objects)
        .find(|value| value.starts_with(asked))
        .map(|value| format!("excludes:{value}"))
}

#[cfg(test)]
mod tests;
