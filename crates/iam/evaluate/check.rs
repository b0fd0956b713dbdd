//! Whether a condition holds.

use std::borrow::Cow;

use super::facts::{Facts, View};
use super::template::{Filled, Token, Wildcards, fill, has_variable, same};
use super::truth::Truth;
use super::value::{Decimal, boolean, bytes, network, time};
use crate::condition::{Condition, Operator, Qualifier};
use crate::pattern;

/// What comes of a condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    Truth(Truth),
    /// An operator or a value that is outside the language: whether it holds cannot be said.
    Unevaluable,
}

/// Whether the condition holds.
///
/// An operator whose values are of a kind – number, time, address – takes no part in a match with one that is not: a
/// value of the request that is no number is not unequal to 30 either. A negated operator with such a value in the
/// policy, and any with nothing else, cannot be evaluated.
pub(crate) fn outcome(condition: &Condition, variables: bool, facts: &Facts<'_>) -> Outcome {
    let view = facts.view(&condition.key);
    if condition.operator == Operator::Null {
        return null(condition, &view);
    }
    if !is_evaluable(condition, variables) {
        return Outcome::Unevaluable;
    }
    let truth = match view {
        View::Absent => match condition.qualifier {
            _ if condition.if_exists => Truth::True,
            Some(Qualifier::ForAllValues) => Truth::True,
            Some(Qualifier::ForAnyValue) => Truth::False,
            None => condition.operator.is_negated().into(),
        },
        View::Present | View::Unknown => Truth::Unknown,
        View::Values(values) => {
            let test = Test { condition, variables, facts };
            let mut each = values.iter().map(|value| test.satisfied(value));
            match (condition.qualifier, condition.operator.is_negated()) {
                (Some(Qualifier::ForAllValues), _) | (None, true) => Truth::all(&mut each),
                (Some(Qualifier::ForAnyValue), _) | (None, false) => Truth::any(&mut each),
            }
        }
    };
    Outcome::Truth(truth)
}

/// `Null` asks for existence itself. A qualifier changes nothing in it.
fn null(condition: &Condition, view: &View<'_>) -> Outcome {
    let wanted: Option<Vec<bool>> = condition.values.iter().map(|value| boolean(value)).collect();
    let Some(wanted) = wanted else { return Outcome::Unevaluable };
    Outcome::Truth(match view {
        View::Absent => wanted.contains(&true).into(),
        View::Values(_) | View::Present => wanted.contains(&false).into(),
        View::Unknown if wanted.contains(&true) == wanted.contains(&false) => {
            wanted.contains(&true).into()
        }
        View::Unknown => Truth::Unknown,
    })
}

fn is_evaluable(condition: &Condition, variables: bool) -> bool {
    let kind: fn(&str) -> bool = match Kind::of(&condition.operator) {
        Kind::Number => |value| Decimal::parse(value).is_some(),
        Kind::Time => |value| time(value).is_some(),
        Kind::Address => |value| network(value).is_some(),
        Kind::Bytes => |value| bytes(value).is_some(),
        Kind::Boolean if variables => |value| boolean(value).is_some() || has_variable(value),
        Kind::Boolean => |value| boolean(value).is_some(),
        Kind::Text | Kind::Arn => return true,
        Kind::Other => return false,
    };
    let mut values = condition.values.iter();
    match condition.operator.is_negated() {
        true => values.all(|value| kind(value)),
        false => condition.values.is_empty() || values.any(|value| kind(value)),
    }
}

/// What an operator compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Arn,
    Number,
    Time,
    Address,
    Bytes,
    Boolean,
    /// `Null`, and what the language does not have.
    Other,
}

impl Kind {
    pub(crate) const fn of(operator: &Operator) -> Self {
        match operator {
            Operator::StringEquals
            | Operator::StringNotEquals
            | Operator::StringEqualsIgnoreCase
            | Operator::StringNotEqualsIgnoreCase
            | Operator::StringLike
            | Operator::StringNotLike => Self::Text,
            Operator::NumericEquals
            | Operator::NumericNotEquals
            | Operator::NumericLessThan
            | Operator::NumericLessThanEquals
            | Operator::NumericGreaterThan
            | Operator::NumericGreaterThanEquals => Self::Number,
            Operator::DateEquals
            | Operator::DateNotEquals
            | Operator::DateLessThan
            | Operator::DateLessThanEquals
            | Operator::DateGreaterThan
            | Operator::DateGreaterThanEquals => Self::Time,
            Operator::Bool => Self::Boolean,
            Operator::BinaryEquals => Self::Bytes,
            Operator::IpAddress | Operator::NotIpAddress => Self::Address,
            Operator::ArnEquals
            | Operator::ArnNotEquals
            | Operator::ArnLike
            | Operator::ArnNotLike => Self::Arn,
            Operator::Null | Operator::Unknown(_) => Self::Other,
        }
    }
}

/// Whether letters of different case are the same to an operator.
pub(crate) const fn folds(operator: &Operator) -> bool {
    matches!(operator, Operator::StringEqualsIgnoreCase | Operator::StringNotEqualsIgnoreCase)
}

/// How an operator on text reads the stars of its values.
pub(crate) const fn wildcards(operator: &Operator) -> Wildcards {
    match operator {
        Operator::StringLike | Operator::StringNotLike => Wildcards::Whole,
        _ => Wildcards::None,
    }
}

struct Test<'a> {
    condition: &'a Condition,
    variables: bool,
    facts: &'a Facts<'a>,
}

impl Test<'_> {
    /// Whether one value of the request satisfies the operator.
    fn satisfied(&self, value: &str) -> Truth {
        let comparable = match Kind::of(&self.condition.operator) {
            Kind::Number => Decimal::parse(value).is_some(),
            Kind::Time => time(value).is_some(),
            _ => true,
        };
        if !comparable {
            return Truth::False;
        }
        let any = Truth::any(self.condition.values.iter().map(|wanted| self.one(value, wanted)));
        if self.condition.operator.is_negated() { any.not() } else { any }
    }

    /// Whether a value of the request and one of the policy match, of a negated operator in the positive sense.
    fn one(&self, value: &str, wanted: &str) -> Truth {
        let operator = &self.condition.operator;
        match Kind::of(operator) {
            Kind::Text => self.text(value, wanted),
            Kind::Arn => self.arn(value, wanted),
            Kind::Number => ordered(Decimal::parse(value), Decimal::parse(wanted), operator),
            Kind::Time => ordered(time(value), time(wanted), operator),
            Kind::Address => match (value.parse().ok(), network(wanted)) {
                (Some(address), Some(block)) => {
                    block.contains::<&std::net::IpAddr>(&address).into()
                }
                _ => Truth::False,
            },
            Kind::Bytes => match (bytes(value), bytes(wanted)) {
                (Some(value), Some(wanted)) => (value == wanted).into(),
                _ => Truth::False,
            },
            Kind::Boolean => self.boolean(value, wanted),
            Kind::Other => Truth::False,
        }
    }

    fn is_template(&self, wanted: &str) -> bool {
        self.variables && has_variable(wanted)
    }

    fn text(&self, value: &str, wanted: &str) -> Truth {
        let operator = &self.condition.operator;
        let (wildcards, fold) = (wildcards(operator), folds(operator));
        if self.is_template(wanted) {
            return fill(wanted, self.facts, wildcards)
                .map_or(Truth::False, |filled| filled.matches(value, fold));
        }
        match wildcards {
            Wildcards::None if fold => is_same_folded(value, wanted).into(),
            Wildcards::None => (value == wanted).into(),
            _ => pattern::matches(wanted, value, pattern::Case::Sensitive).into(),
        }
    }

    fn arn(&self, value: &str, wanted: &str) -> Truth {
        match arn_pattern(wanted, self.variables, self.facts) {
            Some(pattern) => pattern.matches(value, false),
            None => Truth::False,
        }
    }

    /// AWS's pages say of `Bool` both that it takes variables and that it does not; taken as yes, since a policy that
    /// uses one means it.
    fn boolean(&self, value: &str, wanted: &str) -> Truth {
        let Some(value) = boolean(value) else { return Truth::False };
        if !self.is_template(wanted) {
            return (boolean(wanted) == Some(value)).into();
        }
        let word = if value { "true" } else { "false" };
        fill(wanted, self.facts, Wildcards::None)
            .map_or(Truth::False, |filled| filled.matches(word, true))
    }
}

fn is_same_folded(one: &str, other: &str) -> bool {
    let (mut one, mut other) = (one.chars(), other.chars());
    loop {
        match (one.next(), other.next()) {
            (None, None) => return true,
            (Some(a), Some(b)) if same(a, b, true) => {}
            _ => return false,
        }
    }
}

fn ordered<T: Ord>(value: Option<T>, wanted: Option<T>, operator: &Operator) -> Truth {
    let (Some(value), Some(wanted)) = (value, wanted) else { return Truth::False };
    let order = value.cmp(&wanted);
    let holds = match operator {
        Operator::NumericLessThan | Operator::DateLessThan => order.is_lt(),
        Operator::NumericLessThanEquals | Operator::DateLessThanEquals => order.is_le(),
        Operator::NumericGreaterThan | Operator::DateGreaterThan => order.is_gt(),
        Operator::NumericGreaterThanEquals | Operator::DateGreaterThanEquals => order.is_ge(),
        _ => order.is_eq(),
    };
    holds.into()
}

/// The steps of a pattern for ARNs: the first five fields are compared one by one, the sixth runs to the end. A star
/// alone takes every ARN; any other pattern with fewer fields takes none. `None` where a variable has no value.
pub(crate) fn arn_pattern(wanted: &str, variables: bool, facts: &Facts<'_>) -> Option<Filled> {
    const FIELDS: usize = 6;
    let fields: Cow<'_, [&str]> = if wanted == "*" {
        Cow::Borrowed(&["*"; FIELDS])
    } else {
        Cow::Owned(fields(wanted, FIELDS, variables))
    };
    if fields.len() < FIELDS {
        return None;
    }
    let mut pattern = Filled { tokens: Vec::new(), open: false };
    for (at, field) in fields.iter().enumerate() {
        let wildcards = if at + 1 == FIELDS { Wildcards::Whole } else { Wildcards::Field };
        if at > 0 {
            pattern.tokens.push(Token::Char(':'));
        }
        if variables {
            let filled = fill(field, facts, wildcards)?;
            pattern.open |= filled.open;
            pattern.tokens.extend(filled.tokens);
        } else {
            pattern.tokens.extend(super::template::steps(field, wildcards));
        }
    }
    Some(pattern)
}

/// A pattern split at its first colons; those inside a variable do not count.
fn fields(pattern: &str, count: usize, variables: bool) -> Vec<&str> {
    if !variables {
        return pattern.splitn(count, ':').collect();
    }
    let mut fields = Vec::with_capacity(count);
    let (mut start, mut from) = (0, 0);
    while fields.len() + 1 < count {
        let rest = pattern.get(from..).unwrap_or_default();
        let Some(colon) = rest.find(':') else { break };
        let variable = rest.find("${").filter(|open| *open < colon);
        let closing = variable.and_then(|open| Some(open + rest.get(open..)?.find('}')?));
        match closing {
            Some(closing) => from += closing + 1,
            None => {
                fields.push(pattern.get(start..from + colon).unwrap_or_default());
                from += colon + 1;
                start = from;
            }
        }
    }
    fields.push(pattern.get(start..).unwrap_or_default());
    fields
}
