//! Who has everything, and by which statements.

use trailproof_iam::{Actions, Effect, PolicyDocument, Statement};

use super::roll::Roll;
use crate::evidence::Gap;
use crate::pattern;

/// Who of an account has everything that an administrator has.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Administrators {
    /// The places on the roll of those who surely have it.
    pub sure: Vec<usize>,
    /// How many more may have it.
    pub open: usize,
    /// Why that is not known of the first of them.
    pub gap: Option<Gap>,
}

/// The statement by which a policy gives everything: all actions on all resources, or all but some that leave the whole
/// of IAM. Conditions do not count: they are on when, not on what.
#[must_use]
pub fn gives_everything(document: &PolicyDocument) -> Option<&Statement> {
    document.statements.iter().find(|statement| {
        let everywhere = statement.resources.as_ref().is_some_and(|resources| {
            let all = matches!(resources, trailproof_iam::Resources::Resource(_));
            all && resources.entries().iter().any(|entry| is_all(entry))
        });
        let everything = match &statement.actions {
            Actions::Action(entries) => entries.iter().any(|entry| is_all(entry)),
            Actions::NotAction(entries) => !entries.iter().any(|entry| touches_iam(entry)),
        };
        statement.effect == Effect::Allow && everywhere && everything
    })
}

fn is_all(entry: &str) -> bool {
    let stars = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte == b'*');
    entry.split(':').all(stars)
}

fn touches_iam(entry: &str) -> bool {
    let service = entry.split(':').next().unwrap_or_default().to_ascii_lowercase();
    pattern::matches(&service, "iam")
}

impl Roll {
    /// Who has everything without a condition and without a boundary around it.
    #[must_use]
    pub fn administrators(&self) -> Administrators {
        let mut found = Administrators::default();
        for (at, principal) in self.principals.iter().enumerate() {
            let held = principal.own.iter().chain(self.through_groups(principal));
            let mut documents = held.filter_map(|held| self.bulk.named(held.id?));
            let has = documents.any(|policy| {
                let statement = gives_everything(&policy.document);
                statement.is_some_and(|statement| statement.conditions.is_empty())
            });
            match &principal.gap {
                Some(gap) if principal.boundary.as_ref().is_none_or(|held| held.id.is_none()) => {
                    // A boundary that was not read may be none, and what was not read may give everything.
                    if has && principal.boundary.is_none() {
                        found.sure.push(at);
                    } else {
                        found.open += 1;
                        found.gap.get_or_insert_with(|| gap.clone());
                    }
                }
                _ if has && principal.boundary.is_none() => found.sure.push(at),
                _ => {}
            }
        }
        found
    }
}
