//! How many calls a second one account's services take: AWS's quotas, less what their owner needs.
//!
//! A window lets so many calls begin in any second, at once where nothing went before: a quota of AWS's refills
//! steadily and holds a second's worth, so that no window of ours can empty it. Each (region, service) of each account
//! has its own. Being throttled halves its window, and once that is one call makes it longer; calls that go well widen
//! it again. Where nothing but throttling comes of the longest one, no call is made a second time until one goes well:
//! fifty questions would else wait ten times each for a service that answers none of them.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

const SECOND: Duration = Duration::from_secs(1);
/// The longest that one call has to itself.
const LONGEST: Duration = Duration::from_secs(8);
/// After so many periods of the slowest pace without an attempt that was not throttled, one that is throttled too is not
/// made again: no call that is alone is tried for as long.
const HOPELESS: u32 = super::super::patience::THROTTLED;
/// What a service without a published quota begins with once it has throttled, and what it may come back to.
const UNPUBLISHED: usize = 32;
const PLENTY: usize = 1024;

/// How many calls a second this run asks of the services that have a quota.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rates {
    /// CloudTrail's describing calls, for each account and region; AWS's quota is 10. Of event history a fifth of that:
    /// AWS's quota is 2.
    pub cloudtrail: u16,
}

impl Default for Rates {
    /// Leaves a fifth of each quota to the account's owner.
    fn default() -> Self {
        Self { cloudtrail: 8 }
    }
}

impl Rates {
    /// As fast as it goes: for a simulated organization, whose quotas nobody else needs.
    pub const UNLIMITED: Self = Self { cloudtrail: u16::MAX };

    /// The window of an operation; none where AWS publishes no quota for it.
    fn window(self, service: &str, operation: &str) -> Option<Window> {
        match (service, operation) {
            // One by one, so that 1.6 of 2 a second are even less in any one second.
            ("cloudtrail", "LookupEvents") => {
                Some(Window::new(1, 5 * SECOND / u32::from(self.cloudtrail.max(1))))
            }
            ("cloudtrail", _) => Some(Window::new(usize::from(self.cloudtrail), SECOND)),
            // 5 a second: 4 of them.
            ("account", _) => Some(Window::new(4, SECOND)),
            _ => None,
        }
    }
}

/// The calls that one window counts together.
fn class(service: &str, region: &str, operation: &str) -> String {
    match operation {
        "LookupEvents" => format!("{service} {region} {operation}"),
        _ => format!("{service} {region}"),
    }
}

/// The windows of one account.
#[derive(Debug)]
pub struct Quotas {
    rates: Rates,
    windows: Mutex<BTreeMap<String, Window>>,
}

impl Quotas {
    /// Windows that nothing went through yet.
    pub fn new(rates: Rates) -> Self {
        Self { rates, windows: Mutex::default() }
    }

    /// Takes the next place in an operation's window, and says from when on it holds.
    pub fn place(&self, service: &str, region: &str, operation: &str) -> Option<Instant> {
        let now = Instant::now();
        let mut windows = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        let class = class(service, region, operation);
        if let Some(window) = windows.get_mut(&class) {
            return Some(window.place(now));
        }
        let mut window = self.rates.window(service, operation)?;
        let place = window.place(now);
        windows.insert(class, window);
        Some(place)
    }

    /// Whether they are not as they were at first: calls went through them just now, or AWS has throttled.
    pub fn remember(&self, now: Instant) -> bool {
        let windows = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        windows.values().any(|window| {
            let last = window.places.back();
            (window.limit, window.period) != window.full
                || last.is_some_and(|last| now < *last + window.period)
        })
    }

    /// Learns how an attempt went. Tells whether it is no use to make the call again.
    pub fn learn(&self, service: &str, region: &str, (operation, throttled): (&str, bool)) -> bool {
        let mut windows = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        let class = class(service, region, operation);
        match (windows.get_mut(&class), throttled) {
            (Some(window), true) => {
                window.narrow(Instant::now());
                window.in_vain > HOPELESS
            }
            (Some(window), false) => {
                window.widen();
                false
            }
            (None, true) => {
                let window = Window {
                    limit: UNPUBLISHED,
                    narrowed: Some(Instant::now()),
                    ..Window::new(PLENTY, SECOND)
                };
                windows.insert(class, window);
                false
            }
            (None, false) => false,
        }
    }
}

/// Lets at most `limit` calls begin in any `period`.
#[derive(Debug)]
struct Window {
    limit: usize,
    period: Duration,
    /// What it may widen to.
    full: (usize, Duration),
    /// Calls that went well since it last changed.
    well: usize,
    /// Moments in a row at the slowest pace of which nothing but throttling came.
    in_vain: u32,
    /// When it was last made narrower.
    narrowed: Option<Instant>,
    /// When the last calls begin, at most `limit` of them, some of them still to come.
    places: VecDeque<Instant>,
}

impl Window {
    fn new(limit: usize, period: Duration) -> Self {
        let limit = limit.max(1);
        Self {
            limit,
            period,
            full: (limit, period),
            well: 0,
            in_vain: 0,
            narrowed: None,
            places: VecDeque::new(),
        }
    }

    fn place(&mut self, now: Instant) -> Instant {
        while self.places.len() > self.limit {
            self.places.pop_front();
        }
        let place = match self.places.front() {
            Some(first) if self.places.len() >= self.limit => {
                let place = now.max(*first + self.period);
                self.places.pop_front();
                place
            }
            _ => now,
        };
        self.places.push_back(place);
        place
    }

    /// Once for all calls that were under way when it happened: they tell of one and the same moment.
    fn narrow(&mut self, now: Instant) {
        self.well = 0;
        if self.narrowed.is_some_and(|last| now < last + self.period) {
            return;
        }
        self.narrowed = Some(now);
        if self.limit > 1 {
            self.limit /= 2;
        } else if self.period < LONGEST {
            self.period = (self.period * 2).min(LONGEST);
        } else {
            self.in_vain += 1;
        }
    }

    fn widen(&mut self) {
        self.in_vain = 0;
        self.well += 1;
        if self.well < self.limit || (self.limit, self.period) == self.full {
            return;
        }
        self.well = 0;
        if self.period > self.full.1 {
            self.period = (self.period / 2).max(self.full.1);
        } else if self.limit < self.full.0 {
            self.limit = (self.limit + self.limit.div_ceil(8)).min(self.full.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quotas() -> Quotas {
        Quotas::new(Rates::default())
    }

    fn waits(quotas: &Quotas, service: &str, operation: &str, calls: usize) -> Vec<u128> {
        let start = Instant::now();
        (0..calls)
            .map(|_| quotas.place(service, "eu-west-1", operation).unwrap())
            .map(|place| place.saturating_duration_since(start).as_millis())
            .collect()
    }

    #[tokio::test(start_paused = true)]
    async fn a_second_takes_eight_calls_and_the_next_second_eight_more() {
        let waits = waits(&quotas(), "cloudtrail", "DescribeTrails", 17);
        assert_eq!(
            waits,
            [[0; 8], [1000; 8]].concat().into_iter().chain([2000]).collect::<Vec<_>>()
        );
    }

    #[tokio::test(start_paused = true)]
    async fn places_that_were_taken_a_second_ago_are_free() {
        let quotas = quotas();
        waits(&quotas, "cloudtrail", "DescribeTrails", 8);
        tokio::time::advance(SECOND).await;
        assert_eq!(waits(&quotas, "cloudtrail", "GetTrailStatus", 8), [0; 8]);
    }

    #[tokio::test(start_paused = true)]
    async fn events_are_looked_up_at_their_own_rate() {
        let quotas = quotas();
        assert_eq!(waits(&quotas, "cloudtrail", "LookupEvents", 3), [0, 625, 1250]);
        assert_eq!(waits(&quotas, "cloudtrail", "DescribeTrails", 1), [0]);
        assert_eq!(waits(&quotas, "account", "ListRegions", 5), [0, 0, 0, 0, 1000]);
    }

    #[tokio::test(start_paused = true)]
    async fn regions_do_not_wait_for_one_another() {
        let quotas = quotas();
        waits(&quotas, "cloudtrail", "DescribeTrails", 80);
        let there = quotas.place("cloudtrail", "eu-west-2", "DescribeTrails");
        assert_eq!(there, Some(Instant::now()));
    }

    #[tokio::test(start_paused = true)]
    async fn throttling_narrows_and_success_widens() {
        let quotas = quotas();
        waits(&quotas, "cloudtrail", "DescribeTrails", 8);
        let learn = |throttled| {
            quotas.learn("cloudtrail", "eu-west-1", ("DescribeTrails", throttled));
        };
        for _ in 0..5 {
            // Of those that come together one counts.
            (0..17).for_each(|_| learn(true));
            tokio::time::advance(SECOND * 3).await;
        }
        tokio::time::advance(SECOND * 60).await;
        // 8, 4, 2, 1, then one in two and one in four seconds.
        assert_eq!(waits(&quotas, "cloudtrail", "DescribeTrails", 3), [0, 4000, 8000]);
        for _ in 0..40 {
            learn(false);
        }
        tokio::time::advance(SECOND * 60).await;
        assert_eq!(waits(&quotas, "cloudtrail", "DescribeTrails", 8), [0; 8]);
    }

    #[tokio::test(start_paused = true)]
    async fn where_all_is_throttled_for_long_nothing_is_asked_twice_until_a_call_goes_well() {
        let quotas = quotas();
        let throttled = async || {
            tokio::time::sleep_until(
                quotas.place("cloudtrail", "eu-west-1", "LookupEvents").unwrap(),
            )
            .await;
            quotas.learn("cloudtrail", "eu-west-1", ("LookupEvents", true))
        };
        let mut hopeful = 0;
        while !throttled().await {
            hopeful += 1;
        }
        // More than a call that is alone is given.
        assert!((HOPELESS..2 * HOPELESS).contains(&hopeful), "{hopeful}");
        assert!(throttled().await);
        // Another operation, and another region, have hopes of their own.
        assert!(!quotas.learn("cloudtrail", "eu-west-1", ("DescribeTrails", true)));
        assert!(!quotas.learn("cloudtrail", "eu-west-2", ("LookupEvents", true)));
        assert!(!quotas.learn("cloudtrail", "eu-west-1", ("LookupEvents", false)));
        assert!(!throttled().await);
    }

    #[tokio::test(start_paused = true)]
    async fn a_service_without_a_quota_waits_only_once_it_has_throttled() {
        let quotas = quotas();
        assert_eq!(quotas.place("kms", "eu-west-1", "DescribeKey"), None);
        quotas.learn("kms", "eu-west-1", ("DescribeKey", false));
        assert_eq!(quotas.place("kms", "eu-west-1", "DescribeKey"), None);
        quotas.learn("kms", "eu-west-1", ("DescribeKey", true));
        assert_eq!(waits(&quotas, "kms", "DescribeKey", UNPUBLISHED + 1).last(), Some(&1000));
    }
}
