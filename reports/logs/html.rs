//! What `validate-logs` found as one page for people, which needs nothing else.

use std::io::{self, Write};

use maud::{Markup, PreEscaped, html};
use trailproof_digest::{ChainReport, Finding, HourState, Severity, Verdict};

use super::table::{bytes, number};
use super::{LogsReport, kind_name};
use crate::html::frame;
use crate::text;
use crate::words::{STATES, Words};

/// So many chains are shown; the JSON report has all.
const CHAINS: usize = 2_000;
/// So many findings.
const FINDINGS: usize = 500;

/// In both languages.
const WHERE_ALL_ARE: (&str, &str) = ("the JSON report", "JSON レポート");

/// Beside the look of all pages: the bars of the hours.
const STYLE: &str = "\
svg.hours { display: block; width: 100%; height: 1rem; border-radius: 3px; overflow: hidden; }
td.hours { width: 34%; min-width: 9rem; vertical-align: middle; }
.whole { white-space: nowrap; }
.legend svg { width: 1.15rem; height: 0.8rem; margin-right: 0.3rem; vertical-align: -0.05rem; }
.hour-proved { fill: var(--good); } .hour-unverified { fill: var(--open-soft); stroke: var(--open); stroke-width: 0.3; }
.hour-gap { fill: var(--possible); } .hour-missing { fill: var(--part); } .hour-broken { fill: var(--bad); }
";

/// Writes the page.
///
/// # Errors
/// When the output cannot be written.
pub fn write(report: &LogsReport, w: &Words, out: &mut dyn Write) -> io::Result<()> {
    let bucket = said(&report.source.bucket);
    let title = w.say(format!("Log files of {bucket}"), format!("{bucket} のログファイル"));
    out.write_all(frame::open_with(&title, Some(STYLE), w).as_bytes())?;
    for part in [
        head(report, w),
        summary(report, w),
        chains(report, w),
        findings(report, w),
        foot(report, w),
    ] {
        out.write_all(part.into_string().as_bytes())?;
    }
    out.write_all(frame::CLOSE.as_bytes())?;
    out.flush()
}

fn said(text: &str) -> String {
    text::line(text)
}

fn time(at: jiff::Timestamp) -> Markup {
    html! { time datetime=(at.strftime("%FT%TZ")) { (at.strftime("%F %H:%M UTC")) } }
}

/// From one moment to another.
fn span(from: jiff::Timestamp, to: jiff::Timestamp, w: &Words) -> Markup {
    html! { (time(from)) (w.say(" to ", " ～ ")) (time(to)) }
}

fn head(report: &LogsReport, w: &Words) -> Markup {
    let bucket = said(&report.source.bucket);
    html! {
        header class="top" {
            p class="brand" { "trailproof" }
            h1 { (w.say("Log files of ", "")) bdi { (bucket) } (w.say("", " のログファイル")) }
            p class="state" {
                (span(report.period.from, report.period.to, w))
                @if let Some(mirror) = &report.source.mirror {
                    (w.say(" · read from a copy in ", " · 写し: ")) bdi { (said(mirror)) }
                }
            }
            nav aria-label=(w.say("Parts of the report", "レポートの構成")) {
                ul {
                    li { a href="#summary" { (w.say("Summary", "概要")) } }
                    li { a href="#chains" { (w.say("Chains", "チェーン")) } }
                    li { a href="#findings" { (w.say("Findings", "検出結果")) } }
                }
            }
        }
    }
}

fn summary(report: &LogsReport, w: &Words) -> Markup {
    let totals = &report.totals;
    let class = match report.verdict {
        Verdict::Intact => "box good",
        Verdict::NotProved => "box open",
        Verdict::Broken | Verdict::NothingFound => "box bad",
    };
    let chains = w.count(number(totals.chains), "chain", "チェーン");
    let proved = w.hours_proved(totals.hours_proved, totals.hours_total);
    let proved = w.say(format!("{proved} in {chains}"), format!("{chains}、{proved}"));
    let backfills = totals.backfill_digests.valid;
    let backfills = w.say(
        format!("; {backfills} valid backfill digests"),
        format!("、有効なバックフィルダイジェストファイル {backfills}"),
    );
    let (stored, inflated) = (bytes(totals.bytes_stored), bytes(totals.bytes_inflated));
    html! {
        (PreEscaped("<main id=\"main\">"))
        section id="summary" {
            h2 { (w.say("Summary", "概要")) }
            div class=(class) {
                strong { (w.verdict(report.verdict)) } " · " (proved)
                p { (w.verdict_means(report.verdict)) }
            }
            dl class="words" {
                dt { (w.say("Log files", "ログファイル")) } dd { (w.tally(totals.logs)) }
                dt { (w.say("Digests", "ダイジェストファイル")) } dd { (w.tally(totals.digests)) (backfills) }
                dt { (w.say("Read", "読み取り")) }
                dd { (w.say(format!("{stored}, {inflated} of events"), format!("{stored} (展開後 {inflated})"))) }
                @if let Some(start) = &report.checkpoint {
                    @let heads = start.heads;
                    dt { (w.say("Started from", "起点")) }
                    dd {
                        (w.say(format!("a checkpoint of {heads} chains up to "), format!("{heads} チェーンのチェックポイント、終わり ")))
                        (time(start.proved_to)) ", SHA-256 " code { (said(&start.sha256)) }
                    }
                }
                @for (old, new) in &report.source.moved {
                    @let (old, new) = (said(old), said(new));
                    dt { (w.say("Moved", "移動")) }
                    dd {
                        (w.say("objects of ", "")) bdi { (old) } (w.say(" were read from ", " のオブジェクトを "))
                        bdi { (new) } (w.say("", " から読み取った"))
                    }
                }
            }
            @if !report.unread.is_empty() {
                h3 { (w.say("Not looked into", "未読")) }
                ul class="unread" {
                    @for place in &report.unread {
                        li { bdi { (said(&place.prefix)) } span class="said" { (said(&place.reason)) } }
                    }
                }
            }
        }
    }
}

fn chains(report: &LogsReport, w: &Words) -> Markup {
    let shown = report.chains.iter().take(CHAINS);
    let left = report.chains.len().saturating_sub(CHAINS);
    let head = |english, japanese| html! { th scope="col" { (w.say(english, japanese)) } };
    let number =
        |english, japanese| html! { th scope="col" class="number" { (w.say(english, japanese)) } };
    html! {
        section id="chains" {
            h2 { (w.say("Chains", "チェーン")) }
            p class="note" {
                (w.say(
                    "Each bar is the whole time of its chain, hour by hour.",
                    "帯は各チェーンの全期間を 1 時間ごとに示す。",
                ))
            }
            ul class="legend" {
                @for state in STATES {
                    li { svg viewBox="0 0 10 10" preserveAspectRatio="none" aria-hidden="true" focusable="false" {
                        rect class={ "hour-" (class(state)) } width="10" height="10" {} } (w.state_means(state)) }
                }
            }
            div class="wide" role="region" aria-label=(w.say("The chains as a table", "チェーンの表")) tabindex="0" {
                table {
                    caption class="sr" {
                        (w.say("The digest chains, by account and region", "アカウントとリージョンごとのチェーン"))
                    }
                    thead { tr {
                        (head("Account", "アカウント")) (head("Region", "リージョン")) (head("Trail", "証跡"))
                        (head("Hours", "時間")) (number("Proved", "立証")) (number("Log files", "ログファイル"))
                        (number("Stored", "保存量")) (head("First and last proved", "立証の始まりと終わり"))
                    } }
                    tbody { @for chain in shown { (row(chain, w)) } }
                }
            }
            @if left > 0 {
                p class="note" { (w.more_in(&w.count(left, "chain", "チェーン"), WHERE_ALL_ARE)) (w.say(".", "")) }
            }
        }
    }
}

fn row(chain: &ChainReport, w: &Words) -> Markup {
    let lacking = w.hours_lacking([
        (chain.hours_broken, HourState::Broken),
        (chain.hours_missing, HourState::Missing),
        (chain.hours_gap, HourState::Gap),
        (chain.hours_unverified, HourState::Unverified),
    ]);
    let whole = chain.hours_proved == chain.hours_total;
    let files = |number: u64, english: &str, japanese: &str| {
        let told = w.say(format!("{number} {english}"), format!("{japanese} {number}"));
        html! { @if number > 0 { span class="word" { (told) } } }
    };
    html! {
        tr {
            th scope="row" class="id" { (said(&chain.account_id)) }
            td class="whole" { (said(&chain.region)) }
            td { bdi { (said(w.trail_name(&chain.trail))) } }
            td class="hours" { (bar(chain, w)) }
            td class={ "number " (if whole { "good" } else { "bad" }) } {
                (chain.hours_proved) "/" (chain.hours_total)
                @if !lacking.is_empty() { span class="word" { (lacking.join(w.say(", ", "、"))) } }
            }
            td class="number" {
                (chain.logs.valid)
                (files(chain.logs.invalid, "not valid", "無効"))
                (files(chain.logs.unverified, "unverified", "未検証"))
            }
            td class="number" {
                (bytes(chain.bytes_stored))
                @let inflated = bytes(chain.bytes_inflated);
                span class="word" { (w.say(format!("{inflated} of events"), format!("展開後 {inflated}"))) }
            }
            td class="whole" {
                @if let (Some(first), Some(last)) = (chain.first_proved, chain.last_proved) {
                    (time(first)) span class="word" { (time(last)) }
                }
            }
        }
    }
}

/// The stretches of a chain, as wide as they are long.
fn bar(chain: &ChainReport, w: &Words) -> Markup {
    let (from, to) = (chain.span.from.as_second(), chain.span.to.as_second());
    let length = (to.saturating_sub(from)).max(1) as f64;
    let place = |at: jiff::Timestamp| {
        let second = at.as_second().clamp(from, to.max(from));
        second.saturating_sub(from) as f64 * 1000.0 / length
    };
    let told = w.hours_proved(chain.hours_proved, chain.hours_total);
    html! {
        svg class="hours" viewBox="0 0 1000 10" preserveAspectRatio="none" role="img" aria-label=(told) {
            @for stretch in &chain.stretches {
                // What is worse is never too narrow to be seen.
                @let width = place(stretch.span.to) - place(stretch.span.from);
                @let width = if stretch.state == HourState::Proved { width } else { width.max(3.0) };
                rect class={ "hour-" (class(stretch.state)) } x=(format!("{:.2}", place(stretch.span.from)))
                    width=(format!("{width:.2}")) height="10" {}
            }
        }
    }
}

fn class(state: HourState) -> &'static str {
    match state {
        HourState::Proved => "proved",
        HourState::Unverified => "unverified",
        HourState::Gap => "gap",
        HourState::Missing => "missing",
        HourState::Broken => "broken",
    }
}

fn findings(report: &LogsReport, w: &Words) -> Markup {
    let is_error = |finding: &&Finding| finding.severity == Severity::Error;
    let (errors, warnings): (Vec<&Finding>, Vec<&Finding>) =
        report.findings.iter().partition(is_error);
    let told = w.weights(errors.len(), warnings.len());
    let left = report.findings.len().saturating_sub(FINDINGS);
    html! {
        section id="findings" {
            h2 { (w.say("Findings", "検出結果")) span class="word" { (told) } }
            @for finding in errors.into_iter().chain(warnings).take(FINDINGS) { (card(finding, w)) }
            @if left > 0 {
                p class="note" { (w.more_in(&w.count(left, "finding", "件"), WHERE_ALL_ARE)) (w.say(".", "")) }
            }
        }
    }
}

fn card(finding: &Finding, w: &Words) -> Markup {
    let called = if finding.predicted {
        w.say("Would be called", "本来の名前")
    } else {
        w.say("Object", "オブジェクト")
    };
    let unverified = w.count(number(finding.unverified_logs), "log file", "ログファイル");
    let error = finding.severity == Severity::Error;
    html! {
        details class="card" {
            summary {
                span class={ "severity " (if error { "critical" } else { "low" }) } { (w.weight(finding.severity)) }
                span class="title" {
                    (kind_name(finding.kind)) ": " (said(&w.defect(finding)))
                    span class="word" { (said(&finding.account_id)) " " (said(&finding.region)) " " bdi { (said(&finding.trail)) } }
                }
                span class="many" { (finding.from.strftime("%F %H:%MZ")) }
            }
            dl class="words" {
                dt { (w.say("Time", "時刻")) } dd { (span(finding.from, finding.to, w)) }
                @if let Some(key) = &finding.key {
                    dt { (called) }
                    dd { code { "s3://" (said(&finding.bucket)) "/" (said(key)) } }
                }
                @if let Some(expected) = &finding.expected { dt { (w.say("Expected", "期待値")) } dd { code { (said(expected)) } } }
                @if let Some(observed) = &finding.observed { dt { (w.say("Observed", "観測値")) } dd { code { (said(observed)) } } }
                @if finding.unverified_logs > 0 { dt { (w.say("Unverified", "未検証")) } dd { (unverified) } }
                @if finding.body_ok { dt { (w.say("Contents", "内容")) }
                    dd { (w.say("proved all the same, by the next digest", "次のダイジェストファイルにより立証済み")) }
                 }
                @for call in &finding.calls {
                    dt { (said(&call.name)) }
                    dd {
                        (time(call.at)) (w.say(" by ", " 実行者 "))
                        code { (said(call.actor.as_deref().unwrap_or(w.say("somebody", "不明")))) }
                        @if let Some(from) = &call.source_ip { (w.say(" from ", " 送信元 ")) (said(from)) }
                        @if !call.event_id.is_empty() { (w.say(", event ", " イベント ")) code { (said(&call.event_id)) } }
                    }
                }
            }
        }
    }
}

fn foot(report: &LogsReport, w: &Words) -> Markup {
    let version = said(&report.tool_version);
    html! {
        (PreEscaped("</main>"))
        footer { p { (w.say(format!("Written by trailproof {version}."), format!("trailproof {version} により作成"))) } }
    }
}
