//! What the principals of many accounts come by through each other's roles, account after account.
//!
//! Three times each account is looked at, and nothing of it is kept but the roles that let others in: [`Reach::survey`] takes
//! these up, [`Reach::link`] what lies behind them, [`Reach::ask`] tells of everybody. Identity Center and root sessions lead
//! from the management account into the others.

mod doors;
mod net;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use trailproof_iam::escalation::{Gateway, Told};

use super::roll::Roll;
use super::targets::Target;
use super::unread::Taken;
use super::ways::{How, incomplete};
use super::who::Can;
use crate::aws::AccountId;
use crate::evidence::{Gap, Observed};
use crate::organization::Organization;

pub(super) use doors::unasked;
pub use doors::{Door, Entrant};
use net::{Come, Goal, Net};
pub(super) use net::{ROOT_TASK, any_permission_set, root_user};

/// What leads from an account into others beside roles.
#[derive(Debug, Clone)]
pub struct Stance {
    /// Whether Identity Center is administered from there; the gap where that is not known.
    pub identity_center: Observed<bool>,
    /// Whether its principals may act as the root users of others; the gap where that is not known.
    pub root_sessions: Observed<bool>,
    /// These others.
    pub roots: Vec<String>,
}

impl Stance {
    fn gap(&self) -> Option<&Gap> {
        [&self.identity_center, &self.root_sessions]
            .into_iter()
            .find_map(|known| known.as_ref().err())
    }
}

/// A way by which a principal comes by something that it does not have, through whatever accounts.
#[derive(Debug, Clone, PartialEq)]
pub struct Arrival {
    /// The principal's place on the roll of its account.
    pub principal: usize,
    /// The resource's ARN.
    pub resource: String,
    /// The action.
    pub action: String,
    /// What the action is authorised on.
    pub on: String,
    /// Whether the way is open.
    pub can: Can,
    /// What is done, in order; the shortest way that is as sure.
    pub path: Vec<Told>,
    /// The principal that has the power in the end.
    pub holder: String,
    /// The keys on which way and power depend.
    pub depends_on: Vec<String>,
}

/// What the principals of many accounts come by.
#[derive(Debug)]
pub struct Reach {
    possible: Net,
    sure: Net,
    /// By account, the first thing that was not read of it and may decide.
    gaps: BTreeMap<String, Gap>,
    /// Whether a search ended early.
    is_cut: bool,
}

impl Default for Reach {
    fn default() -> Self {
        Self {
            possible: Net::new(Taken::Best, false),
            sure: Net::new(Taken::Worst, true),
            gaps: BTreeMap::new(),
            is_cut: false,
        }
    }
}

impl Reach {
    /// Takes up the roles of an account that let others in.
    pub fn survey(&mut self, roll: &Roll) {
        for net in [&mut self.possible, &mut self.sure] {
            net.between.survey(&roll.facts((&[], &[]), net.taken));
        }
    }

    /// The accounts from which one of these can be entered, themselves included.
    #[must_use]
    pub fn leading_to(
        &self,
        concerned: &BTreeSet<AccountId>,
        all: &BTreeSet<AccountId>,
        management: Option<AccountId>,
    ) -> BTreeSet<AccountId> {
        let mut known = concerned.clone();
        known.extend(management.filter(|_| !concerned.is_empty()));
        let owner = |place: &usize| {
            let gateway: Option<&Gateway> = self.possible.between.gateways().get(*place);
            gateway.and_then(|gateway| gateway.owner.account.parse::<AccountId>().ok())
        };
        let leads: Vec<(AccountId, BTreeSet<AccountId>)> = all
            .iter()
            .map(|account| {
                let open = self.possible.between.open_to(account.as_str());
                (*account, open.iter().filter_map(owner).collect())
            })
            .collect();
        loop {
            let more = leads.iter().filter(|(account, to)| {
                !known.contains(account) && to.iter().any(|entered| known.contains(entered))
            });
            let more: Vec<AccountId> = more.map(|(account, _)| *account).collect();
            if more.is_empty() {
                return known;
            }
            known.extend(more);
        }
    }

    /// Takes up what lies behind an account's gateways.
    pub fn link(&mut self, roll: &Roll, targets: &[Target], stance: &Stance) {
        self.note(roll, targets, stance);
        for net in [&mut self.possible, &mut self.sure] {
            self.is_cut |= !net.link(roll, targets, stance);
        }
    }

    fn note(&mut self, roll: &Roll, targets: &[Target], stance: &Stance) {
        let doubt = || roll.circumstances.doubt.clone();
        let gap = roll.first_gap(targets).or_else(doubt).or_else(|| stance.gap().cloned());
        if let Some(gap) = gap {
            self.gaps.entry(roll.source.account.to_string()).or_insert(gap);
        }
    }

    /// What each principal of an account comes by that it does not have.
    pub fn ask(&mut self, roll: &Roll, targets: &[Target], stance: &Stance) -> Vec<Arrival> {
        self.note(roll, targets, stance);
        let all: BTreeSet<usize> = (0..roll.principals.len()).collect();
        let (possible, whole) = self.possible.arrivals(roll, (targets, stance), &all);
        self.is_cut |= !whole;
        let some: BTreeSet<usize> = possible.keys().copied().collect();
        let (sure, whole) = self.sure.arrivals(roll, (targets, stance), &some);
        self.is_cut |= !whole;
        let mut arrivals = Vec::new();
        for (principal, ends) in possible {
            for (key, come) in ends {
                let surely = sure.get(&principal).and_then(|ends| ends.get(&key));
                arrivals.extend(self.arrival(roll, principal, (come, surely)));
            }
        }
        arrivals
    }

    fn arrival(
        &self,
        roll: &Roll,
        principal: usize,
        (come, surely): (Come, Option<&Come>),
    ) -> Option<Arrival> {
        let Come { goal, how: How { path, holder, depends_on } } = surely.cloned().unwrap_or(come);
        let Goal::End(end) = goal else { return None };
        if path.is_empty() {
            return None;
        }
        let mut keys: BTreeSet<String> = depends_on.into_iter().collect();
        keys.extend(path.iter().flat_map(|hop| &hop.steps).flat_map(|s| s.depends_on.clone()));
        let unknown = |gap: &Gap| Can::Unknown(Arc::new(gap.clone()));
        let can = match (surely, &end.moot, &end.doubt) {
            (_, Some(moot), _) => unknown(moot),
            (Some(_), None, _) => Can::Yes,
            (None, None, Some(doubt)) => unknown(doubt),
            (None, None, None) => self.gap_on(roll, &path).map_or(Can::If, unknown),
        };
        Some(Arrival {
            principal,
            resource: end.resource,
            action: end.action,
            on: end.on,
            can,
            path,
            holder,
            depends_on: keys.into_iter().collect(),
        })
    }

    /// What was not read of the accounts that a way leads through.
    fn gap_on(&self, roll: &Roll, path: &[Told]) -> Option<&Gap> {
        let named = path.iter().flat_map(|hop| [Some(&hop.by), hop.target.as_ref()]).flatten();
        let others = named.filter_map(|arn| arn.split(':').nth(4));
        let mut accounts = [roll.source.account.as_str()].into_iter().chain(others);
        accounts.find_map(|account| self.gaps.get(account))
    }

    /// Why there may be more, where a search was cut.
    #[must_use]
    pub fn incomplete(&self) -> Option<Gap> {
        incomplete(!self.is_cut)
    }
}

/// What leads from an account into others: from the management account, what the organization trusts Identity Center and
/// the central management of root users with.
#[must_use]
pub fn stance(organization: &Organization, account: AccountId) -> Stance {
    const IDENTITY_CENTER: &str = "sso.amazonaws.com";
    const ROOT_ACCESS: &str = "iam.amazonaws.com";
    if organization.management().ok().flatten() != Some(account) {
        return Stance { identity_center: Ok(false), root_sessions: Ok(false), roots: Vec::new() };
    }
    let trusts = |name: &str| {
        let read = organization.trusted_services.as_ref().map_err(Clone::clone)?;
        Ok(read.value.service_principals.iter().any(|service| service == name))
    };
    Stance {
        identity_center: trusts(IDENTITY_CENTER),
        root_sessions: trusts(ROOT_ACCESS),
        roots: organization
            .members
            .keys()
            .filter(|id| **id != account)
            .map(ToString::to_string)
            .collect(),
    }
}
