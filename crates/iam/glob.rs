//! Sets of texts written as globs: whether they meet, and whether one lies within others.
//!
//! A policy's resource is a set of names, and some questions are about sets too ("any object of this bucket"). Both are
//! answered exactly here, by walking all patterns at once over the letters that they tell apart. The work is bounded:
//! where a bound is met the answer is [`Found::TooLarge`] or [`Within::TooLarge`], never a guess.

mod search;
#[cfg(test)]
mod tests;

use search::Search;

use crate::evaluate::template;

/// How many steps a search takes at most, unless told otherwise. Patterns as people write them need a few thousand.
pub const STEPS: usize = 1 << 18;

/// A pattern of `*` (any run of characters, also none) and `?` (exactly one), read once.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Glob {
    tokens: Vec<Token>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Token {
    Char(char),
    One,
    Run,
    /// As `One`, but no colon.
    OneInField,
    /// As `Run`, but over no colon.
    RunInField,
}

impl Token {
    fn takes(self, letter: char) -> bool {
        match self {
            Self::Char(expected) => expected == letter,
            Self::One | Self::Run => true,
            Self::OneInField | Self::RunInField => letter != ':',
        }
    }

    const fn is_run(self) -> bool {
        matches!(self, Self::Run | Self::RunInField)
    }

    const fn is_in_field(self) -> bool {
        matches!(self, Self::OneInField | Self::RunInField)
    }
}

/// How many fields of an ARN stand before the one that runs to its end.
const FIELDS_BEFORE_LAST: usize = 5;

impl Glob {
    /// A pattern over whole texts, whose stars run over anything.
    #[must_use]
    pub fn new(pattern: &str) -> Self {
        let mut glob = Self { tokens: Vec::with_capacity(pattern.len()) };
        glob.push(pattern);
        glob
    }

    /// A pattern over ARNs, read field by field: in the first five fields a wildcard stays within its field; in the last
    /// one, and where the pattern ends in a star before it has six fields, it runs over anything.
    #[must_use]
    pub fn arn(pattern: &str) -> Self {
        let mut glob = Self { tokens: Vec::with_capacity(pattern.len()) };
        let mut fields = 0;
        let length = pattern.chars().count();
        for (at, letter) in pattern.chars().enumerate() {
            let free = fields >= FIELDS_BEFORE_LAST || at + 1 == length;
            match letter {
                '*' if free => glob.push_token(Token::Run),
                '*' => glob.push_token(Token::RunInField),
                '?' if fields < FIELDS_BEFORE_LAST => glob.push_token(Token::OneInField),
                '?' => glob.push_token(Token::One),
                _ => {
                    fields += usize::from(letter == ':');
                    glob.push_token(Token::Char(letter));
                }
            }
        }
        glob
    }

    /// The one text as it stands, whatever characters it holds.
    #[must_use]
    pub fn literal(text: &str) -> Self {
        Self { tokens: text.chars().map(Token::Char).collect() }
    }

    /// Adds a pattern behind, whose stars run over anything.
    pub fn push(&mut self, pattern: &str) {
        for letter in pattern.chars() {
            self.push_token(match letter {
                '*' => Token::Run,
                '?' => Token::One,
                other => Token::Char(other),
            });
        }
    }

    /// Adds a text behind as it stands: a value that a policy variable was replaced by.
    pub fn push_literal(&mut self, text: &str) {
        self.tokens.extend(text.chars().map(Token::Char));
    }

    fn push_token(&mut self, token: Token) {
        // Two runs are one: the wider of them.
        match self.tokens.last_mut() {
            Some(last) if last.is_run() && token.is_run() => {
                if token == Token::Run {
                    *last = token;
                }
            }
            _ => self.tokens.push(token),
        }
    }

    /// Whether it is one text only, without wildcards.
    #[must_use]
    pub fn is_literal(&self) -> bool {
        self.tokens.iter().all(|token| matches!(token, Token::Char(_)))
    }

    /// Whether a text is in the set. The work grows with the product of the lengths.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        let mut places = search::start(self);
        for letter in text.chars() {
            places = search::step(self, &places, letter);
        }
        search::accepts(self, &places)
    }
}

impl From<&[template::Token]> for Glob {
    fn from(tokens: &[template::Token]) -> Self {
        let mut glob = Self { tokens: Vec::with_capacity(tokens.len()) };
        for token in tokens {
            glob.push_token(match token {
                template::Token::Char(letter) => Token::Char(*letter),
                template::Token::Any => Token::One,
                template::Token::Run => Token::Run,
                template::Token::AnyInField => Token::OneInField,
                template::Token::RunInField => Token::RunInField,
            });
        }
        glob
    }
}

/// Whether a text was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// The shortest such text.
    Text(String),
    /// There is none.
    Nothing,
    /// The search was cut.
    TooLarge,
}

/// Whether a set lies within others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Within {
    /// Each text of the one is in another.
    Yes,
    /// This text is in none of the others.
    No(String),
    /// The search was cut.
    TooLarge,
}

/// The shortest text that is in all of the first and in none of the second, with at most so many steps of work.
#[must_use]
pub fn find(in_all: &[&Glob], in_none: &[&Glob], steps: usize) -> Found {
    let mut left = steps;
    find_with(in_all, in_none, &mut left)
}

/// [`find`], with steps that several searches share.
pub(crate) fn find_with(in_all: &[&Glob], in_none: &[&Glob], left: &mut usize) -> Found {
    Search::new(in_all, in_none).run(left)
}

/// The shortest text that is in both.
#[must_use]
pub fn meet(one: &Glob, other: &Glob) -> Found {
    find(&[one, other], &[], STEPS)
}

/// Whether each text of the inner one is in at least one of the outer ones, taken together.
#[must_use]
pub fn within(inner: &Glob, outer: &[&Glob]) -> Within {
    match find(&[inner], outer, STEPS) {
        Found::Nothing => Within::Yes,
        Found::Text(text) => Within::No(text),
        Found::TooLarge => Within::TooLarge,
    }
}
