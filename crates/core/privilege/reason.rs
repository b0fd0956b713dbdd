//! Why a principal can do something: the statements that decide.

use trailproof_iam::{
    Actions, Answer, Layer, Layers, NamedPolicy, Request, StatementRef, Verdict, evaluate,
};

use super::roll::{Held, Roll};
use super::targets::{Ask, Target};
use super::unread::Taken;
use super::who::policy;

/// Why a principal can do something.
#[derive(Debug, Clone, PartialEq)]
pub struct Reason {
    /// The whole answer: decision, keys on which it depends, what each layer says.
    pub answer: Answer,
    /// The statement that grants it, as far as one does.
    pub granted_by: Option<StatementRef>,
    /// What of that statement's actions matches, as written there: `cloudtrail:*`, or `NotAction iam:*`.
    pub pattern: String,
}

impl Reason {
    /// The policy and the statement in words.
    #[must_use]
    pub fn through(&self) -> String {
        self.granted_by.as_ref().map_or_else(|| "no single statement".into(), ToString::to_string)
    }
}

impl Roll {
    /// The exact answer for one principal and one ask, with the statements that decide. What was not read is taken to
    /// allow. None where there is no such principal or ask.
    #[must_use]
    pub fn why(&self, principal: usize, (target, ask): (&Target, usize)) -> Option<Reason> {
        let (principal, ask) = (self.principals.get(principal)?, target.asks.get(ask)?);
        let named = |held: &Held| {
            let found = held.id.and_then(|id| self.bulk.named(id));
            found.map_or_else(
                || Taken::Best.of_caller(),
                |policy| NamedPolicy::new(held.name.clone(), policy.document.clone()),
            )
        };
        let identity: Vec<_> = principal.own.iter().map(named).collect();
        let groups: Vec<_> = self.through_groups(principal).map(named).collect();
        let boundary = principal.boundary.as_ref().map(named);
        let policies = policy(target, Taken::Best).filter(|_| ask.on != "*");
        let owner = target.owner.as_ref().map(|owner| &*owner.most);
        let layers = Layers {
            identity: &identity,
            groups: &groups,
            boundary: boundary.as_ref(),
            session: None,
            scps: &self.scps.most,
            rcps: owner.map_or(&self.rcps.most, |owner| &owner.rcps),
            resource: policies.as_deref(),
            caller_in_management_account: self.management,
            resource_in_management_account: owner.map_or(self.management, |o| o.management),
            aws_managed_key: target.is_aws_managed_key,
        };
        let mut request = Request::new(principal.caller.clone(), &ask.action, &ask.on);
        request.context = self.circumstances.context.clone();
        let mut tag_keys = self.tag_keys.clone();
        policies.iter().flat_map(|list| list.iter()).for_each(|p| tag_keys.look(&p.document));
        let tags = principal.tags.as_ref().map(|tags| tag_keys.known(tags)).unwrap_or_default();
        for (key, known) in target.known.iter().chain(&tags) {
            request.context.set(key, known.clone());
        }
        request.resource_account = match owner {
            Some(owner) => Some(owner.account.clone()),
            None => principal.caller.account().map(str::to_owned),
        };
        let answer = evaluate(&request, &layers);
        let granted_by = granting(&answer);
        let documents =
            identity.iter().chain(&groups).chain(policies.iter().flat_map(|p| p.iter()));
        let pattern =
            granted_by.as_ref().map_or_else(String::new, |found| pattern(found, ask, documents));
        Some(Reason { answer, granted_by, pattern })
    }
}

/// The first statement that surely grants, or else the first that may: of the identity policies, then of the resource.
fn granting(answer: &Answer) -> Option<StatementRef> {
    let layers = || {
        let wanted = [Layer::Identity, Layer::Resource];
        wanted
            .into_iter()
            .filter_map(|wanted| answer.trace.layers.iter().find(|layer| layer.layer == wanted))
    };
    let by = |verdict: Verdict| {
        let mut statements = layers().filter(|layer| layer.verdict == verdict);
        statements.find_map(|layer| layer.statements.iter().find(|s| !s.denies).cloned())
    };
    by(Verdict::Allows).or_else(|| by(Verdict::MayAllow))
}

fn pattern<'p>(
    found: &StatementRef,
    ask: &Ask,
    mut policies: impl Iterator<Item = &'p NamedPolicy>,
) -> String {
    let policy = policies.find(|policy| policy.name == found.policy);
    let statement = policy.and_then(|policy| policy.document.statements.get(found.index));
    match statement.map(|statement| &statement.actions) {
        Some(Actions::Action(entries)) => {
            let one =
                |entry: &&String| Actions::Action(vec![(*entry).clone()]).matches(&ask.action);
            entries.iter().find(one).cloned().unwrap_or_default()
        }
        Some(Actions::NotAction(entries)) => format!("NotAction {}", entries.join(", ")),
        None => String::new(),
    }
}
