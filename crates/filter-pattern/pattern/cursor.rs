//! A place in the text of a pattern, and the pieces that several kinds of patterns share.

use crate::error::PatternError;
use crate::operand::{Number, Op, Operand, Text};
use crate::regular::Regular;

/// The most regular expressions in one pattern.
const REGULARS: usize = 2;

pub(super) struct Cursor {
    letters: Vec<char>,
    at: usize,
    regulars: usize,
}

impl Cursor {
    pub(super) fn new(text: &str) -> Self {
        Self { letters: text.chars().collect(), at: 0, regulars: 0 }
    }

    pub(super) fn at(&self) -> usize {
        self.at
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.letters.get(self.at).copied()
    }

    pub(super) fn next(&mut self) -> Option<char> {
        let letter = self.peek();
        self.at += usize::from(letter.is_some());
        letter
    }

    pub(super) fn skip_blanks(&mut self) {
        while self.peek().is_some_and(char::is_whitespace) {
            self.at += 1;
        }
    }

    fn starts_with(&self, expected: &str) -> bool {
        let rest = self.letters.get(self.at..).unwrap_or_default();
        let mut letters = rest.iter();
        expected.chars().all(|letter| letters.next() == Some(&letter))
    }

    /// Takes a text if it stands here.
    pub(super) fn take(&mut self, expected: &str) -> bool {
        let found = self.starts_with(expected);
        if found {
            self.at += expected.chars().count();
        }
        found
    }

    pub(super) fn expect(&mut self, expected: &str) -> Result<(), PatternError> {
        let found = self.take(expected);
        if found { Ok(()) } else { Err(self.error(&format!("`{expected}`"))) }
    }

    /// Takes letters as long as they are of a kind.
    pub(super) fn while_is(&mut self, kind: impl Fn(char) -> bool) -> String {
        let rest = self.letters.get(self.at..).unwrap_or_default();
        let word: String = rest.iter().take_while(|letter| kind(**letter)).collect();
        self.at += word.chars().count();
        word
    }

    pub(super) fn error(&self, expected: &str) -> PatternError {
        self.error_at(self.at, expected)
    }

    /// An error at a place counted from 0.
    pub(super) fn error_at(&self, at: usize, expected: &str) -> PatternError {
        let rest = self.letters.get(at..).unwrap_or_default();
        let piece: String = rest.iter().take(12).collect();
        let found = if rest.is_empty() { "the end".to_owned() } else { format!("`{piece}`") };
        PatternError { position: at + 1, expected: expected.to_owned(), found }
    }

    /// `=`, `!=` and the four orderings.
    pub(super) fn op(&mut self) -> Result<Op, PatternError> {
        let ops =
            [Op::NotEqual, Op::LessOrEqual, Op::GreaterOrEqual, Op::Less, Op::Greater, Op::Equal];
        match ops.into_iter().find(|op| self.starts_with(op.as_str())) {
            Some(op) => {
                self.at += op.as_str().len();
                Ok(op)
            }
            None => Err(self.error("a comparison (=, !=, <, <=, >, >=)")),
        }
    }

    /// What may stand behind a comparison. The orderings take numbers only.
    pub(super) fn operand(&mut self, op: Op) -> Result<Operand, PatternError> {
        let start = self.at;
        let operand = match self.peek() {
            Some('"') => Operand::Text(Text { text: self.quoted('"')?, quoted: true }),
            Some('%') => Operand::Regular(self.regular()?),
            _ => {
                let word = self.while_is(is_bare);
                match Number::parse(&word) {
                    _ if word.is_empty() => {
                        return Err(self.error("a text, a number or a regular expression"));
                    }
                    Some(number) => Operand::Number(number),
                    None => Operand::Text(Text { text: word, quoted: false }),
                }
            }
        };
        if op.is_ordering() && !matches!(operand, Operand::Number(_)) {
            return Err(self.error_at(start, "a number"));
        }
        Ok(operand)
    }

    /// A text between two quotes. A backslash takes the meaning from a quote or a backslash and is itself before
    /// anything else; AWS says nothing about it.
    pub(super) fn quoted(&mut self, quote: char) -> Result<String, PatternError> {
        self.at += 1;
        let mut text = String::new();
        loop {
            match self.next() {
                Some(letter) if letter == quote => return Ok(text),
                Some('\\') => match self.peek() {
                    Some(letter) if letter == quote || letter == '\\' => {
                        self.at += 1;
                        text.push(letter);
                    }
                    _ => text.push('\\'),
                },
                Some(letter) => text.push(letter),
                None => return Err(self.error("a closing quote")),
            }
        }
    }

    /// A regular expression between two percent signs.
    pub(super) fn regular(&mut self) -> Result<Regular, PatternError> {
        let start = self.at;
        self.at += 1;
        let source = self.while_is(|letter| letter != '%');
        self.expect("%")?;
        self.regulars += 1;
        if self.regulars > REGULARS {
            return Err(self.error_at(start, "no more than two regular expressions"));
        }
        if source.is_empty() {
            return Err(self.error_at(start + 1, "a regular expression"));
        }
        Regular::parse(&source).map_err(|(at, expected)| self.error_at(start + 1 + at, &expected))
    }
}

/// Whether a letter may be part of a value without quotes. The guide demands quotes around all but letters, digits and
/// underscores, and leaves them out around `123.123.*` itself; this takes what is neither a blank nor has a meaning.
pub(super) fn is_bare(letter: char) -> bool {
    letter.is_ascii_graphic() && !"\"%(){}[]=<>!&|,;'`\\".contains(letter)
}
