//! What changed between two runs: finding by finding, and what it did to the score.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::ControlFlow;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::assessment::{Assessment, Cap, Grade, Milli};
use crate::aws::AccountId;
use crate::check::Severity;
use crate::finding::{Finding, Status};
use crate::results::Results;
use crate::sentence::Sentence;

mod compare;
mod points;

pub use points::Points;

/// The schema that this version writes.
pub const SCHEMA: &str = "trailproof.diff/1";

/// What became of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// It fails, and the earlier run, which looked, did not see it fail.
    New,
    /// It failed, and passes. Nothing else is mended: what is gone or was not read is not.
    Fixed,
    /// It says something else than before, and is neither new nor fixed.
    Changed,
    /// The earlier run decided it, and this one does not: it was not read, not asked, or is not there any more.
    NoLongerAssessed,
    /// This run decides it, and the earlier one did not look or could not tell.
    NewlyAssessed,
    /// As before.
    Unchanged,
}

impl Change {
    /// All, in the order in which reports tell them.
    pub const ALL: [Self; 6] = [
        Self::New,
        Self::Fixed,
        Self::Changed,
        Self::NoLongerAssessed,
        Self::NewlyAssessed,
        Self::Unchanged,
    ];

    /// The word that reports print.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Fixed => "fixed",
            Self::Changed => "changed",
            Self::NoLongerAssessed => "no_longer_assessed",
            Self::NewlyAssessed => "newly_assessed",
            Self::Unchanged => "unchanged",
        }
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.code().replace('_', " "))
    }
}

/// What a run said of a finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// One of the five.
    pub status: Status,
    /// The finding's code.
    pub reason: String,
    /// A lower-case fragment for people.
    pub message: String,
    /// What was observed.
    pub observed: String,
}

/// A finding that is not as before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// What became of it.
    pub change: Change,
    /// Its stable identity.
    pub fingerprint: String,
    /// The check's id.
    pub check: String,
    /// The statement that the check proves.
    pub title: String,
    /// The check's severity.
    pub severity: Severity,
    /// The account that owns the subject.
    pub account_id: AccountId,
    /// The subject's region, or `global`.
    pub region: String,
    /// The subject's ARN, or `type/name`.
    pub resource: String,
    /// What the earlier run said; absent where it did not look.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Said>,
    /// What this run says; absent where it did not look.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Said>,
    /// Why it counts as this, where the statuses do not tell: a lower-case fragment.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub why: String,
    /// What it did to the proven score, before caps.
    pub points: Points,
    /// When the first run ended that is known to tell of it, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_seen: Option<Timestamp>,
}

impl Entry {
    /// Whether the later run looked where it stood, and did not find its subject.
    #[must_use]
    pub fn is_gone(&self) -> bool {
        self.change == Change::NoLongerAssessed
            && self.after.is_none()
            && self.why == String::from(Sentence::DIFF_GONE)
    }
}

/// A run, as a difference names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Side {
    /// The run's id.
    pub run_id: String,
    /// When collecting ended.
    pub ended: Timestamp,
    /// The version of trailproof that collected.
    pub tool_version: String,
    /// The checks that were judged.
    pub ruleset: String,
    /// Accounts read, of those that the organization lists.
    pub accounts_assessed: usize,
    /// All that it lists.
    pub accounts_listed: usize,
    /// The proven score.
    pub proven: Milli,
    /// The potential score.
    pub potential: Milli,
    /// The share of the evidence that was read.
    pub coverage: Milli,
    /// The letter.
    pub grade: Grade,
    /// The caps that applied.
    pub caps: Vec<Cap>,
}

impl Side {
    /// Of a run.
    #[must_use]
    pub fn of<R>(assessment: &Assessment<R>) -> Self {
        let (run, total) = (&assessment.run, &assessment.score.total);
        Self {
            run_id: run.id.clone(),
            ended: run.ended,
            tool_version: run.tool_version.clone(),
            ruleset: run.ruleset.clone(),
            accounts_assessed: assessment.coverage.accounts.assessed,
            accounts_listed: assessment.coverage.accounts.listed,
            proven: total.proven,
            potential: total.potential,
            coverage: total.coverage,
            grade: total.grade,
            caps: total.caps.clone(),
        }
    }
}

/// How the score moved: `proven` is `findings` and `other` together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Movement {
    /// Of the proven score.
    pub proven: Points,
    /// Of the potential score.
    pub potential: Points,
    /// Of the coverage.
    pub coverage: Points,
    /// What the findings that changed did to the proven score.
    pub findings: Points,
    /// The rest: caps that came or went, and weight that moved because there is more or less to look at.
    pub other: Points,
}

/// The difference between two runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diff {
    /// [`SCHEMA`].
    pub schema: String,
    /// The earlier run.
    pub before: Side,
    /// The later run.
    pub after: Side,
    /// How many findings of each change; all six are there.
    pub counts: BTreeMap<Change, usize>,
    /// How the score moved.
    pub movement: Movement,
    /// What is not as before: by change, worst first, then account, check, region and resource.
    pub changes: Vec<Entry>,
}

/// An earlier run, against which another is held: its findings by identity, without their evidence.
#[derive(Debug, Clone, Default)]
pub struct Baseline {
    side: Option<Side>,
    findings: BTreeMap<String, Finding>,
    reach: Reach,
    points: points::Shares,
}

/// What a run looked at.
#[derive(Debug, Clone, Default)]
struct Reach {
    checks: BTreeSet<String>,
    assessed: BTreeSet<AccountId>,
    unread: BTreeSet<(AccountId, String)>,
}

impl Reach {
    fn of<R>(assessment: &Assessment<R>) -> Self {
        let accounts = assessment.scope.accounts.iter();
        let unread = assessment.coverage.unread.iter();
        Self {
            checks: assessment.checks.iter().map(|check| check.id.clone()).collect(),
            assessed: accounts.filter(|one| one.assessed).map(|one| one.id).collect(),
            unread: unread.map(|row| (row.account_id, row.region.clone())).collect(),
        }
    }

    /// Why the run cannot have seen such a finding; nothing where it looked.
    fn missed(&self, finding: &Finding) -> Option<Sentence> {
        if !self.checks.contains(&finding.check) {
            Some(Sentence::DIFF_NOT_JUDGED)
        } else if !self.assessed.contains(&finding.account_id) {
            Some(Sentence::DIFF_ACCOUNT_UNREAD)
        } else if self.unread.contains(&(finding.account_id, finding.region.clone())) {
            Some(Sentence::DIFF_REGION_UNREAD)
        } else {
            None
        }
    }
}

impl Baseline {
    /// Takes in an earlier run.
    ///
    /// # Errors
    /// Where its results cannot be had.
    pub fn of<R: Results>(assessment: &Assessment<R>) -> Result<Self, R::Error> {
        let mut findings = BTreeMap::new();
        assessment.results.visit(&mut |account| {
            for finding in account {
                let bare = Finding { evidence: Vec::new(), gap: None, ..finding.clone() };
                findings.insert(finding.fingerprint.clone(), bare);
            }
            ControlFlow::Continue(())
        })?;
        Ok(Self {
            side: Some(Side::of(assessment)),
            findings,
            reach: Reach::of(assessment),
            points: points::Shares::of(assessment)?,
        })
    }

    /// The run's id; empty where there is none.
    #[must_use]
    pub fn run_id(&self) -> &str {
        self.side.as_ref().map_or("", |side| &side.run_id)
    }

    /// When it ended; nothing where there is none.
    fn ended(&self) -> Option<Timestamp> {
        self.side.as_ref().map(|side| side.ended)
    }

    /// Whether the finding failed in it.
    #[must_use]
    pub fn failed(&self, fingerprint: &str) -> bool {
        self.findings.get(fingerprint).is_some_and(|finding| finding.status == Status::Fail)
    }
}

impl Diff {
    /// What changed since the baseline; nothing where that is empty.
    ///
    /// # Errors
    /// Where the later run's results cannot be had.
    pub fn between<R: Results>(
        baseline: &Baseline,
        after: &Assessment<R>,
    ) -> Result<Option<Self>, R::Error> {
        let Some(before) = &baseline.side else { return Ok(None) };
        let mut compared = compare::Comparison::new(baseline, after)?;
        after.results.visit(&mut |findings| {
            findings.iter().for_each(|finding| compared.see(finding));
            ControlFlow::Continue(())
        })?;
        Ok(Some(compared.end(before.clone(), Side::of(after))))
    }
}

#[cfg(test)]
mod tests;
