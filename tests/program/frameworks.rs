//! `--framework`: the profile is selected, scored and shown, and nothing that is only related with it.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::program::Place;
use crate::report::Report;

fn demo(more: &[&str]) -> Report {
    let ended = Place::new().program(&["demo", "--format", "json"]).more(more).run();
    Report::read(ended.quietly(0).stdout).unwrap()
}

fn listed(more: &[&str]) -> Vec<Value> {
    let ended = Place::new().program(&["checks", "--format", "json"]).more(more).run().quietly(0);
    serde_json::from_str(&ended.stdout).unwrap()
}

fn ids(checks: &[Value]) -> BTreeSet<&str> {
    checks.iter().map(|check| check["id"].as_str().unwrap()).collect()
}

#[test]
fn a_framework_selects_the_checks_that_surely_speak_for_it() {
    let checks = listed(&["--framework", "CIS-5.0.0"]);
    let all = listed(&[]);
    let sure = |check: &&Value| {
        check["controls"].as_array().unwrap().iter().any(|control| {
            control["framework"] == "cis-5.0"
                && ["seen", "prowler"].contains(&control["sureness"].as_str().unwrap())
        })
    };
    let wanted: Vec<Value> = all.iter().filter(sure).cloned().collect();
    assert_eq!(ids(&checks), ids(&wanted));
    assert!(!checks.is_empty() && checks.len() < all.len());
    let report = demo(&["--framework", "cis-5.0"]);
    let judged: BTreeSet<&str> =
        report.results().iter().map(|result| result["check"].as_str().unwrap()).collect();
    assert!(judged.is_subset(&ids(&checks)), "{judged:?}");
}

#[test]
fn what_is_reported_of_a_framework_is_what_its_checks_found() {
    let report = demo(&["--framework", "cis-5.0", "--framework", "pci"]);
    let frameworks = report.0["score"]["frameworks"].as_object().unwrap();
    assert_eq!(frameworks.keys().collect::<Vec<_>>(), ["cis-5.0", "pci-4.0.1"]);
    for (name, framework) in frameworks {
        for key in ["proven", "potential", "coverage"] {
            assert!(framework[key].as_f64().is_some(), "{name} {key}");
        }
        for control in framework["controls"].as_array().unwrap() {
            let checks: BTreeSet<&str> =
                control["checks"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
            for status in ["pass", "fail", "unknown", "not_applicable", "waived"] {
                let found = report
                    .having("status", status)
                    .filter(|result| checks.contains(result["check"].as_str().unwrap()))
                    .count();
                assert_eq!(control["counts"][status], found, "{name} {control}");
            }
            let worst = ["fail", "unknown", "pass", "waived", "not_applicable"]
                .into_iter()
                .find(|status| control["counts"][*status] != 0)
                .unwrap_or("not_applicable");
            assert_eq!(control["status"], worst, "{name} {control}");
        }
    }
}

#[test]
fn without_the_flag_programs_get_all_frameworks_and_people_none() {
    let frameworks = demo(&[]).0["score"]["frameworks"].as_object().unwrap().len();
    assert!(frameworks >= 10, "{frameworks}");
    let place = Place::new();
    assert!(!place.run(&["demo"]).quietly(0).stdout.contains("FRAMEWORKS"));
    let table = place.run(&["demo", "--framework", "soc2"]).quietly(0).stdout;
    assert!(table.contains("FRAMEWORKS") && table.contains("\n  soc-2 "), "{table}");
}

#[test]
fn a_framework_narrows_what_is_named_by_check() {
    let named = listed(&["--framework", "fsbp", "--check", "group:presence"]);
    assert!(!named.is_empty());
    assert!(named.iter().all(|check| check["group"] == "presence"));
    let left = ["checks", "--framework", "fsbp", "--check", "trail-is-logging"];
    Place::new().run(&left).stopped(2, &["no check is left", "--framework"]);
}

#[test]
fn an_unknown_framework_is_told_with_the_nearest_by_every_command() {
    for command in [
        &["scan"][..],
        &["demo"],
        &["collect"],
        &["assess", "x"],
        &["plan"],
        &["policy"],
        &["checks"],
    ] {
        let place = Place::new();
        let ended = place.program(command).more(&["--framework", "pcj"]).run().with(2);
        assert!(ended.stdout.is_empty(), "{ended:?}");
        assert!(ended.stderr.contains("did you mean pci?"), "{ended:?}");
        assert!(ended.stderr.contains("nist-800-53-r5"), "{ended:?}");
    }
}

#[test]
fn a_list_by_framework_shows_the_requirements_with_their_marks() {
    let list = Place::new().run(&["checks", "--framework", "cis-7.0"]).quietly(0).stdout;
    let validation =
        list.lines().skip_while(|line| !line.starts_with("cloud-trail-log-file-")).nth(1).unwrap();
    assert_eq!(validation.split_whitespace().collect::<Vec<_>>(), ["cis-7.0", "4.2", "p"]);
    assert!(list.contains("\n  p mapped by prowler"), "{list}");
}

#[test]
fn the_policy_of_a_framework_asks_for_what_its_checks_read() {
    let place = Place::new();
    let policy = |more: &[&str]| {
        let printed = place.program(&["policy", "--for", "reader"]).more(more).run().quietly(0);
        let policy: Value = serde_json::from_str(&printed.stdout).unwrap();
        policy["Statement"][0]["Action"].as_array().unwrap().clone()
    };
    let (some, all) = (policy(&["--framework", "cis-5.0"]), policy(&[]));
    assert!(some.len() < all.len() && some.iter().all(|action| all.contains(action)), "{some:?}");
}
