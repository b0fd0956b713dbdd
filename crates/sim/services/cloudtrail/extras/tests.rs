use serde_json::{Value, json};

use crate::Simulator;
use crate::testing::{A, B, Heard, M, ask, simulator, small};

const ORG: &str = "arn:aws:cloudtrail:eu-west-1:111111111111:trail/org";
const HERE: &str = "arn:aws:cloudtrail:eu-west-1:111111111111:trail/here";
const LAKE: &str =
    "arn:aws:cloudtrail:eu-west-1:222222222222:eventdatastore/a0000000-0000-4000-8000-000000000001";

fn by(account: &str, region: &str, operation: &str, body: Value) -> Heard {
    ask(account, region).json(&simulator(), &format!("cloudtrail:{operation}"), body)
}

#[test]
fn tags_are_told_to_the_owner_and_the_delegate_at_home() {
    let list = |account, region, arns: &[&str]| {
        by(account, region, "ListTags", json!({ "ResourceIdList": arns }))
    };
    let body = list(M, "eu-west-1", &[ORG, HERE]).json();
    let tags = json!([{"Key": "owner", "Value": "audit"}, {"Key": "stage", "Value": "prod"}]);
    assert_eq!(body["ResourceTagList"][0], json!({"ResourceId": ORG, "TagsList": tags}));
    assert_eq!(body["ResourceTagList"][1], json!({"ResourceId": HERE, "TagsList": []}));
    assert_eq!(list(B, "eu-west-1", &[ORG]).json()["ResourceTagList"][0]["TagsList"], tags);
    let lake = list(A, "eu-west-1", &[LAKE]).json();
    assert_eq!(lake["ResourceTagList"][0]["TagsList"], json!([{"Key": "k", "Value": "v"}]));
    for (account, region, arns, code) in [
        (A, "eu-west-1", &[ORG][..], "CloudTrailARNInvalidException"),
        (M, "us-east-1", &[ORG], "ResourceNotFoundException"),
        (
            M,
            "eu-west-1",
            &["arn:aws:cloudtrail:eu-west-1:111111111111:trail/no"],
            "ResourceNotFoundException",
        ),
        (M, "eu-west-1", &["org"], "CloudTrailARNInvalidException"),
        (M, "eu-west-1", &[], "InvalidParameterException"),
    ] {
        assert_eq!(list(account, region, arns).error(), (400, code.to_owned()));
    }
}

#[test]
fn many_tags_come_in_pages() {
    let mut description = small();
    let tags = (0..70).map(|n| (format!("k{n:02}"), "v".to_owned()));
    description.accounts[0].trails[0].tags = tags.collect();
    let simulator = Simulator::new(description);
    let list = |body| ask(M, "eu-west-1").json(&simulator, "cloudtrail:ListTags", body).json();
    let first = list(json!({"ResourceIdList": [ORG, HERE]}));
    assert_eq!(first["ResourceTagList"][0]["TagsList"].as_array().unwrap().len(), 50);
    let token = &first["NextToken"];
    let second = list(json!({"ResourceIdList": [ORG, HERE], "NextToken": token}));
    assert_eq!(second["ResourceTagList"].as_array().unwrap().len(), 1);
    assert_eq!(second["ResourceTagList"][0]["TagsList"].as_array().unwrap().len(), 20);
    assert_eq!(second.get("NextToken"), None);
}

#[test]
fn insights_are_told_or_not_enabled() {
    let get = |account, body| by(account, "eu-west-1", "GetInsightSelectors", body);
    let body = get(M, json!({"TrailName": "org"})).json();
    assert_eq!(body["TrailARN"], ORG);
    assert_eq!(body["InsightSelectors"][0], json!({"InsightType": "ApiCallRateInsight"}));
    assert_eq!(body["InsightSelectors"].as_array().unwrap().len(), 2);
    assert_eq!(get(B, json!({"TrailName": ORG})).json(), body);
    let store = get(A, json!({"EventDataStore": LAKE})).json();
    assert_eq!(store["InsightSelectors"], json!([{"InsightType": "ApiErrorRateInsight"}]));
    assert!(store["InsightsDestination"].as_str().unwrap().ends_with("0002"));
    for (account, body, code) in [
        (M, json!({"TrailName": HERE}), "InsightNotEnabledException"),
        (A, json!({"EventDataStore": LAKE.replace("0001", "0002")}), "InsightNotEnabledException"),
        (A, json!({"TrailName": ORG}), "CloudTrailARNInvalidException"),
        (M, json!({"TrailName": "none"}), "TrailNotFoundException"),
        (M, json!({}), "InvalidParameterException"),
        (
            A,
            json!({"TrailName": "own", "EventDataStore": LAKE}),
            "InvalidParameterCombinationException",
        ),
    ] {
        assert_eq!(get(account, body).error(), (400, code.to_owned()));
    }
    let trails = by(M, "eu-west-1", "DescribeTrails", json!({})).json();
    assert_eq!(trails["trailList"][0]["HasInsightSelectors"], true);
    assert_eq!(trails["trailList"][1]["HasInsightSelectors"], false);
}
