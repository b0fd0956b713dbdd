//! The step summary's form, its size, and that nothing in it is a stranger's markup.

use super::*;
use crate::sample::{self, hostile};

/// What the page's readers ask: every table's rows have its head's cells, and the whole fits.
pub fn check_form(page: &str) {
    assert!(page.len() <= BUDGET, "{} bytes", page.len());
    let mut cells = None;
    for line in page.lines() {
        let bars = line.match_indices('|').filter(|(at, _)| !line[..*at].ends_with('\\')).count();
        if bars == 0 {
            cells = None;
            continue;
        }
        assert!(line.starts_with("| ") && line.ends_with(" |"), "{line:?}");
        assert_eq!(*cells.get_or_insert(bars), bars, "{line:?}");
    }
    assert!(!page.contains('<'), "no markup");
    assert!(!page.contains('\r'));
}

fn written(assessment: &Assessment) -> String {
    let mut out = Vec::new();
    write(assessment, Language::English, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn the_japanese_page_has_the_form_of_the_english_one() {
    let mut out = Vec::new();
    write(&sample::assessment(), Language::Japanese, &mut out).unwrap();
    let page = String::from_utf8(out).unwrap();
    check_form(&page);
    sample::compare("summary.ja.md", &page);
    assert!(page.contains("2026-11-21 22:43:09 UTC (2026-11-22 07:43:09 JST)"), "{page}");
}

#[test]
fn coverage_comes_before_the_score_and_the_score_never_without_it() {
    for assessment in [sample::assessment(), sample::lone(), sample::gaps(), sample::healthy(30)] {
        let page = written(&assessment);
        check_form(&page);
        let place = |text: &str| page.find(text).unwrap_or_else(|| panic!("{text} in {page}"));
        assert!(
            place("## Coverage") < place("## Score") && place("## Score") < place("## Findings")
        );
        let score = page.lines().find(|line| line.contains(" proven (")).unwrap();
        assert!(score.contains("% of the evidence was read"), "{score}");
    }
}

#[test]
fn the_page_is_as_committed() {
    sample::compare("summary.md", &written(&sample::assessment()));
}

#[test]
fn what_does_not_fit_is_cut_and_counted() {
    let mut assessment = sample::healthy(40_000);
    let page = written(&assessment);
    check_form(&page);
    let shown = page.lines().filter(|line| line.starts_with("| medium |")).count();
    assert!(
        shown > 1_000 && page.contains(&format!("{} of 20000 rows are not shown", 20_000 - shown)),
        "{shown}"
    );
    let one = sample::assessment().coverage.unread.remove(0);
    assessment.coverage.unread = vec![one; 30_000];
    let page = written(&assessment);
    check_form(&page);
    assert!(page.contains("29500 of 30000 rows are not shown"));
}

#[test]
fn no_strangers_text_is_markup() {
    for text in hostile::TEXTS.iter().map(|text| (*text).to_owned()).chain(hostile::long(4_000)) {
        check_form(&written(&sample::with_text(&text)));
    }
    assert_eq!(cell("a|b`c<d\ne"), "a\\|b\\`c&lt;d e");
    assert_eq!(
        cell("[x](javascript:y) @me #1 https://z"),
        "\\[x\\]\\(javascript:y\\) &#64;me &#35;1 https&#58;//z"
    );
    assert_eq!(cell("- x www.z"), "\\- x www&#46;z");
}
