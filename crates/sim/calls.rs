//! What was asked: the journal that tests count calls in.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use crate::http::Request;

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

/// Counts every request; keeps each of them too, unless a scan of hundreds of thousands would make that too much.
#[derive(Debug)]
pub(crate) struct Journal {
    whole: bool,
    entries: Mutex<Entries>,
}

#[derive(Debug, Default)]
struct Entries {
    calls: Vec<Call>,
    /// By `service:Operation` and the attempt that the SDK says it makes.
    attempts: BTreeMap<String, BTreeMap<u32, usize>>,
    throttled: BTreeMap<String, usize>,
    unknown: BTreeSet<String>,
}

impl Journal {
    pub(crate) fn whole() -> Self {
        Self { whole: true, entries: Mutex::default() }
    }

    pub(crate) fn counting() -> Self {
        Self { whole: false, entries: Mutex::default() }
    }

    pub(crate) fn record(&self, request: &Request) {
        let action = request.action();
        self.with(|entries| {
            *entries.attempts.entry(action).or_default().entry(request.attempt).or_default() += 1;
            if self.whole {
                entries.calls.push(Call {
                    account: request.account.clone(),
                    region: request.region.clone(),
                    service: request.service.clone(),
                    operation: request.operation.clone(),
                    resource: request.resource.clone(),
                });
            }
        });
    }

    pub(crate) fn record_throttled(&self, action: String) {
        self.with(|entries| *entries.throttled.entry(action).or_default() += 1);
    }

    pub(crate) fn record_unknown(&self, action: String) {
        self.with(|entries| entries.unknown.insert(action));
    }

    pub(crate) fn calls(&self) -> Vec<Call> {
        self.with(|entries| entries.calls.clone())
    }

    pub(crate) fn unknown(&self) -> BTreeSet<String> {
        self.with(|entries| entries.unknown.clone())
    }

    pub(crate) fn throttled(&self) -> BTreeMap<String, usize> {
        self.with(|entries| entries.throttled.clone())
    }

    pub(crate) fn attempts(&self) -> BTreeMap<String, BTreeMap<u32, usize>> {
        self.with(|entries| entries.attempts.clone())
    }

    pub(crate) fn counts(&self) -> BTreeMap<String, usize> {
        let sum =
            |(action, attempts): (String, BTreeMap<u32, usize>)| (action, attempts.values().sum());
        self.attempts().into_iter().map(sum).collect()
    }

    fn with<T>(&self, action: impl FnOnce(&mut Entries) -> T) -> T {
        // A panic while holding the lock leaves a whole journal behind, since each entry is one push.
        action(&mut self.entries.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
