//! `events` over log files of our own, signed as CloudTrail signs: who was behind a session, across accounts, and as a
//! table.

use std::collections::BTreeMap;
use std::fs;

use jiff::{SignedDuration, Timestamp};
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::RowAccessor;
use serde_json::{Value, json};
use trailproof_digest::{DigestKey, Folder, LogKey, Metadata, Sha256};

use crate::program::{Ended, Place};
use support::forge::{History, TestKey, gzip};
use support::{Bucket, Object};

#[path = "../../crates/digest/tests/support/mod.rs"]
mod support;

const CALLER: &str = "111122223333";
const TARGET: &str = "222233334444";
const ALICE: &str = "arn:aws:iam::111122223333:user/alice";

/// The hour of one account from then on, its only one, with these events in one log file.
fn hour(history: &mut History, (account, from): (&str, &str), events: &[Value]) {
    let folder = Folder {
        prefix: String::new(),
        organization: None,
        account: account.to_owned(),
        region: "us-east-1".to_owned(),
    };
    let from: Timestamp = from.parse().unwrap();
    let to = from + SignedDuration::from_hours(1);
    let log = LogKey {
        folder: folder.clone(),
        kind: "CloudTrail".to_owned(),
        delivered: from + SignedDuration::from_mins(20),
        unique: "ABCDEFGHIJKLMNOP".to_owned(),
    }
    .to_string();
    let text = json!({ "Records": events }).to_string();
    history.bucket.put(&log, gzip(text.as_bytes()), Metadata::Known(BTreeMap::new()));
    let (trail, home_region) = ("t".to_owned(), "us-east-1".to_owned());
    let key = DigestKey { folder, trail, home_region, end: to, backfill: false }.to_string();
    let document = json!({
        "awsAccountId": account, "digestStartTime": from.to_string(), "digestEndTime": to.to_string(),
        "digestS3Bucket": "logs", "digestS3Object": key,
        "digestPublicKeyFingerprint": history.keys[0].fingerprint(), "digestSignatureAlgorithm": "SHA256withRSA",
        "previousDigestS3Bucket": null, "previousDigestS3Object": null, "previousDigestHashValue": null,
        "previousDigestHashAlgorithm": null, "previousDigestSignature": null,
        "logFiles": [{
            "s3Bucket": "logs", "s3Object": log, "hashAlgorithm": "SHA-256",
            "hashValue": Sha256::of(text.as_bytes()).to_string(),
        }],
    });
    history.write(&key, &document, 0);
}

/// Alice assumes a role of another account, does something there that works and something that does not; the root
/// user signs in at the console.
fn place() -> Place {
    laid_out(["2026-10-01T00:00:28Z"; 2])
}

/// The same, where the hours of the two accounts begin then.
fn laid_out([first, second]: [&str; 2]) -> Place {
    let bucket = Bucket { name: "logs".to_owned(), ..Bucket::default() };
    let mut history = History::begin(support::folder(CALLER, "us-east-1"), "t", bucket);
    let alice = json!({ "type": "IAMUser", "arn": ALICE, "userName": "alice", "accountId": CALLER, "accessKeyId": "AKIAALICE" });
    let stranger = json!({ "type": "AWSAccount", "principalId": "AIDAALICE", "accountId": CALLER });
    let assume = |id: &str, account: &str, identity: Value| {
        json!({
            "eventID": id, "eventTime": "2026-10-01T00:10:00Z", "eventSource": "sts.amazonaws.com", "eventName": "AssumeRole",
            "recipientAccountId": account, "userIdentity": identity, "sharedEventID": "shared-1", "readOnly": true,
            "responseElements": { "credentials": { "accessKeyId": "ASIASESSION" } },
        })
    };
    let session = json!({
        "type": "AssumedRole", "accountId": TARGET, "accessKeyId": "ASIASESSION",
        "arn": "arn:aws:sts::222233334444:assumed-role/admin/bob",
        "sessionContext": { "sessionIssuer": { "type": "Role", "arn": "arn:aws:iam::222233334444:role/admin" } },
    });
    let call = |id: &str, name: &str, identity: &Value, error: Option<&str>| {
        let mut event = json!({
            "eventID": id, "eventTime": "2026-10-01T00:11:00Z", "eventSource": "s3.amazonaws.com", "eventName": name,
            "awsRegion": "us-east-1", "recipientAccountId": TARGET, "userIdentity": identity, "readOnly": false,
            "requestParameters": { "bucketName": "b" },
        });
        if let Some(error) = error {
            event["errorCode"] = error.into();
        }
        event
    };
    let root = json!({ "type": "Root", "arn": "arn:aws:iam::222233334444:root", "accountId": TARGET, "accessKeyId": "ASIAROOT" });
    hour(&mut history, (CALLER, first), &[assume("a-1", CALLER, alice)]);
    hour(
        &mut history,
        (TARGET, second),
        &[
            assume("a-2", TARGET, stranger),
            call("c-1", "DeleteBucket", &session, None),
            call("c-2", "PutObject", &session, Some("AccessDenied")),
            call("c-3", "GetObject", &root, None),
        ],
    );
    let place = Place::new();
    for (key, object) in &history.bucket.objects {
        let Object::There { bytes, metadata } = object else { panic!("all are there") };
        let path = place.path("mirror").join(key);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
        if let Metadata::Known(all) = metadata {
            let path = place.path("metadata").join(format!("{key}.json"));
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, serde_json::to_vec(all).unwrap()).unwrap();
        }
    }
    let key: &TestKey = &history.keys[0];
    let keys = json!({ "us-east-1": [{
        "Fingerprint": key.fingerprint(), "Value": key.public(),
        "ValidityStartTime": 1.7e9, "ValidityEndTime": "2027-01-01T00:00:00Z",
    }] });
    place.write("keys.json", keys.to_string());
    place
}

fn run(place: &Place, more: &[&str]) -> Ended {
    run_of(place, ["2026-10-01T00:00:28Z", "2026-10-01T01:00:28Z"], more)
}

/// The same of another time.
fn run_of(place: &Place, [start, end]: [&str; 2], more: &[&str]) -> Ended {
    let command = ["events", "--dir", "mirror", "--bucket", "logs", "--metadata", "metadata"];
    let time = ["--keys", "keys.json", "--start", start, "--end", end];
    place.program(&command).more(&time).more(more).run()
}

#[test]
fn the_principal_behind_a_session_is_told_across_accounts_and_how_it_is_known() {
    let place = place();
    let told = run(&place, &["--who"]).quietly(0).stdout;
    let lines: Vec<Vec<&str>> = told.lines().map(|line| line.split('\t').collect()).collect();
    assert_eq!(lines[0][8..], ["errorCode", "who", "whoBy", "whoHow"]);
    let of = |name: &str| lines.iter().find(|line| line[3] == name).unwrap();
    let deleted = of("DeleteBucket");
    assert_eq!(deleted[8..11], ["", ALICE, "assume_role_event"], "{deleted:?}");
    assert!(deleted[11].contains("a-1"), "{deleted:?}");
    assert_eq!(of("PutObject")[8..11], ["AccessDenied", ALICE, "assume_role_event"]);
    assert_eq!(of("GetObject")[10], "root_console_session");
    // As lines, the record stays as it is.
    let lines =
        run(&place, &["--who", "--format", "jsonl", "--event", "DeleteBucket"]).quietly(0).stdout;
    let record: Value = serde_json::from_str(lines.trim_end()).unwrap();
    assert_eq!((&record["eventID"], &record["trailproof"]["who"]), (&"c-1".into(), &ALICE.into()));
    // Without the caller's account, no more is known than which one it was.
    let alone =
        run(&place, &["--who", "--accounts", TARGET, "--event", "DeleteBucket"]).quietly(0).stdout;
    assert!(alone.contains("AIDAALICE of account 111122223333\tassume_role_event"), "{alone}");
}

#[test]
fn a_session_that_began_before_the_time_is_told_twelve_hours_back() {
    for (began, known) in [("2026-10-01T00:00:28Z", true), ("2026-09-30T11:00:28Z", false)] {
        let place = laid_out([began, "2026-10-01T12:00:28Z"]);
        let later = ["2026-10-01T12:00:28Z", "2026-10-01T13:00:28Z"];
        // Nothing proves the caller's account in that hour.
        let ended = run_of(&place, later, &["--who"]).with(1);
        let by: Vec<&str> =
            ended.stdout.lines().map(|line| line.split('\t').nth(9).unwrap()).collect();
        let who = if known { ALICE } else { "AIDAALICE of account 111122223333" };
        assert_eq!(
            by,
            ["who", "AIDAALICE", who, who, "arn:aws:iam::222233334444:root"],
            "{ended:?}"
        );
    }
}

#[test]
fn the_documentation_shows_what_is_printed_of_these_events() {
    let told = run(&place(), &["--who", "--source", "s3.amazonaws.com"]).quietly(0).stdout;
    let cut = told.lines().map(|line| {
        let cells: Vec<&str> = line.split('\t').collect();
        [&cells[3..4], &cells[8..]].concat().join("\t")
    });
    let shown = cut.collect::<Vec<_>>().join("\n");
    assert!(shown.lines().count() == 4, "{shown}");
    assert!(include_str!("../../docs/validate-logs.md").contains(&shown), "{shown}");
}

#[test]
fn events_that_did_not_happen_are_told_apart() {
    let place = place();
    let names = |more: &[&str]| -> Vec<String> {
        let told = run(&place, more).quietly(0).stdout;
        told.lines().skip(1).map(|line| line.split('\t').nth(3).unwrap().to_owned()).collect()
    };
    assert_eq!(names(&["--failed"]), ["PutObject"]);
    assert_eq!(
        names(&["--succeeded", "--source", "s3.amazonaws.com"]),
        ["DeleteBucket", "GetObject"]
    );
    let told = run(&place, &["--outcome"]).quietly(0).stdout;
    assert!(told.lines().next().unwrap().ends_with("requestParameters\terrorCode"), "{told}");
    assert!(told.lines().any(|line| line.ends_with("\tAccessDenied")), "{told}");
    run(&place, &["--failed", "--succeeded"]).with(2);
}

#[test]
fn a_table_holds_the_same_events() {
    let place = place();
    let told =
        run(&place, &["--format", "parquet", "--output", "events.parquet", "--who"]).quietly(0);
    assert_eq!(told.stdout, "");
    let file = fs::File::open(place.path("events.parquet")).unwrap();
    let reader = SerializedFileReader::new(file).unwrap();
    let names: Vec<String> = reader
        .metadata()
        .file_metadata()
        .schema()
        .get_fields()
        .iter()
        .map(|field| field.name().to_owned())
        .collect();
    let at = |name: &str| names.iter().position(|one| one == name).unwrap();
    let rows: Vec<_> = reader.get_row_iter(None).unwrap().map(Result::unwrap).collect();
    let lines = run(&place, &["--format", "jsonl"]).quietly(0).stdout;
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(rows.len(), lines.len());
    for (row, line) in rows.iter().zip(&lines) {
        for name in ["eventID", "eventName", "eventSource", "recipientAccountId"] {
            assert_eq!(row.get_string(at(name)).unwrap(), line[name].as_str().unwrap());
        }
        assert_eq!(
            row.get_string(at("errorCode")).ok().map(String::as_str),
            line["errorCode"].as_str()
        );
        let time: jiff::Timestamp = line["eventTime"].as_str().unwrap().parse().unwrap();
        assert_eq!(row.get_timestamp_millis(at("eventTime")).unwrap(), time.as_millisecond());
    }
    let deleted =
        rows.iter().find(|row| row.get_string(at("eventName")).unwrap() == "DeleteBucket").unwrap();
    assert_eq!(deleted.get_string(at("who")).unwrap(), ALICE);
    assert_eq!(deleted.get_string(at("whoBy")).unwrap(), "assume_role_event");
    assert_eq!(deleted.get_string(at("requestParameters")).unwrap(), r#"{"bucketName":"b"}"#);
    let again = ["--format", "parquet", "--output", "events.parquet"];
    run(&place, &again).stopped(2, &["events.parquet exists; --force overwrites it"]);
    run(&place, &[&again[..], &["--force"]].concat()).quietly(0);
}
