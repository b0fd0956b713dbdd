//! Finding by finding: what each was, and what it is.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::points::{Points, Shares};
use super::{Baseline, Change, Diff, Entry, Movement, Reach, SCHEMA, Said, Side};
use crate::assessment::Assessment;
use crate::finding::{Finding, Status};
use crate::results::Results;
use crate::sentence::Sentence;

/// A later run that is held against an earlier one.
pub struct Comparison<'a> {
    baseline: &'a Baseline,
    reach: Reach,
    shares: Shares,
    seen: BTreeSet<String>,
    counts: BTreeMap<Change, usize>,
    changes: Vec<Entry>,
}

impl<'a> Comparison<'a> {
    pub fn new<R: Results>(
        baseline: &'a Baseline,
        after: &Assessment<R>,
    ) -> Result<Self, R::Error> {
        Ok(Self {
            baseline,
            reach: Reach::of(after),
            shares: Shares::of(after)?,
            seen: BTreeSet::new(),
            counts: Change::ALL.into_iter().map(|change| (change, 0)).collect(),
            changes: Vec::new(),
        })
    }

    /// Takes in a finding of the later run.
    pub fn see(&mut self, after: &Finding) {
        let before = self.baseline.findings.get(&after.fingerprint);
        let (change, why) = match before {
            Some(before) => (changed(before, after), None),
            None => appeared(after, &self.baseline.reach),
        };
        if before.is_some() {
            self.seen.insert(after.fingerprint.clone());
        }
        self.take(change, why, (before, Some(after)));
    }

    fn take(
        &mut self,
        change: Change,
        why: Option<Sentence>,
        (before, after): (Option<&Finding>, Option<&Finding>),
    ) {
        *self.counts.entry(change).or_default() += 1;
        let Some(finding) = after.or(before).filter(|_| change != Change::Unchanged) else {
            return;
        };
        let points = |shares: &Shares, finding: Option<&Finding>| {
            finding.map(|finding| shares.proven(finding)).unwrap_or_default()
        };
        self.changes.push(Entry {
            change,
            fingerprint: finding.fingerprint.clone(),
            check: finding.check.clone(),
            title: finding.title.clone(),
            severity: finding.severity,
            account_id: finding.account_id,
            region: finding.region.clone(),
            resource: finding.resource.clone(),
            before: before.map(said),
            after: after.map(said),
            why: why.map(String::from).unwrap_or_default(),
            points: points(&self.shares, after) - points(&self.baseline.points, before),
            first_seen: before
                .and_then(|before| before.first_seen.or(self.baseline.ended()))
                .or(after.and_then(|after| after.first_seen)),
        });
    }

    /// The difference, all findings of the later run being seen.
    pub fn end(mut self, before: Side, after: Side) -> Diff {
        let baseline = self.baseline;
        for (fingerprint, finding) in &baseline.findings {
            if !self.seen.contains(fingerprint) {
                let (change, why) = vanished(finding, &self.reach);
                self.take(change, why, (Some(finding), None));
            }
        }
        self.changes.sort_by(|one, other| key(one).cmp(&key(other)));
        let mut findings = Points::default();
        self.changes.iter().for_each(|entry| findings += entry.points);
        let proven = Points::between(before.proven, after.proven);
        Diff {
            schema: SCHEMA.to_owned(),
            movement: Movement {
                proven,
                potential: Points::between(before.potential, after.potential),
                coverage: Points::between(before.coverage, after.coverage),
                findings,
                other: proven - findings,
            },
            before,
            after,
            counts: self.counts,
            changes: self.changes,
        }
    }
}

fn key(entry: &Entry) -> impl Ord {
    (
        entry.change,
        Reverse(entry.severity),
        entry.account_id,
        (&entry.check, &entry.region, &entry.resource, &entry.fingerprint),
    )
}

fn said(finding: &Finding) -> Said {
    Said {
        status: finding.status,
        reason: finding.reason.clone(),
        message: finding.message.clone(),
        observed: finding.observed.clone(),
    }
}

/// What became of a finding that both runs have.
fn changed(before: &Finding, after: &Finding) -> Change {
    use Status::{Fail, NotApplicable, Pass, Unknown, Waived};
    match (before.status, after.status) {
        (Unknown, Unknown) => Change::Unchanged,
        (Unknown, _) => Change::NewlyAssessed,
        (_, Unknown) => Change::NoLongerAssessed,
        (Pass | NotApplicable, Fail | Waived) => Change::New,
        (Fail | Waived, Pass) => Change::Fixed,
        (one, other) if one != other => Change::Changed,
        // What passes or has no object may do so in other words; what fails in other words fails otherwise.
        (Fail, Fail) if differs(before, after) => Change::Changed,
        (Waived, Waived) if differs(before, after) || before.waiver != after.waiver => {
            Change::Changed
        }
        _ => Change::Unchanged,
    }
}

fn differs(before: &Finding, after: &Finding) -> bool {
    (&before.reason, &before.observed, before.severity)
        != (&after.reason, &after.observed, after.severity)
}

/// What a finding is that only the later run has.
fn appeared(after: &Finding, earlier: &Reach) -> (Change, Option<Sentence>) {
    match (after.status, earlier.missed(after)) {
        (Status::Unknown, _) => (Change::Unchanged, None),
        (Status::Fail | Status::Waived, None) => (Change::New, Some(Sentence::DIFF_NOT_THERE)),
        (_, None) => (Change::NewlyAssessed, Some(Sentence::DIFF_NOT_THERE)),
        (_, why) => (Change::NewlyAssessed, why),
    }
}

/// What a finding is that only the earlier run has: never fixed, whatever became of its subject.
fn vanished(before: &Finding, later: &Reach) -> (Change, Option<Sentence>) {
    match (before.status, later.missed(before)) {
        (Status::Unknown, _) => (Change::Unchanged, None),
        (_, None) => (Change::NoLongerAssessed, Some(Sentence::DIFF_GONE)),
        (_, why) => (Change::NoLongerAssessed, why),
    }
}
