use serde_json::{Value, json};

use crate::Simulator;
use crate::testing::{ask, small};

fn simulator() -> Simulator {
    let mut description = small();
    let member = description.accounts.iter_mut().find(|account| account.id == "222222222222");
    let member = member.unwrap();
    for alarm in [
        json!({ "region": "us-east-1", "AlarmName": "a", "MetricName": "m", "Threshold": 1.0 }),
        json!({ "region": "us-east-1", "AlarmName": "b", "AlarmRule": "ALARM(a)" }),
    ] {
        member.alarms.push(serde_json::from_value(alarm).unwrap());
    }
    let mute = json!({ "region": "us-east-1", "Name": "night", "Status": "ACTIVE",
        "MuteTargets": { "AlarmNames": ["a"] } });
    member.mute_rules.push(serde_json::from_value(mute).unwrap());
    Simulator::new(description)
}

fn hear(region: &str, action: &str, body: Value) -> Value {
    ask("222222222222", region).json(&simulator(), action, body).json()
}

#[test]
fn composite_alarms_come_where_they_are_asked_for() {
    let plain = hear("us-east-1", "cloudwatch:DescribeAlarms", json!({}));
    assert_eq!(plain["CompositeAlarms"], json!([]));
    assert_eq!(
        plain["MetricAlarms"][0]["AlarmArn"],
        "arn:aws:cloudwatch:us-east-1:222222222222:alarm:a"
    );
    let body = json!({ "AlarmTypes": ["MetricAlarm", "CompositeAlarm"] });
    let both = hear("us-east-1", "cloudwatch:DescribeAlarms", body);
    assert_eq!(both["CompositeAlarms"][0]["AlarmRule"], "ALARM(a)");
    assert_eq!(
        hear("eu-west-1", "cloudwatch:DescribeAlarms", json!({}))["MetricAlarms"],
        json!([])
    );
}

#[test]
fn the_alarms_of_a_mute_rule_come_with_the_rule_alone() {
    let list = hear("us-east-1", "cloudwatch:ListAlarmMuteRules", json!({}));
    let summary = &list["AlarmMuteRuleSummaries"][0];
    assert_eq!(summary["Status"], "ACTIVE");
    assert_eq!(summary["MuteTargets"], Value::Null);
    let name = json!({ "AlarmMuteRuleName": "night" });
    let rule = hear("us-east-1", "cloudwatch:GetAlarmMuteRule", name);
    assert_eq!(rule["MuteTargets"]["AlarmNames"], json!(["a"]));
    assert_eq!(rule["AlarmMuteRuleArn"], summary["AlarmMuteRuleArn"]);
}
