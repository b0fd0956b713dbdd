//! Each row of the exit codes that gates decide.

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

const HIGH: GateRequest = GateRequest {
    fail_on: Some(Severity::High),
    min_score: None,
    min_coverage: None,
    fail_on_expired_waiver: false,
    fail_on_new: None,
};

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
        waiver: None,
        gap: None,
        first_seen: None,
    }
}

fn seen(assessment: &Assessment, request: &GateRequest) -> Gates {
    let Ok(gates) = Gates::of(assessment, *request);
    gates
}

fn gates(assessment: &Assessment, request: &GateRequest) -> Vec<GateOutcome> {
    seen(assessment, request).outcomes(assessment)
}

fn exit_code(assessment: &Assessment, request: &GateRequest, demo: bool) -> u8 {
    seen(assessment, request).exit_code(assessment, demo)
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
        timeline: None,
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
            policy: None,
        },
        scope: ScopeReport {
            partition: Partition::new("aws"),
            organization_id: None,
            management_account_id: None,
            notes: Vec::new(),
            period: None,
            accounts: vec![account],
        },
        routes: Vec::new(),
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
            frameworks: std::collections::BTreeMap::new(),
        },
        gates: Vec::new(),
        checks: Vec::new(),
        results: vec![finding(Severity::Low, Status::Pass)],
        waivers: Vec::new(),
        diff: None,
        earlier: Vec::new(),
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
    assert_eq!(outcome.details, ["some-check 111122223333 critical global account/111122223333"]);
    let waived = with(assessment(100, 100, 100), &[finding(Severity::Critical, Status::Waived)]);
    assert_eq!(exit_code(&waived, &HIGH, false), PASSED);
}

#[test]
fn a_sure_failure_outweighs_missing_evidence() {
    let both = [finding(Severity::High, Status::Fail), finding(Severity::High, Status::Unknown)];
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
        assert!(complete(&run, false) && !seen(&run, &none).weighs());
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
