//! The central promise over the whole catalogue: taking evidence away may only lead to unknown, order changes nothing.
//!
//! What holds of the score when evidence is taken away (catalogue C.2, step 2) is said at [`loss`].
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod random;
mod rows;

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::sample::Index;
use rows::{Row, rows};
use trailproof_checks::CATALOGUE;
use trailproof_core::answer::{Answer, EventDataStore, StoreEntry, TrailDescription};
use trailproof_core::assess::assess_held;
use trailproof_core::assessment::Assessment;
use trailproof_core::aws::{AccountId, Region};
use trailproof_core::check::{Check, Judge, Severity};
use trailproof_core::evidence::{Cause, Gap};
use trailproof_core::fact::Fact;
use trailproof_core::finding::{Finding, ScoredIn, Status};
use trailproof_core::gate::{GateRequest, Gates, INCOMPLETE};
use trailproof_core::plan::Demand;
use trailproof_core::policy::Policy;
use trailproof_core::snapshot::{Bundle, Document, Observation, Outcome, Probe};

fn judge(bundle: &Bundle, checks: &[&Check], policy: &Policy) -> Assessment {
    assess_held(bundle, checks, policy).unwrap()
}

/// A verdict's identity. A bucket's and a key's ARN say all, and so does the ARN of a trail that delivers: while nobody
/// is known to own a bucket it stands with the first of its trails' owners, and a trail that nobody sees has none.
type Identity<'a> = (&'a str, &'a str, Status);
type Verdicts<'a> = BTreeMap<Identity<'a>, &'a Finding>;

fn identity(finding: &Finding) -> Identity<'_> {
    let delivers = |check: &&&Check| matches!(check.judge, Judge::Delivery(_));
    let unique = [":s3:::", ":kms:"].iter().any(|service| finding.resource.contains(service))
        || CATALOGUE.iter().filter(delivers).any(|check| check.id == finding.check);
    let subject = if unique { &finding.resource } else { &finding.fingerprint };
    (&finding.check, subject, finding.status)
}

/// What was decided: all but the unknown.
fn decided(assessment: &Assessment) -> Verdicts<'_> {
    assessment
        .results
        .iter()
        .filter(|finding| finding.status != Status::Unknown)
        .map(|finding| (identity(finding), finding))
        .collect()
}

fn told(finding: &Finding) -> String {
    let Finding { check, account_id, region, resource, reason, message, .. } = finding;
    let status = finding.status.code();
    format!("{check} {account_id} {region} {resource}: {status} [{reason}] {message}")
}

/// What must not be after evidence was taken away.
fn broken(full: &Assessment, less: &Assessment) -> Vec<String> {
    broken_but(full, less, false)
}

/// The same where trails or event data stores may have vanished. A key's finding speaks for those that were seen: one
/// that only one out of sight is at odds with, or makes unknown, is usable for the others. (Were it unknown instead, one
/// refused region of one account would make every key of the organization unknown.) So it is with an account in which only
/// the trails of others, out of sight, have a topic or a log group: nothing is to be watched there.
fn broken_but(full: &Assessment, less: &Assessment, vanished: bool) -> Vec<String> {
    let (before, after) = (decided(full), decided(less));
    let of_a_key = |finding: &Finding| finding.resource.contains(":kms:");
    // What the key says of itself no trail takes back.
    let of_its_trails = |finding: &Finding| {
        let failed = before.get(&(finding.check.as_str(), finding.resource.as_str(), Status::Fail));
        failed.is_none_or(|f| ["wrong_region", "delivery_error"].contains(&f.reason.as_str()))
    };
    let at_odds = |finding: &Finding| {
        of_a_key(finding) && finding.status == Status::Pass && of_its_trails(finding)
    };
    let unwatched = |finding: &Finding| finding.reason == "nothing_watches";
    let fresh = after
        .iter()
        .filter(|(verdict, _)| !before.contains_key(*verdict))
        .filter(|(_, finding)| !(vanished && (at_odds(finding) || unwatched(finding))));
    let mut broken: Vec<String> = fresh
        .map(|(_, finding)| format!("new: {}; it was {}", told(finding), was(full, finding)))
        .collect();
    let lost: Vec<&Finding> = before
        .iter()
        .filter(|(verdict, _)| !after.contains_key(*verdict))
        .map(|(_, finding)| *finding)
        .collect();
    let Ok(gates) = Gates::of(less, GateRequest::default());
    if !lost.is_empty() && gates.exit_code(less, false) != INCOMPLETE {
        broken.push(format!("the run looks complete without: {}", told(lost[0])));
    }
    broken.extend(loss(full, less, &lost));
    broken
}

/// What was said in its place before.
fn was(full: &Assessment, finding: &Finding) -> String {
    let same = |one: &&Finding| one.check == finding.check && one.resource == finding.resource;
    full.results.iter().filter(same).map(told).collect::<Vec<_>>().join(" and ")
}

/// The observations that one has and the other has not, or not as it was.
fn taken(full: &Bundle, less: &Bundle) -> Vec<String> {
    let documents = |bundle: &Bundle| {
        let documents = bundle.accounts.iter().chain([&bundle.organization]);
        let all = documents.flat_map(|document| {
            let account = document.account;
            document
                .observations
                .iter()
                .map(move |(probe, seen)| ((account, probe.clone()), seen.clone()))
        });
        all.collect::<BTreeMap<_, _>>()
    };
    let left = documents(less);
    let gone = documents(full).into_iter().filter(|(key, seen)| left.get(key) != Some(seen));
    gone.map(|((account, probe), _)| format!("{account} {probe}")).collect()
}

/// What holds of the score when evidence is taken away, E being the coverage, S the proven and S+ the potential score:
///
/// 1. Where a lost verdict became unknown, in its place, no group's S or E rises and no group's S+ falls (groups have
///    no caps); of the total, E does not rise, S+ does not fall, and S rises only where a critical failure was lost,
///    whose cap it lifts.
///    (An account that cannot be read at all leaves a group in which only it had findings: groups are compared where
///    the same accounts were assessed.)
/// 2. Where a finding vanished with its subject (a trail that nobody saw), shares are taken over fewer findings and
///    may move either way; S then never rises unless E falls. An unknown finding counts against E while its subject is
///    seen: where such a one vanished, E is a share of less, and nothing is said. (Were unknown said of every check of
///    trails wherever a region's trails were not read, one closed region of an account would make all of them unknown.)
/// 3. Nothing is said where the organization itself was not read, or not what of it a key or a bucket serves: what
///    accounts share is then counted in them.
fn loss(full: &Assessment, less: &Assessment, lost: &[&Finding]) -> Vec<String> {
    let mut broken = Vec::new();
    if full.scope.organization_id != less.scope.organization_id {
        return broken;
    }
    let (was, is) = (&full.score.total, &less.score.total);
    let places: BTreeMap<&str, ScoredIn> =
        full.results.iter().map(|f| (f.fingerprint.as_str(), f.scored_in)).collect();
    let moved = |f: &Finding| places.get(f.fingerprint.as_str()).is_some_and(|p| *p != f.scored_in);
    if less.results.iter().any(moved) {
        return broken;
    }
    let there: BTreeSet<&str> = less.results.iter().map(|f| f.fingerprint.as_str()).collect();
    let mut vanished = full.results.iter().filter(|f| !there.contains(f.fingerprint.as_str()));
    if let Some(first) = vanished.next() {
        let unknown = first.status == Status::Unknown
            || vanished.any(|finding| finding.status == Status::Unknown);
        if is.proven > was.proven && is.coverage >= was.coverage && !unknown {
            let (from, to, e) = (was.proven, is.proven, is.coverage);
            broken.push(format!("S rises from {from} to {to} at E {e} without: {}", told(first)));
        }
        return broken;
    }
    let critical = |finding: &&&Finding| {
        finding.status == Status::Fail && finding.severity == Severity::Critical
    };
    let lifted = lost.iter().any(|finding| critical(&finding));
    let assessed = full.coverage.accounts == less.coverage.accounts;
    let groups =
        full.score.groups.iter().filter(|_| assessed).filter_map(|(group, row)| {
            Some((group.code(), row, less.score.groups.get(group)?, false))
        });
    for (part, was, is, lifted) in groups.chain([("total", was, is, lifted)]) {
        if is.coverage > was.coverage {
            broken.push(format!("E of {part} rises from {} to {}", was.coverage, is.coverage));
        }
        if is.proven > was.proven && !lifted {
            broken.push(format!("S of {part} rises from {} to {}", was.proven, is.proven));
        }
        if is.potential < was.potential {
            broken.push(format!("S+ of {part} falls from {} to {}", was.potential, is.potential));
        }
    }
    if !broken.is_empty() {
        broken.extend(changed(full, less));
    }
    broken
}

/// What is said of each subject otherwise than before.
fn changed(full: &Assessment, less: &Assessment) -> Vec<String> {
    let before: BTreeMap<&str, &Finding> =
        full.results.iter().map(|f| (f.fingerprint.as_str(), f)).collect();
    let differs = |finding: &&Finding| {
        before.get(finding.fingerprint.as_str()).is_none_or(|was| was.status != finding.status)
    };
    let told = |finding: &Finding| {
        let was = before.get(finding.fingerprint.as_str()).map_or("nothing", |f| f.status.code());
        format!("  was {was}: {}", told(finding))
    };
    less.results.iter().filter(differs).map(told).collect()
}

fn document(bundle: &mut Bundle, at: usize) -> &mut Document {
    if at == 0 { &mut bundle.organization } else { &mut bundle.accounts[at - 1] }
}

fn refused(document: &Document, probe: &Probe, observation: &Observation) -> Observation {
    let gap = Gap {
        account: Some(document.account),
        region: probe.region.clone(),
        ..Gap::new(probe.fact, Cause::AccessDenied, "taken away")
    };
    Observation {
        error_code: Some("AccessDeniedException".into()),
        outcome: Outcome::Gap(gap),
        ..observation.clone()
    }
}

/// The regions that play a part in a row: what holds of one of the others holds of all.
fn parts(row: &Row) -> BTreeSet<Region> {
    let world = &row.world;
    let default = world.partition.default_regions();
    let mut parts = BTreeSet::from([world.partition.global_region()]);
    for trail in &world.trails {
        parts.insert(trail.description.home_region.clone());
        parts.extend(trail.status_in.keys().cloned());
        let missing = |account: AccountId| {
            trail.missing_in.iter().filter(move |(other, _)| *other == account)
        };
        // A replica that is missing everywhere singles no region out.
        let some = trail
            .missing_in
            .iter()
            .filter(|(account, _)| missing(*account).count() < default.len());
        parts.extend(some.map(|(_, region)| region.clone()));
    }
    parts.extend(world.buckets.iter().map(|bucket| bucket.region.clone()));
    parts.extend(world.stores.iter().map(|store| store.region.clone()));
    parts.extend(world.events.keys().map(|(_, region)| region.clone()));
    parts.extend(world.history.keys().map(|(_, region)| region.clone()));
    parts.extend(world.members.iter().flat_map(|member| member.regions.keys().cloned()));
    parts.extend(world.denials.iter().filter_map(|denial| denial.region.clone()));
    parts
}

/// The row in a run that looks at the regions that play a part and at two others.
fn narrowed(row: &Row) -> Row {
    let mut row = row.clone();
    let parts = parts(&row);
    let default = row.world.partition.default_regions();
    let others = default.into_iter().filter(|region| !parts.contains(region)).take(2);
    row.world.regions = parts.iter().cloned().chain(others).collect();
    row
}

/// The questions of a document, but of those that put one question to regions that play no part, and got one answer,
/// only the first.
fn distinct(document: &Document, row: &Row) -> Vec<Probe> {
    let parts = parts(row);
    let mut answers: BTreeSet<String> = BTreeSet::new();
    let mut telling = |(probe, observation): &(&Probe, &Observation)| {
        let regional = [
            Fact::Trails,
            Fact::TrailDelivery,
            Fact::RecentEvents,
            Fact::EventDataStores,
            Fact::EventRules,
            Fact::TrailHistory,
        ];
        // Of the names that one region's history was asked for and that told nothing, one stands for all.
        let silent = matches!(&observation.outcome,
            Outcome::Answer(Answer::EventHistory(history)) if history.events.is_empty());
        if silent && Fact::OF_HISTORY.contains(&probe.fact) && probe.fact != Fact::TrailHistory {
            let one = format!("{:?} {:?} {:?}", probe.fact, probe.region, observation.outcome);
            return answers.insert(one);
        }
        !regional.contains(&probe.fact)
            || probe.region.iter().any(|region| parts.contains(region))
            || answers
                .insert(format!("{:?} {:?} {:?}", probe.fact, probe.resource, observation.outcome))
    };
    document
        .observations
        .iter()
        .filter(|one| telling(one))
        .map(|(probe, _)| probe.clone())
        .collect()
}

/// Takes each observation away in turn, and names what should not have come of it.
fn one_by_one(instead: fn(&Document, &Probe, &Observation) -> Option<Observation>) {
    let mut wrong = Vec::new();
    for row in rows().iter().map(narrowed) {
        let mut bundle = row.snapshot();
        let full = judge(&bundle, CATALOGUE, &row.policy);
        for at in 0..=bundle.accounts.len() {
            for probe in distinct(document(&mut bundle, at), &row) {
                let document = document(&mut bundle, at);
                let account = document.account;
                let observation = document.observations.remove(&probe).unwrap();
                if let Some(other) = instead(document, &probe, &observation) {
                    document.observations.insert(probe.clone(), other);
                }
                let less = judge(&bundle, CATALOGUE, &row.policy);
                wrong.extend(
                    broken(&full, &less)
                        .into_iter()
                        .map(|what| format!("row {}, without {account} {probe}: {what}", row.id)),
                );
                self::document(&mut bundle, at).observations.insert(probe, observation);
            }
        }
    }
    assert!(wrong.is_empty(), "{} times:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn no_new_verdict_comes_of_a_call_that_was_not_made() {
    one_by_one(|_, _, _| None);
}

#[test]
fn no_new_verdict_comes_of_a_call_that_was_refused() {
    one_by_one(|document, probe, observation| Some(refused(document, probe, observation)));
}

/// The trails and event data stores that a snapshot shows, and of which stores it tells more: an account without a session
/// shows nothing.
fn described(bundle: &Bundle) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let caller = bundle.manifest.caller_account;
    let entered = |document: &&Document| {
        document.account == caller || document.answer(&Probe::global(Fact::Session)).is_ok()
    };
    for document in bundle.accounts.iter().filter(entered) {
        for probe in document.observations.keys() {
            if let Ok((trails, _)) = document.read::<Vec<TrailDescription>>(probe) {
                names.extend(trails.iter().map(|trail| trail.trail_arn.clone()));
            }
            if let Ok((stores, _)) = document.read::<Vec<StoreEntry>>(probe) {
                names.extend(stores.iter().map(|store| store.event_data_store_arn.clone()));
            }
            if document.read::<EventDataStore>(probe).is_ok() {
                names.extend(probe.resource.iter().map(|arn| format!("all of {arn}")));
            }
        }
    }
    names
}

/// What remains of a snapshot: without some kinds of calls of some accounts, and without some single ones, each
/// either removed or refused.
fn reduced(full: &Bundle, kinds: &[(Index, Index)], calls: &[(Index, bool)]) -> Bundle {
    let mut bundle = full.clone();
    let number = bundle.accounts.len() + 1;
    for (at, fact) in kinds {
        let fact = fact.get(&Fact::ALL);
        document(&mut bundle, at.index(number)).observations.retain(|probe, _| probe.fact != *fact);
    }
    for (call, denied) in calls {
        let keys: Vec<(usize, Probe)> = (0..number)
            .flat_map(|at| {
                let probes = document(&mut bundle, at).observations.keys().cloned();
                probes.map(|probe| (at, probe)).collect::<Vec<_>>()
            })
            .collect();
        if keys.is_empty() {
            break;
        }
        let (at, probe) = call.get(&keys);
        let document = document(&mut bundle, *at);
        let observation = document.observations.remove(probe).unwrap();
        if *denied {
            let gap = refused(document, probe, &observation);
            document.observations.insert(probe.clone(), gap);
        }
    }
    bundle
}

proptest! {
    #![proptest_config(cases(600))]

    #[test]
    fn no_new_verdict_comes_of_missing_evidence_whatever_the_world(
        (world, policy) in random::any_world(),
        kinds in prop::collection::vec(any::<(Index, Index)>(), 0..4),
        calls in prop::collection::vec(any::<(Index, bool)>(), 0..20),
        one in prop::option::of(any::<Index>()),
    ) {
        let checks: Vec<&Check> = match one {
            Some(one) => vec![*one.get(CATALOGUE)],
            None => CATALOGUE.to_vec(),
        };
        let bundle = world.snapshot(&Demand::of(&checks));
        let less = reduced(&bundle, &kinds, &calls);
        let vanished = described(&bundle) != described(&less);
        let (full, rest) = (judge(&bundle, &checks, &policy), judge(&less, &checks, &policy));
        for judged in [&full, &rest] {
            let names: BTreeSet<&str> = judged.results.iter().map(|f| f.fingerprint.as_str()).collect();
            prop_assert_eq!(names.len(), judged.results.len(), "one finding for a subject");
        }
        let wrong = broken_but(&full, &rest, vanished);
        prop_assert!(wrong.is_empty(), "{}\nwithout {:?}", wrong.join("\n"), taken(&bundle, &less));
    }
}

proptest! {
    #![proptest_config(cases(150))]

    #[test]
    fn no_order_changes_a_byte(
        (world, policy) in random::any_world(),
        (shuffled, documents) in (any::<u64>(), any::<u64>()),
    ) {
        let demand = Demand::facts(Fact::ALL);
        let bundle = world.snapshot(&demand);
        let expected = judge(&bundle, CATALOGUE, &policy);

        let mut visited = bundle.clone();
        shuffle(&mut visited.accounts, documents);
        same(&expected, &judge(&visited, CATALOGUE, &policy));

        let mut other = world.clone();
        shuffle(&mut other.members, shuffled);
        shuffle(&mut other.trails, shuffled / 7);
        shuffle(&mut other.buckets, shuffled / 49);
        same(&expected, &judge(&other.snapshot(&demand), CATALOGUE, &policy));
    }
}

/// Names the first finding that differs: the whole is too long to be read.
fn same(one: &Assessment, other: &Assessment) {
    let json = |assessment: &Assessment| serde_json::to_string(assessment).unwrap();
    if json(one) != json(other) {
        let pairs = one.results.iter().zip(&other.results);
        let differ = pairs.filter(|(one, other)| one != other).map(|(one, other)| {
            format!("{}\n{:?}\n{}\n{:?}", told(one), one.evidence, told(other), other.evidence)
        });
        panic!("{}", differ.take(1).next().unwrap_or("what is not a finding differs".into()));
    }
}

/// So many cases, or as many as `PROPTEST_CASES` asks for where that is more.
fn cases(cases: u32) -> ProptestConfig {
    let default = ProptestConfig::default();
    ProptestConfig { cases: cases.max(default.cases), failure_persistence: None, ..default }
}

fn shuffle<T>(items: &mut [T], seed: u64) {
    let mut seed = usize::try_from(seed % 1_000_000_007).unwrap();
    for at in (1..items.len()).rev() {
        items.swap(at, seed % (at + 1));
        seed /= at + 1;
    }
}
