//! Requests and policies made at random from few words, so that they meet often.
#![allow(dead_code, reason = "each test uses what it needs")]

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};
use trailproof_iam::{
    Caller, Context, Layers, Level, NamedPolicy, PolicyDocument, Request, Unnamed,
};

/// The policies of a request, as JSON.
#[derive(Debug, Clone, Default)]
pub struct Made {
    pub identity: Vec<Value>,
    pub groups: Vec<Value>,
    pub boundary: Option<Value>,
    pub session: Option<Value>,
    pub scps: Vec<Vec<Value>>,
    pub rcps: Vec<Vec<Value>>,
    pub resource: Option<Value>,
}

/// The same, read.
pub struct Read {
    identity: Vec<NamedPolicy>,
    groups: Vec<NamedPolicy>,
    boundary: Option<NamedPolicy>,
    session: Option<Vec<NamedPolicy>>,
    scps: Vec<Level>,
    rcps: Vec<Level>,
    resource: Option<Vec<NamedPolicy>>,
}

pub fn policy(value: &Value) -> NamedPolicy {
    let document = PolicyDocument::from_value(value).unwrap_or_else(|e| panic!("{e}: {value}"));
    NamedPolicy::new("made", document)
}

impl Made {
    pub fn read(&self) -> Read {
        let all = |values: &[Value]| values.iter().map(policy).collect::<Vec<_>>();
        let levels = |levels: &[Vec<Value>]| {
            let level =
                |policies: &Vec<Value>| Level { name: "level".into(), policies: all(policies) };
            levels.iter().map(level).collect()
        };
        Read {
            identity: all(&self.identity),
            groups: all(&self.groups),
            boundary: self.boundary.as_ref().map(policy),
            session: self.session.as_ref().map(|value| vec![policy(value)]),
            scps: levels(&self.scps),
            rcps: levels(&self.rcps),
            resource: self.resource.as_ref().map(|value| vec![policy(value)]),
        }
    }

    /// Every document.
    pub fn documents(&mut self) -> Vec<&mut Value> {
        let levels = self.scps.iter_mut().chain(&mut self.rcps).flatten();
        let single = self.boundary.iter_mut().chain(&mut self.session).chain(&mut self.resource);
        self.identity.iter_mut().chain(&mut self.groups).chain(levels).chain(single).collect()
    }
}

impl Read {
    pub fn layers(&self) -> Layers<'_> {
        Layers {
            identity: &self.identity,
            groups: &self.groups,
            boundary: self.boundary.as_ref(),
            session: self.session.as_deref(),
            scps: &self.scps,
            rcps: &self.rcps,
            resource: self.resource.as_deref(),
            ..Layers::default()
        }
    }
}

pub const CALLERS: [&str; 7] = [
    "arn:aws:iam::111111111111:user/ops/alice",
    "arn:aws:sts::111111111111:assumed-role/Deployer/ci-42",
    "arn:aws:iam::111111111111:role/Deployer",
    "arn:aws:iam::111111111111:root",
    "arn:aws:sts::111111111111:federated-user/bob",
    "cloudtrail.amazonaws.com",
    "anonymous",
];

fn principal() -> impl Strategy<Value = Value> {
    select(vec![
        json!("*"),
        json!({"AWS": "111111111111"}),
        json!({"AWS": "arn:aws:iam::111111111111:user/ops/alice"}),
        json!({"AWS": ["arn:aws:iam::111111111111:role/Deployer"]}),
        json!({"AWS": "arn:aws:sts::111111111111:assumed-role/Deployer/ci-42"}),
        json!({"AWS": "arn:aws:sts::111111111111:federated-user/bob", "Service": "cloudtrail.amazonaws.com"}),
        json!({"AWS": "222222222222"}),
    ])
}

fn action() -> impl Strategy<Value = (&'static str, Value)> {
    let key = prop_oneof![8 => Just("Action"), 1 => Just("NotAction")];
    let entries = select(vec![
        json!("*"),
        json!("s3:*"),
        json!(["s3:DeleteObject"]),
        json!(["s3:Get*", "s3:Delete?bject"]),
        json!(["kms:*", "sts:AssumeRole"]),
        json!("iam:*"),
        json!([]),
    ]);
    (key, entries)
}

fn resource() -> impl Strategy<Value = (&'static str, Value)> {
    let key = prop_oneof![8 => Just("Resource"), 1 => Just("NotResource")];
    let entries = select(vec![
        json!("*"),
        json!("*"),
        json!("*"),
        json!(["arn:aws:s3:::b/*"]),
        json!(["arn:aws:s3:::b", "arn:aws:kms:*"]),
        json!("arn:aws:s3:::b/${x:Text}/*"),
        json!("arn:aws:s3:::b/${x:Text, 'a'}*"),
        json!("arn:aws:s3:::${*}/*"),
        json!("arn:aws:*:b/a*"),
    ]);
    (key, entries)
}

fn qualified(operator: String) -> impl Strategy<Value = String> {
    (select(vec!["", "", "", "ForAllValues:", "ForAnyValue:"]), select(vec!["", "", "IfExists"]))
        .prop_map(move |(before, behind)| format!("{before}{operator}{behind}"))
}

fn texts() -> impl Strategy<Value = (String, &'static str, Value)> {
    let operator = select(vec![
        "StringEquals",
        "StringNotEquals",
        "StringEqualsIgnoreCase",
        "StringNotEqualsIgnoreCase",
        "StringLike",
        "StringNotLike",
    ]);
    let values = prop::collection::vec(
        select(vec!["a", "b", "A", "a*", "*b", "?", "ab", "", "${x:Other}", "${*}"]),
        0..3,
    );
    (operator, select(vec!["x:Text", "X:text", "x:Other"]), values).prop_flat_map(
        |(operator, key, values)| (qualified(operator.to_owned()), Just(key), Just(json!(values))),
    )
}

fn typed() -> impl Strategy<Value = (String, &'static str, Value)> {
    let number = (
        select(vec![
            "NumericEquals",
            "NumericNotEquals",
            "NumericLessThan",
            "NumericLessThanEquals",
            "NumericGreaterThan",
            "NumericGreaterThanEquals",
        ]),
        prop::collection::vec(select(vec!["1", "2", "2.5"]), 1..3),
    )
        .prop_flat_map(|(operator, values)| {
            (qualified(operator.to_owned()), Just("x:Number"), Just(json!(values)))
        });
    let flag = select(vec![json!("true"), json!("false"), json!(true)]).prop_flat_map(|value| {
        (qualified("Bool".to_owned()), Just("aws:MultiFactorAuthPresent"), Just(value))
    });
    let there = (
        select(vec!["aws:MultiFactorAuthPresent", "x:Text", "x:Number"]),
        select(vec![json!("true"), json!(false)]),
    )
        .prop_map(|(key, value)| ("Null".to_owned(), key, value));
    prop_oneof![number, flag, there]
}

pub fn condition() -> impl Strategy<Value = Value> {
    prop_oneof![texts(), typed()]
        .prop_map(|(operator, key, values)| json!({operator: {key: values}}))
}

pub fn statement(by_resource: bool) -> impl Strategy<Value = Value> {
    let effect = prop_oneof![3 => Just("Allow"), 1 => Just("Deny")];
    let condition = prop_oneof![2 => Just(None), 3 => condition().prop_map(Some)];
    let whom = (prop_oneof![6 => Just("Principal"), 1 => Just("NotPrincipal")], principal());
    (effect, action(), resource(), condition, whom).prop_map(
        move |(effect, (action, actions), (resource, resources), condition, (whom, principal))| {
            let mut statement = json!({"Effect": effect, action: actions, resource: resources});
            if let Some(condition) = condition {
                statement["Condition"] = condition;
            }
            if by_resource {
                statement[whom] = principal;
            }
            statement
        },
    )
}

pub fn document(by_resource: bool) -> impl Strategy<Value = Value> {
    let version = prop_oneof![5 => Just("2012-10-17"), 1 => Just("2008-10-17")];
    (version, prop::collection::vec(statement(by_resource), 1..4))
        .prop_map(|(version, statements)| json!({"Version": version, "Statement": statements}))
}

/// A document that lets most things pass, as limits do.
fn limit() -> impl Strategy<Value = Value> {
    let wide = json!({"Effect": "Allow", "Action": "*", "Resource": "*"});
    (document(false), prop::bool::weighted(0.7)).prop_map(move |(mut document, open)| {
        if open && let Some(statements) = document["Statement"].as_array_mut() {
            statements.push(wide.clone());
        }
        document
    })
}

pub fn made() -> impl Strategy<Value = Made> {
    let maybe = || prop::option::weighted(0.3, limit());
    let levels = || prop::collection::vec(prop::collection::vec(limit(), 1..3), 0..2);
    let documents = || prop::collection::vec(document(false), 0..3);
    let resource = prop::option::weighted(0.6, document(true));
    (documents(), documents(), maybe(), maybe(), levels(), levels(), resource).prop_map(
        |(identity, groups, boundary, session, scps, rcps, resource)| Made {
            identity,
            groups,
            boundary,
            session,
            scps,
            rcps,
            resource,
        },
    )
}

pub fn request() -> impl Strategy<Value = Request> {
    let what = select(vec![
        ("s3:DeleteObject", "arn:aws:s3:::b/a/x"),
        ("s3:DeleteObject", "arn:aws:s3:::b/ab"),
        ("kms:ScheduleKeyDeletion", "arn:aws:kms:eu-west-1:111111111111:key/k"),
        ("sts:AssumeRole", "arn:aws:iam::111111111111:role/Target"),
        ("s3:ListAllMyBuckets", "*"),
    ]);
    let account = select(vec!["111111111111", "111111111111", "222222222222"]);
    (select(CALLERS.to_vec()), what, account).prop_map(|(caller, (action, resource), account)| {
        let caller: Caller = caller.parse().unwrap();
        let mut request = Request::new(caller, action, resource);
        request.resource_account = Some(account.to_owned());
        request
    })
}

/// The keys that policies made here ask for, with values enough to meet every class that they can tell apart.
pub fn universe() -> Vec<(&'static str, Vec<Option<Vec<String>>>)> {
    let texts = [
        "",
        "a",
        "b",
        "A",
        "B",
        "ab",
        "AB",
        "*",
        "?",
        "z",
        "zz",
        "az",
        "zb",
        "azb",
        "bb",
        "aa",
        "/",
        "x",
        "a*",
        "*b",
        "a/",
        "a/x",
        // A policy of 2008 reads a variable as plain text.
        "${*}",
        "${z}",
        "${x:Other}",
        "${X:OTHER}",
    ];
    let numbers = ["0", "1", "1.5", "2", "2.25", "2.5", "3"];
    vec![
        ("aws:MultiFactorAuthPresent", values(&["true", "false"], 2)),
        ("x:Number", values(&numbers, 2)),
        ("x:Other", values(&texts, 1)),
        ("x:Text", values(&texts, 2)),
    ]
}

fn values(texts: &[&str], largest: usize) -> Vec<Option<Vec<String>>> {
    let mut all = vec![None];
    for (at, one) in texts.iter().enumerate() {
        all.push(Some(vec![(*one).to_owned()]));
        if largest > 1 {
            all.extend(
                texts[at + 1..]
                    .iter()
                    .map(|other| Some(vec![(*one).to_owned(), (*other).to_owned()])),
            );
        }
    }
    all
}

/// A complete context, at random.
pub fn context() -> impl Strategy<Value = Context> {
    let each =
        universe().into_iter().map(|(key, values)| (Just(key), select(values))).collect::<Vec<_>>();
    each.prop_map(|keys| {
        keys.into_iter().fold(Context::new(Unnamed::DerivedOrAbsent), |context, (key, values)| {
            match values {
                Some(values) => context.with(key, values),
                None => context.without(key),
            }
        })
    })
}
