//! Who of other accounts can act in those whose evidence serves more than themselves.
//!
//! Each principal that can become somebody there has what that one has, or comes by. Only those accounts are looked at from
//! which one can come there, each of them three times, and nothing of them is kept but who can enter.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::sync::{Arc, OnceLock};

use super::actions::all as all_actions;
use super::reach::{Door, Entrant, Reach, Stance, stance, unasked};
use super::roll::Roll;
use crate::account::AccountView;
use crate::aws::{AccountId, Arn};
use crate::evidence::{Gap, Observed};
use crate::organization::{Member, Organization};
use crate::snapshot::{Document, Snapshot};

/// So many principals at one door are kept with their way; of the others only who they are.
const WITH_THEIR_WAY: usize = 50;

/// What of an account the records of others depend on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Serving {
    /// Its trails and event data stores, or the organization's that it administers.
    Recorders,
    /// Its buckets.
    Buckets,
    /// Its keys.
    Keys,
    /// Its log groups, with their alarms, and its topics.
    Watchers,
}

/// Those who can act in one account, by as whom.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Entries {
    /// Why they were looked for. They count for nothing else there.
    pub serves: BTreeSet<Serving>,
    /// In the order of the accounts from which they come.
    pub by_door: BTreeMap<Door, Vec<Entrant>>,
    /// Why there may be more.
    pub incomplete: Option<Gap>,
}

/// Those who can act in the accounts that were looked at.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Entrances {
    accounts: BTreeMap<AccountId, Arc<Entries>>,
}

impl Entrances {
    /// Those who can act in an account; none where it was not looked at, because its evidence serves no other.
    #[must_use]
    pub fn of(&self, account: AccountId) -> Option<&Arc<Entries>> {
        self.accounts.get(&account)
    }

    /// Looks for those who can enter the accounts that own what other accounts' records depend on.
    ///
    /// # Errors
    /// Where the snapshot cannot be read.
    pub fn find<S: Snapshot>(snapshot: &S, organization: &Organization) -> Result<Self, S::Error> {
        let serving = serving_others(organization);
        let owners: BTreeSet<AccountId> = serving.keys().copied().collect();
        if owners.is_empty() {
            return Ok(Self::default());
        }
        let mut search = Search { organization, reach: Reach::default(), unread: BTreeMap::new() };
        let all: BTreeSet<AccountId> = organization.members.keys().copied().collect();
        // Whoever is in the management account may come into every other by services of the organization.
        let management = organization.management().ok().flatten();
        let mut open: BTreeSet<AccountId> =
            owners.iter().copied().chain(management).filter(|id| all.contains(id)).collect();
        let mut leading = BTreeSet::new();
        while !open.is_empty() {
            search.each(snapshot, &open, |reach, roll, _| reach.survey(roll))?;
            leading.append(&mut open);
            open = search.reach.guests(&all).difference(&leading).copied().collect();
        }
        search.each(snapshot, &leading, |reach, roll, stance| reach.link(roll, &[], stance))?;
        let entries = |serves| Entries { serves, ..Entries::default() };
        let mut found: BTreeMap<AccountId, Entries> =
            serving.into_iter().map(|(owner, serves)| (owner, entries(serves))).collect();
        let mut enter = |entrants: Vec<(Door, Entrant)>| {
            for (door, entrant) in entrants {
                let into = match &door {
                    Door::Role(arn) => account_of(arn),
                    Door::Root(account) => account.parse().ok(),
                    Door::PermissionSet => None,
                };
                for (owner, entries) in &mut found {
                    if into.is_none_or(|account| account == *owner) {
                        entries.let_in(&door, &entrant);
                    }
                }
            }
        };
        search.each(snapshot, &leading, |reach, roll, stance| {
            enter(reach.entrances(roll, stance));
        })?;
        for (account, gap) in &search.unread {
            let stance = stance(organization, *account);
            enter(search.reach.unread_guest(*account, &stance, gap));
        }
        let incomplete = search.reach.incomplete();
        let accounts = found.into_iter().map(|(owner, mut entries)| {
            entries.incomplete.clone_from(&incomplete);
            (owner, Arc::new(entries))
        });
        Ok(Self { accounts: accounts.collect() })
    }
}

impl Entries {
    fn let_in(&mut self, door: &Door, entrant: &Entrant) {
        let entrants = self.by_door.entry(door.clone()).or_default();
        let mut entrant = entrant.clone();
        if entrants.len() >= WITH_THEIR_WAY {
            entrant.path = Vec::new();
        }
        entrants.push(entrant);
    }
}

/// What is done with each account.
struct Search<'a> {
    organization: &'a Organization,
    reach: Reach,
    /// The accounts whose principals were not read.
    unread: BTreeMap<AccountId, Gap>,
}

impl Search<'_> {
    fn each<S: Snapshot>(
        &mut self,
        snapshot: &S,
        accounts: &BTreeSet<AccountId>,
        mut with: impl FnMut(&mut Reach, &Roll, &Stance),
    ) -> Result<(), S::Error> {
        let mut met = BTreeSet::new();
        let Self { organization, reach, unread } = self;
        snapshot.visit_some(accounts, &mut |document| {
            let account = document.account;
            met.insert(account);
            if let Some(read) = roll(organization, document) {
                match read {
                    Ok(roll) => with(reach, &roll, &stance(organization, account)),
                    Err(gap) => {
                        unread.insert(account, gap);
                    }
                }
            }
            ControlFlow::Continue(())
        })?;
        let missed = accounts.difference(&met).filter_map(|id| organization.members.get(id));
        for member in missed.filter(|member| member.state.is_active()) {
            let gap = member.session.as_ref().err().map(|gap| (**gap).clone());
            unread.insert(member.id, gap.unwrap_or_else(|| unasked(member.id)));
        }
        Ok(())
    }
}

/// The principals of the account that the document is about; none where nobody is in it.
fn roll(organization: &Organization, document: &Document) -> Option<Observed<Roll>> {
    let member: &Member = organization.members.get(&document.account)?;
    if !member.state.is_active() {
        return None;
    }
    if let Err(gap) = &member.session {
        return Some(Err((**gap).clone()));
    }
    let cell = OnceLock::new();
    let view = AccountView { member, organization, document, roll: &cell };
    Some(Roll::read(&view, all_actions()))
}

fn account_of(arn: &str) -> Option<AccountId> {
    Arn::parse(arn).ok()?.account_id()
}

/// The accounts of the organization on which the records of others depend: owners of its trails and event data stores, those
/// that administer them in its stead, and the owners of what other accounts' trails deliver to, encrypt with and notify.
fn serving_others(organization: &Organization) -> BTreeMap<AccountId, BTreeSet<Serving>> {
    let mut owners: BTreeMap<AccountId, BTreeSet<Serving>> = BTreeMap::new();
    let mut serve = |owner: AccountId, what: Serving| {
        if organization.members.contains_key(&owner) {
            owners.entry(owner).or_default().insert(what);
        }
    };
    for trail in organization.trails().filter(|trail| organization.judges(trail)) {
        let serves = |owner: &AccountId| trail.is_organization_trail() || *owner != trail.owner;
        let bucket = organization.bucket_of(trail).and_then(|bucket| bucket.owner);
        bucket.filter(serves).into_iter().for_each(|owner| serve(owner, Serving::Buckets));
        let watching = [trail.log_group(), trail.topic()].into_iter().flatten();
        let watching = watching.filter_map(account_of).filter(serves);
        watching.for_each(|owner| serve(owner, Serving::Watchers));
        if trail.is_organization_trail() {
            let delegates = organization.delegated_administrators.iter().flatten().copied();
            delegates.chain([trail.owner]).for_each(|owner| serve(owner, Serving::Recorders));
        }
    }
    for key in organization.keys() {
        let owner = key.target.account;
        if key.serves_organization || key.trail_owners.iter().any(|user| *user != owner) {
            serve(owner, Serving::Keys);
        }
    }
    for store in organization.stores().filter(|store| store.is_organization_store()) {
        serve(store.owner, Serving::Recorders);
    }
    owners
}
