//! Gzip files that are damaged, cut off, longer than they seem, or much larger.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::io::{ErrorKind, Read, Write};

use flate2::bufread::GzDecoder;
use flate2::write::GzEncoder;
use flate2::{Compression, GzBuilder};
use proptest::prelude::*;
use trailproof_digest::Sha256;
use trailproof_digest::inflate::{End, InflateError, inflate};

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn read(file: &[u8]) -> Result<(Sha256, u64, End), InflateError> {
    let passed = inflate(file, 1 << 20, None);
    let mut out = b"before".to_vec();
    let kept = inflate(file, 1 << 20, Some(&mut out));
    assert_eq!(kept, passed);
    let inflated = kept?;
    assert_eq!(Sha256::of(out.strip_prefix(b"before").unwrap()), inflated.sha256);
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
    let stopped = Err(InflateError::TooLarge { limit: 1 << 20 });
    assert_eq!(inflate(&bomb, 1 << 20, None), stopped);
    // What the file says of its length is not believed, nor does more come out of one that says less.
    for said in [8 << 20, u32::MAX, 0] {
        let mut bomb = bomb.clone();
        let at = bomb.len() - 4;
        bomb[at..].copy_from_slice(&said.to_le_bytes());
        let mut out = Vec::new();
        assert_eq!(inflate(&bomb, 1 << 20, Some(&mut out)), stopped);
        assert!(out.capacity() <= 5 << 19, "{}", out.capacity());
    }
}

#[test]
fn a_small_file_makes_room_for_no_more_than_can_come_out() {
    let mut file = gzip(b"some text");
    let at = file.len() - 4;
    file[at..].copy_from_slice(&u32::MAX.to_le_bytes());
    let mut out = Vec::new();
    assert_eq!(inflate(&file, u64::MAX, Some(&mut out)), Err(InflateError::Damaged));
    assert!(out.capacity() <= 1 << 17, "{}", out.capacity());
}

/// The same from the library's own reader of such files, which takes the checksum itself.
fn as_the_library_reads_it(file: &[u8]) -> Result<(Sha256, u64, End), InflateError> {
    let (mut out, mut decoder) = (Vec::new(), GzDecoder::new(file));
    let end = match decoder.read_to_end(&mut out) {
        Ok(_) if decoder.get_ref().is_empty() => End::Whole,
        Ok(_) => End::Followed,
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => End::CutOff,
        Err(_) => return Err(InflateError::Damaged),
    };
    Ok((Sha256::of(&out), out.len() as u64, end))
}

proptest! {
    #[test]
    fn whatever_a_file_holds_is_what_the_library_reads(
        text in proptest::collection::vec(b'a'..b'e', 0..3_000),
        level in 0_u32..10,
        named: bool,
        changes in proptest::collection::vec((0.0..1.0, any::<u8>()), 0..3),
        cut in prop_oneof![3 => Just(1.0), 1 => 0.0..1.0],
        tail in prop_oneof![3 => Just(Vec::new()), 1 => proptest::collection::vec(any::<u8>(), 0..12)],
    ) {
        let name = if named { GzBuilder::new().filename("log").comment("c") } else { GzBuilder::new() };
        let mut encoder = name.write(Vec::new(), Compression::new(level));
        encoder.write_all(&text).unwrap();
        let mut file = encoder.finish().unwrap();
        let place = |share: f64, length: usize| (share * length as f64) as usize;
        for (at, byte) in changes {
            let at = place(at, file.len());
            file[at] = byte;
        }
        file.truncate(place(cut, file.len()));
        file.extend(tail);
        prop_assert_eq!(read(&file), as_the_library_reads_it(&file));
    }
}
