//! What was asked: the journal that tests count calls in.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

/// One request as it arrived, retries included.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Call {
    /// The account whose credentials signed it; empty for credentials that are not the simulator's.
    pub account: String,
    /// The region of the signature.
    pub region: String,
    /// `cloudtrail`, `s3`, `s3control`, …
    pub service: String,
    /// `DescribeTrails`, …
    pub operation: String,
    /// The bucket, key, trail, role or parent that it names; empty where it names none.
    pub resource: String,
}

#[derive(Debug, Default)]
pub(crate) struct Journal(Mutex<Entries>);

#[derive(Debug, Default)]
struct Entries {
    calls: Vec<Call>,
    unknown: BTreeSet<String>,
}

impl Journal {
    pub(crate) fn record(&self, call: Call) {
        self.with(|entries| entries.calls.push(call));
    }

    pub(crate) fn record_unknown(&self, operation: String) {
        self.with(|entries| entries.unknown.insert(operation));
    }

    pub(crate) fn calls(&self) -> Vec<Call> {
        self.with(|entries| entries.calls.clone())
    }

    pub(crate) fn unknown(&self) -> BTreeSet<String> {
        self.with(|entries| entries.unknown.clone())
    }

    pub(crate) fn counts(&self) -> BTreeMap<String, usize> {
        self.with(|entries| {
            let mut counts = BTreeMap::new();
            for call in &entries.calls {
                *counts.entry(format!("{}:{}", call.service, call.operation)).or_default() += 1;
            }
            counts
        })
    }

    fn with<T>(&self, action: impl FnOnce(&mut Entries) -> T) -> T {
        // A panic while holding the lock leaves a whole journal behind, since each entry is one push.
        action(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
