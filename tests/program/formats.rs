//! Each format, read by its reader, of organizations of every kind; and the set of all.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::moto_server::{Python, python};
use crate::multitool::multitool;
use crate::organizations;
use crate::program::{Place, files};
use crate::served::Served;

/// What the set holds beside Security Hub's requests.
const SET: [&str; 11] = [
    "index.json",
    "report.csv",
    "report.gitlab.json",
    "report.html",
    "report.json",
    "report.jsonl",
    "report.junit.xml",
    "report.md",
    "report.ocsf.jsonl",
    "report.sarif",
    "report.txt",
];

fn json(place: &Place, name: &str) -> Value {
    serde_json::from_slice(&place.read(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The demo, an empty organization, one with hostile names, and a lone account: the set of each in a folder.
fn sets(place: &Place) -> [&'static str; 4] {
    place.run(&["demo", "-o", "demo", "--format", "table=demo.txt"]).quietly(0);
    for (name, description) in [
        ("empty", organizations::empty()),
        ("hostile", organizations::hostile()),
        ("lone", organizations::lone()),
    ] {
        let table = format!("--format=table={name}.txt");
        let program = place.program(&["scan", "--quiet", "--exit-zero", "-o", name, &table]);
        program.at(&Served::new(description)).run().quietly(0);
    }
    ["demo", "empty", "hostile", "lone"]
}

/// A set, each of its formats by its reader; gives how many results it has.
fn taken(python: &Python, place: &Place, name: &str) -> usize {
    let results = json(place, &format!("{name}/report.json"))["results"].as_array().unwrap().len();
    let check = |format: &str, file: &str| {
        python.check_report(format, &place.path(&format!("{name}/{file}")))
    };
    assert_eq!(check("json", "report.json"), results, "{name}");
    assert_eq!(check("csv", "report.csv"), results, "{name}");
    assert_eq!(check("jsonl", "report.jsonl"), results, "{name}");
    assert_eq!(check("ocsf", "report.ocsf.jsonl"), results, "{name}");
    assert_eq!(check("asff", "asff"), results, "{name}");
    let alerts = check("sarif", "report.sarif");
    assert!(alerts == 5_000 || check("gitlab", "report.gitlab.json") == alerts, "{name}");
    python.check_junit(&place.path(&format!("{name}/report.junit.xml")));
    results
}

#[test]
fn every_format_is_taken_by_its_reader() {
    let Some(python) = python("what reads the formats") else { return };
    let place = Place::new();
    for name in sets(&place) {
        taken(&python, &place, name);
    }
}

#[test]
fn every_sarif_log_is_taken_by_the_validator_that_github_names() {
    let Some(multitool) = multitool("the validator of SARIF") else { return };
    let place = Place::new();
    let names = sets(&place);
    large(&place);
    for name in names.iter().copied().chain(["large"]) {
        let errors = multitool.errors(&place.path(&format!("{name}/report.sarif")));
        assert!(errors.is_empty(), "{name}: {errors:?}");
    }
    // It does find what it is there for.
    let mut log = json(&place, "demo/report.sarif");
    log["runs"][0]["results"][0].as_object_mut().unwrap().remove("locations");
    place.write("faulty.sarif", log.to_string());
    assert!(!multitool.errors(&place.path("faulty.sarif")).is_empty());
}

/// The set of a report of 10,000 accounts, each of which has three of the results of one of the demo's.
fn large(place: &Place) {
    place.run(&["demo", "--format", "json=small.json"]).quietly(0);
    let mut report = json(place, "small.json");
    let of = |value: &Value| value["account_id"].as_str().unwrap().to_owned();
    let model = "111122223333";
    let alike = |list: &Value, name: &str| -> Vec<Value> {
        let found = list.as_array().unwrap().iter().filter(|one| one[name] == model);
        found.cloned().collect()
    };
    let results: Vec<Value> = alike(&report["results"], "account_id").into_iter().take(3).collect();
    let scope = alike(&report["scope"]["accounts"], "id");
    let score = alike(&report["score"]["accounts"], "account_id");
    assert!(results.len() == 3 && scope.len() == 1 && of(&results[0]) == model);
    let (mut all, mut accounts, mut scores) = (Vec::new(), Vec::new(), Vec::new());
    for at in 0..10_000 {
        let id = format!("{:012}", 100_000_000_000_u64 + at);
        let named = |value: &Value, name: &str| {
            let mut value = value.clone();
            value[name] = id.clone().into();
            value
        };
        accounts.push(named(&scope[0], "id"));
        scores.extend(score.iter().map(|one| named(one, "account_id")));
        for result in &results {
            let mut result = named(result, "account_id");
            let mark = format!("{id}{}", result["fingerprint"]);
            result["fingerprint"] = hex::encode(Sha256::digest(mark)).into();
            result["status"] = "fail".into();
            all.push(result);
        }
    }
    report["results"] = all.into();
    report["scope"]["accounts"] = accounts.into();
    report["score"]["accounts"] = scores.into();
    report["coverage"]["accounts"] = serde_json::json!({
        "listed": 10_000, "assessed": 10_000, "unread": 0, "excluded": 0, "not_active": 0
    });
    place.write("large.json", report.to_string());
    // What CI servers may refuse is said, and how it is parted.
    let told = place.run(&["report", "large.json", "-o", "large", "--format", "table=large.txt"]);
    assert!(told.with(0).stderr.lines().all(|line| line.contains("--junit-split")));
}

#[test]
fn every_format_of_ten_thousand_accounts_is_taken_and_keeps_its_size() {
    let place = Place::new();
    large(&place);
    let size = |name: &str| fs::metadata(place.path(&format!("large/{name}"))).unwrap().len();
    assert!(size("report.html") <= 5_000_000, "{}", size("report.html"));
    assert!(size("report.md") <= 900_000, "{}", size("report.md"));
    assert!(size("report.sarif") <= 10_000_000, "{}", size("report.sarif"));
    let parts = ["report", "large.json", "--junit-split", "4000", "--format", "junit=part.xml"];
    place.run(&parts).quietly(0);
    for part in ["part.1.xml", "part.2.xml", "part.3.xml"] {
        let size = fs::metadata(place.path(part)).unwrap().len();
        assert!(size <= 25_000_000, "{part}: {size}");
    }
    let Some(python) = python("what reads the formats of 10,000 accounts") else { return };
    assert_eq!(taken(&python, &place, "large"), 30_000);
}

#[test]
fn the_set_holds_every_format_under_names_that_stay() {
    let place = Place::new();
    for name in sets(&place) {
        let found: BTreeSet<String> = files(&place.path(name))
            .iter()
            .map(|file| file.strip_prefix(place.path(name)).unwrap().to_str().unwrap().to_owned())
            .collect();
        let many = |file: &&String| file.starts_with("asff/") || file.starts_with("accounts/");
        let named: Vec<&String> = found.iter().filter(|file| !many(file)).collect();
        assert_eq!(named, SET, "{name}");
        let index = json(&place, &format!("{name}/index.json"));
        let mut listed: BTreeSet<String> = index["files"]
            .as_array()
            .unwrap()
            .iter()
            .map(|file| {
                let path = file["path"].as_str().unwrap();
                let size = fs::metadata(place.path(&format!("{name}/{path}"))).unwrap().len();
                assert_eq!(file["bytes"], size, "{path}");
                assert_eq!(file["sha256"].as_str().unwrap().len(), 64);
                path.to_owned()
            })
            .collect();
        assert!(listed.insert("index.json".to_owned()));
        assert_eq!(listed, found, "{name}");
        assert_eq!(index["run_id"], json(&place, &format!("{name}/report.json"))["run"]["id"]);
    }
}

#[test]
fn an_old_report_gives_the_same_set_again() {
    let place = Place::new();
    place.run(&["demo", "-o", "one", "--format", "table=one.txt"]).quietly(0);
    let again = ["report", "one/report.json", "-o", "two", "--format", "table=two.txt"];
    place.run(&again).quietly(0);
    for file in files(&place.path("one")) {
        let name = file.strip_prefix(place.path("one")).unwrap();
        let other = place.path("two").join(name);
        assert!(fs::read(&file).unwrap() == fs::read(other).unwrap(), "{} differs", name.display());
    }
    let refused = [&again[..4], &["--format=table=three.txt"]].concat();
    place.run(&refused).stopped(2, &["two", "not empty", "--force"]);
    place.run(&[&again[..], &["--force"]].concat()).quietly(0);
}

#[test]
fn the_step_summary_is_appended_to_where_the_runner_says() {
    let place = Place::new();
    place.write("page.md", "before\n");
    let page = place.path("page.md");
    let summary = |flags: &[&str]| {
        let program = place.program(&["demo", "--github-summary"]).more(flags);
        program.env("GITHUB_STEP_SUMMARY", &page).run()
    };
    summary(&["--format", "github"]).quietly(0);
    let text = String::from_utf8(place.read("page.md")).unwrap();
    assert!(text.starts_with("before\n# Trailproof\n") && text.len() < 900_000);
    summary(&["--format", "github", "--format", "csv"]).stopped(2, &["stdout"]);
    place.run(&["demo", "--github-summary"]).stopped(2, &["GITHUB_STEP_SUMMARY"]);
}

#[test]
fn sarif_ocsf_and_csv_take_their_flags() {
    let place = Place::new();
    let demo = |flags: &[&str]| place.program(&["demo"]).more(flags).run().quietly(0).stdout;
    let sarif: Value = serde_json::from_str(&demo(&[
        "--format=sarif",
        "--sarif-anchor=infra/audit.tf",
        "--sarif-max=7",
        "--sarif-include=waived",
    ]))
    .unwrap();
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    assert_eq!(results.len(), 7);
    for result in results {
        let place = &result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
        assert_eq!(place, "infra/audit.tf");
    }
    let events: Vec<Value> =
        serde_json::from_str(&demo(&["--format=ocsf", "--ocsf-array"])).unwrap();
    assert_eq!(events.len(), demo(&["--format=ocsf"]).lines().count());
    assert!(demo(&["--format=csv", "--csv-bom"]).starts_with('\u{feff}'));
    assert!(demo(&["--format=csv"]).starts_with("\"schema_version\","));
}
