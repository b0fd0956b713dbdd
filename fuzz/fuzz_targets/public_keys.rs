//! Lists of public keys as JSON, and single keys in DER.
#![no_main]

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use libfuzzer_sys::fuzz_target;
use md5::{Digest, Md5};
use trailproof_digest::KeyRing;
use trailproof_digest::key_ring::{PublicKey, Time};

fuzz_target!(|bytes: &[u8]| {
    if let Err(error) = KeyRing::from_json(bytes) {
        assert!(!error.to_string().is_empty());
    }
    let fingerprint = hex::encode(Md5::digest(bytes));
    let key = |value: &[u8], fingerprint: &str| PublicKey {
        fingerprint: fingerprint.to_owned(),
        value: STANDARD.encode(value),
        validity_start_time: Time::Seconds(0.0),
        validity_end_time: Time::Seconds(f64::MAX),
    };
    let mut ring = KeyRing::default();
    if ring.add("us-east-1", &key(bytes, &fingerprint)).is_ok() {
        assert!(ring.knows("us-east-1", &fingerprint.to_uppercase()));
        let name = ("us-east-1", fingerprint.as_str());
        assert_eq!(ring.verifies(name, b"message", &[0; 256]), Some(false));
        assert_eq!(ring.verifies(("eu-west-1", name.1), b"message", &[0; 256]), None);
    } else {
        assert!(!ring.knows_region("us-east-1"));
    }
    assert!(ring.add("us-east-1", &key(&[bytes, b"x"].concat(), &fingerprint)).is_err());
});
