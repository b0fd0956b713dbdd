//! Makes chains as CloudTrail does, signed with keys that are for tests alone.

use std::collections::BTreeMap;
use std::io::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use jiff::{SignedDuration, Timestamp};
use md5::{Digest as _, Md5};
use ring::rand::SystemRandom;
use ring::signature::{KeyPair, RSA_PKCS1_SHA256, RsaKeyPair};
use serde_json::{Value, json};
use trailproof_digest::{DigestKey, Folder, KeyRing, LogKey, Metadata, Sha256, Span};

use super::{Bucket, folder};

/// A key of the tests.
pub struct TestKey(RsaKeyPair);

impl TestKey {
    pub fn all() -> Vec<Self> {
        let file: Value = serde_json::from_str(include_str!("test-keys.json")).unwrap();
        let key = |text: &Value| {
            let der = STANDARD.decode(text.as_str().unwrap()).unwrap();
            Self(RsaKeyPair::from_pkcs8(&der).unwrap())
        };
        file["keys"].as_array().unwrap().iter().map(key).collect()
    }

    pub fn fingerprint(&self) -> String {
        hex::encode(Md5::digest(self.0.public_key().as_ref()))
    }

    pub fn public(&self) -> String {
        STANDARD.encode(self.0.public_key().as_ref())
    }

    pub fn sign(&self, message: &str) -> String {
        let mut signature = vec![0; self.0.public().modulus_len()];
        let random = SystemRandom::new();
        self.0.sign(&RSA_PKCS1_SHA256, &random, message.as_bytes(), &mut signature).unwrap();
        hex::encode(signature)
    }

    /// As ListPublicKeys answers.
    pub fn listed(keys: &[&Self], region: &str) -> KeyRing {
        let key = |key: &&Self| {
            json!({"Fingerprint": key.fingerprint(), "Value": STANDARD.encode(key.0.public_key().as_ref()),
                "ValidityStartTime": 1.7e9, "ValidityEndTime": "2027-01-01T00:00:00Z"})
        };
        let keys: Vec<Value> = keys.iter().map(key).collect();
        KeyRing::from_json(json!({region: keys}).to_string().as_bytes()).unwrap()
    }
}

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// One hour of a history.
#[derive(Clone, Debug, Default)]
pub struct Hour {
    /// Log files in the hour's own digest.
    pub logs: u8,
    /// Log files in a backfill digest; none where there are no such files.
    pub late: u8,
    /// Hours before it without logging.
    pub gap: u8,
    /// Which key signs.
    pub key: bool,
}

/// A digest that was made.
#[derive(Clone, Debug)]
pub struct Made {
    pub key: String,
    pub document: Value,
    pub span: Span,
    pub backfill: bool,
    pub logs: Vec<String>,
    pub signer: bool,
    /// Whether another digest vouches for it.
    pub vouched: bool,
}

/// A chain in a bucket.
pub struct History {
    pub bucket: Bucket,
    pub folder: Folder,
    pub trail: String,
    pub digests: Vec<Made>,
    pub keys: Vec<TestKey>,
    pub span: Span,
    pub gaps: u64,
    serial: u64,
}

fn after(instant: Timestamp, seconds: i64) -> Timestamp {
    instant + SignedDuration::from_secs(seconds)
}

impl History {
    pub fn of(hours: &[Hour]) -> Self {
        Self::begin(
            folder("111122223333", "us-east-1"),
            "t",
            Bucket { name: "logs".into(), ..Bucket::default() },
        )
        .with(hours)
    }

    pub fn begin(folder: Folder, trail: &str, bucket: Bucket) -> Self {
        let from: Timestamp = "2026-10-01T20:00:28Z".parse().unwrap();
        let span = Span { from, to: from };
        let (trail, keys, serial) = (trail.to_owned(), TestKey::all(), 0);
        let serial = serial + u64::try_from(bucket.objects.len()).unwrap();
        Self { bucket, folder, trail, digests: Vec::new(), keys, span, gaps: 0, serial }
    }

    pub fn with(mut self, hours: &[Hour]) -> Self {
        let mut previous = None;
        for (number, hour) in hours.iter().enumerate() {
            let gap = if number > 0 { hour.gap } else { 0 };
            self.gaps += u64::from(gap);
            let from = after(self.span.to, i64::from(gap) * 3_600);
            let span = Span { from, to: after(from, 3_600) };
            if gap > 0 {
                previous = None;
            }
            if previous.is_some() {
                self.digests.iter_mut().rfind(|made| !made.backfill).unwrap().vouched = true;
            }
            if hour.late > 0 {
                self.digest(span, hour.late, (true, hour.key), None);
            }
            previous = Some(self.digest(span, hour.logs, (false, hour.key), previous));
            self.span.to = span.to;
        }
        self
    }

    pub fn ring(&self) -> KeyRing {
        TestKey::listed(&[&self.keys[0], &self.keys[1]], &self.folder.region)
    }

    pub fn log_key(&mut self, delivered: Timestamp) -> String {
        self.serial += 1;
        let minute = delivered.as_second() - delivered.as_second().rem_euclid(60);
        let key = LogKey {
            folder: self.folder.clone(),
            kind: "CloudTrail".to_owned(),
            delivered: Timestamp::from_second(minute).unwrap(),
            unique: format!("{:016X}", self.serial),
        };
        key.to_string()
    }

    fn digest(
        &mut self,
        span: Span,
        logs: u8,
        (backfill, key): (bool, bool),
        previous: Option<Value>,
    ) -> Value {
        let mut entries = Vec::new();
        let mut keys = Vec::new();
        for _ in 0..logs {
            let key = self
                .log_key(after(span.from, 600 + i64::try_from(self.serial % 20).unwrap() * 120));
            let text = format!("{{\"Records\":[{{\"eventID\":\"{key}\"}}]}}");
            entries.push(json!({"s3Bucket": self.bucket.name, "s3Object": key,
                "hashValue": Sha256::of(text.as_bytes()).to_string(), "hashAlgorithm": "SHA-256"}));
            self.bucket.put(&key, gzip(text.as_bytes()), Metadata::Known(BTreeMap::new()));
            keys.push(key);
        }
        let name = DigestKey {
            folder: self.folder.clone(),
            trail: self.trail.clone(),
            home_region: "us-east-1".to_owned(),
            end: span.to,
            backfill,
        };
        let mut document = json!({
            "awsAccountId": self.folder.account, "digestStartTime": span.from.to_string(),
            "digestEndTime": span.to.to_string(), "digestS3Bucket": self.bucket.name,
            "digestS3Object": name.to_string(),
            "digestPublicKeyFingerprint": self.keys[usize::from(key)].fingerprint(),
            "digestSignatureAlgorithm": "SHA256withRSA",
            "previousDigestS3Bucket": null, "previousDigestS3Object": null,
            "previousDigestHashValue": null, "previousDigestHashAlgorithm": null,
            "previousDigestSignature": null, "logFiles": entries,
        });
        if let Some(Value::Object(previous)) = previous {
            document.as_object_mut().unwrap().extend(previous);
        }
        let name = name.to_string();
        let next = self.write(&name, &document, usize::from(key));
        let made =
            Made { key: name, document, span, backfill, logs: keys, signer: key, vouched: false };
        self.digests.push(made);
        next
    }

    /// Signs a document and puts it there; answers what the next one says of it.
    pub fn write(&mut self, key: &str, document: &Value, signer: usize) -> Value {
        let text = document.to_string();
        let sha256 = Sha256::of(text.as_bytes());
        let member = |name: &str| document[name].as_str().unwrap_or("null").to_owned();
        let message = format!(
            "{}\n{}/{}\n{sha256}\n{}",
            member("digestEndTime"),
            member("digestS3Bucket"),
            member("digestS3Object"),
            member("previousDigestSignature")
        );
        let signature = self.keys[signer].sign(&message);
        let metadata = BTreeMap::from([
            ("signature".to_owned(), signature.clone()),
            ("signature-algorithm".to_owned(), "SHA256withRSA".to_owned()),
        ]);
        self.bucket.put(key, gzip(text.as_bytes()), Metadata::Known(metadata));
        json!({"previousDigestS3Bucket": self.bucket.name, "previousDigestS3Object": key,
            "previousDigestHashValue": sha256.to_string(), "previousDigestHashAlgorithm": "SHA-256",
            "previousDigestSignature": signature})
    }
}
