//! Every state of the worked chains gives the findings that are written down beside it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::Value;
use support::{Bucket, place};
use trailproof_digest::{Finding, KeyRing, Metadata, Options, PlaceReport, Sha256, Span, Verdict};

mod support;

#[derive(Deserialize)]
struct Vectors {
    bucket: String,
    bases: BTreeMap<String, Base>,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Base {
    public_keys: Value,
    objects: Vec<BaseObject>,
    range: (jiff::Timestamp, jiff::Timestamp),
    strict: Vec<Strict>,
}

#[derive(Deserialize)]
struct BaseObject {
    key: String,
    gz_base64: String,
    uncompressed: String,
    sha256_uncompressed: Sha256,
    metadata: Option<BTreeMap<String, String>>,
    string_to_sign: Option<String>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    base: String,
    changes: Vec<Change>,
    strict: Vec<Strict>,
    public_keys: Option<Value>,
}

#[derive(Deserialize)]
struct Change {
    put: Option<String>,
    delete: Option<String>,
    gz_base64: Option<String>,
    metadata: Option<BTreeMap<String, String>>,
}

#[derive(Debug, Deserialize)]
struct Strict {
    kind: String,
    severity: String,
    key: Option<String>,
    from: Option<jiff::Timestamp>,
    to: Option<jiff::Timestamp>,
    unverified_logs: Option<u64>,
    note: Option<String>,
}

fn vectors() -> Vectors {
    serde_json::from_str(include_str!("vectors.json")).unwrap()
}

fn keys(value: &Value) -> KeyRing {
    KeyRing::from_json(value.to_string().as_bytes()).unwrap()
}

impl Vectors {
    fn bucket(&self, base: &Base, changes: &[Change]) -> Bucket {
        let mut bucket = Bucket { name: self.bucket.clone(), ..Bucket::default() };
        let metadata = |metadata: &Option<BTreeMap<String, String>>| {
            Metadata::Known(metadata.clone().unwrap_or_default())
        };
        for object in &base.objects {
            let bytes = STANDARD.decode(&object.gz_base64).unwrap();
            bucket.put(&object.key, bytes, metadata(&object.metadata));
        }
        for change in changes {
            if let Some(key) = &change.delete {
                assert!(bucket.objects.remove(key).is_some());
            }
            let Some(key) = &change.put else { continue };
            let before = base.objects.iter().find(|object| object.key == *key);
            let body = change.gz_base64.as_ref().or(before.map(|object| &object.gz_base64));
            let bytes = STANDARD.decode(body.unwrap()).unwrap();
            let kept = before.and_then(|object| object.metadata.clone());
            bucket.put(key, bytes, metadata(&change.metadata.clone().or(kept)));
        }
        bucket
    }
}

fn text(value: impl serde::Serialize) -> String {
    serde_json::to_value(value).unwrap().as_str().unwrap().to_owned()
}

fn found(finding: &Finding) -> (String, String, Option<String>) {
    (text(finding.kind), text(finding.severity), finding.key.clone())
}

fn check(name: &str, report: &PlaceReport, strict: &[Strict]) {
    let expected: Vec<_> = strict
        .iter()
        .map(|one| (one.kind.clone(), one.severity.clone(), one.key.clone()))
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect();
    let mut seen: Vec<_> = report.findings.iter().map(found).collect();
    seen.sort();
    assert_eq!(seen, expected, "{name}");
    for one in strict {
        let same = |finding: &&Finding| {
            found(finding) == (one.kind.clone(), one.severity.clone(), one.key.clone())
        };
        let finding = report.findings.iter().find(same).unwrap();
        assert!(one.from.is_none_or(|from| from == finding.from), "{name} {finding:?}");
        assert!(one.to.is_none_or(|to| to == finding.to), "{name} {finding:?}");
        let body_ok = one.note.as_ref().is_some_and(|note| note.starts_with("body intact"));
        assert!(finding.body_ok || !body_ok, "{name} {finding:?}");
        if let Some(count) = one.unverified_logs.filter(|_| !finding.body_ok) {
            // Of two unproved digests of one hour, nothing tells which lists a file: it is booked to the hour's own.
            let twin = |other: &&Finding| other.from == finding.from && other.key != finding.key;
            let alone = report.findings.iter().find(twin).is_none();
            let fits = if alone {
                finding.unverified_logs == count
            } else {
                finding.unverified_logs >= count
            };
            assert!(fits, "{name} {finding:?}");
        }
    }
    let chain = &report.chains[0];
    let errors = strict.iter().any(|one| one.severity == "error");
    let verdict = Verdict::of([report]);
    assert_eq!(verdict == Verdict::Broken, errors, "{name}");
    assert_eq!(verdict == Verdict::Intact, strict.is_empty(), "{name}");
    let sum = chain.hours_proved
        + chain.hours_missing
        + chain.hours_gap
        + chain.hours_unverified
        + chain.hours_broken;
    assert_eq!(sum, chain.hours_total);
}

#[test]
fn every_state_gives_its_strict_findings() {
    let vectors = vectors();
    let state = |name: &str| {
        let case = vectors.cases.iter().find(|case| case.name == name);
        let base = &vectors.bases[case.map_or(name, |case| case.base.as_str())];
        let bucket = vectors.bucket(base, case.map_or(&[], |case| case.changes.as_slice()));
        let keys =
            keys(case.and_then(|case| case.public_keys.as_ref()).unwrap_or(&base.public_keys));
        let span = Span::new(base.range.0, base.range.1).unwrap();
        let strict = case.map_or(&base.strict, |case| &case.strict);
        // Whatever order the answers come in, the report is the same.
        let report = bucket.walk(place(&bucket, Options::new(span)), &keys, |_| 0);
        let backwards = bucket.walk(place(&bucket, Options::new(span)), &keys, |count| count - 1);
        assert_eq!(report, backwards, "{name}");
        check(name, &report, strict);
    };
    let cases = vectors.cases.iter().map(|case| case.name.as_str());
    let names: Vec<&str> = vectors.bases.keys().map(String::as_str).chain(cases).collect();
    assert_eq!(names.len(), 36);
    names.into_iter().for_each(state);
}

#[test]
fn what_is_signed_and_hashed_is_what_is_written_down() {
    for base in vectors().bases.values() {
        for object in &base.objects {
            let sha256 = Sha256::of(object.uncompressed.as_bytes());
            assert_eq!(sha256, object.sha256_uncompressed);
            let Some(expected) = &object.string_to_sign else { continue };
            let digest = trailproof_digest::Digest::parse(object.uncompressed.as_bytes()).unwrap();
            assert_eq!(&digest.string_to_sign(sha256), expected);
            let signature = hex::decode(&object.metadata.as_ref().unwrap()["signature"]).unwrap();
            let key = ("us-east-1", digest.fingerprint.as_str());
            let verified = keys(&base.public_keys).verifies(key, expected.as_bytes(), &signature);
            assert_eq!(verified, Some(true));
        }
    }
}
