//! Filter patterns and event patterns, a line each: read, printed, evaluated, and asked for what they imply.
#![no_main]

use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use trailproof_filter_pattern::{
    Answer, Condition, Event, EventPattern, FilterPattern, Matcher, Reading, Required, Schema,
};

const READINGS: [Reading; 2] = [Reading::Narrow, Reading::Wide];

/// What an answer says has to be so for the event of a counterexample, and for the events at hand.
fn hold(required: &Required, wanted: &Matcher, matchers: &[Matcher], events: &[Event<'_>]) {
    let taken = |event: &Event<'_>, reading: Reading| {
        matchers.iter().any(|matcher| matcher.matches(event, reading))
    };
    match required.covered_by(matchers) {
        Answer::Refuted(record) => {
            let event = Event::of_json(&record);
            assert!(required.contains(&event) && !taken(&event, Reading::Wide), "{record}");
        }
        Answer::Proved => {
            for event in events.iter().filter(|event| event.json().is_some()) {
                for reading in READINGS {
                    let slips = wanted.matches(event, reading) && !taken(event, reading);
                    assert!(!slips, "{}", event.text());
                }
            }
        }
        Answer::Unclear(doubt) => assert!(!doubt.to_string().is_empty()),
    }
}

fuzz_target!(|text: &str| {
    let lines: Vec<&str> = text.split('\n').take(8).collect();
    let (mut filters, mut rules, mut events) = (Vec::new(), Vec::new(), Vec::new());
    for line in &lines {
        events.push(Event::of_text(line));
        if let Ok(rule) = EventPattern::parse(line) {
            let printed = rule.to_string();
            assert_eq!(EventPattern::parse(&printed).as_ref(), Ok(&rule), "{printed}");
            rules.push(rule);
        }
        match FilterPattern::parse(line) {
            Ok(filter) => {
                let printed = filter.to_string();
                // One spelling may be longer than another, and so too long.
                if printed.chars().count() <= 1024 {
                    assert_eq!(FilterPattern::parse(&printed).as_ref(), Ok(&filter), "{printed}");
                }
                filters.push(filter);
            }
            Err(error) => assert!(error.position <= line.chars().count() + 1, "{error}"),
        }
    }
    let matchers: Vec<Matcher> = filters.iter().map(Matcher::from).collect();
    let of_rules: Vec<Matcher> = rules.iter().map(Matcher::from).collect();
    for event in &events {
        for matcher in matchers.iter().chain(&of_rules) {
            let [narrow, wide] = READINGS.map(|reading| matcher.matches(event, reading));
            assert!(wide || !narrow, "{}", event.text());
        }
        for (rule, matcher) in rules.iter().zip(&of_rules) {
            // Together in one element of an array is less than each in some element.
            let matches = event.json().is_some_and(|record: &Value| rule.matches(record));
            assert!(!matches || matcher.matches(event, Reading::Narrow), "{rule} {}", event.text());
        }
    }
    let (Some(first), Some((wanted, others))) = (filters.first(), matchers.split_first()) else {
        return;
    };
    let condition = Condition::Pattern(first.clone());
    hold(&Required::new(&condition, Schema::unknown()), wanted, others, &events);
    hold(&Required::new(&condition, Schema::unknown()), wanted, &of_rules, &events);
    hold(&Required::of_cloudtrail(&condition), wanted, others, &[]);
    if let FilterPattern::Json(_) = first {
        assert_eq!(
            Required::of_cloudtrail(&condition).covered_by(std::slice::from_ref(wanted)),
            Required::of_cloudtrail(&condition).covered_by(std::slice::from_ref(wanted)),
        );
    }
});
