//! A small organization in which a scan calls every operation that any scan calls.

use serde_json::{Value, json};
use trailproof_sim::Description;

pub const MANAGEMENT: &str = "111111111111";
/// Owns the bucket and the key of the organization's trail.
pub const ARCHIVE: &str = "222222222222";
/// Has a trail with a bucket and a key of its own, one whose bucket is public, and one whose bucket is gone.
pub const OWNER: &str = "333333333333";
/// Only the organization's trail covers it.
pub const COVERED: &str = "444444444444";

const HOME: &str = "eu-west-1";

fn key(account: &str) -> String {
    format!("arn:aws:kms:{HOME}:{account}:key/{}", id(account))
}

fn id(account: &str) -> String {
    format!("{}-0000-0000-0000-000000000000", &account[..8])
}

fn trail(name: &str, bucket: &str, more: &Value) -> Value {
    let mut trail = json!({
        "Name": name, "S3BucketName": bucket, "HomeRegion": HOME,
        "IncludeGlobalServiceEvents": true, "IsMultiRegionTrail": true, "LogFileValidationEnabled": true,
        "Status": {"IsLogging": true, "LatestDeliveryTime": 4,
                   "LatestDigestDeliveryTime": 22, "StartLoggingTime": 1_200_000},
        "AdvancedEventSelectors": [
            {"Name": "all", "FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]},
        ],
    });
    for (member, value) in more.as_object().unwrap() {
        trail[member] = value.clone();
    }
    trail
}

fn bucket(name: &str) -> Value {
    json!({
        "name": name, "region": HOME, "policy": {"Version": "2012-10-17", "Statement": []},
        "object_lock": {"default_retention": {"mode": "COMPLIANCE", "days": 365}},
        "lifecycle": [{"id": "expire", "expiration_days": 2_557, "noncurrent_days": 30}],
        "public_access_block": true, "ownership": "BucketOwnerEnforced", "versioning": "Enabled",
        "head_accounts": [MANAGEMENT],
    })
}

/// Without a public access block and older than bucket-owner-enforced: policy and grants decide.
fn bare(name: &str, public: bool) -> Value {
    let mut bare = bucket(name);
    bare["public_access_block"] = Value::Null;
    bare["ownership"] = json!("ObjectWriter");
    if public {
        let everybody = "http://acs.amazonaws.com/groups/global/AllUsers";
        bare["acl"] = json!([{"uri": everybody, "permission": "READ"}]);
    }
    bare
}

fn account(id: &str, more: &Value) -> Value {
    let mut account =
        json!({"id": id, "name": id, "email": format!("{id}@example.com"), "joined": 1_500_000});
    for (member, value) in more.as_object().unwrap() {
        account[member] = value.clone();
    }
    account
}

/// What tells of changes of trails: a filter with an alarm that somebody hears of, a rule that mutes another alarm, and
/// a rule on the event bus.
fn told() -> Value {
    let names = ["CreateTrail", "UpdateTrail", "DeleteTrail", "StartLogging", "StopLogging"];
    let pattern = names.map(|name| format!("($.eventName = {name})")).join(" || ");
    let alerts = format!("arn:aws:sns:{HOME}:{MANAGEMENT}:alerts");
    json!({
        "log_groups": [{"name": "trail", "region": HOME, "metric_filters": [{
            "filterName": "changes", "filterPattern": format!("{{ {pattern} }}"),
            "metricTransformations":
                [{"metricName": "changes", "metricNamespace": "trail", "metricValue": "1"}],
        }]}],
        "alarms": [{
            "region": HOME, "AlarmName": "changes", "ActionsEnabled": true, "AlarmActions": [alerts],
            "MetricName": "changes", "Namespace": "trail", "Statistic": "Sum", "Period": 300,
            "EvaluationPeriods": 1, "Threshold": 1.0,
            "ComparisonOperator": "GreaterThanOrEqualToThreshold",
            "TreatMissingData": "notBreaching", "StateValue": "OK",
        }],
        "mute_rules": [{
            "region": HOME, "Name": "night", "Status": "ACTIVE",
            "MuteTargets": {"AlarmNames": ["another"]},
        }],
        "topics": [{"name": "alerts", "region": HOME, "subscriptions": 1}],
        "event_rules": [{
            "region": "us-east-1", "Name": "organization", "State": "ENABLED",
            "EventPattern": {
                "source": ["aws.organizations"], "detail-type": ["AWS API Call via CloudTrail"],
                "detail": {"eventSource": ["organizations.amazonaws.com"]},
            },
            "Targets": [{"Id": "1", "Arn": alerts}],
        }],
    })
}

/// The detection services, on everywhere, with these analyzers.
fn detection(analyzers: &Value) -> Value {
    json!({
        "guardduty": {}, "security_hub": {}, "config": {"global_types_in": ["us-east-1"]},
        "analyzers": analyzers,
    })
}

fn world() -> Value {
    let all = json!({
        "IsOrganizationTrail": true, "KmsKeyId": key(ARCHIVE),
        "CloudWatchLogsLogGroupArn": format!("arn:aws:logs:{HOME}:{MANAGEMENT}:log-group:trail:*"),
        "CloudWatchLogsRoleArn": format!("arn:aws:iam::{MANAGEMENT}:role/ToLogs"),
        "SnsTopicARN": format!("arn:aws:sns:{HOME}:{MANAGEMENT}:told"), "HasInsightSelectors": true,
    });
    let archive = json!({
        "ou": "ou-test-1", "public_access_block": true, "buckets": [bucket("all-logs")],
        "detection": detection(&json!([{"name": "organization", "kind": "ORGANIZATION"}])),
        "keys": [{"id": id(ARCHIVE), "region": HOME, "describe_accounts": [MANAGEMENT]}],
    });
    let owner = json!({
        "ou": "ou-test-1", "buckets": [bare("own-logs", false), bare("open-logs", true)],
        "keys": [{"id": id(OWNER), "region": HOME}],
        "trails": [
            trail("own", "own-logs", &json!({"KmsKeyId": key(OWNER)})),
            trail("lost", "gone", &json!({"IsMultiRegionTrail": false})),
            trail("open", "open-logs", &json!({"IsMultiRegionTrail": false})),
        ],
        "iam": {"users": [{"name": "u", "attached": ["arn:aws:iam::aws:policy/AWSCloudTrail_FullAccess"]}]},
    });
    let mut management = told();
    management["trails"] = json!([trail("all", "all-logs", &all)]);
    management["event_data_stores"] = json!([{
        "Id": id(MANAGEMENT), "Name": "lake", "Region": HOME, "OrganizationEnabled": true,
        "RetentionPeriod": 2_557, "Created": 200_000, "SingleRegion": true,
    }]);
    json!({
        "now": "2026-11-21T22:42:57Z",
        "default_regions": [HOME, "us-east-1"], "opt_in_regions": ["me-central-1"],
        "organization": {
            "id": "o-test123456", "management_account": MANAGEMENT, "root_id": "r-test",
            "policy_types": ["SERVICE_CONTROL_POLICY"],
            "trusted_services": ["account.amazonaws.com", "cloudtrail.amazonaws.com"],
            "delegated_administrators": {
                "access-analyzer.amazonaws.com": [ARCHIVE],
                "cloudtrail.amazonaws.com": [ARCHIVE],
                "guardduty.amazonaws.com": [ARCHIVE],
            },
            "units": [{"id": "ou-test-1", "name": "Unit"}],
        },
        "aws_managed_policies": {
            "AWSCloudTrail_FullAccess": {"Version": "2012-10-17", "Statement": []},
            "SecurityAudit": {"Version": "2012-10-17", "Statement": []},
        },
        "baseline_iam": {"roles": [{
            "name": "TrailproofAudit", "trust": {"Version": "2012-10-17", "Statement": [{
                "Effect": "Allow", "Principal": {"AWS": MANAGEMENT}, "Action": "sts:AssumeRole",
            }]},
            "attached": ["arn:aws:iam::aws:policy/SecurityAudit"],
        }]},
        "baseline_detection": detection(&json!([])),
        "accounts": [
            account(MANAGEMENT, &management),
            account(ARCHIVE, &archive),
            account(OWNER, &owner),
            account(COVERED, &json!({"opted_in_regions": ["me-central-1"]})),
        ],
    })
}

/// All of it can be read.
pub fn small() -> Description {
    Description::from_json(&world().to_string()).unwrap()
}

/// The same, called from the log archive while the management account lets nobody in: a delegated administrator has
/// to be found that can say what the organization's trail records.
pub fn without_management() -> Description {
    let mut world = world();
    world["caller"] = json!(ARCHIVE);
    world["accounts"][0]["role_denied"] = json!(true);
    Description::from_json(&world.to_string()).unwrap()
}

/// The same in a partition, in two of its regions, the second of which records global events; every account is on in
/// both.
pub fn in_partition(partition: &str, [home, global]: [&str; 2]) -> Description {
    let mut world = world();
    world["partition"] = json!(partition);
    world["opt_in_regions"] = json!([]);
    for account in world["accounts"].as_array_mut().unwrap() {
        account.as_object_mut().unwrap().remove("opted_in_regions");
    }
    let text = world.to_string().replace("arn:aws:", &format!("arn:{partition}:"));
    let text = text.replace("us-east-1", global).replace(HOME, home);
    Description::from_json(&text).unwrap()
}
