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
    /// Calls by how many answers in a row each needs before it can be made, where that is told.
    after: BTreeMap<u64, u64>,
    /// Calls whose row has not ended yet, each group made one after the other at most.
    open: Vec<u64>,
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
            after: BTreeMap::new(),
            open: Vec::new(),
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
        self.open.push(times);
        if let Some((place, quota)) = self.quotas.find(operation) {
            let region = if quota.global { String::new() } else { region.to_owned() };
            *self.here.entry((place, region)).or_default() += times;
        }
    }

    /// The end of a row of so many calls; the calls since the last end are the last in it.
    pub(super) fn row(&mut self, calls: u64) {
        self.chain = self.chain.max(calls);
        for times in self.open.drain(..) {
            // They may be pages, each after the other: that none can be made before the first of them holds of all.
            *self.after.entry(calls.saturating_sub(times)).or_default() += times;
        }
    }

    /// The least time, in calls, that all calls take where so many can be made at once: for every depth, what must
    /// have been answered before it and then the calls that can only be made from there on.
    pub(super) fn passage(&self, at_once: u64) -> u64 {
        let whole = self.calls.values().sum::<u64>().div_ceil(at_once);
        let mut later = 0;
        self.after
            .iter()
            .rev()
            .map(|(depth, calls)| {
                later += calls;
                depth + later.div_ceil(at_once)
            })
            .fold(whole, u64::max)
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

#[cfg(test)]
mod tests {
    use super::*;

    /// All calls made as early as they may be, so many in each step: no order of unit steps ends sooner.
    fn greedy(mut calls: Vec<u64>, at_once: usize) -> u64 {
        let mut now = 0;
        while !calls.is_empty() {
            let mut room = at_once;
            calls.retain(|after| {
                let made = room > 0 && *after <= now;
                room -= usize::from(made);
                !made
            });
            now += 1;
        }
        now
    }

    #[test]
    fn calls_pass_as_fast_as_the_best_order_lets_them() {
        for seed in 0_u64..200 {
            let at_once = 1 + seed % 7;
            let quotas = Quotas::default();
            let mut ledger = Ledger::new(&quotas);
            let mut calls = Vec::new();
            for place in 0..(seed % 40) {
                let after = (seed * 7 + place * place * 13) % (1 + seed % 11);
                ledger.call("s3:ListBuckets", "", 1);
                ledger.row(after + 1);
                calls.push(after);
            }
            let at_once_usize = usize::try_from(at_once).unwrap();
            assert_eq!(ledger.passage(at_once), greedy(calls, at_once_usize), "seed {seed}");
        }
    }

    #[test]
    fn pages_and_calls_without_a_row_only_loosen_the_bound() {
        let quotas = Quotas::default();
        let mut ledger = Ledger::new(&quotas);
        ledger.call("organizations:ListAccounts", "", 5);
        ledger.row(7);
        assert_eq!(ledger.passage(1), 7, "two answers, then five pages");
        assert_eq!(ledger.passage(5), 3, "pages do not overlap: the chain says so");
        ledger.call("sts:AssumeRole", "", 10);
        assert_eq!((ledger.passage(1), ledger.passage(5)), (15, 3));
    }
}
