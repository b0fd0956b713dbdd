//! How fast a run may call: how many calls at once, how many a second, and what it learns from being throttled.

mod admission;
mod quota;
mod windows;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use trailproof_core::aws::AccountId;

pub use admission::{Admission, Closed, LEASE, Permit, Turn};
pub use quota::{Quotas, Rates};
use windows::Windows;

/// What was sent so far, retries included.
#[derive(Debug, Default)]
pub struct Counters {
    attempts: AtomicU64,
    throttled: AtomicU64,
}

impl Counters {
    /// One more attempt went out.
    pub fn attempt(&self) {
        self.attempts.fetch_add(1, Ordering::Relaxed);
    }

    /// One more attempt was refused for coming too soon.
    pub fn throttle(&self) {
        self.throttled.fetch_add(1, Ordering::Relaxed);
    }

    /// How many attempts went out.
    pub fn attempts(&self) -> u64 {
        self.attempts.load(Ordering::Relaxed)
    }

    /// How many of them were throttled.
    pub fn throttled(&self) -> u64 {
        self.throttled.load(Ordering::Relaxed)
    }
}

/// What all accounts of a run share.
#[derive(Debug, Clone)]
pub struct Pace {
    /// Who may call now.
    pub admission: Arc<Admission>,
    /// What was sent.
    pub counters: Arc<Counters>,
    /// How many calls a second each service takes.
    pub rates: Rates,
    windows: Arc<Windows>,
}

impl Pace {
    /// A pace of so many calls at once.
    pub fn new(concurrency: usize, rates: Rates) -> Self {
        Self {
            admission: Admission::new(concurrency),
            counters: Arc::default(),
            rates,
            windows: Arc::default(),
        }
    }

    /// An account's windows; of their own for calls that are made as the caller.
    pub fn quotas(&self, account: Option<AccountId>) -> Arc<Quotas> {
        match account {
            Some(account) => self.windows.of(account, self.rates),
            None => Arc::new(Quotas::new(self.rates)),
        }
    }

    /// How many accounts at once keep all permits busy: each has some ten calls open on the average of its life, and waits
    /// with fifty at its widest, each of which holds its request in memory.
    /// More would only fill memory.
    pub fn accounts(&self) -> usize {
        self.admission.capacity() / 6 + 8
    }
}
