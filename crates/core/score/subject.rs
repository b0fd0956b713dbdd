//! One account, or what the accounts share, as the score sees it: a tally for each check, and what caps the score.

use std::collections::BTreeMap;

use num_bigint::BigInt;
use num_rational::BigRational;

use super::profile::{Profiles, Set};
use super::{CRITICAL_FAIL, CRITICAL_UNKNOWN, EXISTENCE, NOTHING_RECORDED, Shares};
use crate::assessment::{Cap, Milli};
use crate::aws::AccountId;
use crate::check::{Group, Severity};
use crate::control::Framework;
use crate::finding::{Finding, Status};
use crate::sentence::{Said, Sentence};

/// What counts of one check in one account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tally {
    group: Group,
    profiles: Set,
    weight: u32,
    pass: u32,
    fail: u32,
    unknown: u32,
}

impl Tally {
    fn counted(&self) -> u64 {
        u64::from(self.pass) + u64::from(self.fail) + u64::from(self.unknown)
    }
}

/// The checks over which a mean is taken.
#[derive(Debug, Clone, Copy)]
pub(super) enum Part {
    /// All of them.
    All,
    /// Those of a group.
    Group(Group),
    /// Those in a framework's profile.
    Profile(Framework),
}

impl Part {
    fn holds(self, tally: &Tally) -> bool {
        match self {
            Self::All => true,
            Self::Group(group) => tally.group == group,
            Self::Profile(framework) => tally.profiles.holds(framework),
        }
    }
}

/// What remains of a finding that caps a score: enough to name it, and to tell which of several is the first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Witness {
    account: AccountId,
    pub(super) check: String,
    region: String,
    resource: String,
    fingerprint: String,
}

impl Witness {
    pub(super) fn sort_key(&self) -> (AccountId, &str, &str, &str) {
        (self.account, &self.check, &self.region, &self.resource)
    }

    pub(super) fn cap(&self, limit: Milli, reason: Said) -> Cap {
        Cap {
            limit,
            reason: reason.into(),
            binds_potential: true,
            fingerprint: self.fingerprint.clone(),
        }
    }
}

impl From<&Finding> for Witness {
    fn from(finding: &Finding) -> Self {
        Self {
            account: finding.account_id,
            check: finding.check.clone(),
            region: finding.region.clone(),
            resource: finding.resource.clone(),
            fingerprint: finding.fingerprint.clone(),
        }
    }
}

/// One account, or what the accounts share.
#[derive(Debug, Clone, Default)]
pub(super) struct Subject {
    pub(super) checks: BTreeMap<String, Tally>,
    pub(super) critical_fail: Option<Witness>,
    critical_unknown: Option<Witness>,
    pub(super) nothing_recorded: Option<Witness>,
}

impl Subject {
    pub(super) fn add(&mut self, finding: &Finding, profiles: &Profiles) {
        // What weighs nothing (a check that restates others, a gap that another finding weighs) counts nowhere.
        if finding.weight == 0 || matches!(finding.status, Status::NotApplicable | Status::Waived) {
            return;
        }
        if !self.checks.contains_key(&finding.check) {
            let profiles = profiles.with(&finding.check);
            let (group, weight) = (finding.group, finding.weight);
            let empty = Tally { group, profiles, weight, pass: 0, fail: 0, unknown: 0 };
            self.checks.insert(finding.check.clone(), empty);
        }
        let Some(tally) = self.checks.get_mut(&finding.check) else { return };
        // A check has one weight; should its findings disagree, the order of the input must still not matter.
        tally.weight = tally.weight.max(finding.weight);
        let critical = finding.severity == Severity::Critical;
        match finding.status {
            Status::Pass => tally.pass += 1,
            Status::Unknown => {
                tally.unknown += 1;
                if critical {
                    earliest(&mut self.critical_unknown, finding);
                }
            }
            Status::Fail => {
                tally.fail += 1;
                if critical {
                    earliest(&mut self.critical_fail, finding);
                }
                if finding.check == EXISTENCE {
                    earliest(&mut self.nothing_recorded, finding);
                }
            }
            Status::NotApplicable | Status::Waived => {}
        }
    }

    /// The mean over these checks by weight; nothing where they weigh nothing.
    pub(super) fn shares(&self, part: Part) -> Option<Shares> {
        let checks: Vec<&Tally> = self.checks.values().filter(|tally| part.holds(tally)).collect();
        let weight: u64 = checks.iter().map(|tally| u64::from(tally.weight)).sum();
        if weight == 0 {
            return None;
        }
        let share = |part: fn(&Tally) -> u32| {
            // Summed by denominator first: most checks have one resource, and big fractions are slow.
            let mut sums: BTreeMap<u64, u64> = BTreeMap::new();
            for tally in &checks {
                *sums.entry(tally.counted()).or_default() +=
                    u64::from(tally.weight) * u64::from(part(tally));
            }
            let sum: BigRational = sums
                .into_iter()
                .map(|(below, above)| BigRational::new(above.into(), below.into()))
                .sum();
            let milli = (sum * BigInt::from(Milli::FULL.0) / BigInt::from(weight)).to_integer();
            Milli(u32::try_from(milli).unwrap_or(Milli::FULL.0))
        };
        Some(Shares {
            proven: share(|tally| tally.pass),
            potential: share(|tally| tally.pass + tally.unknown),
            coverage: share(|tally| tally.pass + tally.fail),
        })
    }

    /// Every cap that applies, lowest first, whether or not the score would reach it.
    pub(super) fn caps(&self) -> Vec<Cap> {
        let mut caps = Vec::new();
        if let Some(finding) = &self.nothing_recorded {
            let reason = Sentence::CAP_NOTHING_RECORDED.with(&[&finding.check]);
            caps.push(finding.cap(NOTHING_RECORDED, reason));
        }
        if let Some(finding) = &self.critical_fail {
            let reason = Sentence::CAP_CRITICAL_FAIL.with(&[&finding.check]);
            caps.push(finding.cap(CRITICAL_FAIL, reason));
        }
        if let Some(finding) = &self.critical_unknown {
            let reason = Sentence::CAP_CRITICAL_UNKNOWN.with(&[&finding.check]);
            let cap = finding.cap(CRITICAL_UNKNOWN, reason);
            caps.push(Cap { binds_potential: false, ..cap });
        }
        caps
    }
}

fn earliest(slot: &mut Option<Witness>, finding: &Finding) {
    if slot.as_ref().is_none_or(|first| finding.sort_key() < first.sort_key()) {
        *slot = Some(finding.into());
    }
}
