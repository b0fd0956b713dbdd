//! Generated worlds: an organization of any size that is a function of a seed, one account at a time.

mod account;
mod chance;
mod extras;
mod frame;
mod iam;
mod trails;

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::description::{Account, Description, Iam, Unit};
use crate::generated::chance::Chance;
use crate::land::Land;

/// How large a generated organization is and what it is made of. Shares lie between 0 and 1.
///
/// Account 0 is the management account, account 1 the log archive and account 2 the security account; these are in
/// order. The organization trail delivers to a protected bucket of the log archive. All other accounts differ.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Shape {
    /// Two shapes that differ in this alone have the same size and nothing else in common.
    pub seed: u64,
    /// Members of the organization, the management account included.
    pub accounts: usize,
    /// Roles in each account, beside the auditor's own.
    pub roles_per_account: usize,
    /// Customer managed policies in each account, their documents of about 1 kB.
    pub policies_per_account: usize,
    /// Users in each account.
    pub users_per_account: usize,
    /// Groups in each account.
    pub groups_per_account: usize,
    /// Buckets in each account, beside those that trails deliver to.
    pub buckets_per_account: usize,
    /// How many accounts share an organizational unit; 0: there are no units.
    pub accounts_per_unit: usize,
    /// How many units lie directly in a unit or the root.
    pub units_per_unit: usize,
    /// The share of accounts that switched on regions of their own choice.
    pub opt_in_regions: f64,
    /// The share of accounts with trails of their own, in all shapes that trails come in.
    pub own_trails: f64,
    /// The share of accounts with event data stores of their own.
    pub event_data_stores: f64,
    /// The share of accounts that are suspended.
    pub suspended: f64,
    /// The share of accounts whose role cannot be assumed.
    pub role_denied: f64,
}

impl Default for Shape {
    fn default() -> Self {
        Self {
            seed: 0,
            accounts: 100,
            roles_per_account: 40,
            policies_per_account: 10,
            users_per_account: 3,
            groups_per_account: 2,
            buckets_per_account: 4,
            accounts_per_unit: 50,
            units_per_unit: 25,
            opt_in_regions: 0.1,
            own_trails: 0.1,
            event_data_stores: 0.05,
            suspended: 0.01,
            role_denied: 0.0,
        }
    }
}

impl Shape {
    /// The same world as one description, with every account in memory: for small numbers of them.
    #[must_use]
    pub fn describe(&self) -> Description {
        let generator = Generator::new(self.clone());
        let mut description = generator.frame();
        if let Some(organization) = &mut description.organization {
            organization.units =
                (0..generator.units()).map(|index| generator.unit(index)).collect();
        }
        // The stranger comes last, one past the members.
        let accounts = (0..=generator.accounts()).map(|index| {
            let account = generator.account(index);
            Account { iam: generator.iam(&account.id, true), ..account }
        });
        description.accounts = accounts.collect();
        description
    }

    /// The id of an account by its place in the organization's list.
    #[must_use]
    pub fn account_id(&self, index: usize) -> String {
        Generator::new(self.clone()).id(index)
    }

    pub(crate) fn land(self) -> Land {
        Land::generated(Generator::new(self))
    }
}

/// Account ids run through these in steps, so that neighbours in the list are no neighbours by number.
const FIRST_ID: u64 = 100_000_000_000;
const IDS: u64 = 900_000_000_000;
/// Shares no prime factor (2, 3, 5) with `IDS`, so the steps reach every id once and have an inverse.
const STEP: u64 = 382_345_679_117;

/// Makes accounts; holds none.
#[derive(Debug)]
pub(crate) struct Generator {
    shape: Shape,
    first: u64,
    back: u64,
}

impl Generator {
    pub(crate) fn new(shape: Shape) -> Self {
        let shape = Shape { accounts: shape.accounts.max(1), ..shape };
        let first = Chance::new(shape.seed, 0).number("ids") % IDS;
        Self { shape, first, back: inverse(STEP, IDS) }
    }

    /// The members; the stranger is not among them.
    pub(crate) fn accounts(&self) -> usize {
        self.shape.accounts
    }

    fn id(&self, index: usize) -> String {
        let steps = u64::try_from(index).unwrap_or(u64::MAX) % IDS;
        let place = (product(steps, STEP) + self.first) % IDS;
        (FIRST_ID + place).to_string()
    }

    /// The place of an account, the stranger's included; none for an id that nobody has.
    pub(crate) fn index(&self, id: &str) -> Option<usize> {
        let number: u64 = id.parse().ok().filter(|_| id.len() == 12)?;
        let place = number.checked_sub(FIRST_ID)? % IDS;
        let steps = product((place + IDS - self.first) % IDS, self.back);
        usize::try_from(steps).ok().filter(|index| *index <= self.shape.accounts)
    }

    fn chance(&self, index: usize) -> Chance {
        Chance::new(self.shape.seed, u64::try_from(index).unwrap_or(u64::MAX).saturating_add(1))
    }

    /// The owner that a bucket's name tells.
    pub(crate) fn bucket_owner(&self, name: &str) -> Option<usize> {
        name.split('-').filter(|part| part.len() == 12).find_map(|part| self.index(part))
    }

    pub(crate) fn iam(&self, account: &str, policies: bool) -> Iam {
        let index = self.index(account).filter(|index| *index < self.shape.accounts);
        index.map_or_else(Iam::default, |index| {
            iam::iam(&self.shape, self.chance(index), (account, policies))
        })
    }

    /// Users, groups, roles and managed policies of an account.
    pub(crate) fn principals(&self) -> usize {
        let shape = &self.shape;
        let people = shape.users_per_account + shape.groups_per_account;
        people + shape.roles_per_account + shape.policies_per_account
    }

    /// The number of organizational units.
    pub(crate) fn units(&self) -> usize {
        match self.shape.accounts_per_unit {
            0 => 0,
            per_unit => self.shape.accounts.div_ceil(per_unit),
        }
    }

    /// Units are numbered level by level, each with as many below it as the shape says.
    fn branching(&self) -> usize {
        self.shape.units_per_unit.max(1)
    }

    pub(crate) fn unit(&self, index: usize) -> Unit {
        let parent = (index / self.branching()).checked_sub(1).map(unit_id);
        Unit { id: unit_id(index), name: format!("Unit {index}"), parent }
    }

    pub(crate) fn unit_index(&self, id: &str) -> Option<usize> {
        let index = id.strip_prefix(frame::UNIT_PREFIX).filter(|digits| digits.len() == 8)?;
        index.parse().ok().filter(|index| *index < self.units())
    }

    pub(crate) fn units_below(&self, parent: &str) -> Range<usize> {
        let level = match self.unit_index(parent) {
            Some(index) => index.saturating_add(1),
            None if parent == frame::ROOT => 0,
            None => return 0..0,
        };
        let first = level.saturating_mul(self.branching());
        let end = first.saturating_add(self.branching()).min(self.units());
        first.min(end)..end
    }

    /// Accounts are dealt out in turn, to the root first, then to each unit.
    fn slots(&self) -> usize {
        self.units().saturating_add(1)
    }

    fn parent(&self, index: usize) -> Option<String> {
        (index % self.slots()).checked_sub(1).map(unit_id)
    }

    fn slot(&self, parent: &str) -> Option<usize> {
        if parent == frame::ROOT {
            Some(0)
        } else {
            Some(self.unit_index(parent)?.saturating_add(1))
        }
    }

    pub(crate) fn count_below(&self, parent: &str) -> usize {
        let rest = self.slot(parent).and_then(|slot| self.shape.accounts.checked_sub(slot));
        rest.map_or(0, |rest| rest.div_ceil(self.slots()))
    }

    /// The place in the organization of the account at a place in a unit.
    pub(crate) fn below(&self, parent: &str, place: usize) -> Option<usize> {
        let index = place.checked_mul(self.slots())?.checked_add(self.slot(parent)?)?;
        Some(index).filter(|index| *index < self.shape.accounts)
    }
}

fn unit_id(index: usize) -> String {
    format!("{}{index:08}", frame::UNIT_PREFIX)
}

/// `a * b` modulo the number of ids.
fn product(a: u64, b: u64) -> u64 {
    let whole = u128::from(a) * u128::from(b) % u128::from(IDS);
    u64::try_from(whole).unwrap_or_default()
}

/// The number by which a step is undone, by Euclid's algorithm.
fn inverse(step: u64, modulus: u64) -> u64 {
    let (mut old, mut new) = ((i128::from(modulus), 0_i128), (i128::from(step), 1_i128));
    while new.0 != 0 {
        let times = old.0 / new.0;
        (old, new) = (new, (old.0 - times * new.0, old.1 - times * new.1));
    }
    u64::try_from(old.1.rem_euclid(i128::from(modulus))).unwrap_or_default()
}

#[cfg(test)]
#[path = "generated/tests.rs"]
mod tests;
