//! Quotas: AWS's token buckets, one for each account, region and kind of call.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::fault::agrees;
use crate::http::Request;

/// Quotas in the order in which they are looked up; calls that none is about are not limited.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quotas(pub Vec<Quota>);

/// One quota: a bucket of `burst` calls that fills up with `rate` calls a second.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quota {
    /// The calls that share it: `cloudtrail:*`; `*` stands for any text.
    pub operation: String,
    /// Calls a second.
    pub rate: u32,
    /// Calls at once.
    pub burst: u32,
    /// One bucket for all regions of an account, instead of one for each.
    #[serde(default)]
    pub global: bool,
    /// What the account's other users take of the rate, and of the burst with it, all the time.
    #[serde(default)]
    pub used: u32,
}

impl Quotas {
    /// What AWS publishes for the services that are simulated: CloudTrail 10 a second for each account and region,
    /// `LookupEvents` 2 apart from that, `ListRegions` 5 for each account, and what is known of KMS and CloudWatch Logs.
    #[must_use]
    pub fn aws() -> Self {
        let quota = |operation: &str, rate, global| Quota {
            operation: operation.to_owned(),
            rate,
            burst: rate,
            global,
            used: 0,
        };
        Self(vec![
            quota("cloudtrail:LookupEvents", 2, false),
            quota("cloudtrail:*", 10, false),
            quota("account:ListRegions", 5, true),
            quota("kms:DescribeKey", 2000, false),
            quota("kms:GetKeyRotationStatus", 1000, false),
            quota("kms:GetKeyPolicy", 1000, false),
            quota("logs:DescribeLogGroups", 10, false),
        ])
    }

    /// The same while other users take so many calls a second of the quota of those operations.
    #[must_use]
    pub fn used(mut self, operation: &str, used: u32) -> Self {
        for quota in self.0.iter_mut().filter(|quota| quota.operation == operation) {
            quota.used = used;
        }
        self
    }

    /// The quota of a call with its place in the list.
    pub(crate) fn find(&self, action: &str) -> Option<(usize, &Quota)> {
        self.0.iter().enumerate().find(|(_, quota)| agrees(Some(&quota.operation), action))
    }
}

impl Quota {
    /// Until one call's worth has flown back into the bucket; none: it never does.
    pub(crate) fn interval(&self) -> Option<Duration> {
        let rate = self.rate.saturating_sub(self.used);
        (rate > 0).then(|| Duration::from_secs(1) / rate)
    }

    /// Calls at once beside those of the other users.
    pub(crate) fn room(&self) -> u32 {
        self.burst.saturating_sub(self.used)
    }
}

/// The buckets that are not full. A full one is as good as none, so memory follows the calls of the last seconds.
#[derive(Debug, Default)]
pub(crate) struct Meter(Mutex<Buckets>);

#[derive(Debug, Default)]
struct Buckets {
    /// By quota, account and region: the virtual time at which the bucket will be full again.
    full_at: BTreeMap<(usize, String, String), Duration>,
    /// At this many the full ones are looked for.
    limit: usize,
}

const FIRST_SWEEP: usize = 1024;

impl Meter {
    /// Takes one call out of its bucket; false where there is none left.
    pub(crate) fn admits(&self, quotas: &Quotas, request: &Request, now: Duration) -> bool {
        let Some((place, quota)) = quotas.find(&request.action()) else { return true };
        let Some(interval) = quota.interval() else { return false };
        let region = if quota.global { String::new() } else { request.region.clone() };
        let mut buckets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.full_at.len() >= buckets.limit.max(FIRST_SWEEP) {
            buckets.full_at.retain(|_, full| *full > now);
            buckets.limit = buckets.full_at.len().saturating_mul(2);
        }
        let key = (place, request.account.clone(), region);
        let full_at = buckets.full_at.get(&key).copied().unwrap_or(now).max(now);
        let after = full_at.saturating_add(interval);
        let admitted = after.saturating_sub(now) <= interval.saturating_mul(quota.room());
        if admitted {
            buckets.full_at.insert(key, after);
        }
        admitted
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.0.lock().unwrap().full_at.len()
    }
}
