//! Required sets: which events have to be matched, as data, and the question whether they are.

use std::fmt;
use std::sync::Arc;

use serde_json::Value;

use crate::bridge::{Leaf, Scalar};
use crate::event::Event;
use crate::formula::{Atom, Formula};
use crate::implication;
use crate::matcher::Matcher;
use crate::pattern::FilterPattern;
use crate::reading::Reading;
use crate::schema::Schema;
use crate::selector::{Selector, Step};
use crate::test::Test;

/// Which events are meant. Fields are named by dotted names, `userIdentity.type`.
///
/// Unlike patterns, these conditions have one reading: texts equal texts alone, and a missing field has no value.
#[derive(Debug, Clone, PartialEq)]
pub enum Condition {
    /// The field is one of these texts.
    OneOf(String, Vec<String>),
    /// The field is a text, and none of these.
    NoneOf(String, Vec<String>),
    /// The field is a text that begins so.
    StartsWith(String, String),
    /// The field is a text that ends so.
    EndsWith(String, String),
    /// The field is there, be it null.
    Exists(String),
    /// The event matches the pattern.
    Pattern(FilterPattern),
    /// The condition does not hold.
    Not(Box<Condition>),
    /// All of them hold.
    All(Vec<Condition>),
    /// Any of them holds.
    Any(Vec<Condition>),
}

impl Condition {
    /// The field is that text.
    #[must_use]
    pub fn is(field: &str, text: &str) -> Self {
        Self::OneOf(field.to_owned(), vec![text.to_owned()])
    }

    /// The field is one of these texts.
    #[must_use]
    pub fn one_of(field: &str, texts: &[&str]) -> Self {
        Self::OneOf(field.to_owned(), texts.iter().map(|text| (*text).to_owned()).collect())
    }

    /// The field is not there.
    #[must_use]
    pub fn absent(field: &str) -> Self {
        Self::Not(Box::new(Self::Exists(field.to_owned())))
    }

    pub(crate) fn formula(&self, reading: Reading) -> Formula {
        let text = |text: &String| Leaf::Literal(Scalar::Text(text.clone()));
        let each = |parts: &[Self]| parts.iter().map(|part| part.formula(reading)).collect();
        match self {
            Self::OneOf(field, texts) => {
                Formula::Any(texts.iter().map(|one| atom(field, Test::Leaf(text(one)))).collect())
            }
            Self::NoneOf(field, texts) => {
                let is_text = Leaf::Prefix { text: String::new(), fold: false };
                let mut parts = vec![atom(field, Test::Leaf(is_text))];
                let different = |one| Formula::not(atom(field, Test::Leaf(text(one))));
                parts.extend(texts.iter().map(different));
                Formula::All(parts)
            }
            Self::StartsWith(field, text) => {
                atom(field, Test::Leaf(Leaf::Prefix { text: text.clone(), fold: false }))
            }
            Self::EndsWith(field, text) => {
                atom(field, Test::Leaf(Leaf::Suffix { text: text.clone(), fold: false }))
            }
            Self::Exists(field) => atom(field, Test::Exists),
            Self::Pattern(pattern) => pattern.formula(reading),
            Self::Not(inner) => Formula::not(inner.formula(reading.other())),
            Self::All(parts) => Formula::All(each(parts)),
            Self::Any(parts) => Formula::Any(each(parts)),
        }
    }
}

fn atom(field: &str, test: Test) -> Formula {
    let (selector, test) = (Selector::dotted(field), Arc::new(test));
    Formula::Atom(Atom { selector, flattened: false, test, reading: Reading::Narrow })
}

/// A set of events that have to be matched.
#[derive(Debug, Clone)]
pub struct Required {
    narrow: Formula,
    wide: Formula,
    schema: Schema,
}

/// Whether matchers take every event of a required set.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// They do, for every event that is as the schema says and in every reading, where a test is read the same wherever
    /// it stands. Of a set that is empty this is true of any matchers.
    Proved,
    /// They do not: this event is required, and in no reading does any of them match it. Both were evaluated on it.
    Refuted(Box<Value>),
    /// It cannot be told.
    Unclear(Doubt),
}

/// Why it cannot be told whether a required set is matched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Doubt {
    /// The documentation leaves more than one reading, and the answers differ. The text names the test concerned.
    Reading(String),
    /// A pattern of words, or of the whole text, takes the events that were tried; that it takes all of them is beyond
    /// what is decided about texts.
    Text,
    /// The values of this field that would have to be told apart are beyond what is decided.
    Values(String),
    /// The patterns are too large, or too entangled.
    Work,
}

impl fmt::Display for Doubt {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Reading(test) => {
                write!(out, "AWS does not document what `{test}` means for some events")
            }
            Self::Text => out.write_str("a pattern searches the whole text of the event"),
            Self::Values(field) => write!(out, "the values of {field} cannot be told apart"),
            Self::Work => out.write_str("the patterns are too large to decide"),
        }
    }
}

impl Required {
    /// The events that are as the schema says and meet the condition.
    #[must_use]
    pub fn new(condition: &Condition, schema: Schema) -> Self {
        let (narrow, wide) = (condition.formula(Reading::Narrow), condition.formula(Reading::Wide));
        Self { narrow, wide, schema }
    }

    /// CloudTrail's records that meet the condition.
    #[must_use]
    pub fn of_cloudtrail(condition: &Condition) -> Self {
        Self::new(condition, Schema::cloudtrail())
    }

    /// The same records as they reach EventBridge: the first condition is on the record, which is the field `detail`
    /// there, the second on the envelope (`source`, `detail-type`, `account`, `region`).
    #[must_use]
    pub fn of_event_bridge(record: &Condition, envelope: &Condition) -> Self {
        let detail = [Step::Key("detail".to_owned())];
        let both = |reading: Reading| {
            Formula::All(vec![record.formula(reading).under(&detail), envelope.formula(reading)])
        };
        let (narrow, wide) = (both(Reading::Narrow), both(Reading::Wide));
        Self { narrow, wide, schema: Schema::event_bridge() }
    }

    /// Whether some event of the set is matched, as far as that is known: for sure where it says so.
    #[must_use]
    pub fn touches(&self, matcher: &Matcher) -> bool {
        let both = |reading: Reading| {
            Formula::All(vec![self.formula(reading).clone(), matcher.formula(reading).clone()])
        };
        let (narrow, wide) = (both(Reading::Narrow), both(Reading::Wide));
        let met = Self { narrow, wide, schema: self.schema.clone() };
        matches!(met.covered_by(&[]), Answer::Refuted(_))
    }

    /// Whether an event is in the set, by its condition alone.
    #[must_use]
    pub fn contains(&self, event: &Event<'_>) -> bool {
        self.narrow.holds(event)
    }

    /// What is known of the events.
    #[must_use]
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// Whether every event of the set is matched by one matcher at least. The work is bounded.
    #[must_use]
    pub fn covered_by(&self, matchers: &[Matcher]) -> Answer {
        implication::decide(self, matchers)
    }

    pub(crate) fn formula(&self, reading: Reading) -> &Formula {
        match reading {
            Reading::Narrow => &self.narrow,
            Reading::Wide => &self.wide,
        }
    }
}
