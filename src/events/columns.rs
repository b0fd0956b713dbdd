//! An event as a row of typed columns, in the bytes that go from the reading threads to the writing one.

use jiff::Timestamp;

use super::record::{Json, Record};
use super::who::Who;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A text.
    Text,
    /// An instant, in milliseconds since 1970.
    Time,
    /// Yes or no.
    Flag,
}

/// The columns: the eight classic ones, what came of it, who it was in full, and what tells one event from another.
pub const COLUMNS: [(&str, Kind); 29] = [
    ("eventTime", Kind::Time),
    ("awsRegion", Kind::Text),
    ("eventSource", Kind::Text),
    ("eventName", Kind::Text),
    ("userName", Kind::Text),
    ("sourceIPAddress", Kind::Text),
    ("userAgent", Kind::Text),
    ("requestParameters", Kind::Text),
    ("errorCode", Kind::Text),
    ("errorMessage", Kind::Text),
    ("responseElements", Kind::Text),
    ("additionalEventData", Kind::Text),
    ("resources", Kind::Text),
    ("userIdentityType", Kind::Text),
    ("userArn", Kind::Text),
    ("principalId", Kind::Text),
    ("userAccountId", Kind::Text),
    ("accessKeyId", Kind::Text),
    ("sessionIssuerArn", Kind::Text),
    ("recipientAccountId", Kind::Text),
    ("eventID", Kind::Text),
    ("requestID", Kind::Text),
    ("sharedEventID", Kind::Text),
    ("eventType", Kind::Text),
    ("eventCategory", Kind::Text),
    ("readOnly", Kind::Flag),
    ("managementEvent", Kind::Flag),
    ("who", Kind::Text),
    ("whoBy", Kind::Text),
];

/// The column that tells how it is known who it was, after the others.
pub const HOW: (&str, Kind) = ("whoHow", Kind::Text);

/// Writes a row: each cell is its length plus one, or nought where there is none, and its bytes.
pub fn row(record: &Record<'_>, who: Option<&Who>, out: &mut Vec<u8>) {
    let identity = record.user_identity.as_ref();
    let context = identity.and_then(|one| one.session_context.as_ref());
    let issuer = context.and_then(|one| one.session_issuer.as_ref());
    let time = record.event_time.as_deref().and_then(|text| text.parse::<Timestamp>().ok());
    let time = time.map(|time| time.as_millisecond().to_be_bytes());
    let flag = |flag: Option<bool>| flag.map(|flag| [u8::from(flag)]);
    let (read_only, management) = (flag(record.read_only), flag(record.management_event));
    let name = record.user_name();
    let text = |text: Option<&str>| text.map(str::as_bytes).map(<[u8]>::to_vec);
    let cells: [Option<Vec<u8>>; 30] = [
        time.map(Vec::from),
        text(record.aws_region.as_deref()),
        text(record.event_source.as_deref()),
        text(record.event_name.as_deref()),
        text(Some(name).filter(|name| !name.is_empty())),
        text(record.source_ip_address.as_deref()),
        text(record.user_agent.as_deref()),
        text(record.request_parameters.map(Json::get)),
        text(record.error_code.as_deref()),
        text(record.error_message.as_deref()),
        text(record.response_elements.map(Json::get)),
        text(record.additional_event_data.map(Json::get)),
        text(record.resources.map(Json::get)),
        text(identity.and_then(|one| one.kind.as_deref())),
        text(identity.and_then(|one| one.arn.as_deref())),
        text(identity.and_then(|one| one.principal_id.as_deref())),
        text(identity.and_then(|one| one.account_id.as_deref())),
        text(identity.and_then(|one| one.access_key_id.as_deref())),
        text(issuer.and_then(|one| one.arn.as_deref())),
        text(record.recipient_account_id.as_deref()),
        text(record.event_id.as_deref()),
        text(record.request_id.as_deref()),
        text(record.shared_event_id.as_deref()),
        text(record.event_type.as_deref()),
        text(record.event_category.as_deref()),
        read_only.map(Vec::from),
        management.map(Vec::from),
        text(who.map(|who| who.who.as_str())),
        text(who.map(|who| who.by.code())),
        text(who.map(|who| who.how.as_str())),
    ];
    for cell in cells {
        let length = cell.as_ref().map_or(0, |bytes| bytes.len() + 1);
        out.extend_from_slice(&u32::try_from(length).unwrap_or(0).to_be_bytes());
        out.extend_from_slice(cell.as_deref().unwrap_or_default());
    }
}

/// Takes the next cell from rows; the outer none where they end, the inner one where the cell is empty.
pub fn cell<'a>(rows: &mut &'a [u8]) -> Option<Option<&'a [u8]>> {
    let (length, rest) = rows.split_first_chunk::<4>()?;
    let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
    let Some(length) = length.checked_sub(1) else {
        *rows = rest;
        return Some(None);
    };
    let (cell, rest) = rest.split_at_checked(length)?;
    *rows = rest;
    Some(Some(cell))
}
