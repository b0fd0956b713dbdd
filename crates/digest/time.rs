//! Instants as CloudTrail writes them, and spans between two of them.

use jiff::Timestamp;
use jiff::tz::Offset;
use serde::{Deserialize, Serialize};

/// Seconds of the hour that a digest normally covers.
pub(crate) const HOUR: i64 = 3_600;

/// A half-open stretch of time: `from` belongs to it, `to` does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Span {
    /// The first instant.
    pub from: Timestamp,
    /// The first instant after it.
    pub to: Timestamp,
}

impl Span {
    /// From one instant to a later one; `None` where the second is not later.
    pub fn new(from: Timestamp, to: Timestamp) -> Option<Self> {
        (from < to).then_some(Self { from, to })
    }

    /// Whether the two have an instant in common.
    pub fn meets(&self, other: &Self) -> bool {
        self.from < other.to && other.from < self.to
    }

    /// Whether the other lies wholly inside.
    pub fn covers(&self, other: &Self) -> bool {
        self.from <= other.from && other.to <= self.to
    }

    /// What the two have in common.
    pub(crate) fn within(&self, other: &Self) -> Option<Self> {
        Self::new(self.from.max(other.from), self.to.min(other.to))
    }
}

/// The instant some seconds later (earlier, where negative); at the ends of time it stays there.
pub(crate) fn shift(instant: Timestamp, seconds: i64) -> Timestamp {
    let second = instant.as_second().saturating_add(seconds);
    Timestamp::from_second(second).unwrap_or(match seconds < 0 {
        true => Timestamp::MIN,
        false => Timestamp::MAX,
    })
}

/// Reads digits, and nothing else, as a number.
fn number(digits: Option<&str>) -> Option<i16> {
    let digits = digits?;
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())?
}

/// Reads the form that object names hold: `20261001T020028Z`, or `20261001T0215Z` without seconds.
pub fn parse_compact(text: &str) -> Option<Timestamp> {
    let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
    if date.len() != 8 || !matches!(time.len(), 4 | 6) {
        return None;
    }
    let small = |digits: Option<&str>| number(digits).and_then(|number| i8::try_from(number).ok());
    let civil = jiff::civil::DateTime::new(
        number(date.get(..4))?,
        small(date.get(4..6))?,
        small(date.get(6..8))?,
        small(time.get(..2))?,
        small(time.get(2..4))?,
        if time.len() == 6 { small(time.get(4..6))? } else { 0 },
        0,
    );
    Offset::UTC.to_timestamp(civil.ok()?).ok()
}

/// Writes that form, to the second: `20261001T020028Z`.
pub fn compact(instant: Timestamp) -> String {
    instant.strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// Writes that form, to the minute: `20261001T0200Z`.
pub(crate) fn compact_minute(instant: Timestamp) -> String {
    instant.strftime("%Y%m%dT%H%MZ").to_string()
}

/// The date as folders are named: `2026/10/01`.
pub fn day_folder(instant: Timestamp) -> String {
    instant.strftime("%Y/%m/%d").to_string()
}

/// The first instant of the day in UTC.
pub(crate) fn day(instant: Timestamp) -> Timestamp {
    shift(instant, -instant.as_second().rem_euclid(24 * HOUR))
}
