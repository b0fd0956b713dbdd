//! Runs held against each other: two reports or snapshots, and all that a folder holds.

use serde_json::Value;

use crate::program::{Ended, Place};

fn json(ended: Ended) -> Value {
    serde_json::from_str(&ended.quietly(0).stdout).unwrap()
}

/// A run's folder and report, and a report of three months later in which one failure passes.
fn place() -> Place {
    let place = Place::new();
    place.run(&["demo", "--run-dir", "run", "--format", "json=old.json"]).quietly(0);
    let mut later: Value = serde_json::from_slice(&place.read("old.json")).unwrap();
    later["run"]["id"] = "later".into();
    later["run"]["ended"] = "2100-01-01T00:00:00Z".into();
    let results = later["results"].as_array_mut().unwrap();
    let weighs = |result: &&mut Value| result["status"] == "fail" && result["weight"] != 0;
    results.iter_mut().find(weighs).unwrap()["status"] = "pass".into();
    place.write("new.json", later.to_string());
    place
}

#[test]
fn a_difference_tells_what_is_fixed_and_what_is_not() {
    let place = place();
    let diff = json(place.run(&["diff", "old.json", "new.json", "--format", "json"]));
    assert_eq!(diff["schema"], "trailproof.diff/1");
    assert_eq!((&diff["counts"]["fixed"], &diff["counts"]["new"]), (&1.into(), &0.into()));
    assert_eq!(diff["changes"][0]["change"], "fixed");
    assert!(diff["changes"][0]["points"].as_f64().unwrap() > 0.0);
    let back = json(place.run(&["diff", "new.json", "old.json", "--format", "json"]));
    assert_eq!(back["counts"]["new"], 1);
    let same = json(place.run(&["diff", "run", "old.json", "--format", "json"]));
    assert_eq!(same["changes"], Value::Array(Vec::new()), "a snapshot is what its report says");

    let flags = ["diff", "old.json", "new.json", "--format=table", "--format=markdown=d.md"];
    let table = place.run(&flags).quietly(0).stdout;
    assert!(table.contains("Fixed (1)") && !table.contains("New ("), "{table}");
    assert!(place.read("d.md").starts_with(b"# What changed\n"));
    place.run(&["diff", "old.json", "new.json", "--format", "html=d.html"]).quietly(0);
    assert!(String::from_utf8(place.read("d.html")).unwrap().contains("Fixed"));
    place.run(&flags).stopped(2, &["d.md exists", "--force"]);
    place.run(&["diff", "old.json", "missing.json"]).stopped(2, &["missing.json"]);
    place
        .run(&["diff", "old.json", "new.json", "--format", "pdf"])
        .stopped(2, &["pdf", "markdown"]);
}

#[test]
fn a_history_is_in_the_order_of_time_and_each_run_is_in_it_once() {
    let place = place();
    std::fs::create_dir_all(place.path("all/q1")).unwrap();
    for (from, to) in [
        ("new.json", "all/a.json"),
        ("old.json", "all/q1/report.json"),
        ("old.json", "all/copy.json"),
    ] {
        place.write(to, place.read(from));
    }
    place.write("all/other.json", "{}");
    place.write("all/notes.txt", "none");
    let history = json(place.run(&["history", "all", "--format", "json"]));
    let runs = history["runs"].as_array().unwrap();
    assert_eq!(runs.len(), 2);
    assert_eq!((&runs[1]["report"], &runs[1]["run_id"]), (&"a.json".into(), &"later".into()));
    assert_eq!((&runs[1]["new"], &runs[1]["fixed"]), (&0.into(), &1.into()));
    assert!(runs[0].get("movement").is_none());
    let table = place.run(&["history", "all"]).quietly(0).stdout;
    assert!(table.contains("2 runs") && table.contains("2100-01-01"), "{table}");
    place.run(&["history", "run"]).stopped(2, &["no JSON report"]);
    place.run(&["history", "missing"]).stopped(2, &["missing"]);
}

/// The demo's report as of a quarter before, with one failure less.
fn quarter_before(place: &Place) -> String {
    let mut report: Value = serde_json::from_slice(&place.read("old.json")).unwrap();
    report["run"]["id"] = "20260101T000000Z-aaaa".into();
    report["run"]["ended"] = "2026-01-01T00:10:00Z".into();
    let results = report["results"].as_array_mut().unwrap();
    let failed = results.iter_mut().find(|result| result["status"] == "fail").unwrap();
    failed["status"] = "pass".into();
    let fingerprint = failed["fingerprint"].as_str().unwrap().to_owned();
    results
        .iter_mut()
        .find(|result| result["status"] == "pass" && result["weight"] != 0)
        .unwrap()["status"] = "fail".into();
    place.write("before.json", report.to_string());
    fingerprint
}

#[test]
fn earlier_runs_give_the_trend_the_difference_and_since_when_each_result_is_known() {
    let place = place();
    let broke = quarter_before(&place);
    let flags = ["--previous", "before.json", "-o", "out", "--format", "json"];
    let report = json(place.program(&["demo"]).more(&flags).run());
    assert_eq!(report["earlier"].as_array().unwrap().len(), 1);
    assert_eq!(report["earlier"][0]["run_id"], "20260101T000000Z-aaaa");
    assert!(report["diff"]["counts"]["new"].as_u64().unwrap() >= 1, "{}", report["diff"]["counts"]);
    assert!(
        report["results"]
            .as_array()
            .unwrap()
            .iter()
            .all(|one| one["first_seen"] == "2026-01-01T00:10:00Z")
    );
    let page = String::from_utf8(place.read("out/report.html")).unwrap();
    assert!(page.contains("class=\"trend\"") && page.contains("id=\"changes\""));

    // SIEMs are told that a result goes on, and Security Hub since when it is known.
    let events = String::from_utf8(place.read("out/report.ocsf.jsonl")).unwrap();
    let events: Vec<Value> =
        events.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let of = |mark: &str| events.iter().find(|one| one["finding_info"]["uid"] == mark).unwrap();
    assert_eq!((&of(&broke)["activity_id"], &of(&broke)["type_uid"]), (&2.into(), &200_302.into()));
    let closed: Vec<&Value> = events.iter().filter(|one| one["activity_id"] == 3).collect();
    assert_eq!(closed.len(), 1);
    assert_eq!(
        (&closed[0]["compliance"]["status"], &closed[0]["status"]),
        (&"Pass".into(), &"Resolved".into())
    );
    let mut archived = Vec::new();
    for file in crate::program::files(&place.path("out/asff")) {
        let request: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
        for finding in request["Findings"].as_array().unwrap() {
            assert_eq!(finding["CreatedAt"], "2026-01-01T00:10:00Z");
            if finding["RecordState"] == "ARCHIVED" {
                archived.push(finding["Compliance"]["Status"].clone());
            }
        }
    }
    assert_eq!(archived, ["PASSED"]);

    // The report carries it on: the next run knows it from this one alone.
    place.write("mid.json", report.to_string());
    let again =
        json(place.run(&["report", "new.json", "--previous", "mid.json", "--format", "json"]));
    assert!(
        again["results"]
            .as_array()
            .unwrap()
            .iter()
            .all(|one| one["first_seen"] == "2026-01-01T00:10:00Z")
    );

    let mut other: Value = serde_json::from_slice(&place.read("before.json")).unwrap();
    other["scope"]["organization_id"] = "o-other00000".into();
    place.write("other.json", other.to_string());
    let report = json(place.run(&["demo", "--previous", "other.json", "--format", "json"]));
    assert!(report.get("earlier").is_none() && report["diff"].is_null());
    assert!(report["scope"]["notes"].to_string().contains("another organization"));
}
