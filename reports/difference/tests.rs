//! A difference in each of its formats, of the samples.

use serde_json::Value;
use trailproof_core::assessment::Assessment;
use trailproof_core::diff::{Baseline, Points};
use trailproof_core::finding::Status;
use trailproof_core::language::is_japanese;

use super::*;
use crate::sample::{self, hostile};

fn diff(before: &Assessment, after: &Assessment) -> Diff {
    let Ok(baseline) = Baseline::of(before);
    let Ok(diff) = Diff::between(&baseline, after);
    diff.unwrap()
}

/// The sample, in which later one finding passes, one fails, and one is gone.
fn sampled() -> Diff {
    let before = sample::assessment();
    let mut after = before.clone();
    after.run.id = "20270221T224257Z-77aa".to_owned();
    for finding in &mut after.results {
        match (finding.check.as_str(), finding.status) {
            ("cloud-trail-log-file-validation-enabled", Status::Fail) => {
                finding.status = Status::Pass;
                finding.message = "log file validation is on".to_owned();
            }
            ("org-trail-exists", Status::Pass) => {
                finding.status = Status::Fail;
                finding.message = "no organization trail is left".to_owned();
            }
            _ => {}
        }
    }
    after.results.retain(|one| one.region != "us-east-1" || one.status != Status::Fail);
    diff(&before, &after)
}

fn written(format: DiffFormat, diff: &Diff) -> String {
    written_in(Language::English, format, diff)
}

fn written_in(language: Language, format: DiffFormat, diff: &Diff) -> String {
    let mut options = DiffOptions { language, width: Some(80), ..DiffOptions::default() };
    options.know(&sample::assessment());
    let mut out = Vec::new();
    write_diff(format, diff, &options, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn each_format_is_as_committed() {
    let diff = sampled();
    let counts: Vec<usize> = diff.counts.values().copied().collect();
    assert_eq!(counts, [1, 1, 0, 1, 0, 12]);
    sample::compare("diff-80.txt", &written(DiffFormat::Table, &diff));
    sample::compare("diff.md", &written(DiffFormat::Markdown, &diff));
    let japanese = |format| written_in(Language::Japanese, format, &diff);
    sample::compare("diff-80.ja.txt", &japanese(DiffFormat::Table));
    sample::compare("diff.ja.md", &japanese(DiffFormat::Markdown));
    assert_eq!(japanese(DiffFormat::Json), written(DiffFormat::Json, &diff));
}

#[test]
fn the_json_follows_its_schema_and_is_read_back() {
    let schema: Value = serde_json::from_str(SCHEMA_DOCUMENT).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let (one, other) = (sample::assessment(), sample::gaps());
    for diff in [sampled(), diff(&one, &other), diff(&other, &one), diff(&one, &one)] {
        let text = written(DiffFormat::Json, &diff);
        let document: Value = serde_json::from_str(&text).unwrap();
        let problems: Vec<String> =
            validator.iter_errors(&document).map(|error| error.to_string()).collect();
        assert!(problems.is_empty(), "{problems:?}");
        assert_eq!(serde_json::from_value::<Diff>(document).unwrap(), diff);
    }
}

#[test]
fn the_movement_adds_up_in_what_is_told() {
    let diff = sampled();
    let mut sum = Points::default();
    diff.changes.iter().for_each(|entry| sum += entry.points);
    assert_eq!(sum + diff.movement.other, diff.movement.proven);
    assert!(diff.changes.iter().any(|entry| entry.points != Points(0)));
}

#[test]
fn no_strangers_text_breaks_a_difference() {
    for text in hostile::TEXTS.iter().map(|text| (*text).to_owned()).chain(hostile::long(2_000)) {
        let diff = diff(&sample::gaps(), &sample::with_text(&text));
        for language in Language::ALL {
            let page = written_in(language, DiffFormat::Markdown, &diff);
            crate::markdown::tests::check_form(&page);
            for line in written_in(language, DiffFormat::Table, &diff).lines() {
                assert!(text::width(line) <= 80, "{line}");
                let hidden = |one: char| one.is_control() || text::is_hidden(one);
                assert!(!line.chars().any(hidden), "{line:?}");
            }
        }
    }
}

#[test]
fn many_changes_fit_a_page() {
    let (few, many) = (sample::healthy(1), sample::healthy(9_000));
    let page = written(DiffFormat::Markdown, &diff(&few, &many));
    crate::markdown::tests::check_form(&page);
    let table = written(DiffFormat::Table, &diff(&few, &many));
    assert!(table.lines().count() < 200 && table.contains("more; --format json has them all"));
}

#[test]
fn a_japanese_difference_says_in_japanese_why_and_what() {
    let words = Words::of(Language::Japanese);
    for diff in [sampled(), diff(&sample::assessment(), &sample::gaps())] {
        for entry in &diff.changes {
            assert!(entry.why.is_empty() || is_japanese(&words.sentence(&entry.why)), "{entry:?}");
            for said in [&entry.before, &entry.after].into_iter().flatten() {
                assert_eq!(words.said(said).is_empty(), said.message.is_empty(), "{said:?}");
            }
        }
        let table = written_in(Language::Japanese, DiffFormat::Table, &diff);
        for change in Change::ALL {
            assert!(table.contains(words.change(change).0), "{table}");
            assert!(!table.contains(Words::of(Language::English).change(change).0), "{table}");
        }
    }
}
