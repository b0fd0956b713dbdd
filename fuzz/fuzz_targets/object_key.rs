//! Object keys: what is read is written as it was.
#![no_main]

use libfuzzer_sys::fuzz_target;
use trailproof_digest::ObjectKey;

fuzz_target!(|text: &str| {
    let Some(key) = ObjectKey::parse(text) else { return };
    assert_eq!(key.to_string(), text);
    let folder = key.folder();
    assert_eq!(folder.account.len(), 12);
    let start = match &key {
        ObjectKey::Digest(_) => folder.digests(),
        ObjectKey::Log(log) => folder.of_kind(&log.kind),
    };
    assert!(text.starts_with(&start));
});
