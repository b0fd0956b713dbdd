//! What an object turned out to be, looked at by itself: the part of the work that is done in parallel.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::digest::Digest;
use crate::hash::Sha256;
use crate::inflate::{End, InflateError, Inflated, inflate};
use crate::place::{FetchRequest, Ticket};

/// What a caller got for a [`FetchRequest`].
#[derive(Clone, Copy, Debug)]
pub enum Fetched<'a> {
    /// The object.
    Object {
        /// Its bytes, compressed.
        bytes: &'a [u8],
        /// Its user metadata.
        metadata: &'a Metadata,
    },
    /// There is no such object.
    Missing,
    /// It could not be read: access or decryption was denied, the bucket is out of reach.
    Refused(&'a str),
}

/// An object's user metadata.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Metadata {
    /// It was lost with the copy, as `aws s3 sync` loses it.
    Lost,
    /// As it is; names are lower-case, with or without `x-amz-meta-`.
    Known(BTreeMap<String, String>),
}

impl Metadata {
    /// Reads a file that was kept with a mirror: an object of texts, alone or as the member `Metadata` that `aws s3api
    /// head-object` prints.
    ///
    /// # Errors
    /// Where it is neither.
    pub fn from_json(bytes: &[u8]) -> Result<Self, serde_json::Error> {
        #[derive(serde::Deserialize)]
        #[serde(untagged)]
        enum Document {
            Head {
                #[serde(rename = "Metadata")]
                metadata: BTreeMap<String, String>,
            },
            Alone(BTreeMap<String, String>),
        }
        Ok(match serde_json::from_slice(bytes)? {
            Document::Head { metadata } => Self::Known(metadata),
            Document::Alone(metadata) => Self::Known(metadata),
        })
    }

    fn get(&self, name: &str) -> Option<&str> {
        let Self::Known(all) = self else { return None };
        all.get(name).or_else(|| all.get(&format!("x-amz-meta-{name}"))).map(String::as_str)
    }
}

/// The most that is inflated of one object.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of a digest; they are held in memory.
    pub digest: u64,
    /// Bytes of a log file; they pass by.
    pub log: u64,
    /// Bytes of a log file's text that are kept before it is known whether it is proved.
    pub text: u64,
}

impl Default for Limits {
    /// 64 MiB, some 200,000 log files an hour; 4 GiB; and 64 MiB.
    fn default() -> Self {
        Self { digest: 64 << 20, log: 4 << 30, text: 64 << 20 }
    }
}

/// What an object turned out to be; goes back to [`Place::take`](crate::Place::take).
#[derive(Clone, Debug)]
pub struct Evidence {
    pub(crate) ticket: Ticket,
    pub(crate) compressed: u64,
    pub(crate) object: Seen,
}

#[derive(Clone, Debug)]
pub(crate) enum Seen {
    Missing,
    Refused(String),
    /// Not a digest, not a gzip file: and why.
    Damaged(String),
    Digest(Box<SeenDigest>),
    Log(SeenLog),
}

#[derive(Clone, Debug)]
pub(crate) struct SeenDigest {
    pub sha256: Sha256,
    pub digest: Digest,
    pub signature: Signature,
    pub end: End,
    pub generated: Option<Timestamp>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct SeenLog {
    pub sha256: Sha256,
    pub bytes: u64,
    pub end: End,
}

impl SeenLog {
    /// Whether it is what was expected, and nothing behind it.
    fn is(&self, expected: Option<Sha256>) -> bool {
        self.end == End::Whole && expected == Some(self.sha256)
    }
}

impl From<Inflated> for SeenLog {
    fn from(Inflated { sha256, bytes, end }: Inflated) -> Self {
        Self { sha256, bytes, end }
    }
}

/// The signature in a digest's metadata.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Signature {
    Lost,
    Absent,
    /// Not hexadecimal, or said to be of another algorithm.
    Unreadable(String),
    Read(Vec<u8>),
}

impl Evidence {
    /// How many bytes were read, as they are stored.
    pub fn stored_bytes(&self) -> u64 {
        self.compressed
    }

    /// Whether the object is the log file that a proved digest lists: its contents, and nothing behind them.
    pub fn is_proved(&self, request: &FetchRequest) -> bool {
        match &self.object {
            Seen::Log(log) => log.is(request.expected),
            _ => false,
        }
    }

    /// The fingerprint of the key that a digest is signed with: what is not in the key ring may be fetched before the
    /// evidence is handed on.
    pub fn fingerprint(&self) -> Option<&str> {
        match &self.object {
            Seen::Digest(seen) => Some(&seen.digest.fingerprint),
            _ => None,
        }
    }

    /// When a backfill digest was made, as its metadata says: its key was valid then, long after the hour perhaps.
    pub fn backfill_generated(&self) -> Option<Timestamp> {
        match &self.object {
            Seen::Digest(seen) => seen.generated,
            _ => None,
        }
    }
}

/// Looks at an object.
pub fn examine(request: &FetchRequest, fetched: Fetched<'_>, limits: &Limits) -> Evidence {
    examine_into(request, fetched, limits, None)
}

/// Looks at an object, and puts a log file's text into an empty buffer. It is worth what the evidence is found to be worth.
///
/// A text that is longer than [`Limits::text`] is kept only where it is [proved](Evidence::is_proved): anyone who may write
/// to a bucket can put a small object there that makes a large text, but not one whose hash AWS signed.
pub fn examine_into(
    request: &FetchRequest,
    fetched: Fetched<'_>,
    limits: &Limits,
    text: Option<&mut Vec<u8>>,
) -> Evidence {
    let (object, compressed) = match fetched {
        Fetched::Missing => (Seen::Missing, 0),
        Fetched::Refused(why) => (Seen::Refused(why.to_owned()), 0),
        Fetched::Object { bytes, metadata } => {
            let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
            let seen = match request.is_digest {
                true => digest(bytes, metadata, limits.digest),
                false => match log(bytes, request.expected, limits, text) {
                    Ok(log) => Seen::Log(log),
                    Err(error) => Seen::Damaged(not(&error)),
                },
            };
            (seen, length)
        }
    };
    Evidence { ticket: request.ticket, compressed, object }
}

fn not(error: &impl std::fmt::Display) -> String {
    format!("failed to {error}")
}

fn log(
    file: &[u8],
    expected: Option<Sha256>,
    limits: &Limits,
    text: Option<&mut Vec<u8>>,
) -> Result<SeenLog, InflateError> {
    let Some(text) = text else { return inflate(file, limits.log, None).map(SeenLog::from) };
    match inflate(file, limits.text.min(limits.log), Some(text)) {
        Err(InflateError::TooLarge { .. }) => {}
        other => return other.map(SeenLog::from),
    }
    // The room is given back first: others look at their files now, too.
    *text = Vec::new();
    let seen = SeenLog::from(inflate(file, limits.log, None)?);
    if seen.is(expected) {
        inflate(file, limits.log, Some(text))?;
    }
    Ok(seen)
}

fn digest(file: &[u8], metadata: &Metadata, limit: u64) -> Seen {
    let mut bytes = Vec::new();
    let inflated = match inflate(file, limit, Some(&mut bytes)) {
        Ok(inflated) => inflated,
        Err(error) => return Seen::Damaged(not(&error)),
    };
    match Digest::parse(&bytes) {
        // Unlike a log file's, its contents say nothing before they are whole.
        Ok(_) if inflated.end == End::CutOff => Seen::Damaged(not(&InflateError::Damaged)),
        Ok(digest) => Seen::Digest(Box::new(SeenDigest {
            sha256: inflated.sha256,
            digest,
            signature: signature(metadata),
            end: inflated.end,
            generated: metadata
                .get("backfill-generation-timestamp")
                .and_then(|text| text.parse().ok()),
        })),
        Err(error) => Seen::Damaged(not(&error)),
    }
}

fn signature(metadata: &Metadata) -> Signature {
    if *metadata == Metadata::Lost {
        return Signature::Lost;
    }
    let algorithm = metadata.get("signature-algorithm");
    match (metadata.get("signature"), algorithm) {
        (None, _) => Signature::Absent,
        (Some(text), Some(crate::digest::SIGNATURE_ALGORITHM) | None) => match hex::decode(text) {
            Ok(bytes) => Signature::Read(bytes),
            Err(_) => Signature::Unreadable(text.to_owned()),
        },
        (Some(_), Some(other)) => Signature::Unreadable(other.to_owned()),
    }
}
