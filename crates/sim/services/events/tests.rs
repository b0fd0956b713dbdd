use serde_json::{Value, json};

use crate::testing::{ask, small};
use crate::{Regional, Simulator};

fn simulator() -> Simulator {
    let rule: Regional = serde_json::from_value(json!({
        "region": "us-east-1", "Name": "tell", "State": "ENABLED",
        "EventPattern": { "source": ["aws.cloudtrail"] },
        "Targets": [{ "Id": "1", "Arn": "arn:aws:sns:us-east-1:222222222222:told" }],
    }))
    .unwrap();
    let mut description = small();
    let member = description.accounts.iter_mut().find(|account| account.id == "222222222222");
    member.unwrap().event_rules.push(rule);
    Simulator::new(description)
}

fn hear(region: &str, action: &str, body: Value) -> Value {
    ask("222222222222", region).json(&simulator(), action, body).json()
}

#[test]
fn rules_stand_in_their_region_and_targets_come_by_rule() {
    let rules = hear("us-east-1", "events:ListRules", json!({}));
    assert_eq!(rules["Rules"][0]["Name"], "tell");
    assert_eq!(rules["Rules"][0]["EventPattern"], r#"{"source":["aws.cloudtrail"]}"#);
    assert_eq!(rules["Rules"][0]["Targets"], Value::Null);
    assert_eq!(hear("eu-west-1", "events:ListRules", json!({}))["Rules"], json!([]));
    let targets = hear("us-east-1", "events:ListTargetsByRule", json!({ "Rule": "tell" }));
    assert_eq!(targets["Targets"][0]["Id"], "1");
    let gone = hear("us-east-1", "events:ListTargetsByRule", json!({ "Rule": "gone" }));
    assert_eq!(gone["__type"], "ResourceNotFoundException");
}
