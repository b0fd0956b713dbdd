//! One principal, seen from its account: how what looks at who asks turns out, and what all layers then say.

use std::rc::Rc;

use fixedbitset::FixedBitSet;

use super::class::{Class, Turned};
use super::combine::Layers as Sums;
use super::compile::{Compiled, Gate, Names, Stated};
use super::home::{Home, request};
use super::layer::{Layer, Named, Said};
use super::{Asker, PolicyId, Setup};
use crate::evaluate::facts::Facts;
use crate::evaluate::principal::Reach;
use crate::evaluate::truth::Truth;

/// A principal, seen from its account.
pub(super) struct View<'a> {
    pub(super) home: &'a Home,
    pub(super) asker: &'a Asker,
    pub(super) identity: &'a [PolicyId],
}

impl<'a> View<'a> {
    /// Every statement that looks at who asks, in a fixed order.
    fn personal(&self) -> impl Iterator<Item = &'a Stated> {
        let home = self.home;
        let own = self.identity.iter().chain(&self.asker.boundary);
        let own = own.filter_map(|id| home.identity.get(id)).map(Rc::as_ref);
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

    pub(super) fn sums(&self, class: &Class) -> Sums {
        let home = self.home;
        let questions = home.requests.len();
        let mut turned = class.turns_out.iter();
        let mut layer = |compiled: &Compiled| {
            let mut layer = Layer::silent(questions);
            for stated in &compiled.statements {
                let (said, as_far_as) = said(stated, &mut turned);
                layer.add(stated.denies, said, as_far_as);
            }
            layer
        };
        let mut identity = Layer::silent(questions);
        for compiled in self.identity.iter().filter_map(|id| home.identity.get(id)) {
            identity.join(&layer(compiled));
        }
        let boundary = self.asker.boundary.map(|id| {
            home.identity.get(&id).map_or_else(|| Layer::silent(questions), |one| layer(one))
        });
        let mut levels = Vec::new();
        let mut level = |compiled: &[Compiled], binds: Option<&FixedBitSet>| {
            let mut whole = Layer::silent(questions);
            compiled.iter().for_each(|one| whole.join(&layer(one)));
            if let Some(binds) = binds {
                let mut free = binds.clone();
                free.toggle_range(..);
                whole.allow.sure.union_with(&free);
                whole.allow.maybe.union_with(&free);
            }
            // Even where a level does not bind, what its statements turned out to be must be passed by.
            if !class.service_linked {
                levels.push(whole);
            }
        };
        home.scps.iter().for_each(|one| level(one, None));
        home.rcps.iter().for_each(|(binds, one)| level(one, Some(binds)));
        let mut resource = Named::silent(questions);
        for stated in home.resources.iter().flat_map(|compiled| &compiled.statements) {
            let reach = match stated.names {
                Names::Alike(reach) => (reach.direct, reach.through, reach.account),
                Names::Each => turned
                    .as_slice()
                    .first()
                    .map_or((Truth::False, Truth::False, Truth::False), |t| t.reach),
            };
            let (said, as_far_as) = said_besides(stated, &mut turned);
            if stated.denies {
                resource.deny.add(said, as_far_as.and(reach.0.or(reach.1).or(reach.2)));
            } else {
                resource.direct.add(said, as_far_as.and(reach.0));
                resource.through.add(said, as_far_as.and(reach.1));
                resource.account.add(said, as_far_as.and(reach.2));
            }
        }
        Sums { identity, boundary, resource, levels }
    }
}

fn is_personal(stated: &Stated) -> bool {
    stated.gate != Gate::Open || stated.names == Names::Each
}

/// What a statement says to whom it names, and as far as what it turned out to be goes.
fn said<'r, 's: 'r, 't: 'r>(
    stated: &'s Stated,
    turned: &mut std::slice::Iter<'t, Turned>,
) -> (&'r Said, Truth) {
    let alike = match stated.names {
        Names::Alike(reach) => reach.any(),
        Names::Each => turned.as_slice().first().map_or(Truth::False, Turned::named),
    };
    let (said, as_far_as) = said_besides(stated, turned);
    (said, as_far_as.and(alike))
}

/// The same, whomever it names.
fn said_besides<'r, 's: 'r, 't: 'r>(
    stated: &'s Stated,
    turned: &mut std::slice::Iter<'t, Turned>,
) -> (&'r Said, Truth) {
    if !is_personal(stated) {
        return (&stated.said, Truth::True);
    }
    match turned.next() {
        None => (&stated.said, Truth::False),
        Some(turned) => (turned.whole.as_ref().unwrap_or(&stated.said), turned.conditions),
    }
}
