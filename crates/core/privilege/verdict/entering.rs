//! Those who come into the account from others and have something of it then, in a finding.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};
use trailproof_iam::escalation::Told;

use super::escalating::hop;
use super::{LISTED, NAMED, Question};
use crate::evidence::{Evidence, Observed, find};
use crate::pattern;
use crate::privilege::reach::{Door, Entrant, ROOT_TASK, any_permission_set, root_user};
use crate::privilege::roll::{Principal, short};
use crate::privilege::ways::in_words;
use crate::privilege::who::{Can, Holder, surest_of};

/// What one has who acts as somebody of the account: the surest of it.
#[derive(Debug, Clone)]
struct Behind {
    can: Can,
    /// The target's place, and the ask's in it.
    at: (usize, usize),
    /// What is done first.
    path: Vec<Told>,
    holder: String,
    depends_on: Vec<String>,
}

/// Somebody from outside with the surest that they come by.
#[derive(Debug, Clone)]
pub(super) struct Entering<'e> {
    entrant: &'e Entrant,
    can: Can,
    behind: Behind,
}

impl Entering<'_> {
    fn path(&self) -> impl Iterator<Item = &Told> {
        self.entrant.path.iter().chain(&self.behind.path)
    }

    fn keys(&self) -> BTreeSet<String> {
        let own = self.behind.path.iter().flat_map(|hop| &hop.steps);
        let own = own.flat_map(|step| &step.depends_on).chain(&self.behind.depends_on);
        self.entrant.depends_on.iter().chain(own).cloned().collect()
    }
}

impl Question<'_> {
    /// By principal, those who are not approved, not known already, and come by something, or may.
    pub(super) fn entering(&self, known: &BTreeSet<&str>) -> Vec<Entering<'_>> {
        let Some(entries) = self.entries() else { return Vec::new() };
        let behind = self.behind_doors(entries.by_door.keys());
        let approves = |arn: &str| self.approved.iter().any(|glob| pattern::matches(glob, arn));
        let mut found: BTreeMap<&str, Entering<'_>> = BTreeMap::new();
        for (door, entrants) in &entries.by_door {
            for behind in behind.get(door).into_iter().flatten() {
                for entrant in entrants {
                    let name = entrant.principal.as_str();
                    if known.contains(name) || approves(name) {
                        continue;
                    }
                    let can = both(&entrant.can, &behind.can);
                    let one = Entering { entrant, can, behind: behind.clone() };
                    let rank = |one: &Entering<'_>| (surest_of(&one.can), one.path().count());
                    if found.get(name).is_none_or(|best| rank(&one) < rank(best)) {
                        found.insert(name, one);
                    }
                }
            }
        }
        found.into_values().collect()
    }

    /// What one has behind each door: the surest as it is, and the surest by changing something first.
    fn behind_doors<'d>(
        &self,
        doors: impl Iterator<Item = &'d Door>,
    ) -> BTreeMap<&'d Door, Vec<Behind>> {
        let mut behind: BTreeMap<&Door, Vec<Behind>> = BTreeMap::new();
        let mut roles: BTreeMap<usize, &Door> = BTreeMap::new();
        let account = self.roll.source.account.as_str();
        let partition = self.roll.partition.as_str();
        for door in doors {
            let arn = match door {
                Door::Role(arn) => {
                    let place = self.roll.principals.binary_search_by(|one| one.arn.cmp(arn));
                    roles.extend(place.ok().map(|place| (place, door)));
                    continue;
                }
                Door::PermissionSet => any_permission_set(partition, account),
                Door::Root(_) => root_user(partition, account),
            };
            let Some(principal) = self.roll.with_all_rights(&arn) else { continue };
            let is_root = matches!(door, Door::Root(_));
            let held = self.roll.asked([(usize::MAX, &principal)].into_iter(), self.targets);
            let best = held.iter().filter_map(|holder| self.surest(holder, &principal, is_root));
            behind.entry(door).or_default().extend(best);
        }
        let asked = roles.keys().filter_map(|at| Some((*at, self.roll.principals.get(*at)?)));
        for holder in self.roll.asked(asked, self.targets) {
            let Some(door) = roles.get(&holder.principal) else { continue };
            let Some(principal) = self.roll.principals.get(holder.principal) else { continue };
            behind.entry(door).or_default().extend(self.surest(&holder, principal, false));
        }
        let sure = |door: &&Door| {
            behind.get(*door).is_some_and(|all| all.iter().any(|one| one.can == Can::Yes))
        };
        let rest = roles.iter().filter(|(_, door)| !sure(door)).map(|(at, _)| *at).collect();
        let ways = self.roll.ways(self.targets, &rest);
        for way in ways.ways {
            let Some(door) = roles.get(&way.principal) else { continue };
            behind.entry(door).or_default().push(Behind {
                can: way.can,
                at: (way.target, way.ask),
                path: way.path,
                holder: way.holder,
                depends_on: way.depends_on,
            });
        }
        behind
    }

    fn surest(&self, holder: &Holder, principal: &Principal, is_root: bool) -> Option<Behind> {
        let asked = |at: (usize, usize)| self.targets.get(at.0)?.asks.get(at.1);
        let counts =
            |at| !is_root || asked(at).is_some_and(|ask| ROOT_TASK.contains(&ask.action.as_str()));
        let powers = holder.powers.iter().filter(|power| counts((power.target, power.ask)));
        let power = powers.min_by_key(|power| surest_of(&power.can))?;
        let target = self.targets.get(power.target)?;
        let why = self.roll.why(holder.principal, (target, power.ask));
        Some(Behind {
            can: power.can.clone(),
            at: (power.target, power.ask),
            path: Vec::new(),
            holder: principal.arn.clone(),
            depends_on: why.map(|reason| reason.answer.depends_on).unwrap_or_default(),
        })
    }

    /// Those who come by something whatever the circumstances, or where the user counts the others too; and the others.
    pub(super) fn split_entering<'e>(
        &self,
        entering: &[Entering<'e>],
    ) -> (Vec<Entering<'e>>, Vec<Entering<'e>>) {
        let counts =
            |one: &&Entering<'_>| one.can == Can::Yes || (self.strict && one.can == Can::If);
        let sure: Vec<_> = entering.iter().filter(counts).cloned().collect();
        let others = entering.iter().filter(|one| one.can == Can::If && !counts(one));
        (sure, others.cloned().collect())
    }

    /// The first gap behind which somebody from outside may come by something.
    pub(super) fn gaps_of_entering(&self, entering: &[Entering<'_>]) -> Observed<()> {
        let unknown = entering.iter().filter_map(|one| match &one.can {
            Can::Unknown(gap) => Some(Err::<(), _>((**gap).clone())),
            Can::Yes | Can::If => None,
        });
        find(unknown, |()| Ok(false))?;
        self.entries().and_then(|entries| entries.incomplete.clone()).map_or(Ok(()), Err)
    }

    /// `3 principals by way of other accounts (role/Admin of 111122223333 and 2 more)`; nothing where there are none.
    pub(super) fn count_entering(entering: &[Entering<'_>]) -> Option<String> {
        let number = entering.len();
        let named = entering.iter().take(NAMED).map(|one| named(&one.entrant.principal));
        let names = named.collect::<Vec<_>>().join(", ");
        let more = match number.saturating_sub(NAMED) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let word = if number == 1 { "principal" } else { "principals" };
        (number > 0).then(|| format!("{number} {word} by way of other accounts ({names}{more})"))
    }

    /// The first of them by what is done.
    pub(super) fn observed_entering(&self, entering: &[Entering<'_>]) -> Option<String> {
        let one = entering.iter().find(|one| !one.entrant.path.is_empty())?;
        let (target, ask) = one.behind.at;
        let action = &self.targets.get(target)?.asks.get(ask)?.action;
        let hops: Vec<String> = one.path().map(in_words).collect();
        let (who, holder) = (named(&one.entrant.principal), short(&one.behind.holder));
        Some(format!("{who}: {}, then {action} as {holder}", hops.join(", then ")))
    }

    /// How many there are, and of the first of them what they come by and how.
    pub(super) fn evidence_of_entering(&self, entering: &[Entering<'_>]) -> Vec<Evidence> {
        if entering.is_empty() {
            return Vec::new();
        }
        let field = "principals that can by way of other accounts";
        let each = entering.iter().take(LISTED).filter_map(|one| {
            let cited = self.roll.cite(None, "escalation", self.entry_of_entering(one)?);
            Some(Evidence { resource: one.entrant.principal.clone(), ..cited })
        });
        [self.roll.cite(None, field, entering.len())].into_iter().chain(each).collect()
    }

    fn entry_of_entering(&self, one: &Entering<'_>) -> Option<Value> {
        let (target, ask) = one.behind.at;
        let target = self.targets.get(target)?;
        let mut entry = Map::new();
        entry.insert("resource".into(), target.resource.clone().into());
        entry.insert("action".into(), target.asks.get(ask)?.action.clone().into());
        entry.insert("as".into(), one.behind.holder.clone().into());
        if !one.entrant.path.is_empty() {
            entry.insert("path".into(), one.path().map(hop).collect());
        }
        if one.can == Can::If {
            entry.insert("depends_on".into(), one.keys().into_iter().collect());
        }
        Some(Value::Object(entry))
    }

    /// The keys on which what they come by depends, of the first of them.
    pub(super) fn keys_of_entering(entering: &[Entering<'_>]) -> BTreeSet<String> {
        entering.iter().take(LISTED).flat_map(Entering::keys).collect()
    }
}

/// Both must be so.
fn both(one: &Can, other: &Can) -> Can {
    match (one, other) {
        (Can::Unknown(gap), _) | (_, Can::Unknown(gap)) => Can::Unknown(gap.clone()),
        (Can::Yes, Can::Yes) => Can::Yes,
        (Can::If, _) | (_, Can::If) => Can::If,
    }
}

/// `role/Admin of 111122223333`.
fn named(arn: &str) -> String {
    match arn.split(':').nth(4) {
        Some(account) => format!("{} of {account}", short(arn)),
        None => arn.to_owned(),
    }
}
