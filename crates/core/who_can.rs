//! Who can do this to that: asked of the principals of one account after another, with the statements that decide.

mod answer;
mod object;
mod targets;
mod why;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

use trailproof_iam::NamedPolicy;

use crate::account::AccountView;
use crate::aws::AccountId;
use crate::evidence::{Gap, Observed};
use crate::likeness::nearest;
use crate::organization::Organization;
use crate::pattern;
use crate::policies::Resolved;
use crate::policy::Policy;
use crate::privilege::{Can, Roll, StatementName, Target, reference};
use crate::snapshot::Document;

pub use answer::{Answer, By, Change, Counts, Decision, Holder, Open, Outcome, Power};
pub use object::{Object, Wanted, resolve};
pub use why::{Derivation, Said};

use targets::{Concern, concern, target};

/// What is asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    /// What would be done.
    pub wanted: Wanted,
    /// To what.
    pub objects: Vec<Object>,
    /// By whom: the principals of this account alone, where one is named.
    pub account: Option<AccountId>,
    /// The principal whose answers are to be derived, by ARN or as `role/NAME`.
    pub why: Option<String>,
    /// A statement to leave out, and how it was written.
    pub without: Option<(StatementName, String)>,
    /// A service control policy to add to each account.
    pub with_scp: Option<NamedPolicy>,
}

impl Question {
    fn supposes(&self) -> bool {
        self.without.is_some() || self.with_scp.is_some()
    }
}

/// Puts a question to the principals of one account after another.
#[derive(Debug)]
pub struct Asking<'a> {
    organization: &'a Organization,
    question: &'a Question,
    policies: &'a Resolved,
    /// Each resource with the actions that are asked about it.
    objects: Vec<(&'a Object, Vec<String>)>,
    answer: Answer,
    asked: BTreeSet<AccountId>,
    /// What the statement to leave out could be called, where none was found.
    statements: BTreeSet<String>,
    left_out: bool,
    unbound: BTreeSet<AccountId>,
    /// Those on the rolls, where one was looked for.
    names: BTreeSet<String>,
}

impl<'a> Asking<'a> {
    /// Nobody asked yet.
    #[must_use]
    pub fn new(
        organization: &'a Organization,
        question: &'a Question,
        policies: &'a Resolved,
    ) -> Self {
        let objects = question
            .objects
            .iter()
            .map(|object| (object, object.actions(&question.wanted, organization)));
        Self {
            organization,
            question,
            policies,
            objects: objects.filter(|(_, actions)| !actions.is_empty()).collect(),
            answer: Answer::default(),
            asked: BTreeSet::new(),
            statements: BTreeSet::new(),
            left_out: false,
            unbound: BTreeSet::new(),
            names: BTreeSet::new(),
        }
    }

    /// The actions and the resources that they are asked about; empty where none fits any.
    #[must_use]
    pub fn actions(&self) -> BTreeMap<&str, &[String]> {
        self.objects.iter().map(|(object, actions)| (object.arn.as_str(), &actions[..])).collect()
    }

    fn wants(&self, account: AccountId) -> bool {
        self.question.account.is_none_or(|only| only == account)
    }

    /// Asks the principals of the account that the document is about, if it concerns them.
    pub fn ask(&mut self, document: &Document) {
        let account = document.account;
        let organization = self.organization;
        let Some(member) = organization.members.get(&account) else { return };
        if !self.wants(account) || !member.is_judged() || member.session.is_err() {
            return;
        }
        let mut concerned = Vec::new();
        for (at, (object, actions)) in self.objects.iter().enumerate() {
            match concern((object, actions), account, organization) {
                Ok(None) => {}
                Ok(Some(concern)) => concerned.push((at, concern)),
                Err(gap) => self.answer.open(None, Some(&object.arn), &gap),
            }
        }
        self.asked.insert(account);
        let here = format!(":{account}:");
        let named = self.question.why.as_ref().is_some_and(|name| name.contains(&here));
        if concerned.is_empty() && !named {
            return;
        }
        let cell = OnceLock::new();
        let view = AccountView { member, organization, document, roll: &cell };
        if let Err(gap) = self.ask_view(&view, &concerned) {
            self.answer.open(Some(account), None, &gap);
        }
    }

    fn ask_view(&mut self, view: &AccountView<'_>, concerned: &[(usize, Concern)]) -> Observed<()> {
        let (policy, ..) = self.policies.of(view.id());
        let actions: BTreeSet<String> =
            self.objects.iter().flat_map(|(_, actions)| actions).cloned().collect();
        let read = || Roll::read(view, actions.iter().cloned());
        let roll = read()?;
        let targets = self.targets(view, (&roll, policy), concerned);
        self.answer.counts.accounts += 1;
        self.answer.counts.principals += roll.principals().len();
        let mut told = told(&roll, &targets, (view.id(), policy));
        let mut last = (roll, targets);
        if self.question.supposes() {
            let roll = self.supposing(view.id(), read()?);
            let mut targets = self.targets(view, (&roll, policy), concerned);
            if let Some((name, _)) = &self.question.without {
                for target in &mut targets {
                    self.left_out |= target.leave_out(name);
                }
            }
            let after = self::told(&roll, &targets, (view.id(), policy));
            self.answer.changed(&told, &after);
            told = after;
            last = (roll, targets);
        }
        for target in &last.1 {
            if let Some(gap) = &target.incomplete {
                self.answer.open(Some(view.id()), Some(&target.resource), gap);
            }
        }
        self.derive(&last.0, &last.1);
        self.answer.holders.extend(told);
        Ok(())
    }

    fn targets(
        &mut self,
        view: &AccountView<'_>,
        (roll, policy): (&Roll, &Policy),
        concerned: &[(usize, Concern)],
    ) -> Vec<Target> {
        let mut targets = Vec::new();
        for (at, concern) in concerned {
            let Some((object, actions)) = self.objects.get(*at) else { continue };
            match target((object, actions), concern, (view, roll, policy)) {
                Ok(target) => targets.extend(target),
                Err(gap) => self.answer.open(Some(view.id()), Some(&object.arn), &gap),
            }
        }
        targets
    }

    /// The roll as the question supposes it.
    fn supposing(&mut self, account: AccountId, mut roll: Roll) -> Roll {
        if let Some((name, _)) = &self.question.without {
            for (policy, document) in roll.named_policies() {
                let label = |at: usize, sid: &Option<String>| match sid {
                    Some(sid) => format!("{}#{sid}", reference(policy)),
                    None => format!("{}#{at}", reference(policy)),
                };
                let statements = document.statements.iter().enumerate();
                self.statements.extend(statements.map(|(at, one)| label(at, &one.sid)));
            }
            self.left_out |= roll.leave_out(name);
        }
        if let Some(policy) = &self.question.with_scp
            && !roll.add_scp(account, policy)
        {
            self.unbound.insert(account);
        }
        roll
    }

    fn derive(&mut self, roll: &Roll, targets: &[Target]) {
        let Some(name) = &self.question.why else { return };
        for (at, principal) in roll.principals().iter().enumerate() {
            self.names.insert(principal.arn.clone());
            if principal.arn == *name || principal.short() == name {
                let derived = why::derive((roll, at), targets);
                self.answer.why.entry(principal.arn.clone()).or_default().extend(derived);
            }
        }
    }

    /// The whole answer.
    ///
    /// # Errors
    /// A name in the question that names nothing, with what may be meant.
    pub fn answer(mut self) -> Result<Answer, String> {
        for (account, member) in &self.organization.members {
            if self.asked.contains(account) || !self.wants(*account) || !member.state.is_active() {
                continue;
            }
            for (object, actions) in &self.objects {
                match concern((object, actions), *account, self.organization) {
                    Ok(None) => {}
                    Ok(Some(_)) => {
                        let gap = member.session.as_ref().err().map(|gap| (**gap).clone());
                        self.answer.unasked(*account, gap.as_ref());
                    }
                    Err(gap) => self.answer.open(None, Some(&object.arn), &gap),
                }
            }
        }
        if let Some((_, written)) = self.question.without.as_ref().filter(|_| !self.left_out) {
            return Err(missing("--without", written, &self.statements));
        }
        if let Some(name) = self.question.why.as_ref().filter(|_| self.answer.why.is_empty()) {
            let unread = self.answer.open.iter().any(|open| open.account_id.is_some());
            if !unread || !self.names.is_empty() {
                return Err(missing("--why", name, &self.names));
            }
        }
        let why = self.question.why.is_some().then(|| self.answer.why.keys().cloned().collect());
        self.answer.unbound(&self.unbound);
        self.answer.finish(why.as_ref());
        Ok(self.answer)
    }
}

fn missing(flag: &str, name: &str, names: &BTreeSet<String>) -> String {
    let hint = nearest(name, names.iter().map(String::as_str));
    let hint = hint.map(|near| format!("; did you mean {near}?")).unwrap_or_default();
    format!("{flag}: nothing that bears on the question is called {name:?}{hint}")
}

/// What everybody on a roll can do.
fn told(roll: &Roll, targets: &[Target], (account, policy): (AccountId, &Policy)) -> Vec<Holder> {
    let holders = roll.who_can(targets).into_iter().filter_map(|holder| {
        let principal = roll.principals().get(holder.principal)?;
        let approved = &policy.approved_principals;
        let powers = holder.powers.iter().filter_map(|power| {
            let target = targets.get(power.target)?;
            let ask = target.asks.get(power.ask)?;
            let reason = roll.why(holder.principal, (target, power.ask))?;
            let (decision, gap): (_, Option<&Arc<Gap>>) = match &power.can {
                Can::Yes => (Decision::Yes, None),
                Can::If => (Decision::OnlyIf, None),
                Can::Unknown(gap) => (Decision::CannotTell, Some(gap)),
            };
            Some(Power {
                action: ask.action.clone(),
                resource: target.resource.clone(),
                on: ask.on.clone(),
                decision,
                by: reason.granted_by.as_ref().map(By::of),
                pattern: reason.pattern,
                depends_on: match decision {
                    Decision::OnlyIf => reason.answer.depends_on,
                    Decision::Yes | Decision::CannotTell => Vec::new(),
                },
                gap: gap.map(|gap| Open::of(None, None, gap)),
            })
        });
        Some(Holder {
            principal: principal.arn.clone(),
            account_id: account,
            approved: approved.iter().any(|glob| pattern::matches(glob, &principal.arn)),
            assumable: !principal.is_beyond_reach,
            powers: powers.collect(),
        })
    });
    holders.filter(|holder| !holder.powers.is_empty()).collect()
}
