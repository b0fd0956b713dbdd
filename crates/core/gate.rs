//! Whether the run may pass: the gates that were asked for, and the exit code that follows.

use crate::assessment::{Assessment, GateOutcome, GateStatus, Milli};
use crate::check::Severity;
use crate::finding::{Finding, Status};

/// The gates that were asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct GateRequest {
    /// No finding may fail at this severity or above.
    pub fail_on: Option<Severity>,
    /// The proven score must reach this.
    pub min_score: Option<Milli>,
    /// The evidence coverage must reach this.
    pub min_coverage: Option<Milli>,
}

/// All is well, and all was looked at.
pub const PASSED: u8 = 0;
/// A gate is proved not to hold.
pub const FAILED: u8 = 1;
/// No gate failed, but not enough was read to say that all is well.
pub const INCOMPLETE: u8 = 3;

/// What became of each gate that was asked for: `fail-on`, `min-score`, `min-coverage`, in this order.
#[must_use]
pub fn gates(assessment: &Assessment, request: &GateRequest) -> Vec<GateOutcome> {
    let mut outcomes = Vec::new();
    outcomes.extend(request.fail_on.map(|threshold| fail_on(assessment, threshold)));
    outcomes.extend(request.min_score.map(|threshold| min_score(assessment, threshold)));
    outcomes.extend(request.min_coverage.map(|threshold| min_coverage(assessment, threshold)));
    outcomes
}

/// The exit code of a run whose report could be written: 0, 1 or 3. A sure failure outweighs missing evidence. Of
/// `demo`, whose gaps are part of the show, a gate must be asked for before they count.
#[must_use]
pub fn exit_code(assessment: &Assessment, request: &GateRequest, demo: bool) -> u8 {
    let outcomes = gates(assessment, request);
    if outcomes.iter().any(|outcome| outcome.status == GateStatus::Failed) {
        return FAILED;
    }
    let gated = *request != GateRequest::default();
    let undecided = outcomes.iter().any(|outcome| outcome.status == GateStatus::Incomplete);
    // `--min-coverage` is the user's own word on how much is enough, and is among the outcomes.
    let enough = request.min_coverage.is_some() || complete(assessment) || (demo && !gated);
    if enough && !undecided { PASSED } else { INCOMPLETE }
}

/// Whether everything in scope was read and every weight of it could be decided. Where nothing weighs anything, as
/// with one `--check` that is never scored or has no object here, there is no weight to decide, and the coverage of 0
/// says nothing.
#[must_use]
pub fn complete(assessment: &Assessment) -> bool {
    let coverage = &assessment.coverage;
    assessment.run.complete
        && coverage.accounts.unread == 0
        && coverage.unread.is_empty()
        && (coverage.percent == Milli::FULL || !weighs(assessment))
}

/// Whether any finding counts in the score: it has a weight, and it is neither waived nor without an object.
#[must_use]
pub fn weighs(assessment: &Assessment) -> bool {
    assessment.results.iter().any(|finding| {
        let counts = matches!(finding.status, Status::Pass | Status::Fail | Status::Unknown);
        counts && finding.weight > 0
    })
}

fn fail_on(assessment: &Assessment, threshold: Severity) -> GateOutcome {
    let with = |status: Status| -> Vec<String> {
        assessment
            .results
            .iter()
            .filter(|finding| finding.status == status && finding.severity >= threshold)
            .map(line)
            .collect()
    };
    let failed = with(Status::Fail);
    let mut unknown = with(Status::Unknown);
    // An account that was not read may fail anything; that counts also where it has no findings at all.
    unknown.extend(
        assessment
            .scope
            .accounts
            .iter()
            .filter(|account| account.in_scope && !account.assessed && account.state.is_active())
            .map(|account| format!("account {} was not read", account.id)),
    );
    let (status, message, details) = if !failed.is_empty() {
        let message = format!("{} at or above {threshold}", count(failed.len(), "finding"));
        (GateStatus::Failed, message, failed)
    } else if !unknown.is_empty() {
        let message = format!(
            "no finding at or above {threshold}, but {} could not be decided",
            count(unknown.len(), "question")
        );
        (GateStatus::Incomplete, message, unknown)
    } else {
        (GateStatus::Passed, format!("no finding at or above {threshold}"), Vec::new())
    };
    GateOutcome {
        gate: "fail-on".to_owned(),
        threshold: threshold.to_string(),
        status,
        message,
        details,
    }
}

/// A score that is not proved to reach the threshold has failed, however high it might be if all were known.
fn min_score(assessment: &Assessment, threshold: Milli) -> GateOutcome {
    let row = &assessment.score.total;
    let (proven, potential, coverage) = (row.proven, row.potential, row.coverage);
    let at = format!("at {coverage} % evidence coverage");
    let (status, message) = if proven >= threshold {
        (GateStatus::Passed, format!("the score is {proven} {at}"))
    } else {
        let message = format!("the score is {proven} (to {potential}) {at}, below {threshold}");
        (GateStatus::Failed, message)
    };
    let details = match status {
        GateStatus::Passed => Vec::new(),
        _ => row.caps.iter().map(|cap| format!("at most {}: {}", cap.limit, cap.reason)).collect(),
    };
    GateOutcome {
        gate: "min-score".to_owned(),
        threshold: threshold.to_string(),
        status,
        message,
        details,
    }
}

fn min_coverage(assessment: &Assessment, threshold: Milli) -> GateOutcome {
    let percent = assessment.coverage.percent;
    let is = format!("the evidence coverage is {percent} %");
    let (status, message) = if percent >= threshold {
        (GateStatus::Passed, format!("{is}, at least {threshold} %"))
    } else if complete(assessment) {
        (GateStatus::Passed, "everything was read, and nothing of it weighs anything".to_owned())
    } else {
        (GateStatus::Incomplete, format!("{is}, below {threshold} %"))
    };
    let details = if status == GateStatus::Passed {
        Vec::new()
    } else {
        let unread = assessment.coverage.unread.iter();
        unread
            .map(|one| format!("{} {} {}: {}", one.account_id, one.region, one.reason, one.message))
            .collect()
    };
    GateOutcome {
        gate: "min-coverage".to_owned(),
        threshold: threshold.to_string(),
        status,
        message,
        details,
    }
}

fn line(finding: &Finding) -> String {
    let Finding { check, account_id, severity, region, resource, .. } = finding;
    format!("{check} {account_id} {severity} {region} {resource}")
}

fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests;
