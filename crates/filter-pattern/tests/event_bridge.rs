//! Event patterns of EventBridge rules against the same required sets.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod common;

use common::{SETS, bridge};
use serde_json::{Value, json};
use trailproof_filter_pattern::{Answer, Event, EventPattern, Required, Schema};

fn required(id: &str) -> Required {
    let set = SETS.iter().find(|set| set.id == id).unwrap();
    Required::new(&set.bridged(), Schema::event_bridge())
}

fn ask(patterns: &[Value]) -> Answer {
    let matchers: Vec<_> = patterns.iter().map(|pattern| bridge(&pattern.to_string())).collect();
    required("cloudtrail-changes").covered_by(&matchers)
}

#[track_caller]
fn slips(patterns: &[Value], pointer: &str) -> Option<Value> {
    let Answer::Refuted(event) = ask(patterns) else { panic!("{patterns:?}: {:?}", ask(patterns)) };
    assert!(required("cloudtrail-changes").contains(&Event::of_json(&event)), "{event}");
    for pattern in patterns {
        assert!(!EventPattern::from_value(pattern).unwrap().matches(&event), "{event}");
    }
    event.pointer(pointer).cloned()
}

const NAMES: [&str; 5] =
    ["CreateTrail", "UpdateTrail", "DeleteTrail", "StartLogging", "StopLogging"];

fn rule() -> Value {
    json!({
        "source": ["aws.cloudtrail"],
        "detail-type": ["AWS API Call via CloudTrail"],
        "detail": {"eventSource": ["cloudtrail.amazonaws.com"], "eventName": NAMES},
    })
}

fn but(change: impl FnOnce(&mut Value)) -> Value {
    let mut rule = rule();
    change(&mut rule);
    rule
}

#[test]
fn equivalent_rules_are_enough() {
    for pattern in [
        rule(),
        json!({"source": ["aws.cloudtrail", "aws.iam"]}),
        json!({"detail": {"eventName": [{"suffix": "Trail"}, {"prefix": "St"}]}}),
        json!({"detail": {"eventName": [{"wildcard": "*Trail"}, {"wildcard": "St*Logging"}]}}),
        json!({"detail": {"eventName": [{"anything-but": ["DescribeTrails", "LookupEvents"]}]}}),
        json!({"detail": {"eventName": [{"anything-but": {"prefix": "Describe"}}]}}),
        json!({"detail": {"eventSource": [{"equals-ignore-case": "CloudTrail.amazonaws.com"}]}}),
        json!({"detail": {"eventName": [{"exists": true}]}}),
        json!({"detail": {"$or": [
            {"eventName": [{"suffix": "Trail"}]},
            {"eventName": ["StartLogging", "StopLogging"], "eventSource": [{"prefix": "cloud"}]},
        ]}}),
        json!({"account": [{"exists": true}], "detail-type": [{"prefix": {"equals-ignore-case": "aws api"}}]}),
    ] {
        assert_eq!(ask(std::slice::from_ref(&pattern)), Answer::Proved, "{pattern}");
    }
    let half = |names: &[&str]| json!({"detail": {"eventName": names}});
    assert_eq!(ask(&[half(&NAMES[..2]), half(&NAMES[2..])]), Answer::Proved);
}

#[test]
fn rules_with_a_hole_are_refuted_by_an_event() {
    let missed = but(|rule| rule["detail"]["eventName"] = json!(NAMES[1..]));
    assert_eq!(slips(&[missed], "/detail/eventName").unwrap(), "CreateTrail");
    let narrowed = but(|rule| rule["region"] = json!(["us-east-1"]));
    assert_ne!(slips(&[narrowed], "/region").unwrap(), "us-east-1");
    let narrowed = but(|rule| rule["detail"]["errorCode"] = json!([{"exists": false}]));
    assert!(slips(&[narrowed], "/detail/errorCode").is_some());
    let narrowed = but(|rule| rule["detail"]["errorCode"] = json!([{"anything-but": "x"}]));
    slips(&[narrowed], "/detail/eventName");
    let narrowed = but(|rule| rule["detail"]["sourceIPAddress"] = json!([{"cidr": "10.0.0.0/8"}]));
    slips(&[narrowed], "/detail/eventName");
    let narrowed = but(|rule| rule["detail"]["userIdentity"] = json!({"type": ["Root"]}));
    assert_ne!(slips(&[narrowed], "/detail/userIdentity/type").unwrap(), "Root");
    let narrowed = but(|rule| {
        rule["detail"]["requestParameters"] = json!({"count": [{"numeric": [">", 0, "<=", 5]}]});
    });
    slips(&[narrowed], "/detail/eventName");
    slips(&[json!({"source": ["aws.ec2"]})], "/source");
}
