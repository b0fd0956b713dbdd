//! The public keys that digests are verified with: from CloudTrail's ListPublicKeys, by region, never from a bucket.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use md5::{Digest as _, Md5};
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use serde::{Deserialize, Serialize};

/// Public keys by region and fingerprint. Its JSON form is what ListPublicKeys answers, by region.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyRing {
    regions: BTreeMap<String, BTreeMap<String, Vec<u8>>>,
}

/// A key as ListPublicKeys writes it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct PublicKey {
    /// The hexadecimal MD5 value of the key's DER form.
    pub fingerprint: String,
    /// The DER form of an RSA key, as PKCS #1 or SubjectPublicKeyInfo, in Base64.
    pub value: String,
    /// Since when AWS signs with it.
    pub validity_start_time: Time,
    /// Until when.
    pub validity_end_time: Time,
}

/// A time as the API writes it, in seconds since 1970, or as the AWS CLI does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Time {
    /// Seconds since 1970.
    Seconds(f64),
    /// RFC 3339.
    Text(Timestamp),
}

/// A file holds no keys, or not the keys that it says.
#[derive(Debug, thiserror::Error)]
pub enum KeyRingError {
    /// It is not JSON of the form: region, list of keys.
    #[error("read the keys: {0}")]
    Json(#[from] serde_json::Error),
    /// A key is not what its fingerprint says, or no RSA key at all.
    #[error("accept the key {fingerprint} of {region}: {why}")]
    Key {
        /// The region that lists it.
        region: String,
        /// The fingerprint that it is listed with.
        fingerprint: String,
        /// What is wrong.
        why: &'static str,
    },
}

impl KeyRing {
    /// Reads region → list of keys.
    ///
    /// # Errors
    /// Where a key is not what its fingerprint says: such a file was not made by AWS.
    pub fn from_json(bytes: &[u8]) -> Result<Self, KeyRingError> {
        let regions: BTreeMap<String, Vec<PublicKey>> = serde_json::from_slice(bytes)?;
        let mut ring = Self::default();
        for (region, keys) in regions {
            for key in keys {
                ring.add(&region, &key)?;
            }
        }
        Ok(ring)
    }

    /// Adds a key that was fetched from a region's endpoint.
    ///
    /// # Errors
    /// Where it is not what its fingerprint says, or no RSA key.
    pub fn add(&mut self, region: &str, key: &PublicKey) -> Result<(), KeyRingError> {
        let wrong = |why| KeyRingError::Key {
            region: region.to_owned(),
            fingerprint: key.fingerprint.clone(),
            why,
        };
        let der = STANDARD.decode(&key.value).map_err(|_| wrong("its value is not Base64"))?;
        if hex::encode(Md5::digest(&der)) != key.fingerprint.to_ascii_lowercase() {
            return Err(wrong("its value has another fingerprint"));
        }
        let rsa = pkcs1(&der).ok_or_else(|| wrong("its value is no RSA key"))?;
        let keys = self.regions.entry(region.to_owned()).or_default();
        keys.insert(key.fingerprint.to_ascii_lowercase(), rsa.to_vec());
        Ok(())
    }

    /// Whether a region's key is known.
    pub fn knows(&self, region: &str, fingerprint: &str) -> bool {
        self.find(region, fingerprint).is_some()
    }

    /// Whether there is any key of a region.
    pub fn knows_region(&self, region: &str) -> bool {
        self.regions.get(region).is_some_and(|keys| !keys.is_empty())
    }

    /// Whether a signature is that of the message (RSASSA-PKCS1-v1_5 over SHA-256); `None` where the key is not known.
    pub fn verifies(
        &self,
        (region, fingerprint): (&str, &str),
        message: &[u8],
        signature: &[u8],
    ) -> Option<bool> {
        let key = self.find(region, fingerprint)?;
        let key = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key);
        Some(key.verify(message, signature).is_ok())
    }

    fn find(&self, region: &str, fingerprint: &str) -> Option<&Vec<u8>> {
        self.regions.get(region)?.get(&fingerprint.to_ascii_lowercase())
    }
}

/// The PKCS #1 form within either form that AWS is known to answer.
fn pkcs1(der: &[u8]) -> Option<&[u8]> {
    const SEQUENCE: u8 = 0x30;
    const INTEGER: u8 = 0x02;
    const BIT_STRING: u8 = 0x03;
    // The object identifier rsaEncryption, and null.
    const RSA: &[u8] = &[6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 1, 1, 5, 0];
    let (SEQUENCE, inner, []) = element(der)? else { return None };
    match element(inner)? {
        (INTEGER, _, _) => Some(der),
        (SEQUENCE, RSA, rest) => match element(rest)? {
            (BIT_STRING, [0, key @ ..], []) => {
                matches!(element(key)?, (SEQUENCE, _, [])).then_some(key)
            }
            _ => None,
        },
        _ => None,
    }
}

/// The tag and contents of the first DER element, and what follows it.
fn element(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (length, rest, tag) = match der {
        [tag, 0x81, length, rest @ ..] => (usize::from(*length), rest, tag),
        [tag, 0x82, high, low, rest @ ..] => {
            (usize::from(u16::from_be_bytes([*high, *low])), rest, tag)
        }
        [tag, length @ 0..=0x7f, rest @ ..] => (usize::from(*length), rest, tag),
        _ => return None,
    };
    let (contents, rest) = rest.split_at_checked(length)?;
    Some((*tag, contents, rest))
}
