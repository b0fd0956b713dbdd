//! What failed, what was waived, and what to do next.

use trailproof_core::assessment::Assessment;
use trailproof_core::check::Severity;
use trailproof_core::finding::{Finding, GLOBAL, Status};
use trailproof_core::waiver::{WaiverReport, WaiverState};

use super::fold::{Folded, Line, Number};
use super::gathered::{Gathered, OfCheck, Part};
use super::page::{Cell, GAP, LABEL, Page, Row, Style, Told, pair};
use super::{LINES, WIDE};
use crate::index::{Index, waiver_in};
use crate::text;
use crate::words::Words;

/// The checks that are shown with their findings; of the others one line each.
pub const DETAILED: usize = 10;
/// The room of an account's id.
const ACCOUNT: usize = 12;
/// The longest name of a resource.
const RESOURCE: usize = 100;
/// The longest id of a check, and the room of two regions: what is longer is none of AWS's or ours.
pub const CHECK: usize = 50;
pub const REGION: usize = 30;
/// The longest observed or expected value; the whole one is in the JSON report.
const VALUE: usize = 160;

fn severity_cell(severity: Severity, words: &Words) -> Cell {
    let style = match severity {
        Severity::Critical => Style::Worst,
        Severity::High => Style::Bad,
        Severity::Medium => Style::Warn,
        Severity::Low | Severity::Info => Style::Dim,
    };
    Cell::styled(words.severity(severity), style)
}

/// What failed.
pub fn failed(page: &mut Page, failed: &Part, index: &Index<'_>) {
    let checks = failed.worst_first();
    if checks.is_empty() {
        return;
    }
    let of = &page.words.table;
    let sum = (of.checks_and)(checks.len(), &failed.number.words(page.words));
    page.section(of.failed_title, &sum);
    for (at, (id, check)) in checks.iter().take(DETAILED).enumerate() {
        if at > 0 {
            page.blank();
        }
        check_line(page, id, check);
        folded(page, &check.lines, index);
        if let Some(check) = index.checks.get(id) {
            page.entry(LABEL, Cell::styled(of.fix, Style::Good), index.remediation(check));
            if let Some(told) = index.told_of(check.group) {
                page.entry(LABEL, Cell::styled(of.period, Style::Dim), told);
            }
        }
    }
    others(page, checks.iter().skip(DETAILED).copied());
}

/// A failure as a line.
pub fn line(finding: &Finding, index: &Index<'_>) -> Line {
    let region = if finding.region == GLOBAL { String::new() } else { finding.region.clone() };
    Line {
        account: finding.account_id,
        region,
        resource: resource(finding).to_owned(),
        text: observation(finding, index),
        findings: 1,
    }
}

/// A check's severity, id and title.
pub fn check_line(page: &mut Page, id: &str, check: &OfCheck) {
    let severity = severity_cell(check.severity, page.words);
    page.pieces(0, severity, &[id.to_owned(), check.title.clone()]);
}

/// The checks that are not shown with their findings.
pub fn others<'a>(page: &mut Page, checks: impl Iterator<Item = (&'a str, &'a OfCheck)>) {
    let rows: Vec<Row> = checks
        .flat_map(|(id, check)| {
            let many = Cell::new(check.number.words(page.words));
            pair(
                page.width >= 80,
                vec![severity_cell(check.severity, page.words)],
                Cell::new(id).cut(CHECK),
                many,
            )
        })
        .collect();
    if !rows.is_empty() {
        page.blank();
        page.grid(0, rows);
    }
}

/// The lines; of those that tell the same only the first few.
pub fn folded(page: &mut Page, folded: &Folded, index: &Index<'_>) {
    let name_room = name_room(page, folded);
    let groups = folded.shapes.iter().map(|shape| {
        let row = |line: &Line| {
            vec![
                Cell::new(line.account.as_str()),
                Cell::new(index.name(line.account)).cut(name_room),
                Cell::new(&line.region).cut(REGION),
                Cell::new(&line.resource).cut(RESOURCE),
            ]
        };
        Told {
            rows: shape.lines.iter().map(row).collect(),
            more: shape.more.more(page.words).map(|more| (page.words.table.and)(&more)),
            text: Cell::new(&shape.text),
        }
    });
    page.told(LABEL, groups.collect(), usize::MAX);
    if let Some(more) = folded.rest.more(page.words) {
        page.note(LABEL, &(page.words.table.otherwise)(&more));
    }
}

/// The names take what regions and resources leave to them; what is too little for a name they leave too.
fn name_room(page: &Page, folded: &Folded) -> usize {
    let widest = |part: fn(&Line) -> &str| folded.shown().map(|line| text::width(part(line))).max();
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

/// The resource's name, unless the account or the region is meant, which have columns of their own.
pub fn resource(finding: &Finding) -> &str {
    match text::resource(&finding.resource) {
        ("account" | "region", _) => "",
        (_, name) => name,
    }
}

/// `observed → expected`.
fn observation(finding: &Finding, index: &Index<'_>) -> String {
    expecting(&index.words.observed(finding), finding, index)
}

/// With what is expected, unless that is the check's title, which stands above.
pub fn expecting(observed: &str, finding: &Finding, index: &Index<'_>) -> String {
    let cut = |text: &str| text::cut(&text::line(text), VALUE).into_owned();
    if finding.expected.is_empty() || finding.expected == finding.title {
        return cut(observed);
    }
    format!("{} → {}", cut(observed), cut(&index.expected(finding)))
}

/// What would fail but for a waiver: never left out.
pub fn waived(page: &mut Page, (number, first): &(Number, Vec<Finding>)) {
    if first.is_empty() {
        return;
    }
    let of = &page.words.table;
    page.section(of.waived_title, &number.words(page.words));
    let rows: Vec<Row> = first
        .iter()
        .flat_map(|finding| {
            let account = vec![Cell::new(finding.account_id.as_str())];
            let waiver = Cell::new(waiver_in(finding, page.words)).cut(VALUE);
            pair(page.width >= WIDE, account, Cell::new(&finding.check).cut(CHECK), waiver)
        })
        .collect();
    page.grid(2, rows);
    if number.findings > first.len() {
        page.note(2, &(of.more_waived)(number.findings - first.len()));
    }
}

/// The waivers that somebody has to look at: those that have expired, and those that cover nothing.
pub fn idle(page: &mut Page, waivers: &[WaiverReport]) {
    let waivers: Vec<&WaiverReport> = [WaiverState::Expired, WaiverState::Unused]
        .into_iter()
        .flat_map(|state| waivers.iter().filter(move |waiver| waiver.state == state))
        .collect();
    if waivers.is_empty() {
        return;
    }
    let of = &page.words.table;
    page.section(of.idle_title, &(of.waivers)(waivers.len()));
    let rows: Vec<Row> = waivers
        .iter()
        .take(LINES)
        .flat_map(|waiver| {
            let (state, words) = if waiver.state == WaiverState::Expired {
                let day = waiver.expires.to_string();
                (of.expired_state, (of.expired)(&day, &waiver.owner, waiver.findings))
            } else {
                (of.unused_state, (of.unused)(&waiver.owner))
            };
            let state = vec![Cell::new(state)];
            pair(
                page.width >= WIDE,
                state,
                Cell::new(&waiver.id).cut(CHECK),
                Cell::new(words).cut(VALUE),
            )
        })
        .collect();
    page.grid(2, rows);
    if waivers.len() > LINES {
        page.note(2, &(of.more_waivers)(waivers.len() - LINES));
    }
}

/// The sum, and the next step.
pub fn next<R>(page: &mut Page, assessment: &Assessment<R>, gathered: &Gathered) {
    page.blank();
    let of = &page.words.table;
    let sums: Vec<String> =
        [Status::Fail, Status::Unknown, Status::Waived, Status::Pass, Status::NotApplicable]
            .into_iter()
            .map(|status| (of.sum_of)(gathered.count(status), status))
            .collect();
    page.headline(&sums);
    let step = if let Some((id, _)) = gathered.failed.worst_first().first() {
        format!("trailproof explain {id}")
    } else if gathered.count(Status::Unknown) > 0 || !assessment.coverage.unread.is_empty() {
        of.next_policy.to_owned()
    } else {
        of.next_nothing.to_owned()
    };
    page.entry(0, Cell::styled(of.next, Style::Dim), &step);
}
