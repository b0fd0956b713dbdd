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
    let colored = written(&sample::assessment(), 100, true);
    assert!(colored.contains("\u{1b}[1;31mcritical\u{1b}[0m"));
    assert_eq!(text::clean(&colored), written(&sample::assessment(), 100, false));
}

#[test]
fn an_unknown_width_is_a_hundred_columns() {
    let mut out = Vec::new();
    write(&sample::assessment(), &Options::default(), &mut out).unwrap();
    assert_eq!(String::from_utf8(out).unwrap(), written(&sample::assessment(), 100, false));
}

#[test]
fn lines_keep_to_the_width() {
    for width in [80, 100, 160] {
        for assessment in [sample::assessment(), sample::healthy(31)] {
            for line in written(&assessment, width, false).lines() {
                // A word that is longer than its room stays whole.
                let long = line.split(' ').any(|word| text::width(word) > 40);
                assert!(text::width(line) <= usize::from(width) || long, "{width}: {line}");
            }
        }
    }
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
    }
}
