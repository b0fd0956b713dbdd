//! Values of conditions that are more than text: numbers, times, addresses, bytes.

use std::cmp::Ordering;
use std::net::IpAddr;

use base64::Engine;
use ipnet::IpNet;
use jiff::Timestamp;

/// A decimal number of any length, compared exactly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Decimal {
    pub(crate) negative: bool,
    /// Without leading zeros.
    pub(crate) whole: String,
    /// Without trailing zeros.
    pub(crate) fraction: String,
}

impl Decimal {
    /// A sign, digits, a point and digits; digits on one side of the point are enough.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(digits) => (true, digits),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if whole.len() + fraction.len() == 0 || !all_digits(whole) || !all_digits(fraction) {
            return None;
        }
        let whole = whole.trim_start_matches('0').to_owned();
        let fraction = fraction.trim_end_matches('0').to_owned();
        let zero = whole.is_empty() && fraction.is_empty();
        Some(Self { negative: negative && !zero, whole, fraction })
    }

    fn magnitude(&self, other: &Self) -> Ordering {
        let whole = self.whole.len().cmp(&other.whole.len());
        whole
            .then_with(|| self.whole.cmp(&other.whole))
            .then_with(|| self.fraction.cmp(&other.fraction))
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.negative, other.negative) {
            (false, false) => self.magnitude(other),
            (true, true) => other.magnitude(self),
            (false, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
        }
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// A time: seconds since 1970, or ISO 8601 as the W3C profiles it, from the year alone down to fractions of a second.
/// Without an offset it is UTC.
pub(crate) fn time(text: &str) -> Option<Timestamp> {
    if let Some(digits) = Decimal::parse(text).filter(|_| is_epoch(text)) {
        let seconds: i64 = format!("0{}", digits.whole).parse().ok()?;
        return Timestamp::from_second(if digits.negative { -seconds } else { seconds }).ok();
    }
    let completed = match text.len() {
        4 => format!("{text}-01-01T00:00:00Z"),
        7 => format!("{text}-01T00:00:00Z"),
        10 => format!("{text}T00:00:00Z"),
        _ => text.to_owned(),
    };
    completed.parse().ok().or_else(|| with_time(&completed).parse().ok())
}

/// Digits are seconds, not a year: the specification knows no year alone that is not in quotes of its own.
fn is_epoch(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.' || byte == b'-')
        && text.strip_prefix('-').unwrap_or(text).bytes().all(|byte| byte != b'-')
}

/// The same time with what it may leave out: seconds, and an offset.
fn with_time(text: &str) -> String {
    let (date, time) = text.split_once(['T', 't']).unwrap_or((text, ""));
    let at = time.find(['Z', 'z', '+', '-']).unwrap_or(time.len());
    let (clock, offset) = time.split_at_checked(at).unwrap_or((time, ""));
    let seconds = if clock.len() == 5 { ":00" } else { "" };
    let offset = if offset.is_empty() { "Z" } else { offset };
    format!("{date}T{clock}{seconds}{offset}")
}

/// An address or a block of them; an address alone is a block of one.
pub(crate) fn network(text: &str) -> Option<IpNet> {
    text.parse::<IpNet>().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))
}

/// `true` or `false` in any case.
pub(crate) fn boolean(text: &str) -> Option<bool> {
    let is = |word: &str| text.eq_ignore_ascii_case(word);
    if is("true") { Some(true) } else { is("false").then_some(false) }
}

/// The bytes of a text in base64.
pub(crate) fn bytes(text: &str) -> Option<Vec<u8>> {
    base64::engine::general_purpose::STANDARD.decode(text).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn decimal(text: &str) -> Decimal {
        Decimal::parse(text).unwrap()
    }

    #[test]
    fn numbers_compare_as_numbers() {
        let ascending = [
            "-10",
            "-9.5",
            "-0.01",
            "0",
            "0.009",
            "0.01",
            "9",
            "10",
            "10.1",
            "99999999999999999999",
        ];
        for pair in ascending.windows(2) {
            assert!(decimal(pair[0]) < decimal(pair[1]), "{pair:?}");
        }
        for same in ["-0", "+0.0", "00", ".0", "0."] {
            assert_eq!(decimal(same), decimal("0"), "{same}");
        }
        for none in ["", "-", ".", "1e3", "0x1", "1,5", " 1", "--1", "1.2.3", "١"] {
            assert_eq!(Decimal::parse(none), None, "{none}");
        }
    }

    #[test]
    fn times_are_read_in_every_form_that_policies_use() {
        let at = |text| time(text).map(|time| time.as_second());
        assert_eq!(at("2026-01-01T00:00:00Z"), Some(1_767_225_600));
        for same in [
            "1767225600",
            "2026-01-01",
            "2026-01",
            "2026-01-01T02:00:00+02:00",
            "2026-01-01T00:00Z",
            "2026-01-01T00:00:00",
            "2026-01-01T00:00:00.000Z",
            "2026-01-01T01:00+01:00",
        ] {
            assert_eq!(at(same), at("2026-01-01T00:00:00Z"), "{same}");
        }
        assert_eq!(at("-1"), Some(-1));
        for none in
            ["", "yesterday", "2026-13-01", "2026-01-01T25:00:00Z", "99999999999999999999", "é026"]
        {
            assert_eq!(at(none), None, "{none}");
        }
    }

    #[test]
    fn addresses_and_blocks() {
        let inside = |block: &str, address: &str| {
            network(block).unwrap().contains(&network(address).unwrap())
        };
        assert!(inside("198.51.100.77/24", "198.51.100.1"), "bits behind the prefix do not count");
        assert!(inside("198.51.100.77", "198.51.100.77"));
        assert!(!inside("::/0", "198.51.100.77"));
        assert!(inside("2001:DB8::/32", "2001:db8::1"));
        for none in ["", "300.0.0.1", "10.0.0.0/33", "10.0.0", "10.0.0.0/"] {
            assert_eq!(network(none), None, "{none}");
        }
    }

    proptest! {
        #[test]
        fn numbers_agree_with_integers(one in -2000i64..2000, other in -2000i64..2000) {
            let (a, b) = (decimal(&one.to_string()), decimal(&other.to_string()));
            prop_assert_eq!(a.cmp(&b), one.cmp(&other));
        }

        #[test]
        fn no_text_breaks_them(text in any::<String>()) {
            let _ = (Decimal::parse(&text), time(&text), network(&text), boolean(&text), bytes(&text));
        }
    }
}
