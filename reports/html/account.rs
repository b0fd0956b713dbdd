//! The page of one account: its score, its regions, and everything that was found in it.

use std::collections::BTreeMap;

use maud::{Markup, PreEscaped, html};
use trailproof_core::assessment::Assessment;
use trailproof_core::aws::AccountId;
use trailproof_core::finding::{Finding, Status};

use super::gathered::{Card, Order, anchor};
use super::summary::{bar, grade};
use super::{findings, frame, rows, said, timeline};
use crate::index::Index;
use crate::text::{self, count};

/// The whole page.
pub fn page<R>(
    assessment: &Assessment<R>,
    index: &Index<'_>,
    (id, findings): (AccountId, &[Finding]),
) -> String {
    let name = text::cut(&said(index.name(id)), 80).into_owned();
    let mut page = frame::open(&format!("Account {id} {name}"));
    let body = html! {
        header class="top" {
            p class="brand" { a href="../" { "trailproof" } }
            h1 { "Account " span class="id" { (id) } " " bdi { (name) } }
            p class="state" {
                "State at " (assessment.run.ended.strftime("%F %T UTC"))
                @if let Some(account) = index.accounts.get(&id) { " · " bdi { (text::cut_path(&said(&account.ou_path), 80)) } }
            }
        }
        main id="main" {
            (score(index, id))
            @if let Some(account) = index.accounts.get(&id) { (timeline::of_account(account, index)) }
            (cards(index, findings))
            (passed(findings))
        }
        footer { p { "trailproof " (said(&assessment.run.tool_version)) " · run " (said(&assessment.run.id)) } }
    };
    page.push_str(&body.into_string());
    page.push_str(frame::CLOSE);
    page
}

fn score(index: &Index<'_>, id: AccountId) -> Markup {
    html! {
        section aria-labelledby="summary-title" {
            h2 id="summary-title" { "Score" }
            @match index.scores.get(&id) {
                Some(row) => {
                    div class="tiles" { div class="tile" {
                        p class="big" { (row.proven) " " (grade(row.grade)) }
                        (bar(row.proven, row.potential, row.caps.first().map(|cap| cap.limit)))
                        p { "proved, at " strong { (row.coverage) " %" } " evidence coverage; up to " strong { (row.potential) } }
                        @for cap in &row.caps { p class="cap" { strong { "Capped at " (cap.limit) } ": " (text::cut_chars(&said(&cap.reason), 240)) } }
                    } }
                }
                None => p { "This account has no score." },
            }
        }
    }
}

fn cards(index: &Index<'_>, all: &[Finding]) -> Markup {
    let mut checks: BTreeMap<(Order, &str), Vec<&Finding>> = BTreeMap::new();
    for finding in all {
        if let Some(order) = Order::of(finding.status) {
            checks.entry((order, &finding.check)).or_default().push(finding);
        }
    }
    let mut cards: Vec<((Order, &str), Card)> = Vec::new();
    for ((order, check), findings) in checks {
        let Some(first) = findings.first() else { continue };
        let alike = rows::alike(&findings);
        let rows = alike.iter().map(|same| (same.len(), rows::row(same, index).into_string()));
        let card = Card {
            severity: first.severity,
            weight: first.weight,
            group: first.group,
            title: first.title.clone(),
            findings: findings.len(),
            accounts: 1,
            rows: rows.collect(),
        };
        cards.push(((order, check), card));
    }
    cards.sort_by(|((order, id), one), ((other, next), two)| {
        (order, two.severity, two.weight, id).cmp(&(other, one.severity, one.weight, next))
    });
    html! {
        section id="findings" aria-labelledby="findings-title" {
            h2 id="findings-title" { "Findings" }
            @if cards.is_empty() { p class="lead" { "Nothing failed, and everything could be decided." } }
            @for (at, ((order, id), card)) in cards.iter().enumerate() {
                @let status = match order { Order::Failed => "failed", Order::Undecided => "undecided", Order::Waived => "waived" };
                (PreEscaped(findings::card((anchor(*order, at), status), (id, card), index).into_string()))
            }
        }
    }
}

/// What passed or does not apply, a line each.
fn passed(findings: &[Finding]) -> Markup {
    let passed: Vec<&Finding> =
        findings.iter().filter(|finding| Order::of(finding.status).is_none()).collect();
    html! {
        @if !passed.is_empty() {
            section aria-labelledby="passed-title" {
                h2 id="passed-title" { "Passed and not applicable" span class="word" { (count(passed.len(), "finding")) } }
                div class="wide" role="region" aria-labelledby="passed-title" tabindex="0" {
                    table {
                        thead { tr { th scope="col" { "Check" } th scope="col" { "Where" } th scope="col" { "Status" } th scope="col" { "Observed" } } }
                        tbody {
                            @for finding in passed {
                                tr {
                                    th scope="row" { span class="check" { (text::cut_chars(&said(&finding.check), 120)) } }
                                    td { (text::cut_chars(&said(&finding.region), 40)) " " span class="thing" { (text::cut_chars(&said(crate::table::resource(finding)), 120)) } }
                                    td { @if finding.status == Status::Pass { "pass" } @else { "not applicable" } }
                                    td { (text::cut_chars(&said(&finding.observed), 240)) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
