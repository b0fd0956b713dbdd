//! JSON patterns: `{ … }`.

use crate::error::PatternError;
use crate::operand::{Op, Operand};
use crate::pattern::cursor::Cursor;
use crate::selector::{Selector, Step, is_plain};

/// The most parentheses one in another. AWS names no limit; a pattern of 1024 characters has room for more only where
/// they say nothing.
const DEEPEST: usize = 100;
/// The most selectors with a wildcard in one pattern.
const WILDCARDS: usize = 3;

/// A condition on the fields of an event that is one JSON object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Json {
    /// A test of what a selector leads to.
    Test(Selector, JsonTest),
    /// All of several, two at least.
    All(Vec<Json>),
    /// Any of several, two at least.
    Any(Vec<Json>),
}

/// What a JSON pattern asks of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JsonTest {
    /// A comparison. A missing field, null, an object and an array fail every one, `!=` too.
    Compare(Op, Operand),
    /// `IS NULL`: there, and null.
    IsNull,
    /// `IS TRUE` or `IS FALSE`.
    Is(bool),
    /// `NOT EXISTS`: not there; null is there.
    NotExists,
}

pub(super) fn parse(cursor: &mut Cursor) -> Result<Json, PatternError> {
    cursor.expect("{")?;
    let mut parser = Parser { cursor, depth: 0, wildcards: 0 };
    let json = parser.any()?;
    parser.cursor.expect("}")?;
    Ok(json)
}

struct Parser<'c> {
    cursor: &'c mut Cursor,
    depth: usize,
    wildcards: usize,
}

impl Parser<'_> {
    fn any(&mut self) -> Result<Json, PatternError> {
        let mut parts = Vec::new();
        loop {
            match self.all()? {
                Json::Any(inner) => parts.extend(inner),
                part => parts.push(part),
            }
            self.cursor.skip_blanks();
            if !self.cursor.take("||") {
                return Ok(one_or(parts, Json::Any));
            }
        }
    }

    fn all(&mut self) -> Result<Json, PatternError> {
        let mut parts = Vec::new();
        loop {
            match self.atom()? {
                Json::All(inner) => parts.extend(inner),
                part => parts.push(part),
            }
            self.cursor.skip_blanks();
            if !self.cursor.take("&&") {
                return Ok(one_or(parts, Json::All));
            }
        }
    }

    fn atom(&mut self) -> Result<Json, PatternError> {
        self.cursor.skip_blanks();
        match self.cursor.peek() {
            Some('(') if self.depth == DEEPEST => {
                Err(self.cursor.error("no more than 100 parentheses one in another"))
            }
            Some('(') => {
                self.cursor.expect("(")?;
                self.depth += 1;
                let inner = self.any()?;
                self.depth -= 1;
                self.cursor.expect(")")?;
                Ok(inner)
            }
            Some('$') => {
                let selector = self.selector()?;
                self.cursor.skip_blanks();
                Ok(Json::Test(selector, self.test()?))
            }
            _ => Err(self.cursor.error("a selector that begins with `$`, or `(`")),
        }
    }

    fn selector(&mut self) -> Result<Selector, PatternError> {
        let start = self.cursor.at();
        self.cursor.expect("$")?;
        let mut steps = Vec::new();
        loop {
            let step = match self.cursor.peek() {
                Some('.') => {
                    self.cursor.expect(".")?;
                    self.member()?
                }
                Some('[') => self.bracket()?,
                _ if steps.is_empty() => {
                    return Err(self.cursor.error("`.` and a name, or `[`, behind `$`"));
                }
                _ => break,
            };
            steps.push(step);
        }
        let wild = steps.iter().filter(|step| step.is_wild()).count();
        self.wildcards += wild.min(1);
        if wild > 1 {
            return Err(self.cursor.error_at(start, "a selector with no more than one wildcard"));
        }
        if self.wildcards > WILDCARDS {
            return Err(self.cursor.error_at(start, "no more than three selectors with wildcards"));
        }
        Ok(Selector { steps })
    }

    fn member(&mut self) -> Result<Step, PatternError> {
        if self.cursor.take("*") {
            return Ok(Step::Members);
        }
        if self.cursor.peek() == Some('[') {
            return self.bracket();
        }
        let name = self.cursor.while_is(|letter| is_plain(letter.encode_utf8(&mut [0; 4])));
        if name.is_empty() {
            return Err(self.cursor.error("a name of letters, digits, `-` and `_`, or `*`"));
        }
        Ok(Step::Key(name))
    }

    fn bracket(&mut self) -> Result<Step, PatternError> {
        self.cursor.expect("[")?;
        let step = match self.cursor.peek() {
            Some('*') => {
                self.cursor.expect("*")?;
                Step::Elements
            }
            Some(quote @ ('\'' | '"')) => Step::Key(self.cursor.quoted(quote)?),
            _ => {
                let start = self.cursor.at();
                let digits = self.cursor.while_is(|letter| letter.is_ascii_digit());
                let index = digits.parse::<u32>().ok().and_then(|index| index.try_into().ok());
                Step::Index(index.ok_or_else(|| {
                    self.cursor
                        .error_at(start, "a number that counts from 0, `*`, or a quoted name")
                })?)
            }
        };
        self.cursor.expect("]")?;
        Ok(step)
    }

    fn test(&mut self) -> Result<JsonTest, PatternError> {
        if self.cursor.peek().is_some_and(|letter| letter.is_ascii_alphabetic()) {
            return self.keywords();
        }
        let op = self.cursor.op()?;
        self.cursor.skip_blanks();
        Ok(JsonTest::Compare(op, self.cursor.operand(op)?))
    }

    /// AWS prints the words in upper case and says nothing about lower case, which is taken too.
    fn keywords(&mut self) -> Result<JsonTest, PatternError> {
        let start = self.cursor.at();
        let word = |cursor: &mut Cursor| {
            cursor.skip_blanks();
            cursor.while_is(|letter| letter.is_ascii_alphabetic()).to_ascii_uppercase()
        };
        let (first, second) = (word(self.cursor), word(self.cursor));
        match (first.as_str(), second.as_str()) {
            ("IS", "NULL") => Ok(JsonTest::IsNull),
            ("IS", "TRUE") => Ok(JsonTest::Is(true)),
            ("IS", "FALSE") => Ok(JsonTest::Is(false)),
            ("NOT", "EXISTS") => Ok(JsonTest::NotExists),
            _ => {
                let expected = "a comparison, IS NULL, IS TRUE, IS FALSE or NOT EXISTS";
                Err(self.cursor.error_at(start, expected))
            }
        }
    }
}

fn one_or(mut parts: Vec<Json>, several: fn(Vec<Json>) -> Json) -> Json {
    match parts.pop() {
        Some(only) if parts.is_empty() => only,
        last => {
            parts.extend(last);
            several(parts)
        }
    }
}
