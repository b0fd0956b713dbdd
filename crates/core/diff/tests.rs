//! Every pair of statuses, what appears and what vanishes, and what the score's movement adds up to.

use crate::assessment::{
    AccountCounts, AccountScore, CheckInfo, CoverageReport, Run, ScopeAccount, ScopeReport,
    ScoreReport, ScoreRow, Unread,
};
use crate::aws::Partition;
use crate::check::Group;
use crate::evidence::Cause;
use crate::finding::{GLOBAL, ScoredIn, fingerprint};
use crate::roster::AccountState;

use super::*;

fn id() -> AccountId {
    "111122223333".parse().unwrap()
}

fn finding(check: &str, status: Status) -> Finding {
    let partition = Partition::new("aws");
    Finding {
        check: check.to_owned(),
        title: "Something holds".to_owned(),
        group: Group::Presence,
        severity: Severity::High,
        weight: 6,
        status,
        reason: String::new(),
        message: "seen".to_owned(),
        fingerprint: fingerprint(check, &partition, (id(), GLOBAL), "account/111122223333"),
        partition,
        account_id: id(),
        region: GLOBAL.to_owned(),
        resource: "account/111122223333".to_owned(),
        observed: "seen".to_owned(),
        expected: String::new(),
        evidence: Vec::new(),
        scored_in: ScoredIn::Account(id()),
        inherits: None,
        waiver: None,
        gap: None,
        first_seen: None,
    }
}

/// One account, the checks that its findings name, and a score that these prove.
fn assessment(results: Vec<Finding>) -> Assessment {
    let counted = results.iter().filter(|one| crate::gate::counts(one)).count();
    let passed = results.iter().filter(|one| one.status == Status::Pass).count();
    let proven = Milli(u32::try_from(100_000 * passed / counted.max(1)).unwrap());
    let row = ScoreRow {
        proven,
        potential: proven,
        coverage: Milli::FULL,
        grade: Grade::A,
        caps: Vec::new(),
    };
    let time: Timestamp = "2026-11-21T22:42:57Z".parse().unwrap();
    let check = |one: &Finding| CheckInfo {
        id: one.check.clone(),
        title: one.title.clone(),
        group: one.group,
        severity: one.severity,
        weight: one.weight,
        rationale: String::new(),
        remediation: String::new(),
        command: String::new(),
        link: String::new(),
        japanese: None,
    };
    Assessment {
        schema: crate::assessment::SCHEMA.to_owned(),
        run: Run {
            id: "run".to_owned(),
            tool_version: "0.1.0".to_owned(),
            ruleset: "checks".to_owned(),
            started: time,
            ended: time,
            caller_arn: String::new(),
            complete: true,
            policy: None,
        },
        scope: ScopeReport {
            partition: Partition::new("aws"),
            organization_id: None,
            management_account_id: None,
            notes: Vec::new(),
            accounts: vec![ScopeAccount {
                id: id(),
                name: String::new(),
                state: AccountState::Active,
                ou_path: String::new(),
                management: false,
                in_scope: true,
                assessed: true,
                read_started: time,
                read_ended: time,
                regions: Vec::new(),
                timeline: None,
            }],
            period: None,
        },
        coverage: CoverageReport {
            percent: Milli::FULL,
            accounts: AccountCounts { listed: 1, assessed: 1, ..AccountCounts::default() },
            unread: Vec::new(),
        },
        score: ScoreReport {
            total: row.clone(),
            organization: None,
            accounts: vec![AccountScore { account_id: id(), row }],
            groups: BTreeMap::new(),
            frameworks: BTreeMap::new(),
        },
        gates: Vec::new(),
        checks: results.iter().map(check).collect(),
        results,
        routes: Vec::new(),
        waivers: Vec::new(),
        diff: None,
        earlier: Vec::new(),
    }
}

fn diff(before: &Assessment, after: &Assessment) -> Diff {
    let Ok(baseline) = Baseline::of(before);
    let Ok(diff) = Diff::between(&baseline, after);
    let diff = diff.unwrap();
    let movement = diff.movement;
    assert_eq!(movement.findings + movement.other, movement.proven);
    let listed: usize =
        diff.counts.iter().filter(|(one, _)| **one != Change::Unchanged).map(|(_, n)| n).sum();
    assert_eq!(listed, diff.changes.len());
    diff
}

fn of(before: Option<Finding>, after: Option<Finding>) -> Change {
    let other = || finding("other", Status::Pass);
    let run = |one: Option<Finding>| {
        let mut run = assessment(vec![other()]);
        run.checks.extend(assessment(vec![finding("some", Status::Pass)]).checks);
        run.results.extend(one);
        run
    };
    let diff = diff(&run(before), &run(after));
    let all: Vec<Change> = diff.changes.iter().map(|entry| entry.change).collect();
    assert!(all.len() <= 1, "{all:?}");
    all.first().copied().unwrap_or(Change::Unchanged)
}

#[test]
fn each_pair_of_statuses_is_one_change() {
    use Status::{Fail, NotApplicable, Pass, Unknown, Waived};
    let some = |status| Some(finding("some", status));
    let expected = [
        (
            Pass,
            [
                Change::Unchanged,
                Change::New,
                Change::New,
                Change::NoLongerAssessed,
                Change::Changed,
            ],
        ),
        (
            Fail,
            [
                Change::Fixed,
                Change::Unchanged,
                Change::Changed,
                Change::NoLongerAssessed,
                Change::Changed,
            ],
        ),
        (
            Waived,
            [
                Change::Fixed,
                Change::Changed,
                Change::Unchanged,
                Change::NoLongerAssessed,
                Change::Changed,
            ],
        ),
        (
            Unknown,
            [
                Change::NewlyAssessed,
                Change::NewlyAssessed,
                Change::NewlyAssessed,
                Change::Unchanged,
                Change::NewlyAssessed,
            ],
        ),
        (
            NotApplicable,
            [
                Change::Changed,
                Change::New,
                Change::New,
                Change::NoLongerAssessed,
                Change::Unchanged,
            ],
        ),
    ];
    for (before, changes) in expected {
        for (after, change) in [Pass, Fail, Waived, Unknown, NotApplicable].into_iter().zip(changes)
        {
            assert_eq!(of(some(before), some(after)), change, "{before:?} to {after:?}");
        }
    }
}

#[test]
fn what_is_gone_or_was_not_read_is_never_fixed() {
    for status in [Status::Fail, Status::Pass, Status::Waived, Status::NotApplicable] {
        assert_eq!(of(Some(finding("some", status)), None), Change::NoLongerAssessed);
    }
    let before = assessment(vec![finding("some", Status::Fail)]);
    let mut after = assessment(Vec::new());
    let gone = diff(&before, &after);
    assert_eq!(gone.changes[0].why, "the check was not judged");
    after.checks = before.checks.clone();
    assert_eq!(diff(&before, &after).changes[0].why, "it is not there any more");
    after.scope.accounts[0].assessed = false;
    assert_eq!(diff(&before, &after).changes[0].why, "the account was not read");
}

#[test]
fn what_the_earlier_run_could_not_see_is_not_new() {
    assert_eq!(of(None, Some(finding("some", Status::Fail))), Change::New);
    assert_eq!(of(None, Some(finding("some", Status::Pass))), Change::NewlyAssessed);
    assert_eq!(of(None, Some(finding("some", Status::Unknown))), Change::Unchanged);
    let after = assessment(vec![finding("some", Status::Fail)]);
    let change = |before: &Assessment| diff(before, &after).changes[0].change;
    assert_eq!(change(&assessment(Vec::new())), Change::NewlyAssessed, "the check is new");
    let mut before = assessment(Vec::new());
    before.checks = after.checks.clone();
    assert_eq!(change(&before), Change::New);
    before.coverage.unread = vec![Unread {
        account_id: id(),
        region: GLOBAL.to_owned(),
        reason: Cause::ScpDenied,
        message: String::new(),
    }];
    assert_eq!(change(&before), Change::NewlyAssessed);
}

#[test]
fn other_words_are_a_change_only_where_it_fails() {
    let said = |status, observed: &str| Finding {
        observed: observed.to_owned(),
        ..finding("some", status)
    };
    assert_eq!(
        of(Some(said(Status::Fail, "30 days")), Some(said(Status::Fail, "7 days"))),
        Change::Changed
    );
    assert_eq!(
        of(Some(said(Status::Pass, "400 days")), Some(said(Status::Pass, "500 days"))),
        Change::Unchanged
    );
    let retitled = Finding {
        title: "別の言葉".to_owned(),
        message: "別".to_owned(),
        ..said(Status::Fail, "30 days")
    };
    assert_eq!(of(Some(said(Status::Fail, "30 days")), Some(retitled)), Change::Unchanged);
}

#[test]
fn the_movement_is_that_of_the_findings() {
    let run = |statuses: [Status; 4]| {
        let names = ["a", "b", "c", "d"].into_iter().zip(statuses);
        assessment(names.map(|(name, status)| finding(name, status)).collect())
    };
    use Status::{Fail, Pass};
    let diff = diff(&run([Pass, Fail, Fail, Pass]), &run([Fail, Pass, Pass, Pass]));
    let points: Vec<(&str, Points)> =
        diff.changes.iter().map(|entry| (entry.check.as_str(), entry.points)).collect();
    assert_eq!(points, [("a", Points(-25_000)), ("b", Points(25_000)), ("c", Points(25_000))]);
    assert_eq!((diff.movement.proven, diff.movement.other), (Points(25_000), Points(0)));
    assert_eq!(Points(-25_000).to_string(), "−25.00");
    assert_eq!(
        (Points(7).to_string(), Points(1_239).to_string()),
        ("±0.00".to_owned(), "+1.23".to_owned())
    );
}

#[test]
fn two_of_the_same_run_differ_in_nothing() {
    let run = assessment(vec![finding("a", Status::Fail), finding("b", Status::Unknown)]);
    let same = diff(&run, &run);
    assert!(same.changes.is_empty());
    assert_eq!(same.counts[&Change::Unchanged], 2);
    let Ok(none) = Diff::between(&Baseline::default(), &run);
    assert_eq!(none, None);
    let text = serde_json::to_string(&same).unwrap();
    assert_eq!(serde_json::from_str::<Diff>(&text).unwrap(), same);
}
