//! Points in time: written out, or as an age before the description's `now`.

use std::time::SystemTime;

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A point in time, RFC 3339 in JSON.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Moment(DateTime);

impl Default for Moment {
    fn default() -> Self {
        Self(DateTime::from_secs(0))
    }
}

impl Moment {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        DateTime::from_str(text, Format::DateTimeWithOffset).ok().map(Self)
    }

    /// `2026-11-21T22:42:57Z`.
    #[must_use]
    pub fn rfc3339(self) -> String {
        self.0.fmt(Format::DateTime).unwrap_or_default()
    }

    /// `Sat, 21 Nov 2026 22:42:57 GMT`, as in a Date header.
    #[must_use]
    pub fn http_date(self) -> String {
        self.0.fmt(Format::HttpDate).unwrap_or_default()
    }

    /// Whole seconds since 1970.
    #[must_use]
    pub fn epoch_seconds(self) -> i64 {
        self.0.secs()
    }

    /// The same point in time for the standard library.
    #[must_use]
    pub fn system_time(self) -> SystemTime {
        SystemTime::try_from(self.0).unwrap_or(SystemTime::UNIX_EPOCH)
    }

    /// `20261121T224257Z`, as signatures have it.
    pub(crate) fn compact(self) -> String {
        let whole = DateTime::from_secs(self.0.secs());
        whole.fmt(Format::DateTime).unwrap_or_default().replace(['-', ':'], "")
    }

    /// Reads the form of signatures.
    pub(crate) fn parse_compact(text: &str) -> Option<Self> {
        let part = |from: usize, to: usize| text.get(from..to);
        let (_, time) = text.split_once('T').filter(|(date, _)| date.len() == 8)?;
        let (year, month, day) = (part(0, 4)?, part(4, 6)?, part(6, 8)?);
        let (hour, minute, second) = (time.get(0..2)?, time.get(2..4)?, time.get(4..6)?);
        Self::parse(&format!("{year}-{month}-{day}T{hour}:{minute}:{second}Z"))
    }

    /// The whole second that has begun when so much time has passed.
    pub(crate) fn after(self, time: std::time::Duration) -> Self {
        self.later(i64::try_from(time.as_secs()).unwrap_or(i64::MAX))
    }

    /// So many seconds later, or earlier.
    pub(crate) fn later(self, seconds: i64) -> Self {
        Self(DateTime::from_secs(self.0.secs().saturating_add(seconds)))
    }

    fn minutes_earlier(self, minutes: i64) -> Self {
        self.later(minutes.saturating_mul(-60))
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.rfc3339())
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| {
            de::Error::custom(format!("{text:?} is not a time such as 2026-11-21T22:42:57Z"))
        })
    }
}

/// When something happened: a number is an age in minutes (negative: still to come), a text is RFC 3339.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum When {
    /// So many minutes before the description's `now`.
    MinutesAgo(i64),
    /// At this time.
    At(Moment),
}

impl When {
    pub(crate) fn resolve(self, now: Moment) -> Moment {
        match self {
            Self::MinutesAgo(minutes) => now.minutes_earlier(minutes),
            Self::At(moment) => moment,
        }
    }
}
