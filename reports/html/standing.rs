//! Where things stand: scores by group and unit, the frameworks, and every account.

use std::collections::BTreeMap;

use maud::{Markup, html};
use trailproof_core::assessment::{FrameworkScore, Milli, ScopeAccount};
use trailproof_core::check::Group;
use trailproof_core::finding::Status;

use super::gathered::Tally;
use super::summary::{bar, grade};
use super::{ACCOUNTS_FOLDER, Page, said};
use crate::text::{self, count};

/// So many units are shown.
const UNITS: usize = 40;

/// So many bytes of accounts are shown.
const ACCOUNTS_BYTES: usize = 1_900_000;

/// What a group asks.
fn question(group: Group) -> &'static str {
    match group {
        Group::Presence => "Is there a record at all?",
        Group::Protection => "Is it intact and out of reach?",
        Group::Delivery => "Does it arrive?",
        Group::Privilege => "Who could stop it?",
        Group::Monitoring => "Would anyone be told?",
        Group::Organization => "Is every account part of it?",
        Group::Continuity => "Was it ever off?",
        Group::Cost => "Is money wasted?",
        Group::Lake => "And CloudTrail Lake?",
    }
}

/// Scores by group and by unit.
pub fn scores<R>(page: &Page<'_, R>) -> Markup {
    let groups = &page.assessment.score.groups;
    let units = units(page);
    html! {
        section id="scores" aria-labelledby="scores-title" {
            h2 id="scores-title" { "Where it stands" }
            div class="halves" {
                @if !groups.is_empty() {
                    table class="bars" {
                        caption { "By question" }
                        thead { tr { th scope="col" { "Question" } th scope="col" class="number" { "Score" } th scope="col" { span class="sr" { "As a bar" } } th scope="col" class="number" { "Coverage" } } }
                        tbody {
                            @for group in Group::ALL { @if let Some(row) = groups.get(&group) {
                                tr {
                                    th scope="row" { (question(group)) span class="word" { (group.code()) } }
                                    td class="number" { (row.proven) }
                                    td class="share" { (bar(row.proven, row.potential, None)) }
                                    td class="number soft" { (row.coverage) " %" }
                                }
                            } }
                        }
                    }
                }
                @if units.len() > 1 || !units.keys().all(String::is_empty) {
                    (by_unit(&units))
                }
            }
            (frameworks(page))
        }
    }
}

/// A unit's accounts.
#[derive(Default)]
struct Unit {
    accounts: u64,
    proven: u64,
    potential: u64,
    coverage: u64,
    worst: Option<Milli>,
}

impl Unit {
    fn mean(&self, sum: u64) -> Milli {
        Milli(u32::try_from(sum / self.accounts.max(1)).unwrap_or(u32::MAX))
    }
}

fn units<R>(page: &Page<'_, R>) -> BTreeMap<String, Unit> {
    let mut units: BTreeMap<String, Unit> = BTreeMap::new();
    for score in &page.assessment.score.accounts {
        let path =
            page.index.accounts.get(&score.account_id).map_or("", |account| &account.ou_path);
        let unit = units.entry(path.to_owned()).or_default();
        unit.accounts += 1;
        unit.proven += u64::from(score.row.proven.0);
        unit.potential += u64::from(score.row.potential.0);
        unit.coverage += u64::from(score.row.coverage.0);
        unit.worst = Some(unit.worst.map_or(score.row.proven, |worst| worst.min(score.row.proven)));
    }
    units
}

fn by_unit(units: &BTreeMap<String, Unit>) -> Markup {
    let mut rows: Vec<(&String, &Unit)> = units.iter().collect();
    rows.sort_by_key(|(path, unit)| (unit.mean(unit.proven), *path));
    html! {
        table class="bars" {
            caption { "By unit, the mean of its accounts" }
            thead { tr { th scope="col" { "Unit" } th scope="col" class="number" { "Score" } th scope="col" { span class="sr" { "As a bar" } } th scope="col" class="number" { "Coverage" } } }
            tbody {
                @for (path, unit) in rows.iter().take(UNITS) {
                    tr {
                        th scope="row" {
                            bdi { @if path.is_empty() { "no unit known" } @else { (text::cut_path(&said(path), 48)) } }
                            span class="word" { (unit.accounts) @if unit.accounts == 1 { " account" } @else { " accounts, the lowest " (unit.worst.unwrap_or_default()) } }
                        }
                        td class="number" { (unit.mean(unit.proven)) }
                        td class="share" { (bar(unit.mean(unit.proven), unit.mean(unit.potential), None)) }
                        td class="number soft" { (unit.mean(unit.coverage)) " %" }
                    }
                }
                @if rows.len() > UNITS { tr { td colspan="4" { "and " (count(rows.len() - UNITS, "more unit")) } } }
            }
        }
    }
}

fn frameworks<R>(page: &Page<'_, R>) -> Markup {
    let frameworks = &page.assessment.score.frameworks;
    html! {
        @if !frameworks.is_empty() {
            details {
                summary { "By framework (" (frameworks.len()) ")" }
                p class="note" { "Only requirements that a check surely speaks for. A framework asks for more than its audit trail." }
                div class="wide" role="region" aria-label="Scores by framework" tabindex="0" {
                    table {
                        thead { tr { th scope="col" { "Framework" } th scope="col" class="number" { "Score" } th scope="col" class="number" { "Coverage" } th scope="col" { "Failed" } th scope="col" { "Not decided" } th scope="col" class="number" { "Passed" } } }
                        tbody { @for framework in frameworks.values() { (framework_row(framework)) } }
                    }
                }
            }
        }
    }
}

fn framework_row(framework: &FrameworkScore) -> Markup {
    let of =
        |status: Status| framework.controls.iter().filter(move |control| control.status == status);
    let listed = |status: Status| {
        let ids: Vec<String> = of(status).take(30).map(|control| said(&control.id)).collect();
        let more = of(status).count().saturating_sub(30);
        if more > 0 { format!("{} and {more} more", ids.join(", ")) } else { ids.join(", ") }
    };
    html! {
        tr {
            th scope="row" { (said(&framework.name)) }
            td class="number" { @match &framework.row { Some(row) => (row.proven), None => "—" } }
            td class="number" { @match &framework.row { Some(row) => { (row.coverage) " %" }, None => "—" } }
            td { (listed(Status::Fail)) }
            td { (listed(Status::Unknown)) }
            td class="number" { (of(Status::Pass).count()) }
        }
    }
}

/// Every account, the worst first.
pub fn accounts<R>(page: &Page<'_, R>) -> Markup {
    let mut accounts: Vec<&ScopeAccount> = page.assessment.scope.accounts.iter().collect();
    accounts.sort_by_key(|account| {
        let score = page.index.scores.get(&account.id).map(|row| row.proven);
        let state = (!account.state.is_active(), !account.in_scope);
        let failed =
            page.gathered.accounts.get(&account.id).map(|tally| tally.failed).unwrap_or_default();
        (state, score.unwrap_or(Milli(u32::MAX)), std::cmp::Reverse(failed), account.id)
    });
    let mut bytes = 0;
    let rows: Vec<Markup> = accounts
        .iter()
        .map(|account| row(page, account))
        .take_while(|row| {
            bytes += row.0.len();
            bytes <= ACCOUNTS_BYTES
        })
        .collect();
    let more = accounts.len() - rows.len();
    html! {
        section id="accounts" aria-labelledby="accounts-title" {
            h2 id="accounts-title" { "Accounts" }
            p class="lead" { "The lowest score first." @if page.linked { " Each id leads to all that was found in the account." } }
            div class="wide" role="region" aria-labelledby="accounts-title" tabindex="0" {
                table class="accounts" {
                    thead { tr {
                        th scope="col" { "Account" } th scope="col" { "Unit" } th scope="col" class="number" { "Score" } th scope="col" class="number" { "up to" }
                        th scope="col" class="number" { "Coverage" } th scope="col" { "Grade" } th scope="col" class="number" { "Critical" } th scope="col" class="number" { "High" }
                        th scope="col" class="number" { "Lower" } th scope="col" class="number" { "Not decided" }
                    } }
                    tbody { @for row in &rows { (row) } }
                }
            }
            @if more > 0 { p class="note" { "and " (count(more, "more account")) @if page.linked { "; the folder " code { (ACCOUNTS_FOLDER) } " holds a page for each" } } }
        }
    }
}

fn row<R>(page: &Page<'_, R>, account: &ScopeAccount) -> Markup {
    let Tally { failed: [critical, high, lower], unknown } =
        page.gathered.accounts.get(&account.id).copied().unwrap_or_default();
    let number = |number: usize, class: &'static str| {
        html! {
            td class={ "number" @if number > 0 { " " (class) } } { (number) }
        }
    };
    html! {
        tr {
            th scope="row" {
                @if page.linked && (account.assessed || unknown > 0) {
                    a class="id" href={ (ACCOUNTS_FOLDER) "/" (account.id) ".html" } { (account.id) }
                } @else { span class="id" { (account.id) } }
                " " bdi { (text::cut(&said(&account.name), 40)) }
                @if account.management { span class="word" { "management account" } }
            }
            td { bdi { (text::cut_path(&said(&account.ou_path), 40)) } }
            @match page.index.scores.get(&account.id) {
                Some(score) => {
                    td class="number" { strong { (score.proven) } }
                    td class="number soft" { (score.potential) }
                    td class="number soft" { (score.coverage) " %" }
                    td { (grade(score.grade)) }
                }
                None => td colspan="4" { (why_unscored(account)) },
            }
            (number(critical, "bad")) (number(high, "bad")) (number(lower, "")) (number(unknown, "open"))
        }
    }
}

fn why_unscored(account: &ScopeAccount) -> &'static str {
    match (account.in_scope, account.state.is_active(), account.assessed) {
        (false, ..) => "left out of the run",
        (_, false, _) => "not active",
        (.., false) => "could not be read",
        _ => "nothing that counts was judged",
    }
}
