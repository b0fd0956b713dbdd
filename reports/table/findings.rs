//! The findings part of the table: what failed, what could not be told, what was waived, and what to do next.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use trailproof_core::assessment::{Assessment, Unread};
use trailproof_core::check::Severity;
use trailproof_core::finding::{Finding, GLOBAL, Status};

use super::WIDE;
use super::page::{Cell, LABEL, Page, Row, Style, pair};
use crate::index::Index;
use crate::text::{self, count};

/// The checks that are shown with their findings; of the others one line each.
const DETAILED: usize = 10;
/// Of one check: the ways to fail that are shown, and the findings of each.
const SHAPES: usize = 4;
const ALIKE: usize = 3;
/// The lines of each other part.
const LINES: usize = 12;
/// The room of a resource that has a column of its own.
const RESOURCE: usize = 40;
/// The longest observed or expected value; the whole one is in the JSON report.
const VALUE: usize = 160;

/// The findings of one status by check, the worst check first.
fn by_check(assessment: &Assessment, status: Status) -> Vec<(&str, Vec<&Finding>)> {
    let mut checks: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
    for finding in assessment.results.iter().filter(|finding| finding.status == status) {
        checks.entry(&finding.check).or_default().push(finding);
    }
    let mut checks: Vec<_> = checks.into_iter().collect();
    checks.sort_by_key(|(id, findings)| {
        let first = findings.first();
        let (severity, weight) = (first.map(|one| one.severity), first.map(|one| one.weight));
        (Reverse(severity), Reverse(weight), Reverse(findings.len()), *id)
    });
    checks
}

fn severity_cell(findings: &[&Finding]) -> Cell {
    let severity = findings.first().map_or(Severity::Info, |first| first.severity);
    let style = match severity {
        Severity::Critical => Style::Worst,
        Severity::High => Style::Bad,
        Severity::Medium => Style::Warn,
        Severity::Low | Severity::Info => Style::Dim,
    };
    Cell::styled(severity.code(), style)
}

fn accounts_of<'a>(findings: impl IntoIterator<Item = &'a &'a Finding>) -> usize {
    findings.into_iter().map(|finding| finding.account_id).collect::<BTreeSet<_>>().len()
}

/// `3 findings in 2 accounts`.
fn how_many(findings: &[&Finding]) -> String {
    format!("{} in {}", count(findings.len(), "finding"), count(accounts_of(findings), "account"))
}

/// What failed.
pub fn failed(page: &mut Page, assessment: &Assessment, index: &Index<'_>) {
    let checks = by_check(assessment, Status::Fail);
    if checks.is_empty() {
        return;
    }
    let all: Vec<&Finding> = checks.iter().flat_map(|(_, findings)| findings).copied().collect();
    page.section("FAILED", &format!("{}, {}", count(checks.len(), "check"), how_many(&all)));
    let detailed = checks.len().min(DETAILED);
    for (at, (id, findings)) in checks.iter().take(detailed).enumerate() {
        if at > 0 {
            page.blank();
        }
        let title = findings.first().map_or("", |finding| &finding.title);
        page.pieces(0, severity_cell(findings), &[(*id).to_owned(), title.to_owned()]);
        shapes(page, findings, index);
        if let Some(check) = index.checks.get(id) {
            page.entry(LABEL, Cell::styled("fix", Style::Good), &check.remediation);
        }
    }
    if let Some(rest) = checks.get(detailed..).filter(|rest| !rest.is_empty()) {
        page.blank();
        let rows: Vec<Row> = rest
            .iter()
            .flat_map(|(id, findings)| {
                let many = Cell::new(how_many(findings));
                pair(page.width >= 80, vec![severity_cell(findings)], Cell::new(id), many)
            })
            .collect();
        page.grid(0, rows);
    }
}

/// A line for each finding; of those that fail alike only the first few.
fn shapes(page: &mut Page, findings: &[&Finding], index: &Index<'_>) {
    let mut alike: BTreeMap<String, Vec<&Finding>> = BTreeMap::new();
    for finding in findings {
        alike.entry(observation(finding)).or_default().push(finding);
    }
    let mut alike: Vec<_> = alike.into_iter().collect();
    alike.sort_by_key(|(_, findings)| findings.first().map(|first| first.sort_key()));
    let wide = page.width >= WIDE;
    let name_room = match page.width {
        0..96 => 0,
        96..WIDE => 14,
        _ => 24,
    };
    let mut rows: Vec<Row> = Vec::new();
    for (observation, findings) in alike.iter().take(SHAPES) {
        for finding in findings.iter().take(ALIKE) {
            let (kind, resource) = text::resource(&finding.resource);
            // The account and the region have columns of their own.
            let resource = if matches!(kind, "account" | "region") { "" } else { resource };
            let resource = Cell::new(resource).cut(VALUE);
            let region = if finding.region == GLOBAL { "" } else { finding.region.as_str() };
            let lead = vec![
                Cell::new(finding.account_id.as_str()),
                Cell::new(index.name(finding.account_id)).cut(name_room),
                Cell::new(region),
            ];
            let resource = if wide { resource.fold(RESOURCE) } else { resource };
            rows.extend(pair(wide, lead, resource, Cell::new(observation)));
        }
        if let Some(more) = findings.get(ALIKE..).filter(|more| !more.is_empty()) {
            let accounts = accounts_of(more);
            let what = if accounts == more.len() {
                count(accounts, "more account")
            } else {
                more_findings(more)
            };
            let lead = vec![Cell::empty(), Cell::empty(), Cell::empty()];
            let note = Cell::styled(format!("… and {what}"), Style::Dim);
            rows.extend(pair(wide, lead, Cell::empty(), note));
        }
    }
    page.grid(LABEL, rows);
    let more: Vec<&Finding> =
        alike.iter().skip(SHAPES).flat_map(|(_, findings)| findings).copied().collect();
    if !more.is_empty() {
        page.note(LABEL, &format!("… and {} that fail otherwise", more_findings(&more)));
    }
}

fn more_findings(findings: &[&Finding]) -> String {
    format!(
        "{} in {}",
        count(findings.len(), "more finding"),
        count(accounts_of(findings), "account")
    )
}

/// `observed → expected`.
fn observation(finding: &Finding) -> String {
    let observed = if finding.observed.is_empty() { &finding.message } else { &finding.observed };
    let observed = text::cut(&text::line(observed), VALUE).into_owned();
    let expected = text::line(&finding.expected);
    if expected.is_empty() {
        observed
    } else {
        format!("{observed} → {}", text::cut(&expected, VALUE))
    }
}

/// What could not be decided, a line for each check.
pub fn unknown(page: &mut Page, assessment: &Assessment) {
    let checks = by_check(assessment, Status::Unknown);
    if checks.is_empty() {
        return;
    }
    let all: Vec<&Finding> = checks.iter().flat_map(|(_, findings)| findings).copied().collect();
    page.section("NOT DECIDED", &format!("{}, {}", count(checks.len(), "check"), how_many(&all)));
    let rows: Vec<Row> = checks
        .iter()
        .take(LINES)
        .flat_map(|(id, findings)| {
            let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
            for finding in findings {
                *reasons.entry(&finding.reason).or_default() += 1;
            }
            let reasons = Cell::new(tallied(&reasons));
            pair(page.width >= 80, vec![severity_cell(findings)], Cell::new(id), reasons)
        })
        .collect();
    page.grid(0, rows);
    if checks.len() > LINES {
        page.note(0, &format!("… and {}", count(checks.len() - LINES, "more check")));
    }
}

/// `12 access_denied, 1 throttled`.
fn tallied(reasons: &BTreeMap<&str, usize>) -> String {
    let reasons: Vec<String> =
        reasons.iter().map(|(reason, number)| format!("{number} {reason}")).collect();
    reasons.join(", ")
}

/// What could not be read, and why; the regions of an account that were refused alike share a line.
pub fn unread(page: &mut Page, assessment: &Assessment, index: &Index<'_>) {
    let mut scopes: BTreeMap<(_, &str, &str), Vec<&Unread>> = BTreeMap::new();
    for one in &assessment.coverage.unread {
        scopes.entry((one.account_id, one.reason.code(), &one.message)).or_default().push(one);
    }
    if scopes.is_empty() {
        return;
    }
    let name_room = if page.width < 96 { 0 } else { 20 };
    let rows: Vec<Row> = scopes
        .iter()
        .take(LINES)
        .flat_map(|((account, reason, message), places)| {
            let place = match places.as_slice() {
                [one] => one.region.clone(),
                many => count(many.len(), "region"),
            };
            let lead = vec![
                Cell::new(account.as_str()),
                Cell::new(index.name(*account)).cut(name_room),
                Cell::new(place),
            ];
            let reason = Cell::styled(reason, Style::Warn);
            pair(page.width >= WIDE, lead, reason, Cell::new(message).cut(VALUE))
        })
        .collect();
    let places: BTreeSet<_> = scopes.keys().map(|(account, ..)| account).collect();
    page.section("NOT READ", &format!("in {}", count(places.len(), "account")));
    page.grid(2, rows);
    if scopes.len() > LINES {
        let mut causes: BTreeMap<&str, usize> = BTreeMap::new();
        for (_, reason, _) in scopes.keys().skip(LINES) {
            *causes.entry(reason).or_default() += 1;
        }
        page.note(2, &format!("… and {} more: {}", scopes.len() - LINES, tallied(&causes)));
    }
}

/// What would fail but for a waiver: never left out.
pub fn waived(page: &mut Page, assessment: &Assessment, index: &Index<'_>) {
    let waived: Vec<&Finding> =
        assessment.results.iter().filter(|finding| finding.status == Status::Waived).collect();
    if waived.is_empty() {
        return;
    }
    page.section("WAIVED", &how_many(&waived));
    let rows: Vec<Row> = waived
        .iter()
        .take(LINES)
        .flat_map(|finding| {
            let account = vec![Cell::new(finding.account_id.as_str())];
            let waiver = Cell::new(index.waiver(finding)).cut(VALUE);
            pair(page.width >= WIDE, account, Cell::new(&finding.check), waiver)
        })
        .collect();
    page.grid(2, rows);
    if waived.len() > LINES {
        page.note(2, &format!("… and {}", count(waived.len() - LINES, "more finding")));
    }
}

/// The sum, and the next step.
pub fn next(page: &mut Page, assessment: &Assessment) {
    let number = |status: Status| {
        assessment.results.iter().filter(|finding| finding.status == status).count()
    };
    page.blank();
    let sums: Vec<String> = [
        ("failed", Status::Fail),
        ("not decided", Status::Unknown),
        ("waived", Status::Waived),
        ("passed", Status::Pass),
        ("not applicable", Status::NotApplicable),
    ]
    .into_iter()
    .map(|(word, status)| format!("{} {word}", number(status)))
    .collect();
    page.headline(&sums);
    let step = if let Some((id, _)) = by_check(assessment, Status::Fail).first() {
        format!("trailproof explain {id}")
    } else if number(Status::Unknown) > 0 || !assessment.coverage.unread.is_empty() {
        "trailproof policy, to grant the reader what it lacks".to_owned()
    } else {
        "nothing to mend; trailproof checks lists what was proved".to_owned()
    };
    page.entry(0, Cell::styled("Next:", Style::Dim), &step);
}
