//! What the run before makes of a result, for readers that keep results between runs: begun, gone on with, or closed.

use std::collections::BTreeMap;

use trailproof_core::assessment::Assessment;
use trailproof_core::aws::AccountId;
use trailproof_core::check::Group;
use trailproof_core::diff::{Change, Diff, Entry};
use trailproof_core::finding::{Finding, ScoredIn, Status};

use crate::index::Index;

/// The code of a result whose subject is not there any more.
pub const GONE: &str = "gone";

/// What became of a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Course {
    /// No run before told of it.
    Begun,
    /// The run before told of it.
    GoesOn,
    /// It failed, and was read and passes; or its subject is not there any more.
    Closed,
}

/// The difference to the run before, by result.
pub struct Since {
    changes: BTreeMap<String, Change>,
    begun: BTreeMap<String, bool>,
    gone: BTreeMap<AccountId, Vec<Finding>>,
    held: bool,
}

impl Since {
    pub fn new<R>(assessment: &Assessment<R>, diff: Option<&Diff>, index: &Index<'_>) -> Self {
        let entries = || diff.iter().flat_map(|diff| &diff.changes);
        let by = |entry: &Entry| entry.fingerprint.clone();
        let mut gone: BTreeMap<AccountId, Vec<Finding>> = BTreeMap::new();
        // What is not there may only not have been found: by an account or a region that was not read.
        let is_sure = assessment.run.complete && assessment.coverage.unread.is_empty();
        for entry in entries().filter(|entry| is_sure && entry.is_gone()) {
            gone.entry(entry.account_id).or_default().push(vanished(assessment, entry, index));
        }
        Self {
            changes: entries().map(|entry| (by(entry), entry.change)).collect(),
            begun: entries().map(|entry| (by(entry), entry.before.is_none())).collect(),
            gone,
            held: diff.is_some(),
        }
    }

    /// What became of a result of this run.
    pub fn course(&self, finding: &Finding) -> Course {
        let mark = finding.fingerprint.as_str();
        if finding.reason == GONE || self.changes.get(mark) == Some(&Change::Fixed) {
            return Course::Closed;
        }
        let known = match self.begun.get(mark) {
            Some(begun) => !begun,
            // As before; but what is not decided counts as that in a run that never told of it.
            None => self.held && finding.status != Status::Unknown,
        };
        if known || finding.first_seen.is_some() { Course::GoesOn } else { Course::Begun }
    }

    /// Results of the run before whose subjects are not there any more, where that is sure.
    pub fn gone(&self, account: AccountId) -> &[Finding] {
        self.gone.get(&account).map_or(&[], Vec::as_slice)
    }

    /// Every account that has such.
    pub fn accounts(&self) -> impl Iterator<Item = AccountId> + '_ {
        self.gone.keys().copied()
    }
}

/// A result for a subject that is not there any more.
fn vanished<R>(assessment: &Assessment<R>, entry: &Entry, index: &Index<'_>) -> Finding {
    let check = index.checks.get(entry.check.as_str());
    Finding {
        check: entry.check.clone(),
        title: entry.title.clone(),
        group: check.map_or(Group::Presence, |check| check.group),
        severity: entry.severity,
        weight: 0,
        status: Status::NotApplicable,
        reason: GONE.to_owned(),
        message: "its subject is not there any more".to_owned(),
        partition: assessment.scope.partition.clone(),
        account_id: entry.account_id,
        region: entry.region.clone(),
        resource: entry.resource.clone(),
        observed: "nothing".to_owned(),
        expected: String::new(),
        evidence: Vec::new(),
        fingerprint: entry.fingerprint.clone(),
        scored_in: ScoredIn::Account(entry.account_id),
        inherits: None,
        waiver: None,
        gap: None,
        first_seen: entry.first_seen,
    }
}
