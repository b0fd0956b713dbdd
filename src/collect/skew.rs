//! A clock that is wrong, told from AWS's refusals of signatures: no policy denied anything, and no key is wrong.
//!
//! The SDK learns the difference from an answer's `Date` and signs anew. What comes here is what it could not correct.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::recorder;

/// Smaller differences are no reason for a refusal: the true one is not known.
const TOLD_FROM: i64 = 60;

/// From this difference on AWS may refuse a signature, whose limit is five minutes.
const REFUSED_FROM: i64 = 240;

/// Whether the last request may have been refused for its time, by the date of the answer.
pub fn is_possible() -> bool {
    dated().is_some_and(|seconds| seconds.abs() >= REFUSED_FROM)
}

/// Whether an error says that the request's time is too far from the server's.
pub fn is_told(code: Option<&str>, message: &str) -> bool {
    let words = || {
        ["Signature expired", "Signature not yet current"]
            .iter()
            .any(|words| message.contains(words))
    };
    match code.unwrap_or_default() {
        "RequestTimeTooSkewed" => true,
        "InvalidSignatureException" | "SignatureDoesNotMatch" => words(),
        _ => false,
    }
}

/// What people can do about it, with the difference where it is known: by AWS's words, else by the answer's date.
pub fn sentence(message: &str) -> String {
    let behind = named(message).or_else(dated).filter(|seconds| seconds.abs() >= TOLD_FROM);
    let Some(behind) = behind else {
        return "this machine's clock is wrong: set it".to_owned();
    };
    let (minutes, side) =
        ((behind.abs() + 30) / 60, if behind > 0 { "behind" } else { "ahead of" });
    format!("this machine's clock is wrong, {minutes} minutes {side} AWS's: set it")
}

/// `Signature expired: SIGNED is now earlier than LIMIT (SERVER - 5 min.)`: how many seconds the server is ahead.
fn named(message: &str) -> Option<i64> {
    let words = message.split([' ', '(', ')']).filter_map(moment);
    let (signed, server) = (words.clone().next()?, words.clone().next_back()?);
    Some(server.as_second() - signed.as_second())
}

fn dated() -> Option<i64> {
    let (signed, server) = recorder::clocks()?;
    let server = Timestamp::try_from(server).ok()?;
    Some(server.as_second() - moment(&signed)?.as_second())
}

/// `20261121T224257Z`.
fn moment(text: &str) -> Option<Timestamp> {
    let time = DateTime::strptime("%Y%m%dT%H%M%SZ", text).ok()?;
    TimeZone::UTC.to_timestamp(time).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_of_another_time_is_told_from_a_wrong_one() {
        let expired = "Signature expired: 20261121T224257Z is now earlier than 20261121T224757Z (20261121T225257Z - 5 min.)";
        let early = "Signature not yet current: 20261121T224257Z is still later than 20261121T223757Z (20261121T223257Z + 5 min.)";
        let wrong =
            "The request signature we calculated does not match the signature you provided.";
        for code in ["InvalidSignatureException", "SignatureDoesNotMatch"] {
            assert!(is_told(Some(code), expired) && is_told(Some(code), early));
            assert!(!is_told(Some(code), wrong));
        }
        assert!(is_told(Some("RequestTimeTooSkewed"), ""));
        assert!(!is_told(Some("AccessDenied"), expired) && !is_told(None, expired));
        assert_eq!(
            sentence(expired),
            "this machine's clock is wrong, 10 minutes behind AWS's: set it"
        );
        assert_eq!(
            sentence(early),
            "this machine's clock is wrong, 10 minutes ahead of AWS's: set it"
        );
        assert_eq!(sentence("too far"), "this machine's clock is wrong: set it");
    }
}
