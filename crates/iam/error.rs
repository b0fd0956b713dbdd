//! Why a text is not a policy document.

/// Why a text is not a policy document: lower-case fragments that name the place as a JSON pointer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParseError {
    /// The text is not JSON at all.
    #[error("the text is not JSON: {0}")]
    Json(String),
    /// The text is not percent-encoded UTF-8.
    #[error("the text is not percent-encoded UTF-8 (byte {offset})")]
    PercentEncoding {
        /// The byte at which decoding stopped, counted from 0.
        offset: usize,
    },
    /// A value is of another kind than its element takes.
    #[error("{}: {expected} is expected, {found} was found", place(path))]
    Unexpected {
        /// JSON pointer to the value.
        path: String,
        /// What the element takes.
        expected: &'static str,
        /// What stands there.
        found: String,
    },
    /// An element that the language requires is absent.
    #[error("{}: {element} is missing{}", place(path), near_miss(similar.as_deref()))]
    Missing {
        /// JSON pointer to the object that lacks it.
        path: String,
        /// The element, or the pair of which one is required.
        element: &'static str,
        /// A member whose name differs from the element's in case only.
        similar: Option<String>,
    },
    /// Two elements that exclude each other, such as `Action` and `NotAction`.
    #[error("{}: stands beside its opposite; the two exclude each other", place(path))]
    Conflict {
        /// JSON pointer to the second of the two.
        path: String,
    },
    /// One name twice in one object, which readers of JSON resolve differently.
    #[error("{}: stands there twice", place(path))]
    Duplicate {
        /// JSON pointer to the member.
        path: String,
    },
}

impl ParseError {
    /// The JSON pointer to what is wrong; none where the text could not be read as JSON, whose message says the line.
    #[must_use]
    pub fn path(&self) -> Option<&str> {
        match self {
            Self::Json(_) | Self::PercentEncoding { .. } => None,
            Self::Unexpected { path, .. }
            | Self::Missing { path, .. }
            | Self::Conflict { path }
            | Self::Duplicate { path } => Some(path),
        }
    }
}

fn place(path: &str) -> &str {
    if path.is_empty() { "the document" } else { path }
}

fn near_miss(similar: Option<&str>) -> String {
    similar
        .map(|name| format!(" (names are case-sensitive: {name:?} is not it)"))
        .unwrap_or_default()
}
