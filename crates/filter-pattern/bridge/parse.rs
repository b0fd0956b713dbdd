//! Event patterns read from JSON.

use serde_json::{Map, Value};

use crate::bridge::{Block, Clause, Leaf, Scalar};
use crate::error::EventPatternError;
use crate::operand::{Number, Op};

/// Where in the pattern a part stands.
#[derive(Debug, Default)]
pub(super) struct Place {
    names: Vec<String>,
}

type Read<T> = Result<T, EventPatternError>;

impl Place {
    fn unexpected(&self, expected: &str) -> EventPatternError {
        let escape = |name: &String| name.replace('~', "~0").replace('/', "~1");
        let pointer = self.names.iter().map(|name| format!("/{}", escape(name))).collect();
        EventPatternError::Unexpected { pointer, expected: expected.to_owned() }
    }

    fn within<T>(&mut self, name: &str, read: impl FnOnce(&mut Self) -> Read<T>) -> Read<T> {
        self.names.push(name.to_owned());
        let found = read(self);
        self.names.pop();
        found
    }

    fn each<T>(
        &mut self,
        items: &[Value],
        read: impl Fn(&Value, &mut Self) -> Read<T>,
    ) -> Read<Vec<T>> {
        let numbered = items.iter().enumerate();
        numbered.map(|(at, item)| self.within(&at.to_string(), |place| read(item, place))).collect()
    }
}

const KEYWORDS: [&str; 9] = [
    "exactly",
    "prefix",
    "suffix",
    "equals-ignore-case",
    "wildcard",
    "anything-but",
    "numeric",
    "exists",
    "cidr",
];

pub(super) fn clauses(value: &Value, place: &mut Place) -> Read<Vec<Clause>> {
    let members = value.as_object().filter(|members| !members.is_empty());
    let members = members.ok_or_else(|| place.unexpected("an object that is not empty"))?;
    let mut found = Vec::new();
    for (name, value) in members {
        found.push(place.within(name, |place| clause(name, value, place))?);
    }
    Ok(found)
}

fn clause(name: &str, value: &Value, place: &mut Place) -> Read<Clause> {
    match value {
        Value::Array(items) if name == "$or" => {
            if items.len() < 2 {
                return Err(place.unexpected("two objects at least"));
            }
            Ok(Clause::Either(place.each(items, group)?))
        }
        _ if name == "$or" => Err(place.unexpected("an array of objects")),
        Value::Object(_) => Ok(Clause::Nested(name.to_owned(), clauses(value, place)?)),
        Value::Array(items) if !items.is_empty() => {
            Ok(Clause::Field(name.to_owned(), place.each(items, leaf)?))
        }
        _ => Err(place.unexpected("an object, or an array of values that is not empty")),
    }
}

fn group(value: &Value, place: &mut Place) -> Read<Vec<Clause>> {
    let reserved = value
        .as_object()
        .and_then(|members| members.keys().find(|name| KEYWORDS.contains(&name.as_str())));
    match reserved {
        Some(_) => Err(place.unexpected("names of fields, not of comparisons")),
        None => clauses(value, place),
    }
}

fn leaf(value: &Value, place: &mut Place) -> Read<Leaf> {
    match value {
        Value::Object(members) => comparison(members, place),
        value => scalar(value, place).map(Leaf::Literal),
    }
}

fn scalar(value: &Value, place: &Place) -> Read<Scalar> {
    match value {
        Value::Null => Ok(Scalar::Null),
        Value::Bool(value) => Ok(Scalar::Bool(*value)),
        Value::Number(_) => number(value, place).map(Scalar::Number),
        Value::String(text) => Ok(Scalar::Text(text.clone())),
        _ => Err(place.unexpected("a text, a number, true, false or null")),
    }
}

fn number(value: &Value, place: &Place) -> Read<Number> {
    let text = value.as_number().map(ToString::to_string).unwrap_or_default();
    Number::parse(&text).ok_or_else(|| place.unexpected("a number"))
}

fn comparison(members: &Map<String, Value>, place: &mut Place) -> Read<Leaf> {
    let Some((keyword, value)) = members.iter().next().filter(|_| members.len() == 1) else {
        return Err(place.unexpected("an object with one comparison"));
    };
    place.within(keyword, |place| match keyword.as_str() {
        "anything-but" => anything_but(value, place),
        "numeric" => numeric(value, place),
        "exists" => match value.as_bool() {
            Some(expected) => Ok(Leaf::Exists(expected)),
            None => Err(place.unexpected("true or false")),
        },
        "cidr" => match Block::parse(value.as_str().unwrap_or_default()) {
            Some(block) => Ok(Leaf::Cidr(block)),
            None => Err(place.unexpected("an address, a slash and a number of bits")),
        },
        "exactly" => text(value, place).map(Scalar::Text).map(Leaf::Literal),
        _ => of_text(keyword, value, place),
    })
}

/// The comparisons that `anything-but` takes too.
fn of_text(keyword: &str, value: &Value, place: &mut Place) -> Read<Leaf> {
    match keyword {
        "prefix" => {
            let (text, fold) = maybe_folded(value, place)?;
            Ok(Leaf::Prefix { text, fold })
        }
        "suffix" => {
            let (text, fold) = maybe_folded(value, place)?;
            Ok(Leaf::Suffix { text, fold })
        }
        "equals-ignore-case" => ascii(value, place).map(Leaf::EqualsIgnoreCase),
        "wildcard" => wildcard(&text(value, place)?, place),
        _ => Err(place.unexpected("the name of a comparison")),
    }
}

fn text(value: &Value, place: &Place) -> Read<String> {
    value.as_str().map(str::to_owned).ok_or_else(|| place.unexpected("a text"))
}

/// How the case of other letters is folded is documented nowhere.
fn ascii(value: &Value, place: &Place) -> Read<String> {
    let found = text(value, place)?;
    if found.is_ascii() { Ok(found) } else { Err(place.unexpected("a text of ASCII letters")) }
}

fn maybe_folded(value: &Value, place: &mut Place) -> Read<(String, bool)> {
    let inner = value.as_object().filter(|members| members.len() == 1);
    match inner.and_then(|members| members.get("equals-ignore-case")) {
        Some(inner) => {
            let found = place.within("equals-ignore-case", |place| ascii(inner, place))?;
            Ok((found, true))
        }
        None => Ok((text(value, place)?, false)),
    }
}

fn wildcard(text: &str, place: &Place) -> Read<Leaf> {
    let mut pieces = vec![String::new()];
    let mut letters = text.chars().peekable();
    let mut starred = false;
    while let Some(letter) = letters.next() {
        match (letter, letters.peek()) {
            ('*', _) if starred => return Err(place.unexpected("no two `*` side by side")),
            ('*', _) => pieces.push(String::new()),
            ('\\', Some('*' | '\\')) => extend(&mut pieces, letters.next()),
            ('\\', _) => return Err(place.unexpected("`*` or `\\` behind a backslash")),
            (letter, _) => extend(&mut pieces, Some(letter)),
        }
        starred = letter == '*';
    }
    Ok(Leaf::Wildcard(pieces))
}

fn extend(pieces: &mut [String], letter: Option<char>) {
    if let Some(last) = pieces.last_mut() {
        last.extend(letter);
    }
}

fn anything_but(value: &Value, place: &mut Place) -> Read<Leaf> {
    let others = match value {
        Value::Array(items) if !items.is_empty() => {
            place.each(items, |item, place| literal_of_one_type(item, items.first(), place))?
        }
        Value::Object(members) => {
            let Some((keyword, inner)) = members.iter().next().filter(|_| members.len() == 1)
            else {
                return Err(place.unexpected("an object with one comparison"));
            };
            place.within(keyword, |place| match inner {
                Value::Array(items) if !items.is_empty() => {
                    place.each(items, |item, place| of_text(keyword, item, place))
                }
                inner => of_text(keyword, inner, place).map(|leaf| vec![leaf]),
            })?
        }
        value => vec![literal_of_one_type(value, Some(value), place)?],
    };
    Ok(Leaf::AnythingBut(others))
}

fn literal_of_one_type(value: &Value, first: Option<&Value>, place: &Place) -> Read<Leaf> {
    match (value, first) {
        (Value::String(_), Some(Value::String(_))) | (Value::Number(_), Some(Value::Number(_))) => {
            scalar(value, place).map(Leaf::Literal)
        }
        _ => Err(place.unexpected("texts alone or numbers alone")),
    }
}

fn numeric(value: &Value, place: &mut Place) -> Read<Leaf> {
    let items = value.as_array().map(Vec::as_slice).unwrap_or_default();
    if !matches!(items.len(), 2 | 4) {
        return Err(place.unexpected("a comparison and a number, once or twice"));
    }
    let mut limits = Vec::new();
    for pair in items.chunks(2) {
        let [op, limit] = pair else { continue };
        let op = match op.as_str() {
            Some("=") => Op::Equal,
            Some("<") => Op::Less,
            Some("<=") => Op::LessOrEqual,
            Some(">") => Op::Greater,
            Some(">=") => Op::GreaterOrEqual,
            _ => return Err(place.unexpected("one of =, <, <=, >, >= before each number")),
        };
        limits.push((op, number(limit, place)?));
    }
    Ok(Leaf::Numeric(limits))
}
