//! Which policy applies to which account: one for all, and overrides for units, accounts and tags.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::aws::AccountId;
use crate::evidence::Gap;
use crate::organization::{Member, Organization};
use crate::pattern;
use crate::policy::Policy;

/// The accounts that an override is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selector {
    /// Those in a unit or below it: its id, or a glob of its path from the root such as `Root/Workloads`.
    Unit(String),
    /// Those whose id matches this glob.
    Account(String),
    /// Those with this tag.
    Tag {
        /// Its key.
        key: String,
        /// A glob of its value.
        value: String,
    },
}

impl Selector {
    /// Whether it selects that account.
    ///
    /// # Errors
    /// Where the account's units or tags were not read.
    fn selects(&self, member: &Member) -> Result<bool, Box<Gap>> {
        match self {
            Self::Account(glob) => Ok(pattern::matches(glob, member.id.as_str())),
            Self::Unit(unit) => {
                let units = member.units.as_ref().map_err(Clone::clone)?;
                Ok(units.iter().any(|above| above.is(unit)))
            }
            Self::Tag { key, value } => {
                let tags = member.tags.as_ref().map_err(Clone::clone)?;
                Ok(tags.get(key).is_some_and(|found| pattern::matches(value, found)))
            }
        }
    }
}

impl std::fmt::Display for Selector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Unit(unit) => write!(f, "ou {unit:?}"),
            Self::Account(glob) => write!(f, "account {glob:?}"),
            Self::Tag { key, value } => write!(f, "tag {:?}", format!("{key}={value}")),
        }
    }
}

/// Why an override cannot be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OverrideError {
    /// The run looks at one set of regions.
    #[error(
        "excluded_regions holds for the whole run and cannot be overridden; set it under [policy]"
    )]
    Regions,
    /// A name or value that the policy does not have.
    #[error("{0}")]
    Parameter(String),
}

/// Parameters that some accounts have otherwise. One that is given takes the place of the whole parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Override {
    selector: Selector,
    changes: Map<String, Value>,
}

impl Override {
    /// Checks that the changes are some that a policy can have.
    ///
    /// # Errors
    /// An unknown parameter, a wrong value, or one that holds for the whole run.
    pub fn new(selector: Selector, changes: Map<String, Value>) -> Result<Self, OverrideError> {
        if changes.contains_key("excluded_regions") {
            return Err(OverrideError::Regions);
        }
        let this = Self { selector, changes };
        this.changed(&Policy::default())
            .map(|_| ())
            .map_err(|error| OverrideError::Parameter(error.to_string()))?;
        Ok(this)
    }

    /// The accounts that it is for.
    #[must_use]
    pub fn selector(&self) -> &Selector {
        &self.selector
    }

    /// What it changes.
    #[must_use]
    pub fn changes(&self) -> &Map<String, Value> {
        &self.changes
    }

    fn changed(&self, policy: &Policy) -> Result<Policy, serde_json::Error> {
        let mut whole = serde_json::to_value(policy)?;
        if let Some(parameters) = whole.as_object_mut() {
            parameters.extend(self.changes.clone());
        }
        serde_json::from_value(whole)
    }
}

/// A policy for all accounts, and overrides in the order in which they apply: the later wins.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Policies {
    /// What holds where no override says otherwise.
    pub base: Policy,
    /// The overrides.
    pub overrides: Vec<Override>,
}

impl From<Policy> for Policies {
    fn from(base: Policy) -> Self {
        Self { base, overrides: Vec::new() }
    }
}

impl Policies {
    /// The accounts outside the organization that may hold logs, in the base policy or in any override.
    #[must_use]
    pub fn trusted_log_accounts(&self) -> BTreeSet<AccountId> {
        let named = self.overrides.iter().filter_map(|one| one.changes.get("trusted_log_accounts"));
        let named = named.filter_map(|value| serde_json::from_value(value.clone()).ok());
        let named = named.flat_map(|ids: BTreeSet<AccountId>| ids);
        self.base.trusted_log_accounts.iter().copied().chain(named).collect()
    }

    /// How many pages of event history are read for one question: as many as any account's policy asks for.
    #[must_use]
    pub fn lookup_max_pages(&self) -> u32 {
        let named = self.overrides.iter().filter_map(|one| one.changes.get("lookup_max_pages"));
        let named = named.filter_map(|value| u32::try_from(value.as_u64()?).ok());
        named.fold(self.base.lookup_max_pages, u32::max)
    }

    /// Whether the accounts' tags must be known to tell which policy applies.
    #[must_use]
    pub fn select_by_tag(&self) -> bool {
        self.overrides.iter().any(|one| matches!(one.selector, Selector::Tag { .. }))
    }

    /// The parameters of the base policy that are not the catalogue's default.
    #[must_use]
    pub fn changed(&self) -> Map<String, Value> {
        let parameters = |policy: &Policy| match serde_json::to_value(policy) {
            Ok(Value::Object(parameters)) => parameters,
            _ => Map::new(),
        };
        let default = parameters(&Policy::default());
        let changed = parameters(&self.base).into_iter();
        changed.filter(|(name, value)| default.get(name) != Some(value)).collect()
    }

    /// Decides for every account of the graph.
    #[must_use]
    pub fn resolve(&self, organization: &Organization) -> Resolved {
        let mut resolved =
            Resolved { policies: vec![self.base.clone()], of: BTreeMap::new(), idle: Vec::new() };
        if self.overrides.is_empty() {
            return resolved;
        }
        let mut used = BTreeSet::new();
        for member in organization.members.values() {
            let mut stance = Stance { policies: vec![0], gap: None, too_many: false };
            for (number, one) in self.overrides.iter().enumerate() {
                match one.selector.selects(member) {
                    Ok(false) => {}
                    Ok(true) => {
                        let _ = used.insert(number);
                        stance.policies =
                            stance.policies.iter().map(|at| resolved.changed(*at, one)).collect();
                    }
                    Err(gap) => {
                        // Not known to be idle.
                        let _ = used.insert(number);
                        let changed: Vec<usize> =
                            stance.policies.iter().map(|at| resolved.changed(*at, one)).collect();
                        stance.policies.extend(changed);
                        stance.gap.get_or_insert(gap);
                    }
                }
                stance.policies.sort_unstable();
                stance.policies.dedup();
                if stance.policies.len() > MOST {
                    stance.policies.truncate(1);
                    stance.too_many = true;
                }
            }
            if stance.policies != [0] || stance.too_many {
                resolved.of.insert(member.id, stance);
            }
        }
        let idle = self.overrides.iter().enumerate().filter(|(number, _)| !used.contains(number));
        resolved.idle = idle.map(|(_, one)| one.selector.to_string()).collect();
        resolved
    }
}

/// What applies to an account: one policy, or several of which it is not known which.
#[derive(Debug, Clone, PartialEq)]
struct Stance {
    policies: Vec<usize>,
    gap: Option<Box<Gap>>,
    /// There are more than can be told apart.
    too_many: bool,
}

/// So many policies are judged for one account of which it is not known which applies.
const MOST: usize = 64;

/// The policy of every account.
#[derive(Debug, Clone, PartialEq)]
pub struct Resolved {
    /// The base policy first.
    policies: Vec<Policy>,
    of: BTreeMap<AccountId, Stance>,
    idle: Vec<String>,
}

impl Resolved {
    /// The place of a policy with these changes.
    fn changed(&mut self, at: usize, one: &Override) -> usize {
        // What was checked when the override was made cannot fail here.
        let Some(Ok(policy)) = self.policies.get(at).map(|policy| one.changed(policy)) else {
            return at;
        };
        self.policies.iter().position(|known| *known == policy).unwrap_or_else(|| {
            self.policies.push(policy);
            self.policies.len() - 1
        })
    }

    /// The policies that may apply to an account: the first, the others, and why it is not known which.
    #[must_use]
    pub fn of(&self, account: AccountId) -> (&Policy, Vec<&Policy>, Option<&Gap>) {
        let base = self.policies.first();
        let stance = self.of.get(&account);
        let mut applying = stance
            .into_iter()
            .flat_map(|stance| &stance.policies)
            .filter_map(|at| self.policies.get(*at));
        let first = applying.next().or(base).unwrap_or(&DEFAULT);
        (first, applying.collect(), stance.and_then(|stance| stance.gap.as_deref()))
    }

    /// Whether even the policies of [`Resolved::of`] are not all that may apply: nothing can be judged then.
    #[must_use]
    pub fn too_many(&self, account: AccountId) -> bool {
        self.of.get(&account).is_some_and(|stance| stance.too_many)
    }

    /// The overrides that select no account, as they were written.
    #[must_use]
    pub fn idle(&self) -> &[String] {
        &self.idle
    }
}

static DEFAULT: std::sync::LazyLock<Policy> = std::sync::LazyLock::new(Policy::default);

#[cfg(test)]
mod tests;
