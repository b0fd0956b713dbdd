//! Does this trail record that event? Classic and advanced selectors folded into one list of terms.
//!
//! A trail records an event when any of its terms matches. The functions here answer by set inclusion, never by text.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::answer::{EventSelector, EventSelectors, FieldSelector};
use crate::aws::Partition;

mod event;
mod field;
mod holes;
mod normalise;
mod overlap;
mod recorded;
mod restriction;

pub use event::{DescribedEvent, Mismatch, Records};
pub use holes::{Hole, HoleQuestion};
use normalise::{advanced_terms, classic_terms};
pub use overlap::Overlap;
pub use recorded::Recorded;
use recorded::union;
use restriction::arn_restriction;

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
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
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

impl Category {
    /// The word of `eventCategory`.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Management => "Management",
            Self::Data => "Data",
            Self::NetworkActivity => "NetworkActivity",
            Self::Other => "Other",
        }
    }
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
    /// Every condition, as AWS evaluates it: all of them must hold. A classic selector's are written as advanced ones.
    pub fields: Vec<FieldSelector>,
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
            .flat_map(|selector| advanced_terms(&selector.field_selectors));
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

    /// Whether any term is of that category.
    #[must_use]
    pub fn has_category(&self, category: Category) -> bool {
        self.terms.iter().any(|term| term.category == category && (term.read || term.write))
    }

    /// The resource types of all data events.
    #[must_use]
    pub fn data_types(&self) -> BTreeSet<&str> {
        let data = self.terms.iter().filter(|term| term.category == Category::Data);
        data.flat_map(|term| &term.resource_types).map(String::as_str).collect()
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

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
