//! What failed, what was waived, and what to do next.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use trailproof_core::assessment::Assessment;
use trailproof_core::aws::AccountId;
use trailproof_core::check::Severity;
use trailproof_core::finding::{Finding, GLOBAL, Status};

use super::page::{Cell, GAP, LABEL, Page, Row, Style, Told, pair};
use super::{LINES, WIDE};
use crate::index::Index;
use crate::text::{self, count};

/// The checks that are shown with their findings; of the others one line each.
pub const DETAILED: usize = 10;
/// Of one check: the ways to fail that are shown, and the findings of each.
const SHAPES: usize = 4;
const ALIKE: usize = 3;
/// The room of an account's id.
const ACCOUNT: usize = 12;
/// The longest name of a resource.
const RESOURCE: usize = 100;
/// The longest id of a check, and the room of two regions: what is longer is none of AWS's or ours.
pub const CHECK: usize = 50;
pub const REGION: usize = 30;
/// The longest observed or expected value; the whole one is in the JSON report.
const VALUE: usize = 160;

/// The findings by check, the worst check first.
pub fn by_check<'a>(
    findings: impl IntoIterator<Item = &'a Finding>,
) -> Vec<(&'a str, Vec<&'a Finding>)> {
    let mut checks: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
    for finding in findings {
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

pub fn having(assessment: &Assessment, status: Status) -> Vec<&Finding> {
    assessment.results.iter().filter(|finding| finding.status == status).collect()
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

pub fn accounts_of<'a>(findings: impl IntoIterator<Item = &'a &'a Finding>) -> usize {
    findings.into_iter().map(|finding| finding.account_id).collect::<BTreeSet<_>>().len()
}

/// `3 findings in 2 accounts`.
pub fn how_many(findings: &[&Finding]) -> String {
    format!("{} in {}", count(findings.len(), "finding"), count(accounts_of(findings), "account"))
}

/// What failed.
pub fn failed(page: &mut Page, assessment: &Assessment, index: &Index<'_>) {
    let failed = having(assessment, Status::Fail);
    let checks = by_check(failed.iter().copied());
    if checks.is_empty() {
        return;
    }
    page.section("FAILED", &format!("{}, {}", count(checks.len(), "check"), how_many(&failed)));
    for (at, (id, findings)) in checks.iter().take(DETAILED).enumerate() {
        if at > 0 {
            page.blank();
        }
        check_line(page, id, findings);
        let lines = findings
            .iter()
            .map(|finding| Line {
                account: finding.account_id,
                region: Some(&finding.region)
                    .filter(|region| *region != GLOBAL)
                    .cloned()
                    .unwrap_or_default(),
                resource: resource(finding).to_owned(),
                text: observation(finding),
                findings: 1,
            })
            .collect();
        folded(page, lines, index);
        if let Some(check) = index.checks.get(id) {
            page.entry(LABEL, Cell::styled("fix", Style::Good), &check.remediation);
        }
    }
    others(page, checks.iter().skip(DETAILED).map(|(id, findings)| (*id, findings.as_slice())));
}

/// A check's severity, id and title.
pub fn check_line(page: &mut Page, id: &str, findings: &[&Finding]) {
    let title = findings.first().map_or("", |finding| &finding.title);
    page.pieces(0, severity_cell(findings), &[id.to_owned(), title.to_owned()]);
}

/// The checks that are not shown with their findings.
pub fn others<'a>(page: &mut Page, checks: impl Iterator<Item = (&'a str, &'a [&'a Finding])>) {
    let rows: Vec<Row> = checks
        .flat_map(|(id, findings)| {
            let many = Cell::new(how_many(findings));
            pair(page.width >= 80, vec![severity_cell(findings)], Cell::new(id).cut(CHECK), many)
        })
        .collect();
    if !rows.is_empty() {
        page.blank();
        page.grid(0, rows);
    }
}

/// Where something was seen, and what. No column repeats what another one says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub account: AccountId,
    pub region: String,
    pub resource: String,
    pub text: String,
    /// So many findings.
    pub findings: usize,
}

/// The lines; of those that tell the same only the first few.
pub fn folded(page: &mut Page, lines: Vec<Line>, index: &Index<'_>) {
    let mut alike: Vec<(String, Vec<Line>)> = Vec::new();
    for line in lines {
        match alike.iter_mut().find(|(text, _)| *text == line.text) {
            Some((_, lines)) => lines.push(line),
            None => alike.push((line.text.clone(), vec![line])),
        }
    }
    let name_room = name_room(page, &alike);
    let groups = alike.iter().take(SHAPES).map(|(text, lines)| {
        let row = |line: &Line| {
            vec![
                Cell::new(line.account.as_str()),
                Cell::new(index.name(line.account)).cut(name_room),
                Cell::new(&line.region).cut(REGION),
                Cell::new(&line.resource).cut(RESOURCE),
            ]
        };
        let more = lines.get(ALIKE..).filter(|more| !more.is_empty());
        Told {
            rows: lines.iter().take(ALIKE).map(row).collect(),
            more: more.map(|more| format!("… and {}", how_many_more(more.iter()))),
            text: Cell::new(text),
        }
    });
    page.told(LABEL, groups.collect(), usize::MAX);
    let rest = alike.get(SHAPES..).unwrap_or_default();
    if !rest.is_empty() {
        let more = how_many_more(rest.iter().flat_map(|(_, lines)| lines));
        page.note(LABEL, &format!("… and {more} with another result"));
    }
}

/// The names take what regions and resources leave to them; what is too little for a name they leave too.
fn name_room(page: &Page, alike: &[(String, Vec<Line>)]) -> usize {
    let shown = || alike.iter().take(SHAPES).flat_map(|(_, lines)| lines.iter().take(ALIKE));
    let widest = |part: fn(&Line) -> &str| shown().map(|line| text::width(part(line))).max();
    let widths = [widest(|line| &line.region), widest(|line| &line.resource)];
    let taken: usize = widths.iter().flatten().filter(|width| **width > 0).map(|w| w + GAP).sum();
    let room = page.width.saturating_sub(LABEL + ACCOUNT + 2 * GAP + taken);
    match page.width {
        0..96 if room < 12 => 0,
        0..96 => room.min(20),
        96..WIDE => room.clamp(16, 20),
        _ => room.clamp(16, 32),
    }
}

fn how_many_more<'a>(lines: impl Iterator<Item = &'a Line>) -> String {
    let (mut accounts, mut findings) = (BTreeSet::new(), 0);
    for line in lines {
        accounts.insert(line.account);
        findings += line.findings;
    }
    if accounts.len() == findings {
        return count(findings, "more account");
    }
    format!("{} in {}", count(findings, "more finding"), count(accounts.len(), "account"))
}

/// The resource's name, unless the account or the region is meant, which have columns of their own.
pub fn resource(finding: &Finding) -> &str {
    match text::resource(&finding.resource) {
        ("account" | "region", _) => "",
        (_, name) => name,
    }
}

/// `observed → expected`.
fn observation(finding: &Finding) -> String {
    let observed = if finding.observed.is_empty() { &finding.message } else { &finding.observed };
    expecting(observed, finding)
}

/// With what is expected, unless that is the check's title, which stands above.
pub fn expecting(observed: &str, finding: &Finding) -> String {
    let cut = |text: &str| text::cut(&text::line(text), VALUE).into_owned();
    if finding.expected.is_empty() || finding.expected == finding.title {
        return cut(observed);
    }
    format!("{} → {}", cut(observed), cut(&finding.expected))
}

/// What would fail but for a waiver: never left out.
pub fn waived(page: &mut Page, assessment: &Assessment, index: &Index<'_>) {
    let waived = having(assessment, Status::Waived);
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
            pair(page.width >= WIDE, account, Cell::new(&finding.check).cut(CHECK), waiver)
        })
        .collect();
    page.grid(2, rows);
    if waived.len() > LINES {
        page.note(2, &format!("… and {}", count(waived.len() - LINES, "more finding")));
    }
}

/// The sum, and the next step.
pub fn next(page: &mut Page, assessment: &Assessment) {
    let number = |status: Status| having(assessment, status).len();
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
    let step = if let Some((id, _)) = by_check(having(assessment, Status::Fail)).first() {
        format!("trailproof explain {id}")
    } else if number(Status::Unknown) > 0 || !assessment.coverage.unread.is_empty() {
        "trailproof policy, to grant the reader what it lacks".to_owned()
    } else {
        "nothing to mend; trailproof checks lists what was proved".to_owned()
    };
    page.entry(0, Cell::styled("Next:", Style::Dim), &step);
}
