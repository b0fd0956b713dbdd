//! AWS CloudTrail: trails with their replicas, their status and what they select; event data stores; recent events.

mod extras;
mod history;
mod stores;

use serde_json::{Map, Value, json};

use crate::description::{Trail, TrailStatus, When};
use crate::failure::Failure;
use crate::reply::Reply;
use crate::services::{Answer, Ask};
use crate::world::{SeenTrail, World};

/// The service's principal, for delegation.
const PRINCIPAL: &str = "cloudtrail.amazonaws.com";

pub(super) fn answer(ask: Ask<'_>) -> Answer {
    match ask.request.operation.as_str() {
        "DescribeTrails" => Ok(describe_trails(ask)),
        "GetTrailStatus" => get_trail_status(ask),
        "GetEventSelectors" => get_event_selectors(ask),
        "GetInsightSelectors" => extras::get_insight_selectors(ask),
        "ListChannels" => stores::list_channels(ask),
        "ListPublicKeys" => Ok(list_public_keys(ask)),
        "ListTags" => extras::list_tags(ask),
        "LookupEvents" => history::lookup_events(ask),
        "ListEventDataStores" => stores::list_event_data_stores(ask),
        "GetEventDataStore" => stores::get_event_data_store(ask),
        "GetResourcePolicy" => stores::get_resource_policy(ask),
        _ => Err(Failure::unknown_operation(ask.request)),
    }
}

fn describe_trails(ask: Ask<'_>) -> Reply {
    let region = &ask.request.region;
    let names = ask.request.list("trailNameList");
    let shadows = ask.request.flag("includeShadowTrails").unwrap_or(true);
    let trails: Vec<Value> = ask
        .world
        .trails_in(ask.caller, region)
        .into_iter()
        .filter(|seen| {
            // From a member even the copy in the home region is a shadow: the trail itself is the management account's.
            shadows || (seen.owner == ask.caller.id && seen.trail.home_region == *region)
        })
        .filter(|seen| {
            names.is_empty()
                || names.contains(&ask.world.trail_arn(*seen).as_str())
                || (is_own_here(ask, *seen) && names.contains(&seen.trail.name.as_str()))
        })
        .map(|seen| described(ask.world, seen))
        .collect();
    Reply::json(json!({ "trailList": trails }))
}

/// Those that were used in the time that is asked for; the last hour's where none is.
fn list_public_keys(ask: Ask<'_>) -> Reply {
    let now = ask.world.frame.now.epoch_seconds();
    let from = ask.request.seconds("StartTime").unwrap_or(now - 3600);
    let to = ask.request.seconds("EndTime").unwrap_or(now);
    let keys = ask.world.frame.public_keys.get(&ask.request.region);
    let used = keys
        .into_iter()
        .flatten()
        .filter(|key| key.from.epoch_seconds() <= to && from <= key.to.epoch_seconds());
    let keys: Vec<Value> = used
        .map(|key| {
            json!({
                "Fingerprint": key.fingerprint,
                "Value": key.value,
                "ValidityStartTime": key.from.epoch_seconds(),
                "ValidityEndTime": key.to.epoch_seconds(),
            })
        })
        .collect();
    Reply::json(json!({ "PublicKeyList": keys }))
}

fn described(world: &World<'_>, seen: SeenTrail<'_>) -> Value {
    let trail = seen.trail;
    let mut value = json!({
        "Name": trail.name,
        "S3BucketName": trail.s3_bucket_name,
        "IncludeGlobalServiceEvents": trail.include_global_service_events,
        "IsMultiRegionTrail": trail.is_multi_region_trail,
        "HomeRegion": trail.home_region,
        "TrailARN": world.trail_arn(seen),
        "LogFileValidationEnabled": trail.log_file_validation_enabled,
        "HasCustomEventSelectors": trail.has_custom_selectors(),
        "HasInsightSelectors": !trail.insights().is_empty(),
        "IsOrganizationTrail": trail.is_organization_trail,
    });
    let topic = trail.sns_topic_arn.as_ref();
    let topic_name = topic.and_then(|arn| arn.rsplit(':').next()).map(str::to_owned);
    let optional = [
        ("S3KeyPrefix", trail.s3_key_prefix.as_ref()),
        ("SnsTopicName", topic_name.as_ref()),
        ("SnsTopicARN", topic),
        ("CloudWatchLogsLogGroupArn", trail.cloud_watch_logs_log_group_arn.as_ref()),
        ("CloudWatchLogsRoleArn", trail.cloud_watch_logs_role_arn.as_ref()),
        ("KmsKeyId", trail.kms_key_id.as_ref()),
    ];
    if let Some(members) = value.as_object_mut() {
        for (name, text) in optional {
            insert(members, name, text.map(|text| json!(text)));
        }
    }
    value
}

fn get_trail_status(ask: Ask<'_>) -> Answer {
    let seen = find(ask, ask.request.text("Name").unwrap_or_default())?;
    Ok(Reply::json(status(ask.world, seen.trail.status_in(&ask.request.region))))
}

fn status(world: &World<'_>, status: &TrailStatus) -> Value {
    let seconds = |when: Option<When>| when.map(|when| json!(world.resolve(when).epoch_seconds()));
    let text = |when: Option<When>| when.map(|when| json!(world.resolve(when).rfc3339()));
    let plain = |text: &Option<String>| text.as_ref().map(|text| json!(text));
    let mut members = Map::new();
    members.insert("IsLogging".to_owned(), json!(status.is_logging));
    for (name, value) in [
        ("LatestDeliveryTime", seconds(status.latest_delivery_time)),
        ("LatestDeliveryError", plain(&status.latest_delivery_error)),
        ("LatestNotificationTime", seconds(status.latest_notification_time)),
        ("LatestNotificationError", plain(&status.latest_notification_error)),
        ("StartLoggingTime", seconds(status.start_logging_time)),
        ("StopLoggingTime", seconds(status.stop_logging_time)),
        ("LatestCloudWatchLogsDeliveryTime", seconds(status.latest_cloud_watch_logs_delivery_time)),
        (
            "LatestCloudWatchLogsDeliveryError",
            plain(&status.latest_cloud_watch_logs_delivery_error),
        ),
        ("LatestDigestDeliveryTime", seconds(status.latest_digest_delivery_time)),
        ("LatestDigestDeliveryError", plain(&status.latest_digest_delivery_error)),
        ("LatestDeliveryAttemptTime", text(status.latest_delivery_time)),
        ("LatestNotificationAttemptTime", text(status.latest_notification_time)),
        ("TimeLoggingStarted", text(status.start_logging_time)),
        ("TimeLoggingStopped", text(status.stop_logging_time)),
    ] {
        insert(&mut members, name, value);
    }
    Value::Object(members)
}

fn get_event_selectors(ask: Ask<'_>) -> Answer {
    let seen = find(ask, ask.request.text("TrailName").unwrap_or_default())?;
    readable(ask, seen)?;
    let mut body = Map::new();
    body.insert("TrailARN".to_owned(), json!(ask.world.trail_arn(seen)));
    let (name, selectors) = selectors(seen.trail);
    body.insert(name.to_owned(), Value::Array(selectors));
    Ok(Reply::json(Value::Object(body)))
}

/// What a trail selects and how it is tagged is for its owner and for a delegated administrator to read.
fn readable(ask: Ask<'_>, seen: SeenTrail<'_>) -> Result<(), Failure> {
    let owner = seen.owner == ask.caller.id;
    if owner || ask.world.is_delegated(ask.caller, Some(PRINCIPAL)) {
        Ok(())
    } else {
        Err(wrong_account())
    }
}

/// The selectors of a trail; a trail that was given none has the one that AWS starts with.
fn selectors(trail: &Trail) -> (&'static str, Vec<Value>) {
    if !trail.advanced_event_selectors.is_empty() {
        return ("AdvancedEventSelectors", trail.advanced_event_selectors.clone());
    }
    if !trail.event_selectors.is_empty() {
        return ("EventSelectors", trail.event_selectors.clone());
    }
    let all = json!({
        "ReadWriteType": "All",
        "IncludeManagementEvents": true,
        "DataResources": [],
        "ExcludeManagementEventSources": [],
    });
    ("EventSelectors", vec![all])
}

/// The trail that a name or an ARN means here. A name means a trail of the caller's own in this region, an ARN also
/// a replica and the organization's trail.
fn find<'a>(ask: Ask<'a>, reference: &str) -> Result<SeenTrail<'a>, Failure> {
    let mut seen = ask.world.trails_in(ask.caller, &ask.request.region).into_iter();
    if !reference.starts_with("arn:") {
        let found = seen.find(|s| is_own_here(ask, *s) && s.trail.name == reference);
        return found.ok_or_else(|| not_found(ask, reference));
    }
    if let Some(found) = seen.find(|seen| ask.world.trail_arn(*seen) == reference) {
        return Ok(found);
    }
    let owner = reference.split(':').nth(4).unwrap_or_default();
    let organization = ask.world.organization_of(ask.caller);
    let shared = organization.is_some_and(|o| o.management_account == owner);
    if owner == ask.caller.id || shared {
        Err(not_found(ask, reference))
    } else {
        Err(wrong_account())
    }
}

fn is_own_here(ask: Ask<'_>, seen: SeenTrail<'_>) -> bool {
    seen.owner == ask.caller.id && seen.trail.home_region == ask.request.region
}

fn not_found(ask: Ask<'_>, reference: &str) -> Failure {
    let account = &ask.caller.id;
    let text = format!("Unknown trail: {reference} for the user: {account}");
    Failure::new(400, "TrailNotFoundException", text)
}

fn wrong_account() -> Failure {
    Failure::new(400, "CloudTrailARNInvalidException", "AccountID in ARN is wrong.")
}

fn insert(members: &mut Map<String, Value>, name: &str, value: Option<Value>) {
    if let Some(value) = value {
        members.insert(name.to_owned(), value);
    }
}

#[cfg(test)]
#[path = "cloudtrail/tests.rs"]
mod tests;
