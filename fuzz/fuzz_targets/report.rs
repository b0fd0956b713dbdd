//! Reports from a stranger's hand: whatever can be read can be written in every format, and breaks no reader.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use trailproof_core::assess::assess;
use trailproof_core::assessment::{Assessment, Milli, SCHEMA};
use trailproof_core::check::Severity;
use trailproof_core::gate::{GateRequest, exit_code, gates};
use trailproof_core::policy::Policy;
use trailproof_fuzz::{Choices, bundle, spoilt};
use trailproof_reports::{Format, Grain, Options, Part, read, write};

static WHOLE: LazyLock<Value> = LazyLock::new(|| {
    let Ok(assessment) = assess(&bundle(), trailproof_checks::CATALOGUE, &Policy::default());
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
};

fn written(assessment: &Assessment, format: Format, options: Options) -> String {
    let mut out = Vec::new();
    write(format, assessment, &options, &mut out).expect("memory takes it");
    String::from_utf8(out).expect("reports are UTF-8")
}

fn check(mut assessment: Assessment) {
    let _ = exit_code(&assessment, &REQUEST, false);
    assessment.gates.extend(gates(&assessment, &REQUEST));
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
        for junit_part in [None, Some(Part { number: 1, accounts: 1 })] {
            let options = Options { junit_grain, junit_part, ..Options::default() };
            let xml = written(&assessment, Format::Junit, options);
            let document = roxmltree::Document::parse(&xml).expect("well-formed XML");
            assert!(document.root_element().has_tag_name("testsuites"));
        }
    }
    assert!(Part::count(&assessment, 1) > 0);
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
