//! What the best possible scan costs, counted from the world itself and from nothing that the product believes.
//!
//! Both figures come from one walk over the accounts: how many calls must be made, and after which others. The rules
//! are those of AWS's interfaces. Lists come in pages, each of which names the next; an account is entered by one
//! `AssumeRole`; trails are shown region by region; the configuration of a bucket is for its owner to read.

mod detection;
mod follow;
mod history;
mod keys;
mod ledger;
mod policies;
mod reads;
mod walk;
mod watched;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::minimal::ledger::Ledger;
use crate::minimal::reads::Reads;
use crate::minimal::walk::Walk;
use crate::simulator::Simulator;
use crate::world::World;

/// The reading of a trail's status in each further region where it is seen; the bare operation reads it once, at home.
pub(crate) const TRAIL_DELIVERY: &str = "cloudtrail:GetTrailStatus/region";
/// The reading of whether a bucket that nobody lists is that of an account that cannot be entered; the bare operation
/// reads only whether the bucket is there.
pub(crate) const BUCKET_OWNER: &str = "s3:HeadBucket/owner";

/// Below what a scan's duration cannot fall, for three reasons each of which holds by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bound {
    /// Calls that need another's answer wait for it: the longest row of such calls, each with its latency.
    ///
    /// Who calls (1) is known before the organization is asked for (2), that before the first page of accounts (3),
    /// each page before the next. An account is entered after the page that lists it (a scan that enters accounts from
    /// the tree instead saves a handful of latencies, since the list has to be read all the same); in it `ListRegions`,
    /// `DescribeTrails` and what is asked of a trail follow one another, while its buckets and principals are listed
    /// page by page. A log bucket is read after both a trail named it and its owner listed it, and is sought by
    /// `HeadBucket` only after every list lacked it. What it writes to is known after that, and what a key lets be
    /// asked after the key was described.
    pub chain: Duration,
    /// No quota lets more calls through than its burst and its rate: for the busiest account, region and kind of
    /// call, `(calls - burst) / rate`, by the quotas that the simulator was given. Zero without quotas.
    pub quota: Duration,
    /// So many calls at once, each for the latency: `ceil(calls / concurrency) * latency`, and the same from every depth
    /// on. Of the calls that need `d` answers before them none is made in the first `d` latencies, so that they end
    /// no sooner than `(d + ceil(those calls / concurrency)) * latency`; the largest of these.
    pub throughput: Duration,
}

impl Bound {
    /// The largest of the three. A scan that enters accounts as the list names them cannot be faster; whether one can
    /// be so fast is another question.
    #[must_use]
    pub fn total(&self) -> Duration {
        self.chain.max(self.quota).max(self.throughput)
    }
}

impl Simulator {
    /// How many calls of each `service:Operation` the caller's scan must at least make to read what these operations
    /// read, of every account that is active and lets itself be entered. Whatever they need in turn is counted too.
    ///
    /// Three operations are made for two reasons each, of which either may be wanted:
    ///
    /// - `cloudtrail:GetTrailStatus` reads whether a trail is logging, once for each account that sees the trail;
    ///   `cloudtrail:GetTrailStatus/region` how its deliveries went in every other region where the account sees it.
    /// - `s3:HeadBucket` reads whether a log bucket is there that nobody lists; `s3:HeadBucket/owner` whether it
    ///   belongs to an account that cannot be entered, where the first answer was 200.
    ///
    /// - `organizations:ListDelegatedAdministrators` reads who administers CloudTrail;
    ///   `organizations:ListDelegatedAdministrators/analyzers` who administers IAM Access Analyzer.
    ///
    /// And `cloudtrail:LookupEvents` reads the newest event of a region; `cloudtrail:LookupEvents/TrailHistory`,
    /// `…/BucketHistory`, `…/KeyHistory`, `…/DetectionHistory` and `…/OrganizationHistory` read who changed what.
    ///
    /// The calls of each are counted under the operation's own name.
    ///
    /// An account lets itself be entered unless it refuses every role; that the caller knows a role and an external
    /// id that it accepts is taken for granted. Scripted faults and changes are not looked at. Memory is needed for
    /// the log buckets and keys alone, not for the accounts.
    #[must_use]
    pub fn minimal_calls(&self, reads: &BTreeSet<String>) -> BTreeMap<String, u64> {
        self.walked(reads).calls
    }

    /// Below what the duration of that scan cannot fall, where each call takes `latency` and at most `concurrency`
    /// calls are under way at once.
    ///
    /// Latencies of the simulator's own are not looked at, its quotas are.
    #[must_use]
    pub fn bound(&self, reads: &BTreeSet<String>, latency: Duration, concurrency: usize) -> Bound {
        let ledger = self.walked(reads);
        let times = |calls: u64| latency.saturating_mul(u32::try_from(calls).unwrap_or(u32::MAX));
        let concurrency = u64::try_from(concurrency).unwrap_or(u64::MAX).max(1);
        Bound {
            chain: times(ledger.chain),
            quota: ledger.quota_wait(),
            throughput: times(ledger.passage(concurrency)),
        }
    }

    fn walked(&self, reads: &BTreeSet<String>) -> Ledger<'_> {
        let world = World::new(&self.land, &[], Duration::ZERO);
        let mut ledger = Ledger::new(&self.script.quotas);
        Walk::new(&world, Reads::new(reads)).all(&mut ledger);
        ledger
    }
}

#[cfg(test)]
mod scan;

#[cfg(test)]
#[path = "minimal/tests.rs"]
mod tests;
