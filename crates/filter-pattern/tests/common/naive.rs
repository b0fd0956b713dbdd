//! The meaning of JSON patterns written down a second time, as plainly as it goes: what each test takes of a value, in
//! either reading, and nothing else.
#![allow(dead_code)]

use serde_json::Value;
use trailproof_filter_pattern::operand::{Op, Operand};
use trailproof_filter_pattern::pattern::json::{Json, JsonTest};
use trailproof_filter_pattern::{Reading, Step};

pub fn holds(json: &Json, record: &Value, reading: Reading) -> bool {
    match json {
        Json::All(parts) => !parts.iter().any(|part| !holds(part, record, reading)),
        Json::Any(parts) => parts.iter().any(|part| holds(part, record, reading)),
        Json::Test(selector, test) => {
            let mut values = Vec::new();
            reach(record, &selector.steps, &mut values);
            let wild =
                selector.steps.iter().any(|step| matches!(step, Step::Elements | Step::Members));
            match test {
                JsonTest::NotExists => values.is_empty(),
                JsonTest::IsNull => values.contains(&&Value::Null),
                JsonTest::Is(expected) => values.contains(&&Value::Bool(*expected)),
                JsonTest::Compare(op, operand) => {
                    let some = values.iter().any(|value| compares(value, *op, operand, reading));
                    let none_is_equal = !values
                        .iter()
                        .any(|value| compares(value, Op::Equal, operand, Reading::Wide));
                    some && (!wild
                        || *op != Op::NotEqual
                        || reading == Reading::Wide
                        || none_is_equal)
                }
            }
        }
    }
}

fn reach<'v>(value: &'v Value, steps: &[Step], found: &mut Vec<&'v Value>) {
    let Some((step, rest)) = steps.split_first() else {
        found.push(value);
        return;
    };
    match step {
        Step::Key(name) => {
            if let Some(next) = value.as_object().and_then(|members| members.get(name)) {
                reach(next, rest, found);
            }
        }
        Step::Index(index) => {
            if let Some(next) = value.as_array().and_then(|items| items.get(*index)) {
                reach(next, rest, found);
            }
        }
        Step::Elements => {
            for next in value.as_array().into_iter().flatten() {
                reach(next, rest, found);
            }
        }
        Step::Members => {
            for (_, next) in value.as_object().into_iter().flatten() {
                reach(next, rest, found);
            }
        }
    }
}

/// Star by star and letter by letter. Stars inside count where asked for.
fn glob(pattern: &[char], text: &[char], inside: bool, first: bool) -> bool {
    match pattern.split_first() {
        None => text.is_empty(),
        Some((letter, rest)) => {
            let last = rest.iter().all(|letter| *letter == '*');
            let star = *letter == '*' && (first || last || inside);
            let goes_on = |text: &[char]| {
                let first = first && *letter == '*';
                glob(rest, text, inside, first)
            };
            if star && (0..=text.len()).any(|taken| goes_on(&text[taken..])) {
                return true;
            }
            text.first() == Some(letter) && !star && goes_on(&text[1..])
        }
    }
}

fn text_is(pattern: &str, text: &str, reading: Reading) -> bool {
    let letters = |text: &str| text.chars().collect::<Vec<char>>();
    let (pattern, text) = (letters(pattern), letters(text));
    glob(&pattern, &text, false, true)
        || (reading == Reading::Wide && glob(&pattern, &text, true, true))
}

fn as_number(text: &str) -> Option<f64> {
    let first = text.trim_start_matches(['+', '-']).chars().next()?;
    let last = text.chars().last()?;
    let written = text.chars().all(|letter| letter.is_ascii_digit() || "+-.eE".contains(letter));
    (written && first.is_ascii_digit() && last.is_ascii_digit()).then(|| text.parse().ok())?
}

fn compares(value: &Value, op: Op, operand: &Operand, reading: Reading) -> bool {
    let wide = reading == Reading::Wide;
    match (value, operand) {
        (Value::Null | Value::Array(_) | Value::Object(_), _) => false,
        (Value::Bool(value), operand) => {
            let as_text = Value::String(value.to_string());
            wide && compares(&as_text, op, operand, reading)
        }
        (Value::Number(found), Operand::Number(expected)) => {
            let (found, expected) = (found.as_f64().unwrap(), expected.value());
            match op {
                Op::Equal => found == expected,
                Op::NotEqual => found != expected,
                Op::Less => found < expected,
                Op::LessOrEqual => found <= expected,
                Op::Greater => found > expected,
                Op::GreaterOrEqual => found >= expected,
            }
        }
        (Value::String(found), Operand::Number(expected)) => {
            let same_text = found == expected.as_str();
            let number = as_number(found);
            match op {
                Op::Equal => same_text || (wide && number == Some(expected.value())),
                Op::NotEqual if wide => !same_text,
                Op::NotEqual => number.is_some_and(|number| number != expected.value()),
                Op::Less => wide && number.is_some_and(|number| number < expected.value()),
                Op::LessOrEqual => wide && number.is_some_and(|number| number <= expected.value()),
                Op::Greater => wide && number.is_some_and(|number| number > expected.value()),
                Op::GreaterOrEqual => {
                    wide && number.is_some_and(|number| number >= expected.value())
                }
            }
        }
        (Value::String(found), Operand::Text(expected)) => match op {
            Op::Equal => text_is(&expected.text, found, reading),
            _ => !text_is(&expected.text, found, reading.other()),
        },
        (Value::String(found), Operand::Regular(regular)) => {
            regular.is_found_in(found) == (op == Op::Equal)
        }
        (Value::Number(found), Operand::Text(expected)) => {
            let sure = !expected.quoted && (found.is_i64() || found.is_u64());
            let anything = !expected.text.is_empty() && expected.text.replace('*', "").is_empty();
            let is = |reading| text_is(&expected.text, &found.to_string(), reading);
            match (op, reading) {
                _ if anything => op == Op::Equal,
                (Op::Equal, Reading::Narrow) => sure && is(Reading::Narrow),
                (Op::Equal, Reading::Wide) => is(Reading::Wide),
                (_, Reading::Narrow) => sure && !is(Reading::Wide),
                (_, Reading::Wide) => !(sure && is(Reading::Narrow)),
            }
        }
        (Value::Number(found), Operand::Regular(regular)) => {
            wide && (op == Op::NotEqual || regular.is_found_in(&found.to_string()))
        }
    }
}
