//! Names for something new: one that no policy speaks of, and one for each way in which a policy speaks of such names.

use std::collections::BTreeSet;

use crate::document::{PolicyDocument, Resources};
use crate::glob::{Found, Glob, find};

/// So many names are tried at most for one kind of new thing.
const NAMES: usize = 16;

/// So many patterns of policies are looked at for it.
const PATTERNS: usize = 64;

/// Steps that a search for a name may take; names are short.
const STEPS: usize = 1 << 14;

/// Where policies speak of names.
pub(super) struct Spoken<'a> {
    pub(super) documents: Vec<&'a PolicyDocument>,
}

impl Spoken<'_> {
    /// ARNs of this form for something new that all of these actions are done to.
    pub(super) fn names(&self, form: &str, actions: &[&str]) -> Vec<String> {
        let form = Glob::new(form);
        let mut patterns = BTreeSet::new();
        for document in &self.documents {
            for statement in &document.statements {
                if actions.iter().any(|name| statement.actions.matches(name)) {
                    let entries = statement.resources.as_ref().map_or(&[][..], Resources::entries);
                    patterns.extend(entries.iter().map(String::as_str));
                }
                let own = |key: &str| key.eq_ignore_ascii_case("aws:PrincipalArn");
                let named = statement.conditions.iter().filter(|condition| own(&condition.key));
                patterns.extend(
                    named.flat_map(|condition| condition.values.iter().map(String::as_str)),
                );
            }
        }
        let globs: Vec<_> = patterns.into_iter().take(PATTERNS).map(Glob::new).collect();
        let narrower: Vec<_> = globs
            .iter()
            .filter(|glob| matches!(find(&[&form], &[glob], STEPS), Found::Text(_)))
            .collect();
        let mut names = Vec::new();
        if let Found::Text(name) = find(&[&form, &Glob::new("*?*")], &narrower, STEPS) {
            names.push(name);
        }
        for glob in narrower {
            if let Found::Text(name) = find(&[&form, glob], &[], STEPS)
                && names.len() < NAMES
                && !names.contains(&name)
            {
                names.push(name);
            }
        }
        names
    }
}
