//! Who may do what, by the dice: principals, policies of all kinds, and what binds accounts from above.

use proptest::prelude::*;
use serde_json::{Value, json};
use trailproof_core::answer::Topic;
use trailproof_core::fixture::*;
use trailproof_core::policy::Policy;

use super::ACCOUNTS;
use super::beside::TOPIC;

/// What is thrown for one world.
#[derive(Debug, Clone)]
pub struct Powers {
    /// For each: account, kind, what it has, its boundary, its group.
    principals: Vec<(usize, usize, usize, Option<usize>, bool)>,
    /// What the groups have.
    groups: Vec<usize>,
    /// On the root, on the unit of the first account, or on an account: a document.
    scps: Vec<(usize, usize)>,
    rcps: Vec<(usize, usize)>,
    /// Where nothing is allowed but what these policies allow.
    closed: Option<usize>,
    /// A further statement in the policies of the bucket and the key.
    bucket: Option<(bool, usize)>,
    key: Option<usize>,
    topic: Option<usize>,
    policy: (bool, bool, bool),
    /// By whom the roles can be assumed: their own account, or this.
    letting_in: Vec<Option<usize>>,
}

fn documents() -> Vec<String> {
    let statement = |effect: &str, actions: &[&str], resource: &str, condition: Value| {
        json!({ "Version": "2012-10-17", "Statement": [{ "Effect": effect, "Action": actions,
            "Resource": resource, "Condition": condition }] })
        .to_string()
    };
    let none = || json!({});
    let tagged = || json!({ "StringEquals": { "aws:PrincipalTag/team": "audit" } });
    let of_org = || json!({ "StringEquals": { "aws:PrincipalOrgID": ORGANIZATION } });
    let under =
        || json!({ "ForAnyValue:StringLike": { "aws:PrincipalOrgPaths": ["o-*/r-1/ou-*"] } });
    let mfa = || json!({ "Bool": { "aws:MultiFactorAuthPresent": "true" } });
    let there = || json!({ "StringEquals": { "aws:RequestedRegion": "cn-north-1" } });
    vec![
        statement("Allow", &["*"], "*", none()),
        statement("Allow", &["cloudtrail:*", "logs:*", "sns:*"], "*", none()),
        statement("Allow", &["s3:*", "kms:*"], "*", there()),
        statement("Allow", &["*"], "*", mfa()),
        statement("Allow", &["*"], "*", tagged()),
        statement("Allow", &["s3:Delete*"], "arn:aws-cn:s3:::logs/a/AWSLogs/*", of_org()),
        statement("Deny", &["cloudtrail:*", "s3:*", "kms:*", "logs:*"], "*", none()),
        statement("Deny", &["*"], "*", under()),
        statement("Deny", &["s3:*"], "arn:aws-cn:s3:::logs/AWSLogs/*", of_org()),
        statement("Deny", &["cloudtrail:*"], "*", tagged()),
        statement("Allow", &["sts:AssumeRole"], "*", none()),
        "{".to_owned(),
    ]
}

prop_compose! {
    pub fn powers()(
        principals in prop::collection::vec(
            (0..3usize, 0..3usize, 0..12usize, prop::option::of(0..12usize), any::<bool>()), 0..5),
        groups in prop::collection::vec(0..12usize, 1..3),
        scps in prop::collection::vec((0..3usize, 0..12usize), 0..3),
        rcps in prop::collection::vec((0..3usize, 0..12usize), 0..2),
        closed in prop::option::weighted(0.2, 0..3usize),
        bucket in prop::option::of((any::<bool>(), 0..4usize)),
        key in prop::option::of(0..4usize),
        topic in prop::option::of(0..4usize),
        policy in any::<(bool, bool, bool)>(),
        letting_in in prop::collection::vec(prop::option::of(0..4usize), 5),
    ) -> Powers {
        Powers { principals, groups, scps, rcps, closed, bucket, key, topic, policy, letting_in }
    }
}

/// A text as a resource control policy, which names everyone.
fn of_resource(text: &str) -> String {
    text.replace("\"Effect\":", "\"Principal\":\"*\",\"Effect\":")
}

/// A trust policy that names others.
fn trusting(whom: usize) -> Value {
    let (principal, condition) = match whom {
        0 => (format!("arn:aws-cn:iam::{}:root", ACCOUNTS[0]), json!({})),
        1 => (format!("arn:aws-cn:iam::{MEMBER}:root"), json!({})),
        2 => (format!("arn:aws-cn:iam::{MEMBER}:role/p0"), json!({})),
        _ => ("*".to_owned(), json!({ "StringEquals": { "aws:PrincipalOrgID": ORGANIZATION } })),
    };
    json!({ "Version": "2012-10-17", "Statement": [{ "Effect": "Allow",
        "Principal": { "AWS": principal }, "Action": "sts:AssumeRole", "Condition": condition }] })
}

fn naming(effect: &str, whom: usize, actions: &str) -> Value {
    let principals = [
        json!("*"),
        json!({ "AWS": format!("arn:aws-cn:iam::{ARCHIVE}:root") }),
        json!({ "AWS": format!("arn:aws-cn:iam::{ARCHIVE}:role/p0") }),
        json!({ "AWS": format!("arn:aws-cn:iam::{MEMBER}:user/p1") }),
    ];
    json!({ "Effect": effect, "Principal": principals[whom], "Action": actions, "Resource": "*" })
}

impl Powers {
    /// Puts it into a world whose accounts, buckets, keys and trails are there already.
    pub fn enter(self, world: &mut World, policy: &mut Policy) {
        let documents = documents();
        let account = |at: usize, world: &World| at % world.members.len();
        for (number, held) in self.groups.iter().enumerate() {
            let at = account(number, world);
            let setup = group(&format!("g{at}")).inline_text("has", &documents[*held]);
            world.members[at].setups.push(setup);
        }
        for (number, (of, kind, held, bound, grouped)) in self.principals.iter().enumerate() {
            let name = format!("p{number}");
            let setup = match kind {
                0 => role(&name),
                1 => user(&name),
                _ => permission_set(&name),
            };
            let setup = setup.inline_text("has", &documents[*held]);
            let setup = if number % 2 == 0 { setup.tag("team", "audit") } else { setup };
            let setup = match bound.and_then(|at| serde_json::from_str(&documents[at]).ok()) {
                Some(document) => setup.boundary(document),
                None => setup,
            };
            let setup = match self.letting_in.get(number).copied().flatten().filter(|_| *kind == 0)
            {
                Some(whom) => setup.trust(trusting(whom)),
                None => setup,
            };
            let at = account(*of, world);
            let group = format!("g{at}");
            let there = at < self.groups.len() && *grouped && *kind == 1;
            let setup = if there { setup.in_group(&group) } else { setup };
            world.members[at].setups.push(setup);
        }
        let unit = world.members[0].id;
        if world.members.len() > 1 {
            world.members[0].unit = Some("Work".into());
        }
        let place = |at: usize| match at {
            0 => "root".to_owned(),
            1 => unit.to_string(),
            _ => ARCHIVE.to_owned(),
        };
        let mut other = world.clone();
        for (at, document) in &self.scps {
            let kind = trailproof_core::control_policies::PolicyKind::ServiceControl;
            other = other.controlled(kind, &place(*at), &documents[*document]);
        }
        for (at, document) in &self.rcps {
            let kind = trailproof_core::control_policies::PolicyKind::ResourceControl;
            other = other.controlled(kind, &place(*at), &of_resource(&documents[*document]));
        }
        if let Some(at) = self.closed {
            other = other.without_full_access(ACCOUNTS[at]);
        }
        *world = other;
        if let Some((allow, whom)) = self.bucket {
            let effect = if allow { "Allow" } else { "Deny" };
            let logs = world.buckets[0].clone();
            world.buckets[0] = logs.with_statement(naming(effect, whom, "s3:*"));
        }
        if let Some(whom) = self.key {
            let arn = super::KEYS[0].unwrap().to_owned();
            let text = json!({ "Version": "2012-10-17",
                "Statement": [naming("Allow", whom, "kms:*")] });
            let policy = trailproof_core::answer::PolicyText { policy: Some(text.to_string()) };
            world.key_policies.insert(arn, policy);
        }
        if let (Some(whom), Some(topic)) = (self.topic, world.topics.get_mut(TOPIC)) {
            let text = json!({ "Version": "2012-10-17",
                "Statement": [naming("Deny", whom, "sns:*")] });
            *topic = Topic { policy: Some(text.to_string()), ..topic.clone() };
        }
        let (strict, approving, few) = self.policy;
        policy.strict_conditions = strict;
        policy.approved_principals.extend(approving.then(|| "*/p0".to_owned()));
        if few {
            (policy.log_readers_max, policy.admin_principals_max) = (0, 0);
        }
    }
}
