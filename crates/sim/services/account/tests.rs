use serde_json::{Value, json};

use crate::testing::{A, Heard, M, X, ask, simulator};

fn by(account: &str, body: Value) -> Heard {
    let question = ask(account, "us-east-1").header("content-type", "application/json");
    let uri = "https://account.us-east-1.amazonaws.com/listRegions";
    question.send(&simulator(), "account", ("POST", uri, body.to_string())).unwrap()
}

fn state(heard: &Heard, region: &str) -> Value {
    let body = heard.json();
    let regions = body["Regions"].as_array().unwrap();
    regions.iter().find(|r| r["RegionName"] == region).unwrap()["RegionOptStatus"].clone()
}

#[test]
fn every_region_has_a_status() {
    let heard = by(A, json!({}));
    assert_eq!(heard.json()["Regions"].as_array().unwrap().len(), 19);
    assert_eq!(state(&heard, "eu-west-1"), "ENABLED_BY_DEFAULT");
    assert_eq!(state(&heard, "me-central-1"), "ENABLED");
    assert_eq!(state(&heard, "me-south-1"), "ENABLING");
    assert_eq!(state(&by(M, json!({})), "me-central-1"), "DISABLED");
}

#[test]
fn regions_come_in_pages_and_by_status() {
    let first = by(A, json!({"MaxResults": 10})).json();
    assert_eq!(first["Regions"].as_array().unwrap().len(), 10);
    let second = by(A, json!({"MaxResults": 10, "NextToken": first["NextToken"]})).json();
    assert_eq!(second["Regions"].as_array().unwrap().len(), 9);
    assert_eq!(second.get("NextToken"), None);
    let enabled = by(A, json!({"RegionOptStatusContains": ["ENABLED"]})).json();
    assert_eq!(
        enabled["Regions"],
        json!([{"RegionName": "me-central-1", "RegionOptStatus": "ENABLED"}])
    );
    assert_eq!(by(A, json!({"MaxResults": 51})).error(), (400, "ValidationException".to_owned()));
    assert_eq!(by(A, json!({"NextToken": "x"})).error(), (400, "ValidationException".to_owned()));
}

#[test]
fn only_the_management_account_may_ask_about_others_and_not_about_itself() {
    assert_eq!(state(&by(M, json!({"AccountId": A})), "me-central-1"), "ENABLED");
    assert_eq!(by(M, json!({"AccountId": M})).error(), (400, "ValidationException".to_owned()));
    assert_eq!(by(A, json!({"AccountId": M})).error(), (403, "AccessDeniedException".to_owned()));
    assert_eq!(by(M, json!({"AccountId": X})).error(), (403, "AccessDeniedException".to_owned()));
}
