//! The search from one principal: Dijkstra's, over states that are come by and changes that are made on the way.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use fixedbitset::FixedBitSet;

use super::graph::{Graph, Hop, Reached, State, What};
use super::plan::To;
use super::rights::Rights;

/// So many principals in different states are come by in one search at most. An account has 1,000 roles, unless its limit
/// was raised.
pub const STATES: usize = 1 << 14;

/// How something is come by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Via {
    Start,
    /// By this edge, taken as this node.
    Edge(usize, usize),
    /// By this edge, taken as the first node, while one acts as the second, which it changes.
    Change(usize, usize, usize),
}

/// What is looked for next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Goal {
    State(State),
    What(What),
}

/// A state that was come by.
struct Node {
    state: State,
    via: Via,
    hops: usize,
}

/// A search that goes on as long as it is asked.
pub(super) struct Search {
    /// The nearest first; the number keeps the order of what is equally near.
    queue: BinaryHeap<Reverse<(usize, usize, Goal, Via)>>,
    pushed: usize,
    /// With how many hops each goal is queued.
    queued: BTreeMap<Goal, usize>,
    nodes: Vec<Node>,
    known: BTreeSet<State>,
    found: BTreeSet<What>,
    ready: Vec<Reached>,
    /// By principal, the changes that can be made of it: which, by which edge, as which node.
    changes: BTreeMap<usize, Vec<(Rights, usize, usize)>>,
    /// By principal, the nodes that act as it.
    acting: BTreeMap<usize, Vec<usize>>,
    /// The edges that were gone through.
    gone_through: FixedBitSet,
    cut: bool,
}

impl Search {
    pub(super) fn new(start: State) -> Self {
        Self {
            queue: BinaryHeap::from([Reverse((0, 0, Goal::State(start), Via::Start))]),
            pushed: 0,
            queued: BTreeMap::new(),
            nodes: Vec::new(),
            known: BTreeSet::new(),
            found: BTreeSet::new(),
            ready: Vec::new(),
            changes: BTreeMap::new(),
            acting: BTreeMap::new(),
            gone_through: FixedBitSet::new(),
            cut: false,
        }
    }

    pub(super) const fn was_cut(&self) -> bool {
        self.cut
    }

    /// What is found next.
    pub(super) fn next(&mut self, graph: &mut Graph<'_>) -> Option<Reached> {
        loop {
            if let Some(reached) = self.ready.pop() {
                return Some(reached);
            }
            let Reverse((hops, _, goal, via)) = self.queue.pop()?;
            match goal {
                Goal::What(what) => {
                    let (Via::Edge(_, by) | Via::Change(_, by, _)) = via else { continue };
                    let holder = self.nodes.get(by).map(|node| node.state);
                    if let Some(holder) = holder.filter(|_| self.found.insert(what)) {
                        return Some(Reached { what, path: self.path(via), holder });
                    }
                }
                Goal::State(state) => {
                    if self.nodes.len() >= STATES {
                        self.cut = true;
                        return None;
                    }
                    if self.known.insert(state) {
                        self.enter(graph, Node { state, via, hops });
                    }
                }
            }
        }
    }

    fn enter(&mut self, graph: &mut Graph<'_>, node: Node) {
        let Node { state, via, .. } = node;
        let Some(decisions) = graph.decide(state) else { return };
        let place = self.nodes.len();
        self.nodes.push(node);
        let powers = graph.powers();
        let new = decisions.possible().take_while(|at| *at < powers);
        let new = new.filter(|at| graph.counts(&decisions, *at)).map(What::Power);
        let new: Vec<_> = new.filter(|what| self.found.insert(*what)).collect();
        if !new.is_empty() {
            let path = self.path(via);
            let reached = |what| Reached { what, path: path.clone(), holder: state };
            self.ready.extend(new.into_iter().rev().map(reached));
        }
        let edges = graph.passable(&decisions);
        // An edge that was gone through before adds nothing but what concerns whoever goes through it now.
        let gone_through = self.gone_through.clone();
        self.gone_through.grow(edges.len());
        self.gone_through.union_with(&edges);
        for edge in edges.ones() {
            let Some(to) = graph.edge(edge).map(|edge| edge.to) else { continue };
            let own = matches!(to, To::Change(entity, _) if entity == state.entity);
            if own || !gone_through.contains(edge) {
                self.pass(graph, (edge, to), place);
            }
        }
        self.acting.entry(state.entity).or_default().push(place);
        if self.is_promising(graph, state.entity) {
            for change in self.changes.get(&state.entity).cloned().unwrap_or_default() {
                self.change(place, change);
            }
        }
    }

    fn pass(&mut self, graph: &mut Graph<'_>, (edge, to): (usize, To), place: usize) {
        let Some(state) = self.nodes.get(place).map(|node| node.state) else { return };
        let via = Via::Edge(edge, place);
        let all = Rights { all: true, ..Rights::default() };
        match to {
            To::Change(entity, _) | To::Entity(entity) | To::Made(entity)
                if !self.is_promising(graph, entity) => {}
            To::Change(entity, rights) if entity == state.entity => {
                let changed = State { entity, rights: state.rights.and(rights) };
                self.push(Goal::State(changed), via);
            }
            To::Change(entity, rights) => {
                let changes = self.changes.entry(entity).or_default();
                if changes.iter().any(|(known, ..)| *known == rights) {
                    return;
                }
                changes.push((rights, edge, place));
                for acting in self.acting.get(&entity).cloned().unwrap_or_default() {
                    self.change(acting, (rights, edge, place));
                }
            }
            To::Entity(entity) => {
                self.push(Goal::State(State { entity, rights: Rights::default() }), via);
            }
            To::Made(entity) => self.push(Goal::State(State { entity, rights: all }), via),
            To::Power(at) => self.push(Goal::What(What::Power(at)), via),
            To::Gateway(at) => self.push(Goal::What(What::Gateway(at)), via),
            To::Root(at) => self.push(Goal::What(What::Root(at)), via),
            To::Anywhere => self.push(Goal::What(What::Anywhere), via),
        }
    }

    /// Whether a principal, with whatever is changed of it, could add to what was found and gone through.
    fn is_promising(&self, graph: &mut Graph<'_>, entity: usize) -> bool {
        let Some(ceiling) = graph.ceiling(entity) else { return false };
        let powers = graph.powers();
        let mut at_most = ceiling.possible().take_while(|at| *at < powers).map(What::Power);
        at_most.any(|what| !self.found.contains(&what))
            || !graph.passable_at_most(&ceiling).is_subset(&self.gone_through)
    }

    /// One acts as a principal that somebody changes.
    fn change(&mut self, acting: usize, (rights, edge, by): (Rights, usize, usize)) {
        let Some(state) = self.nodes.get(acting).map(|node| node.state) else { return };
        let changed = State { rights: state.rights.and(rights), ..state };
        self.push(Goal::State(changed), Via::Change(edge, by, acting));
    }

    fn push(&mut self, goal: Goal, via: Via) {
        let known = match &goal {
            Goal::State(state) => self.known.contains(state),
            Goal::What(what) => self.found.contains(what),
        };
        let hops = match via {
            Via::Start => 0,
            Via::Edge(_, by) => 1 + self.nodes.get(by).map_or(0, |node| node.hops),
            Via::Change(..) => self.path(via).len(),
        };
        if !known && self.queued.get(&goal).is_none_or(|queued| hops < *queued) {
            self.pushed += 1;
            self.queued.insert(goal, hops);
            self.queue.push(Reverse((hops, self.pushed, goal, via)));
        }
    }

    /// The hops of a way of coming by something, each once, in an order in which they can be taken.
    fn path(&self, via: Via) -> Vec<Hop> {
        let mut hops = Vec::new();
        // What comes last is found first; a hop that is needed twice is taken before both.
        let mut left = vec![via];
        while let Some(via) = left.pop() {
            let (edge, by) = match via {
                Via::Start => continue,
                Via::Edge(edge, by) => (edge, by),
                Via::Change(edge, by, acting) => {
                    left.extend(self.nodes.get(acting).map(|node| node.via));
                    (edge, by)
                }
            };
            let Some(node) = self.nodes.get(by) else { continue };
            let hop = Hop { by: node.state, edge };
            hops.retain(|known| *known != hop);
            hops.push(hop);
            left.push(node.via);
        }
        hops.reverse();
        hops
    }
}
