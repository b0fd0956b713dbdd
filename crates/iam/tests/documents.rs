//! Whole documents: what AWS stores, what it would refuse, and what must hold for every input.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use proptest::prelude::*;
use serde_json::{Value, json};
use trailproof_iam::{
    Actions, Condition, Effect, Operator, ParseError, PolicyDocument, Principal, Principals,
    Qualifier, Resources, Version,
};

fn parse(value: &Value) -> PolicyDocument {
    PolicyDocument::parse(&value.to_string()).unwrap_or_else(|error| panic!("{error}\n{value:#}"))
}

fn refusal(value: &Value) -> String {
    PolicyDocument::parse(&value.to_string()).unwrap_err().to_string()
}

fn in_statement(element: &str, value: Value) -> Value {
    let mut statement = json!({"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"});
    statement[element] = value;
    json!({"Version": "2012-10-17", "Statement": [statement]})
}

#[test]
fn a_single_statement_and_single_texts_are_lists_of_one() {
    let one = parse(&json!({
        "Version": "2012-10-17",
        "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"},
    }));
    let list = parse(&json!({
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": ["*"], "Resource": ["*"]}],
    }));
    assert_eq!(one, list);
    assert_eq!(one.statements[0].actions, Actions::Action(vec!["*".to_owned()]));
    assert_eq!(one.statements[0].resources, Some(Resources::Resource(vec!["*".to_owned()])));
}

#[test]
fn the_version_is_2008_unless_named() {
    let document = parse(&json!({"Statement": []}));
    assert_eq!(document.version, Version::V2008);
    assert!(!document.version.has_variables());
    assert_eq!(parse(&in_statement("Sid", json!("x"))).version, Version::V2012);
    assert_eq!(
        refusal(&json!({"Version": "2012-10-18", "Statement": []})),
        "/Version: \"2012-10-17\" or \"2008-10-17\" is expected, \"2012-10-18\" was found"
    );
}

#[test]
fn statements_keep_their_place_and_their_sid() {
    let document = parse(&json!({"Id": "doc", "Statement": [
        {"Effect": "Allow", "Action": "s3:*", "Resource": "*"},
        {"Sid": "No", "Effect": "Deny", "NotAction": ["s3:Get*"], "NotResource": "arn:aws:s3:::b"},
    ]}));
    assert_eq!(document.id.as_deref(), Some("doc"));
    let [first, second] = document.statements.as_slice() else { panic!("two statements") };
    assert_eq!((first.index, first.label().as_str()), (0, "statement 0"));
    assert_eq!((second.index, second.label().as_str()), (1, "No"));
    assert_eq!(second.effect, Effect::Deny);
    assert!(second.actions.matches("S3:PutObject") && !second.actions.matches("S3:GetObject"));
    assert!(first.actions.matches("S3:PutObject") && !first.actions.matches("kms:Decrypt"));
    assert!(matches!(&second.resources, Some(Resources::NotResource(_))));
}

#[test]
fn principals_of_every_kind() {
    let entries = |principal: Value| {
        let document = parse(&in_statement("Principal", principal));
        match document.statements[0].principal.clone().unwrap() {
            Principals::Principal(entries) => entries,
            Principals::NotPrincipal(_) => panic!("not negated"),
        }
    };
    assert_eq!(entries(json!("*")), [Principal::Anyone]);
    assert_eq!(entries(json!({"AWS": "*"})), [Principal::Aws("*".to_owned())]);
    assert!(entries(json!({"AWS": "*"}))[0].is_everyone());
    assert!(!entries(json!({"Service": "*"}))[0].is_everyone());
    assert_eq!(
        entries(json!({
            "AWS": ["111111111111", "arn:aws:iam::111111111111:user/bob"],
            "Service": "cloudtrail.amazonaws.com",
            "Federated": "accounts.google.com",
            "CanonicalUser": "79a5",
        })),
        [
            Principal::Aws("111111111111".to_owned()),
            Principal::Aws("arn:aws:iam::111111111111:user/bob".to_owned()),
            Principal::Service("cloudtrail.amazonaws.com".to_owned()),
            Principal::Federated("accounts.google.com".to_owned()),
            Principal::CanonicalUser("79a5".to_owned()),
        ]
    );
    let negated = parse(&in_statement("NotPrincipal", json!({"AWS": "111111111111"})));
    assert!(matches!(&negated.statements[0].principal, Some(Principals::NotPrincipal(_))));
}

#[test]
fn condition_operators_are_taken_apart_and_values_become_text() {
    let document = parse(&in_statement(
        "Condition",
        json!({
            "ForAnyValue:stringLikeIfExists": {"aws:TagKeys": ["a*", "b"]},
            "Bool": {"aws:MultiFactorAuthPresent": true, "aws:SecureTransport": "false"},
            "NumericLessThan": {"aws:MultiFactorAuthAge": 3600, "s3:max-keys": [-1, 2.5]},
            "StringNotEquals": {"aws:PrincipalOrgID": []},
        }),
    ));
    let condition = |operator, qualifier, if_exists, key: &str, values: &[&str]| Condition {
        operator,
        qualifier,
        if_exists,
        key: key.to_owned(),
        values: values.iter().map(|&value| value.to_owned()).collect(),
    };
    let any = Some(Qualifier::ForAnyValue);
    assert_eq!(
        document.statements[0].conditions,
        [
            condition(Operator::StringLike, any, true, "aws:TagKeys", &["a*", "b"]),
            condition(Operator::Bool, None, false, "aws:MultiFactorAuthPresent", &["true"]),
            condition(Operator::Bool, None, false, "aws:SecureTransport", &["false"]),
            condition(Operator::NumericLessThan, None, false, "aws:MultiFactorAuthAge", &["3600"]),
            condition(Operator::NumericLessThan, None, false, "s3:max-keys", &["-1", "2.5"]),
            condition(Operator::StringNotEquals, None, false, "aws:PrincipalOrgID", &[]),
        ]
    );
    assert_eq!(
        document.statements[0].conditions[0].operator_text(),
        "ForAnyValue:StringLikeIfExists"
    );
    assert!(!document.has_unknown());
}

#[test]
fn a_trust_policy_needs_no_resource() {
    let document = parse(&json!({"Version": "2012-10-17", "Statement": {
        "Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole",
    }}));
    assert_eq!(document.statements[0].resources, None);
}

#[test]
fn what_the_language_does_not_have_is_noted() {
    let document = parse(&json!({"version": "2012-10-17", "Statement": {
        "Effect": "Deny", "Action": "s3:*", "resource": "*", "Comment": 1,
        "Principal": {"aws": "*"},
        "Condition": {"StringMatches": {"k": "v"}, "NullIfExists": {"k": "true"}},
    }}));
    assert_eq!(document.unknown, ["version"]);
    assert_eq!(
        document.statements[0].unknown,
        [
            "resource",
            "Comment",
            "Principal/aws",
            "Condition/NullIfExists",
            "Condition/StringMatches"
        ]
    );
    assert!(document.has_unknown());
}

#[test]
fn every_refusal_names_the_place_and_what_is_expected_there() {
    for (document, message) in [
        (json!([]), "the document: an object is expected, a list was found"),
        (json!({}), "the document: Statement is missing"),
        (
            json!({"statement": []}),
            "the document: Statement is missing (names are case-sensitive: \"statement\" is not it)",
        ),
        (
            json!({"Statement": "x"}),
            "/Statement: a statement or a list of statements is expected, \"x\" was found",
        ),
        (json!({"Statement": [null]}), "/Statement/0: an object is expected, null was found"),
        (json!({"Statement": {"Action": "*"}}), "/Statement: Effect is missing"),
        (
            json!({"Statement": [{"Effect": "Deny", "action": "*"}]}),
            "/Statement/0: Action or NotAction is missing (names are case-sensitive: \"action\" is not it)",
        ),
        (
            in_statement("Effect", json!("allow")),
            "/Statement/0/Effect: \"Allow\" or \"Deny\" is expected, \"allow\" was found",
        ),
        (
            in_statement("Action", json!(["s3:*", 7])),
            "/Statement/0/Action/1: a text or a list of texts is expected, the number 7 was found",
        ),
        (
            in_statement("NotAction", json!("s3:*")),
            "/Statement/0/NotAction: stands beside its opposite; the two exclude each other",
        ),
        (
            in_statement("Principal", json!("111111111111")),
            "/Statement/0/Principal: \"*\" or an object such as {\"AWS\": …} is expected, \"111111111111\" was found",
        ),
        (
            in_statement("Condition", json!({"StringLike": {"s3:prefix/~": [{}]}})),
            "/Statement/0/Condition/StringLike/s3:prefix~1~0/0: a text, number, boolean or a list of them is expected, an object was found",
        ),
        (
            in_statement("Condition", json!({"Bool": {"a": "true"}, "bool": {"b": "true"}})),
            "/Statement/0/Condition/bool: stands there twice",
        ),
    ] {
        assert_eq!(refusal(&document), message);
    }
}

#[test]
fn an_element_given_twice_is_refused_not_resolved() {
    let text = r#"{"Statement": {"Effect": "Deny", "Effect": "Allow", "Action": "*"}}"#;
    assert_eq!(
        PolicyDocument::parse(text),
        Err(ParseError::Duplicate { path: "/Statement/Effect".to_owned() })
    );
}

#[test]
fn text_that_is_not_json_says_where() {
    for text in ["", "{", "{\"Statement\": []} x", "\u{feff}{}", &"[".repeat(100_000)] {
        let error = PolicyDocument::parse(text).unwrap_err();
        assert!(matches!(error, ParseError::Json(_)), "{error}");
        assert!(error.to_string().contains("line 1 column"), "{error}");
    }
}

#[test]
fn iam_returns_documents_percent_encoded() {
    let encoded = "%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%7B%22Effect%22%3A%22Allow%22%2C\
                   %22Action%22%3A%22s3%3A%2A%22%2C%22Resource%22%3A%22arn%3Aaws%3As3%3A%3A%3Aa%2Bb%20c+d%22%7D%5D%7D";
    let document = PolicyDocument::parse_url_encoded(encoded).unwrap();
    assert_eq!(
        document.statements[0].resources.as_ref().unwrap().entries(),
        ["arn:aws:s3:::a+b c+d"]
    );
    assert_eq!(
        PolicyDocument::parse_url_encoded("%7B%2"),
        Err(ParseError::PercentEncoding { offset: 3 })
    );
}

#[test]
fn a_printed_document_is_aws_own_form() {
    let written = json!({
        "Version": "2012-10-17",
        "Id": "x",
        "Statement": [{
            "Sid": "Logs",
            "Effect": "Deny",
            "Principal": {"AWS": ["111111111111", "222222222222"], "Service": "s3.amazonaws.com"},
            "NotAction": ["s3:Get*", "s3:List*"],
            "Resource": "arn:aws:s3:::logs/${aws:username}/*",
            "Condition": {"Bool": {"aws:SecureTransport": "false"}, "Null": {"aws:TokenIssueTime": "true"}},
        }],
    });
    assert_eq!(parse(&written).to_value(), written);
    assert_eq!(parse(&written).to_string(), written.to_string());
    let read: PolicyDocument = serde_json::from_value(written.clone()).unwrap();
    assert_eq!(read, PolicyDocument::from_value(&written).unwrap());
}

/// Any JSON, but often with the language's own names in it, so that much of it is nearly a policy.
fn nearly_a_policy() -> impl Strategy<Value = Value> {
    let name = prop_oneof![
        6 => proptest::sample::select(vec![
            "Version", "Id", "Statement", "Sid", "Effect", "Principal", "NotPrincipal", "Action",
            "NotAction", "Resource", "NotResource", "Condition", "AWS", "Service", "StringLike",
            "ForAllValues:stringlikeifexists", "NullIfExists", "Null", "aws:PrincipalArn",
        ]).prop_map(str::to_owned),
        1 => any::<String>(),
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        proptest::sample::select(vec!["Allow", "Deny", "*", "2012-10-17", "s3:*"])
            .prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 64, 6, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            proptest::collection::vec((name.clone(), inner), 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn strings() -> impl Strategy<Value = Value> {
    prop_oneof![
        any::<String>().prop_map(Value::from),
        proptest::collection::vec(any::<String>(), 0..4).prop_map(Value::from),
    ]
}

fn statement() -> impl Strategy<Value = Value> {
    let kinds = proptest::sample::select(vec!["AWS", "Service", "Federated", "CanonicalUser", "X"]);
    let principal = prop_oneof![
        Just(Value::from("*")),
        proptest::collection::vec((kinds.prop_map(str::to_owned), strings()), 0..4)
            .prop_map(|kinds| Value::Object(kinds.into_iter().collect())),
    ];
    let scalar = prop_oneof![
        any::<String>().prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
    ];
    let values =
        prop_oneof![scalar.clone(), proptest::collection::vec(scalar, 0..4).prop_map(Value::from)];
    let block = proptest::collection::vec((any::<String>(), values), 0..3)
        .prop_map(|keys| Value::Object(keys.into_iter().collect()));
    let operator = prop_oneof![
        4 => "(ForAnyValue:|forallvalues:)?(StringLike|bool|Null|ArnNotEquals|Odd)(IfExists|ifexists)?",
        1 => any::<String>(),
    ];
    let condition = proptest::collection::vec((operator, block), 0..3)
        .prop_map(|operators| Value::Object(operators.into_iter().collect()));
    (
        proptest::option::of(principal),
        any::<[bool; 4]>(),
        strings(),
        proptest::option::of(strings()),
        proptest::option::of(condition),
        proptest::option::of(any::<String>()),
    )
        .prop_map(|(principal, not, actions, resources, condition, sid)| {
            let mut statement = json!({"Effect": if not[0] { "Deny" } else { "Allow" }});
            let mut put = |(name, other): (&str, &str), negated: bool, value: Option<Value>| {
                if let Some(value) = value {
                    statement[if negated { other } else { name }] = value;
                }
            };
            put(("Principal", "NotPrincipal"), not[1], principal);
            put(("Action", "NotAction"), not[2], Some(actions));
            put(("Resource", "NotResource"), not[3], resources);
            put(("Condition", ""), false, condition);
            put(("Sid", ""), false, sid.map(Value::from));
            statement
        })
}

fn without_notes(mut document: PolicyDocument) -> PolicyDocument {
    document.unknown.clear();
    document.statements.iter_mut().for_each(|statement| statement.unknown.clear());
    document
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn no_json_makes_it_panic(value in nearly_a_policy()) {
        let from_text = PolicyDocument::parse(&value.to_string());
        let from_value = PolicyDocument::from_value(&value);
        prop_assert_eq!(from_text.is_ok(), from_value.is_ok());
    }

    #[test]
    fn no_text_makes_it_panic(text in any::<String>(), json in "[\\{\\}\\[\\]\",:a*0-9 \\\\%]{0,60}") {
        for text in [text, json] {
            let _ = PolicyDocument::parse(&text);
            let _ = PolicyDocument::parse_url_encoded(&text);
        }
    }

    #[test]
    fn what_is_printed_reads_back_the_same(statements in proptest::collection::vec(statement(), 0..4)) {
        let value = json!({"Version": "2012-10-17", "Statement": statements});
        match PolicyDocument::parse(&value.to_string()) {
            // The only refusal that these can earn: one operator written in two ways.
            Err(error) => prop_assert!(matches!(error, ParseError::Duplicate { .. }), "{}", error),
            Ok(document) => {
                let printed = document.to_string();
                let again = PolicyDocument::parse(&printed).unwrap();
                prop_assert_eq!(&again.to_string(), &printed);
                prop_assert_eq!(without_notes(again), without_notes(document.clone()));
                prop_assert_eq!(
                    PolicyDocument::parse(&format!("{document:#}")).unwrap().to_string(), printed
                );
            }
        }
    }

    #[test]
    fn encoded_and_plain_are_one_document(sid in any::<String>()) {
        let plain = in_statement("Sid", json!(sid)).to_string();
        let encoded: String = plain.bytes().map(|byte| format!("%{byte:02X}")).collect();
        prop_assert_eq!(
            PolicyDocument::parse_url_encoded(&encoded), PolicyDocument::parse(&plain)
        );
    }
}

#[test]
fn documents_of_the_worked_cases_are_read_whole() {
    let cases: Vec<Value> = serde_json::from_str(include_str!("cases.json")).unwrap();
    assert!(cases.len() >= 12);
    for case in &cases {
        let document = PolicyDocument::parse(&case["document"].to_string())
            .unwrap_or_else(|error| panic!("{}: {error}", case["case"]));
        assert!(!document.has_unknown(), "{}: {:?}", case["case"], document.statements);
        assert_eq!(listed(&document.to_value()), listed(&case["document"]), "{}", case["case"]);
    }
}

/// The same document with every text in place of a one-element list, operator names in AWS's case, and its version.
fn listed(value: &Value) -> Value {
    match value {
        Value::Array(items) if items.len() == 1 && items[0].is_string() => items[0].clone(),
        Value::Array(items) => items.iter().map(listed).collect(),
        Value::Object(members) => {
            let mut members: serde_json::Map<String, Value> = members
                .iter()
                .map(|(name, value)| (name.replace("stringlike", "StringLike"), listed(value)))
                .collect();
            if members.contains_key("Statement") && !members.contains_key("Version") {
                members.insert("Version".to_owned(), json!("2008-10-17"));
            }
            Value::Object(members)
        }
        other => other.clone(),
    }
}
