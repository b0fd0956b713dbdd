//! Snapshots that were kept: one of every schema ever released stays readable, and says what it always said.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use crate::program::Place;
use crate::report::{Report, text};

fn corpus() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/organizations");
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    files.filter(|file| file.extension().is_some_and(|end| end == "json")).collect()
}

/// One line for each result: a changed verdict is a changed line.
fn verdicts(report: &Report) -> String {
    let mut lines = String::new();
    for result in report.results() {
        let keys = ["account_id", "check", "region", "resource", "status", "reason"];
        let line = keys.map(|key| text(result, key)).join(" | ");
        writeln!(lines, "{}", line.trim_end_matches(" | ")).unwrap();
    }
    lines
}

#[test]
fn every_kept_snapshot_is_read_and_judged_as_before() {
    let place = Place::new();
    let snapshots = corpus();
    assert!(!snapshots.is_empty());
    for snapshot in snapshots {
        let path = snapshot.to_str().unwrap();
        // All of these hold accounts that could not be read.
        let told = place.run(&["assess", path, "--format", "json"]).with(3).stdout;
        let found = verdicts(&Report::read(told).unwrap());
        let expected = snapshot.with_extension("verdicts.txt");
        if std::env::var_os("TRAILPROOF_BLESS").is_some() {
            fs::write(&expected, &found).unwrap();
        }
        let kept = fs::read_to_string(&expected).unwrap_or_default();
        assert!(
            found == kept,
            "{} is judged otherwise than {} says; where that is meant, run \
             `TRAILPROOF_BLESS=1 cargo test --test program corpus` and commit the difference",
            snapshot.display(),
            expected.display()
        );
    }
}
