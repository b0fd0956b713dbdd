//! `would-alert`: from a snapshot and from a served organization, by name and by record, by its words and exit codes.

use serde_json::{Value, json};

use crate::organizations::{COVERED_MEMBER, small};
use crate::program::{Ended, Place};
use crate::served::Served;

fn ask(place: &Place, event: &str, region: &str) -> Ended {
    place.run(&["would-alert", event, "run", "--account", COVERED_MEMBER, "--region", region])
}

#[test]
fn the_demo_has_a_chain_that_holds_and_one_for_each_way_to_break() {
    let place = Place::with_demo();
    let yes = ask(&place, "cloudtrail:StopLogging", "us-east-1").quietly(0).stdout;
    assert!(yes.starts_with("YES: told by filter TrailChanges, alarm trail-changes"), "{yes}");
    assert!(yes.contains("notification  holds"), "{yes}");
    for (event, word, link) in [
        ("iam:AttachUserPolicy", "muted", "notification  broken"),
        ("kms:DisableKey", "confirmed a subscription", "notification  broken"),
        ("ec2:CreateSecurityGroup", "leave some", "filter        broken"),
        ("ec2:CreateVpc", "the filters leave", "filter        broken"),
    ] {
        let no = ask(&place, event, "us-east-1").quietly(1).stdout;
        assert!(no.starts_with("NO: ") && no.contains(word) && no.contains(link), "{event}: {no}");
    }
    // A scan asks every region for the rules on its event bus, so that a snapshot tells of each.
    let elsewhere = ask(&place, "kms:DisableKey", "eu-west-1").quietly(1).stdout;
    assert!(elsewhere.contains("confirmed a subscription"), "{elsewhere}");
}

#[test]
fn one_record_is_asked_about_from_a_file() {
    let place = Place::with_demo();
    let record = |kind: &str| {
        json!({
            "eventSource": "ec2.amazonaws.com", "eventName": "CreateSecurityGroup",
            "readOnly": false, "userIdentity": { "type": kind }, "awsRegion": "us-east-1",
            "recipientAccountId": COVERED_MEMBER,
        })
    };
    place.write("user.json", record("IAMUser").to_string());
    place.write("role.json", json!({ "Records": [record("AssumedRole")] }).to_string());
    let told = place.run(&["would-alert", "user.json", "run", "--format", "json"]).quietly(0);
    let told: Value = serde_json::from_str(&told.stdout).unwrap();
    assert_eq!(told["schema"], "trailproof.would-alert/1");
    assert_eq!(told["answer"]["alerted"], "yes");
    place.run(&["would-alert", "role.json", "run"]).quietly(1);
    place.run(&["would-alert", "no.json", "run"]).stopped(2, &["no.json", "SERVICE:NAME"]);
}

#[test]
fn without_a_snapshot_aws_is_asked() {
    let (place, served) = (Place::new(), Served::new(small()));
    let question = [
        "would-alert",
        "cloudtrail:StopLogging",
        "--account",
        COVERED_MEMBER,
        "--region",
        "us-east-1",
        "--run-dir",
        "run",
    ];
    let ended = place.program(&question).at(&served).run().with(0);
    assert!(ended.stdout.starts_with("YES: told by filter TrailChanges"), "{ended:?}");
}
