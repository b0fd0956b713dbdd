//! The findings: what failed, what is not decided and what is waived, by check, and the filter over them.

use std::io;

use maud::{Markup, PreEscaped, html};
use trailproof_core::assessment::CheckInfo;
use trailproof_core::check::{Group, Severity};

use super::gathered::{Card, Order, anchor};
use super::{ACCOUNTS_FOLDER, Page, said};
use crate::index::Index;
use crate::text::{self, count};

/// So many accounts that were not assessed are named.
const NAMED: usize = 100;

/// The statuses in order, with their words.
const BATCHES: [(Order, &str, &str, &str); 3] = [
    (Order::Failed, "failed", "Failed", "Read, and violated. The worst first."),
    (
        Order::Undecided,
        "undecided",
        "Not decided",
        "Evidence is missing: neither a pass nor a failure.",
    ),
    (
        Order::Waived,
        "waived",
        "Waived",
        "Would fail, and somebody answers for the exception until a day.",
    ),
];

/// The head of the findings, and the filter, which the script shows.
pub fn form<R>(page: &Page<'_, R>) -> Markup {
    let gathered = page.gathered;
    let of = |order: Order| gathered.cards.keys().any(|(one, _)| *one == order);
    let groups = Group::ALL
        .into_iter()
        .filter(|group| gathered.cards.values().any(|card| card.group == *group));
    html! {
        section id="findings" aria-labelledby="findings-title" class="lone" {
            h2 id="findings-title" { "Findings" }
            @if gathered.folded {
                p class="note" {
                    "There are too many findings for one page: of each check the first are shown. "
                    @if page.linked { "Each account's page holds all of its own." } @else { "The JSON report holds all." }
                }
            }
            @if gathered.cards.is_empty() && gathered.unassessed.is_empty() { p class="lead" { "Nothing failed, and everything could be decided." } }
            @else {
                form id="filter" hidden role="search" aria-label="Filter the findings" {
                    label { "Text" input type="search" name="text" placeholder="account, region, resource, check …" autocomplete="off" spellcheck="false"; }
                    label { "Severity" select name="severity" {
                        option value="" { "any" }
                        @for severity in Severity::ALL.iter().take(4) { option value=(severity.code()) { (severity.code()) @if *severity != Severity::Critical { " and worse" } } }
                    } }
                    label { "Question" select name="group" {
                        option value="" { "any" }
                        @for group in groups { option value=(group.code()) { (group.code()) } }
                    } }
                    label { "Status" select name="status" {
                        option value="" { "any" }
                        @for (order, code, name, _) in BATCHES { @if of(order) { option value=(code) { (name) } } }
                    } }
                    button type="reset" { "Clear" }
                    button type="button" id="open-all" aria-pressed="false" { "Open all" }
                    output id="filter-told" aria-live="polite" {}
                }
            }
        }
    }
}

/// The cards, one after the other.
pub fn cards<R>(
    page: &Page<'_, R>,
    out: &mut dyn FnMut(&[u8]) -> io::Result<()>,
) -> io::Result<()> {
    for (order, code, name, lead) in BATCHES {
        let cards = page.gathered.worst_first(order);
        let unassessed = order == Order::Undecided && !page.gathered.unassessed.is_empty();
        if cards.is_empty() && !unassessed {
            continue;
        }
        let findings: usize = cards.iter().map(|(_, card)| card.findings).sum();
        let head = html! {
            h3 id={ (code) "-title" } { (name) span class="word" { (count(cards.len(), "check")) ", " (count(findings, "finding")) } }
            p class="lead" { (lead) }
            @if unassessed { (not_assessed(page)) }
        };
        out(format!("<section id=\"{code}\" class=\"batch\" aria-labelledby=\"{code}-title\">")
            .as_bytes())?;
        out(head.into_string().as_bytes())?;
        for (at, (id, card)) in cards.into_iter().enumerate() {
            let place = (anchor(order, at), code);
            out(self::card(place, (id, card), page.index).into_string().as_bytes())?;
        }
        out(b"</section>")?;
    }
    Ok(())
}

/// The accounts of which nothing is known.
fn not_assessed<R>(page: &Page<'_, R>) -> Markup {
    let unassessed = &page.gathered.unassessed;
    html! {
        div class="box open" {
            p { strong { (count(unassessed.len(), "account")) } " could not be read at all, so nothing of it is decided:" }
            ul class="unread" {
                @for (id, number) in unassessed.iter().take(NAMED) {
                    li {
                        @if page.linked { a class="id" href={ (ACCOUNTS_FOLDER) "/" (id) ".html" } { (id) } } @else { span class="id" { (id) } }
                        " " bdi { (text::cut(&said(page.index.name(*id)), 40)) } " " span class="place" { (count(*number, "finding")) }
                    }
                }
                @if unassessed.len() > NAMED { li { "and " (unassessed.len() - NAMED) " more" } }
            }
        }
    }
}

/// A check, and its findings of one status.
pub fn card(
    (anchor, status): (String, &str),
    (id, card): (&str, &Card),
    index: &Index<'_>,
) -> Markup {
    let more = card.findings - card.shown();
    html! {
        details class="card" id=(anchor) data-status=(status) data-severity=(card.severity.code()) data-group=(card.group.code()) data-n=(card.findings) {
            summary class="about" {
                span class={ "severity " (card.severity.code()) } { (card.severity.code()) }
                span class="title" { (text::cut_chars(&said(&card.title), 240)) span class="check" { (text::cut_chars(&said(id), 120)) } }
                span class="many" { (count(card.findings, "finding")) @if card.accounts > 1 { " in " (count(card.accounts, "account")) } }
            }
            @if let Some(check) = index.checks.get(id) { (mend(check)) }
            ul class="rows" { @for (_, row) in &card.rows { (PreEscaped(row)) } }
            @if more > 0 { p class="note" { "and " (count(more, "more finding")) } }
        }
    }
}

/// What a check is good for, and how to mend what it finds.
fn mend(check: &CheckInfo) -> Markup {
    html! {
        div class="mend" {
            p { strong { "Why " } (text::cut_chars(&said(&check.rationale), 800)) }
            p { strong { "Fix " } (text::cut_chars(&said(&check.remediation), 800)) }
            @if !check.command.is_empty() { pre { code { (text::cut_chars(&said(&check.command), 800)) } } }
            @if check.link.starts_with("https://docs.aws.amazon.com/") {
                p { a href=(said(&check.link)) rel="noreferrer noopener" { "AWS documentation" } }
            }
        }
    }
}
