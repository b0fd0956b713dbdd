//! What C.2 promises of scores, as examples and as properties.

use proptest::prelude::*;
use proptest::sample::Index;

use super::*;
use crate::aws::Partition;
use crate::check::Severity;
use crate::finding::{GLOBAL, Status, fingerprint};

mod profiles;

/// Checks of every kind that the score tells apart: id, group, severity, weight.
const CHECKS: [(&str, Group, Severity, u32); 8] = [
    (EXISTENCE, Group::Presence, Severity::Critical, 10),
    ("trail-coverage-per-region", Group::Presence, Severity::Critical, 10),
    ("trail-bucket-exists", Group::Protection, Severity::Critical, 10),
    ("cloud-trail-encryption-enabled", Group::Protection, Severity::Medium, 3),
    ("restates-others", Group::Presence, Severity::Critical, 0),
    ("root-usage-alarm", Group::Monitoring, Severity::Medium, 1),
    ("org-trail-tamper", Group::Organization, Severity::High, 6),
    ("cost-note", Group::Cost, Severity::Info, 0),
];

fn account(number: usize) -> AccountId {
    format!("{number:012}").parse().unwrap()
}

fn finding(check: usize, place: Option<usize>, status: Status, resource: usize) -> Finding {
    let (id, group, severity, weight) = CHECKS[check];
    let (partition, owner) = (Partition::new("aws"), account(place.unwrap_or(0)));
    let resource = format!("thing/{resource}");
    Finding {
        check: id.to_owned(),
        title: String::new(),
        group,
        severity,
        weight,
        status,
        reason: String::new(),
        message: String::new(),
        fingerprint: fingerprint(id, &partition, (owner, GLOBAL), &resource),
        partition,
        account_id: owner,
        region: GLOBAL.to_owned(),
        resource,
        observed: String::new(),
        expected: String::new(),
        evidence: Vec::new(),
        scored_in: place
            .map_or(ScoredIn::Organization, |number| ScoredIn::Account(account(number))),
        inherits: None,
        waiver: None,
        gap: None,
        first_seen: None,
    }
}

fn accounts(number: usize) -> Vec<ScoredAccount> {
    (0..number).map(|id| ScoredAccount { id: account(id), assessed: true, weight: 1 }).collect()
}

fn scored(findings: &[Finding], accounts: &[ScoredAccount]) -> ScoreReport {
    let mut scorer = Scorer::new(accounts.to_vec(), true);
    findings.iter().for_each(|finding| scorer.add(finding));
    scorer.report()
}

fn rows(report: &ScoreReport) -> BTreeMap<String, ScoreRow> {
    let mut rows = BTreeMap::from([("total".to_owned(), report.total.clone())]);
    rows.extend(report.organization.clone().map(|row| ("organization".to_owned(), row)));
    rows.extend(report.accounts.iter().map(|one| (one.account_id.to_string(), one.row.clone())));
    rows.extend(report.groups.iter().map(|(group, row)| (group.to_string(), row.clone())));
    rows
}

/// Asserts something of each row before and after a change.
fn compare(before: &ScoreReport, after: &ScoreReport, holds: fn(&ScoreRow, &ScoreRow) -> bool) {
    let after = rows(after);
    for (name, old) in rows(before) {
        let new = &after[&name];
        assert!(holds(&old, new), "{name}: {old:?} became {new:?}");
    }
}

prop_compose! {
    fn any_finding()(
        check in 0..CHECKS.len(),
        place in prop::option::weighted(0.8, 0..4_usize),
        status in prop::sample::select(vec![
            Status::Pass, Status::Pass, Status::Fail, Status::Unknown, Status::NotApplicable, Status::Waived,
        ]),
        resource in 0..50_usize,
    ) -> Finding {
        finding(check, place, status, resource)
    }
}

prop_compose! {
    fn any_accounts()(kinds in prop::collection::vec((prop::bool::weighted(0.8), 1..6_u32), 4)) -> Vec<ScoredAccount> {
        kinds.into_iter().enumerate()
            .map(|(number, (assessed, weight))| ScoredAccount { id: account(number), assessed, weight })
            .collect()
    }
}

fn any_findings() -> impl Strategy<Value = Vec<Finding>> {
    prop::collection::vec(any_finding(), 1..40)
}

proptest! {
    #[test]
    fn a_score_lies_between_nothing_and_its_potential(findings in any_findings(), accounts in any_accounts()) {
        for (name, row) in rows(&scored(&findings, &accounts)) {
            prop_assert!(row.proven <= row.potential, "{}", name);
            prop_assert!(row.potential <= Milli::FULL && row.coverage <= Milli::FULL, "{}", name);
            prop_assert!(row.caps.is_sorted());
        }
    }

    #[test]
    fn a_repair_never_lowers_a_score(
        mut findings in any_findings(), accounts in any_accounts(), at in any::<Index>(),
    ) {
        let one = at.index(findings.len());
        prop_assume!(matches!(findings[one].status, Status::Fail | Status::Unknown));
        let before = scored(&findings, &accounts);
        findings[one].status = Status::Pass;
        compare(&before, &scored(&findings, &accounts), |old, new| {
            new.proven >= old.proven && new.potential >= old.potential && new.coverage >= old.coverage
        });
    }

    #[test]
    fn bad_news_about_the_unknown_never_raises_a_score(
        mut findings in any_findings(), accounts in any_accounts(), at in any::<Index>(),
    ) {
        let one = at.index(findings.len());
        findings[one].status = Status::Unknown;
        let before = scored(&findings, &accounts);
        findings[one].status = Status::Fail;
        compare(&before, &scored(&findings, &accounts), |old, new| {
            new.proven <= old.proven && new.potential <= old.potential
        });
    }

    #[test]
    fn evidence_that_vanishes_never_raises_coverage(
        mut findings in any_findings(), accounts in any_accounts(), at in any::<Index>(),
    ) {
        let one = at.index(findings.len());
        let before = scored(&findings, &accounts);
        let counted = !matches!(findings[one].status, Status::NotApplicable | Status::Waived);
        findings[one].status = Status::Unknown;
        let after = scored(&findings, &accounts);
        prop_assert!(after.total.coverage <= before.total.coverage);
        if counted {
            compare(&before, &after, |old, new| new.coverage <= old.coverage);
        }
    }

    #[test]
    fn an_account_that_is_no_longer_read_never_raises_coverage(
        findings in any_findings(), mut accounts in any_accounts(), at in any::<Index>(),
    ) {
        let before = scored(&findings, &accounts);
        let one = at.index(accounts.len());
        accounts[one].assessed = false;
        prop_assert!(scored(&findings, &accounts).total.coverage <= before.total.coverage);
    }

    #[test]
    fn what_does_not_apply_changes_nothing(
        mut findings in any_findings(), accounts in any_accounts(), more in any_findings(),
    ) {
        let before = scored(&findings, &accounts);
        for mut finding in more {
            finding.status = Status::NotApplicable;
            findings.push(finding);
        }
        prop_assert_eq!(before, scored(&findings, &accounts));
    }

    #[test]
    fn order_changes_nothing(
        (findings, shuffled) in any_findings().prop_flat_map(|all| (Just(all.clone()), Just(all).prop_shuffle())),
        accounts in any_accounts(),
    ) {
        let mut backwards = accounts.clone();
        backwards.reverse();
        prop_assert_eq!(scored(&findings, &accounts), scored(&shuffled, &backwards));
    }

    #[test]
    fn an_account_may_be_closed_as_soon_as_its_last_finding_came(
        findings in any_findings(), accounts in any_accounts(),
    ) {
        let expected = scored(&findings, &accounts);
        let mut scorer = Scorer::new(accounts, true);
        for number in 0..4 {
            let of_account = |one: &&Finding| match one.scored_in {
                ScoredIn::Account(id) => id == account(number),
                ScoredIn::Organization => one.resource.len() % 4 == number,
            };
            findings.iter().filter(of_account).for_each(|finding| scorer.add(finding));
            scorer.close(account(number));
            prop_assert!(scorer.open.is_empty());
        }
        prop_assert_eq!(expected, scorer.report());
    }

    #[test]
    fn one_more_passing_resource_raises_no_other_check(
        mut findings in any_findings(), accounts in any_accounts(), at in any::<Index>(),
    ) {
        let mut copy = findings[at.index(findings.len())].clone();
        copy.status = Status::Pass;
        let before = scored(&findings, &accounts);
        let tallies = |findings: &[Finding]| {
            let mut subject = Subject::default();
            findings.iter().filter(|one| one.scored_in == copy.scored_in).for_each(|one| subject.add(one, &Profiles::default()));
            subject.checks.retain(|check, _| *check != copy.check);
            subject.checks.into_iter().map(|(check, tally)| (check.to_owned(), tally)).collect::<Vec<_>>()
        };
        let others = tallies(&findings);
        copy.resource.push_str("-copy");
        let (home, group) = (copy.scored_in, copy.group);
        findings.push(copy.clone());
        prop_assert_eq!(others, tallies(&findings));
        let after = scored(&findings, &accounts);
        for one in before.accounts.iter().filter(|one| home != ScoredIn::Account(one.account_id)) {
            prop_assert!(after.accounts.contains(one));
        }
        for (other, row) in before.groups.iter().filter(|(other, _)| **other != group) {
            prop_assert_eq!(row, &after.groups[other]);
        }
    }
}

#[test]
fn alarms_do_not_make_up_for_a_missing_trail() {
    let silent = [finding(0, Some(0), Status::Pass, 0), finding(5, Some(0), Status::Fail, 0)];
    let mut blind = vec![finding(0, Some(0), Status::Fail, 0)];
    for check in 1..CHECKS.len() {
        blind.push(finding(check, Some(0), Status::Pass, 0));
    }
    // Eighteen event filters, one point each.
    for number in 0..18 {
        let mut filter = finding(5, Some(0), Status::Pass, 0);
        filter.check = format!("filter-{number}");
        blind.push(filter);
    }
    let (silent, blind) = (scored(&silent, &accounts(1)), scored(&blind, &accounts(1)));
    assert_eq!(blind.accounts[0].row.proven, NOTHING_RECORDED);
    assert_eq!(blind.accounts[0].row.potential, NOTHING_RECORDED);
    assert!(silent.accounts[0].row.proven > blind.accounts[0].row.proven);
}

#[test]
fn a_bucket_that_two_hundred_accounts_share_is_counted_once() {
    let mut findings: Vec<Finding> =
        (0..200).map(|number| finding(3, Some(number), Status::Pass, 0)).collect();
    findings.push(finding(2, None, Status::Fail, 0));
    findings.push(finding(6, None, Status::Pass, 0));
    let report = scored(&findings, &accounts(200));
    assert!(
        report.accounts.iter().all(|one| one.row.proven == Milli::FULL && one.row.caps.is_empty())
    );
    let organization = report.organization.unwrap();
    assert_eq!(organization.proven, Milli(37_500));
    // 0.35 × 37.5 + 0.65 × 100 = 78.125, capped by what is shared; no account fails a critical check itself.
    assert_eq!(report.total.proven, SHARED_CRITICAL_FAIL);
    assert_eq!(report.total.caps.len(), 1);
    assert_eq!(report.total.caps[0].fingerprint, findings[200].fingerprint);
    assert_eq!(report.total.grade, Grade::F);
}

#[test]
fn an_account_in_which_every_call_is_denied_proves_nothing_and_excludes_nothing() {
    let findings: Vec<Finding> =
        (0..CHECKS.len()).map(|check| finding(check, Some(0), Status::Unknown, 0)).collect();
    for assessed in [true, false] {
        let accounts = [ScoredAccount { id: account(0), assessed, weight: 1 }];
        let mut scorer = Scorer::new(accounts, false);
        findings.iter().for_each(|finding| scorer.add(finding));
        let report = scorer.report();
        let row = &report.total;
        assert_eq!((row.proven, row.potential, row.coverage), (Milli(0), Milli::FULL, Milli(0)));
        assert_eq!(row.grade, Grade::Insufficient);
        assert!(report.organization.is_none());
    }
}

#[test]
fn an_unread_account_counts_nothing_proven_and_all_possible() {
    let findings = [finding(3, Some(0), Status::Pass, 0), finding(2, Some(1), Status::Fail, 0)];
    let mut accounts = accounts(2);
    accounts[1].assessed = false;
    let total = scored(&findings, &accounts).total;
    assert_eq!(
        (total.proven, total.potential, total.coverage),
        (Milli(50_000), Milli::FULL, Milli(50_000))
    );
    assert!(total.caps.is_empty());
}

#[test]
fn thirds_are_exact_until_the_row_is_made() {
    let mut findings = vec![finding(3, Some(0), Status::Fail, 0)];
    findings.extend((1..3).map(|resource| finding(3, Some(0), Status::Pass, resource)));
    assert_eq!(scored(&findings, &accounts(1)).accounts[0].row.proven, Milli(66_666));
    // 3 × 2/3 + 6 × 1 = 8 of 9.
    findings.push(finding(6, Some(0), Status::Pass, 0));
    assert_eq!(scored(&findings, &accounts(1)).accounts[0].row.proven, Milli(88_888));
}

#[test]
fn unread_critical_evidence_allows_no_a_and_no_b() {
    let mut findings: Vec<Finding> =
        (0..50).map(|one| finding(0, Some(0), Status::Pass, one)).collect();
    findings.push(finding(0, Some(0), Status::Unknown, 50));
    let row = &scored(&findings, &accounts(1)).accounts[0].row;
    assert_eq!((row.proven, row.potential, row.grade), (CRITICAL_UNKNOWN, Milli::FULL, Grade::C));
    assert!(!row.caps[0].binds_potential);
}

#[test]
fn a_waived_failure_caps_nothing_and_leaves_the_denominator() {
    let findings = [finding(0, Some(0), Status::Waived, 0), finding(3, Some(0), Status::Pass, 0)];
    let row = &scored(&findings, &accounts(1)).accounts[0].row;
    assert_eq!((row.proven, row.coverage), (Milli::FULL, Milli::FULL));
    assert!(row.caps.is_empty());
}

#[test]
fn the_share_of_failing_accounts_caps_the_organization() {
    let mut findings: Vec<Finding> =
        (0..200).map(|number| finding(3, Some(number), Status::Pass, 0)).collect();
    findings.push(finding(1, Some(7), Status::Fail, 0));
    let report = scored(&findings, &accounts(200));
    // One of 200: floor(40 / 200) = 0.
    assert_eq!(report.total.caps[0].limit, Milli(89_000));
    assert_eq!(report.total.proven, Milli(89_000));
    assert_eq!(report.accounts[7].row.proven.0, 100_000 * 3 / 13);
    findings.extend((0..100).map(|number| finding(1, Some(number), Status::Fail, 1)));
    assert_eq!(scored(&findings, &accounts(200)).total.caps[0].limit, Milli(69_000));
}

#[test]
fn an_account_without_weight_leaves_the_mean_and_a_run_without_any_proves_nothing() {
    let mut findings =
        vec![finding(7, Some(0), Status::Pass, 0), finding(3, Some(1), Status::NotApplicable, 0)];
    let report = scored(&findings, &accounts(2));
    assert!(report.accounts.is_empty() && report.groups.is_empty());
    assert_eq!((report.total.proven, report.total.potential), (Milli(0), Milli::FULL));
    assert_eq!((report.total.coverage, report.total.grade), (Milli(0), Grade::Insufficient));
    findings.push(finding(6, None, Status::Pass, 0));
    assert_eq!(scored(&findings, &accounts(2)).total.proven, Milli::FULL);
}

#[test]
fn criticality_weighs_accounts() {
    let findings = [finding(3, Some(0), Status::Pass, 0), finding(3, Some(1), Status::Fail, 0)];
    let mut accounts = accounts(2);
    accounts[0].weight = 4;
    assert_eq!(scored(&findings, &accounts).total.proven, Milli(80_000));
}

#[test]
fn what_is_shared_weighs_thirty_five_parts_and_the_accounts_sixty_five() {
    let findings = [
        finding(6, None, Status::Pass, 0),
        finding(3, None, Status::Fail, 0),
        finding(3, Some(0), Status::Pass, 0),
    ];
    let total = scored(&findings, &accounts(1)).total;
    // 0.35 × 66.666 + 0.65 × 100, from the rows as published.
    assert_eq!(total.proven, Milli(88_333));
}

#[test]
fn an_unread_account_stands_only_in_the_groups_that_are_asked_of_accounts() {
    let findings = [finding(3, Some(0), Status::Pass, 0), finding(6, None, Status::Pass, 0)];
    let mut accounts = accounts(2);
    accounts[1].assessed = false;
    let groups = scored(&findings, &accounts).groups;
    assert_eq!(groups[&Group::Protection].proven, Milli(50_000));
    assert_eq!(groups[&Group::Organization].proven, Milli::FULL);
}
