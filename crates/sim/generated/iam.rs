//! The principals of a generated account, in the numbers that its shape says.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::description::{Group, Iam, ManagedPolicy, Role, User};
use crate::generated::Shape;
use crate::generated::chance::Chance;

const WORK: [&str; 10] =
    ["api", "batch", "build", "cache", "deploy", "events", "ingest", "metrics", "queue", "web"];
const SERVICES: [&str; 5] = ["dynamodb", "logs", "s3", "sns", "sqs"];
const VERBS: [&str; 4] = ["List*", "Get*", "Put*", "Delete*"];
const PRINCIPALS: [&str; 4] = [
    "codebuild.amazonaws.com",
    "ec2.amazonaws.com",
    "ecs-tasks.amazonaws.com",
    "lambda.amazonaws.com",
];

/// All of an account's principals; its managed policies only where they are asked for.
pub(super) fn iam(shape: &Shape, chance: Chance, (account, policies): (&str, bool)) -> Iam {
    let maker = Maker { shape, chance, account };
    let policies = if policies { shape.policies_per_account } else { 0 };
    Iam {
        users: (0..shape.users_per_account).map(|place| maker.user(place)).collect(),
        groups: (0..shape.groups_per_account).map(|place| maker.group(place)).collect(),
        roles: (0..shape.roles_per_account).map(|place| maker.role(place)).collect(),
        policies: (0..policies).map(|place| maker.policy(place)).collect(),
    }
}

struct Maker<'a> {
    shape: &'a Shape,
    chance: Chance,
    account: &'a str,
}

impl Maker<'_> {
    fn user(&self, place: usize) -> User {
        let group = (self.shape.groups_per_account > 0)
            .then(|| format!("group-{}", place % self.shape.groups_per_account.max(1)));
        User {
            name: format!("user-{place}"),
            path: "/".to_owned(),
            groups: group.into_iter().collect(),
            ..User::default()
        }
    }

    fn group(&self, place: usize) -> Group {
        let attached = vec![aws_policy("ReadOnlyAccess")];
        Group { name: format!("group-{place}"), path: "/".to_owned(), attached, ..Group::default() }
    }

    fn role(&self, place: usize) -> Role {
        let chance = self.chance.part("role", place);
        let name = format!("{}-{place}", chance.one_of("work", &WORK));
        let trust = json!({ "Version": "2012-10-17", "Statement": [{
            "Effect": "Allow",
            "Principal": { "Service": chance.one_of("principal", &PRINCIPALS) },
            "Action": "sts:AssumeRole",
        }] });
        let mut attached = Vec::new();
        if self.shape.policies_per_account > 0 {
            let policy = chance.below("policy", self.shape.policies_per_account);
            attached.push(format!("arn:aws:iam::{}:policy/policy-{policy}", self.account));
        }
        if chance.happens("administrator", 0.02) {
            attached.push(aws_policy("AdministratorAccess"));
        }
        let mut inline = BTreeMap::new();
        if chance.happens("inline", 0.25) {
            inline.insert("inline".to_owned(), self.document(chance, 1));
        }
        Role {
            name,
            path: "/".to_owned(),
            trust,
            attached,
            inline,
            instance_profile: chance.happens("profile", 0.2),
            ..Role::default()
        }
    }

    fn policy(&self, place: usize) -> ManagedPolicy {
        let chance = self.chance.part("policy", place);
        let document = self.document(chance, 3);
        let mut other_versions = BTreeMap::new();
        if chance.happens("older", 0.3) {
            other_versions.insert("v1".to_owned(), self.document(chance.part("older", place), 2));
        }
        let name = format!("policy-{place}");
        ManagedPolicy { name, path: "/".to_owned(), document, other_versions }
    }

    /// A document of about 300 bytes for each statement.
    fn document(&self, chance: Chance, statements: usize) -> Value {
        let statement = |place: usize| {
            let chance = chance.part("statement", place);
            let service = chance.one_of("service", &SERVICES);
            let resource = |part: &str| {
                let name = chance.one_of(part, &WORK);
                format!("arn:aws:{service}:eu-west-1:{}:{name}/{part}/*", self.account)
            };
            let actions = VERBS.map(|verb| format!("{service}:{verb}"));
            json!({
                "Sid": format!("Statement{place}"),
                "Effect": if chance.happens("deny", 0.1) { "Deny" } else { "Allow" },
                "Action": actions,
                "Resource": [resource("current"), resource("archive")],
                "Condition": { "StringEquals": { "aws:RequestedRegion": "eu-west-1" } },
            })
        };
        let statements: Vec<Value> = (0..statements).map(statement).collect();
        json!({ "Version": "2012-10-17", "Statement": statements })
    }
}

fn aws_policy(name: &str) -> String {
    format!("arn:aws:iam::aws:policy/{name}")
}
