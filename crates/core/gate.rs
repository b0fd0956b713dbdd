//! Whether the run may pass: the gates that were asked for, and the exit code that follows.

use std::fmt;
use std::ops::ControlFlow;
use std::sync::Arc;

use crate::assessment::{Assessment, GateOutcome, GateStatus, Milli};
use crate::check::Severity;
use crate::diff::Baseline;
use crate::evidence::Cause;
use crate::finding::{Finding, Status};
use crate::results::Results;
use crate::sentence::{Said, Sentence};
use crate::waiver::WaiverState;

/// The gates that were asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct GateRequest {
    /// No finding may fail at this severity or above.
    pub fail_on: Option<Severity>,
    /// The proven score must reach this.
    pub min_score: Option<Milli>,
    /// The evidence coverage must reach this.
    pub min_coverage: Option<Milli>,
    /// No waiver may have expired.
    pub fail_on_expired_waiver: bool,
    /// No finding of this severity or above may fail that did not fail in the baseline. Without a baseline every failure
    /// is one.
    pub fail_on_new: Option<Severity>,
}

/// All is well, and all was looked at.
pub const PASSED: u8 = 0;
/// A gate is proved not to hold.
pub const FAILED: u8 = 1;
/// No gate failed, but not enough was read to say that all is well.
pub const INCOMPLETE: u8 = 3;

/// Sees every finding once, and then answers for the gates.
#[derive(Debug, Clone, Default)]
pub struct Gates {
    request: GateRequest,
    failed: Vec<String>,
    unknown: Vec<String>,
    weighs: bool,
    baseline: Arc<Baseline>,
    new: Vec<String>,
    perhaps_new: Vec<String>,
}

impl Gates {
    /// Begins with what was asked for.
    #[must_use]
    pub fn new(request: GateRequest) -> Self {
        Self { request, ..Self::default() }
    }

    /// Holds what it sees against an earlier run.
    #[must_use]
    pub fn against(self, baseline: Arc<Baseline>) -> Self {
        Self { baseline, ..self }
    }

    /// The gates of an assessment, all of whose findings are seen.
    ///
    /// # Errors
    /// Where its results cannot be had.
    pub fn of<R: Results>(
        assessment: &Assessment<R>,
        request: GateRequest,
    ) -> Result<Self, R::Error> {
        let mut gates = Self::new(request);
        assessment.results.visit(&mut |findings| {
            gates.see(findings);
            ControlFlow::Continue(())
        })?;
        Ok(gates)
    }

    /// Takes in an account's findings; in what order decides the order of the outcomes' details.
    pub fn see(&mut self, findings: &[Finding]) {
        self.weighs |= findings.iter().any(counts);
        self.see_new(findings);
        let Some(threshold) = self.request.fail_on else { return };
        for finding in findings.iter().filter(|finding| finding.severity >= threshold) {
            match finding.status {
                Status::Fail => self.failed.push(line(finding)),
                // Beside a failure nobody asks.
                Status::Unknown if self.failed.is_empty() && asked(finding) => {
                    self.unknown.push(line(finding))
                }
                _ => {}
            }
        }
    }

    fn see_new(&mut self, findings: &[Finding]) {
        let Some(threshold) = self.request.fail_on_new else { return };
        for finding in findings.iter().filter(|finding| finding.severity >= threshold) {
            if self.baseline.failed(&finding.fingerprint) {
                continue;
            }
            match finding.status {
                Status::Fail => self.new.push(line(finding)),
                Status::Unknown if self.new.is_empty() && asked(finding) => {
                    self.perhaps_new.push(line(finding))
                }
                _ => {}
            }
        }
    }

    /// Whether any finding counts in the score: it has a weight, and it is neither waived nor without an object.
    #[must_use]
    pub fn weighs(&self) -> bool {
        self.weighs
    }

    /// What became of each gate that was asked for: `fail-on`, `fail-on-new`, `min-score`, `min-coverage`,
    /// `fail-on-expired-waiver`, in this order.
    #[must_use]
    pub fn outcomes<R>(&self, assessment: &Assessment<R>) -> Vec<GateOutcome> {
        let mut outcomes = Vec::new();
        let request = &self.request;
        outcomes.extend(request.fail_on.map(|threshold| self.fail_on(assessment, threshold)));
        outcomes
            .extend(request.fail_on_new.map(|threshold| self.fail_on_new(assessment, threshold)));
        outcomes.extend(request.min_score.map(|threshold| min_score(assessment, threshold)));
        let complete = complete(assessment, self.weighs);
        outcomes.extend(
            request.min_coverage.map(|threshold| min_coverage(assessment, threshold, complete)),
        );
        outcomes.extend(request.fail_on_expired_waiver.then(|| expired_waivers(assessment)));
        outcomes
    }

    /// The exit code of a run whose report could be written: 0, 1 or 3. A sure failure outweighs missing evidence. Of
    /// `demo`, whose gaps are part of the show, a gate must be asked for before they count.
    #[must_use]
    pub fn exit_code<R>(&self, assessment: &Assessment<R>, demo: bool) -> u8 {
        let outcomes = self.outcomes(assessment);
        if outcomes.iter().any(|outcome| outcome.status == GateStatus::Failed) {
            return FAILED;
        }
        let gated = self.request != GateRequest::default();
        let undecided = outcomes.iter().any(|outcome| outcome.status == GateStatus::Incomplete);
        // `--min-coverage` is the user's own word on how much is enough, and is among the outcomes.
        let enough = self.request.min_coverage.is_some()
            || complete(assessment, self.weighs)
            || (demo && !gated);
        if enough && !undecided { PASSED } else { INCOMPLETE }
    }

    fn fail_on<R>(&self, assessment: &Assessment<R>, threshold: Severity) -> GateOutcome {
        let told = String::from(Sentence::AT_OR_ABOVE.with(&[&threshold]));
        severe("fail-on", (threshold, &told), (&self.failed, &self.unknown), assessment)
    }

    fn fail_on_new<R>(&self, assessment: &Assessment<R>, threshold: Severity) -> GateOutcome {
        let since: Said = match self.baseline.run_id() {
            "" => Sentence::NEW_UNSEEN.into(),
            run => Sentence::NEW_SINCE.with(&[&run]),
        };
        severe(
            "fail-on-new",
            (threshold, &String::from(since)),
            (&self.new, &self.perhaps_new),
            assessment,
        )
    }
}

/// The outcome of a gate that no finding of some kind may fail.
fn severe<R>(
    gate: &str,
    (threshold, told): (Severity, &str),
    (failed, unknown): (&[String], &[String]),
    assessment: &Assessment<R>,
) -> GateOutcome {
    let mut unknown = unknown.to_vec();
    // An account that was not read may fail anything; that counts also where it has no findings at all.
    unknown.extend(
        assessment
            .scope
            .accounts
            .iter()
            .filter(|one| one.in_scope && !one.assessed && one.state.is_active())
            .map(|account| Sentence::ACCOUNT_UNREAD.with(&[&account.id]).into()),
    );
    let (status, message, details) = if !failed.is_empty() {
        let message = match failed.len() {
            1 => Sentence::ONE_FINDING.with(&[&told]),
            number => Sentence::FINDINGS.with(&[&number, &told]),
        };
        (GateStatus::Failed, message, failed.to_vec())
    } else if !unknown.is_empty() {
        let message = match unknown.len() {
            1 => Sentence::NO_FINDING_BUT_ONE.with(&[&told]),
            number => Sentence::NO_FINDING_BUT.with(&[&told, &number]),
        };
        (GateStatus::Incomplete, message, unknown)
    } else {
        (GateStatus::Passed, Sentence::NO_FINDING.with(&[&told]), Vec::new())
    };
    GateOutcome {
        gate: gate.to_owned(),
        threshold: threshold.to_string(),
        status,
        message: message.into(),
        details,
    }
}

/// Whether it is a question that the run was to answer.
fn asked(finding: &Finding) -> bool {
    finding.gap.as_ref().is_none_or(|gap| gap.cause != Cause::NotSupplied)
}

/// Whether the finding counts in the score: it has a weight, and it is neither waived nor without an object.
#[must_use]
pub fn counts(finding: &Finding) -> bool {
    finding.weight > 0 && matches!(finding.status, Status::Pass | Status::Fail | Status::Unknown)
}

/// Whether everything in scope was read and every weight of it could be decided. Where nothing weighs anything, as
/// with one `--check` that is never scored or has no object here, there is no weight to decide, and the coverage of 0
/// says nothing.
#[must_use]
pub fn complete<R>(assessment: &Assessment<R>, weighs: bool) -> bool {
    let coverage = &assessment.coverage;
    assessment.run.complete
        && coverage.accounts.unread == 0
        && coverage.unread.is_empty()
        && (coverage.percent == Milli::FULL || !weighs)
}

/// A waiver that has expired fails the gate whether or not it would still cover anything: somebody has to look at it.
fn expired_waivers<R>(assessment: &Assessment<R>) -> GateOutcome {
    let expired = assessment.waivers.iter().filter(|waiver| waiver.state == WaiverState::Expired);
    let details: Vec<String> = expired
        .map(|waiver| {
            let values: [&dyn fmt::Display; 3] = [&waiver.id, &waiver.owner, &waiver.expires];
            Sentence::WAIVER_EXPIRED.with(&values).into()
        })
        .collect();
    let (status, message): (_, Said) = match details.len() {
        0 => (GateStatus::Passed, Sentence::NO_WAIVER_EXPIRED.into()),
        1 => (GateStatus::Failed, Sentence::ONE_WAIVER_EXPIRED.into()),
        number => (GateStatus::Failed, Sentence::WAIVERS_EXPIRED.with(&[&number])),
    };
    GateOutcome {
        gate: "fail-on-expired-waiver".to_owned(),
        threshold: "0".to_owned(),
        status,
        message: message.into(),
        details,
    }
}

/// A score that is not proved to reach the threshold has failed, however high it might be if all were known.
fn min_score<R>(assessment: &Assessment<R>, threshold: Milli) -> GateOutcome {
    let row = &assessment.score.total;
    let (proven, potential, coverage) = (row.proven, row.potential, row.coverage);
    let (status, message) = if proven >= threshold {
        (GateStatus::Passed, Sentence::SCORE_IS.with(&[&proven, &coverage]))
    } else {
        let message = Sentence::SCORE_BELOW.with(&[&proven, &potential, &coverage, &threshold]);
        (GateStatus::Failed, message)
    };
    let details = match status {
        GateStatus::Passed => Vec::new(),
        _ => {
            let caps = row.caps.iter();
            caps.map(|cap| Sentence::AT_MOST.with(&[&cap.limit, &cap.reason]).into()).collect()
        }
    };
    GateOutcome {
        gate: "min-score".to_owned(),
        threshold: threshold.to_string(),
        status,
        message: message.into(),
        details,
    }
}

fn min_coverage<R>(assessment: &Assessment<R>, threshold: Milli, complete: bool) -> GateOutcome {
    let percent = assessment.coverage.percent;
    let (status, message) = if percent >= threshold {
        (GateStatus::Passed, Sentence::COVERAGE_ENOUGH.with(&[&percent, &threshold]))
    } else if complete {
        (GateStatus::Passed, Sentence::NOTHING_WEIGHS.into())
    } else {
        (GateStatus::Incomplete, Sentence::COVERAGE_BELOW.with(&[&percent, &threshold]))
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
        message: message.into(),
        details,
    }
}

fn line(finding: &Finding) -> String {
    let Finding { check, account_id, severity, region, resource, .. } = finding;
    format!("{check} {account_id} {severity} {region} {resource}")
}

#[cfg(test)]
mod tests;
