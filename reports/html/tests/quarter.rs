//! What a quarter adds to the page: the lines of recording, the trend, and what changed.

use scraper::Html;
use trailproof_core::assessment::Assessment;
use trailproof_core::diff::{Change, Diff};
use trailproof_core::history::timeline::Stretch;
use trailproof_core::language::{Language, is_japanese};

use super::{check_form, page, select};
use crate::sample::{self, quarter};
use crate::words::Words;
use crate::{DiffFormat, DiffOptions, difference, write_diff};

fn text(document: &Html, css: &str) -> String {
    let found = select(document, css);
    assert!(!found.is_empty(), "{css}");
    let text: String = found.iter().flat_map(|one| one.text()).collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn a_gap_says_in_words_whose_it_is_when_and_by_whom() {
    let page = page(&quarter::quarter());
    check_form(&page);
    let document = Html::parse_document(&page);
    let lead = text(&document, "#timeline .lead");
    assert!(
        lead.contains("1 account with gaps") && lead.contains("2 accounts recorded throughout"),
        "{lead}"
    );
    let first = text(&document, "#timeline .times > li:nth-child(2)");
    for told in [
        "333333333333",
        "us-east-1",
        "not recorded for 46 h 37 min",
        "not recorded 2026-10-02 11:00 to 2026-10-04 09:30 UTC",
        "StopLogging by arn:aws:sts::333333333333:assumed-role/Admin/mallory from 198.51.100.7",
    ] {
        assert!(first.contains(told), "{told}: {first}");
    }
    // Accounts that went alike are one line.
    let last = text(&document, "#timeline .times > li:nth-child(4)");
    assert!(last.contains("2 accounts") && last.contains("recorded throughout"), "{last}");
    // Seven minutes of ninety days are wide enough to be seen.
    let widths: Vec<String> = select(&document, "#timeline li .time .gap")
        .iter()
        .map(|bar| bar.attr("width").unwrap().to_owned())
        .collect();
    assert_eq!(widths, ["100.0%", "2.1%", "0.5%"]);
}

#[test]
fn without_history_there_is_no_line_and_no_link_to_one() {
    let page = page(&sample::assessment());
    assert!(!page.contains("id=\"timeline\"") && !page.contains("#timeline"));
    assert!(!page.contains("id=\"changes\"") && !page.contains("Trend"));
}

/// Each account has a gap of its own.
fn torn(accounts: usize) -> Assessment {
    let mut assessment = sample::healthy(accounts);
    let days: Vec<String> = (0..accounts)
        .map(|at| {
            format!("2026-09-{:02}T{:02}:{:02}:00Z", 1 + at / 1440 % 28, at / 60 % 24, at % 60)
        })
        .collect();
    for (account, day) in assessment.scope.accounts.iter_mut().zip(&days) {
        let gap = (day.as_str(), "2026-10-04T09:30:00Z", Stretch::Gap);
        account.timeline = Some(quarter::timeline(vec![quarter::line(&["eu-west-1"], &[gap])]));
    }
    assessment
}

#[test]
fn where_accounts_are_many_their_units_have_a_line() {
    let page = page(&torn(10_000));
    assert!(page.len() < 5_000_000, "{}", page.len());
    check_form(&page);
    let document = Html::parse_document(&page);
    assert_eq!(select(&document, "#timeline .times").len(), 2);
    let units = text(&document, "#timeline .times:last-of-type > li:nth-child(2)");
    assert!(
        units.contains("Root/Workloads") && units.contains("9960 accounts with gaps"),
        "{units}"
    );
}

#[test]
fn the_trend_has_a_column_for_each_run_and_says_how_the_score_moved() {
    let page = page(&quarter::quarter());
    let document = Html::parse_document(&page);
    assert_eq!(select(&document, "#summary .trend li").len(), 3);
    let trend = text(&document, "#summary .trend");
    for told in
        ["2026-05-21", "52.3", "2026-08-21", "−11.30 points since the run before", "2026-11-21"]
    {
        assert!(trend.contains(told), "{told}: {trend}");
    }
}

#[test]
fn what_changed_is_told_with_both_sides_and_the_points() {
    let assessment = quarter::quarter();
    let diff = difference::of(&assessment).unwrap();
    let document = Html::parse_document(&page(&assessment));
    let mut out = Vec::new();
    write_diff(DiffFormat::Html, &diff, &DiffOptions::default(), &mut out).unwrap();
    let alone = String::from_utf8(out).unwrap();
    check_form(&alone);
    for document in [document, Html::parse_document(&alone)] {
        let rows = select(&document, "#changes .row").len();
        assert_eq!(rows, diff.changes.len());
        let told = text(&document, "#changes");
        for (change, number) in &diff.counts {
            let words = match change {
                Change::New => "New",
                Change::Fixed => "Fixed",
                Change::Changed => "Changed",
                Change::NoLongerAssessed => "No longer assessed",
                Change::NewlyAssessed => "Newly assessed",
                Change::Unchanged => "Unchanged",
            };
            assert!(told.contains(&format!("{number} {words}")), "{number} {words}: {told}");
        }
        assert!(told.contains("fail: there is no organization trail → pass: "), "{told}");
        assert!(told.contains(&format!("findings {}", diff.movement.findings)), "{told}");
    }
}

#[test]
fn many_changes_keep_the_page_small_and_say_what_is_left_out() {
    let (few, many) = (sample::healthy(1), sample::healthy(9_000));
    let Ok(baseline) = trailproof_core::diff::Baseline::of(&few);
    let Ok(Some(diff)) = Diff::between(&baseline, &many) else { panic!("no difference") };
    let mut out = Vec::new();
    write_diff(DiffFormat::Html, &diff, &DiffOptions::default(), &mut out).unwrap();
    let page = String::from_utf8(out).unwrap();
    check_form(&page);
    assert!(page.len() < 700_000 && page.contains("more; the JSON has them all"), "{}", page.len());
}

#[test]
fn a_difference_in_japanese_states_its_checks_in_japanese() {
    let assessment = quarter::quarter();
    let diff = difference::of(&assessment).unwrap();
    let mut options = DiffOptions { language: Language::Japanese, ..DiffOptions::default() };
    options.know(&assessment);
    let mut out = Vec::new();
    write_diff(DiffFormat::Html, &diff, &options, &mut out).unwrap();
    let page = String::from_utf8(out).unwrap();
    check_form(&page);
    assert!(page.contains("<html lang=\"ja\">"));
    let document = Html::parse_document(&page);
    let told = text(&document, "main");
    for change in Change::ALL {
        assert!(!told.contains(Words::of(Language::English).change(change).0), "{change}: {told}");
    }
    for entry in &diff.changes {
        let title = options.title(entry);
        assert!(is_japanese(title) && told.contains(title), "{}: {told}", entry.check);
        assert!(!told.contains(&entry.title), "{told}");
    }
}
