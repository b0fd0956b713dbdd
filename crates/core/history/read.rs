//! CloudTrail's record of an event, reduced to what is kept. The record is somebody else's text: nothing in it is
//! trusted to be there or to be of its kind.

use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::answer::PastEvent;

/// The members of requests and responses that are kept: what tells which object was changed, and how. Policy texts, tags
/// and whatever else a caller may put into a request are not.
const KEPT: [&str; 46] = [
    "accountId",
    "advancedEventSelectors",
    "alarmNames",
    "bucketName",
    "cloudWatchLogsLogGroupArn",
    "configurationRecorderName",
    "destinationParentId",
    "detectorId",
    "enable",
    "enableLogFileValidation",
    "eventDataStore",
    "eventDataStoreArn",
    "eventSelectors",
    "filterName",
    "granteePrincipal",
    "includeGlobalServiceEvents",
    "insightSelectors",
    "isMultiRegionTrail",
    "isOrganizationTrail",
    "keyId",
    "kmsKeyId",
    "logFileValidationEnabled",
    "logGroupName",
    "multiRegionEnabled",
    "muteTargets",
    "name",
    "operations",
    "organizationEnabled",
    "pendingWindowInDays",
    "policyId",
    "retentionInDays",
    "retentionPeriod",
    "retiringPrincipal",
    "rotationPeriodInDays",
    "rule",
    "s3BucketName",
    "s3KeyPrefix",
    "servicePrincipal",
    "sourceParentId",
    "subscriptionArn",
    "targetId",
    "terminationProtectionEnabled",
    "topicArn",
    "trailARN",
    "trailArn",
    "trailName",
];

/// The longest text that is kept of one member, in bytes; of who, whence and which error.
const LONGEST: usize = 2048;
/// The longest request or response that is kept, in bytes of JSON: 500 values of selectors, each as long as they may be.
const LARGEST: usize = 1 << 18;

/// What `LookupEvents` says of an event beside its record.
#[derive(Debug, Clone, Copy)]
pub struct Envelope<'a> {
    /// CloudTrail's id of the event.
    pub event_id: &'a str,
    /// The name that was asked for.
    pub event_name: &'a str,
    /// When it happened.
    pub event_time: Timestamp,
    /// The service that was called, where that is said.
    pub event_source: Option<&'a str>,
}

/// The event, where it is one of that source. A record that cannot be read leaves an event of which no more is known
/// than that it happened.
#[must_use]
pub fn past_event(
    envelope: &Envelope<'_>,
    record: Option<&str>,
    source: &str,
) -> Option<PastEvent> {
    let parsed = record.and_then(|text| serde_json::from_str::<Value>(text).ok());
    let record = parsed.as_ref().and_then(Value::as_object);
    let named = record.and_then(|record| text(record, "eventSource"));
    let said = named.as_deref().or(envelope.event_source);
    if said.is_some_and(|said| said != source) {
        return None;
    }
    let unread = PastEvent {
        event_id: shortened(envelope.event_id),
        event_time: envelope.event_time,
        event_name: envelope.event_name.to_owned(),
        actor: None,
        session_issuer: None,
        source_ip_address: None,
        error_code: None,
        request_parameters: Map::new(),
        response_elements: Map::new(),
        unreadable: true,
    };
    Some(record.and_then(|record| reduced(record, &unread)).unwrap_or(unread))
}

fn reduced(record: &Map<String, Value>, unread: &PastEvent) -> Option<PastEvent> {
    if text(record, "eventName")? != unread.event_name {
        return None;
    }
    let identity = record.get("userIdentity").and_then(Value::as_object);
    let of = |name: &str| identity.and_then(|identity| text(identity, name));
    let issuer = identity
        .and_then(|identity| identity.get("sessionContext")?.get("sessionIssuer")?.as_object())
        .and_then(|issuer| text(issuer, "arn"));
    // A call that failed carries a code, or at least a message.
    let failed = record.get("errorMessage").filter(|message| !message.is_null());
    let error = text(record, "errorCode").or_else(|| failed.map(|_| "errorMessage".to_owned()));
    Some(PastEvent {
        actor: of("arn").or_else(|| of("invokedBy")).or_else(|| of("type")),
        session_issuer: issuer,
        source_ip_address: text(record, "sourceIPAddress"),
        error_code: error,
        request_parameters: kept(record.get("requestParameters"))?,
        response_elements: kept(record.get("responseElements"))?,
        unreadable: false,
        ..unread.clone()
    })
}

/// The members that are kept; none inside where there is more of them than any call could have.
fn kept(members: Option<&Value>) -> Option<Map<String, Value>> {
    let Some(members) = members.and_then(Value::as_object) else { return Some(Map::new()) };
    let kept = members.iter().filter(|(name, _)| KEPT.contains(&name.as_str()));
    let kept: Map<String, Value> =
        kept.map(|(name, value)| (name.clone(), value.clone())).collect();
    let size = serde_json::to_string(&kept).map_or(usize::MAX, |text| text.len());
    (size <= LARGEST).then_some(kept)
}

fn text(members: &Map<String, Value>, name: &str) -> Option<String> {
    members.get(name).and_then(Value::as_str).filter(|text| !text.is_empty()).map(shortened)
}

fn shortened(text: &str) -> String {
    let end = (0..=text.len().min(LONGEST)).rev().find(|end| text.is_char_boundary(*end));
    text.get(..end.unwrap_or_default()).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const CLOUDTRAIL: &str = "cloudtrail.amazonaws.com";

    fn read(record: Option<&str>) -> Option<PastEvent> {
        let envelope = Envelope {
            event_id: "5f9a",
            event_name: "StopLogging",
            event_time: "2026-10-03T10:00:00Z".parse().unwrap(),
            event_source: Some(CLOUDTRAIL),
        };
        past_event(&envelope, record, CLOUDTRAIL)
    }

    const RECORD: &str = r#"{"eventVersion": "1.11", "userIdentity": {"type": "AssumedRole",
        "principalId": "AROA:ops", "arn": "arn:aws:sts::111122223333:assumed-role/Ops/ann",
        "accountId": "111122223333", "accessKeyId": "ASIASECRETSECRET",
        "sessionContext": {"sessionIssuer": {"arn": "arn:aws:iam::111122223333:role/Ops"},
        "attributes": {"mfaAuthenticated": "false"}}}, "eventTime": "2026-10-03T10:00:00Z",
        "eventSource": "cloudtrail.amazonaws.com", "eventName": "StopLogging",
        "sourceIPAddress": "192.0.2.7", "userAgent": "aws-cli", "requestParameters":
        {"name": "audit", "password": "hunter2"}, "responseElements": null}"#;

    #[test]
    fn an_event_tells_who_did_what_from_where_and_keeps_no_credential() {
        let event = read(Some(RECORD)).unwrap();
        assert_eq!(event.actor.as_deref(), Some("arn:aws:sts::111122223333:assumed-role/Ops/ann"));
        assert_eq!(event.session_issuer.as_deref(), Some("arn:aws:iam::111122223333:role/Ops"));
        assert_eq!(event.source_ip_address.as_deref(), Some("192.0.2.7"));
        assert_eq!((event.error_code.as_deref(), event.unreadable), (None, false));
        let written = serde_json::to_string(&event).unwrap();
        for secret in ["ASIA", "hunter2", "AROA", "aws-cli"] {
            assert!(!written.contains(secret), "{written}");
        }
        assert!(written.contains("audit"));
    }

    #[test]
    fn a_call_that_failed_says_so_by_its_code_or_its_message() {
        let with = |more: &str| read(Some(&RECORD.replacen('{', &format!("{{{more},"), 1)));
        let denied = with(r#""errorCode": "AccessDenied""#).unwrap();
        assert_eq!(denied.error_code.as_deref(), Some("AccessDenied"));
        assert!(with(r#""errorMessage": "no""#).unwrap().error_code.is_some());
        assert_eq!(with(r#""errorMessage": null"#).unwrap().error_code, None);
    }

    #[test]
    fn what_cannot_be_read_stays_an_event_and_what_is_anothers_is_none() {
        let cut = &RECORD[..RECORD.len() / 2];
        for odd in [None, Some(""), Some("[]"), Some("7"), Some(cut), Some(r#"{"eventName": 7}"#)] {
            assert!(read(odd).unwrap().unreadable, "{odd:?}");
        }
        let renamed = RECORD.replace("StopLogging", "StartLogging");
        assert!(read(Some(&renamed)).unwrap().unreadable);
        let large = RECORD.replace("\"audit\"", &format!("{:?}", "x".repeat(LARGEST)));
        assert!(read(Some(&large)).unwrap().unreadable);
        assert_eq!(read(Some(&RECORD.replace(CLOUDTRAIL, "elsewhere.amazonaws.com"))), None);
    }

    proptest! {
        #[test]
        fn no_record_is_a_panic(text in ".{0,200}", at in 0..RECORD.len()) {
            let mut cut = RECORD.to_owned();
            cut.insert_str((0..=at).rev().find(|at| RECORD.is_char_boundary(*at)).unwrap(), &text);
            for record in [text, cut] {
                let _ = read(Some(&record));
            }
        }
    }
}
