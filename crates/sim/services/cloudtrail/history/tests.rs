use serde_json::{Value, json};

use crate::testing::{A, B, Heard, M, ask, simulator};

const NOW: i64 = 1_795_300_977;

fn by(account: &str, region: &str, body: Value) -> Heard {
    ask(account, region).json(&simulator(), "cloudtrail:LookupEvents", body)
}

fn ages(heard: &Heard) -> Vec<i64> {
    let body = heard.json();
    let events = body["Events"].as_array().unwrap().iter();
    events.map(|event| (NOW - event["EventTime"].as_i64().unwrap()) / 60).collect()
}

#[test]
fn the_newest_event_comes_first_and_what_is_older_than_the_history_never() {
    let heard = by(A, "eu-west-1", json!({}));
    assert_eq!(ages(&heard), [5, 60, 300]);
    let event = &heard.json()["Events"][0];
    assert_eq!(event["EventName"], "CreateUser");
    assert_eq!(event["ReadOnly"], "false");
    let whole: Value = serde_json::from_str(event["CloudTrailEvent"].as_str().unwrap()).unwrap();
    assert_eq!(whole["recipientAccountId"], A);
    assert_eq!(whole["awsRegion"], "eu-west-1");
}

#[test]
fn times_bound_the_history_on_both_sides() {
    let between = |start: Value, end: Value| {
        by(A, "eu-west-1", json!({"StartTime": start, "EndTime": end, "MaxResults": 1}))
    };
    assert_eq!(ages(&between(json!(NOW - 90 * 60), json!(NOW - 6 * 60))), [60]);
    assert_eq!(ages(&between(json!(0), json!(NOW as f64 - 3600.5))), [300]);
    assert_eq!(
        between(json!(NOW), json!(NOW - 1)).error(),
        (400, "InvalidTimeRangeException".to_owned())
    );
}

#[test]
fn pages_follow_one_another() {
    let first = by(A, "eu-west-1", json!({"MaxResults": 2}));
    assert_eq!(ages(&first), [5, 60]);
    let token = first.json()["NextToken"].clone();
    let second = by(A, "eu-west-1", json!({"MaxResults": 2, "NextToken": token}));
    assert_eq!(ages(&second), [300]);
    assert_eq!(second.json().get("NextToken"), None);
    for (body, code) in [
        (json!({"MaxResults": 51}), "InvalidMaxResultsException"),
        (json!({"MaxResults": 0}), "InvalidMaxResultsException"),
        (json!({"NextToken": "x"}), "InvalidNextTokenException"),
        (json!({"EventCategory": "data"}), "InvalidEventCategoryException"),
    ] {
        assert_eq!(by(A, "eu-west-1", body).error(), (400, code.to_owned()));
    }
    assert!(ages(&by(A, "eu-west-1", json!({"EventCategory": "insight"}))).is_empty());
}

#[test]
fn one_attribute_can_be_looked_up() {
    let attribute = |key: &str, value: &str| json!({"AttributeKey": key, "AttributeValue": value});
    let found = |list: Value| by(A, "eu-west-1", json!({ "LookupAttributes": list }));
    assert_eq!(ages(&found(json!([attribute("EventName", "CreateUser")]))), [5]);
    assert_eq!(ages(&found(json!([attribute("ReadOnly", "true")]))), [60, 300]);
    assert_eq!(ages(&found(json!([attribute("EventSource", "iam.amazonaws.com")]))), [5]);
    assert!(ages(&found(json!([attribute("Username", "nobody")]))).is_empty());
    let two = json!([attribute("ReadOnly", "true"), attribute("Username", "u")]);
    for list in [two, json!([{}])] {
        let refused = (400, "InvalidLookupAttributesException".to_owned());
        assert_eq!(found(list).error(), refused);
    }
}

#[test]
fn a_region_that_a_trail_covers_has_everyday_events_and_another_has_none() {
    assert_eq!(ages(&by(B, "us-east-1", json!({}))), [20, 90]);
    assert_eq!(ages(&by(M, "eu-west-1", json!({}))), [20, 90]);
    let settled = json!({"EndTime": NOW - 3600, "MaxResults": 1});
    assert_eq!(ages(&by(M, "eu-west-1", settled)), [90]);
    assert!(ages(&by(B, "us-west-1", json!({}))).is_empty(), "no replica there");
    assert!(ages(&by(A, "eu-west-2", json!({}))).is_empty(), "described as quiet");
}
