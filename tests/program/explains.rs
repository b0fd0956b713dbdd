//! `explain`: the rule of every check, and of a snapshot why each result is what it is.

use serde_json::Value;

use crate::program::Place;
use crate::report::{Report, text};

/// A folder with the demo's snapshot, and its report.
fn demo() -> (Place, Report) {
    let place = Place::new();
    let ended = place.run(&["demo", "--run-dir", "run", "--format", "json=report.json"]);
    ended.quietly(0);
    let report = Report::read(place.read("report.json")).unwrap();
    (place, report)
}

#[test]
fn every_check_is_explained_in_full() {
    let place = Place::new();
    let list = place.run(&["checks", "--format", "json"]).quietly(0).stdout;
    let checks: Vec<Value> = serde_json::from_str(&list).unwrap();
    for check in &checks {
        let told = place.run(&["explain", text(check, "id")]).quietly(0).stdout;
        for words in [text(check, "title"), text(check, "severity"), text(check, "scope")] {
            assert!(told.contains(words), "{words}: {told}");
        }
        let operations = check["operations"].as_array().unwrap();
        let actions = check["iam_actions"].as_array().unwrap();
        for words in operations.iter().chain(actions) {
            assert!(told.contains(words.as_str().unwrap()), "{words}: {told}");
        }
        for (language, key) in [("Terraform", "terraform"), ("CloudFormation", "cloudformation")] {
            let code = check["remediation"][key].as_str();
            assert_eq!(told.contains(&format!("In {language}:")), code.is_some(), "{told}");
            assert!(
                code.into_iter().flat_map(str::lines).all(|line| told.contains(line)),
                "{told}"
            );
        }
        let related = told.split("Related requirements, which it does not satisfy").nth(1);
        for control in check["controls"].as_array().unwrap() {
            let sure = ["seen", "prowler"].contains(&text(control, "sureness"));
            assert!(told.contains(text(control, "id")), "{control}: {told}");
            assert!(
                sure || related.is_some_and(|part| part.contains(text(control, "id"))),
                "{told}"
            );
        }
        for doubt in check["doubts"].as_array().unwrap() {
            let first = doubt.as_str().unwrap().split_whitespace().next().unwrap();
            assert!(told.split("What is not certain").nth(1).unwrap().contains(first), "{told}");
        }
    }
}

#[test]
fn a_failed_result_names_the_answer_the_account_and_the_fix() {
    let (place, report) = demo();
    let failed = report
        .having("check", "cloud-trail-log-file-validation-enabled")
        .find(|result| result["status"] == "fail")
        .unwrap();
    let (account, trail) = (text(failed, "account_id"), text(failed, "resource"));
    for input in ["run", "report.json"] {
        let told = place
            .run(&[
                "explain",
                "cloud-trail-log-file-validation-enabled",
                input,
                "--account",
                account,
                "--resource",
                trail,
            ])
            .quietly(0)
            .stdout;
        let results = told.split("Results of run").nth(1).unwrap();
        let evidence = &failed["evidence"][0];
        for words in [
            ": 1 fail\n",
            account,
            trail,
            text(failed, "message"),
            text(failed, "reason"),
            text(failed, "observed"),
            text(failed, "expected"),
            text(evidence, "operation"),
            text(evidence, "field"),
            text(evidence, "source"),
            "read 2026-",
            &format!("--name {trail} "),
        ] {
            assert!(results.contains(words), "{words}: {results}");
        }
    }
}

#[test]
fn an_unknown_result_tells_what_would_let_it_be_known() {
    let (place, report) = demo();
    let open = report.having("status", "unknown").next().unwrap();
    let told =
        place.run(&["explain", text(open, "check"), "run", "--account", text(open, "account_id")]);
    let told = told.quietly(0).stdout;
    assert!(told.contains(text(open, "reason")) && told.contains("  to know    "), "{told}");
}

#[test]
fn what_is_not_there_is_told_with_the_nearest() {
    let (place, _) = demo();
    let explain =
        |more: &[&str]| place.program(&["explain", "trail-is-logging", "run"]).more(more).run();
    explain(&["--account", "111122223334"]).stopped(2, &["did you mean 111122223333?"]);
    explain(&["--account", "12"]).stopped(2, &["--account 12", "twelve digits"]);
    let trail = "arn:aws:cloudtrail:eu-west-1:111122223333:trail/acme-organisation-trail";
    explain(&["--resource", trail]).stopped(2, &["did you mean", "trail/acme-organization-trail?"]);
    place.run(&["explain", "trail-is-logging", "missing"]).stopped(2, &["missing"]);
    let alone = place.run(&["explain", "trail-is-logging", "--account", "111122223333"]).with(2);
    assert!(alone.stderr.contains("SNAPSHOT"), "{alone:?}");
}

#[test]
fn a_hostile_name_reaches_neither_the_terminal_nor_a_command() {
    let place = Place::new();
    place.run(&["demo", "--format", "json=report.json"]).quietly(0);
    let mut report: Value = serde_json::from_slice(&place.read("report.json")).unwrap();
    let evil = "arn:aws:cloudtrail:eu-west-1:111122223333:trail/x;$(touch owned)\u{1b}[2J\r\n";
    for result in report["results"].as_array_mut().unwrap() {
        result["resource"] = evil.into();
        result["message"] = format!("{evil} said").into();
    }
    place.write("evil.json", report.to_string());
    let told = place.run(&["explain", "cloud-trail-log-file-validation-enabled", "evil.json"]);
    let told = told.quietly(0).stdout;
    assert!(!told.contains(|letter: char| letter != '\n' && letter.is_control()), "{told:?}");
    let commands: Vec<&str> = told.lines().filter(|line| line.starts_with("  fix ")).collect();
    assert!(!commands.is_empty());
    assert!(
        commands.iter().all(|line| !line.contains("touch") && line.contains("{trail}")),
        "{commands:?}"
    );
}
