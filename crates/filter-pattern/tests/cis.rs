//! The filters that the CIS benchmark prescribes, their equivalents, and those that only look like them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod common;

use common::{SETS, all, ask, set};
use trailproof_filter_pattern::{Answer, Doubt, Event};

/// The patterns as the benchmark prints them, spelt here in its manner.
const PRESCRIBED: &[(&str, &str)] = &[
    (
        "unauthorized-api-calls",
        r#"{($.errorCode ="*UnauthorizedOperation") || ($.errorCode ="AccessDenied*") && ($.sourceIPAddress!="delivery.logs.amazonaws.com") && ($.eventName!="HeadBucket") }"#,
    ),
    (
        "unauthorized-api-calls",
        r#"{ ($.errorCode = "*UnauthorizedOperation") || ($.errorCode = "AccessDenied*") }"#,
    ),
    (
        "console-signin-without-mfa",
        r#"{ ($.eventName = "ConsoleLogin") && ($.additionalEventData.MFAUsed != "Yes") && ($.userIdentity.type = "IAMUser") && ($.responseElements.ConsoleLogin = "Success") }"#,
    ),
    (
        "console-signin-without-mfa",
        r#"{ ($.eventName = "ConsoleLogin") && ($.additionalEventData.MFAUsed != "Yes") }"#,
    ),
    (
        "root-usage",
        r#"{ $.userIdentity.type = "Root" && $.userIdentity.invokedBy NOT EXISTS && $.eventType != "AwsServiceEvent" }"#,
    ),
    (
        "console-auth-failures",
        r#"{ ($.eventName = ConsoleLogin) && ($.errorMessage = "Failed authentication") }"#,
    ),
    (
        "cmk-disable-or-delete",
        "{($.eventSource = kms.amazonaws.com) && (($.eventName=DisableKey)||($.eventName=ScheduleKeyDeletion)) }",
    ),
    (
        "s3-bucket-policy-changes",
        "{ ($.eventSource = s3.amazonaws.com) && (($.eventName = PutBucketAcl) || ($.eventName = PutBucketPolicy) || ($.eventName = PutBucketCors) || ($.eventName = PutBucketLifecycle) || ($.eventName = PutBucketReplication) || ($.eventName = DeleteBucketPolicy) || ($.eventName = DeleteBucketCors) || ($.eventName = DeleteBucketLifecycle) || ($.eventName = DeleteBucketReplication)) }",
    ),
    (
        "config-changes",
        "{ ($.eventSource = config.amazonaws.com) && (($.eventName=StopConfigurationRecorder)||($.eventName=DeleteDeliveryChannel) ||($.eventName=PutDeliveryChannel)||($.eventName=PutConfigurationRecorder)) }",
    ),
];

/// A filter with one alternative for each name, in the order given.
fn naming(names: &[&str]) -> String {
    let alternatives: Vec<String> =
        names.iter().map(|name| format!("($.eventName = {name})")).collect();
    format!("{{ {} }}", alternatives.join(" || "))
}

#[track_caller]
fn proved(id: &str, patterns: &[&str]) {
    assert_eq!(ask(id, patterns), Answer::Proved, "{id} {patterns:?}");
}

/// The event that slips through, of which a member is named.
#[track_caller]
fn slips(id: &str, patterns: &[&str], pointer: &str) -> Option<serde_json::Value> {
    let Answer::Refuted(event) = ask(id, patterns) else {
        panic!("{id} {patterns:?}: {:?}", ask(id, patterns));
    };
    let record = Event::of_json(&event);
    assert!(set(id).contains(&record), "{event}");
    for pattern in patterns {
        let pattern = trailproof_filter_pattern::FilterPattern::parse(pattern).unwrap();
        assert!(!pattern.matches(&record), "{event}");
    }
    event.pointer(pointer).cloned()
}

#[test]
fn what_the_benchmark_prescribes_is_enough() {
    for (id, pattern) in PRESCRIBED {
        proved(id, &[pattern]);
    }
}

#[test]
fn every_set_has_an_event_and_is_missed_by_another_filter() {
    for (id, _) in all() {
        let Answer::Refuted(event) = ask(id, &["{ $.eventName = Nothing }"]) else {
            panic!("{id}")
        };
        assert!(set(id).contains(&Event::of_json(&event)), "{id} {event}");
        proved(id, &[""]);
    }
}

#[test]
fn names_in_any_order_split_over_filters_are_enough_and_each_name_is_needed() {
    for set in SETS.iter() {
        let mut names = set.names();
        proved(set.id, &[&naming(&names)]);
        names.reverse();
        proved(set.id, &[&naming(&names)]);
        let (some, others) = names.split_at(names.len() / 2);
        proved(set.id, &[&naming(some), &naming(others)]);
        for left_out in &names {
            let rest: Vec<&str> = names.iter().copied().filter(|name| name != left_out).collect();
            let filter = naming(&rest);
            let found = slips(set.id, &[&filter], "/eventName");
            assert_eq!(found.unwrap(), **left_out);
        }
    }
}

const TRAIL: &str = "cloudtrail-changes";

#[test]
fn equivalents_are_enough() {
    for pattern in [
        r#"{($.eventName=StopLogging)||($.eventName="DeleteTrail")||$.eventName=UpdateTrail||$.eventName="CreateTrail"||($.eventName=StartLogging)}"#,
        "{ $.eventSource = cloudtrail.amazonaws.com }",
        r#"{ $.eventSource = "cloudtrail*" }"#,
        "{ $.eventSource = cloudtrail.amazonaws.com && ($.eventName = *Trail || $.eventName = *Logging) }",
        "{ $.eventName = %Trail|Logging% }",
        "{ $.eventName = %^Create|^Update% || $.eventName = * }",
        // De Morgan: not one of the names that are not required.
        r#"{ $.eventSource = "cloudtrail.amazonaws.com" && $.eventName != "DescribeTrails" && $.eventName != "Get*" }"#,
        r#"{ $.eventSource = cloudtrail.amazonaws.com && ($.eventName != CreateTrail || $.eventName = CreateTrail) }"#,
        r#"{ $.eventName != "Describe*" && $.eventSource != "ec2.amazonaws.com" }"#,
        "?CreateTrail ?UpdateTrail ?DeleteTrail ?StartLogging ?StopLogging",
        r#"?"eventName\":\"CreateTrail" ?UpdateTrail ?DeleteTrail ?Logging"#,
        "%CreateTrail|UpdateTrail|DeleteTrail|StartLogging|StopLogging%",
        "cloudtrail",
        "[]",
        "[...]",
    ] {
        proved(TRAIL, &[pattern]);
    }
    proved(TRAIL, &["{ $.eventName = *Trail }", "StartLogging", "%StopL[a-z]+%"]);
    proved(
        TRAIL,
        &[
            "{ $.eventName = *Trail && $.awsRegion = us-* }",
            "{ $.eventName = *Trail && $.awsRegion != us-* }",
            "?StartLogging ?StopLogging",
        ],
    );
}

#[test]
fn near_misses_are_refuted_by_an_event() {
    let all = "($.eventName = CreateTrail || $.eventName = UpdateTrail || $.eventName = DeleteTrail || $.eventName = StartLogging || $.eventName = StopLogging)";
    let with = |rest: &str| format!("{{ {all} {rest} }}");
    // All names, but together.
    let anded = all.replace("||", "&&");
    assert!(slips(TRAIL, &[&format!("{{ {anded} }}")], "/eventName").is_some());
    // All names, but narrowed.
    let narrowed = with("&& $.awsRegion = us-east-1");
    assert_ne!(slips(TRAIL, &[&narrowed], "/awsRegion").unwrap(), "us-east-1");
    let narrowed = with(r#"&& $.userIdentity.type != "AssumedRole""#);
    assert_eq!(slips(TRAIL, &[&narrowed], "/userIdentity/type").unwrap(), "AssumedRole");
    let narrowed = with("&& $.sourceIPAddress != 10.*");
    let address = slips(TRAIL, &[&narrowed], "/sourceIPAddress").unwrap();
    assert_eq!(address, "10.51.100.7");
    // A field that most events lack: `!=` is false for them.
    let narrowed = with(r#"&& $.userIdentity.invokedBy != "config.amazonaws.com""#);
    assert_eq!(slips(TRAIL, &[&narrowed], "/userIdentity/invokedBy"), None);
    let narrowed = with("&& $.errorCode NOT EXISTS");
    assert!(slips(TRAIL, &[&narrowed], "/errorCode").is_some());
    let narrowed = with("&& $.responseElements IS NULL");
    assert_ne!(slips(TRAIL, &[&narrowed], "/responseElements"), Some(serde_json::Value::Null));
    let narrowed = with("&& $.requestParameters.name = *");
    slips(TRAIL, &[&narrowed], "/eventName");
    let narrowed = with("&& $.recipientAccountId = 111122223333");
    assert_ne!(slips(TRAIL, &[&narrowed], "/recipientAccountId"), Some("111122223333".into()));
    // Case, objects, and what matches nothing.
    for pattern in [
        "{ $.eventName = stoplogging || $.eventName = *Trail || $.eventName = StartLogging }",
        r#"{ $.userIdentity != "x" }"#,
        r#"{ $.eventName != "*" }"#,
        "{ $.eventName = Stop* && $.eventSource = cloudtrail.amazonaws.com }",
        "{ $.eventVersion.StopLogging = * }",
        "StopLogging CreateTrail",
        "?CreateTrail ?StopLogging cloudwatch",
        r#"cloudtrail -"config.amazonaws.com""#,
        r#"[first = "x", ...]"#,
        "[a, b]",
        "%^StopLogging$%",
        "{ $.eventName = %^Stop% }",
    ] {
        slips(TRAIL, &[pattern], "/eventName");
    }
    // Precedence: && binds to the second half alone.
    let missed = slips(
        "unauthorized-api-calls",
        &[
            r#"{ $.errorCode = "*UnauthorizedOperation" && $.awsRegion = us-east-1 || $.errorCode = "AccessDenied*" }"#,
        ],
        "/errorCode",
    );
    assert!(missed.unwrap().as_str().unwrap().ends_with("UnauthorizedOperation"));
    let root = r#"{ $.userIdentity.type = "Root" && $.userIdentity.invokedBy IS NULL }"#;
    slips("root-usage", &[root], "/eventType");
}

#[test]
fn what_the_documentation_leaves_open_is_not_told() {
    let star = "{ $.eventSource = cloudtrail.amazonaws.com && ($.eventName = S*Logging || $.eventName = *Trail) }";
    let Answer::Unclear(Doubt::Reading(test)) = ask(TRAIL, &[star]) else { panic!() };
    assert_eq!(test, "$.eventName = S*Logging");
    let enough = "{ $.eventName = S*Logging || $.eventSource = cloud* }";
    proved(TRAIL, &[enough]);
    let open = r#"{ $.eventSource = cloudtrail.amazonaws.com && ($.readOnly != "x" || $.readOnly NOT EXISTS) }"#;
    assert!(matches!(ask(TRAIL, &[open]), Answer::Unclear(Doubt::Reading(_))));
    // A text that all tried events contain proves nothing about the others.
    assert_eq!(ask(TRAIL, &["eventVersion"]), Answer::Unclear(Doubt::Text));
}

#[test]
fn wildcard_selectors_are_decided() {
    let tagged = "{ $.eventSource = cloudtrail.amazonaws.com && $.resources[*].type = x }";
    slips(TRAIL, &[tagged], "/eventName");
    let both = "{ $.eventSource = cloudtrail.amazonaws.com && ($.resources[*].type = x || $.eventName = *) }";
    proved(TRAIL, &[both]);
    proved(TRAIL, &["{ $.* = cloudtrail.amazonaws.com }"]);
    proved(TRAIL, &["{ $.userIdentity.* = Root || $.eventSource = cloud* }"]);
    proved(
        TRAIL,
        &[
            "{ $.resources[0].type NOT EXISTS || $.resources[*].type = * || $.eventSource = cloud* }",
        ],
    );
}
