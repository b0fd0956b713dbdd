//! What `validate-logs` found as one page for people, which needs nothing else.

use std::io::{self, Write};

use maud::{Markup, PreEscaped, html};
use trailproof_digest::{ChainReport, Finding, HourState, Severity, Verdict};

use super::table::{bytes, number, words};
use super::{LogsReport, kind_name};
use crate::html::frame;
use crate::text::{self, count};
use crate::words::Words;
use trailproof_core::language::Language;

/// So many chains are shown; the JSON report has all.
const CHAINS: usize = 2_000;
/// So many findings.
const FINDINGS: usize = 500;

/// The states with their word, the worst last.
const STATES: [(HourState, &str, &str); 5] = [
    (HourState::Proved, "proved", "proved"),
    (HourState::Unverified, "unverified", "unverified: something could not be read"),
    (HourState::Gap, "gap", "gap: nothing is signed"),
    (HourState::Missing, "missing", "missing: no digest"),
    (HourState::Broken, "broken", "broken: deleted, changed or added"),
];

/// Beside the look of all pages: the bars of the hours.
const STYLE: &str = "\
svg.hours { display: block; width: 100%; height: 1rem; border-radius: 3px; overflow: hidden; }
td.hours { width: 34%; vertical-align: middle; }
.legend svg { width: 1.15rem; height: 0.8rem; margin-right: 0.3rem; vertical-align: -0.05rem; }
.hour-proved { fill: var(--good); } .hour-unverified { fill: var(--open-soft); stroke: var(--open); stroke-width: 0.3; }
.hour-gap { fill: var(--possible); } .hour-missing { fill: var(--part); } .hour-broken { fill: var(--bad); }
";

/// Writes the page.
///
/// # Errors
/// When the output cannot be written.
pub fn write(report: &LogsReport, out: &mut dyn Write) -> io::Result<()> {
    let title = format!("Log files of {}", said(&report.source.bucket));
    out.write_all(frame::open_with(&title, Some(STYLE), Words::of(Language::English)).as_bytes())?;
    for part in [head(report), summary(report), chains(report), findings(report), foot(report)] {
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

fn head(report: &LogsReport) -> Markup {
    html! {
        header class="top" {
            p class="brand" { "trailproof" }
            h1 { "Log files of " bdi { (said(&report.source.bucket)) } }
            p class="state" {
                (time(report.period.from)) " to " (time(report.period.to))
                @if let Some(mirror) = &report.source.mirror { " · read from a copy in " bdi { (said(mirror)) } }
            }
            nav aria-label="Parts of the report" {
                ul {
                    li { a href="#summary" { "Summary" } }
                    li { a href="#chains" { "Chains" } }
                    li { a href="#findings" { "Findings" } }
                }
            }
        }
    }
}

fn summary(report: &LogsReport) -> Markup {
    let totals = &report.totals;
    let verdict = words(report.verdict);
    let class = match report.verdict {
        Verdict::Intact => "box good",
        Verdict::NotProved => "box open",
        Verdict::Broken | Verdict::NothingFound => "box bad",
    };
    let means = match report.verdict {
        Verdict::Intact => {
            "Every hour of every chain is proved: each log file is there as CloudTrail delivered it, and no other."
        }
        Verdict::NotProved => {
            "Nothing is wrong as far as can be seen, but some hours are not proved."
        }
        Verdict::Broken => "Something was deleted, changed or added.",
        Verdict::NothingFound => "No digest chain was found: nothing answers for the time.",
    };
    html! {
        (PreEscaped("<main id=\"main\">"))
        section id="summary" {
            h2 { "Summary" }
            div class=(class) {
                strong { (verdict) } " · " (totals.hours_proved) " of " (totals.hours_total) " hours proved in "
                (count(number(totals.chains), "chain"))
                p { (means) }
            }
            dl class="words" {
                dt { "Log files" }
                dd { (totals.logs.valid) " valid, " (totals.logs.invalid) " not valid, " (totals.logs.unverified) " unverified" }
                dt { "Digests" }
                dd { (totals.digests.valid) " valid, " (totals.digests.invalid) " not valid, " (totals.digests.unverified) " unverified; "
                     (totals.backfill_digests.valid) " valid backfill digests" }
                dt { "Read" }
                dd { (bytes(totals.bytes_stored)) ", " (bytes(totals.bytes_inflated)) " of events" }
                @if let Some(start) = &report.checkpoint {
                    dt { "Started from" }
                    dd { "a checkpoint of " (start.heads) " chains up to " (time(start.proved_to)) ", SHA-256 " code { (said(&start.sha256)) } }
                }
                @for (old, new) in &report.source.moved {
                    dt { "Moved" } dd { "objects of " bdi { (said(old)) } " were read from " bdi { (said(new)) } }
                }
            }
            @if !report.unread.is_empty() {
                h3 { "Not looked into" }
                ul class="unread" {
                    @for place in &report.unread {
                        li { bdi { (said(&place.prefix)) } span class="said" { (said(&place.reason)) } }
                    }
                }
            }
        }
    }
}

fn chains(report: &LogsReport) -> Markup {
    let shown = report.chains.iter().take(CHAINS);
    let left = report.chains.len().saturating_sub(CHAINS);
    html! {
        section id="chains" {
            h2 { "Chains" }
            p class="note" { "Each bar is the whole time of its chain, hour by hour." }
            ul class="legend" {
                @for (_, class, told) in STATES {
                    li { svg viewBox="0 0 10 10" preserveAspectRatio="none" aria-hidden="true" focusable="false" {
                        rect class={ "hour-" (class) } width="10" height="10" {} } (told) }
                }
            }
            div class="wide" {
                table {
                    caption class="sr" { "The digest chains, by account and region" }
                    thead { tr {
                        th scope="col" { "Account" } th scope="col" { "Region" } th scope="col" { "Trail" }
                        th scope="col" { "Hours" } th scope="col" class="number" { "Proved" }
                        th scope="col" class="number" { "Log files" } th scope="col" { "First and last proved" }
                    } }
                    tbody { @for chain in shown { (row(chain)) } }
                }
            }
            @if left > 0 { p class="note" { (count(left, "chain")) " more; the JSON report has all." } }
        }
    }
}

fn row(chain: &ChainReport) -> Markup {
    let lacking: Vec<String> = [
        (chain.hours_broken, "broken"),
        (chain.hours_missing, "missing"),
        (chain.hours_gap, "in gaps"),
        (chain.hours_unverified, "unverified"),
    ]
    .into_iter()
    .filter(|(hours, _)| *hours > 0)
    .map(|(hours, what)| format!("{hours} {what}"))
    .collect();
    let whole = chain.hours_proved == chain.hours_total;
    html! {
        tr {
            th scope="row" class="id" { (said(&chain.account_id)) }
            td { (said(&chain.region)) }
            td { bdi { @if chain.trail.is_empty() { "(not known)" } @else { (said(&chain.trail)) } } }
            td class="hours" { (bar(chain)) }
            td class={ "number " (if whole { "good" } else { "bad" }) } {
                (chain.hours_proved) "/" (chain.hours_total)
                @if !lacking.is_empty() { span class="word" { (lacking.join(", ")) } }
            }
            td class="number" {
                (chain.logs.valid) span class="word" { (bytes(chain.bytes_stored)) }
                @if chain.logs.invalid > 0 { span class="word" { (chain.logs.invalid) " not valid" } }
                @if chain.logs.unverified > 0 { span class="word" { (chain.logs.unverified) " unverified" } }
            }
            td {
                @if let (Some(first), Some(last)) = (chain.first_proved, chain.last_proved) {
                    (time(first)) span class="word" { (time(last)) }
                } @else { "–" }
            }
        }
    }
}

/// The stretches of a chain, as wide as they are long.
fn bar(chain: &ChainReport) -> Markup {
    let (from, to) = (chain.span.from.as_second(), chain.span.to.as_second());
    let length = (to.saturating_sub(from)).max(1) as f64;
    let place = |at: jiff::Timestamp| {
        let second = at.as_second().clamp(from, to.max(from));
        second.saturating_sub(from) as f64 * 1000.0 / length
    };
    let told = format!("{} of {} hours proved", chain.hours_proved, chain.hours_total);
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
    STATES.iter().find(|one| one.0 == state).map_or("missing", |one| one.1)
}

fn findings(report: &LogsReport) -> Markup {
    let is_error = |finding: &&Finding| finding.severity == Severity::Error;
    let (errors, warnings): (Vec<&Finding>, Vec<&Finding>) =
        report.findings.iter().partition(is_error);
    let told = format!("{}, {}", count(errors.len(), "error"), count(warnings.len(), "warning"));
    let left = report.findings.len().saturating_sub(FINDINGS);
    html! {
        section id="findings" {
            h2 { "Findings" span class="word" { (told) } }
            @for finding in errors.into_iter().chain(warnings).take(FINDINGS) { (card(finding)) }
            @if left > 0 { p class="note" { (count(left, "finding")) " more; the JSON report has all." } }
        }
    }
}

fn card(finding: &Finding) -> Markup {
    let error = finding.severity == Severity::Error;
    html! {
        details class="card" {
            summary {
                span class={ "severity " (if error { "critical" } else { "low" }) } { (if error { "error" } else { "warning" }) }
                span {
                    span class="title" { (kind_name(finding.kind)) ": " (said(&finding.detail)) }
                    span class="word" { (said(&finding.account_id)) " " (said(&finding.region)) " " bdi { (said(&finding.trail)) } }
                }
                span class="many" { (finding.from.strftime("%F %H:%MZ")) }
            }
            dl class="words" {
                dt { "Time" } dd { (time(finding.from)) " to " (time(finding.to)) }
                @if let Some(key) = &finding.key {
                    dt { (if finding.predicted { "Would be called" } else { "Object" }) }
                    dd { code { "s3://" (said(&finding.bucket)) "/" (said(key)) } }
                }
                @if let Some(expected) = &finding.expected { dt { "Expected" } dd { code { (said(expected)) } } }
                @if let Some(observed) = &finding.observed { dt { "Observed" } dd { code { (said(observed)) } } }
                @if finding.unverified_logs > 0 { dt { "Unverified" } dd { (count(number(finding.unverified_logs), "log file")) } }
                @if finding.body_ok { dt { "Contents" } dd { "proved all the same, by the next digest" } }
                @for call in &finding.calls {
                    dt { (said(&call.name)) }
                    dd {
                        (time(call.at)) " by " code { (said(call.actor.as_deref().unwrap_or("somebody"))) }
                        @if let Some(from) = &call.source_ip { " from " (said(from)) }
                        @if !call.event_id.is_empty() { ", event " code { (said(&call.event_id)) } }
                    }
                }
            }
        }
    }
}

fn foot(report: &LogsReport) -> Markup {
    html! {
        (PreEscaped("</main>"))
        footer { p { "Written by trailproof " (said(&report.tool_version)) "." } }
    }
}
