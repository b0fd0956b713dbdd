//! A JSON report, read as its users read it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// A JSON report.
#[derive(Debug)]
pub struct Report(pub Value);

impl Report {
    pub fn read(text: impl AsRef<[u8]>) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(text.as_ref()).map(Self)
    }

    pub fn results(&self) -> &[Value] {
        self.0["results"].as_array().unwrap()
    }

    /// The results with this value under this key.
    pub fn having<'a>(&'a self, key: &'a str, value: &'a str) -> impl Iterator<Item = &'a Value> {
        self.results().iter().filter(move |result| result[key] == value)
    }

    /// The fingerprints of the results with this status.
    pub fn with_status<'a>(&'a self, status: &'a str) -> BTreeSet<&'a str> {
        self.having("status", status).map(|result| text(result, "fingerprint")).collect()
    }

    /// Status and reason of each result, by fingerprint.
    pub fn verdicts(&self) -> BTreeMap<&str, (&str, &str)> {
        let verdict = |result| (text(result, "status"), text(result, "reason"));
        self.results().iter().map(|result| (text(result, "fingerprint"), verdict(result))).collect()
    }

    pub fn coverage(&self) -> f64 {
        self.0["coverage"]["percent"].as_f64().unwrap()
    }

    /// How many accounts stand under that word: listed, assessed, unread, excluded, not_active.
    pub fn accounts(&self, word: &str) -> u64 {
        self.0["coverage"]["accounts"][word].as_u64().unwrap()
    }
}

/// A text member of a result.
pub fn text<'a>(result: &'a Value, key: &str) -> &'a str {
    result[key].as_str().unwrap_or_else(|| panic!("{key} is no text in {result}"))
}
