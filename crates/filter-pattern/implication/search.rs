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

/// The most events that are made in vain, for values that are not told apart.
const FAILURES: usize = 200;

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
    /// With an event, and with the path of a value that is not known as well as it would have to be.
    Found(Value, Option<Doubt>),
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
    open: Vec<usize>,
    failures: usize,
    found: Option<(Value, Option<Doubt>)>,
}

/// What is settled next.
#[derive(Clone, Copy)]
enum Choice<'c> {
    None,
    /// A path has a value of that class.
    Value(usize, &'c Class),
    /// An open atom has that answer.
    Answer(usize, bool),
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
        let mut run = Run {
            search: self,
            required,
            taken,
            work: 0,
            doubt: None,
            open: Vec::new(),
            failures: 0,
            found: None,
        };
        let goal = run.simplified(&self.problem.goal, Choice::None);
        run.split(&goal, &mut Vec::new());
        match (run.found, run.doubt) {
            (Some((event, doubt)), _) => Outcome::Found(event, doubt),
            (None, _) if run.work > WORK => Outcome::Doubtful(Doubt::Work),
            (None, Some(doubt)) => Outcome::Doubtful(doubt),
            (None, None) => Outcome::None,
        }
    }
}

impl<'r> Run<'r> {
    fn is_over(&self) -> bool {
        self.found.is_some() || self.work > WORK || self.failures > FAILURES
    }

    /// Goes through the cases in which a goal may hold. One of several alternatives is taken first, then each value of
    /// the path that it is about, so that what contradicts the alternative is seen at once.
    fn split(&mut self, goal: &Goal, model: &mut Model<'r>) {
        let search = self.search;
        let (first, rest) = match goal {
            Goal::All(parts) => match parts.split_first() {
                Some((first, rest)) => (first, rest),
                None => return self.left_over(goal, model),
            },
            first => (first, [].as_slice()),
        };
        if let Goal::Any(alternatives) = first {
            for alternative in alternatives {
                if self.is_over() {
                    return;
                }
                let parts = std::iter::once(alternative).chain(rest).cloned().collect();
                let goal = self.simplified(&Goal::All(parts), Choice::None);
                self.split(&goal, model);
            }
            return;
        }
        match (goal, first_path(goal, search.problem), open(goal)) {
            (Goal::Constant(false), ..) => {}
            (Goal::Constant(true), ..) | (_, None, None) => self.left_over(goal, model),
            (_, Some(path), None) => {
                for class in search.domains.get(path).into_iter().flatten() {
                    if self.is_over() {
                        return;
                    }
                    self.work += model.len();
                    if model::fits(search.problem, model, path, class) {
                        let rest = self.simplified(goal, Choice::Value(path, class));
                        model.push((path, class));
                        self.split(&rest, model);
                        model.pop();
                    }
                }
            }
            (_, _, Some(atom)) => {
                self.open.push(atom);
                for answer in [true, false] {
                    if !self.is_over() {
                        let rest = self.simplified(goal, Choice::Answer(atom, answer));
                        self.split(&rest, model);
                    }
                }
                self.open.pop();
            }
        }
    }

    /// A case that the chosen values do not exclude.
    fn left_over(&mut self, goal: &Goal, model: &Model<'r>) {
        let search = self.search;
        let event = model::event(search.problem, search.schema, model);
        let settled = matches!(goal, Goal::Constant(true));
        if search.aim == Aim::Proof && settled {
            let path = self.open.first().and_then(|atom| search.problem.atoms.get(*atom));
            self.found = Some((event, path.map(|atom| self.values(atom.path))));
            return;
        }
        if search.aim == Aim::Counterexample {
            let mut tried = vec![event];
            if let (false, Some(first)) = (settled, tried.first()) {
                tried.extend(model::with_words(search.problem, first));
            }
            self.work += 100 * tried.len();
            let found = tried.into_iter().find(|event| self.refutes(event));
            self.found = found.map(|event| (event, None));
        }
        if self.found.is_none() {
            let path = unknown(goal).or(model.last().map(|(path, _)| *path));
            let doubt = match path {
                _ if has_text(goal) => Doubt::Text,
                Some(path) => self.values(path),
                None => Doubt::Work,
            };
            self.doubt.get_or_insert(doubt);
            self.failures += 1;
        }
    }

    fn values(&self, path: usize) -> Doubt {
        let steps = self.search.problem.paths.get(path).map(|path| path.steps.clone());
        Doubt::Values(Selector { steps: steps.unwrap_or_default() }.to_string())
    }

    fn refutes(&self, event: &Value) -> bool {
        let event = Event::of_json(event);
        self.required.holds(&event) && !self.taken.iter().any(|formula| formula.holds(&event))
    }

    /// The goal when that is settled.
    fn simplified(&mut self, goal: &Goal, chosen: Choice<'_>) -> Goal {
        self.work += 1;
        let problem = self.search.problem;
        match goal {
            Goal::Constant(_) | Goal::Unknown(_) => goal.clone(),
            Goal::Open(number) => match chosen {
                Choice::Answer(atom, answer) if atom == *number => Goal::Constant(answer),
                _ => goal.clone(),
            },
            Goal::Atom(number) => match (problem.atoms.get(*number), chosen) {
                (Some(atom), Choice::Value(path, class)) if atom.path == path => {
                    match (class.truths.get(atom.slot), self.search.aim) {
                        (Some(Some(truth)), _) => Goal::Constant(*truth),
                        (_, Aim::Proof) => Goal::Open(*number),
                        (_, Aim::Counterexample) => Goal::Unknown(path),
                    }
                }
                _ => goal.clone(),
            },
            Goal::Text(number) => match (problem.texts.get(*number), chosen) {
                (Some(test), Choice::Value(path, class))
                    if problem.paths.get(path).is_some_and(|it| shows(&it.steps, class, test)) =>
                {
                    Goal::Constant(true)
                }
                _ => goal.clone(),
            },
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
    fn joined(&mut self, parts: &[Goal], chosen: Choice<'_>, neutral: bool) -> Goal {
        let mut left = Vec::new();
        for part in parts {
            match self.simplified(part, chosen) {
                Goal::Constant(value) if value == neutral => {}
                Goal::Constant(value) => return Goal::Constant(value),
                Goal::All(inner) if neutral => left.extend(inner),
                Goal::Any(inner) if !neutral => left.extend(inner),
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
        Goal::Constant(_) | Goal::Unknown(_) | Goal::Open(_) | Goal::Text(_) => None,
        Goal::Atom(number) => problem.atoms.get(*number).map(|atom| atom.path),
        Goal::Not(inner) => first_path(inner, problem),
        Goal::All(parts) | Goal::Any(parts) => {
            parts.iter().find_map(|part| first_path(part, problem))
        }
    }
}

fn open(goal: &Goal) -> Option<usize> {
    match goal {
        Goal::Open(atom) => Some(*atom),
        Goal::Constant(_) | Goal::Text(_) | Goal::Unknown(_) | Goal::Atom(_) => None,
        Goal::Not(inner) => open(inner),
        Goal::All(parts) | Goal::Any(parts) => parts.iter().find_map(open),
    }
}

fn unknown(goal: &Goal) -> Option<usize> {
    match goal {
        Goal::Unknown(path) => Some(*path),
        Goal::Constant(_) | Goal::Text(_) | Goal::Open(_) | Goal::Atom(_) => None,
        Goal::Not(inner) => unknown(inner),
        Goal::All(parts) | Goal::Any(parts) => parts.iter().find_map(unknown),
    }
}

fn has_text(goal: &Goal) -> bool {
    match goal {
        Goal::Text(_) => true,
        Goal::Constant(_) | Goal::Unknown(_) | Goal::Open(_) | Goal::Atom(_) => false,
        Goal::Not(inner) => has_text(inner),
        Goal::All(parts) | Goal::Any(parts) => parts.iter().any(has_text),
    }
}
