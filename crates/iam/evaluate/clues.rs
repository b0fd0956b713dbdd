//! What the open statements ask of which unknown keys.

use std::collections::{BTreeMap, BTreeSet};

use super::automaton::Pattern;
use super::check::{Kind, Outcome, arn_pattern, folds, outcome, wildcards};
use super::domain::Domain;
use super::elements::resource;
use super::facts::{Facts, Sample, View};
use super::keys::OWN_SESSION;
use super::table::{Row, Slot, setting};
use super::template::{Filled, Piece, Token, Wildcards, fill, pieces, steps};
use super::truth::Truth;
use super::value::{Decimal, bytes, network, time};
use crate::arn::Arn;
use crate::condition::{Condition, Operator};
use crate::document::Principal;

/// The unknown keys on which open statements hang, and which of them each statement looks at.
#[derive(Debug, Default)]
pub(crate) struct Clues<'a> {
    /// By the key's name in lower case.
    domains: BTreeMap<String, Domain>,
    relations: Vec<Relation<'a>>,
    /// For each row that was given, the keys that it hangs on, in lower case.
    pub(crate) hangs: Vec<BTreeSet<String>>,
}

/// A pattern with variables whose values are unknown, held against a text or another key.
#[derive(Debug, Clone)]
struct Relation<'a> {
    pattern: &'a str,
    against: Against<'a>,
    condition: Option<&'a Condition>,
    variables: Vec<&'a str>,
}

#[derive(Debug, Clone)]
enum Against<'a> {
    Texts(Vec<String>),
    Key(&'a str),
}

/// How many texts are tried as the value of one variable of one pattern.
const CANDIDATES: usize = 64;

impl<'a> Clues<'a> {
    pub(crate) fn of(rows: &[Row<'a>], facts: &Facts<'_>) -> Self {
        let mut clues = Self::default();
        for row in rows {
            let mut hangs = BTreeSet::new();
            if row.reach.direct == Truth::Unknown {
                clues.sessions(row, &mut hangs, facts);
            }
            if row.truth == Truth::Unknown {
                clues.resources(row, &mut hangs, facts);
                for condition in &row.statement.conditions {
                    let open = outcome(condition, row.variables(), facts);
                    if open == Outcome::Truth(Truth::Unknown) {
                        clues.condition(condition, row.variables(), &mut hangs, facts);
                    }
                }
            }
            clues.hangs.push(hangs);
        }
        clues
    }

    /// The keys that are asked for, as written.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &str> {
        self.domains.values().map(|domain| domain.key.as_str())
    }

    /// Whether there are so many keys, or patterns that tie them to each other, that no combination is worth a try.
    pub(crate) fn are_too_many(&self) -> bool {
        const KEYS: usize = 256;
        const RELATIONS: usize = 1_024;
        self.domains.len() > KEYS || self.relations.len() > RELATIONS
    }

    /// The domains, with what patterns with unknown variables add to them, sorted by key.
    ///
    /// First a variable takes the values with which a known text fits, then those with which a value of another key does;
    /// last that other key takes what each value of the variable makes of the pattern. Each step looks at what the one
    /// before left, so that the order of statements does not matter.
    pub(crate) fn domains(mut self, facts: &Facts<'_>) -> Vec<Domain> {
        let relations = std::mem::take(&mut self.relations);
        for relation in &relations {
            if let Against::Texts(texts) = &relation.against {
                self.fit(relation, texts, facts);
            }
        }
        let between = || {
            relations.iter().filter_map(|relation| match relation.against {
                Against::Key(key) => Some((key, relation)),
                Against::Texts(_) => None,
            })
        };
        let texts: Vec<Vec<String>> =
            between().map(|(key, _)| self.domain(key, facts).values().0).collect();
        for ((key, relation), texts) in between().zip(&texts) {
            self.fit(relation, texts, facts);
            let chained = between().any(|(_, other)| other.uses(key));
            self.domain(key, facts).inexact |= chained;
        }
        let values: Vec<Vec<String>> = between()
            .map(|(_, relation)| match relation.variables.as_slice() {
                [variable] => self.domain(variable, facts).values().0,
                _ => Vec::new(),
            })
            .collect();
        for ((key, relation), values) in between().zip(values) {
            self.relate(key, relation, values, facts);
        }
        self.domains.into_values().collect()
    }

    /// Gives the variables of a pattern the values with which one of the texts fits.
    fn fit(&mut self, relation: &Relation<'_>, texts: &[String], facts: &Facts<'_>) {
        for variable in &relation.variables {
            let (found, all) = candidates(relation.pattern, variable, texts, facts);
            let domain = self.domain(variable, facts);
            domain.textual = true;
            domain.constants.extend(found);
            domain.inexact |= !all || relation.variables.len() > 1;
        }
    }

    /// Gives a key the patterns that come of each value of a variable that it is held against.
    fn relate(
        &mut self,
        key: &str,
        relation: &Relation<'_>,
        values: Vec<String>,
        facts: &Facts<'_>,
    ) {
        let ([variable], Some(condition)) = (relation.variables.as_slice(), relation.condition)
        else {
            return;
        };
        for value in values {
            let sample: Sample = Some(vec![value]);
            let mut assumed = facts.assumed.to_vec();
            assumed.push((variable, &sample));
            let facts = Facts { request: facts.request, assumed: &assumed };
            let filled = filled(condition, relation.pattern, true, &facts);
            self.domain(key, &facts).take(filled, folds(&condition.operator));
        }
    }

    fn domain(&mut self, key: &str, facts: &Facts<'_>) -> &mut Domain {
        let domain = self.domains.entry(key.to_ascii_lowercase()).or_insert_with(|| Domain {
            key: key.to_owned(),
            optional: facts.view(key) == View::Unknown,
            ..Domain::default()
        });
        if key < domain.key.as_str() {
            key.clone_into(&mut domain.key);
        }
        domain
    }

    /// The names of sessions of the caller's role that a statement lists.
    fn sessions(&mut self, row: &Row<'a>, hangs: &mut BTreeSet<String>, facts: &Facts<'_>) {
        hangs.insert(OWN_SESSION.to_owned());
        let domain = self.domain(OWN_SESSION, facts);
        domain.textual = true;
        let entries = row.statement.principal.iter().flat_map(|principals| principals.entries());
        for entry in entries {
            let Principal::Aws(value) = entry else { continue };
            let name = Arn::split(value).and_then(|arn| arn.resource.split('/').nth(2));
            domain.constants.extend(name.map(str::to_owned));
        }
    }

    fn resources(&mut self, row: &Row<'a>, hangs: &mut BTreeSet<String>, facts: &Facts<'_>) {
        let open = resource(row.statement, row.variables(), setting(row.slot), facts);
        if open.is_none_or(|open| open.truth != Truth::Unknown) {
            return;
        }
        let entries = row.statement.resources.iter().flat_map(|resources| resources.entries());
        for pattern in entries {
            let variables = unknown_variables(pattern, facts);
            if variables.is_empty() {
                continue;
            }
            self.touch(&variables, hangs, facts);
            let against = Against::Texts(vec![facts.request.resource.clone()]);
            self.relations.push(Relation { pattern, against, condition: None, variables });
        }
    }

    fn touch(&mut self, variables: &[&str], hangs: &mut BTreeSet<String>, facts: &Facts<'_>) {
        for variable in variables {
            hangs.insert(variable.to_ascii_lowercase());
            self.domain(variable, facts);
        }
    }

    fn condition(
        &mut self,
        condition: &'a Condition,
        variables: bool,
        hangs: &mut BTreeSet<String>,
        facts: &Facts<'_>,
    ) {
        let view = facts.view(&condition.key);
        if view.is_open() {
            hangs.insert(condition.key.to_ascii_lowercase());
            let domain = self.domain(&condition.key, facts);
            if condition.operator != Operator::Null {
                domain.atoms += 1;
                domain.quantified |= condition.qualifier.is_some();
            }
        }
        for wanted in &condition.values {
            let unknown = if variables { unknown_variables(wanted, facts) } else { Vec::new() };
            if unknown.is_empty() {
                if view.is_open() {
                    let filled = filled(condition, wanted, variables, facts);
                    self.domain(&condition.key, facts).ask(condition, wanted, filled);
                }
                continue;
            }
            self.touch(&unknown, hangs, facts);
            let against = match &view {
                View::Values(values) => Against::Texts(values.to_vec()),
                _ => Against::Key(&condition.key),
            };
            let condition = Some(condition);
            self.relations.push(Relation {
                pattern: wanted,
                against,
                condition,
                variables: unknown,
            });
        }
    }
}

impl Relation<'_> {
    fn uses(&self, key: &str) -> bool {
        self.variables.iter().any(|variable| variable.eq_ignore_ascii_case(key))
    }
}

impl Domain {
    /// What a condition's value asks of the key.
    fn ask(&mut self, condition: &Condition, wanted: &str, filled: Option<Filled>) {
        match Kind::of(&condition.operator) {
            Kind::Text | Kind::Arn => self.take(filled, folds(&condition.operator)),
            Kind::Number => self.numbers.extend(Decimal::parse(wanted)),
            Kind::Time => self.times.extend(time(wanted)),
            Kind::Address => self.blocks.extend(network(wanted)),
            Kind::Bytes => self.bytes.extend(bytes(wanted).map(|_| wanted.to_owned())),
            Kind::Boolean => self.boolean = true,
            Kind::Other => {}
        }
    }

    fn take(&mut self, filled: Option<Filled>, fold: bool) {
        self.textual = true;
        let Some(Filled { tokens, .. }) = filled else { return };
        let exact: Option<String> = tokens
            .iter()
            .map(|token| if let Token::Char(c) = token { Some(*c) } else { None })
            .collect();
        match exact {
            Some(text) if !fold => {
                self.constants.insert(text);
            }
            _ => {
                self.patterns.insert(Pattern { tokens, fold });
            }
        }
    }
}

/// The pattern that a condition's value comes to.
fn filled(
    condition: &Condition,
    wanted: &str,
    variables: bool,
    facts: &Facts<'_>,
) -> Option<Filled> {
    match Kind::of(&condition.operator) {
        Kind::Arn => arn_pattern(wanted, variables, facts),
        _ if variables => fill(wanted, facts, wildcards(&condition.operator)),
        _ => {
            let tokens = steps(wanted, wildcards(&condition.operator)).collect();
            Some(Filled { tokens, open: false })
        }
    }
}

fn unknown_variables<'p>(pattern: &'p str, facts: &Facts<'_>) -> Vec<&'p str> {
    let mut unknown: Vec<&str> = Vec::new();
    for piece in pieces(pattern) {
        if let Piece::Variable { key, .. } = piece
            && facts.view(key).is_open()
            && !unknown.iter().any(|known| known.eq_ignore_ascii_case(key))
        {
            unknown.push(key);
        }
    }
    unknown
}

/// The values of a variable with which a pattern may match one of the texts, other unknown variables being anything; and
/// whether these are all.
fn candidates(
    pattern: &str,
    variable: &str,
    texts: &[String],
    facts: &Facts<'_>,
) -> (BTreeSet<String>, bool) {
    let Some((before, behind)) = around(pattern, variable, facts) else {
        return (BTreeSet::new(), true);
    };
    let before = Pattern { tokens: before, fold: true };
    let backwards = Pattern { tokens: behind.into_iter().rev().collect(), fold: true };
    let mut found = BTreeSet::new();
    for text in texts {
        let chars: Vec<char> = text.chars().collect();
        let reversed: Vec<char> = chars.iter().rev().copied().collect();
        let starts = before.ends(&chars);
        let ends: Vec<usize> =
            backwards.ends(&reversed).iter().map(|end| chars.len().saturating_sub(*end)).collect();
        for start in starts {
            for end in &ends {
                let Some(value) = chars.get(start..*end) else { continue };
                if found.len() >= CANDIDATES {
                    return (found, false);
                }
                found.insert(value.iter().collect());
            }
        }
    }
    (found, true)
}

/// The steps before the first place of a variable and those behind it.
fn around(pattern: &str, variable: &str, facts: &Facts<'_>) -> Option<(Vec<Token>, Vec<Token>)> {
    let (mut before, mut behind) = (Vec::new(), None);
    for piece in pieces(pattern) {
        let into = behind.as_mut().unwrap_or(&mut before);
        match piece {
            Piece::Text(text) => into.extend(steps(text, Wildcards::Whole)),
            Piece::Literal(c) => into.push(Token::Char(c)),
            Piece::Variable { key, .. } if key.eq_ignore_ascii_case(variable) => {
                match &mut behind {
                    Some(behind) => behind.push(Token::Run),
                    None => behind = Some(Vec::new()),
                }
            }
            Piece::Variable { key, default } => match facts.view(key) {
                View::Values(values) => into.extend(values.first()?.chars().map(Token::Char)),
                View::Absent => into.extend(default?.chars().map(Token::Char)),
                View::Present | View::Unknown => into.push(Token::Run),
            },
        }
    }
    Some((before, behind?))
}

/// Whether a row may still turn out either way.
pub(crate) fn is_open(row: &Row<'_>) -> bool {
    row.matches() == Truth::Unknown
        || (row.slot == Slot::Resource && row.reach.direct == Truth::Unknown)
}
