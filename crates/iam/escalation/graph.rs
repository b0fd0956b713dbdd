//! The graph of an account's principals, searched from each of them.

use std::collections::BTreeMap;
use std::rc::Rc;

use fixedbitset::FixedBitSet;

use super::facts::{Entity, Facts};
use super::organization::Gateway;
use super::plan::{Edge, Planner, To};
use super::rights::{Changes, Rights};
use super::search::Search;
use crate::answer::{Answer, Decision, StatementRef, Verdict};
use crate::bulk::{Account, Asker, Bulk, Decisions, PolicyId, Setup};
use crate::context::Known;
use crate::error::ParseError;
use crate::layers::Layer;

/// What a second factor could change.
const MFA: &str = "aws:MultiFactorAuthPresent";

/// Reads graphs out of what a [`Bulk`] holds.
#[derive(Debug, Clone, Copy)]
pub struct Escalation {
    everything: PolicyId,
}

impl Escalation {
    /// Prepares a bulk for it. The bulk must know the actions of the powers and [`super::actions`]; what it does not know
    /// cannot be a step.
    ///
    /// # Errors
    /// None in practice: the policy that allows everything is added to the bulk, and read for it.
    pub fn new(bulk: &mut Bulk) -> Result<Self, ParseError> {
        const EVERYTHING: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#;
        Ok(Self { everything: bulk.policy("everything", EVERYTHING)? })
    }

    /// The graph of one account, with these roles of other accounts as further targets.
    #[must_use]
    pub fn graph<'a>(
        self,
        bulk: &'a Bulk,
        facts: &'a Facts,
        gateways: &[&'a Gateway],
    ) -> Graph<'a> {
        let plan = Planner::new(bulk, facts, self.everything).plan(gateways);
        let account = bulk.account(Setup {
            questions: plan.questions,
            scps: facts.scps.clone(),
            rcps: facts.rcps.clone(),
            management: facts.management,
            context: facts.context.clone(),
        });
        Graph {
            everything: self.everything,
            bulk,
            facts,
            account,
            edges: plan.edges,
            entities: plan.entities,
            tags: plan.tags,
            decided: BTreeMap::new(),
            ceilings: BTreeMap::new(),
            cut: false,
            surely: false,
            passable: BTreeMap::new(),
        }
    }
}

/// The graph of an account.
pub struct Graph<'a> {
    everything: PolicyId,
    bulk: &'a Bulk,
    facts: &'a Facts,
    account: Account<'a>,
    edges: Vec<Edge>,
    entities: Vec<Entity>,
    tags: Vec<String>,
    decided: BTreeMap<State, Rc<Decisions>>,
    ceilings: BTreeMap<usize, Rc<Decisions>>,
    cut: bool,
    surely: bool,
    /// By the address of the decisions, which are kept, and whether only what is sure counts.
    passable: BTreeMap<(*const Decisions, bool), Rc<FixedBitSet>>,
}

/// A principal as whom one acts, with what was changed of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct State {
    pub(super) entity: usize,
    pub(super) rights: Rights,
}

/// One hop of a path: a way that is taken as somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hop {
    pub(super) by: State,
    pub(super) edge: usize,
}

/// What is come by, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reached {
    /// What.
    pub what: What,
    /// The hops, in an order in which they can be taken; none where it is had from the start.
    pub path: Vec<Hop>,
    /// As whom it is had in the end.
    pub holder: State,
}

/// What can be come by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// A power, by its place in [`Facts::powers`].
    Power(usize),
    /// A role of another account, by its place among those that were given.
    Gateway(usize),
    /// A session of the root user of another account, by its place in [`Facts::roots`].
    Root(usize),
    /// Whatever Identity Center gives in the accounts that it serves.
    Anywhere,
}

/// A hop in full.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// The way's name.
    pub way: &'static str,
    /// The ARN of the principal as whom it is taken.
    pub by: String,
    /// The ARN of the principal that is changed or become, where it is one.
    pub target: Option<String>,
    /// What is done.
    pub steps: Vec<ToldStep>,
}

impl Told {
    /// Whether all of it is allowed whatever the circumstances.
    #[must_use]
    pub fn is_sure(&self) -> bool {
        self.steps.iter().all(|step| step.decision == Decision::Allowed)
    }
}

/// One step of a hop in full.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToldStep {
    /// The action.
    pub action: String,
    /// What it is done to.
    pub resource: String,
    /// Whether it is allowed, or only in some circumstances.
    pub decision: Decision,
    /// The keys on which it depends.
    pub depends_on: Vec<String>,
    /// The statements that grant it.
    pub statements: Vec<StatementRef>,
}

impl<'a> Graph<'a> {
    /// The same graph, in which only what is allowed whatever the circumstances counts: each step of each hop, and the power
    /// in the end. What hangs on a tag that one would give oneself is not among it.
    #[must_use]
    pub fn surely(self) -> Self {
        Self { surely: true, ..self }
    }

    /// The principals of the account, and behind them those that somebody could make.
    #[must_use]
    pub fn entities(&self) -> &[Entity] {
        &self.entities
    }

    /// Everything that a principal comes by, with a shortest path to each: powers first, each kind by its place.
    ///
    /// A hop counts for one, whatever its steps. Where two hops must meet – one principal changes what another may do, and
    /// both are come by – the path joins a shortest one to each; that two longer ones would share more hops is not looked
    /// for, so that such a path may be longer than need be.
    pub fn from(&mut self, entity: usize) -> Vec<Reached> {
        let mut found = Vec::new();
        if entity < self.facts.entities.len() {
            let mut search = Search::new(State { entity, rights: Rights::default() });
            while let Some(reached) = search.next(self) {
                found.push(reached);
            }
            self.cut |= search.was_cut();
        }
        found.sort_by_key(|reached| reached.what);
        found
    }

    /// Whether every search so far ended by itself. One that comes by more than [`super::STATES`] principals in different states is
    /// cut, and what it found is not all.
    #[must_use]
    pub const fn is_complete(&self) -> bool {
        !self.cut
    }

    /// A hop in full, with the statements that grant it.
    #[must_use]
    pub fn tell(&self, hop: &Hop) -> Option<Told> {
        let edge = self.edges.get(hop.edge)?;
        let asker = self.asker(hop.by)?;
        let target = match edge.to {
            To::Entity(at) | To::Made(at) | To::Change(at, _) => self.entities.get(at),
            _ => None,
        };
        let step = |question: &usize| {
            let asked = self.account.setup().questions.get(*question)?;
            let answer = self.account.answer(*question, &asker)?;
            Some(ToldStep {
                action: self.bulk.actions().get(asked.action)?.clone(),
                resource: asked.resource.to_string(),
                decision: answer.decision,
                statements: granting(&answer),
                depends_on: answer.depends_on,
            })
        };
        Some(Told {
            way: &edge.way.id,
            by: asker.caller.name().to_owned(),
            target: target.map(|entity| entity.arn().to_owned()),
            steps: edge.questions.iter().filter_map(step).collect(),
        })
    }

    /// The answer to a power as the principal that holds it in the end.
    #[must_use]
    pub fn power(&self, reached: &Reached) -> Option<Answer> {
        match reached.what {
            What::Power(power) => self.account.answer(power, &self.asker(reached.holder)?),
            _ => None,
        }
    }

    /// The ARN of the principal as whom it is had in the end.
    #[must_use]
    pub fn holder(&self, reached: &Reached) -> Option<&str> {
        self.entities.get(reached.holder.entity).map(Entity::arn)
    }

    fn asker(&self, state: State) -> Option<Asker> {
        let entity = self.entities.get(state.entity)?;
        let changes = Changes {
            bulk: self.bulk,
            facts: self.facts,
            everything: self.everything,
            tags: &self.tags,
        };
        Some(changes.asker(entity, state.rights))
    }

    /// What a principal could do at most, whatever is changed of it.
    pub(super) fn ceiling(&mut self, entity: usize) -> Option<Rc<Decisions>> {
        if let Some(ceiling) = self.ceilings.get(&entity) {
            return Some(ceiling.clone());
        }
        let mut asker = Asker::new(self.entities.get(entity)?.caller.clone());
        asker.identity.push(self.everything);
        asker.known = self.tags.iter().map(|key| (key.clone(), Known::Unknown)).collect();
        if self.facts.context.get(MFA).is_some() {
            asker.known.push((MFA.to_owned(), Known::Unknown));
        }
        let ceiling = self.account.decide(&asker);
        self.ceilings.insert(entity, ceiling.clone());
        Some(ceiling)
    }

    pub(super) fn powers(&self) -> usize {
        self.facts.powers.len()
    }

    pub(super) fn edge(&self, edge: usize) -> Option<&Edge> {
        self.edges.get(edge)
    }

    pub(super) fn decide(&mut self, state: State) -> Option<Rc<Decisions>> {
        if let Some(decisions) = self.decided.get(&state) {
            return Some(decisions.clone());
        }
        let asker = self.asker(state)?;
        let decisions = self.account.decide(&asker);
        self.decided.insert(state, decisions.clone());
        Some(decisions)
    }

    /// Whether that counts: what is allowed, and unless only that is looked for what is allowed in some circumstances.
    pub(super) fn counts(&self, decisions: &Decisions, question: usize) -> bool {
        if self.surely {
            decisions.get(question) == Some(Decision::Allowed)
        } else {
            decisions.is_possible(question)
        }
    }

    /// The edges that count from there.
    pub(super) fn passable(&mut self, decisions: &Rc<Decisions>) -> Rc<FixedBitSet> {
        self.edges_by(decisions, self.surely)
    }

    /// The edges that may count from there, whatever is changed.
    pub(super) fn passable_at_most(&mut self, ceiling: &Rc<Decisions>) -> Rc<FixedBitSet> {
        self.edges_by(ceiling, false)
    }

    fn edges_by(&mut self, decisions: &Rc<Decisions>, surely: bool) -> Rc<FixedBitSet> {
        let edges = &self.edges;
        let counts = |question: usize| match surely {
            true => decisions.get(question) == Some(Decision::Allowed),
            false => decisions.is_possible(question),
        };
        let of = || {
            let all = |edge: &Edge| edge.questions.iter().all(|at| counts(*at));
            let mut passable = FixedBitSet::with_capacity(edges.len());
            passable
                .extend(edges.iter().enumerate().filter(|(_, edge)| all(edge)).map(|(at, _)| at));
            Rc::new(passable)
        };
        self.passable.entry((Rc::as_ptr(decisions), surely)).or_insert_with(of).clone()
    }
}

fn granting(answer: &Answer) -> Vec<StatementRef> {
    let grants = answer.trace.layers.iter().filter(|trace| {
        matches!(trace.layer, Layer::Identity | Layer::Resource)
            && matches!(trace.verdict, Verdict::Allows | Verdict::MayAllow)
    });
    grants.flat_map(|trace| trace.statements.iter().cloned()).collect()
}
