//! The catalogue's edge list against the whole catalogue: what each row says, and every other verdict beside it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
#![allow(clippy::disallowed_methods, reason = "the expected verdicts lie in a file")]

mod rows;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use rows::{Expected, LEFT_OUT, Row, TESTED_ELSEWHERE, numbers, rows};
use trailproof_checks::CATALOGUE;
use trailproof_core::assess::assess_held;
use trailproof_core::assessment::{Assessment, Grade, Milli};
use trailproof_core::evidence::Cause;
use trailproof_core::fact::Fact;
use trailproof_core::finding::{Finding, GLOBAL, ScoredIn, Status};
use trailproof_core::fixture::*;

const EXPECTED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/expected/edges.txt");

fn assessed(row: &Row) -> Assessment {
    let snapshot = row.snapshot();
    assess_held(&snapshot, CATALOGUE, &row.policy).unwrap()
}

fn verdict(finding: &Finding) -> String {
    format!("{} {}", finding.status.code(), finding.reason).trim_end().to_owned()
}

fn holds(expected: &Expected, findings: &[Finding]) -> bool {
    let there: Vec<&Finding> = findings
        .iter()
        .filter(|f| f.check == expected.check && f.account_id == id(expected.account))
        .filter(|f| expected.region.is_none_or(|region| f.region == region))
        .filter(|f| expected.resource.is_none_or(|resource| f.resource.ends_with(resource)))
        .collect();
    expected.times.map_or(!there.is_empty(), |times| there.len() == times)
        && there.iter().all(|finding| verdict(finding) == expected.verdict)
}

#[test]
fn every_row_says_what_the_catalogue_says() {
    let mut wrong = String::new();
    for row in rows() {
        let found = assessed(&row).results;
        for expected in row.expected.iter().filter(|expected| !holds(expected, &found)) {
            writeln!(wrong, "row {}: {expected:?}, found", row.id).unwrap();
            let there = found.iter().filter(|f| f.check == expected.check);
            for line in lines(&there.cloned().collect::<Vec<_>>()) {
                writeln!(wrong, "    {line}").unwrap();
            }
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn whatever_passes_or_fails_carries_its_proof() {
    let mut bare = BTreeSet::new();
    for row in rows() {
        let found = assessed(&row).results;
        let judged = found.iter().filter(|f| matches!(f.status, Status::Pass | Status::Fail));
        let without = judged.filter(|finding| finding.evidence.is_empty());
        bare.extend(without.map(|f| format!("{} {}", f.check, verdict(f))));
    }
    assert!(bare.is_empty(), "{bare:#?}");
}

#[test]
fn every_row_is_tested_or_left_out_for_a_reason() {
    let numbers = numbers();
    let place = |number: &str| numbers.iter().position(|other| other == number).unwrap();
    let left_out: BTreeSet<usize> =
        LEFT_OUT.iter().flat_map(|(first, last, _)| place(first)..=place(last)).collect();
    let rows = rows();
    let tested: BTreeSet<usize> =
        rows.iter().filter_map(Row::number).chain(TESTED_ELSEWHERE).map(place).collect();
    let both: Vec<_> = tested.intersection(&left_out).map(|at| &numbers[*at]).collect();
    assert!(both.is_empty(), "tested and left out: {both:?}");
    let neither: Vec<_> = (0..numbers.len())
        .filter(|at| !tested.contains(at) && !left_out.contains(at))
        .map(|at| &numbers[at])
        .collect();
    assert!(neither.is_empty(), "neither tested nor left out: {neither:?}");
    let ids: BTreeSet<_> = rows.iter().map(|row| row.id).collect();
    assert_eq!(ids.len(), rows.len(), "two rows have one id");
    assert!(rows.iter().all(|row| !row.expected.is_empty()));
}

/// The fixtures' accounts by their parts, and ARNs without what they all have in common.
fn short(text: &str) -> String {
    let text = text.strip_prefix("arn:").unwrap_or(text);
    text.replace(MEMBER, "MEMBER").replace(ARCHIVE, "ARCHIVE").replace(MANAGEMENT, "MANAGEMENT")
}

/// One line for each finding, without the row; the regions of an account that agree on one subject are one line, all
/// but the largest such group named.
fn lines(findings: &[Finding]) -> Vec<String> {
    let mut subjects: BTreeMap<(String, &str, String), BTreeMap<String, Vec<&str>>> =
        BTreeMap::new();
    for finding in findings {
        let itself = finding.resource == format!("region/{}", finding.region);
        let subject = if itself { "region".to_owned() } else { short(&finding.resource) };
        let account = short(&finding.account_id.to_string());
        let verdicts = subjects.entry((account, &finding.check, subject)).or_default();
        verdicts.entry(verdict(finding)).or_default().push(&finding.region);
    }
    let mut lines = Vec::new();
    for ((account, check, subject), verdicts) in subjects {
        let most = verdicts.values().map(Vec::len).max().unwrap_or_default();
        for (verdict, places) in verdicts {
            let (number, named) = (places.len(), places.join(" "));
            let many = number == most && (number > 1 || subject == "region");
            let place = if many { format!("{number} regions") } else { named };
            lines.push(format!("{account} | {check} | {place} | {subject} | {verdict}"));
        }
    }
    lines.sort();
    lines
}

/// What most rows change: the member's trail in an organization in good order, and the organization's.
fn bases() -> [(&'static str, BTreeSet<String>); 2] {
    [("own", rows::with(trail("audit"))), ("organization", rows::with(rows::org_trail()))].map(
        |(name, world)| {
            (name, lines(&assessed(&rows::row(name, world)).results).into_iter().collect())
        },
    )
}

#[test]
fn no_verdict_beside_the_rows_changes_unseen() {
    let mut text = String::new();
    let bases = bases();
    for (name, base) in &bases {
        base.iter().for_each(|line| writeln!(text, "{name} | {line}").unwrap());
    }
    for row in rows() {
        let found: BTreeSet<String> = lines(&assessed(&row).results).into_iter().collect();
        let distance = |base: &BTreeSet<String>| found.symmetric_difference(base).count();
        let (name, base) = bases.iter().min_by_key(|(_, base)| distance(base)).unwrap();
        writeln!(text, "{} | as {name}, but", row.id).unwrap();
        for line in found.symmetric_difference(base) {
            let sign = if found.contains(line) { '+' } else { '-' };
            writeln!(text, "{} {sign} {line}", row.id).unwrap();
        }
    }
    if std::env::var_os("TRAILPROOF_BLESS").is_some() {
        std::fs::write(EXPECTED, &text).unwrap();
        return;
    }
    let expected = std::fs::read_to_string(EXPECTED).unwrap_or_default();
    if expected == text {
        return;
    }
    let (old, new): (BTreeSet<&str>, BTreeSet<&str>) =
        (expected.lines().collect(), text.lines().collect());
    let gone = old.difference(&new).map(|line| format!("- {line}"));
    let fresh = new.difference(&old).map(|line| format!("+ {line}"));
    let shown: Vec<String> = gone.chain(fresh).take(60).collect();
    panic!(
        "verdicts of the edge list changed (the first 60 of them):\n{}\nIf that is meant, run\n    \
         TRAILPROOF_BLESS=1 cargo test -p trailproof-checks --test edges\nand read the diff of \
         checks/tests/expected/edges.txt.",
        shown.join("\n")
    );
}

/// Row 162: 200 accounts would do as well.
#[test]
fn a_bucket_that_many_accounts_use_is_judged_and_counted_once() {
    let mut world = organization().with_bucket(
        bucket("logs").owner(ARCHIVE).but(|b| b.versioning.status = Some("Suspended".into())),
    );
    for number in 1..10 {
        let mut member = world.members[0].clone();
        member.id = id(&format!("{number:012}"));
        world = world.with(trail("own").but(|t| t.owner = member.id));
        world.members.push(member);
    }
    let assessment = assessed(&rows::row("162", world));
    let found: Vec<_> = assessment
        .results
        .iter()
        .filter(|finding| finding.check == "s3-bucket-versioning-enabled")
        .collect();
    assert_eq!(found.len(), 1);
    assert_eq!(verdict(found[0]), "fail suspended");
    assert_eq!(found[0].scored_in, ScoredIn::Organization);
    assert_eq!(found[0].account_id, id(ARCHIVE));
}

/// Row 163.
#[test]
fn an_account_whose_every_call_is_denied_proves_nothing_and_may_be_anything() {
    // What stands above it is told by the organization, and holds whatever the account says.
    let organization = || organization().deny(Fact::OrganizationPolicies);
    let mut world = organization().with(trail("org").for_organization());
    for fact in Fact::ALL.into_iter().filter(|fact| *fact != Fact::Session) {
        world = world.deny_in(Some(MEMBER), fact, None, Cause::AccessDenied);
    }
    let refused = organization().with(trail("org").for_organization()).deny_in(
        Some(MEMBER),
        Fact::Session,
        None,
        Cause::AssumeRoleDenied,
    );
    for world in [world, refused] {
        let assessment = assessed(&rows::row("163", world));
        let of_member = |f: &&Finding| f.account_id == id(MEMBER);
        let decided: Vec<_> = assessment
            .results
            .iter()
            .filter(of_member)
            // What the policy does not ask for needs no evidence.
            .filter(|f| f.status.code() != "unknown" && f.reason != "not_required")
            .map(|f| format!("{}: {}", f.check, verdict(f)))
            .collect();
        assert!(decided.is_empty(), "{decided:?}");
        let scores = &assessment.score.accounts;
        let row = &scores.iter().find(|score| score.account_id == id(MEMBER)).unwrap().row;
        assert_eq!((row.proven, row.potential), (Milli(0), Milli::FULL));
        assert_eq!((row.coverage, row.grade), (Milli(0), Grade::Insufficient));
        assert!(!assessment.run.complete);
    }
}

#[test]
fn the_collector_asks_for_statuses_and_selectors_by_arn() {
    // Row 5: by name a member would be told that there is no such trail.
    for row in rows() {
        let snapshot = row.snapshot();
        for probe in snapshot.accounts.iter().flat_map(|document| document.observations.keys()) {
            if matches!(probe.fact, Fact::TrailStatus | Fact::EventSelectors) {
                let arn = probe.resource.as_deref().unwrap();
                assert!(arn.starts_with("arn:"), "row {}: {probe}", row.id);
                assert_ne!(probe.place(), GLOBAL);
            }
        }
    }
}
