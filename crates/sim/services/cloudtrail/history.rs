//! The event history of a region: management events, newest first. The auditor's own reads are not in it.

use serde_json::{Map, Value, json};

use crate::description::Event;
use crate::failure::Failure;
use crate::reply::Reply;
use crate::services::page::{page, size};
use crate::services::{Answer, Ask};

/// The service's largest page.
const LARGEST_PAGE: usize = 50;
/// How far back the history goes, in seconds.
const HORIZON: i64 = 90 * 24 * 3600;

pub(super) fn lookup_events(ask: Ask<'_>) -> Answer {
    let request = ask.request;
    let category = request.text("EventCategory");
    if category.is_some_and(|category| category != "insight") {
        let text = "The only valid value for EventCategory is insight.";
        return Err(Failure::new(400, "InvalidEventCategoryException", text));
    }
    let matches = filter(ask)?;
    let now = ask.world.frame.now.epoch_seconds();
    let from = request.seconds("StartTime").unwrap_or(i64::MIN).max(now - HORIZON);
    let until = request.seconds("EndTime").unwrap_or(i64::MAX);
    if request.seconds("StartTime").is_some_and(|start| start > until) {
        let text = "The start time must not be later than the end time.";
        return Err(Failure::new(400, "InvalidTimeRangeException", text));
    }
    let region = &request.region;
    let mut events: Vec<(i64, Event)> = match category {
        Some(_) => Vec::new(),
        None => {
            ask.world.events(ask.caller, region).into_iter().map(|e| (at(ask, &e), e)).collect()
        }
    };
    events.retain(|(time, event)| (from..=until).contains(time) && matches(event));
    // Stable: of one second's events the first described one counts as the newest.
    events.sort_by_key(|(time, _)| std::cmp::Reverse(*time));
    let size = size(request.number("MaxResults"), LARGEST_PAGE).ok_or_else(|| {
        let text = "MaxResults must be between 1 and 50.";
        Failure::new(400, "InvalidMaxResultsException", text)
    })?;
    let found = page(&events, request.text("NextToken"), size)
        .ok_or_else(|| Failure::new(400, "InvalidNextTokenException", "Invalid NextToken."))?;
    let items = found.items.iter().map(|(time, event)| written(ask, *time, event)).collect();
    let mut members = Map::from_iter([("Events".to_owned(), Value::Array(items))]);
    members.extend(found.next.map(|next| ("NextToken".to_owned(), json!(next))));
    Ok(Reply::json(Value::Object(members)))
}

fn at(ask: Ask<'_>, event: &Event) -> i64 {
    ask.world.resolve(event.time).epoch_seconds()
}

/// The one attribute that may be asked for.
fn filter<'a>(ask: Ask<'a>) -> Result<impl Fn(&Event) -> bool + 'a, Failure> {
    let attributes = ask.request.objects("LookupAttributes");
    let refused = || {
        let text = "One attribute with a key and a value can be looked up at a time.";
        Failure::new(400, "InvalidLookupAttributesException", text)
    };
    let wanted = match attributes {
        [] => None,
        [one] => match (one["AttributeKey"].as_str(), one["AttributeValue"].as_str()) {
            (Some(key), Some(value)) => Some((key, value)),
            _ => return Err(refused()),
        },
        _ => return Err(refused()),
    };
    Ok(move |event: &Event| match wanted {
        None => true,
        Some(("EventName", name)) => event.name == name,
        Some(("EventSource", source)) => event.source == source,
        Some(("Username", user)) => event.user == user,
        Some(("ReadOnly", flag)) => event.read_only.to_string() == flag,
        Some(_) => false,
    })
}

fn written(ask: Ask<'_>, time: i64, event: &Event) -> Value {
    let (account, region) = (&ask.caller.id, &ask.request.region);
    let read_only = event.read_only.to_string();
    let id = format!("{time:08x}-0000-4000-8000-{account}");
    let partition = &ask.world.frame.partition;
    let identity = match &event.role {
        Some(role) => json!({
            "type": "AssumedRole",
            "principalId": format!("AROADEMO:{}", event.user),
            "arn": format!("arn:{partition}:sts::{account}:assumed-role/{role}/{}", event.user),
            "accountId": account,
            "accessKeyId": "ASIADEMO",
            "sessionContext": { "sessionIssuer": {
                "type": "Role",
                "arn": format!("arn:{partition}:iam::{account}:role/{role}"),
                "userName": role,
            } },
        }),
        None => json!({
            "type": "IAMUser",
            "arn": format!("arn:{partition}:iam::{account}:user/{}", event.user),
            "accountId": account,
            "userName": event.user,
        }),
    };
    let mut whole = json!({
        "eventVersion": "1.11",
        "eventTime": ask.world.resolve(event.time).rfc3339(),
        "eventSource": event.source,
        "eventName": event.name,
        "awsRegion": region,
        "readOnly": event.read_only,
        "eventType": "AwsApiCall",
        "managementEvent": true,
        "recipientAccountId": account,
        "eventCategory": "Management",
        "eventID": id,
        "userIdentity": identity,
        "sourceIPAddress": event.source_ip.as_deref().unwrap_or("198.51.100.4"),
        "requestParameters": event.request,
        "responseElements": event.response,
    });
    if let (Some(error), Some(members)) = (&event.error_code, whole.as_object_mut()) {
        members.insert("errorCode".to_owned(), json!(error));
    }
    json!({
        "EventId": id,
        "EventName": event.name,
        "ReadOnly": read_only,
        "EventTime": time,
        "EventSource": event.source,
        "Username": event.user,
        "Resources": [],
        "CloudTrailEvent": whole.to_string(),
    })
}

#[cfg(test)]
#[path = "history/tests.rs"]
mod tests;
