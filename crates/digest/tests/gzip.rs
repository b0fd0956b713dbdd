//! Gzip files that are damaged, cut off, longer than they seem, or much larger.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use trailproof_digest::Sha256;
use trailproof_digest::inflate::{End, InflateError, inflate};

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn read(file: &[u8]) -> Result<(Sha256, u64, End), InflateError> {
    let mut out = Vec::new();
    let inflated = inflate(file, 1 << 20, &mut |piece| out.extend_from_slice(piece))?;
    assert_eq!(Sha256::of(&out), inflated.sha256);
    Ok((inflated.sha256, inflated.bytes, inflated.end))
}

#[test]
fn a_whole_file_is_whole_and_a_second_member_is_seen() {
    let text = b"{\"Records\":[]}".repeat(9_000);
    let whole = (Sha256::of(&text), 126_000, End::Whole);
    assert_eq!(read(&gzip(&text)), Ok(whole));
    for tail in [gzip(b"more"), vec![0], b"junk".to_vec()] {
        let file = [gzip(&text), tail].concat();
        assert_eq!(read(&file), Ok((whole.0, whole.1, End::Followed)));
    }
}

#[test]
fn every_cut_is_seen() {
    let text = b"abcdefgh".repeat(50);
    let file = gzip(&text);
    for length in 0..file.len() {
        let (sha256, _, end) = read(&file[..length]).unwrap();
        assert_eq!(end, End::CutOff, "{length}");
        // Once the data is whole only the trailer's eight bytes are missing.
        assert!(length < file.len() - 8 || sha256 == Sha256::of(&text));
    }
}

#[test]
fn a_wrong_checksum_or_length_is_damage() {
    let file = gzip(b"some text");
    for from_end in 1..=8 {
        let mut file = file.clone();
        let at = file.len() - from_end;
        file[at] ^= 1;
        assert_eq!(read(&file), Err(InflateError::Damaged));
    }
    for other in [&b"plain text, not compressed"[..], b"\x1f\x8b\x09\0\0\0\0\0\0\0\0", &[0; 64]] {
        assert_eq!(read(other), Err(InflateError::Damaged));
    }
}

#[test]
fn a_bomb_stops_at_the_limit() {
    let bomb = gzip(&vec![0; 8 << 20]);
    assert!(bomb.len() < 10_000);
    let mut most = 0;
    let stopped = inflate(bomb.as_slice(), 1 << 20, &mut |piece| most = most.max(piece.len()));
    assert_eq!(stopped, Err(InflateError::TooLarge { limit: 1 << 20 }));
    assert!(most <= 32 * 1024, "pieces are small: {most}");
}
