//! `events`: what is printed of a mirror's proved files, and what is not.

use std::fs;
use std::io::Write;

use serde_json::Value;

use crate::program::{Ended, Place};

/// A mirror of the worked chains in one state, laid out as `validates_logs` does.
fn mirror(state: &str) -> Place {
    let vectors = crate::chains::vectors();
    let place = Place::new();
    crate::validates_logs::lay_out(&vectors, state, &place);
    place
}

fn run(place: &Place, more: &[&str]) -> Ended {
    let command = ["events", "--dir", "mirror", "--bucket", "vectors", "--metadata", "metadata"];
    let time =
        ["--keys", "keys.json", "--start", "2026-10-01T00:00:28Z", "--end", "2026-10-01T04:00:28Z"];
    place.program(&command).more(&time).more(more).run()
}

/// The events of a log file as they lie there.
fn events_of(place: &Place, part: &str) -> Vec<Value> {
    let all = crate::program::files(&place.path("mirror"));
    let path = all.iter().find(|path| path.to_string_lossy().contains(part)).unwrap();
    let mut decoder = flate2::write::GzDecoder::new(Vec::new());
    decoder.write_all(&fs::read(path).unwrap()).unwrap();
    let file: Value = serde_json::from_slice(&decoder.finish().unwrap()).unwrap();
    file["Records"].as_array().unwrap().clone()
}

#[test]
fn every_event_of_proved_files_is_printed_once_and_twice_alike() {
    let place = mirror("base");
    let ended = run(&place, &["--format", "jsonl"]).quietly(0);
    let lines: Vec<Value> =
        ended.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let mut expected = 0;
    for path in crate::program::files(&place.path("mirror")) {
        let name = path.to_string_lossy().into_owned();
        if name.contains("/CloudTrail/") {
            for event in events_of(&place, path.file_name().unwrap().to_str().unwrap()) {
                assert!(lines.contains(&event), "{event}");
                expected += 1;
            }
        }
    }
    assert_eq!(lines.len(), expected);
    assert_eq!(run(&place, &["--format", "jsonl"]).stdout, ended.stdout);
    let table = run(&place, &[]).quietly(0).stdout;
    let columns = "eventTime\tawsRegion\teventSource\teventName\tuserName\tsourceIPAddress\tuserAgent\trequestParameters";
    assert_eq!(table.lines().next(), Some(columns));
    assert_eq!(table.lines().count(), expected + 1);
    assert!(table.lines().all(|line| line.matches('\t').count() == 7), "{table}");
    let none = run(&place, &["--event", "NoSuchEvent"]).quietly(0).stdout;
    assert_eq!(none.lines().count(), 1);
}

#[test]
fn a_changed_file_s_events_are_left_out_and_that_is_told() {
    let whole = run(&mirror("base"), &["--format", "jsonl"]).quietly(0).stdout;
    for state in ["modify-log", "append-member-log", "delete-log"] {
        let ended = run(&mirror(state), &["--format", "jsonl"]).with(1);
        assert!(ended.stdout.lines().count() < whole.lines().count(), "{state}");
        assert!(ended.stdout.lines().all(|line| whole.contains(line)), "{state}");
        let says = "3 of 4 hours are proved, 1 errors; only events of proved files are printed";
        assert!(ended.stderr.contains(says), "{ended:?}");
    }
}
