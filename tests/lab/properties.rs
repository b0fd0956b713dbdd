//! What holds of any organization, whatever strikes its scan and in whatever order AWS names things.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use proptest::prelude::*;
use proptest::sample::{Index, select};
use trailproof::store::Reader;
use trailproof_checks::CATALOGUE;
use trailproof_core::answer::TrailDescription;
use trailproof_core::assessment::Assessment;
use trailproof_core::finding::{Finding, Status};
use trailproof_core::plan::{Demand, may_open, missing};
use trailproof_core::snapshot::{Document, Probe, Snapshot};
use trailproof_sim::{Description, Effect, Fault, Shape, Simulator};

use crate::judged::{Judged, judged, line};
use crate::run::Lab;
use crate::world::small;

/// A small organization in which much is odd.
fn shapes() -> impl Strategy<Value = Shape> {
    let shares = (0.0..0.9, 0.0..0.9, 0.0..0.4, 0.0..0.3);
    (any::<u64>(), 4_usize..=8, shares).prop_map(|(seed, accounts, (own, opted, denied, gone))| {
        Shape {
            seed,
            accounts,
            roles_per_account: 2,
            policies_per_account: 1,
            users_per_account: 1,
            groups_per_account: 1,
            buckets_per_account: 1,
            accounts_per_unit: 3,
            own_trails: own,
            opt_in_regions: opted,
            role_denied: denied,
            suspended: gone,
            ..Shape::default()
        }
    })
}

/// In few regions: those that matter, and one more.
fn described(shape: &Shape) -> Description {
    let mut description = shape.describe();
    let mut places: BTreeSet<String> = ["us-east-1", "us-west-2"].map(str::to_owned).into();
    for account in &description.accounts {
        places.extend(account.trails.iter().map(|trail| trail.home_region.clone()));
        places.extend(account.buckets.iter().map(|bucket| bucket.region.clone()));
        places.extend(account.keys.iter().map(|key| key.region.clone()));
    }
    description.default_regions.retain(|region| places.contains(region));
    description
}

struct Scanned {
    judged: Judged,
    /// The trails that anybody saw.
    trails: BTreeSet<String>,
}

fn scan(simulator: Simulator) -> Option<Scanned> {
    // Without the caller there is nothing; everything else comes to a report.
    let reader = Lab::new(simulator).scan().reader.ok()?;
    let trails = trails(&reader);
    Some(Scanned { judged: judged(&reader).unwrap(), trails })
}

fn trails(reader: &Reader) -> BTreeSet<String> {
    let mut seen = BTreeSet::new();
    let mut visit = |document: &trailproof_core::snapshot::Document| {
        for probe in document.observations.keys() {
            let trails = document.read::<Vec<TrailDescription>>(probe);
            let trails = trails.into_iter().flat_map(|(trails, _)| trails);
            seen.extend(trails.map(|trail| trail.trail_arn.clone()));
        }
        ControlFlow::Continue(())
    };
    reader.visit(&mut visit).unwrap();
    seen
}

/// Gives an account's answers again one by one, in this order; how many questions were looked for anew, and how often an
/// answer opened one.
fn answered_again(reader: &Reader, whole: &Document, seed: usize) -> (usize, usize) {
    let demand = Demand::of(CATALOGUE);
    let open = |document: &Document| -> BTreeSet<Probe> {
        missing(&demand, reader.manifest(), document).into_iter().collect()
    };
    let mut document = Document::new(whole.account);
    let (mut before, mut looked, mut opened) = (open(&document), 0, 0);
    while !before.is_empty() {
        let next = before.iter().nth(seed % before.len()).unwrap().clone();
        before.remove(&next);
        let observation = &whole.observations[&next];
        document.observations.insert(next.clone(), observation.clone());
        let after = open(&document);
        let opens = after.difference(&before).next().is_some();
        assert!(!opens || may_open(&next, observation), "{next:?} opens a question");
        looked += usize::from(may_open(&next, observation));
        opened += usize::from(opens);
        before.extend(after);
    }
    (looked, opened)
}

/// A fault of some of a scan's calls, picked from those that it makes.
#[derive(Debug, Clone)]
struct Strike {
    effect: Effect,
    call: Index,
    of_account: bool,
    of_region: bool,
    first_attempts: Option<u32>,
}

fn strikes() -> impl Strategy<Value = Vec<Strike>> {
    let strike = (
        select(Effect::ALL.to_vec()),
        any::<Index>(),
        any::<(bool, bool)>(),
        prop::option::of(1_u32..4),
    );
    let strike = strike.prop_map(|(effect, call, (of_account, of_region), first_attempts)| {
        Strike { effect, call, of_account, of_region, first_attempts }
    });
    prop::collection::vec(strike, 1..5)
}

impl Strike {
    fn fault(&self, healthy: &Simulator) -> Fault {
        let calls: BTreeSet<_> = healthy.calls().into_iter().collect();
        let calls: Vec<_> = calls.into_iter().collect();
        let call = self.call.get(&calls);
        Fault {
            account: self.of_account.then(|| call.account.clone()),
            region: self.of_region.then(|| call.region.clone()),
            first_attempts: self.first_attempts,
            ..Fault::on(&format!("{}:{}", call.service, call.operation), self.effect)
        }
    }
}

/// What must not be of less evidence.
fn broken(whole: &Scanned, less: &Scanned) -> Vec<String> {
    let vanished = whole.trails != less.trails;
    let before = whole.judged.decided();
    // A key's finding speaks for the trails that were seen: one that only a trail out of sight is at odds with is
    // usable for the others. What the key says of itself no trail takes back.
    let at_odds = |finding: &Finding| {
        let failed = before.get(&(finding.check.as_str(), finding.resource.as_str(), Status::Fail));
        vanished
            && finding.resource.contains(":kms:")
            && finding.status == Status::Pass
            && failed
                .is_none_or(|f| ["wrong_region", "delivery_error"].contains(&f.reason.as_str()))
    };
    let new = less.judged.new_to(&whole.judged);
    let mut broken: Vec<String> =
        new.into_iter().filter(|f| !at_odds(f)).map(|f| format!("new: {}", line(f))).collect();
    broken.extend(sums(&less.judged.assessment));
    let (was, is) = (&whole.judged.assessment, &less.judged.assessment);
    // A finding that vanished with its subject leaves shares of fewer findings, which may move either way; without the
    // organization what accounts share is counted in them.
    let there: BTreeSet<&str> = is.results.iter().map(|f| f.fingerprint.as_str()).collect();
    let kept = was.results.iter().all(|f| there.contains(f.fingerprint.as_str()));
    let organized = was.scope.organization_id == is.scope.organization_id;
    if kept && organized && is.score.total.coverage > was.score.total.coverage {
        let (was, is) = (was.score.total.coverage, is.score.total.coverage);
        broken.push(format!("the coverage rises from {was} to {is}"));
    }
    broken
}

/// What holds of every report by itself.
fn sums(assessment: &Assessment) -> Vec<String> {
    let counts = assessment.coverage.accounts;
    let mut broken = Vec::new();
    if counts.listed != counts.assessed + counts.unread + counts.excluded + counts.not_active {
        broken.push(format!("accounts do not add up: {counts:?}"));
    }
    let score = &assessment.score;
    let rows = score.accounts.iter().map(|account| &account.row);
    let rows = rows.chain(&score.organization).chain(score.groups.values()).chain([&score.total]);
    let over = rows.filter(|row| row.proven > row.potential);
    broken
        .extend(over.map(|row| format!("{} is proven and {} possible", row.proven, row.potential)));
    broken
}

fn shuffle<T>(items: &mut [T], seed: u64) {
    fastrand::Rng::with_seed(seed).shuffle(items);
}

/// The same world, told in another order.
fn shuffled(mut description: Description, seed: u64) -> Description {
    shuffle(&mut description.accounts, seed);
    shuffle(&mut description.default_regions, seed);
    shuffle(&mut description.opt_in_regions, seed);
    for account in &mut description.accounts {
        shuffle(&mut account.trails, seed);
        shuffle(&mut account.buckets, seed);
        shuffle(&mut account.keys, seed);
        shuffle(&mut account.opted_in_regions, seed);
        shuffle(&mut account.iam.users, seed);
        shuffle(&mut account.iam.roles, seed);
    }
    if let Some(organization) = &mut description.organization {
        shuffle(&mut organization.units, seed);
    }
    description
}

/// So many cases, or as many as `PROPTEST_CASES` asks for where that is more.
fn cases(cases: u32) -> ProptestConfig {
    let asked = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok());
    ProptestConfig {
        cases: asked.map_or(cases, |asked: u32| asked.max(cases)),
        failure_persistence: None,
        max_shrink_iters: 100,
        ..ProptestConfig::default()
    }
}

#[test]
fn no_answer_opens_a_question_but_those_after_which_it_is_looked() {
    let reader = Lab::new(Simulator::new(small())).scan().reader.unwrap();
    let (mut all, mut looked, mut opened) = (0, 0, 0);
    for seed in 0..7 {
        let mut visit = |document: &Document| {
            let (one, two) = answered_again(&reader, document, seed);
            (all, looked, opened) = (all + document.observations.len(), looked + one, opened + two);
            ControlFlow::Continue(())
        };
        reader.visit(&mut visit).unwrap();
    }
    assert!(opened > 50 && looked < all / 2, "{opened} of {looked}, all are {all}");
}

proptest! {
    #![proptest_config(cases(60))]

    #[test]
    fn no_fault_decides_anything(shape in shapes(), strikes in strikes()) {
        let simulator = || Simulator::new(described(&shape));
        let healthy = simulator();
        let whole = scan(healthy.clone()).unwrap();
        prop_assert!(sums(&whole.judged.assessment).is_empty());
        let faults: Vec<Fault> = strikes.iter().map(|strike| strike.fault(&healthy)).collect();
        let struck = faults.iter().cloned().fold(simulator(), Simulator::with_fault);
        let Some(less) = scan(struck) else { return Ok(()) };
        let broken = broken(&whole, &less);
        prop_assert!(broken.is_empty(), "{faults:#?}\n{}", broken.join("\n"));
    }
}

proptest! {
    #![proptest_config(cases(30))]

    #[test]
    fn no_order_changes_a_byte(shape in shapes(), seed in any::<u64>()) {
        let description = described(&shape);
        let one = scan(Simulator::new(description.clone())).unwrap();
        let other = scan(Simulator::new(shuffled(description, seed))).unwrap();
        let (one, other) = (one.judged.json(), other.judged.json());
        let differs = one.lines().zip(other.lines()).find(|(one, other)| one != other);
        prop_assert!(one == other, "{differs:#?}");
    }
}
