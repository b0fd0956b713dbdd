//! Each way, taken and barred; chains, cycles, and what holds after an escalation.

mod chains;
mod each_way;
mod random;

use super::*;
use crate::bulk::{Bulk, PolicyId, Question};
use crate::{Caller, Context, Level, NamedPolicy, PolicyDocument};

const ACCOUNT: &str = "111111111111";
const STOP: &str = "cloudtrail:StopLogging";
const FULL: &str = r#"{"Effect":"Allow","Action":"*","Resource":"*"}"#;

fn document(statements: &str) -> String {
    format!(r#"{{"Version":"2012-10-17","Statement":[{statements}]}}"#)
}

fn allow(actions: &[&str]) -> String {
    let actions: Vec<_> = actions.iter().map(|action| format!(r#""{action}""#)).collect();
    format!(r#"{{"Effect":"Allow","Action":[{}],"Resource":"*"}}"#, actions.join(","))
}

fn deny(action: &str) -> String {
    format!(r#"{{"Effect":"Deny","Action":"{action}","Resource":"*"}}"#)
}

fn trust(principal: &str) -> String {
    format!(r#"{{"Effect":"Allow","Principal":{principal},"Action":"sts:AssumeRole"}}"#)
}

fn named(name: &str, statements: &str) -> NamedPolicy {
    NamedPolicy::new(name, PolicyDocument::parse(&document(statements)).unwrap())
}

/// An account under test; the power is to stop its trail.
struct Lab {
    bulk: Bulk,
    escalation: Escalation,
    facts: Facts,
}

impl Lab {
    fn new() -> Self {
        Self::of(ACCOUNT)
    }

    fn of(account: &str) -> Self {
        let doors = [
            "s3:DeleteObject",
            "kms:DisableKey",
            "kms:RetireGrant",
            "sqs:DeleteQueue",
            "sns:DeleteTopic",
            "lambda:DeleteFunction",
            "events:PutTargets",
        ];
        let mut actions: Vec<_> = [STOP].into_iter().chain(doors).chain(super::actions()).collect();
        actions.sort_unstable();
        actions.dedup();
        let mut bulk = Bulk::new(actions);
        let escalation = Escalation::new(&mut bulk).unwrap();
        let mut facts = Facts::new(account);
        facts.context = Context::discovery().with("aws:PrincipalOrgID", ["o-1"]);
        let mut lab = Self { bulk, escalation, facts };
        let trail = format!("arn:aws:cloudtrail:eu-west-1:{account}:trail/main");
        lab.power(STOP, &trail);
        lab
    }

    fn power(&mut self, action: &str, resource: &str) -> usize {
        let place = self.bulk.actions().iter().position(|known| known == action).unwrap();
        self.facts.powers.push(Question::new(place, resource));
        self.facts.powers.len() - 1
    }

    fn policy(&mut self, statements: &str) -> PolicyId {
        self.bulk.policy("policy", &document(statements)).unwrap()
    }

    fn arn(&self, resource: &str) -> String {
        format!("arn:aws:iam::{}:{resource}", self.facts.account)
    }

    fn add(&mut self, resource: &str, statements: &str) -> usize {
        let caller: Caller = self.arn(resource).parse().unwrap();
        let mut entity = Entity::new(caller);
        if !statements.is_empty() {
            entity.inline.push(self.policy(statements));
        }
        self.facts.entities.push(entity);
        self.facts.entities.len() - 1
    }

    fn role(&mut self, name: &str, statements: &str, trusted: &str) -> usize {
        let place = self.add(&format!("role/{name}"), statements);
        self.facts.entities[place].trust = Some(named("trust", trusted));
        place
    }

    fn bound(&mut self, entity: usize, statements: &str) {
        let id = self.policy(statements);
        let arn = self.arn("policy/boundary");
        self.facts.entities[entity].boundary = Some((arn, id));
    }

    fn scp(&mut self, statements: &str) {
        let policies = vec![named("FullAWSAccess", FULL), named("guard", statements)];
        self.facts.scps.push(Level { name: "r-root".into(), policies });
    }

    /// What a principal comes by and the names of the ways to it.
    fn from(&self, entity: usize) -> Vec<(What, Vec<Told>)> {
        let mut graph = self.escalation.graph(&self.bulk, &self.facts, &[]);
        let found = graph.from(entity);
        let told = |reached: Reached| {
            (reached.what, reached.path.iter().map(|hop| graph.tell(hop).unwrap()).collect())
        };
        found.into_iter().map(told).collect()
    }

    /// The ways by which a principal comes by a power; `None` where it does not.
    fn path(&self, entity: usize, power: usize) -> Option<Vec<Told>> {
        self.from(entity).into_iter().find(|(what, _)| *what == What::Power(power)).map(|(_, p)| p)
    }

    fn ways(&self, entity: usize, power: usize) -> Option<Vec<&'static str>> {
        self.path(entity, power).map(|path| path.iter().map(|told| told.way).collect())
    }
}
