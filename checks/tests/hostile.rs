//! Snapshots made to cost more than they should, or to be cited so that nobody finds the proof.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use trailproof_checks::CATALOGUE;
use trailproof_core::answer::{Answer, OrganizationalUnit};
use trailproof_core::assess::assess_held;
use trailproof_core::assessment::Assessment;
use trailproof_core::aws::Partition;
use trailproof_core::fact::Fact;
use trailproof_core::fixture::*;
use trailproof_core::plan::Demand;
use trailproof_core::policy::Policy;
use trailproof_core::snapshot::{Bundle, Outcome};

#[path = "../../reports/sample/hostile.rs"]
#[allow(dead_code)]
mod hostile;

fn snapshot(world: &World) -> Bundle {
    world.snapshot(&Demand::facts(Fact::ALL))
}

fn judged(bundle: &Bundle) -> Assessment {
    assess_held(bundle, CATALOGUE, &Policy::default()).unwrap()
}

/// So many units, each in the next one; the last in none, or in the first.
fn nested(units: usize, circle: bool) -> Bundle {
    let mut bundle = snapshot(&organization());
    for observation in bundle.organization.observations.values_mut() {
        let Outcome::Answer(Answer::OrganizationalUnits(tree)) = &mut observation.outcome else {
            continue;
        };
        let parent = |at: usize| match at + 1 {
            last if last == units => circle.then(|| "ou-0".to_owned()),
            next => Some(format!("ou-{next}")),
        };
        let unit = |at| OrganizationalUnit {
            id: format!("ou-{at}"),
            name: "n".repeat(100),
            parent: parent(at),
            policy_types: None,
        };
        tree.units = (0..units).map(unit).collect();
        tree.accounts.values_mut().for_each(|unit| *unit = "ou-0".to_owned());
    }
    bundle
}

#[test]
fn units_in_a_circle_or_without_end_give_a_path_that_can_be_read() {
    for circle in [true, false] {
        let assessment = judged(&nested(20_000, circle));
        let path = &assessment.scope.accounts[0].ou_path;
        assert!(path.len() < 2_000 && path.starts_with("nnn"), "{}", path.len());
    }
}

#[test]
fn evidence_is_found_by_its_pointer_whatever_a_stranger_called_it() {
    for text in hostile::TEXTS {
        let world = account()
            .with(trail(text).but(|trail| trail.description.s3_bucket_name = Some((*text).into())))
            .with_bucket(bucket(text));
        let bundle = snapshot(&world);
        let assessment = judged(&bundle);
        let account = serde_json::to_value(&bundle.accounts[0]).unwrap();
        let organization = serde_json::to_value(&bundle.organization).unwrap();
        let mut cited = 0;
        for evidence in assessment.results.iter().flat_map(|finding| &finding.evidence) {
            let (place, pointer) = evidence.source.split_once('#').unwrap();
            let document = if place == "organization" { &organization } else { &account };
            assert!(document.pointer(pointer).is_some(), "{text:?}: {}", evidence.source);
            cited += 1;
        }
        assert!(cited > 0, "{text:?}");
    }
}

#[test]
fn a_thousand_trails_in_one_region_are_judged_each() {
    let home = "eusc-de-east-1";
    let world = account().but(|world| {
        world.partition = Partition::new("aws-eusc");
        let trail = |at| trail(&format!("t{at}")).single_region(home).stopped();
        world.trails = (0..1_000).map(trail).collect();
    });
    let assessment = judged(&snapshot(&world));
    let logging = assessment.results.iter().filter(|one| one.check == "trail-is-logging").count();
    assert_eq!(logging, 1_000);
}
