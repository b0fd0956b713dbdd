//! CloudWatch Logs filter patterns: JSON, terms, space-delimited and regular expressions.

mod compile;
mod cursor;
pub mod delimited;
pub mod json;
mod print;
pub mod terms;

use crate::error::PatternError;
use crate::event::Event;
use crate::matcher::Matcher;
use crate::pattern::cursor::Cursor;
use crate::pattern::delimited::Delimited;
use crate::pattern::json::Json;
use crate::pattern::terms::Term;
use crate::reading::Reading;
use crate::regular::Regular;

/// The most characters that `PutMetricFilter` takes as a pattern.
pub const LONGEST: usize = 1024;

/// A filter pattern. Its first character that is no blank decides on its kind.
///
/// It is printed in one spelling, from which the same pattern is read.
#[derive(Debug, Clone, PartialEq)]
pub enum FilterPattern {
    /// Blank: every event.
    Everything,
    /// `{ … }`: tests on the fields of events that are JSON objects.
    Json(Json),
    /// `[ … ]`: tests on the words of an event.
    Delimited(Delimited),
    /// `%…%`: a regular expression that is found in the event.
    Regular(Regular),
    /// Words and phrases that the event contains, or does not.
    Terms(Vec<Term>),
}

impl FilterPattern {
    /// Reads a pattern.
    ///
    /// # Errors
    ///
    /// Where the text is outside the language as far as it is documented. AWS has accepted every pattern that it
    /// stores, so that an error on a stored one means "cannot tell", never "matches nothing".
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        let mut cursor = Cursor::new(text);
        if text.chars().count() > LONGEST {
            return Err(cursor.error_at(LONGEST, "no more than 1024 characters"));
        }
        cursor.skip_blanks();
        let pattern = match cursor.peek() {
            None => Self::Everything,
            Some('{') => Self::Json(json::parse(&mut cursor)?),
            Some('[') => Self::Delimited(delimited::parse(&mut cursor)?),
            Some('%') => Self::Regular(cursor.regular()?),
            Some(_) => Self::Terms(terms::parse(&mut cursor)?),
        };
        cursor.skip_blanks();
        match cursor.peek() {
            None => Ok(pattern),
            Some(_) => Err(cursor.error("the end of the pattern")),
        }
    }

    /// Whether an event matches for sure, in every reading of the documentation. To ask often, keep a [`Matcher`].
    #[must_use]
    pub fn matches(&self, event: &Event<'_>) -> bool {
        Matcher::from(self).matches(event, Reading::Narrow)
    }
}
