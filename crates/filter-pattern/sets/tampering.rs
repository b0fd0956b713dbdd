//! The calls by which a trail, its destinations and detectors are blinded, which the benchmark leaves out.

use super::calls::Calls;

const S3: &str = "s3.amazonaws.com";

/// Narrower selectors, and what else blinds a trail or an event data store.
pub(super) const TRAIL: Calls = &[(
    "cloudtrail.amazonaws.com",
    &[
        "PutEventSelectors",
        "PutInsightSelectors",
        "PutEventConfiguration",
        "StopEventDataStoreIngestion",
        "UpdateEventDataStore",
        "DeleteEventDataStore",
        "DeregisterOrganizationDelegatedAdmin",
        "PutResourcePolicy",
        "DeleteResourcePolicy",
    ],
)];

/// Attacks on what a trail delivers to, and on what watches over that.
pub(super) const DESTINATION: Calls = &[
    (
        S3,
        &[
            "DeleteBucket",
            "PutBucketVersioning",
            "PutBucketLogging",
            "PutBucketPublicAccessBlock",
            "DeleteBucketPublicAccessBlock",
            "PutBucketEncryption",
            "PutBucketObjectLockConfiguration",
        ],
    ),
    ("kms.amazonaws.com", &["PutKeyPolicy", "CreateGrant", "DeleteImportedKeyMaterial"]),
    (
        "logs.amazonaws.com",
        &["DeleteLogGroup", "DeleteMetricFilter", "PutRetentionPolicy", "DeleteSubscriptionFilter"],
    ),
    ("monitoring.amazonaws.com", &["DeleteAlarms", "DisableAlarmActions", "PutAlarmMuteRule"]),
    ("sns.amazonaws.com", &["DeleteTopic", "Unsubscribe"]),
    ("events.amazonaws.com", &["DisableRule", "DeleteRule", "RemoveTargets"]),
];

/// The end of a detector.
pub(super) const DETECTION: Calls = &[
    (
        "guardduty.amazonaws.com",
        &[
            "DeleteDetector",
            "UpdateDetector",
            "DisassociateFromAdministratorAccount",
            "StopMonitoringMembers",
            "DisableOrganizationAdminAccount",
        ],
    ),
    ("securityhub.amazonaws.com", &["DisableSecurityHub"]),
    ("config.amazonaws.com", &["DeleteConfigurationRecorder"]),
    ("access-analyzer.amazonaws.com", &["DeleteAnalyzer"]),
];
