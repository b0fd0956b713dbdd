//! Percent-decoding by RFC 3986: a plus sign is a plus sign.

use crate::error::ParseError;

pub(crate) fn decode(text: &str) -> Result<String, ParseError> {
    let mut bytes = text.bytes().enumerate();
    let mut decoded = Vec::with_capacity(text.len());
    while let Some((offset, byte)) = bytes.next() {
        if byte != b'%' {
            decoded.push(byte);
            continue;
        }
        let mut digit = || bytes.next().and_then(|(_, byte)| char::from(byte).to_digit(16));
        match (digit(), digit()) {
            (Some(high), Some(low)) => {
                decoded.push(u8::try_from(high * 16 + low).unwrap_or_default());
            }
            _ => return Err(ParseError::PercentEncoding { offset }),
        }
    }
    String::from_utf8(decoded)
        .map_err(|error| ParseError::PercentEncoding { offset: error.utf8_error().valid_up_to() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes_what_is_encoded_and_keeps_the_rest() {
        assert_eq!(decode("%7B%22a%22%3A+1%7d").unwrap(), "{\"a\":+1}");
        assert_eq!(decode("%C3%A9é").unwrap(), "éé");
    }

    #[test]
    fn a_broken_escape_names_its_byte() {
        for (text, offset) in [("ab%", 2), ("%4", 0), ("a%zz", 1), ("ab%FF", 2), ("%é", 0)] {
            assert_eq!(decode(text), Err(ParseError::PercentEncoding { offset }), "{text}");
        }
    }
}
