//! Wildcards: `*` is any run of characters, also none; `?` is exactly one.

/// Whether letters of different case are the same letter (ASCII letters only, which is all that action names hold).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Case {
    /// As in resources.
    Sensitive,
    /// As in actions.
    Insensitive,
}

impl Case {
    fn fits(self, expected: char, found: char) -> bool {
        match self {
            _ if expected == '?' => true,
            Self::Sensitive => expected == found,
            Self::Insensitive => expected.eq_ignore_ascii_case(&found),
        }
    }
}

/// Whether the whole text matches the pattern. The work grows with the sum of the two lengths, however many stars there
/// are; only a piece between two stars that holds a `?` is looked for place by place.
#[must_use]
pub fn matches(pattern: &str, text: &str, case: Case) -> bool {
    let Some((head, rest)) = pattern.split_once('*') else {
        return strip_head(pattern, text, case) == Some("");
    };
    let (middle, tail) = rest.rsplit_once('*').unwrap_or(("", rest));
    let between = strip_head(head, text, case).and_then(|text| strip_tail(tail, text, case));
    match (between, case) {
        (None, _) => false,
        (Some(_), _) if middle.bytes().all(|byte| byte == b'*') => true,
        (Some(text), Case::Sensitive) => holds_in_order(middle, text),
        (Some(text), Case::Insensitive) => {
            holds_in_order(&middle.to_ascii_lowercase(), &text.to_ascii_lowercase())
        }
    }
}

/// Whether the pieces between the stars stand in the text one behind the other. The first place of each is as good as
/// any later one, so that nothing is ever tried again.
fn holds_in_order(pieces: &str, text: &str) -> bool {
    let mut rest = Some(text);
    for piece in pieces.split('*') {
        rest = rest.and_then(|text| behind(piece, text));
    }
    rest.is_some()
}

/// What comes behind the first place of a piece.
fn behind<'t>(piece: &str, text: &'t str) -> Option<&'t str> {
    if !piece.contains('?') {
        return text.split_once(piece).map(|(_, rest)| rest);
    }
    let mut places = text.char_indices().map(|(at, _)| text.get(at..).unwrap_or_default());
    places.find_map(|rest| strip_head(piece, rest, Case::Sensitive))
}

/// What is left of the text behind a pattern without stars.
fn strip_head<'t>(pattern: &str, text: &'t str, case: Case) -> Option<&'t str> {
    let mut text = text.chars();
    let fits = |expected| text.next().is_some_and(|found| case.fits(expected, found));
    pattern.chars().all(fits).then_some(text.as_str())
}

/// What is left of the text before a pattern without stars.
fn strip_tail<'t>(pattern: &str, text: &'t str, case: Case) -> Option<&'t str> {
    let mut text = text.chars();
    let fits = |expected| text.next_back().is_some_and(|found| case.fits(expected, found));
    pattern.chars().rev().all(fits).then_some(text.as_str())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The definition, word for word; exponential.
    fn naive(pattern: &[char], text: &[char]) -> bool {
        match (pattern.split_first(), text.split_first()) {
            (None, None) => true,
            (Some(('*', rest)), None) => naive(rest, text),
            (Some(('*', rest)), Some((_, tail))) => naive(rest, text) || naive(pattern, tail),
            (Some(('?', rest)), Some((_, tail))) => naive(rest, tail),
            (Some((expected, rest)), Some((found, tail))) => expected == found && naive(rest, tail),
            (Some(_), None) | (None, Some(_)) => false,
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4096))]

        #[test]
        fn agrees_with_the_definition(pattern in "[aBé*?]{0,9}", text in "[aBé]{0,9}") {
            let chars = |s: &str| s.chars().collect::<Vec<_>>();
            let expected = naive(&chars(&pattern), &chars(&text));
            prop_assert_eq!(matches(&pattern, &text, Case::Sensitive), expected);
        }

        #[test]
        fn without_case_it_is_the_definition_on_lower_case(pattern in "[aAbB*?]{0,9}", text in "[aAbB]{0,9}") {
            let expected = matches(
                &pattern.to_lowercase(), &text.to_lowercase(), Case::Sensitive,
            );
            prop_assert_eq!(matches(&pattern, &text, Case::Insensitive), expected);
        }

        #[test]
        fn never_panics_and_a_lone_star_takes_all(pattern in any::<String>(), text in any::<String>()) {
            let _ = matches(&pattern, &text, Case::Insensitive);
            prop_assert!(matches("*", &text, Case::Sensitive));
            let open_ended = text.clone() + "*";
            prop_assert!(matches(&open_ended, &text, Case::Sensitive));
        }
    }

    #[test]
    fn examples_from_policies() {
        assert!(matches("cloudtrail:Stop*", "CloudTrail:StopLogging", Case::Insensitive));
        assert!(!matches("cloudtrail:Stop*", "CloudTrail:StopLogging", Case::Sensitive));
        assert!(matches("arn:aws:s3:::logs/*", "arn:aws:s3:::logs/", Case::Sensitive));
        assert!(!matches("arn:aws:s3:::logs/*", "arn:aws:s3:::logs", Case::Sensitive));
        assert!(!matches("s3:Get?bject", "s3:Getbject", Case::Insensitive));
        assert!(matches("", "", Case::Sensitive));
        assert!(!matches("", "a", Case::Sensitive));
    }

    #[test]
    fn a_piece_that_almost_fits_everywhere_does_not_cost_its_length_each_time() {
        let text = "a".repeat(1_000_000);
        for tail in ["b*", "B*", "b*x"] {
            let pattern = format!("*{}{tail}", "a".repeat(400_000));
            assert!(!matches(&pattern, &text, Case::Sensitive));
            assert!(!matches(&pattern, &text, Case::Insensitive));
        }
    }

    #[test]
    fn many_stars_do_not_explode() {
        // Trying every star again would take longer than anyone waits.
        let pattern = "*a".repeat(200_000) + "b";
        let text = "a".repeat(600_000);
        assert!(!matches(&pattern, &text, Case::Sensitive));
        assert!(matches(&(pattern + "*"), &(text + "b"), Case::Sensitive));
    }
}
