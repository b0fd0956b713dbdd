//! A policy document as a tree.

use crate::condition::Condition;
use crate::error::ParseError;
use crate::json::Json;
use crate::pattern::{Case, matches};
use crate::{parse, percent};

/// A policy document: what IAM, S3, KMS, STS and Organizations store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyDocument {
    /// The language version; 2008-10-17 where the document names none.
    pub version: Version,
    /// The document's own name, where it has one.
    pub id: Option<String>,
    /// The statements in the order in which they are written.
    pub statements: Vec<Statement>,
    /// Elements of the document that the language does not have, in the order in which they are written.
    pub unknown: Vec<String>,
}

impl PolicyDocument {
    /// Reads a document from its JSON text.
    ///
    /// # Errors
    /// When the text is not JSON, or is not a policy in one sense only: an element of the wrong kind, a required one
    /// absent, one given twice, or two that exclude each other.
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        let json =
            serde_json::from_str(text).map_err(|error| ParseError::Json(error.to_string()))?;
        parse::document(&json)
    }

    /// Reads a document as IAM's own operations return it: percent-encoded by RFC 3986.
    ///
    /// # Errors
    /// As [`PolicyDocument::parse`], and when the encoding is broken.
    pub fn parse_url_encoded(text: &str) -> Result<Self, ParseError> {
        Self::parse(&percent::decode(text)?)
    }

    /// Reads a document that is a JSON value already. An element given twice can no longer be seen here.
    ///
    /// # Errors
    /// As [`PolicyDocument::parse`].
    pub fn from_value(value: &serde_json::Value) -> Result<Self, ParseError> {
        parse::document(&Json::from(value))
    }

    /// Reads what can be read of a document, and says what cannot.
    ///
    /// A statement that has an error is left out, the others keep their places; a version that is none counts as absent.
    /// What is left grants no more than the whole would, but it may refuse less: whoever asks what is protected is on the
    /// safe side, whoever asks what works is not.
    #[must_use]
    pub fn readable(value: &serde_json::Value) -> (Self, Vec<ParseError>) {
        parse::readable(&Json::from(value))
    }

    /// Whether anything in it is outside the language: an element, a kind of principal or a condition operator.
    #[must_use]
    pub fn has_unknown(&self) -> bool {
        !self.unknown.is_empty() || self.statements.iter().any(|s| !s.unknown.is_empty())
    }
}

/// The version of the policy language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Version {
    /// `2008-10-17`, the default: `${…}` is plain text.
    #[default]
    V2008,
    /// `2012-10-17`: `${…}` is a policy variable.
    V2012,
}

impl Version {
    /// The date as AWS writes it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::V2008 => "2008-10-17",
            Self::V2012 => "2012-10-17",
        }
    }

    /// Whether `${…}` is a policy variable.
    #[must_use]
    pub const fn has_variables(self) -> bool {
        matches!(self, Self::V2012)
    }
}

/// One statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Its place in the document, counted from 0.
    pub index: usize,
    /// Its own name, where it has one.
    pub sid: Option<String>,
    /// What it does when it matches.
    pub effect: Effect,
    /// Whom it names. Absent in identity policies; one of a resource policy without it matches nobody.
    pub principal: Option<Principals>,
    /// What may or may not be done.
    pub actions: Actions,
    /// On what. Absent in trust policies, where it counts as the role itself.
    pub resources: Option<Resources>,
    /// All must hold.
    pub conditions: Vec<Condition>,
    /// What the language does not have: an element (`Foo`), a kind of principal (`Principal/Foo`) or a condition
    /// operator (`Condition/Foo`). Whoever evaluates cannot take such a statement at its word.
    pub unknown: Vec<String>,
}

impl Statement {
    /// What a report calls it: its Sid, else its place counted from 0.
    #[must_use]
    pub fn label(&self) -> String {
        self.sid.clone().unwrap_or_else(|| format!("statement {}", self.index))
    }
}

/// What a statement does when it matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// It grants, or lets pass.
    Allow,
    /// It refuses, whatever else allows.
    Deny,
}

impl Effect {
    /// The word as AWS writes it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "Allow",
            Self::Deny => "Deny",
        }
    }
}

/// The actions that a statement is about. An entry ignores case and may hold `*` and `?`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actions {
    /// Those that match an entry.
    Action(Vec<String>),
    /// Those that match none.
    NotAction(Vec<String>),
}

impl Actions {
    /// Whether a concrete action, such as `cloudtrail:StopLogging`, is among them.
    ///
    /// The prefix of an entry is a service and takes no wildcard: AWS refuses to store any but the one that means every
    /// service, so that an exported file that has one says nothing by it.
    #[must_use]
    pub fn matches(&self, action: &str) -> bool {
        let holds = |entry: &String| {
            let (prefix, named) = match entry.split_once(':') {
                Some((prefix, _)) => (prefix, !prefix.contains(['*', '?'])),
                None => (entry.as_str(), false),
            };
            let every = !prefix.is_empty() && prefix.bytes().all(|byte| byte == b'*');
            (named || every) && matches(entry, action, Case::Insensitive)
        };
        match self {
            Self::Action(entries) => entries.iter().any(holds),
            Self::NotAction(entries) => !entries.iter().any(holds),
        }
    }

    /// The entries as written.
    #[must_use]
    pub fn entries(&self) -> &[String] {
        match self {
            Self::Action(entries) | Self::NotAction(entries) => entries,
        }
    }
}

/// The resources that a statement is about, as written: case-sensitive, with `*` and `?`, and with variables where the
/// document's version has them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resources {
    /// Those that match an entry.
    Resource(Vec<String>),
    /// Those that match none.
    NotResource(Vec<String>),
}

impl Resources {
    /// The entries as written.
    #[must_use]
    pub fn entries(&self) -> &[String] {
        match self {
            Self::Resource(entries) | Self::NotResource(entries) => entries,
        }
    }
}

/// Whom a statement of a resource or trust policy names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Principals {
    /// Those who match an entry.
    Principal(Vec<Principal>),
    /// Those who match none.
    NotPrincipal(Vec<Principal>),
}

impl Principals {
    /// The entries as written.
    #[must_use]
    pub fn entries(&self) -> &[Principal] {
        match self {
            Self::Principal(entries) | Self::NotPrincipal(entries) => entries,
        }
    }
}

/// One entry of a `Principal` or `NotPrincipal` element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Principal {
    /// `"Principal": "*"`: everyone, anonymous callers included.
    Anyone,
    /// An account id, an ARN, the id of a deleted entity, or `*` for everyone.
    Aws(String),
    /// An AWS service, such as `cloudtrail.amazonaws.com`.
    Service(String),
    /// An identity provider.
    Federated(String),
    /// An account by its canonical S3 id.
    CanonicalUser(String),
    /// A kind that the language does not have.
    Unknown {
        /// The kind as written.
        kind: String,
        /// The value as written.
        value: String,
    },
}

impl Principal {
    /// An entry of the kind so named in a policy.
    #[must_use]
    pub fn new(kind: &str, value: String) -> Self {
        match kind {
            "AWS" => Self::Aws(value),
            "Service" => Self::Service(value),
            "Federated" => Self::Federated(value),
            "CanonicalUser" => Self::CanonicalUser(value),
            _ => Self::Unknown { kind: kind.to_owned(), value },
        }
    }

    /// The kind as a policy names it; `*` for [`Principal::Anyone`].
    #[must_use]
    pub fn kind(&self) -> &str {
        match self {
            Self::Anyone => "*",
            Self::Aws(_) => "AWS",
            Self::Service(_) => "Service",
            Self::Federated(_) => "Federated",
            Self::CanonicalUser(_) => "CanonicalUser",
            Self::Unknown { kind, .. } => kind,
        }
    }

    /// The value as written.
    #[must_use]
    pub fn value(&self) -> &str {
        match self {
            Self::Anyone => "*",
            Self::Aws(value)
            | Self::Service(value)
            | Self::Federated(value)
            | Self::CanonicalUser(value)
            | Self::Unknown { value, .. } => value,
        }
    }

    /// Whether it names everyone: `"*"` or `{"AWS": "*"}`.
    #[must_use]
    pub fn is_everyone(&self) -> bool {
        matches!(self, Self::Anyone) || matches!(self, Self::Aws(value) if value == "*")
    }
}
