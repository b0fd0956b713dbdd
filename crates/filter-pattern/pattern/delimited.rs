//! Space-delimited patterns: `[ … ]`.

use crate::error::PatternError;
use crate::operand::{Number, Op, Operand};
use crate::pattern::cursor::Cursor;
use crate::reading::Reading;

/// A pattern of the words of an event.
///
/// An event is cut at blanks; what stands between `[` and `]` or between two `"` is one word. Where there are more
/// words than fields, and no ellipsis, the last field takes the rest of the line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delimited {
    /// The fields, in the order of the words; none takes every event.
    pub fields: Vec<Field>,
}

/// A field of such a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Field {
    /// `...`: any number of words; once at most.
    Ellipsis,
    /// One word.
    Word {
        /// The name, which only conditions and dimensions use; it may be empty.
        name: String,
        /// What is asked of the word.
        condition: Option<WordCondition>,
    },
}

/// What is asked of a word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WordCondition {
    /// A comparison.
    Compare(Op, Operand),
    /// All of several, two at least.
    All(Vec<WordCondition>),
    /// Any of several, two at least.
    Any(Vec<WordCondition>),
}

pub(super) fn parse(cursor: &mut Cursor) -> Result<Delimited, PatternError> {
    cursor.expect("[")?;
    let mut fields = Vec::new();
    cursor.skip_blanks();
    if cursor.take("]") {
        return Ok(Delimited { fields });
    }
    loop {
        cursor.skip_blanks();
        let start = cursor.at();
        let field = field(cursor)?;
        if field == Field::Ellipsis && fields.contains(&Field::Ellipsis) {
            return Err(cursor.error_at(start, "no more than one ellipsis"));
        }
        fields.push(field);
        cursor.skip_blanks();
        if cursor.take("]") {
            return Ok(Delimited { fields });
        }
        if !cursor.take(",") {
            return Err(cursor.error("`,` or `]`"));
        }
    }
}

fn field(cursor: &mut Cursor) -> Result<Field, PatternError> {
    if cursor.take("...") || cursor.take("…") {
        return Ok(Field::Ellipsis);
    }
    let name = name(cursor);
    cursor.skip_blanks();
    if name.is_empty() || matches!(cursor.peek(), None | Some(',' | ']')) {
        return Ok(Field::Word { name, condition: None });
    }
    let mut parts = Vec::new();
    loop {
        parts.push(all(cursor, &name)?);
        cursor.skip_blanks();
        if !cursor.take("||") {
            let condition = Some(one_or(parts, WordCondition::Any));
            return Ok(Field::Word { name, condition });
        }
        same_name(cursor, &name)?;
    }
}

fn all(cursor: &mut Cursor, name: &str) -> Result<WordCondition, PatternError> {
    let mut parts = Vec::new();
    loop {
        cursor.skip_blanks();
        let op = cursor.op()?;
        cursor.skip_blanks();
        parts.push(WordCondition::Compare(op, cursor.operand(op)?));
        cursor.skip_blanks();
        if !cursor.take("&&") {
            return Ok(one_or(parts, WordCondition::All));
        }
        same_name(cursor, name)?;
    }
}

fn name(cursor: &mut Cursor) -> String {
    cursor.while_is(|letter| letter.is_ascii_alphanumeric() || "_-$".contains(letter))
}

fn same_name(cursor: &mut Cursor, expected: &str) -> Result<(), PatternError> {
    cursor.skip_blanks();
    let start = cursor.at();
    if name(cursor) == expected {
        Ok(())
    } else {
        Err(cursor.error_at(start, &format!("the field's own name, `{expected}`")))
    }
}

fn one_or(
    mut parts: Vec<WordCondition>,
    several: fn(Vec<WordCondition>) -> WordCondition,
) -> WordCondition {
    match parts.pop() {
        Some(only) if parts.is_empty() => only,
        last => {
            parts.extend(last);
            several(parts)
        }
    }
}

impl Delimited {
    /// Whether a line matches.
    #[must_use]
    pub fn matches(&self, line: &str) -> bool {
        let words = words(line);
        let ellipsis = self.fields.iter().position(|field| *field == Field::Ellipsis);
        let (front, back) = match ellipsis {
            None if self.fields.is_empty() => return true,
            None => (self.fields.as_slice(), [].as_slice()),
            Some(at) => {
                let (front, rest) = self.fields.split_at(at);
                (front, rest.get(1..).unwrap_or_default())
            }
        };
        if words.len() < front.len() + back.len() {
            return false;
        }
        let tail = words.get(words.len() - back.len()..).unwrap_or_default();
        let mut taken: Vec<&str> = words.iter().take(front.len()).map(|word| word.text).collect();
        if ellipsis.is_none()
            && words.len() > front.len()
            && let (Some(last), Some(word)) = (taken.last_mut(), words.get(front.len() - 1))
        {
            *last = line.get(word.start..).unwrap_or_default().trim_end();
        }
        taken.extend(tail.iter().map(|word| word.text));
        front.iter().chain(back).zip(taken).all(|(field, word)| field.takes(word))
    }

    /// Whether every line that holds anything matches.
    pub(crate) fn takes_everything(&self) -> bool {
        let words = self.fields.iter().filter(|field| **field != Field::Ellipsis).count();
        let free = |field: &Field| !matches!(field, Field::Word { condition: Some(_), .. });
        words <= 1 && self.fields.iter().all(free)
    }
}

impl Field {
    fn takes(&self, word: &str) -> bool {
        match self {
            Self::Word { condition: Some(condition), .. } => condition.takes(word),
            _ => true,
        }
    }
}

impl WordCondition {
    fn takes(&self, word: &str) -> bool {
        match self {
            Self::All(parts) => parts.iter().all(|part| part.takes(word)),
            Self::Any(parts) => parts.iter().any(|part| part.takes(word)),
            Self::Compare(op, Operand::Number(number)) => match Number::parse(word) {
                Some(found) => op.compares(found.value(), number.value()),
                None => *op == Op::NotEqual,
            },
            Self::Compare(op, Operand::Text(text)) => {
                text.matches(word, Reading::Narrow) == (*op == Op::Equal)
            }
            Self::Compare(op, Operand::Regular(regular)) => {
                regular.is_found_in(word) == (*op == Op::Equal)
            }
        }
    }
}

struct Word<'l> {
    start: usize,
    text: &'l str,
}

fn words(line: &str) -> Vec<Word<'_>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(rest) = line.get(at..) {
        let text = rest.trim_start();
        let start = at + (rest.len() - text.len());
        let Some(first) = text.chars().next() else { break };
        let closing = match first {
            '[' => text.get(1..).and_then(|inner| inner.find(']')),
            '"' => text.get(1..).and_then(|inner| inner.find('"')),
            _ => None,
        };
        let (text, length) = match closing {
            Some(length) => (text.get(1..=length).unwrap_or_default(), length + 2),
            None => {
                let length = text.find(char::is_whitespace).unwrap_or(text.len());
                (text.get(..length).unwrap_or_default(), length)
            }
        };
        found.push(Word { start, text });
        at = start + length;
    }
    found
}
