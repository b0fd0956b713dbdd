//! What comes out: whether the request is allowed, on what that depends, and which statements decided.

use std::fmt;
use std::sync::Arc;

use crate::document::Effect;
use crate::layers::Layer;

/// Whether a request is allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Decision {
    /// Allowed in every context that agrees with what is known.
    Allowed,
    /// Allowed in some of these contexts, not in all.
    Conditional,
    /// Denied in all; where most else is in its favour, a Deny still matches.
    ExplicitlyDenied,
    /// Denied in all; where no Deny matches, an Allow is missing.
    ImplicitlyDenied,
}

impl Decision {
    /// Whether it can be allowed at all.
    #[must_use]
    pub const fn is_possible(self) -> bool {
        matches!(self, Self::Allowed | Self::Conditional)
    }

    /// The word, such as `ExplicitlyDenied`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Allowed => "Allowed",
            Self::Conditional => "Conditional",
            Self::ExplicitlyDenied => "ExplicitlyDenied",
            Self::ImplicitlyDenied => "ImplicitlyDenied",
        }
    }
}

impl fmt::Display for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A decision with what it rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The decision.
    pub decision: Decision,
    /// The unknown keys on which a [`Decision::Conditional`] depends, sorted; else empty.
    pub depends_on: Vec<String>,
    /// Values of the unknown keys with which the request is allowed, `None` for a key that is absent. Sorted by key;
    /// empty where it is never allowed, or allowed whatever they are.
    pub witness: Vec<(String, Option<Vec<String>>)>,
    /// What a reader must know beside the decision, sorted.
    pub notes: Vec<Note>,
    /// What each layer says.
    pub trace: Trace,
}

/// What a reader must know beside the decision.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Note {
    /// Whoever asks chooses the values of these keys, and needs some of them to be as in the witness.
    CallerChooses(Vec<String>),
    /// Too many combinations of unknown values: that the answer is conditional was not proven.
    NotResolved,
    /// A statement holds something outside the language, so that it was not evaluated. It grants nothing, and if it
    /// denies it was not counted as protection.
    Unevaluable(StatementRef),
    /// A resource entry that matches or not as one reads its colons; what is safe for an audit was assumed.
    TwoReadings(StatementRef),
    /// A statement tests a key with several values without `ForAllValues` or `ForAnyValue`, which AWS leaves undefined.
    Unquantified(StatementRef),
    /// An Allow with `NotPrincipal`: it grants to everyone else, anonymous callers included.
    AllowNotPrincipal(StatementRef),
    /// A statement names an account by a canonical id of S3 that was not said to be, or not to be, the caller's.
    UnknownCanonicalUser(StatementRef),
}

/// What each layer says, in the order in which they are usually told.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Trace {
    /// The layers that bear on the request.
    pub layers: Vec<LayerTrace>,
    /// The layers in which an allow is missing, or may be missing where the answer is conditional.
    pub missing: Vec<Layer>,
}

/// What one layer says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LayerTrace {
    /// Which.
    pub layer: Layer,
    /// What it says on the whole.
    pub verdict: Verdict,
    /// The statements that match or may match: the Denies where one does, else the Allows.
    pub statements: Vec<StatementRef>,
}

/// What a layer says on the whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// A Deny matches.
    Denies,
    /// A Deny may match.
    MayDeny,
    /// An Allow matches, and no Deny.
    Allows,
    /// An Allow may match, and no Deny.
    MayAllow,
    /// Nothing matches.
    Silent,
}

/// A statement, as answers cite it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct StatementRef {
    /// The policy's name.
    pub policy: Arc<str>,
    /// The statement's place in it, counted from 0.
    pub index: usize,
    /// The statement's own name, where it has one.
    pub sid: Option<String>,
    /// Whether it denies.
    pub denies: bool,
}

impl StatementRef {
    /// What the statement does when it matches.
    #[must_use]
    pub const fn effect(&self) -> Effect {
        if self.denies { Effect::Deny } else { Effect::Allow }
    }
}

impl fmt::Display for StatementRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.sid {
            Some(sid) => write!(f, "{}: {sid}", self.policy),
            None => write!(f, "{}: statement {}", self.policy, self.index),
        }
    }
}
