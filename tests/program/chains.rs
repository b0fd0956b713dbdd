//! The worked digest chains: objects, keys, damages, and what must be found in each state.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
pub struct Vectors {
    pub bucket: String,
    pub bases: BTreeMap<String, Base>,
    pub cases: Vec<Case>,
}

#[derive(Deserialize)]
pub struct Base {
    pub public_keys: Value,
    pub objects: Vec<Object>,
    pub range: (String, String),
    pub strict: Vec<Strict>,
}

#[derive(Deserialize)]
pub struct Object {
    pub key: String,
    pub gz_base64: String,
    pub metadata: Option<Value>,
}

#[derive(Deserialize)]
pub struct Case {
    pub name: String,
    pub base: String,
    pub changes: Vec<Change>,
    pub strict: Vec<Strict>,
    pub public_keys: Option<Value>,
}

#[derive(Deserialize)]
pub struct Change {
    pub put: Option<String>,
    pub delete: Option<String>,
    pub gz_base64: Option<String>,
    pub metadata: Option<Value>,
}

#[derive(Deserialize)]
pub struct Strict {
    pub kind: String,
    pub severity: String,
    pub key: Option<String>,
}

pub fn vectors() -> Vectors {
    serde_json::from_str(include_str!("../../crates/digest/tests/vectors.json")).unwrap()
}

/// An object of a state.
#[derive(Debug, Clone)]
pub struct Lying {
    pub gz_base64: String,
    pub metadata: Option<Value>,
}

/// What lies in the bucket in one state.
pub struct InState<'a> {
    pub base: &'a Base,
    pub objects: BTreeMap<String, Lying>,
    pub strict: &'a [Strict],
    pub public_keys: &'a Value,
}

impl Vectors {
    /// The names of all states.
    pub fn names(&self) -> Vec<&str> {
        let cases = self.cases.iter().map(|case| case.name.as_str());
        let names: Vec<&str> = self.bases.keys().map(String::as_str).chain(cases).collect();
        assert_eq!(names.len(), 36);
        names
    }

    pub fn in_state(&self, name: &str) -> InState<'_> {
        let case = self.cases.iter().find(|case| case.name == name);
        let base = &self.bases[case.map_or(name, |case| case.base.as_str())];
        let lying = |object: &Object| {
            let (gz_base64, metadata) = (object.gz_base64.clone(), object.metadata.clone());
            (object.key.clone(), Lying { gz_base64, metadata })
        };
        let mut objects: BTreeMap<String, Lying> = base.objects.iter().map(lying).collect();
        for change in case.map_or(&[][..], |case| &case.changes) {
            if let Some(key) = &change.delete {
                assert!(objects.remove(key).is_some());
            }
            let Some(key) = &change.put else { continue };
            let before = objects.get(key).cloned();
            let body =
                change.gz_base64.clone().or(before.as_ref().map(|one| one.gz_base64.clone()));
            let kept = before.and_then(|one| one.metadata);
            let metadata = change.metadata.clone().or(kept);
            objects.insert(key.clone(), Lying { gz_base64: body.unwrap(), metadata });
        }
        InState {
            base,
            objects,
            strict: case.map_or(&base.strict, |case| &case.strict),
            public_keys: case
                .and_then(|case| case.public_keys.as_ref())
                .unwrap_or(&base.public_keys),
        }
    }
}

/// Kind, severity and key of each finding.
pub type Found = std::collections::BTreeSet<(String, String, Option<String>)>;

/// What must be found.
pub fn expected(strict: &[Strict]) -> Found {
    strict.iter().map(|one| (one.kind.clone(), one.severity.clone(), one.key.clone())).collect()
}

/// The exit code that goes with it.
pub fn code(found: &Found) -> i32 {
    let errors = found.iter().any(|(_, severity, _)| severity == "error");
    if errors { 1 } else { 3 * i32::from(!found.is_empty()) }
}

/// What a report says was found.
pub fn found(report: &Value) -> Found {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let findings = report["findings"].as_array().unwrap().iter();
    findings
        .map(|one| {
            (text(&one["kind"]).unwrap(), text(&one["severity"]).unwrap(), text(&one["key"]))
        })
        .collect()
}
