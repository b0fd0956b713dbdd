//! The configurations of a bucket that decide whether what lies in it can be deleted, and whom it tells.

use crate::description::{Bucket, LifecycleFilter, LifecycleRule};
use crate::reply::Reply;
use crate::services::Answer;
use crate::services::s3::{absent, root};
use crate::world::World;
use crate::xml::Element;

pub(super) fn versioning(bucket: &Bucket) -> Reply {
    Reply::xml(
        root("VersioningConfiguration")
            .maybe("Status", bucket.versioning.as_ref())
            .maybe("MfaDelete", bucket.mfa_delete.as_ref()),
    )
}

pub(super) fn object_lock(bucket: &Bucket) -> Answer {
    let Some(lock) = &bucket.object_lock else {
        return Err(absent(
            "ObjectLockConfigurationNotFoundError",
            "Object Lock configuration does not exist for this bucket",
        ));
    };
    let rule = lock.default_retention.as_ref().map(|retention| {
        Element::new("Rule").child(
            Element::new("DefaultRetention")
                .child(Element::leaf("Mode", &retention.mode))
                .maybe("Days", retention.days)
                .maybe("Years", retention.years),
        )
    });
    let configuration =
        root("ObjectLockConfiguration").child(Element::leaf("ObjectLockEnabled", "Enabled"));
    Ok(Reply::xml(configuration.children(rule)))
}

pub(super) fn ownership(bucket: &Bucket) -> Answer {
    let Some(ownership) = &bucket.ownership else {
        return Err(absent(
            "OwnershipControlsNotFoundError",
            "The bucket ownership controls were not found",
        ));
    };
    let rule = Element::new("Rule").child(Element::leaf("ObjectOwnership", ownership));
    Ok(Reply::xml(root("OwnershipControls").child(rule)))
}

pub(super) fn lifecycle(world: &World<'_>, bucket: &Bucket) -> Answer {
    if bucket.lifecycle.is_empty() {
        return Err(absent(
            "NoSuchLifecycleConfiguration",
            "The lifecycle configuration does not exist",
        ));
    }
    let rules = bucket.lifecycle.iter().map(|rule| lifecycle_rule(world, rule));
    Ok(Reply::xml(root("LifecycleConfiguration").children(rules)))
}

/// A bucket that tells nobody answers with an empty configuration.
pub(super) fn notification(bucket: &Bucket) -> Reply {
    let told = bucket.notification.clone().unwrap_or_default();
    let bridge = told.event_bridge.then(|| Element::new("EventBridgeConfiguration"));
    let queue = told.queue.map(|arn| {
        let filter = told.prefix.map(|prefix| {
            let rule = Element::new("FilterRule")
                .child(Element::leaf("Name", "prefix"))
                .child(Element::leaf("Value", prefix));
            Element::new("Filter").child(Element::new("S3Key").child(rule))
        });
        Element::new("QueueConfiguration")
            .child(Element::leaf("Id", "told"))
            .child(Element::leaf("Queue", arn))
            .child(Element::leaf("Event", "s3:ObjectCreated:*"))
            .children(filter)
    });
    Reply::xml(root("NotificationConfiguration").children(queue).children(bridge))
}

fn lifecycle_rule(world: &World<'_>, rule: &LifecycleRule) -> Element {
    let status = if rule.disabled { "Disabled" } else { "Enabled" };
    let selection = match &rule.legacy_prefix {
        Some(prefix) => Element::leaf("Prefix", prefix),
        None => filter(&rule.filter),
    };
    let date = rule.expiration_date.map(|when| world.resolve(when).rfc3339());
    let expires = rule.expiration_days.is_some()
        || date.is_some()
        || rule.expired_object_delete_marker.is_some();
    let expiration = expires.then(|| {
        Element::new("Expiration")
            .maybe("Date", date)
            .maybe("Days", rule.expiration_days)
            .maybe("ExpiredObjectDeleteMarker", rule.expired_object_delete_marker)
    });
    let noncurrent = rule.noncurrent_days.map(|days| {
        Element::new("NoncurrentVersionExpiration")
            .child(Element::leaf("NoncurrentDays", days))
            .maybe("NewerNoncurrentVersions", rule.newer_noncurrent_versions)
    });
    let transitions = rule.transitions.iter().map(|transition| {
        Element::new("Transition")
            .child(Element::leaf("Days", transition.days))
            .child(Element::leaf("StorageClass", &transition.storage_class))
    });
    let abort = rule.abort_multipart_days.map(|days| {
        Element::new("AbortIncompleteMultipartUpload")
            .child(Element::leaf("DaysAfterInitiation", days))
    });
    Element::new("Rule")
        .child(Element::leaf("ID", &rule.id))
        .child(selection)
        .child(Element::leaf("Status", status))
        .children(expiration)
        .children(transitions)
        .children(noncurrent)
        .children(abort)
}

/// One condition stands alone; several are wrapped in `And`.
fn filter(filter: &LifecycleFilter) -> Element {
    let tags = filter.tags.iter().map(|(key, value)| {
        Element::new("Tag").child(Element::leaf("Key", key)).child(Element::leaf("Value", value))
    });
    let conditions = Element::new("And")
        .maybe("Prefix", filter.prefix.as_ref())
        .children(tags)
        .maybe("ObjectSizeGreaterThan", filter.size_greater_than)
        .maybe("ObjectSizeLessThan", filter.size_less_than);
    let count = conditions.clone().into_children().len();
    match count {
        0 => Element::new("Filter").child(Element::leaf("Prefix", "")),
        1 => Element::new("Filter").children(conditions.into_children()),
        _ => Element::new("Filter").child(conditions),
    }
}
