//! What is known of the circumstances of any request in an account, and of the tags of those who make it.

use std::collections::{BTreeMap, BTreeSet};

use trailproof_iam::{Context, Known, PolicyDocument, Resources};

use crate::account::AccountView;
use crate::evidence::Gap;
use crate::snapshot::Source;

/// The circumstances that are the same for everybody in an account.
#[derive(Debug, Clone)]
pub(super) struct Circumstances {
    pub(super) context: Context,
    /// Why some of them that could be known are not: an answer that hangs on conditions is none then.
    pub(super) doubt: Option<Gap>,
}

impl Circumstances {
    pub(super) fn of(view: &AccountView<'_>, read: &Source) -> Self {
        let (mut context, mut doubt) = (Context::discovery(), None);
        let now = read.called_at;
        context.set("aws:CurrentTime", Known::Values(vec![now.to_string()]));
        context.set("aws:EpochTime", Known::Values(vec![now.as_second().to_string()]));
        let mut both = |what: &str, known: &Known| {
            context.set(&format!("aws:Principal{what}"), known.clone());
            context.set(&format!("aws:Resource{what}"), known.clone());
        };
        match view.organization.id() {
            Ok(None) => {
                both("OrgID", &Known::Absent);
                both("OrgPaths", &Known::Absent);
            }
            Ok(Some(id)) => {
                both("OrgID", &Known::Values(vec![id.to_owned()]));
                match &view.member.units {
                    Ok(units) => {
                        let units = units.iter().map(|unit| format!("{}/", unit.id));
                        let path: String = [format!("{id}/")].into_iter().chain(units).collect();
                        both("OrgPaths", &Known::Values(vec![path]));
                    }
                    Err(gap) => doubt = Some((**gap).clone()),
                }
            }
            Err(gap) => doubt = Some(gap),
        }
        Self { context, doubt }
    }
}

const TAG: &str = "aws:principaltag/";

/// The keys of tags of principals on which policies hang, in lower case: case does not count in them.
#[derive(Debug, Clone, Default)]
pub(super) struct TagKeys(BTreeSet<String>);

impl TagKeys {
    /// Looks through a document for more of them.
    pub(super) fn look(&mut self, document: &PolicyDocument) {
        for statement in &document.statements {
            for condition in &statement.conditions {
                self.name(&condition.key);
                condition.values.iter().for_each(|value| self.variables(value));
            }
            let entries = statement.resources.as_ref().map_or(&[][..], Resources::entries);
            entries.iter().for_each(|entry| self.variables(entry));
        }
    }

    fn name(&mut self, key: &str) {
        let head = key.get(..TAG.len());
        if head.is_some_and(|head| head.eq_ignore_ascii_case(TAG)) {
            self.0.insert(key.to_ascii_lowercase());
        }
    }

    fn variables(&mut self, text: &str) {
        for part in text.split("${").skip(1) {
            let name = part.split(['}', ',']).next().unwrap_or_default();
            self.name(name.trim());
        }
    }

    /// What is known of each of them for somebody with these tags and no others.
    pub(super) fn known(&self, tags: &BTreeMap<String, String>) -> Vec<(String, Known)> {
        let known = |key: &String| {
            let name = key.get(TAG.len()..).unwrap_or_default();
            let found = tags.iter().find(|(tag, _)| tag.eq_ignore_ascii_case(name));
            let known =
                found.map_or(Known::Absent, |(_, value)| Known::Values(vec![value.clone()]));
            (key.clone(), known)
        };
        self.0.iter().map(known).collect()
    }
}
