//! From the tree back to JSON, as AWS writes it: one entry as a text, several as a list.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

use crate::document::{Actions, PolicyDocument, Principal, Principals, Resources, Statement};
use crate::json::Json;
use crate::parse;

impl PolicyDocument {
    /// The document as JSON, without what the language does not have.
    #[must_use]
    pub fn to_value(&self) -> Value {
        let mut members = Map::new();
        members.insert("Version".to_owned(), self.version.as_str().into());
        if let Some(id) = &self.id {
            members.insert("Id".to_owned(), id.as_str().into());
        }
        members.insert("Statement".to_owned(), self.statements.iter().map(statement).collect());
        Value::Object(members)
    }
}

fn statement(statement: &Statement) -> Value {
    let mut members = Map::new();
    let mut put = |name: &str, value: Value| members.insert(name.to_owned(), value);
    if let Some(sid) = &statement.sid {
        put("Sid", sid.as_str().into());
    }
    put("Effect", statement.effect.as_str().into());
    match &statement.principal {
        Some(Principals::Principal(entries)) => {
            put("Principal", principals(entries));
        }
        Some(Principals::NotPrincipal(entries)) => {
            put("NotPrincipal", principals(entries));
        }
        None => {}
    }
    match &statement.actions {
        Actions::Action(entries) => put("Action", texts(entries)),
        Actions::NotAction(entries) => put("NotAction", texts(entries)),
    };
    match &statement.resources {
        Some(Resources::Resource(entries)) => {
            put("Resource", texts(entries));
        }
        Some(Resources::NotResource(entries)) => {
            put("NotResource", texts(entries));
        }
        None => {}
    }
    if !statement.conditions.is_empty() {
        put("Condition", conditions(statement));
    }
    Value::Object(members)
}

fn principals(entries: &[Principal]) -> Value {
    if let [Principal::Anyone] = entries {
        return "*".into();
    }
    let mut kinds = Map::new();
    for entry in entries {
        let values = kinds.entry(entry.kind()).or_insert_with(|| Value::Array(Vec::new()));
        if let Value::Array(values) = values {
            values.push(entry.value().into());
        }
    }
    // One entry is written as a text.
    for values in kinds.values_mut() {
        if let Some([one]) = values.as_array().map(Vec::as_slice) {
            *values = one.clone();
        }
    }
    Value::Object(kinds)
}

fn conditions(statement: &Statement) -> Value {
    let mut operators = Map::new();
    for condition in &statement.conditions {
        let block = operators.entry(condition.operator_text()).or_insert_with(|| Map::new().into());
        if let Value::Object(block) = block {
            block.insert(condition.key.clone(), texts(&condition.values));
        }
    }
    Value::Object(operators)
}

fn texts(entries: &[String]) -> Value {
    match entries {
        [one] => one.as_str().into(),
        several => several.iter().map(String::as_str).collect(),
    }
}

/// Compact JSON; `{:#}` is indented.
impl fmt::Display for PolicyDocument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.to_value(), f)
    }
}

impl Serialize for PolicyDocument {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_value().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for PolicyDocument {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        parse::document(&Json::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}
