//! Tests of one value: whether it is what a pattern asks for, in either reading.

use serde_json::{Number as JsonNumber, Value};

use crate::bridge::Leaf;
use crate::operand::{Number, Op, Operand, Text};
use crate::reading::Reading;

/// What a pattern asks of one value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Test {
    /// A comparison of filter patterns.
    Compare(Op, Operand),
    /// It is null.
    Null,
    /// It is that truth value.
    Is(bool),
    /// It is there, be it null.
    Exists,
    /// A test of event patterns.
    Leaf(Leaf),
}

impl Test {
    /// Whether a value passes; none is a missing field.
    pub(crate) fn holds(&self, value: Option<&Value>, reading: Reading) -> bool {
        match (self, value) {
            (_, None) => false,
            (Self::Exists, Some(_)) => true,
            (Self::Null, Some(value)) => value.is_null(),
            (Self::Is(expected), Some(value)) => value.as_bool() == Some(*expected),
            (Self::Leaf(leaf), Some(value)) => leaf.holds(value, reading),
            (Self::Compare(op, operand), Some(value)) => {
                Comparison { op: *op, operand, reading }.holds(value)
            }
        }
    }
}

struct Comparison<'t> {
    op: Op,
    operand: &'t Operand,
    reading: Reading,
}

impl Comparison<'_> {
    /// A selector has to end at a text or a number: every comparison with null, an object or an array is false, `!=`
    /// too. Truth values answer `IS TRUE` and `IS FALSE`; whether they also compare as texts is open.
    fn holds(&self, value: &Value) -> bool {
        match value {
            Value::String(text) => self.text(text),
            Value::Number(number) => self.number(number),
            Value::Bool(value) => {
                let as_text = if *value { "true" } else { "false" };
                self.reading == Reading::Wide && self.text(as_text)
            }
            Value::Null | Value::Array(_) | Value::Object(_) => false,
        }
    }

    fn text(&self, text: &str) -> bool {
        match (self.op, self.operand) {
            (Op::Equal, operand) => same_text(operand, text, self.reading),
            (Op::NotEqual, Operand::Number(number)) if self.reading == Reading::Narrow => {
                Number::parse(text).is_some_and(|found| found.value() != number.value())
            }
            (Op::NotEqual, operand) => !same_text(operand, text, self.reading.other()),
            (op, Operand::Number(number)) => {
                let found = Number::parse(text).filter(|_| self.reading == Reading::Wide);
                found.is_some_and(|found| op.compares(found.value(), number.value()))
            }
            _ => false,
        }
    }

    fn number(&self, number: &JsonNumber) -> bool {
        match (self.op, self.operand) {
            (op, Operand::Number(expected)) => {
                number.as_f64().is_some_and(|found| op.compares(found, expected.value()))
            }
            (Op::Equal, operand) => same_digits(operand, number, self.reading),
            (Op::NotEqual, operand) => match self.reading {
                Reading::Wide => !same_digits(operand, number, Reading::Narrow),
                // Numbers compare with an unquoted text over their digits; with a quoted one perhaps not at all.
                Reading::Narrow => {
                    matches!(operand, Operand::Text(text) if has_digits(text, number))
                        && !same_digits(operand, number, Reading::Wide)
                }
            },
            _ => false,
        }
    }
}

fn same_text(operand: &Operand, text: &str, reading: Reading) -> bool {
    match operand {
        Operand::Text(expected) => expected.matches(text, reading),
        Operand::Regular(regular) => regular.is_found_in(text),
        Operand::Number(number) => {
            let as_number = || Number::parse(text).is_some_and(|it| it.value() == number.value());
            number.as_str() == text || (reading == Reading::Wide && as_number())
        }
    }
}

/// Whether a number's digits are surely what a text without quotes is compared with.
fn has_digits(text: &Text, number: &JsonNumber) -> bool {
    !text.quoted && !number.is_f64()
}

fn same_digits(operand: &Operand, number: &JsonNumber, reading: Reading) -> bool {
    match operand {
        Operand::Text(text) if text.is_anything() => true,
        Operand::Text(text) => {
            (has_digits(text, number) || reading == Reading::Wide)
                && text.matches(&number.to_string(), reading)
        }
        Operand::Regular(regular) => {
            reading == Reading::Wide && regular.is_found_in(&number.to_string())
        }
        Operand::Number(expected) => number.as_f64() == Some(expected.value()),
    }
}
