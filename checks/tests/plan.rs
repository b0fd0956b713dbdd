//! What a run asks for: no call that no check needs, none twice, and the permissions for those calls and no others.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod rows;

use std::collections::BTreeSet;

use rows::{org_trail, rows, with};
use trailproof_checks::CATALOGUE;
use trailproof_core::GraphBuilder;
use trailproof_core::assess::assess_held;
use trailproof_core::assessment::Assessment;
use trailproof_core::check::Check;
use trailproof_core::evidence::Cause;
use trailproof_core::fact::Fact;
use trailproof_core::finding::{Finding, Status};
use trailproof_core::fixture::*;
use trailproof_core::plan::{Demand, ROSTER, follow_ups, iam_actions};
use trailproof_core::policy::Policy;
use trailproof_core::snapshot::{Bundle, Probe};

/// What an account was asked.
fn asked<'a>(bundle: &'a Bundle, account: &str) -> Vec<&'a Probe> {
    let document = bundle.accounts.iter().find(|document| document.account == id(account));
    document.unwrap().observations.keys().collect()
}

fn number(probes: &[&Probe], fact: Fact) -> usize {
    probes.iter().filter(|probe| probe.fact == fact).count()
}

/// Every fact that a snapshot holds a question for.
fn facts(bundle: &Bundle) -> BTreeSet<Fact> {
    let documents = bundle.accounts.iter().chain([&bundle.organization]);
    documents.flat_map(|document| document.observations.keys()).map(|probe| probe.fact).collect()
}

fn check(id: &str) -> &'static Check {
    CATALOGUE.iter().find(|check| check.id == id).unwrap()
}

#[test]
fn a_member_that_only_the_organization_trail_records_is_asked_twenty_questions() {
    let world = with(org_trail());
    let checks = ["cloudtrail-enabled", "trail-is-logging", "org-trail-covers-all-members"];
    let bundle = world.snapshot(&Demand::of(&checks.map(check)));
    let of_member = asked(&bundle, MEMBER);
    let numbers = [Fact::Session, Fact::Regions, Fact::Trails, Fact::TrailStatus]
        .map(|fact| number(&of_member, fact));
    assert_eq!(numbers, [1, 1, 17, 1]);
    assert_eq!(of_member.len(), 20);

    // The whole catalogue adds its buckets and its principals, and of each region its newest event, its event data
    // stores and how the trail's deliveries went.
    let bundle = world.snapshot(&Demand::of(CATALOGUE));
    let of_member = asked(&bundle, MEMBER);
    assert_eq!(number(&of_member, Fact::BucketList), 1);
    assert_eq!(number(&of_member, Fact::AuthorizationDetails), 1);
    let regional = [Fact::RecentEvents, Fact::EventDataStores, Fact::TrailDelivery];
    assert_eq!(regional.map(|fact| number(&of_member, fact)), [17, 17, 16]);
    // The member's own log group of the fixture, whether rules of an event bus tell of a call, and what the history of
    // ninety days tells of trails, log groups and topics.
    let watched = [Fact::LogGroup, Fact::MetricFilters, Fact::Alarms, Fact::MuteRules];
    assert_eq!(watched.map(|fact| number(&of_member, fact)), [1; 4]);
    let more = [Fact::EventRules, Fact::TrailHistory, Fact::DetectionHistory];
    assert_eq!(more.map(|fact| number(&of_member, fact)), [17, 20, 18]);
    // Each region's detection services; and who else is sent the log group's events; channels are asked of a trail's owner.
    let services = [Fact::Detectors, Fact::SecurityHub, Fact::Recorders, Fact::Analyzers];
    assert_eq!(services.map(|fact| number(&of_member, fact)), [17; 4]);
    let consumers = [Fact::SubscriptionFilters, Fact::Channels];
    assert_eq!(consumers.map(|fact| number(&of_member, fact)), [1, 0]);
    assert_eq!(of_member.len(), 200);
}

#[test]
fn what_several_accounts_share_is_asked_for_once_at_its_owner() {
    let of = |owner: &str| trail("own").but(|t| t.owner = id(owner));
    let world = organization().with(of(MEMBER)).with(of(MANAGEMENT)).with(of(ARCHIVE));
    let bundle = world.snapshot(&Demand::facts(Fact::ALL));
    let shared = [Fact::Key, Fact::AccountPublicAccessBlock].into_iter().chain(Fact::OF_A_BUCKET);
    for fact in shared {
        let numbers =
            [ARCHIVE, MEMBER, MANAGEMENT].map(|account| number(&asked(&bundle, account), fact));
        assert_eq!(numbers, [1, 0, 0], "{fact:?}");
    }
    // Its owner lists it, so nobody need knock.
    assert!(!facts(&bundle).contains(&Fact::BucketHead));
}

#[test]
fn a_bucket_of_unknown_region_is_knocked_at_only_for_checks_that_read_buckets() {
    let world = with(trail("audit"));
    let heads = |checks: &[&Check]| {
        let demand = Demand::of(checks);
        let mut bundle = world.snapshot(&demand);
        rows::without_regions(&mut bundle);
        let mut builder = GraphBuilder::new(&bundle.manifest, &bundle.organization);
        bundle.accounts.iter().for_each(|document| builder.add(document));
        let open = follow_ups(&demand, &builder.graph(), &bundle.organization);
        let all = open
            .accounts
            .into_iter()
            .flat_map(|(id, probes)| probes.into_iter().map(move |p| (id, p)));
        all.filter(|(_, probe)| probe.fact == Fact::BucketHead)
            .map(|(id, _)| id)
            .collect::<Vec<_>>()
    };
    assert_eq!(heads(CATALOGUE), [id(ARCHIVE)]);
    assert!(heads(&[check("cloudtrail-s3-dataevents-enabled")]).is_empty());
}

#[test]
fn a_run_of_one_check_asks_for_nothing_that_the_check_does_not_read() {
    for check in CATALOGUE {
        let demand = Demand::of(&[check]);
        let mut allowed: BTreeSet<Fact> = ROSTER.into_iter().chain([Fact::Session]).collect();
        let mut open = check.reads.to_vec();
        while let Some(fact) = open.pop() {
            if allowed.insert(fact) {
                open.extend(fact.needs());
            }
        }
        for row in rows() {
            let bundle = row.snapshot_of(&demand);
            for fact in facts(&bundle) {
                // Who stands in for the owner of a trail outside the run is asked wherever there may be such a trail.
                let stands_in = fact == Fact::DelegatedAdministrators;
                // Whether a region that refused the reader is closed to everybody is in the policies.
                let policies =
                    [Fact::OrganizationPolicies, Fact::OrganizationPolicy, Fact::PolicyTargets];
                let closes = policies.contains(&fact) && refused_by_policy(&bundle);
                assert!(
                    allowed.contains(&fact)
                        || (stands_in && allowed.contains(&Fact::Trails))
                        || closes,
                    "{} asks for {fact:?} in row {}",
                    check.id,
                    row.id
                );
            }
        }
    }
}

/// Whether some region refused the reader because of a service control policy.
fn refused_by_policy(bundle: &Bundle) -> bool {
    let mut probes = bundle.accounts.iter().flat_map(|document| {
        document.observations.keys().map(move |probe| (probe, document.answer(probe)))
    });
    probes.any(|(probe, answer)| {
        probe.region.is_some() && answer.is_err_and(|gap| gap.cause == Cause::ScpDenied)
    })
}

fn judged(bundle: &Bundle, checks: &[&Check], policy: &Policy) -> Assessment {
    assess_held(bundle, checks, policy).unwrap()
}

#[test]
fn a_run_of_one_check_says_what_the_whole_catalogue_says() {
    let verdict = |f: &Finding| (f.fingerprint.clone(), f.status, f.reason.clone());
    for row in rows() {
        let full = judged(&row.snapshot(), CATALOGUE, &row.policy);
        for check in CATALOGUE {
            let bundle = row.snapshot_of(&Demand::of(&[check]));
            let alone = judged(&bundle, &[check], &row.policy);
            let of_check = full.results.iter().filter(|finding| finding.check == check.id);
            // Which of several gaps is named may differ; that there is one may not.
            let told = |f: &Finding| match verdict(f) {
                (subject, Status::Unknown, _) => (subject, Status::Unknown, String::new()),
                decided => decided,
            };
            let (expected, found): (Vec<_>, Vec<_>) =
                (of_check.map(told).collect(), alone.results.iter().map(told).collect());
            assert_eq!(found, expected, "{} in row {}", check.id, row.id);
        }
    }
}

#[test]
fn the_printed_permissions_are_those_of_the_calls_and_no_others() {
    for check in CATALOGUE {
        let demand = Demand::of(&[check]);
        let (reader, caller) = iam_actions(&demand);
        let asked: BTreeSet<Fact> =
            rows().iter().flat_map(|row| facts(&row.snapshot_of(&demand))).collect();
        let needed: BTreeSet<&str> =
            asked.iter().flat_map(|fact| fact.iam_actions()).copied().collect();
        let printed: BTreeSet<&str> = reader.union(&caller).copied().collect();
        assert_eq!(printed, needed, "{}", check.id);
    }
}
