//! Amazon EventBridge: the rules on a region's default event bus.

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
        "ListRules" => list_rules(ask),
        "ListTargetsByRule" => list_targets_by_rule(ask),
        _ => Err(Failure::unknown_operation(ask.request)),
    }
}

fn rules(ask: Ask<'_>) -> Vec<&Regional> {
    let bus = ask.request.text("EventBusName").unwrap_or("default");
    let here = ask.caller.event_rules.iter().filter(|rule| rule.region == ask.request.region);
    here.filter(|_| bus == "default").collect()
}

fn list_rules(ask: Ask<'_>) -> Answer {
    let rules = rules(ask);
    let found = size(ask.request.number("Limit"), LARGEST_PAGE)
        .and_then(|size| page(&rules, ask.request.text("NextToken"), size))
        .ok_or_else(|| Failure::new(400, "ValidationException", "The token is not valid."))?;
    let written = |rule: &&Regional| {
        let mut members = rule.members.clone();
        members.remove("Targets");
        let name = members.get("Name").and_then(Value::as_str).unwrap_or_default();
        let arn = ask.world.arn("events", &rule.region, &ask.caller.id, &format!("rule/{name}"));
        members.insert("Arn".to_owned(), json!(arn));
        members.insert("EventBusName".to_owned(), json!("default"));
        // The service keeps a pattern as text.
        if let Some(pattern @ Value::Object(_)) = rule.members.get("EventPattern") {
            members.insert("EventPattern".to_owned(), json!(pattern.to_string()));
        }
        Value::Object(members)
    };
    let items: Vec<Value> = found.items.into_iter().map(written).collect();
    let mut members = Map::from_iter([("Rules".to_owned(), Value::Array(items))]);
    members.extend(found.next.map(|next| ("NextToken".to_owned(), json!(next))));
    Ok(Reply::json(Value::Object(members)))
}

fn list_targets_by_rule(ask: Ask<'_>) -> Answer {
    let name = ask.request.text("Rule").unwrap_or_default();
    let found = rules(ask)
        .into_iter()
        .find(|rule| rule.members.get("Name").and_then(Value::as_str) == Some(name));
    let rule = found
        .ok_or_else(|| Failure::new(400, "ResourceNotFoundException", "There is no such rule."))?;
    let targets = rule.members.get("Targets").cloned().unwrap_or_else(|| json!([]));
    Ok(Reply::json(json!({ "Targets": targets })))
}

#[cfg(test)]
#[path = "events/tests.rs"]
mod tests;
