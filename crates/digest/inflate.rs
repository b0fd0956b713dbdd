//! Gzip, one member and nothing behind it, in memory that does not grow with what comes out.

use std::io::{BufRead, ErrorKind, Read};

use flate2::bufread::GzDecoder;

use crate::hash::{Hasher, Sha256};

/// What a gzip file held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Inflated {
    /// The hash of all that came out.
    pub sha256: Sha256,
    /// How many bytes came out.
    pub bytes: u64,
    /// How the file ended.
    pub end: End,
}

/// How a gzip file ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// With the member's trailer, which agrees with what came out, and nothing behind it.
    Whole,
    /// With the trailer, but more bytes follow: a second member, which most readers read on, or anything else.
    Followed,
    /// Before the trailer was complete, and perhaps before the data was.
    CutOff,
}

/// A file is no gzip file, or too large a one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InflateError {
    /// The header, the compressed data or the trailer's checksum is wrong.
    #[error("inflate it: the header, the data or the checksum is wrong")]
    Damaged,
    /// More came out than was allowed.
    #[error("inflate it within {limit} bytes")]
    TooLarge {
        /// The number of bytes allowed.
        limit: u64,
    },
}

/// Inflates the first member, hashing what comes out and handing it to `sink` piece by piece.
///
/// # Errors
/// Where the file is damaged, cannot be read, or holds more than `limit` bytes; `sink` has had a part of it then.
pub fn inflate(
    file: impl BufRead,
    limit: u64,
    sink: &mut dyn FnMut(&[u8]),
) -> Result<Inflated, InflateError> {
    let mut decoder = GzDecoder::new(file);
    let (mut hasher, mut bytes) = (Hasher::new(), 0_u64);
    let mut buffer = vec![0_u8; 32 * 1024];
    let cut_off = loop {
        match decoder.read(&mut buffer) {
            Ok(0) => break false,
            Ok(count) => {
                let piece = buffer.get(..count).unwrap_or_default();
                bytes = bytes.saturating_add(u64::try_from(count).unwrap_or(u64::MAX));
                if bytes > limit {
                    return Err(InflateError::TooLarge { limit });
                }
                hasher.update(piece);
                sink(piece);
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => break true,
            Err(_) => return Err(InflateError::Damaged),
        }
    };
    let end = match cut_off {
        true => End::CutOff,
        false => match decoder.into_inner().fill_buf() {
            Ok([]) => End::Whole,
            Ok(_) => End::Followed,
            Err(_) => return Err(InflateError::Damaged),
        },
    };
    Ok(Inflated { sha256: hasher.finish(), bytes, end })
}
