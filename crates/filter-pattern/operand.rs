//! What values are compared with: texts with wildcards, numbers and regular expressions.

use std::cmp::Ordering;

use crate::reading::Reading;
use crate::regular::Regular;

/// A comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Op {
    /// `=`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

impl Op {
    /// As it is written.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
        }
    }

    /// Whether it asks which of two numbers is the larger.
    #[must_use]
    pub fn is_ordering(self) -> bool {
        !matches!(self, Self::Equal | Self::NotEqual)
    }

    /// The answer for two numbers. Neither is ever NaN.
    #[must_use]
    pub fn compares(self, left: f64, right: f64) -> bool {
        let order = left.partial_cmp(&right).unwrap_or(Ordering::Equal);
        match self {
            Self::Equal => order.is_eq(),
            Self::NotEqual => order.is_ne(),
            Self::Less => order.is_lt(),
            Self::LessOrEqual => order.is_le(),
            Self::Greater => order.is_gt(),
            Self::GreaterOrEqual => order.is_ge(),
        }
    }
}

/// What stands behind a comparison.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Operand {
    /// A text, with `*` at either end for any text.
    Text(Text),
    /// A number without quotes.
    Number(Number),
    /// A regular expression between percent signs.
    Regular(Regular),
}

/// A text that values are compared with.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Text {
    /// The text, its stars included, without quotes and escapes.
    pub text: String,
    /// Whether it stood in quotes.
    pub quoted: bool,
}

impl Text {
    /// Whether it takes every text: it is made of stars alone.
    #[must_use]
    pub fn is_anything(&self) -> bool {
        !self.text.is_empty() && self.text.chars().all(|letter| letter == '*')
    }

    /// Whether there is a wildcard at the front, what stands between, whether there is one at the back.
    #[must_use]
    pub(crate) fn parts(&self) -> (bool, &str, bool) {
        let core = self.text.trim_matches('*');
        (self.text.starts_with('*'), core, self.text.ends_with('*'))
    }

    /// Whether it means something else where a star inside is a wildcard.
    #[must_use]
    pub(crate) fn has_inner_star(&self) -> bool {
        self.parts().1.contains('*')
    }

    /// Whether a whole text is the same. Stars at the ends stand for any text; one inside is the character itself and,
    /// in the wide reading, also any text.
    #[must_use]
    pub fn matches(&self, text: &str, reading: Reading) -> bool {
        if self.is_anything() {
            return true;
        }
        let (front, core, back) = self.parts();
        let literal = match (front, back) {
            (false, false) => text == core,
            (true, false) => text.ends_with(core),
            (false, true) => text.starts_with(core),
            (true, true) => text.contains(core),
        };
        literal || (reading == Reading::Wide && self.has_inner_star() && wild(&self.text, text))
    }
}

/// Whether a text matches a pattern in which every star stands for any text.
#[must_use]
pub(crate) fn wild(pattern: &str, text: &str) -> bool {
    let Some((head, rest)) = pattern.split_once('*') else { return pattern == text };
    let (middle, tail) = rest.rsplit_once('*').unwrap_or(("", rest));
    let Some(text) = text.strip_prefix(head).and_then(|text| text.strip_suffix(tail)) else {
        return false;
    };
    // The first place of each piece is as good as any later one.
    let mut rest = Some(text);
    for piece in middle.split('*') {
        rest = rest.and_then(|text| text.split_once(piece)).map(|(_, behind)| behind);
    }
    rest.is_some()
}

/// A number as it was written.
#[derive(Debug, Clone)]
pub struct Number {
    text: String,
    value: f64,
}

impl Number {
    /// Reads an integer, a decimal, or either with an exponent. None for anything else, and for what lies beyond the
    /// range of a double: AWS does not say how large a number may be.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let value: f64 = Self::looks_like(text).then(|| text.parse().ok()).flatten()?;
        value.is_finite().then(|| Self { text: text.to_owned(), value })
    }

    /// Whether a text is written as a number is.
    pub(crate) fn looks_like(text: &str) -> bool {
        let digits =
            |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let unsigned = |text: &str| text.strip_prefix(['+', '-']).unwrap_or(text).to_owned();
        let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        let mantissa = unsigned(mantissa);
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((&mantissa, "0"));
        digits(whole) && digits(fraction) && digits(&unsigned(exponent))
    }

    /// As it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The nearest double.
    #[must_use]
    pub fn value(&self) -> f64 {
        self.value
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Number {}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        self.text.cmp(&other.text)
    }
}
