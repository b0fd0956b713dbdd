//! Patterns of words and phrases.

use crate::error::PatternError;
use crate::pattern::cursor::Cursor;

/// A word or phrase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// What its presence means.
    pub role: Role,
    /// The text that is looked for anywhere in the event, case by case.
    pub text: String,
}

/// What a term's presence means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The event has to contain it.
    Required,
    /// `?`: the event has to contain one of these. Beside a required term these are ignored.
    Optional,
    /// `-`: the event must not contain it.
    Excluded,
}

pub(super) fn parse(cursor: &mut Cursor) -> Result<Vec<Term>, PatternError> {
    let mut terms = Vec::new();
    loop {
        cursor.skip_blanks();
        if cursor.peek().is_none() {
            return Ok(terms);
        }
        let role = match (cursor.take("-"), cursor.take("?")) {
            (true, _) => Role::Excluded,
            (false, true) => Role::Optional,
            (false, false) => Role::Required,
        };
        let text = match cursor.peek() {
            Some('"') => cursor.quoted('"')?,
            _ => cursor.while_is(is_word),
        };
        let ended = cursor.peek().is_none_or(char::is_whitespace);
        if !ended || (text.is_empty() && role != Role::Required) {
            return Err(cursor.error("a word of letters, digits and `_`, or a phrase in quotes"));
        }
        terms.push(Term { role, text });
    }
}

/// Whether a letter may be part of a term without quotes.
pub(super) fn is_word(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '_'
}
