//! Amazon CloudWatch: the alarms of a region, and what mutes them.

use serde_json::{Map, Value, json};

use crate::description::Regional;
use crate::failure::Failure;
use crate::reply::Reply;
use crate::services::page::{page, size};
use crate::services::{Answer, Ask};

/// The service's largest page.
const LARGEST_PAGE: usize = 100;

pub(super) fn answer(ask: Ask<'_>) -> Answer {
    match ask.request.operation.as_str() {
        "DescribeAlarms" => describe_alarms(ask),
        "ListAlarmMuteRules" => list_alarm_mute_rules(ask),
        "GetAlarmMuteRule" => get_alarm_mute_rule(ask),
        _ => Err(Failure::unknown_operation(ask.request)),
    }
}

/// What of a list lies in the region that is asked.
fn here<'a>(ask: Ask<'a>, all: &'a [Regional]) -> impl Iterator<Item = &'a Regional> {
    all.iter().filter(move |one| one.region == ask.request.region)
}

/// The members of an alarm with its ARN.
fn alarm(ask: Ask<'_>, alarm: &Regional) -> Value {
    let mut members = alarm.members.clone();
    let name = members.get("AlarmName").and_then(Value::as_str).unwrap_or_default();
    let arn = ask.world.arn("cloudwatch", &alarm.region, &ask.caller.id, &format!("alarm:{name}"));
    members.insert("AlarmArn".to_owned(), json!(arn));
    Value::Object(members)
}

fn describe_alarms(ask: Ask<'_>) -> Answer {
    // Without a list of types composite alarms are left out.
    let kinds = ask.request.list("AlarmTypes");
    let wanted = |alarm: &&Regional| {
        let composite = alarm.members.contains_key("AlarmRule");
        if composite {
            kinds.contains(&"CompositeAlarm")
        } else {
            kinds.is_empty() || kinds.contains(&"MetricAlarm")
        }
    };
    let alarms: Vec<&Regional> = here(ask, &ask.caller.alarms).filter(wanted).collect();
    let found = size(ask.request.number("MaxRecords"), LARGEST_PAGE)
        .and_then(|size| page(&alarms, ask.request.text("NextToken"), size))
        .ok_or_else(|| Failure::new(400, "InvalidNextToken", "The token is not valid."))?;
    let (composite, metric): (Vec<&Regional>, Vec<&Regional>) =
        found.items.into_iter().copied().partition(|alarm| alarm.members.contains_key("AlarmRule"));
    let written = |alarms: Vec<&Regional>| -> Vec<Value> {
        alarms.into_iter().map(|one| alarm(ask, one)).collect()
    };
    let mut members = Map::from_iter([
        ("MetricAlarms".to_owned(), Value::Array(written(metric))),
        ("CompositeAlarms".to_owned(), Value::Array(written(composite))),
    ]);
    members.extend(found.next.map(|next| ("NextToken".to_owned(), json!(next))));
    Ok(Reply::json(Value::Object(members)))
}

fn rule_arn(ask: Ask<'_>, rule: &Regional) -> String {
    let name = rule.members.get("Name").and_then(Value::as_str).unwrap_or_default();
    ask.world.arn("cloudwatch", &rule.region, &ask.caller.id, &format!("alarm-mute-rule:{name}"))
}

/// Summaries leave out which alarms a rule is about.
fn list_alarm_mute_rules(ask: Ask<'_>) -> Answer {
    let rules: Vec<&Regional> = here(ask, &ask.caller.mute_rules).collect();
    let found = size(ask.request.number("MaxRecords"), LARGEST_PAGE)
        .and_then(|size| page(&rules, ask.request.text("NextToken"), size))
        .ok_or_else(|| Failure::new(400, "InvalidNextToken", "The token is not valid."))?;
    let summary = |rule: &&Regional| {
        let status = rule.members.get("Status").cloned().unwrap_or_default();
        json!({ "AlarmMuteRuleArn": rule_arn(ask, rule), "Status": status })
    };
    let summaries: Vec<Value> = found.items.into_iter().map(summary).collect();
    let mut members =
        Map::from_iter([("AlarmMuteRuleSummaries".to_owned(), Value::Array(summaries))]);
    members.extend(found.next.map(|next| ("NextToken".to_owned(), json!(next))));
    Ok(Reply::json(Value::Object(members)))
}

fn get_alarm_mute_rule(ask: Ask<'_>) -> Answer {
    let name = ask.request.text("AlarmMuteRuleName").unwrap_or_default();
    let found = here(ask, &ask.caller.mute_rules)
        .find(|rule| rule.members.get("Name").and_then(Value::as_str) == Some(name));
    let rule = found.ok_or_else(|| {
        Failure::new(404, "ResourceNotFoundException", "There is no such mute rule.")
    })?;
    let mut members = rule.members.clone();
    members.insert("AlarmMuteRuleArn".to_owned(), json!(rule_arn(ask, rule)));
    Ok(Reply::json(Value::Object(members)))
}

#[cfg(test)]
#[path = "cloudwatch/tests.rs"]
mod tests;
