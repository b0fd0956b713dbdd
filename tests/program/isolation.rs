//! One account that fails, hangs or is slow costs the others nothing.

use std::time::{Duration, Instant};

use serde_json::Value;
use trailproof_sim::{Effect, Fault};

use crate::organizations::{COVERED_MEMBER, small};
use crate::program::Place;
use crate::report::{Report, text};
use crate::served::Served;

/// Faults of one member: of its own calls, and of the call that enters it.
fn of_member(effect: Effect) -> Fault {
    Fault { account: Some(COVERED_MEMBER.to_owned()), ..Fault::on("*", effect) }
}

fn on_entering(effect: Effect) -> Fault {
    Fault { resource: Some(format!("*:{COVERED_MEMBER}:*")), ..Fault::on("sts:AssumeRole", effect) }
}

fn scan(faults: Vec<Fault>) -> Report {
    let (place, served) = (Place::new(), Served::with_faults(small(), faults));
    let flags = ["scan", "--format", "json", "--attempt-timeout", "1", "--concurrency", "512"];
    let program = place.program(&flags).env("AWS_MAX_ATTEMPTS", "2").at(&served);
    let ended = program.run().with(3);
    Report::read(&ended.stdout).unwrap()
}

fn of_others(report: &Report) -> Vec<&Value> {
    let of_member = |result: &&Value| result["account_id"] == COVERED_MEMBER;
    report.results().iter().filter(|result| !of_member(result)).collect()
}

/// The other accounts' verdicts, as they are without any fault.
fn others_are_untouched(report: &Report) {
    let (_, whole) = Place::new().scan(&Served::new(small()), &[]);
    // What another account says may rest on the member's evidence too: then that is why it is unknown.
    let blamed = |result: &&Value| {
        result["status"] == "unknown" && result["gap"]["account"] == COVERED_MEMBER
    };
    let parts = |result: &Value| {
        ["fingerprint", "status", "reason"].map(|key| text(result, key).to_owned())
    };
    let before: Vec<[String; 3]> = of_others(&whole).into_iter().map(parts).collect();
    let found = of_others(report);
    assert_eq!(found.len(), before.len());
    for result in found.into_iter().filter(|result| !blamed(result)) {
        assert!(before.contains(&parts(result)), "{result}");
    }
}

/// All that is known of the member is why it is not known: its regions and all that lies in them.
fn member_is_unknown(report: &Report, reason: &str) {
    let mut seen = 0;
    let of_member = report.having("account_id", COVERED_MEMBER);
    // What the policy does not ask for needs no evidence, and what the organization denies the member is for the
    // organization to tell.
    let told_by_others = |result: &&Value| {
        let proof = result["evidence"].as_array().unwrap();
        !proof.is_empty() && proof.iter().all(|one| one["account_id"] != COVERED_MEMBER)
    };
    let needed = |result: &&Value| result["reason"] != "not_required";
    for result in of_member
        .filter(needed)
        .filter(|result| !text(result, "check").starts_with("scp-") || !told_by_others(result))
    {
        assert_eq!(result["status"], "unknown", "{result}");
        assert!([reason, "region_scope_unproven"].contains(&text(result, "reason")), "{result}");
        seen += 1;
    }
    assert!(seen > 0, "nothing is said of the member");
    let unread = report.0["coverage"]["unread"].as_array().unwrap();
    let told = |row: &Value| row["account_id"] == COVERED_MEMBER && row["reason"] == reason;
    assert!(unread.iter().any(told), "{unread:?}");
}

#[test]
fn a_member_that_never_answers_is_unknown_and_the_others_are_not() {
    let started = Instant::now();
    let report = scan(vec![of_member(Effect::Hang)]);
    assert!(started.elapsed() < Duration::from_secs(30), "it waited {:?}", started.elapsed());
    member_is_unknown(&report, "timeout");
    others_are_untouched(&report);
}

#[test]
fn a_member_whose_role_never_answers_is_unread() {
    let report = scan(vec![on_entering(Effect::Hang)]);
    assert_eq!(report.accounts("unread"), 1);
    member_is_unknown(&report, "timeout");
    others_are_untouched(&report);
}

#[test]
fn a_member_that_only_breaks_connections_is_unknown() {
    let report = scan(vec![of_member(Effect::ConnectionReset)]);
    member_is_unknown(&report, "region_unreachable");
    others_are_untouched(&report);
}

#[test]
fn a_member_that_fails_does_not_use_up_the_others_retries() {
    let refused_once =
        Fault { first_attempts: Some(1), ..Fault::on("cloudtrail:*", Effect::Throttling) };
    let report = scan(vec![of_member(Effect::ServerError), refused_once]);
    member_is_unknown(&report, "service_error");
    others_are_untouched(&report);
}

#[test]
fn credentials_that_end_during_the_run_are_told_as_that() {
    let report = scan(vec![of_member(Effect::ExpiredToken)]);
    member_is_unknown(&report, "credentials_expired");
    others_are_untouched(&report);
}
