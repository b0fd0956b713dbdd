//! Gzip, one member and nothing behind it, in memory that does not grow with what comes out unless it is to be kept.

use std::io::{ErrorKind, Read};

use flate2::bufread::GzDecoder;
use flate2::{Decompress, FlushDecompress, Status};

use crate::hash::{Hasher, Sha256};

/// The least room that is made for what comes out next; as much is held of what is not kept.
const PIECE: usize = 32 * 1024;
/// The bytes behind the data: its checksum and its length.
const TRAILER: usize = 8;
/// No byte of compressed data makes more than so many.
const DENSEST: usize = 1032;

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

/// Inflates the first member and hashes what comes out; where it is to be kept, it is put behind what is there.
///
/// # Errors
/// Where the file is damaged or holds more than `limit` bytes; a part of them may have been kept then.
pub fn inflate(
    file: &[u8],
    limit: u64,
    kept: Option<&mut Vec<u8>>,
) -> Result<Inflated, InflateError> {
    let mut member = GzDecoder::new(file);
    if member.header().is_none() {
        // What is wrong with it is said when more is read.
        return match member.read(&mut [0]) {
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => {
                Ok(Inflated { sha256: Hasher::new().finish(), bytes: 0, end: End::CutOff })
            }
            _ => Err(InflateError::Damaged),
        };
    }
    let mut rest = member.into_inner();
    // That decoder would take the checksum, too, but several times as slowly.
    let (mut hasher, mut checksum) = (Hasher::new(), crc32fast::Hasher::new());
    let (mut raw, mut bytes) = (Decompress::new(false), 0_u64);
    let keeps = kept.is_some();
    let mut passing = Vec::new();
    let out = match kept {
        Some(kept) => {
            kept.reserve_exact(length(file, limit) + PIECE);
            kept
        }
        None => &mut passing,
    };
    let is_whole = loop {
        if !keeps {
            out.clear();
        }
        out.reserve(PIECE);
        let (before, from) = (raw.total_in(), out.len());
        let status = raw
            .decompress_vec(rest, out, FlushDecompress::None)
            .map_err(|_| InflateError::Damaged)?;
        let read = usize::try_from(raw.total_in() - before).unwrap_or(usize::MAX);
        rest = rest.get(read..).unwrap_or_default();
        let piece = out.get(from..).unwrap_or_default();
        bytes = bytes.saturating_add(u64::try_from(piece.len()).unwrap_or(u64::MAX));
        if bytes > limit {
            return Err(InflateError::TooLarge { limit });
        }
        hasher.update(piece);
        checksum.update(piece);
        match status {
            Status::StreamEnd => break true,
            // There was room for more.
            _ if read == 0 && piece.is_empty() => break false,
            Status::Ok | Status::BufError => {}
        }
    };
    let end = match rest.split_first_chunk::<TRAILER>().filter(|_| is_whole) {
        None => End::CutOff,
        Some((trailer, behind)) => {
            // The format counts the bytes modulo 2^32.
            let [c0, c1, c2, c3, b0, b1, b2, b3] = *trailer;
            let counted = u64::from(u32::from_le_bytes([b0, b1, b2, b3]));
            let summed = u32::from_le_bytes([c0, c1, c2, c3]);
            if summed != checksum.finalize() || counted != bytes & u64::from(u32::MAX) {
                return Err(InflateError::Damaged);
            }
            if behind.is_empty() { End::Whole } else { End::Followed }
        }
    };
    Ok(Inflated { sha256: hasher.finish(), bytes, end })
}

/// How many bytes are going to come out, if the last ones of the file are true and it may be so many.
fn length(file: &[u8], limit: u64) -> usize {
    let said = file.last_chunk().map_or(0, |bytes| u32::from_le_bytes(*bytes));
    let most = usize::try_from(limit).unwrap_or(usize::MAX).min(file.len().saturating_mul(DENSEST));
    usize::try_from(said).unwrap_or(usize::MAX).min(most)
}
