use serde_json::{Value, json};

use crate::testing::{A, ask, small};
use crate::{ConfigService, Simulator};

fn hear(region: &str, operation: &str) -> Value {
    let list = |region: &str| vec![region.to_owned()];
    let mut description = small();
    description.baseline_detection.config = Some(ConfigService {
        off_in: list("eu-west-1"),
        stopped_in: list("eu-central-1"),
        service_linked_in: list("us-west-2"),
        failing_in: list("eu-central-1"),
        global_types_in: list("us-east-1"),
    });
    let simulator = Simulator::new(description);
    ask(A, region).json(&simulator, &format!("config:{operation}"), json!({})).json()
}

#[test]
fn a_recorder_its_state_and_its_channel_are_told_apart() {
    let told = hear("us-east-1", "DescribeConfigurationRecorders");
    let group = &told["ConfigurationRecorders"][0]["recordingGroup"];
    assert_eq!(group["includeGlobalResourceTypes"], true);
    let none = hear("eu-west-1", "DescribeConfigurationRecorders");
    assert_eq!(none["ConfigurationRecorders"], json!([]));
    let linked = hear("us-west-2", "DescribeConfigurationRecorders");
    assert_eq!(linked["ConfigurationRecorders"][0]["recordingScope"], "INTERNAL");
    let stopped = hear("eu-central-1", "DescribeConfigurationRecorderStatus");
    assert_eq!(stopped["ConfigurationRecordersStatus"][0]["recording"], false);
    let failing = hear("eu-central-1", "DescribeDeliveryChannelStatus");
    let stream = &failing["DeliveryChannelsStatus"][0]["configStreamDeliveryInfo"];
    assert_eq!(stream["lastStatus"], "Failure");
}
