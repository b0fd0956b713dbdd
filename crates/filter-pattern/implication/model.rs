//! Events made from chosen values.

use serde_json::{Map, Value};

use crate::formula::TextTest;
use crate::implication::domain::Class;
use crate::implication::goal::Problem;
use crate::schema::Schema;
use crate::selector::Step;

/// The values chosen so far: path and class.
pub(super) type Model<'d> = Vec<(usize, &'d Class)>;

/// The schema's example with the chosen values.
pub(super) fn event(problem: &Problem, schema: &Schema, model: &Model<'_>) -> Value {
    let mut event = schema.example.clone();
    for above in &problem.wiped {
        empty(&mut event, above);
    }
    let steps = |path: usize| problem.paths.get(path).map(|path| path.steps.as_slice());
    let mut chosen: Vec<(&[Step], &Class)> =
        model.iter().filter_map(|(path, class)| Some((steps(*path)?, *class))).collect();
    chosen.sort_by_key(|(steps, _)| *steps);
    for (steps, class) in chosen {
        place(&mut event, steps, class.value.as_ref());
    }
    event
}

/// Further events that differ from one where no test of a field looks: its user agent holds words that patterns of the
/// whole text exclude.
pub(super) fn with_words(problem: &Problem, event: &Value) -> Vec<Value> {
    let words = problem.texts.iter().filter_map(|test| match test.as_ref() {
        TextTest::Contains(word) if !word.is_empty() => Some(word.clone()),
        _ => None,
    });
    let words: Vec<String> = words.take(16).collect();
    let agent = ["/userAgent", "/detail/userAgent"];
    let Some(pointer) = agent.iter().find(|pointer| event.pointer(pointer).is_some()) else {
        return Vec::new();
    };
    let all = std::iter::once(words.join(" "));
    let with = |words: String| {
        let mut event = event.clone();
        if let Some(agent) = event.pointer_mut(pointer) {
            *agent = Value::String(words);
        }
        event
    };
    all.chain(words.clone()).map(with).collect()
}

/// Takes away whatever stands below a value.
fn empty(at: &mut Value, steps: &[Step]) {
    match (steps, at) {
        ([], Value::Object(members)) => members.clear(),
        ([], Value::Array(items)) => items.clear(),
        ([Step::Key(name), rest @ ..], Value::Object(members)) => {
            if let Some(member) = members.get_mut(name) {
                empty(member, rest);
            }
        }
        ([Step::Index(index), rest @ ..], Value::Array(items)) => {
            if let Some(item) = items.get_mut(*index) {
                empty(item, rest);
            }
        }
        _ => {}
    }
}

fn place(at: &mut Value, steps: &[Step], value: Option<&Value>) {
    match (steps, value) {
        ([], None) => {}
        // What stands below an object is chosen by itself.
        ([], Some(Value::Object(empty))) if empty.is_empty() && at.is_object() => {}
        ([], Some(value)) => *at = value.clone(),
        ([Step::Key(name), rest @ ..], value) => {
            if value.is_some() && !at.is_object() {
                *at = Value::Object(Map::new());
            }
            let Some(members) = at.as_object_mut() else { return };
            match (rest, value) {
                ([], None) => drop(members.shift_remove(name)),
                (rest, None) => {
                    if let Some(member) = members.get_mut(name) {
                        place(member, rest, None);
                    }
                }
                (rest, value) => {
                    place(members.entry(name.clone()).or_insert(Value::Null), rest, value)
                }
            }
        }
        ([Step::Index(index), rest @ ..], value) => {
            if value.is_some() && !at.is_array() {
                *at = Value::Array(Vec::new());
            }
            let Some(items) = at.as_array_mut() else { return };
            match (rest, value) {
                ([], None) => items.truncate(*index),
                (rest, None) => {
                    if let Some(item) = items.get_mut(*index) {
                        place(item, rest, None);
                    }
                }
                (rest, value) => {
                    if items.len() <= *index {
                        items.resize(index + 1, Value::Null);
                    }
                    if let Some(item) = items.get_mut(*index) {
                        place(item, rest, value);
                    }
                }
            }
        }
        ([Step::Elements | Step::Members, ..], _) => {}
    }
}

/// Whether a value may be chosen beside those that are chosen already: what has parts is an object or an array, never
/// both, and an array has no gaps.
pub(super) fn fits(problem: &Problem, model: &Model<'_>, path: usize, class: &Class) -> bool {
    let steps = |path: usize| problem.paths.get(path).map(|path| path.steps.as_slice());
    let Some(new) = steps(path) else { return false };
    model
        .iter()
        .all(|(other, chosen)| steps(*other).is_some_and(|old| agree((old, chosen), (new, class))))
}

fn agree(one: (&[Step], &Class), other: (&[Step], &Class)) -> bool {
    let common = one.0.iter().zip(other.0).take_while(|(left, right)| left == right).count();
    match (one.0.get(common), other.0.get(common)) {
        (None, None) => true,
        (None, Some(step)) => may_hold(one.1, step) || other.1.value.is_none(),
        (Some(step), None) => may_hold(other.1, step) || one.1.value.is_none(),
        (Some(Step::Key(_)), Some(Step::Key(_))) => true,
        (Some(Step::Index(left)), Some(Step::Index(right))) => {
            let (low, high) = if left < right { (one, other) } else { (other, one) };
            let low_ends = low.0.len() == common + 1;
            !(low_ends && low.1.value.is_none()) || high.1.value.is_none()
        }
        _ => one.1.value.is_none() || other.1.value.is_none(),
    }
}

fn may_hold(class: &Class, step: &Step) -> bool {
    match step {
        Step::Key(_) => matches!(class.value, Some(Value::Object(_))),
        _ => matches!(class.value, Some(Value::Array(_))),
    }
}
