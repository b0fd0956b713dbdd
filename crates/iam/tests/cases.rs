//! The worked cases: each has its expected decision and, where it is conditional, the keys on which it depends.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use serde_json::Value;
use trailproof_iam::{decide, evaluate};

#[path = "../examples/evaluate/case.rs"]
mod case;

/// Judges every case of a file, and says which came out otherwise.
fn failures(text: &str) -> Vec<String> {
    let written: Value = serde_json::from_str(text).unwrap();
    let written = written["cases"].as_array().unwrap();
    let cases = case::read(text).unwrap();
    assert_eq!(written.len(), cases.len());
    let mut failures = Vec::new();
    for (case, written) in cases.iter().zip(written) {
        let answer = evaluate(&case.request, &case.layers());
        let expected = written["expected"].as_str().unwrap();
        let depends: Vec<&str> = written
            .get("dependsOn")
            .map(|keys| keys.as_array().unwrap().iter().map(|key| key.as_str().unwrap()).collect())
            .unwrap_or_default();
        if answer.decision.as_str() != expected || answer.depends_on != depends {
            failures.push(format!(
                "{}: {} {:?}, expected {expected} {depends:?}: {}",
                case.id, answer.decision, answer.depends_on, written["why"]
            ));
        }
        assert_eq!(case.broken, Vec::<String>::new(), "{}", case.id);
        assert_eq!(decide(&case.request, &case.layers()), answer.decision, "{}", case.id);
    }
    failures
}

#[test]
fn every_worked_case_comes_out_as_expected() {
    let text = include_str!("iam-cases.json");
    assert_eq!(case::read(text).unwrap().len(), 208);
    assert_eq!(failures(text), Vec::<String>::new());
}
