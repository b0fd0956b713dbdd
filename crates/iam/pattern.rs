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
    fn same(self, one: char, other: char) -> bool {
        match self {
            Self::Sensitive => one == other,
            Self::Insensitive => one.eq_ignore_ascii_case(&other),
        }
    }
}

/// Whether the whole text matches the pattern. Only the last star is ever tried again, so the work is bounded by the
/// product of the two lengths and no pattern makes it explode; nothing is allocated.
#[must_use]
pub fn matches(pattern: &str, text: &str, case: Case) -> bool {
    let mut pattern = pattern.chars();
    let mut text = text.chars();
    let mut last_star = None;
    loop {
        let mut rest = pattern.clone();
        match (rest.next(), text.clone().next()) {
            (Some('*'), _) if rest.as_str().is_empty() => return true,
            (Some('*'), _) => {
                last_star = Some((rest.clone(), text.clone()));
                pattern = rest;
                continue;
            }
            (Some(expected), Some(found)) if expected == '?' || case.same(expected, found) => {
                pattern = rest;
                text.next();
                continue;
            }
            (None, None) => return true,
            // The text is used up: a longer run for the star leaves even less of it.
            (Some(_), None) => return false,
            (_, Some(_)) => {}
        }
        let Some((after_star, run)) = &mut last_star else { return false };
        run.next();
        pattern = after_star.clone();
        text = run.clone();
    }
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
    fn many_stars_do_not_explode() {
        // Trying every star again would take longer than anyone waits.
        let pattern = "*a".repeat(2_000) + "b";
        let text = "a".repeat(6_000);
        assert!(!matches(&pattern, &text, Case::Sensitive));
    }
}
