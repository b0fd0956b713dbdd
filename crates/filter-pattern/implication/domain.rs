//! The classes of values of each path: within one, no test of that path tells two values apart.

use std::collections::BTreeSet;

use serde_json::{Number as JsonNumber, Value, json};

use crate::bridge::Leaf;
use crate::bridge::Scalar;
use crate::formula::Atom;
use crate::implication::goal::{Path, Problem};
use crate::implication::search::Aim;
use crate::implication::strings::{self, Sets};
use crate::operand::{Number, Op, Operand, Text};
use crate::reading::Reading;
use crate::required::Doubt;
use crate::schema::{Kind, Schema};
use crate::selector::Selector;
use crate::test::Test;

/// The most answers that are kept, over all classes of all paths.
const ANSWERS: usize = 16_000_000;

/// A class of values.
#[derive(Debug)]
pub(super) struct Class {
    /// One of the values; none is a missing field.
    pub(super) value: Option<Value>,
    /// Whether it is the only one.
    pub(super) exact: bool,
    /// The answers of the path's tests, where they are the same for all values of the class.
    pub(super) truths: Vec<Option<bool>>,
}

/// What may stand below a value.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Form {
    Absent,
    Object,
    Array,
    Scalar,
}

impl Class {
    fn form(&self) -> Form {
        match self.value {
            None => Form::Absent,
            Some(Value::Object(_)) => Form::Object,
            Some(Value::Array(_)) => Form::Array,
            Some(_) => Form::Scalar,
        }
    }
}

pub(super) fn domains(
    problem: &Problem,
    (schema, aim): (&Schema, Aim),
) -> Result<Vec<Vec<Class>>, Doubt> {
    let mut effort = Effort { answers: 0, states: strings::STATES };
    let mut domains = Vec::new();
    for path in &problem.paths {
        let classes = Field { problem, path, schema, aim }.classes(&mut effort)?;
        domains.push(classes);
    }
    Ok(domains)
}

/// What has been spent, and what is left to spend.
struct Effort {
    answers: usize,
    states: usize,
}

struct Field<'p> {
    problem: &'p Problem,
    path: &'p Path,
    schema: &'p Schema,
    aim: Aim,
}

impl Field<'_> {
    fn atoms(&self) -> impl Iterator<Item = &Atom> {
        self.path
            .atoms
            .iter()
            .filter_map(|number| self.problem.atoms.get(*number))
            .map(|it| &it.atom)
    }

    fn classes(&self, effort: &mut Effort) -> Result<Vec<Class>, Doubt> {
        let shape = self.schema.shape(&self.path.steps);
        let selector = Selector { steps: self.path.steps.clone() };
        let is_usual = !selector.select(&self.schema.example).is_empty();
        let mut classes = Vec::new();
        // The more usual comes first, and so into counterexamples.
        if !shape.always && !is_usual {
            classes.push(self.absent());
        }
        if shape.kinds.contains(&Kind::Text) {
            self.texts(&mut classes, effort)?;
        }
        if !shape.always && is_usual {
            classes.push(self.absent());
        }
        if shape.kinds.contains(&Kind::Number) {
            self.numbers(&mut classes);
        }
        for (kind, value) in [
            (Kind::Bool, json!(true)),
            (Kind::Bool, json!(false)),
            (Kind::Null, Value::Null),
            (Kind::Object, json!({})),
            (Kind::Array, json!([])),
        ] {
            if shape.kinds.contains(&kind) {
                classes.push(self.class(value, !matches!(kind, Kind::Object | Kind::Array)));
            }
        }
        effort.answers += classes.len() * self.path.atoms.len();
        if effort.answers > ANSWERS {
            return Err(Doubt::Work);
        }
        // Whatever no test tells apart is one class, of which the first is kept.
        let by_text = !self.problem.texts.is_empty();
        let mut seen = BTreeSet::new();
        classes.retain(|class| {
            let text = class.value.as_ref().and_then(Value::as_str).filter(|_| by_text);
            seen.insert((class.form(), class.truths.clone(), text.map(str::to_owned)))
        });
        Ok(classes)
    }

    fn absent(&self) -> Class {
        let plain = self.schema.is_plain(&self.path.steps);
        let truth = |atom: &Atom| {
            // EventBridge may still find a value where an array of objects stands on the way; only its test of
            // existence is not harmed by taking such a value for missing.
            let hidden = atom.flattened && !plain && is_existence(&atom.test);
            (!hidden).then_some(false)
        };
        Class { value: None, exact: true, truths: self.atoms().map(truth).collect() }
    }

    fn class(&self, value: Value, exact: bool) -> Class {
        let truths = self.atoms().map(|atom| self.answer(atom, &value, exact)).collect();
        Class { value: Some(value), exact, truths }
    }

    /// For a proof an answer stands only where both readings give it.
    fn answer(&self, atom: &Atom, value: &Value, exact: bool) -> Option<bool> {
        let own = truth(atom, atom.reading, (value, exact));
        let other = match self.aim {
            Aim::Counterexample => own,
            Aim::Proof => truth(atom, atom.reading.other(), (value, exact)),
        };
        own.filter(|_| own == other)
    }

    fn texts(&self, classes: &mut Vec<Class>, effort: &mut Effort) -> Result<(), Doubt> {
        let mut sets = Sets::default();
        self.atoms().for_each(|atom| sets.add(&atom.test));
        let selector = Selector { steps: self.path.steps.clone() };
        let ordinary = selector.select(&self.schema.example);
        let ordinary = ordinary.first().and_then(|value| value.as_str()).unwrap_or("other");
        if effort.answers + sets.constants.len() * self.path.atoms.len() > ANSWERS {
            return Err(Doubt::Work);
        }
        let others = strings::others(&sets, ordinary, &mut effort.states);
        match others {
            Some(others) => {
                classes.extend(others.into_iter().map(|text| self.class(json!(text), false)));
            }
            None => classes.push(self.rest(&strings::fresh(&sets, ordinary))),
        }
        for (text, exact) in strings::constants(&sets) {
            classes.push(self.class(json!(text), exact));
        }
        Ok(())
    }

    /// All texts that are no constants, where there is no telling what the patterns make of them.
    fn rest(&self, fresh: &str) -> Class {
        let mut class = self.class(json!(fresh), false);
        for (truth, atom) in class.truths.iter_mut().zip(self.atoms()) {
            *truth = truth.filter(|_| Sets::are_constants(&atom.test));
        }
        class
    }

    /// Every number that a test names, and one between each two neighbours.
    fn numbers(&self, classes: &mut Vec<Class>) {
        let mut points: Vec<f64> = self.atoms().flat_map(|atom| numbers_of(&atom.test)).collect();
        points.sort_by(f64::total_cmp);
        points.dedup();
        let between = points.windows(2).filter_map(|pair| match pair {
            [left, right] => {
                let middle = left + (right - left) / 2.0;
                (left < &middle && &middle < right).then_some(middle)
            }
            _ => None,
        });
        let below = points.first().map_or(0.0, |least| (least - 1.0).min(least.next_down()));
        let above = points.last().map_or(0.0, |most| (most + 1.0).max(most.next_up()));
        let rest: Vec<f64> = between.chain([below, above]).collect();
        for (value, exact) in
            points.into_iter().map(|it| (it, true)).chain(rest.into_iter().map(|it| (it, false)))
        {
            if let Some(number) = json_number(value) {
                classes.push(self.class(Value::Number(number), exact));
            }
        }
    }
}

fn json_number(value: f64) -> Option<JsonNumber> {
    let whole = value.fract() == 0.0 && value.abs() < 9e15;
    #[expect(clippy::cast_possible_truncation, reason = "it is whole, and small enough")]
    if whole { Some(JsonNumber::from(value as i64)) } else { JsonNumber::from_f64(value) }
}

fn is_existence(test: &Test) -> bool {
    matches!(test, Test::Exists | Test::Leaf(Leaf::Exists(_)))
}

/// The answer for a value and all others of its class.
fn truth(atom: &Atom, reading: Reading, (value, exact): (&Value, bool)) -> Option<bool> {
    let holds = || Some(atom.test.holds(Some(value), reading));
    match value {
        // The elements of an array may pass more tests than none does, and never fewer, but for that of existence.
        Value::Array(_) if atom.flattened => (!is_existence(&atom.test)).then_some(false),
        Value::Object(_) if atom.flattened => Some(false),
        Value::String(text) if !exact => match atom.test.as_ref() {
            Test::Compare(op, Operand::Number(_)) if Number::looks_like(text) => {
                (*op == Op::Equal && reading == Reading::Narrow).then_some(false)
            }
            Test::Leaf(Leaf::Cidr(_)) if strings::looks_like_address(text) => None,
            _ => holds(),
        },
        Value::Number(_) => match atom.test.as_ref() {
            // One number is written in several ways, and these tests are of how it is written.
            Test::Compare(_, Operand::Regular(_)) => (reading == Reading::Narrow).then_some(false),
            Test::Compare(_, Operand::Text(text)) if !is_settled(text) => None,
            Test::Compare(op, Operand::Text(text)) if !text.is_anything() => {
                Some(*op == Op::NotEqual && reading == Reading::Wide)
            }
            _ => holds(),
        },
        _ => holds(),
    }
}

/// Whether a text takes every number or none, however it is written. What it is compared with by `!=` then still
/// depends on the writing in the narrow reading, where "differs" is only granted to integers.
fn is_settled(text: &Text) -> bool {
    let digits = |letter: char| letter.is_ascii_digit() || "+-.eE".contains(letter);
    text.is_anything() || text.parts().1.chars().any(|letter| !digits(letter) && letter != '*')
}

fn numbers_of(test: &Test) -> Vec<f64> {
    match test {
        Test::Compare(_, Operand::Number(number)) => vec![number.value()],
        Test::Leaf(leaf) => numbers_of_leaf(leaf),
        _ => Vec::new(),
    }
}

fn numbers_of_leaf(leaf: &Leaf) -> Vec<f64> {
    match leaf {
        Leaf::Literal(Scalar::Number(number)) => vec![number.value()],
        Leaf::Numeric(limits) => limits.iter().map(|(_, limit)| limit.value()).collect(),
        Leaf::AnythingBut(others) => others.iter().flat_map(numbers_of_leaf).collect(),
        _ => Vec::new(),
    }
}
