//! The report for a person at a terminal: what matters most comes first and fits on a screen or two.

use std::cmp::Reverse;
use std::io::Write;

use comfy_table::CellAlignment::{self, Left, Right};
use trailproof_core::assessment::{Assessment, Cap, GateStatus, Grade, ScoreRow};
use trailproof_core::aws::AccountId;
use trailproof_core::gate;
use trailproof_core::results::Results;

use crate::index::Index;
use crate::text;
use crate::{Options, ReportError};

mod findings;
mod fold;
mod frameworks;
mod gaps;
mod gathered;
pub(crate) mod page;

pub(crate) use findings::resource;
pub(crate) use gaps::is_of_unread_account;
use gathered::{Gathered, gather};
use page::{Cell, Page, Row, Style, heads};

/// The width where none is known, and the least that the layout can bear.
pub(crate) const WIDTH: u16 = 100;
pub(crate) const LEAST_WIDTH: u16 = 64;

/// From here on texts stand beside what they belong to, and not below it.
const WIDE: usize = 140;

/// The lines of each part that could be endless.
const LINES: usize = 12;

/// With more accounts than this only the worst are listed.
const ALL_ACCOUNTS: usize = 20;
const WORST_ACCOUNTS: usize = 15;

/// Writes the report.
///
/// # Errors
/// When the output cannot be written, or the results cannot be had.
pub fn write<R: Results>(
    assessment: &Assessment<R>,
    options: &Options,
    out: &mut dyn Write,
) -> Result<(), ReportError<R::Error>> {
    let width = usize::from(options.width.unwrap_or(WIDTH).max(LEAST_WIDTH));
    let mut page = Page::new(width, options.color, options.language);
    let index = Index::told(assessment, options.language);
    let gathered = gather(assessment, &index, width)?;
    head(&mut page, assessment, &index, &gathered);
    accounts(&mut page, &index, &gathered);
    if options.frameworks {
        frameworks::all(&mut page, &assessment.score.frameworks);
    }
    findings::failed(&mut page, &gathered.failed, &index);
    gaps::unknown(&mut page, &gathered.unknown, &index);
    gaps::unread(&mut page, &assessment.coverage, &index);
    findings::waived(&mut page, &gathered.waived);
    findings::idle(&mut page, &assessment.waivers);
    findings::next(&mut page, assessment, &gathered);
    out.write_all(page.finish().as_bytes())?;
    Ok(())
}

/// What was judged and with what result; a score never without what was read of the evidence.
fn head<R>(page: &mut Page, assessment: &Assessment<R>, index: &Index<'_>, gathered: &Gathered) {
    let (scope, run) = (&assessment.scope, &assessment.run);
    let words = page.words;
    let of = &words.table;
    let subject = match (&scope.organization_id, scope.accounts.as_slice()) {
        (Some(id), _) => (of.organization)(id),
        (None, [lone]) => (of.account)(lone.id, &lone.name),
        (None, accounts) => (of.accounts)(accounts.len()),
    };
    let total = &assessment.score.total;
    let headline = |score: fn(&ScoreRow) -> String| {
        let mut pieces = vec![subject.clone()];
        if gate::complete(assessment, gathered.weighs) && !gathered.weighs {
            pieces.push(of.no_score.to_owned());
        } else {
            pieces.push(score(total));
            pieces.push((of.coverage)(total.coverage));
            pieces.push((of.grade)(total.grade));
        }
        pieces
    };
    // A line of its own for two words is worth avoiding.
    let [long, short] = [headline(of.score), headline(of.score_in_short)];
    page.headline(if page.fits(&short) && !page.fits(&long) { &short } else { &long });
    page.blank();

    let binds = |cap: &&Cap| {
        cap.limit == total.proven || (cap.binds_potential && cap.limit == total.potential)
    };
    for cap in total.caps.iter().filter(binds) {
        let by = gathered.capping.get(&cap.fingerprint).map(|account| {
            let name = text::line(index.name(*account));
            (*account, text::cut(&name, 32).into_owned())
        });
        let by = by.as_ref().map(|(account, name)| (*account, name.as_str()));
        let reason = (of.cap)(cap.limit, &words.sentence(&cap.reason), by);
        page.entry(2, Cell::styled(of.capped, Style::Warn), &reason);
    }
    for gate in &assessment.gates {
        let style = match gate.status {
            GateStatus::Passed => Style::Good,
            GateStatus::Failed => Style::Bad,
            GateStatus::Incomplete => Style::Warn,
        };
        let (word, message) = (words.gate(gate.status), words.sentence(&gate.message));
        let outcome = format!("{} {} {word}: {message}", gate.gate, gate.threshold);
        page.entry(2, Cell::styled(of.gate, style), &outcome);
    }
    let counts = &assessment.coverage.accounts;
    let sum = (of.sum)([
        counts.listed,
        counts.assessed,
        counts.unread,
        counts.excluded,
        counts.not_active,
    ]);
    page.entry(2, Cell::styled(of.of_accounts, Style::Dim), &sum);
    let groups: Vec<String> = assessment
        .score
        .groups
        .iter()
        .map(|(group, row)| (of.group)(words.group(*group), row.proven, row.coverage))
        .collect();
    if !groups.is_empty() {
        page.pieces(2, Cell::styled(of.groups, Style::Dim), &groups);
    }
    for note in &scope.notes {
        page.entry(2, Cell::styled(of.note, Style::Warn), &words.sentence(note));
    }
    let when = (of.span)(&words.time(run.started), &words.time(run.ended));
    let how = [when, format!("trailproof {}", run.tool_version), run.caller_arn.clone()];
    page.pieces(2, Cell::styled(of.read, Style::Dim), &how);
}

fn grade_style(grade: Grade) -> Style {
    match grade {
        Grade::A | Grade::B => Style::Good,
        Grade::C | Grade::D | Grade::Insufficient => Style::Warn,
        Grade::F => Style::Bad,
    }
}

const ALIGNED: [CellAlignment; 9] = [Left, Left, Left, Right, Right, Right, Left, Right, Right];

/// The accounts that were read, worst first. Those that were not have a part of their own, with the reasons.
fn accounts(page: &mut Page, index: &Index<'_>, gathered: &Gathered) {
    let mut rows: Vec<(AccountId, &ScoreRow)> = index
        .accounts
        .values()
        .filter(|account| account.assessed)
        .filter_map(|account| Some((account.id, *index.scores.get(&account.id)?)))
        .collect();
    if rows.len() < 2 {
        return;
    }
    let of = &page.words.table;
    let fails = |id: &AccountId| gathered.failing.get(id).copied().unwrap_or_default();
    rows.sort_by_key(|(id, row)| {
        let [critical, high] = fails(id);
        (row.proven, row.potential, Reverse(critical), Reverse(high), *id)
    });
    let listed = if rows.len() > ALL_ACCOUNTS { WORST_ACCOUNTS } else { rows.len() };
    let units = rows.iter().take(listed).map(|(id, _)| text::width(&text::line(unit(index, *id))));
    let (name_room, unit_room) = rooms(page.width, units.max().unwrap_or_default());
    let lines: Vec<Row> = rows
        .iter()
        .take(listed)
        .map(|(id, row)| {
            let number = |number: usize| {
                let style = if number == 0 { Style::Dim } else { Style::Bad };
                Cell::styled(number.to_string(), style)
            };
            let [critical, high] = fails(id);
            let letter = match row.grade {
                Grade::Insufficient => of.no_grade.to_owned(),
                letter => letter.to_string(),
            };
            vec![
                Cell::new(id.as_str()),
                Cell::new(index.name(*id)).cut(name_room),
                Cell::new(unit(index, *id)).cut_path(unit_room),
                Cell::styled(row.proven.to_string(), grade_style(row.grade)),
                Cell::new(row.potential.to_string()),
                Cell::new(format!("{} %", row.coverage)),
                Cell::styled(letter, grade_style(row.grade)),
                number(critical),
                number(high),
            ]
        })
        .collect();
    page.section(of.accounts_title, of.worst_first);
    page.headed(2, &heads(of.heads, ALIGNED), lines);
    if let Some(rest) = rows.get(listed..).filter(|rest| !rest.is_empty()) {
        let healthy = rest.iter().filter(|(id, _)| !gathered.failing.contains_key(id)).count();
        page.note(2, &(of.more_accounts)(rest.len(), healthy));
    }
    let unscored = index.accounts.values().filter(|account| account.assessed).count() - rows.len();
    if unscored > 0 {
        page.note(2, &(of.unscored)(unscored));
    }
}

/// The account's unit without the root above it, which is the same for all.
fn unit<'a>(index: &Index<'a>, id: AccountId) -> &'a str {
    let path = index.accounts.get(&id).map_or("", |account| account.ou_path.as_str());
    path.split_once('/').map_or(path, |(_, below)| below)
}

/// The room of the names and of the units: the names keep what it takes to tell them apart.
fn rooms(width: usize, longest_unit: usize) -> (usize, usize) {
    // The other columns and all gaps take 65.
    let both = width.saturating_sub(65);
    match width {
        0..80 => (0, 0),
        80..100 => (14, 0),
        100.. => {
            let name = both.saturating_sub(longest_unit).clamp(16, 32);
            (name, (both - name).min(48))
        }
    }
}

#[cfg(test)]
mod tests;
