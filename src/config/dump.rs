//! The configuration that holds, as TOML, with the source of each value.

use std::fmt::Write as _;
use std::path::Path;

use clap::ArgMatches;
use serde_json::Value;
use trailproof_core::policy::Policy;

use super::{Config, REPORT, SCAN, flags};

/// Writes it: what is not set stands there as a comment, so that the whole can be taken for a file.
pub fn dump(config: &Config, matches: Option<&ArgMatches>, waivers: Option<&Path>) -> String {
    let mut out = String::from("[policy]\n");
    let defaults = match serde_json::to_value(Policy::default()) {
        Ok(Value::Object(all)) => all,
        _ => serde_json::Map::new(),
    };
    for (name, value) in &defaults {
        match config.parameters.get(name) {
            Some((value, source)) => line(&mut out, name, value, &source.to_string()),
            None => line(&mut out, name, value, "default"),
        }
    }
    for (one, source) in &config.overrides {
        let _ = write!(
            out,
            "\n[[override]] # {source}\n{}\n[override.policy]\n",
            selector(one.selector())
        );
        for (name, value) in one.changes() {
            line(&mut out, name, value, &source.to_string());
        }
    }
    let given = matches.map(flags).unwrap_or_default();
    for (section, names) in [("scan", &SCAN[..]), ("report", &REPORT[..])] {
        let _ = write!(out, "\n[{section}]\n");
        for name in names {
            let key = (section, (*name).to_owned());
            let raw = || {
                let values = matches?.get_raw(name)?;
                Some(values.map(|value| value.to_string_lossy().into_owned()).collect::<Vec<_>>())
            };
            if given.contains(*name) {
                line(&mut out, name, &texts(&raw().unwrap_or_default()), "flag");
            } else if let Some((values, source)) = config.flags.get(&key) {
                line(&mut out, name, &texts(values), &source.to_string());
            }
        }
    }
    out.push_str("\n[waivers]\n");
    match (waivers, &config.waivers) {
        (Some(path), _) => line(&mut out, "file", &path.display().to_string().into(), "flag"),
        (None, Some((path, source))) => {
            line(&mut out, "file", &path.display().to_string().into(), &source.to_string());
        }
        (None, None) => {}
    }
    out
}

fn selector(selector: &trailproof_core::policies::Selector) -> String {
    use trailproof_core::policies::Selector;
    let (name, text) = match selector {
        Selector::Unit(unit) => ("ou", unit.clone()),
        Selector::Account(glob) => ("account", glob.clone()),
        Selector::Tag { key, value } => ("tag", format!("{key}={value}")),
    };
    format!("{name} = {}", toml::Value::String(text))
}

fn texts(values: &[String]) -> Value {
    match values {
        [one] => Value::String(one.clone()),
        many => many.iter().cloned().collect(),
    }
}

fn line(out: &mut String, name: &str, value: &Value, source: &str) {
    let source = trailproof_reports::one_line(source);
    let _ = match inline(value) {
        Some(value) => writeln!(out, "{name} = {value} # {source}"),
        None => writeln!(out, "# {name} is not set # {source}"),
    };
}

/// A value on one line; none where there is none.
fn inline(value: &Value) -> Option<String> {
    Some(match value {
        Value::Null => return None,
        Value::String(text) => toml::Value::String(text.clone()).to_string(),
        Value::Array(list) => {
            format!("[{}]", list.iter().filter_map(inline).collect::<Vec<_>>().join(", "))
        }
        Value::Object(members) => {
            let member = |(name, value): (&String, &Value)| {
                let key = toml::Value::String(name.clone());
                inline(value).map(|value| format!("{key} = {value}"))
            };
            let members: Vec<String> = members.iter().filter_map(member).collect();
            format!("{{ {} }}", members.join(", "))
        }
        plain => plain.to_string(),
    })
}
