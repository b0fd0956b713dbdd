//! From account to account: roles that let in principals of other accounts, and what lies behind them.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use super::facts::{Entity, Facts};
use super::graph::{Reached, What};
use super::trust;
use crate::bulk::Owner;
use crate::context::Known;
use crate::layers::NamedPolicy;

/// A role whose trust policy names principals of other accounts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gateway {
    /// Its ARN.
    pub arn: String,
    /// Its account, with the resource control policies that bear on it.
    pub owner: Arc<Owner>,
    /// Its trust policy.
    pub trust: Arc<[NamedPolicy]>,
    /// What is known of it as a resource.
    pub known: Vec<(String, Known)>,
    /// The accounts that are named, by id.
    admits: BTreeSet<String>,
    /// Whether everyone is named, so that conditions alone keep anyone out.
    admits_all: bool,
}

impl Gateway {
    fn of(facts: &Facts, owner: &Arc<Owner>, entity: &Entity) -> Option<Self> {
        let strangers = trust::strangers(entity);
        let trust = entity.trust.clone().filter(|_| !strangers.is_empty())?;
        Some(Self {
            arn: entity.arn().to_owned(),
            owner: owner.clone(),
            trust: vec![trust].into(),
            known: entity.known_of_target(),
            admits_all: strangers.contains(&None),
            admits: strangers.into_iter().flatten().filter(|id| id != &facts.account).collect(),
        })
    }

    /// The other accounts whose principals the trust policy names, by id.
    #[must_use]
    pub const fn admits(&self) -> &BTreeSet<String> {
        &self.admits
    }

    /// Whether it names everyone, so that conditions alone keep anyone out.
    #[must_use]
    pub const fn admits_all(&self) -> bool {
        self.admits_all
    }
}

/// What is known of an organization once each account was read: the gateways and how they are connected. It grows with
/// them, not with the principals.
///
/// Accounts are read one after the other, three times: [`Organization::survey`] each, then [`Organization::link`] each,
/// then ask. Nothing of an account must be kept in between.
#[derive(Debug, Clone, Default)]
pub struct Organization {
    gateways: Vec<Gateway>,
    /// By account that they admit.
    by_guest: BTreeMap<String, Vec<usize>>,
    admit_all: Vec<usize>,
    by_arn: BTreeMap<String, usize>,
    behind: BTreeMap<usize, Behind>,
}

/// What lies behind a gateway.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Behind {
    /// The powers over its own account that whoever acts as it comes by, by their place in that account's
    /// [`Facts::powers`], with the number of hops.
    pub powers: Vec<(usize, usize)>,
    /// The further gateways, with the number of hops.
    gateways: Vec<(usize, usize)>,
    /// The accounts of whose root user a session is come by.
    pub roots: Vec<String>,
    /// Whether Identity Center is come by.
    pub anywhere: bool,
}

/// A gateway that is come by, and how. The hops up to the first role are those that the graph of the principal's account
/// found; those from a role to the next, or to a power, are what the graph of that role's account finds from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passage {
    /// The roles of other accounts that are passed through, by their place, the last one being where one arrives.
    pub through: Vec<usize>,
    /// The number of hops to arrive there.
    pub hops: usize,
}

impl Organization {
    /// Nothing known yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes up the gateways of an account.
    pub fn survey(&mut self, facts: &Facts) {
        let owner = Arc::new(Owner {
            account: facts.account.clone(),
            rcps: facts.rcps.clone(),
            management: facts.management,
        });
        for entity in &facts.entities {
            let Some(gateway) = Gateway::of(facts, &owner, entity) else { continue };
            let place = self.gateways.len();
            if gateway.admits_all {
                self.admit_all.push(place);
            }
            for account in &gateway.admits {
                self.by_guest.entry(account.clone()).or_default().push(place);
            }
            self.by_arn.insert(gateway.arn.clone(), place);
            self.gateways.push(gateway);
        }
    }

    /// The gateways that are known.
    #[must_use]
    pub fn gateways(&self) -> &[Gateway] {
        &self.gateways
    }

    /// The place of a role among them.
    #[must_use]
    pub fn place(&self, role: &str) -> Option<usize> {
        self.by_arn.get(role).copied()
    }

    /// The places of those that a principal of this account may be let in by, in other accounts.
    #[must_use]
    pub fn open_to(&self, account: &str) -> Vec<usize> {
        let named = self.by_guest.get(account).into_iter().flatten().chain(&self.admit_all);
        let elsewhere = |place: &&usize| {
            self.gateways.get(**place).is_some_and(|gateway| gateway.owner.account != account)
        };
        let mut places: Vec<_> = named.filter(elsewhere).copied().collect();
        places.sort_unstable();
        places.dedup();
        places
    }

    /// The same gateways, in the order in which [`super::Escalation::graph`] is given them.
    #[must_use]
    pub fn gateways_for(&self, account: &str) -> Vec<&Gateway> {
        self.open_to(account).into_iter().filter_map(|place| self.gateways.get(place)).collect()
    }

    /// Takes up what lies behind a gateway: what its account's graph, built with [`Organization::gateways_for`], found from
    /// it.
    pub fn link(&mut self, facts: &Facts, role: &str, found: &[Reached]) {
        let Some(place) = self.place(role) else { return };
        let open = self.open_to(&facts.account);
        let mut behind = Behind::default();
        for reached in found {
            let hops = reached.path.len();
            match reached.what {
                What::Power(power) => behind.powers.push((power, hops)),
                What::Gateway(at) => {
                    behind.gateways.extend(open.get(at).map(|place| (*place, hops)))
                }
                What::Root(at) => behind.roots.extend(facts.roots.get(at).cloned()),
                What::Anywhere => behind.anywhere = true,
            }
        }
        self.behind.insert(place, behind);
    }

    /// What lies behind a gateway, as far as it was taken up.
    #[must_use]
    pub fn behind(&self, gateway: usize) -> Option<&Behind> {
        self.behind.get(&gateway)
    }

    /// Every gateway of whatever account that a principal comes by, with a shortest passage to it, from what the graph of
    /// the principal's account found. Sorted by the gateway's place.
    #[must_use]
    pub fn passages(&self, account: &str, found: &[Reached]) -> BTreeMap<usize, Passage> {
        let open = self.open_to(account);
        // By number of hops; what is equally far in the order in which it was found.
        let mut queue: BTreeMap<usize, VecDeque<Vec<usize>>> = BTreeMap::new();
        for reached in found {
            if let What::Gateway(at) = reached.what
                && let Some(place) = open.get(at)
            {
                queue.entry(reached.path.len()).or_default().push_back(vec![*place]);
            }
        }
        let mut passages = BTreeMap::new();
        while let Some(mut nearest) = queue.first_entry() {
            let hops = *nearest.key();
            let Some(through) = nearest.get_mut().pop_front() else {
                nearest.remove();
                continue;
            };
            let Some(place) = through.last().copied().filter(|place| !passages.contains_key(place))
            else {
                continue;
            };
            for (next, more) in self.behind.get(&place).iter().flat_map(|b| &b.gateways) {
                let mut longer = through.clone();
                longer.push(*next);
                queue.entry(hops + more).or_default().push_back(longer);
            }
            passages.insert(place, Passage { through, hops });
        }
        passages
    }
}
