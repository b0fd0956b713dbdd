//! What strangers write, in every text of a report and in every format: none may break its reader or reach a terminal.

use proptest::prelude::*;
use quick_xml::events::Event;
use serde_json::Value;
use trailproof_core::assessment::Assessment;

use crate::sample::{self, hostile};
use crate::{Format, Grain, Options, difference, html, json, junit, text, write};
use crate::{asff, code_quality, csv, github, markdown, sarif};

/// The places of all texts that the report's own form leaves free: not the ids, words and times of closed lists.
fn free_texts(value: &Value) -> Vec<String> {
    fn walk(value: &Value, at: &str, found: &mut Vec<String>) {
        match value {
            Value::String(_) => found.push(at.to_owned()),
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    walk(item, &format!("{at}/{index}"), found);
                }
            }
            Value::Object(members) => {
                for (name, member) in members {
                    walk(member, &format!("{at}/{name}"), found);
                }
            }
            _ => {}
        }
    }
    let mut found = Vec::new();
    walk(value, "", &mut found);
    // A difference is read apart from the rest.
    let is_free = |place: &String| {
        place != "/schema"
            && with(value, [place], "any <text>")
                .is_ok_and(|read| value["diff"].is_null() || difference::of(&read).is_some())
    };
    found.into_iter().filter(is_free).collect()
}

fn with<'p>(
    value: &Value,
    places: impl IntoIterator<Item = &'p String>,
    text: &str,
) -> serde_json::Result<Assessment> {
    let mut value = value.clone();
    for place in places {
        *value.pointer_mut(place).unwrap() = text.into();
    }
    serde_json::from_value(value)
}

fn sample() -> (Value, Vec<String>) {
    let value = serde_json::to_value(sample::quarter::quarter()).unwrap();
    let places = free_texts(&value);
    (value, places)
}

fn written(assessment: &Assessment, format: Format, options: Options) -> String {
    let mut out = Vec::new();
    write(format, assessment, &options, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// Every format of a report, by what its reader asks of it.
fn check(assessment: &Assessment) {
    let report = written(assessment, Format::Json, Options::default());
    let mut sorted = assessment.clone();
    sorted.results.sort_by(|one, other| one.sort_key().cmp(&other.sort_key()));
    assert_eq!(json::read(report.as_bytes()).unwrap(), sorted);
    assert_eq!(obeyed(&report), None);

    for (width, color) in [(64, false), (100, true), (180, false)] {
        let options = Options { width: Some(width), color, ..Options::default() };
        let page = written(assessment, Format::Table, options);
        let page = if color { without_color(&page) } else { page };
        assert_eq!(obeyed(&page), None, "{page:?}");
        let long = page.lines().find(|line| text::width(line) > usize::from(width));
        assert_eq!(long, None, "{width}");
    }

    check_others(assessment);
    for junit_grain in [Grain::Check, Grain::Resource] {
        let options = Options { junit_grain, ..Options::default() };
        let xml = written(assessment, Format::Junit, options);
        junit::tests::check_form(&xml);
        assert_eq!(obeyed(&xml), None);
        for (account, suite) in assessment.scope.accounts.iter().zip(suites(&xml)) {
            let expected = text::clean(format!("{} {}", account.id, account.name).trim_end());
            assert_eq!(suite.trim_end(), expected.trim_end());
        }
    }

    let page = written(assessment, Format::Html, Options::default());
    html::tests::check_form(&page);
    let ours = page.replace(html::STYLE, "").replace(html::SCRIPT, "");
    assert_eq!(obeyed(&ours), None);
}

/// The formats of one line or one list.
fn check_others(assessment: &Assessment) {
    let plain = |format| {
        let text = written(assessment, format, Options::default());
        let text = if format == Format::Csv { text.replace("\r\n", "\n") } else { text };
        assert_eq!(obeyed(&text), None, "{format}: {text}");
        text
    };
    let number = assessment.results.len();
    for format in [Format::Jsonl, Format::Ocsf, Format::Asff] {
        let text = plain(format);
        let lines: Vec<Value> =
            text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        match format {
            Format::Asff => lines.iter().for_each(asff::tests::check_request),
            _ => assert_eq!(lines.len(), number, "{format}"),
        }
    }
    let rows = csv::tests::check_form(&written(assessment, Format::Csv, Options::default()));
    assert_eq!(rows.len(), number + 1);
    plain(Format::Csv);
    sarif::tests::check_form(&serde_json::from_str(&plain(Format::Sarif)).unwrap());
    markdown::tests::check_form(&plain(Format::Markdown));
    github::tests::check_form(&plain(Format::Github));
    code_quality::tests::check_form(&plain(Format::Gitlab));
}

/// What a terminal would obey, or show otherwise than it is read.
fn obeyed(text: &str) -> Option<char> {
    text.chars().find(|one| *one != '\n' && (one.is_control() || text::is_hidden(*one)))
}

/// Our own sequences, and no others.
fn without_color(page: &str) -> String {
    let ours = ["0", "1", "2", "39", "38;5;28", "38;5;130", "38;5;160"];
    let strip = |page: String, code: &str| page.replace(&format!("\u{1b}[{code}m"), "");
    ours.into_iter().fold(page.to_owned(), strip)
}

/// The names of the accounts' suites, read by the library that wrote them.
fn suites(xml: &str) -> Vec<String> {
    let mut reader = quick_xml::Reader::from_str(xml);
    let mut names = Vec::new();
    loop {
        match reader.read_event().unwrap() {
            Event::Eof => break names,
            Event::Start(start) if start.name().as_ref() == b"testsuite" => {
                let name = start.try_get_attribute("name").unwrap().unwrap();
                let name = String::from_utf8(name.value.into_owned()).unwrap();
                let name = quick_xml::escape::unescape(&name).unwrap().into_owned();
                if name.starts_with(|first: char| first.is_ascii_digit()) {
                    names.push(name);
                }
            }
            _ => {}
        }
    }
}

#[test]
fn every_text_of_a_stranger_is_found() {
    let (_, places) = sample();
    let some = |end: &str| places.iter().any(|place| place.ends_with(end));
    for name in [
        "/scope/accounts/0/name",
        "/scope/accounts/0/ou_path",
        "/scope/notes/0",
        "/run/caller_arn",
        "/coverage/unread/0/message",
        "/coverage/unread/0/region",
        "/gates/0/message",
        "/waivers/0/reason",
        "/resource",
        "/observed",
        "/expected",
        "/message",
        "/gap/detail",
        "/evidence/0/field",
        "/began_by/actor",
        "/diff/changes/0/resource",
        "/earlier/0/run_id",
    ] {
        assert!(some(name), "{name}");
    }
    for closed in ["/status", "/account_id", "/started", "/severity", "/gap/cause", "/schema"] {
        assert!(!some(closed), "{closed}");
    }
}

#[test]
fn each_text_everywhere_at_once_breaks_no_format() {
    let (value, places) = sample();
    for text in hostile::TEXTS {
        check(&with(&value, &places, text).unwrap());
    }
}

#[test]
fn the_worst_text_in_each_place_alone_breaks_no_format() {
    let (value, places) = sample();
    let worst = hostile::TEXTS.concat();
    // Of the changes one is as good as another.
    let is_told = |place: &&String| {
        !place.starts_with("/diff/changes/") || place.starts_with("/diff/changes/0/")
    };
    for place in places.iter().filter(is_told) {
        check(&with(&value, [place], &worst).unwrap());
    }
}

#[test]
fn long_texts_break_no_format() {
    let (value, places) = sample();
    let named: Vec<&String> =
        places.iter().filter(|place| !place.contains("/results/")).take(60).collect();
    let first: Vec<&String> =
        places.iter().filter(|place| place.starts_with("/results/5/")).collect();
    for text in hostile::long(4_000) {
        check(&with(&value, named.iter().chain(&first).copied(), &text).unwrap());
    }
}

#[test]
fn a_lone_surrogate_is_no_report() {
    let report = written(&sample::lone(), Format::Json, Options::default());
    let name = "\"name\": \"";
    let broken = report.replacen(name, &format!("{name}\\ud800"), 1);
    assert!(broken != report);
    assert!(json::read(broken.as_bytes()).is_err());
}

#[test]
fn a_report_that_is_nested_too_deep_is_an_error() {
    let within =
        format!("{{\"schema\": \"trailproof.report/1\", \"waivers\": {}", "[".repeat(100_000));
    for deep in ["[".repeat(100_000), within] {
        assert!(json::read(deep.as_bytes()).is_err());
    }
}

#[test]
fn what_is_hidden_is_escaped_in_json_and_kept() {
    let mut assessment = sample::lone();
    assessment.scope.accounts[0].name = "a\u{9b}b\u{202e}c\u{e0041}d\u{ffff}監".to_owned();
    let report = written(&assessment, Format::Json, Options::default());
    assert!(report.contains(r"a\u009bb\u202ec\udb40\udc41d\uffff監"), "{report}");
    assert_eq!(json::read(report.as_bytes()).unwrap(), assessment);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn any_texts_in_any_places_break_no_format(
        texts in prop::collection::vec(
            (any::<prop::sample::Index>(), prop_oneof![
                any::<String>(),
                prop::collection::vec(prop::sample::select(hostile::TEXTS), 1..4).prop_map(|texts| texts.concat()),
            ]),
            1..24,
        ),
    ) {
        let (mut value, places) = sample();
        for (place, text) in &texts {
            *value.pointer_mut(place.get(&places).as_str()).unwrap() = text.as_str().into();
        }
        check(&serde_json::from_value(value).unwrap());
    }
}
