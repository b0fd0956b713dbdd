//! Snapshots from a stranger's hand: whatever can be read can be judged, twice the same.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use trailproof_core::assess::{AssessError, assess_held};
use trailproof_core::policy::Policy;
use trailproof_core::snapshot::{Bundle, Document, Manifest};
use trailproof_fuzz::{Choices, bundle, spoilt};

static WHOLE: LazyLock<Value> =
    LazyLock::new(|| serde_json::to_value(bundle()).expect("a bundle has a JSON form"));

fn judge(bundle: &Bundle) {
    let written = serde_json::to_vec(bundle).expect("a bundle has a JSON form");
    assert_eq!(&serde_json::from_slice::<Bundle>(&written).expect("its own"), bundle);
    let policy = Policy::default();
    let assessed =
        || assess_held(bundle, trailproof_checks::CATALOGUE, &policy);
    let first = assessed();
    assert_eq!(first, assessed());
    let first = match first {
        Ok(assessment) => assessment,
        Err(AssessError::Order(_)) => return,
        Err(error) => panic!("{error}"),
    };
    for evidence in first.results.iter().flat_map(|finding| &finding.evidence) {
        let (_, pointer) = evidence.source.split_once('#').expect("a document and a pointer");
        assert!(is_pointer(pointer), "{pointer:?}");
    }
}

/// RFC 6901: parts that begin with a slash, in which a tilde is followed by 0 or 1.
fn is_pointer(text: &str) -> bool {
    let escaped = text
        .match_indices('~')
        .all(|(at, _)| matches!(text.as_bytes().get(at + 1), Some(b'0' | b'1')));
    text.starts_with("/observations/") && text.matches('/').count() == 2 && escaped
}

fuzz_target!(|bytes: &[u8]| {
    if bytes.first() == Some(&b'{') {
        let _ = serde_json::from_slice::<Manifest>(bytes);
        let _ = serde_json::from_slice::<Document>(bytes);
        if let Ok(bundle) = serde_json::from_slice::<Bundle>(bytes) {
            judge(&bundle);
        }
        return;
    }
    if let Some(bundle) = spoilt(&WHOLE, &mut Choices::new(bytes)) {
        judge(&bundle);
    }
});
