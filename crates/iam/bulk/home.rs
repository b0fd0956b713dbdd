//! What does not depend on which principal of an account asks, worked out once.

use std::collections::BTreeMap;
use std::rc::Rc;

use fixedbitset::FixedBitSet;

use super::class::Class;
use super::combine::Kinds;
use super::compile::{Against, Compiled};
use super::open::Pattern;
use super::{Asker, Bulk, Decisions, PolicyId, Question, Setup};
use crate::answer::Decision;
use crate::caller::Caller;
use crate::evaluate::elements::Setting;
use crate::evaluate::rcp;
use crate::evaluate::rule::is_delegated;
use crate::layers::{Level, NamedPolicy};
use crate::request::Request;

/// What does not depend on which principal of the account asks.
#[derive(Debug)]
pub(super) struct Home {
    pub(super) account: String,
    /// The questions as requests of somebody in the account.
    pub(super) requests: Vec<Request>,
    /// By action, the questions about it.
    pub(super) about: Vec<FixedBitSet>,
    pub(super) kinds: Kinds,
    pub(super) scps: Vec<Vec<Compiled>>,
    /// With the questions that it binds; all others pass.
    pub(super) rcps: Vec<(FixedBitSet, Vec<Compiled>)>,
    pub(super) resources: Vec<Compiled>,
    pub(super) identity: BTreeMap<PolicyId, Rc<Compiled>>,
    /// By question, the first one of which the same is known beside what all know.
    pub(super) alike: Vec<usize>,
    pub(super) known: BTreeMap<Class, Rc<Decisions>>,
    pub(super) solved: BTreeMap<Pattern, Decision>,
}

impl Home {
    pub(super) fn of(bulk: &Bulk, setup: &Setup, caller: &Caller) -> Self {
        let somebody = Asker::new(caller.clone());
        let questions = &setup.questions;
        let set = || FixedBitSet::with_capacity(questions.len());
        let mut about: Vec<_> = bulk.actions().iter().map(|_| set()).collect();
        let mut kinds = Kinds { own: set(), delegated: set() };
        let mut requests = Vec::with_capacity(questions.len());
        for (at, question) in questions.iter().enumerate() {
            let request = request(bulk.actions(), setup, (question, &somebody));
            if let Some(set) = about.get_mut(question.action) {
                set.insert(at);
            }
            kinds.own.set(at, request.is_same_account());
            kinds.delegated.set(at, is_delegated(&request));
            requests.push(request);
        }
        let mut home = Self {
            account: caller.account().unwrap_or_default().to_owned(),
            requests,
            about,
            kinds,
            scps: Vec::new(),
            rcps: Vec::new(),
            resources: Vec::new(),
            identity: BTreeMap::new(),
            alike: alike(questions),
            known: BTreeMap::new(),
            solved: BTreeMap::new(),
        };
        let all: FixedBitSet = (0..questions.len()).collect();
        if !setup.management {
            home.scps =
                setup.scps.iter().map(|level| home.level(level, Setting::Identity, &all)).collect();
        }
        home.rcps = home.bound(setup);
        home.resources = home.resources(questions);
        home
    }

    fn level(&self, level: &Level, setting: Setting, within: &FixedBitSet) -> Vec<Compiled> {
        level.policies.iter().map(|policy| self.fresh(policy, setting, within)).collect()
    }

    /// Compiles a policy that no bulk holds, against some of the questions.
    fn fresh(&self, policy: &NamedPolicy, setting: Setting, within: &FixedBitSet) -> Compiled {
        let candidates = |at: usize| {
            let Some(statement) = policy.document.statements.get(at) else {
                return FixedBitSet::new();
            };
            let spoken = within.ones().filter(|at| {
                let request = self.requests.get(*at);
                request.is_some_and(|request| statement.actions.matches(&request.action))
            });
            let mut set = FixedBitSet::with_capacity(self.requests.len());
            set.extend(spoken);
            set
        };
        let against = Against { requests: &self.requests, candidates: &candidates, setting };
        Compiled::of(&policy.document, &against)
    }

    /// The levels of resource control policies, each with the questions that it binds.
    fn bound(&self, setup: &Setup) -> Vec<(FixedBitSet, Vec<Compiled>)> {
        let mut by_owner: BTreeMap<Option<&str>, (&[Level], FixedBitSet)> = BTreeMap::new();
        for (at, (question, request)) in setup.questions.iter().zip(&self.requests).enumerate() {
            let owner = question.owner.as_deref();
            let management = owner.map_or(setup.management, |owner| owner.management);
            if management || question.aws_managed_key || !rcp::binds(request.service()) {
                continue;
            }
            let levels = owner.map_or(&setup.rcps, |owner| &owner.rcps);
            let none = || (levels.as_slice(), FixedBitSet::with_capacity(self.requests.len()));
            let owner = owner.map(|owner| owner.account.as_str());
            by_owner.entry(owner).or_insert_with(none).1.insert(at);
        }
        let levels = by_owner
            .into_values()
            .flat_map(|(levels, binds)| levels.iter().map(move |level| (level, binds.clone())));
        levels
            .map(|(level, binds)| {
                let compiled = self.level(level, Setting::ResourceControl, &binds);
                (binds, compiled)
            })
            .collect()
    }

    /// The resources' own policies, each against the questions about its resource.
    fn resources(&self, questions: &[Question]) -> Vec<Compiled> {
        let mut by_policy: BTreeMap<*const NamedPolicy, (&[NamedPolicy], FixedBitSet)> =
            BTreeMap::new();
        for (at, question) in questions.iter().enumerate() {
            let Some(policies) = question.policies.as_deref() else { continue };
            let none = || (policies, FixedBitSet::with_capacity(self.requests.len()));
            by_policy.entry(policies.as_ptr()).or_insert_with(none).1.insert(at);
        }
        let mut compiled = Vec::new();
        for (policies, about) in by_policy.into_values() {
            let of = policies.iter().map(|policy| self.fresh(policy, Setting::Resource, &about));
            compiled.extend(of);
        }
        compiled
    }

    pub(super) fn compile(&mut self, bulk: &Bulk, id: PolicyId) {
        let Some(interned) = bulk.interned(id).filter(|_| !self.identity.contains_key(&id)) else {
            return;
        };
        let candidates = |at: usize| {
            let mut set = FixedBitSet::with_capacity(self.requests.len());
            for action in interned.speaks_of.get(at).into_iter().flat_map(FixedBitSet::ones) {
                if let Some(about) = self.about.get(action) {
                    set.union_with(about);
                }
            }
            set
        };
        let requests = &self.requests;
        let against = Against { requests, candidates: &candidates, setting: Setting::Identity };
        let compiled = Compiled::of(&interned.policy.document, &against);
        self.identity.insert(id, Rc::new(compiled));
    }
}

/// The request that a question is, asked by this principal.
pub(super) fn request(actions: &[String], setup: &Setup, ask: (&Question, &Asker)) -> Request {
    let (question, asker) = ask;
    let mut context = setup.context.clone();
    for (key, known) in question.known.iter().chain(&asker.known) {
        context.set(key, known.clone());
    }
    Request {
        caller: asker.caller.clone(),
        action: actions.get(question.action).cloned().unwrap_or_default(),
        resource: question.resource.to_string(),
        resource_account: match &question.owner {
            Some(owner) => Some(owner.account.clone()),
            None => asker.caller.account().map(str::to_owned),
        },
        wildcard_only: question.wildcard_only,
        context,
    }
}

/// By question, the first one of which the same is known.
fn alike(questions: &[Question]) -> Vec<usize> {
    let mut kinds: Vec<usize> = Vec::new();
    let of = |question: &Question| {
        let known = |at: &usize| questions.get(*at).is_some_and(|one| one.known == question.known);
        let place = kinds.iter().copied().find(known);
        place.unwrap_or_else(|| {
            let at = questions.iter().position(|one| one.known == question.known).unwrap_or(0);
            kinds.push(at);
            at
        })
    };
    questions.iter().map(of).collect()
}
