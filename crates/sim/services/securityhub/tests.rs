use crate::testing::{A, Heard, ask, small};
use crate::{SecurityHub, Simulator};

fn hear(region: &str, path: &str) -> Heard {
    let mut description = small();
    description.baseline_detection.security_hub = Some(SecurityHub {
        off_in: vec!["eu-west-1".to_owned()],
        aggregation_region: Some("eu-central-1".to_owned()),
    });
    let uri = format!("https://securityhub.{region}.amazonaws.com{path}");
    let simulator = Simulator::new(description);
    ask(A, region).send(&simulator, "securityhub", ("GET", &uri, String::new())).unwrap()
}

#[test]
fn a_hub_that_is_off_refuses_with_a_code_of_its_own() {
    let told = hear("us-east-1", "/accounts").json();
    assert!(told["HubArn"].as_str().unwrap().ends_with(":hub/default"));
    let off = hear("eu-west-1", "/accounts");
    assert_eq!(off.status, 401);
    assert_eq!(off.header("x-amzn-errortype"), Some("InvalidAccessException"));
    let told = hear("us-east-1", "/findingAggregator/list").json();
    let arn = told["FindingAggregators"][0]["FindingAggregatorArn"].as_str().unwrap();
    assert!(arn.starts_with("arn:aws:securityhub:eu-central-1:"), "{arn}");
}
