//! Gates and the exit codes that follow.

use crate::organizations;
use crate::program::{Ended, Place};
use crate::report::{Report, text};
use crate::served::Served;

fn demo(flags: &[&str]) -> Ended {
    Place::new().program(&["demo"]).more(flags).run()
}

#[test]
fn the_demos_gaps_count_only_where_a_gate_asks() {
    demo(&[]).quietly(0);
    demo(&["--min-coverage", "100"]).quietly(3);
    demo(&["--min-coverage", "90"]).quietly(0);
    demo(&["--min-score", "10"]).quietly(3);
}

#[test]
fn a_failed_gate_is_1_and_outweighs_missing_evidence() {
    demo(&["--fail-on", "critical"]).quietly(1);
    demo(&["--min-score", "100"]).quietly(1);
    demo(&["--min-score", "100", "--min-coverage", "100"]).quietly(1);
    demo(&["--ci"]).quietly(1);
}

#[test]
fn a_gate_looks_at_the_selected_checks_only() {
    let flags = ["--check", "iam-cloudtrail-full-access-attached", "--fail-on", "critical"];
    // Nothing critical is selected; the account that could not be read may hold anything.
    demo(&flags).quietly(3);
    demo(&["--check", "trail-kms-key-usable", "--fail-on", "critical"]).quietly(1);
}

#[test]
fn exit_zero_changes_the_code_and_nothing_else() {
    let strict = demo(&["--ci"]).quietly(1);
    assert_eq!(demo(&["--ci", "--exit-zero"]).quietly(0).stdout, strict.stdout);
    demo(&["--exit-zero", "--check", "no-such-check"]).stopped(2, &["no-such-check"]);
    demo(&["--exit-zero", "--format", "json=missing/r.json"]).stopped(5, &["missing/r.json"]);
}

#[test]
fn every_gate_is_told_in_the_reports() {
    let flags =
        ["--fail-on", "high", "--min-score", "95.5", "--min-coverage", "100", "--format", "json"];
    let report = Report::read(demo(&flags).quietly(1).stdout).unwrap();
    let gates: Vec<(&str, &str, &str)> = report.0["gates"]
        .as_array()
        .unwrap()
        .iter()
        .map(|gate| ["gate", "threshold", "status"].map(|key| gate[key].as_str().unwrap()).into())
        .collect();
    assert_eq!(
        gates,
        [
            ("fail-on", "high", "failed"),
            ("min-score", "95.5", "failed"),
            ("min-coverage", "100.0", "incomplete")
        ]
    );
    let junit = demo(&["--ci", "--format", "junit"]).quietly(1).stdout;
    assert!(junit.contains("classname=\"trailproof.gate\" name=\"fail-on high\""), "{junit}");
}

#[test]
fn a_scan_is_0_only_where_everything_was_read() {
    let place = Place::new();
    let (code, report) = place.scan(&Served::new(organizations::readable()), &[]);
    // A run of validate-logs is handed over and not scanned: without one nothing is held against the scan.
    let unknown = report.having("status", "unknown");
    let unknown: Vec<_> = unknown.filter(|result| result["reason"] != "not_supplied").collect();
    assert!(unknown.is_empty(), "{unknown:?}");
    assert_eq!((code, report.coverage()), (0, 100.0));
    let (code, report) = place.scan(&Served::new(organizations::demo()), &[]);
    assert_eq!(code, 3);
    assert!(report.coverage() < 100.0);
}

#[test]
fn the_gates_of_a_complete_scan_pass_and_fail_by_what_was_found() {
    let place = Place::new();
    assert_eq!(place.scan(&Served::new(organizations::readable()), &["--ci"]).0, 1);
    // Somebody has to be able to do everything: the user says who.
    let approved = [
        "*:role/aws-reserved/sso.amazonaws.com/*",
        "*:role/AWSControlTowerExecution",
        "*:role/OrganizationAccountAccessRole",
        "*:role/acme-log-keeper",
        "*:user/break-glass",
    ];
    place.write("trailproof.toml", format!("[policy]\napproved_principals = {approved:?}\n"));
    let flawless = Served::new(organizations::flawless());
    let (code, report) = place.scan(&flawless, &["--ci", "--min-score", "100"]);
    let failed: Vec<_> =
        report.having("status", "fail").map(|f| (text(f, "check"), text(f, "message"))).collect();
    assert_eq!((code, failed), (0, vec![]), "{:?}", report.0["gates"]);
}

#[test]
fn only_what_is_new_since_the_baseline_fails() {
    let place = Place::new();
    place.run(&["demo", "--format", "json=old.json"]).quietly(0);
    let held = |baseline: &str, flags: &[&str]| {
        let program = place.program(&["demo", "--baseline", baseline]).more(flags);
        program.more(&["--min-coverage", "0", "--format", "json"]).run()
    };
    // Whether the account that could not be read holds something new is not known.
    let same = Report::read(held("old.json", &["--fail-on-new"]).quietly(3).stdout).unwrap();
    let counts = &same.0["diff"]["counts"];
    assert_eq!(
        (&counts["new"], &counts["fixed"], &counts["changed"]),
        (&0.into(), &0.into(), &0.into())
    );
    assert_eq!(same.0["gates"][0]["status"], "incomplete");
    assert_eq!(same.0["diff"]["movement"]["proven"], 0.0);

    let mut mended: serde_json::Value = serde_json::from_slice(&place.read("old.json")).unwrap();
    let results = mended["results"].as_array_mut().unwrap();
    let failed = results.iter_mut().find(|result| result["status"] == "fail").unwrap();
    failed["status"] = "pass".into();
    let severity = failed["severity"].as_str().unwrap().to_owned();
    let fingerprint = failed["fingerprint"].clone();
    place.write("mended.json", mended.to_string());
    let new = Report::read(held("mended.json", &["--fail-on-new"]).quietly(1).stdout).unwrap();
    assert_eq!(new.0["diff"]["changes"][0]["fingerprint"], fingerprint);
    assert_eq!(new.0["diff"]["counts"]["new"], 1);
    held("mended.json", &[&format!("--fail-on-new={severity}")]).quietly(1);

    held("missing.json", &["--fail-on-new"]).stopped(2, &["missing.json"]);
    place.write("other.json", "{}");
    held("other.json", &["--fail-on-new"]).stopped(2, &["other.json", "JSON report"]);
    let alone = place.run(&["demo", "--fail-on-new"]).with(2);
    assert!(
        alone.stdout.is_empty() && alone.stderr.contains("--baseline <REPORT|PACKAGE>"),
        "{alone:?}"
    );
}
