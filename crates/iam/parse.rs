//! From JSON to the tree.

use std::collections::BTreeSet;
use std::fmt;

use crate::condition::{self, Condition, Operator};
use crate::document::{
    Actions, Effect, PolicyDocument, Principal, Principals, Resources, Statement, Version,
};
use crate::error::ParseError;
use crate::json::Json;

/// A place in the document; becomes a JSON pointer only if there is an error to report.
#[derive(Clone, Copy)]
enum At<'a> {
    Document,
    Member(&'a At<'a>, &'a str),
    Item(&'a At<'a>, usize),
}

impl fmt::Display for At<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Document => Ok(()),
            Self::Member(parent, name) => {
                write!(f, "{parent}/{}", name.replace('~', "~0").replace('/', "~1"))
            }
            Self::Item(parent, index) => write!(f, "{parent}/{index}"),
        }
    }
}

impl At<'_> {
    fn unexpected(&self, expected: &'static str, found: &Json) -> ParseError {
        ParseError::Unexpected { path: self.to_string(), expected, found: found.describe() }
    }

    fn missing(&self, element: &'static str, unknown: &[String]) -> ParseError {
        let similar = unknown
            .iter()
            .find(|name| element.split(" or ").any(|word| word.eq_ignore_ascii_case(name)))
            .cloned();
        ParseError::Missing { path: self.to_string(), element, similar }
    }
}

type Parsed<T> = Result<T, ParseError>;

pub(crate) fn document(json: &Json) -> Parsed<PolicyDocument> {
    let at = At::Document;
    let mut version = Version::default();
    let mut id = None;
    let mut statements = None;
    let mut unknown = Vec::new();
    for (name, value) in object(json, &at)? {
        let at = At::Member(&at, name);
        match name.as_str() {
            "Version" => version = parse_version(value, &at)?,
            "Id" => id = Some(text(value, &at)?),
            "Statement" => statements = Some(parse_statements(value, &at)?),
            _ => unknown.push(name.clone()),
        }
    }
    let statements = statements.ok_or_else(|| at.missing("Statement", &unknown))?;
    Ok(PolicyDocument { version, id, statements, unknown })
}

/// What can be read of a document, with what is wrong with the rest.
pub(crate) fn readable(json: &Json) -> (PolicyDocument, Vec<ParseError>) {
    let mut found = PolicyDocument {
        version: Version::default(),
        id: None,
        statements: Vec::new(),
        unknown: Vec::new(),
    };
    let error = match document(json) {
        Ok(document) => return (document, Vec::new()),
        Err(error) => error,
    };
    let Json::Object(members) = json else { return (found, vec![error]) };
    let mut errors = Vec::new();
    for (name, value) in members {
        let at = At::Member(&At::Document, name);
        match name.as_str() {
            "Version" => match parse_version(value, &at) {
                Ok(version) => found.version = version,
                Err(error) => errors.push(error),
            },
            "Statement" => {
                let (one, list) = (std::slice::from_ref(value), matches!(value, Json::List(_)));
                let items = if let Json::List(items) = value { items } else { one };
                for (index, item) in items.iter().enumerate() {
                    let item_at = At::Item(&at, index);
                    match parse_statement(item, index, if list { &item_at } else { &at }) {
                        Ok(statement) => found.statements.push(statement),
                        Err(error) => errors.push(error),
                    }
                }
            }
            _ => {}
        }
    }
    if errors.is_empty() {
        errors.push(error);
    }
    (found, errors)
}

fn parse_version(value: &Json, at: &At<'_>) -> Parsed<Version> {
    [Version::V2008, Version::V2012]
        .into_iter()
        .find(|version| matches!(value, Json::Text(text) if text == version.as_str()))
        .ok_or_else(|| at.unexpected("\"2012-10-17\" or \"2008-10-17\"", value))
}

fn parse_statements(value: &Json, at: &At<'_>) -> Parsed<Vec<Statement>> {
    match value {
        Json::Object(_) => Ok(vec![parse_statement(value, 0, at)?]),
        Json::List(items) => items
            .iter()
            .enumerate()
            .map(|(index, item)| parse_statement(item, index, &At::Item(at, index)))
            .collect(),
        _ => Err(at.unexpected("a statement or a list of statements", value)),
    }
}

fn parse_statement(value: &Json, index: usize, at: &At<'_>) -> Parsed<Statement> {
    let mut sid = None;
    let mut effect = None;
    let mut principal = None;
    let mut actions = None;
    let mut resources = None;
    let mut conditions = Vec::new();
    let mut unknown = Vec::new();
    for (name, value) in object(value, at)? {
        let at = At::Member(at, name);
        match name.as_str() {
            "Sid" => sid = Some(text(value, &at)?),
            "Effect" => effect = Some(parse_effect(value, &at)?),
            "Principal" => {
                set(&mut principal, Principals::Principal(principals(value, &at)?), &at)?
            }
            "NotPrincipal" => {
                set(&mut principal, Principals::NotPrincipal(principals(value, &at)?), &at)?;
            }
            "Action" => set(&mut actions, Actions::Action(texts(value, &at)?), &at)?,
            "NotAction" => set(&mut actions, Actions::NotAction(texts(value, &at)?), &at)?,
            "Resource" => set(&mut resources, Resources::Resource(texts(value, &at)?), &at)?,
            "NotResource" => set(&mut resources, Resources::NotResource(texts(value, &at)?), &at)?,
            "Condition" => conditions = parse_conditions(value, &at)?,
            _ => unknown.push(name.clone()),
        }
    }
    let effect = effect.ok_or_else(|| at.missing("Effect", &unknown))?;
    let actions = actions.ok_or_else(|| at.missing("Action or NotAction", &unknown))?;
    unknown.extend(unknown_kinds(principal.as_ref()));
    unknown.extend(unknown_operators(&conditions));
    Ok(Statement { index, sid, effect, principal, actions, resources, conditions, unknown })
}

fn parse_effect(value: &Json, at: &At<'_>) -> Parsed<Effect> {
    [Effect::Allow, Effect::Deny]
        .into_iter()
        .find(|effect| matches!(value, Json::Text(text) if text == effect.as_str()))
        .ok_or_else(|| at.unexpected("\"Allow\" or \"Deny\"", value))
}

fn principals(value: &Json, at: &At<'_>) -> Parsed<Vec<Principal>> {
    match value {
        Json::Text(text) if text == "*" => Ok(vec![Principal::Anyone]),
        Json::Object(_) => {
            let mut entries = Vec::new();
            for (kind, value) in object(value, at)? {
                let values = texts(value, &At::Member(at, kind))?;
                entries.extend(values.into_iter().map(|value| Principal::new(kind, value)));
            }
            Ok(entries)
        }
        _ => Err(at.unexpected("\"*\" or an object such as {\"AWS\": …}", value)),
    }
}

fn parse_conditions(value: &Json, at: &At<'_>) -> Parsed<Vec<Condition>> {
    let mut conditions: Vec<Condition> = Vec::new();
    let mut seen = BTreeSet::new();
    for (written, block) in object(value, at)? {
        let at = At::Member(at, written);
        let (qualifier, operator, if_exists) = condition::operator(written);
        if !seen.insert((qualifier, operator.clone(), if_exists)) {
            return Err(ParseError::Duplicate { path: at.to_string() });
        }
        for (key, values) in object(block, &at)? {
            let values = condition_values(values, &At::Member(&at, key))?;
            let (operator, key) = (operator.clone(), key.clone());
            conditions.push(Condition { operator, qualifier, if_exists, key, values });
        }
    }
    Ok(conditions)
}

fn condition_values(value: &Json, at: &At<'_>) -> Parsed<Vec<String>> {
    let scalar = |value: &Json, at: &At<'_>| match value {
        Json::Text(text) | Json::Number(text) => Ok(text.clone()),
        Json::Bool(value) => Ok(value.to_string()),
        _ => Err(at.unexpected("a text, number, boolean or a list of them", value)),
    };
    one_or_list(value, at, scalar)
}

fn texts(value: &Json, at: &At<'_>) -> Parsed<Vec<String>> {
    one_or_list(value, at, |value, at| match value {
        Json::Text(text) => Ok(text.clone()),
        _ => Err(at.unexpected("a text or a list of texts", value)),
    })
}

fn one_or_list(
    value: &Json,
    at: &At<'_>,
    one: impl Fn(&Json, &At<'_>) -> Parsed<String>,
) -> Parsed<Vec<String>> {
    match value {
        Json::List(items) => {
            items.iter().enumerate().map(|(index, item)| one(item, &At::Item(at, index))).collect()
        }
        _ => Ok(vec![one(value, at)?]),
    }
}

fn text(value: &Json, at: &At<'_>) -> Parsed<String> {
    match value {
        Json::Text(text) => Ok(text.clone()),
        _ => Err(at.unexpected("a text", value)),
    }
}

/// An object's members, none of them twice.
fn object<'a>(value: &'a Json, at: &At<'_>) -> Parsed<&'a [(String, Json)]> {
    let Json::Object(members) = value else { return Err(at.unexpected("an object", value)) };
    let mut seen = BTreeSet::new();
    match members.iter().find(|(name, _)| !seen.insert(name)) {
        None => Ok(members),
        Some((name, _)) => Err(ParseError::Duplicate { path: At::Member(at, name).to_string() }),
    }
}

/// Fills a slot that an element and its opposite share.
fn set<T>(slot: &mut Option<T>, value: T, at: &At<'_>) -> Parsed<()> {
    match slot.replace(value) {
        None => Ok(()),
        Some(_) => Err(ParseError::Conflict { path: at.to_string() }),
    }
}

fn unknown_kinds(principal: Option<&Principals>) -> BTreeSet<String> {
    let note = |entry: &Principal| match entry {
        Principal::Unknown { kind, .. } => Some(format!("Principal/{kind}")),
        _ => None,
    };
    principal.map(|p| p.entries().iter().filter_map(note).collect()).unwrap_or_default()
}

fn unknown_operators(conditions: &[Condition]) -> BTreeSet<String> {
    let note = |condition: &Condition| match condition.operator {
        Operator::Unknown(_) => Some(format!("Condition/{}", condition.operator_text())),
        _ => None,
    };
    conditions.iter().filter_map(note).collect()
}
