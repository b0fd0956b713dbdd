//! The table as committed at three widths, and what must never be in it.

use proptest::prelude::*;
use trailproof_core::finding::Status;
use trailproof_core::language::Language;

use super::*;
use crate::sample;

fn written(assessment: &Assessment, width: u16, color: bool) -> String {
    in_language(assessment, Language::English, (width, color))
}

fn in_language(assessment: &Assessment, language: Language, form: (u16, bool)) -> String {
    let (width, color) = form;
    let mut out = Vec::new();
    let options = Options { width: Some(width), color, language, ..Options::default() };
    write(assessment, &options, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn the_sample_is_written_as_committed() {
    for width in [80, 100, 160] {
        sample::compare(
            &format!("table-{width}.txt"),
            &written(&sample::assessment(), width, false),
        );
    }
    sample::compare("table-lone.txt", &written(&sample::lone(), 100, false));
    sample::compare("table-gaps.txt", &written(&sample::gaps(), 100, false));
    sample::compare("table-large.txt", &written(&sample::healthy(31), 100, false));
}

#[test]
fn the_japanese_sample_is_written_as_committed() {
    let of = |assessment: &Assessment, width| {
        in_language(assessment, Language::Japanese, (width, false))
    };
    sample::compare("table-80.ja.txt", &of(&sample::assessment(), 80));
    sample::compare("table-gaps.ja.txt", &of(&sample::gaps(), 100));
}

#[test]
fn japanese_lines_keep_to_the_width_too() {
    for width in (40..200).step_by(3) {
        for assessment in [sample::assessment(), sample::gaps(), sample::healthy(31)] {
            let page = in_language(&assessment, Language::Japanese, (width, false));
            assert_eq!(too_long(&page, width), None, "{width}");
        }
    }
}

#[test]
fn color_adds_nothing_but_color() {
    for width in [80, 100, 160] {
        let plain = written(&sample::assessment(), width, false);
        assert!(!plain.contains('\u{1b}'));
        let colored = written(&sample::assessment(), width, true);
        assert!(colored.contains("\u{1b}[38;5;160m\u{1b}[1mcritical\u{1b}[0m  "), "{colored}");
        assert!(colored.contains("\u{1b}[38;5;130massume_role_denied\u{1b}[39m"), "{colored}");
        assert_eq!(text::clean(&colored), plain);
        // Only texts are coloured, and never more than a line of them.
        for line in colored.lines() {
            assert!(!line.contains("m\u{1b}[0m") && !line.contains(" \u{1b}[39m"), "{line:?}");
            let starts = line.matches("\u{1b}[38;5;").count() + line.matches("\u{1b}[2m").count();
            let ends = line.matches("\u{1b}[39m").count() + line.matches("\u{1b}[0m").count();
            assert!(starts <= ends, "{line:?}");
        }
    }
}

#[test]
fn an_unknown_width_is_a_hundred_columns() {
    let mut out = Vec::new();
    write(&sample::assessment(), &Options::default(), &mut out).unwrap();
    assert_eq!(String::from_utf8(out).unwrap(), written(&sample::assessment(), 100, false));
}

/// What every line of the page fits into, whatever is on it.
pub(super) fn too_long(page: &str, width: u16) -> Option<&str> {
    let width = usize::from(width.max(LEAST_WIDTH));
    page.lines().find(|line| text::width(line) > width)
}

#[test]
fn lines_keep_to_the_width() {
    for width in 40..200 {
        for assessment in [sample::assessment(), sample::gaps(), sample::healthy(31)] {
            assert_eq!(too_long(&written(&assessment, width, false), width), None, "{width}");
        }
    }
}

#[test]
fn a_wide_character_takes_two_columns() {
    let page = written(&sample::assessment(), 160, false);
    let row = page.lines().find(|line| line.contains("ログアーカイブ")).unwrap();
    let head = page.lines().find(|line| line.contains("  name  ")).unwrap();
    let column = |line: &str, text: &str| text::width(line.split(text).next().unwrap());
    assert_eq!(column(row, "Security"), column(head, "unit"));
}

#[test]
fn an_arn_in_a_narrow_column_keeps_its_account_and_name() {
    let mut assessment = sample::assessment();
    let trail = "arn:aws:cloudtrail:eu-central-1:444444444444:trail/management-events";
    assessment.coverage.unread[1].message = format!("cloudtrail:GetTrailStatus denied for {trail}");
    let page = written(&assessment, 64, false);
    assert!(page.contains("arn:…:444444444444:trail/management-events"), "{page}");
    assert!(written(&assessment, 160, false).contains(trail));
}

#[test]
fn a_run_in_which_nothing_weighs_anything_has_no_score_and_looks_complete() {
    let mut assessment = sample::unweighed();
    let page = written(&assessment, 100, false);
    let first = page.lines().next().unwrap();
    assert_eq!(first, "Account 111111111111 · no score: nothing that was judged weighs anything");
    assert!(!page.contains("insufficient") && !page.contains("unread were fine"), "{page}");
    assessment.run.complete = false;
    assert!(written(&assessment, 100, false).contains("no grade: insufficient evidence"));
}

#[test]
fn many_alike_are_folded_and_counted() {
    let page = written(&sample::healthy(31), 100, false);
    assert!(page.contains("… and 13 more accounts\n"), "{page}");
    assert!(page.contains("… and 16 more accounts, 15 of them without a failed finding"), "{page}");
}

/// The lines of one part.
fn part<'a>(page: &'a str, title: &str) -> Vec<&'a str> {
    let from = page.find(&format!("\n{title}  ")).unwrap() + 1;
    let page = &page[from..];
    let ends = ["\nNOT READ  ", "\nWAIVED  "].iter().filter_map(|end| page.find(end)).min();
    page[..ends.unwrap_or(page.len())].lines().collect()
}

#[test]
fn the_headline_is_shortened_before_it_breaks() {
    let first =
        |width| written(&sample::assessment(), width, false).lines().next().unwrap().to_owned();
    assert!(first(120).contains("(to 79.0 if everything unread were fine)"));
    assert!(first(100).ends_with("(79.0 if unread is fine) · evidence coverage 71.9 % · grade F"));
    assert!(first(80).ends_with("(to 79.0 if everything unread were fine)"));
}

#[test]
fn an_account_that_was_not_assessed_is_told_once_and_what_is_known_of_it_by_name() {
    for width in [80, 100, 160] {
        let page = written(&sample::gaps(), width, false);
        let lines = part(&page, "NOT DECIDED");
        let told: Vec<_> = lines.iter().filter(|line| line.contains("444444444444")).collect();
        assert!(told[0].ends_with("sandbox  not assessed: 3 checks, assume_role_denied"), "{page}");
        assert!(told[1].contains("example-logs") && told.len() == 2, "{page}");
    }
}

#[test]
fn regions_refused_alike_share_a_line_and_a_hint_counts_only_where_it_holds_for_all() {
    let page = written(&sample::gaps(), 100, false);
    for title in ["NOT DECIDED", "NOT READ"] {
        let lines = part(&page, title);
        let joined = lines.iter().filter(|line| line.contains("ap-east-1, sa-east-1"));
        assert_eq!(joined.count(), 1, "{page}");
    }
    let hints = part(&page, "NOT READ").iter().filter(|line| line.contains("suggests")).count();
    assert_eq!(hints, 1, "{page}");
    let mut assessment = sample::gaps();
    let mut more = assessment.coverage.unread[3].clone();
    more.region = "eu-south-1".to_owned();
    assessment.coverage.unread.push(more);
    assert!(written(&assessment, 100, false).contains("mobile-dev  3 regions"), "{page}");
}

#[test]
fn an_account_a_check_or_a_reason_is_never_cut() {
    for width in [80, 100, 160] {
        for assessment in [sample::assessment(), sample::gaps()] {
            let page = written(&assessment, width, false);
            for finding in assessment.results.iter().filter(|one| one.status == Status::Unknown) {
                for whole in [finding.account_id.as_str(), &finding.check, &finding.reason] {
                    assert!(page.contains(whole), "{whole}: {page}");
                }
            }
        }
    }
}

#[test]
fn a_unit_stands_without_the_root_and_leaves_room_for_names() {
    let mut assessment = sample::gaps();
    assessment.scope.accounts[0].ou_path = "Root".to_owned();
    assessment.scope.accounts[1].ou_path = "Root/Workloads/Europe/Production".to_owned();
    assessment.scope.accounts[1].name = "sixteen-columns!".to_owned();
    let page = written(&assessment, 100, false);
    assert!(page.contains("  Root     ") && !page.contains("Root/"), "{page}");
    assert!(page.contains("sixteen-columns!  …/Europe/Production"), "{page}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn no_text_reaches_the_terminal_as_a_command(text in any::<String>(), width in 40..200_u16) {
        let page = written(&sample::with_text(&format!("{text}\u{1b}[2J\r\n\u{9b}1m{text}")), width, false);
        let control = page.contains(|one: char| one != '\n' && one.is_control());
        prop_assert!(!control);
        let bidi = page.contains(['\u{202e}', '\u{2066}']);
        prop_assert!(!bidi);
        prop_assert_eq!(too_long(&page, width), None);
    }
}
