//! The units of the organization's tree by their paths.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::answer::OrganizationalTree;
use crate::aws::AccountId;
use crate::organization::Unit;

/// Each unit with those above it.
pub(super) struct UnitPaths<'a> {
    tree: &'a OrganizationalTree,
    above: BTreeMap<&'a str, Arc<[Unit]>>,
}

impl<'a> UnitPaths<'a> {
    pub(super) fn of(tree: &'a OrganizationalTree) -> Self {
        let by_id: BTreeMap<&str, _> =
            tree.units.iter().map(|unit| (unit.id.as_str(), unit)).collect();
        let above = |id: &str| {
            let mut line = Vec::new();
            let mut next = Some(id);
            // AWS nests units five deep. A broken tree may hold a circle, or a path as long as the tree is large.
            while let Some(unit) = next.and_then(|id| by_id.get(id)).filter(|_| line.len() < 16) {
                line.push(*unit);
                next = unit.parent.as_deref();
            }
            let mut path = String::new();
            line.into_iter()
                .rev()
                .map(|unit| {
                    let slash = if path.is_empty() { "" } else { "/" };
                    path = format!("{path}{slash}{}", unit.name);
                    Unit { id: unit.id.clone(), path: path.clone() }
                })
                .collect()
        };
        Self { tree, above: by_id.keys().map(|id| (*id, above(id))).collect() }
    }

    /// The units above an account, from the root.
    pub(super) fn above(&self, account: AccountId) -> Option<Arc<[Unit]>> {
        self.above.get(self.tree.accounts.get(&account)?.as_str()).cloned()
    }

    /// The names of the units above an account, joined by `/`.
    pub(super) fn of_account(&self, account: AccountId) -> String {
        let unit = self.tree.accounts.get(&account).and_then(|id| self.above.get(id.as_str()));
        unit.and_then(|line| line.last()).map(|unit| unit.path.clone()).unwrap_or_default()
    }
}
