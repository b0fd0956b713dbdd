//! Markdown for the step summary of a CI server: what a reader must know first, cut by section where it grows too long.

use std::fmt::Write as _;
use std::io::Write;

use trailproof_core::assessment::{Assessment, GateStatus};
use trailproof_core::check::Severity;
use trailproof_core::finding::{Finding, Status};
use trailproof_core::language::Language;
use trailproof_core::results::Results;

use crate::index::{Index, waiver_in};
use crate::words::Words;
use crate::worst::Worst;
use crate::{ReportError, text, visit};

/// GitHub drops a whole summary of more than 1024 KiB.
pub const BUDGET: usize = 900_000;

/// A section that is no finding's has so many rows at most.
const ROWS: usize = 500;
/// So many findings could be shown at all: no row is shorter.
const FINDINGS: usize = BUDGET / 60;
/// Characters of a cell.
const CELL: usize = 300;

/// Writes the page.
///
/// # Errors
/// When the output cannot be written, or the results cannot be had.
pub fn write<R: Results>(
    assessment: &Assessment<R>,
    language: Language,
    out: &mut dyn Write,
) -> Result<(), ReportError<R::Error>> {
    let index = Index::told(assessment, language);
    let words = index.words;
    let of = &words.markdown;
    let mut failed = Worst::new(FINDINGS);
    let mut waived = Worst::new(ROWS);
    let mut unknown = 0_usize;
    visit::each(assessment, &mut |findings| {
        for finding in findings {
            match finding.status {
                Status::Fail => failed.add(finding.severity, || row(&index, finding)),
                Status::Waived => waived.add(finding.severity, || waived_row(&index, finding)),
                Status::Unknown => unknown += 1,
                Status::Pass | Status::NotApplicable => {}
            }
        }
        Ok(())
    })?;
    let mut page = String::from("# Trailproof\n\n");
    run(assessment, words, &mut page);
    coverage(assessment, words, &mut page);
    score(assessment, words, &mut page);
    gates(assessment, words, &mut page);
    let counts: Vec<String> = failed
        .counts()
        .map(|(severity, number)| (of.of_severity)(number, words.severity(severity)))
        .collect();
    let told = if counts.is_empty() { of.none.to_owned() } else { counts.join(of.between) };
    let _ = writeln!(page, "## {}\n\n{}\n", of.findings_title, (of.counts)(&told, unknown));
    // The sections behind the findings are bounded, and their room is set aside.
    let mut tail = String::new();
    let seen = waived.seen();
    let rows: Vec<String> = waived.into_kept().collect();
    table(&mut tail, of.waived_title, (of.waived_heads, (rows, seen)), (BUDGET / 4, words));
    let room = BUDGET.saturating_sub(page.len() + tail.len());
    let seen = failed.seen();
    let rows = failed.into_kept().map(|(_, row)| row);
    table(&mut page, "", (of.finding_heads, (rows, seen)), (room, words));
    page += &tail;
    out.write_all(page.as_bytes())?;
    Ok(())
}

fn run<R>(assessment: &Assessment<R>, words: &Words, page: &mut String) {
    let (run, scope) = (&assessment.run, &assessment.scope);
    let of = match &scope.organization_id {
        Some(id) => (words.markdown.organization)(&cell(id)),
        None => words.markdown.one_account.to_owned(),
    };
    let (id, version) = (code(&run.id), cell(&run.tool_version));
    let state = (words.markdown.state)(&of, run.ended, &words.time(run.ended), [&id, &version]);
    let _ = writeln!(page, "{state}\n");
    for note in scope.notes.iter().take(20) {
        let _ = writeln!(page, "- {}", cell(&words.sentence(note)));
    }
    if !scope.notes.is_empty() {
        page.push('\n');
    }
}

/// What was read, before anything is said about it.
fn coverage<R>(assessment: &Assessment<R>, words: &Words, page: &mut String) {
    let coverage = &assessment.coverage;
    let of = &words.markdown;
    let told = (of.coverage)(coverage.accounts, coverage.percent);
    let _ = writeln!(page, "## {}\n\n{told}\n", of.coverage_title);
    let rows = coverage.unread.iter().map(|row| {
        format!(
            "{} | {} | {} | {}",
            row.account_id,
            cell(&row.region),
            words.cause(row.reason),
            cell(&row.message)
        )
    });
    let rows = (rows.take(ROWS), coverage.unread.len());
    table(page, "", (of.unread_heads, rows), (BUDGET / 4, words));
}

fn score<R>(assessment: &Assessment<R>, words: &Words, page: &mut String) {
    let score = &assessment.score;
    let total = &score.total;
    let of = &words.markdown;
    let told = (of.score)(total, &words.grade(total.grade));
    let _ = writeln!(page, "## {}\n\n**{told}**\n", of.score_title);
    for cap in total.caps.iter().take(20) {
        let reason = cell(&words.sentence(&cap.reason));
        let _ = writeln!(page, "- {}", (of.cap)(cap.limit, &reason));
    }
    let groups = score.groups.iter().map(|(group, row)| {
        let (group, grade) = (words.group(*group), words.grade(row.grade));
        format!("{group} | {} | {} | {} % | {grade}", row.proven, row.potential, row.coverage)
    });
    page.push('\n');
    table(page, "", (of.group_heads, (groups, score.groups.len())), (BUDGET / 10, words));
}

fn gates<R>(assessment: &Assessment<R>, words: &Words, page: &mut String) {
    if assessment.gates.is_empty() {
        return;
    }
    let rows = assessment.gates.iter().map(|gate| {
        let word = words.gate(gate.status);
        let status = match gate.status {
            GateStatus::Passed => word.to_owned(),
            GateStatus::Failed | GateStatus::Incomplete => format!("**{word}**"),
        };
        format!(
            "{} {} | {status} | {}",
            cell(&gate.gate),
            cell(&gate.threshold),
            cell(&words.sentence(&gate.message))
        )
    });
    let of = &words.markdown;
    let rows = (rows, assessment.gates.len());
    table(page, of.gates_title, (of.gate_heads, rows), (BUDGET / 10, words));
}

fn row(index: &Index<'_>, finding: &Finding) -> (Severity, String) {
    let Finding { severity, check, region, resource, observed, expected, .. } = finding;
    let words = index.words;
    let seen = match (observed.is_empty(), expected.is_empty()) {
        (_, true) if words.is_japanese() => cell(&words.observed(finding)),
        (_, true) => cell(&finding.message),
        _ => format!("{} → {}", cell(&words.observed(finding)), cell(&index.expected(finding))),
    };
    let row = format!(
        "{} | {} | {} | {} | {} | {seen}",
        words.severity(*severity),
        code(check),
        account(index, finding),
        cell(region),
        cell(resource)
    );
    (*severity, row)
}

fn waived_row(index: &Index<'_>, finding: &Finding) -> String {
    let Finding { severity, resource, .. } = finding;
    format!(
        "{} | {} | {} | {}",
        index.words.severity(*severity),
        account(index, finding),
        cell(resource),
        cell(&waiver_in(finding, index.words))
    )
}

fn account(index: &Index<'_>, finding: &Finding) -> String {
    let name = cell(index.name(finding.account_id));
    format!("{} {name}", finding.account_id).trim_end().to_owned()
}

/// A table of what fits, and how many rows do not; nothing where there are none.
pub(crate) fn table(
    page: &mut String,
    title: &str,
    (head, (rows, all)): (&str, (impl IntoIterator<Item = String>, usize)),
    (room, words): (usize, &Words),
) {
    if all == 0 {
        return;
    }
    if !title.is_empty() {
        let _ = writeln!(page, "## {title}\n");
    }
    let rule = vec!["---"; head.split(" | ").count()].join(" | ");
    let _ = writeln!(page, "| {head} |\n| {rule} |");
    let mut used = 400;
    let mut shown = 0;
    for row in rows {
        used += row.len() + 5;
        if used > room {
            break;
        }
        let _ = writeln!(page, "| {row} |");
        shown += 1;
    }
    page.push('\n');
    if shown < all {
        let _ = writeln!(page, "{}\n", (words.markdown.left_out)(all - shown, all));
    }
}

/// A text in a cell: on one line, and nothing in it is markup.
pub fn cell(value: &str) -> String {
    let value = text::line(value);
    escaped_line(&text::cut_chars(&value, CELL))
}

/// A text of which nothing is markup; on one line.
pub fn escaped(value: &str) -> String {
    escaped_line(&text::line(value))
}

fn escaped_line(value: &str) -> String {
    let mut escaped = String::with_capacity(value.len());
    let mut characters = value.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            // As entities, since what looks like a link, a name or a number of an issue is made one without markup.
            ':' if characters.peek() == Some(&'/') => escaped.push_str("&#58;"),
            '.' if escaped.ends_with("www") => escaped.push_str("&#46;"),
            '@' => escaped.push_str("&#64;"),
            '#' => escaped.push_str("&#35;"),
            '|' | '`' | '*' | '_' | '~' | '[' | ']' | '(' | ')' | '\\' | '!' | '$' | '{' | '}' => {
                escaped.push('\\');
                escaped.push(character);
            }
            '+' | '-' | '=' | '.' if escaped.is_empty() => {
                escaped.push('\\');
                escaped.push(character);
            }
            _ => escaped.push(character),
        }
    }
    escaped
}

/// A name between backticks; one that is no plain name is only text.
pub fn code(value: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    if value.len() <= CELL && !value.is_empty() && value.bytes().all(plain) {
        format!("`{value}`")
    } else {
        cell(value)
    }
}

#[cfg(test)]
pub(crate) mod tests;
