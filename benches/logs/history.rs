//! A history as CloudTrail leaves it in a bucket, of any length and file size, signed with a throw-away key.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use jiff::{SignedDuration, Timestamp};
use md5::{Digest as _, Md5};
use ring::rand::SystemRandom;
use ring::signature::{KeyPair, RSA_PKCS1_SHA256, RsaKeyPair};
use serde_json::{Value, json};
use trailproof_digest::{DigestKey, Folder, LogKey, Sha256};

pub const BUCKET: &str = "bench-logs";
pub const TRAIL: &str = "bench";
pub const HOME: &str = "us-east-1";
pub const OWNER: &str = "111122223333";

/// The start of every history.
const START: &str = "2026-07-01T00:00:00Z";
/// Log files with contents of their own; the others are copies of them.
const BODIES: usize = 24;

/// What a history is made of.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    pub accounts: usize,
    pub regions: usize,
    pub hours: usize,
    /// Log files of each hour of each chain.
    pub logs: usize,
    /// The size of a log file, compressed, about.
    pub bytes: usize,
}

pub struct Object {
    pub bytes: Arc<[u8]>,
    pub signature: Option<String>,
}

/// A bucket's contents.
pub struct History {
    pub objects: BTreeMap<String, Object>,
    pub key: RsaKeyPair,
    pub regions: Vec<String>,
    pub accounts: Vec<String>,
    pub from: Timestamp,
    pub to: Timestamp,
    /// How many bytes a log file holds on the average, compressed and not.
    pub sizes: (usize, usize),
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn hex_digits(random: &mut fastrand::Rng, count: usize) -> String {
    (0..count).map(|_| char::from_digit(random.u32(..16), 16).unwrap()).collect()
}

/// An event that compresses about as well as real ones do: ten to one.
fn event(random: &mut fastrand::Rng) -> String {
    let id = |random: &mut fastrand::Rng| {
        format!("{}-{}-{}", hex_digits(random, 8), hex_digits(random, 4), hex_digits(random, 12))
    };
    let role = random.usize(..40);
    let name =
        ["GetObject", "PutObject", "AssumeRole", "DescribeInstances", "Decrypt"][random.usize(..5)];
    let service = ["s3", "sts", "ec2", "kms", "iam"][random.usize(..5)];
    json!({
        "eventVersion": "1.11",
        "userIdentity": {
            "type": "AssumedRole",
            "principalId": format!("AROAEXAMPLEEXAMPLE{role:03}:session-{role}"),
            "arn": format!("arn:aws:sts::{OWNER}:assumed-role/application-{role}/session-{role}"),
            "accountId": OWNER,
            "accessKeyId": format!("ASIA{}", hex_digits(random, 16).to_uppercase()),
            "sessionContext": {
                "sessionIssuer": {
                    "type": "Role",
                    "principalId": format!("AROAEXAMPLEEXAMPLE{role:03}"),
                    "arn": format!("arn:aws:iam::{OWNER}:role/application-{role}"),
                    "accountId": OWNER,
                    "userName": format!("application-{role}"),
                },
                "attributes": { "creationDate": START, "mfaAuthenticated": "false" },
            },
        },
        "eventTime": format!("2026-07-01T00:{:02}:{:02}Z", random.u8(..60), random.u8(..60)),
        "eventSource": format!("{service}.amazonaws.com"),
        "eventName": name,
        "awsRegion": HOME,
        "sourceIPAddress": format!("10.{}.{}.7", random.u8(..), random.u8(..)),
        "userAgent": "aws-sdk-java/2.25.11 Linux/5.10 OpenJDK_64-Bit_Server_VM/17.0.10 Java/17.0.10",
        "requestParameters": { "bucketName": format!("application-data-{role}"), "key": format!("part/{}", hex_digits(random, 10)) },
        "responseElements": Value::Null,
        "additionalEventData": { "SignatureVersion": "SigV4", "CipherSuite": "TLS_AES_128_GCM_SHA256", "bytesTransferredOut": random.u32(..90_000) },
        "requestID": id(random),
        "eventID": id(random),
        "readOnly": true,
        "eventType": "AwsApiCall",
        "managementEvent": false,
        "recipientAccountId": OWNER,
        "eventCategory": "Data",
        "tlsDetails": { "tlsVersion": "TLSv1.3", "cipherSuite": "TLS_AES_128_GCM_SHA256", "clientProvidedHostHeader": "s3.us-east-1.amazonaws.com" },
    })
    .to_string()
}

/// A log file with its hash, of about that compressed size.
fn body(random: &mut fastrand::Rng, bytes: usize) -> (Arc<[u8]>, Sha256, usize) {
    let sample: Vec<String> = (0..40).map(|_| event(random)).collect();
    let each = gzip(sample.join(",").as_bytes()).len().div_ceil(40);
    let events: Vec<String> = (0..bytes.div_ceil(each).max(1)).map(|_| event(random)).collect();
    let text = format!("{{\"Records\":[{}]}}", events.join(","));
    (gzip(text.as_bytes()).into(), Sha256::of(text.as_bytes()), text.len())
}

impl History {
    pub fn new(shape: Shape) -> Self {
        let mut random = fastrand::Rng::with_seed(7);
        let file: Value =
            serde_json::from_str(include_str!("../../crates/digest/tests/support/test-keys.json"))
                .unwrap();
        let der = STANDARD.decode(file["keys"][0].as_str().unwrap()).unwrap();
        let from: Timestamp = START.parse().unwrap();
        let names = ["us-east-1", "eu-west-1", "eu-central-1", "us-west-2", "ap-south-1"];
        let bodies: Vec<_> = (0..BODIES).map(|_| body(&mut random, shape.bytes)).collect();
        let mean = |sum: usize| sum / bodies.len();
        let sizes = (
            mean(bodies.iter().map(|body| body.0.len()).sum()),
            mean(bodies.iter().map(|body| body.2).sum()),
        );
        let mut history = Self {
            objects: BTreeMap::new(),
            key: RsaKeyPair::from_pkcs8(&der).unwrap(),
            regions: names.iter().take(shape.regions).map(|name| (*name).to_owned()).collect(),
            accounts: (0..shape.accounts)
                .map(|at| format!("{:012}", 111_122_223_333 + at as u64))
                .collect(),
            from,
            to: from + SignedDuration::from_hours(shape.hours as i64),
            sizes,
        };
        let organization = (shape.accounts > 1).then(|| "o-exampleorgid".to_owned());
        for account in history.accounts.clone() {
            for region in history.regions.clone() {
                let folder = Folder {
                    prefix: String::new(),
                    organization: organization.clone(),
                    account: account.clone(),
                    region,
                };
                history.chain(&folder, shape, &bodies);
            }
        }
        history
    }

    fn chain(&mut self, folder: &Folder, shape: Shape, bodies: &[(Arc<[u8]>, Sha256, usize)]) {
        let mut previous: Option<Value> = None;
        for hour in 0..shape.hours {
            let start = self.from + SignedDuration::from_hours(hour as i64);
            let mut entries = Vec::new();
            for log in 0..shape.logs {
                let serial = hour * shape.logs + log;
                let (bytes, sha256, _) = &bodies[serial % bodies.len()];
                let key = LogKey {
                    folder: folder.clone(),
                    kind: "CloudTrail".to_owned(),
                    delivered: start + SignedDuration::from_mins((log * 55 / shape.logs) as i64),
                    unique: format!("{serial:016}"),
                };
                let key = key.to_string();
                entries.push(json!({
                    "s3Bucket": BUCKET, "s3Object": key, "hashValue": sha256.to_string(),
                    "hashAlgorithm": "SHA-256", "newestEventTime": start.to_string(), "oldestEventTime": start.to_string(),
                }));
                self.objects.insert(key, Object { bytes: bytes.clone(), signature: None });
            }
            let end = start + SignedDuration::from_hours(1);
            let name = DigestKey {
                folder: folder.clone(),
                trail: TRAIL.to_owned(),
                home_region: HOME.to_owned(),
                end,
                backfill: false,
            }
            .to_string();
            let mut document = json!({
                "awsAccountId": folder.account, "digestStartTime": start.to_string(), "digestEndTime": end.to_string(),
                "digestS3Bucket": BUCKET, "digestS3Object": name, "digestPublicKeyFingerprint": self.fingerprint(),
                "digestSignatureAlgorithm": "SHA256withRSA", "newestEventTime": null, "oldestEventTime": null,
                "previousDigestS3Bucket": null, "previousDigestS3Object": null, "previousDigestHashValue": null,
                "previousDigestHashAlgorithm": null, "previousDigestSignature": null, "logFiles": entries,
            });
            if let Some(Value::Object(previous)) = previous {
                document.as_object_mut().unwrap().extend(previous);
            }
            let text = document.to_string();
            let sha256 = Sha256::of(text.as_bytes()).to_string();
            let before = document["previousDigestSignature"].as_str().unwrap_or("null");
            let signature = self.sign(&format!("{end}\n{BUCKET}/{name}\n{sha256}\n{before}"));
            previous = Some(json!({
                "previousDigestS3Bucket": BUCKET, "previousDigestS3Object": name, "previousDigestHashValue": sha256,
                "previousDigestHashAlgorithm": "SHA-256", "previousDigestSignature": signature,
            }));
            let bytes = gzip(text.as_bytes()).into();
            self.objects.insert(name, Object { bytes, signature: Some(signature) });
        }
    }

    fn sign(&self, message: &str) -> String {
        let mut signature = vec![0; self.key.public().modulus_len()];
        self.key
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message.as_bytes(), &mut signature)
            .unwrap();
        hex::encode(signature)
    }

    pub fn fingerprint(&self) -> String {
        hex::encode(Md5::digest(self.key.public_key().as_ref()))
    }

    pub fn public_key(&self) -> String {
        STANDARD.encode(self.key.public_key().as_ref())
    }

    /// As a mirror on disk: `mirror`, `metadata` and `keys.json`.
    pub fn write(&self, folder: &std::path::Path) {
        let put = |path: std::path::PathBuf, bytes: &[u8]| {
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, bytes).unwrap();
        };
        for (key, object) in &self.objects {
            put(folder.join("mirror").join(key), &object.bytes);
            if let Some(signature) = &object.signature {
                let metadata =
                    json!({ "signature": signature, "signature-algorithm": "SHA256withRSA" });
                put(
                    folder.join("metadata").join(format!("{key}.json")),
                    metadata.to_string().as_bytes(),
                );
            }
        }
        let key = json!([{
            "Fingerprint": self.fingerprint(), "Value": self.public_key(),
            "ValidityStartTime": 1_700_000_000, "ValidityEndTime": 1_900_000_000,
        }]);
        let keys: serde_json::Map<String, Value> =
            self.regions.iter().map(|region| (region.clone(), key.clone())).collect();
        put(folder.join("keys.json"), Value::Object(keys).to_string().as_bytes());
    }
}
