//! What the findings add up to: proven and potential score, evidence coverage, caps and grades.
//!
//! Within an account everything is an exact fraction, cut to a thousandth of a percent point when the account's row
//! is made. The organization's mean is taken over those rows and not over the fractions behind them, so that anybody
//! can recompute it from the report; cutting and averaging are monotone, so every promise about a row (a repair never
//! lowers it, proven is never above potential) also holds for the mean.

use std::collections::BTreeMap;

use crate::assessment::{AccountScore, Cap, Grade, Milli, ScoreReport, ScoreRow};
use crate::aws::AccountId;
use crate::check::{Check, Group};
use crate::control::Framework;
use crate::finding::{Finding, ScoredIn};
use crate::sentence::Sentence;

mod profile;
mod subject;

use profile::Profiles;
use subject::{Part, Subject, Witness};

/// An active account in scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScoredAccount {
    /// The account.
    pub id: AccountId,
    /// Whether its evidence could be read; where not, its findings do not count and it proves nothing.
    pub assessed: bool,
    /// Its criticality, 1 to 5: what it weighs in the organization's mean.
    pub weight: u32,
}

/// The check whose failure means that nothing durable exists.
const EXISTENCE: &str = "cloudtrail-enabled";

/// The limits of catalogue C.2, steps 3 and 5.
const NOTHING_RECORDED: Milli = Milli(20_000);
const CRITICAL_FAIL: Milli = Milli(49_000);
const SHARED_CRITICAL_FAIL: Milli = Milli(59_000);
const CRITICAL_UNKNOWN: Milli = Milli(79_000);

/// The row of an account that could not be read, and of a run in which nothing weighs anything: nothing is proved,
/// everything is possible.
const NO_EVIDENCE: Shares = Shares { proven: Milli(0), potential: Milli::FULL, coverage: Milli(0) };

/// Adds findings up as catalogue C.2 says. Of an account that is closed only its row is kept, so that an organization
/// of any size takes little memory; of what the accounts share the tallies are.
#[derive(Debug, Clone)]
pub struct Scorer {
    organization: bool,
    profiles: Profiles,
    accounts: BTreeMap<AccountId, ScoredAccount>,
    shared: Subject,
    open: BTreeMap<AccountId, Subject>,
    closed: Closed,
}

/// What is kept of the accounts that are closed.
#[derive(Debug, Clone, Default)]
struct Closed {
    /// How many they are, with or without a row.
    number: usize,
    rows: Vec<AccountScore>,
    mean: Sums,
    groups: BTreeMap<Group, Sums>,
    frameworks: BTreeMap<Framework, Sums>,
    /// The accounts that were not assessed, as they stand in each group.
    unread: Sums,
    /// How many fail a critical check, and the first finding of them.
    failing: usize,
    first_failing: Option<Witness>,
}

impl Scorer {
    /// Begins with the active accounts in scope, and whether there is an organization: without one a shared object
    /// counts in the account that owns it. Findings of accounts that are not among these count nowhere.
    #[must_use]
    pub fn new(accounts: impl IntoIterator<Item = ScoredAccount>, organization: bool) -> Self {
        Self {
            organization,
            profiles: Profiles::default(),
            accounts: accounts.into_iter().map(|account| (account.id, account)).collect(),
            shared: Subject::default(),
            open: BTreeMap::new(),
            closed: Closed::default(),
        }
    }

    /// With the frameworks that these checks surely speak for, each scored over its own checks.
    #[must_use]
    pub fn with_profiles(self, checks: &[&Check]) -> Self {
        Self { profiles: Profiles::of(checks), ..self }
    }

    /// Adds a finding. Their order changes nothing.
    pub fn add(&mut self, finding: &Finding) {
        self.profiles.count(finding);
        let id = match finding.scored_in {
            ScoredIn::Organization if self.organization => {
                return self.shared.add(finding, &self.profiles);
            }
            ScoredIn::Organization => finding.account_id,
            ScoredIn::Account(id) => id,
        };
        if self.accounts.get(&id).is_some_and(|account| account.assessed) {
            self.open.entry(id).or_default().add(finding, &self.profiles);
        }
    }

    /// Makes the account's row: no finding of it comes any more.
    pub fn close(&mut self, id: AccountId) {
        let Some(account) = self.accounts.remove(&id) else { return };
        self.closed.take(account, self.open.remove(&id).unwrap_or_default(), &self.profiles);
    }

    /// The scores of all that was added.
    #[must_use]
    pub fn report(mut self) -> ScoreReport {
        for id in self.accounts.keys().copied().collect::<Vec<_>>() {
            self.close(id);
        }
        let Self { organization, profiles, shared, mut closed, .. } = self;
        closed.rows.sort_by_key(|account| account.account_id);
        let row = shared.shares(Part::All).map(|shares| shares.row(shared.caps()));
        let total = match (organization, closed.rows.as_slice()) {
            (false, [lone]) if closed.number == 1 => lone.row.clone(),
            _ => {
                let mean = closed.mean.with(row.as_ref().map(Shares::of));
                mean.unwrap_or(NO_EVIDENCE).row(closed.total_caps(&shared))
            }
        };
        let groups = Group::ALL
            .into_iter()
            .filter_map(|group| {
                let mean = closed
                    .among(closed.groups.get(&group))
                    .with(shared.shares(Part::Group(group)))?;
                Some((group, mean.row(Vec::new())))
            })
            .collect();
        let frameworks = profiles.report(|framework| {
            let accounts = closed.among(closed.frameworks.get(&framework));
            let mean = accounts.with(shared.shares(Part::Profile(framework)))?;
            Some(mean.row(Vec::new()))
        });
        ScoreReport { total, organization: row, accounts: closed.rows, groups, frameworks }
    }
}

impl Closed {
    fn take(&mut self, account: ScoredAccount, subject: Subject, profiles: &Profiles) {
        self.number += 1;
        let weight = u64::from(account.weight.clamp(1, 5));
        if let Some(finding) = subject.critical_fail.clone() {
            self.failing += 1;
            let first = &mut self.first_failing;
            if first.as_ref().is_none_or(|first| finding.sort_key() < first.sort_key()) {
                *first = Some(finding);
            }
        }
        let row = if account.assessed {
            for group in Group::ALL {
                if let Some(shares) = subject.shares(Part::Group(group)) {
                    self.groups.entry(group).or_default().add(weight, shares);
                }
            }
            for framework in profiles.frameworks() {
                if let Some(shares) = subject.shares(Part::Profile(framework)) {
                    self.frameworks.entry(framework).or_default().add(weight, shares);
                }
            }
            subject.shares(Part::All).map(|shares| shares.row(subject.caps()))
        } else {
            self.unread.add(weight, NO_EVIDENCE);
            Some(NO_EVIDENCE.row(Vec::new()))
        };
        if let Some(row) = row {
            self.mean.add(weight, Shares::of(&row));
            self.rows.push(AccountScore { account_id: account.id, row });
        }
    }

    /// The sums of a group or a framework over the accounts. An unread account stands in it only where some account can
    /// have such checks: the organization's own questions have no object in a member.
    fn among(&self, read: Option<&Sums>) -> Sums {
        read.map_or_else(Sums::default, |read| read.and(&self.unread))
    }

    /// The caps of the organization's score.
    fn total_caps(&self, shared: &Subject) -> Vec<Cap> {
        let mut caps = Vec::new();
        if let Some(finding) = shared.critical_fail.as_ref().or(shared.nothing_recorded.as_ref()) {
            let reason = Sentence::CAP_SHARED.with(&[&finding.check]);
            caps.push(finding.cap(SHARED_CRITICAL_FAIL, reason));
        }
        if let Some(first) = &self.first_failing {
            let (bad, all) = (self.failing, self.number);
            let lost = u32::try_from(40 * bad / all.max(1)).unwrap_or(40);
            let reason = Sentence::CAP_ACCOUNTS.with(&[&bad, &all, &first.check]);
            caps.push(first.cap(Milli(89_000 - lost.min(40) * 1000), reason));
        }
        caps.sort();
        caps
    }
}

/// A score without its caps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Shares {
    proven: Milli,
    potential: Milli,
    coverage: Milli,
}

impl Shares {
    fn of(row: &ScoreRow) -> Self {
        Self { proven: row.proven, potential: row.potential, coverage: row.coverage }
    }

    fn row(self, caps: Vec<Cap>) -> ScoreRow {
        let limit = |potential: bool| {
            caps.iter().filter(|cap| cap.binds_potential || !potential).map(|cap| cap.limit).min()
        };
        let proven = self.proven.min(limit(false).unwrap_or(Milli::FULL));
        let potential = self.potential.min(limit(true).unwrap_or(Milli::FULL));
        ScoreRow {
            proven,
            potential,
            coverage: self.coverage,
            grade: grade(proven, self.coverage),
            caps,
        }
    }
}

fn grade(proven: Milli, coverage: Milli) -> Grade {
    match proven.0 {
        _ if coverage.0 < 50_000 => Grade::Insufficient,
        90_000.. => Grade::A,
        80_000.. => Grade::B,
        70_000.. => Grade::C,
        60_000.. => Grade::D,
        _ => Grade::F,
    }
}

/// The accounts' side of the mean of step 5, by what the accounts weigh.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    weight: u64,
    proven: u64,
    potential: u64,
    coverage: u64,
}

impl Sums {
    fn add(&mut self, weight: u64, shares: Shares) {
        self.weight += weight;
        self.proven += weight * u64::from(shares.proven.0);
        self.potential += weight * u64::from(shares.potential.0);
        self.coverage += weight * u64::from(shares.coverage.0);
    }

    fn and(&self, other: &Self) -> Self {
        Self {
            weight: self.weight + other.weight,
            proven: self.proven + other.proven,
            potential: self.potential + other.potential,
            coverage: self.coverage + other.coverage,
        }
    }

    /// The mean of step 5: 35 parts for what is shared, 65 for the accounts; where one is missing the other counts
    /// alone.
    fn with(&self, shared: Option<Shares>) -> Option<Shares> {
        let mean = |sum: u64, part: fn(&Shares) -> Milli| {
            let shared = shared.as_ref().map(|shares| u64::from(part(shares).0));
            let milli = match (shared, self.weight) {
                (None, 0) => return None,
                (Some(shared), 0) => shared,
                (None, weight) => sum / weight,
                (Some(shared), weight) => (35 * shared * weight + 65 * sum) / (100 * weight),
            };
            u32::try_from(milli).ok().map(Milli)
        };
        Some(Shares {
            proven: mean(self.proven, |shares| shares.proven)?,
            potential: mean(self.potential, |shares| shares.potential)?,
            coverage: mean(self.coverage, |shares| shares.coverage)?,
        })
    }
}

#[cfg(test)]
mod tests;
