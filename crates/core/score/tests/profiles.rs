//! What a framework's profile holds, and that its score is made like every other.

use super::*;
use crate::check::{Check, Judge, Remediation};
use crate::control::{Control, Framework};
use crate::finding::pass;

/// Presence whole is one framework, protection another; monitoring is only related, recalled or told by others.
const MAPPED: [(usize, &[Control]); 7] = [
    (0, &[Framework::Cis5_0.seen("3.1"), Framework::Soc2.related("CC7.2")]),
    (1, &[Framework::Cis5_0.prowler("3.10"), Framework::Cis5_0.prowler("3.1")]),
    (2, &[Framework::Pci4_0_1.seen("10.3.3")]),
    (3, &[Framework::Pci4_0_1.seen("10.3.2"), Framework::Cis5_0.related("3.5")]),
    (4, &[Framework::Cis5_0.seen("3.9")]),
    (5, &[Framework::Soc2.stave("CC7.2"), Framework::Iso27001_2022.third_party("A.8.16")]),
    (6, &[Framework::Hipaa164.recalled("164.312(b)")]),
];

fn checks() -> Vec<Check> {
    let check = |(at, controls): (usize, &'static [Control])| {
        let (id, group, severity, weight) = CHECKS[at];
        let remediation = Remediation { summary: "", command: "", link: "" };
        let judge = Judge::Account(|_, _| Ok(pass("")));
        let (title, rationale) = ("", "");
        Check {
            id,
            title,
            group,
            severity,
            weight,
            rationale,
            remediation,
            japanese: crate::fixture::JAPANESE,
            controls,
            reads: &[],
            judge,
        }
    };
    MAPPED.into_iter().map(check).collect()
}

fn profiled(findings: &[Finding], accounts: &[ScoredAccount]) -> ScoreReport {
    let checks = checks();
    let mut scorer =
        Scorer::new(accounts.to_vec(), true).with_profiles(&checks.iter().collect::<Vec<_>>());
    findings.iter().for_each(|finding| scorer.add(finding));
    scorer.report()
}

fn status(report: &ScoreReport, framework: Framework, id: &str) -> Status {
    let controls = &report.frameworks[&framework].controls;
    controls.iter().find(|control| control.id == id).expect(id).status
}

proptest! {
    #[test]
    fn a_profile_is_scored_by_the_formula_of_the_groups(
        findings in any_findings(), accounts in any_accounts(),
    ) {
        let report = profiled(&findings, &accounts);
        for (framework, group) in [(Framework::Cis5_0, Group::Presence), (Framework::Pci4_0_1, Group::Protection)] {
            prop_assert_eq!(report.frameworks[&framework].row.as_ref(), report.groups.get(&group));
        }
        let plain = scored(&findings, &accounts);
        prop_assert_eq!(ScoreReport { frameworks: BTreeMap::new(), ..report }, plain);
    }

    #[test]
    fn the_order_of_findings_changes_no_profile(
        mut findings in any_findings(), accounts in any_accounts(), at in any::<Index>(),
    ) {
        let report = profiled(&findings, &accounts);
        let by = at.index(findings.len());
        findings.rotate_left(by);
        prop_assert_eq!(profiled(&findings, &accounts), report);
    }
}

#[test]
fn only_what_is_sure_makes_a_profile() {
    let report = profiled(&[], &accounts(1));
    let ids = |framework: Framework| {
        let controls = &report.frameworks[&framework].controls;
        controls
            .iter()
            .map(|control| (control.id.as_str(), control.checks.len()))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        report.frameworks.keys().copied().collect::<Vec<_>>(),
        [Framework::Cis5_0, Framework::Pci4_0_1]
    );
    assert_eq!(ids(Framework::Cis5_0), [("3.1", 2), ("3.9", 1), ("3.10", 1)]);
    assert_eq!(ids(Framework::Pci4_0_1), [("10.3.2", 1), ("10.3.3", 1)]);
    assert!(report.frameworks.values().all(|framework| framework.row.is_none()));
}

#[test]
fn one_fail_fails_a_requirement_and_one_unknown_leaves_it_open() {
    let mut findings = vec![finding(0, Some(0), Status::NotApplicable, 0)];
    let told = |findings: &[Finding]| {
        let report = profiled(findings, &accounts(2));
        status(&report, Framework::Cis5_0, "3.1")
    };
    assert_eq!(told(&findings), Status::NotApplicable);
    for (added, come_to) in [
        (finding(1, Some(0), Status::Waived, 1), Status::Waived),
        (finding(1, Some(0), Status::Pass, 2), Status::Pass),
        (finding(0, Some(1), Status::Unknown, 3), Status::Unknown),
        (finding(1, Some(1), Status::Fail, 4), Status::Fail),
        (finding(0, Some(1), Status::Pass, 5), Status::Fail),
    ] {
        findings.push(added);
        assert_eq!(told(&findings), come_to);
    }
    let report = profiled(&findings, &accounts(2));
    assert_eq!(status(&report, Framework::Pci4_0_1, "10.3.2"), Status::NotApplicable);
}

#[test]
fn what_an_unread_account_leaves_open_is_not_passed() {
    let mut accounts = accounts(2);
    accounts[1].assessed = false;
    let findings = [finding(3, Some(0), Status::Pass, 0), finding(3, Some(1), Status::Unknown, 0)];
    let report = profiled(&findings, &accounts);
    assert_eq!(status(&report, Framework::Pci4_0_1, "10.3.2"), Status::Unknown);
    let row = report.frameworks[&Framework::Pci4_0_1].row.clone().unwrap();
    assert_eq!((row.proven, row.potential), (Milli(50_000), Milli::FULL));
}

#[test]
fn no_cap_binds_a_profile() {
    let findings = [finding(0, Some(0), Status::Fail, 0), finding(3, Some(0), Status::Pass, 0)];
    let report = profiled(&findings, &accounts(1));
    let row = report.frameworks[&Framework::Pci4_0_1].row.clone().unwrap();
    assert_eq!((row.proven, row.caps.len()), (Milli::FULL, 0));
    assert!(!report.accounts[0].row.caps.is_empty());
}
