//! That every word is said in both languages, and that terms are the glossary's.

use trailproof_core::check::{Group, Severity};
use trailproof_core::evidence::Cause;
use trailproof_core::finding::Status;
use trailproof_core::language::{Language, is_japanese};

use super::Words;

#[test]
fn terms_are_japanese_and_the_glossarys() {
    let words = Words::of(Language::Japanese);
    let severities = Severity::ALL.map(|severity| words.severity(severity));
    assert_eq!(severities, ["緊急", "高", "中", "低", "情報"]);
    let statuses =
        [Status::Pass, Status::Fail, Status::Waived, Status::Unknown, Status::NotApplicable];
    let statuses = statuses.map(|status| words.status(status));
    assert_eq!(statuses, ["適合", "不適合", "例外承認済み", "判定不能", "対象外"]);
    for cause in Cause::ALL {
        assert!(is_japanese(&words.cause(cause)), "{cause}");
        assert!(words.cause(cause).contains(cause.code()), "{cause}");
    }
    for group in Group::ALL {
        assert!(group == Group::Lake || is_japanese(words.group(group)), "{group}");
    }
}

#[test]
fn a_moment_is_told_as_clocks_in_japan_show_it_too() {
    let time = "2026-11-21T22:42:57Z".parse().unwrap();
    assert_eq!(
        Words::of(Language::Japanese).time(time),
        "2026-11-21 22:42:57 UTC (2026-11-22 07:42:57 JST)"
    );
    assert_eq!(Words::of(Language::English).time(time), "2026-11-21 22:42:57 UTC");
}
