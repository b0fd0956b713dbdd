//! What is known of the circumstances of a request: the condition keys with their values.

use std::cmp::Ordering;

/// What is known of one key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Known {
    /// It is there with these values. None at all is what AWS calls a null data set, and counts as absent.
    Values(Vec<String>),
    /// It is not there.
    Absent,
    /// It is there, with a value that is not known.
    Present,
    /// Nothing is known of it.
    Unknown,
}

/// The condition keys of a request. Names ignore case, those of tags behind a slash too.
///
/// ```
/// use trailproof_iam::{Context, Known};
///
/// let context = Context::discovery().with("aws:SourceVpce", ["vpce-1"]).without("aws:username");
/// assert_eq!(context.get("AWS:sourcevpce"), Some(&Known::Values(vec!["vpce-1".to_owned()])));
/// assert_eq!(context.get("aws:UserName"), Some(&Known::Absent));
/// assert_eq!(context.get("aws:SourceIp"), None, "not named: unknown in a discovery");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Context {
    /// Sorted by name without case.
    entries: Vec<(String, Known)>,
    unnamed: Unnamed,
}

/// What holds of the keys that a context does not name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unnamed {
    /// They are absent: the context is complete as it stands.
    Absent,
    /// They are absent, save what caller, action and resource tell by themselves.
    DerivedOrAbsent,
    /// They are unknown, save what caller, action and resource tell by themselves.
    DerivedOrUnknown,
}

impl Context {
    /// A complete context: a key that it does not name is absent.
    #[must_use]
    pub const fn strict() -> Self {
        Self { entries: Vec::new(), unnamed: Unnamed::Absent }
    }

    /// A context of which little is known: a key that it does not name is unknown, unless caller, action or resource
    /// tell it by themselves, as they do `aws:PrincipalArn` and `aws:RequestedRegion`.
    #[must_use]
    pub const fn discovery() -> Self {
        Self { entries: Vec::new(), unnamed: Unnamed::DerivedOrUnknown }
    }

    /// A context by another rule for what it does not name.
    #[must_use]
    pub const fn new(unnamed: Unnamed) -> Self {
        Self { entries: Vec::new(), unnamed }
    }

    /// The same context in which this key has these values.
    #[must_use]
    pub fn with<T: Into<String>>(self, key: &str, values: impl IntoIterator<Item = T>) -> Self {
        self.knowing(key, Known::Values(values.into_iter().map(Into::into).collect()))
    }

    /// The same context in which this key is absent.
    #[must_use]
    pub fn without(self, key: &str) -> Self {
        self.knowing(key, Known::Absent)
    }

    /// The same context in which nothing is known of this key.
    #[must_use]
    pub fn unknown(self, key: &str) -> Self {
        self.knowing(key, Known::Unknown)
    }

    /// The same context in which this is known of this key.
    #[must_use]
    pub fn knowing(mut self, key: &str, known: Known) -> Self {
        self.set(key, known);
        self
    }

    /// Sets what is known of a key, in place of what was.
    pub fn set(&mut self, key: &str, known: Known) {
        match self.find(key) {
            Ok(at) => {
                if let Some(entry) = self.entries.get_mut(at) {
                    entry.1 = known;
                }
            }
            Err(at) => self.entries.insert(at, (key.to_owned(), known)),
        }
    }

    /// What the context itself says of a key; `None` where it does not name it.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Known> {
        self.entries.get(self.find(key).ok()?).map(|(_, known)| known)
    }

    /// What holds of the keys that it does not name.
    #[must_use]
    pub const fn unnamed(&self) -> Unnamed {
        self.unnamed
    }

    /// The keys that it names, in the order of their names without case, with what is known of each.
    pub fn entries(&self) -> impl Iterator<Item = (&str, &Known)> {
        self.entries.iter().map(|(key, known)| (key.as_str(), known))
    }

    fn find(&self, key: &str) -> Result<usize, usize> {
        self.entries.binary_search_by(|(name, _)| compare(name, key))
    }
}

/// The order of two names of keys, whatever their case.
pub(crate) fn compare(one: &str, other: &str) -> Ordering {
    let lower = |byte: u8| byte.to_ascii_lowercase();
    one.bytes().map(lower).cmp(other.bytes().map(lower))
}
