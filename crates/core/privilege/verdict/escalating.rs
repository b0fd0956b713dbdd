//! Those who come by a power on some way, in a finding.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};
use trailproof_iam::escalation::Told;

use super::{LISTED, Question, listed};
use crate::evidence::{Evidence, Observed, find};
use crate::privilege::roll::short;
use crate::privilege::ways::{Way, Ways, in_words};
use crate::privilege::who::{Can, Holder};

/// Somebody on a roll.
pub(super) trait OnRoll {
    /// The place there.
    fn place(&self) -> usize;
}

impl OnRoll for Holder {
    fn place(&self) -> usize {
        self.principal
    }
}

impl OnRoll for usize {
    fn place(&self) -> usize {
        *self
    }
}

impl OnRoll for Escalating<'_> {
    fn place(&self) -> usize {
        self.principal
    }
}

/// A principal that comes by powers, with the ways.
#[derive(Debug, Clone)]
pub(super) struct Escalating<'w> {
    principal: usize,
    ways: Vec<&'w Way>,
}

impl<'w> Escalating<'w> {
    /// The shortest of its ways.
    pub(super) fn nearest(&self) -> Option<&'w Way> {
        self.ways.iter().min_by_key(|way| way.path.len()).copied()
    }
}

impl Question<'_> {
    /// The ways of those who are not approved and surely have nothing of it as they are.
    pub(super) fn ways(&self, sure: &[Holder]) -> Ways {
        let have: BTreeSet<usize> = sure.iter().map(|holder| holder.principal).collect();
        let others = self.roll.principals().iter().enumerate();
        let others = others.filter(|(at, one)| !have.contains(at) && !self.approves(one));
        self.roll.ways(self.targets, &others.map(|(at, _)| at).collect())
    }

    /// Those with a way that counts, and those who have others only; what is not known is in neither.
    pub(super) fn split_ways<'w>(
        &self,
        ways: &'w [Way],
    ) -> (Vec<Escalating<'w>>, Vec<Escalating<'w>>) {
        let counts = |way: &&Way| way.can == Can::Yes || (self.strict && way.can == Can::If);
        let open = by_principal(ways.iter().filter(counts));
        let known: BTreeSet<usize> = open.iter().map(OnRoll::place).collect();
        let perhaps = ways.iter().filter(|way| way.can == Can::If);
        (open, by_principal(perhaps.filter(|way| !known.contains(&way.principal))))
    }

    /// The first gap behind which some way may be open.
    pub(super) fn gaps_of_ways(&self, ways: &Ways) -> Observed<()> {
        let unknown = ways.ways.iter().filter_map(|way| match &way.can {
            Can::Unknown(gap) => Some(Err::<(), _>((**gap).clone())),
            Can::Yes | Can::If => None,
        });
        find(unknown, |()| Ok(false))?;
        ways.incomplete.clone().map_or(Ok(()), Err)
    }

    /// Those who can under conditions, on whatever way, by their places.
    pub(super) fn together(&self, holders: &[Holder], ways: &[Escalating<'_>]) -> Vec<usize> {
        let direct = holders.iter().map(OnRoll::place);
        let all: BTreeSet<usize> = direct.chain(ways.iter().map(OnRoll::place)).collect();
        all.into_iter().collect()
    }

    /// The keys on which a way depends, and what is at its end.
    pub(super) fn keys_of_way(&self, way: &Way) -> BTreeSet<String> {
        let steps = way.path.iter().flat_map(|hop| &hop.steps);
        let mut keys: BTreeSet<String> =
            steps.flat_map(|step| step.depends_on.iter().cloned()).collect();
        if keys.is_empty() {
            keys.extend(way.depends_on.iter().cloned());
        }
        keys
    }

    /// The first of them by what is done.
    pub(super) fn observed_way(&self, escalating: &[Escalating<'_>]) -> String {
        let told = || {
            let first = self.principals(escalating).next()?;
            let way = first.nearest()?;
            let principal = self.roll.principals().get(first.principal)?;
            let action = &self.targets.get(way.target)?.asks.get(way.ask)?.action;
            let hops: Vec<String> = way.path.iter().map(in_words).collect();
            let by = short(&way.holder);
            Some(format!("{}: {}, then {action} as {by}", principal.short(), hops.join(", then ")))
        };
        told().unwrap_or_default()
    }

    /// How many there are, and of the first of them what they come by and how.
    pub(super) fn evidence_of_ways(&self, escalating: &[Escalating<'_>]) -> Vec<Evidence> {
        if escalating.is_empty() {
            return Vec::new();
        }
        let count = self.roll.cite(None, "principals that can by escalation", escalating.len());
        let each = self.principals(escalating).take(LISTED).filter_map(|one| {
            let principal = self.roll.principals().get(one.principal)?;
            Some(self.roll.cite(Some(principal), "escalation", self.entry_of_ways(one)?))
        });
        [count].into_iter().chain(each).collect()
    }

    fn entry_of_ways(&self, escalating: &Escalating<'_>) -> Option<Value> {
        let mut resources: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for way in &escalating.ways {
            let target = self.targets.get(way.target)?;
            let action = &target.asks.get(way.ask)?.action;
            resources.entry(&target.resource).or_default().insert(action);
        }
        let nearest = escalating.nearest()?;
        let mut entry = Map::new();
        entry.insert("can".into(), listed(&resources));
        entry.insert("as".into(), nearest.holder.clone().into());
        entry.insert("path".into(), nearest.path.iter().map(hop).collect());
        let keys = self.keys_of_way(nearest);
        if nearest.can == Can::If {
            entry.insert("depends_on".into(), keys.into_iter().collect());
        }
        Some(Value::Object(entry))
    }
}

fn by_principal<'w>(ways: impl Iterator<Item = &'w Way>) -> Vec<Escalating<'w>> {
    let mut all: BTreeMap<usize, Vec<&Way>> = BTreeMap::new();
    ways.for_each(|way| all.entry(way.principal).or_default().push(way));
    all.into_iter().map(|(principal, ways)| Escalating { principal, ways }).collect()
}

pub(super) fn hop(told: &Told) -> Value {
    let steps = told.steps.iter().map(|step| {
        let by: Vec<String> = step.statements.iter().map(ToString::to_string).collect();
        json!({ "action": step.action, "on": step.resource, "by": by })
    });
    json!({ "way": told.way, "as": told.by, "steps": steps.collect::<Vec<_>>() })
}
