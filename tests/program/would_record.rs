//! `would-record`: from a snapshot and from a served organization, by its words, its JSON and its exit code.

use serde_json::Value;

use crate::organizations::{COVERED_MEMBER, REFUSING_MEMBER, small};
use crate::program::{Ended, Place};
use crate::served::Served;

/// The demo's question about a call in that account and region.
fn ask(place: &Place, account: &str, region: &str, more: &[&str]) -> Ended {
    let place_of_call = ["would-record", "run", "--account", account, "--region", region];
    place.program(&place_of_call).more(more).run()
}

#[test]
fn the_three_answers_have_codes_of_their_own() {
    let place = Place::with_demo();
    let object = ["--event", "s3:GetObject", "--resource", "arn:aws:s3:::some-bucket/key"];
    let yes = ask(&place, COVERED_MEMBER, "eu-west-1", &object).quietly(0).stdout;
    assert!(yes.starts_with("YES: kept by "), "{yes}");
    for words in ["acme-organization-trail", "of account 222233334444", "2587 days", "deletable"] {
        assert!(yes.contains(words), "{words}: {yes}");
    }
    // Of the log bucket itself the trail records no object events.
    let own = "arn:aws:s3:::acme-org-cloudtrail-222233334444/AWSLogs/x";
    let logs = ["--event", "s3:GetObject", "--resource", own];
    let no = ask(&place, COVERED_MEMBER, "eu-west-1", &logs).quietly(1).stdout;
    assert!(no.starts_with("NO: ") && no.contains("to have it kept:"), "{no}");
    for line in no.lines().filter(|line| line.contains("put-event-selectors")) {
        assert!(line.contains(":trail/"), "a store has no event selectors to put: {line}");
    }
    let unread = ask(&place, REFUSING_MEMBER, "eu-west-1", &object).quietly(3).stdout;
    assert!(unread.starts_with("CANNOT TELL: ") && unread.contains("not known"), "{unread}");
}

#[test]
fn the_json_answer_says_the_same_and_names_its_question() {
    let place = Place::with_demo();
    let flags = ["--event", "iam:CreateUser", "--format", "json"];
    let told = ask(&place, COVERED_MEMBER, "eu-west-1", &flags).quietly(0).stdout;
    let told: Value = serde_json::from_str(&told).unwrap();
    assert_eq!(told["schema"], "trailproof.would-record/1");
    assert_eq!(told["question"]["account_id"], COVERED_MEMBER);
    assert_eq!(told["answer"]["recorded"], "yes");
    // IAM is recorded in the partition's own region, whichever was called.
    assert_eq!(told["answer"]["regions"], serde_json::json!(["us-east-1"]));
}

#[test]
fn a_slip_of_the_pen_is_told_with_what_may_be_meant() {
    let place = Place::with_demo();
    let get = ["--event", "s3:GetObject"];
    ask(&place, "444455556667", "eu-west-1", &get).stopped(2, &["--account", COVERED_MEMBER]);
    ask(&place, COVERED_MEMBER, "eu-wst-1", &get).stopped(2, &["--region", "eu-west-1"]);
    ask(&place, COVERED_MEMBER, "eu-west-1", &["--event", "s3GetObject"])
        .stopped(2, &["--event", "s3:GetObject"]);
}

#[test]
fn without_a_snapshot_aws_is_asked_for_no_more_than_the_answer_needs() {
    let (place, served) = (Place::new(), Served::new(small()));
    let question = [
        "would-record",
        "--account",
        COVERED_MEMBER,
        "--region",
        "us-east-1",
        "--event",
        "cloudtrail:StopLogging",
        "--run-dir",
        "run",
    ];
    let ended = place.program(&question).at(&served).run().with(0);
    assert!(ended.stdout.starts_with("YES: "), "{ended:?}");
    let unneeded = ["LookupEvents", "GetAccountAuthorizationDetails", "ListTags", "GetKeyPolicy"];
    let called = served.calls().into_iter().map(|call| call.operation).collect::<Vec<_>>();
    assert!(!called.iter().any(|name| unneeded.contains(&name.as_str())), "{called:?}");
    // What was read answers again.
    assert_eq!(
        ask(&place, COVERED_MEMBER, "us-east-1", &["--event", "cloudtrail:StopLogging"]).stdout,
        ended.stdout
    );
}
