//! What changed between two runs, for a terminal, for programs and for a page.

use std::fmt::{self, Write as _};
use std::io::{self, Write};
use std::str::FromStr;

use serde::Deserialize;
use trailproof_core::assessment::Assessment;
use trailproof_core::diff::{Change, Diff, Entry, SCHEMA, Said, Side};
use trailproof_core::finding::GLOBAL;
use trailproof_core::language::Language;

use crate::markdown::{cell, code, table};
use crate::words::Words;
use crate::{html, text, visible};

/// The JSON Schema (2020-12) of the difference.
pub const SCHEMA_DOCUMENT: &str = include_str!("schema/diff.schema.json");

/// A terminal without a width is taken to be as wide as this.
const WIDTH: u16 = 100;

/// So many findings of a change are shown on a terminal.
const SHOWN: usize = 20;

/// The formats of a difference and of a history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DiffFormat {
    /// For a person at a terminal.
    Table,
    /// For programs.
    Json,
    /// For a page.
    Markdown,
    /// For people with a browser.
    Html,
}

impl DiffFormat {
    /// All, in the order of the command line's help.
    pub const ALL: [Self; 4] = [Self::Table, Self::Json, Self::Markdown, Self::Html];

    /// The name on the command line.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Json => "json",
            Self::Markdown => "markdown",
            Self::Html => "html",
        }
    }
}

impl fmt::Display for DiffFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

impl FromStr for DiffFormat {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|format| format.code() == text);
        found.ok_or_else(|| {
            format!("{text:?} is no format here: table, json, markdown or html is expected")
        })
    }
}

/// Writes the difference.
///
/// # Errors
/// When the output cannot be written.
pub fn write_diff(
    format: DiffFormat,
    diff: &Diff,
    width: Option<u16>,
    out: &mut dyn Write,
) -> io::Result<()> {
    match format {
        DiffFormat::Table => out.write_all(told(diff, width.unwrap_or(WIDTH).into()).as_bytes())?,
        DiffFormat::Json => {
            visible::pretty(diff, out)?;
            out.write_all(b"\n")?;
        }
        DiffFormat::Markdown => out.write_all(page(diff).as_bytes())?,
        DiffFormat::Html => html::changes::write(diff, out)?,
    }
    out.flush()
}

/// The difference that an assessment carries; none where it carries none, or one of another version.
#[must_use]
pub fn of<R>(assessment: &Assessment<R>) -> Option<Diff> {
    let diff: Diff = Deserialize::deserialize(assessment.diff.as_ref()?).ok()?;
    (diff.schema == SCHEMA).then_some(diff)
}

/// A change as a heading.
fn heading(change: Change) -> &'static str {
    match change {
        Change::New => "New",
        Change::Fixed => "Fixed",
        Change::Changed => "Changed",
        Change::NoLongerAssessed => "No longer assessed",
        Change::NewlyAssessed => "Newly assessed",
        Change::Unchanged => "Unchanged",
    }
}

fn entries(diff: &Diff, change: Change) -> impl Iterator<Item = &Entry> {
    diff.changes.iter().filter(move |entry| entry.change == change)
}

fn counted(diff: &Diff) -> String {
    let counts = diff.counts.iter().map(|(change, number)| format!("{number} {change}"));
    counts.collect::<Vec<_>>().join(" · ")
}

fn movement(diff: &Diff) -> String {
    let one = &diff.movement;
    format!("{} points: findings {}, caps and moved weight {}", one.proven, one.findings, one.other)
}

fn side(side: &Side) -> String {
    format!(
        "{} ({}), up to {}; {} % of the evidence, {} of {} accounts read",
        side.proven,
        side.grade,
        side.potential,
        side.coverage,
        side.accounts_assessed,
        side.accounts_listed
    )
}

/// What both runs said, as `pass: … → fail: …`.
fn both(entry: &Entry) -> String {
    let said = |said: &Option<Said>| match said {
        Some(said) => format!("{}: {}", said.status.code(), text::line(&said.message)),
        None => "not there".to_owned(),
    };
    format!("{} → {}", said(&entry.before), said(&entry.after))
}

fn told(diff: &Diff, width: usize) -> String {
    let mut page = String::new();
    let mut line = |indent: usize, value: &str| {
        let value = text::line(value);
        let cut = text::cut(&value, width.saturating_sub(indent));
        let _ = writeln!(page, "{:indent$}{cut}", "");
    };
    line(0, &format!("before  run {} of {}", diff.before.run_id, diff.before.ended));
    line(8, &side(&diff.before));
    line(0, &format!("after   run {} of {}", diff.after.run_id, diff.after.ended));
    line(8, &side(&diff.after));
    line(0, &format!("score   {}", movement(diff)));
    line(0, "");
    line(0, &counted(diff));
    for change in Change::ALL {
        let number = entries(diff, change).count();
        if number == 0 {
            continue;
        }
        line(0, "");
        line(0, &format!("{} ({number})", heading(change)));
        for entry in entries(diff, change).take(SHOWN) {
            let Entry { severity, check, account_id, region, resource, points, .. } = entry;
            let region =
                if region == GLOBAL { String::new() } else { format!(" {}", text::line(region)) };
            line(2, &format!("{points} {severity} {check} in {account_id}{region}"));
            line(4, resource);
            line(4, &both(entry));
            if !entry.why.is_empty() {
                line(4, &entry.why);
            }
        }
        if number > SHOWN {
            line(2, &format!("and {} more; --format json has them all", number - SHOWN));
        }
    }
    page
}

fn page(diff: &Diff) -> String {
    let mut page = String::from("# What changed\n\n");
    let _ = writeln!(page, "| | Run | Ended | Score |\n| --- | --- | --- | --- |");
    for (name, one) in [("before", &diff.before), ("after", &diff.after)] {
        let _ =
            writeln!(page, "| {name} | {} | {} | {} |", code(&one.run_id), one.ended, side(one));
    }
    let _ = writeln!(page, "\nScore: **{}**.\n\n{}.\n", movement(diff), counted(diff));
    for change in Change::ALL {
        let rows = entries(diff, change).map(|entry| {
            format!(
                "{} | {} | {} | {} | {} | {} | {}",
                entry.points,
                entry.severity,
                code(&entry.check),
                entry.account_id,
                cell(&entry.region),
                cell(&entry.resource),
                cell(&both(entry))
            )
        });
        let head = "Points | Severity | Check | Account | Region | Resource | Before → after";
        // The first changes are those that somebody has to act on: each may take half of what is left.
        let room = crate::markdown::BUDGET.saturating_sub(page.len()) / 2;
        table(
            &mut page,
            heading(change),
            (head, (rows, entries(diff, change).count())),
            (room, Words::of(Language::English)),
        );
    }
    page
}

#[cfg(test)]
mod tests;
