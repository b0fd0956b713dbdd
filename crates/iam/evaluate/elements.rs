//! Whether a statement is about a resource.

use super::facts::Facts;
use super::template::{Token, Wildcards, fill, has_variable, steps};
use super::truth::Truth;
use crate::document::{Effect, Resources, Statement};
use crate::pattern::{Case, matches};

/// Whether a pattern is stars and nothing else, and so takes everything.
pub(crate) fn is_everything(pattern: &str) -> bool {
    !pattern.is_empty() && pattern.bytes().all(|byte| byte == b'*')
}

/// In what kind of policy a statement stands, as far as its resources are concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Setting {
    /// Attached to a caller or limiting one: it must name resources.
    Identity,
    /// Attached to a resource: without an entry it speaks of that one.
    Resource,
    /// A resource control policy: it must name resources, and is read like a resource policy.
    ResourceControl,
}

/// What comes of a statement's resources.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Matched {
    pub(crate) truth: Truth,
    /// Whether an entry matches in one reading and not in the other.
    pub(crate) disputed: bool,
}

/// Whether the statement is about the resource; `None` where it names none and must.
///
/// AWS says both that fields are compared one by one and that a star expands beyond its field. Where that makes a
/// difference, the reading is taken in which more is allowed: an audit must not count on protection that may not be.
pub(crate) fn resource(
    statement: &Statement,
    variables: bool,
    setting: Setting,
    facts: &Facts<'_>,
) -> Option<Matched> {
    let Some(resources) = &statement.resources else {
        let own = setting == Setting::Resource;
        return own.then_some(Matched { truth: Truth::True, disputed: false });
    };
    let negated = matches!(resources, Resources::NotResource(_));
    let reading = match (statement.effect, negated) {
        (Effect::Allow, false) | (Effect::Deny, true) => Reading::Whole,
        (Effect::Allow, true) | (Effect::Deny, false) => Reading::Fields,
    };
    let ask = Ask { facts, variables, setting, reading };
    let mut found = Matched { truth: Truth::False, disputed: false };
    for entry in resources.entries() {
        let one = ask.entry(entry);
        found.truth = found.truth.or(one.truth);
        found.disputed |= one.disputed;
        if found.truth == Truth::True {
            break;
        }
    }
    if negated {
        found.truth = found.truth.not();
    }
    Some(found)
}

/// How wildcards run across the colons of an ARN.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reading {
    /// Freely.
    Whole,
    /// Only in the last field, or at the end of the pattern.
    Fields,
}

/// Fields of an ARN.
const FIELDS: usize = 6;

struct Ask<'a> {
    facts: &'a Facts<'a>,
    variables: bool,
    setting: Setting,
    reading: Reading,
}

impl Ask<'_> {
    fn entry(&self, entry: &str) -> Matched {
        let request = self.facts.request;
        if is_everything(entry) {
            return Matched { truth: Truth::True, disputed: false };
        }
        if request.wildcard_only || request.resource == "*" {
            return Matched { truth: Truth::False, disputed: false };
        }
        let fields: Vec<&str> = entry.splitn(FIELDS, ':').collect();
        let whole = || self.whole(entry, &fields);
        let by_fields = || self.by_fields(&fields);
        let short = fields.len() < FIELDS && !entry.ends_with('*');
        if short && self.setting != Setting::Identity {
            return Matched { truth: Truth::False, disputed: false };
        }
        // With as many colons on both sides every colon has its own, and the readings agree.
        let colons = |text: &str| text.bytes().filter(|byte| *byte == b':').count();
        let alike = !self.is_template(entry) && colons(entry) == colons(&request.resource);
        let (one, other) = match (self.reading, alike) {
            (_, true) => {
                let truth = whole();
                (truth, truth)
            }
            (Reading::Whole, false) => {
                let fields = by_fields();
                (whole().or(fields), fields)
            }
            (Reading::Fields, false) => (by_fields(), whole()),
        };
        Matched { truth: one, disputed: one != other || short }
    }

    fn is_template(&self, entry: &str) -> bool {
        self.variables && has_variable(entry)
    }

    /// Variables stand behind the fifth colon only; before it they are text.
    fn whole(&self, entry: &str, fields: &[&str]) -> Truth {
        let resource = &self.facts.request.resource;
        let [head @ .., last] = fields else { return Truth::False };
        if fields.len() < FIELDS || !self.is_template(last) {
            return matches(entry, resource, Case::Sensitive).into();
        }
        let Some(mut filled) = fill(last, self.facts, Wildcards::Whole) else {
            return Truth::False;
        };
        let before = steps(&head.join(":"), Wildcards::Whole).chain([Token::Char(':')]).collect();
        let behind = std::mem::replace(&mut filled.tokens, before);
        filled.tokens.extend(behind);
        filled.matches(resource, false)
    }

    fn by_fields(&self, fields: &[&str]) -> Truth {
        let resource = &self.facts.request.resource;
        let found: Vec<&str> = resource.splitn(fields.len(), ':').collect();
        let ([head @ .., last], true) = (fields, found.len() == fields.len()) else {
            return Truth::False;
        };
        let heads = head.iter().zip(&found).all(|(p, f)| matches(p, f, Case::Sensitive));
        let (true, Some(found)) = (heads, found.last()) else { return Truth::False };
        if fields.len() < FIELDS {
            // What is missing is completed with stars, and a star at the end runs on.
            let field = found.split(':').next().unwrap_or_default();
            let runs_on = last.ends_with('*') && matches(last, found, Case::Sensitive);
            return (runs_on || matches(last, field, Case::Sensitive)).into();
        }
        if !self.is_template(last) {
            return matches(last, found, Case::Sensitive).into();
        }
        match fill(last, self.facts, Wildcards::Whole) {
            Some(filled) => filled.matches(found, false),
            None => Truth::False,
        }
    }
}
