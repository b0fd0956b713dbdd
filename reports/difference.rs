//! What changed between two runs, for a terminal, for programs and for a page.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::io::{self, Write};
use std::str::FromStr;

use serde::Deserialize;
use trailproof_core::assessment::Assessment;
use trailproof_core::diff::{Change, Diff, Entry, SCHEMA};
use trailproof_core::finding::GLOBAL;
use trailproof_core::language::Language;

use crate::markdown::{cell, code, table};
use crate::words::Words;
use crate::{html, text, visible};

/// The JSON Schema (2020-12) of the difference.
pub const SCHEMA_DOCUMENT: &str = include_str!("schema/diff.schema.json");

/// A terminal without a width is taken to be as wide as this.
const WIDTH: u16 = 100;

/// The columns of a label before a text.
const LABEL: usize = 8;

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

impl DiffFormat {
    /// Whether people read it, each in a language.
    #[must_use]
    pub fn is_for_people(self) -> bool {
        self != Self::Json
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

/// What a reader may choose about the form of a difference or a history.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DiffOptions {
    /// The language of what people read: all but JSON.
    pub language: Language,
    /// The terminal's columns, where known. For the table.
    pub width: Option<u16>,
    /// What checks state in Japanese, by id: a difference itself holds the English statements alone.
    pub titles: BTreeMap<String, String>,
}

impl DiffOptions {
    /// Takes in what the checks of an assessment state in Japanese.
    pub fn know<R>(&mut self, assessment: &Assessment<R>) {
        for check in &assessment.checks {
            if let Some(japanese) = &check.japanese {
                self.titles.insert(check.id.clone(), japanese.title.clone());
            }
        }
    }

    /// What the entry's check states, in the language.
    pub(crate) fn title<'a>(&'a self, entry: &'a Entry) -> &'a str {
        let known = self.titles.get(&entry.check).filter(|_| self.language == Language::Japanese);
        known.map_or(&entry.title, String::as_str)
    }
}

/// Writes the difference.
///
/// # Errors
/// When the output cannot be written.
pub fn write_diff(
    format: DiffFormat,
    diff: &Diff,
    options: &DiffOptions,
    out: &mut dyn Write,
) -> io::Result<()> {
    match format {
        DiffFormat::Table => out.write_all(told(diff, options).as_bytes())?,
        DiffFormat::Json => {
            visible::pretty(diff, out)?;
            out.write_all(b"\n")?;
        }
        DiffFormat::Markdown => out.write_all(page(diff, options).as_bytes())?,
        DiffFormat::Html => html::changes::write(diff, options, out)?,
    }
    out.flush()
}

/// The difference that an assessment carries; none where it carries none, or one of another version.
#[must_use]
pub fn of<R>(assessment: &Assessment<R>) -> Option<Diff> {
    let diff: Diff = Deserialize::deserialize(assessment.diff.as_ref()?).ok()?;
    (diff.schema == SCHEMA).then_some(diff)
}

fn entries(diff: &Diff, change: Change) -> impl Iterator<Item = &Entry> {
    diff.changes.iter().filter(move |entry| entry.change == change)
}

fn counted(diff: &Diff, w: &Words) -> Vec<String> {
    diff.counts.iter().map(|(change, number)| w.changes(*change, *number)).collect()
}

/// The lines of a terminal, none of them wider than it.
struct Lines {
    width: usize,
    text: String,
}

impl Lines {
    /// One line, cut at its end.
    fn line(&mut self, indent: usize, value: &str) {
        let value = text::line(value);
        let cut = text::cut(&value, self.width.saturating_sub(indent));
        let _ = writeln!(self.text, "{:indent$}{cut}", "");
    }

    /// As many lines as the text needs, up to so many, beside a label or an indent.
    fn wrapped(&mut self, label: &str, value: &str, most: usize) {
        let indent = text::width(label);
        let room = self.width.saturating_sub(indent);
        for (at, line) in text::wrap(&text::line(value), room, most).iter().enumerate() {
            match at {
                0 => drop(writeln!(self.text, "{label}{line}")),
                _ => drop(writeln!(self.text, "{:indent$}{line}", "")),
            }
        }
    }

    /// Pieces that stay whole.
    fn pieces(&mut self, pieces: &[String]) {
        for line in text::fill(pieces.iter().map(String::as_str), " · ", self.width) {
            let _ = writeln!(self.text, "{line}");
        }
    }

    fn blank(&mut self) {
        self.text.push('\n');
    }
}

fn told(diff: &Diff, options: &DiffOptions) -> String {
    let w = Words::of(options.language);
    let width = usize::from(options.width.unwrap_or(WIDTH));
    let mut page = Lines { width, text: String::new() };
    for (label, side) in
        [(w.say("before", "以前"), &diff.before), (w.say("after", "今回"), &diff.after)]
    {
        let (run, ended) = (text::line(&side.run_id), w.time(side.ended));
        let run = w.say(format!("run {run} of {ended}"), format!("実行 {run}、{ended}"));
        page.wrapped(&text::pad(label, LABEL), &run, 2);
        page.wrapped(&" ".repeat(LABEL), &w.side(side), 3);
    }
    page.wrapped(&text::pad(w.say("score", "スコア"), LABEL), &w.movement(&diff.movement), 2);
    page.blank();
    page.pieces(&counted(diff, w));
    for change in Change::ALL {
        let number = entries(diff, change).count();
        if number == 0 {
            continue;
        }
        page.blank();
        page.line(0, &format!("{} ({number})", w.change(change).0));
        for entry in entries(diff, change).take(SHOWN) {
            told_of(&mut page, entry, options);
        }
        if number > SHOWN {
            let more = number - SHOWN;
            let more = w.say(
                format!("and {more} more; --format json has them all"),
                format!("ほか {more} 件 (--format json にすべてを含む)"),
            );
            page.line(2, &more);
        }
    }
    page.text
}

/// One change: what moved, where, and what both runs said.
fn told_of(page: &mut Lines, entry: &Entry, options: &DiffOptions) {
    let w = Words::of(options.language);
    let Entry { check, account_id, region, resource, points, .. } = entry;
    let severity = w.severity(entry.severity);
    let region = if region == GLOBAL { String::new() } else { format!(" {}", text::line(region)) };
    let head = w.say(
        format!("{points} {severity} {check} in {account_id}{region}"),
        format!("{points} {severity} {check}、{account_id}{region}"),
    );
    page.line(2, &head);
    if w.is_japanese() {
        page.wrapped("    ", options.title(entry), 2);
    }
    page.line(4, &text::cut_middle(&text::line(resource), page.width.saturating_sub(4)));
    page.wrapped("    ", &w.both(entry), 3);
    if !entry.why.is_empty() {
        page.wrapped("    ", &w.sentence(&entry.why), 2);
    }
}

fn page(diff: &Diff, options: &DiffOptions) -> String {
    let w = Words::of(options.language);
    let mut page = w.say("# What changed\n\n", "# 変化\n\n").to_owned();
    let heads = w.say("| | Run | Ended | Score |", "| | 実行 | 終了 | スコア |");
    let _ = writeln!(page, "{heads}\n| --- | --- | --- | --- |");
    for (name, one) in
        [(w.say("before", "以前"), &diff.before), (w.say("after", "今回"), &diff.after)]
    {
        let (run, ended) = (code(&one.run_id), w.time(one.ended));
        let _ = writeln!(page, "| {name} | {run} | {ended} | {} |", w.side(one));
    }
    let (moved, counts) = (w.movement(&diff.movement), counted(diff, w));
    let told = w.say(
        format!("\nScore: **{moved}**.\n\n{}.\n", counts.join(" · ")),
        format!("\nスコア: **{moved}**\n\n{}\n", counts.join(" · ")),
    );
    let _ = writeln!(page, "{told}");
    for change in Change::ALL {
        let rows = entries(diff, change).map(|entry| {
            let check = match w.is_japanese() {
                true => format!("{} {}", code(&entry.check), cell(options.title(entry))),
                false => code(&entry.check),
            };
            format!(
                "{} | {} | {check} | {} | {} | {} | {}",
                entry.points,
                w.severity(entry.severity),
                entry.account_id,
                cell(&entry.region),
                cell(&entry.resource),
                cell(&w.both(entry))
            )
        });
        // The first changes are those that somebody has to act on: each may take half of what is left.
        let room = crate::markdown::BUDGET.saturating_sub(page.len()) / 2;
        table(
            &mut page,
            w.change(change).0,
            (w.change_heads(), (rows, entries(diff, change).count())),
            (room, w),
        );
    }
    page
}

#[cfg(test)]
mod tests;
