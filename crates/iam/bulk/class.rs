//! What sets principals apart: those in whom it is the same get the same answers.

use super::PolicyId;
use super::layer::Said;
use crate::caller::CallerKind;
use crate::evaluate::principal::Reach;
use crate::evaluate::truth::Truth;

/// All that the answers of an account depend on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Class {
    pub(super) kind: CallerKind,
    pub(super) service_linked: bool,
    /// Sorted, those of groups among them.
    pub(super) identity: Vec<PolicyId>,
    pub(super) boundary: Option<PolicyId>,
    /// How each statement that looks at who asks turns out, in a fixed order.
    pub(super) turns_out: Vec<Turned>,
    /// What else of who asks bears on something that is not decided; absent where nothing does.
    pub(super) open: Option<String>,
}

/// How a statement that looks at who asks turns out.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Turned {
    /// How far its personal conditions hold.
    pub(super) conditions: Truth,
    /// To which questions it matches, where that had to be asked one by one.
    pub(super) whole: Option<Said>,
    /// By its own name, through the role or user behind it, by the account.
    pub(super) reach: (Truth, Truth, Truth),
}

impl Turned {
    pub(super) const fn of(reach: Reach) -> Self {
        Self {
            conditions: Truth::True,
            whole: None,
            reach: (reach.direct, reach.through, reach.account),
        }
    }

    pub(super) fn named(&self) -> Truth {
        self.reach.0.or(self.reach.1).or(self.reach.2)
    }

    /// The truths by which it names the caller, as a number.
    pub(super) const fn reach_code(&self) -> u64 {
        let (direct, through, account) = self.reach;
        1 + direct as u64 + 3 * (through as u64) + 9 * (account as u64)
    }

    /// Whether nothing of it is left open.
    pub(super) fn is_definite(&self) -> bool {
        let (direct, through, account) = self.reach;
        let truths = [self.conditions, direct, through, account];
        !truths.contains(&Truth::Unknown) && self.whole.as_ref().is_none_or(Said::is_definite)
    }
}
