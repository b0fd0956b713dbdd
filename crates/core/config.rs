//! The user's configuration as a text: `trailproof.toml`, and files of waivers in TOML or YAML.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::Deserialize;
use serde_json::{Map, Value};
use toml::de::{DeTable, DeValue};

use crate::policies::{Override, Selector};
use crate::policy::Policy;
use crate::waiver::WaiverFile;

mod fault;

pub use fault::Fault;
use fault::{line_at, told};

/// A value of the file, and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Setting {
    /// As texts: a list has several.
    pub values: Vec<String>,
    /// The line, counted from 1.
    pub line: usize,
}

/// What `trailproof.toml` says.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ConfigFile {
    /// The parameters that it sets, with their lines.
    pub parameters: BTreeMap<String, (Value, usize)>,
    /// The overrides, in order, with their lines.
    pub overrides: Vec<(Override, usize)>,
    /// `[scan]`: defaults of flags, by their names with `_` for `-`.
    pub scan: BTreeMap<String, Setting>,
    /// `[report]`: the same.
    pub report: BTreeMap<String, Setting>,
    /// `[waivers]` `file`.
    pub waivers: Option<Setting>,
}

/// The file's form.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Form {
    policy: Policy,
    #[serde(rename = "override")]
    overrides: Vec<OverrideForm>,
    scan: toml::Table,
    report: toml::Table,
    waivers: WaiversForm,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct OverrideForm {
    ou: Option<String>,
    account: Option<String>,
    tag: Option<String>,
    policy: Policy,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct WaiversForm {
    file: Option<String>,
}

impl ConfigFile {
    /// Reads `trailproof.toml`.
    ///
    /// # Errors
    /// The first thing in it that cannot be meant.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let form: Form = from_toml(text)?;
        let document = DeTable::parse(text).map_err(|error| toml_fault(text, &error))?;
        let document = document.get_ref();
        let table = |name: &str| document.get(name).and_then(|value| value.get_ref().as_table());
        let mut config = Self::default();
        if let Some(given) = table("policy") {
            for (name, value) in set(&form.policy, given) {
                let line = given
                    .get_key_value(name.as_str())
                    .map_or(1, |(key, _)| line_at(text, key.span().start));
                config.parameters.insert(name, (value, line));
            }
        }
        let given = document.get("override").and_then(|value| value.get_ref().as_array());
        for (form, value) in form.overrides.iter().zip(given.into_iter().flatten()) {
            let line = line_at(text, value.span().start);
            let given = value.get_ref().as_table();
            let one = form.read(given).map_err(|message| Fault { line, message })?;
            config.overrides.push((one, line));
        }
        for (name, into) in [("scan", &mut config.scan), ("report", &mut config.report)] {
            for (key, value) in table(name).into_iter().flatten() {
                let line = line_at(text, key.span().start);
                let values = texts(value.get_ref()).ok_or_else(|| Fault {
                    line,
                    message: format!(
                        "{name}.{}: a text, a number, or a list of them is expected",
                        key.get_ref()
                    ),
                })?;
                into.insert(key.get_ref().to_string(), Setting { values, line });
            }
        }
        if let (Some(file), Some(given)) = (form.waivers.file, table("waivers")) {
            let line = given.get("file").map_or(1, |value| line_at(text, value.span().start));
            config.waivers = Some(Setting { values: vec![file], line });
        }
        Ok(config)
    }
}

impl OverrideForm {
    fn read(&self, given: Option<&DeTable<'_>>) -> Result<Override, String> {
        let selector = match (&self.ou, &self.account, &self.tag) {
            (Some(unit), None, None) => Selector::Unit(unit.clone()),
            (None, Some(account), None) => Selector::Account(account.clone()),
            (None, None, Some(tag)) => match tag.split_once('=') {
                Some((key, value)) if !key.is_empty() => {
                    Selector::Tag { key: key.to_owned(), value: value.to_owned() }
                }
                _ => return Err(format!("override: tag {tag:?} is no key=value")),
            },
            _ => return Err("override: exactly one of ou, account and tag is expected".to_owned()),
        };
        let policy = given.and_then(|given| given.get("policy")?.get_ref().as_table());
        let changes = policy.map(|policy| set(&self.policy, policy)).unwrap_or_default();
        if changes.is_empty() {
            return Err(
                "override: [override.policy] with at least one parameter is expected".to_owned()
            );
        }
        Override::new(selector, changes).map_err(|error| format!("override: {error}"))
    }
}

/// One parameter of the policy as an environment variable gives it: TOML, or a bare text.
///
/// # Errors
/// What cannot be meant; the line is of no use.
pub fn parse_parameter(name: &str, text: &str) -> Result<Value, Fault> {
    let read = |value: &str| -> Result<Value, Fault> {
        let policy: Policy = from_toml(&format!("{name} = {value}"))?;
        let all = serde_json::to_value(policy).unwrap_or_default();
        Ok(all.get(name).cloned().unwrap_or_default())
    };
    if text.contains(['\n', '\r']) {
        return Err(Fault { line: 1, message: format!("{name}: one line is expected") });
    }
    let quoted = toml::Value::String(text.to_owned()).to_string();
    read(text).or_else(|fault| read(&quoted).map_err(|_| fault))
}

/// Whether the policy has a parameter of that name.
///
/// # Errors
/// The words that say so, with the nearest one that there is.
pub fn known_parameter(name: &str) -> Result<(), String> {
    let all = match serde_json::to_value(Policy::default()) {
        Ok(Value::Object(all)) => all,
        _ => Map::new(),
    };
    if all.contains_key(name) {
        return Ok(());
    }
    Err(fault::unknown(name, &all.keys().map(String::as_str).collect::<Vec<_>>()))
}

/// The policy with these parameters in the place of the catalogue's own.
///
/// # Errors
/// A value that its parameter cannot have.
pub fn policy_with(parameters: &BTreeMap<String, Value>) -> Result<Policy, String> {
    let mut all = serde_json::to_value(Policy::default()).map_err(|error| error.to_string())?;
    if let Some(all) = all.as_object_mut() {
        all.extend(parameters.iter().map(|(name, value)| (name.clone(), value.clone())));
    }
    serde_json::from_value(all).map_err(|error| told(&error.to_string()))
}

/// Reads a file of waivers in TOML, with the line of each.
///
/// # Errors
/// The first thing in it that cannot be meant.
pub fn waivers_from_toml(text: &str) -> Result<(WaiverFile, Vec<usize>), Fault> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let file: WaiverFile = from_toml(text)?;
    let document = DeTable::parse(text).map_err(|error| toml_fault(text, &error))?;
    let list = document.get_ref().get("waiver").and_then(|value| value.get_ref().as_array());
    let lines = list.into_iter().flatten().map(|one| line_at(text, one.span().start)).collect();
    Ok((file, lines))
}

/// A file of waivers in YAML; only its own list of lines is another.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct YamlForm {
    waiver: Vec<serde_saphyr::Spanned<crate::waiver::Waiver>>,
}

/// Reads a file of waivers in YAML, with the line of each.
///
/// # Errors
/// The first thing in it that cannot be meant.
pub fn waivers_from_yaml(text: &str) -> Result<(WaiverFile, Vec<usize>), Fault> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.trim().is_empty() {
        return Ok((WaiverFile::default(), Vec::new()));
    }
    let form: YamlForm = serde_saphyr::from_str(text).map_err(|error| fault::of_yaml(&error))?;
    let line = |at: &serde_saphyr::Location| usize::try_from(at.line()).unwrap_or(1).max(1);
    let lines = form.waiver.iter().map(|one| line(&one.referenced)).collect();
    Ok((WaiverFile { waiver: form.waiver.into_iter().map(|one| one.value).collect() }, lines))
}

fn from_toml<'t, T: Deserialize<'t>>(text: &'t str) -> Result<T, Fault> {
    toml::from_str(text).map_err(|error| toml_fault(text, &error))
}

fn toml_fault(text: &str, error: &toml::de::Error) -> Fault {
    let at = error.span().map_or(0, |span| span.start);
    let key = DeTable::parse(text).ok().and_then(|table| key_of(table.get_ref(), &error.span()?));
    let message = told(error.message());
    let message = match key {
        Some(key) if !message.starts_with("there is no") => format!("{key}: {message}"),
        _ => message,
    };
    Fault { line: line_at(text, at), message }
}

/// The keys that lead to the value at that place of the text.
fn key_of(table: &DeTable<'_>, at: &Range<usize>) -> Option<String> {
    let holds = |span: Range<usize>| span.start <= at.start && at.end <= span.end;
    for (key, value) in table {
        if let Some(inner) = below(value.get_ref(), at) {
            return Some(format!("{}.{inner}", key.get_ref()));
        }
        if holds(value.span()) {
            return Some(key.get_ref().to_string());
        }
    }
    None
}

fn below(value: &DeValue<'_>, at: &Range<usize>) -> Option<String> {
    match value {
        DeValue::Table(table) => key_of(table, at),
        DeValue::Array(list) => list.iter().find_map(|one| below(one.get_ref(), at)),
        _ => None,
    }
}

/// The parameters that a table gives, as the policy understood them.
fn set(policy: &Policy, given: &DeTable<'_>) -> Map<String, Value> {
    let all = match serde_json::to_value(policy) {
        Ok(Value::Object(all)) => all,
        _ => Map::new(),
    };
    all.into_iter().filter(|(name, _)| given.contains_key(name.as_str())).collect()
}

/// A value as a flag would have it.
fn texts(value: &DeValue<'_>) -> Option<Vec<String>> {
    let one = |value: &DeValue<'_>| match value {
        DeValue::String(text) => Some(text.to_string()),
        DeValue::Integer(number) => Some(number.to_string()),
        DeValue::Float(number) => Some(number.to_string()),
        DeValue::Boolean(yes) => Some(yes.to_string()),
        _ => None,
    };
    match value {
        DeValue::Array(list) => list.iter().map(|value| one(value.get_ref())).collect(),
        value => one(value).map(|text| vec![text]),
    }
}

#[cfg(test)]
mod tests;
