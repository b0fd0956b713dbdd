//! What event history told of one name of an event: as much of each event as judging reads, and no credential.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// `TrailHistory` and its kin: the events of one name that one region's history shows, the newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct EventHistory {
    /// The beginning of the time that was asked for.
    pub start_time: Timestamp,
    /// Its end.
    pub end_time: Timestamp,
    /// How many pages were read.
    #[serde(default)]
    pub pages: u32,
    /// Whether AWS had more pages than were read: what is older than the oldest event here was not looked at.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub more: bool,
    /// The events.
    #[serde(default)]
    pub events: Vec<PastEvent>,
}

/// One event. Of the record that CloudTrail keeps, no key id, no session, no user agent and no policy text comes here: of
/// the request and the response only the members that tell what was changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct PastEvent {
    /// CloudTrail's id of it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub event_id: String,
    /// When it happened.
    pub event_time: Timestamp,
    /// What was called.
    pub event_name: String,
    /// The ARN of who called; the service, or the kind of identity, where it has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<String>,
    /// The ARN of the role whose session it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_issuer: Option<String>,
    /// From where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_ip_address: Option<String>,
    /// The error, where the call failed: then nothing was changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_code: Option<String>,
    /// What was asked for, in CloudTrail's spelling.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub request_parameters: Map<String, Value>,
    /// What came of it.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub response_elements: Map<String, Value>,
    /// Whether the record could not be read: it is not known then what was asked for, nor whether the call failed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unreadable: bool,
}
