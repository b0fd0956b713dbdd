//! The case split itself.

use serde_json::Value;

use crate::event::Event;
use crate::formula::{Formula, TextTest};
use crate::implication::domain::Class;
use crate::implication::goal::{Goal, Problem};
use crate::implication::model::{self, Model};
use crate::required::Doubt;
use crate::schema::Schema;
use crate::selector::{Selector, Step};

/// The most parts of goals that are looked at.
const WORK: usize = 6_000_000;

/// What a search is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Aim {
    /// An event that was evaluated.
    Counterexample,
    /// Certainty that there is none: the first case that is left over ends it.
    Proof,
}

/// How a search ended.
#[derive(Debug)]
pub(super) enum Outcome {
    /// With an event.
    Found(Value),
    /// Without one, and there is none.
    None,
    /// Without one, but there may be one.
    Doubtful(Doubt),
}

pub(super) struct Search<'p> {
    problem: &'p Problem,
    domains: Vec<Vec<Class>>,
    schema: &'p Schema,
    aim: Aim,
}

struct Run<'r> {
    search: &'r Search<'r>,
    required: &'r Formula,
    taken: &'r [&'r Formula],
    work: usize,
    doubt: Option<Doubt>,
    found: Option<Value>,
}

impl<'p> Search<'p> {
    pub(super) fn new(
        problem: &'p Problem,
        domains: Vec<Vec<Class>>,
        schema: &'p Schema,
        aim: Aim,
    ) -> Self {
        Self { problem, domains, schema, aim }
    }

    pub(super) fn outcome(&self, required: &Formula, taken: &[&Formula]) -> Outcome {
        let mut run = Run { search: self, required, taken, work: 0, doubt: None, found: None };
        let goal = run.simplified(&self.problem.goal, None);
        run.split(&goal, &mut Vec::new());
        match (run.found, run.doubt) {
            (Some(event), _) => Outcome::Found(event),
            (None, _) if run.work > WORK => Outcome::Doubtful(Doubt::Work),
            (None, Some(doubt)) => Outcome::Doubtful(doubt),
            (None, None) => Outcome::None,
        }
    }
}

impl<'r> Run<'r> {
    fn is_over(&self) -> bool {
        self.found.is_some() || self.work > WORK
    }

    fn split(&mut self, goal: &Goal, model: &mut Model<'r>) {
        let search = self.search;
        match (goal, first_path(goal, search.problem)) {
            (Goal::Constant(false), _) => {}
            (Goal::Constant(true), _) | (_, None) => self.left_over(goal, model),
            (_, Some(path)) => {
                for class in search.domains.get(path).into_iter().flatten() {
                    if self.is_over() {
                        return;
                    }
                    self.work += model.len();
                    if model::fits(search.problem, model, path, class) {
                        let rest = self.simplified(goal, Some((path, class)));
                        model.push((path, class));
                        self.split(&rest, model);
                        model.pop();
                    }
                }
            }
        }
    }

    /// A case that the chosen values do not exclude.
    fn left_over(&mut self, goal: &Goal, model: &Model<'r>) {
        let search = self.search;
        let event = model::event(search.problem, search.schema, model);
        let settled = matches!(goal, Goal::Constant(true));
        if search.aim == Aim::Proof && settled {
            self.found = Some(event);
            return;
        }
        if search.aim == Aim::Counterexample {
            let mut tried = vec![event];
            if let (false, Some(first)) = (settled, tried.first()) {
                tried.extend(model::with_words(search.problem, first));
            }
            self.work += 100 * tried.len();
            self.found = tried.into_iter().find(|event| self.refutes(event));
        }
        if self.found.is_none() {
            let path = unknown(goal).or(model.last().map(|(path, _)| *path));
            let doubt = match path.and_then(|path| search.problem.paths.get(path)) {
                _ if has_text(goal) => Doubt::Text,
                Some(path) => Doubt::Values(Selector { steps: path.steps.clone() }.to_string()),
                None => Doubt::Work,
            };
            self.doubt.get_or_insert(doubt);
        }
    }

    fn refutes(&self, event: &Value) -> bool {
        let event = Event::of_json(event);
        self.required.holds(&event) && !self.taken.iter().any(|formula| formula.holds(&event))
    }

    /// The goal when a path has a value of that class.
    fn simplified(&mut self, goal: &Goal, chosen: Option<(usize, &Class)>) -> Goal {
        self.work += 1;
        let problem = self.search.problem;
        match goal {
            Goal::Constant(_) | Goal::Unknown(_) => goal.clone(),
            Goal::Atom(number) => {
                let atom = problem.atoms.get(*number);
                match atom.zip(chosen).filter(|(atom, (path, _))| atom.path == *path) {
                    None => goal.clone(),
                    Some((atom, (path, class))) => match class.truths.get(atom.slot) {
                        Some(Some(truth)) => Goal::Constant(*truth),
                        _ => Goal::Unknown(path),
                    },
                }
            }
            Goal::Text(number) => {
                let test = problem.texts.get(*number);
                match test.zip(chosen).is_some_and(|(test, (path, class))| {
                    problem.paths.get(path).is_some_and(|path| shows(&path.steps, class, test))
                }) {
                    true => Goal::Constant(true),
                    false => goal.clone(),
                }
            }
            Goal::Not(inner) => match self.simplified(inner, chosen) {
                Goal::Constant(value) => Goal::Constant(!value),
                Goal::Unknown(path) => Goal::Unknown(path),
                Goal::Not(inner) => *inner,
                inner => Goal::Not(Box::new(inner)),
            },
            Goal::All(parts) => self.joined(parts, chosen, true),
            Goal::Any(parts) => self.joined(parts, chosen, false),
        }
    }

    /// Parts of which all have to hold (neutral: true), or any (neutral: false).
    fn joined(&mut self, parts: &[Goal], chosen: Option<(usize, &Class)>, neutral: bool) -> Goal {
        let mut left = Vec::new();
        for part in parts {
            match self.simplified(part, chosen) {
                Goal::Constant(value) if value == neutral => {}
                Goal::Constant(value) => return Goal::Constant(value),
                part => left.push(part),
            }
        }
        match (left.len(), left.pop()) {
            (1, Some(only)) => only,
            (_, None) => Goal::Constant(neutral),
            (_, last) => {
                left.extend(last);
                if neutral { Goal::All(left) } else { Goal::Any(left) }
            }
        }
    }
}

/// Whether a member with that value alone makes a test of the whole text pass, wherever it stands.
fn shows(steps: &[Step], class: &Class, test: &TextTest) -> bool {
    let (true, Some(Value::String(text)), Some(Step::Key(name))) =
        (class.exact, class.value.as_ref(), steps.last())
    else {
        return false;
    };
    // Other letters may be written as escapes by whoever wrote the event.
    let plain = |text: &str| {
        text.chars().all(|letter| letter.is_ascii_alphanumeric() || " .-_:/@".contains(letter))
    };
    if !plain(text) || !plain(name) {
        return false;
    }
    let member = format!("\"{name}\":\"{text}\"");
    match test {
        TextTest::Contains(term) => member.contains(term.as_str()),
        TextTest::Regular(regular) => !regular.is_anchored() && regular.is_found_in(&member),
        TextTest::Delimited(_) => false,
    }
}

fn first_path(goal: &Goal, problem: &Problem) -> Option<usize> {
    match goal {
        Goal::Constant(_) | Goal::Unknown(_) | Goal::Text(_) => None,
        Goal::Atom(number) => problem.atoms.get(*number).map(|atom| atom.path),
        Goal::Not(inner) => first_path(inner, problem),
        Goal::All(parts) | Goal::Any(parts) => {
            parts.iter().find_map(|part| first_path(part, problem))
        }
    }
}

fn unknown(goal: &Goal) -> Option<usize> {
    match goal {
        Goal::Unknown(path) => Some(*path),
        Goal::Constant(_) | Goal::Text(_) | Goal::Atom(_) => None,
        Goal::Not(inner) => unknown(inner),
        Goal::All(parts) | Goal::Any(parts) => parts.iter().find_map(unknown),
    }
}

fn has_text(goal: &Goal) -> bool {
    match goal {
        Goal::Text(_) => true,
        Goal::Constant(_) | Goal::Unknown(_) | Goal::Atom(_) => false,
        Goal::Not(inner) => has_text(inner),
        Goal::All(parts) | Goal::Any(parts) => parts.iter().any(has_text),
    }
}
