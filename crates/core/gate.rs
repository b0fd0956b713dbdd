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
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::assessment::{
        AccountCounts, CoverageReport, Grade, Run, SCHEMA, ScopeAccount, ScopeReport, ScoreReport,
        ScoreRow, Unread,
    };
    use crate::aws::Partition;
    use crate::check::Group;
    use crate::evidence::Cause;
    use crate::finding::{GLOBAL, ScoredIn};
    use crate::roster::AccountState;

    const HIGH: GateRequest =
        GateRequest { fail_on: Some(Severity::High), min_score: None, min_coverage: None };

    fn milli(percent: u32) -> Milli {
        Milli(percent * 1000)
    }

    fn finding(severity: Severity, status: Status) -> Finding {
        let account_id = "111122223333".parse().unwrap();
        Finding {
            check: "some-check".to_owned(),
            title: "Something holds".to_owned(),
            group: Group::Presence,
            severity,
            weight: severity.weight(),
            status,
            reason: String::new(),
            message: String::new(),
            partition: Partition::new("aws"),
            account_id,
            region: GLOBAL.to_owned(),
            resource: "account/111122223333".to_owned(),
            observed: String::new(),
            expected: String::new(),
            evidence: Vec::new(),
            fingerprint: String::new(),
            scored_in: ScoredIn::Account(account_id),
            inherits: None,
            gap: None,
        }
    }

    /// One account in which something weighs, with proven and potential score and coverage in percent.
    fn assessment(proven: u32, potential: u32, coverage: u32) -> Assessment {
        let percent = milli(coverage);
        let total = ScoreRow {
            proven: milli(proven),
            potential: milli(potential),
            coverage: percent,
            grade: Grade::A,
            caps: Vec::new(),
        };
        let account = ScopeAccount {
            id: "111122223333".parse().unwrap(),
            name: "one".to_owned(),
            state: AccountState::Active,
            ou_path: "Root".to_owned(),
            management: true,
            in_scope: true,
            assessed: true,
            read_started: Timestamp::UNIX_EPOCH,
            read_ended: Timestamp::UNIX_EPOCH,
            regions: Vec::new(),
        };
        Assessment {
            schema: SCHEMA.to_owned(),
            run: Run {
                id: String::new(),
                tool_version: String::new(),
                ruleset: String::new(),
                started: Timestamp::UNIX_EPOCH,
                ended: Timestamp::UNIX_EPOCH,
                caller_arn: String::new(),
                complete: true,
            },
            scope: ScopeReport {
                partition: Partition::new("aws"),
                organization_id: None,
                management_account_id: None,
                notes: Vec::new(),
                accounts: vec![account],
            },
            coverage: CoverageReport {
                percent,
                accounts: AccountCounts { listed: 1, assessed: 1, ..AccountCounts::default() },
                unread: Vec::new(),
            },
            score: ScoreReport {
                total,
                organization: None,
                accounts: Vec::new(),
                groups: std::collections::BTreeMap::new(),
            },
            gates: Vec::new(),
            checks: Vec::new(),
            results: vec![finding(Severity::Low, Status::Pass)],
            waivers: Vec::new(),
            diff: None,
        }
    }

    /// What a run proves whose findings count nowhere.
    fn weightless(findings: &[Finding]) -> Assessment {
        Assessment { results: findings.to_vec(), ..assessment(0, 100, 0) }
    }

    fn with(mut assessment: Assessment, findings: &[Finding]) -> Assessment {
        assessment.results.extend_from_slice(findings);
        assessment
    }

    fn unread_region(mut assessment: Assessment) -> Assessment {
        assessment.coverage.unread.push(Unread {
            account_id: "111122223333".parse().unwrap(),
            region: "eu-west-1".to_owned(),
            reason: Cause::AccessDenied,
            message: "cloudtrail:DescribeTrails denied".to_owned(),
        });
        assessment
    }

    #[test]
    fn without_gates_only_missing_evidence_changes_the_code() {
        let none = GateRequest::default();
        let failing = with(assessment(20, 20, 100), &[finding(Severity::Critical, Status::Fail)]);
        assert_eq!(exit_code(&failing, &none, false), PASSED);
        assert_eq!(exit_code(&assessment(90, 100, 99), &none, false), INCOMPLETE);
        assert_eq!(exit_code(&unread_region(assessment(100, 100, 100)), &none, false), INCOMPLETE);
        let mut interrupted = assessment(100, 100, 100);
        interrupted.run.complete = false;
        assert_eq!(exit_code(&interrupted, &none, false), INCOMPLETE);
        assert!(gates(&interrupted, &none).is_empty());
    }

    #[test]
    fn fail_on_fails_at_or_above_its_severity_and_passes_below() {
        let medium = with(assessment(90, 90, 100), &[finding(Severity::Medium, Status::Fail)]);
        assert_eq!(exit_code(&medium, &HIGH, false), PASSED);
        let critical = with(assessment(49, 49, 100), &[finding(Severity::Critical, Status::Fail)]);
        assert_eq!(exit_code(&critical, &HIGH, false), FAILED);
        let outcome = &gates(&critical, &HIGH)[0];
        assert_eq!((outcome.gate.as_str(), outcome.threshold.as_str()), ("fail-on", "high"));
        assert_eq!(outcome.message, "1 finding at or above high");
        assert_eq!(
            outcome.details,
            ["some-check 111122223333 critical global account/111122223333"]
        );
        let waived =
            with(assessment(100, 100, 100), &[finding(Severity::Critical, Status::Waived)]);
        assert_eq!(exit_code(&waived, &HIGH, false), PASSED);
    }

    #[test]
    fn a_sure_failure_outweighs_missing_evidence() {
        let both =
            [finding(Severity::High, Status::Fail), finding(Severity::High, Status::Unknown)];
        assert_eq!(exit_code(&with(assessment(50, 80, 70), &both), &HIGH, false), FAILED);
    }

    #[test]
    fn an_unknown_that_a_gate_needs_makes_it_incomplete_however_much_coverage_is_enough() {
        let request = GateRequest { min_coverage: Some(milli(50)), ..HIGH };
        let needed = with(assessment(80, 90, 90), &[finding(Severity::High, Status::Unknown)]);
        assert_eq!(gates(&needed, &request)[0].status, GateStatus::Incomplete);
        assert_eq!(exit_code(&needed, &request, false), INCOMPLETE);
        let beside = with(assessment(80, 90, 90), &[finding(Severity::Low, Status::Unknown)]);
        assert_eq!(exit_code(&beside, &request, false), PASSED);
        assert_eq!(exit_code(&beside, &HIGH, false), INCOMPLETE);
    }

    #[test]
    fn an_account_that_was_not_read_may_fail_anything() {
        let request = GateRequest { min_coverage: Some(milli(50)), ..HIGH };
        let mut unread = assessment(80, 90, 90);
        unread.scope.accounts[0].assessed = false;
        assert_eq!(exit_code(&unread, &request, false), INCOMPLETE);
        unread.scope.accounts[0].in_scope = false;
        assert_eq!(exit_code(&unread, &request, false), PASSED);
    }

    #[test]
    fn min_score_fails_below_whatever_the_potential_score_is() {
        let request = GateRequest { min_score: Some(milli(80)), ..GateRequest::default() };
        assert_eq!(exit_code(&assessment(80, 80, 100), &request, false), PASSED);
        assert_eq!(exit_code(&assessment(79, 79, 100), &request, false), FAILED);
        assert_eq!(exit_code(&assessment(60, 79, 90), &request, false), FAILED);
        assert_eq!(exit_code(&assessment(60, 90, 90), &request, false), FAILED);
        assert_eq!(exit_code(&assessment(60, 90, 90), &request, true), FAILED);
        assert_eq!(exit_code(&assessment(85, 90, 90), &request, false), INCOMPLETE);
        let outcome = &gates(&assessment(60, 90, 90), &request)[0];
        assert_eq!(
            outcome.message,
            "the score is 60.0 (to 90.0) at 90.0 % evidence coverage, below 80.0"
        );
        let enough = GateRequest { min_coverage: Some(milli(50)), ..request };
        assert_eq!(exit_code(&assessment(60, 90, 90), &enough, false), FAILED);
        assert_eq!(exit_code(&assessment(85, 90, 90), &enough, false), PASSED);
    }

    #[test]
    fn a_run_in_which_nothing_weighs_anything_is_complete_unless_something_was_not_read() {
        let none = GateRequest::default();
        let full = GateRequest { min_coverage: Some(Milli::FULL), ..none };
        let light = Finding { weight: 0, ..finding(Severity::Info, Status::Pass) };
        let undecided = Finding { weight: 0, ..finding(Severity::Info, Status::Unknown) };
        for findings in [
            vec![],
            vec![light.clone()],
            vec![undecided],
            vec![finding(Severity::High, Status::NotApplicable)],
            vec![light.clone(), finding(Severity::High, Status::Waived)],
        ] {
            let run = weightless(&findings);
            assert!(complete(&run) && !weighs(&run));
            assert_eq!(exit_code(&run, &none, false), PASSED);
            assert_eq!(exit_code(&run, &full, false), PASSED);
            assert_eq!(exit_code(&unread_region(run.clone()), &none, false), INCOMPLETE);
            assert_eq!(exit_code(&unread_region(run.clone()), &full, false), INCOMPLETE);
            let interrupted = Assessment { run: Run { complete: false, ..run.run.clone() }, ..run };
            assert_eq!(exit_code(&interrupted, &none, false), INCOMPLETE);
            assert_eq!(exit_code(&interrupted, &full, false), INCOMPLETE);
        }
        // All was read, and the one thing that weighs could not be decided.
        let heavy = weightless(&[light, finding(Severity::Low, Status::Unknown)]);
        assert_eq!(exit_code(&heavy, &none, false), INCOMPLETE);
        assert_eq!(exit_code(&heavy, &full, false), INCOMPLETE);
    }

    #[test]
    fn min_coverage_says_how_much_is_enough() {
        let request = GateRequest { min_coverage: Some(milli(90)), ..GateRequest::default() };
        assert_eq!(exit_code(&unread_region(assessment(60, 90, 90)), &request, false), PASSED);
        let short = unread_region(assessment(60, 90, 89));
        assert_eq!(exit_code(&short, &request, false), INCOMPLETE);
        let details = &gates(&short, &request)[0].details;
        assert_eq!(
            details[0],
            "111122223333 eu-west-1 access_denied: cloudtrail:DescribeTrails denied"
        );
    }

    #[test]
    fn the_demo_is_partial_on_purpose_unless_a_gate_was_asked_for() {
        let partial = with(assessment(60, 90, 90), &[finding(Severity::Critical, Status::Fail)]);
        assert_eq!(exit_code(&partial, &GateRequest::default(), true), PASSED);
        assert_eq!(exit_code(&partial, &HIGH, true), FAILED);
        let coverage = GateRequest { min_coverage: Some(Milli::FULL), ..GateRequest::default() };
        assert_eq!(exit_code(&partial, &coverage, true), INCOMPLETE);
    }
}
