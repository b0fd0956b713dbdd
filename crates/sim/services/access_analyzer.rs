//! IAM Access Analyzer: a region's analyzers.

use serde_json::{Map, Value, json};

use crate::description::Analyzer;
use crate::failure::Failure;
use crate::reply::Reply;
use crate::services::page::{page, size};
use crate::services::{Answer, Ask};

/// The service's largest page.
const LARGEST_PAGE: usize = 100;

pub(super) fn answer(ask: Ask<'_>) -> Answer {
    match ask.request.operation.as_str() {
        "ListAnalyzers" => list_analyzers(ask),
        _ => Err(Failure::unknown_operation(ask.request)),
    }
}

fn list_analyzers(ask: Ask<'_>) -> Answer {
    let region = &ask.request.region;
    let all = ask.world.detection(ask.caller).analyzers.iter();
    let here: Vec<&Analyzer> = all.filter(|one| !one.off_in.contains(region)).collect();
    let found = size(ask.request.number("maxResults"), LARGEST_PAGE)
        .and_then(|size| page(&here, ask.request.text("nextToken"), size))
        .ok_or_else(|| Failure::new(400, "ValidationException", "The token is not valid."))?;
    let written = |one: &&Analyzer| {
        let resource = format!("analyzer/{}", one.name);
        json!({
            "arn": ask.world.arn("access-analyzer", region, &ask.caller.id, &resource),
            "name": one.name, "type": one.kind,
            "status": one.status.as_deref().unwrap_or("ACTIVE"),
            "createdAt": "2021-01-01T00:00:00Z",
        })
    };
    let items: Vec<Value> = found.items.into_iter().map(written).collect();
    let mut members = Map::from_iter([("analyzers".to_owned(), Value::Array(items))]);
    members.extend(found.next.map(|next| ("nextToken".to_owned(), json!(next))));
    Ok(Reply::json(Value::Object(members)))
}

#[cfg(test)]
#[path = "access_analyzer/tests.rs"]
mod tests;
