//! What `validate-logs` found for a person at a terminal: each chain's coverage, then the defects.

use std::io::{self, Write};

use comfy_table::CellAlignment::{Left, Right};
use trailproof_digest::report::Tally;
use trailproof_digest::{ChainReport, Finding, HourState, Kind, Severity, Span};

use super::{LogsReport, LogsTotals};
use crate::Options;
use crate::table::page::{Cell, LABEL, Page, Row, Style, heads};
use crate::table::{LEAST_WIDTH, WIDTH};
use crate::text;
use crate::words::Words;

/// The columns of a coverage bar.
const BAR: u64 = 24;

/// The most chains that are listed: those that are not wholly proved come first.
const CHAINS: usize = 60;

/// The most findings that are listed.
const FINDINGS: usize = 40;

/// In both languages.
const WHERE_ALL_ARE: (&str, &str) = ("--format json", "--format json ");

pub fn write(report: &LogsReport, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let width = usize::from(options.width.unwrap_or(WIDTH).max(LEAST_WIDTH));
    let w = Words::of(options.language);
    let mut page = Page::new(width, options.color, options.language);
    page.headline(&headline(report, w));
    let (from, to) = (report.period.from, report.period.to);
    let asked = (w.table.span)(&from.to_string(), &to.to_string());
    let bucket = &report.source.bucket;
    let place = match &report.source.mirror {
        Some(path) => w.say(
            format!("s3://{bucket} as copied to {path}"),
            format!("s3://{bucket} (写し: {path})"),
        ),
        None => format!("s3://{bucket}"),
    };
    let mut label = |label: &str, told: &str| page.entry(0, Cell::styled(label, Style::Dim), told);
    label(w.say("Period", "対象期間"), &asked);
    label(w.say("Objects", "場所"), &place);
    label(w.say("Read", "読み取り"), &read(report, w));
    if let Some(start) = &report.checkpoint {
        let (chains, to) = (w.count(number(start.heads), "chain", "チェーン"), start.proved_to);
        let told = w.say(
            format!("{chains} of a checkpoint up to {to}"),
            format!("{to} までのチェックポイントの {chains}"),
        );
        label(w.say("Goes on", "継続"), &told);
    }
    chains(&mut page, report, w);
    findings(&mut page, report, w);
    for unread in &report.unread {
        let told = format!("{}: {}", unread.prefix, unread.reason);
        page.entry(0, Cell::styled(w.say("not read", "未読"), Style::Warn), &told);
    }
    out.write_all(page.finish().as_bytes())?;
    out.flush()
}

/// How much was read.
fn read(report: &LogsReport, w: &Words) -> String {
    let LogsTotals { logs, digests, backfill_digests, bytes_stored, bytes_inflated, .. } =
        &report.totals;
    let digests = digests.valid.saturating_add(backfill_digests.valid);
    let (stored, inflated) = (bytes(*bytes_stored), bytes(*bytes_inflated));
    let Tally { valid, invalid, unverified } = logs;
    let files = text::count(number(*valid), "log file");
    w.say(
        format!(
            "{files} valid, {invalid} not valid, {unverified} unverified; {digests} valid digests; {stored} read, \
             {inflated} of events"
        ),
        format!(
            "ログファイル {}、有効なダイジェストファイル {digests}、{stored} (展開後 {inflated})",
            w.tally(*logs)
        ),
    )
}

/// The name of a kind, as JSON has it.
pub fn name(kind: Kind) -> String {
    match serde_json::to_value(kind) {
        Ok(serde_json::Value::String(name)) => name,
        _ => format!("{kind:?}"),
    }
}

fn headline(report: &LogsReport, w: &Words) -> Vec<String> {
    let totals = &report.totals;
    let mut pieces = vec![
        w.verdict(report.verdict).to_owned(),
        w.count(number(totals.chains), "chain", "チェーン"),
        w.hours_proved(totals.hours_proved, totals.hours_total),
    ];
    pieces.extend(w.hours_lacking([
        (totals.hours_broken, HourState::Broken),
        (totals.hours_missing, HourState::Missing),
        (totals.hours_gap, HourState::Gap),
        (totals.hours_unverified, HourState::Unverified),
    ]));
    pieces
}

fn chains(page: &mut Page, report: &LogsReport, w: &Words) {
    if report.chains.is_empty() {
        page.section(
            w.say("No digest chain was found", "ダイジェストファイルのチェーンなし"),
            w.say(
                "nothing answers for the time that was asked for",
                "対象期間を裏付けるものがない",
            ),
        );
        return;
    }
    let columns = [
        w.say("Account", "アカウント"),
        w.say("Region", "リージョン"),
        w.say("Coverage", "網羅状況"),
        w.say("Proved", "立証"),
        w.say("Broken", "破損"),
        w.say("Missing", "欠落"),
        w.say("Gap", "空白"),
        w.say("Unver.", "未検証"),
        w.say("Trail", "証跡"),
    ];
    let lean = [Left, Left, Left, Right, Right, Right, Right, Right, Left];
    let proved = |chain: &&ChainReport| chain.hours_proved == chain.hours_total;
    let (whole, wanting): (Vec<_>, Vec<_>) = report.chains.iter().partition(proved);
    let shown: Vec<&ChainReport> = wanting.into_iter().chain(whole).take(CHAINS).collect();
    page.section(w.say("Chains", "チェーン"), "");
    let rows = shown.iter().map(|chain| row(chain, w)).collect();
    page.headed(0, &heads(columns, lean), rows);
    let legend = w.say(
        "█ proved, ▒ gap, ? unverified, _ missing, x broken",
        "█ 立証済み、▒ 空白、? 未検証、_ 欠落、x 破損",
    );
    page.note(0, legend);
    extents(page, &shown, w);
    if report.chains.len() > shown.len() {
        let more = w.count(report.chains.len() - shown.len(), "chain", "チェーン");
        page.note(0, &w.more_in(&more, WHERE_ALL_ARE));
    }
}

/// A number that stands out; none is left empty, so that a column of nothing else is not drawn.
fn some(number: u64, style: Style) -> Cell {
    match number {
        0 => Cell::empty(),
        number => Cell::styled(number.to_string(), style),
    }
}

fn row(chain: &ChainReport, w: &Words) -> Row {
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
        Cell::new(w.trail_name(&chain.trail)),
    ]
}

/// How much was read of each chain, and from when to when something is proved.
fn extents(page: &mut Page, chains: &[&ChainReport], w: &Words) {
    let columns = [
        w.say("Account", "アカウント"),
        w.say("Region", "リージョン"),
        w.say("Files", "ファイル"),
        w.say("Invalid", "無効"),
        w.say("Unver.", "未検証"),
        w.say("Stored", "保存量"),
        w.say("Events", "展開後"),
        w.say("First and last proved", "立証した期間"),
    ];
    let lean = [Left, Left, Right, Right, Right, Right, Right, Left];
    let proved = |chain: &ChainReport| match (chain.first_proved, chain.last_proved) {
        (Some(first), Some(last)) => {
            let [first, last] = [first, last].map(|at| at.strftime("%Y-%m-%d %H:%M").to_string());
            Cell::new((w.table.span)(&first, &last))
        }
        _ => Cell::styled(w.say("nothing", "なし"), Style::Warn),
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
            proved(chain),
        ]
    });
    page.section(
        w.say("What was read", "読み取り内容"),
        w.say("in the order of the chains above; times in UTC", "上のチェーンの順、時刻は UTC"),
    );
    page.headed(0, &heads(columns, lean), rows.collect());
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

fn findings(page: &mut Page, report: &LogsReport, w: &Words) {
    if report.findings.is_empty() {
        return;
    }
    let is_error = |finding: &&Finding| finding.severity == Severity::Error;
    let (errors, warnings): (Vec<_>, Vec<_>) = report.findings.iter().partition(is_error);
    page.section(w.say("Findings", "検出結果"), &w.weights(errors.len(), warnings.len()));
    for finding in errors.into_iter().chain(warnings).take(FINDINGS) {
        let style = if is_error(&finding) { Style::Bad } else { Style::Warn };
        page.entry(0, Cell::styled(w.weight(finding.severity), style), &told(finding, w));
        let place = match &finding.key {
            Some(key) => format!("s3://{}/{key}", finding.bucket),
            None => (w.table.span)(&finding.from.to_string(), &finding.to.to_string()),
        };
        page.grid(LABEL, vec![vec![Cell::styled(place, Style::Dim)]]);
        for (what, value) in [
            (w.say("expected", "期待値"), &finding.expected),
            (w.say("observed", "観測値"), &finding.observed),
        ] {
            if let Some(value) = value {
                let value = text::cut_middle(&text::line(value), 64).into_owned();
                page.grid(LABEL, vec![vec![Cell::styled(format!("{what} {value}"), Style::Dim)]]);
            }
        }
    }
    if report.findings.len() > FINDINGS {
        let more = w.count(report.findings.len() - FINDINGS, "finding", "件");
        page.note(0, &w.more_in(&more, WHERE_ALL_ARE));
    }
}

fn told(finding: &Finding, w: &Words) -> String {
    let (account, region) = (&finding.account_id, &finding.region);
    let logs = match finding.unverified_logs {
        0 => String::new(),
        logs => w.say(
            format!("; {} there unverified", text::count(number(logs), "log file")),
            format!("。未検証のログファイル {logs} 件がある"),
        ),
    };
    let proved = w.say("; its contents are proved all the same", "。ただし内容は立証済み");
    let body = if finding.body_ok { proved } else { "" };
    let hour = finding.from.strftime("%Y-%m-%d %H:%MZ");
    format!("{} {account} {region} {hour}: {}{logs}{body}", name(finding.kind), w.defect(finding))
}

pub fn number(count: u64) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}

/// As people read them.
pub fn bytes(count: u64) -> String {
    match count {
        0..=999 => format!("{count} B"),
        1_000..=9_999 => format!("{}.{} kB", count / 1_000, count % 1_000 / 100),
        10_000..=9_999_999 => format!("{} kB", count / 1_000),
        10_000_000..=9_999_999_999 => format!("{} MB", count / 1_000_000),
        _ => format!("{} GB", count / 1_000_000_000),
    }
}
