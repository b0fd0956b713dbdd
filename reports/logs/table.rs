//! What `validate-logs` found for a person at a terminal: each chain's coverage, then the defects.

use std::io::{self, Write};

use comfy_table::CellAlignment::{Left, Right};
use trailproof_digest::{ChainReport, Finding, HourState, Kind, Severity, Span, Verdict};

use super::LogsReport;
use crate::Options;
use crate::table::page::{Cell, Head, LABEL, Page, Row, Style};
use crate::table::{LEAST_WIDTH, WIDTH};
use crate::text::{self, count};
use trailproof_core::language::Language;

/// The columns of a coverage bar.
const BAR: u64 = 24;

/// The most chains that are listed: those that are not wholly proved come first.
const CHAINS: usize = 60;

/// The most findings that are listed.
const FINDINGS: usize = 40;

pub fn write(report: &LogsReport, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let width = usize::from(options.width.unwrap_or(WIDTH).max(LEAST_WIDTH));
    let mut page = Page::new(width, options.color, Language::English);
    page.headline(&headline(report));
    let totals = &report.totals;
    let asked = format!("{} to {}", report.period.from, report.period.to);
    let place = match &report.source.mirror {
        Some(path) => format!("s3://{} as copied to {path}", report.source.bucket),
        None => format!("s3://{}", report.source.bucket),
    };
    let read = format!(
        "{} valid, {} not valid, {} unverified; {} valid digests; {} read, {} of events",
        count(number(totals.logs.valid), "log file"),
        totals.logs.invalid,
        totals.logs.unverified,
        totals.digests.valid + totals.backfill_digests.valid,
        bytes(totals.bytes_stored),
        bytes(totals.bytes_inflated),
    );
    page.entry(0, Cell::styled("Period", Style::Dim), &asked);
    page.entry(0, Cell::styled("Objects", Style::Dim), &place);
    page.entry(0, Cell::styled("Read", Style::Dim), &read);
    if let Some(start) = &report.checkpoint {
        let told = format!(
            "{} of a checkpoint up to {}",
            count(number(start.heads), "chain"),
            start.proved_to
        );
        page.entry(0, Cell::styled("Goes on", Style::Dim), &told);
    }
    chains(&mut page, report);
    findings(&mut page, report);
    for unread in &report.unread {
        let told = format!("{}: {}", unread.prefix, unread.reason);
        page.entry(0, Cell::styled("not read", Style::Warn), &told);
    }
    out.write_all(page.finish().as_bytes())?;
    out.flush()
}

/// What a verdict is called.
pub fn words(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Intact => "INTACT",
        Verdict::NotProved => "NOT PROVED",
        Verdict::Broken => "BROKEN",
        Verdict::NothingFound => "NOTHING FOUND",
    }
}

/// The name of a kind, as JSON has it.
pub fn name(kind: Kind) -> String {
    match serde_json::to_value(kind) {
        Ok(serde_json::Value::String(name)) => name,
        _ => format!("{kind:?}"),
    }
}

fn headline(report: &LogsReport) -> Vec<String> {
    let totals = &report.totals;
    let mut pieces = vec![
        words(report.verdict).to_owned(),
        count(number(totals.chains), "chain"),
        format!("{} of {} hours proved", totals.hours_proved, totals.hours_total),
    ];
    for (hours, state) in [
        (totals.hours_broken, "broken"),
        (totals.hours_missing, "missing"),
        (totals.hours_gap, "in gaps"),
        (totals.hours_unverified, "unverified"),
    ] {
        if hours > 0 {
            pieces.push(format!("{hours} {state}"));
        }
    }
    pieces
}

fn chains(page: &mut Page, report: &LogsReport) {
    if report.chains.is_empty() {
        page.section(
            "No digest chain was found",
            "nothing answers for the time that was asked for",
        );
        return;
    }
    let heads: [Head; 9] = [
        ("Account", Left),
        ("Region", Left),
        ("Coverage", Left),
        ("Proved", Right),
        ("Broken", Right),
        ("Missing", Right),
        ("Gap", Right),
        ("Unver.", Right),
        ("Trail", Left),
    ];
    let proved = |chain: &&ChainReport| chain.hours_proved == chain.hours_total;
    let (whole, wanting): (Vec<_>, Vec<_>) = report.chains.iter().partition(proved);
    let shown: Vec<&ChainReport> = wanting.into_iter().chain(whole).take(CHAINS).collect();
    page.section("Chains", "");
    page.headed(0, &heads, shown.iter().map(|chain| row(chain)).collect());
    page.note(0, "█ proved, ▒ gap, ? unverified, _ missing, x broken");
    extents(page, &shown);
    if report.chains.len() > shown.len() {
        let more = count(report.chains.len() - shown.len(), "chain");
        page.note(0, &format!("{more} more; --format json has all"));
    }
}

fn row(chain: &ChainReport) -> Row {
    let some = |hours: u64, style| match hours {
        0 => Cell::empty(),
        hours => Cell::styled(hours.to_string(), style),
    };
    let whole = chain.hours_proved == chain.hours_total;
    let style = if whole { Style::Good } else { Style::Warn };
    vec![
        Cell::new(&chain.account_id),
        Cell::new(&chain.region),
        Cell::styled(bar(chain), style),
        Cell::new(format!("{}/{}", chain.hours_proved, chain.hours_total)),
        some(chain.hours_broken, Style::Bad),
        some(chain.hours_missing, Style::Bad),
        some(chain.hours_gap, Style::Warn),
        some(chain.hours_unverified, Style::Warn),
        Cell::new(if chain.trail.is_empty() { "(not known)" } else { &chain.trail }),
    ]
}

/// How much was read of each chain, and from when to when something is proved.
fn extents(page: &mut Page, chains: &[&ChainReport]) {
    let heads: [Head; 9] = [
        ("Account", Left),
        ("Region", Left),
        ("Log files", Right),
        ("Not valid", Right),
        ("Unver.", Right),
        ("Stored", Right),
        ("Events", Right),
        ("First proved", Left),
        ("Last proved", Left),
    ];
    let time = |at: Option<jiff::Timestamp>| match at {
        Some(at) => Cell::new(at.strftime("%Y-%m-%d %H:%MZ").to_string()),
        None => Cell::styled("never", Style::Warn),
    };
    let some = |files: u64, style| match files {
        0 => Cell::empty(),
        files => Cell::styled(files.to_string(), style),
    };
    let rows = chains.iter().map(|chain| {
        vec![
            Cell::new(&chain.account_id),
            Cell::new(&chain.region),
            Cell::new(chain.logs.valid.to_string()),
            some(chain.logs.invalid, Style::Bad),
            some(chain.logs.unverified, Style::Warn),
            Cell::new(bytes(chain.bytes_stored)),
            Cell::new(bytes(chain.bytes_inflated)),
            time(chain.first_proved),
            time(chain.last_proved),
        ]
    });
    page.section("What was read", "in the order of the chains above; times in UTC");
    page.headed(0, &heads, rows.collect());
}

/// The span in equal parts, each drawn as the worst of its hours.
fn bar(chain: &ChainReport) -> String {
    let (from, to) = (chain.span.from.as_second(), chain.span.to.as_second());
    let parts = i64::try_from(BAR.min(chain.hours_total.max(1))).unwrap_or(1);
    let length = to.saturating_sub(from);
    let at = |part: i64| {
        let seconds = i128::from(length) * i128::from(part) / i128::from(parts);
        jiff::Timestamp::from_second(from.saturating_add(i64::try_from(seconds).unwrap_or(0)))
    };
    (0..parts)
        .map(|part| {
            let (Ok(from), Ok(to)) = (at(part), at(part + 1)) else { return ' ' };
            let Some(part) = Span::new(from, to) else { return ' ' };
            let met = chain.stretches.iter().filter(|one| one.span.meets(&part));
            met.map(|one| one.state).max().map_or(' ', sign)
        })
        .collect()
}

fn sign(state: HourState) -> char {
    match state {
        HourState::Proved => '█',
        HourState::Unverified => '?',
        HourState::Gap => '▒',
        HourState::Missing => '_',
        HourState::Broken => 'x',
    }
}

fn findings(page: &mut Page, report: &LogsReport) {
    if report.findings.is_empty() {
        return;
    }
    let is_error = |finding: &&Finding| finding.severity == Severity::Error;
    let (errors, warnings): (Vec<_>, Vec<_>) = report.findings.iter().partition(is_error);
    let remark = format!("{}, {}", count(errors.len(), "error"), count(warnings.len(), "warning"));
    page.section("Findings", &remark);
    for finding in errors.into_iter().chain(warnings).take(FINDINGS) {
        let style = if is_error(&finding) { Style::Bad } else { Style::Warn };
        let severity = if is_error(&finding) { "error" } else { "warning" };
        page.entry(0, Cell::styled(severity, style), &told(finding));
        let place = match &finding.key {
            Some(key) => format!("s3://{}/{key}", finding.bucket),
            None => format!("{} to {}", finding.from, finding.to),
        };
        page.grid(LABEL, vec![vec![Cell::styled(place, Style::Dim)]]);
        for (what, value) in [("expected", &finding.expected), ("observed", &finding.observed)] {
            if let Some(value) = value {
                let value = text::cut_middle(&text::line(value), 64).into_owned();
                page.grid(LABEL, vec![vec![Cell::styled(format!("{what} {value}"), Style::Dim)]]);
            }
        }
    }
    if report.findings.len() > FINDINGS {
        let more = count(report.findings.len() - FINDINGS, "finding");
        page.note(0, &format!("{more} more; --format json has all"));
    }
}

fn told(finding: &Finding) -> String {
    let (account, region) = (&finding.account_id, &finding.region);
    let logs = match finding.unverified_logs {
        0 => String::new(),
        logs => format!("; {} there unverified", count(number(logs), "log file")),
    };
    let body = if finding.body_ok { "; its contents are proved all the same" } else { "" };
    let hour = finding.from.strftime("%Y-%m-%d %H:%MZ");
    format!("{} {account} {region} {hour}: {}{logs}{body}", name(finding.kind), finding.detail)
}

pub fn number(count: u64) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}

/// As people read them.
pub fn bytes(count: u64) -> String {
    match count {
        0..=9_999 => format!("{count} bytes"),
        10_000..=9_999_999 => format!("{} kB", count / 1_000),
        10_000_000..=9_999_999_999 => format!("{} MB", count / 1_000_000),
        _ => format!("{} GB", count / 1_000_000_000),
    }
}
