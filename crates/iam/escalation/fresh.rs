//! Names for something new: one that no policy speaks of, and one for each way in which a policy speaks of such names.

use std::collections::BTreeSet;

use crate::document::{PolicyDocument, Resources, Statement};
use crate::evaluate::elements::is_everything;
use crate::glob::{Found, Glob, find_with};

/// So many names are tried at most for one kind of new thing.
const NAMES: usize = 16;

/// So many patterns of policies are looked at for it.
const PATTERNS: usize = 64;

/// Steps that all searches for names of an account may take together. Names are short: each takes some hundred.
const STEPS: usize = 1 << 20;

/// Where policies speak of names.
pub(super) struct Spoken<'a> {
    /// The statements that speak of some resources and not of all.
    scoped: Vec<&'a Statement>,
    /// The principals whom conditions name.
    principals: BTreeSet<&'a str>,
    left: usize,
}

impl<'a> Spoken<'a> {
    pub(super) fn of(documents: &[&'a PolicyDocument]) -> Self {
        let statements = || documents.iter().flat_map(|document| &document.statements);
        let scoped = |statement: &&Statement| entries(statement).any(|entry| !is_everything(entry));
        let conditions = statements().flat_map(|statement| &statement.conditions);
        let named = conditions.filter(|c| c.key.eq_ignore_ascii_case("aws:PrincipalArn"));
        Self {
            scoped: statements().filter(scoped).collect(),
            principals: named.flat_map(|c| c.values.iter().map(String::as_str)).collect(),
            left: STEPS,
        }
    }

    /// ARNs of this form for something new that all of these actions are done to.
    pub(super) fn names(&mut self, form: &str, actions: &[&str]) -> Vec<String> {
        let head = literal_head(form);
        let may_meet = |pattern: &&str| {
            let other = literal_head(pattern);
            other.starts_with(head) || head.starts_with(other)
        };
        let mut patterns: BTreeSet<&str> =
            self.principals.iter().copied().filter(may_meet).collect();
        for statement in &self.scoped {
            let mut near = entries(statement).filter(may_meet).peekable();
            if near.peek().is_some() && actions.iter().any(|name| statement.actions.matches(name)) {
                patterns.extend(near);
            }
        }
        let form = Glob::new(form);
        let globs: Vec<_> = patterns.into_iter().take(PATTERNS).map(Glob::new).collect();
        let mut find =
            |inside: &[&Glob], outside: &[&Glob]| find_with(inside, outside, &mut self.left);
        let narrower: Vec<_> =
            globs.iter().filter(|glob| matches!(find(&[&form], &[glob]), Found::Text(_))).collect();
        let mut names = Vec::new();
        if let Found::Text(name) = find(&[&form], &narrower) {
            names.push(name);
        }
        for glob in narrower {
            if let Found::Text(name) = find(&[&form, glob], &[])
                && names.len() < NAMES
                && !names.contains(&name)
            {
                names.push(name);
            }
        }
        names
    }
}

fn entries(statement: &Statement) -> impl Iterator<Item = &str> {
    let entries = statement.resources.as_ref().map_or(&[][..], Resources::entries);
    entries.iter().map(String::as_str)
}

/// What stands before the first wildcard or variable.
fn literal_head(pattern: &str) -> &str {
    pattern.split(['*', '?', '$']).next().unwrap_or_default()
}
