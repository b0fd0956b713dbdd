//! Results that are judged account by account are those that would be judged in one piece, on every visit.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod random;

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::ops::ControlFlow;

use proptest::prelude::*;
use trailproof_checks::CATALOGUE;
use trailproof_core::assess::{AssessError, Judged, assess, assess_watched};
use trailproof_core::assessment::Assessment;
use trailproof_core::aws::AccountId;
use trailproof_core::check::Severity;
use trailproof_core::evidence::{Cause, Gap};
use trailproof_core::fact::Fact;
use trailproof_core::finding::{Finding, GLOBAL};
use trailproof_core::fixture::*;
use trailproof_core::gate::{GateRequest, Gates};
use trailproof_core::plan::Demand;
use trailproof_core::policy::Policy;
use trailproof_core::results::Results;
use trailproof_core::score::{ScoredAccount, Scorer};
use trailproof_core::snapshot::{Bundle, Document, DocumentVisitor, Manifest, Snapshot};

/// Everything, an account at a time.
fn visited(results: &impl Results) -> Vec<Vec<Finding>> {
    let mut accounts = Vec::new();
    let visit = results.visit(&mut |findings| {
        accounts.push(findings.to_vec());
        ControlFlow::Continue(())
    });
    visit.map_err(|error| error.to_string()).unwrap();
    accounts
}

/// The totals, made of all findings at once.
fn totals_hold(assessment: &Assessment<Judged<'_, Bundle>>, all: &[Finding], gates: &Gates) {
    let scope = &assessment.scope.accounts;
    let judged = scope.iter().filter(|account| account.in_scope && account.state.is_active());
    let scored = judged.map(|account| ScoredAccount {
        id: account.id,
        assessed: account.assessed,
        weight: 1,
    });
    let mut scorer =
        Scorer::new(scored, assessment.scope.organization_id.is_some()).with_profiles(CATALOGUE);
    all.iter().rev().for_each(|finding| scorer.add(finding));
    assert_eq!(scorer.report(), assessment.score);

    let mut rows: BTreeMap<(AccountId, String, Cause), BTreeSet<&str>> = BTreeMap::new();
    for finding in all {
        let unasked = |gap: &&Gap| matches!(gap.cause, Cause::Undecidable | Cause::NotSupplied);
        let gap = finding.gap.iter().filter(|gap| !unasked(gap));
        for gap in gap {
            let region = gap.region.as_ref().map_or(GLOBAL, |region| region.as_str()).to_owned();
            let place = (gap.account.unwrap_or(finding.account_id), region, gap.cause);
            rows.entry(place).or_default().insert(&gap.detail);
        }
    }
    let unread = &assessment.coverage.unread;
    assert!(unread.is_sorted());
    let told: BTreeSet<_> =
        unread.iter().map(|row| (row.account_id, row.region.clone(), row.reason)).collect();
    assert_eq!(told, rows.keys().cloned().collect());
    for row in unread {
        let place = (row.account_id, row.region.clone(), row.reason);
        assert_eq!(rows[&place].first().copied(), Some(row.message.as_str()));
    }

    let held = Assessment { results: all.to_vec(), ..held_totals(assessment) };
    let Ok(at_once) = Gates::of(&held, REQUEST);
    assert_eq!(at_once.outcomes(&held), gates.outcomes(assessment));
    assert_eq!(at_once.exit_code(&held, false), gates.exit_code(assessment, false));
}

const REQUEST: GateRequest = GateRequest {
    fail_on: Some(Severity::Medium),
    min_score: None,
    min_coverage: None,
    fail_on_expired_waiver: false,
    fail_on_new: None,
};

fn held_totals(assessment: &Assessment<Judged<'_, Bundle>>) -> Assessment {
    assessment.clone().held().unwrap()
}

/// The law that no account is lost.
fn adds_up<R>(assessment: &Assessment<R>, manifest: &Manifest) {
    let counts = &assessment.coverage.accounts;
    let sum = counts.assessed + counts.unread + counts.excluded + counts.not_active;
    assert_eq!((counts.listed, manifest.accounts.len()), (sum, sum));
    let listed: BTreeSet<AccountId> = manifest.accounts.iter().map(|account| account.id).collect();
    let scope: Vec<AccountId> =
        assessment.scope.accounts.iter().map(|account| account.id).collect();
    assert_eq!(scope, listed.into_iter().collect::<Vec<_>>());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_judged_piece_by_piece_is_the_whole(
        (world, policy) in random::any_world(),
        refused in prop::option::of((0..3_usize, prop::sample::select(Fact::ALL.to_vec()))),
        without in prop::option::of(0..3_usize),
    ) {
        let mut world = world;
        if let Some((account, fact)) = refused {
            let account = [MEMBER, ARCHIVE, MANAGEMENT][account];
            world = world.deny_in(Some(account), fact, None, Cause::AccessDenied);
        }
        let mut bundle = world.snapshot(&Demand::facts(Fact::ALL));
        if let Some(at) = without.filter(|at| *at < bundle.accounts.len()) {
            bundle.accounts.remove(at);
        }
        let (mut gates, mut onlooker) = (Gates::new(REQUEST), Vec::new());
        let assessment = assess_watched(&bundle, CATALOGUE, &policy.clone().into(), &mut |findings| {
            gates.see(findings);
            onlooker.extend_from_slice(findings);
        }).unwrap();
        let accounts = visited(&assessment.results);
        prop_assert_eq!(&accounts, &visited(&assessment.results));
        let all = accounts.concat();
        prop_assert_eq!(&onlooker, &all);
        prop_assert!(all.is_sorted_by_key(Finding::sort_key));
        for (one, next) in accounts.iter().zip(accounts.iter().skip(1)) {
            prop_assert!(one[0].account_id < next[0].account_id);
        }
        prop_assert_eq!(&held_totals(&assessment).results, &all);
        prop_assert_eq!(visited(&all), accounts);
        totals_hold(&assessment, &all, &gates);
        adds_up(&assessment, &bundle.manifest);
        // Each check judges a subject by itself: alone it says of it what it says among all.
        let mut alone: Vec<Finding> = CATALOGUE
            .iter()
            .flat_map(|check| {
                let one = assess(&bundle, std::slice::from_ref(check), &policy).unwrap();
                visited(&one.results).concat()
            })
            .collect();
        alone.sort_by(|one, other| one.sort_key().cmp(&other.sort_key()));
        let subject = |finding: &Finding| (finding.fingerprint.clone(), finding.status);
        prop_assert_eq!(alone.iter().map(subject).collect::<Vec<_>>(), all.iter().map(subject).collect::<Vec<_>>());
    }
}

#[test]
fn a_visitor_who_has_seen_enough_is_shown_no_more() {
    let bundle = organization().with(trail("org").for_organization());
    let bundle = bundle.snapshot(&Demand::of(CATALOGUE));
    let policy = Policy::default();
    let assessment = assess(&bundle, CATALOGUE, &policy).unwrap();
    let mut shown = 0;
    let visit = assessment.results.visit(&mut |_| {
        shown += 1;
        ControlFlow::Break(())
    });
    assert_eq!((visit, shown), (Ok(()), 1));
}

/// A snapshot that does not keep to the contract.
struct Odd {
    bundle: Bundle,
    visits: Cell<usize>,
    backwards: bool,
    forgetful: bool,
}

impl Odd {
    fn new() -> Self {
        let world = organization().with(trail("org").for_organization());
        let bundle = world.snapshot(&Demand::of(CATALOGUE));
        Self { bundle, visits: Cell::new(0), backwards: false, forgetful: false }
    }

    fn refused(&self) -> AssessError<Infallible> {
        let policy = Policy::default();
        assess(self, CATALOGUE, &policy).map(|_| ()).unwrap_err()
    }
}

impl Snapshot for Odd {
    type Error = Infallible;

    fn manifest(&self) -> &Manifest {
        &self.bundle.manifest
    }

    fn organization(&self) -> &Document {
        &self.bundle.organization
    }

    fn visit(&self, visitor: &mut DocumentVisitor<'_>) -> Result<(), Infallible> {
        let mut documents: Vec<&Document> = self.bundle.accounts.iter().collect();
        if self.backwards {
            documents.reverse();
        }
        if self.forgetful && self.visits.replace(1) == 1 {
            documents.pop();
        }
        let _ = documents.into_iter().try_for_each(visitor);
        Ok(())
    }
}

#[test]
fn documents_out_of_order_are_refused_by_name() {
    let odd = Odd { backwards: true, ..Odd::new() };
    let second = odd.bundle.accounts[1].account;
    assert_eq!(odd.refused(), AssessError::Order(second));

    let mut twice = Odd::new();
    let copy = twice.bundle.accounts[0].clone();
    twice.bundle.accounts.insert(0, copy.clone());
    assert_eq!(twice.refused(), AssessError::Order(copy.account));

    let mut listed = Odd::new();
    let again = listed.bundle.manifest.accounts[0].clone();
    listed.bundle.manifest.accounts.push(again.clone());
    assert_eq!(listed.refused(), AssessError::Order(again.id));
}

#[test]
fn an_account_that_is_lost_on_the_way_is_a_bug_and_is_said_to_be_one() {
    let odd = Odd { forgetful: true, ..Odd::new() };
    let AssessError::Unaccounted(accounts) = odd.refused() else { panic!("{}", odd.refused()) };
    assert_eq!((accounts.counts.assessed, accounts.counts.unread, accounts.scope), (2, 1, 3));
    assert!(accounts.to_string().ends_with("this is a bug in trailproof"), "{accounts}");
}
