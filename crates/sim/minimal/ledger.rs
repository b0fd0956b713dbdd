//! The account that is kept of calls: how many, after how many others, and against which quotas.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::quota::Quotas;

/// Counts calls by operation, the longest row of calls, and the calls that share a quota.
#[derive(Debug)]
pub(super) struct Ledger<'q> {
    pub(super) calls: BTreeMap<String, u64>,
    /// The number of calls in the longest row in which each needs the answer of the one before it.
    pub(super) chain: u64,
    quotas: &'q Quotas,
    /// By quota and region, for the account that is being walked through; emptied after each.
    here: BTreeMap<(usize, String), u64>,
    wait: Duration,
}

impl<'q> Ledger<'q> {
    pub(super) fn new(quotas: &'q Quotas) -> Self {
        Self {
            calls: BTreeMap::new(),
            chain: 0,
            quotas,
            here: BTreeMap::new(),
            wait: Duration::ZERO,
        }
    }

    /// Calls by the account that is being walked through.
    pub(super) fn call(&mut self, operation: &str, region: &str, times: u64) {
        if times == 0 {
            return;
        }
        match self.calls.get_mut(operation) {
            Some(calls) => *calls = calls.saturating_add(times),
            None => drop(self.calls.insert(operation.to_owned(), times)),
        }
        if let Some((place, quota)) = self.quotas.find(operation) {
            let region = if quota.global { String::new() } else { region.to_owned() };
            *self.here.entry((place, region)).or_default() += times;
        }
    }

    /// The end of a row of so many calls.
    pub(super) fn row(&mut self, calls: u64) {
        self.chain = self.chain.max(calls);
    }

    /// The account that was walked through is done; its quotas are no other's.
    pub(super) fn next_account(&mut self) {
        for ((place, _), calls) in std::mem::take(&mut self.here) {
            let Some(quota) = self.quotas.0.get(place) else { continue };
            let waiting = calls.saturating_sub(u64::from(quota.room()));
            let waiting = u32::try_from(waiting).unwrap_or(u32::MAX);
            // A quota that others use up is never open: no duration bounds such a scan.
            let interval = quota.interval().unwrap_or(Duration::MAX);
            self.wait = self.wait.max(interval.saturating_mul(waiting));
        }
    }

    /// How long the busiest quota makes its calls wait.
    pub(super) fn quota_wait(&self) -> Duration {
        self.wait
    }
}
