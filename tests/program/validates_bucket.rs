//! `validate-logs` over a bucket itself: the worked chains in the served simulator, with the keys that it lists.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use trailproof_sim::{Description, Effect, Fault, Simulator};

use crate::chains::{InState, Vectors, code, expected, found, vectors};
use crate::program::{Ended, Place};
use crate::served::Served;

const TRAIL: &str = "arn:aws:cloudtrail:us-east-1:111122223333:trail/t";

/// The account of the chains, with its trail, its bucket and what lies in it.
pub fn description(vectors: &Vectors, state: &InState<'_>) -> Value {
    let objects: Vec<Value> = state
        .objects
        .iter()
        .map(|(key, object)| {
            let of = |name: &str| object.metadata.as_ref().and_then(|all| all.get(name)).cloned();
            let mut stored = json!({ "key": key, "body": object.gz_base64 });
            for (member, name) in [
                ("signature", "signature"),
                ("signature_algorithm", "signature-algorithm"),
                ("backfill_generation_timestamp", "backfill-generation-timestamp"),
            ] {
                if let Some(value) = of(name).or(of(&format!("x-amz-meta-{name}"))) {
                    stored[member] = value;
                }
            }
            stored
        })
        .collect();
    let keys: Vec<Value> = state.public_keys["us-east-1"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|key| {
            json!({
                "fingerprint": key["Fingerprint"],
                "value": key["Value"],
                "from": "2026-09-01T00:00:00Z",
                "to": "2026-11-01T00:00:00Z",
            })
        })
        .collect();
    let now = jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    json!({
        "now": now,
        "default_regions": ["us-east-1", "eu-west-1"],
        "public_keys": { "us-east-1": keys },
        "accounts": [{
            "id": "111122223333",
            "name": "logs",
            "email": "logs@example.com",
            "trails": [{
                "Name": "t",
                "HomeRegion": "us-east-1",
                "S3BucketName": vectors.bucket,
                "IsMultiRegionTrail": true,
                "LogFileValidationEnabled": true,
            }],
            "buckets": [{ "name": vectors.bucket, "region": "us-east-1", "objects": objects }],
        }],
    })
}

fn served(description: &Value) -> Served {
    Served::new(Description::from_json(&description.to_string()).unwrap())
}

fn run(served: &Served, place: &Place, (state, more): (&InState<'_>, &[&str])) -> Ended {
    let (start, end) = (state.base.range.0.as_str(), state.base.range.1.as_str());
    let time = ["--start", start, "--end", end, "--as-of", "2026-10-20", "--quiet"];
    let command = ["validate-logs", "--region", "us-east-1", "--format", "json"];
    place.program(&command).more(&time).more(more).at(served).run()
}

fn report(ended: &Ended) -> Value {
    serde_json::from_str(&ended.stdout).unwrap_or_else(|error| panic!("{error}: {ended:?}"))
}

#[test]
fn every_state_of_the_worked_chains_is_told_from_the_bucket_and_the_keys_of_its_region() {
    let vectors = vectors();
    for name in vectors.names() {
        let state = vectors.in_state(name);
        let served = served(&description(&vectors, &state));
        let ended = run(&served, &Place::new(), (&state, &["--trail", TRAIL]));
        let strict = expected(state.strict);
        assert_eq!((ended.code, found(&report(&ended))), (code(&strict), strict), "{name}");
        assert_eq!(ended.stderr, "", "{name}");
        served.calls();
    }
}

#[test]
fn the_bucket_alone_is_enough_and_needs_no_trail() {
    let vectors = vectors();
    let state = vectors.in_state("base");
    let served = served(&description(&vectors, &state));
    let ended = run(&served, &Place::new(), (&state, &["--bucket", "vectors"]));
    let told = report(&ended);
    assert_eq!((ended.code, &told["verdict"]), (0, &"intact".into()));
    assert_eq!(told["source"], json!({ "bucket": "vectors", "mirror": null }));
    let chain = &told["chains"][0];
    assert_eq!((&chain["trail"], &chain["hours_proved"]), (&"t".into(), &4.into()));
    // Each object is read once, and no folder is listed that is not there.
    let calls = served.calls();
    let of =
        |operation: &str| calls.iter().filter(|call| call.operation.ends_with(operation)).count();
    assert_eq!(of("GetObject"), state.objects.len());
    assert_eq!(of("ListPublicKeys"), 1);
    assert!(of("ListObjectsV2") < 12, "{calls:?}");
}

#[test]
fn a_refused_object_is_unverified_and_stops_nothing() {
    let vectors = vectors();
    let state = vectors.in_state("base");
    let mut description = description(&vectors, &state);
    let objects = description["accounts"][0]["buckets"][0]["objects"].as_array_mut().unwrap();
    let log =
        objects.iter_mut().find(|one| !one["key"].as_str().unwrap().contains("-Digest/")).unwrap();
    log["read_denied"] = true.into();
    let key = log["key"].clone();
    let served = served(&description);
    let ended = run(&served, &Place::new(), (&state, &["--trail", TRAIL]));
    let told = report(&ended);
    assert_eq!(ended.code, 3, "{told}");
    let findings = told["findings"].as_array().unwrap();
    assert_eq!(findings.len(), 1);
    assert_eq!((&findings[0]["kind"], &findings[0]["key"]), (&"object_unverified".into(), &key));
    assert!(findings[0]["detail"].as_str().unwrap().contains("AccessDenied"), "{told}");
    let logs = &told["chains"][0]["logs"];
    assert_eq!((&logs["valid"], &logs["unverified"]), (&5.into(), &1.into()));
}

/// S3 answers AccessDenied for what the object's key refuses, too: the report tells the two apart.
#[test]
fn an_object_whose_key_refuses_to_decrypt_is_unverified_with_that_cause() {
    let vectors = vectors();
    let state = vectors.in_state("base");
    let mut description = description(&vectors, &state);
    let objects = description["accounts"][0]["buckets"][0]["objects"].as_array_mut().unwrap();
    let key = "arn:aws:kms:us-east-1:111122223333:key/1b2c3d4e-0000-4000-8000-000000000001";
    let logs = objects.iter_mut().filter(|one| !one["key"].as_str().unwrap().contains("-Digest/"));
    logs.take(2).for_each(|log| log["decrypt_denied"] = key.into());
    let served = served(&description);
    let ended = run(&served, &Place::new(), (&state, &["--trail", TRAIL]));
    let told = report(&ended);
    assert_eq!(ended.code, 3, "{told}");
    let findings = told["findings"].as_array().unwrap();
    assert_eq!(findings.len(), 2, "{told}");
    for finding in findings {
        assert_eq!(
            (&finding["kind"], &finding["severity"]),
            (&"object_unverified".into(), &"warning".into())
        );
        let detail = finding["detail"].as_str().unwrap();
        assert!(detail.contains("its key refuses kms:Decrypt: AccessDenied"), "{detail}");
        assert!(detail.contains(key), "{detail}");
    }
    let logs = &told["chains"][0]["logs"];
    assert_eq!((&logs["valid"], &logs["unverified"]), (&4.into(), &2.into()));
}

fn fault(operation: &str, effect: Effect) -> Fault {
    serde_json::from_value(json!({ "operation": operation, "effect": effect.name() })).unwrap()
}

#[test]
fn keys_that_cannot_be_listed_prove_nothing_and_accuse_nobody() {
    let vectors = vectors();
    let state = vectors.in_state("base");
    let description = Description::from_json(&description(&vectors, &state).to_string()).unwrap();
    let fault = fault("cloudtrail:ListPublicKeys", Effect::AccessDenied);
    let served = Served::of(Simulator::new(description).with_fault(fault));
    let ended = run(&served, &Place::new(), (&state, &["--trail", TRAIL]));
    let told = report(&ended);
    assert_eq!(ended.code, 3, "{told}");
    let kinds: BTreeSet<&str> = told["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["kind"].as_str().unwrap())
        .collect();
    assert_eq!(kinds, BTreeSet::from(["object_unverified"]), "{told}");
    // Keys of a file are enough.
    let place = Place::new();
    place.write("keys.json", state.public_keys.to_string());
    let ended = run(&served, &place, (&state, &["--trail", TRAIL, "--keys", "keys.json"]));
    assert_eq!(ended.code, 0, "{ended:?}");
}

#[test]
fn a_run_that_cannot_begin_says_why() {
    let vectors = vectors();
    let state = vectors.in_state("base");
    let served = served(&description(&vectors, &state));
    let place = Place::new();
    let told = |more: &[&str], code: i32, says: &str| {
        run(&served, &place, (&state, more)).stopped(code, &[says]);
    };
    told(&["--bucket", "elsewhere"], 4, "cannot list s3://elsewhere/: NoSuchBucket");
    told(&["--org"], 4, "no organization trail is seen here; name its bucket with --bucket");
    let other = "arn:aws:cloudtrail:us-east-1:111122223333:trail/other";
    told(&["--trail", other], 4, "no such trail is seen here");
}

#[test]
fn a_run_goes_on_where_it_was() {
    let vectors = vectors();
    let state = vectors.in_state("base");
    let served = served(&description(&vectors, &state));
    let place = Place::new();
    let first = run(&served, &place, (&state, &["--trail", TRAIL, "--run-dir", "run"]));
    assert_eq!(first.code, 0);
    let read = || {
        let calls = served.calls();
        calls.iter().filter(|call| call.operation.ends_with("GetObject")).count()
    };
    let before = read();
    let again = [
        "validate-logs",
        "--region",
        "us-east-1",
        "--format",
        "json",
        "--resume",
        "run",
        "--quiet",
    ];
    let resumed = place.program(&again).at(&served).run().quietly(0);
    assert_eq!(report(&resumed), report(&first));
    assert_eq!(read(), before);
    // Half a line, as a killed run leaves it.
    let lines = String::from_utf8(place.read("run/folders.jsonl")).unwrap();
    place.write("run/folders.jsonl", &lines[..lines.len() / 2]);
    let resumed = place.program(&again).at(&served).run().quietly(0);
    assert_eq!(report(&resumed), report(&first));
    assert_eq!(read(), 2 * before);
}
