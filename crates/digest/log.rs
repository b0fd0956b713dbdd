//! The opening of a log file: whether it reads as one, and what its first event says of where it comes from.

use jiff::Timestamp;
use serde::Deserialize;

/// What the first bytes of a log file say. Nothing of it is proved: that the file's hash does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogHeader {
    /// The first event; `None` where the file holds none, or not all of it was given.
    pub first: Option<FirstEvent>,
}

/// The members of an event that tell where it comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct FirstEvent {
    /// The version of the event's form.
    pub event_version: Option<String>,
    /// When it happened.
    pub event_time: Option<Timestamp>,
    /// Where it happened.
    pub aws_region: Option<String>,
    /// The account that it was delivered to.
    pub recipient_account_id: Option<String>,
}

impl LogHeader {
    /// Reads the uncompressed start of a log file; `None` where no log file starts so.
    pub fn parse(start: &[u8]) -> Option<Self> {
        let inner = symbol(start, b"{").and_then(|rest| symbol(rest, b"\"Records\""))?;
        let events = symbol(inner, b":").and_then(|rest| symbol(rest, b"["))?;
        let mut events = serde_json::Deserializer::from_slice(events).into_iter::<FirstEvent>();
        Some(Self { first: events.next().and_then(Result::ok) })
    }
}

/// What follows a symbol, with white space before it.
fn symbol<'a>(text: &'a [u8], symbol: &[u8]) -> Option<&'a [u8]> {
    text.trim_ascii_start().strip_prefix(symbol)
}
