//! A digest: the signed list of one hour's log files, and what it says of the digest before.

use jiff::Timestamp;
use serde::{Deserialize, Deserializer};

use crate::hash::Sha256;
use crate::time::Span;

/// The one algorithm that digests are signed with.
pub const SIGNATURE_ALGORITHM: &str = "SHA256withRSA";
/// The one algorithm that files are hashed with, as digests name it.
pub const HASH_ALGORITHM: &str = "SHA-256";

/// What a digest says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Digest {
    /// Whose events.
    pub account: String,
    /// The time within which the log files were delivered.
    pub span: Span,
    /// The end of that time as it is written, which is what is signed.
    pub end_text: String,
    /// The bucket that the digest was written to.
    pub bucket: String,
    /// The key that it was written to.
    pub key: String,
    /// Which public key verifies it: the hexadecimal MD5 value of the key.
    pub fingerprint: String,
    /// The digest before; `None` in the first one after validation was switched on, or logging was started again.
    pub previous: Option<Previous>,
    /// The log files delivered.
    pub logs: Vec<LogEntry>,
}

/// What a digest says of the one before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Previous {
    /// Its bucket.
    pub bucket: String,
    /// Its key.
    pub key: String,
    /// The hash of its uncompressed bytes.
    pub sha256: Sha256,
    /// Its signature, hexadecimal, as it is written.
    pub signature: String,
}

/// What a digest says of a log file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogEntry {
    /// Its bucket.
    pub bucket: String,
    /// Its key.
    pub key: String,
    /// The hash of its uncompressed bytes.
    pub sha256: Sha256,
}

/// A document is no digest.
#[derive(Debug, thiserror::Error)]
pub enum DigestError {
    /// It is not JSON, or a member that each digest has is missing, twice there, or of another type.
    #[error("read it as a digest: {0}")]
    Json(#[from] serde_json::Error),
    /// A member holds what no digest holds there.
    #[error("understand its {member}")]
    Value {
        /// The member's name.
        member: &'static str,
    },
    /// It ends before it starts.
    #[error("find time between its start and its end")]
    Backwards,
}

/// The document. A null says something; a member that is not there says nothing, so none is optional that the signature
/// or the chain stands on.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Document {
    aws_account_id: String,
    digest_start_time: String,
    digest_end_time: String,
    digest_s3_bucket: String,
    digest_s3_object: String,
    digest_public_key_fingerprint: String,
    digest_signature_algorithm: String,
    #[serde(default)]
    previous_digest_s3_bucket: Option<String>,
    #[serde(default)]
    previous_digest_s3_object: Option<String>,
    #[serde(default)]
    previous_digest_hash_value: Option<String>,
    #[serde(default)]
    previous_digest_hash_algorithm: Option<String>,
    #[serde(deserialize_with = "present")]
    previous_digest_signature: Option<String>,
    log_files: Vec<DocumentLog>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DocumentLog {
    s3_bucket: String,
    s3_object: String,
    hash_value: String,
    hash_algorithm: String,
}

/// Text or null, but there: with a reader of its own, serde does not take a missing member for null.
fn present<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    Option::deserialize(from)
}

impl Digest {
    /// Reads the uncompressed bytes of a digest.
    ///
    /// # Errors
    /// Where they are none: see [`DigestError`]. Members that are not known are passed over.
    pub fn parse(bytes: &[u8]) -> Result<Self, DigestError> {
        let document: Document = serde_json::from_slice(bytes)?;
        if document.digest_signature_algorithm != SIGNATURE_ALGORITHM {
            return Err(DigestError::Value { member: "digestSignatureAlgorithm" });
        }
        let from = instant(&document.digest_start_time, "digestStartTime")?;
        let to = instant(&document.digest_end_time, "digestEndTime")?;
        let span = Span::new(from, to).ok_or(DigestError::Backwards)?;
        let previous = document.previous()?;
        let logs = document.log_files.into_iter().map(DocumentLog::read);
        Ok(Self {
            account: document.aws_account_id,
            span,
            end_text: document.digest_end_time,
            bucket: document.digest_s3_bucket,
            key: document.digest_s3_object,
            fingerprint: document.digest_public_key_fingerprint,
            previous,
            logs: logs.collect::<Result<_, _>>()?,
        })
    }

    /// What is signed, given the hash of the uncompressed bytes that the digest was read from.
    pub fn string_to_sign(&self, sha256: Sha256) -> String {
        let Self { end_text, bucket, key, .. } = self;
        let previous = self.previous.as_ref().map_or("null", |previous| &previous.signature);
        format!("{end_text}\n{bucket}/{key}\n{sha256}\n{previous}")
    }
}

fn instant(text: &str, member: &'static str) -> Result<Timestamp, DigestError> {
    text.parse().map_err(|_| DigestError::Value { member })
}

fn hash(algorithm: &str, value: &str, member: &'static str) -> Result<Sha256, DigestError> {
    let known = (algorithm == HASH_ALGORITHM).then(|| value.parse().ok()).flatten();
    known.ok_or(DigestError::Value { member })
}

impl Document {
    /// All five members, or five nulls.
    fn previous(&self) -> Result<Option<Previous>, DigestError> {
        let members = (
            &self.previous_digest_s3_bucket,
            &self.previous_digest_s3_object,
            &self.previous_digest_hash_value,
            &self.previous_digest_hash_algorithm,
            &self.previous_digest_signature,
        );
        match members {
            (None, None, None, None, None) => Ok(None),
            (Some(bucket), Some(key), Some(value), Some(algorithm), Some(signature)) => {
                Ok(Some(Previous {
                    bucket: bucket.clone(),
                    key: key.clone(),
                    sha256: hash(algorithm, value, "previousDigestHashValue")?,
                    signature: signature.clone(),
                }))
            }
            _ => {
                Err(DigestError::Value { member: "previousDigest members, some of which are null" })
            }
        }
    }
}

impl DocumentLog {
    fn read(self) -> Result<LogEntry, DigestError> {
        let sha256 = hash(&self.hash_algorithm, &self.hash_value, "logFiles hashValue")?;
        Ok(LogEntry { bucket: self.s3_bucket, key: self.s3_object, sha256 })
    }
}
