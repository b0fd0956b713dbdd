//! Gzip files, and what follows them.
#![no_main]

use libfuzzer_sys::fuzz_target;
use trailproof_digest::Sha256;
use trailproof_digest::inflate::{End, InflateError, inflate};

const LIMIT: u64 = 1 << 20;

fuzz_target!(|file: &[u8]| {
    let mut out = Vec::new();
    let inflated = inflate(file, LIMIT, Some(&mut out));
    assert_eq!(inflated, inflate(file, LIMIT, None));
    assert!(out.capacity() as u64 <= 3 * LIMIT);
    let inflated = match inflated {
        Ok(inflated) => inflated,
        Err(error) => {
            assert!(
                error == InflateError::Damaged || error == InflateError::TooLarge { limit: LIMIT }
            );
            return;
        }
    };
    assert_eq!((inflated.sha256, inflated.bytes), (Sha256::of(&out), out.len() as u64));
    if inflated.end == End::Whole {
        let cut = inflate(&file[..file.len() - 1], LIMIT, None);
        assert_eq!(cut.map(|cut| (cut.sha256, cut.end)), Ok((inflated.sha256, End::CutOff)));
        let longer = inflate([file, b"\0"].concat().as_slice(), LIMIT, None);
        assert_eq!(
            longer.map(|longer| (longer.sha256, longer.end)),
            Ok((inflated.sha256, End::Followed))
        );
    }
});
