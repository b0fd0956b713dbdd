//! Who can do this to that: asked of the principals of one account after another, with the statements that decide.
//!
//! Where ways through other principals and accounts count, each account is shown three times: [`Asking::survey`], then
//! [`Asking::link`], then [`Asking::ask`].

mod answer;
mod object;
mod targets;
mod why;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

use trailproof_iam::NamedPolicy;

use crate::account::AccountView;
use crate::aws::AccountId;
use crate::evidence::{Cause, Gap, Observed};
use crate::fact::Fact;
use crate::likeness::nearest;
use crate::organization::{Member, Organization};
use crate::pattern;
use crate::policies::Resolved;
use crate::policy::Policy;
use crate::privilege::{
    Arrival, Can, Principal, Reach, Roll, StatementName, Target, reference, stance,
};
use crate::snapshot::Document;

pub use answer::{
    Answer, By, Change, Counts, Decision, Holder, Hop, HopStep, Open, Outcome, Power,
};
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
    /// Whether those count who come by it as another principal, or by changing what one may do.
    pub by_escalation: bool,
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
    /// What leads from account to account, as it is and as the question supposes.
    reach: [Reach; 2],
    concerned: BTreeSet<AccountId>,
    /// The accounts from which a concerned one can be entered.
    leading: Option<BTreeSet<AccountId>>,
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
            reach: <[Reach; 2]>::default(),
            concerned: BTreeSet::new(),
            leading: None,
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

    /// Takes up by whom the account that the document is about can be entered.
    pub fn survey(&mut self, document: &Document) {
        let Some(member) = self.member(document.account) else { return };
        let organization = self.organization;
        let concerns = |(object, actions): &(&Object, Vec<String>)| {
            !matches!(concern((object, actions), document.account, organization), Ok(None))
        };
        if self.objects.iter().any(concerns) {
            self.concerned.insert(document.account);
        }
        let cell = OnceLock::new();
        let view = AccountView { member, organization, document, roll: &cell };
        // What cannot be read is told of where it is asked.
        let Ok(roll) = Roll::read(&view, self.actions_of_all()) else { return };
        self.reach[0].survey(&roll);
        if self.question.supposes() {
            let roll = self.supposing(document.account, roll);
            self.reach[1].survey(&roll);
        }
    }

    /// Takes up what lies behind the roles of the account that the document is about.
    pub fn link(&mut self, document: &Document) {
        let account = document.account;
        if !self.leads(account) {
            return;
        }
        let Some(member) = self.member(account) else { return };
        let organization = self.organization;
        let cell = OnceLock::new();
        let view = AccountView { member, organization, document, roll: &cell };
        let concerned = self.concern(account);
        let (policy, ..) = self.policies.of(account);
        let stance = stance(organization, account);
        let read = || Roll::read(&view, self.actions_of_all());
        let Ok(roll) = read() else { return };
        let supposed = self.question.supposes().then(read).and_then(Result::ok);
        let mut targets = self.targets(&view, (&roll, policy), &concerned);
        self.reach[0].link(&roll, &targets, &stance);
        if let Some(roll) = supposed {
            let roll = self.supposing(account, roll);
            self.leave_out(&mut targets);
            self.reach[1].link(&roll, &targets, &stance);
        }
    }

    fn member(&self, account: AccountId) -> Option<&'a Member> {
        let member = self.organization.members.get(&account)?;
        (member.is_judged() && member.session.is_ok()).then_some(member)
    }

    fn leads(&mut self, account: AccountId) -> bool {
        if self.leading.is_none() {
            let all = self.organization.members.keys().copied().collect();
            let management = self.organization.management().ok().flatten();
            let mut leading = BTreeSet::new();
            for reach in &self.reach {
                leading.extend(reach.leading_to(&self.concerned, &all, management));
            }
            self.leading = Some(leading);
        }
        self.leading.as_ref().is_some_and(|leading| leading.contains(&account))
    }

    fn actions_of_all(&self) -> BTreeSet<String> {
        self.objects.iter().flat_map(|(_, actions)| actions).cloned().collect()
    }

    fn concern(&mut self, account: AccountId) -> Vec<(usize, Concern)> {
        let mut concerned = Vec::new();
        for (at, (object, actions)) in self.objects.iter().enumerate() {
            match concern((object, actions), account, self.organization) {
                Ok(None) => {}
                Ok(Some(concern)) => concerned.push((at, concern)),
                Err(gap) => self.answer.open(None, Some(&object.arn), &gap),
            }
        }
        concerned
    }

    fn leave_out(&mut self, targets: &mut [Target]) {
        if let Some((name, _)) = &self.question.without {
            for target in targets {
                self.left_out |= target.leave_out(name);
            }
        }
    }

    /// Asks the principals of the account that the document is about, if it concerns them.
    pub fn ask(&mut self, document: &Document) {
        let account = document.account;
        let organization = self.organization;
        let Some(member) = self.member(account).filter(|_| self.wants(account)) else { return };
        let concerned = self.concern(account);
        self.asked.insert(account);
        let here = format!(":{account}:");
        let named = self.question.why.as_ref().is_some_and(|name| name.contains(&here));
        let leads = self.question.by_escalation && self.leads(account);
        if concerned.is_empty() && !named && !leads {
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
        let actions = self.actions_of_all();
        let read = || Roll::read(view, actions.iter().cloned());
        let roll = read()?;
        let targets = self.targets(view, (&roll, policy), concerned);
        self.answer.counts.accounts += 1;
        self.answer.counts.principals += roll.principals().len();
        let mut told = self.told((&roll, &targets), (view.id(), policy), 0);
        let mut last = (roll, targets);
        if self.question.supposes() {
            let roll = self.supposing(view.id(), read()?);
            let mut targets = self.targets(view, (&roll, policy), concerned);
            self.leave_out(&mut targets);
            let after = self.told((&roll, &targets), (view.id(), policy), 1);
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

    /// What everybody on a roll can do, as they are and on some way.
    fn told(
        &mut self,
        (roll, targets): (&Roll, &[Target]),
        (account, policy): (AccountId, &Policy),
        supposed: usize,
    ) -> Vec<Holder> {
        let mut holders = told(roll, targets, (account, policy));
        if !self.question.by_escalation {
            return holders;
        }
        let stance = stance(self.organization, account);
        let Some(reach) = self.reach.get_mut(supposed) else { return holders };
        for arrival in reach.ask(roll, targets, &stance) {
            let Some(principal) = roll.principals().get(arrival.principal) else { continue };
            let at = holders.iter().position(|holder| holder.principal == principal.arn);
            let at = at.unwrap_or_else(|| {
                holders.push(holder(principal, (account, policy), Vec::new()));
                holders.len() - 1
            });
            if let Some(holder) = holders.get_mut(at) {
                arrive(&mut holder.powers, arrival);
            }
        }
        holders.sort_by(|one, other| one.principal.cmp(&other.principal));
        if !reach.is_complete() {
            let detail = "one can become more principals than are followed";
            let gap = Gap::new(Fact::AuthorizationDetails, Cause::Undecidable, detail);
            self.answer.open(Some(account), None, &gap);
        }
        holders
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
                path: Vec::new(),
                holder: principal.arn.clone(),
            })
        });
        Some(self::holder(principal, (account, policy), powers.collect()))
    });
    holders.filter(|holder| !holder.powers.is_empty()).collect()
}

fn holder(
    principal: &Principal,
    (account, policy): (AccountId, &Policy),
    powers: Vec<Power>,
) -> Holder {
    let mut approved = policy.approved_principals.iter();
    Holder {
        principal: principal.arn.clone(),
        account_id: account,
        approved: approved.any(|glob| pattern::matches(glob, &principal.arn)),
        assumable: !principal.is_beyond_reach,
        powers,
    }
}

/// Adds what is come by, unless it is had as surely.
fn arrive(powers: &mut Vec<Power>, arrival: Arrival) {
    let (decision, gap) = match &arrival.can {
        Can::Yes => (Decision::Yes, None),
        Can::If => (Decision::OnlyIf, None),
        Can::Unknown(gap) => (Decision::CannotTell, Some(Open::of(None, None, gap))),
    };
    let known = powers
        .iter()
        .position(|power| power.resource == arrival.resource && power.action == arrival.action);
    if known.is_some() && decision != Decision::Yes {
        return;
    }
    let power = Power {
        action: arrival.action,
        resource: arrival.resource,
        on: arrival.on,
        decision,
        by: None,
        pattern: String::new(),
        depends_on: if decision == Decision::OnlyIf { arrival.depends_on } else { Vec::new() },
        gap,
        path: arrival.path.iter().map(Hop::of).collect(),
        holder: arrival.holder,
    };
    match known.and_then(|at| powers.get_mut(at)) {
        Some(power) if power.decision == Decision::Yes => {}
        Some(known) => *known = power,
        None => powers.push(power),
    }
}
