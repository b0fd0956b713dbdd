//! What histories, baselines and waivers hang on: no language, order or wording changes an identity in any format.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use trailproof_sim::Description;

use crate::organizations;
use crate::program::{Place, files};
use crate::served::Served;

/// The identities in each format of a set.
type Identities = BTreeMap<&'static str, BTreeSet<String>>;

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn list(document: &Value) -> &[Value] {
    document.as_array().unwrap()
}

/// What stands between two marks, wherever it does.
fn between<'a>(text: &'a str, before: &str, after: &str) -> Vec<&'a str> {
    text.split(before).skip(1).filter_map(|rest| rest.split(after).next()).collect()
}

/// Of a set in a folder, each of them once: two results of one identity would be one to their readers.
fn identities(place: &Place, folder: &str) -> Identities {
    let read = |name: &str| String::from_utf8(place.read(&format!("{folder}/{name}"))).unwrap();
    let json = |name: &str| serde_json::from_str::<Value>(&read(name)).unwrap();
    let of = |value: &Value| value.as_str().unwrap().to_owned();
    let results = json("report.json");
    let results = list(&results["results"]).iter().map(|one| of(&one["fingerprint"]));
    let streamed = lines(&read("report.jsonl"));
    let streamed = streamed.iter().filter_map(|one| one["fingerprint"].as_str());
    let sarif = json("report.sarif");
    let alerts = list(&sarif["runs"][0]["results"]).iter().map(|one| {
        let marks = &one["partialFingerprints"];
        format!("{} {}", of(&marks["primaryLocationLineHash"]), of(&marks["trailproof/v1"]))
    });
    let quality = json("report.gitlab.json");
    let events = lines(&read("report.ocsf.jsonl"));
    let cases = read("report.junit.xml");
    let cases = between(&cases, "<testcase ", " time=").into_iter().map(str::to_owned);
    let csv = read("report.csv");
    // Counted from the end: in front of it stand strangers' texts.
    let marked = |row: &str| row.rsplit("\",\"").nth(2).unwrap().to_owned();
    let csv = csv.split("\r\n").skip(1).filter(|row| !row.is_empty()).map(marked);
    let asff = files(&place.path(&format!("{folder}/asff"))).into_iter().flat_map(|path| {
        let batch: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        list(&batch["Findings"]).iter().map(|one| of(&one["Id"])).collect::<Vec<String>>()
    });
    let named: [(&'static str, Vec<String>); 8] = [
        ("json", results.collect()),
        ("jsonl", streamed.map(str::to_owned).collect()),
        ("sarif", alerts.collect()),
        ("gitlab", list(&quality).iter().map(|one| of(&one["fingerprint"])).collect()),
        ("ocsf", events.iter().map(|one| of(&one["finding_info"]["uid"])).collect()),
        ("junit", cases.collect()),
        ("csv", csv.collect()),
        ("asff", asff.collect()),
    ];
    named
        .into_iter()
        .map(|(format, found)| {
            let once: BTreeSet<String> = found.iter().cloned().collect();
            assert!(!once.is_empty() && once.len() == found.len(), "{folder}: {format}");
            (format, once)
        })
        .collect()
}

/// The formats in which the two differ.
fn different(one: &Identities, other: &Identities) -> Vec<&'static str> {
    one.keys().copied().filter(|format| one[format] != other[format]).collect()
}

/// The demo's organization with everything in it told the other way round.
fn reversed() -> Description {
    let mut description = organizations::demo();
    description.accounts.reverse();
    description.default_regions.reverse();
    description.opt_in_regions.reverse();
    for account in &mut description.accounts {
        account.trails.reverse();
        account.buckets.reverse();
        account.keys.reverse();
        account.iam.users.reverse();
        account.iam.roles.reverse();
    }
    if let Some(organization) = &mut description.organization {
        organization.units.reverse();
    }
    description
}

#[test]
fn neither_language_nor_order_changes_an_identity() {
    let place = Place::new();
    for (folder, language, description) in
        [("straight", "en", organizations::demo()), ("reversed", "ja", reversed())]
    {
        let flags = ["scan", "--quiet", "--exit-zero", "--format", "table=t.txt", "--force"];
        let program = place.program(&flags).more(&["-o", folder, "--lang", language]);
        program.at(&Served::new(description)).run().quietly(0);
    }
    let (straight, reversed) = (identities(&place, "straight"), identities(&place, "reversed"));
    assert_eq!(different(&straight, &reversed), [""; 0]);
    // The demo is the same organization, read without a network.
    place.run(&["demo", "-o", "demo", "--lang", "ja", "--format", "table=demo.txt"]).quietly(0);
    assert_eq!(different(&straight, &identities(&place, "demo")), [""; 0]);
}

#[test]
fn no_wording_changes_an_identity() {
    let place = Place::new();
    place.run(&["demo", "-o", "demo", "--format", "table=demo.txt"]).quietly(0);
    let mut report: Value = serde_json::from_slice(&place.read("demo/report.json")).unwrap();
    for result in report["results"].as_array_mut().unwrap() {
        for key in ["title", "message", "observed", "expected"] {
            result[key] = "said in other words".into();
        }
    }
    for check in report["checks"].as_array_mut().unwrap() {
        for key in ["title", "rationale", "remediation"] {
            check[key] = "said in other words".into();
        }
    }
    place.write("reworded.json", report.to_string());
    let told = ["report", "reworded.json", "-o", "reworded", "--format", "table=reworded.txt"];
    place.run(&told).quietly(0);
    let (before, after) = (identities(&place, "demo"), identities(&place, "reworded"));
    // The title is part of a test case's name, by which people know it.
    assert_eq!(different(&before, &after), ["junit"]);
}
