//! Amazon CloudWatch Logs: the log groups of a region, and their filters.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::description::LogGroup;
use crate::failure::Failure;
use crate::reply::Reply;
use crate::services::page::{page, size};
use crate::services::{Answer, Ask};

/// The service's largest page, and the most groups that can be named.
const LARGEST_PAGE: usize = 50;

pub(super) fn answer(ask: Ask<'_>) -> Answer {
    match ask.request.operation.as_str() {
        "DescribeLogGroups" => describe_log_groups(ask),
        "DescribeMetricFilters" => {
            describe_filters(ask, "metricFilters", |group| &group.metric_filters)
        }
        "DescribeSubscriptionFilters" => {
            describe_filters(ask, "subscriptionFilters", |group| &group.subscription_filters)
        }
        _ => Err(Failure::unknown_operation(ask.request)),
    }
}

fn describe_log_groups(ask: Ask<'_>) -> Answer {
    let request = ask.request;
    let identifiers = request.list("logGroupIdentifiers");
    let (prefix, pattern) =
        (request.text("logGroupNamePrefix"), request.text("logGroupNamePattern"));
    let ways = usize::from(!identifiers.is_empty())
        + usize::from(prefix.is_some())
        + usize::from(pattern.is_some());
    if ways > 1 || identifiers.len() > LARGEST_PAGE {
        return Err(invalid("Log groups are named, or begin so, or contain that."));
    }
    let mut names = Vec::new();
    for identifier in identifiers {
        names.push(name(ask, identifier)?);
    }
    let class = request.text("logGroupClass");
    let groups: Vec<LogGroup> = groups(ask)
        .into_values()
        .filter(|group| names.is_empty() || names.contains(&group.name.as_str()))
        .filter(|group| prefix.is_none_or(|prefix| group.name.starts_with(prefix)))
        .filter(|group| {
            pattern.is_none_or(|part| group.name.to_lowercase().contains(&part.to_lowercase()))
        })
        .filter(|group| class.is_none_or(|class| class == class_of(group)))
        .collect();
    let found = size(request.number("limit"), LARGEST_PAGE)
        .and_then(|size| page(&groups, request.text("nextToken"), size))
        .ok_or_else(|| invalid("The limit or the token is not valid."))?;
    let items = found.items.into_iter().map(|group| written(ask, group)).collect();
    let mut members = Map::from_iter([("logGroups".to_owned(), Value::Array(items))]);
    members.extend(found.next.map(|next| ("nextToken".to_owned(), json!(next))));
    Ok(Reply::json(Value::Object(members)))
}

/// The filters of one kind of a log group, with the group's name.
fn describe_filters(
    ask: Ask<'_>,
    member: &str,
    filters: fn(&LogGroup) -> &Vec<Map<String, Value>>,
) -> Answer {
    let name = ask.request.text("logGroupName").unwrap_or_default();
    let groups = groups(ask);
    let group = groups.get(name).ok_or_else(|| {
        Failure::new(400, "ResourceNotFoundException", "The specified log group does not exist.")
    })?;
    let found = size(ask.request.number("limit"), LARGEST_PAGE)
        .and_then(|size| page(filters(group), ask.request.text("nextToken"), size))
        .ok_or_else(|| invalid("The limit or the token is not valid."))?;
    let written = |filter: &Map<String, Value>| {
        let mut members = filter.clone();
        members.insert("logGroupName".to_owned(), json!(name));
        Value::Object(members)
    };
    let items = found.items.into_iter().map(written).collect();
    let mut members = Map::from_iter([(member.to_owned(), Value::Array(items))]);
    members.extend(found.next.map(|next| ("nextToken".to_owned(), json!(next))));
    Ok(Reply::json(Value::Object(members)))
}

/// The name that a name or an ARN means; groups of other accounts are not for the caller to see.
fn name<'a>(ask: Ask<'_>, identifier: &'a str) -> Result<&'a str, Failure> {
    if !identifier.starts_with("arn:") {
        return Ok(identifier);
    }
    let Some((region, account, name)) = apart(identifier) else {
        return Err(invalid("The ARN is not that of a log group."));
    };
    if account != ask.caller.id {
        return Err(Failure::denied(ask.request, &format!("on resource: {identifier}")));
    }
    if region != ask.request.region || identifier.ends_with(":*") {
        return Err(invalid("The ARN is not that of a log group here, without `:*`."));
    }
    Ok(name)
}

/// Region, account and name of a log group's ARN, with or without the `:*` behind it.
fn apart(arn: &str) -> Option<(&str, &str, &str)> {
    let mut parts = arn.splitn(7, ':');
    let region = parts.nth(3)?;
    let account = parts.next()?;
    let name = parts.next().filter(|kind| *kind == "log-group").and(parts.next())?;
    Some((region, account, name.strip_suffix(":*").unwrap_or(name)))
}

/// The described groups of the region, and those that trails of the account name, by name.
fn groups(ask: Ask<'_>) -> BTreeMap<String, LogGroup> {
    let region = &ask.request.region;
    let named = ask.caller.trails.iter().filter_map(|trail| {
        let (place, account, name) = apart(trail.cloud_watch_logs_log_group_arn.as_deref()?)?;
        (place == region && account == ask.caller.id).then(|| LogGroup {
            name: name.to_owned(),
            region: region.clone(),
            ..LogGroup::default()
        })
    });
    let described = ask.caller.log_groups.iter().filter(|group| group.region == *region).cloned();
    let mut groups: BTreeMap<String, LogGroup> =
        named.chain(described).map(|group| (group.name.clone(), group)).collect();
    groups.retain(|_, group| !group.missing);
    groups
}

fn class_of(group: &LogGroup) -> &str {
    group.class.as_deref().unwrap_or("STANDARD")
}

fn written(ask: Ask<'_>, group: &LogGroup) -> Value {
    let resource = format!("log-group:{}", group.name);
    let arn = ask.world.arn("logs", &group.region, &ask.caller.id, &resource);
    let mut value = json!({
        "logGroupName": group.name,
        "creationTime": 1_577_836_800_000_i64,
        "metricFilterCount": group.metric_filters.len(),
        "arn": format!("{arn}:*"),
        "logGroupArn": arn,
        "storedBytes": 0,
        "logGroupClass": class_of(group),
        "deletionProtectionEnabled": group.deletion_protection,
    });
    if let Some(members) = value.as_object_mut() {
        members.extend(group.retention_days.map(|n| ("retentionInDays".to_owned(), json!(n))));
        members.extend(group.kms_key_id.as_ref().map(|k| ("kmsKeyId".to_owned(), json!(k))));
    }
    value
}

fn invalid(text: &str) -> Failure {
    Failure::new(400, "InvalidParameterException", text)
}

#[cfg(test)]
#[path = "logs/tests.rs"]
mod tests;
