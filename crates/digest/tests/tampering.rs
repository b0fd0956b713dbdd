//! Random chains, tampered with at random, are never intact; untouched ones always are.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;

use flate2::read::MultiGzDecoder;
use jiff::SignedDuration;
use proptest::prelude::*;
use support::forge::{History, Hour, gzip};
use support::{Bucket, Object, place};
use trailproof_digest::{
    HourState, Kind, Metadata, ObjectKey, Options, PlaceReport, Severity, Stretch, Verdict,
};

mod support;

/// One thing that somebody does to a bucket; the numbers choose the objects.
#[derive(Clone, Debug)]
enum Tampering {
    DeleteLog(usize),
    DeleteDigest(usize),
    ChangeLog(usize),
    SwapLogs(usize, usize),
    SwapDigests(usize, usize),
    /// Lists one log file less, or another hash, and signs again: with a key of one's own, or AWS's own.
    Resign {
        digest: usize,
        key: usize,
        drop: bool,
    },
    Truncate(usize, usize),
    Append(usize, bool),
    Flip(usize, usize),
    AddLog(usize),
    AddDigest(usize),
    LoseSignature(usize),
    SpoilSignature(usize, usize),
    Copy(usize, usize),
}

fn hours() -> impl Strategy<Value = Vec<Hour>> {
    let gap = prop_oneof![12 => Just(0_u8), 1 => 1_u8..4];
    let hour = (0_u8..4, prop_oneof![6 => Just(0_u8), 1 => 1_u8..3], gap, any::<bool>())
        .prop_map(|(logs, late, gap, key)| Hour { logs, late, gap, key });
    proptest::collection::vec(hour, 1..14)
}

fn tampering() -> impl Strategy<Value = Tampering> {
    use Tampering::*;
    let at = any::<usize>;
    prop_oneof![
        at().prop_map(DeleteLog),
        at().prop_map(DeleteDigest),
        at().prop_map(ChangeLog),
        (at(), at()).prop_map(|(one, other)| SwapLogs(one, other)),
        (at(), at()).prop_map(|(one, other)| SwapDigests(one, other)),
        (at(), 0_usize..3, any::<bool>()).prop_map(|(digest, key, drop)| Resign {
            digest,
            key,
            drop
        }),
        (at(), at()).prop_map(|(one, length)| Truncate(one, length)),
        (at(), any::<bool>()).prop_map(|(one, member)| Append(one, member)),
        (at(), at()).prop_map(|(one, bit)| Flip(one, bit)),
        at().prop_map(AddLog),
        at().prop_map(AddDigest),
        at().prop_map(LoseSignature),
        (at(), at()).prop_map(|(one, digit)| SpoilSignature(one, digit)),
        (at(), at()).prop_map(|(one, other)| Copy(one, other)),
    ]
}

fn of<T: Clone>(all: &[T], at: usize) -> Option<T> {
    (!all.is_empty()).then(|| all[at % all.len()].clone())
}

fn bytes<'a>(bucket: &'a mut Bucket, key: &str) -> Option<&'a mut Vec<u8>> {
    match bucket.objects.get_mut(key)? {
        Object::There { bytes, .. } => Some(bytes),
        Object::Refused(_) => None,
    }
}

fn signature<'a>(bucket: &'a mut Bucket, key: &str) -> Option<&'a mut BTreeMap<String, String>> {
    match bucket.objects.get_mut(key)? {
        Object::There { metadata: Metadata::Known(all), .. } => Some(all),
        _ => None,
    }
}

fn swap(bucket: &mut Bucket, one: &str, other: &str) {
    let (Some(first), Some(second)) =
        (bucket.objects.get(one).cloned(), bucket.objects.get(other).cloned())
    else {
        return;
    };
    bucket.objects.insert(one.to_owned(), second);
    bucket.objects.insert(other.to_owned(), first);
}

fn tamper(history: &mut History, tampering: &Tampering) -> Option<()> {
    let digests: Vec<String> = history.digests.iter().map(|made| made.key.clone()).collect();
    let logs: Vec<String> =
        history.digests.iter().flat_map(|made| made.logs.iter().cloned()).collect();
    let all: Vec<String> = history.bucket.objects.keys().cloned().collect();
    let bucket = &mut history.bucket;
    match *tampering {
        Tampering::DeleteLog(at) => drop(bucket.objects.remove(&of(&logs, at)?)),
        Tampering::DeleteDigest(at) => drop(bucket.objects.remove(&of(&digests, at)?)),
        Tampering::ChangeLog(at) => {
            *bytes(bucket, &of(&logs, at)?)? = gzip(br#"{"Records":[]}"#);
        }
        Tampering::SwapLogs(one, other) => swap(bucket, &of(&logs, one)?, &of(&logs, other)?),
        Tampering::SwapDigests(one, other) => {
            swap(bucket, &of(&digests, one)?, &of(&digests, other)?);
        }
        Tampering::Resign { digest, key, drop } => {
            let made = of(&history.digests, digest)?;
            // Who has AWS's key and writes what no other digest vouches for, has written the truth.
            if key < 2 && !made.vouched {
                return None;
            }
            let mut document = made.document;
            document["digestPublicKeyFingerprint"] = history.keys[key].fingerprint().into();
            let files = document["logFiles"].as_array_mut()?;
            match drop {
                true => {
                    files.pop();
                }
                false => {
                    files.iter_mut().for_each(|file| file["hashValue"] = "0".repeat(64).into())
                }
            }
            history.write(&made.key, &document, key);
        }
        Tampering::Truncate(at, length) => {
            let bytes = bytes(bucket, &of(&all, at)?)?;
            bytes.truncate(length % bytes.len().max(1));
        }
        Tampering::Append(at, member) => {
            let more = if member { gzip(br#"{"Records":[]}"#) } else { vec![0; 512] };
            bytes(bucket, &of(&all, at)?)?.extend(more);
        }
        Tampering::Flip(at, bit) => {
            let bytes = bytes(bucket, &of(&all, at)?)?;
            let length = bytes.len();
            *bytes.get_mut(bit / 8 % length.max(1))? ^= 1 << (bit % 8);
        }
        Tampering::AddLog(at) => {
            let made = of(&history.digests, at)?;
            let minute = i64::try_from(at % 58).ok()? * 60 + 40;
            let key = history.log_key(made.span.from + SignedDuration::from_secs(minute));
            history.bucket.put(&key, gzip(br#"{"Records":[]}"#), Metadata::Known(BTreeMap::new()));
        }
        Tampering::AddDigest(at) => {
            let made = of(&history.digests, at)?;
            let from = i64::try_from(at % 3_500).ok()? + 1;
            let end = made.span.from + SignedDuration::from_secs(from);
            let Some(ObjectKey::Digest(mut named)) = ObjectKey::parse(&made.key) else {
                return None;
            };
            named.end = end;
            let key = named.to_string();
            let mut document = made.document;
            document["digestEndTime"] = end.to_string().into();
            document["digestS3Object"] = key.clone().into();
            history.write(&key, &document, 2);
        }
        Tampering::LoseSignature(at) => signature(bucket, &of(&digests, at)?)?.clear(),
        Tampering::SpoilSignature(at, digit) => {
            let text = signature(bucket, &of(&digests, at)?)?.get_mut("signature")?;
            let at = digit % text.len();
            let other = if text.as_bytes()[at] == b'0' { "1" } else { "0" };
            text.replace_range(at..=at, other);
        }
        Tampering::Copy(one, other) => {
            let object = bucket.objects.get(&of(&digests, one)?)?.clone();
            bucket.objects.insert(of(&digests, other)?, object);
        }
    }
    Some(())
}

/// What an object says to whoever reads it: compressed otherwise it says the same.
fn meaning(object: &Object) -> (Option<Vec<u8>>, Option<Metadata>) {
    let Object::There { bytes, metadata } = object else { return (None, None) };
    let mut read = Vec::new();
    let whole = MultiGzDecoder::new(bytes.as_slice()).read_to_end(&mut read).is_ok();
    let alone = flate2::bufread::GzDecoder::new(bytes.as_slice());
    let mut alone = alone;
    let single = alone.read_to_end(&mut Vec::new()).is_ok() && alone.into_inner().is_empty();
    ((whole && single).then_some(read), Some(metadata.clone()))
}

fn meanings(bucket: &Bucket) -> BTreeMap<String, (Option<Vec<u8>>, Option<Metadata>)> {
    bucket.objects.iter().map(|(key, object)| (key.clone(), meaning(object))).collect()
}

fn report(bucket: &Bucket, history: &History, seed: u64) -> PlaceReport {
    let mut options = Options::new(history.span);
    options.lookahead = 1 + usize::try_from(seed % 9).unwrap();
    let mut state = seed;
    bucket.walk(place(bucket, options), &history.ring(), move |count| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        usize::try_from(state >> 33).unwrap() % count
    })
}

/// Each hour that is not proved has a finding that says why.
fn explained(report: &PlaceReport) {
    let chain = &report.chains[0];
    for Stretch { span, state } in &chain.stretches {
        let about = report.findings.iter().any(|one| one.from < span.to && span.from < one.to);
        assert!(*state == HourState::Proved || about, "{span:?} {state:?} {:?}", report.findings);
    }
}

/// Nothing tells of a backfill digest that is gone with all its log files, nor of one that its owner signed anew.
fn beyond_proof(history: &History) -> bool {
    let there = |key: &String| history.bucket.objects.contains_key(key);
    let backfill = history.digests.iter().filter(|made| made.backfill);
    backfill.filter(|made| !there(&made.key)).any(|made| !made.logs.iter().any(there))
}

fn kinds(report: &PlaceReport) -> BTreeSet<Kind> {
    report.findings.iter().map(|finding| finding.kind).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn untouched_chains_are_intact(hours in hours(), seed: u64) {
        let history = History::of(&hours);
        let report = report(&history.bucket, &history, seed);
        let chain = &report.chains[0];
        prop_assert_eq!(chain.hours_gap, history.gaps, "{:?}", report.findings);
        prop_assert_eq!(chain.hours_proved + chain.hours_gap, chain.hours_total);
        prop_assert_eq!(Verdict::of([&report]) == Verdict::Intact, history.gaps == 0);
        prop_assert!(kinds(&report).iter().all(|kind| *kind == Kind::Gap));
        prop_assert_eq!(&chain.head.as_ref().unwrap().key, &history.digests.iter().rfind(|made| !made.backfill).unwrap().key);
    }

    #[test]
    fn tampered_chains_never_are(
        hours in hours(),
        tamperings in proptest::collection::vec(tampering(), 1..4),
        seed: u64,
    ) {
        let mut history = History::of(&hours);
        let before = meanings(&history.bucket);
        let clean = report(&history.bucket, &history, 0);
        for tampering in &tamperings {
            tamper(&mut history, tampering);
        }
        prop_assume!(meanings(&history.bucket) != before && !beyond_proof(&history));
        let report = report(&history.bucket, &history, seed);
        prop_assert!(Verdict::of([&report]) != Verdict::Intact, "{tamperings:?}");
        prop_assert!(report != clean, "{tamperings:?}");
        // At the edge of a gap, an hour that held nothing can go away unseen: the gap grows by it.
        let error = report.findings.iter().any(|one| one.severity == Severity::Error);
        prop_assert!(error || history.gaps > 0, "{tamperings:?} {:?}", report.findings);
        explained(&report);
    }

    #[test]
    fn lost_metadata_is_restored(hours in hours(), seed: u64) {
        let history = History::of(&hours);
        let bucket = history.bucket.clone().without_metadata();
        let report = report(&bucket, &history, seed);
        let chain = &report.chains[0];
        // All but the newest of each segment; backfill digests are vouched for by nothing.
        let lost: BTreeSet<String> =
            history.digests.iter().filter(|made| !made.vouched).map(|made| made.key.clone()).collect();
        let unverifiable = report.findings.iter().filter(|one| one.kind == Kind::DigestUnverifiableNoMetadata);
        let keys: BTreeSet<String> = unverifiable.filter_map(|one| one.key.clone()).collect();
        prop_assert_eq!(&keys, &lost);
        prop_assert!(Verdict::of([&report]) != Verdict::Intact);
        explained(&report);
        let sure: u64 = history.digests.iter().filter(|made| !made.backfill && made.vouched)
            .filter(|made| !history.digests.iter().any(|other| other.backfill && other.span == made.span))
            .map(|_| 1).sum();
        prop_assert_eq!(chain.hours_proved, sure);
    }

    #[test]
    fn what_cannot_be_read_is_unverified(hours in hours(), at: usize, seed: u64) {
        let mut history = History::of(&hours);
        let keys: Vec<String> = history.bucket.objects.keys().cloned().collect();
        let key = keys[at % keys.len()].clone();
        history.bucket.objects.insert(key.clone(), Object::Refused("AccessDenied".to_owned()));
        let report = report(&history.bucket, &history, seed);
        prop_assert!(Verdict::of([&report]) != Verdict::Intact);
        let about = report.findings.iter().find(|one| one.key.as_ref() == Some(&key)).unwrap();
        prop_assert_eq!(about.kind, Kind::ObjectUnverified);
        explained(&report);
        // The digest of a denied hour may have said that a gap is before it; elsewhere nothing is wrong.
        let errors = report.findings.iter().any(|one| one.severity == Severity::Error);
        prop_assert!(!errors || history.gaps > 0, "{:?}", report.findings);
    }
}
