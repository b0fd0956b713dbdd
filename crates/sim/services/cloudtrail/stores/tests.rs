use serde_json::{Value, json};

use crate::testing::{A, B, Heard, M, ask, simulator};

const LAKE: &str =
    "arn:aws:cloudtrail:eu-west-1:222222222222:eventdatastore/a0000000-0000-4000-8000-000000000001";
const INSIGHTS: &str =
    "arn:aws:cloudtrail:eu-west-1:222222222222:eventdatastore/a0000000-0000-4000-8000-000000000002";
const SHARED: &str =
    "arn:aws:cloudtrail:eu-west-1:111111111111:eventdatastore/e0000000-0000-4000-8000-000000000001";

fn by(account: &str, region: &str, operation: &str, body: Value) -> Heard {
    ask(account, region).json(&simulator(), &format!("cloudtrail:{operation}"), body)
}

#[test]
fn the_list_is_of_one_region_and_tells_no_more_than_arn_and_name() {
    let list = |region, body| by(A, region, "ListEventDataStores", body).json();
    let first = list("eu-west-1", json!({"MaxResults": 1}));
    assert_eq!(first["EventDataStores"], json!([{"EventDataStoreArn": LAKE, "Name": "lake"}]));
    let next = list("eu-west-1", json!({"MaxResults": 1, "NextToken": first["NextToken"]}));
    assert_eq!(next["EventDataStores"][0]["EventDataStoreArn"], INSIGHTS);
    assert_eq!(next.get("NextToken"), None);
    assert_eq!(list("us-east-1", json!({}))["EventDataStores"][0]["Name"], "far");
    assert_eq!(list("us-east-2", json!({}))["EventDataStores"], json!([]));
    for (body, code) in [
        (json!({"MaxResults": 1001}), "InvalidMaxResultsException"),
        (json!({"NextToken": "x"}), "InvalidNextTokenException"),
    ] {
        let heard = by(A, "eu-west-1", "ListEventDataStores", body);
        assert_eq!(heard.error(), (400, code.to_owned()));
    }
}

#[test]
fn a_store_tells_its_settings() {
    let get = |account, region, store: &str| {
        by(account, region, "GetEventDataStore", json!({ "EventDataStore": store }))
    };
    let lake = get(A, "eu-west-1", LAKE).json();
    assert_eq!(lake["Status"], "ENABLED");
    assert_eq!(lake["RetentionPeriod"], 366);
    assert_eq!(lake["TerminationProtectionEnabled"], true);
    assert_eq!(lake["MultiRegionEnabled"], true);
    assert_eq!(lake["OrganizationEnabled"], false);
    assert!(lake["KmsKeyId"].as_str().unwrap().ends_with("555555555555"));
    assert_eq!(lake["AdvancedEventSelectors"][0]["FieldSelectors"][0]["Field"], "eventCategory");
    let plain = get(A, "eu-west-1", INSIGHTS.rsplit('/').next().unwrap()).json();
    assert_eq!(plain["TerminationProtectionEnabled"], false);
    assert_eq!(plain["MultiRegionEnabled"], false);
    assert_eq!(plain.get("KmsKeyId"), None);
    let missing = (400, "EventDataStoreNotFoundException".to_owned());
    assert_eq!(get(A, "us-east-1", LAKE).error(), missing);
    assert_eq!(get(A, "eu-west-1", "none").error(), missing);
    let invalid = (400, "EventDataStoreARNInvalidException".to_owned());
    assert_eq!(get(B, "eu-west-1", LAKE).error(), invalid);
    assert_eq!(get(A, "eu-west-1", SHARED).error(), invalid);
    assert_eq!(get(A, "eu-west-1", "arn:aws").error(), invalid);
    assert_eq!(get(M, "eu-west-1", SHARED).json()["OrganizationEnabled"], true);
    assert_eq!(get(B, "eu-west-1", SHARED).json()["Name"], "shared", "B is the delegate");
}

#[test]
fn a_policy_is_told_or_has_its_own_error() {
    let get = |account, arn: &str| {
        by(account, "eu-west-1", "GetResourcePolicy", json!({ "ResourceArn": arn }))
    };
    let policy = get(A, LAKE).json();
    assert_eq!(policy["ResourcePolicy"], r#"{"Version":"2012-10-17","Statement":[]}"#);
    assert_eq!(policy["ResourceArn"], LAKE);
    for (arn, code) in [
        (INSIGHTS, "ResourcePolicyNotFoundException"),
        (&LAKE.replace("0001", "0009"), "ResourceNotFoundException"),
        ("lake", "ResourceARNNotValidException"),
        (
            "arn:aws:cloudtrail:us-east-1:222222222222:trail/own",
            "ResourceTypeNotSupportedException",
        ),
    ] {
        assert_eq!(get(A, arn).error(), (400, code.to_owned()));
    }
}
