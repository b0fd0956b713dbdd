//! The windows of every account: whoever asks an account, and however often it is entered, its quotas are the same.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::time::Instant;
use trailproof_core::aws::AccountId;

use super::quota::{Quotas, Rates};

/// The windows that are in use, or that still know of calls that AWS counts.
#[derive(Debug, Default)]
pub struct Windows(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    by_account: BTreeMap<AccountId, Arc<Quotas>>,
    /// At this many those that are as good as new are looked for.
    limit: usize,
}

const FIRST_SWEEP: usize = 64;

impl Windows {
    /// The windows of an account.
    pub fn of(&self, account: AccountId, rates: Rates) -> Arc<Quotas> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.by_account.len() >= known.limit.max(FIRST_SWEEP) {
            let now = Instant::now();
            known
                .by_account
                .retain(|_, quotas| Arc::strong_count(quotas) > 1 || quotas.remember(now));
            known.limit = known.by_account.len().saturating_mul(2);
        }
        let quotas = known.by_account.entry(account);
        Arc::clone(quotas.or_insert_with(|| Arc::new(Quotas::new(rates))))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn account(number: usize) -> AccountId {
        format!("{number:012}").parse().unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn an_account_has_one_window_whoever_asks_it() {
        let windows = Windows::default();
        let place = |number| {
            let quotas = windows.of(account(number), Rates::default());
            quotas.place("cloudtrail", "eu-west-1", "LookupEvents").unwrap()
        };
        let now = Instant::now();
        assert_eq!([place(1), place(2)], [now, now]);
        assert_eq!(place(1), now + Duration::from_millis(625));
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_as_good_as_new_is_forgotten() {
        let windows = Windows::default();
        let held = windows.of(account(0), Rates::default());
        let slow = windows.of(account(1), Rates::default());
        slow.learn("kms", "eu-west-1", ("DescribeKey", true));
        drop(slow);
        for number in 2..1000 {
            let quotas = windows.of(account(number), Rates::default());
            quotas.place("cloudtrail", "eu-west-1", "DescribeTrails");
            drop(quotas);
            tokio::time::advance(Duration::from_millis(100)).await;
        }
        let known = windows.0.lock().unwrap();
        assert!(known.by_account.len() <= FIRST_SWEEP, "{}", known.by_account.len());
        assert!(Arc::ptr_eq(&known.by_account[&account(0)], &held));
        assert!(known.by_account.contains_key(&account(1)));
    }
}
