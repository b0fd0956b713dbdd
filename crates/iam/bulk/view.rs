//! One principal, seen from its account: how what looks at who asks turns out, and what all layers then say.

use std::rc::Rc;

use fixedbitset::FixedBitSet;

use super::class::{Class, Turned};
use super::combine::Layers as Sums;
use super::compile::{Compiled, Gate, Names, Stated};
use super::home::{Home, request};
use super::layer::{Layer, Named, Said};
use super::open::{self, Left};
use super::{Asker, PolicyId, Setup};
use crate::evaluate::facts::Facts;
use crate::evaluate::principal::Reach;
use crate::evaluate::truth::Truth;

/// A principal, seen from its account.
pub(super) struct View<'a> {
    pub(super) home: &'a Home,
    pub(super) asker: &'a Asker,
    pub(super) identity: &'a [PolicyId],
    pub(super) boundary: Option<PolicyId>,
}

impl<'a> View<'a> {
    /// Every statement that looks at who asks, in a fixed order.
    fn personal(&self) -> impl Iterator<Item = &'a Stated> {
        let home = self.home;
        let own = self.identity.iter().copied().chain(self.boundary);
        let own = own.filter_map(|id| home.identity.get(&id)).map(Rc::as_ref);
        let scps = home.scps.iter().flat_map(|level| level.iter());
        let rcps = home.rcps.iter().flat_map(|(_, level)| level.iter());
        own.chain(scps)
            .chain(rcps)
            .chain(&home.resources)
            .flat_map(|compiled| &compiled.statements)
            .filter(|stated| is_personal(stated))
    }

    pub(super) fn turns_out(&self, actions: &[String], setup: &Setup) -> Vec<Turned> {
        self.personal().map(|stated| self.turned(stated, actions, setup)).collect()
    }

    fn turned(&self, stated: &Stated, actions: &[String], setup: &Setup) -> Turned {
        let ask = |at: usize| {
            let question = setup.questions.get(at)?;
            Some(request(actions, setup, (question, self.asker)))
        };
        let first = stated.said.maybe.minimum().and_then(ask);
        let Some(first) = first else { return Turned::of(Reach::NOBODY) };
        let facts = Facts::of(&first);
        let mut turned = match stated.names {
            Names::Alike(reach) => Turned::of(reach),
            Names::Each => Turned::of(stated.reach(self.asker.boundary.is_some(), &facts)),
        };
        match stated.gate {
            Gate::Open => {}
            Gate::Conditions => turned.conditions = stated.personal(&facts),
            Gate::Whole => {
                let mut said = Said::nothing(self.home.requests.len());
                for at in stated.said.maybe.ones() {
                    if let Some(request) = ask(at) {
                        said.set(at, stated.whole(&Facts::of(&request)));
                    }
                }
                turned.whole = Some(said);
            }
        }
        turned
    }

    /// What of the principal must be the same for what is left open to be the same.
    pub(super) fn open(&self, turns_out: &[Turned]) -> Option<String> {
        let open = || self.personal().zip(turns_out).filter(|(_, turned)| !turned.is_definite());
        open().next()?;
        let named = open().any(|(stated, _)| stated.is_of_arn() || stated.names == Names::Each);
        let name = if named { self.asker.caller.name() } else { "" };
        Some(format!("{name} {:?}", self.asker.known))
    }

    /// What the layers say on the whole, and the statements that perhaps match.
    pub(super) fn sums(&self, class: &'a Class) -> (Sums, Vec<Left<'a>>) {
        let home = self.home;
        let mut tally = Tally {
            questions: home.requests.len(),
            turned: class.turns_out.iter(),
            left: Vec::new(),
        };
        let mut identity = Layer::silent(tally.questions);
        for compiled in self.identity.iter().filter_map(|id| home.identity.get(id)) {
            tally.add(&mut identity, compiled, open::IDENTITY);
        }
        let boundary = self.boundary.map(|id| {
            let mut boundary = Layer::silent(tally.questions);
            if let Some(compiled) = home.identity.get(&id) {
                tally.add(&mut boundary, compiled, open::BOUNDARY);
            }
            boundary
        });
        let scps = home.scps.iter().map(|level| (None, level));
        let rcps = home.rcps.iter().map(|(binds, level)| (Some(binds), level));
        let mut levels = Vec::new();
        for (slot, (binds, level)) in (open::LEVEL..).zip(scps.chain(rcps)) {
            let mut whole = Layer::silent(tally.questions);
            level.iter().for_each(|compiled| tally.add(&mut whole, compiled, slot));
            if let Some(binds) = binds {
                let mut free = binds.clone();
                free.toggle_range(..);
                whole.allow.sure.union_with(&free);
                whole.allow.maybe.union_with(&free);
            }
            levels.push(whole);
        }
        if class.service_linked {
            // No level binds it.
            levels.clear();
            tally.left.retain(|left| left.slot < open::LEVEL);
        }
        let mut resource = Named::silent(tally.questions);
        for compiled in &home.resources {
            tally.add_named(&mut resource, compiled);
        }
        (Sums { identity, boundary, resource, levels }, tally.left)
    }
}

fn is_personal(stated: &Stated) -> bool {
    stated.gate != Gate::Open || stated.names == Names::Each
}

/// Adds up what statements say, in the order in which it was found how they turn out.
struct Tally<'a> {
    questions: usize,
    turned: std::slice::Iter<'a, Turned>,
    left: Vec<Left<'a>>,
}

impl<'a> Tally<'a> {
    fn add(&mut self, layer: &mut Layer, compiled: &'a Compiled, slot: u64) {
        for stated in &compiled.statements {
            let (said, turned) = self.said(stated);
            let as_far_as = match (turned, stated.names) {
                (Some(turned), _) => turned.conditions.and(turned.named()),
                (None, Names::Alike(reach)) => reach.any(),
                (None, Names::Each) => Truth::False,
            };
            layer.add(stated.denies, said, as_far_as);
            self.leave(Left { stated, slot, turned, at: open_bits(said, as_far_as) });
        }
    }

    fn add_named(&mut self, resource: &mut Named, compiled: &'a Compiled) {
        for stated in &compiled.statements {
            let (said, turned) = self.said(stated);
            let (conditions, reach) = match (turned, stated.names) {
                (Some(turned), _) => (turned.conditions, turned.reach),
                (None, Names::Alike(reach)) => {
                    (Truth::True, (reach.direct, reach.through, reach.account))
                }
                (None, Names::Each) => continue,
            };
            let (direct, through, account) = reach;
            let any = direct.or(through).or(account);
            if stated.denies {
                resource.deny.add(said, conditions.and(any));
            } else {
                resource.direct.add(said, conditions.and(direct));
                resource.through.add(said, conditions.and(through));
                resource.account.add(said, conditions.and(account));
            }
            let undecided = [direct, through, account].contains(&Truth::Unknown);
            let as_far_as = if undecided { Truth::Unknown } else { conditions.and(any) };
            let at = open_bits(said, as_far_as);
            self.leave(Left { stated, slot: open::RESOURCE, turned, at });
        }
    }

    /// To which questions it speaks, and how it turns out where it looks at who asks.
    fn said(&mut self, stated: &'a Stated) -> (&'a Said, Option<&'a Turned>) {
        let turned = is_personal(stated).then(|| self.turned.next()).flatten();
        let whole = turned.and_then(|turned| turned.whole.as_ref());
        (whole.unwrap_or(&stated.said), turned)
    }

    fn leave(&mut self, left: Left<'a>) {
        if !left.at.is_clear() {
            self.left.push(left);
        }
    }
}

/// Where a statement perhaps matches, and not surely.
fn open_bits(said: &Said, as_far_as: Truth) -> FixedBitSet {
    match as_far_as {
        Truth::False => FixedBitSet::new(),
        Truth::Unknown => said.maybe.clone(),
        Truth::True => said.maybe.difference(&said.sure).collect(),
    }
}
