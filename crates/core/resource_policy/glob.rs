//! What a glob says of all texts that begin alike: whether it takes them all, or any.

use trailproof_iam::pattern::{Case, matches};

/// How many characters of exactly one `?` each a glob may ask for before nothing is claimed of it.
const MAX_SINGLES: usize = 64;

/// Whether the glob matches every text that begins with the prefix, whatever follows.
///
/// What follows is tried as a run of a character that the glob does not hold, so that only wildcards can take it: a run of
/// each length up to one more than the glob has `?` tells of every text.
#[must_use]
pub fn covers(glob: &str, prefix: &str) -> bool {
    let singles = glob.matches('?').count();
    let foreign = ('\u{E000}'..'\u{F8FF}').find(|c| !glob.contains(*c));
    let Some(foreign) = foreign.filter(|_| singles <= MAX_SINGLES) else { return false };
    let mut text = prefix.to_owned();
    (0..=singles + 1).all(|_| {
        let held = matches(glob, &text, Case::Sensitive);
        text.push(foreign);
        held
    })
}

/// Whether the glob matches some text that begins with the prefix.
#[must_use]
pub fn touches(glob: &str, prefix: &str) -> bool {
    let (head, open) = glob.split_once('*').map_or((glob, false), |(head, _)| (head, true));
    let mut head = head.chars();
    for expected in prefix.chars() {
        match head.next() {
            Some(found) if found == '?' || found == expected => {}
            Some(_) => return false,
            None => return open,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_glob_takes_all_some_or_none_of_what_begins_alike() {
        for (glob, prefix, all, some) in [
            ("b/*", "b/AWSLogs/", true, true),
            ("b/AWSLogs/*", "b/AWSLogs/", true, true),
            ("*", "", true, true),
            ("b/AWSLogs/?*", "b/AWSLogs/", false, true),
            ("b/AWS?ogs/*", "b/AWSLogs/", true, true),
            ("b/AWSLogs/1/*", "b/AWSLogs/", false, true),
            ("b/*/x", "b/", false, true),
            ("b/x", "b/", false, true),
            ("b", "b/", false, false),
            ("c/*", "b/", false, false),
            ("b/AWSLogs", "b/AWSLogs/", false, false),
            ("*?", "a", true, true),
        ] {
            assert_eq!(covers(glob, prefix), all, "{glob} covers {prefix}");
            assert_eq!(touches(glob, prefix), some, "{glob} touches {prefix}");
        }
    }

    proptest! {
        #[test]
        fn what_is_claimed_holds_for_every_text(glob in "[ab*?]{0,6}", prefix in "[ab]{0,4}", rest in "[ab]{0,4}") {
            let text = prefix.clone() + &rest;
            let matched = matches(&glob, &text, Case::Sensitive);
            prop_assert!(!covers(&glob, &prefix) || matched);
            prop_assert!(touches(&glob, &prefix) || !matched);
        }

        #[test]
        fn to_cover_is_more_than_to_touch(glob in any::<String>(), prefix in any::<String>()) {
            prop_assert!(!covers(&glob, &prefix) || touches(&glob, &prefix));
            prop_assert!(covers(&(prefix.clone() + "*"), &prefix) || prefix.matches('?').count() > MAX_SINGLES);
        }
    }
}
