//! Sentences: made and found again, whatever stands in their places.

use std::collections::BTreeSet;

use super::*;
use crate::language::is_japanese;

fn places(template: &str) -> BTreeSet<usize> {
    pieces(template).filter_map(|(_, place)| place).collect()
}

#[test]
fn both_languages_have_the_same_places_and_something_of_their_own() {
    for sentence in Sentence::ALL {
        assert_eq!(places(sentence.english), places(sentence.japanese), "{sentence:?}");
        assert!(sentence.literal() > 0, "{sentence:?}");
        assert!(is_japanese(sentence.japanese), "{sentence:?}");
        let known = places(sentence.english);
        assert!(known.iter().copied().eq(0..known.len()), "{sentence:?}");
    }
    let english: BTreeSet<&str> = Sentence::ALL.iter().map(|one| one.english).collect();
    assert_eq!(english.len(), Sentence::ALL.len());
}

#[test]
fn every_sentence_is_found_by_what_it_made() {
    let values: [&dyn Display; 5] = [&"one", &"two", &"three", &"four", &"five"];
    let named: Vec<String> = values.iter().map(ToString::to_string).collect();
    for sentence in Sentence::ALL {
        let number = places(sentence.english).len();
        let made = String::from(sentence.with(&values[..number]));
        let told = filled(sentence.japanese, &named[..number]);
        assert_eq!(japanese(&made), Some(told), "{made}");
    }
}

#[test]
fn evidence_is_never_called_a_trail() {
    for sentence in Sentence::ALL {
        let english = sentence.english.to_lowercase();
        if sentence.japanese.contains("証跡") {
            assert!(english.contains("trail"), "{sentence:?}");
        }
        if english.contains("evidence") {
            assert!(sentence.japanese.contains("監査証拠"), "{sentence:?}");
        }
    }
}

#[test]
fn what_was_not_declared_is_not_known_in_japanese() {
    for text in ["", "{0}", "whatever", "Status=ENABLED"] {
        assert_eq!(japanese(text), None, "{text}");
    }
}

proptest::proptest! {
    #[test]
    fn any_text_has_an_end(text in proptest::prelude::any::<String>()) {
        let _ = japanese(&text);
        let _ = japanese(&format!("no finding {text}"));
    }
}
