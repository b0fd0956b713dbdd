use serde_json::{Value, json};

use crate::testing::{A, B, Heard, ask, simulator};

const OWN: &str = "arn:aws:logs:us-east-1:222222222222:log-group:trail/own";

fn by(account: &str, body: Value) -> Heard {
    ask(account, "us-east-1").json(&simulator(), "logs:DescribeLogGroups", body)
}

fn names(heard: &Heard) -> Vec<String> {
    let body = heard.json();
    let groups = body["logGroups"].as_array().unwrap().iter();
    groups.map(|group| group["logGroupName"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn groups_are_found_by_name_arn_and_what_they_begin_with_or_contain() {
    for body in [
        json!({"logGroupIdentifiers": [OWN]}),
        json!({"logGroupIdentifiers": ["trail/own", "none"]}),
        json!({"logGroupNamePrefix": "trail/"}),
        json!({"logGroupNamePattern": "OWN"}),
    ] {
        assert_eq!(names(&by(A, body)), ["trail/own"]);
    }
    assert_eq!(names(&by(A, json!({"logGroupClass": "INFREQUENT_ACCESS"}))), ["kept"]);
    assert!(names(&by(A, json!({"logGroupIdentifiers": ["gone"]}))).is_empty());
    assert!(names(&by(B, json!({}))).is_empty());
}

#[test]
fn a_group_tells_its_settings() {
    let body = by(A, json!({})).json();
    let (kept, own) = (&body["logGroups"][0], &body["logGroups"][1]);
    assert_eq!(kept["retentionInDays"], 400);
    assert_eq!(kept["kmsKeyId"], "arn:aws:kms:us-east-1:222222222222:key/x");
    assert_eq!(kept["deletionProtectionEnabled"], true);
    assert_eq!(own["arn"], format!("{OWN}:*"), "a trail names it, so it is there");
    assert_eq!(own["logGroupArn"], OWN);
    assert_eq!(own["logGroupClass"], "STANDARD");
    assert!(own.get("retentionInDays").is_none() && own.get("kmsKeyId").is_none());
}

#[test]
fn pages_follow_one_another() {
    let first = by(A, json!({"limit": 1}));
    assert_eq!(names(&first), ["kept"]);
    let second = by(A, json!({"limit": 1, "nextToken": first.json()["nextToken"]}));
    assert_eq!(names(&second), ["trail/own"]);
    assert_eq!(second.json().get("nextToken"), None);
}

#[test]
fn what_cannot_be_asked_is_refused() {
    let invalid = (400, "InvalidParameterException".to_owned());
    for body in [
        json!({"limit": 51}),
        json!({"nextToken": "x"}),
        json!({"logGroupIdentifiers": ["own"], "logGroupNamePrefix": "own"}),
        json!({"logGroupIdentifiers": [format!("{OWN}:*")]}),
        json!({"logGroupIdentifiers": ["arn:aws:logs"]}),
        json!({"logGroupIdentifiers": [OWN.replace("us-east-1", "us-east-2")]}),
    ] {
        assert_eq!(by(A, body).error(), invalid);
    }
    let refused = by(B, json!({"logGroupIdentifiers": [OWN]}));
    assert_eq!(refused.error(), (400, "AccessDeniedException".to_owned()));
}
