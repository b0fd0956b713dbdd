//! Writes the seeds that are made from the fixtures: a lone account's snapshot and its report.
use trailproof_core::assess::assess_held;
use trailproof_core::fixture::*;
use trailproof_core::{fact::Fact, plan::Demand, policy::Policy};

fn main() {
    let home = "eusc-de-east-1";
    let world = account()
        .but(|world| world.partition = trailproof_core::aws::Partition::new("aws-eusc"))
        .with(trail("audit").single_region(home))
        .with_bucket(bucket("logs").but(|bucket| bucket.region = home.parse().expect("a region")));
    let snapshot = world.snapshot(&Demand::facts(Fact::ALL));
    let policy = Policy::default();
    let report =
        assess_held(&snapshot, trailproof_checks::CATALOGUE, &policy);
    let report = report.expect("the fixtures are in order");
    let snapshot = serde_json::to_string(&snapshot).expect("a bundle has a JSON form");
    let report = serde_json::to_string(&report).expect("a report has a JSON form");
    std::fs::write("seeds/snapshot/lone.json", snapshot).expect("the seeds can be written");
    std::fs::write("seeds/report/lone.json", report).expect("the seeds can be written");
}
