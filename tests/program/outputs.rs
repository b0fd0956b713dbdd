//! Where reports go, and what happens where they cannot.

use std::fs::{self, File, OpenOptions};
use std::io;

use crate::organizations::small;
use crate::program::Place;
use crate::served::Served;

#[test]
fn a_report_that_exists_is_kept_and_nothing_is_asked() {
    let (place, served) = (Place::new(), Served::new(small()));
    place.write("r.json", "mine");
    let program = place.program(&["scan", "--format", "json=r.json", "--run-dir", "run"]);
    program.at(&served).run().stopped(2, &["r.json exists", "--force"]);
    assert_eq!((place.read("r.json"), place.files().len()), (b"mine".to_vec(), 1));
    assert!(served.calls().is_empty(), "{:?}", served.calls());
}

#[test]
fn force_overwrites_a_report_with_a_whole_one() {
    let place = Place::new();
    place.write("r.json", "mine");
    place.run(&["demo", "--force", "--format", "json=r.json"]).quietly(0);
    assert!(place.read("r.json").starts_with(b"{") && place.read("r.json").ends_with(b"}\n"));
    assert_eq!(place.files().len(), 1, "{:?}", place.files());
}

#[test]
fn a_folder_that_cannot_be_written_is_known_before_anything_is_asked() {
    let (place, served) = (Place::new(), Served::new(small()));
    let program = place.program(&["scan", "--format", "json=missing/r.json"]);
    program.at(&served).run().stopped(5, &["missing/r.json"]);
    assert!(place.files().is_empty() && served.calls().is_empty());
}

#[test]
fn a_junit_report_can_be_split_by_accounts() {
    let place = Place::new();
    let split = ["demo", "--format", "junit=r.xml", "--junit-split", "10"];
    place.run(&split).quietly(0);
    let names = || -> Vec<String> {
        let mut names: Vec<_> = place
            .files()
            .iter()
            .map(|file| file.file_name().unwrap().to_string_lossy().into())
            .collect();
        names.sort();
        names
    };
    // 23 assessed, one unread and one suspended account have a suite.
    assert_eq!(names(), ["r.1.xml", "r.2.xml", "r.3.xml"]);
    fs::remove_file(place.path("r.1.xml")).unwrap();
    place.run(&split).stopped(2, &["r.2.xml exists", "--force"]);
    place.run(&["demo", "--format", "junit", "--junit-split", "9"]).stopped(2, &["needs a path"]);
}

#[test]
fn a_folder_is_no_report() {
    let place = Place::new();
    fs::create_dir(place.path("reports")).unwrap();
    place.run(&["demo", "--format", "json=reports"]).stopped(2, &["reports is a folder"]);
}

#[test]
fn stdout_takes_one_report_and_a_file_one() {
    let place = Place::new();
    place
        .run(&["demo", "--format", "table", "--format", "json"])
        .stopped(2, &["stdout", "FORMAT=PATH"]);
    place
        .run(&["demo", "--format", "table=r", "--format", "json=r"])
        .stopped(2, &["two reports", "r"]);
    place.run(&["demo", "--format", "pdf"]).stopped(2, &["pdf", "table", "json", "junit"]);
    assert!(place.files().is_empty(), "{:?}", place.files());
}

fn closed() -> io::PipeWriter {
    let (reader, writer) = io::pipe().unwrap();
    drop(reader);
    writer
}

#[test]
fn a_reader_who_went_away_is_told_by_every_command() {
    let place = Place::new();
    place.run(&["demo", "--run-dir", "run", "--format", "json=r.json"]).quietly(0);
    let commands: [&[&str]; 9] = [
        &["demo"],
        &["demo", "--format", "json"],
        &["checks", "--format", "json"],
        &["explain", "cloudtrail-enabled"],
        &["policy"],
        &["exit-codes"],
        &["assess", "run"],
        &["report", "run"],
        &["report", "r.json"],
    ];
    for command in commands {
        place.program(command).run_into(closed()).told(5, &["stdout"]);
    }
    assert_eq!(place.program(&["--help"]).run_into(closed()).code, 5);
}

#[test]
fn a_reader_who_went_away_costs_the_files_and_the_evidence_nothing() {
    let (place, served) = (Place::new(), Served::new(small()));
    let flags =
        ["scan", "--quiet", "--run-dir", "run", "--format", "json=r.json", "--format", "table"];
    place.program(&flags).at(&served).run_into(closed()).told(5, &["stdout"]);
    let report = place.read("r.json");
    assert_eq!(
        place.run(&["assess", "run", "--format", "json"]).with(0).stdout.into_bytes(),
        report
    );
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_device_is_5() {
    let full = || -> File { OpenOptions::new().write(true).open("/dev/full").unwrap() };
    Place::new().program(&["demo"]).run_into(full()).told(5, &["stdout"]);
    Place::new().program(&["checks"]).run_into(full()).told(5, &["stdout"]);
}
