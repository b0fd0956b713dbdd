//! The score over the runs of an organization: drawn for a terminal, for programs and for a page.

use std::fmt::Write as _;
use std::io::{self, Write};

use serde::{Deserialize, Serialize};
use trailproof_core::assessment::Milli;
use trailproof_core::diff::{Change, Diff, Points, Side};
use trailproof_core::language::Language;

use crate::difference::DiffFormat;
use crate::markdown::{BUDGET, cell, table};
use crate::words::Words;
use crate::{html, text, visible};

/// The schema that this version writes.
pub const SCHEMA: &str = "trailproof.history/1";

/// The JSON Schema (2020-12) of a history.
pub const SCHEMA_DOCUMENT: &str = include_str!("schema/history.schema.json");

/// A score of 100 is so many columns.
const BAR: u32 = 25;

/// A terminal without a width is taken to be as wide as this.
const WIDTH: u16 = 100;

/// A run of a history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryRun {
    /// The organization's id, or the account's where there is none.
    pub of: String,
    /// The report, from the folder that was looked through.
    pub report: String,
    /// The run and its score.
    #[serde(flatten)]
    pub side: Side,
    /// How the proven score moved since the run before; absent in the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub movement: Option<Points>,
    /// Findings that are new since the run before; absent in the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub new: Option<usize>,
    /// Findings that are fixed since; absent in the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fixed: Option<usize>,
}

impl HistoryRun {
    /// A run, with what changed since the one before of the same organization.
    #[must_use]
    pub fn new(of: &str, report: String, (side, since): (Side, Option<&Diff>)) -> Self {
        let number = |change: Change| {
            since.map(|diff| diff.counts.get(&change).copied().unwrap_or_default())
        };
        Self {
            of: of.to_owned(),
            report,
            side,
            movement: since.map(|diff| diff.movement.proven),
            new: number(Change::New),
            fixed: number(Change::Fixed),
        }
    }
}

/// The runs, by organization and time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct History {
    /// [`SCHEMA`].
    pub schema: String,
    /// By organization, then by when they ended.
    pub runs: Vec<HistoryRun>,
}

impl Default for History {
    fn default() -> Self {
        Self { schema: SCHEMA.to_owned(), runs: Vec::new() }
    }
}

/// Writes the history.
///
/// # Errors
/// When the output cannot be written.
pub fn write_history(
    format: DiffFormat,
    history: &History,
    width: Option<u16>,
    out: &mut dyn Write,
) -> io::Result<()> {
    match format {
        DiffFormat::Table => {
            out.write_all(drawn(history, width.unwrap_or(WIDTH).into()).as_bytes())?;
        }
        DiffFormat::Json => {
            visible::pretty(history, out)?;
            out.write_all(b"\n")?;
        }
        DiffFormat::Markdown => out.write_all(page(history).as_bytes())?,
        DiffFormat::Html => {
            let runs = history.runs.chunk_by(|one, other| one.of == other.of);
            let all: Vec<(String, Vec<Side>)> = runs
                .filter_map(|runs| {
                    let sides = runs.iter().map(|run| run.side.clone()).collect();
                    Some((runs.first()?.of.clone(), sides))
                })
                .collect();
            html::changes::write_history(&all, out)?;
        }
    }
    out.flush()
}

/// Proven is full, what might be is light, the rest is empty.
fn bar(side: &Side) -> String {
    let columns = |milli: Milli| usize::try_from(milli.0 * BAR / Milli::FULL.0).unwrap_or_default();
    let proven = columns(side.proven);
    let potential = columns(side.potential).max(proven);
    let rest = columns(Milli::FULL).saturating_sub(potential);
    format!("{}{}{}", "█".repeat(proven), "░".repeat(potential - proven), "·".repeat(rest))
}

fn since(run: &HistoryRun) -> String {
    match (run.movement, run.new, run.fixed) {
        (Some(moved), Some(new), Some(fixed)) => format!("{moved}, {new} new, {fixed} fixed"),
        _ => "the first".to_owned(),
    }
}

fn drawn(history: &History, width: usize) -> String {
    let mut page = String::new();
    for runs in history.runs.chunk_by(|one, other| one.of == other.of) {
        let of = runs.first().map(|run| text::line(&run.of)).unwrap_or_default();
        if !page.is_empty() {
            page.push('\n');
        }
        let _ = writeln!(
            page,
            "{}",
            text::cut(&format!("{of}, {}", text::count(runs.len(), "run")), width)
        );
        for run in runs {
            let side = &run.side;
            let line = format!(
                "  {}  {}  {:>5} to {:>5}  {:>5} % read  {}",
                side.ended.strftime("%Y-%m-%d"),
                bar(side),
                side.proven,
                side.potential,
                side.coverage,
                since(run)
            );
            let _ = writeln!(page, "{}", text::cut(&line, width));
        }
    }
    page
}

fn page(history: &History) -> String {
    let mut page = String::from("# The score over time\n\n");
    for runs in history.runs.chunk_by(|one, other| one.of == other.of) {
        let rows = runs.iter().map(|run| {
            let side = &run.side;
            format!(
                "{} | {} | {} | {} | {} % | {} | {}",
                side.ended.strftime("%Y-%m-%d"),
                side.proven,
                side.potential,
                side.grade,
                side.coverage,
                since(run),
                cell(&run.report)
            )
        });
        let of = runs.first().map(|run| cell(&run.of)).unwrap_or_default();
        let head =
            "Ended | Proven | Potential | Grade | Evidence read | Since the run before | Report";
        let room = BUDGET.saturating_sub(page.len()) / 2;
        table(&mut page, &of, (head, (rows, runs.len())), (room, Words::of(Language::English)));
    }
    page
}

#[cfg(test)]
mod tests {
    use serde_json::Value;
    use trailproof_core::diff::Baseline;

    use super::*;
    use crate::sample::{self, hostile};

    fn history() -> History {
        let (one, mut two, lone) = (sample::assessment(), sample::assessment(), sample::lone());
        for finding in &mut two.results {
            if finding.check == "cloud-trail-log-file-validation-enabled" {
                finding.status = trailproof_core::finding::Status::Pass;
            }
        }
        two.run.ended = "2027-02-21T22:43:09Z".parse().unwrap();
        two.score.total.proven = Milli(70_500);
        let Ok(baseline) = Baseline::of(&one);
        let Ok(diff) = Diff::between(&baseline, &two);
        let run = |of: &str, report: &str, side: Side, diff: Option<&Diff>| {
            HistoryRun::new(of, report.to_owned(), (side, diff))
        };
        History {
            runs: vec![
                run("111111111111", "lone.json", Side::of(&lone), None),
                run("o-abc123defg", "2026q3/report.json", Side::of(&one), None),
                run("o-abc123defg", "2026q4/report.json", Side::of(&two), diff.as_ref()),
            ],
            ..History::default()
        }
    }

    fn written(format: DiffFormat, history: &History) -> String {
        let mut out = Vec::new();
        write_history(format, history, Some(100), &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn each_format_is_as_committed() {
        sample::compare("history-100.txt", &written(DiffFormat::Table, &history()));
        sample::compare("history.md", &written(DiffFormat::Markdown, &history()));
    }

    #[test]
    fn the_json_follows_its_schema_and_is_read_back() {
        let schema: Value = serde_json::from_str(SCHEMA_DOCUMENT).unwrap();
        let document: Value = serde_json::from_str(&written(DiffFormat::Json, &history())).unwrap();
        let validator = jsonschema::validator_for(&schema).unwrap();
        let problems: Vec<String> =
            validator.iter_errors(&document).map(|error| error.to_string()).collect();
        assert!(problems.is_empty(), "{problems:?}");
        assert_eq!(serde_json::from_value::<History>(document).unwrap(), history());
    }

    #[test]
    fn a_bar_is_always_as_long() {
        let mut side = Side::of(&sample::lone());
        for (proven, potential) in
            [(0, 0), (0, 100_000), (100_000, 100_000), (49_999, 50_001), (60_000, 50_000)]
        {
            (side.proven, side.potential) = (Milli(proven), Milli(potential));
            assert_eq!(bar(&side).chars().count(), 25, "{proven} {potential}");
        }
    }

    #[test]
    fn no_strangers_text_breaks_a_history() {
        for text in hostile::TEXTS {
            let mut history = history();
            for run in &mut history.runs {
                run.of = (*text).to_owned();
                run.report = (*text).to_owned();
                run.side.run_id = (*text).to_owned();
            }
            crate::markdown::tests::check_form(&written(DiffFormat::Markdown, &history));
            for line in written(DiffFormat::Table, &history).lines() {
                assert!(text::width(line) <= 100);
                assert!(!line.chars().any(|one| one.is_control() || text::is_hidden(one)));
            }
        }
    }
}
