//! The answer to who can, in the form in which it is printed as JSON.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use trailproof_iam::StatementRef;
use trailproof_iam::escalation::{Told, ToldStep};

use super::why::Derivation;
use crate::aws::AccountId;
use crate::evidence::{Cause, Gap};
use crate::fact::Fact;

/// What nothing that is read tells of.
const NOT_EVALUATED: [&str; 8] = [
    "session policies and VPC endpoint policies",
    "permission sets of Identity Center that are not provisioned yet",
    "grants of KMS keys, access points and ACLs of S3, account-wide resource policies of CloudWatch Logs",
    "root users and service-linked roles",
    "what already runs as a role (functions, instances, stacks) and could be made to act for somebody",
    "principals outside the organization that a resource's policy lets in",
    "alarms, detectors and other watchers behind the log group and the topic",
    "service quotas, and what an action needs beside its own right",
];

/// The three answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Somebody who is not approved can, if only under conditions.
    Yes,
    /// Nobody beyond the approved can.
    No,
    /// It depends on what was not read.
    #[default]
    CannotTell,
}

/// Whether a principal can do one thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// Whatever the circumstances.
    Yes,
    /// Depending on keys of the request whose values are not known.
    OnlyIf,
    /// What would tell was not read.
    CannotTell,
}

/// The statement that grants.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct By {
    /// The policy's name.
    pub policy: String,
    /// The statement's place in it, counted from 0.
    pub statement: usize,
    /// Its own name, where it has one.
    pub sid: Option<String>,
}

impl By {
    pub(super) fn of(found: &StatementRef) -> Self {
        Self { policy: found.policy.to_string(), statement: found.index, sid: found.sid.clone() }
    }

    /// In words.
    #[must_use]
    pub fn label(&self) -> String {
        match &self.sid {
            Some(sid) => format!("{}: {sid}", self.policy),
            None => format!("{}: statement {}", self.policy, self.statement),
        }
    }
}

/// Something that was not read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Open {
    /// The account whose principals it leaves open, where it is one's.
    pub account_id: Option<AccountId>,
    /// The resource, where it is one's.
    pub resource: Option<String>,
    /// Why, from the closed list of reasons.
    pub cause: &'static str,
    /// In words.
    pub message: String,
}

impl Open {
    pub(super) fn of(account: Option<AccountId>, resource: Option<&str>, gap: &Gap) -> Self {
        Self {
            account_id: account,
            resource: resource.map(str::to_owned),
            cause: gap.cause.code(),
            message: gap.detail.clone(),
        }
    }
}

/// One thing that a principal can do, or may.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Power {
    /// The action.
    pub action: String,
    /// The resource's ARN.
    pub resource: String,
    /// The ARN that was tried: the resource, a part of it, or `*`.
    pub on: String,
    /// Whether it can.
    pub decision: Decision,
    /// The statement that grants it, as far as one does.
    pub by: Option<By>,
    /// What of that statement's actions matches.
    pub pattern: String,
    /// The keys on which it depends.
    pub depends_on: Vec<String>,
    /// What was not read.
    pub gap: Option<Open>,
    /// What is done first, in order, where the principal does not have it as it is.
    pub path: Vec<Hop>,
    /// As whom it is done in the end, by ARN; the principal itself where nothing is done first.
    pub holder: String,
}

/// One hop of a way to a power.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Hop {
    /// The way's name, such as `put-role-policy`.
    pub way: &'static str,
    /// As whom it is taken, by ARN.
    pub principal: String,
    /// What is done, in order.
    pub steps: Vec<HopStep>,
}

/// One step of a hop.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HopStep {
    /// The action.
    pub action: String,
    /// The ARN that it is done to.
    pub on: String,
    /// The statements that grant it.
    pub by: Vec<By>,
    /// The keys on which it depends.
    pub depends_on: Vec<String>,
}

impl Hop {
    pub(super) fn of(told: &Told) -> Self {
        let step = |step: &ToldStep| HopStep {
            action: step.action.clone(),
            on: step.resource.clone(),
            by: step.statements.iter().map(By::of).collect(),
            depends_on: step.depends_on.clone(),
        };
        let steps = told.steps.iter().map(step).collect();
        Self { way: told.way, principal: told.by.clone(), steps }
    }
}

/// A principal that can do something of what was asked, or may.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Holder {
    /// Its ARN.
    pub principal: String,
    /// Its account.
    pub account_id: AccountId,
    /// Whether the user approves of it.
    pub approved: bool,
    /// Whether anybody can become it.
    pub assumable: bool,
    /// What it can do.
    pub powers: Vec<Power>,
}

impl Holder {
    /// The surest of its answers; one that cannot be told outweighs one under conditions.
    fn decision(&self) -> Option<Decision> {
        let has = |wanted| self.powers.iter().any(|power| power.decision == wanted);
        let order = [Decision::Yes, Decision::OnlyIf, Decision::CannotTell];
        order.into_iter().find(|wanted| has(*wanted))
    }
}

/// What would be different for one principal.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Change {
    /// Its ARN.
    pub principal: String,
    /// The resource's ARN.
    pub resource: String,
    /// The action.
    pub action: String,
    /// Its answer now; none where it cannot.
    pub before: Option<Decision>,
    /// Its answer then.
    pub after: Option<Decision>,
}

/// How many there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Counts {
    /// The accounts whose principals were asked.
    pub accounts: usize,
    /// These principals.
    pub principals: usize,
    /// Of them, not approved: who can.
    pub yes: usize,
    /// Who can under conditions alone.
    pub only_if: usize,
    /// Of whom it cannot be told.
    pub cannot_tell: usize,
    /// The approved ones that can, or may.
    pub approved: usize,
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Answer {
    /// The answer in a word.
    pub can: Outcome,
    /// How many there are.
    pub counts: Counts,
    /// Who can, or may, by ARN.
    pub holders: Vec<Holder>,
    /// How one principal's answers come about, by its ARN, where that was asked.
    pub why: BTreeMap<String, Vec<Derivation>>,
    /// What would be different, where something was supposed.
    pub changes: BTreeSet<Change>,
    /// What was not read and leaves something open.
    pub open: BTreeSet<Open>,
    /// What there is to say beside.
    pub notes: Vec<String>,
    /// What nothing that is read tells of.
    pub not_evaluated: Vec<&'static str>,
}

impl Answer {
    pub(super) fn open(&mut self, account: Option<AccountId>, resource: Option<&str>, gap: &Gap) {
        self.open.insert(Open::of(account, resource, gap));
    }

    /// An account that is concerned and that the run does not hold.
    pub(super) fn unasked(&mut self, account: AccountId, gap: Option<&Gap>) {
        let detail = "the snapshot does not hold the account's principals";
        let missing = || Gap::new(Fact::AuthorizationDetails, Cause::NotAttempted, detail);
        let gap = gap.cloned().unwrap_or_else(missing);
        self.open(Some(account), None, &gap);
    }

    /// Accounts in which the supposed service control policy binds nobody.
    pub(super) fn unbound(&mut self, accounts: &BTreeSet<AccountId>) {
        self.notes.extend(accounts.iter().map(|account| {
            format!("service control policies bind nobody in {account}: it is the management account, or has none in force")
        }));
    }

    pub(super) fn changed(&mut self, before: &[Holder], after: &[Holder]) {
        type Rows<'h> = BTreeMap<(&'h str, &'h str, &'h str), Decision>;
        fn rows(holders: &[Holder]) -> Rows<'_> {
            let of = |holder| {
                let Holder { principal, powers, .. }: &Holder = holder;
                powers.iter().map(move |power| {
                    ((&**principal, &*power.resource, &*power.action), power.decision)
                })
            };
            holders.iter().flat_map(of).collect()
        }
        let (before, after) = (rows(before), rows(after));
        let keys: BTreeSet<_> = before.keys().chain(after.keys()).collect();
        for key in keys {
            let (was, will) = (before.get(key).copied(), after.get(key).copied());
            if was != will {
                let (principal, resource, action) = *key;
                self.changes.insert(Change {
                    principal: principal.to_owned(),
                    resource: resource.to_owned(),
                    action: action.to_owned(),
                    before: was,
                    after: will,
                });
            }
        }
    }

    /// Counts, and says the word: of everybody, or of those whose answers were to be derived.
    pub(super) fn finish(&mut self, of: Option<&BTreeSet<String>>) {
        self.holders.sort_by(|one, other| one.principal.cmp(&other.principal));
        self.not_evaluated = NOT_EVALUATED.to_vec();
        for holder in &self.holders {
            let count = match (holder.approved, holder.decision()) {
                (true, _) => &mut self.counts.approved,
                (_, Some(Decision::Yes)) => &mut self.counts.yes,
                (_, Some(Decision::OnlyIf)) => &mut self.counts.only_if,
                (_, Some(Decision::CannotTell) | None) => &mut self.counts.cannot_tell,
            };
            *count += 1;
        }
        let counted = |holder: &&Holder| match of {
            Some(names) => names.contains(&holder.principal),
            None => !holder.approved,
        };
        let mut decisions = self.holders.iter().filter(counted).filter_map(Holder::decision);
        let sure = |decision| matches!(decision, Decision::Yes | Decision::OnlyIf);
        let unread = match of {
            Some(names) => self.open.iter().any(|open| open.concerns(names)),
            None => !self.open.is_empty(),
        };
        self.can = if decisions.clone().any(sure) {
            Outcome::Yes
        } else if unread || decisions.next().is_some() {
            Outcome::CannotTell
        } else {
            Outcome::No
        };
    }
}

impl Open {
    /// Whether it bears on one of these principals.
    fn concerns(&self, names: &BTreeSet<String>) -> bool {
        names.is_empty()
            || self.account_id.is_none_or(|account| {
                let account = format!(":{account}:");
                names.iter().any(|name| name.contains(&account))
            })
    }
}
