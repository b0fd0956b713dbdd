//! An event as a row of typed columns.

use jiff::Timestamp;

use super::cells;
use super::record::{Json, Record, Text};
use super::who::Who;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A text.
    Text,
    /// A short one that comes often, or that files are sought by.
    Word,
    /// A text that comes once most often: an id, or a whole JSON value.
    Once,
    /// An instant, in milliseconds since 1970.
    Time,
    /// Yes or no.
    Flag,
}

/// The columns: the eight classic ones, what came of it, who it was in full, and what tells one event from another.
pub const COLUMNS: [(&str, Kind); 30] = [
    ("eventTime", Kind::Time),
    ("awsRegion", Kind::Word),
    ("eventSource", Kind::Word),
    ("eventName", Kind::Word),
    ("userName", Kind::Text),
    ("sourceIPAddress", Kind::Text),
    ("userAgent", Kind::Text),
    ("requestParameters", Kind::Once),
    ("errorCode", Kind::Word),
    ("errorMessage", Kind::Once),
    ("responseElements", Kind::Once),
    ("additionalEventData", Kind::Once),
    ("resources", Kind::Once),
    ("userIdentityType", Kind::Word),
    ("userArn", Kind::Text),
    ("principalId", Kind::Text),
    ("userAccountId", Kind::Word),
    ("accessKeyId", Kind::Word),
    ("sessionIssuerArn", Kind::Text),
    ("recipientAccountId", Kind::Word),
    ("eventID", Kind::Once),
    ("requestID", Kind::Once),
    ("sharedEventID", Kind::Once),
    ("eventType", Kind::Word),
    ("eventCategory", Kind::Word),
    ("readOnly", Kind::Flag),
    ("managementEvent", Kind::Flag),
    ("who", Kind::Text),
    ("whoBy", Kind::Word),
    ("whoHow", Kind::Text),
];

/// Writes all of a row that the event itself tells, a cell after the other.
pub fn row(record: &Record<'_>, out: &mut Vec<u8>) {
    let identity = record.user_identity.as_ref();
    let context = identity.and_then(|one| one.session_context.as_ref());
    let issuer = context.and_then(|one| one.session_issuer.as_ref());
    let time = record.event_time.as_deref().and_then(|text| text.parse::<Timestamp>().ok());
    let time = time.map(|time| time.as_millisecond().to_be_bytes());
    let flag = |flag: Option<bool>| flag.map(|flag| [u8::from(flag)]);
    let (read_only, management) = (flag(record.read_only), flag(record.management_event));
    let name = record.user_name();
    let cells: [Option<&[u8]>; 27] = [
        time.as_ref().map(<[u8; 8]>::as_slice),
        text(&record.aws_region),
        text(&record.event_source),
        text(&record.event_name),
        Some(name.as_bytes()).filter(|name| !name.is_empty()),
        text(&record.source_ip_address),
        text(&record.user_agent),
        json(record.request_parameters),
        text(&record.error_code),
        text(&record.error_message),
        json(record.response_elements),
        json(record.additional_event_data),
        json(record.resources),
        identity.and_then(|one| text(&one.kind)),
        identity.and_then(|one| text(&one.arn)),
        identity.and_then(|one| text(&one.principal_id)),
        identity.and_then(|one| text(&one.account_id)),
        identity.and_then(|one| text(&one.access_key_id)),
        issuer.and_then(|one| text(&one.arn)),
        text(&record.recipient_account_id),
        text(&record.event_id),
        text(&record.request_id),
        text(&record.shared_event_id),
        text(&record.event_type),
        text(&record.event_category),
        read_only.as_ref().map(<[u8; 1]>::as_slice),
        management.as_ref().map(<[u8; 1]>::as_slice),
    ];
    cells.into_iter().for_each(|cell| cells::put(cell, out));
}

/// Writes what is left of a row: who it was.
pub fn who(who: Option<&Who>, out: &mut Vec<u8>) {
    let cells = [
        who.map(|who| who.who.as_str()),
        who.map(|who| who.by.code()),
        who.map(|who| who.how.as_str()),
    ];
    cells.into_iter().for_each(|cell| cells::put(cell.map(str::as_bytes), out));
}

fn text<'a>(text: &'a Option<Text<'_>>) -> Option<&'a [u8]> {
    text.as_deref().map(str::as_bytes)
}

fn json(value: Option<Json<'_>>) -> Option<&[u8]> {
    value.map(|value| value.get().as_bytes())
}
