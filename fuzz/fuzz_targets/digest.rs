//! Digests, their metadata as files beside a mirror, and the openings of log files.
#![no_main]

use libfuzzer_sys::fuzz_target;
use trailproof_digest::log::LogHeader;
use trailproof_digest::{Digest, Metadata, Sha256};

fuzz_target!(|bytes: &[u8]| {
    let _ = Metadata::from_json(bytes);
    if let Some(header) = LogHeader::parse(bytes) {
        assert!(header.first.is_none() || bytes.len() > "{\"Records\":[{}".len());
    }
    let digest = match Digest::parse(bytes) {
        Ok(digest) => digest,
        Err(error) => return assert!(!error.to_string().is_empty()),
    };
    assert!(digest.span.from < digest.span.to);
    let sha256 = Sha256::of(bytes);
    let signed = digest.string_to_sign(sha256);
    let previous = digest.previous.as_ref().map_or("null", |previous| &previous.signature);
    assert!(signed.starts_with(&format!("{}\n{}/", digest.end_text, digest.bucket)));
    assert!(signed.ends_with(&format!("/{}\n{sha256}\n{previous}", digest.key)));
    // A document that is cut off says nothing.
    let end = bytes.trim_ascii_end().len();
    assert!(Digest::parse(&bytes[..end - 1]).is_err());
});
