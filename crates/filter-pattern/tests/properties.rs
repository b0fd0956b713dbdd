//! What must hold for patterns and events of every kind: evaluation agrees with a second one, printing is stable, no
//! proof has an exception, and no counterexample is one in name only.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod common;

use common::naive;
use common::random::{Random, condition, record, schema, test, typed_record};
use common::{SETS, set};
use proptest::prelude::*;
use serde_json::{Value, json};
use trailproof_filter_pattern::sets::Meant;
use trailproof_filter_pattern::{
    Answer, Condition, Event, EventPattern, FilterPattern, Matcher, Reading, Required, Schema,
};

const READINGS: [Reading; 2] = [Reading::Narrow, Reading::Wide];

fn read(text: &str) -> Option<FilterPattern> {
    let pattern = FilterPattern::parse(text);
    // Too many wildcards or regular expressions are refused; anything else that is made here is a pattern.
    if let Err(error) = &pattern {
        assert!(error.expected.starts_with("no more than"), "{text}: {error}");
    }
    pattern.ok()
}

#[test]
fn evaluation_agrees_with_a_naive_one() {
    let mut random = Random::new(1);
    let (mut taken, mut refused) = (0, 0);
    for _ in 0..6_000 {
        let text = format!("{{ {} }}", condition(&mut random, 2));
        let Some(pattern) = read(&text) else { continue };
        let FilterPattern::Json(json) = &pattern else { panic!("{text}") };
        let matcher = Matcher::from(&pattern);
        for _ in 0..12 {
            let record = record(&mut random);
            for reading in READINGS {
                let found = matcher.matches(&Event::of_json(&record), reading);
                let expected = naive::holds(json, &record, reading);
                assert_eq!(found, expected, "{text} on {record} ({reading:?})");
                *(if found { &mut taken } else { &mut refused }) += 1;
            }
            let (narrow, wide) = (
                naive::holds(json, &record, READINGS[0]),
                naive::holds(json, &record, READINGS[1]),
            );
            assert!(wide || !narrow, "{text} on {record}");
        }
    }
    assert!(taken > 10_000 && refused > 10_000, "{taken} {refused}");
}

#[test]
fn printing_is_stable() {
    let mut random = Random::new(2);
    for _ in 0..20_000 {
        let text = format!("{{{}}}", condition(&mut random, 3));
        let Some(pattern) = read(&text) else { continue };
        let printed = pattern.to_string();
        assert_eq!(FilterPattern::parse(&printed).as_ref(), Ok(&pattern), "{text} → {printed}");
        assert_eq!(FilterPattern::parse(&printed).unwrap().to_string(), printed);
    }
}

/// What weakens a condition, or only seems to.
fn variant(required: &[String], random: &mut Random) -> Vec<String> {
    let mut parts = required.to_vec();
    if random.once_in(2) {
        parts.reverse();
    }
    match random.below(5) {
        0 => parts.iter().map(|part| format!("{{ {part} }}")).collect(),
        1 => vec![format!("{{ {} || {} }}", parts.join(" || "), test(random))],
        2 => vec![format!("{{ ({}) && {} }}", parts.join(" || "), test(random))],
        3 => {
            let other = test(random);
            let all = parts.join(" || ");
            vec![format!("{{ ({all}) && {other} }}"), format!("{{ {all} }}")]
        }
        _ => {
            parts.pop();
            parts.push(condition(random, 1));
            vec![format!("{{ {} }}", parts.join("||"))]
        }
    }
}

#[test]
fn proofs_have_no_exception_and_counterexamples_are_events_that_slip_through() {
    let mut random = Random::new(3);
    let (mut proved, mut refuted, mut unclear, mut survived) = (0, 0, 0, 0);
    for round in 0..1_000 {
        let typed = round % 4 != 0;
        let parts: Vec<String> =
            (0..1 + random.below(3)).map(|_| condition(&mut random, 1)).collect();
        let Some(pattern) = read(&format!("{{ {} }}", parts.join(" || "))) else { continue };
        let filters = variant(&parts, &mut random);
        let Some(filters) = filters.iter().map(|text| read(text)).collect::<Option<Vec<_>>>()
        else {
            continue;
        };
        let known = if typed { schema() } else { Schema::unknown() };
        let required = Required::new(&Condition::Pattern(pattern.clone()), known);
        let wanted = Matcher::from(&pattern);
        let matchers: Vec<Matcher> = filters.iter().map(Matcher::from).collect();
        let slips = |event: &Event<'_>, required: Reading, taken: Reading| {
            wanted.matches(event, required)
                && !matchers.iter().any(|matcher| matcher.matches(event, taken))
        };
        match required.covered_by(&matchers) {
            Answer::Proved => {
                proved += 1;
                for _ in 0..300 {
                    let record =
                        if typed { typed_record(&mut random) } else { record(&mut random) };
                    let event = Event::of_json(&record);
                    // A reading is the same for what is required and for what is taken.
                    let slips = READINGS.iter().any(|reading| slips(&event, *reading, *reading));
                    assert!(!slips, "{pattern} by {filters:?} on {record}");
                    survived += 1;
                }
            }
            Answer::Refuted(event) => {
                refuted += 1;
                let slips = slips(&Event::of_json(&event), Reading::Narrow, Reading::Wide);
                assert!(slips, "{pattern} on {event}");
                let FilterPattern::Json(json) = &pattern else { panic!() };
                assert!(naive::holds(json, &event, Reading::Narrow), "{pattern} on {event}");
            }
            Answer::Unclear(_) => unclear += 1,
        }
    }
    assert!(proved > 350 && refuted > 200 && unclear > 0, "{proved} {refuted} {unclear}");
    assert!(survived > 100_000, "{survived}");
}

/// A record of CloudTrail's with a few fields at random.
fn call(names: &[(&str, &str)], random: &mut Random) -> Value {
    let (source, name) = *random.of(names);
    let mut record = json!({
        "eventSource": source, "eventName": name, "awsRegion": random.of(&["us-east-1", "eu-west-1"]),
        "sourceIPAddress": random.of(&["10.0.0.1", "198.51.100.7", "config.amazonaws.com"]),
        "userIdentity": {"type": random.of(&["Root", "IAMUser", "AssumedRole"])},
    });
    if random.once_in(3) {
        record["errorCode"] = json!(random.of(&["AccessDenied", "Client.UnauthorizedOperation"]));
    }
    if random.once_in(3) {
        record["userIdentity"]["invokedBy"] = json!("config.amazonaws.com");
    }
    record
}

#[test]
fn what_is_proved_of_the_sets_survives_a_hundred_thousand_events() {
    let names: Vec<(&str, &str)> = SETS
        .iter()
        .flat_map(|set| match set.meant {
            Meant::Calls(calls) => calls,
            Meant::Events(..) => &[],
        })
        .flat_map(|(source, names)| names.iter().map(|name| (*source, *name)))
        .collect();
    let mut random = Random::new(4);
    let filters = [
        (
            "cloudtrail-changes",
            "{ $.eventName = *Trail || $.eventName = St*  && $.eventName = *Logging }",
        ),
        ("iam-policy-changes", r#"{ $.eventSource = "iam*" && $.eventName != *Role }"#),
        ("cmk-disable-or-delete", "?DisableKey ?ScheduleKeyDeletion"),
        ("vpc-changes", "%Vpc%"),
    ];
    let mut asked: Vec<(Required, Matcher, u32)> = Vec::new();
    for (id, filter) in filters {
        let matcher = common::logs(filter);
        assert_eq!(set(id).covered_by(std::slice::from_ref(&matcher)), Answer::Proved, "{filter}");
        asked.push((set(id), matcher, 0));
    }
    for _ in 0..100_000 {
        let record = call(&names, &mut random);
        let event = Event::of_json(&record);
        for (required, matcher, members) in &mut asked {
            if required.contains(&event) {
                *members += 1;
                assert!(matcher.matches(&event, Reading::Narrow), "{record}");
            }
        }
    }
    assert!(asked.iter().all(|(_, _, members)| *members > 500));
}

fn word() -> impl Strategy<Value = String> {
    prop_oneof!["[A-Za-z0-9_]{1,6}", "\"[ -~]{0,6}\"", Just("\"\\\"\"".to_owned())]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read_or_refused_at_a_place_in_it(text in "\\PC{0,60}") {
        match FilterPattern::parse(&text) {
            Ok(pattern) => {
                prop_assert_eq!(FilterPattern::parse(&pattern.to_string()), Ok(pattern));
            }
            Err(error) => prop_assert!(error.position <= text.chars().count() + 1),
        }
    }

    #[test]
    fn nearly_patterns_are_read_or_refused(text in "[\\[{] ?[$.a*\\]\\[()&|=!<>\"%',0-9 ISNULT-]{0,24}[\\]}]") {
        if let Ok(pattern) = FilterPattern::parse(&text) {
            prop_assert_eq!(FilterPattern::parse(&pattern.to_string()), Ok(pattern));
        }
    }

    #[test]
    fn terms_and_fields_are_printed_as_they_are_read(
        terms in prop::collection::vec(("[-?]?", word()), 1..5),
        fields in prop::collection::vec(("[a-z]{1,3}", "(=|!=)", word()), 0..4),
    ) {
        let terms: Vec<String> = terms.iter().map(|(sign, word)| format!("{sign}{word}")).collect();
        let fields: Vec<String> =
            fields.iter().map(|(name, op, word)| format!("{name} {op} {word}")).collect();
        for text in [terms.join(" "), format!("[{}, ...]", fields.join(","))] {
            if let Ok(pattern) = FilterPattern::parse(&text) {
                prop_assert_eq!(FilterPattern::parse(&pattern.to_string()), Ok(pattern));
            }
        }
    }

    #[test]
    fn event_patterns_are_printed_as_they_are_read(
        name in "[a-z$]{1,4}", text in "[ -~]{0,8}", number in -1e6..1e6_f64, fold: bool, exists: bool,
    ) {
        let prefix = if fold { json!({"equals-ignore-case": text}) } else { json!(text) };
        let pattern = json!({
            name: [text, number, null, true, {"prefix": prefix}, {"exists": exists}],
            "more": {"$or": [
                {"x": [{"anything-but": [text]}, {"numeric": [">", number, "<=", 1e7]}]},
                {"y": [{"anything-but": {"suffix": prefix}}, {"cidr": "10.0.0.0/8"}]},
            ]},
        });
        let read = EventPattern::from_value(&pattern).unwrap();
        prop_assert_eq!(EventPattern::parse(&read.to_string()), Ok(read));
    }
}
