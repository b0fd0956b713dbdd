//! What the table needs of the results, gathered in one visit: counts, and the few lines of each part that it shows.

use std::collections::{BTreeMap, BTreeSet};

use trailproof_core::assessment::Assessment;
use trailproof_core::aws::AccountId;
use trailproof_core::check::Severity;
use trailproof_core::finding::{Finding, Status};
use trailproof_core::gate;
use trailproof_core::results::Results;

use super::fold::{Folded, Line, Number};
use super::{LINES, findings, gaps};
use crate::index::Index;
use crate::{ReportError, visit};

/// All that the table prints of findings. Its size depends on the number of checks and, by two numbers each, on that
/// of the accounts in which something fails.
#[derive(Debug, Default)]
pub struct Gathered {
    /// By status.
    pub counts: BTreeMap<Status, usize>,
    /// Whether any finding counts in the score.
    pub weighs: bool,
    /// Where the findings lie that cap the total score, by fingerprint.
    pub capping: BTreeMap<String, AccountId>,
    /// The accounts in which something fails: how often at critical and at high severity.
    pub failing: BTreeMap<AccountId, [usize; 2]>,
    /// What failed.
    pub failed: Part,
    /// What is waived: how many, and the first of them.
    pub waived: (Number, Vec<Finding>),
    /// What is not decided.
    pub unknown: Unknown,
}

/// Findings of one status.
#[derive(Debug, Default)]
pub struct Part {
    /// How many, in how many accounts.
    pub number: Number,
    /// By check.
    pub checks: BTreeMap<String, OfCheck>,
}

/// The findings of one check that have one status.
#[derive(Debug)]
pub struct OfCheck {
    /// The first one's severity, weight and title.
    pub severity: Severity,
    pub weight: u32,
    pub title: String,
    /// How many, in how many accounts.
    pub number: Number,
    /// What they tell.
    pub lines: Folded,
    /// Checks of one kind have had the same lines so far.
    pub kind: usize,
}

/// What is not decided.
#[derive(Debug, Default)]
pub struct Unknown {
    /// How many, in how many accounts.
    pub number: Number,
    /// The checks of which something is not decided.
    pub checks: BTreeSet<String>,
    /// The accounts of which no more is known than that they were not assessed: the first, and how many.
    pub unassessed: (Vec<Unassessed>, usize),
    /// All else.
    pub own: Part,
    /// The next kind that no check has.
    next_kind: usize,
}

/// An account of which nothing is known.
#[derive(Debug)]
pub struct Unassessed {
    pub account: AccountId,
    pub checks: usize,
    pub reasons: Vec<String>,
}

/// Visits the results.
pub fn gather<R: Results>(
    assessment: &Assessment<R>,
    index: &Index<'_>,
    width: usize,
) -> Result<Gathered, ReportError<R::Error>> {
    let caps = assessment.score.total.caps.iter();
    let caps: BTreeSet<&str> = caps.map(|cap| cap.fingerprint.as_str()).collect();
    let mut gathered = Gathered::default();
    visit::findings(assessment, &mut |account, findings| {
        for finding in findings {
            gathered.weighs |= gate::counts(finding);
            *gathered.counts.entry(finding.status).or_default() += 1;
            let fingerprint = finding.fingerprint.as_str();
            if caps.contains(fingerprint) && !gathered.capping.contains_key(fingerprint) {
                gathered.capping.insert(fingerprint.to_owned(), account);
            }
            match finding.status {
                Status::Fail => gathered.fail(finding, index),
                Status::Waived => gathered.waive(finding),
                _ => {}
            }
        }
        gathered.unknown.add(account, findings, (index, width));
    })?;
    Ok(gathered)
}

impl Gathered {
    /// How many findings have that status.
    pub fn count(&self, status: Status) -> usize {
        self.counts.get(&status).copied().unwrap_or_default()
    }

    fn fail(&mut self, finding: &Finding, index: &Index<'_>) {
        let [critical, high] = self.failing.entry(finding.account_id).or_default();
        match finding.severity {
            Severity::Critical => *critical += 1,
            Severity::High => *high += 1,
            Severity::Medium | Severity::Low | Severity::Info => {}
        }
        self.failed.number.add(finding.account_id, 1);
        let check = self.failed.check(finding, index);
        check.number.add(finding.account_id, 1);
        check.lines.add(findings::line(finding, index));
    }

    fn waive(&mut self, finding: &Finding) {
        let (number, first) = &mut self.waived;
        number.add(finding.account_id, 1);
        if first.len() < LINES {
            first.push(finding.clone());
        }
    }
}

impl Part {
    /// The checks, the worst first.
    pub fn worst_first(&self) -> Vec<(&str, &OfCheck)> {
        let mut checks: Vec<_> = self.checks.iter().map(|(id, of)| (id.as_str(), of)).collect();
        checks.sort_by_key(|(id, of)| {
            use std::cmp::Reverse;
            (Reverse(of.severity), Reverse(of.weight), Reverse(of.number.findings), *id)
        });
        checks
    }

    fn check(&mut self, finding: &Finding, index: &Index<'_>) -> &mut OfCheck {
        self.checks.entry(finding.check.clone()).or_insert_with(|| OfCheck {
            severity: finding.severity,
            weight: finding.weight,
            title: index.title(finding).to_owned(),
            number: Number::default(),
            lines: Folded::default(),
            kind: 0,
        })
    }
}

impl Unknown {
    /// Adds what is not decided of an account.
    fn add(
        &mut self,
        account: AccountId,
        findings: &[Finding],
        (index, width): (&Index<'_>, usize),
    ) {
        let unknown = findings.iter().filter(|finding| finding.status == Status::Unknown);
        let (whole, own): (Vec<&Finding>, Vec<&Finding>) =
            unknown.partition(|finding| gaps::is_of_unread_account(finding, index));
        self.number.add(account, whole.len() + own.len());
        for finding in whole.iter().chain(&own) {
            if !self.checks.contains(&finding.check) {
                self.checks.insert(finding.check.clone());
            }
        }
        if !whole.is_empty() {
            let (first, number) = &mut self.unassessed;
            *number += 1;
            if first.len() < LINES {
                let checks: BTreeSet<&str> = whole.iter().map(|one| one.check.as_str()).collect();
                let reasons: BTreeSet<&str> = whole.iter().map(|one| one.reason.as_str()).collect();
                let reasons = reasons.into_iter().map(str::to_owned).collect();
                first.push(Unassessed { account, checks: checks.len(), reasons });
            }
        }
        if own.is_empty() {
            return;
        }
        self.own.number.add(account, own.len());
        let mut lines: BTreeMap<&str, Vec<Line>> = BTreeMap::new();
        for findings in own.chunk_by(|one, other| one.check == other.check) {
            let Some(first) = findings.first() else { continue };
            let check = self.own.check(first, index);
            check.number.add(account, findings.len());
            let told = gaps::by_reason((index, width), findings);
            told.iter().for_each(|line| check.lines.add(line.clone()));
            lines.insert(&first.check, told);
        }
        self.part_kinds(&lines);
    }

    /// Checks stay of one kind only where the same was told of them once more: whole lists of lines are compared
    /// without being kept.
    fn part_kinds(&mut self, lines: &BTreeMap<&str, Vec<Line>>) {
        let silence = Vec::new();
        let mut kinds: BTreeMap<usize, Vec<(&Vec<Line>, usize)>> = BTreeMap::new();
        for (id, check) in &mut self.own.checks {
            let told = lines.get(id.as_str()).unwrap_or(&silence);
            let parts = kinds.entry(check.kind).or_default();
            check.kind = match parts.iter().find(|(other, _)| *other == told) {
                Some((_, kind)) => *kind,
                None => {
                    self.next_kind += 1;
                    parts.push((told, self.next_kind));
                    self.next_kind
                }
            };
        }
    }
}
