//! A glance at a text before it is parsed: whether an event that is wanted can be in it at all.

use memchr::memmem::{Finder, find};

/// What a text must hold: of each list a word at least.
#[derive(Debug, Default)]
pub struct Glance(Vec<Vec<Finder<'static>>>);

impl Glance {
    /// One of these words, of letters and digits.
    #[must_use]
    pub fn with_one_of(mut self, words: &[&str]) -> Self {
        self.0.push(words.iter().map(|word| Finder::new(*word).into_owned()).collect());
        self
    }

    /// What fits one of these globs, where each of them says something of its own.
    #[must_use]
    pub fn with_globs(self, globs: &[String]) -> Self {
        let words: Option<Vec<&str>> = globs.iter().map(|glob| word(glob)).collect();
        match words {
            Some(words) if !words.is_empty() => self.with_one_of(&words),
            _ => self,
        }
    }

    /// Whether it asks for nothing.
    #[must_use]
    pub fn lets_all_pass(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether it can be there. JSON writes a letter as itself or as `\u` and its number: where there are such, nothing is
    /// known without parsing.
    #[must_use]
    pub fn may_hold(&self, text: &[u8]) -> bool {
        let is_there = |words: &Vec<Finder<'_>>| words.iter().any(|one| one.find(text).is_some());
        self.0.iter().all(is_there) || find(text, br"\u").is_some()
    }
}

/// The longest run of letters and digits, which whatever fits the glob holds.
fn word(glob: &str) -> Option<&str> {
    let runs = glob.split(|one: char| !one.is_ascii_alphanumeric());
    runs.filter(|run| !run.is_empty()).max_by_key(|run| run.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn globs(globs: &[&str]) -> Glance {
        let globs: Vec<String> = globs.iter().map(|glob| (*glob).to_owned()).collect();
        Glance::default().with_globs(&globs)
    }

    #[test]
    fn a_text_without_the_words_of_a_glob_is_passed_over() {
        let text = br#"{"eventName":"DeleteTrail","sourceIPAddress":"203.0.113.9"}"#;
        for (asked, there) in [
            (&["DeleteTrail"][..], true),
            (&["Delete*"], true),
            (&["*Trail"], true),
            (&["203.0.*"], true),
            (&["StopLogging"], false),
            (&["StopLogging", "DeleteTrail"], true),
            (&["StopLogging", "*"], true),
            (&["?????"], true),
            (&[], true),
        ] {
            assert_eq!(globs(asked).may_hold(text), there, "{asked:?}");
        }
        let both = globs(&["DeleteTrail"]).with_one_of(&["errorCode"]);
        assert!(!both.may_hold(text));
    }

    #[test]
    fn a_letter_may_be_written_by_its_number() {
        let text = br#"{"eventName":"\u0044eleteTrail"}"#;
        assert!(globs(&["DeleteTrail"]).may_hold(text));
    }
}
