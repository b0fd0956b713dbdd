//! The first screen: what was looked at, how well the trail is proved, and how much of that could be read.

use std::collections::BTreeMap;

use maud::{Markup, PreEscaped, html};
use trailproof_core::assessment::{Assessment, GateStatus, Grade, Milli, ScoreRow, Unread};
use trailproof_core::aws::AccountId;
use trailproof_core::check::Severity;
use trailproof_core::diff::Side;
use trailproof_core::finding::Status;

use super::gathered::Order;
use super::{Page, said, timeline, trend};
use crate::text::{self, count};

/// So many rows of what could not be read are shown.
const UNREAD: usize = 60;

/// So many caps are told.
const CAPS: usize = 4;

/// The page's title.
pub fn title<R>(assessment: &Assessment<R>) -> String {
    format!("Audit trail of {} at {}", whole(assessment), assessment.run.ended.strftime("%F"))
}

/// What was looked at, as a whole.
fn whole<R>(assessment: &Assessment<R>) -> String {
    match (&assessment.scope.organization_id, assessment.scope.accounts.as_slice()) {
        (Some(id), _) => format!("organization {}", said(id)),
        (None, [account]) => format!("account {}", account.id),
        (None, accounts) => count(accounts.len(), "account"),
    }
}

/// The head of the page, and the way to its parts.
pub fn head<R>(page: &Page<'_, R>) -> Markup {
    let Assessment { run, scope, checks, .. } = page.assessment;
    let regions: std::collections::BTreeSet<_> = scope
        .accounts
        .iter()
        .flat_map(|account| &account.regions)
        .filter(|region| region.in_scope)
        .map(|region| &region.name)
        .collect();
    html! {
        header class="top" {
            p class="brand" { "trailproof" }
            h1 { "The audit trail of " bdi { (whole(page.assessment)) } }
            p class="state" {
                "State at " time datetime=(run.ended.strftime("%FT%TZ")) { (run.ended.strftime("%F %T UTC")) }
                " · " (count(scope.accounts.len(), "account")) " · " (count(regions.len(), "region"))
                " · " (count(checks.len(), "check"))
            }
            (contents(page))
        }
    }
}

fn contents<R>(page: &Page<'_, R>) -> Markup {
    let some = [
        ("summary", "Summary", true),
        ("changes", "Changes", page.diff.is_some()),
        ("scores", "Scores", true),
        ("map", "Coverage map", !page.gathered.map.is_empty()),
        ("flow", "Flow", !page.assessment.routes.is_empty()),
        ("paths", "Tampering", !page.gathered.paths.is_empty()),
        ("timeline", "Timeline", timeline::is_there(page)),
        ("findings", "Findings", true),
        ("accounts", "Accounts", true),
        ("background", "Background", true),
    ];
    html! {
        nav aria-label="Parts of the report" {
            ul { @for (id, name, there) in some { @if there { li { a href={ "#" (id) } { (name) } } } } }
        }
    }
}

/// Score, coverage and findings, and what could not be read; opens the main part, which the foot closes.
pub fn summary<R>(page: &Page<'_, R>) -> Markup {
    html! {
        (PreEscaped("<main id=\"main\">"))
        section id="summary" aria-labelledby="summary-title" {
            h2 id="summary-title" { (verdict(page)) }
            div class="tiles" {
                (score(page))
                (coverage(page))
                (findings(page))
            }
            (gates(page))
            (notes(page))
            (unread(page))
            (trend(page))
        }
    }
}

/// The news in one sentence.
fn verdict<R>(page: &Page<'_, R>) -> String {
    let gathered = page.gathered;
    let failed = gathered.count(Status::Fail);
    let critical = gathered.severities.get(&Severity::Critical).copied().unwrap_or_default();
    let failing =
        gathered.accounts.values().filter(|one| one.failed.iter().any(|n| *n > 0)).count();
    let read = match page.assessment.coverage.accounts.unread {
        _ if failed == 0 && page.assessment.coverage.accounts.assessed == 0 => {
            return "Nothing could be judged".to_owned();
        }
        0 if page.assessment.coverage.unread.is_empty() && gathered.count(Status::Unknown) == 0 => {
            String::new()
        }
        0 => "; not everything could be read".to_owned(),
        number => format!("; {} could not be read", count(number, "account")),
    };
    match (failed, critical) {
        (0, _) => format!("Nothing failed{read}"),
        (_, 0) => format!(
            "{} in {}, none of them critical{read}",
            count(failed, "finding"),
            count(failing, "account")
        ),
        _ => format!(
            "{} in {}, {critical} of them critical{read}",
            count(failed, "finding"),
            count(failing, "account")
        ),
    }
}

/// A share as a bar: what is sure, and what is possible.
pub fn bar(sure: Milli, possible: Milli, cap: Option<Milli>) -> Markup {
    let x = |milli: Milli| format!("{}", f64::from(milli.0) / 1000.0);
    html! {
        svg class="bar" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true" focusable="false" {
            rect class="ground" width="100" height="6" {}
            rect class="possible" width=(x(possible.max(sure))) height="6" {}
            rect class="sure" width=(x(sure)) height="6" {}
            @if let Some(cap) = cap { rect class="cap" x=(x(Milli(cap.0.saturating_sub(600)))) width="0.6" height="6" {} }
        }
    }
}

/// A grade's letter.
pub fn grade(grade: Grade) -> Markup {
    html! {
        @match grade {
            Grade::Insufficient => span class="grade none" { "no grade" },
            letter => span class={ "grade " (letter.to_string().to_lowercase()) } { span class="sr" { "grade " } (letter) },
        }
    }
}

fn score<R>(page: &Page<'_, R>) -> Markup {
    let row: &ScoreRow = &page.assessment.score.total;
    html! {
        div class="tile" {
            h3 { "Score" }
            p class="big" { (row.proven) " " (grade(row.grade)) }
            (bar(row.proven, row.potential, row.caps.first().map(|cap| cap.limit)))
            p {
                "proved, at " strong { (row.coverage) " %" } " evidence coverage"
                @if row.potential > row.proven { "; up to " strong { (row.potential) } " if all that is unread is fine" }
            }
            @for cap in row.caps.iter().take(CAPS) {
                p class="cap" { strong { "Capped at " (cap.limit) } ": " (text::cut_chars(&said(&cap.reason), 240)) }
            }
        }
    }
}

fn coverage<R>(page: &Page<'_, R>) -> Markup {
    let coverage = &page.assessment.coverage;
    let counts = coverage.accounts;
    html! {
        div class="tile" {
            h3 { "Evidence coverage" }
            p class="big" { (coverage.percent) span class="unit" { " %" } }
            (bar(coverage.percent, coverage.percent, None))
            p { strong { (counts.assessed) } " of " strong { (counts.listed) } " accounts could be read" }
            p class="sum" {
                (counts.listed) " listed = " (counts.assessed) " assessed + " (counts.unread) " unread + "
                (counts.excluded) " excluded + " (counts.not_active) " not active"
            }
        }
    }
}

fn findings<R>(page: &Page<'_, R>) -> Markup {
    let gathered = page.gathered;
    let number =
        |severity: &Severity| gathered.severities.get(severity).copied().unwrap_or_default();
    let most = Severity::ALL.iter().map(number).max().unwrap_or_default().max(1);
    let share = |number: usize| Milli(u32::try_from(number * 100_000 / most).unwrap_or(100_000));
    html! {
        div class="tile" {
            h3 { "Failed findings" }
            table class="plain" {
                caption class="sr" { "Failed findings by severity" }
                tbody {
                    @for severity in &Severity::ALL {
                        tr class=(severity.code()) {
                            th scope="row" { (severity.code()) }
                            td class="number" { (number(severity)) }
                            td class="share" { (bar(share(number(severity)), Milli(0), None)) }
                        }
                    }
                }
            }
            p class="sum" {
                (gathered.count(Status::Pass)) " passed · " (gathered.count(Status::Unknown)) " not decided · "
                (gathered.count(Status::Waived)) " waived · " (gathered.count(Status::NotApplicable)) " not applicable"
            }
        }
    }
}

/// The score over the runs, where earlier ones are known.
fn trend<R>(page: &Page<'_, R>) -> Markup {
    let earlier = &page.assessment.earlier;
    if earlier.is_empty() {
        return html! {};
    }
    let mut sides = earlier.clone();
    sides.push(Side::of(page.assessment));
    html! {
        div class="tile" {
            h3 { "Trend" }
            (trend::columns(&sides))
        }
    }
}

fn gates<R>(page: &Page<'_, R>) -> Markup {
    let gates = &page.assessment.gates;
    html! {
        @if !gates.is_empty() {
            ul class="gates" aria-label="Gates" {
                @for gate in gates {
                    @let (class, word) = match gate.status {
                        GateStatus::Passed => ("good", "holds"),
                        GateStatus::Failed => ("bad", "failed"),
                        GateStatus::Incomplete => ("open", "cannot be told"),
                    };
                    li class=(class) {
                        strong { (said(&gate.gate)) " " (said(&gate.threshold)) " " (word) } ": " (text::cut_chars(&said(&gate.message), 300))
                    }
                }
            }
        }
    }
}

fn notes<R>(page: &Page<'_, R>) -> Markup {
    let notes = &page.assessment.scope.notes;
    html! {
        @for note in notes.iter().take(20) { p class="note" { (text::cut_chars(&said(note), 400)) } }
        @if notes.len() > 20 { p class="note" { "and " (count(notes.len() - 20, "more note")) } }
    }
}

/// What could not be read, by account.
fn unread<R>(page: &Page<'_, R>) -> Markup {
    let rows = &page.assessment.coverage.unread;
    let undecided = page.gathered.count(Status::Unknown);
    let mut accounts: BTreeMap<AccountId, Vec<&Unread>> = BTreeMap::new();
    rows.iter().for_each(|row| accounts.entry(row.account_id).or_default().push(row));
    html! {
        div class=(if rows.is_empty() { "box good" } else { "box open" }) {
            h3 { "What could not be read" }
            @if rows.is_empty() { p { "Everything in scope was read." } }
            ul class="unread" {
                @for row in rows.iter().take(UNREAD) {
                    li {
                        span class="id" { (row.account_id) } " " bdi { (text::cut(&said(page.index.name(row.account_id)), 40)) }
                        " " span class="place" { (said(&row.region)) } " " span class="reason" { (row.reason.code()) }
                        span class="said" { (text::cut_chars(&said(&row.message), 300)) }
                    }
                }
            }
            @if rows.len() > UNREAD {
                p class="note" { "and " (count(rows.len() - UNREAD, "more row")) ", of " (count(accounts.len(), "account")) " in all; the JSON report lists them" }
            }
            @if undecided > 0 {
                p {
                    (count(undecided, "finding")) " could not be decided. "
                    @if !page.gathered.worst_first(Order::Undecided).is_empty() || !page.gathered.unassessed.is_empty() { a href="#undecided" { "See which" } "." }
                }
            }
        }
    }
}
