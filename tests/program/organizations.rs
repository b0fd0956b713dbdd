//! The organizations that are served: the demo's, edited.

use serde_json::{Value, json};
use trailproof_core::monitoring::SETS;
use trailproof_sim::Description;

pub const MANAGEMENT: &str = "111122223333";
/// Owns the bucket that the logs are copied to.
const COPIES: &str = "333344445555";
/// Owns the organization trail's bucket and key.
pub const LOG_ARCHIVE: &str = "222233334444";
/// A member with a trail and a bucket of its own.
const EXPOSED: &str = "600000000002";
/// A member without a bucket, a trail or an opt-in region: only the organization trail covers it.
pub const COVERED_MEMBER: &str = "444455556666";
/// Refuses the role in the demo.
pub const REFUSING_MEMBER: &str = "700000000001";

/// The demo's organization, edited, at the time of the test: the program under test has a real clock.
fn edited(edit: impl FnOnce(&mut Value)) -> Description {
    let mut document: Value =
        serde_json::from_str(&trailproof_sim::demo().to_json().unwrap()).unwrap();
    document["now"] = json!(jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string());
    edit(&mut document);
    Description::from_json(&document.to_string()).unwrap()
}

fn accounts(document: &mut Value) -> &mut Vec<Value> {
    document["accounts"].as_array_mut().unwrap()
}

/// The demo's organization as it is.
pub fn demo() -> Description {
    edited(|_| {})
}

/// The demo's organization with everything in it readable: no refused role, no region closed. One trail's bucket lies
/// behind no public access block, so that its policy and its grants count.
pub fn readable() -> Description {
    edited(open)
}

/// An organization in good order: nothing fails, nothing is unknown.
pub fn flawless() -> Description {
    edited(|document| {
        open(document);
        keep(document, &[MANAGEMENT, LOG_ARCHIVE, COVERED_MEMBER, COPIES]);
        document["organization"]["delegated_administrators"] = json!({"cloudtrail.amazonaws.com": [COVERED_MEMBER],
                "guardduty.amazonaws.com": [COVERED_MEMBER],
                "access-analyzer.amazonaws.com": [COPIES]});
        // What elsewhere binds a unit binds all, and forbids whatever stops a detector.
        for policy in document["organization"]["policies"].as_array_mut().unwrap() {
            let name = policy["name"].as_str().unwrap_or_default().to_owned();
            if name == "acme-protect-detection" {
                policy["document"]["Statement"][0]["Action"] =
                    json!(["access-analyzer:*", "config:*", "guardduty:*", "securityhub:*"]);
            }
            if name.starts_with("acme-protect-") {
                policy["targets"] = json!(["r-a1b2"]);
            }
        }
        for account in accounts(document) {
            if account["id"] == MANAGEMENT {
                tell(account);
            }
            // A private store, of one account and with a key of AWS's.
            if account["id"] == COVERED_MEMBER {
                account.as_object_mut().unwrap().remove("event_data_stores");
            }
            // Of the logs themselves no object events are recorded, to avoid a loop.
            let buckets = account.get_mut("buckets").and_then(Value::as_array_mut);
            for bucket in buckets.into_iter().flatten() {
                bucket.as_object_mut().unwrap().remove("tags");
            }
        }
    })
}

/// A filter with an alarm for every set of events, and Insights of both kinds.
fn tell(account: &mut Value) {
    let topic = format!("arn:aws:sns:eu-west-1:{MANAGEMENT}:acme-security-alerts");
    let (mut filters, mut alarms) = (Vec::new(), Vec::new());
    for set in SETS {
        let tests: Vec<String> =
            set.names().iter().map(|name| format!("($.eventName = {name})")).collect();
        let pattern: &str = match set.id {
            "unauthorized-api-calls" => {
                "{ ($.errorCode = *UnauthorizedOperation) || ($.errorCode = AccessDenied*) }"
            }
            "console-signin-without-mfa" => {
                "{ $.eventName = ConsoleLogin && $.additionalEventData.MFAUsed != Yes }"
            }
            "root-usage" => {
                "{ $.userIdentity.type = Root && $.userIdentity.invokedBy NOT EXISTS && $.eventType != AwsServiceEvent }"
            }
            "console-auth-failures" => {
                r#"{ $.eventName = ConsoleLogin && $.errorMessage = "Failed authentication" }"#
            }
            "large-ec2-instance" => "{ $.eventName = RunInstances }",
            _ => &format!("{{ {} }}", tests.join(" || ")),
        };
        filters.push(json!({
            "filterName": set.id, "filterPattern": pattern,
            "metricTransformations": [{ "metricName": set.id, "metricNamespace": "Acme",
                "metricValue": "1" }],
        }));
        alarms.push(json!({
            "region": "eu-west-1", "AlarmName": set.id, "ActionsEnabled": true,
            "AlarmActions": [topic], "MetricName": set.id, "Namespace": "Acme",
            "Statistic": "Sum", "Period": 300, "EvaluationPeriods": 1, "Threshold": 1.0,
            "ComparisonOperator": "GreaterThanOrEqualToThreshold",
        }));
    }
    account["log_groups"][0]["metric_filters"] = filters.into();
    account["alarms"] = alarms.into();
    account.as_object_mut().unwrap().remove("mute_rules");
}

fn open(document: &mut Value) {
    for account in accounts(document) {
        let account = account.as_object_mut().unwrap();
        account.remove("role_denied");
        account.remove("scp_denied_regions");
        if account["id"] == EXPOSED {
            account.remove("public_access_block");
            account["buckets"][0]["public_access_block"] = Value::Null;
        }
        // Of a trail that never ran nobody can say for how long it has been left behind.
        for trail in account.get_mut("trails").and_then(Value::as_array_mut).into_iter().flatten() {
            if trail["Status"]["IsLogging"] == json!(false) {
                trail["Status"]["StartLoggingTime"] = json!(300_000);
                trail["Status"]["StopLoggingTime"] = json!(57_590);
            }
        }
    }
}

fn keep(document: &mut Value, kept: &[&str]) {
    let policies = document["organization"]["policies"].as_array_mut();
    for policy in policies.into_iter().flatten() {
        // Units and the root stay.
        let stays = |id: &str| !id.bytes().all(|byte| byte.is_ascii_digit()) || kept.contains(&id);
        let targets = policy["targets"].as_array_mut().unwrap();
        targets.retain(|target| stays(target.as_str().unwrap()));
    }
    accounts(document).retain(|account| kept.contains(&account["id"].as_str().unwrap()));
    document["organization"]["delegated_administrators"] = json!({});
}

/// The management account, a log archive and a member of each kind that a call depends on, all readable.
pub fn small() -> Description {
    edited(|document| {
        open(document);
        let kept = [
            MANAGEMENT,
            EXPOSED,
            LOG_ARCHIVE,
            COVERED_MEMBER,
            "500000000002", // a trail and a bucket, no key
            "500000000004", // a key that will be deleted
            "500000000008", // a public bucket
            "600000000004", // a bucket that is gone
        ];
        keep(document, &kept);
        document["organization"]["delegated_administrators"] =
            json!({"guardduty.amazonaws.com": [COVERED_MEMBER]});
        document["default_regions"] = json!([
            "eu-west-1",
            "eu-west-2",
            "us-east-1",
            "us-east-2",
            "us-west-2",
            "eu-central-1"
        ]);
    })
}

/// The management account alone, in no organization.
pub fn lone() -> Description {
    edited(|document| {
        document["organization"] = Value::Null;
        accounts(document).retain(|account| account["id"] == MANAGEMENT);
        for account in accounts(document) {
            account["trails"] = json!([]);
        }
    })
}

/// The demo's organization in which every account's name is one that breaks some reader.
pub fn hostile() -> Description {
    const NAMES: [&str; 8] = [
        "=cmd|' /C calc'!A0",
        "\u{1b}[31mred\u{1b}[0m\u{202e}",
        "x\r\n::error::injected, a:b%",
        "<script>alert(1)</script> ]]> &#27;",
        "\", \"forged\": true, \"",
        "| cell | [text](javascript:x) `code`",
        "../../../etc/passwd",
        "監査\tアカウント\u{0}",
    ];
    edited(|document| {
        for (account, name) in accounts(document).iter_mut().zip(NAMES.iter().cycle()) {
            account["name"] = json!(name);
        }
    })
}

/// An organization whose accounts hold nothing at all.
pub fn empty() -> Description {
    edited(|document| {
        open(document);
        document["baseline_iam"] = json!({});
        for account in accounts(document) {
            for list in ["trails", "buckets", "keys"] {
                account[list] = json!([]);
            }
            account["iam"] = json!({});
        }
    })
}
