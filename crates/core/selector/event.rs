//! Whether selectors record one described event: yes, no, or not to be told from what is known of it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::field::{describe, has_operator, satisfies};
use super::{Category, Half, Selectors, Term};
use crate::answer::FieldSelector;

/// One event as far as it is known. What is absent is not known; an empty text is known to be missing in the event.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", default)]
pub struct DescribedEvent {
    /// Its kind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<Category>,
    /// Such as `s3.amazonaws.com`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event_source: Option<String>,
    /// Such as `GetObject`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event_name: Option<String>,
    /// Whether it only reads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub read_only: Option<bool>,
    /// Such as `AWS::S3::Object`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource_type: Option<String>,
    /// The resource's ARN.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource_arn: Option<String>,
    /// Who called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_identity_arn: Option<String>,
    /// Such as `AwsApiCall`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event_type: Option<String>,
    /// The error that it ended with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_code: Option<String>,
    /// The VPC endpoint that it came through.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vpc_endpoint_id: Option<String>,
    /// Whether the caller's credentials came from a console session.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session_credential_from_console: Option<bool>,
}

/// Why one term does not match.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Mismatch {
    /// The term's place in the list.
    pub term: usize,
    /// The field that refuses the event.
    pub field: String,
    /// What the field asks for.
    pub asks: String,
}

/// Whether an event is recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "records")]
pub enum Records {
    /// It is.
    Yes {
        /// The place of the first term that matches.
        term: usize,
        /// That term in words.
        selector: String,
    },
    /// It is not.
    No {
        /// For each term the first field that refuses the event.
        failed: Vec<Mismatch>,
    },
    /// It depends on what is not known of the event.
    CannotTell {
        /// The fields that would decide, by the name that selectors give them.
        unknown: BTreeSet<String>,
    },
}

/// What one field says of an event.
enum Fit {
    Fits,
    Refuses,
    Open,
}

impl DescribedEvent {
    /// The half that it belongs to, where that is known.
    #[must_use]
    pub fn half(&self) -> Option<Half> {
        self.read_only.map(|read| if read { Half::Read } else { Half::Write })
    }

    fn value(&self, field: &str) -> Option<&str> {
        let flag = |value: Option<bool>| value.map(|value| if value { "true" } else { "false" });
        match field {
            "eventCategory" => self.category.map(Category::code),
            "readOnly" => flag(self.read_only),
            "eventSource" => self.event_source.as_deref(),
            "eventName" => self.event_name.as_deref(),
            "eventType" => self.event_type.as_deref(),
            "errorCode" => self.error_code.as_deref(),
            "resources.type" => self.resource_type.as_deref(),
            "resources.ARN" => self.resource_arn.as_deref(),
            "sessionCredentialFromConsole" => flag(self.session_credential_from_console),
            "userIdentity.arn" => self.user_identity_arn.as_deref(),
            "vpcEndpointId" => self.vpc_endpoint_id.as_deref(),
            _ => None,
        }
    }
}

impl Term {
    /// Conditions that hold of the term as a whole, whatever its fields are: the category; a half that it has; for data
    /// events a resource type, without which AWS accepts none.
    fn whole(&self, event: &DescribedEvent) -> [(&'static str, Fit); 3] {
        let fit = |known: Option<bool>| match known {
            Some(true) => Fit::Fits,
            Some(false) => Fit::Refuses,
            None => Fit::Open,
        };
        let category = match (self.category, event.category) {
            (Category::Other, _) => Some(false),
            (own, asked) => asked.map(|asked| own == asked),
        };
        let half = match (self.read, self.write, event.half()) {
            (true, true, _) => Some(true),
            (false, false, _) => Some(false),
            (.., half) => half.map(|half| self.has(half)),
        };
        let typed = self.category != Category::Data || !self.resource_types.is_empty();
        [
            ("eventCategory", fit(category)),
            ("readOnly", fit(half)),
            ("resources.type", fit(Some(typed))),
        ]
    }

    fn fit(&self, field: &FieldSelector, event: &DescribedEvent) -> Fit {
        if field.field == "eventCategory" {
            return Fit::Fits;
        }
        let known = self.knows(&field.field) && has_operator(field);
        match event.value(&field.field).filter(|_| known) {
            Some(value) if satisfies(field, value) => Fit::Fits,
            Some(_) => Fit::Refuses,
            None => Fit::Open,
        }
    }

    /// The first field that refuses the event, else those that leave it open.
    fn judge(&self, event: &DescribedEvent) -> Result<BTreeSet<String>, (String, String)> {
        let mut open = BTreeSet::new();
        for (field, fit) in self.whole(event) {
            match fit {
                Fit::Fits => {}
                Fit::Open => drop(open.insert(field.to_owned())),
                Fit::Refuses => {
                    let asks = self.fields.iter().find(|other| other.field == field);
                    let asks = asks.map_or_else(|| format!("{field} is not given"), describe);
                    return Err((field.to_owned(), asks));
                }
            }
        }
        for field in &self.fields {
            match self.fit(field, event) {
                Fit::Fits => {}
                Fit::Open => drop(open.insert(field.field.clone())),
                Fit::Refuses => return Err((field.field.clone(), describe(field))),
            }
        }
        Ok(open)
    }
}

impl Selectors {
    /// Whether an event is recorded: one term that matches is enough.
    #[must_use]
    pub fn records(&self, event: &DescribedEvent) -> Records {
        let mut failed = Vec::new();
        let mut unknown = BTreeSet::new();
        for (at, term) in self.terms.iter().enumerate() {
            match term.judge(event) {
                Ok(open) if open.is_empty() => {
                    return Records::Yes { term: at, selector: term.describe() };
                }
                Ok(open) => unknown.extend(open),
                Err((field, asks)) => failed.push(Mismatch { term: at, field, asks }),
            }
        }
        if unknown.is_empty() { Records::No { failed } } else { Records::CannotTell { unknown } }
    }
}
