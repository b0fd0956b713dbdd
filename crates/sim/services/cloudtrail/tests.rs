use serde_json::{Value, json};

use crate::Simulator;
use crate::testing::{A, B, Heard, M, X, ask, simulator, small};

const ORG: &str = "arn:aws:cloudtrail:eu-west-1:111111111111:trail/org";
const OWN: &str = "arn:aws:cloudtrail:us-east-1:222222222222:trail/own";

fn by(account: &str, region: &str, operation: &str, body: Value) -> Heard {
    ask(account, region).json(&simulator(), &format!("cloudtrail:{operation}"), body)
}

fn arns(heard: &Heard) -> Vec<String> {
    let body = heard.json();
    let trails = body["trailList"].as_array().unwrap();
    trails.iter().map(|trail| trail["TrailARN"].as_str().unwrap().to_owned()).collect()
}

fn seen(account: &str, region: &str) -> Vec<String> {
    arns(&by(account, region, "DescribeTrails", json!({})))
}

#[test]
fn own_trails_are_at_home_and_multi_region_ones_everywhere_that_is_on() {
    let here = "arn:aws:cloudtrail:eu-west-1:111111111111:trail/here";
    assert_eq!(seen(M, "eu-west-1"), [ORG, here]);
    assert_eq!(seen(M, "us-east-2"), [ORG]);
    assert_eq!(seen(A, "us-east-1"), [OWN, ORG]);
    assert_eq!(seen(A, "me-central-1"), [OWN, ORG]);
}

#[test]
fn members_see_the_organization_trail_under_the_management_accounts_arn() {
    assert_eq!(seen(B, "sa-east-1"), [ORG]);
    assert!(seen(B, "us-west-1").is_empty(), "its replica is missing there");
    assert!(seen(X, "eu-west-1").is_empty());
    let body = by(B, "us-east-1", "DescribeTrails", json!({})).json();
    let trail = &body["trailList"][0];
    assert_eq!(trail["IsOrganizationTrail"], true);
    assert_eq!(trail["HomeRegion"], "eu-west-1");
    assert_eq!(trail["HasCustomEventSelectors"], true);
    assert_eq!(trail["SnsTopicName"], "told");
    assert_eq!(trail.get("KmsKeyId"), None);
}

#[test]
fn an_organization_trail_of_one_region_or_at_home_in_a_disabled_one_stays_away() {
    let mut description = small();
    description.accounts[0].trails[0].is_multi_region_trail = false;
    let single = Simulator::new(description.clone());
    let list = |simulator: &Simulator, region| {
        arns(&ask(B, region).json(simulator, "cloudtrail:DescribeTrails", json!({})))
    };
    assert_eq!(list(&single, "eu-west-1"), [ORG]);
    assert!(list(&single, "eu-west-3").is_empty());
    description.accounts[0].opted_in_regions = vec!["me-central-1".to_owned()];
    description.accounts[0].trails[0].home_region = "me-central-1".to_owned();
    description.accounts[0].trails[0].is_multi_region_trail = true;
    let far = Simulator::new(description);
    assert!(list(&far, "eu-west-1").is_empty(), "B never enabled the home region");
    let member = ask(A, "eu-west-1").json(&far, "cloudtrail:DescribeTrails", json!({}));
    assert_eq!(arns(&member).len(), 2);
}

#[test]
fn shadows_can_be_left_out_and_trails_be_named() {
    let list = |account, region, body| arns(&by(account, region, "DescribeTrails", body));
    let no_shadows = json!({"includeShadowTrails": false});
    assert_eq!(list(M, "eu-west-1", no_shadows.clone()).len(), 2);
    assert!(list(M, "us-east-1", no_shadows.clone()).is_empty());
    assert!(list(B, "eu-west-1", no_shadows).is_empty(), "a member owns no organization trail");
    assert_eq!(list(M, "eu-west-1", json!({"trailNameList": ["org"]})), [ORG]);
    assert!(list(M, "us-east-1", json!({"trailNameList": ["org"]})).is_empty());
    assert_eq!(list(B, "us-east-1", json!({"trailNameList": [ORG]})), [ORG]);
}

#[test]
fn status_is_asked_by_arn_or_by_ones_own_name() {
    let status =
        |account, region, name| by(account, region, "GetTrailStatus", json!({"Name": name}));
    let body = status(M, "eu-west-1", "org").json();
    assert_eq!(body["IsLogging"], true);
    assert_eq!(body["LatestDeliveryTime"], 1_795_300_377);
    assert_eq!(body["TimeLoggingStarted"], "2026-01-01T00:00:00Z");
    assert_eq!(status(B, "eu-west-1", ORG).json(), body);
    assert_eq!(status(B, "us-east-1", ORG).json()["LatestDeliveryError"], "AccessDenied");
    let not_found = (400, "TrailNotFoundException".to_owned());
    assert_eq!(status(B, "eu-west-1", "org").error(), not_found);
    assert_eq!(status(M, "us-east-1", "org").error(), not_found);
    assert_eq!(status(B, "us-west-1", ORG).error(), not_found);
    assert_eq!(
        status(B, "eu-west-1", OWN).error(),
        (400, "CloudTrailARNInvalidException".to_owned())
    );
}

#[test]
fn selectors_are_the_owners_and_the_delegated_administrators() {
    let ask = |account, region, name| {
        by(account, region, "GetEventSelectors", json!({"TrailName": name}))
    };
    let body = ask(M, "eu-west-1", "org").json();
    assert_eq!(body["AdvancedEventSelectors"][0]["Name"], "all");
    assert_eq!(body.get("EventSelectors"), None);
    assert_eq!(ask(B, "eu-west-1", ORG).json(), body);
    assert_eq!(ask(A, "eu-west-1", ORG).error(), (400, "CloudTrailARNInvalidException".to_owned()));
    let default = ask(M, "eu-west-1", "here").json();
    assert_eq!(default["EventSelectors"][0]["ReadWriteType"], "All");
    assert_eq!(default["EventSelectors"][0]["IncludeManagementEvents"], true);
}
