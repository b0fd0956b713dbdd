//! Filter patterns as conditions on events.

use std::sync::Arc;

use crate::formula::{Atom, Formula, TextTest};
use crate::operand::Op;
use crate::pattern::FilterPattern;
use crate::pattern::json::{Json, JsonTest};
use crate::pattern::terms::{Role, Term};
use crate::reading::Reading;
use crate::selector::Selector;
use crate::test::Test;

impl FilterPattern {
    pub(crate) fn formula(&self, reading: Reading) -> Formula {
        match self {
            Self::Everything => Formula::Constant(true),
            // A line that is not one JSON object matches no JSON pattern, not even NOT EXISTS.
            Self::Json(json) => Formula::All(vec![Formula::Record, json.formula(reading)]),
            Self::Delimited(delimited) if delimited.takes_everything() => Formula::Constant(true),
            Self::Delimited(delimited) => text(TextTest::Delimited(delimited.clone())),
            Self::Regular(regular) => text(TextTest::Regular(regular.clone())),
            Self::Terms(terms) => terms_formula(terms),
        }
    }
}

fn text(test: TextTest) -> Formula {
    Formula::Text(Arc::new(test))
}

fn terms_formula(terms: &[Term]) -> Formula {
    let of = |role: Role| terms.iter().filter(move |term| term.role == role);
    let contains = |term: &Term| text(TextTest::Contains(term.text.clone()));
    let mut parts: Vec<Formula> = of(Role::Required).map(contains).collect();
    // Optional terms beside required ones are ignored.
    if parts.is_empty() && of(Role::Optional).next().is_some() {
        parts.push(Formula::Any(of(Role::Optional).map(contains).collect()));
    }
    parts.extend(of(Role::Excluded).map(contains).map(Formula::not));
    Formula::All(parts)
}

impl Json {
    fn formula(&self, reading: Reading) -> Formula {
        let each = |parts: &[Self]| parts.iter().map(|part| part.formula(reading)).collect();
        match self {
            Self::Test(selector, test) => test.formula(selector, reading),
            Self::All(parts) => Formula::All(each(parts)),
            Self::Any(parts) => Formula::Any(each(parts)),
        }
    }
}

impl JsonTest {
    fn formula(&self, selector: &Selector, reading: Reading) -> Formula {
        let some = |test: Test, reading: Reading| {
            let (selector, test) = (selector.clone(), Arc::new(test));
            Formula::Atom(Atom { selector, flattened: false, test, reading })
        };
        match self {
            Self::NotExists => Formula::not(some(Test::Exists, reading)),
            Self::IsNull => some(Test::Null, reading),
            Self::Is(value) => some(Test::Is(*value), reading),
            // With a wildcard, "some element differs" is the wide reading and "and none is equal" the narrow one.
            Self::Compare(Op::NotEqual, operand)
                if selector.is_wild() && reading == Reading::Narrow =>
            {
                let equal = some(Test::Compare(Op::Equal, operand.clone()), Reading::Wide);
                let differs = some(Test::Compare(Op::NotEqual, operand.clone()), reading);
                Formula::All(vec![differs, Formula::not(equal)])
            }
            Self::Compare(op, operand) => some(Test::Compare(*op, operand.clone()), reading),
        }
    }
}
