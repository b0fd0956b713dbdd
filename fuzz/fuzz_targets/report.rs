//! Reports from a stranger's hand: whatever can be read can be written in every format, and breaks no reader.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use trailproof_core::assess::assess_held;
use trailproof_core::assessment::{Assessment, Milli, SCHEMA};
use trailproof_core::check::Severity;
use trailproof_core::gate::{GateRequest, Gates};
use trailproof_core::policy::Policy;
use trailproof_fuzz::{Choices, bundle, spoilt};
use trailproof_reports::{Format, Grain, Options, read, write, write_split};

static WHOLE: LazyLock<Value> = LazyLock::new(|| {
    let (bundle, policy) = (bundle(), Policy::default());
    let assessment = assess_held(&bundle, trailproof_checks::CATALOGUE, &policy)
        .expect("the fixtures are in order");
    let mut value = serde_json::to_value(assessment).expect("a report has a JSON form");
    // What proves a result is long and always of the same form; two of each are enough to spoil.
    for finding in value["results"].as_array_mut().into_iter().flatten() {
        finding["evidence"].as_array_mut().expect("a list").truncate(2);
    }
    value["results"].as_array_mut().expect("a list").truncate(24);
    value
});

const REQUEST: GateRequest = GateRequest {
    fail_on: Some(Severity::Low),
    min_score: Some(Milli(80_000)),
    min_coverage: Some(Milli::FULL),
    fail_on_expired_waiver: true,
    fail_on_new: None,
};

fn written(assessment: &Assessment, format: Format, options: Options) -> String {
    let mut out = Vec::new();
    write(format, assessment, &options, &mut out).expect("memory takes it");
    String::from_utf8(out).expect("reports are UTF-8")
}

fn check(mut assessment: Assessment) {
    let gates = Gates::of(&assessment, REQUEST).expect("memory gives them");
    assert!(matches!(gates.exit_code(&assessment, false), 0 | 1 | 3));
    let outcomes = gates.outcomes(&assessment);
    assessment.gates.extend(outcomes);
    let json = written(&assessment, Format::Json, Options::default());
    // Twice, since a number of more digits than a float holds is not kept by the first reading.
    let again = read(json.as_bytes()).expect("its own report");
    assert_eq!(written(&again, Format::Json, Options::default()), json);

    for width in [None, Some(0), Some(80), Some(161)] {
        let page = written(&assessment, Format::Table, Options { width, ..Options::default() });
        let odd = |one: char| {
            (one.is_control() && one != '\n')
                || matches!(one, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        };
        assert_eq!(page.chars().find(|one| odd(*one)), None);
    }
    for junit_grain in [Grain::Check, Grain::Resource] {
        let options = Options { junit_grain, ..Options::default() };
        well_formed(&written(&assessment, Format::Junit, options));
        let mut files: Vec<Vec<u8>> = Vec::new();
        let mut out = |number: usize, bytes: &[u8]| {
            files.resize_with(files.len().max(number + 1), Vec::new);
            files[number].extend_from_slice(bytes);
            Ok(())
        };
        write_split(&assessment, junit_grain, 1, &mut out).expect("memory takes it");
        assert!(!files.is_empty());
        for file in files {
            well_formed(&String::from_utf8(file).expect("reports are UTF-8"));
        }
    }
}

/// Well-formed XML whose root counts what is in it.
fn well_formed(xml: &str) {
    let document = roxmltree::Document::parse(xml).expect("well-formed XML");
    let cases = document.descendants().filter(|node| node.has_tag_name("testcase")).count();
    assert_eq!(document.root_element().attribute("tests"), Some(cases.to_string().as_str()));
}

fuzz_target!(|bytes: &[u8]| {
    if bytes.first() == Some(&b'{') {
        if let Ok(assessment) = read(bytes) {
            check(assessment);
        }
        return;
    }
    if let Some(assessment) = spoilt::<Assessment>(&WHOLE, &mut Choices::new(bytes)) {
        // A report of another schema is not read at all.
        check(Assessment { schema: SCHEMA.to_owned(), ..assessment });
    }
});
