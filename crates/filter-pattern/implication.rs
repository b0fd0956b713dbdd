//! Whether every event that meets one condition meets another: a case split over the classes of values that the two
//! conditions can tell apart.
//!
//! Looked for is an event of the required set that no matcher takes. Each field that occurs is given, one field after
//! the other, a value of each class: missing, null, each constant, and what the patterns on it leave to tell apart;
//! what then stands fast is cut away. Where no case is left over, there is no such event. A case that is left over is
//! made into an event and evaluated, so that nothing is ever refuted by an event that does not refute it.

mod domain;
mod goal;
mod model;
mod search;
mod strings;

use crate::formula::{Atom, Formula};
use crate::implication::goal::Problem;
use crate::implication::search::{Aim, Outcome, Search};
use crate::matcher::Matcher;
use crate::operand::Op;
use crate::reading::Reading;
use crate::required::{Answer, Doubt, Required};
use crate::schema::Schema;
use crate::test::Test;

pub(crate) fn decide(required: &Required, matchers: &[Matcher]) -> Answer {
    let look = |reading: Reading, aim: Aim| {
        let required_formula = required.formula(reading);
        let taken = matchers.iter().map(|matcher| matcher.formula(reading.other()));
        Search::run(required_formula, &taken.collect::<Vec<_>>(), required.schema(), aim)
    };
    let doubt = match look(Reading::Narrow, Aim::Counterexample) {
        Outcome::Found(event, _) => return Answer::Refuted(Box::new(event)),
        Outcome::Doubtful(doubt) => Some(doubt),
        Outcome::None => None,
    };
    match look(Reading::Wide, Aim::Proof) {
        Outcome::None => Answer::Proved,
        Outcome::Doubtful(other) => Answer::Unclear(doubt.unwrap_or(other)),
        Outcome::Found(event, values) => {
            let open = open_test(&event, required, matchers).map(Doubt::Reading);
            Answer::Unclear(open.or(doubt).or(values).unwrap_or(Doubt::Work))
        }
    }
}

/// The test on which the readings differ for an event.
fn open_test(
    event: &serde_json::Value,
    required: &Required,
    matchers: &[Matcher],
) -> Option<String> {
    let mut atoms = Vec::new();
    for matcher in matchers {
        collect(matcher.formula(Reading::Narrow), &mut atoms);
    }
    collect(required.formula(Reading::Narrow), &mut atoms);
    atoms.into_iter().find_map(|atom| {
        let holds = |reading: Reading| {
            let atom = Atom { reading, ..atom.clone() };
            Formula::Atom(atom).holds(&crate::event::Event::of_json(event))
        };
        let Test::Compare(op, operand) = atom.test.as_ref() else {
            return (holds(Reading::Narrow) != holds(Reading::Wide))
                .then(|| atom.selector.to_string());
        };
        let open = holds(Reading::Narrow) != holds(Reading::Wide)
            || (*op == Op::NotEqual && atom.selector.is_wild());
        open.then(|| format!("{} {} {operand}", atom.selector, op.as_str()))
    })
}

fn collect<'f>(formula: &'f Formula, atoms: &mut Vec<&'f Atom>) {
    match formula {
        Formula::Atom(atom) => atoms.push(atom),
        Formula::Not(inner) => collect(inner, atoms),
        Formula::All(parts) | Formula::Any(parts) => {
            parts.iter().for_each(|part| collect(part, atoms));
        }
        Formula::Constant(_) | Formula::Record | Formula::Text(_) => {}
    }
}

impl Search<'_> {
    fn run(required: &Formula, taken: &[&Formula], schema: &Schema, aim: Aim) -> Outcome {
        let problem = match Problem::new(required, taken, (schema, aim)) {
            Ok(problem) => problem,
            Err(doubt) => return Outcome::Doubtful(doubt),
        };
        match domain::domains(&problem, (schema, aim)) {
            Ok(domains) => Search::new(&problem, domains, schema, aim).outcome(required, taken),
            Err(doubt) => Outcome::Doubtful(doubt),
        }
    }
}
