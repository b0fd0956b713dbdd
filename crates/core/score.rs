//! What the findings add up to: proven and potential score, evidence coverage, caps and grades.
//!
//! Within an account everything is an exact fraction, cut to a thousandth of a percent point when the account's row
//! is made. The organization's mean is taken over those rows and not over the fractions behind them, so that anybody
//! can recompute it from the report; cutting and averaging are monotone, so every promise about a row (a repair never
//! lowers it, proven is never above potential) also holds for the mean.

use std::collections::BTreeMap;

use num_bigint::BigInt;
use num_rational::BigRational;

use crate::assessment::{AccountScore, Cap, Grade, Milli, ScoreReport, ScoreRow};
use crate::aws::AccountId;
use crate::check::{Group, Severity};
use crate::finding::{Finding, ScoredIn, Status};

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

/// What is scored.
#[derive(Debug, Clone)]
pub struct ScoreInput<'a> {
    /// The findings, in any order. Those of accounts that are not listed below count nowhere.
    pub findings: Vec<&'a Finding>,
    /// The active accounts in scope.
    pub accounts: Vec<ScoredAccount>,
    /// Whether there is an organization. Without one a shared object counts in the account that owns it.
    pub organization: bool,
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

/// Scores the findings as catalogue C.2 says.
#[must_use]
pub fn score(input: &ScoreInput<'_>) -> ScoreReport {
    let mut shared = Subject::default();
    let mut subjects: BTreeMap<AccountId, (ScoredAccount, Subject<'_>)> =
        input.accounts.iter().map(|account| (account.id, (*account, Subject::default()))).collect();
    for finding in &input.findings {
        match finding.scored_in {
            ScoredIn::Organization if input.organization => shared.add(finding),
            place => {
                let id = if let ScoredIn::Account(id) = place { id } else { finding.account_id };
                if let Some((account, subject)) = subjects.get_mut(&id)
                    && account.assessed
                {
                    subject.add(finding);
                }
            }
        }
    }

    let organization = shared.shares(None).map(|shares| shares.row(shared.caps()));
    let accounts: Vec<AccountScore> = subjects
        .values()
        .filter_map(|(account, subject)| {
            let row = if account.assessed {
                subject.shares(None)?.row(subject.caps())
            } else {
                NO_EVIDENCE.row(Vec::new())
            };
            Some(AccountScore { account_id: account.id, row })
        })
        .collect();
    let total = match (input.organization, accounts.as_slice()) {
        (false, [lone]) if subjects.len() == 1 => lone.row.clone(),
        _ => {
            let mean = Mean {
                shared: organization.as_ref().map(Shares::of),
                accounts: accounts
                    .iter()
                    .map(|account| {
                        (weight_of(&subjects, account.account_id), Shares::of(&account.row))
                    })
                    .collect(),
            };
            mean.shares().unwrap_or(NO_EVIDENCE).row(total_caps(&shared, &subjects))
        }
    };
    let groups = Group::ALL
        .into_iter()
        .filter_map(|group| Some((group, group_mean(group, &shared, &subjects)?.row(Vec::new()))))
        .collect();
    ScoreReport { total, organization, accounts, groups }
}

fn weight_of(subjects: &BTreeMap<AccountId, (ScoredAccount, Subject<'_>)>, id: AccountId) -> u64 {
    subjects.get(&id).map_or(1, |(account, _)| u64::from(account.weight.clamp(1, 5)))
}

/// A group's mean over the accounts and what they share. An unread account stands in it only where some account can
/// have such checks: the organization's own questions have no object in a member.
fn group_mean(
    group: Group,
    shared: &Subject<'_>,
    subjects: &BTreeMap<AccountId, (ScoredAccount, Subject<'_>)>,
) -> Option<Shares> {
    let asked_of_accounts =
        subjects.values().any(|(_, subject)| subject.shares(Some(group)).is_some());
    let accounts = subjects
        .values()
        .filter_map(|(account, subject)| {
            let shares = if account.assessed {
                subject.shares(Some(group))
            } else {
                asked_of_accounts.then_some(NO_EVIDENCE)
            };
            Some((weight_of(subjects, account.id), shares?))
        })
        .collect();
    Mean { shared: shared.shares(Some(group)), accounts }.shares()
}

/// The caps of the organization's score.
fn total_caps(
    shared: &Subject<'_>,
    subjects: &BTreeMap<AccountId, (ScoredAccount, Subject<'_>)>,
) -> Vec<Cap> {
    let mut caps = Vec::new();
    if let Some(finding) = shared.critical_fail.or(shared.nothing_recorded) {
        let reason = format!("what the accounts share fails a critical check: {}", finding.check);
        caps.push(cap(SHARED_CRITICAL_FAIL, reason, finding));
    }
    let failing: Vec<&Finding> =
        subjects.values().filter_map(|(_, subject)| subject.critical_fail).collect();
    if let Some(first) = failing.iter().min_by_key(|finding| finding.sort_key()) {
        let (bad, all) = (failing.len(), subjects.len());
        let lost = u32::try_from(40 * bad / all.max(1)).unwrap_or(40);
        let reason =
            format!("{bad} of {all} accounts fail a critical check, the first is {}", first.check);
        caps.push(cap(Milli(89_000 - lost.min(40) * 1000), reason, first));
    }
    caps.sort();
    caps
}

fn cap(limit: Milli, reason: String, finding: &Finding) -> Cap {
    Cap { limit, reason, binds_potential: true, fingerprint: finding.fingerprint.clone() }
}

/// What counts of one check in one account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Tally {
    group: Group,
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

/// One account, or what the accounts share.
#[derive(Debug, Default)]
struct Subject<'a> {
    checks: BTreeMap<&'a str, Tally>,
    critical_fail: Option<&'a Finding>,
    critical_unknown: Option<&'a Finding>,
    nothing_recorded: Option<&'a Finding>,
}

impl<'a> Subject<'a> {
    fn add(&mut self, finding: &'a Finding) {
        let empty =
            Tally { group: finding.group, weight: finding.weight, pass: 0, fail: 0, unknown: 0 };
        // What weighs nothing (a check that restates others, a gap that another finding weighs) counts nowhere.
        if finding.weight == 0 || matches!(finding.status, Status::NotApplicable | Status::Waived) {
            return;
        }
        let tally = self.checks.entry(&finding.check).or_insert(empty);
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

    /// The mean over the checks (of one group, or all) by weight; nothing where they weigh nothing.
    fn shares(&self, group: Option<Group>) -> Option<Shares> {
        let checks: Vec<&Tally> = self
            .checks
            .values()
            .filter(|tally| group.is_none_or(|group| tally.group == group))
            .collect();
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
    fn caps(&self) -> Vec<Cap> {
        let mut caps = Vec::new();
        if let Some(finding) = self.nothing_recorded {
            caps.push(cap(
                NOTHING_RECORDED,
                format!("nothing is recorded: {} fails", finding.check),
                finding,
            ));
        }
        if let Some(finding) = self.critical_fail {
            caps.push(cap(
                CRITICAL_FAIL,
                format!("a critical check fails: {}", finding.check),
                finding,
            ));
        }
        if let Some(finding) = self.critical_unknown {
            let reason = format!("a critical check could not be decided: {}", finding.check);
            caps.push(Cap { binds_potential: false, ..cap(CRITICAL_UNKNOWN, reason, finding) });
        }
        caps
    }
}

fn earliest<'a>(slot: &mut Option<&'a Finding>, finding: &'a Finding) {
    if slot.is_none_or(|first| finding.sort_key() < first.sort_key()) {
        *slot = Some(finding);
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

/// The mean of step 5: 35 parts for what is shared, 65 for the accounts; where one is missing the other counts alone.
struct Mean {
    shared: Option<Shares>,
    accounts: Vec<(u64, Shares)>,
}

impl Mean {
    fn shares(&self) -> Option<Shares> {
        Some(Shares {
            proven: self.of(|shares| shares.proven)?,
            potential: self.of(|shares| shares.potential)?,
            coverage: self.of(|shares| shares.coverage)?,
        })
    }

    fn of(&self, part: fn(&Shares) -> Milli) -> Option<Milli> {
        let weight: u64 = self.accounts.iter().map(|(weight, _)| weight).sum();
        let sum: u64 =
            self.accounts.iter().map(|(weight, shares)| weight * u64::from(part(shares).0)).sum();
        let shared = self.shared.as_ref().map(|shares| u64::from(part(shares).0));
        let milli = match (shared, weight) {
            (None, 0) => return None,
            (Some(shared), 0) => shared,
            (None, _) => sum / weight,
            (Some(shared), _) => (35 * shared * weight + 65 * sum) / (100 * weight),
        };
        u32::try_from(milli).ok().map(Milli)
    }
}

#[cfg(test)]
mod tests;
