//! What the checks say in Japanese: present, Japanese, and true to the words that AWS and auditors use.
#![allow(clippy::disallowed_methods, reason = "what checks expect is read from their files")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::path::Path;

use trailproof_checks::CATALOGUE;
use trailproof_core::language::is_japanese;
use trailproof_core::reason::Reason;
use trailproof_core::sentence;

/// English beside Japanese, of every text of every check.
fn texts() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    CATALOGUE.iter().flat_map(|check| {
        let japanese = &check.japanese;
        [
            (check.id, check.title, japanese.title),
            (check.id, check.rationale, japanese.rationale),
            (check.id, check.remediation.summary, japanese.remediation),
        ]
    })
}

#[test]
fn every_text_is_japanese_and_none_is_the_english_one() {
    for (id, english, japanese) in texts() {
        assert!(is_japanese(japanese) && english != japanese, "{id}: {japanese}");
        assert!(!japanese.contains("  ") && japanese.trim() == japanese, "{id}: {japanese}");
    }
}

#[test]
fn a_title_is_a_statement_and_all_else_is_sentences() {
    for check in CATALOGUE {
        let japanese = &check.japanese;
        assert!(!japanese.title.contains('。'), "{}", check.id);
        assert!(japanese.rationale.ends_with('。'), "{}", check.id);
        assert!(japanese.remediation.ends_with('。'), "{}", check.id);
    }
}

/// AWS calls a trail 証跡, auditors call evidence 監査証拠: the one is never said for the other.
#[test]
fn evidence_is_never_called_a_trail() {
    for (id, english, japanese) in texts() {
        let english = english.to_lowercase();
        if japanese.contains("証跡") {
            assert!(english.contains("trail"), "{id}: {japanese}");
        }
        if english.contains("evidence") {
            assert!(japanese.contains("監査証拠"), "{id}: {japanese}");
        }
    }
}

#[test]
fn the_words_are_those_of_the_glossary() {
    let wrong = [
        "マルチリージョンの証跡",
        "シングルリージョン",
        "マスターアカウント",
        "拡張イベントセレクタ",
        "です。",
        "ます。",
        "監査ログ",
        "整合性検証",
    ];
    let reasons = Reason::ALL.iter().map(|reason| (reason.code(), reason.japanese()));
    for (id, japanese) in texts().map(|(id, _, japanese)| (id, japanese)).chain(reasons) {
        for word in wrong {
            assert!(!japanese.contains(word), "{id}: {japanese} says {word}");
        }
    }
}

#[test]
fn a_title_is_given_once() {
    let mut titles: Vec<&str> = CATALOGUE.iter().map(|check| check.japanese.title).collect();
    titles.sort_unstable();
    assert!(titles.is_sorted_by(|one, next| one < next), "two checks have one title");
}

/// The text of a format with something in each of its places.
fn filled(format: &str) -> String {
    let mut parts = format.split('{');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        text += "7";
        text += part.split_once('}').map_or("", |(_, rest)| rest);
    }
    text
}

/// What a check expects is a sentence that is declared in both languages, or a value in AWS's own words.
#[test]
fn every_expectation_is_said_in_japanese() {
    let mut found = 0;
    for check in CATALOGUE {
        let file = check.id.replace('-', "_") + ".rs";
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(check.group.code()).join(file);
        let source = std::fs::read_to_string(&path).unwrap();
        let judge = source.split("#[cfg(test)]").next().unwrap();
        let marks = ["(\"", "(format!(\""].map(|mark| format!(".expected{mark}"));
        let named = ["\"", "format!(\""].map(|mark| format!("let expected = {mark}"));
        for mark in marks.iter().chain(&named) {
            for rest in judge.split(mark.as_str()).skip(1) {
                let text = filled(&rest.split('"').next().unwrap().replace("\\\n", ""));
                let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
                let data = text.split(", ").all(|part| part.contains('=') && !part.contains(' '));
                assert!(data || sentence::japanese(&text).is_some(), "{}: {text}", check.id);
                found += 1;
            }
        }
    }
    assert!(found > 50, "{found}");
}
