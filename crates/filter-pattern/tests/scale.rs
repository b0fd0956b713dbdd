//! Many filters, long ones and odd ones: answered, or refused as too much, with work that has an end.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod common;

use common::{logs, set};
use trailproof_filter_pattern::{Answer, Condition, Doubt, FilterPattern, Matcher, Required};

const ALL: &str = "{ $.eventName = CreateTrail || $.eventName = UpdateTrail || $.eventName = DeleteTrail || $.eventName = StartLogging || $.eventName = StopLogging }";

fn with_others(pattern: &str, others: impl Fn(usize) -> String) -> Answer {
    let mut matchers: Vec<Matcher> = (0..100).map(|number| logs(&others(number))).collect();
    matchers.push(logs(pattern));
    set("cloudtrail-changes").covered_by(&matchers)
}

#[test]
fn a_log_group_full_of_filters_is_no_hindrance() {
    let names = |number: usize| {
        let tests: Vec<String> =
            (0..20).map(|other| format!("$.eventName = Call{number}x{other}")).collect();
        format!("{{ {} }}", tests.join(" || "))
    };
    assert_eq!(with_others(ALL, names), Answer::Proved);
    assert!(matches!(with_others("{ $.eventName = Stop* }", names), Answer::Refuted(_)));
    // More wildcards on one field than are told apart: constants stay known.
    let wild = |number: usize| format!("{{ $.eventName = \"*other{number}*\" }}");
    assert_eq!(with_others(ALL, wild), Answer::Proved);
    assert!(matches!(with_others("{ $.eventName = StopLogging }", wild), Answer::Refuted(_)));
    let fields = |number: usize| format!("{{ $.requestParameters.f{number} != \"*{number}*\" }}");
    assert_eq!(with_others(ALL, fields), Answer::Proved);
    assert!(matches!(with_others("{ $.eventName = StopLogging }", fields), Answer::Refuted(_)));
}

#[test]
fn what_is_too_much_is_said_to_be() {
    let required = |pattern: &str| {
        Required::of_cloudtrail(&Condition::Pattern(FilterPattern::parse(pattern).unwrap()))
    };
    let far = required("{ $.resources[4000000].type = x }");
    assert_eq!(far.covered_by(&[logs("{ $.a = b }")]), Answer::Unclear(Doubt::Work));
    let sets = required("{ $.x = %[ab].{12}[ab].{12}$% }");
    let answer = sets.covered_by(&[logs("{ $.x = %[ab].{12}[bc].{12}$% }")]);
    assert!(matches!(answer, Answer::Unclear(_)), "{answer:?}");
    let wild: Vec<Matcher> =
        (0..20).map(|number| logs(&format!("{{ $.a[*] = {number} }}"))).collect();
    assert_eq!(set("root-usage").covered_by(&wild), Answer::Unclear(Doubt::Work));
    assert!(FilterPattern::parse("%.{1000}{1000}%").is_err());
}

#[test]
fn no_filter_matches_nothing() {
    assert!(matches!(set("root-usage").covered_by(&[]), Answer::Refuted(_)));
}
