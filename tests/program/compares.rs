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
