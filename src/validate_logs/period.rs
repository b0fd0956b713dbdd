//! The time that is to be proved, as the flags say it.

use jiff::civil::Date;
use jiff::tz::Offset;
use jiff::{Span as Length, Timestamp};
use trailproof_digest::Span;

use crate::cli::LogsArgs;
use crate::exit::Stop;

/// The time that the flags name. An end that is not given is `now`.
///
/// # Errors
/// A time or period that is none; an end that is not after the start.
pub fn period(args: &LogsArgs, now: Timestamp) -> Result<Span, Stop> {
    if let Some(text) = &args.period {
        return named(text).ok_or_else(|| {
            let expected = "2026, 2026-Q3, 2026-07 or 2026-07-14 is expected";
            Stop::usage(format!("--period: {text:?} is no period; {expected}"))
        });
    }
    let from = instant("--start", args.start.as_deref().unwrap_or_default())?;
    let to = args.end.as_deref().map_or(Ok(now), |text| instant("--end", text))?;
    Span::new(from, to).ok_or_else(|| {
        Stop::usage(format!("--end: {to} is not after {from}, the start; the time is empty"))
    })
}

/// Reads an instant: a day's start, or RFC 3339.
///
/// # Errors
/// A text that is neither.
pub fn instant(flag: &str, text: &str) -> Result<Timestamp, Stop> {
    let day = || start_of(text.parse::<Date>().ok().filter(|_| text.len() == 10)?);
    text.parse().ok().or_else(day).ok_or_else(|| {
        let expected =
            "a day such as 2026-07-01 or a time such as 2026-07-01T00:00:00Z is expected";
        Stop::usage(format!("{flag}: {text:?} is no time; {expected}"))
    })
}

fn start_of(date: Date) -> Option<Timestamp> {
    Offset::UTC.to_timestamp(date.at(0, 0, 0, 0)).ok()
}

fn named(text: &str) -> Option<Span> {
    let digits = |part: &str, length: usize| {
        let right = part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit());
        right.then(|| part.parse::<i8>().ok()).flatten()
    };
    let mut parts = text.split('-');
    let year = parts.next().filter(|part| part.len() == 4)?;
    let year =
        year.bytes().all(|byte| byte.is_ascii_digit()).then(|| year.parse::<i16>().ok())??;
    let rest: Vec<&str> = parts.collect();
    let (month, day, length) = match rest.as_slice() {
        [] => (1, 1, Length::new().years(1)),
        [quarter] if quarter.starts_with(['Q', 'q']) => {
            let quarter = digits(quarter.get(1..)?, 1).filter(|one| (1..=4).contains(one))?;
            (quarter * 3 - 2, 1, Length::new().months(3))
        }
        [month] => (digits(month, 2)?, 1, Length::new().months(1)),
        [month, day] => (digits(month, 2)?, digits(day, 2)?, Length::new().days(1)),
        _ => return None,
    };
    let first = Date::new(year, month, day).ok()?;
    Span::new(start_of(first)?, start_of(first.checked_add(length).ok()?)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_are_whole_and_of_utc() {
        for (text, from, to) in [
            ("2026", "2026-01-01", "2027-01-01"),
            ("2026-Q3", "2026-07-01", "2026-10-01"),
            ("2026-q4", "2026-10-01", "2027-01-01"),
            ("2024-02", "2024-02-01", "2024-03-01"),
            ("2026-12-31", "2026-12-31", "2027-01-01"),
        ] {
            let [from, to] = [from, to].map(|day| instant("", day).unwrap());
            assert_eq!(named(text), Span::new(from, to), "{text}");
        }
        for wrong in ["", "26", "2026-Q5", "2026-13", "2026-1", "2026-02-30", "2026-Q", "2026-é1"]
        {
            assert_eq!(named(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn instants_are_days_or_times() {
        assert_eq!(instant("", "2026-07-01").unwrap().to_string(), "2026-07-01T00:00:00Z");
        let zoned = instant("", "2026-07-01T02:00:00+02:00").unwrap();
        assert_eq!(zoned.to_string(), "2026-07-01T00:00:00Z");
        let wrong = instant("--end", "yesterday").unwrap_err();
        assert!(wrong.message.starts_with("--end: \"yesterday\" is no time"), "{wrong}");
    }
}
