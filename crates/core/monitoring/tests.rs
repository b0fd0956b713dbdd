//! The chain on small worlds.

use super::{Broken, LogDestination};
use crate::answer::EventRule;
use crate::monitoring::concerns_cloudtrail;

#[test]
fn an_arn_places_its_log_group() {
    let arn = "arn:aws:logs:us-east-1:111122223333:log-group:aws/trail:x:*";
    let group = LogDestination::of(arn).unwrap();
    assert_eq!(group.name(), "aws/trail:x");
    assert_eq!((group.owner.as_str(), group.region.as_str()), ("111122223333", "us-east-1"));
    assert_eq!(LogDestination::of("arn:aws:s3:::logs"), None);
    assert_eq!(LogDestination::of("trail"), None);
}

#[test]
fn every_broken_link_has_a_code_of_its_own_and_they_are_in_order() {
    let mut sorted = Broken::ALL.to_vec();
    sorted.sort();
    assert_eq!(sorted, Broken::ALL.to_vec());
    let codes: std::collections::BTreeSet<_> =
        Broken::ALL.iter().map(|link| link.reason()).collect();
    assert_eq!(codes.len(), Broken::ALL.len());
}

#[test]
fn a_rule_that_is_off_or_about_other_events_is_none_of_cloudtrails() {
    let rule = |state: &str, pattern: &str| EventRule {
        state: Some(state.to_owned()),
        event_pattern: pattern.to_owned(),
        ..EventRule::default()
    };
    for (expected, state, pattern) in [
        (true, "ENABLED", r#"{"source": ["aws.cloudtrail"]}"#),
        (true, "ENABLED", r#"{"detail-type": ["AWS API Call via CloudTrail"]}"#),
        (true, "ENABLED", r#"{"detail-type": [{"prefix": "AWS"}]}"#),
        (true, "ENABLED", "not even JSON"),
        (false, "ENABLED", r#"{"detail-type": ["EC2 Instance State-change Notification"]}"#),
        (false, "DISABLED", r#"{"source": ["aws.cloudtrail"]}"#),
    ] {
        assert_eq!(concerns_cloudtrail(&rule(state, pattern)), expected, "{state} {pattern}");
    }
}
