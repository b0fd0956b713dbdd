//! Patterns and events at random, out of one small vocabulary so that they meet.
#![allow(dead_code)]

use serde_json::{Map, Value, json};
use trailproof_filter_pattern::{Kind, Schema};

/// Numbers that are the same on every run (xorshift64*).
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    pub fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % end
    }

    pub fn of<'i, T>(&mut self, items: &'i [T]) -> &'i T {
        &items[self.below(items.len())]
    }

    pub fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }
}

const PLAIN: [&str; 9] = [
    "$.name",
    "$.name",
    "$.source",
    "$.a",
    "$.a.b",
    "$.list[0]",
    "$.list[1].x",
    "$['name']",
    "$.a.b.c",
];
const WILD: [&str; 4] = ["$.list[*]", "$.list[*].x", "$.a.*", "$.list.*"];
const OPERANDS: [&str; 22] = [
    "StopLogging",
    "\"StopLogging\"",
    "Stop*",
    "*Logging",
    "\"*top*\"",
    "S*g",
    "*",
    "\"*\"",
    "5",
    "\"5\"",
    "5.0",
    "1e1",
    "-3",
    "10",
    "true",
    "4*",
    "\"\"",
    "x",
    "%^Stop%",
    "%[0-9]+%",
    "%a|5$%",
    "\"s3.amazonaws.com\"",
];
const NUMBERS: [&str; 5] = ["5", "10", "-3", "5.5", "1e1"];

/// A test, as it may be written.
pub fn test(random: &mut Random) -> String {
    let selector = if random.once_in(5) { random.of(&WILD) } else { random.of(&PLAIN) };
    let blank = random.of(&["", " ", "  "]);
    match random.below(10) {
        0 => format!("{selector} {}", random.of(&["IS NULL", "is null", "IS TRUE", "IS FALSE"])),
        1 => format!("{selector} NOT EXISTS"),
        2 => {
            let op = random.of(&["<", "<=", ">", ">="]);
            format!("{selector}{blank}{op}{blank}{}", random.of(&NUMBERS))
        }
        3 | 4 => format!("{selector}{blank}!={blank}{}", random.of(&OPERANDS)),
        _ => format!("{selector}{blank}={blank}{}", random.of(&OPERANDS)),
    }
}

/// A condition of a few tests, without braces.
pub fn condition(random: &mut Random, depth: usize) -> String {
    match random.below(4) {
        0 | 1 if depth > 0 => {
            let op = random.of(&["&&", "||", " && ", " || "]);
            let parts: Vec<String> =
                (0..2 + random.below(2)).map(|_| condition(random, depth - 1)).collect();
            format!("({})", parts.join(op))
        }
        _ => test(random),
    }
}

fn scalar(random: &mut Random) -> Value {
    let values = [
        json!("StopLogging"),
        json!("StopLogging"),
        json!("StartLogging"),
        json!("Stop"),
        json!("Logging"),
        json!("S*g"),
        json!("Sog"),
        json!("5"),
        json!("5.0"),
        json!("10"),
        json!("-3"),
        json!("4x"),
        json!(""),
        json!("x"),
        json!("a"),
        json!("true"),
        json!("*"),
        json!(5),
        json!(5.5),
        json!(10),
        json!(-3),
        json!(44),
        json!(0),
        json!(true),
        json!(false),
        json!(null),
        json!({}),
        json!([]),
        json!("s3.amazonaws.com"),
    ];
    random.of(&values).clone()
}

/// A record in which every field may be anything, or missing.
pub fn record(random: &mut Random) -> Value {
    let mut members = Map::new();
    for name in ["name", "source", "a", "list"] {
        let value = match (name, random.below(6)) {
            (_, 0) => continue,
            ("a", 1..=3) => {
                let inner =
                    if random.once_in(4) { json!({"c": scalar(random)}) } else { scalar(random) };
                let other = scalar(random);
                if random.once_in(2) {
                    json!({"b": inner})
                } else {
                    json!({"b": inner, "z": other})
                }
            }
            ("list", 1..=4) => {
                let item = |random: &mut Random| match random.below(3) {
                    0 => json!({"x": scalar(random)}),
                    _ => scalar(random),
                };
                (0..random.below(4)).map(|_| item(random)).collect()
            }
            _ => scalar(random),
        };
        members.insert(name.to_owned(), value);
    }
    Value::Object(members)
}

/// A record in which some fields are texts, if they are there at all; [`schema`] says so.
pub fn typed_record(random: &mut Random) -> Value {
    let mut record = record(random);
    let Value::Object(members) = &mut record else { return record };
    members.retain(|name, value| match (name.as_str(), value) {
        ("name" | "source", value) => value.is_string(),
        ("a", Value::Object(inner)) => {
            inner.retain(|_, value| value.is_string() || value.is_null());
            true
        }
        (name, _) => name != "a",
    });
    record
}

/// What is known of such records.
pub fn schema() -> Schema {
    let mut schema = Schema::unknown();
    schema.know("name", false, &[Kind::Text]);
    schema.know("source", false, &[Kind::Text]);
    schema.know("a", false, &[Kind::Object]);
    schema.know("a.b", false, &[Kind::Text, Kind::Null]);
    schema
}
