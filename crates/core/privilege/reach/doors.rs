//! As whom principals can act in other accounts, whatever that gives them there.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use trailproof_iam::escalation::{Gateway, Reached, Told};

use super::net::{Come, Goal, Net};
use super::{Reach, Stance};
use crate::aws::AccountId;
use crate::evidence::{Cause, Gap};
use crate::fact::Fact;
use crate::privilege::roll::Roll;
use crate::privilege::who::Can;

/// As whom one acts in an account into which one came from outside.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Door {
    /// The role of this ARN.
    Role(String),
    /// A permission set that Identity Center can be made to provision there, with all rights; in any account.
    PermissionSet,
    /// The root user of this account, in a session for one task.
    Root(String),
}

/// A principal that can act as somebody in another account, or may.
#[derive(Debug, Clone, PartialEq)]
pub struct Entrant {
    /// Its ARN; where its account was not read, the account in words.
    pub principal: String,
    /// Whether the way is open.
    pub can: Can,
    /// What is done, in order; the shortest way that is as sure.
    pub path: Vec<Told>,
    /// The keys on which the way depends.
    pub depends_on: BTreeSet<String>,
}

/// By door, the way to it.
type Doors = BTreeMap<Door, Vec<Told>>;

impl Reach {
    /// The accounts whose principals some role that was surveyed lets in, as far as they are among these.
    #[must_use]
    pub fn guests(&self, all: &BTreeSet<AccountId>) -> BTreeSet<AccountId> {
        let gateways = self.possible.between.gateways();
        if gateways.iter().any(Gateway::admits_all) {
            return all.clone();
        }
        let named = gateways.iter().flat_map(Gateway::admits);
        let accounts = named.filter_map(|id| id.parse::<AccountId>().ok());
        accounts.filter(|account| all.contains(account)).collect()
    }

    /// As whom each principal of an account can act in others, by door.
    pub fn entrances(&mut self, roll: &Roll, stance: &Stance) -> Vec<(Door, Entrant)> {
        self.note(roll, &[], stance);
        let all: BTreeSet<usize> = (0..roll.principals.len()).collect();
        let (possible, whole) = self.possible.doors(roll, stance, &all);
        let some: BTreeSet<usize> = possible.keys().copied().collect();
        let (sure, all_sure) = self.sure.doors(roll, stance, &some);
        self.is_cut |= !whole || !all_sure;
        let mut entrants = Vec::new();
        for (at, doors) in possible {
            let Some(principal) = roll.principals.get(at) else { continue };
            for (door, path) in doors {
                let surely = sure.get(&at).and_then(|doors| doors.get(&door)).cloned();
                let can = match &surely {
                    Some(_) => Can::Yes,
                    None => self
                        .gap_on(roll, &path)
                        .map_or(Can::If, |gap| Can::Unknown(Arc::new(gap.clone()))),
                };
                let path = surely.unwrap_or(path);
                let steps = path.iter().flat_map(|hop| &hop.steps);
                let depends_on = steps.flat_map(|step| step.depends_on.iter().cloned()).collect();
                let principal = principal.arn.clone();
                entrants.push((door, Entrant { principal, can, path, depends_on }));
            }
        }
        entrants
    }

    /// What an account that was not read leaves open: somebody in it may act as those who let it in.
    #[must_use]
    pub fn unread_guest(
        &self,
        account: AccountId,
        stance: &Stance,
        gap: &Gap,
    ) -> Vec<(Door, Entrant)> {
        let between = &self.possible.between;
        let open = between.open_to(account.as_str()).into_iter();
        let roles = open.filter_map(|place| between.gateways().get(place));
        let mut doors: Vec<Door> = roles.map(|role| Door::Role(role.arn.clone())).collect();
        // What is not known of the stance may be so.
        if *stance.identity_center.as_ref().unwrap_or(&true) {
            doors.push(Door::PermissionSet);
        }
        if *stance.root_sessions.as_ref().unwrap_or(&true) {
            doors.extend(stance.roots.iter().cloned().map(Door::Root));
        }
        let entrant = || Entrant {
            principal: format!("principals of {account}, which were not read"),
            can: Can::Unknown(Arc::new(gap.clone())),
            path: Vec::new(),
            depends_on: BTreeSet::new(),
        };
        doors.into_iter().map(|door| (door, entrant())).collect()
    }
}

/// Why there may be more ways between accounts, where nobody looked at some.
pub(in crate::privilege) fn unasked(account: AccountId) -> Gap {
    let detail = format!("the snapshot does not hold the principals of {account}");
    Gap {
        account: Some(account),
        ..Gap::new(Fact::AuthorizationDetails, Cause::NotAttempted, detail)
    }
}

impl Net {
    fn doors(
        &self,
        roll: &Roll,
        stance: &Stance,
        wanted: &BTreeSet<usize>,
    ) -> (BTreeMap<usize, Doors>, bool) {
        let (facts, _) = self.facts(roll, (&[], stance));
        let (found, whole) = self.search(roll, (&facts, &[]), wanted);
        let doors = found.into_iter().map(|(principal, (reached, comes))| {
            (principal, self.doors_of(&facts.account, &reached, &comes))
        });
        (doors.filter(|(_, doors)| !doors.is_empty()).collect(), whole)
    }

    /// Every door that a principal comes to, by the shortest way.
    fn doors_of(&self, account: &str, reached: &[Reached], own: &[Come]) -> Doors {
        let mut doors = Doors::new();
        let mut come = |door: Door, path: Vec<Told>| {
            if doors.get(&door).is_none_or(|known| path.len() < known.len()) {
                doors.insert(door, path);
            }
        };
        let beside = |come: &Come| match &come.goal {
            Goal::Anywhere => Some(Door::PermissionSet),
            Goal::Root(account) => Some(Door::Root(account.clone())),
            Goal::End(_) | Goal::Gateway(_) => None,
        };
        for (place, passage) in self.between.passages(account, reached) {
            let Some(path) = self.path_through(own, &passage.through) else { continue };
            for further in self.behind(place) {
                let Some(door) = beside(further) else { continue };
                come(door, [&path[..], &further.how.path].concat());
            }
            if let Some(gateway) = self.between.gateways().get(place) {
                come(Door::Role(gateway.arn.clone()), path);
            }
        }
        for one in own {
            beside(one).into_iter().for_each(|door| come(door, one.how.path.clone()));
        }
        doors
    }
}
