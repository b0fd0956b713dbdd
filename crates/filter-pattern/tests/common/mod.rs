//! The required sets of the CIS benchmark's monitoring section, and of the tampering that it leaves out, as data.
#![allow(dead_code)]

pub mod naive;
pub mod random;

use trailproof_filter_pattern::{
    Answer, Condition, EventPattern, FilterPattern, Matcher, Required,
};

/// A set of calls, or of calls with more asked of them.
pub struct Set {
    pub id: &'static str,
    /// Source and names of the calls; any of them.
    pub calls: &'static [(&'static str, &'static [&'static str])],
}

const EC2: &str = "ec2.amazonaws.com";
const S3: &str = "s3.amazonaws.com";

pub const SETS: &[Set] = &[
    Set {
        id: "iam-policy-changes",
        calls: &[(
            "iam.amazonaws.com",
            &[
                "DeleteGroupPolicy",
                "DeleteRolePolicy",
                "DeleteUserPolicy",
                "PutGroupPolicy",
                "PutRolePolicy",
                "PutUserPolicy",
                "CreatePolicy",
                "DeletePolicy",
                "CreatePolicyVersion",
                "DeletePolicyVersion",
                "AttachRolePolicy",
                "DetachRolePolicy",
                "AttachUserPolicy",
                "DetachUserPolicy",
                "AttachGroupPolicy",
                "DetachGroupPolicy",
            ],
        )],
    },
    Set {
        id: "cloudtrail-changes",
        calls: &[(
            "cloudtrail.amazonaws.com",
            &["CreateTrail", "UpdateTrail", "DeleteTrail", "StartLogging", "StopLogging"],
        )],
    },
    Set {
        id: "cmk-disable-or-delete",
        calls: &[("kms.amazonaws.com", &["DisableKey", "ScheduleKeyDeletion"])],
    },
    Set {
        id: "s3-bucket-policy-changes",
        calls: &[(
            S3,
            &[
                "PutBucketAcl",
                "PutBucketPolicy",
                "PutBucketCors",
                "PutBucketLifecycle",
                "PutBucketReplication",
                "DeleteBucketPolicy",
                "DeleteBucketCors",
                "DeleteBucketLifecycle",
                "DeleteBucketReplication",
            ],
        )],
    },
    Set {
        id: "config-changes",
        calls: &[(
            "config.amazonaws.com",
            &[
                "StopConfigurationRecorder",
                "DeleteDeliveryChannel",
                "PutDeliveryChannel",
                "PutConfigurationRecorder",
            ],
        )],
    },
    Set {
        id: "security-group-changes",
        calls: &[(
            EC2,
            &[
                "AuthorizeSecurityGroupIngress",
                "AuthorizeSecurityGroupEgress",
                "RevokeSecurityGroupIngress",
                "RevokeSecurityGroupEgress",
                "CreateSecurityGroup",
                "DeleteSecurityGroup",
            ],
        )],
    },
    Set {
        id: "nacl-changes",
        calls: &[(
            EC2,
            &[
                "CreateNetworkAcl",
                "CreateNetworkAclEntry",
                "DeleteNetworkAcl",
                "DeleteNetworkAclEntry",
                "ReplaceNetworkAclEntry",
                "ReplaceNetworkAclAssociation",
            ],
        )],
    },
    Set {
        id: "network-gateway-changes",
        calls: &[(
            EC2,
            &[
                "CreateCustomerGateway",
                "DeleteCustomerGateway",
                "AttachInternetGateway",
                "CreateInternetGateway",
                "DeleteInternetGateway",
                "DetachInternetGateway",
            ],
        )],
    },
    Set {
        id: "route-table-changes",
        calls: &[(
            EC2,
            &[
                "CreateRoute",
                "CreateRouteTable",
                "ReplaceRoute",
                "ReplaceRouteTableAssociation",
                "DeleteRouteTable",
                "DeleteRoute",
                "DisassociateRouteTable",
            ],
        )],
    },
    Set {
        id: "vpc-changes",
        calls: &[(
            EC2,
            &[
                "CreateVpc",
                "DeleteVpc",
                "ModifyVpcAttribute",
                "AcceptVpcPeeringConnection",
                "CreateVpcPeeringConnection",
                "DeleteVpcPeeringConnection",
                "RejectVpcPeeringConnection",
            ],
        )],
    },
    Set {
        id: "organizations-changes",
        calls: &[(
            "organizations.amazonaws.com",
            &[
                "AcceptHandshake",
                "AttachPolicy",
                "CreateAccount",
                "CreateOrganizationalUnit",
                "CreatePolicy",
                "DeclineHandshake",
                "DeleteOrganization",
                "DeleteOrganizationalUnit",
                "DeletePolicy",
                "DetachPolicy",
                "DisablePolicyType",
                "EnablePolicyType",
                "InviteAccountToOrganization",
                "LeaveOrganization",
                "MoveAccount",
                "RemoveAccountFromOrganization",
                "UpdatePolicy",
                "UpdateOrganizationalUnit",
            ],
        )],
    },
    Set {
        id: "trail-tampering-extended",
        calls: &[(
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
        )],
    },
    Set {
        id: "log-destination-tampering",
        calls: &[
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
                &[
                    "DeleteLogGroup",
                    "DeleteMetricFilter",
                    "PutRetentionPolicy",
                    "DeleteSubscriptionFilter",
                ],
            ),
            (
                "monitoring.amazonaws.com",
                &["DeleteAlarms", "DisableAlarmActions", "PutAlarmMuteRule"],
            ),
            ("sns.amazonaws.com", &["DeleteTopic", "Unsubscribe"]),
            ("events.amazonaws.com", &["DisableRule", "DeleteRule", "RemoveTargets"]),
        ],
    },
    Set {
        id: "detection-service-tampering",
        calls: &[
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
        ],
    },
    Set { id: "ec2-instance-lifecycle", calls: &[(EC2, &["RunInstances", "TerminateInstances"])] },
];

impl Set {
    pub fn condition(&self) -> Condition {
        let of = |(source, names): &(&str, &[&str])| {
            Condition::All(vec![
                Condition::is("eventSource", source),
                Condition::one_of("eventName", names),
            ])
        };
        Condition::Any(self.calls.iter().map(of).collect())
    }

    pub fn names(&self) -> Vec<&'static str> {
        self.calls.iter().flat_map(|(_, names)| names.iter().copied()).collect()
    }
}

/// CIS 4.1. What the later editions exclude need not be matched.
pub fn unauthorized() -> Condition {
    Condition::All(vec![
        Condition::Any(vec![
            Condition::EndsWith("errorCode".into(), "UnauthorizedOperation".into()),
            Condition::StartsWith("errorCode".into(), "AccessDenied".into()),
        ]),
        Condition::NoneOf("sourceIPAddress".into(), vec!["delivery.logs.amazonaws.com".into()]),
        Condition::NoneOf("eventName".into(), vec!["HeadBucket".into()]),
    ])
}

/// CIS 4.2. Sign-ins through federation, and failed ones, need not be matched.
pub fn without_mfa() -> Condition {
    Condition::All(vec![
        Condition::is("eventSource", "signin.amazonaws.com"),
        Condition::is("eventName", "ConsoleLogin"),
        Condition::NoneOf("additionalEventData.MFAUsed".into(), vec!["Yes".into()]),
        Condition::is("userIdentity.type", "IAMUser"),
        Condition::is("responseElements.ConsoleLogin", "Success"),
    ])
}

/// CIS 4.3.
pub fn root() -> Condition {
    Condition::All(vec![
        Condition::is("userIdentity.type", "Root"),
        Condition::absent("userIdentity.invokedBy"),
        Condition::NoneOf("eventType".into(), vec!["AwsServiceEvent".into()]),
    ])
}

/// CIS 4.6.
pub fn failed_sign_in() -> Condition {
    Condition::All(vec![
        Condition::is("eventName", "ConsoleLogin"),
        Condition::is("errorMessage", "Failed authentication"),
    ])
}

/// Every set of the benchmark and of our own.
pub fn all() -> Vec<(&'static str, Condition)> {
    let mut sets: Vec<_> = SETS.iter().map(|set| (set.id, set.condition())).collect();
    sets.extend([
        ("unauthorized-api-calls", unauthorized()),
        ("console-signin-without-mfa", without_mfa()),
        ("root-usage", root()),
        ("console-auth-failures", failed_sign_in()),
    ]);
    sets
}

pub fn set(id: &str) -> Required {
    let (_, condition) = all().into_iter().find(|(name, _)| *name == id).expect(id);
    Required::of_cloudtrail(&condition)
}

pub fn logs(pattern: &str) -> Matcher {
    let pattern =
        FilterPattern::parse(pattern).unwrap_or_else(|error| panic!("{pattern}: {error}"));
    Matcher::from(&pattern)
}

pub fn bridge(pattern: &str) -> Matcher {
    let pattern = EventPattern::parse(pattern).unwrap_or_else(|error| panic!("{pattern}: {error}"));
    Matcher::from(&pattern)
}

pub fn ask(id: &str, patterns: &[&str]) -> Answer {
    let matchers: Vec<Matcher> = patterns.iter().map(|pattern| logs(pattern)).collect();
    set(id).covered_by(&matchers)
}
