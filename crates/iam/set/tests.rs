//! One name of each piece stands for all names.

use proptest::prelude::*;

use super::*;

const OBJECTS: &str = "arn:aws:s3:::b/*";

fn policy(text: &str) -> NamedPolicy {
    NamedPolicy::new("policy", PolicyDocument::parse(text).unwrap())
}

fn ask(statements: &str, pattern: &str) -> SetAnswer {
    let identity = [policy(&format!(r#"{{"Version":"2012-10-17","Statement":[{statements}]}}"#))];
    let request = Request::new(
        "arn:aws:iam::111111111111:user/alice".parse().unwrap(),
        "s3:DeleteObject",
        pattern,
    );
    evaluate_set(&request, &Layers { identity: &identity, ..Layers::default() }, &[])
}

fn statement(effect: &str, resource: &str) -> String {
    format!(r#"{{"Effect":"{effect}","Action":"s3:*","{resource}}}"#)
}

#[test]
fn all_some_and_none() {
    let allow = |resource: &str| statement("Allow", &format!(r#"Resource":"{resource}""#));
    let deny = |resource: &str| statement("Deny", &format!(r#"Resource":"{resource}""#));
    let extent = |parts: &[String]| ask(&parts.join(","), OBJECTS).possible();
    assert_eq!(extent(&[allow("*")]), Some(Extent::All));
    assert_eq!(extent(&[allow("arn:aws:s3:::b/x/*")]), Some(Extent::Some));
    assert_eq!(extent(&[allow("arn:aws:s3:::b")]), Some(Extent::None));
    assert_eq!(extent(&[allow("*"), deny("arn:aws:s3:::b/*")]), Some(Extent::None));
    assert_eq!(extent(&[allow("*"), deny("arn:aws:s3:::b/?*")]), Some(Extent::Some));
    let halves =
        [allow("*"), deny("arn:aws:s3:::b/a*"), deny("arn:aws:s3:::b/"), deny("arn:aws:s3:::b/?*")];
    assert_eq!(extent(&halves), Some(Extent::None), "together they cover all");
    assert_eq!(
        extent(&[allow("arn:aws:s3:::b/${aws:username}/*")]),
        Some(Extent::None),
        "unknown by name"
    );
}

#[test]
fn variables_are_filled_in() {
    let identity = [policy(
        r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::b/${aws:username}/*"}}"#,
    )];
    let alice = "arn:aws:iam::111111111111:user/alice".parse().unwrap();
    let mut request = Request::new(alice, "s3:DeleteObject", OBJECTS);
    request.context = crate::Context::discovery();
    let answer = evaluate_set(&request, &Layers { identity: &identity, ..Layers::default() }, &[]);
    assert_eq!(answer.possible(), Some(Extent::Some));
    assert_eq!(answer.witness().unwrap().0, "arn:aws:s3:::b/alice/");
}

#[test]
fn what_was_not_looked_at_is_not_judged() {
    let denied = statement("Deny", r#"Resource":"*""#);
    let anywhere = "arn:aws:sns:*:111111111111:alarms";
    assert_eq!(ask(&denied, anywhere).possible(), None, "a region bears on conditions");
    let allowed = statement("Allow", r#"Resource":"*""#);
    assert_eq!(ask(&allowed, anywhere).possible(), Some(Extent::Some));
    let hard: Vec<_> = (0..14)
        .map(|at| statement("Allow", &format!(r#"Resource":"arn:aws:s3:::b/*{at}*""#)))
        .collect();
    let answer = ask(&hard.join(","), OBJECTS);
    assert!(!answer.complete && answer.pieces.len() <= PIECES);
    assert_eq!(answer.possible(), Some(Extent::Some));
}

#[test]
fn samples_are_asked_about_if_they_belong_to_the_set() {
    let identity =
        [policy(r#"{"Statement":{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::b/x"}}"#)];
    let alice = "arn:aws:iam::111111111111:user/alice".parse().unwrap();
    let request = Request::new(alice, "s3:DeleteObject", OBJECTS);
    let samples = ["arn:aws:s3:::b/x".to_owned(), "arn:aws:s3:::other/x".to_owned()];
    let layers = Layers { identity: &identity, ..Layers::default() };
    let answer = evaluate_set(&request, &layers, &samples);
    assert_eq!(answer.pieces.len(), 3);
    assert_eq!(answer.pieces[0].0, samples[0]);
    assert!(answer.pieces.iter().all(|(name, _)| name != &samples[1]));
}

fn names() -> Vec<String> {
    let mut names = vec!["arn:aws:s3:::b/".to_owned()];
    let mut from = 0;
    for _ in 0..4 {
        let to = names.len();
        for at in from..to {
            for letter in ['a', ':', '/', 'z'] {
                names.push(format!("{}{letter}", names[at]));
            }
        }
        from = to;
    }
    names
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn a_name_of_each_piece_stands_for_all(
        parts in proptest::collection::vec((any::<bool>(), any::<bool>(), "(arn:aws:s3:::|arn:\\*:s3:|\\*:::|)[ab]/?[ab:/*?]{0,3}"), 1..4)
    ) {
        let parts: Vec<_> = parts.iter().map(|(allow, not, resource)| {
            let element = if *not { "NotResource" } else { "Resource" };
            statement(if *allow { "Allow" } else { "Deny" }, &format!(r#"{element}":"{resource}""#))
        }).collect();
        let identity = [policy(&format!(r#"{{"Statement":[{}]}}"#, parts.join(",")))];
        let layers = Layers { identity: &identity, ..Layers::default() };
        let alice: crate::Caller = "arn:aws:iam::111111111111:user/alice".parse().unwrap();
        let answer = evaluate_set(&Request::new(alice.clone(), "s3:DeleteObject", OBJECTS), &layers, &[]);
        prop_assert!(answer.complete);
        let asked: Vec<_> = names().iter().map(|name| {
            evaluate(&Request::new(alice.clone(), "s3:DeleteObject", name), &layers).decision.is_possible()
        }).collect();
        match answer.possible() {
            Some(Extent::All) => prop_assert!(asked.iter().all(|yes| *yes)),
            Some(Extent::None) => prop_assert!(asked.iter().all(|yes| !*yes)),
            Some(Extent::Some) => {
                let (name, found) = answer.witness().unwrap();
                let again = evaluate(&Request::new(alice, "s3:DeleteObject", name), &layers);
                prop_assert_eq!(found, &again);
            }
            None => prop_assert!(false),
        }
    }
}
