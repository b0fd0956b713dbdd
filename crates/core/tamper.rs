//! The actions that stop, blind, delete or weaken evidence, and what each is authorised on.
//!
//! The table is data, `tamper/actions.toml`; resource types are those of the AWS service authorization reference, severity
//! and what is noticed are our judgement. Which principal has such an action is asked of `trailproof-iam`.

mod read;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use serde::Deserialize;

use crate::check::Severity;

pub use read::{DataError, read};

/// What an action does to the evidence. An action may do several things.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// `S`: recording or delivery stops.
    Stop,
    /// `B`: something is no longer recorded, while all looks well.
    Blind,
    /// `D`: what is kept is destroyed, replaced or forged.
    Destroy,
    /// `K`: a key or the encryption is taken away or changed.
    Key,
    /// `M`: what watches, alarms or keeps a copy is weakened.
    Monitor,
    /// `G`: a guard falls, or a door opens.
    Guard,
    /// `E`: it leads to rights or roles that can do one of the others.
    Escalate,
}

impl Class {
    /// All, in the order of their letters' table.
    pub const ALL: [Self; 7] = [
        Self::Stop,
        Self::Blind,
        Self::Destroy,
        Self::Key,
        Self::Monitor,
        Self::Guard,
        Self::Escalate,
    ];

    /// Its letter.
    #[must_use]
    pub const fn letter(self) -> char {
        match self {
            Self::Stop => 'S',
            Self::Blind => 'B',
            Self::Destroy => 'D',
            Self::Key => 'K',
            Self::Monitor => 'M',
            Self::Guard => 'G',
            Self::Escalate => 'E',
        }
    }

    /// The class of a letter.
    #[must_use]
    pub fn of(letter: char) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.letter() == letter)
    }
}

/// How one could come to know that it was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Noticed {
    /// The call itself is a management event.
    Call,
    /// Only a comparison of settings shows what changed.
    Drift,
    /// No management event tells of it.
    Silent,
    /// It takes effect long after the call.
    Late,
}

/// A type of resource that an action is authorised on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct On {
    /// Its name in the service's own list, such as `trail`.
    pub kind: String,
    /// Whether the action always needs one; others it takes only where the call names one.
    pub needed: bool,
}

/// One action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    /// As policies name it, such as `cloudtrail:StopLogging`.
    pub name: String,
    /// What it is authorised on; empty where only the resource `*` grants it.
    pub on: Vec<On>,
    /// What it does.
    pub classes: BTreeSet<Class>,
    /// How bad.
    pub severity: Severity,
    /// How one could come to know.
    pub noticed: BTreeSet<Noticed>,
    /// What it does to the evidence, a fragment that reads after the action's name and a colon.
    pub effect: String,
}

impl Action {
    /// The service's prefix.
    #[must_use]
    pub fn service(&self) -> &str {
        self.name.split_once(':').map_or("", |(service, _)| service)
    }

    /// Whether policies can grant it on `*` only.
    #[must_use]
    pub fn is_wildcard_only(&self) -> bool {
        self.on.is_empty()
    }

    /// Whether it is authorised on this type of its service's resources.
    #[must_use]
    pub fn is_on(&self, kind: &str) -> bool {
        self.on.iter().any(|on| on.kind == kind)
    }
}

/// The table.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Table {
    /// By name.
    actions: BTreeMap<String, Action>,
    /// By service and type, the form of the ARN.
    arns: BTreeMap<(String, String), String>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    #[expect(clippy::expect_used, reason = "the data is a part of the program, and tests read it")]
    read(include_str!("tamper/actions.toml")).expect("the table of tampering actions is sound")
});

impl Table {
    /// The table that the program was built with.
    #[must_use]
    pub fn shared() -> &'static Self {
        &TABLE
    }

    /// All actions, by name.
    pub fn actions(&self) -> impl Iterator<Item = &Action> {
        self.actions.values()
    }

    /// The action so named; names of actions ignore case.
    #[must_use]
    pub fn action(&self, name: &str) -> Option<&Action> {
        self.actions
            .get(name)
            .or_else(|| self.actions.values().find(|action| action.name.eq_ignore_ascii_case(name)))
    }

    /// The actions that are authorised on a type of a service's resources, by name.
    pub fn on<'t>(&'t self, service: &'t str, kind: &'t str) -> impl Iterator<Item = &'t Action> {
        self.actions.values().filter(move |a| a.service() == service && a.is_on(kind))
    }

    /// What the ARN of a type of resource looks like, with `{partition}`, `{region}`, `{account}`, `{name}` and `{part}` for
    /// what is to be filled in.
    #[must_use]
    pub fn arn(&self, service: &str, kind: &str) -> Option<&str> {
        self.arns.get(&(service.to_owned(), kind.to_owned())).map(String::as_str)
    }
}
