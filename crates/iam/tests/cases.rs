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
        let again = case::read(&written.to_string()).unwrap();
        assert_eq!(evaluate(&again[0].request, &again[0].layers()), answer, "{}", case.id);
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

#[test]
fn what_the_worked_cases_do_not_touch_comes_out_as_expected_too() {
    assert_eq!(failures(include_str!("more-cases.json")), Vec::<String>::new());
}

fn refusal(text: &str) -> String {
    case::read(text).err().expect("no case")
}

#[test]
fn cases_come_as_an_array_an_object_or_lines() {
    let one = r#"{"id": "a", "request": {"principal": "anonymous", "action": "s3:GetObject", "resource": "*"}}"#;
    for text in [
        format!("[{one}, {one}]"),
        format!("{{\"cases\": [{one}, {one}]}}"),
        format!("{one}\n\n{one}\n"),
    ] {
        assert_eq!(case::read(&text).unwrap().len(), 2, "{text}");
    }
    assert_eq!(case::read(one).unwrap().len(), 1);
    assert_eq!(case::read("[]").unwrap().len(), 0);
}

#[test]
fn what_is_no_case_is_refused_with_its_line() {
    let one = r#"{"id": "a", "request": {"principal": "anonymous", "action": "s3:GetObject", "resource": "*"}}"#;
    assert!(refusal(&format!("{one}\n{{\n")).starts_with("2: "));
    assert!(refusal(&format!("[{one},\n{one},\n oops]")).starts_with("3: "));
    assert!(refusal("7").starts_with("1: "));
    let nobody = one.replace("anonymous", "someone");
    assert!(
        refusal(&format!("{one}\n{nobody}"))
            .starts_with("2: a: request: \"principal\": \"someone\" names no caller")
    );
    assert!(refusal(&format!("[\n\n{nobody}]")).starts_with("3: a: request"));
    assert_eq!(refusal("[{\"id\": \"b\"}]"), "1: \"request\" is missing");
    let mode = one.replace("\"request\"", "\"mode\": \"lax\", \"request\"");
    assert_eq!(refusal(&mode), "1: a: \"mode\" is neither \"strict\" nor \"discovery\"");
}

#[test]
fn a_statement_that_cannot_be_read_neither_grants_nor_protects() {
    let text = r#"{"id": "a", "request": {"principal": "arn:aws:iam::111111111111:user/a", "action": "s3:GetObject", "resource": "*"},
        "identityPolicies": [{"Version": "2012-10-17", "Statement": [
            {"Effect": "Deny", "Resource": "*"}, {"Effect": "Allow", "Action": "*", "Resource": "*"}]}]}"#;
    let case = case::read(text).unwrap().remove(0);
    assert_eq!(case.broken, ["identityPolicies 0: /Statement/0: Action or NotAction is missing"]);
    let answer = evaluate(&case.request, &case.layers());
    assert_eq!(answer.decision.as_str(), "Allowed");
    assert_eq!(answer.trace.layers[0].statements[0].to_string(), "identityPolicies 0: statement 1");
}
