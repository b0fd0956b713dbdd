//! Patterns with policy variables: `${key}`, `${key, 'default'}`, `${*}`, `${?}` and `${$}`.

use super::facts::{Facts, View};
use super::truth::Truth;

/// One step of a pattern whose variables have been filled in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Token {
    /// This character.
    Char(char),
    /// Any one character.
    Any,
    /// Any run of characters, also none.
    Run,
    /// Any one character but a colon.
    AnyInField,
    /// Any run of characters other than colons, also none.
    RunInField,
}

impl Token {
    /// Whether one character can be this step.
    pub(crate) fn takes(self, found: char, fold: bool) -> bool {
        match self {
            Self::Char(expected) => same(expected, found, fold),
            Self::Any | Self::Run => true,
            Self::AnyInField | Self::RunInField => found != ':',
        }
    }

    pub(crate) const fn is_run(self) -> bool {
        matches!(self, Self::Run | Self::RunInField)
    }
}

/// Whether two characters are the same, where asked to without regard to case.
pub(crate) fn same(one: char, other: char, fold: bool) -> bool {
    one == other || (fold && one.to_lowercase().eq(other.to_lowercase()))
}

/// A piece of a pattern as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Piece<'a> {
    /// Text in which `*` and `?` may be wildcards.
    Text(&'a str),
    /// `${*}`, `${?}` or `${$}`: this character.
    Literal(char),
    /// `${key}` or `${key, 'default'}`.
    Variable { key: &'a str, default: Option<&'a str> },
}

/// The pieces of a pattern. A `${` that nothing closes is text.
pub(crate) fn pieces(pattern: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = pattern;
    while let Some((text, variable, after)) = next_variable(rest) {
        if !text.is_empty() {
            pieces.push(Piece::Text(text));
        }
        pieces.push(variable_piece(variable));
        rest = after;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest));
    }
    pieces
}

/// The text before the next `${…}`, what stands in it, and what comes behind.
fn next_variable(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once("${")?;
    let (inside, after) = rest.split_once('}')?;
    Some((before, inside, after))
}

fn variable_piece(inside: &str) -> Piece<'_> {
    match inside {
        "*" => Piece::Literal('*'),
        "?" => Piece::Literal('?'),
        "$" => Piece::Literal('$'),
        _ => {
            let quoted = |text: &'_ str| text.trim().len() >= 2;
            let (key, default) = match inside.split_once(',') {
                Some((key, default)) if quoted(default) => (key, unquote(default)),
                Some((key, _)) => (key, None),
                None => (inside, None),
            };
            Piece::Variable { key: key.trim(), default }
        }
    }
}

fn unquote(text: &str) -> Option<&str> {
    text.trim().strip_prefix('\'')?.strip_suffix('\'')
}

/// Whether a text holds what is a variable in version 2012-10-17.
pub(crate) fn has_variable(text: &str) -> bool {
    next_variable(text).is_some()
}

/// A pattern whose variables have been filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Filled {
    pub(crate) tokens: Vec<Token>,
    /// Whether a variable's value is not known; any run of characters stands for it.
    pub(crate) open: bool,
}

impl Filled {
    pub(crate) fn matches(&self, text: &str, fold: bool) -> Truth {
        match (matches(&self.tokens, text, fold), self.open) {
            (false, _) => Truth::False,
            (true, true) => Truth::Unknown,
            (true, false) => Truth::True,
        }
    }
}

/// How the text of a pattern is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wildcards {
    /// `*` and `?` are themselves.
    None,
    /// They run across everything.
    Whole,
    /// They stay between two colons.
    Field,
}

/// The steps of a text without variables.
pub(crate) fn steps(text: &str, wildcards: Wildcards) -> impl Iterator<Item = Token> {
    text.chars().map(move |c| match (c, wildcards) {
        ('*', Wildcards::Whole) => Token::Run,
        ('?', Wildcards::Whole) => Token::Any,
        ('*', Wildcards::Field) => Token::RunInField,
        ('?', Wildcards::Field) => Token::AnyInField,
        _ => Token::Char(c),
    })
}

/// Fills in the variables. `None` where one has no value: nothing is then equal to the pattern.
///
/// A value is literal. A key with several values cannot be a variable and has none; the default is for an absent key only.
pub(crate) fn fill(pattern: &str, facts: &Facts<'_>, wildcards: Wildcards) -> Option<Filled> {
    let mut filled = Filled { tokens: Vec::with_capacity(pattern.len()), open: false };
    for piece in pieces(pattern) {
        match piece {
            Piece::Text(text) => filled.tokens.extend(steps(text, wildcards)),
            Piece::Literal(c) => filled.tokens.push(Token::Char(c)),
            Piece::Variable { key, default } => match facts.view(key) {
                View::Values(values) => match &*values {
                    [value] => filled.tokens.extend(value.chars().map(Token::Char)),
                    _ => return None,
                },
                View::Absent => filled.tokens.extend(default?.chars().map(Token::Char)),
                View::Present | View::Unknown => {
                    filled.open = true;
                    let field = wildcards == Wildcards::Field;
                    filled.tokens.push(if field { Token::RunInField } else { Token::Run });
                }
            },
        }
    }
    Some(filled)
}

/// Whether the whole text goes through all steps. Only the last run is ever lengthened, which is enough: what is behind
/// an earlier one has been found at its first place. Runs of both kinds in one pattern stand in this order only: those
/// within fields first.
pub(crate) fn matches(tokens: &[Token], text: &str, fold: bool) -> bool {
    let chars: Vec<char> = text.chars().collect();
    let (mut at, mut step) = (0, 0);
    let mut run: Option<(usize, usize)> = None;
    while at < chars.len() || step < tokens.len() {
        let (token, found) = (tokens.get(step).copied(), chars.get(at).copied());
        match (token, found) {
            (Some(token), _) if token.is_run() => {
                run = Some((step, at));
                step += 1;
            }
            (Some(token), Some(found)) if token.takes(found, fold) => {
                step += 1;
                at += 1;
            }
            _ => {
                let Some((start, from)) = run else { return false };
                let (Some(token), Some(found)) = (tokens.get(start), chars.get(from)) else {
                    return false;
                };
                if !token.takes(*found, fold) {
                    return false;
                }
                run = Some((start, from + 1));
                (step, at) = (start + 1, from + 1);
            }
        }
    }
    true
}
