//! Gzip files, and what follows them.
#![no_main]

use libfuzzer_sys::fuzz_target;
use trailproof_digest::Sha256;
use trailproof_digest::inflate::{End, InflateError, inflate};

const LIMIT: u64 = 1 << 20;

fuzz_target!(|file: &[u8]| {
    let (mut out, mut largest) = (Vec::new(), 0);
    let inflated = inflate(file, LIMIT, &mut |piece| {
        largest = largest.max(piece.len());
        out.extend_from_slice(piece);
    });
    assert!(largest <= 1 << 16 && out.len() as u64 <= LIMIT);
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
        let cut = inflate(&file[..file.len() - 1], LIMIT, &mut |_| {});
        assert_eq!(cut.map(|cut| (cut.sha256, cut.end)), Ok((inflated.sha256, End::CutOff)));
        let longer = inflate([file, b"\0"].concat().as_slice(), LIMIT, &mut |_| {});
        assert_eq!(
            longer.map(|longer| (longer.sha256, longer.end)),
            Ok((inflated.sha256, End::Followed))
        );
    }
});
