//! A bucket with digests and log files, spoilt in a few places, and verified.
#![no_main]

use std::collections::BTreeMap;
use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use trailproof_digest::inflate::{End, inflate};
use trailproof_digest::{
    FetchRequest, Fetched, Folder, HourState, KeyRing, Limits, Metadata, Next, Options, Place,
    PlaceReport, Sha256, Span, Trail, Verdict, examine,
};
use trailproof_fuzz::Choices;

/// Bytes and metadata; or none, where it cannot be read.
type Bucket = BTreeMap<String, Option<(Vec<u8>, Metadata)>>;

struct Base {
    bucket: Bucket,
    keys: KeyRing,
    span: Span,
}

static BASES: LazyLock<Vec<Base>> = LazyLock::new(|| {
    let vectors: Value =
        serde_json::from_str(include_str!("../../crates/digest/tests/vectors.json"))
            .expect("the worked chains are JSON");
    let bases = vectors["bases"].as_object().expect("by name").values();
    bases.map(base).collect()
});

fn base(base: &Value) -> Base {
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let object = |object: &Value| {
        let bytes = STANDARD.decode(text(&object["gz_base64"])).expect("Base64");
        let metadata = object["metadata"].as_object().into_iter().flatten();
        let metadata = metadata.map(|(name, value)| (name.clone(), text(value))).collect();
        (text(&object["key"]), Some((bytes, Metadata::Known(metadata))))
    };
    let instant = |at: usize| text(&base["range"][at]).parse().expect("an instant");
    Base {
        bucket: base["objects"].as_array().expect("objects").iter().map(object).collect(),
        keys: KeyRing::from_json(base["public_keys"].to_string().as_bytes()).expect("keys"),
        span: Span::new(instant(0), instant(1)).expect("a span"),
    }
}

fn spoil(bucket: &mut Bucket, choices: &mut Choices<'_>) {
    let keys: Vec<String> = bucket.keys().cloned().collect();
    let pick = |choices: &mut Choices<'_>| {
        keys.get(choices.below(keys.len())).cloned().unwrap_or_default()
    };
    let key = pick(choices);
    let kind = choices.byte() % 9;
    let other = pick(choices);
    let donor = bucket.get(&other).cloned().flatten();
    match (kind, bucket.get_mut(&key)) {
        (0, _) => drop(bucket.remove(&key)),
        (1, Some(object)) => *object = None,
        (2, Some(Some((bytes, _)))) => {
            let at = choices.below(bytes.len());
            if let Some(byte) = bytes.get_mut(at) {
                *byte = choices.byte();
            }
        }
        (3, Some(Some((bytes, _)))) => bytes.truncate(choices.below(bytes.len())),
        (4, Some(Some((bytes, _)))) => {
            bytes.extend(donor.map(|(bytes, _)| bytes).unwrap_or_default())
        }
        (5, Some(object)) => *object = donor,
        (6, Some(Some((_, metadata)))) => *metadata = Metadata::Lost,
        (7, Some(Some((_, Metadata::Known(all))))) => {
            all.insert("signature".to_owned(), choices.text());
        }
        (_, _) => {
            // The key of another minute, hour, trail or kind.
            let at = choices.below(key.len());
            let mut name = key.into_bytes();
            if let Some(byte) = name.get_mut(at) {
                *byte = choices.byte() & 0x7f;
            }
            bucket.insert(String::from_utf8_lossy(&name).into_owned(), donor);
        }
    }
}

fn walk(bucket: &Bucket, base: &Base, (discover, backwards): (bool, bool)) -> PlaceReport {
    let folder = Folder {
        prefix: String::new(),
        organization: None,
        account: "111122223333".to_owned(),
        region: "us-east-1".to_owned(),
    };
    let trail =
        Trail { name: "t".to_owned(), home_region: "us-east-1".to_owned(), ..Trail::default() };
    let trails = if discover { Vec::new() } else { vec![trail] };
    let mut place = Place::new("vectors", folder, trails, Options::new(base.span));
    let (mut open, mut steps): (Vec<FetchRequest>, u32) = (Vec::new(), 0);
    loop {
        steps += 1;
        assert!(steps < 1_000, "it comes to an end");
        match place.step() {
            Next::List(request) => {
                let prefixes: Vec<String> = request.day_prefixes().collect();
                let within = |key: &&String| prefixes.iter().any(|prefix| key.starts_with(prefix));
                bucket.keys().filter(within).for_each(|key| place.listed(key));
                place.listing_done(&request, Ok(()));
            }
            Next::Fetch(request) => open.push(request),
            Next::Wait => {
                assert!(!open.is_empty(), "it waits for nothing");
                let request = if backwards { open.pop() } else { Some(open.remove(0)) };
                let request = request.expect("one is open");
                let fetched = match bucket.get(&request.key) {
                    _ if request.bucket != "vectors" => Fetched::Refused("another bucket"),
                    None => Fetched::Missing,
                    Some(None) => Fetched::Refused("denied"),
                    Some(Some((bytes, metadata))) => Fetched::Object { bytes, metadata },
                };
                place.take(
                    examine(
                        &request,
                        fetched,
                        &Limits { digest: 1 << 20, log: 1 << 20, ..Limits::default() },
                    ),
                    &base.keys,
                );
            }
            Next::Done => return place.finish(),
        }
    }
}

/// What an object says, where it says something.
fn content(bytes: &[u8]) -> Option<Sha256> {
    let inflated = inflate(bytes, 1 << 20, None).ok()?;
    (inflated.end == End::Whole).then_some(inflated.sha256)
}

fuzz_target!(|bytes: &[u8]| {
    let mut choices = Choices::new(bytes);
    let Some(base) = BASES.get(choices.below(BASES.len())) else { return };
    let discover = choices.byte().is_multiple_of(2);
    let mut bucket = base.bucket.clone();
    for _ in 0..6 {
        if choices.is_empty() {
            break;
        }
        spoil(&mut bucket, &mut choices);
    }
    let report = walk(&bucket, base, (discover, false));
    assert_eq!(report, walk(&bucket, base, (discover, true)));
    for chain in &report.chains {
        let sum = chain.hours_proved + chain.hours_missing + chain.hours_gap;
        assert_eq!(sum + chain.hours_unverified + chain.hours_broken, chain.hours_total);
        for stretch in chain.stretches.iter().filter(|stretch| stretch.state != HourState::Proved) {
            let span = stretch.span;
            // A log file that two trails share is reported once.
            let about = report.findings.iter().any(|one| one.from < span.to && span.from < one.to);
            assert!(about, "{stretch:?} {:?}", report.findings);
        }
    }
    // Nothing points at a backfill digest: that it is gone together with its log files shows nowhere.
    let backfills = base.bucket.keys().filter(|key| key.contains("_backfill"));
    let there = backfills.into_iter().all(|key| bucket.contains_key(key));
    if Verdict::of([&report]) == Verdict::Intact && !discover && there {
        for (key, object) in &base.bucket {
            let now = bucket.get(key).cloned().flatten().map(|(bytes, _)| content(&bytes));
            assert_eq!(now, object.as_ref().map(|(bytes, _)| content(bytes)), "{key}");
        }
    }
});
