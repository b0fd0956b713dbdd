//! Tests of single values in event patterns.

use std::net::IpAddr;

use serde_json::Value;

use crate::operand::{Number, Op};
use crate::reading::Reading;

/// What an event pattern asks of a value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Leaf {
    /// The same value: texts by their letters, numbers by their value.
    Literal(Scalar),
    /// `prefix`: a text that begins so.
    Prefix {
        /// The beginning.
        text: String,
        /// Whether the case of (ASCII) letters does not count.
        fold: bool,
    },
    /// `suffix`: a text that ends so.
    Suffix {
        /// The end.
        text: String,
        /// Whether the case of (ASCII) letters does not count.
        fold: bool,
    },
    /// `equals-ignore-case`: a text that differs in the case of (ASCII) letters at most.
    EqualsIgnoreCase(String),
    /// `wildcard`: a text made of these pieces, in this order, with any text between two of them.
    Wildcard(Vec<String>),
    /// `anything-but`: a value that passes none of these. A missing field has no value.
    AnythingBut(Vec<Leaf>),
    /// `numeric`: a number that passes all comparisons.
    Numeric(Vec<(Op, Number)>),
    /// `exists`: whether there is a value.
    Exists(bool),
    /// `cidr`: the text of an address in that block.
    Cidr(Block),
}

/// A value of a pattern.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scalar {
    /// null
    Null,
    /// true or false
    Bool(bool),
    /// A number.
    Number(Number),
    /// A text.
    Text(String),
}

/// A block of addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Block {
    address: IpAddr,
    length: u8,
}

impl Block {
    /// Reads an address, a slash and the number of bits that count.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (address, length) = text.split_once('/')?;
        let (address, length): (IpAddr, u8) = (address.parse().ok()?, length.parse().ok()?);
        let most = if address.is_ipv4() { 32 } else { 128 };
        (length <= most).then_some(Self { address, length })
    }

    /// Whether an address lies in it.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address) {
            (IpAddr::V4(block), IpAddr::V4(address)) => {
                let different = block.to_bits() ^ address.to_bits();
                different.checked_shr(32 - u32::from(self.length)).unwrap_or(0) == 0
            }
            (IpAddr::V6(block), IpAddr::V6(address)) => {
                let different = block.to_bits() ^ address.to_bits();
                different.checked_shr(128 - u32::from(self.length)).unwrap_or(0) == 0
            }
            _ => false,
        }
    }

    /// The address it is named by.
    #[must_use]
    pub fn address(&self) -> IpAddr {
        self.address
    }

    /// The number of bits that count.
    #[must_use]
    pub fn length(&self) -> u8 {
        self.length
    }
}

impl Leaf {
    /// Whether a value that is neither an object nor an array passes.
    pub(crate) fn holds(&self, value: &Value, reading: Reading) -> bool {
        if matches!(value, Value::Object(_) | Value::Array(_)) {
            return false;
        }
        match (self, value) {
            (Self::Exists(expected), _) => *expected,
            (Self::Literal(expected), value) => expected.is(value),
            (Self::AnythingBut(others), value) => {
                let sure = others.iter().all(|other| other.is_about(value));
                let other = !others.iter().any(|other| other.holds(value, reading.other()));
                other && (sure || reading == Reading::Wide)
            }
            (Self::Numeric(limits), Value::Number(number)) => {
                let number = number.as_f64().unwrap_or_default();
                limits.iter().all(|(op, limit)| op.compares(number, limit.value()))
            }
            (other, Value::String(text)) => other.takes(text),
            _ => false,
        }
    }

    fn takes(&self, text: &str) -> bool {
        match self {
            Self::Prefix { text: start, fold } => {
                text.get(..start.len()).is_some_and(|found| same(start, found, *fold))
            }
            Self::Suffix { text: end, fold } => {
                let at = text.len().checked_sub(end.len());
                at.and_then(|at| text.get(at..)).is_some_and(|found| same(end, found, *fold))
            }
            Self::EqualsIgnoreCase(expected) => expected.eq_ignore_ascii_case(text),
            Self::Wildcard(pieces) => in_order(pieces, text),
            Self::Cidr(block) => text.parse().is_ok_and(|address| block.contains(address)),
            _ => false,
        }
    }

    /// Whether it is a test of values of that type. AWS does not say whether `anything-but` a text takes a number.
    fn is_about(&self, value: &Value) -> bool {
        match self {
            Self::Literal(Scalar::Number(_)) | Self::Numeric(_) => value.is_number(),
            Self::Literal(Scalar::Bool(_)) => value.is_boolean(),
            Self::Literal(Scalar::Null) => value.is_null(),
            _ => value.is_string(),
        }
    }
}

fn same(expected: &str, found: &str, fold: bool) -> bool {
    if fold { expected.eq_ignore_ascii_case(found) } else { expected == found }
}

fn in_order(pieces: &[String], text: &str) -> bool {
    match pieces {
        [] => text.is_empty(),
        [only] => only == text,
        [first, middle @ .., last] => {
            let between = text.strip_prefix(first.as_str());
            let mut rest = between.and_then(|text| text.strip_suffix(last.as_str()));
            for piece in middle {
                rest = rest.and_then(|text| text.split_once(piece.as_str())).map(|(_, rest)| rest);
            }
            rest.is_some()
        }
    }
}

impl Scalar {
    fn is(&self, value: &Value) -> bool {
        match (self, value) {
            (Self::Null, Value::Null) => true,
            (Self::Bool(expected), Value::Bool(found)) => expected == found,
            (Self::Number(expected), Value::Number(found)) => {
                found.as_f64() == Some(expected.value())
            }
            (Self::Text(expected), Value::String(found)) => expected == found,
            _ => false,
        }
    }
}
