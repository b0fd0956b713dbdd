//! Built without the detection services: what they would have been asked is missing by name, and everything else is told.
//! (`cargo test --workspace --no-default-features --test program lean`)

use std::collections::BTreeSet;

use crate::program::Place;
use crate::report::{Report, text};

const UNASKED: [&str; 6] = [
    "access-analyzer-enabled",
    "config-recorder-all-regions",
    "guardduty-enabled-centralized",
    "guardduty-s3-protection-enabled",
    "iam-monitoring-tampering-principals",
    "securityhub-enabled",
];

#[test]
fn what_is_not_built_in_is_unknown_for_that_cause_and_said() {
    let place = Place::new();
    let report = Report::read(place.run(&["demo", "--format", "json"]).quietly(0).stdout).unwrap();
    let missing = report.having("reason", "not_built_in");
    let checks: BTreeSet<&str> = missing.map(|result| text(result, "check")).collect();
    assert_eq!(checks, BTreeSet::from(UNASKED));
    for check in UNASKED {
        let judged = report.having("check", check);
        assert!(judged.into_iter().all(|result| result["status"] != "pass"), "{check}");
    }
    assert!(report.having("check", "trail-is-logging").any(|result| result["status"] == "pass"));
    let table = place.run(&["demo"]).quietly(0).stdout;
    assert!(table.contains("this program was built without"), "{table}");
}
