//! The units of the organization's tree by their paths.

use std::collections::BTreeMap;

use crate::answer::OrganizationalTree;
use crate::aws::AccountId;

/// The path of each unit: the names of it and of those above it, from the root, joined by `/`.
pub(super) struct UnitPaths<'a> {
    tree: &'a OrganizationalTree,
    paths: BTreeMap<&'a str, String>,
}

impl<'a> UnitPaths<'a> {
    pub(super) fn of(tree: &'a OrganizationalTree) -> Self {
        let by_id: BTreeMap<&str, _> =
            tree.units.iter().map(|unit| (unit.id.as_str(), unit)).collect();
        let path = |id: &str| {
            let mut names = Vec::new();
            let mut next = Some(id);
            // AWS nests units five deep. A broken tree may hold a circle, or a path as long as the tree is large.
            while let Some(unit) = next.and_then(|id| by_id.get(id)).filter(|_| names.len() < 16) {
                names.push(unit.name.as_str());
                next = unit.parent.as_deref();
            }
            names.reverse();
            names.join("/")
        };
        Self { tree, paths: by_id.keys().map(|id| (*id, path(id))).collect() }
    }

    /// Of the units above an account.
    pub(super) fn of_account(&self, account: AccountId) -> String {
        let unit = self.tree.accounts.get(&account);
        unit.and_then(|unit| self.paths.get(unit.as_str())).cloned().unwrap_or_default()
    }
}
