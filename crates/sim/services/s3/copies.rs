//! Where a bucket's access logs and copies go, how it encrypts by default, and its tags.

use std::collections::BTreeMap;

use crate::description::{Bucket, ReplicationRule};
use crate::failure::Failure;
use crate::reply::Reply;
use crate::services::Answer;
use crate::services::s3::{absent, root};
use crate::world::World;
use crate::xml::Element;

/// Without access logging the answer is empty, and no error.
pub(super) fn logging(bucket: &Bucket) -> Reply {
    let enabled = bucket.logging.as_ref().map(|logging| {
        Element::new("LoggingEnabled")
            .child(Element::leaf("TargetBucket", &logging.target))
            .child(Element::leaf("TargetPrefix", &logging.prefix))
    });
    Reply::xml(root("BucketLoggingStatus").children(enabled))
}

pub(super) fn replication(world: &World<'_>, bucket: &Bucket) -> Answer {
    if bucket.replication.is_empty() {
        return Err(absent(
            "ReplicationConfigurationNotFoundError",
            "The replication configuration was not found",
        ));
    }
    let owner = world.bucket(&bucket.name).map(|(owner, _)| owner).unwrap_or_default();
    let role = world.arn("iam", "", &owner, "role/service-role/replication");
    let rules = bucket.replication.iter().enumerate().map(|(priority, rule)| {
        let priority = priority.saturating_add(1);
        replication_rule(&world.frame.partition, rule, priority)
    });
    let configuration =
        root("ReplicationConfiguration").child(Element::leaf("Role", role)).children(rules);
    Ok(Reply::xml(configuration))
}

fn replication_rule(partition: &str, rule: &ReplicationRule, priority: usize) -> Element {
    let status = |on: bool| Element::leaf("Status", if on { "Enabled" } else { "Disabled" });
    let encryption = rule.key.as_ref().map(|key| {
        Element::new("EncryptionConfiguration").child(Element::leaf("ReplicaKmsKeyID", key))
    });
    let translation = rule.account.as_ref().map(|_| {
        Element::new("AccessControlTranslation").child(Element::leaf("Owner", "Destination"))
    });
    let destination = Element::new("Destination")
        .child(Element::leaf("Bucket", format!("arn:{partition}:s3:::{}", rule.destination)))
        .maybe("Account", rule.account.as_ref())
        .children(translation)
        .children(encryption);
    let selection = rule.kms_objects.then(|| {
        Element::new("SourceSelectionCriteria")
            .child(Element::new("SseKmsEncryptedObjects").child(status(true)))
    });
    let named = Element::new("Rule").child(Element::leaf("ID", &rule.id));
    // The retired form has neither a priority nor deletions.
    let selected = match &rule.legacy_prefix {
        Some(prefix) => named.child(Element::leaf("Prefix", prefix)),
        None => {
            let deletions = Element::new("DeleteMarkerReplication").child(status(rule.deletions));
            named.child(Element::leaf("Priority", priority)).child(filter(rule)).child(deletions)
        }
    };
    selected.child(status(!rule.disabled)).children(selection).child(destination)
}

/// One condition stands alone; several are wrapped in `And`.
fn filter(rule: &ReplicationRule) -> Element {
    let conditions =
        Element::new("And").maybe("Prefix", rule.prefix.as_ref()).children(tags(&rule.tags));
    let count = conditions.clone().into_children().len();
    match count {
        0 => Element::new("Filter").child(Element::leaf("Prefix", "")),
        1 => Element::new("Filter").children(conditions.into_children()),
        _ => Element::new("Filter").child(conditions),
    }
}

/// S3 encrypts every bucket; what is described otherwise answers as buckets did before.
pub(super) fn encryption(bucket: &Bucket) -> Answer {
    if bucket.no_encryption {
        return Err(absent(
            "ServerSideEncryptionConfigurationNotFoundError",
            "The server side encryption configuration was not found",
        ));
    }
    let described = bucket.encryption.as_ref();
    let algorithm = described.map_or("AES256", |encryption| encryption.algorithm.as_str());
    let default = Element::new("ApplyServerSideEncryptionByDefault")
        .child(Element::leaf("SSEAlgorithm", algorithm))
        .maybe("KMSMasterKeyID", described.and_then(|encryption| encryption.key.as_ref()));
    let rule = Element::new("Rule")
        .child(default)
        .child(Element::leaf("BucketKeyEnabled", algorithm != "AES256"));
    Ok(Reply::xml(root("ServerSideEncryptionConfiguration").child(rule)))
}

pub(super) fn tagging(bucket: &Bucket) -> Answer {
    if bucket.tags.is_empty() {
        return Err::<Reply, Failure>(absent("NoSuchTagSet", "The TagSet does not exist"));
    }
    Ok(Reply::xml(root("Tagging").child(Element::new("TagSet").children(tags(&bucket.tags)))))
}

fn tags(tags: &BTreeMap<String, String>) -> impl Iterator<Item = Element> + '_ {
    tags.iter().map(|(key, value)| {
        Element::new("Tag").child(Element::leaf("Key", key)).child(Element::leaf("Value", value))
    })
}

#[cfg(test)]
#[path = "copies/tests.rs"]
mod tests;
