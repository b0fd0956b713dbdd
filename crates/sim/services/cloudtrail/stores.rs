//! Event data stores: the list of a region, what one is set to, and who else may query it.

use serde_json::{Map, Value, json};

use crate::description::{EventDataStore, Regional};
use crate::failure::Failure;
use crate::reply::Reply;
use crate::services::cloudtrail::{PRINCIPAL, insert};
use crate::services::page::{page, size};
use crate::services::{Answer, Ask};

/// The service's largest page.
const LARGEST_PAGE: usize = 1000;

/// Only the ARN and the name: AWS no longer shows more of a store in the list.
pub(super) fn list_event_data_stores(ask: Ask<'_>) -> Answer {
    let request = ask.request;
    let here: Vec<&EventDataStore> = ask
        .caller
        .event_data_stores
        .iter()
        .filter(|store| store.region == request.region)
        .collect();
    let size = size(request.number("MaxResults"), LARGEST_PAGE).ok_or_else(|| {
        let text = "MaxResults must be between 1 and 1000.";
        Failure::new(400, "InvalidMaxResultsException", text)
    })?;
    let found = page(&here, request.text("NextToken"), size)
        .ok_or_else(|| Failure::new(400, "InvalidNextTokenException", "Invalid NextToken."))?;
    let items = found.items.into_iter().map(|store| {
        let arn = ask.world.store_arn(&ask.caller.id, store);
        json!({ "EventDataStoreArn": arn, "Name": store.name })
    });
    let mut members = Map::from_iter([("EventDataStores".to_owned(), items.collect())]);
    insert(&mut members, "NextToken", found.next.map(|next| json!(next)));
    Ok(Reply::json(Value::Object(members)))
}

pub(super) fn list_channels(ask: Ask<'_>) -> Answer {
    let request = ask.request;
    let here: Vec<&Regional> =
        ask.caller.channels.iter().filter(|channel| channel.region == request.region).collect();
    let found = size(request.number("MaxResults"), LARGEST_PAGE)
        .and_then(|size| page(&here, request.text("NextToken"), size))
        .ok_or_else(|| Failure::new(400, "InvalidNextTokenException", "Invalid NextToken."))?;
    let items = found.items.into_iter().map(|channel| {
        let mut members = channel.members.clone();
        let id = members.remove("Id").and_then(|id| id.as_str().map(str::to_owned));
        let resource = format!("channel/{}", id.unwrap_or_default());
        let arn = ask.world.arn("cloudtrail", &channel.region, &ask.caller.id, &resource);
        members.insert("ChannelArn".to_owned(), json!(arn));
        Value::Object(members)
    });
    let mut members = Map::from_iter([("Channels".to_owned(), items.collect())]);
    insert(&mut members, "NextToken", found.next.map(|next| json!(next)));
    Ok(Reply::json(Value::Object(members)))
}

pub(super) fn get_event_data_store(ask: Ask<'_>) -> Answer {
    with_store(ask, ask.request.text("EventDataStore").unwrap_or_default(), |arn, store| {
        let created = store.created.map(|when| ask.world.resolve(when).epoch_seconds());
        let created = created.unwrap_or(1_577_836_800);
        let mut value = json!({
            "EventDataStoreArn": arn,
            "Name": store.name,
            "Status": store.status,
            "AdvancedEventSelectors": selectors(store),
            "MultiRegionEnabled": !store.single_region,
            "OrganizationEnabled": store.organization_enabled,
            "RetentionPeriod": store.retention_period,
            "TerminationProtectionEnabled": !store.unprotected,
            "CreatedTimestamp": created,
            "UpdatedTimestamp": created,
            "BillingMode": "EXTENDABLE_RETENTION_PRICING",
            "FederationStatus": "DISABLED",
        });
        if let Some(members) = value.as_object_mut() {
            insert(members, "KmsKeyId", store.kms_key_id.as_ref().map(|key| json!(key)));
        }
        Ok(Reply::json(value))
    })
}

fn selectors(store: &EventDataStore) -> Vec<Value> {
    if !store.advanced_event_selectors.is_empty() {
        return store.advanced_event_selectors.clone();
    }
    vec![json!({
        "Name": "Default management events",
        "FieldSelectors": [{ "Field": "eventCategory", "Equals": ["Management"] }],
    })]
}

/// The policy of a store; trails have none.
pub(super) fn get_resource_policy(ask: Ask<'_>) -> Answer {
    let arn = ask.request.text("ResourceArn").unwrap_or_default();
    if arn.contains(":trail/") {
        let text = "Resource policies are for event data stores, dashboards and channels.";
        return Err(Failure::new(400, "ResourceTypeNotSupportedException", text));
    }
    if !arn.starts_with("arn:") {
        let text = "The resource ARN is not valid.";
        return Err(Failure::new(400, "ResourceARNNotValidException", text));
    }
    let told = with_store(ask, arn, |arn, store| match &store.policy {
        Some(policy) => {
            Ok(Reply::json(json!({ "ResourceArn": arn, "ResourcePolicy": policy.to_string() })))
        }
        None => {
            let text = format!("No resource policy is attached to {arn}.");
            Err(Failure::new(400, "ResourcePolicyNotFoundException", text))
        }
    });
    told.map_err(|failure| match failure.code {
        "EventDataStoreNotFoundException" => {
            Failure { code: "ResourceNotFoundException", ..failure }
        }
        _ => failure,
    })
}

/// Answers of the store that an ARN, or the id at its end, means here. A delegated administrator may read the stores
/// that the management account has for the organization.
pub(super) fn with_store<T>(
    ask: Ask<'_>,
    reference: &str,
    read: impl FnOnce(&str, &EventDataStore) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let mut parts = reference.splitn(6, ':');
    let (account, resource) = match (parts.nth(4), parts.next()) {
        (Some(account), Some(resource)) if reference.starts_with("arn:") => (account, resource),
        _ if reference.starts_with("arn:") => return Err(invalid()),
        _ => (ask.caller.id.as_str(), reference),
    };
    let id = resource.strip_prefix("eventdatastore/").unwrap_or(resource);
    let owner = ask.world.account(account);
    let shared = owner.as_ref().is_some_and(|owner| {
        ask.world.is_management(owner) && ask.world.is_delegated(ask.caller, Some(PRINCIPAL))
    });
    if account != ask.caller.id && !shared {
        return Err(invalid());
    }
    let of = if shared { owner.as_deref().unwrap_or(ask.caller) } else { ask.caller };
    let found = of.event_data_stores.iter().find(|store| {
        store.id == id
            && store.region == ask.request.region
            && (of.id == ask.caller.id || store.organization_enabled)
    });
    match found {
        Some(store) => read(&ask.world.store_arn(&of.id, store), store),
        None => {
            let text = format!("The event data store {reference} does not exist.");
            Err(Failure::new(400, "EventDataStoreNotFoundException", text))
        }
    }
}

fn invalid() -> Failure {
    let text = "The event data store ARN is not valid for this account.";
    Failure::new(400, "EventDataStoreARNInvalidException", text)
}

#[cfg(test)]
#[path = "stores/tests.rs"]
mod tests;
