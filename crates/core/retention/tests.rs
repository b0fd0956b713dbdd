//! The edge list's arithmetic of retention, and what no rule may ever do to it.

use proptest::prelude::*;

use super::*;
use crate::answer::{DefaultRetention, Transition};

const SPACE: &str = "AWSLogs/";

fn rule(change: impl FnOnce(&mut LifecycleRule)) -> LifecycleRule {
    let mut rule = LifecycleRule {
        id: Some("r".into()),
        status: "Enabled".into(),
        ..LifecycleRule::default()
    };
    change(&mut rule);
    rule
}

fn expires(days: i32) -> LifecycleRule {
    rule(|rule| rule.expiration_days = Some(days))
}

fn under(prefix: &str, rule: LifecycleRule) -> LifecycleRule {
    LifecycleRule { prefix: Some(prefix.into()), ..rule }
}

fn versions(status: Option<&str>) -> BucketVersioning {
    BucketVersioning { status: status.map(str::to_owned), mfa_delete: None }
}

fn lock(days: Option<i32>, years: Option<i32>) -> ObjectLock {
    ObjectLock {
        object_lock_enabled: Some("Enabled".into()),
        default_retention: Some(DefaultRetention { mode: None, days, years }),
    }
}

fn kept(rules: &[LifecycleRule], status: Option<&str>, lock: &ObjectLock) -> Retention {
    let versioning = versions(status);
    let storage = Storage { rules: Ok(rules), versioning: Ok(&versioning), lock: Ok(lock) };
    let kept = storage.retention(Keys::Under(SPACE));
    assert_eq!(kept.least, kept.most, "all was read");
    assert_eq!(kept.unread, None);
    kept
}

fn denied<T>() -> Observed<T> {
    Err(Gap::new(Fact::BucketVersioning, Cause::AccessDenied, "denied"))
}

#[test]
fn the_edge_list_holds() {
    const ON: Option<&str> = Some("Enabled");
    let date = |text: &str| rule(|rule| rule.expiration_date = Some(text.parse().unwrap()));
    let noncurrent = |days, newer| {
        rule(|rule| {
            rule.expiration_days = Some(90);
            rule.noncurrent_days = Some(days);
            rule.newer_noncurrent_versions = newer;
        })
    };
    let disabled = || rule(|r| (r.expiration_days, r.status) = (Some(30), "Disabled".into()));
    let tagged = || rule(|r| (r.expiration_days, r.has_tag_filter) = (Some(30), true));
    let marker = || {
        rule(|rule| {
            rule.actions = vec!["Expiration".into()];
            rule.expired_object_delete_marker = Some(true);
        })
    };
    let moved = || {
        rule(|rule| {
            rule.transitions = vec![Transition {
                storage_class: Some("DEEP_ARCHIVE".into()),
                days: Some(30),
                date: None,
            }];
        })
    };
    let forever = Span::Forever;
    let days = Span::Days;
    let off = ObjectLock::default();
    let table: Vec<(&str, Vec<LifecycleRule>, Option<&str>, Span)> = vec![
        ("no rule", vec![], None, forever),
        ("92", vec![disabled()], None, forever),
        ("93", vec![under("tmp/", expires(30))], None, forever),
        ("94", vec![under("AWSLogs/111122223333/", expires(30))], None, days(30)),
        ("95", vec![under("AWS", expires(30))], None, days(30)),
        ("95, all", vec![under("", expires(30))], None, days(30)),
        ("96", vec![tagged()], None, forever),
        ("97", vec![noncurrent(300, None)], ON, days(390)),
        ("98", vec![noncurrent(1, None)], ON, days(91)),
        ("98b", vec![noncurrent(1, Some(1))], ON, forever),
        ("98b, none kept", vec![noncurrent(1, Some(0))], ON, days(91)),
        ("98b, and another", vec![noncurrent(1, Some(1)), noncurrent(7, None)], ON, days(97)),
        ("99", vec![expires(365)], None, days(365)),
        ("99, versions", vec![expires(90)], ON, forever),
        ("99, suspended", vec![noncurrent(300, None)], Some("Suspended"), days(90)),
        ("100", vec![date("2026-01-01T00:00:00Z")], ON, days(0)),
        ("101", vec![under("AWSLogs/111122223333/CloudTrail-Digest/", expires(7))], None, days(7)),
        ("101, of an organization", vec![under("AWSLogs/o-abc123/", expires(7))], None, days(7)),
        ("102", vec![moved()], None, forever),
        ("the shortest", vec![expires(40), expires(30)], None, days(30)),
        ("noncurrent alone", vec![rule(|rule| rule.noncurrent_days = Some(1))], ON, forever),
        ("markers", vec![marker()], None, forever),
        ("another's", vec![under("AWSLogs/111122223333/elb/", expires(1))], None, forever),
        (
            "another's, organization",
            vec![under("AWSLogs/o-a/111122223333/Config/x", expires(1))],
            None,
            forever,
        ),
        ("half a name", vec![under("AWSLogs/111122223333/Cloud", expires(1))], None, days(1)),
        ("another root", vec![under("ct/AWSLogs/", expires(1))], None, forever),
        (
            "apart",
            vec![
                under("AWSLogs/111111111111/", expires(90)),
                under("AWSLogs/222222222222/", rule(|rule| rule.noncurrent_days = Some(1))),
            ],
            ON,
            forever,
        ),
        ("hostile", vec![expires(-1)], None, days(0)),
        ("hostile sum", vec![noncurrent(i32::MAX, None)], ON, days(90 + i32::MAX as u32)),
    ];
    for (row, rules, status, span) in table {
        assert_eq!(kept(&rules, status, &off).least, span, "{row}");
    }
    let binding = |rule: &str, prefix: &str| {
        Some(Binding { rule: rule.into(), prefix: Some(prefix.into()), date: None })
    };
    let bound = kept(&[expires(40), under("AWSLogs/111122223333/", expires(30))], None, &off).bound;
    assert_eq!(bound, binding("r", "AWSLogs/111122223333/"));
    let notes =
        |rules: &[LifecycleRule]| kept(rules, ON, &off).notes.into_iter().collect::<Vec<_>>();
    assert_eq!(notes(&[tagged()]), [Note::TagsIgnored]);
    assert_eq!(notes(&[noncurrent(1, Some(1))]), [Note::KeptByCount]);
    assert_eq!(notes(&[expires(30)]), []);
}

#[test]
fn a_lock_is_a_floor() {
    let year = lock(None, Some(1));
    let locked = kept(&[expires(90)], Some("Enabled"), &year);
    assert_eq!(locked.least, Span::Forever);
    let rules = [rule(|rule| (rule.expiration_days, rule.noncurrent_days) = (Some(90), Some(1)))];
    let locked = kept(&rules, Some("Enabled"), &year); // edge 89
    assert_eq!((locked.least, locked.bound), (Span::Days(365), None));
    assert!(locked.notes.contains(&Note::LockIsYounger));
    assert_eq!(kept(&rules, Some("Enabled"), &lock(Some(30), None)).least, Span::Days(91));
    let off = ObjectLock { object_lock_enabled: None, ..lock(Some(30), None) };
    let days = [lock(Some(30), None), lock(None, Some(2)), lock(Some(-1), None), off];
    assert_eq!(days.map(|lock| lock_days(&lock)), [Some(30), Some(730), Some(0), None]);
    assert_eq!(lock_days(&ObjectLock { default_retention: None, ..year }), None);
}

#[test]
fn what_was_not_read_matters_only_where_it_decides() {
    let rules = [rule(|rule| (rule.expiration_days, rule.noncurrent_days) = (Some(90), Some(300)))];
    let (on, year) = (versions(Some("Enabled")), lock(None, Some(1)));
    let none = ObjectLock::default();
    let reaches = |storage: Storage<'_>, days| storage.retention(Keys::Under(SPACE)).reaches(days);
    let unversioned =
        |days| reaches(Storage { rules: Ok(&rules), versioning: denied(), lock: Ok(&none) }, days);
    assert_eq!(unversioned(90), Ok(true));
    assert_eq!(unversioned(365), denied());
    assert_eq!(unversioned(391), Ok(false));
    let unlocked =
        |days| reaches(Storage { rules: Ok(&rules), versioning: Ok(&on), lock: denied() }, days);
    assert_eq!((unlocked(390), unlocked(391)), (Ok(true), denied()));
    let unruled =
        |days| reaches(Storage { rules: denied(), versioning: denied(), lock: Ok(&year) }, days);
    assert_eq!((unruled(365), unruled(366)), (Ok(true), denied()));
    assert_eq!(
        reaches(Storage { rules: Ok(&[]), versioning: denied(), lock: denied() }, 9999),
        Ok(true)
    );
}

#[test]
fn an_older_snapshot_does_not_say_when() {
    let old = r#"{"ID": "old", "Status": "Enabled", "HasTagFilter": false, "Actions": ["Expiration",
        "NoncurrentVersionExpiration", "Transitions"]}"#;
    let old: LifecycleRule = serde_json::from_str(old).unwrap();
    let (on, none) = (versions(Some("Enabled")), ObjectLock::default());
    let rules = [old.clone()];
    let storage = Storage { rules: Ok(&rules), versioning: Ok(&on), lock: Ok(&none) };
    let gap = storage.retention(Keys::Under(SPACE)).reaches(1).unwrap_err();
    assert_eq!((gap.fact, gap.cause), (Fact::BucketLifecycle, Cause::Undecidable));
    let timed = [LifecycleRule { expiration_days: Some(90), ..old }];
    let storage = Storage { rules: Ok(&timed), ..storage };
    let kept = storage.retention(Keys::Under(SPACE));
    assert_eq!((kept.reaches(90), kept.reaches(91).is_err()), (Ok(true), true));
    let moved = archived_before(&timed, Keys::Under(SPACE), 90).unwrap_err();
    assert_eq!(moved.cause, Cause::Undecidable);
    // A rule that reaches no known log may reach those of a trail that nobody saw.
    let off = versions(None);
    let elsewhere = [under("tmp/", expires(1))];
    let storage = Storage { rules: Ok(&elsewhere), versioning: Ok(&off), ..storage };
    assert_eq!(storage.retention(Keys::Under(SPACE)).least, Span::Forever);
    assert_eq!(storage.retention(Keys::Any).least, Span::Days(1));
}

#[test]
fn only_young_moves_to_slow_classes_count() {
    let moves = |class: &str, days: Option<i32>, date: Option<&str>| {
        rule(|rule| {
            rule.transitions = vec![Transition {
                storage_class: Some(class.into()),
                days,
                date: date.map(|text| text.parse().unwrap()),
            }];
        })
    };
    let judge = |rules: &[LifecycleRule]| archived_before(rules, Keys::Under(SPACE), 90);
    let class = |rules: &[LifecycleRule]| judge(rules).unwrap().map(|found| found.class);
    let deep = || moves("DEEP_ARCHIVE", Some(30), None); // edge 102
    assert_eq!(class(&[deep()]).as_deref(), Some("DEEP_ARCHIVE"));
    assert_eq!(class(&[moves("GLACIER", Some(89), None)]).as_deref(), Some("GLACIER"));
    assert_eq!(class(&[moves("GLACIER", Some(90), None)]), None);
    let dated = moves("GLACIER", None, Some("2030-01-01T00:00:00Z"));
    assert_eq!(class(&[dated]).as_deref(), Some("GLACIER"));
    for class_name in ["GLACIER_IR", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING"] {
        assert_eq!(class(&[moves(class_name, Some(0), None)]), None, "{class_name}");
    }
    assert_eq!(class(&[under("tmp/", deep())]), None);
    assert_eq!(
        class(&[rule(|rule| *rule = LifecycleRule { has_tag_filter: true, ..deep() })]),
        None
    );
    assert!(judge(&[moves("FROZEN", Some(1), None)]).is_err());
    assert!(judge(&[moves("GLACIER", None, None)]).is_err());
    // One proof outweighs what is not known.
    assert_eq!(class(&[moves("FROZEN", Some(1), None), deep()]).as_deref(), Some("DEEP_ARCHIVE"));
}

fn prefixes() -> impl Strategy<Value = Option<String>> {
    prop::option::of(prop::sample::select(vec![
        "".to_owned(),
        "AWS".into(),
        "AWSLogs/".into(),
        "AWSLogs/111122223333/".into(),
        "AWSLogs/111122223333/CloudTrail-Digest/".into(),
        "AWSLogs/444455556666/".into(),
        "tmp/".into(),
    ]))
}

prop_compose! {
    fn any_rule()(
        (enabled, has_tag_filter) in (any::<bool>(), prop::bool::weighted(0.2)),
        prefix in prefixes(),
        (days, dated) in (prop::option::of(-1..500), prop::bool::weighted(0.1)),
        (noncurrent_days, newer) in (prop::option::of(0..500), prop::option::of(0..3)),
        (untold, id) in (prop::bool::weighted(0.1), "[a-c]"),
    ) -> LifecycleRule {
        let actions = ["Expiration", "NoncurrentVersionExpiration"].map(str::to_owned);
        LifecycleRule {
            id: Some(id),
            status: if enabled { "Enabled" } else { "Disabled" }.into(),
            has_tag_filter,
            prefix,
            expiration_days: days,
            expiration_date: dated.then(|| "2026-01-01T00:00:00Z".parse().unwrap()),
            noncurrent_days,
            newer_noncurrent_versions: newer,
            actions: if untold { actions.to_vec() } else { Vec::new() },
            ..LifecycleRule::default()
        }
    }
}

fn any_status() -> impl Strategy<Value = Option<&'static str>> {
    prop::option::of(prop::sample::select(vec!["Enabled", "Suspended"]))
}

fn ranged(rules: &[LifecycleRule], status: Option<&str>, lock: &ObjectLock) -> Retention {
    let versioning = versions(status);
    Storage { rules: Ok(rules), versioning: Ok(&versioning), lock: Ok(lock) }
        .retention(Keys::Under(SPACE))
}

proptest! {
    #[test]
    fn one_more_rule_never_lengthens(
        rules in prop::collection::vec(any_rule(), 0..6),
        more in any_rule(),
        status in any_status(),
        days in prop::option::of(0..500),
    ) {
        let lock = lock(days, None);
        let before = ranged(&rules, status, &lock);
        let after = ranged(&[rules, vec![more]].concat(), status, &lock);
        prop_assert!(after.least <= before.least && after.most <= before.most);
    }

    #[test]
    fn a_lock_never_shortens_and_the_range_is_one(
        rules in prop::collection::vec(any_rule(), 0..6),
        status in any_status(),
        days in prop::option::of(0..500),
    ) {
        let free = ranged(&rules, status, &ObjectLock::default());
        let held = ranged(&rules, status, &lock(days, None));
        prop_assert!(held.least >= free.least && held.most >= free.most);
        prop_assert!(held.least <= held.most);
        prop_assert_eq!(held.unread.is_some(), held.least < held.most);
    }

    #[test]
    fn order_means_nothing(
        rules in prop::collection::vec(any_rule(), 0..6),
        status in any_status(),
    ) {
        let none = ObjectLock::default();
        let mut turned = rules.clone();
        turned.reverse();
        prop_assert_eq!(ranged(&rules, status, &none), ranged(&turned, status, &none));
        let archived = |rules: &[LifecycleRule]| archived_before(rules, Keys::Any, 90);
        prop_assert_eq!(archived(&rules), archived(&turned));
    }

    #[test]
    fn what_was_not_read_only_widens(
        rules in prop::collection::vec(any_rule(), 0..6),
        status in any_status(),
        days in prop::option::of(0..500),
        asked in 0_u32..1000,
    ) {
        let (versioning, lock) = (versions(status), lock(days, None));
        let full = Storage { rules: Ok(&rules), versioning: Ok(&versioning), lock: Ok(&lock) };
        let known = full.retention(Keys::Under(SPACE)).reaches(asked);
        let blind = [
            Storage { rules: denied(), ..full.clone() },
            Storage { versioning: denied(), ..full.clone() },
            Storage { lock: denied(), ..full.clone() },
        ];
        for storage in blind {
            let told = storage.retention(Keys::Under(SPACE)).reaches(asked);
            prop_assert!(told.is_err() || told == known, "{told:?} and {known:?}");
        }
    }
}
