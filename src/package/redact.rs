//! What a package leaves out by the user's wish: addresses of people, and the values of tags.

use std::ops::ControlFlow;

use serde_json::Value;
use trailproof_core::snapshot::{
    Document, DocumentVisitor, Manifest, Observation, Probe, Snapshot,
};

use crate::cli::Redaction;
use crate::exit::Stop;
use crate::store::Reader;

/// What stands in the place of what was left out.
const LEFT_OUT: &str = "redacted";

/// A snapshot without what was to be left out.
#[derive(Debug)]
pub struct Redacted<'a> {
    reader: &'a Reader,
    rules: &'a [Redaction],
    organization: Document,
}

impl<'a> Redacted<'a> {
    /// Redacts as it is read; nothing where there is no rule.
    ///
    /// # Errors
    /// Where an answer has no place for what stands instead (70).
    pub fn new(reader: &'a Reader, rules: &'a [Redaction]) -> Result<Self, Stop> {
        let organization = redacted(reader.organization(), rules)?;
        Ok(Self { reader, rules, organization })
    }
}

impl Snapshot for Redacted<'_> {
    type Error = Stop;

    fn manifest(&self) -> &Manifest {
        self.reader.manifest()
    }

    fn organization(&self) -> &Document {
        &self.organization
    }

    fn visit(&self, visitor: &mut DocumentVisitor<'_>) -> Result<(), Stop> {
        if self.rules.is_empty() {
            return self.reader.visit(visitor);
        }
        let mut outcome = Ok(());
        self.reader.visit(&mut |document| match redacted(document, self.rules) {
            Ok(document) => visitor(&document),
            Err(stop) => {
                outcome = Err(stop);
                ControlFlow::Break(())
            }
        })?;
        outcome
    }
}

fn redacted(document: &Document, rules: &[Redaction]) -> Result<Document, Stop> {
    let mut document = document.clone();
    if rules.is_empty() {
        return Ok(document);
    }
    for (probe, observation) in &mut document.observations {
        *observation = one(probe, observation, rules)
            .map_err(|error| Stop::internal(format!("{probe} cannot be redacted: {error}")))?;
    }
    Ok(document)
}

fn one(
    probe: &Probe,
    observation: &Observation,
    rules: &[Redaction],
) -> serde_json::Result<Observation> {
    let mut value = serde_json::to_value(observation)?;
    if let Some(outcome) = value.get_mut("outcome") {
        for rule in rules {
            match rule {
                Redaction::Emails => emails(outcome),
                Redaction::Tags => tags(outcome, format!("{:?}", probe.fact).ends_with("Tags")),
            }
        }
    }
    serde_json::from_value(value)
}

/// Whatever looks like an address of mail, in any text.
fn emails(value: &mut Value) {
    match value {
        Value::String(text) if text.contains('@') => *text = without_addresses(text),
        Value::Array(items) => items.iter_mut().for_each(emails),
        Value::Object(members) => members.values_mut().for_each(emails),
        _ => {}
    }
}

fn without_addresses(text: &str) -> String {
    let ends = |one: char| one.is_whitespace() || "\"'<>()[]{},;:/\\=".contains(one);
    let mut clean = String::with_capacity(text.len());
    let mut word = String::new();
    let close = |word: &mut String, clean: &mut String| {
        let is_address = word.split_once('@').is_some_and(|(name, host)| {
            !name.is_empty() && host.contains('.') && !host.starts_with('.') && !host.contains('@')
        });
        clean.push_str(if is_address { LEFT_OUT } else { word });
        word.clear();
    };
    for one in text.chars() {
        if ends(one) {
            close(&mut word, &mut clean);
            clean.push(one);
        } else {
            word.push(one);
        }
    }
    close(&mut word, &mut clean);
    clean
}

/// The values of tags, and never their keys: whether there is one is a verdict's matter.
fn tags(value: &mut Value, within: bool) {
    match value {
        Value::String(text) if within => LEFT_OUT.clone_into(text),
        Value::Array(items) => items.iter_mut().for_each(|item| tags(item, within)),
        Value::Object(members) => {
            let pair = members.contains_key("Key") && members.contains_key("Value");
            for (name, member) in members {
                let tagged =
                    name == "Tags" || name == "TagSet" || (within && !(pair && name == "Key"));
                tags(member, tagged);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn addresses_go_and_what_only_looks_like_one_stays() {
        let mut value = json!({
            "Email": "ops@example.com",
            "Arn": "arn:aws:sts::111122223333:assumed-role/Admin/jo.doe@example.com",
            "Text": "ask <a@b.example>, not @home or x@y",
        });
        emails(&mut value);
        assert_eq!(
            value,
            json!({
                "Email": "redacted",
                "Arn": "arn:aws:sts::111122223333:assumed-role/Admin/redacted",
                "Text": "ask <redacted>, not @home or x@y",
            })
        );
    }

    #[test]
    fn tags_keep_their_keys() {
        let mut value =
            json!({"Roles": [{"RoleName": "a", "Tags": [{"Key": "team", "Value": "red"}]}]});
        tags(&mut value, false);
        assert_eq!(value["Roles"][0]["RoleName"], "a");
        assert_eq!(value["Roles"][0]["Tags"][0], json!({"Key": "team", "Value": "redacted"}));
        let mut value = json!({"answer": {"Tags": {"Tags": {"team": "red"}}}});
        tags(&mut value, true);
        assert_eq!(value["answer"]["Tags"]["Tags"]["team"], "redacted");
    }
}
