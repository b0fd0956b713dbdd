//! An event: its text as the log holds it, and the JSON that the text is.

use std::borrow::Cow;

use serde_json::Value;

/// One event of a log.
#[derive(Debug, Clone)]
pub struct Event<'e> {
    text: Cow<'e, str>,
    json: Option<Cow<'e, Value>>,
}

impl<'e> Event<'e> {
    /// An event of that text. Where the text is one JSON object, tests on fields are answered too.
    #[must_use]
    pub fn of_text(text: &'e str) -> Self {
        let json = serde_json::from_str(text).ok().filter(Value::is_object).map(Cow::Owned);
        Self { text: Cow::Borrowed(text), json }
    }

    /// A record, whose text is the compact JSON on one line that CloudTrail delivers.
    #[must_use]
    pub fn of_json(record: &'e Value) -> Self {
        let json = record.is_object().then_some(Cow::Borrowed(record));
        Self { text: Cow::Owned(record.to_string()), json }
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The object, where the text is one.
    #[must_use]
    pub fn json(&self) -> Option<&Value> {
        self.json.as_deref()
    }
}
