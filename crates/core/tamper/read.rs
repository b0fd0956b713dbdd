//! The table of tampering actions, read from its text.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Action, Class, Noticed, On, Table};
use crate::check::Severity;

/// What is wrong with a table of actions.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DataError {
    /// It is not TOML, or has other members than a table of actions.
    #[error("{0}")]
    Form(String),
    /// An action's name lacks its service, or has wildcards.
    #[error("{0:?} is no action's name")]
    Name(String),
    /// An action stands there twice.
    #[error("{0} stands there twice")]
    Twice(String),
    /// A class has another letter than those that there are, or there is none.
    #[error("{action} has the classes {classes:?}")]
    Classes {
        /// The action.
        action: String,
        /// Its classes as written.
        classes: String,
    },
    /// A type of resource has no ARN in the table.
    #[error("{action} is authorised on {kind}, which has no ARN")]
    Type {
        /// The action.
        action: String,
        /// The type.
        kind: String,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    action: Vec<Row>,
    r#type: Vec<Type>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    names: Vec<String>,
    #[serde(default)]
    on: Vec<String>,
    classes: String,
    severity: Severity,
    noticed: Vec<Noticed>,
    effect: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Type {
    service: String,
    name: String,
    arn: String,
}

/// Reads a table from its TOML text.
///
/// # Errors
/// Where the text is no such table, names an action twice, or an action is on a type that has no ARN there.
pub fn read(text: &str) -> Result<Table, DataError> {
    let file: File = toml::from_str(text).map_err(|error| DataError::Form(error.to_string()))?;
    let types = file.r#type.into_iter().map(|one| ((one.service, one.name), one.arn));
    let mut table = Table { actions: BTreeMap::new(), arns: types.collect() };
    for row in &file.action {
        for name in &row.names {
            let action = action(row, name, &table.arns)?;
            if table.actions.insert(name.clone(), action).is_some() {
                return Err(DataError::Twice(name.clone()));
            }
        }
    }
    Ok(table)
}

fn action(
    row: &Row,
    name: &str,
    arns: &BTreeMap<(String, String), String>,
) -> Result<Action, DataError> {
    let (service, verb) = name.split_once(':').unwrap_or_default();
    let is_word = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric());
    if !is_word(&service.replace('-', "")) || !is_word(verb) {
        return Err(DataError::Name(name.to_owned()));
    }
    let classes = row.classes.chars().map(Class::of).collect::<Option<_>>();
    let classes = classes.filter(|_| !row.classes.is_empty());
    let on = row.on.iter().map(|kind| {
        let (kind, needed) = kind.strip_suffix('*').map_or((kind.as_str(), false), |k| (k, true));
        if arns.contains_key(&(service.to_owned(), kind.to_owned())) {
            Ok(On { kind: kind.to_owned(), needed })
        } else {
            Err(DataError::Type { action: name.to_owned(), kind: kind.to_owned() })
        }
    });
    Ok(Action {
        name: name.to_owned(),
        on: on.collect::<Result<_, _>>()?,
        classes: classes.ok_or_else(|| DataError::Classes {
            action: name.to_owned(),
            classes: row.classes.clone(),
        })?,
        severity: row.severity,
        noticed: row.noticed.iter().copied().collect(),
        effect: row.effect.clone(),
    })
}
