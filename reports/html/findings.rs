//! The findings: what failed, what is not decided and what is waived, by check, and the filter over them.

use std::io;

use maud::{Markup, PreEscaped, html};
use trailproof_core::assessment::CheckInfo;
use trailproof_core::check::{Group, Severity};

use super::gathered::{Card, Order, anchor};
use super::{Page, accounts_folder, said};
use crate::index::Index;
use crate::text;
use crate::words::Words;

/// So many accounts that were not assessed are named.
const NAMED: usize = 100;

/// The statuses in order, with their codes and words.
fn batches(w: &Words) -> [(Order, &'static str, &'static str, &'static str); 3] {
    [
        (
            Order::Failed,
            "failed",
            w.say("Failed", "不適合"),
            w.say(
                "Read, and violated. The worst first.",
                "読み取り済みで、満たしていない。重大なものから順に示す。",
            ),
        ),
        (
            Order::Undecided,
            "undecided",
            w.say("Not decided", "判定不能"),
            w.say(
                "Evidence is missing: neither a pass nor a failure.",
                "監査証拠が不足しており、適合とも不適合とも判定できない。",
            ),
        ),
        (
            Order::Waived,
            "waived",
            w.say("Waived", "例外承認済み"),
            w.say(
                "Would fail, and somebody answers for the exception until a day.",
                "本来は不適合であるが、期限まで責任者が例外に責任を負う。",
            ),
        ),
    ]
}

/// The head of the findings, and the filter, which the script shows.
pub fn form<R>(page: &Page<'_, R>) -> Markup {
    let (gathered, w) = (page.gathered, page.index.words);
    let of = |order: Order| gathered.cards.keys().any(|(one, _)| *one == order);
    let groups = Group::ALL
        .into_iter()
        .filter(|group| gathered.cards.values().any(|card| card.group == *group));
    html! {
        section id="findings" aria-labelledby="findings-title" class="lone" {
            h2 id="findings-title" { (w.say("Findings", "検出結果")) }
            @if gathered.folded {
                p class="note" {
                    (w.say("There are too many findings for one page: of each check the first are shown. ", "検出結果が多いため、チェックごとに先頭の一部を示す。"))
                    @if page.linked { (w.say("Each account's page holds all of its own.", "各アカウントのページにすべてを示す。")) } @else { (w.say("The JSON report holds all.", "JSON レポートにすべてを含む。")) }
                }
            }
            @if gathered.cards.is_empty() && gathered.unassessed.is_empty() { p class="lead" { (w.say("Nothing failed, and everything could be decided.", "不適合なし。すべて判定済み。")) } }
            @else {
                form id="filter" hidden role="search" aria-label=(w.say("Filter the findings", "検出結果の絞り込み"))
                    data-all=(w.say("All {total} findings are shown.", "全 {total} 件を表示中。"))
                    data-some=(w.say("{left} of {total} findings are shown, of {shown} checks.", "全 {total} 件中 {left} 件 ({shown} チェック) を表示中。"))
                    data-some-one=(w.say("{left} of {total} findings are shown, of {shown} check.", "全 {total} 件中 {left} 件 ({shown} チェック) を表示中。"))
                    data-open=(w.say("Open all", "すべて開く")) data-close=(w.say("Close all", "すべて閉じる")) {
                    label { (w.say("Text", "文字列")) input type="search" name="text" placeholder=(w.say("account, region, resource, check …", "アカウント、リージョン、リソース、チェック …")) autocomplete="off" spellcheck="false"; }
                    label { (w.say("Severity", "重大度")) select name="severity" {
                        option value="" { (w.say("any", "すべて")) }
                        @for severity in Severity::ALL.iter().take(4) { option value=(severity.code()) { (w.severity(*severity)) @if *severity != Severity::Critical { (w.say(" and worse", " 以上")) } } }
                    } }
                    label { (w.say("Question", "分類")) select name="group" {
                        option value="" { (w.say("any", "すべて")) }
                        @for group in groups { option value=(group.code()) { (w.group(group)) } }
                    } }
                    label { (w.say("Status", "状態")) select name="status" {
                        option value="" { (w.say("any", "すべて")) }
                        @for (order, code, name, _) in batches(w) { @if of(order) { option value=(code) { (name) } } }
                    } }
                    button type="reset" { (w.say("Clear", "クリア")) }
                    button type="button" id="open-all" aria-pressed="false" { (w.say("Open all", "すべて開く")) }
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
    let w = page.index.words;
    for (order, code, name, lead) in batches(w) {
        let cards = page.gathered.worst_first(order);
        let unassessed = order == Order::Undecided && !page.gathered.unassessed.is_empty();
        if cards.is_empty() && !unassessed {
            continue;
        }
        let findings: usize = cards.iter().map(|(_, card)| card.findings).sum();
        let head = html! {
            h3 id={ (code) "-title" } { (name) span class="word" { (w.count(cards.len(), "check", "チェック")) (w.say(", ", "、")) (w.count(findings, "finding", "件")) } }
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
    let (unassessed, w) = (&page.gathered.unassessed, page.index.words);
    html! {
        div class="box open" {
            p { strong { (w.count(unassessed.len(), "account", "アカウント")) } (w.say(" could not be read at all, so nothing of it is decided:", "がまったく読み取れず、判定できない:")) }
            ul class="unread" {
                @for (id, number) in unassessed.iter().take(NAMED) {
                    li {
                        @if page.linked { a class="id" href={ (accounts_folder(w.language)) "/" (id) ".html" } { (id) } } @else { span class="id" { (id) } }
                        " " bdi { (text::cut(&said(page.index.name(*id)), 40)) } " " span class="place" { (w.count(*number, "finding", "件")) }
                    }
                }
                @if unassessed.len() > NAMED { li { (w.say("and ", "ほか ")) (unassessed.len() - NAMED) (w.say(" more", " アカウント")) } }
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
    let (more, w) = (card.findings - card.shown(), index.words);
    html! {
        details class="card" id=(anchor) data-status=(status) data-severity=(card.severity.code()) data-group=(card.group.code()) data-n=(card.findings) {
            summary class="about" {
                span class={ "severity " (card.severity.code()) } { (w.severity(card.severity)) }
                span class="title" { (text::cut_chars(&said(&card.title), 240)) span class="check" { (text::cut_chars(&said(id), 120)) } }
                span class="many" { (w.count(card.findings, "finding", "件")) @if card.accounts > 1 { (w.say(" in ", " / ")) (w.count(card.accounts, "account", "アカウント")) } }
            }
            @if let Some(check) = index.checks.get(id) { (mend(check, index)) }
            ul class="rows" { @for (_, row) in &card.rows { (PreEscaped(row)) } }
            @if more > 0 { p class="note" { (w.say("and ", "ほか ")) (w.count(more, "more finding", "件")) } }
        }
    }
}

/// What a check is good for, and how to mend what it finds.
fn mend(check: &CheckInfo, index: &Index<'_>) -> Markup {
    let w = index.words;
    html! {
        div class="mend" {
            p { strong { (w.say("Why ", "理由 ")) } (text::cut_chars(&said(index.rationale(check)), 800)) }
            p { strong { (w.say("Fix ", "是正 ")) } (text::cut_chars(&said(index.remediation(check)), 800)) }
            @if !check.command.is_empty() { pre { code { (text::cut_chars(&said(&check.command), 800)) } } }
            @if check.link.starts_with("https://docs.aws.amazon.com/") {
                p { a href=(said(&check.link)) rel="noreferrer noopener" { (w.say("AWS documentation", "AWS のドキュメント")) } }
            }
        }
    }
}
