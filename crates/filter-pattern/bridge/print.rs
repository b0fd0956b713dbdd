//! Event patterns written as JSON.

use std::fmt;

use serde_json::{Map, Value, json};

use crate::bridge::{Clause, EventPattern, Leaf, Scalar};
use crate::operand::Number;

impl EventPattern {
    /// The pattern as JSON.
    #[must_use]
    pub fn to_value(&self) -> Value {
        written(&self.clauses)
    }
}

impl fmt::Display for EventPattern {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", self.to_value())
    }
}

fn written(clauses: &[Clause]) -> Value {
    let member = |clause: &Clause| match clause {
        Clause::Field(name, tests) => (name.clone(), tests.iter().map(leaf).collect()),
        Clause::Nested(name, inner) => (name.clone(), written(inner)),
        Clause::Either(groups) => {
            ("$or".to_owned(), groups.iter().map(|group| written(group)).collect())
        }
    };
    Value::Object(clauses.iter().map(member).collect::<Map<_, _>>())
}

fn leaf(leaf: &Leaf) -> Value {
    match leaf {
        Leaf::Literal(scalar) => value(scalar),
        Leaf::AnythingBut(others) => json!({ "anything-but": but(others) }),
        Leaf::Numeric(limits) => {
            let pairs = limits.iter().flat_map(|(op, limit)| [json!(op.as_str()), number(limit)]);
            json!({ "numeric": pairs.collect::<Vec<_>>() })
        }
        Leaf::Exists(expected) => json!({ "exists": expected }),
        Leaf::Cidr(block) => json!({ "cidr": format!("{}/{}", block.address(), block.length()) }),
        other => {
            let (keyword, value) = of_text(other);
            json!({ keyword: value })
        }
    }
}

fn of_text(leaf: &Leaf) -> (&'static str, Value) {
    let folded = |text: &String, fold: bool| match fold {
        true => json!({ "equals-ignore-case": text }),
        false => json!(text),
    };
    match leaf {
        Leaf::Prefix { text, fold } => ("prefix", folded(text, *fold)),
        Leaf::Suffix { text, fold } => ("suffix", folded(text, *fold)),
        Leaf::EqualsIgnoreCase(text) => ("equals-ignore-case", json!(text)),
        Leaf::Wildcard(pieces) => {
            let escaped =
                pieces.iter().map(|piece| piece.replace('\\', "\\\\").replace('*', "\\*"));
            ("wildcard", json!(escaped.collect::<Vec<_>>().join("*")))
        }
        _ => ("exactly", Value::Null),
    }
}

fn but(others: &[Leaf]) -> Value {
    let literals = others.iter().filter_map(|other| match other {
        Leaf::Literal(scalar) => Some(value(scalar)),
        _ => None,
    });
    let literals: Vec<Value> = literals.collect();
    match others.first() {
        Some(other) if literals.is_empty() => {
            let values: Vec<Value> = others.iter().map(|other| of_text(other).1).collect();
            json!({ of_text(other).0: values })
        }
        _ => Value::Array(literals),
    }
}

fn value(scalar: &Scalar) -> Value {
    match scalar {
        Scalar::Null => Value::Null,
        Scalar::Bool(value) => json!(value),
        Scalar::Number(limit) => number(limit),
        Scalar::Text(text) => json!(text),
    }
}

fn number(number: &Number) -> Value {
    serde_json::from_str(number.as_str()).unwrap_or_default()
}
