//! Security Hub: whether it is on in a region, and where findings are brought together.

use serde_json::json;

use crate::description::SecurityHub;
use crate::failure::Failure;
use crate::reply::Reply;
use crate::services::{Answer, Ask};

pub(super) fn answer(ask: Ask<'_>) -> Answer {
    let hub = hub(ask).ok_or_else(|| {
        let who = ask.caller.id.as_str();
        let text = format!("Account {who} is not subscribed to AWS Security Hub");
        Failure::new(401, "InvalidAccessException", &text)
    });
    match ask.request.operation.as_str() {
        "DescribeHub" => hub.map(|_| {
            let region = &ask.request.region;
            let arn = ask.world.arn("securityhub", region, &ask.caller.id, "hub/default");
            Reply::json(json!({
                "HubArn": arn, "SubscribedAt": "2021-01-01T00:00:00.000Z", "AutoEnableControls": true,
                "ControlFindingGenerator": "SECURITY_CONTROL",
            }))
        }),
        "ListFindingAggregators" => hub.map(|hub| {
            let arn = hub.aggregation_region.as_ref().map(|region| {
                let resource = "finding-aggregator/5f1d";
                let arn = ask.world.arn("securityhub", region, &ask.caller.id, resource);
                json!({ "FindingAggregatorArn": arn })
            });
            Reply::json(json!({ "FindingAggregators": arn.into_iter().collect::<Vec<_>>() }))
        }),
        _ => Err(Failure::unknown_operation(ask.request)),
    }
}

fn hub<'a>(ask: Ask<'a>) -> Option<&'a SecurityHub> {
    let hub = ask.world.detection(ask.caller).security_hub.as_ref()?;
    (!hub.off_in.contains(&ask.request.region)).then_some(hub)
}

#[cfg(test)]
#[path = "securityhub/tests.rs"]
mod tests;
