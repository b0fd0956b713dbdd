//! Folders as they are found: several trails, organizations, moved buckets, recent hours, earlier runs.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use support::forge::{History, Hour, gzip};
use support::{Bucket, Object, folder, place, trail};
use trailproof_digest::{
    ChainReport, Fetched, Folder, HourState, KeyRing, Kind, Metadata, Next, ObjectKey, Options,
    Place, PlaceReport, Severity, Span, Trail, Verdict, examine,
};

mod support;

fn hours(count: usize) -> Vec<Hour> {
    vec![Hour { logs: 2, ..Hour::default() }; count]
}

fn walk(bucket: &Bucket, place: Place, keys: &KeyRing) -> PlaceReport {
    bucket.walk(place, keys, |_| 0)
}

fn run(history: &History, options: Options) -> PlaceReport {
    walk(&history.bucket, place(&history.bucket, options), &history.ring())
}

fn after(instant: Timestamp, hours: i64) -> Timestamp {
    instant + SignedDuration::from_hours(hours)
}

fn kinds(report: &PlaceReport) -> Vec<Kind> {
    report.findings.iter().map(|finding| finding.kind).collect()
}

fn counted(chain: &ChainReport) -> [u64; 5] {
    [
        chain.hours_proved,
        chain.hours_missing,
        chain.hours_gap,
        chain.hours_unverified,
        chain.hours_broken,
    ]
}

#[test]
fn trails_of_one_bucket_share_its_log_folder() {
    let one = History::of(&hours(3));
    let mut two = History::begin(one.folder.clone(), "other_trail", one.bucket).with(&hours(3));
    let span = two.span;
    let asked = |two: &History, trails: Vec<Trail>| {
        let place = Place::new("logs", two.folder.clone(), trails, Options::new(span));
        walk(&two.bucket, place, &two.ring())
    };
    // The other trail's log files are excused by its digests, although it was not asked for.
    let report = asked(&two, vec![trail("t")]);
    assert_eq!(Verdict::of([&report]), Verdict::Intact, "{:?}", report.findings);
    assert_eq!((report.chains.len(), report.chains[0].logs.valid), (1, 6));
    let found = asked(&two, Vec::new());
    let names: Vec<&str> = found.chains.iter().map(|chain| chain.trail.as_str()).collect();
    assert_eq!(names, ["other_trail", "t"]);
    assert_eq!(Verdict::of([&found]), Verdict::Intact);
    // Where its digest is gone, they are nobody's: no proof that they were added to this trail's.
    let made = two.digests[1].clone();
    two.bucket.objects.remove(&made.key);
    let report = asked(&two, vec![trail("t")]);
    assert_eq!(kinds(&report), [Kind::LogUncovered]);
    assert_eq!((report.findings[0].unverified_logs, report.chains[0].hours_proved), (2, 2));
    assert_eq!(Verdict::of([&report]), Verdict::NotProved);
    assert_eq!(Verdict::of([&asked(&two, Vec::new())]), Verdict::Broken);
}

#[test]
fn a_trail_that_nobody_signed_excuses_nothing() {
    let mut history = History::of(&hours(2));
    let key = history.log_key(history.span.from + SignedDuration::from_mins(30));
    history.bucket.put(&key, gzip(b"{}"), Metadata::Known(BTreeMap::new()));
    let made = history.digests[0].clone();
    let mut document = made.document.clone();
    let name = made.key.replace("_t_", "_made-up_");
    document["digestS3Object"] = name.clone().into();
    document["logFiles"][0]["s3Object"] = key.clone().into();
    history.write(&name, &document, 2);
    let report = run(&history, Options::new(history.span));
    assert_eq!(kinds(&report), [Kind::LogUnreferenced]);
    assert_eq!(report.findings[0].key.as_ref(), Some(&key));
    assert_eq!(Verdict::of([&report]), Verdict::Broken);
}

#[test]
fn prefixes_organizations_and_regions_are_places_of_their_own() {
    let place_of = |prefix: &str, organization: Option<&str>, region: &str| Folder {
        prefix: prefix.to_owned(),
        organization: organization.map(str::to_owned),
        ..folder("444455556666", region)
    };
    let mut bucket = Bucket { name: "logs".to_owned(), ..Bucket::default() };
    let places = [
        place_of("", None, "us-east-1"),
        place_of("", Some("o-abc1234567"), "us-east-1"),
        place_of("", Some("o-abc1234567"), "eu-west-1"),
        place_of("deep/er", Some("o-abc1234567"), "eu-west-1"),
    ];
    for folder in &places {
        bucket = History::begin(folder.clone(), "t", bucket).with(&hours(2)).bucket;
    }
    let read: std::collections::BTreeSet<Folder> =
        bucket.objects.keys().map(|key| ObjectKey::parse(key).unwrap().folder().clone()).collect();
    assert_eq!(read, places.iter().cloned().collect());
    for folder in &places {
        let history = History::begin(folder.clone(), "t", Bucket::default());
        let span = Span { from: history.span.from, to: after(history.span.from, 2) };
        let place = Place::new("logs", folder.clone(), vec![trail("t")], Options::new(span));
        let report = walk(&bucket, place, &history.ring());
        assert_eq!(Verdict::of([&report]), Verdict::Intact, "{:?}", report.findings);
        assert_eq!(report.chains[0].logs.valid, 4);
    }
}

#[test]
fn hours_need_not_begin_with_the_digests() {
    let history = History::of(&hours(5));
    let from = history.span.from + SignedDuration::from_secs(3_600 - 28);
    let span = Span { from, to: after(from, 3) };
    let report = run(&history, Options::new(span));
    assert_eq!(counted(&report.chains[0]), [3, 0, 0, 0, 0], "{:?}", report.findings);
    assert_eq!(report.chains[0].digests.valid, 4);
    // Half an hour more than there is.
    let span = Span { from, to: history.span.to + SignedDuration::from_mins(30) };
    let report = run(&history, Options::new(span));
    assert_eq!(kinds(&report), [Kind::DigestMissingAtEnd]);
    assert_eq!(counted(&report.chains[0]), [4, 1, 0, 0, 0]);
}

#[test]
fn a_digest_after_the_time_asked_for_vouches_for_the_last() {
    let history = History::of(&hours(4));
    let span = Span { from: history.span.from, to: after(history.span.from, 3) };
    let bucket = history.bucket.clone().without_metadata();
    let report = walk(&bucket, place(&bucket, Options::new(span)), &history.ring());
    assert_eq!(Verdict::of([&report]), Verdict::Intact, "{:?}", report.findings);
    let mut bucket = bucket;
    bucket.objects.remove(&history.digests[2].key);
    let report = walk(&bucket, place(&bucket, Options::new(span)), &history.ring());
    // The one after it is of use no longer: it lacks metadata and is not asked about.
    assert_eq!(report.findings[0].key.as_ref(), Some(&history.digests[1].key));
    assert_eq!(counted(&report.chains[0]), [1, 1, 0, 1, 0], "{:?}", report.findings);
}

#[test]
fn the_newest_digest_may_be_late() {
    let history = History::of(&hours(3));
    let span = Span { from: history.span.from, to: after(history.span.to, 2) };
    let at = |minutes| Some(history.span.to + SignedDuration::from_mins(minutes));
    let run = |as_of| run(&history, Options { as_of, ..Options::new(span) });
    let early = run(at(170));
    assert_eq!(kinds(&early), [Kind::DigestPending, Kind::DigestPending]);
    assert_eq!(Verdict::of([&early]), Verdict::NotProved);
    assert_eq!(counted(&early.chains[0]), [3, 0, 0, 2, 0]);
    let late = run(at(181));
    assert_eq!(kinds(&late), [Kind::DigestMissingAtEnd, Kind::DigestPending]);
    assert_eq!(kinds(&run(None)), [Kind::DigestMissingAtEnd, Kind::DigestMissingAtEnd]);
}

#[test]
fn a_log_file_may_wait_for_its_backfill_digest() {
    let mut history = History::of(&hours(3));
    let key = history.log_key(history.span.from + SignedDuration::from_mins(90));
    history.bucket.put(&key, gzip(b"{}"), Metadata::Known(BTreeMap::new()));
    let run = |as_of| run(&history, Options { as_of, ..Options::new(history.span) });
    let report = run(Some(after(history.span.to, 3)));
    assert_eq!(
        (report.findings[0].kind, report.findings[0].severity),
        (Kind::LogUnreferenced, Severity::Warning)
    );
    assert_eq!(counted(&report.chains[0]), [2, 0, 0, 1, 0]);
    let report = run(Some(after(history.span.to, 48)));
    assert_eq!(
        (report.findings[0].kind, report.findings[0].severity),
        (Kind::LogUnreferenced, Severity::Error)
    );
    assert_eq!(report.findings[0].key.as_ref(), Some(&key));
    assert_eq!(counted(&report.chains[0]), [2, 0, 0, 0, 1]);
}

#[test]
fn kinds_that_no_digest_lists_are_told_apart_from_strays() {
    let mut history = History::of(&hours(2));
    let key = history.log_key(history.span.from + SignedDuration::from_mins(30));
    let insight = key.replace("CloudTrail", "CloudTrail-Insight");
    let stray = key.rsplit_once('/').unwrap().0.to_owned() + "/evil.json.gz";
    for key in [&insight, &stray] {
        history.bucket.put(key, gzip(b"{}"), Metadata::Known(BTreeMap::new()));
    }
    let report = run(&history, Options::new(history.span));
    let found = |kind| report.findings.iter().find(|finding| finding.kind == kind).unwrap();
    assert_eq!(report.findings.len(), 2);
    assert_eq!(found(Kind::LogUncovered).key.as_ref(), Some(&insight));
    assert_eq!(found(Kind::LogUnreferenced).key.as_ref(), Some(&stray));
    assert_eq!(Verdict::of([&report]), Verdict::Broken);
}

#[test]
fn known_interruptions_are_gaps_and_log_files_in_them_are_not_believed() {
    let history = History::of(&hours(3));
    let span = Span { from: history.span.from, to: after(history.span.to, 3) };
    let known = Trail {
        known_gaps: vec![Span { from: history.span.to, to: after(span.to, 1) }],
        ..trail("t")
    };
    let run = |bucket: &Bucket| {
        let place =
            Place::new("logs", history.folder.clone(), vec![known.clone()], Options::new(span));
        walk(bucket, place, &history.ring())
    };
    let report = run(&history.bucket);
    assert_eq!(kinds(&report), [Kind::Gap, Kind::Gap, Kind::Gap]);
    assert_eq!(counted(&report.chains[0]), [3, 0, 3, 0, 0]);
    assert_eq!(Verdict::of([&report]), Verdict::NotProved);
    let mut more = History::begin(history.folder.clone(), "t", history.bucket.clone());
    let key = more.log_key(history.span.to + SignedDuration::from_mins(70));
    more.bucket.put(&key, gzip(b"{}"), Metadata::Known(BTreeMap::new()));
    let report = run(&more.bucket);
    assert_eq!(kinds(&report), [Kind::Gap, Kind::DigestMissingAtEnd, Kind::Gap]);
    assert_eq!(counted(&report.chains[0]), [3, 1, 2, 0, 0]);
}

#[test]
fn a_chain_goes_on_in_another_bucket() {
    let mut history = History::of(&hours(2));
    let old = history.bucket.clone();
    // The last digest was written to the new bucket, and names the one before in the old.
    let made = history.digests[1].clone();
    history.bucket = Bucket { name: "new".to_owned(), ..Bucket::default() };
    let mut document = made.document.clone();
    document["digestS3Bucket"] = "new".into();
    document["logFiles"]
        .as_array_mut()
        .unwrap()
        .iter_mut()
        .for_each(|file| file["s3Bucket"] = "new".into());
    history.write(&made.key, &document, 0);
    for key in &made.logs {
        history.bucket.objects.insert(key.clone(), old.objects[key].clone());
    }
    let mut place =
        Place::new("new", history.folder.clone(), vec![trail("t")], Options::new(history.span));
    let mut asked = Vec::new();
    let keys = history.ring();
    loop {
        match place.step() {
            Next::List(request) => {
                history.bucket.objects.keys().for_each(|key| place.listed(key));
                place.listing_done(&request, Ok(()));
            }
            Next::Fetch(request) => {
                asked.push(request.bucket.clone());
                let bucket = if request.bucket == "new" { &history.bucket } else { &old };
                let Some(Object::There { bytes, metadata }) = bucket.objects.get(&request.key)
                else {
                    panic!("{request:?}")
                };
                let fetched = trailproof_digest::Fetched::Object { bytes, metadata };
                place.take(
                    trailproof_digest::examine(&request, fetched, &Default::default()),
                    &keys,
                );
            }
            Next::Wait => panic!("everything was answered at once"),
            Next::Done => break,
        }
    }
    let report = place.finish();
    assert_eq!(Verdict::of([&report]), Verdict::Intact, "{:?}", report.findings);
    assert_eq!(asked.iter().filter(|bucket| *bucket == "logs").count(), 3);
}

#[test]
fn what_was_not_listed_or_not_read_is_unverified() {
    let history = History::of(&hours(3));
    let refuse = |digests: bool| {
        let mut place = place(&history.bucket, Options::new(history.span));
        let keys = history.ring();
        loop {
            match place.step() {
                Next::List(request) if request.folders.len() == 1 && !digests => {
                    history.bucket.objects.keys().for_each(|key| place.listed(key));
                    place.listing_done(&request, Ok(()));
                }
                Next::List(request) => place.listing_done(&request, Err("AccessDenied".to_owned())),
                Next::Fetch(request) => {
                    let Some(Object::There { bytes, metadata }) =
                        history.bucket.objects.get(&request.key)
                    else {
                        panic!("{request:?}")
                    };
                    let fetched = trailproof_digest::Fetched::Object { bytes, metadata };
                    place.take(
                        trailproof_digest::examine(&request, fetched, &Default::default()),
                        &keys,
                    );
                }
                Next::Wait => panic!("everything was answered at once"),
                Next::Done => return place.finish(),
            }
        }
    };
    for digests in [true, false] {
        let report = refuse(digests);
        assert!(kinds(&report).iter().all(|kind| *kind == Kind::ObjectUnverified));
        assert!(!report.findings.is_empty());
        assert_eq!(Verdict::of([&report]), Verdict::NotProved);
        assert_eq!(counted(&report.chains[0]), [0, 0, 0, 3, 0]);
    }
    let mut ended = place(&history.bucket, Options::new(history.span));
    assert!(matches!(ended.step(), Next::List(_)));
    assert_eq!(counted(&ended.finish().chains[0]), [0, 0, 0, 3, 0]);
}

#[test]
fn where_little_is_found_more_days_are_listed_at_once_and_the_report_is_the_same() {
    let history = History::of(&hours(24 * 9));
    let bucket = &history.bucket;
    let walk = |listing_keys| {
        let options = Options { listing_keys, ..Options::new(history.span) };
        bucket.walk(place(bucket, options), &history.ring(), |_| 0)
    };
    assert_eq!(walk(0), walk(10_000));
    let listings = |listing_keys| {
        let options = Options { listing_keys, ..Options::new(history.span) };
        let (mut place, mut listings, keys) = (place(bucket, options), 0, history.ring());
        loop {
            match place.step() {
                Next::List(request) => {
                    listings += 1;
                    let starts: Vec<String> = request.day_prefixes().collect();
                    for key in bucket.objects.keys() {
                        if starts.iter().any(|start| key.starts_with(start)) {
                            place.listed(key);
                        }
                    }
                    place.listing_done(&request, Ok(()));
                }
                Next::Fetch(request) => {
                    let evidence = examine(&request, Fetched::Missing, &Default::default());
                    place.take(evidence, &keys);
                }
                Next::Wait => panic!("everything was answered at once"),
                Next::Done => return listings,
            }
        }
    };
    assert!(listings(0) > listings(10_000), "{} {}", listings(0), listings(10_000));
}

#[test]
fn ranges_and_days_hold_the_same_keys() {
    let history = History::of(&hours(30));
    let options = Options { listing_days: 2, ..Options::new(history.span) };
    let mut place = place(&history.bucket, options);
    let mut listed = 0;
    while let Next::List(request) = place.step() {
        let days: Vec<String> = request.day_prefixes().collect();
        let ranges: Vec<_> = request.ranges().collect();
        for key in history.bucket.objects.keys() {
            let on_a_day = days.iter().any(|day| key.starts_with(day));
            let in_range = ranges.iter().any(|range| {
                key.starts_with(&range.prefix) && *key > range.start_after && *key < range.before
            });
            assert_eq!(on_a_day, in_range, "{key} {request:?}");
            listed += usize::from(on_a_day);
            if on_a_day {
                place.listed(key);
            }
        }
        place.listing_done(&request, Ok(()));
    }
    // All 30 digests, and the log files of the last two days.
    assert!(listed > 30 + 30, "{listed}");
}

#[test]
fn nothing_found_is_a_failure() {
    let empty = Bucket { name: "logs".to_owned(), ..Bucket::default() };
    let history = History::of(&hours(2));
    let report = walk(&empty, place(&empty, Options::new(history.span)), &history.ring());
    assert_eq!(kinds(&report), [Kind::DigestMissingAtEnd, Kind::DigestMissingAtEnd]);
    assert_eq!(counted(&report.chains[0]), [0, 2, 0, 0, 0]);
    let found = Place::new("logs", history.folder.clone(), Vec::new(), Options::new(history.span));
    let report = walk(&empty, found, &history.ring());
    assert_eq!(Verdict::of([&report]), Verdict::NothingFound);
    assert_eq!(Verdict::of([]), Verdict::NothingFound);
}

#[test]
fn a_checkpoint_that_fits_is_silent_and_another_is_a_finding() {
    let history = History::of(&hours(4));
    let first = Span { from: history.span.from, to: after(history.span.from, 2) };
    let head = run(&history, Options::new(first)).chains[0].head.clone().unwrap();
    assert_eq!(head.key, history.digests[1].key);
    let next = Span { from: first.to, to: history.span.to };
    let with = |checkpoint| {
        let trail = Trail { checkpoint: Some(checkpoint), ..trail("t") };
        let place = Place::new("logs", history.folder.clone(), vec![trail], Options::new(next));
        walk(&history.bucket, place, &history.ring())
    };
    assert_eq!(Verdict::of([&with(head.clone())]), Verdict::Intact);
    let mut other = head.clone();
    other.sha256 = trailproof_digest::Sha256::of(b"another");
    let report = with(other.clone());
    assert_eq!(kinds(&report), [Kind::CheckpointMismatch]);
    assert_eq!(report.chains[0].stretches[0].state, HourState::Broken);
    other.key = "elsewhere".to_owned();
    let report = with(other);
    assert_eq!(kinds(&report), [Kind::CheckpointMismatch]);
    assert_eq!(report.findings[0].expected.as_deref(), Some("logs/elsewhere"));
    let text = serde_json::to_string(&head).unwrap();
    assert_eq!(serde_json::from_str::<trailproof_digest::Checkpoint>(&text).unwrap(), head);
}

#[test]
fn a_chain_that_begins_anew_where_another_was_proved_does_not_fit() {
    let mut history = History::of(&hours(3));
    let first = Span { from: history.span.from, to: after(history.span.from, 2) };
    let head = run(&history, Options::new(first)).chains[0].head.clone();
    let made = history.digests[2].clone();
    let mut document = made.document.clone();
    for name in ["S3Bucket", "S3Object", "HashValue", "HashAlgorithm", "Signature"] {
        document[format!("previousDigest{name}")] = serde_json::Value::Null;
    }
    history.write(&made.key, &document, 0);
    let next = Span { from: first.to, to: history.span.to };
    let trail = Trail { checkpoint: head, ..trail("t") };
    let place = Place::new("logs", history.folder.clone(), vec![trail], Options::new(next));
    let report = walk(&history.bucket, place, &history.ring());
    assert_eq!(kinds(&report), [Kind::CheckpointMismatch]);
}

#[test]
fn trails_that_are_found_are_proved_beside_the_named_ones_and_with_what_is_known_of_them() {
    let history = History::of(&hours(3));
    // An hour more, in which it is known to have been stopped.
    let span = Span { from: history.span.from, to: after(history.span.to, 1) };
    let stopped = Span { from: history.span.to, to: span.to };
    let known = Trail { known_gaps: vec![stopped], ..trail("t") };
    let options = Options { discover: true, known: vec![known], ..Options::new(span) };
    let named = vec![trail("gone")];
    let place = Place::new("logs", history.folder.clone(), named, options);
    let report = walk(&history.bucket, place, &history.ring());
    let of = |name: &str| report.chains.iter().find(|chain| chain.trail == name).unwrap();
    assert_eq!((of("t").hours_proved, of("t").hours_gap), (3, 1));
    assert_eq!(of("gone").hours_missing, 4);
}

#[test]
fn a_digest_that_contradicts_its_place_is_refused() {
    let mut history = History::of(&hours(3));
    for (member, value, kind) in [
        ("awsAccountId", "444455556666".to_owned(), Kind::DigestFormatInvalid),
        ("digestEndTime", history.span.to.to_string(), Kind::DigestFormatInvalid),
        ("digestSignatureAlgorithm", "SHA1withRSA".to_owned(), Kind::DigestFormatInvalid),
        ("previousDigestHashAlgorithm", "MD5".to_owned(), Kind::DigestFormatInvalid),
        ("digestS3Object", history.digests[0].key.clone(), Kind::DigestMoved),
    ] {
        let made = history.digests[1].clone();
        let mut document = made.document.clone();
        document[member] = value.into();
        history.write(&made.key, &document, 0);
        let report = run(&history, Options::new(history.span));
        assert_eq!(kinds(&report), [kind], "{member}");
        assert_eq!(counted(&report.chains[0]), [2, 0, 0, 0, 1], "{member}");
    }
}

#[test]
fn reports_are_read_back() {
    let mut history = History::of(&hours(3));
    history.bucket.objects.remove(&history.digests[1].key);
    let report = run(&history, Options::new(history.span));
    let text = serde_json::to_string(&report).unwrap();
    assert_eq!(serde_json::from_str::<PlaceReport>(&text).unwrap(), report);
    assert!(text.contains("\"kind\":\"digest_missing\""), "{text}");
}
