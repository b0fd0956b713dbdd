//! Patterns as automata: which of them one text can match together, and what texts there are.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::template::Token;

/// A pattern, and whether it ignores case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Pattern {
    pub(crate) tokens: Vec<Token>,
    pub(crate) fold: bool,
}

/// The places in a pattern at which a text that has been read so far may stand; sorted.
type Places = Vec<usize>;

impl Pattern {
    fn start(&self) -> Places {
        self.closed(vec![0])
    }

    /// With each place before a run the place behind it.
    fn closed(&self, mut places: Places) -> Places {
        let mut next = 0;
        while let Some(at) = places.get(next).copied() {
            next += 1;
            if self.tokens.get(at).is_some_and(|token| token.is_run())
                && !places.contains(&(at + 1))
            {
                places.push(at + 1);
            }
        }
        places.sort_unstable();
        places
    }

    fn step(&self, places: &[usize], found: char) -> Places {
        let mut next = Vec::new();
        for at in places {
            let Some(token) = self.tokens.get(*at) else { continue };
            let to = if token.is_run() { *at } else { at + 1 };
            if token.takes(found, self.fold) && !next.contains(&to) {
                next.push(to);
            }
        }
        self.closed(next)
    }

    fn accepts(&self, places: &[usize]) -> bool {
        places.binary_search(&self.tokens.len()).is_ok()
    }

    /// After how many characters the pattern is matched.
    pub(crate) fn ends(&self, text: &[char]) -> Vec<usize> {
        let mut places = self.start();
        let mut ends = Vec::new();
        for (at, found) in text.iter().enumerate() {
            if self.accepts(&places) {
                ends.push(at);
            }
            places = self.step(&places, *found);
        }
        if self.accepts(&places) {
            ends.push(text.len());
        }
        ends
    }

    /// The characters that make a difference at these places.
    fn live(&self, places: &[usize], into: &mut BTreeSet<char>) {
        for at in places {
            match self.tokens.get(*at) {
                Some(Token::Char(c)) => {
                    into.insert(*c);
                    if self.fold {
                        into.extend(c.to_lowercase());
                        into.extend(c.to_uppercase());
                    }
                }
                Some(Token::AnyInField | Token::RunInField) => {
                    into.insert(':');
                }
                Some(Token::Any | Token::Run) | None => {}
            }
        }
    }
}

/// How many joint states are looked at, how many steps of single patterns are taken, and how many regions are kept.
const STATES: usize = 4_000;
const STEPS: usize = 1_000_000;
const REGIONS: usize = 256;

/// One text for each set of patterns that some text matches together, as far as the second says: whether all were found.
///
/// All patterns are read at once, character by character; of the characters that no pattern tells apart one stands for all.
pub(crate) fn regions(patterns: &[Pattern]) -> (Vec<String>, bool) {
    let other = stranger(patterns);
    let start: Vec<Places> = patterns.iter().map(Pattern::start).collect();
    let mut seen = BTreeSet::from([start.clone()]);
    let mut queue = VecDeque::from([(start, String::new())]);
    let mut found: BTreeMap<Vec<bool>, String> = BTreeMap::new();
    let (mut complete, mut steps) = (true, 0_usize);
    while let Some((state, text)) = queue.pop_front() {
        if steps > STEPS {
            complete = false;
            break;
        }
        let matched = patterns.iter().zip(&state).map(|(p, places)| p.accepts(places)).collect();
        if found.len() < REGIONS || found.contains_key(&matched) {
            let kept = found.entry(matched).or_insert_with(|| text.clone());
            if kept.is_empty() {
                // A text that is there reads better than an empty one.
                kept.clone_from(&text);
            }
        } else {
            complete = false;
        }
        let mut alphabet = BTreeSet::from([other]);
        for (pattern, places) in patterns.iter().zip(&state) {
            pattern.live(places, &mut alphabet);
        }
        let places: usize = state.iter().map(|places| places.len() + 1).sum();
        steps = steps.saturating_add(places.saturating_mul(alphabet.len()));
        for c in alphabet {
            let next: Vec<Places> =
                patterns.iter().zip(&state).map(|(p, places)| p.step(places, c)).collect();
            if seen.contains(&next) {
                continue;
            }
            if seen.len() >= STATES {
                complete = false;
                continue;
            }
            seen.insert(next.clone());
            let mut longer = text.clone();
            longer.push(c);
            queue.push_back((next, longer));
        }
    }
    (found.into_values().collect(), complete)
}

/// A character that no pattern names.
fn stranger(patterns: &[Pattern]) -> char {
    let named: BTreeSet<char> = patterns
        .iter()
        .flat_map(|pattern| &pattern.tokens)
        .flat_map(|token| match token {
            Token::Char(c) => c.to_lowercase().chain(c.to_uppercase()).chain([*c]).collect(),
            _ => Vec::new(),
        })
        .collect();
    ('a'..='z')
        .rev()
        .chain('0'..='9')
        .chain('\u{4e00}'..='\u{9fff}')
        .find(|c| !named.contains(c))
        .unwrap_or('\u{10ffff}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::template::{Wildcards, matches, steps};
    use super::*;

    fn pattern(text: &str, fold: bool) -> Pattern {
        Pattern { tokens: steps(text, Wildcards::Whole).collect(), fold }
    }

    fn vector(patterns: &[Pattern], text: &str) -> Vec<bool> {
        patterns.iter().map(|p| matches(&p.tokens, text, p.fold)).collect()
    }

    fn texts(alphabet: &[char], longest: usize) -> Vec<String> {
        let mut all = vec![String::new()];
        let mut last = all.clone();
        for _ in 0..longest {
            last =
                last.iter().flat_map(|t| alphabet.iter().map(move |c| format!("{t}{c}"))).collect();
            all.extend(last.clone());
        }
        all
    }

    proptest! {
        #[test]
        fn every_region_that_short_texts_show_is_found_and_each_witness_is_in_its_own(
            written in prop::collection::vec(("[abA*?]{0,4}", any::<bool>()), 1..4),
        ) {
            let patterns: Vec<Pattern> = written.iter().map(|(t, fold)| pattern(t, *fold)).collect();
            let (found, complete) = regions(&patterns);
            prop_assert!(complete);
            let vectors: BTreeSet<Vec<bool>> = found.iter().map(|t| vector(&patterns, t)).collect();
            prop_assert_eq!(vectors.len(), found.len());
            for text in texts(&['a', 'b', 'A', 'z'], 5) {
                prop_assert!(vectors.contains(&vector(&patterns, &text)), "{}", text);
            }
        }

        #[test]
        fn ends_are_those_of_the_prefixes(written in "[ab*?]{0,5}", text in "[ab]{0,6}") {
            let pattern = pattern(&written, false);
            let chars: Vec<char> = text.chars().collect();
            let expected: Vec<usize> =
                (0..=chars.len()).filter(|end| matches(&pattern.tokens, &text[..*end], false)).collect();
            prop_assert_eq!(pattern.ends(&chars), expected);
        }
    }

    #[test]
    fn stars_within_fields_stop_at_colons() {
        let tokens = vec![Token::RunInField, Token::Char(':'), Token::Run];
        let (found, complete) = regions(&[Pattern { tokens, fold: false }]);
        assert!(complete);
        assert_eq!(found.len(), 2);
    }

    #[test]
    fn too_many_states_are_said_to_be_so() {
        let patterns: Vec<Pattern> =
            (0..14).map(|at| pattern(&format!("*a{}", "?".repeat(at)), false)).collect();
        let (found, complete) = regions(&patterns);
        assert!(!complete && !found.is_empty());
    }
}
