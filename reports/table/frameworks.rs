//! The table's part on frameworks: a line for each, and what became of its requirements.

use std::collections::BTreeMap;

use comfy_table::CellAlignment::{self, Left, Right};
use trailproof_core::assessment::{ControlScore, FrameworkScore, Grade};
use trailproof_core::control::Framework;
use trailproof_core::finding::Status;

use super::page::{Cell, Page, Row, Style, heads};
use super::{LINES, grade_style};
use crate::words::Words;

const ALIGNED: [CellAlignment; 6] = [Left, Right, Right, Right, Left, Left];

/// Every framework that the assessment holds.
pub fn all(page: &mut Page, frameworks: &BTreeMap<Framework, FrameworkScore>) {
    let words = page.words;
    let of = &words.table;
    page.section(of.frameworks_title, of.frameworks_remark);
    let rows = frameworks.iter().map(|(id, framework)| row(*id, framework, words)).collect();
    page.headed(2, &heads(of.framework_heads, ALIGNED), rows);
    for (id, framework) in frameworks {
        page.blank();
        page.note(2, &framework.name);
        controls(page, *id, &framework.controls);
    }
}

fn row(id: Framework, framework: &FrameworkScore, words: &Words) -> Row {
    let of = |status| framework.controls.iter().filter(|one| one.status == status).count();
    let score = framework.row.as_ref();
    let letter = match score.map(|row| row.grade) {
        Some(Grade::Insufficient) | None => words.table.no_grade.to_owned(),
        Some(letter) => letter.to_string(),
    };
    let style = score.map_or(Style::Dim, |row| grade_style(row.grade));
    vec![
        Cell::new(id.id()),
        Cell::styled(score.map_or("–".to_owned(), |row| row.proven.to_string()), style),
        Cell::new(score.map_or("–".to_owned(), |row| row.potential.to_string())),
        Cell::new(score.map_or("–".to_owned(), |row| format!("{} %", row.coverage))),
        Cell::styled(letter, style),
        Cell::new(numbers(of, words)),
    ]
}

/// What failed first, then what is open; each in the order of the framework.
fn controls(page: &mut Page, id: Framework, controls: &[ControlScore]) {
    let mut sorted: Vec<&ControlScore> = controls.iter().collect();
    sorted.sort_by_key(|control| rank(control.status));
    let rows = sorted.iter().take(LINES).map(|control| {
        let counts = &control.counts;
        let sum = numbers(
            |status| match status {
                Status::Pass => counts.pass,
                Status::Fail => counts.fail,
                Status::Unknown => counts.unknown,
                Status::NotApplicable => 0,
                Status::Waived => counts.waived,
            },
            page.words,
        );
        vec![
            Cell::styled(page.words.status(control.status), style(control.status)),
            Cell::new(control.id.as_str()),
            Cell::new(sum),
            Cell::styled(control.checks.join(", "), Style::Dim),
        ]
    });
    page.grid(2, rows.collect());
    if let Some(rest) = sorted.get(LINES..).filter(|rest| !rest.is_empty()) {
        page.note(2, &(page.words.table.more_requirements)(rest.len(), id.id()));
    }
}

/// How many of each status, the worst first; what there is none of is left out.
fn numbers(of: impl Fn(Status) -> usize, words: &Words) -> String {
    let pieces: Vec<String> =
        [Status::Fail, Status::Unknown, Status::Pass, Status::Waived, Status::NotApplicable]
            .into_iter()
            .map(|status| (of(status), status))
            .filter(|(number, _)| *number > 0)
            .map(|(number, status)| (words.table.requirements)(number, status))
            .collect();
    pieces.join(", ")
}

fn rank(status: Status) -> usize {
    match status {
        Status::Fail => 0,
        Status::Unknown => 1,
        Status::Waived => 2,
        Status::Pass => 3,
        Status::NotApplicable => 4,
    }
}

fn style(status: Status) -> Style {
    match status {
        Status::Fail => Style::Bad,
        Status::Unknown | Status::Waived => Style::Warn,
        Status::Pass => Style::Good,
        Status::NotApplicable => Style::Dim,
    }
}

#[cfg(test)]
mod tests {
    use crate::{Options, sample};

    fn page(width: u16, frameworks: bool) -> String {
        let mut out = Vec::new();
        let options = Options { width: Some(width), frameworks, ..Options::default() };
        super::super::write(&sample::assessment(), &options, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn frameworks_are_shown_to_who_asked_for_them() {
        let shown = page(100, true);
        let part: Vec<&str> =
            shown.lines().skip_while(|line| !line.starts_with("FRAMEWORKS")).take(12).collect();
        let line = |begin: &str| part.iter().find(|line| line.starts_with(begin)).copied();
        assert!(
            line("  cis-5.0  ").is_some_and(|line| line.ends_with("1 failed, 1 unknown, 1 passed")),
            "{shown}"
        );
        assert!(line("  soc-2  ").is_some_and(|line| line.contains("–")), "{shown}");
        let failed = part.iter().position(|line| line.starts_with("  fail")).unwrap();
        assert!(part[failed].contains("3.2  1 failed, 3 passed"), "{shown}");
        assert!(part[failed + 1].contains("3.1  2 unknown, 1 passed"), "{shown}");
        assert!(!page(100, false).contains("FRAMEWORKS"));
    }

    #[test]
    fn frameworks_fit_every_width() {
        for width in [64, 80, 100, 160] {
            assert_eq!(super::super::tests::too_long(&page(width, true), width), None);
        }
    }
}
