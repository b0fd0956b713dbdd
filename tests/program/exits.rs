//! The closed list of exit codes, each of its rows by the compiled program.

use std::collections::BTreeSet;

use crate::organizations::{self, COVERED_MEMBER, REFUSING_MEMBER};
use crate::program::Place;
use crate::served::Served;

/// What is run in a place that holds the demo's run as `run`, its report as `r.json`, and faulty files; and its code.
type Row = (&'static [&'static str], i32);

const ROWS: &[Row] = &[
    // The gates passed, or none was asked; the demo's gaps are part of the show.
    (&["demo"], 0),
    (&["demo", "--min-coverage", "90"], 0),
    (&["assess", "run", "--fail-on", "critical", "--exit-zero"], 0),
    (&["report", "r.json"], 0),
    (&["diff", "r.json", "run"], 0),
    (&["exit-codes"], 0),
    // A gate failed.
    (&["assess", "run", "--fail-on", "low"], 1),
    (&["assess", "run", "--min-score", "100"], 1),
    (&["assess", "run", "--min-coverage", "0", "--fail-on-new", "--baseline", "mended.json"], 1),
    (&["assess", "run", "--waivers", "expired.toml", "--fail-on-expired-waiver"], 1),
    (&["assess", "run", "--ci"], 1),
    // A sure failure is the stronger news.
    (&["assess", "run", "--min-coverage", "100", "--fail-on", "critical"], 1),
    // Usage and configuration.
    (&[], 2),
    (&["scna"], 2),
    (&["demo", "--no-such-flag"], 2),
    (&["demo", "--check", "no-such-check"], 2),
    (&["demo", "--fail-on", "worst"], 2),
    (&["demo", "--fail-on-new"], 2),
    (&["demo", "--config", "faulty.toml"], 2),
    (&["demo", "--format", "json=r.json"], 2),
    (&["demo", "--baseline", "missing.json"], 2),
    (&["demo", "--previous", "faulty.toml"], 2),
    (&["assess", "missing"], 2),
    (&["assess", "faulty.toml"], 2),
    (&["assess", "newer.json"], 2),
    (&["report", "newer-report.json"], 2),
    (&["verify", "run"], 2),
    (&["demo", "--check", "no-such-check", "--exit-zero"], 2),
    // No gate failed, but evidence is missing.
    (&["assess", "run"], 3),
    (&["demo", "--min-coverage", "100"], 3),
    (&["demo", "--min-score", "1"], 3),
    // Nobody to ask.
    (&["scan"], 4),
    (&["scan", "--exit-zero"], 4),
    (&["scan", "--profile", "nobodys"], 4),
    // Not written, or not verified.
    (&["demo", "--format", "json=missing/r.json"], 5),
    (&["demo", "--exit-zero", "--format", "json=missing/r.json"], 5),
    (&["demo", "--fail-on", "low", "--format", "json=missing/r.json"], 5),
    (&["verify", "damaged"], 5),
];

fn expired() -> &'static str {
    "[[waiver]]\nid = \"w1\"\ncheck = \"trail-kms-key-usable\"\nowner = \"sec@example.com\"\nreason = \"known\"\n\
     created = \"2026-01-01\"\nexpires = \"2026-01-02\"\n[waiver.scope]\naccount = \"*\"\n"
}

fn prepared() -> Place {
    let place = Place::with_demo();
    place.run(&["report", "run", "--format", "json=r.json"]).quietly(0);
    let report = String::from_utf8(place.read("r.json")).unwrap();
    place.write("mended.json", report.replace("\"status\": \"fail\"", "\"status\": \"pass\""));
    place.write("newer-report.json", report.replace("trailproof.report/1", "trailproof.report/99"));
    place.write("newer.json", "{\"schema\": \"trailproof.snapshot/99\"}");
    place.write("faulty.toml", "no key = of ours\n");
    place.write("expired.toml", expired());
    place.run(&["package", "run", "-o", "damaged"]).quietly(0);
    place.write("damaged/signoff.md", "signed");
    place
}

#[test]
fn every_row_of_the_list_ends_with_its_code() {
    let place = prepared();
    let mut wrong = Vec::new();
    for (arguments, code) in ROWS {
        let ended = place.run(arguments);
        if ended.code != *code {
            wrong.push(format!(
                "{arguments:?}: {} in place of {code}: {}",
                ended.code, ended.stderr
            ));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_question_is_answered_by_its_code() {
    let place = Place::with_demo();
    for (account, resource, code) in [
        (COVERED_MEMBER, "arn:aws:s3:::some-bucket/key", 0),
        (COVERED_MEMBER, "arn:aws:s3:::acme-org-cloudtrail-222233334444/AWSLogs/x", 1),
        (REFUSING_MEMBER, "arn:aws:s3:::some-bucket/key", 3),
    ] {
        let question = ["would-record", "run", "--region", "eu-west-1", "--event", "s3:GetObject"];
        let program = place.program(&question);
        program.more(&["--account", account, "--resource", resource]).run().quietly(code);
    }
}

#[test]
fn an_organization_that_was_asked_for_and_cannot_be_read_stops_the_scan() {
    let place = Place::new();
    let served = Served::new(organizations::lone());
    for flags in [&["--org"][..], &["--ou", "Root"]] {
        let ended = place.program(&["scan", "--quiet"]).more(flags).at(&served).run();
        assert_eq!(ended.code, 4, "{ended:?}");
    }
}

#[test]
#[cfg(unix)]
fn a_reader_who_goes_away_is_an_output_that_cannot_be_written() {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let place = Place::new();
    assert_eq!(place.program(&["demo", "--format", "json"]).run_into(writer).code, 5);
}

/// A fault of the program's own cannot be had for the asking: this one is there for this test, and in no release.
#[test]
fn a_fault_of_its_own_is_told_in_a_line_and_has_a_code() {
    let place = Place::new();
    let child = place.program(&["checks"]).env("TRAILPROOF_FAULT", "1").spawn();
    let output = child.wait_with_output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(70), "{told}");
    assert!(
        told.starts_with("trailproof: internal error: ") && told.lines().count() == 1,
        "{told}"
    );
}

#[test]
fn the_page_on_exit_codes_lists_the_whole_list() {
    let page = Place::new().run(&["exit-codes"]).quietly(0).stdout;
    let listed: BTreeSet<i32> = page
        .lines()
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next()?.parse().ok())
        .collect();
    let known = ROWS.iter().map(|(_, code)| *code).chain([70, 130, 143]);
    assert_eq!(listed, known.collect());
}
