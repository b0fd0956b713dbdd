//! Policies that are larger, deeper or odder than AWS takes: refused or read, in time that grows with their length.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use trailproof_iam::{
    Answer, Context, Decision, Layers, NamedPolicy, Note, ParseError, PolicyDocument, Request,
    evaluate,
};

fn list(n: usize, item: impl Fn(usize) -> String) -> String {
    (0..n).map(item).collect::<Vec<_>>().join(",")
}

fn one_with(element: &str) -> String {
    format!(r#"{{"Statement":[{{"Effect":"Allow","Action":"*",{element}}}]}}"#)
}

#[test]
fn ten_thousand_statements_keep_their_places() {
    let statements = list(10_000, |at| {
        format!(r#"{{"Effect":"Deny","Action":"s3:*{at}","Resource":"arn:aws:s3:::b{at}/*"}}"#)
    });
    let text = format!(r#"{{"Version":"2012-10-17","Statement":[{statements}]}}"#);
    let document = PolicyDocument::parse(&text).unwrap();
    assert_eq!(document.statements[9_999].index, 9_999);
    assert_eq!(PolicyDocument::from_value(&document.to_value()).unwrap(), document);
}

#[test]
fn a_text_of_megabytes_is_one_entry() {
    let long = "*a".repeat(1_000_000);
    let document = PolicyDocument::parse(&one_with(&format!(r#""Resource":"{long}""#))).unwrap();
    assert_eq!(document.statements[0].resources.as_ref().unwrap().entries(), [long]);
    let error = PolicyDocument::parse(&format!(r#"{{"Version":"{}"}}"#, "é".repeat(1_000_000)));
    assert!(error.unwrap_err().to_string().len() < 500);
}

#[test]
fn ten_thousand_condition_keys_and_operators_are_all_kept() {
    let keys = list(10_000, |at| format!(r#""aws:RequestTag/{at}":"v""#));
    let text = one_with(&format!(r#""Condition":{{"StringEquals":{{{keys}}}}}"#));
    assert_eq!(PolicyDocument::parse(&text).unwrap().statements[0].conditions.len(), 10_000);
    let operators = list(10_000, |at| format!(r#""Odd{at}":{{"k":"v"}}"#));
    let text = one_with(&format!(r#""Condition":{{{operators}}}"#));
    let statement = &PolicyDocument::parse(&text).unwrap().statements[0];
    assert_eq!((statement.conditions.len(), statement.unknown.len()), (10_000, 10_000));
}

#[test]
fn an_operator_written_twice_is_refused_also_where_the_first_says_nothing() {
    for (first, second) in [("{}", r#"{"k":"v"}"#), (r#"{"k":"v"}"#, "{}"), ("{}", "{}")] {
        let block = format!(r#""Condition":{{"Bool":{first},"bool":{second}}}"#);
        let error = PolicyDocument::parse(&one_with(&block)).unwrap_err();
        assert!(
            matches!(error, ParseError::Duplicate { ref path } if path.ends_with("/Condition/bool"))
        );
    }
}

#[test]
fn nesting_of_any_depth_is_an_error() {
    for open in ["[", "{\"Statement\":", "{\"Statement\":[{\"Condition\":", "[{\"a\":"] {
        for depth in [200, 100_000] {
            let deep = open.repeat(depth);
            assert!(matches!(PolicyDocument::parse(&deep), Err(ParseError::Json(_))));
            let encoded = deep.replace('{', "%7B").replace('[', "%5b");
            assert!(matches!(
                PolicyDocument::parse_url_encoded(&encoded),
                Err(ParseError::Json(_))
            ));
        }
    }
}

/// What is said where nothing is known of the context.
fn asked(text: &str) -> Answer {
    let caller = "arn:aws:iam::111111111111:user/alice".parse().unwrap();
    let mut request =
        Request::new(caller, "s3:GetObject", &format!("arn:aws:s3:::b/{}", "a".repeat(200)));
    request.context = Context::discovery();
    let policies = [NamedPolicy::new("large", PolicyDocument::parse(text).unwrap())];
    evaluate(&request, &Layers { identity: &policies, ..Layers::default() })
}

fn current(statements: &str) -> String {
    format!(r#"{{"Version":"2012-10-17","Statement":[{statements}]}}"#)
}

#[test]
fn more_unknown_keys_than_can_be_tried_are_said_to_be_so() {
    for (keys, most) in [(100, false), (10_000, true)] {
        let block = list(keys, |at| format!(r#""x:{at}":"v""#));
        let statement =
            r#"{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEquals":{"#;
        let answer = asked(&current(&format!("{statement}{block}}}}}}}")));
        assert_eq!(answer.decision, Decision::Conditional);
        assert_eq!(
            (answer.depends_on.len(), answer.notes.contains(&Note::NotResolved)),
            (keys, most)
        );
    }
    let pairs = list(30, |at| {
        format!(
            r#"{{"Effect":"Allow","Action":"*","Resource":"*","Condition":{{"Bool":{{"x:{at}":"true","y:{at}":"true"}}}}}}"#
        )
    });
    let answer = asked(&current(&pairs));
    assert_eq!(answer.decision, Decision::Conditional);
    assert_eq!(answer.notes, [Note::NotResolved]);
    assert!(!answer.witness.is_empty());
}

#[test]
fn patterns_and_variables_without_measure_come_to_an_end() {
    let patterns = list(200, |at| format!(r#""*{}{at}?*b*""#, "a*".repeat(50)));
    let like = format!(
        r#"{{"Effect":"Allow","Action":"*","Resource":"*","Condition":{{"StringLike":{{"x:a":[{patterns}]}}}}}}"#
    );
    let variables = list(200, |at| {
        format!(
            r#"{{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::*${{x:{}}}*${{x:b}}*","Condition":{{"StringLike":{{"x:c":"*${{x:a}}*"}}}}}}"#,
            at % 20
        )
    });
    for statements in [like, variables] {
        assert_eq!(asked(&current(&statements)).decision, Decision::Conditional);
    }
}
