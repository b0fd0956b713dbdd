//! The texts of log files, kept as far as their worth is known.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use support::forge::{History, Hour, gzip};
use support::place;
use trailproof_digest::{
    FetchRequest, Fetched, Limits, Metadata, Next, Options, Sha256, examine, examine_into,
};

mod support;

/// The first log file that is asked for.
fn log_request() -> FetchRequest {
    let history = History::of(&[Hour { logs: 1, ..Hour::default() }]);
    let mut place = place(&history.bucket, Options::new(history.span));
    loop {
        match place.step() {
            Next::List(request) => {
                history.bucket.objects.keys().for_each(|key| place.listed(key));
                place.listing_done(&request, Ok(()));
            }
            Next::Fetch(request) if !request.is_digest => return request,
            Next::Fetch(request) => {
                let fetched = history.bucket.fetched(&request);
                place.take(examine(&request, fetched, &Limits::default()), &history.ring());
            }
            other => panic!("{other:?}"),
        }
    }
}

/// What is kept of a text, and how much room it has; and whether it is proved, as without being kept.
fn kept(text: &[u8], expected: Option<Sha256>, behind: &[u8], most: u64) -> (Vec<u8>, usize, bool) {
    let mut request = log_request();
    request.expected = expected;
    let file = [gzip(text).as_slice(), behind].concat();
    let fetched = Fetched::Object { bytes: &file, metadata: &Metadata::Lost };
    let limits = Limits { text: most, ..Limits::default() };
    let mut out = Vec::new();
    let evidence = examine_into(&request, fetched, &limits, Some(&mut out));
    let proved = evidence.is_proved(&request);
    assert_eq!(examine(&request, fetched, &limits).is_proved(&request), proved);
    let room = out.capacity();
    (out, room, proved)
}

#[test]
fn a_text_that_is_not_long_is_kept_whatever_it_is_worth() {
    let text = b"{\"Records\":[]}".repeat(100);
    let hash = Some(Sha256::of(&text));
    for (expected, behind, proved) in
        [(hash, &b""[..], true), (hash, b"more", false), (None, b"", false)]
    {
        let (out, _, is) = kept(&text, expected, behind, 1 << 20);
        assert_eq!((out == text, is), (true, proved));
    }
}

#[test]
fn a_long_text_is_kept_only_where_it_is_proved() {
    let text = b"{\"Records\":[]}".repeat(100_000);
    let hash = Some(Sha256::of(&text));
    let (out, _, proved) = kept(&text, hash, b"", 1 << 20);
    assert!(out == text && proved);
    for (expected, behind) in [(Some(Sha256::of(b"other")), &b""[..]), (hash, b"more"), (None, b"")]
    {
        let (out, room, proved) = kept(&text, expected, behind, 1 << 20);
        assert_eq!((out.len(), room, proved), (0, 0, false));
    }
}
