//! Requests under policies made of choices: never a panic, twice the same, and one more Deny never allows.
#![no_main]

use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};
use trailproof_fuzz::Choices;
use trailproof_iam::{
    Caller, Context, Decision, Layers, Level, NamedPolicy, Note, PolicyDocument, Request, decide, evaluate,
};

const CALLERS: [&str; 9] = [
    "arn:aws:iam::111111111111:user/ops/alice",
    "arn:aws:sts::111111111111:assumed-role/Deployer/ci-42",
    "arn:aws:iam::111111111111:role/Deployer",
    "arn:aws:iam::111111111111:root",
    "arn:aws:sts::111111111111:assumed-root",
    "arn:aws:sts::111111111111:federated-user/bob",
    "arn:aws:iam::111111111111:saml-provider/p",
    "cloudtrail.amazonaws.com",
    "anonymous",
];
const ACTIONS: [&str; 5] =
    ["s3:DeleteObject", "s3:PutBucketPolicy", "kms:DisableKey", "sts:AssumeRole", "cloudtrail:StopLogging"];
const RESOURCES: [&str; 6] = [
    "*",
    "arn:aws:s3:::logs",
    "arn:aws:s3:::logs/a/x",
    "arn:aws:kms:eu-west-1:111111111111:key/k",
    "arn:aws:iam::111111111111:role/Target",
    "arn:aws:logs:eu-west-1:111111111111:log-group:g:*",
];
const PATTERNS: [&str; 12] = [
    "*", "s3:*", "sts:Assume*", "arn:aws:s3:::logs/${x:a}/*", "arn:aws:s3:::logs*", "arn:aws:kms", "arn:aws:*:x*",
    "${x:a, 'b'}", "${*}", "arn:aws:s3:::${x:a}${x:b}*", "111111111111", "${",
];
const OPERATORS: [&str; 14] = [
    "StringEquals", "StringNotEquals", "StringLike", "StringNotLike", "StringEqualsIgnoreCase", "ArnLike", "ArnNotLike",
    "NumericLessThan", "NumericNotEquals", "DateGreaterThan", "Bool", "IpAddress", "NotIpAddress", "Null",
];
const KEYS: [&str; 7] =
    ["x:a", "X:A", "x:b", "aws:SourceIp", "aws:PrincipalArn", "aws:UserAgent", "aws:RequestedRegion"];
const VALUES: [&str; 12] = [
    "a", "b*", "*a", "?", "${x:a}", "1", "2.5", "true", "10.0.0.0/8", "::/0", "2026-01-01T00:00:00Z", "arn:aws:*:*:*:role/*",
];

fn text(choices: &mut Choices<'_>, known: &[&str]) -> String {
    match choices.byte() % 8 {
        0 => choices.text(),
        _ => choices.of(known).unwrap_or_default().to_owned(),
    }
}

fn texts(choices: &mut Choices<'_>, known: &[&str]) -> Value {
    let count = usize::from(choices.byte() % 3);
    (0..count).map(|_| text(choices, known)).collect::<Vec<_>>().into()
}

fn statement(choices: &mut Choices<'_>, by_resource: bool, effect: Option<&str>) -> Value {
    let shape = choices.byte();
    let not = |bit: u8, name: &str| if shape & bit == 0 { name.to_owned() } else { format!("Not{name}") };
    let effect = effect.unwrap_or(if shape & 1 == 0 { "Allow" } else { "Deny" });
    let actions: Vec<&str> = ACTIONS.into_iter().chain(PATTERNS).collect();
    let resources: Vec<&str> = RESOURCES.into_iter().chain(PATTERNS).collect();
    let mut statement = json!({"Effect": effect});
    statement[not(2, "Action")] = texts(choices, &actions);
    statement[not(4, "Resource")] = texts(choices, &resources);
    if by_resource {
        let callers: Vec<&str> = CALLERS.into_iter().chain(PATTERNS).collect();
        let kind = choices.of(&["AWS", "AWS", "Service", "Federated", "CanonicalUser"]).unwrap_or_default();
        statement[not(8, "Principal")] = json!({kind: texts(choices, &callers)});
    }
    for _ in 0..choices.byte() % 3 {
        let qualifier = choices.of(&["", "", "ForAnyValue:", "ForAllValues:"]).unwrap_or_default();
        let suffix = choices.of(&["", "", "IfExists"]).unwrap_or_default();
        let operator = format!("{qualifier}{}{suffix}", text(choices, &OPERATORS));
        let key = text(choices, &KEYS);
        statement["Condition"][operator] = json!({key: texts(choices, &VALUES)});
    }
    statement
}

fn document(choices: &mut Choices<'_>, by_resource: bool) -> Value {
    let version = if choices.byte().is_multiple_of(4) { "2008-10-17" } else { "2012-10-17" };
    let count = usize::from(choices.byte() % 4);
    let statements: Vec<Value> = (0..count).map(|_| statement(choices, by_resource, None)).collect();
    json!({"Version": version, "Statement": statements})
}

fn named(value: &Value) -> NamedPolicy {
    NamedPolicy::new("made", PolicyDocument::readable(value).0)
}

struct World {
    identity: Vec<NamedPolicy>,
    boundary: Option<NamedPolicy>,
    session: Option<NamedPolicy>,
    scps: Vec<Level>,
    rcps: Vec<Level>,
    resource: Option<NamedPolicy>,
}

impl World {
    fn decided(&self, request: &Request) -> Decision {
        let layers = Layers {
            identity: &self.identity,
            boundary: self.boundary.as_ref(),
            session: self.session.as_ref().map(std::slice::from_ref),
            scps: &self.scps,
            rcps: &self.rcps,
            resource: self.resource.as_ref().map(std::slice::from_ref),
            ..Layers::default()
        };
        let answer = evaluate(request, &layers);
        assert_eq!(answer, evaluate(request, &layers));
        assert_eq!(answer.decision, decide(request, &layers));
        assert_eq!(answer.depends_on.is_empty(), answer.decision != Decision::Conditional);
        if answer.decision == Decision::Conditional && !answer.notes.contains(&Note::NotResolved) {
            assert!(!answer.witness.is_empty());
        }
        answer.decision
    }
}

fn request(choices: &mut Choices<'_>) -> Option<Request> {
    let caller: Caller = text(choices, &CALLERS).parse().ok()?;
    let (action, resource) = (text(choices, &ACTIONS), text(choices, &RESOURCES));
    let mut request = Request::new(caller, &action, &resource);
    let account = choices.of(&["111111111111", "111111111111", "222222222222"])?;
    request.resource_account = Some(account.to_owned());
    let mut context = if choices.byte().is_multiple_of(2) { Context::strict() } else { Context::discovery() };
    for _ in 0..choices.byte() % 4 {
        let key = text(choices, &KEYS);
        let count = choices.byte() % 3;
        context = context.with(&key, (0..count).map(|_| text(choices, &VALUES)).collect::<Vec<_>>());
    }
    request.context = context;
    Some(request)
}

fuzz_target!(|bytes: &[u8]| {
    let mut choices = Choices::new(bytes);
    let Some(request) = request(&mut choices) else { return };
    let layers = choices.byte();
    let has = |bit: u8| layers & bit != 0;
    let mut own = document(&mut choices, false);
    let level = |value: Value| vec![Level { name: "root".into(), policies: vec![named(&value)] }];
    let mut world = World {
        identity: vec![named(&own)],
        boundary: has(1).then(|| named(&document(&mut choices, false))),
        session: has(2).then(|| named(&document(&mut choices, false))),
        scps: if has(4) { level(document(&mut choices, false)) } else { Vec::new() },
        rcps: if has(8) { level(document(&mut choices, true)) } else { Vec::new() },
        resource: has(16).then(|| named(&document(&mut choices, true))),
    };
    let before = world.decided(&request);
    let deny = statement(&mut choices, false, Some("Deny"));
    if let Some(statements) = own["Statement"].as_array_mut() {
        statements.push(deny);
    }
    world.identity = vec![named(&own)];
    let after = world.decided(&request);
    // What was left open for want of combinations may be settled by one more statement.
    assert!(after != Decision::Allowed || matches!(before, Decision::Allowed | Decision::Conditional));
    assert!(before.is_possible() || !after.is_possible() || after == Decision::Conditional);
});
