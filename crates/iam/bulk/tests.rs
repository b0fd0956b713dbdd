//! Bits and the exact evaluator agree, whatever is asked.

use std::sync::Arc;

use proptest::prelude::*;

use super::*;

/// Choices, one after the other; the first of each kind once they run out, so that failures shrink.
struct Dice<'a>(std::slice::Iter<'a, u16>);

impl Dice<'_> {
    fn below(&mut self, n: usize) -> usize {
        self.0.next().map_or(0, |roll| usize::from(*roll) % n)
    }

    fn pick<'t>(&mut self, from: &[&'t str]) -> &'t str {
        from[self.below(from.len())]
    }

    fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == n - 1
    }
}

const ACTIONS: [&str; 7] = [
    "cloudtrail:StopLogging",
    "s3:DeleteObject",
    "s3:PutBucketPolicy",
    "kms:DisableKey",
    "sts:AssumeRole",
    "organizations:LeaveOrganization",
    "logs:DeleteLogGroup",
];

const CONDITIONS: [&str; 16] = [
    r#""StringEquals":{"aws:PrincipalTag/team":"audit"}"#,
    r#""ArnNotLike":{"aws:PrincipalArn":["arn:aws:iam::111111111111:role/Trail*"]}"#,
    r#""ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*:user/a*"}"#,
    r#""Bool":{"aws:MultiFactorAuthPresent":"true"}"#,
    r#""BoolIfExists":{"aws:MultiFactorAuthPresent":"false"}"#,
    r#""StringNotEquals":{"aws:RequestedRegion":["eu-west-1","us-east-1"]}"#,
    r#""StringEquals":{"aws:UserAgent":"me"}"#,
    r#""StringNotEquals":{"aws:PrincipalOrgID":"o-1"}"#,
    r#""StringEquals":{"aws:ResourceTag/team":"${aws:PrincipalTag/team}"}"#,
    r#""StringEquals":{"aws:username":"alice"}"#,
    r#""Null":{"aws:PrincipalTag/team":"true"}"#,
    r#""StringLike":{"aws:userid":"AIDA*"}"#,
    r#""Bool":{"aws:PrincipalIsAWSService":"true"}"#,
    r#""StringEquals":{"aws:ResourceAccount":"${aws:PrincipalAccount}"}"#,
    r#""IpAddress":{"aws:SourceIp":"10.0.0.0/8"}"#,
    r#""Nonsense":{"aws:SourceIp":"x"}"#,
];

const PRINCIPALS: [&str; 10] = [
    r#""Principal":"*""#,
    r#""Principal":{"AWS":"111111111111"}"#,
    r#""Principal":{"AWS":"arn:aws:iam::111111111111:root"}"#,
    r#""Principal":{"AWS":"arn:aws:iam::111111111111:user/alice"}"#,
    r#""Principal":{"AWS":"arn:aws:iam::111111111111:role/Trail"}"#,
    r#""Principal":{"AWS":"arn:aws:sts::111111111111:assumed-role/Trail/me"}"#,
    r#""Principal":{"Service":"cloudtrail.amazonaws.com"}"#,
    r#""NotPrincipal":{"AWS":["arn:aws:iam::111111111111:role/Trail","111111111111"]}"#,
    r#""NotPrincipal":{"AWS":"arn:aws:iam::111111111111:user/alice"}"#,
    r#""Principal":{"CanonicalUser":"0123"}"#,
];

fn statement(dice: &mut Dice<'_>, named: bool) -> String {
    let effect = dice.pick(&["Allow", "Allow", "Deny"]);
    let action = dice.pick(&[
        r#""Action":"*""#,
        r#""Action":["cloudtrail:Stop*","s3:*"]"#,
        r#""Action":"kms:*""#,
        r#""NotAction":["iam:*","s3:Put*"]"#,
        r#""Action":["sts:AssumeRole","logs:*","organizations:*"]"#,
        r#""Action":"*:StopLogging""#,
    ]);
    let resource = dice.pick(&[
        r#""Resource":"*""#,
        r#""Resource":["arn:aws:s3:::logs","arn:aws:s3:::logs/*"]"#,
        r#""Resource":"arn:aws:cloudtrail:*:111111111111:trail/*""#,
        r#""Resource":"arn:aws:s3:::logs/${aws:username}/*""#,
        r#""NotResource":"arn:aws:*:*:111111111111:*""#,
        r#""Resource":"arn:aws:iam::111111111111:role/${aws:PrincipalTag/team}""#,
        r#""Resource":"arn:aws:kms:eu-west-1:*:key/*""#,
        r#""Resource":"arn:aws:logs:*:log-group:trail""#,
    ]);
    let principal = named.then(|| dice.pick(&PRINCIPALS));
    let conditions = match dice.below(4) {
        0 | 1 => String::new(),
        2 => format!(r#""Condition":{{{}}}"#, dice.pick(&CONDITIONS)),
        _ => {
            let (one, other) = (dice.below(16), dice.below(16));
            let first = CONDITIONS[one].split(':').next();
            let differ = first != CONDITIONS[other].split(':').next();
            let both = [CONDITIONS[one], CONDITIONS[other]];
            format!(r#""Condition":{{{}}}"#, both[..1 + usize::from(differ)].join(","))
        }
    };
    let effect = format!(r#""Effect":"{effect}""#);
    let parts = [Some(effect.as_str()), Some(action), Some(resource), principal, Some(&conditions)];
    let parts: Vec<_> = parts.into_iter().flatten().filter(|part| !part.is_empty()).collect();
    format!("{{{}}}", parts.join(","))
}

fn text(dice: &mut Dice<'_>, named: bool) -> String {
    let count = 1 + dice.below(3);
    let statements: Vec<_> = (0..count).map(|_| statement(dice, named)).collect();
    let version = dice.pick(&["2012-10-17", "2012-10-17", "2008-10-17"]);
    format!(r#"{{"Version":"{version}","Statement":[{}]}}"#, statements.join(","))
}

fn policy(dice: &mut Dice<'_>, named: bool) -> NamedPolicy {
    NamedPolicy::new("policy", PolicyDocument::parse(&text(dice, named)).unwrap())
}

const FULL: &str =
    r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#;
const FULL_RCP: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}}"#;

fn levels(dice: &mut Dice<'_>, full: &str, named: bool) -> Vec<Level> {
    let count = dice.below(3);
    let level = |at: usize, dice: &mut Dice<'_>| {
        let mut policies = Vec::new();
        if !dice.one_in(8) {
            policies.push(NamedPolicy::new("full", PolicyDocument::parse(full).unwrap()));
        }
        for _ in 0..dice.below(2) {
            let named = named && !dice.one_in(4);
            policies.push(policy(dice, named));
        }
        Level { name: format!("level {at}").into(), policies }
    };
    (0..count).map(|at| level(at, dice)).collect()
}

fn questions(dice: &mut Dice<'_>) -> Vec<Question> {
    let owner = Arc::new(Owner {
        account: "222222222222".to_owned(),
        rcps: levels(dice, FULL_RCP, true),
        management: dice.one_in(5),
    });
    let own: [Arc<[NamedPolicy]>; 2] =
        [vec![policy(dice, true)].into(), vec![policy(dice, true), policy(dice, true)].into()];
    let resources = [
        (0, "arn:aws:cloudtrail:eu-west-1:111111111111:trail/main"),
        (0, "arn:aws:cloudtrail:ap-south-1:111111111111:trail/other"),
        (1, "arn:aws:s3:::logs/alice/x"),
        (1, "arn:aws:s3:::elsewhere/x"),
        (2, "arn:aws:s3:::logs"),
        (3, "arn:aws:kms:eu-west-1:111111111111:key/1"),
        (3, "arn:aws:kms:eu-west-1:222222222222:key/2"),
        (4, "arn:aws:iam::111111111111:role/audit"),
        (4, "arn:aws:iam::222222222222:role/audit"),
        (5, "*"),
        (6, "arn:aws:logs:eu-west-1:111111111111:log-group:trail"),
    ];
    let mut questions = Vec::new();
    for (action, resource) in resources {
        let mut question = Question::new(action, resource);
        if resource.contains("222222222222") || (action < 3 && dice.one_in(4)) {
            question.owner = Some(owner.clone());
        }
        let has_policy = (1..=4).contains(&action) && !dice.one_in(4);
        question.policies = has_policy.then(|| own[dice.below(2)].clone());
        question.aws_managed_key = action == 3 && dice.one_in(5);
        if dice.one_in(3) {
            let tag = Known::Values(vec!["audit".to_owned()]);
            question.known.push(("aws:ResourceTag/team".to_owned(), tag));
        }
        questions.push(question);
    }
    questions
}

fn askers(dice: &mut Dice<'_>, ids: &[PolicyId]) -> Vec<Asker> {
    let names = [
        "arn:aws:iam::111111111111:user/alice",
        "arn:aws:iam::111111111111:user/bob",
        "arn:aws:iam::111111111111:role/Trail",
        "arn:aws:iam::111111111111:role/path/Other",
        "arn:aws:iam::111111111111:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX",
        "arn:aws:sts::111111111111:assumed-role/Trail/me",
        "arn:aws:iam::111111111111:root",
        "arn:aws:iam::222222222222:role/Stranger",
    ];
    let mut askers = Vec::new();
    for _ in 0..8 {
        let mut asker = Asker::new(names[dice.below(names.len())].parse().unwrap());
        for _ in 0..dice.below(3) {
            asker.identity.push(ids[dice.below(ids.len())]);
        }
        if dice.one_in(4) {
            asker.groups.push(ids[dice.below(ids.len())]);
        }
        if dice.one_in(4) {
            asker.boundary = Some(ids[dice.below(ids.len())]);
        }
        let known = [
            None,
            Some(Known::Absent),
            Some(Known::Values(vec!["audit".to_owned()])),
            Some(Known::Present),
        ];
        if let Some(known) = known[dice.below(4)].clone() {
            asker.known.push(("aws:PrincipalTag/team".to_owned(), known));
        }
        if dice.one_in(8) {
            let known = Known::Values(vec!["true".to_owned()]);
            asker.known.push(("aws:MultiFactorAuthPresent".to_owned(), known));
        }
        askers.push(asker);
    }
    askers
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn bits_decide_as_the_exact_evaluator_does(rolls in proptest::collection::vec(any::<u16>(), 0..700)) {
        let mut dice = Dice(rolls.iter());
        let mut bulk = Bulk::new(ACTIONS);
        let mut ids: Vec<_> = (0..4).map(|_| bulk.add(policy(&mut dice, false))).collect();
        ids.push(bulk.policy("full", FULL).unwrap());
        let context = match dice.below(3) {
            0 => Context::discovery(),
            1 => Context::new(crate::Unnamed::DerivedOrAbsent),
            _ => Context::discovery().with("aws:PrincipalOrgID", ["o-1"]).with("aws:userid", ["AIDAX"]),
        };
        let askers = askers(&mut dice, &ids);
        let setup = Setup {
            questions: questions(&mut dice),
            scps: levels(&mut dice, FULL, false),
            rcps: levels(&mut dice, FULL_RCP, true),
            management: dice.one_in(5),
            context,
        };
        let mut account = bulk.account(setup);
        for asker in &askers {
            let decisions = account.decide(asker);
            prop_assert_eq!(decisions.len(), account.setup().questions.len());
            for at in 0..decisions.len() {
                let exact = account.answer(at, asker).unwrap();
                prop_assert_eq!(
                    decisions.get(at), Some(exact.decision),
                    "{:?} of {:?}: {:?}", account.setup().questions[at], asker, exact.trace
                );
            }
        }
    }
}

fn admin_and(bulk: &mut Bulk, other: &str) -> (PolicyId, PolicyId) {
    (bulk.policy("admin", FULL).unwrap(), bulk.policy("other", other).unwrap())
}

const TRAIL: &str = "arn:aws:cloudtrail:eu-west-1:111111111111:trail/main";

fn user(name: &str) -> Asker {
    Asker::new(format!("arn:aws:iam::111111111111:user/{name}").parse().unwrap())
}

#[test]
fn equal_texts_are_one_policy_until_they_are_let_go() {
    let mut bulk = Bulk::new(ACTIONS);
    let (admin, _) = admin_and(&mut bulk, r#"{"Statement":[]}"#);
    let mark = bulk.mark();
    let other = bulk.policy("by another name", FULL).unwrap();
    assert_eq!(bulk.policy("by another name", FULL).unwrap(), other);
    assert_eq!(bulk.named(other).unwrap().name.as_ref(), "by another name");
    let mut account =
        bulk.account(Setup { questions: vec![Question::new(0, TRAIL)], ..Setup::default() });
    for id in [admin, other, admin] {
        let asker = user("alice").having([id]);
        assert_eq!(account.decide(&asker).get(0), Some(Decision::Allowed));
        let cited = &account.answer(0, &asker).unwrap().trace.layers[0].statements[0].policy;
        assert_eq!(cited, &bulk.named(id).unwrap().name);
    }
    assert_eq!(account.work().alike, 2);
    let own = text(&mut Dice([].iter()), false);
    let one = bulk.policy("one", &own).unwrap();
    assert_eq!(bulk.policy("one", &own).unwrap(), one);
    assert_eq!(bulk.named(one).unwrap().name.as_ref(), "one");
    bulk.release(mark);
    assert_eq!(bulk.named(one), None);
    assert_eq!(bulk.policy("admin", FULL).unwrap(), admin);
    assert_eq!(bulk.policy("again", &own).unwrap(), other, "the place is free again");
    assert_ne!(bulk.policy("by another name", FULL).unwrap(), other);
    assert!(bulk.policy("broken", "{").is_err());
}

#[test]
fn those_who_are_alike_are_asked_about_once() {
    let mut bulk = Bulk::new(ACTIONS);
    let deny = r#"{"Statement":{"Effect":"Deny","Action":"cloudtrail:*","Resource":"*",
        "Condition":{"ArnNotLike":{"aws:PrincipalArn":"arn:aws:iam::*:user/admin*"}}}}"#;
    let (admin, guard) = admin_and(&mut bulk, deny);
    let scps = vec![Level {
        name: "root".into(),
        policies: [admin, guard].map(|id| bulk.named(id).unwrap().clone()).to_vec(),
    }];
    let questions = vec![Question::new(0, TRAIL), Question::new(5, "*")];
    let context = Context::discovery();
    let mut account = bulk.account(Setup { questions, scps, context, ..Setup::default() });
    for (name, stops) in [
        ("alice", Decision::ExplicitlyDenied),
        ("bob", Decision::ExplicitlyDenied),
        ("admin", Decision::Allowed),
        ("admin2", Decision::Allowed),
    ] {
        let decisions = account.decide(&user(name).having([admin]));
        assert_eq!(decisions.get(0), Some(stops), "{name}");
        assert_eq!(decisions.get(1), Some(Decision::Allowed));
        assert_eq!(decisions.get(2), None);
    }
    assert_eq!(account.work(), Work { principals: 4, alike: 2, exact: 0 });
    let none = account.decide(&user("alice"));
    assert_eq!(none.get(1), Some(Decision::ImplicitlyDenied));
    let bounded = account.decide(&user("admin").having([admin]).within(guard));
    assert_eq!(bounded.get(0), Some(Decision::ImplicitlyDenied));
    assert_eq!(bounded.possible().count(), 0);
}

#[test]
fn what_hangs_on_unknown_circumstances_is_solved_once() {
    let mut bulk = Bulk::new(ACTIONS);
    let mfa = r#"{"Statement":[
        {"Effect":"Deny","Action":"*","Resource":"*","Condition":{"BoolIfExists":{"aws:MultiFactorAuthPresent":"false"}}},
        {"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"Bool":{"aws:MultiFactorAuthPresent":"false"}}}]}"#;
    let (admin, mfa) = admin_and(&mut bulk, mfa);
    let questions = vec![Question::new(0, TRAIL), Question::new(2, "arn:aws:s3:::logs")];
    let setup = Setup { questions, context: Context::discovery(), ..Setup::default() };
    let mut account = bulk.account(setup);
    for name in ["alice", "bob"] {
        let decisions = account.decide(&user(name).having([mfa]));
        assert_eq!(decisions.get(1), Some(Decision::ExplicitlyDenied), "no MFA, and then denied");
        let decisions = account.decide(&user(name).having([mfa, admin]));
        assert_eq!(decisions.get(0), Some(Decision::Conditional));
        assert_eq!(decisions.possible().collect::<Vec<_>>(), [0, 1]);
        let both = Decisions {
            len: 2,
            conditional: [0].into_iter().collect(),
            allowed: [1].into_iter().collect(),
            ..Decisions::default()
        };
        assert_eq!(both.possible().collect::<Vec<_>>(), [0, 1], "in their order");
        assert_eq!(decisions.allowed().count(), 0);
    }
    let answer = account.answer(0, &user("alice").having([mfa, admin])).unwrap();
    assert_eq!(answer.depends_on, ["aws:MultiFactorAuthPresent"]);
    assert_eq!(account.work().exact, 4, "two of the first kind, two of the second");
}
