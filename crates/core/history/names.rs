//! Which events are looked for, and what tells of each. One call of `LookupEvents` takes one name.

use crate::fact::Fact;

/// The source, without its domain, and the names of a fact's events.
type Names = (&'static str, &'static [&'static str]);

/// A trail that is gone is told of by this event alone; its region is the trail's home.
pub const DELETE_TRAIL: &str = "DeleteTrail";
/// What is looked for wherever a trail is or was at home, whoever owns it: who may not change it may have tried.
pub const CHANGES: [&str; 3] = ["PutEventSelectors", "StopLogging", "UpdateTrail"];
/// What is looked for beside, where a trail of the account's own is or was at home.
pub const BEGINNINGS: [&str; 2] = ["CreateTrail", "StartLogging"];
/// What is looked for where an event data store is.
pub const OF_STORES: [&str; 3] =
    ["DeleteEventDataStore", "StopEventDataStoreIngestion", "UpdateEventDataStore"];
/// What is looked for where a trail or event data store may look for Insights.
pub const INSIGHTS: &str = "PutInsightSelectors";
/// What is looked for in the home region of an own organization trail. (The call has no resource, so that it may be made
/// in another region too.)
pub const DEREGISTER: &str = "DeregisterOrganizationDelegatedAdmin";

/// What is looked for where a rule on the event bus tells of CloudTrail's events.
pub const OF_RULES: [&str; 3] = ["DeleteRule", "DisableRule", "RemoveTargets"];

const OF_TRAILS: &[Names] = &[(
    "cloudtrail",
    &[
        "CreateTrail",
        "DeleteEventDataStore",
        DELETE_TRAIL,
        DEREGISTER,
        "PutEventSelectors",
        INSIGHTS,
        "StartLogging",
        "StopEventDataStoreIngestion",
        "StopLogging",
        "UpdateEventDataStore",
        "UpdateTrail",
    ],
)];

/// S3 spells the last but one in two ways in its own documents; no sample of the event is published.
const OF_BUCKETS: &[Names] = &[(
    "s3",
    &[
        "DeleteBucket",
        "DeleteBucketLifecycle",
        "DeleteBucketPolicy",
        "DeleteBucketPublicAccessBlock",
        "DeleteBucketReplication",
        "PutBucketAcl",
        "PutBucketEncryption",
        "PutBucketLifecycle",
        "PutBucketLogging",
        "PutBucketObjectLockConfiguration",
        "PutBucketPolicy",
        "PutBucketPublicAccessBlock",
        "PutBucketReplication",
        "PutBucketVersioning",
        "PutObjectLockConfiguration",
    ],
)];

const OF_KEYS: &[Names] = &[(
    "kms",
    &[
        "CreateGrant",
        "DeleteImportedKeyMaterial",
        "DisableKey",
        "DisableKeyRotation",
        "PutKeyPolicy",
        "ScheduleKeyDeletion",
    ],
)];

/// Calls on objects of which the run knows which are in use, and on services of which a region has one.
const OF_DETECTION: &[Names] = &[
    ("config", &["DeleteConfigurationRecorder", "StopConfigurationRecorder"]),
    ("events", &OF_RULES),
    ("guardduty", &["DeleteDetector", "DisassociateFromAdministratorAccount", "UpdateDetector"]),
    (
        "logs",
        &["DeleteLogGroup", "DeleteMetricFilter", "DeleteSubscriptionFilter", "PutRetentionPolicy"],
    ),
    ("monitoring", &["DeleteAlarms", "DisableAlarmActions", "PutAlarmMuteRule"]),
    ("securityhub", &["DisableSecurityHub"]),
    ("sns", &["DeleteTopic", "Unsubscribe"]),
];

const OF_ORGANIZATION: &[Names] = &[(
    "organizations",
    &[
        "DeletePolicy",
        "DeregisterDelegatedAdministrator",
        "DetachPolicy",
        "DisableAWSServiceAccess",
        "LeaveOrganization",
        "MoveAccount",
        "RemoveAccountFromOrganization",
        "UpdatePolicy",
    ],
)];

fn table(fact: Fact) -> &'static [Names] {
    match fact {
        Fact::TrailHistory => OF_TRAILS,
        Fact::BucketHistory => OF_BUCKETS,
        Fact::KeyHistory => OF_KEYS,
        Fact::DetectionHistory => OF_DETECTION,
        Fact::OrganizationHistory => OF_ORGANIZATION,
        _ => &[],
    }
}

/// The names that a fact looks for, by source.
pub fn names(fact: Fact) -> impl Iterator<Item = &'static str> {
    table(fact).iter().flat_map(|(_, names)| names.iter().copied())
}

/// The source of an event that a fact looks for, such as `s3.amazonaws.com`. Other services have events of the same
/// names.
#[must_use]
pub fn source(fact: Fact, name: &str) -> Option<String> {
    let (source, _) = table(fact).iter().find(|(_, names)| names.contains(&name))?;
    Some(format!("{source}.amazonaws.com"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_stands_once_and_has_a_source() {
        for fact in Fact::OF_HISTORY {
            let mut all: Vec<_> = names(fact).collect();
            assert!(all.iter().all(|name| source(fact, name).is_some()), "{fact:?}");
            let total = all.len();
            all.sort_unstable();
            all.dedup();
            assert!(total > 0 && all.len() == total, "{fact:?}");
        }
        let asked = CHANGES.into_iter().chain(BEGINNINGS).chain(OF_STORES);
        for name in asked.chain([DELETE_TRAIL, INSIGHTS, DEREGISTER]) {
            assert!(names(Fact::TrailHistory).any(|known| known == name), "{name}");
        }
    }
}
