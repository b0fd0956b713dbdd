//! The table as committed at three widths, and what must never be in it.

use proptest::prelude::*;

use super::*;
use crate::sample;

fn written(assessment: &Assessment, width: u16, color: bool) -> String {
    let mut out = Vec::new();
    let options = Options { width: Some(width), color, ..Options::default() };
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
    sample::compare("table-large.txt", &written(&sample::healthy(31), 100, false));
}

#[test]
fn color_adds_nothing_but_color() {
    for width in [80, 100, 160] {
        let plain = written(&sample::assessment(), width, false);
        assert!(!plain.contains('\u{1b}'));
        let colored = written(&sample::assessment(), width, true);
        assert!(colored.contains("\u{1b}[38;5;1m\u{1b}[1mcritical\u{1b}[0m  "), "{colored}");
        assert!(colored.contains("\u{1b}[38;5;3massume_role_denied\u{1b}[39m"), "{colored}");
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
fn too_long(page: &str, width: u16) -> Option<&str> {
    let width = usize::from(width.max(LEAST_WIDTH));
    page.lines().find(|line| text::width(line) > width)
}

#[test]
fn lines_keep_to_the_width() {
    for width in 40..200 {
        for assessment in [sample::assessment(), sample::healthy(31)] {
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
    assert_eq!(column(row, "Root/Security"), column(head, "unit"));
}

#[test]
fn an_arn_in_a_narrow_column_keeps_its_account_and_name() {
    let mut assessment = sample::assessment();
    let trail = "arn:aws:cloudtrail:eu-central-1:444444444444:trail/management-events";
    assessment.coverage.unread[1].message = format!("cloudtrail:GetTrailStatus denied for {trail}");
    let page = written(&assessment, 80, false);
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
