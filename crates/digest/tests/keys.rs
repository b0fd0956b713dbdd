//! Object keys in every layout that CloudTrail writes, and public keys in both of their forms.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest as _, Md5};
use serde_json::{Value, json};
use trailproof_digest::{KeyRing, KeyRingError, Metadata, ObjectKey, log::LogHeader};

const NAME: &str =
    "2026/10/01/111122223333_CloudTrail-Digest_us-east-1_my_odd.trail-1_eu-west-1_20261001T020028Z";

fn digest(key: &str) -> trailproof_digest::DigestKey {
    match ObjectKey::parse(key) {
        Some(ObjectKey::Digest(key)) => key,
        other => panic!("{key}: {other:?}"),
    }
}

#[test]
fn digests_are_read_in_every_layout() {
    for (start, prefix, organization) in [
        ("AWSLogs/", "", None),
        ("AWSLogs/o-abc1234567/", "", Some("o-abc1234567")),
        ("a/b/AWSLogs/", "a/b", None),
        ("a/AWSLogs/o-x/AWSLogs/o-abc1234567/", "a/AWSLogs/o-x", Some("o-abc1234567")),
        ("a//AWSLogs/", "a/", None),
    ] {
        for (end, backfill) in [(".json.gz", false), ("_backfill.json.gz", true)] {
            let text = format!("{start}111122223333/CloudTrail-Digest/us-east-1/{NAME}{end}");
            let key = digest(&text);
            assert_eq!(key.folder.prefix, prefix);
            assert_eq!(key.folder.organization.as_deref(), organization);
            assert_eq!(
                (key.folder.account.as_str(), key.folder.region.as_str()),
                ("111122223333", "us-east-1")
            );
            assert_eq!(
                (key.trail.as_str(), key.home_region.as_str()),
                ("my_odd.trail-1", "eu-west-1")
            );
            assert_eq!(key.end, "2026-10-01T02:00:28Z".parse().unwrap());
            assert_eq!((key.backfill, key.to_string()), (backfill, text));
        }
    }
}

#[test]
fn log_files_of_every_kind_are_read() {
    for kind in trailproof_digest::key::LOG_KINDS.into_iter().chain(["CloudTrail-Future"]) {
        let text = format!(
            "p/AWSLogs/111122223333/{kind}/eu-west-1/2026/10/01/111122223333_{kind}_eu-west-1_20261001T0215Z_AbCdEf0123456789.json.gz"
        );
        let Some(ObjectKey::Log(key)) = ObjectKey::parse(&text) else { panic!("{text}") };
        assert_eq!((key.kind.as_str(), key.unique.as_str()), (kind, "AbCdEf0123456789"));
        assert_eq!(key.delivered, "2026-10-01T02:15:00Z".parse().unwrap());
        assert_eq!(ObjectKey::Log(key).to_string(), text);
    }
}

#[test]
fn what_cloudtrail_does_not_write_is_no_key() {
    let name = |end: &str| format!("AWSLogs/111122223333/CloudTrail-Digest/us-east-1/{end}");
    for key in [
        String::new(),
        "/////////".to_owned(),
        name(""),
        format!("{}/{NAME}.json.gz", "AWSLogs/111122223333/CloudTrail/us-east-1"),
        format!("{}.json", name(NAME)),
        format!("{}.json.gz", name(NAME)).replace("2026/10/01", "2026/10/02"),
        format!("{}.json.gz", name(NAME)).replace("T020028Z", "T020099Z"),
        format!("{}.json.gz", name(NAME)).replace("T020028Z", "T0200Z"),
        format!("{}.json.gz", name(NAME)).replace("111122223333_", "111122223334_"),
        format!("{}.json.gz", name(NAME)).replace("111122223333", "11112222333x"),
        format!("{}.json.gz", name(NAME)).replace("AWSLogs", "Logs"),
        format!("x{}.json.gz", name(NAME)),
    ] {
        assert_eq!(ObjectKey::parse(&key), None, "{key}");
    }
}

fn key_file(fingerprint: &str, der: &[u8]) -> Vec<u8> {
    let file = json!({"us-east-1": [{"Fingerprint": fingerprint, "Value": STANDARD.encode(der),
        "ValidityStartTime": "2026-10-01T00:00:00+02:00", "ValidityEndTime": 1_793_332_800.0}]});
    file.to_string().into_bytes()
}

/// The worked chains' first key, its fingerprint, and the first digest's message and signature.
fn signed() -> (Vec<u8>, String, Vec<u8>) {
    let vectors: Value = serde_json::from_str(include_str!("vectors.json")).unwrap();
    let base = &vectors["bases"]["base"];
    let der =
        STANDARD.decode(base["public_keys"]["us-east-1"][0]["Value"].as_str().unwrap()).unwrap();
    let object = &base["objects"][0];
    let signature = hex::decode(object["metadata"]["signature"].as_str().unwrap()).unwrap();
    (der, object["string_to_sign"].as_str().unwrap().to_owned(), signature)
}

#[test]
fn both_forms_of_a_public_key_verify() {
    let (pkcs1, message, signature) = signed();
    let start = "30820122300d06092a864886f70d01010105000382010f00";
    let info = [hex::decode(start).unwrap(), pkcs1.clone()].concat();
    for der in [pkcs1, info] {
        let fingerprint = hex::encode(Md5::digest(&der));
        let ring = KeyRing::from_json(&key_file(&fingerprint, &der)).unwrap();
        let key = ("us-east-1", fingerprint.as_str());
        assert_eq!(ring.verifies(key, message.as_bytes(), &signature), Some(true));
        assert_eq!(ring.verifies(key, b"another", &signature), Some(false));
        assert_eq!(ring.verifies(key, message.as_bytes(), &[]), Some(false));
        assert_eq!(
            ring.verifies(("eu-west-1", &fingerprint), message.as_bytes(), &signature),
            None
        );
    }
}

#[test]
fn a_key_that_is_not_what_its_fingerprint_says_is_refused() {
    let (der, ..) = signed();
    let other = "0".repeat(32);
    assert!(matches!(KeyRing::from_json(&key_file(&other, &der)), Err(KeyRingError::Key { .. })));
    for der in [&b""[..], b"0", b"\x30\x80", b"\x30\x82\xff\xff\x02", b"\x30\x00", b"\x04\x01\x00"]
    {
        let file = key_file(&hex::encode(Md5::digest(der)), der);
        assert!(matches!(KeyRing::from_json(&file), Err(KeyRingError::Key { .. })), "{der:?}");
    }
    assert!(matches!(KeyRing::from_json(b"[]"), Err(KeyRingError::Json(_))));
}

#[test]
fn metadata_is_read_alone_and_as_head_object_prints_it() {
    let alone = Metadata::from_json(br#"{"signature": "00"}"#).unwrap();
    let head = br#"{"ContentLength": 5, "Metadata": {"signature": "00"}, "ETag": "x"}"#;
    assert_eq!(Metadata::from_json(head).unwrap(), alone);
    assert!(Metadata::from_json(br#"{"signature": 5}"#).is_err());
    assert!(Metadata::from_json(b"{").is_err());
}

#[test]
fn a_log_file_is_told_by_its_opening() {
    let start = br#" {"Records" : [ {"eventVersion":"1.11","eventTime":"2026-10-01T01:05:00Z","awsRegion":"us-east-1","recipientAccountId":"111122223333","more":[{}]},{"cut"#;
    let first = LogHeader::parse(start).unwrap().first.unwrap();
    assert_eq!(first.event_version.as_deref(), Some("1.11"));
    assert_eq!(first.event_time, Some("2026-10-01T01:05:00Z".parse().unwrap()));
    assert_eq!(first.recipient_account_id.as_deref(), Some("111122223333"));
    assert_eq!(LogHeader::parse(br#"{"Records":[]}"#).unwrap().first, None);
    assert_eq!(LogHeader::parse(br#"{"Records":[{"eventVersion":"#).unwrap().first, None);
    for other in [&b""[..], b"{}", b"[]", br#"{"records":[]}"#, br#"{"Records":{}}"#] {
        assert_eq!(LogHeader::parse(other), None);
    }
}
