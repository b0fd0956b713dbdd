//! `validate-logs` over copies of buckets: every state of the worked chains, laid out as files.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::chains::{
    Base, Found, InState, Object, Strict, Vectors, code, expected, found, vectors,
};
use crate::program::{Ended, Place};

fn put(root: &Path, key: &str, bytes: &[u8]) {
    let path = root.join(key);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

/// A state as files: `mirror`, `metadata` and `keys.json`.
struct State<'a> {
    place: Place,
    bucket: &'a str,
    base: &'a Base,
    strict: &'a [Strict],
}

/// Lays a state out as files: `mirror`, `metadata` and `keys.json`.
pub fn lay_out<'a>(vectors: &'a Vectors, name: &str, place: &Place) -> InState<'a> {
    let state = vectors.in_state(name);
    let (mirror, metadata) = (place.path("mirror"), place.path("metadata"));
    fs::create_dir(&metadata).unwrap();
    for (key, object) in &state.objects {
        put(&mirror, key, &STANDARD.decode(&object.gz_base64).unwrap());
        if let Some(value) = &object.metadata {
            put(&metadata, &format!("{key}.json"), value.to_string().as_bytes());
        }
    }
    place.write("keys.json", state.public_keys.to_string());
    state
}

fn state<'a>(vectors: &'a Vectors, name: &str) -> State<'a> {
    let place = Place::new();
    let InState { base, strict, .. } = lay_out(vectors, name, &place);
    State { place, bucket: &vectors.bucket, base, strict }
}

impl State<'_> {
    fn run(&self, more: &[&str]) -> Ended {
        let (start, end) = (self.base.range.0.as_str(), self.base.range.1.as_str());
        let command = ["validate-logs", "--dir", "mirror", "--bucket", self.bucket];
        let time = ["--keys", "keys.json", "--start", start, "--end", end];
        self.place.program(&command).more(&time).more(more).run()
    }

    fn report(&self, more: &[&str]) -> (i32, Value) {
        let ended = self.run(&[&["--format", "json"], more].concat());
        let report = serde_json::from_str(&ended.stdout)
            .unwrap_or_else(|error| panic!("{error}: {ended:?}"));
        (ended.code, report)
    }

    fn path(&self, key: &str) -> std::path::PathBuf {
        self.place.path("mirror").join(key)
    }

    fn log(&self) -> String {
        let is_log = |object: &&Object| !object.key.contains("CloudTrail-Digest");
        self.base.objects.iter().find(is_log).unwrap().key.clone()
    }
}

fn kinds(report: &Value) -> BTreeSet<String> {
    found(report).into_iter().map(|(kind, _, _)| kind).collect()
}

const METADATA: [&str; 2] = ["--metadata", "metadata"];

#[test]
fn every_state_of_the_worked_chains_gives_its_findings_and_its_exit_code() {
    let vectors = vectors();
    let schema = serde_json::from_str(trailproof_reports::logs::SCHEMA_DOCUMENT).unwrap();
    let schema = jsonschema::validator_for(&schema).unwrap();
    let trail = ["--trail", "arn:aws:cloudtrail:us-east-1:111122223333:trail/t"];
    for name in vectors.names() {
        let state = self::state(&vectors, name);
        let strict = expected(state.strict);
        let code = code(&strict);
        let (ended, report) = state.report(&[METADATA, trail].concat());
        assert_eq!((ended, found(&report)), (code, strict.clone()), "{name}");
        assert!(schema.is_valid(&report), "{name}");
        // Without being told the trail: where no digest is left, nothing tells how they were called.
        let (ended, report) = state.report(&METADATA);
        let known = |found: Found| -> BTreeSet<_> {
            let blank = name == "delete-all-digests";
            found
                .into_iter()
                .map(|(kind, severity, key)| (kind, severity, key.filter(|_| !blank)))
                .collect()
        };
        assert_eq!((ended, known(found(&report))), (code, known(strict)), "{name}");
    }
}

#[test]
fn a_lost_signature_is_restored_by_the_digest_that_follows() {
    let vectors = vectors();
    let state = self::state(&vectors, "base");
    // The newest digest's and the backfill's signatures are nowhere but in the metadata.
    let (code, report) = state.report(&[]);
    assert_eq!(code, 3, "{report}");
    assert_eq!(kinds(&report), BTreeSet::from(["digest_unverifiable_no_metadata".to_owned()]));
    let chain = &report["chains"][0];
    let hours = ["hours_total", "hours_proved", "hours_missing"].map(|name| chain[name].as_u64());
    assert!(hours[1] >= Some(2) && hours[0] == Some(4) && hours[2] == Some(0), "{chain}");
}

#[test]
fn a_digest_or_log_that_cannot_be_read_is_unverified_and_stops_nothing() {
    let vectors = vectors();
    let state = self::state(&vectors, "base");
    let path = state.path(&state.log());
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    let (code, report) = state.report(&METADATA);
    assert_eq!(code, 3, "{report}");
    assert_eq!(kinds(&report), BTreeSet::from(["object_unverified".to_owned()]));
    let chain = &report["chains"][0];
    assert_eq!((&chain["logs"]["valid"], &chain["logs"]["unverified"]), (&5.into(), &1.into()));
    assert_eq!(chain["hours_unverified"], 1);
}

#[test]
fn chosen_damage_is_told_in_every_format() {
    let vectors = vectors();
    let state = self::state(&vectors, "append-member-log");
    let told = state.run(&METADATA).quietly(1).stdout;
    assert!(told.starts_with("BROKEN · 1 chain · 3 of 4 hours proved · 1 broken"), "{told}");
    assert!(told.contains("log_trailing_data 111122223333 us-east-1"), "{told}");
    let formats = ["--format", "junit=out.xml", "--format", "json=out.json"];
    state.run(&[&METADATA[..], &formats].concat()).quietly(1);
    let junit = String::from_utf8(state.place.read("out.xml")).unwrap();
    assert!(junit.contains("failures=\"1\"") && junit.contains("log_trailing_data"), "{junit}");
    let json: Value = serde_json::from_slice(&state.place.read("out.json")).unwrap();
    assert_eq!(json["verdict"], "broken");
    state.run(&formats).stopped(2, &["out.xml exists; --force overwrites it"]);
}

#[test]
fn what_is_not_there_is_no_success() {
    let vectors = vectors();
    let state = self::state(&vectors, "base");
    // A region and an account that were asked for by name and hold nothing.
    let (code, report) =
        state.report(&[&METADATA[..], &["--regions", "us-east-1,eu-west-1"]].concat());
    assert_eq!((code, report["chains"].as_array().unwrap().len()), (1, 2), "{report}");
    assert_eq!(report["chains"][0]["region"], "eu-west-1");
    assert_eq!(
        (&report["chains"][0]["hours_missing"], &report["chains"][1]["hours_proved"]),
        (&4.into(), &4.into())
    );
    let accounts = ["--accounts", "111122223333,444455556666"];
    let (code, report) = state.report(&[&METADATA[..], &accounts].concat());
    assert_eq!((code, &report["chains"][1]["account_id"]), (1, &"444455556666".into()));
    // Globs only choose.
    let globs = ["--regions", "us-*,eu-*"];
    assert_eq!(state.report(&[&METADATA[..], &globs].concat()).0, 0);
    // Nothing at all.
    let (code, report) = state.report(&["--prefix", "elsewhere"]);
    assert_eq!((code, &report["verdict"]), (1, &"nothing_found".into()));
    let (code, report) = state.report(&["--accounts", "444455556666", "--regions", "eu-west-1"]);
    assert_eq!((code, &report["verdict"]), (1, &"nothing_found".into()));
}

#[test]
fn all_digests_gone_and_a_chain_that_ended_before_are_missing() {
    let vectors = vectors();
    let state = self::state(&vectors, "base");
    // Of the next day nothing is left: the chain was there before.
    let day = ["--period", "2026-10-02", "--format", "json"];
    let command =
        ["validate-logs", "--dir", "mirror", "--bucket", "vectors", "--keys", "keys.json"];
    let ended = state.place.program(&command).more(&day).run().quietly(1);
    let report: Value = serde_json::from_str(&ended.stdout).unwrap();
    let chain = &report["chains"][0];
    assert_eq!((&chain["trail"], &chain["hours_missing"]), (&"t".into(), &24.into()));
    assert_eq!(kinds(&report), BTreeSet::from(["digest_missing_at_end".to_owned()]));
    // The day before, there was no chain yet.
    let day = ["--period", "2026-09-01", "--format", "json"];
    let ended = state.place.program(&command).more(&day).run().quietly(1);
    assert!(ended.stdout.contains("nothing_found"), "{ended:?}");
}

#[test]
fn what_cannot_be_used_is_told_in_one_line() {
    let vectors = vectors();
    let state = self::state(&vectors, "base");
    let place = &state.place;
    place.write("wrong.json", "{\n  \"us-east-1\": [{\"Fingerprint\": 1}]\n}");
    place.write("answer.json", "{\n\"PublicKeyList\": []}");
    let day = ["--period", "2026-10-01"];
    let all = ["validate-logs", "--dir", "mirror", "--bucket", "b", "--keys"];
    for (arguments, expected) in [
        (vec!["wrong.json"], "--keys: wrong.json, line 2: "),
        (vec!["none.json"], "--keys: cannot read none.json: "),
        (vec!["keys.json", "--regions", "Paris"], "--regions: \"Paris\" is no region"),
        (vec!["keys.json", "--accounts", "12"], "--accounts: "),
        (vec!["keys.json", "--trail", "t"], "--trail: \"t\" is not the ARN of a trail"),
        (vec!["keys.json", "--metadata", "none"], "--metadata: cannot read none: "),
        (vec!["keys.json", "--format", "xml"], "--format xml: "),
    ] {
        let keys = [&all[..], &arguments[..1]].concat();
        place.program(&keys).more(&day).more(&arguments[1..]).run().stopped(2, &[expected]);
    }
}

#[test]
fn one_run_is_told_in_two_languages_and_programs_read_one() {
    let vectors = vectors();
    let state = self::state(&vectors, "modify-log");
    let formats = ["--format", "html=page.html", "--format", "json=logs.json", "--format", "table"];
    let ended = state.run(&[&formats[..], &["--lang", "ja,en"], &METADATA].concat());
    assert!(
        ended.stdout.contains(" chain · ") && ended.stdout.contains(" チェーン · "),
        "{ended:?}"
    );
    for (page, language) in [("page.en.html", "en"), ("page.ja.html", "ja")] {
        let page = String::from_utf8(state.place.read(page)).unwrap();
        assert!(page.contains(&format!("<html lang=\"{language}\">")), "{language}");
    }
    let report: Value = serde_json::from_slice(&state.place.read("logs.json")).unwrap();
    assert_eq!(found(&report), expected(state.strict));
    assert!(!state.place.path("logs.en.json").exists());
}
