//! What is asked of a trail or an event data store beside its settings: tags and Insights.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::failure::Failure;
use crate::reply::Reply;
use crate::services::cloudtrail::stores::with_store;
use crate::services::cloudtrail::{find, insert, readable};
use crate::services::page::places;
use crate::services::{Answer, Ask};

/// The most resources of one request.
const MOST_RESOURCES: usize = 20;
/// Tags on a page.
const TAGS_PAGE: usize = 50;

/// The tags of trails and stores at home in this region.
pub(super) fn list_tags(ask: Ask<'_>) -> Answer {
    let resources = ask.request.list("ResourceIdList");
    if resources.is_empty() || resources.len() > MOST_RESOURCES {
        let text = "Between 1 and 20 resources can be named.";
        return Err(Failure::new(400, "InvalidParameterException", text));
    }
    let mut all: Vec<(&str, String, String)> = Vec::new();
    for arn in &resources {
        let tags = tags(ask, arn)?;
        all.extend(tags.into_iter().map(|(key, value)| (*arn, key, value)));
    }
    let token = ask.request.text("NextToken");
    let (range, next) = places(all.len(), token, TAGS_PAGE)
        .ok_or_else(|| Failure::new(400, "InvalidTokenException", "Invalid NextToken."))?;
    let page = all.get(range).unwrap_or_default();
    let of = |arn: &str| -> Vec<Value> {
        let own = page.iter().filter(|(resource, ..)| *resource == arn);
        own.map(|(_, key, value)| json!({ "Key": key, "Value": value })).collect()
    };
    let listed = resources.iter().map(|arn| (arn, of(arn)));
    // Who has no tags is on the first page.
    let listed = listed.filter(|(_, tags)| token.is_none() || !tags.is_empty());
    let list = listed.map(|(arn, tags)| json!({ "ResourceId": arn, "TagsList": tags })).collect();
    let mut members = Map::from_iter([("ResourceTagList".to_owned(), Value::Array(list))]);
    insert(&mut members, "NextToken", next.map(|next| json!(next)));
    Ok(Reply::json(Value::Object(members)))
}

fn tags(ask: Ask<'_>, arn: &str) -> Result<BTreeMap<String, String>, Failure> {
    let gone = || {
        let text = format!("The resource {arn} does not exist.");
        Failure::new(400, "ResourceNotFoundException", text)
    };
    if arn.contains(":eventdatastore/") {
        return with_store(ask, arn, |_, store| Ok(store.tags.clone()));
    }
    if !(arn.starts_with("arn:") && arn.contains(":trail/")) {
        let text = "The resource is not named by the ARN of a trail or an event data store.";
        return Err(Failure::new(400, "CloudTrailARNInvalidException", text));
    }
    let seen = find(ask, arn).map_err(|failure| match failure.code {
        "TrailNotFoundException" => gone(),
        _ => failure,
    })?;
    readable(ask, seen)?;
    if seen.trail.home_region != ask.request.region {
        return Err(gone());
    }
    Ok(seen.trail.tags.clone())
}

pub(super) fn get_insight_selectors(ask: Ask<'_>) -> Answer {
    let request = ask.request;
    match (request.text("TrailName"), request.text("EventDataStore")) {
        (Some(name), None) => {
            let seen = find(ask, name)?;
            readable(ask, seen)?;
            let arn = ask.world.trail_arn(seen);
            let selectors = enabled(seen.trail.insights(), &arn)?;
            Ok(Reply::json(json!({ "TrailARN": arn, "InsightSelectors": selectors })))
        }
        (None, Some(store)) => with_store(ask, store, |arn, store| {
            let selectors = enabled(store.insight_selectors.clone(), arn)?;
            let mut value = json!({ "EventDataStoreArn": arn, "InsightSelectors": selectors });
            if let Some(members) = value.as_object_mut() {
                let to = store.insights_destination.as_ref().map(|arn| json!(arn));
                insert(members, "InsightsDestination", to);
            }
            Ok(Reply::json(value))
        }),
        (Some(_), Some(_)) => {
            let text = "A trail and an event data store cannot be asked for at once.";
            Err(Failure::new(400, "InvalidParameterCombinationException", text))
        }
        (None, None) => {
            let text = "Either a trail or an event data store must be named.";
            Err(Failure::new(400, "InvalidParameterException", text))
        }
    }
}

fn enabled(selectors: Vec<Value>, arn: &str) -> Result<Vec<Value>, Failure> {
    if selectors.is_empty() {
        let text = format!("{arn} does not have Insights enabled.");
        return Err(Failure::new(400, "InsightNotEnabledException", text));
    }
    Ok(selectors)
}

#[cfg(test)]
#[path = "extras/tests.rs"]
mod tests;
