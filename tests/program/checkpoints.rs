//! Runs of `validate-logs` that start where another ended, or that know more than the bucket: checkpoints, snapshots,
//! moved objects, and what is made of their reports.

use std::fs;

use jiff::Timestamp;
use serde_json::{Value, json};
use trailproof_core::fixture::{self, MANAGEMENT, MEMBER, call, trail};
use trailproof_core::plan::Demand;
use trailproof_sim::{Description, Effect, Fault, Simulator};

use crate::chains::{InState, found, vectors};
use crate::program::{Ended, Place};
use crate::served::Served;
use crate::validates_bucket::description;

/// A mirror of the worked chains in one state.
fn mirror(state: &str) -> Place {
    let vectors = vectors();
    let place = Place::new();
    crate::validates_logs::lay_out(&vectors, state, &place);
    place
}

fn run(place: &Place, more: &[&str]) -> Ended {
    let command = ["validate-logs", "--dir", "mirror", "--bucket", "vectors"];
    let keys = ["--metadata", "metadata", "--keys", "keys.json", "--format", "json"];
    place.program(&command).more(&keys).more(more).run()
}

fn report(ended: &Ended) -> Value {
    serde_json::from_str(&ended.stdout).unwrap_or_else(|error| panic!("{error}: {ended:?}"))
}

const FIRST: [&str; 4] = ["--start", "2026-10-01T00:00:28Z", "--end", "2026-10-01T02:00:28Z"];
const REST: [&str; 2] = ["--end", "2026-10-01T04:00:28Z"];

/// A place with a checkpoint of the first two hours.
fn begun(state: &str) -> Place {
    let place = mirror(state);
    let ended = run(&place, &[&FIRST[..], &["--checkpoint-out", "one.json"]].concat());
    assert_eq!(ended.code, 0, "{ended:?}");
    place
}

fn go_on(place: &Place, more: &[&str]) -> Ended {
    run(place, &[&["--checkpoint", "one.json"], &REST[..], more].concat())
}

#[test]
fn a_run_goes_on_where_the_last_one_ended() {
    let place = begun("base");
    let ended = go_on(&place, &["--checkpoint-out", "two.json"]);
    let told = report(&ended);
    assert_eq!((ended.code, &told["verdict"]), (0, &"intact".into()), "{told}");
    assert_eq!(told["period"]["from"], "2026-10-01T02:00:28Z");
    assert_eq!(
        (&told["chains"][0]["hours_total"], &told["chains"][0]["hours_proved"]),
        (&2.into(), &2.into())
    );
    let hash = hex::encode(<sha2::Sha256 as sha2::Digest>::digest(place.read("one.json")));
    assert_eq!(told["checkpoint"]["sha256"], hash.as_str());
    let two: Value = serde_json::from_slice(&place.read("two.json")).unwrap();
    assert_eq!(two["heads"][0]["end"], "2026-10-01T04:00:28Z");
    assert_eq!(two["heads"][0], {
        let mut head = told["chains"][0]["head"].clone();
        for name in ["folder", "trail", "home_region"] {
            head[name] = told["chains"][0][name].clone();
        }
        head
    });
    // A time that is named holds, and the checkpoint is compared all the same.
    let whole = ["--start", "2026-10-01T00:00:28Z", "--checkpoint", "one.json"];
    let told = run(&place, &[&whole[..], &REST].concat());
    assert_eq!((told.code, &report(&told)["chains"][0]["hours_proved"]), (0, &4.into()));
}

#[test]
fn a_checkpoint_that_does_not_fit_is_a_finding() {
    let place = begun("base");
    let text = String::from_utf8(place.read("one.json")).unwrap();
    let one: Value = serde_json::from_str(&text).unwrap();
    let hash = one["heads"][0]["sha256"].as_str().unwrap();
    place.write("one.json", text.replace(hash, &"00".repeat(32)));
    let ended = go_on(&place, &[]);
    let kinds: Vec<String> = found(&report(&ended)).into_iter().map(|found| found.0).collect();
    assert_eq!((ended.code, kinds), (1, vec!["checkpoint_mismatch".to_owned()]));
    // Another chain of the same hours, signed by AWS's key.
    let other = begun("base");
    fs::copy(other.path("one.json"), place.path("one.json")).unwrap();
    assert_eq!(go_on(&place, &[]).code, 0);
    // Whatever it is of, all that is left of it is missing.
    fs::remove_dir_all(place.path("mirror/AWSLogs/111122223333/CloudTrail-Digest")).unwrap();
    fs::remove_dir_all(place.path("mirror/AWSLogs/111122223333/CloudTrail")).unwrap();
    fs::create_dir_all(place.path("mirror/AWSLogs/444455556666")).unwrap();
    let ended = go_on(&place, &[]);
    let told = report(&ended);
    assert_eq!((ended.code, &told["chains"][0]["hours_missing"]), (1, &2.into()), "{told}");
    assert_eq!(told["chains"][0]["trail"], "t");
}

#[test]
fn a_checkpoint_that_cannot_be_used_is_told_in_one_line() {
    let place = begun("base");
    place.write("none.json", "{}");
    let text = String::from_utf8(place.read("one.json")).unwrap();
    place.write(
        "other.json",
        text.replace("\"bucket\": \"vectors\",\n  \"period\"", "\"bucket\": \"x\",\n  \"period\""),
    );
    for (file, told) in [
        ("none.json", "--checkpoint: none.json: no checkpoint of validate-logs"),
        ("gone.json", "--checkpoint: gone.json: "),
        ("other.json", "--checkpoint: it is of the bucket x, and vectors is to be proved"),
    ] {
        run(&place, &[&["--checkpoint", file], &REST[..]].concat()).stopped(2, &[told]);
    }
    run(&place, &[]).stopped(2, &["--start or --period is expected, or a --checkpoint"]);
}

#[test]
fn a_package_holds_the_report_and_the_checkpoint_and_the_check_rests_on_them() {
    let place = mirror("base");
    let whole = ["--start", "2026-10-01T00:00:28Z", "--end", "2026-10-01T04:00:28Z"];
    let more = ["--format", "json=logs.json", "--checkpoint-out", "heads.json"];
    let command = ["validate-logs", "--dir", "mirror", "--bucket", "vectors"];
    let keys = ["--metadata", "metadata", "--keys", "keys.json"];
    place.program(&command).more(&keys).more(&whole).more(&more).run().quietly(0);
    place.write("snapshot.json", snapshot(&[]));
    let check = ["--check", "trail-digest-chain-valid", "--format", "json"];
    let judged = |more: &[&str], code| {
        let ended =
            place.program(&["assess", "snapshot.json"]).more(&check).more(more).run().with(code);
        let told = report(&ended);
        let finding = told["results"]
            .as_array()
            .unwrap()
            .iter()
            .find(|one| one["resource"].as_str().unwrap().ends_with("trail/t"));
        finding.unwrap().clone()
    };
    let unknown = judged(&[], 0);
    assert_eq!(
        (&unknown["status"], &unknown["reason"]),
        (&"unknown".into(), &"not_supplied".into())
    );
    assert_eq!(unknown["weight"], 0);
    let passed = judged(&["--logs", "logs.json"], 0);
    assert_eq!(passed["status"], "pass", "{passed}");
    let hash = hex::encode(<sha2::Sha256 as sha2::Digest>::digest(place.read("logs.json")));
    assert!(passed["evidence"].to_string().contains(&hash), "{passed}");
    let papers = ["--logs", "logs.json", "--checkpoint", "heads.json"];
    place.program(&["package", "snapshot.json", "-o", "package"]).more(&papers).run().quietly(0);
    place.run(&["verify", "package"]).quietly(0);
    assert_eq!(place.read("package/logs/vectors.json"), place.read("logs.json"));
    assert_eq!(place.read("package/logs/vectors.checkpoint.json"), place.read("heads.json"));
    let sums = String::from_utf8(place.read("package/SHA256SUMS")).unwrap();
    assert!(sums.contains(&format!("{hash}  logs/vectors.json")), "{sums}");
    let findings = String::from_utf8(place.read("package/findings.jsonl")).unwrap();
    let of_check = findings
        .lines()
        .find(|line| line.contains("trail-digest-chain-valid") && line.contains("trail/t"))
        .unwrap();
    assert!(of_check.contains("\"pass\""), "{of_check}");
    // Another run's heads, and no report at all.
    let first = [&FIRST[..], &["--checkpoint-out", "first.json"]].concat();
    run(&place, &first).with(0);
    let other = [
        "package",
        "snapshot.json",
        "-o",
        "p2",
        "--logs",
        "logs.json",
        "--checkpoint",
        "first.json",
    ];
    place
        .run(&other)
        .stopped(2, &["first.json does not keep the heads of a report that --logs names"]);
    let none = ["assess", "snapshot.json", "--logs", "snapshot.json"];
    place.run(&none).stopped(2, &["--logs: snapshot.json: no JSON report of validate-logs"]);
}

/// The account of the chains with its trail, and calls on it at these times.
fn snapshot(calls: &[(&str, &str)]) -> String {
    let mut world = fixture::organization().with(trail("t").but(|one| {
        one.owner = fixture::id(MEMBER);
        one.description.s3_bucket_name = Some("vectors".to_owned());
    }));
    for (name, time) in calls {
        let ago = world.now.duration_since(time.parse::<Timestamp>().unwrap()).as_mins();
        let mut event = call(ago, name, json!({ "name": "t" }));
        event.event_time = time.parse().unwrap();
        world = world.called((MEMBER, "us-east-1"), event);
    }
    let checks = trailproof_checks::CATALOGUE;
    serde_json::to_string(&world.snapshot(&Demand::of(checks))).unwrap()
}

#[test]
fn gaps_are_explained_by_the_calls_that_made_them() {
    let place = mirror("base-gap");
    let time = ["--start", "2026-09-30T22:00:28Z", "--end", "2026-10-01T04:00:28Z"];
    let gap = |ended: &Ended| {
        let told = report(ended);
        let findings = told["findings"].as_array().unwrap().clone();
        findings.into_iter().find(|one| one["kind"] == "gap").unwrap()
    };
    let stops = [("StopLogging", "2026-10-01T00:00:20Z"), ("StartLogging", "2026-10-01T02:00:28Z")];
    place.write("snapshot.json", snapshot(&stops));
    let told = run(&place, &[&time[..], &["--snapshot", "snapshot.json"]].concat());
    let explained = gap(&told);
    assert_eq!(told.code, 3, "{explained}");
    let names: Vec<&str> = explained["calls"]
        .as_array()
        .unwrap()
        .iter()
        .map(|call| call["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["StopLogging", "StartLogging"]);
    let detail = explained["detail"].as_str().unwrap();
    assert!(detail.contains("StopLogging at 2026-10-01T00:00:20Z by arn:aws:sts::111122223333:assumed-role/Ops/ann from 192.0.2.7"), "{detail}");
    // A history that reaches it and shows nothing says so.
    place.write("snapshot.json", snapshot(&[]));
    let told = gap(&run(&place, &[&time[..], &["--snapshot", "snapshot.json"]].concat()));
    assert!(told["detail"].as_str().unwrap().contains("shows no call that did it"), "{told}");
    assert!(told.get("calls").is_none());
}

#[test]
fn a_stop_that_history_tells_makes_missing_digests_a_gap_and_no_other_hour() {
    let place = mirror("base");
    // To six o'clock, two hours after the last digest.
    let time = ["--start", "2026-10-01T00:00:28Z", "--end", "2026-10-01T06:00:28Z"];
    let told = run(&place, &time);
    assert_eq!((told.code, &report(&told)["chains"][0]["hours_missing"]), (1, &2.into()));
    place.write("snapshot.json", snapshot(&[("StopLogging", "2026-10-01T04:00:30Z")]));
    let told = run(&place, &[&time[..], &["--snapshot", "snapshot.json"]].concat());
    let chain = &report(&told)["chains"][0];
    assert_eq!(
        (told.code, &chain["hours_missing"], &chain["hours_gap"]),
        (3, &0.into(), &2.into()),
        "{chain}"
    );
    // Stopped an hour later: the digest of that hour was there, and is not.
    place.write("snapshot.json", snapshot(&[("StopLogging", "2026-10-01T05:00:30Z")]));
    let told = run(&place, &[&time[..], &["--snapshot", "snapshot.json"]].concat());
    let chain = &report(&told)["chains"][0];
    assert_eq!(
        (told.code, &chain["hours_missing"], &chain["hours_gap"]),
        (1, &1.into(), &1.into()),
        "{chain}"
    );
}

/// All the time that a history covers, looked back at from a day that leaves nothing to come.
fn whole_time<'s>(state: &'s InState<'_>) -> [&'s str; 7] {
    let (start, end) = &state.base.range;
    ["--start", start, "--end", end, "--as-of", "2026-10-20", "--quiet"]
}

#[test]
fn objects_that_were_moved_are_read_where_they_lie() {
    let vectors = vectors();
    let state = vectors.in_state("base");
    let mut description = description(&vectors, &state);
    description["accounts"][0]["buckets"][0]["name"] = "moved".into();
    let served = Served::new(Description::from_json(&description.to_string()).unwrap());
    let place = Place::new();
    let time = whole_time(&state);
    let run = |more: &[&str]| {
        let command = ["validate-logs", "--region", "us-east-1", "--format", "json"];
        place.program(&command).more(&time).more(more).at(&served).run()
    };
    let told = run(&["--bucket", "vectors", "--map-bucket", "vectors=moved"]);
    assert_eq!(told.code, 0, "{told:?}");
    assert_eq!(report(&told)["source"]["moved"], json!({ "vectors": "moved" }));
    // Without being told, they are not where they were written to.
    let told = report(&run(&["--bucket", "moved"]));
    assert!(told["findings"].to_string().contains("digest_moved"), "{told}");
    run(&["--bucket", "vectors", "--map-bucket", "vectors"])
        .stopped(2, &["--map-bucket: \"vectors\" is not OLD=NEW"]);
}

#[test]
fn each_account_of_the_organization_must_have_a_chain() {
    let vectors = vectors();
    let state = vectors.in_state("base");
    let mut description = description(&vectors, &state);
    description["organization"] =
        json!({ "id": "o-abc1234567", "management_account": "111122223333" });
    description["accounts"][0]["trails"][0]["IsOrganizationTrail"] = true.into();
    let accounts = description["accounts"].as_array_mut().unwrap();
    accounts.push(json!({ "id": "444455556666", "name": "member", "email": "member@example.com" }));
    let description = Description::from_json(&description.to_string()).unwrap();
    let run = |served: &Served| {
        let time = whole_time(&state);
        let command = ["validate-logs", "--org", "--region", "us-east-1", "--format", "json"];
        Place::new().program(&command).more(&time).at(served).run()
    };
    let told = run(&Served::new(description.clone()));
    let chains = report(&told)["chains"].clone();
    let of: Vec<(&str, &str)> = chains
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["account_id"].as_str().unwrap(), one["region"].as_str().unwrap()))
        .collect();
    let expected = ["111122223333", "444455556666"]
        .into_iter()
        .flat_map(|id| [(id, "eu-west-1"), (id, "us-east-1")]);
    assert_eq!((told.code, of), (1, expected.collect::<Vec<_>>()), "{told:?}");
    assert!(chains.as_array().unwrap().iter().all(|one| one["hours_missing"] == 4), "{chains}");
    // Who belongs to it could not be learnt: then nobody knows whether a chain is missing.
    let fault: Fault = serde_json::from_value(
        json!({ "operation": "organizations:ListAccounts", "effect": Effect::AccessDenied.name() }),
    )
    .unwrap();
    let told = run(&Served::of(Simulator::new(description).with_fault(fault)));
    assert!(report(&told)["unread"].to_string().contains("accounts and regions"), "{told:?}");
    let _ = MANAGEMENT;
}
