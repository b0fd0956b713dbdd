//! Many principals, the same questions: who of an account may do what, by sets of bits.
//!
//! [`Bulk`] holds each distinct policy once and knows which of its statements speak of which action. An [`Account`] asks a
//! fixed list of questions (an action on a resource, each); what a policy says to all of them is worked out once, for all
//! principals that have the policy. Principals with the same policies get the same answers; what depends on who they are
//! is looked at one by one; and where the bits leave open how unknown circumstances bear on each other, the exact
//! evaluator is asked. The decisions are those of the exact evaluator, always.
//!
//! ```
//! use trailproof_iam::bulk::{Asker, Bulk, Question, Setup};
//! use trailproof_iam::{Context, Decision};
//!
//! let mut bulk = Bulk::new(["cloudtrail:StopLogging"]);
//! let admin = bulk.policy(
//!     "AdministratorAccess",
//!     r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#,
//! )?;
//! let trail = "arn:aws:cloudtrail:eu-west-1:111111111111:trail/main";
//! let mut account = bulk.account(Setup {
//!     questions: vec![Question::new(0, trail)],
//!     context: Context::discovery(),
//!     ..Setup::default()
//! });
//! let alice = Asker::new("arn:aws:iam::111111111111:user/alice".parse()?).having([admin]);
//! assert_eq!(account.decide(&alice).get(0), Some(Decision::Allowed));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod account;
mod class;
mod combine;
mod compile;
mod home;
mod layer;
mod open;
#[cfg(test)]
mod tests;
mod view;

use std::collections::BTreeMap;
use std::sync::Arc;

use fixedbitset::FixedBitSet;

use crate::answer::Decision;
use crate::caller::Caller;
use crate::context::{Context, Known};
use crate::document::PolicyDocument;
use crate::error::ParseError;
use crate::layers::{Level, NamedPolicy};

pub use account::{Account, Work};
pub(crate) use compile::keys_of;

/// Each distinct policy once, with the actions of which its statements speak.
#[derive(Debug, Clone, Default)]
pub struct Bulk {
    actions: Vec<String>,
    policies: Vec<Interned>,
    by_text: BTreeMap<Arc<str>, PolicyId>,
    /// Further names of a text, by the policy that was the first to have it.
    by_name: BTreeMap<(PolicyId, Arc<str>), PolicyId>,
}

/// A policy that a [`Bulk`] holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct PolicyId(u32);

/// How many policies a [`Bulk`] held at some time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark(usize);

#[derive(Debug, Clone)]
struct Interned {
    policy: NamedPolicy,
    text: Option<Arc<str>>,
    /// The first policy that says the same; itself, where it was the first.
    same_as: PolicyId,
    /// By statement, which of the actions it speaks of.
    speaks_of: Vec<FixedBitSet>,
}

impl Bulk {
    /// No policies yet, and the actions that questions will be about.
    #[must_use]
    pub fn new<T: Into<String>>(actions: impl IntoIterator<Item = T>) -> Self {
        let actions = actions.into_iter().map(Into::into).collect();
        Self { actions, ..Self::default() }
    }

    /// The actions that questions are about.
    #[must_use]
    pub fn actions(&self) -> &[String] {
        &self.actions
    }

    /// The policy of this name and text. A text that was given before is not read again, and those who have it by whatever
    /// name are alike; answers cite it by the name that was given.
    ///
    /// # Errors
    /// As [`PolicyDocument::parse`].
    pub fn policy(&mut self, name: &str, text: &str) -> Result<PolicyId, ParseError> {
        let first = self.by_text.get(text).copied();
        let Some(first) = first.filter(|id| self.interned(*id).is_some()) else {
            let policy = NamedPolicy::new(name, PolicyDocument::parse(text)?);
            let text: Arc<str> = text.into();
            let id = self.insert(policy, Some(text.clone()));
            self.by_text.insert(text, id);
            return Ok(id);
        };
        Ok(self.renamed(first, name))
    }

    /// The same policy by another name, by which answers cite it; those who have it by whatever name are alike.
    pub fn renamed(&mut self, id: PolicyId, name: &str) -> PolicyId {
        let Some(known) = self.interned(id) else { return id };
        if known.policy.name.as_ref() == name {
            return id;
        }
        let first = known.same_as;
        let policy = NamedPolicy::new(name, known.policy.document.clone());
        let key = (first, policy.name.clone());
        if let Some(id) = self.by_name.get(&key) {
            return *id;
        }
        let id = self.next_id();
        self.policies.push(Interned { policy, text: None, same_as: first, speaks_of: Vec::new() });
        self.by_name.insert(key, id);
        id
    }

    /// A policy that was read already. Equal ones are not looked for: keep the id.
    pub fn add(&mut self, policy: NamedPolicy) -> PolicyId {
        self.insert(policy, None)
    }

    fn insert(&mut self, policy: NamedPolicy, text: Option<Arc<str>>) -> PolicyId {
        let speaks_of = policy.document.statements.iter().map(|statement| {
            let spoken = self.actions.iter().enumerate();
            spoken.filter(|(_, name)| statement.actions.matches(name)).map(|(at, _)| at).collect()
        });
        let speaks_of = speaks_of.collect();
        let id = self.next_id();
        self.policies.push(Interned { policy, text, same_as: id, speaks_of });
        id
    }

    fn next_id(&self) -> PolicyId {
        PolicyId(u32::try_from(self.policies.len()).unwrap_or(u32::MAX))
    }

    /// The first policy that says the same.
    fn same_as(&self, id: PolicyId) -> PolicyId {
        self.interned(id).map_or(id, |interned| interned.same_as)
    }

    /// The policy behind an id; `None` for one that was let go.
    #[must_use]
    pub fn named(&self, id: PolicyId) -> Option<&NamedPolicy> {
        self.interned(id).map(|interned| &interned.policy)
    }

    fn interned(&self, id: PolicyId) -> Option<&Interned> {
        self.policies.get(id.0 as usize)
    }

    /// What it holds now. Policies that many accounts share come before the first mark, those of one account behind it.
    #[must_use]
    pub fn mark(&self) -> Mark {
        Mark(self.policies.len())
    }

    /// Lets go of every policy that came after a mark; their ids mean nothing from then on.
    pub fn release(&mut self, mark: Mark) {
        for gone in self.policies.drain(mark.0.min(self.policies.len())..) {
            self.by_name.remove(&(gone.same_as, gone.policy.name));
            if let Some(text) = gone.text {
                self.by_text.remove(&text);
            }
        }
    }

    /// Asks the principals of an account.
    #[must_use]
    pub fn account(&self, setup: Setup) -> Account<'_> {
        Account::new(self, setup)
    }
}

/// One question: whether an action may be done to a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// The action's place in the list of [`Bulk::actions`].
    pub action: usize,
    /// The resource's ARN; `*` where the action has none.
    pub resource: Arc<str>,
    /// Whether the action has no type of resource.
    pub wildcard_only: bool,
    /// Who owns the resource; `None` for the principals' own account.
    pub owner: Option<Arc<Owner>>,
    /// The resource's own policies; `None` where none exists.
    pub policies: Option<Arc<[NamedPolicy]>>,
    /// The resource is a KMS key that AWS manages.
    pub aws_managed_key: bool,
    /// What is known of the circumstances beside what the account's context says, such as the resource's tags.
    pub known: Vec<(String, Known)>,
}

impl Question {
    /// A question about a resource of the principals' own account that has no policy of its own.
    #[must_use]
    pub fn new(action: usize, resource: &str) -> Self {
        Self {
            action,
            resource: resource.into(),
            wildcard_only: resource == "*",
            owner: None,
            policies: None,
            aws_managed_key: false,
            known: Vec::new(),
        }
    }
}

/// Another account that owns what is asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    /// The account's id.
    pub account: String,
    /// The resource control policies on the path to it, root first.
    pub rcps: Vec<Level>,
    /// Whether it is the management account.
    pub management: bool,
}

/// An account and what its principals are asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setup {
    /// The questions; an answer has the place of its question.
    pub questions: Vec<Question>,
    /// The service control policies on the path to the account, root first; empty where there are none.
    pub scps: Vec<Level>,
    /// The resource control policies on that path.
    pub rcps: Vec<Level>,
    /// Whether it is the management account.
    pub management: bool,
    /// What is known of the circumstances, whoever asks whatever.
    pub context: Context,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            questions: Vec::new(),
            scps: Vec::new(),
            rcps: Vec::new(),
            management: false,
            context: Context::strict(),
        }
    }
}

/// A principal who is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asker {
    /// Who it is.
    pub caller: Caller,
    /// Its own identity policies.
    pub identity: Vec<PolicyId>,
    /// Those of its groups.
    pub groups: Vec<PolicyId>,
    /// Its permission boundary.
    pub boundary: Option<PolicyId>,
    /// What is known of it beside what its ARN tells: `aws:PrincipalTag/…`.
    pub known: Vec<(String, Known)>,
}

impl Asker {
    /// A principal without any policy.
    #[must_use]
    pub const fn new(caller: Caller) -> Self {
        Self { caller, identity: Vec::new(), groups: Vec::new(), boundary: None, known: Vec::new() }
    }

    /// The same principal with these identity policies.
    #[must_use]
    pub fn having(self, identity: impl IntoIterator<Item = PolicyId>) -> Self {
        Self { identity: identity.into_iter().collect(), ..self }
    }

    /// The same principal within this boundary.
    #[must_use]
    pub fn within(self, boundary: PolicyId) -> Self {
        Self { boundary: Some(boundary), ..self }
    }
}

/// The decisions on all questions.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Decisions {
    len: usize,
    allowed: FixedBitSet,
    conditional: FixedBitSet,
    explicit: FixedBitSet,
}

impl Decisions {
    fn new(len: usize) -> Self {
        let none = || FixedBitSet::with_capacity(len);
        Self { len, allowed: none(), conditional: none(), explicit: none() }
    }

    fn set(&mut self, at: usize, decision: Decision) {
        match decision {
            Decision::Allowed => self.allowed.insert(at),
            Decision::Conditional => self.conditional.insert(at),
            Decision::ExplicitlyDenied => self.explicit.insert(at),
            Decision::ImplicitlyDenied => {}
        }
    }

    /// How many questions there were.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether there was no question.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The decision on a question.
    #[must_use]
    pub fn get(&self, question: usize) -> Option<Decision> {
        let is = |set: &FixedBitSet| set.contains(question);
        (question < self.len).then(|| match () {
            () if is(&self.allowed) => Decision::Allowed,
            () if is(&self.conditional) => Decision::Conditional,
            () if is(&self.explicit) => Decision::ExplicitlyDenied,
            () => Decision::ImplicitlyDenied,
        })
    }

    /// The questions to which the answer is yes, whatever the circumstances, ascending.
    pub fn allowed(&self) -> impl Iterator<Item = usize> {
        self.allowed.ones()
    }

    /// The questions to which the answer is yes, or yes in some circumstances, ascending.
    pub fn possible(&self) -> impl Iterator<Item = usize> {
        let mut possible = self.allowed.clone();
        possible.union_with(&self.conditional);
        possible.into_ones()
    }

    /// Whether the answer can be yes.
    #[must_use]
    pub fn is_possible(&self, question: usize) -> bool {
        self.allowed.contains(question) || self.conditional.contains(question)
    }
}
