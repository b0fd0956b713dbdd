//! Wildcards, against the definition written down as a table.
#![no_main]

use libfuzzer_sys::fuzz_target;
use trailproof_iam::pattern::{Case, matches};

/// Cell by cell: whether the rest of the pattern matches the rest of the text.
fn defined(pattern: &[char], text: &[char], case: Case) -> bool {
    let same = |one: char, other: char| match case {
        Case::Sensitive => one == other,
        Case::Insensitive => one.eq_ignore_ascii_case(&other),
    };
    let mut below = vec![false; text.len() + 1];
    below[text.len()] = true;
    for expected in pattern.iter().rev() {
        let mut row = vec![false; text.len() + 1];
        row[text.len()] = *expected == '*' && below[text.len()];
        for at in (0..text.len()).rev() {
            row[at] = match expected {
                '*' => below[at] || row[at + 1],
                '?' => below[at + 1],
                other => same(*other, text[at]) && below[at + 1],
            };
        }
        below = row;
    }
    below[0]
}

fuzz_target!(|input: (&str, &str)| {
    let (pattern, text) = input;
    let chars = |text: &str| text.chars().take(600).collect::<Vec<_>>();
    let (pattern, text) = (chars(pattern), chars(text));
    let (as_pattern, as_text): (String, String) = (pattern.iter().collect(), text.iter().collect());
    for case in [Case::Sensitive, Case::Insensitive] {
        let found = matches(&as_pattern, &as_text, case);
        assert_eq!(found, defined(&pattern, &text, case), "{as_pattern:?} {as_text:?} {case:?}");
    }
});
