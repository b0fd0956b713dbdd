//! What is looked for, with every selector made to lead to one value.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::formula::{Atom, Formula, TextTest};
use crate::implication::collect;
use crate::implication::search::Aim;
use crate::reading::Reading;
use crate::required::Doubt;
use crate::schema::Schema;
use crate::selector::{Selector, Step};

/// The largest index and the most wildcards that are decided about: elements are told apart one by one.
const ELEMENTS: usize = 12;
/// The most tests, wildcards written out.
const ATOMS: usize = 20_000;

/// A condition on the values of the problem's paths.
#[derive(Debug, Clone)]
pub(super) enum Goal {
    Constant(bool),
    /// What depends on values of this path that are not told apart.
    Unknown(usize),
    /// An atom whose answer is open for the value chosen, but the same wherever it stands.
    Open(usize),
    Atom(usize),
    Text(usize),
    Not(Box<Goal>),
    All(Vec<Goal>),
    Any(Vec<Goal>),
}

impl Goal {
    /// The opposite, with negations at the tests alone.
    fn negated(self) -> Self {
        let each = |parts: Vec<Self>| parts.into_iter().map(Self::negated).collect();
        match self {
            Self::Constant(value) => Self::Constant(!value),
            Self::Not(inner) => *inner,
            Self::All(parts) => Self::Any(each(parts)),
            Self::Any(parts) => Self::All(each(parts)),
            test => Self::Not(Box::new(test)),
        }
    }
}

/// The goal with its atoms, paths and texts.
pub(super) struct Problem {
    pub(super) goal: Goal,
    pub(super) atoms: Vec<GoalAtom>,
    pub(super) paths: Vec<Path>,
    pub(super) texts: Vec<Arc<TextTest>>,
    /// What wildcards were written out below, so that nothing else may stand there.
    pub(super) wiped: BTreeSet<Vec<Step>>,
}

pub(super) struct GoalAtom {
    pub(super) path: usize,
    /// Its place among the atoms of its path.
    pub(super) slot: usize,
    pub(super) atom: Atom,
}

pub(super) struct Path {
    pub(super) steps: Vec<Step>,
    pub(super) atoms: Vec<usize>,
}

impl Problem {
    pub(super) fn new(
        required: &Formula,
        taken: &[&Formula],
        (schema, aim): (&Schema, Aim),
    ) -> Result<Self, Doubt> {
        let mut atoms = Vec::new();
        collect(required, &mut atoms);
        taken.iter().for_each(|formula| collect(formula, &mut atoms));
        let elements = elements(&atoms)?;
        let selectors = atoms.iter().map(|atom| &atom.selector).chain(schema.fields.keys());
        let mut builder = Builder {
            elements,
            aim,
            names: selectors.map(|selector| selector.steps.clone()).collect(),
            known: BTreeMap::new(),
            paths: BTreeMap::new(),
            problem: Self {
                goal: Goal::Constant(true),
                atoms: Vec::new(),
                paths: Vec::new(),
                texts: Vec::new(),
                wiped: BTreeSet::new(),
            },
        };
        let mut parts = vec![builder.goal(required)?];
        for formula in taken {
            parts.push(builder.goal(formula)?.negated());
        }
        builder.problem.goal = Goal::All(parts);
        Ok(builder.problem)
    }
}

/// How many elements an array needs so that every combination of answers that some array gives is given by one of that
/// size: those with an index of their own, and a witness for each selector with a wildcard.
fn elements(atoms: &[&Atom]) -> Result<usize, Doubt> {
    let steps = || atoms.iter().flat_map(|atom| &atom.selector.steps);
    let indexed = steps().filter_map(|step| match step {
        Step::Index(index) => Some(index + 1),
        _ => None,
    });
    let mut wild: Vec<&Atom> =
        atoms.iter().copied().filter(|atom| atom.selector.is_wild()).collect();
    wild.sort();
    wild.dedup();
    let (indexed, wild) = (indexed.max().unwrap_or(0), wild.len());
    if indexed > ELEMENTS || wild > ELEMENTS {
        return Err(Doubt::Work);
    }
    Ok(indexed + wild)
}

struct Builder {
    elements: usize,
    aim: Aim,
    names: BTreeSet<Vec<Step>>,
    known: BTreeMap<Atom, usize>,
    paths: BTreeMap<Vec<Step>, usize>,
    problem: Problem,
}

impl Builder {
    fn goal(&mut self, formula: &Formula) -> Result<Goal, Doubt> {
        let mut each = |parts: &[Formula]| {
            parts.iter().map(|part| self.goal(part)).collect::<Result<Vec<_>, _>>()
        };
        Ok(match formula {
            Formula::Constant(value) => Goal::Constant(*value),
            Formula::Record => Goal::Constant(true),
            Formula::Not(inner) => self.goal(inner)?.negated(),
            Formula::All(parts) => Goal::All(each(parts)?),
            Formula::Any(parts) => Goal::Any(each(parts)?),
            Formula::Atom(atom) => self.written_out(atom)?,
            Formula::Text(test) => {
                self.problem.texts.push(Arc::clone(test));
                Goal::Text(self.problem.texts.len() - 1)
            }
        })
    }

    /// An atom whose wildcards, from the first on, are replaced by each element or member in turn.
    fn written_out(&mut self, atom: &Atom) -> Result<Goal, Doubt> {
        let steps = &atom.selector.steps;
        let Some(at) = steps.iter().position(Step::is_wild) else {
            return self.atom(atom);
        };
        let above = steps.get(..at).unwrap_or_default();
        self.problem.wiped.insert(above.to_vec());
        let mut parts = Vec::new();
        for step in self.choices(above, steps.get(at)) {
            let mut steps = steps.clone();
            if let Some(place) = steps.get_mut(at) {
                *place = step;
            }
            parts.push(self.written_out(&Atom { selector: Selector { steps }, ..atom.clone() })?);
        }
        Ok(Goal::Any(parts))
    }

    fn choices(&self, above: &[Step], wildcard: Option<&Step>) -> Vec<Step> {
        if wildcard == Some(&Step::Elements) {
            return (0..self.elements).map(Step::Index).collect();
        }
        let alike = |one: &Step, other: &Step| one == other || one.is_wild() || other.is_wild();
        let member = |steps: &Vec<Step>| {
            let same = steps.iter().zip(above).all(|(one, other)| alike(one, other));
            steps.get(above.len()).filter(|step| same && !step.is_wild()).cloned()
        };
        let mut members: BTreeSet<Step> = self.names.iter().filter_map(member).collect();
        members.retain(|step| matches!(step, Step::Key(_)));
        let others = (0..).map(|number| Step::Key(format!("member{number}")));
        let fresh = others.filter(|step| !members.contains(step)).take(self.elements);
        let fresh: Vec<Step> = fresh.collect();
        members.extend(fresh);
        members.into_iter().collect()
    }

    fn atom(&mut self, atom: &Atom) -> Result<Goal, Doubt> {
        let mut atom = atom.clone();
        if self.aim == Aim::Proof {
            // A proof holds for each reading, and a reading is the same wherever a test stands.
            atom.reading = Reading::Narrow;
        }
        if let Some(known) = self.known.get(&atom) {
            return Ok(Goal::Atom(*known));
        }
        let number = self.problem.atoms.len();
        if number == ATOMS {
            return Err(Doubt::Work);
        }
        let steps = &atom.selector.steps;
        let path = match self.paths.get(steps) {
            Some(path) => *path,
            None => {
                let path = self.problem.paths.len();
                self.problem.paths.push(Path { steps: steps.clone(), atoms: Vec::new() });
                self.paths.insert(steps.clone(), path);
                path
            }
        };
        let Some(home) = self.problem.paths.get_mut(path) else { return Err(Doubt::Work) };
        self.problem.atoms.push(GoalAtom { path, slot: home.atoms.len(), atom: atom.clone() });
        home.atoms.push(number);
        self.known.insert(atom, number);
        Ok(Goal::Atom(number))
    }
}
