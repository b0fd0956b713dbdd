//! The score over the runs of an organization: drawn for a terminal, for programs and for a page.

use std::fmt::Write as _;
use std::io::{self, Write};

use serde::{Deserialize, Serialize};
use trailproof_core::assessment::Milli;
use trailproof_core::diff::{Change, Diff, Points, Side};

use crate::difference::{DiffFormat, DiffOptions};
use crate::markdown::{BUDGET, cell, table};
use crate::words::Words;
use crate::{html, text, visible};

/// The schema that this version writes.
pub const SCHEMA: &str = "trailproof.history/1";

/// The JSON Schema (2020-12) of a history.
pub const SCHEMA_DOCUMENT: &str = include_str!("schema/history.schema.json");

/// A score of 100 is so many columns where there is room.
const BAR: usize = 25;

/// And at least so many.
const LEAST_BAR: usize = 8;

/// The columns before a bar: two, the day, and a gap.
const BEFORE_BAR: usize = 2 + 10 + GAP;

/// Between two columns.
const GAP: usize = 2;

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
    options: &DiffOptions,
    out: &mut dyn Write,
) -> io::Result<()> {
    let w = Words::of(options.language);
    match format {
        DiffFormat::Table => {
            let width = options.width.unwrap_or(WIDTH).into();
            out.write_all(drawn(history, width, w).as_bytes())?;
        }
        DiffFormat::Json => {
            visible::pretty(history, out)?;
            out.write_all(b"\n")?;
        }
        DiffFormat::Markdown => out.write_all(page(history, w).as_bytes())?,
        DiffFormat::Html => {
            let runs = history.runs.chunk_by(|one, other| one.of == other.of);
            let all: Vec<(String, Vec<Side>)> = runs
                .filter_map(|runs| {
                    let sides = runs.iter().map(|run| run.side.clone()).collect();
                    Some((runs.first()?.of.clone(), sides))
                })
                .collect();
            html::changes::write_history(&all, w, out)?;
        }
    }
    out.flush()
}

/// Proven is full, what might be is light, the rest is empty; a score of 100 is so many columns.
fn bar(side: &Side, whole: usize) -> String {
    let columns = |milli: Milli| {
        let share = usize::try_from(milli.0).unwrap_or_default().saturating_mul(whole);
        share / usize::try_from(Milli::FULL.0).unwrap_or(usize::MAX)
    };
    let proven = columns(side.proven);
    let potential = columns(side.potential).max(proven);
    let rest = whole.saturating_sub(potential);
    format!("{}{}{}", "█".repeat(proven), "░".repeat(potential - proven), "·".repeat(rest))
}

fn since(run: &HistoryRun, w: &Words) -> String {
    match (run.movement, run.new, run.fixed) {
        (Some(moved), Some(new), Some(fixed)) => w.say(
            format!("{moved}, {new} new, {fixed} fixed"),
            format!("{moved}、新規 {new}、是正 {fixed}"),
        ),
        _ => w.say("the first", "初回").to_owned(),
    }
}

/// What stands behind a run's bar.
fn numbers(run: &HistoryRun, w: &Words) -> String {
    let Side { proven, potential, coverage, .. } = &run.side;
    let since = since(run, w);
    w.say(
        format!("{proven:>5} to {potential:>5}  {coverage:>5} % read  {since}"),
        format!("{proven:>5} ～ {potential:>5}  網羅率 {coverage:>5} %  {since}"),
    )
}

fn drawn(history: &History, width: usize, w: &Words) -> String {
    let mut page = String::new();
    // The numbers are never cut to make room for what draws them.
    let longest = history.runs.iter().map(|run| text::width(&numbers(run, w))).max();
    let whole = width.saturating_sub(BEFORE_BAR + GAP + longest.unwrap_or_default());
    let whole = whole.clamp(LEAST_BAR, BAR);
    for runs in history.runs.chunk_by(|one, other| one.of == other.of) {
        let of = runs.first().map(|run| text::line(&run.of)).unwrap_or_default();
        if !page.is_empty() {
            page.push('\n');
        }
        let of = w.say(
            format!("{of}, {}", text::count(runs.len(), "run")),
            format!("{of} (実行 {} 回)", runs.len()),
        );
        let _ = writeln!(page, "{}", text::cut(&of, width));
        for run in runs {
            let (day, bar) = (run.side.ended.strftime("%Y-%m-%d"), bar(&run.side, whole));
            let line = format!("  {day}  {bar}  {}", numbers(run, w));
            let _ = writeln!(page, "{}", text::cut(&line, width));
        }
    }
    page
}

fn page(history: &History, w: &Words) -> String {
    let mut page = w.say("# The score over time\n\n", "# スコアの推移\n\n").to_owned();
    for runs in history.runs.chunk_by(|one, other| one.of == other.of) {
        let rows = runs.iter().map(|run| {
            let side = &run.side;
            format!(
                "{} | {} | {} | {} | {} % | {} | {}",
                side.ended.strftime("%Y-%m-%d"),
                side.proven,
                side.potential,
                w.grade(side.grade),
                side.coverage,
                since(run, w),
                cell(&run.report)
            )
        });
        let of = runs.first().map(|run| cell(&run.of)).unwrap_or_default();
        let room = BUDGET.saturating_sub(page.len()) / 2;
        table(&mut page, &of, (w.run_heads(), (rows, runs.len())), (room, w));
    }
    page
}

#[cfg(test)]
mod tests {
    use serde_json::Value;
    use trailproof_core::diff::Baseline;
    use trailproof_core::language::Language;

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
        written_in(Language::English, format, (history, 100))
    }

    fn written_in(
        language: Language,
        format: DiffFormat,
        (history, width): (&History, u16),
    ) -> String {
        let options = DiffOptions { language, width: Some(width), ..DiffOptions::default() };
        let mut out = Vec::new();
        write_history(format, history, &options, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn each_format_is_as_committed() {
        sample::compare("history-100.txt", &written(DiffFormat::Table, &history()));
        sample::compare("history.md", &written(DiffFormat::Markdown, &history()));
        let japanese = |format| written_in(Language::Japanese, format, (&history(), 80));
        sample::compare("history-80.ja.txt", &japanese(DiffFormat::Table));
        sample::compare("history.ja.md", &japanese(DiffFormat::Markdown));
        assert_eq!(japanese(DiffFormat::Json), written(DiffFormat::Json, &history()));
        let page = japanese(DiffFormat::Html);
        assert!(page.contains("<html lang=\"ja\">") && page.contains("<h1>スコアの推移</h1>"));
    }

    #[test]
    fn eighty_columns_cost_a_bar_some_of_its_own_and_no_number() {
        for language in Language::ALL {
            let narrow = written_in(language, DiffFormat::Table, (&history(), 80));
            assert!(narrow.lines().all(|line| text::width(line) <= 80), "{narrow}");
            assert!(!narrow.contains('…'), "{narrow}");
            let bars = |line: &str| line.chars().filter(|one| "█░·".contains(*one)).count();
            let drawn: std::collections::BTreeSet<usize> =
                narrow.lines().map(bars).filter(|columns| *columns > 0).collect();
            assert!(drawn.len() == 1 && drawn.iter().all(|columns| *columns >= LEAST_BAR));
        }
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
            assert_eq!(bar(&side, BAR).chars().count(), BAR, "{proven} {potential}");
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
