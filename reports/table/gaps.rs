//! What could not be decided, and what could not be read: first whole accounts, then checks, then the calls.

use std::collections::{BTreeMap, BTreeSet};

use trailproof_core::assessment::{CoverageReport, Unread};
use trailproof_core::aws::{AccountId, Region};
use trailproof_core::evidence::Cause;
use trailproof_core::finding::{Finding, GLOBAL};

use super::findings::{self, DETAILED};
use super::fold::Line;
use super::gathered::Unknown;
use super::page::{Cell, Page, Row, Style, Told};
use super::{LINES, WIDE};
use crate::index::Index;
use crate::text;
use crate::words::Words;

/// The most lines that AWS's words take.
const MESSAGE: usize = 2;

/// What could not be decided. Checks of which the same is told stand above it together.
pub fn unknown(page: &mut Page, unknown: &Unknown, index: &Index<'_>) {
    if unknown.checks.is_empty() {
        return;
    }
    let of = &page.words.table;
    let sum = (of.checks_and)(unknown.checks.len(), &unknown.number.words(page.words));
    page.section(of.unknown_title, &sum);
    accounts(page, unknown, index);

    let checks = unknown.own.worst_first();
    let mut blocks = checks.chunk_by(|(_, one), (_, next)| one.kind == next.kind);
    for (at, checks) in blocks.by_ref().take(DETAILED).enumerate() {
        if at > 0 || !unknown.unassessed.0.is_empty() {
            page.blank();
        }
        for (id, check) in checks {
            findings::check_line(page, id, check);
        }
        if let Some((_, check)) = checks.first() {
            findings::folded(page, &check.lines, index);
        }
    }
    findings::others(page, blocks.flatten().copied());
}

/// Whether it is unknown for no other reason than that the account was not assessed: nothing of it is known that
/// could be named.
pub fn is_of_unread_account(finding: &Finding, index: &Index<'_>) -> bool {
    let account = index.accounts.get(&finding.account_id);
    account.is_some_and(|account| !account.assessed) && findings::resource(finding).is_empty()
}

/// A line for each account that was not assessed at all.
fn accounts(page: &mut Page, unknown: &Unknown, index: &Index<'_>) {
    let (first, number) = &unknown.unassessed;
    let rows: Vec<Row> = first
        .iter()
        .map(|one| {
            let why: Vec<String> =
                one.reasons.iter().map(|code| cause_word(code, page.words)).collect();
            vec![
                Cell::new(one.account.as_str()),
                Cell::new(index.name(one.account)).cut(name_room(page)),
                Cell::new((page.words.table.not_assessed)(one.checks, &why.join(", "))),
            ]
        })
        .collect();
    page.grid(2, rows);
    if *number > first.len() {
        page.note(2, &(page.words.table.more_not_assessed)(number - first.len()));
    }
}

fn name_room(page: &Page) -> usize {
    match page.width {
        0..80 => 0,
        80..WIDE => 20,
        _ => 32,
    }
}

/// A check's findings, a line for each account and reason, for a page of that width.
pub fn by_reason((index, width): (&Index<'_>, usize), findings: &[&Finding]) -> Vec<Line> {
    let words = index.words;
    let mut groups: BTreeMap<(AccountId, &str), Vec<&Finding>> = BTreeMap::new();
    for finding in findings {
        groups.entry((finding.account_id, &finding.reason)).or_default().push(finding);
    }
    let lines = groups.into_iter().map(|((account, _), findings)| {
        let names = findings.iter().map(|finding| findings::resource(finding));
        let names: BTreeSet<&str> = names.filter(|name| !name.is_empty()).collect();
        let one = names.iter().next().filter(|_| names.len() == 1);
        let many =
            || if names.is_empty() { String::new() } else { (words.table.resources)(names.len()) };
        Line {
            account,
            region: places(
                (words, width),
                findings.iter().filter_map(|finding| region(finding)).collect(),
            ),
            resource: one.map_or_else(many, |name| (*name).to_owned()),
            text: one_of(findings.iter().map(|finding| reason(finding, index)).collect(), words),
            findings: findings.len(),
        }
    });
    lines.collect()
}

/// The region of the finding, or the one that did not answer.
fn region(finding: &Finding) -> Option<&str> {
    if finding.region != GLOBAL {
        return Some(&finding.region);
    }
    let asked = finding.gap.as_ref().filter(|gap| gap.account == Some(finding.account_id))?;
    asked.region.as_ref().map(Region::as_str)
}

/// `eu-west-1, sa-east-1`, or how many.
fn places((words, width): (&Words, usize), regions: BTreeSet<&str>) -> String {
    let most = if width < 80 { 1 } else { 2 };
    if regions.len() > most {
        return (words.table.regions)(regions.len());
    }
    regions.into_iter().collect::<Vec<_>>().join(", ")
}

/// Why a finding is not decided. The part after this one has AWS's own words, under the account that was asked.
fn reason(finding: &Finding, index: &Index<'_>) -> String {
    let Some(gap) = &finding.gap else {
        let why = format!("{}: {}", cause_word(&finding.reason, index.words), finding.message);
        return findings::expecting(&why, finding, index);
    };
    let said = Said::new(&gap.detail);
    let (of, cause) = (&index.words.table, index.words.cause(gap.cause));
    let why = if matches!(gap.cause, Cause::Undecidable | Cause::NotSupplied) {
        format!("{cause}: {}", said.what)
    } else if gap.account.is_some_and(|asked| asked != finding.account_id) {
        (of.not_read)(&format!("{cause}: {}", said.what))
    } else {
        (of.not_read)(&cause)
    };
    let why = if said.hint.is_empty() { why } else { format!("{why}; {}", said.hint) };
    findings::expecting(&why, finding, index)
}

/// A finding's code of a cause, as the language says it.
fn cause_word(code: &str, words: &Words) -> String {
    let cause = Cause::ALL.into_iter().find(|cause| cause.code() == code);
    cause.map_or_else(|| code.to_owned(), |cause| words.cause(cause))
}

/// The first of the texts, and that there are others.
fn one_of(texts: BTreeSet<String>, words: &Words) -> String {
    let others = texts.len().saturating_sub(1);
    let first = texts.into_iter().next().unwrap_or_default();
    if others == 0 { first } else { (words.table.and_others)(&first, others) }
}

/// What a gap tells: `what was asked and came back (asked by whom); a hint`.
struct Said<'a> {
    what: &'a str,
    hint: &'a str,
    asker: &'a str,
}

impl<'a> Said<'a> {
    fn new(message: &'a str) -> Self {
        let parts = message.split_once(" (asked by ").and_then(|(what, rest)| {
            let (asker, hint) = rest.split_once(')')?;
            // The words may stand in brackets of another message: what closes those is no hint.
            Some(Self { what, hint: hint.trim_start_matches([';', ' ', ')', ':']), asker })
        });
        parts.unwrap_or(Self { what: message, hint: "", asker: "" })
    }
}

/// What could not be read, and why: a line for each account and reason. Who asked stands last.
pub fn unread(page: &mut Page, coverage: &CoverageReport, index: &Index<'_>) {
    let mut scopes: BTreeMap<(AccountId, &str), Vec<&Unread>> = BTreeMap::new();
    for one in &coverage.unread {
        scopes.entry((one.account_id, one.reason.code())).or_default().push(one);
    }
    if scopes.is_empty() {
        return;
    }
    let told = scopes.iter().take(LINES).map(|((account, reason), unread)| {
        let row = vec![
            Cell::new(account.as_str()),
            Cell::new(index.name(*account)).cut(name_room(page)),
            Cell::new(places(
                (page.words, page.width),
                unread.iter().map(|one| one.region.as_str()).collect(),
            ))
            .cut(findings::REGION),
            Cell::styled(cause_word(reason, page.words), Style::Warn),
        ];
        Told { rows: vec![row], more: None, text: Cell::new(words(unread, page.words)) }
    });
    let told = told.collect();
    let accounts = scopes.keys().map(|(account, _)| account).collect::<BTreeSet<_>>().len();
    let of = &page.words.table;
    page.section(of.unread_title, &(of.in_accounts)(accounts));
    page.told(2, told, MESSAGE);
    let mut causes: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, reason) in scopes.keys().skip(LINES) {
        *causes.entry(reason).or_default() += 1;
    }
    if !causes.is_empty() {
        page.note(2, &(of.more_unread)(scopes.len() - LINES, &tallied(&causes)));
    }
}

/// What came back; a hint only where it holds for all.
fn words(unread: &[&Unread], of: &Words) -> String {
    let said: Vec<Said<'_>> = unread.iter().map(|one| Said::new(&one.message)).collect();
    let first = |part: fn(&Said<'_>) -> String| said.first().map(part).unwrap_or_default();
    let hint = first(|one| one.hint.to_owned());
    let mut words = one_of(said.iter().map(|one| text::line(one.what)).collect(), of);
    if !hint.is_empty() && said.iter().all(|one| one.hint == hint) {
        words = format!("{words}; {hint}");
    }
    let asker = first(|one| one.asker.to_owned());
    if asker.is_empty() { words } else { (of.table.asked_by)(&words, &asker) }
}

/// `12 access_denied, 1 throttled`.
fn tallied(reasons: &BTreeMap<&str, usize>) -> String {
    let reasons: Vec<String> =
        reasons.iter().map(|(reason, number)| format!("{number} {reason}")).collect();
    reasons.join(", ")
}
