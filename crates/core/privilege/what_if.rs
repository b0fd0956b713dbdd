//! What would be different: a roll without some statement, or under one more service control policy.

use std::sync::Arc;

use trailproof_iam::{Level, NamedPolicy, PolicyDocument};

use super::roll::{Held, Roll};
use super::targets::Target;
use super::unread::Taken;
use crate::aws::AccountId;

/// What stands before the name of an inline policy.
const INLINE: &str = "inline:";

/// A statement by its policy, and its Sid or its place there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatementName {
    policy: String,
    statement: String,
}

impl StatementName {
    /// Reads `POLICY#SID` or `POLICY#INDEX`. The policy is a managed policy's ARN, `inline:NAME` for the inline policies of
    /// that name, the id of a policy of the organization, or a resource's ARN for its own policy; the place counts from 0.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let (policy, statement) = text.rsplit_once('#')?;
        let given = !policy.is_empty() && !statement.is_empty();
        given.then(|| Self { policy: policy.to_owned(), statement: statement.to_owned() })
    }

    /// The document without it; none where it is another policy or has no such statement.
    fn left_out(&self, name: &str, document: &PolicyDocument) -> Option<PolicyDocument> {
        if self.policy != reference(name) {
            return None;
        }
        let named = |at: &usize| {
            let sid = document.statements.get(*at).and_then(|statement| statement.sid.as_ref());
            sid == Some(&self.statement)
        };
        let index = || self.statement.parse().ok().filter(|at| *at < document.statements.len());
        let gone = (0..document.statements.len()).find(named).or_else(index)?;
        let mut left = document.clone();
        left.statements.remove(gone);
        Some(left)
    }

    fn take_from(&self, policy: &mut NamedPolicy) -> bool {
        let left = self.left_out(&policy.name, &policy.document);
        left.map(|left| policy.document = Arc::new(left)).is_some()
    }

    fn take_from_levels(&self, levels: &mut [Level]) -> bool {
        let policies = levels.iter_mut().flat_map(|level| &mut level.policies);
        policies.fold(false, |found, policy| self.take_from(policy) | found)
    }
}

/// How [`StatementName`] calls a policy that an answer calls by this name.
#[must_use]
pub fn reference(name: &str) -> String {
    if let Some((inline, _)) = name.split_once(", inline in ") {
        return format!("{INLINE}{inline}");
    }
    if let Some(resource) = name.strip_prefix("the policy of ") {
        return resource.to_owned();
    }
    let id = name.strip_suffix(')').and_then(|name| name.rsplit_once(" ("));
    id.map_or(name, |(_, id)| id).to_owned()
}

impl Roll {
    /// Takes a statement out of every policy that it stands in. Whether there was one.
    pub fn leave_out(&mut self, name: &StatementName) -> bool {
        let bulk = &mut self.bulk;
        let mut found = false;
        let mut left = |held: &mut Held| {
            let document = held.id.and_then(|id| bulk.named(id)).map(|known| &known.document);
            let document = document.and_then(|document| name.left_out(&held.name, document));
            if let Some(document) = document {
                held.id = Some(bulk.add(NamedPolicy::new(held.name.clone(), document)));
                found = true;
            }
        };
        for principal in &mut self.principals {
            principal.own.iter_mut().chain(&mut principal.boundary).for_each(&mut left);
        }
        self.groups.iter_mut().flat_map(|group| &mut group.held).for_each(&mut left);
        let paths = [&mut self.scps, &mut self.rcps];
        paths.into_iter().fold(found, |found, path| {
            name.take_from_levels(&mut path.most) | name.take_from_levels(&mut path.least) | found
        })
    }

    /// Attaches one more service control policy to the account. Whether it binds anybody there: in the management account,
    /// and where no policies of the kind are in force, it does not.
    pub fn add_scp(&mut self, account: AccountId, policy: &NamedPolicy) -> bool {
        if self.management || (self.scps.most.is_empty() && self.scps.gap.is_none()) {
            return false;
        }
        let own = |level: &&mut Level| *level.name == *account.as_str();
        for (levels, taken) in
            [(&mut self.scps.most, Taken::Best), (&mut self.scps.least, Taken::Worst)]
        {
            match levels.iter_mut().find(own) {
                Some(level) => level.policies.push(policy.clone()),
                // What else is attached there was not read.
                None => levels.push(Level {
                    name: account.as_str().into(),
                    policies: vec![taken.of_caller(), policy.clone()],
                }),
            }
        }
        self.tag_keys.look(&policy.document);
        true
    }

    /// Every policy on it by name, those of the organization too.
    pub fn named_policies(&self) -> impl Iterator<Item = (&str, &PolicyDocument)> {
        let held = self.held().filter_map(|held| {
            let policy = self.bulk.named(held.id?)?;
            Some((&*held.name, &*policy.document))
        });
        let levels = self.scps.most.iter().chain(&self.rcps.most);
        let above = levels.flat_map(|level| &level.policies);
        held.chain(above.map(|policy| (&*policy.name, &*policy.document)))
    }
}

impl Target {
    /// Takes a statement out of the resource's own policy, and of what binds its owner. Whether there was one.
    pub fn leave_out(&mut self, name: &StatementName) -> bool {
        let own = match &mut self.policy {
            Ok(Some(policy)) => name.take_from(policy),
            Ok(None) | Err(_) => false,
        };
        self.owner.as_mut().map_or(own, |owner| {
            let most = name.take_from_levels(&mut Arc::make_mut(&mut owner.most).rcps);
            name.take_from_levels(&mut Arc::make_mut(&mut owner.least).rcps) | most | own
        })
    }
}
