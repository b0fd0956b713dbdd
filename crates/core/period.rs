//! A time that an audit asks about: a quarter, a month, a year, or from one day to another.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

/// A time from the beginning of its first day to the end of its last one, in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Period {
    /// The first day.
    pub first: Date,
    /// The last day.
    pub last: Date,
}

/// A text that names no time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PeriodError {
    /// None of the forms.
    #[error("{0:?} is no period: 2026-Q3, 2026-09, 2026 or 2026-07-01..2026-09-30 is expected")]
    Form(String),
    /// It ends before it begins.
    #[error("the period {0:?} ends before it begins")]
    Order(String),
}

impl Period {
    /// The first moment.
    #[must_use]
    pub fn from(self) -> Timestamp {
        beginning(self.first).unwrap_or(Timestamp::MIN)
    }

    /// The first moment after it.
    #[must_use]
    pub fn to(self) -> Timestamp {
        self.last.tomorrow().ok().and_then(beginning).unwrap_or(Timestamp::MAX)
    }
}

fn beginning(day: Date) -> Option<Timestamp> {
    day.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
}

fn month(year: i16, month: i8, months: i32) -> Option<Period> {
    let first = Date::new(year, month, 1).ok()?;
    let last = first.checked_add(months.months()).ok()?.yesterday().ok()?;
    Some(Period { first, last })
}

fn named(text: &str) -> Option<Period> {
    let number = |text: &str, digits: usize| -> Option<i16> {
        let plain = text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit());
        plain.then(|| text.parse().ok()).flatten()
    };
    if let Some((first, last)) = text.split_once("..") {
        return Some(Period { first: first.parse().ok()?, last: last.parse().ok()? });
    }
    let Some((year, rest)) = text.split_once('-') else {
        return month(number(text, 4)?, 1, 12);
    };
    let year = number(year, 4)?;
    match rest.strip_prefix(['Q', 'q']) {
        Some(quarter) => {
            let quarter = number(quarter, 1).filter(|quarter| (1..=4).contains(quarter))?;
            month(year, i8::try_from(quarter * 3 - 2).ok()?, 3)
        }
        None => month(year, i8::try_from(number(rest, 2)?).ok()?, 1),
    }
}

impl FromStr for Period {
    type Err = PeriodError;
    fn from_str(text: &str) -> Result<Self, PeriodError> {
        let period = named(text.trim()).ok_or_else(|| PeriodError::Form(text.to_owned()))?;
        if period.last < period.first {
            return Err(PeriodError::Order(text.to_owned()));
        }
        Ok(period)
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} to {}", self.first, self.last)
    }
}

/// What of event history a question is about: the last so many days, or of these what lies in a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reach {
    /// So many days before the reading.
    pub days: u32,
    /// And no other time than this.
    pub period: Option<Period>,
}

impl From<u32> for Reach {
    fn from(days: u32) -> Self {
        Self { days, period: None }
    }
}

impl Reach {
    /// What of a time that was read the question is about; nothing where they do not meet.
    #[must_use]
    pub fn within(&self, from: Timestamp, to: Timestamp) -> Option<(Timestamp, Timestamp)> {
        let ago = SignedDuration::from_hours(i64::from(self.days).saturating_mul(24));
        let from = to.checked_sub(ago).map_or(from, |asked| asked.max(from));
        let (from, to) = match self.period {
            Some(period) => (from.max(period.from()), to.min(period.to())),
            None => (from, to),
        };
        (from <= to).then_some((from, to))
    }
}

/// How much of a period can be told from a snapshot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeriodReport {
    /// The first day.
    pub first: Date,
    /// The last day.
    pub last: Date,
    /// From when to when every account that was read can be told of; absent where that is nothing of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provable: Option<Stretch>,
    /// The rest of it, with the reason and with what would tell.
    pub missing: Vec<Missing>,
}

/// From when to when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stretch {
    /// Its beginning.
    pub from: Timestamp,
    /// Its end.
    pub to: Timestamp,
}

/// A part of a period that cannot be told of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Missing {
    /// Its beginning.
    pub from: Timestamp,
    /// Its end.
    pub to: Timestamp,
    /// Why, a lower-case fragment.
    pub reason: String,
    /// What would tell of it.
    pub proof: String,
}

impl PeriodReport {
    /// Of a period, given from when to when histories were read: where they differ, what all have in common.
    #[must_use]
    pub fn of(period: Period, read: Option<(Timestamp, Timestamp)>) -> Self {
        let (from, to) = (period.from(), period.to());
        let provable = read
            .map(|(start, end)| Stretch { from: from.max(start), to: to.min(end) })
            .filter(|stretch| stretch.from < stretch.to);
        let mut missing = Vec::new();
        match (provable, read) {
            (Some(Stretch { from: start, to: end }), _) => {
                missing.extend((from < start).then(|| before(from, start)));
                missing.extend((end < to).then(|| after(end, to)));
            }
            (None, Some((start, _))) if to <= start => missing.push(before(from, to)),
            (None, Some(_)) => missing.push(after(from, to)),
            (None, None) => missing.push(Missing {
                from,
                to,
                reason: "no event history was read".to_owned(),
                proof: "collect a snapshot with the checks of the group continuity".to_owned(),
            }),
        }
        Self { first: period.first, last: period.last, provable, missing }
    }

    /// In a few words how much of it is told.
    #[must_use]
    pub fn told(&self) -> String {
        let asked = format!("{} to {}", self.first, self.last);
        match self.provable {
            None => format!("nothing of {asked} is told"),
            Some(_) if self.missing.is_empty() => format!("all of {asked} is told"),
            Some(Stretch { from, to }) => format!("of {asked} only {from} to {to} is told"),
        }
    }

    /// One line for each part, for people.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let told = self.provable.map(|stretch| {
            format!(
                "of {} to {} event history tells {} to {}",
                self.first, self.last, stretch.from, stretch.to
            )
        });
        let missing = self.missing.iter().map(|part| {
            format!(
                "of the period {} to {} is not told: {}; {}",
                part.from, part.to, part.reason, part.proof
            )
        });
        told.into_iter().chain(missing).collect()
    }
}

fn before(from: Timestamp, to: Timestamp) -> Missing {
    Missing {
        from,
        to,
        reason: "event history reaches back ninety days from the reading, and no further".to_owned(),
        proof: "a snapshot of that time tells, and so do the digests: aws cloudtrail validate-logs --trail-arn ARN \
                --start-time FROM --end-time TO"
            .to_owned(),
    }
}

fn after(from: Timestamp, to: Timestamp) -> Missing {
    Missing {
        from,
        to,
        reason: "the snapshot was taken before that".to_owned(),
        proof: "collect again once the period is over, within ninety days of its first day"
            .to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Period {
        text.parse().unwrap()
    }

    #[test]
    fn quarters_months_years_and_days_are_periods() {
        for (text, expected) in [
            ("2026-Q3", "2026-07-01 to 2026-09-30"),
            ("2026-q4", "2026-10-01 to 2026-12-31"),
            ("2024-02", "2024-02-01 to 2024-02-29"),
            ("2026", "2026-01-01 to 2026-12-31"),
            ("2026-07-01..2026-07-01", "2026-07-01 to 2026-07-01"),
        ] {
            assert_eq!(read(text).to_string(), expected, "{text}");
        }
        assert_eq!(read("2026-Q3").to().to_string(), "2026-10-01T00:00:00Z");
        for odd in
            ["", "26-Q3", "2026-Q5", "2026-Q0", "2026-13", "2026-1", "+026", "a..b", "2026-Q33"]
        {
            assert!(odd.parse::<Period>().is_err(), "{odd}");
        }
        assert_eq!(
            "2026-02-01..2026-01-01".parse::<Period>(),
            Err(PeriodError::Order("2026-02-01..2026-01-01".into()))
        );
    }

    #[test]
    fn a_quarter_is_told_of_as_far_as_history_reaches() {
        let time = |text: &str| -> Timestamp { text.parse().unwrap() };
        let history = Some((time("2026-08-23T22:42:57Z"), time("2026-11-21T22:42:57Z")));
        let quarter = PeriodReport::of(read("2026-Q3"), history);
        let told = quarter.provable.unwrap();
        assert_eq!(
            (told.from, told.to),
            (time("2026-08-23T22:42:57Z"), time("2026-10-01T00:00:00Z"))
        );
        assert_eq!(quarter.missing.len(), 1);
        assert!(quarter.missing[0].reason.contains("ninety days"));
        assert!(quarter.missing[0].proof.contains("validate-logs"));
        let running = PeriodReport::of(read("2026-Q4"), history);
        assert_eq!(running.missing[0].from, time("2026-11-21T22:42:57Z"));
        for (text, reason) in [("2026-Q1", "ninety days"), ("2027", "before that")] {
            let outside = PeriodReport::of(read(text), history);
            assert_eq!(outside.provable, None);
            assert!(outside.missing[0].reason.contains(reason), "{text}");
        }
        assert!(
            PeriodReport::of(read("2026"), None).missing[0].reason.contains("no event history")
        );
    }
}
