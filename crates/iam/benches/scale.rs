//! Policies of any size, and patterns made to be slow.
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a bench prints, and its input is its own"
)]

use std::fmt::Write;

use trailproof_iam::PolicyDocument;
use trailproof_iam::pattern::{Case, matches};

mod measure;

use measure::growth;

fn list(n: usize, item: impl Fn(usize) -> String) -> String {
    (0..n).map(item).collect::<Vec<_>>().join(",")
}

fn policy(statements: &str) -> String {
    format!(r#"{{"Version":"2012-10-17","Statement":[{statements}]}}"#)
}

fn statements(n: usize) -> String {
    policy(&list(n, |at| {
        format!(
            r#"{{"Sid":"s{at}","Effect":"Allow","Action":["s3:Get*","s3:Put?bject"],"Resource":"arn:aws:s3:::b{at}/*"}}"#
        )
    }))
}

fn one_with(element: &str) -> String {
    policy(&format!(r#"{{"Effect":"Allow","Action":"*","Resource":"*",{element}}}"#))
}

#[expect(clippy::ptr_arg, reason = "what is measured is given as it was made")]
fn parsed(text: &String) -> PolicyDocument {
    PolicyDocument::parse(text).unwrap()
}

fn main() {
    growth("parse: statements", 2_500, statements, parsed);
    growth(
        "parse: percent-encoded statements",
        2_500,
        |n| encoded(&statements(n)),
        |text: &String| PolicyDocument::parse_url_encoded(text).unwrap(),
    );
    growth(
        "parse: actions of one statement, 1 MB and more",
        12_500,
        |n| {
            policy(&format!(
                r#"{{"Effect":"Allow","Action":[{}],"Resource":"*"}}"#,
                list(n, |at| format!(r#""service:Action{at}""#))
            ))
        },
        parsed,
    );
    growth(
        "parse: condition keys in one block",
        2_500,
        |n| {
            one_with(&format!(
                r#""Condition":{{"StringEquals":{{{}}}}}"#,
                list(n, |at| format!(r#""aws:RequestTag/k{at}":"v""#))
            ))
        },
        parsed,
    );
    growth(
        "parse: condition operators that nobody knows",
        2_500,
        |n| {
            one_with(&format!(
                r#""Condition":{{{}}}"#,
                list(n, |at| format!(r#""Odd{at}":{{"k":"v"}}"#))
            ))
        },
        parsed,
    );
    let kinds = |n| {
        one_with(&format!(
            r#""Principal":{{{}}}"#,
            list(n, |at| format!(r#""Kind{at}":["a","b"]"#))
        ))
    };
    growth("parse: kinds of principals that nobody knows", 2_500, kinds, parsed);
    growth("print: the same", 2_500, |n| parsed(&kinds(n)), PolicyDocument::to_value);
    growth(
        "parse: members that nobody knows",
        2_500,
        |n| one_with(&list(n, |at| format!(r#""Member{at}":null"#))),
        parsed,
    );
    growth(
        "refuse: nesting",
        25_000,
        |n| "[".repeat(n),
        |text: &String| PolicyDocument::parse(text).unwrap_err(),
    );
    growth(
        "match: actions against one",
        2_500,
        |n| parsed(&statements(n)),
        |document: &PolicyDocument| {
            document
                .statements
                .iter()
                .filter(|one| one.actions.matches("cloudtrail:StopLogging"))
                .count()
        },
    );
    let case =
        |pattern: fn(usize) -> String, text: fn(usize) -> String| move |n| (pattern(n), text(n));
    let run = |(pattern, text): &(String, String)| {
        [Case::Sensitive, Case::Insensitive].map(|case| matches(pattern, text, case))
    };
    growth(
        "match: *a*a*a… in a…",
        12_500,
        case(|n| "*a".repeat(n) + "*b*", |n| "a".repeat(3 * n)),
        run,
    );
    growth(
        "match: *a…b in a…",
        12_500,
        case(|n| format!("*{}b*", "a".repeat(n)), |n| "a".repeat(3 * n)),
        run,
    );
    growth(
        "match: *ab*ab… in ab…",
        12_500,
        case(|n| "*ab".repeat(n) + "*c*", |n| "ab".repeat(n)),
        run,
    );
    growth("match: ?… against a…", 12_500, case(|n| "?".repeat(n), |n| "a".repeat(n)), run);
    growth("match: *?*?… in a…", 12_500, case(|n| "*?".repeat(n) + "*", |n| "a".repeat(n)), run);
    growth(
        "match: a piece of 64 with a ?, in a…",
        12_500,
        case(|_| format!("*{}?b*", "a".repeat(62)), |n| "a".repeat(n)),
        run,
    );
}

fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut encoded, byte| {
        let _ = write!(encoded, "%{byte:02X}");
        encoded
    })
}
