//! The principals of one account, asked the same questions.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::class::Class;
use super::home::{Home, request};
use super::layer::Said;
use super::open::pattern;
use super::view::View;
use super::{Asker, Bulk, Decisions, PolicyId, Setup};
use crate::answer::{Answer, Decision};
use crate::caller::CallerKind;
use crate::evaluate::facts::Facts;
use crate::evaluate::truth::Truth;
use crate::evaluate::{decide, evaluate};
use crate::layers::{Layers, NamedPolicy};
use crate::request::Request;

/// The principals of one account, asked the same questions. It remembers what it has worked out.
#[derive(Debug)]
pub struct Account<'b> {
    bulk: &'b Bulk,
    setup: Setup,
    home: Option<Home>,
    work: Work,
}

/// How an account's answers came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Work {
    /// Principals that were asked about.
    pub principals: u64,
    /// Those among them whose like had been asked about before.
    pub alike: u64,
    /// Questions for which the exact evaluator was asked.
    pub exact: u64,
}

impl<'b> Account<'b> {
    pub(super) const fn new(bulk: &'b Bulk, setup: Setup) -> Self {
        let work = Work { principals: 0, alike: 0, exact: 0 };
        Self { bulk, setup, home: None, work }
    }

    /// What is asked.
    #[must_use]
    pub const fn setup(&self) -> &Setup {
        &self.setup
    }

    /// How the answers came about.
    #[must_use]
    pub const fn work(&self) -> Work {
        self.work
    }

    /// Decides all questions for a principal. The account is that of the first one asked about; for principals of others,
    /// and for callers that are neither users nor roles, the exact evaluator is asked each time.
    pub fn decide(&mut self, asker: &Asker) -> Rc<Decisions> {
        self.work.principals += 1;
        let kind = asker.caller.kind();
        let plain = matches!(kind, CallerKind::User | CallerKind::Role)
            && asker.known.iter().all(|(key, _)| super::compile::is_personal(key));
        let mut home = match self.home.take() {
            Some(home) => home,
            None => Home::of(self.bulk, &self.setup, &asker.caller),
        };
        let decisions = if plain && asker.caller.account() == Some(home.account.as_str()) {
            self.by_bits(&mut home, asker)
        } else {
            let mut decisions = Decisions::new(self.setup.questions.len());
            for at in 0..self.setup.questions.len() {
                decisions.set(at, self.exact(at, asker));
            }
            Rc::new(decisions)
        };
        self.home = Some(home);
        decisions
    }

    /// The whole answer to one question, from the exact evaluator.
    #[must_use]
    pub fn answer(&self, question: usize, asker: &Asker) -> Option<Answer> {
        self.ask(question, asker, evaluate)
    }

    fn exact(&mut self, question: usize, asker: &Asker) -> Decision {
        self.work.exact += 1;
        self.ask(question, asker, decide).unwrap_or(Decision::ImplicitlyDenied)
    }

    fn ask<T>(
        &self,
        at: usize,
        asker: &Asker,
        how: impl Fn(&Request, &Layers<'_>) -> T,
    ) -> Option<T> {
        let question = self.setup.questions.get(at)?;
        let named = |ids: &[PolicyId]| -> Vec<NamedPolicy> {
            ids.iter().filter_map(|id| self.bulk.named(*id).cloned()).collect()
        };
        let (identity, groups) = (named(&asker.identity), named(&asker.groups));
        let owner = question.owner.as_deref();
        let layers = Layers {
            identity: &identity,
            groups: &groups,
            boundary: asker.boundary.and_then(|id| self.bulk.named(id)),
            session: None,
            scps: &self.setup.scps,
            rcps: owner.map_or(&self.setup.rcps, |owner| &owner.rcps),
            resource: question.policies.as_deref(),
            caller_in_management_account: self.setup.management,
            resource_in_management_account: owner
                .map_or(self.setup.management, |owner| owner.management),
            aws_managed_key: question.aws_managed_key,
        };
        Some(how(&request(self.bulk.actions(), &self.setup, (question, asker)), &layers))
    }

    fn by_bits(&mut self, home: &mut Home, asker: &Asker) -> Rc<Decisions> {
        let own = asker.identity.iter().chain(&asker.groups);
        let mut identity: Vec<_> = own.map(|id| self.bulk.same_as(*id)).collect();
        let boundary = asker.boundary.map(|id| self.bulk.same_as(id));
        identity.sort_unstable();
        identity.dedup();
        for id in identity.iter().chain(&boundary) {
            home.compile(self.bulk, *id);
        }
        let view = View { home, asker, identity: &identity, boundary };
        let turns_out = view.turns_out(self.bulk.actions(), &self.setup);
        let class = Class {
            kind: asker.caller.kind(),
            service_linked: asker.caller.is_service_linked(),
            boundary,
            open: view.open(&turns_out),
            turns_out,
            identity: identity.clone(),
        };
        if let Some(decisions) = home.known.get(&class) {
            self.work.alike += 1;
            return decisions.clone();
        }
        let view = View { home, asker, identity: &identity, boundary };
        let (sums, left) = view.sums(&class);
        let outcome = sums.combine(&home.kinds);
        let mut solved = BTreeMap::new();
        let mut decisions = Decisions::new(home.requests.len());
        let (denied, granted) = (&outcome.denied, &outcome.granted);
        for at in 0..home.requests.len() {
            let decision = match (truth(denied, at), truth(granted, at)) {
                (Truth::True, _) => Decision::ExplicitlyDenied,
                (Truth::False, Truth::True) => Decision::Allowed,
                (Truth::False, Truth::False) => Decision::ImplicitlyDenied,
                _ => {
                    let question = self.setup.questions.get(at);
                    let asked =
                        question.map(|q| request(self.bulk.actions(), &self.setup, (q, asker)));
                    let pattern = asked.and_then(|asked| {
                        let facts = Facts::of(&asked);
                        pattern(home, &class, (&sums, &left), (at, &facts))
                    });
                    let known = pattern.as_ref().and_then(|pattern| {
                        home.solved.get(pattern).or_else(|| solved.get(pattern)).copied()
                    });
                    let decision = known.unwrap_or_else(|| self.exact(at, asker));
                    if let (None, Some(pattern)) = (known, pattern) {
                        solved.insert(pattern, decision);
                    }
                    decision
                }
            };
            decisions.set(at, decision);
        }
        drop((sums, left));
        home.solved.append(&mut solved);
        let decisions = Rc::new(decisions);
        home.known.insert(class, decisions.clone());
        decisions
    }
}

fn truth(said: &Said, at: usize) -> Truth {
    match (said.sure.contains(at), said.maybe.contains(at)) {
        (true, _) => Truth::True,
        (false, true) => Truth::Unknown,
        (false, false) => Truth::False,
    }
}
