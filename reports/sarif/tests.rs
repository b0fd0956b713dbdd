//! What GitHub refuses a log for, and what neither the schema nor the validators see.

use std::collections::BTreeSet;

use super::*;
use crate::sample::{self, hostile};

fn written(assessment: &Assessment, options: &SarifOptions) -> Value {
    let mut out = Vec::new();
    write(assessment, options, &mut out).unwrap();
    let log = serde_json::from_slice(&out).unwrap();
    check_form(&log);
    log
}

fn plain(assessment: &Assessment) -> Value {
    written(assessment, &SarifOptions::default())
}

fn results(log: &Value) -> &Vec<Value> {
    log["runs"][0]["results"].as_array().unwrap()
}

fn schema() -> jsonschema::Validator {
    let text = include_str!("../schema/vendor/sarif-2.1.0.json");
    // A bracket of it is not closed, which no strict reader of patterns takes.
    let open = "^[a-zA-Z]{2}|^[a-zA-Z]{2}-[a-zA-Z]{2}]?$";
    assert!(text.contains(open));
    let mended = text.replace(open, "^[a-zA-Z]{2}(-[a-zA-Z]{2})?$");
    let document: Value = serde_json::from_str(&mended).unwrap();
    jsonschema::validator_for(&document).unwrap()
}

/// The traps.
pub fn check_form(log: &Value) {
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    let text = |value: &Value, most: usize| {
        let length = value.as_str().unwrap().chars().count();
        assert!((1..=most).contains(&length), "{value}");
    };
    for rule in rules {
        text(&rule["id"], 1_000);
        text(&rule["name"], 255);
        text(&rule["shortDescription"]["text"], 1_024);
        text(&rule["fullDescription"]["text"], 1_024);
        text(&rule["help"]["text"], 10_000);
        let tags = rule["properties"]["tags"].as_array().unwrap();
        assert!(tags.len() <= 10 && tags.contains(&json!("security")));
        if let Some(severity) = rule["properties"].get("security-severity") {
            let severity: f64 = severity.as_str().unwrap().parse().unwrap();
            assert!((0.1..10.0).contains(&severity));
        }
        assert!(
            rule.get("helpUri").is_none_or(|uri| uri.as_str().unwrap().starts_with("https://"))
        );
    }
    for result in run["results"].as_array().unwrap() {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[index]["id"], result["ruleId"]);
        text(&result["message"]["text"], usize::MAX);
        let [location] = result["locations"].as_array().unwrap().as_slice() else {
            panic!("one place")
        };
        let uri = location["physicalLocation"]["artifactLocation"]["uri"].as_str().unwrap();
        assert!(
            !uri.is_empty() && !uri.starts_with('/') && !uri.contains([':', ' ', '\\']),
            "{uri}"
        );
        assert!(
            uri.split('/').all(|step| !step.is_empty() && step != "." && step != ".."),
            "{uri}"
        );
        assert!(location["physicalLocation"]["artifactLocation"].get("uriBaseId").is_none());
        assert_eq!(location["physicalLocation"]["region"]["startLine"], 1);
        text(&location["logicalLocations"][0]["fullyQualifiedName"], 4_096);
        assert!(
            result["partialFingerprints"]["primaryLocationLineHash"]
                .as_str()
                .unwrap()
                .ends_with(":1")
        );
    }
    assert!(run.get("originalUriBaseIds").is_none());
}

#[test]
fn every_log_follows_the_schema() {
    let schema = schema();
    let all = SarifOptions {
        waived: true,
        anchor: Some("infra/audit trail.tf".to_owned()),
        most: Some(4),
    };
    for assessment in [sample::assessment(), sample::lone(), sample::gaps(), sample::healthy(30)] {
        for options in [SarifOptions::default(), all.clone()] {
            let log = written(&assessment, &options);
            let problems: Vec<String> = schema
                .iter_errors(&log)
                .map(|one| format!("{}: {one}", one.instance_path()))
                .collect();
            assert!(problems.is_empty(), "{problems:#?}");
        }
    }
}

#[test]
fn an_empty_list_is_written_and_closes_old_alerts() {
    let log = plain(&sample::lone());
    assert_eq!(log["runs"][0]["results"], json!([]));
    assert_eq!(log["runs"][0]["invocations"][0]["executionSuccessful"], true);
}

#[test]
fn rules_do_not_come_and_go_with_the_findings() {
    let (some, none) = (plain(&sample::assessment()), plain(&sample::lone()));
    let rules = |log: &Value| log["runs"][0]["tool"]["driver"]["rules"].clone();
    assert_eq!(rules(&some), rules(&none));
    let ids: Vec<String> =
        rules(&some).as_array().unwrap().iter().map(|rule| rule["id"].to_string()).collect();
    assert!(ids[..ids.len() - 1].is_sorted());
    assert_eq!(ids.last().unwrap(), "\"TP-COVERAGE\"");
}

#[test]
fn severities_lie_within_the_bands() {
    let told = Severity::ALL.map(|one| (security_severity(one), level(one)));
    let expected = [
        (Some("9.5"), "error"),
        (Some("8.0"), "error"),
        (Some("5.5"), "warning"),
        (Some("2.0"), "note"),
        (None, "note"),
    ];
    assert_eq!(told, expected);
}

#[test]
fn a_scan_that_is_not_complete_says_so_where_it_is_seen() {
    let assessment = sample::assessment();
    let log = plain(&assessment);
    let run = &log["runs"][0];
    assert_eq!(run["invocations"][0]["executionSuccessful"], false);
    let told = run["invocations"][0]["toolExecutionNotifications"].as_array().unwrap();
    assert_eq!(told.len(), assessment.coverage.unread.len());
    let [unread] =
        results(&log).iter().filter(|one| one["ruleId"] == COVERAGE).collect::<Vec<_>>()[..]
    else {
        panic!("one account was not read")
    };
    assert_eq!(unread["level"], "warning");
    assert!(
        unread["message"]["text"]
            .as_str()
            .unwrap()
            .starts_with("Account 444444444444 was not read")
    );
}

#[test]
fn waived_results_are_left_out_unless_asked_for() {
    let count = |options: &SarifOptions| {
        let log = written(&sample::assessment(), options);
        let waived = results(&log).iter().filter(|one| one.get("suppressions").is_some()).count();
        (results(&log).len(), waived)
    };
    let (plain, none) = count(&SarifOptions::default());
    let (all, waived) = count(&SarifOptions { waived: true, ..SarifOptions::default() });
    assert_eq!((none, waived, all - plain), (0, 1, 1));
}

#[test]
fn what_is_cut_are_the_least_severe_and_their_number_is_told() {
    let whole = plain(&sample::assessment());
    let cut =
        written(&sample::assessment(), &SarifOptions { most: Some(3), ..SarifOptions::default() });
    assert_eq!(results(&cut).len(), 3);
    assert_eq!(results(&cut)[1]["ruleId"], "cloudtrail-enabled");
    let notes = cut["runs"][0]["invocations"][0]["toolExecutionNotifications"].as_array().unwrap();
    let left = format!("{} results more", results(&whole).len() - 3);
    assert!(
        notes.last().unwrap()["message"]["text"].as_str().unwrap().starts_with(&left),
        "{notes:?}"
    );
    let many = plain(&sample::healthy(20_000));
    assert_eq!(results(&many).len(), 5_000);
}

#[test]
fn an_anchor_puts_all_on_one_file() {
    let options = SarifOptions {
        anchor: Some("./infra/audit trail.tf".to_owned()),
        ..SarifOptions::default()
    };
    let log = written(&sample::assessment(), &options);
    let places: BTreeSet<String> = results(&log)
        .iter()
        .map(|one| one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].to_string())
        .collect();
    assert_eq!(Vec::from_iter(places), ["\"infra/audit%20trail.tf\""]);
}

#[test]
fn fingerprints_are_the_findings_own() {
    let assessment = sample::assessment();
    let log = plain(&assessment);
    let known: BTreeSet<&str> =
        assessment.results.iter().map(|one| one.fingerprint.as_str()).collect();
    for result in results(&log).iter().filter(|one| one["ruleId"] != COVERAGE) {
        let whole = result["partialFingerprints"]["trailproof/v1"].as_str().unwrap();
        assert!(known.contains(whole));
        assert_eq!(
            result["partialFingerprints"]["primaryLocationLineHash"],
            format!("{}:1", &whole[..32])
        );
    }
    let id = log["runs"][0]["automationDetails"]["id"].as_str().unwrap();
    assert_eq!(id, "trailproof/o-abc123defg/20261121T224257Z-3f9a");
}

#[test]
fn no_strangers_text_costs_the_upload() {
    let schema = schema();
    for text in hostile::TEXTS.iter().map(|text| (*text).to_owned()).chain(hostile::long(4_000)) {
        let log = plain(&sample::with_text(&text));
        assert!(schema.is_valid(&log), "{text:?}");
    }
}
