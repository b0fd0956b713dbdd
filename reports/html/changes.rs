//! What changed since an earlier run, for a browser: the sums, how the score moved, and finding by finding.

use std::io::{self, Write};

use maud::{Markup, PreEscaped, html};
use trailproof_core::diff::{Change, Diff, Entry, Said, Side};
use trailproof_core::finding::GLOBAL;

use super::summary::{bar, grade};
use super::{frame, said, trend};
use crate::difference::DiffOptions;
use crate::text::{self, count};
use crate::words::Words;

/// So many bytes of changes stand on a page.
const BYTES: usize = 400_000;

/// So many of one change.
const SHOWN: usize = 200;

/// New findings stand open where they are no more than this.
const OPEN: usize = 12;

fn class(change: Change) -> &'static str {
    match change {
        Change::New => "bad",
        Change::Fixed => "good",
        Change::NoLongerAssessed => "open",
        Change::Changed | Change::NewlyAssessed | Change::Unchanged => "soft",
    }
}

/// The section of a report that is held against an earlier run.
pub fn section(diff: &Diff, options: &DiffOptions) -> Markup {
    let w = Words::of(options.language);
    html! {
        section id="changes" aria-labelledby="changes-title" {
            h2 id="changes-title" {
                @if w.is_japanese() { (diff.before.ended.strftime("%F")) " からの変化" }
                @else { "What changed since " (diff.before.ended.strftime("%F")) }
            }
            (counts(diff, w))
            (movement(diff, w))
            (entries(diff, options))
        }
    }
}

fn counts(diff: &Diff, w: &Words) -> Markup {
    html! {
        ul class="counts" aria-label=(w.say("Findings by what became of them", "変化別の検出結果")) {
            @for change in Change::ALL {
                @let number = diff.counts.get(&change).copied().unwrap_or_default();
                li class=(if number > 0 { class(change) } else { "soft" }) { strong { (number) } " " (w.change(change).0) }
            }
        }
    }
}

/// How the score moved, and by what.
fn movement(diff: &Diff, w: &Words) -> Markup {
    let moved = &diff.movement;
    html! {
        p {
            (w.say("Score ", "スコア ")) strong { (diff.before.proven) } " → " strong { (diff.after.proven) } ": " (moved.proven)
            (w.say(" points, of which findings ", " ポイント (検出結果 ")) (moved.findings) (w.say(", caps and moved weight ", "、上限と重みの変化 ")) (moved.other)
            (w.say(". Potential ", ")。最大 ")) (moved.potential) (w.say(", coverage ", "、網羅率 ")) (moved.coverage) (w.say(".", "。"))
        }
    }
}

/// Change by change, the worst first.
fn entries(diff: &Diff, options: &DiffOptions) -> Markup {
    let w = Words::of(options.language);
    let mut room = BYTES;
    let mut parts = Vec::new();
    for change in Change::ALL {
        let of = || diff.changes.iter().filter(|entry| entry.change == change);
        let number = of().count();
        if number == 0 {
            continue;
        }
        let mut share = room / 2;
        let rows: Vec<String> = of()
            .take(SHOWN)
            .map(|one| entry(one, options).into_string())
            .take_while(|row| {
                let fits = row.len() <= share;
                share = share.saturating_sub(row.len());
                fits
            })
            .collect();
        room = room.saturating_sub(rows.iter().map(String::len).sum());
        parts.push((change, number, rows));
    }
    html! {
        @for (change, number, rows) in &parts {
            details class="changed" open[*change == Change::New && *number <= OPEN] {
                summary { span class=(class(*change)) { (w.change(*change).0) } " (" (number) ")" }
                p class="note" { (w.change(*change).1) }
                ul class="rows" { @for row in rows { (PreEscaped(row)) } }
                @if *number > rows.len() { p class="note" { (w.say("and ", "ほか ")) (number - rows.len()) (w.say(" more; the JSON has them all", " 件 (JSON にすべてを含む)")) } }
            }
        }
    }
}

fn entry(entry: &Entry, options: &DiffOptions) -> Markup {
    let w = Words::of(options.language);
    html! {
        li class="row" {
            p class="where" {
                span class={ "severity " (entry.severity.code()) } { (w.severity(entry.severity)) } " "
                span class="id" { (entry.account_id) }
                @if entry.region != GLOBAL { " " span class="place" { (text::cut_chars(&said(&entry.region), 60)) } }
                @if let Some(thing) = thing(entry) { " " span class="thing" { (text::cut_middle(&said(thing), 100)) } }
                " " span class="points" { (entry.points) }
            }
            p class="told" { (text::cut_chars(&said(options.title(entry)), 240)) span class="check" { (text::cut_chars(&said(&entry.check), 120)) } }
            p class="told" { (one(entry.before.as_ref(), w)) " " span class="arrow" { "→" } " " (one(entry.after.as_ref(), w)) }
            @if !entry.why.is_empty() { p class="note" { (text::cut_chars(&said(&w.sentence(&entry.why)), 240)) } }
        }
    }
}

/// The subject's name, where account and region do not say it already.
fn thing(entry: &Entry) -> Option<&str> {
    let (_, name) = text::resource(&entry.resource);
    (name != entry.account_id.as_str() && name != entry.region).then_some(name)
}

fn one(said_of_it: Option<&Said>, w: &Words) -> Markup {
    html! {
        @match said_of_it {
            Some(one) => { strong { (w.status(one.status).replace('_', " ")) } ": " (text::cut_chars(&w.said(one), 300)) },
            None => (w.say("not there", "なし")),
        }
    }
}

/// The whole page of a difference.
///
/// # Errors
/// When the output cannot be written.
pub fn write(diff: &Diff, options: &DiffOptions, out: &mut dyn Write) -> io::Result<()> {
    let w = Words::of(options.language);
    let (before, after) = (diff.before.ended.strftime("%F"), diff.after.ended.strftime("%F"));
    let title = w.say(
        format!("What changed from {before} to {after}"),
        format!("{before} から {after} までの変化"),
    );
    let all = diff.counts.values().sum::<usize>();
    let state = w.say(
        format!("{} changed of {all}", count(diff.changes.len(), "finding")),
        format!("検出結果 {all} 件中 {} 件が変化", diff.changes.len()),
    );
    let body = html! {
        header class="top" {
            p class="brand" { "trailproof" }
            h1 { (title) }
            p class="state" { (state) }
        }
        main id="main" {
            section aria-labelledby="runs-title" {
                h2 id="runs-title" { (w.say("The two runs", "比較する 2 回の実行")) }
                div class="tiles" {
                    (side(w.say("Before", "以前"), &diff.before, w))
                    (side(w.say("After", "今回"), &diff.after, w))
                }
            }
            (section(diff, options))
        }
        footer { p { "trailproof · " (w.say("run ", "実行 ")) (said(&diff.before.run_id)) " → " (w.say("run ", "実行 ")) (said(&diff.after.run_id)) } }
    };
    out.write_all(frame::open(&title, w).as_bytes())?;
    out.write_all(body.into_string().as_bytes())?;
    out.write_all(frame::CLOSE.as_bytes())
}

fn side(name: &str, side: &Side, w: &Words) -> Markup {
    let (read, listed) = (side.accounts_assessed, side.accounts_listed);
    html! {
        div class="tile" {
            h3 { (name) }
            p class="big" { (side.proven) " " (grade(side.grade, w)) }
            (bar(side.proven, side.potential, side.caps.first().map(|cap| cap.limit)))
            p {
                @if w.is_japanese() { "立証済み。監査証拠の網羅率 " strong { (side.coverage) " %" } "、最大 " strong { (side.potential) } }
                @else { "proved, at " strong { (side.coverage) " %" } " evidence coverage; up to " strong { (side.potential) } }
            }
            p class="sum" {
                (w.say(format!("{read} of {listed} accounts read"), format!("{listed} アカウント中 {read} アカウントを評価")))
                " · " (w.time(side.ended)) " · " (w.say("run ", "実行 ")) (said(&side.run_id))
            }
            @for cap in side.caps.iter().take(4) {
                p class="cap" {
                    strong { (w.say("Capped at ", "上限 ")) (cap.limit) } ": " (text::cut_chars(&said(&w.sentence(&cap.reason)), 240))
                }
            }
        }
    }
}

/// The whole page of a history: organizations, each with its runs.
///
/// # Errors
/// When the output cannot be written.
pub fn write_history(
    all: &[(String, Vec<Side>)],
    w: &Words,
    out: &mut dyn Write,
) -> io::Result<()> {
    let title = w.say("The score over time", "スコアの推移");
    let body = html! {
        header class="top" { p class="brand" { "trailproof" } h1 { (title) } }
        main id="main" {
            @for (at, (of, sides)) in all.iter().enumerate() {
                section aria-labelledby={ "of-" (at) } {
                    h2 id={ "of-" (at) } { (text::cut_chars(&said(of), 120)) span class="word" { (w.count(sides.len(), "run", "回")) } }
                    (trend::columns(sides, w))
                }
            }
        }
        footer { p { "trailproof" } }
    };
    out.write_all(frame::open(title, w).as_bytes())?;
    out.write_all(body.into_string().as_bytes())?;
    out.write_all(frame::CLOSE.as_bytes())
}
