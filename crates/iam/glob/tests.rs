//! Against the definition, tried out on every short text.

use proptest::prelude::*;

use super::*;
use crate::pattern::{self, Case};

/// Every text of up to six letters.
fn texts() -> Vec<String> {
    let mut all = vec![String::new()];
    let mut from = 0;
    for _ in 0..6 {
        let to = all.len();
        for at in from..to {
            for letter in ['a', 'b', ':'] {
                all.push(format!("{}{letter}", all[at]));
            }
        }
        from = to;
    }
    all
}

/// The definition, word for word; exponential.
fn naive(tokens: &[Token], text: &[char]) -> bool {
    match (tokens.split_first(), text.split_first()) {
        (None, None) => true,
        (Some((token, rest)), None) => token.is_run() && naive(rest, text),
        (Some((token, rest)), Some((letter, tail))) if token.is_run() => {
            naive(rest, text) || (token.takes(*letter) && naive(tokens, tail))
        }
        (Some((token, rest)), Some((letter, tail))) => token.takes(*letter) && naive(rest, tail),
        (None, Some(_)) => false,
    }
}

fn holds(glob: &Glob, text: &str) -> bool {
    naive(&glob.tokens, &text.chars().collect::<Vec<_>>())
}

fn globs(count: std::ops::Range<usize>) -> impl Strategy<Value = Vec<Glob>> {
    let one = ("[ab:*?]{0,6}", any::<bool>())
        .prop_map(|(text, arn)| if arn { Glob::arn(&text) } else { Glob::new(&text) });
    proptest::collection::vec(one, count)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn matching_is_the_definition(text in "[ab:*?]{0,8}", name in "[abc:]{0,8}") {
        let (whole, arn) = (Glob::new(&text), Glob::arn(&text));
        prop_assert_eq!(whole.matches(&name), holds(&whole, &name));
        prop_assert_eq!(whole.matches(&name), pattern::matches(&text, &name, Case::Sensitive));
        prop_assert_eq!(arn.matches(&name), holds(&arn, &name));
        prop_assert!(!arn.matches(&name) || whole.matches(&name), "by field is never wider");
    }

    #[test]
    fn what_is_found_is_so_and_what_is_so_is_found(in_all in globs(0..4), in_none in globs(0..4)) {
        let (all, none) = (in_all.iter().collect::<Vec<_>>(), in_none.iter().collect::<Vec<_>>());
        let fits = |text: &str| {
            all.iter().all(|glob| holds(glob, text)) && !none.iter().any(|glob| holds(glob, text))
        };
        match find(&all, &none, STEPS) {
            Found::Text(text) => {
                prop_assert!(fits(&text), "{text} does not fit");
                let shorter = texts().into_iter().find(|other| other.len() < text.chars().count() && fits(other));
                prop_assert_eq!(shorter, None);
            }
            Found::Nothing => {
                prop_assert_eq!(texts().into_iter().find(|text| fits(text)), None);
            }
            Found::TooLarge => prop_assert!(false, "too large for so few letters"),
        }
    }

    #[test]
    fn meeting_and_lying_within_agree(one in "[ab*?]{0,7}", other in "[ab*?]{0,7}") {
        let (one, other) = (Glob::new(&one), Glob::new(&other));
        let mirrored = matches!(meet(&other, &one), Found::Text(_));
        prop_assert_eq!(matches!(meet(&one, &other), Found::Text(_)), mirrored);
        if within(&one, &[&other]) == Within::Yes {
            prop_assert!(mirrored, "no glob is empty");
        }
        prop_assert_eq!(within(&one, &[&one]), Within::Yes);
    }

    #[test]
    fn any_text_ends(one in any::<String>(), other in any::<String>()) {
        let (one, other) = (Glob::arn(&one), Glob::new(&other));
        let _ = find(&[&one], &[&other], 1 << 12);
    }
}

#[test]
fn objects_of_a_bucket() {
    let bucket = Glob::new("arn:aws:s3:::logs/*");
    let ours = Glob::new("arn:aws:s3:::logs/AWSLogs/*");
    assert_eq!(within(&ours, &[&bucket]), Within::Yes);
    assert_eq!(within(&bucket, &[&ours]), Within::No("arn:aws:s3:::logs/".to_owned()));
    assert_eq!(
        meet(&Glob::new("arn:aws:s3:::*/2026/*"), &ours),
        Found::Text("arn:aws:s3:::logs/AWSLogs/2026/".to_owned())
    );
    assert_eq!(meet(&Glob::new("arn:aws:s3:::log/*"), &bucket), Found::Nothing);
    let halves = [Glob::new("arn:aws:s3:::logs/A*"), Glob::new("arn:aws:s3:::logs/?*")];
    assert_eq!(within(&ours, &[&halves[0], &halves[1]]), Within::Yes);
    let both = [&halves[0], &halves[1]];
    assert_eq!(within(&bucket, &both), Within::No("arn:aws:s3:::logs/".to_owned()));
}

#[test]
fn a_field_of_an_arn_holds_its_wildcards() {
    let trail = "arn:aws:cloudtrail:eu-west-1:111111111111:trail/main";
    assert!(Glob::arn("arn:aws:cloudtrail:*:*:trail/*").matches(trail));
    assert!(Glob::arn("arn:aws:cloudtrail:*").matches(trail));
    assert!(!Glob::arn("arn:aws:*:trail/main").matches(trail));
    assert!(Glob::new("arn:aws:*:trail/main").matches(trail));
    assert!(Glob::arn("*").matches(trail));
    assert!(Glob::arn("arn:aws:logs:*:*:a*:b").matches("arn:aws:logs:r:1:ax:y:b"));
}

#[test]
fn a_value_in_the_place_of_a_variable_is_no_pattern() {
    let mut glob = Glob::new("arn:aws:s3:::home/");
    glob.push_literal("a*");
    glob.push("/*");
    assert!(glob.matches("arn:aws:s3:::home/a*/x"));
    assert!(!glob.matches("arn:aws:s3:::home/abc/x"));
    assert!(Glob::literal("a?").is_literal() && !Glob::new("a?").is_literal());
}

#[test]
fn long_patterns_end_soon_and_say_when_they_were_cut() {
    let stars = Glob::new(&"*a".repeat(2_000));
    let other = Glob::new(&"a*".repeat(2_000));
    assert_eq!(find(&[&stars], &[&other], 1 << 12), Found::TooLarge);
    // What the last of so many letters was takes a set of places for each combination.
    let last = Glob::new(&format!("*a{}", "?".repeat(40)));
    let not_last = Glob::new(&format!("*b{}", "?".repeat(39)));
    assert!(matches!(within(&last, &[&not_last]), Within::No(_) | Within::TooLarge));
}
