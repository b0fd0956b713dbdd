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
use crate::text;
use crate::words::Words;

/// So many rows of what could not be read are shown.
const UNREAD: usize = 60;

/// So many caps are told.
const CAPS: usize = 4;

/// The page's title.
pub fn title<R>(assessment: &Assessment<R>, w: &Words) -> String {
    let (whole, day) = (whole(assessment, w), assessment.run.ended.strftime("%F"));
    w.say(format!("Audit trail of {whole} at {day}"), format!("{whole} の監査証跡 ({day})"))
}

/// What was looked at, as a whole.
fn whole<R>(assessment: &Assessment<R>, w: &Words) -> String {
    match (&assessment.scope.organization_id, assessment.scope.accounts.as_slice()) {
        (Some(id), _) => format!("{} {}", w.say("organization", "組織"), said(id)),
        (None, [account]) => format!("{} {}", w.say("account", "アカウント"), account.id),
        (None, accounts) => w.count(accounts.len(), "account", "アカウント"),
    }
}

/// The head of the page, and the way to its parts.
pub fn head<R>(page: &Page<'_, R>) -> Markup {
    let w = page.index.words;
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
            h1 {
                @if w.is_japanese() { bdi { (whole(page.assessment, w)) } " の監査証跡" }
                @else { "The audit trail of " bdi { (whole(page.assessment, w)) } }
            }
            p class="state" {
                (w.say("State at ", "時点: ")) time datetime=(run.ended.strftime("%FT%TZ")) { (w.time(run.ended)) }
                " · " (w.count(scope.accounts.len(), "account", "アカウント")) " · " (w.count(regions.len(), "region", "リージョン"))
                " · " (w.count(checks.len(), "check", "チェック"))
            }
            (contents(page))
        }
    }
}

fn contents<R>(page: &Page<'_, R>) -> Markup {
    let w = page.index.words;
    let some = [
        ("summary", w.say("Summary", "概要"), true),
        ("changes", w.say("Changes", "変更"), page.diff.is_some()),
        ("scores", w.say("Scores", "スコア"), true),
        ("map", w.say("Coverage map", "記録の範囲"), !page.gathered.map.is_empty()),
        ("flow", w.say("Flow", "流れ"), !page.assessment.routes.is_empty()),
        ("paths", w.say("Tampering", "改ざん"), !page.gathered.paths.is_empty()),
        ("timeline", w.say("Timeline", "時系列"), timeline::is_there(page)),
        ("findings", w.say("Findings", "検出結果"), true),
        ("accounts", w.say("Accounts", "アカウント"), true),
        ("background", w.say("Background", "付記"), true),
    ];
    html! {
        nav aria-label=(w.say("Parts of the report", "報告書の構成")) {
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
    let (gathered, w) = (page.gathered, page.index.words);
    let failed = gathered.count(Status::Fail);
    let critical = gathered.severities.get(&Severity::Critical).copied().unwrap_or_default();
    let failing =
        gathered.accounts.values().filter(|one| one.failed.iter().any(|n| *n > 0)).count();
    let read = match page.assessment.coverage.accounts.unread {
        _ if failed == 0 && page.assessment.coverage.accounts.assessed == 0 => {
            return w.say("Nothing could be judged", "判定できた項目なし").to_owned();
        }
        0 if page.assessment.coverage.unread.is_empty() && gathered.count(Status::Unknown) == 0 => {
            String::new()
        }
        0 => w.say("; not everything could be read", "。一部を読み取れない").to_owned(),
        number => w.say(
            format!("; {} could not be read", text::count(number, "account")),
            format!("。{number} アカウントを読み取れない"),
        ),
    };
    match (failed, critical) {
        (0, _) => w.say(format!("Nothing failed{read}"), format!("不適合なし{read}")),
        (_, critical) => {
            let number = if critical == 0 { "none".to_owned() } else { critical.to_string() };
            let (findings, accounts) =
                (text::count(failed, "finding"), text::count(failing, "account"));
            w.say(
                format!("{findings} in {accounts}, {number} of them critical{read}"),
                format!("{failing} アカウントで不適合 {failed} 件 (うち緊急 {critical} 件){read}"),
            )
        }
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
pub fn grade(grade: Grade, w: &Words) -> Markup {
    html! {
        @match grade {
            Grade::Insufficient => span class="grade none" { (w.say("no grade", "評価なし")) },
            letter => span class={ "grade " (letter.to_string().to_lowercase()) } { span class="sr" { (w.say("grade ", "評価 ")) } (letter) },
        }
    }
}

fn score<R>(page: &Page<'_, R>) -> Markup {
    let w = page.index.words;
    let row: &ScoreRow = &page.assessment.score.total;
    html! {
        div class="tile" {
            h3 { (w.say("Score", "スコア")) }
            p class="big" { (row.proven) " " (grade(row.grade, w)) }
            (bar(row.proven, row.potential, row.caps.first().map(|cap| cap.limit)))
            p {
                (w.say("proved, at ", "立証済み、監査証拠の網羅率 ")) strong { (row.coverage) " %" } (w.say(" evidence coverage", ""))
                @if row.potential > row.proven { (w.say("; up to ", "。未読分がすべて適合なら最大 ")) strong { (row.potential) } (w.say(" if all that is unread is fine", "")) }
            }
            @for cap in row.caps.iter().take(CAPS) {
                p class="cap" { strong { (w.say("Capped at ", "上限 ")) (cap.limit) } ": " (text::cut_chars(&said(&w.sentence(&cap.reason)), 240)) }
            }
        }
    }
}

fn coverage<R>(page: &Page<'_, R>) -> Markup {
    let w = page.index.words;
    let coverage = &page.assessment.coverage;
    let counts = coverage.accounts;
    html! {
        div class="tile" {
            h3 { (w.say("Evidence coverage", "監査証拠の網羅率")) }
            p class="big" { (coverage.percent) span class="unit" { " %" } }
            (bar(coverage.percent, coverage.percent, None))
            p {
                @if w.is_japanese() { strong { (counts.listed) } " アカウント中 " strong { (counts.assessed) } " アカウントを評価" }
                @else { strong { (counts.assessed) } " of " strong { (counts.listed) } " accounts could be read" }
            }
            p class="sum" {
                ((w.table.sum)([counts.listed, counts.assessed, counts.unread, counts.excluded, counts.not_active]))
            }
        }
    }
}

fn findings<R>(page: &Page<'_, R>) -> Markup {
    let (gathered, w) = (page.gathered, page.index.words);
    let number =
        |severity: &Severity| gathered.severities.get(severity).copied().unwrap_or_default();
    let most = Severity::ALL.iter().map(number).max().unwrap_or_default().max(1);
    let share = |number: usize| Milli(u32::try_from(number * 100_000 / most).unwrap_or(100_000));
    html! {
        div class="tile" {
            h3 { (w.say("Failed findings", "不適合")) }
            table class="plain" {
                caption class="sr" { (w.say("Failed findings by severity", "重大度別の不適合")) }
                tbody {
                    @for severity in &Severity::ALL {
                        tr class=(severity.code()) {
                            th scope="row" { (w.severity(*severity)) }
                            td class="number" { (number(severity)) }
                            td class="share" { (bar(share(number(severity)), Milli(0), None)) }
                        }
                    }
                }
            }
            p class="sum" {
                @for (at, status) in [Status::Pass, Status::Unknown, Status::Waived, Status::NotApplicable].into_iter().enumerate() {
                    @if at > 0 { " · " }
                    ((w.table.sum_of)(gathered.count(status), status))
                }
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
            h3 { (page.index.words.say("Trend", "推移")) }
            (trend::columns(&sides, page.index.words))
        }
    }
}

fn gates<R>(page: &Page<'_, R>) -> Markup {
    let (gates, w) = (&page.assessment.gates, page.index.words);
    html! {
        @if !gates.is_empty() {
            ul class="gates" aria-label=(w.say("Gates", "ゲート")) {
                @for gate in gates {
                    @let (class, word) = match gate.status {
                        GateStatus::Passed => ("good", w.say("holds", "合格")),
                        GateStatus::Failed => ("bad", w.say("failed", "不合格")),
                        GateStatus::Incomplete => ("open", w.say("cannot be told", "判定不能")),
                    };
                    li class=(class) {
                        strong { (said(&gate.gate)) " " (said(&gate.threshold)) " " (word) } ": " (text::cut_chars(&said(&w.sentence(&gate.message)), 300))
                    }
                }
            }
        }
    }
}

fn notes<R>(page: &Page<'_, R>) -> Markup {
    let (notes, w) = (&page.assessment.scope.notes, page.index.words);
    html! {
        @for note in notes.iter().take(20) { p class="note" { (text::cut_chars(&said(&w.sentence(note)), 400)) } }
        @if notes.len() > 20 { p class="note" { (w.say("and ", "ほか ")) (w.count(notes.len() - 20, "more note", "件")) } }
    }
}

/// What could not be read, by account.
fn unread<R>(page: &Page<'_, R>) -> Markup {
    let (rows, w) = (&page.assessment.coverage.unread, page.index.words);
    let undecided = page.gathered.count(Status::Unknown);
    let mut accounts: BTreeMap<AccountId, Vec<&Unread>> = BTreeMap::new();
    rows.iter().for_each(|row| accounts.entry(row.account_id).or_default().push(row));
    html! {
        div class=(if rows.is_empty() { "box good" } else { "box open" }) {
            h3 { (w.say("What could not be read", "読み取れなかったもの")) }
            @if rows.is_empty() { p { (w.say("Everything in scope was read.", "対象範囲をすべて読み取った。")) } }
            ul class="unread" {
                @for row in rows.iter().take(UNREAD) {
                    li {
                        span class="id" { (row.account_id) } " " bdi { (text::cut(&said(page.index.name(row.account_id)), 40)) }
                        " " span class="place" { (said(&row.region)) } " " span class="reason" { (w.cause(row.reason)) }
                        span class="said" { (text::cut_chars(&said(&row.message), 300)) }
                    }
                }
            }
            @if rows.len() > UNREAD {
                p class="note" {
                    @if w.is_japanese() { "ほか " (rows.len() - UNREAD) " 件 (全 " (accounts.len()) " アカウント)。JSON レポートを参照。" }
                    @else { "and " (text::count(rows.len() - UNREAD, "more row")) ", of " (text::count(accounts.len(), "account")) " in all; the JSON report lists them" }
                }
            }
            @if undecided > 0 {
                p {
                    (w.count(undecided, "finding", "件")) (w.say(" could not be decided. ", "が判定不能。"))
                    @if !page.gathered.worst_first(Order::Undecided).is_empty() || !page.gathered.unassessed.is_empty() { a href="#undecided" { (w.say("See which", "該当する検出結果")) } (w.say(".", "。")) }
                }
            }
        }
    }
}
