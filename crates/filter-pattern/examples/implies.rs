//! Asks whether filter patterns take every event that another pattern takes:
//! `cargo run -p trailproof-filter-pattern --example implies -- REQUIRED FILTER...`

use std::process::ExitCode;

use trailproof_filter_pattern::{Answer, Condition, FilterPattern, Matcher, Required};

const USUAL: [&str; 3] = [
    r#"{ $.eventSource = "cloudtrail.amazonaws.com" && ($.eventName = "StopLogging" || $.eventName = "DeleteTrail") }"#,
    "{ $.eventName = Stop* && $.sourceIPAddress != 10.* }",
    "{ $.eventName = DeleteTrail }",
];

#[expect(clippy::print_stdout, reason = "it is a program")]
fn main() -> ExitCode {
    let mut patterns: Vec<String> = std::env::args().skip(1).collect();
    if patterns.is_empty() {
        patterns = USUAL.map(str::to_owned).to_vec();
    }
    let mut read = Vec::new();
    for text in &patterns {
        match FilterPattern::parse(text) {
            Ok(pattern) => read.push(pattern),
            Err(error) => {
                println!("{text}\n  {error}");
                return ExitCode::from(2);
            }
        }
    }
    let mut read = read.into_iter();
    let Some(required) = read.next() else { return ExitCode::from(2) };
    let filters: Vec<FilterPattern> = read.collect();
    println!("required: {required}");
    for filter in &filters {
        println!("filter:   {filter}");
    }
    let matchers: Vec<Matcher> = filters.iter().map(Matcher::from).collect();
    match Required::of_cloudtrail(&Condition::Pattern(required)).covered_by(&matchers) {
        Answer::Proved => println!("every required event is matched"),
        Answer::Refuted(event) => println!("this one slips through:\n{event:#}"),
        Answer::Unclear(doubt) => println!("cannot tell: {doubt}"),
    }
    ExitCode::SUCCESS
}
