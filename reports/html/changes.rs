//! What changed since an earlier run, for a browser: the sums, how the score moved, and finding by finding.

use std::io::{self, Write};

use maud::{Markup, PreEscaped, html};
use trailproof_core::diff::{Change, Diff, Entry, Said, Side};
use trailproof_core::finding::GLOBAL;

use super::summary::{bar, grade};
use super::{frame, said, trend};
use crate::text::{self, count};

/// So many bytes of changes stand on a page.
const BYTES: usize = 400_000;

/// So many of one change.
const SHOWN: usize = 200;

/// New findings stand open where they are no more than this.
const OPEN: usize = 12;

/// A change as a heading, and what it means.
fn words(change: Change) -> (&'static str, &'static str) {
    match change {
        Change::New => ("New", "Fails, and did not when the earlier run looked."),
        Change::Fixed => ("Fixed", "Failed, and was read and passes."),
        Change::Changed => {
            ("Changed", "Says something else than before, and is neither new nor fixed.")
        }
        Change::NoLongerAssessed => (
            "No longer assessed",
            "Was decided before and is not now: not read, not asked for, or not there any more. Not mended.",
        ),
        Change::NewlyAssessed => {
            ("Newly assessed", "Is decided now, and was not looked at or could not be told before.")
        }
        Change::Unchanged => ("Unchanged", "As before."),
    }
}

fn class(change: Change) -> &'static str {
    match change {
        Change::New => "bad",
        Change::Fixed => "good",
        Change::NoLongerAssessed => "open",
        Change::Changed | Change::NewlyAssessed | Change::Unchanged => "soft",
    }
}

/// The section of a report that is held against an earlier run.
pub fn section(diff: &Diff) -> Markup {
    html! {
        section id="changes" aria-labelledby="changes-title" {
            h2 id="changes-title" { "What changed since " (diff.before.ended.strftime("%F")) }
            (counts(diff))
            (movement(diff))
            (entries(diff))
        }
    }
}

fn counts(diff: &Diff) -> Markup {
    html! {
        ul class="counts" aria-label="Findings by what became of them" {
            @for change in Change::ALL {
                @let number = diff.counts.get(&change).copied().unwrap_or_default();
                li class=(if number > 0 { class(change) } else { "soft" }) { strong { (number) } " " (words(change).0) }
            }
        }
    }
}

/// How the score moved, and by what.
fn movement(diff: &Diff) -> Markup {
    let moved = &diff.movement;
    html! {
        p {
            "Score " strong { (diff.before.proven) } " → " strong { (diff.after.proven) } ": " (moved.proven)
            " points, of which findings " (moved.findings) ", caps and moved weight " (moved.other)
            ". Potential " (moved.potential) ", coverage " (moved.coverage) "."
        }
    }
}

/// Change by change, the worst first.
fn entries(diff: &Diff) -> Markup {
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
            .map(|one| entry(one).into_string())
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
                summary { span class=(class(*change)) { (words(*change).0) } " (" (number) ")" }
                p class="note" { (words(*change).1) }
                ul class="rows" { @for row in rows { (PreEscaped(row)) } }
                @if *number > rows.len() { p class="note" { "and " (number - rows.len()) " more; the JSON has them all" } }
            }
        }
    }
}

fn entry(entry: &Entry) -> Markup {
    html! {
        li class="row" {
            p class="where" {
                span class={ "severity " (entry.severity.code()) } { (entry.severity.code()) } " "
                span class="id" { (entry.account_id) }
                @if entry.region != GLOBAL { " " span class="place" { (text::cut_chars(&said(&entry.region), 60)) } }
                @if let Some(thing) = thing(entry) { " " span class="thing" { (text::cut_middle(&said(thing), 100)) } }
                " " span class="points" { (entry.points) }
            }
            p class="told" { (text::cut_chars(&said(&entry.title), 240)) span class="check" { (text::cut_chars(&said(&entry.check), 120)) } }
            p class="told" { (one(entry.before.as_ref())) " " span class="arrow" { "→" } " " (one(entry.after.as_ref())) }
            @if !entry.why.is_empty() { p class="note" { (text::cut_chars(&said(&entry.why), 240)) } }
        }
    }
}

/// The subject's name, where account and region do not say it already.
fn thing(entry: &Entry) -> Option<&str> {
    let (_, name) = text::resource(&entry.resource);
    (name != entry.account_id.as_str() && name != entry.region).then_some(name)
}

fn one(said_of_it: Option<&Said>) -> Markup {
    html! {
        @match said_of_it {
            Some(one) => { strong { (one.status.code().replace('_', " ")) } ": " (text::cut_chars(&said(&one.message), 300)) },
            None => "not there",
        }
    }
}

/// The whole page of a difference.
///
/// # Errors
/// When the output cannot be written.
pub fn write(diff: &Diff, out: &mut dyn Write) -> io::Result<()> {
    let (before, after) = (diff.before.ended.strftime("%F"), diff.after.ended.strftime("%F"));
    let title = format!("What changed from {before} to {after}");
    let body = html! {
        header class="top" {
            p class="brand" { "trailproof" }
            h1 { (title) }
            p class="state" { (count(diff.changes.len(), "finding")) " changed of " (diff.counts.values().sum::<usize>()) }
        }
        main id="main" {
            section aria-labelledby="runs-title" {
                h2 id="runs-title" { "The two runs" }
                div class="tiles" { (side("Before", &diff.before)) (side("After", &diff.after)) }
            }
            (section(diff))
        }
        footer { p { "trailproof · run " (said(&diff.before.run_id)) " → run " (said(&diff.after.run_id)) } }
    };
    out.write_all(frame::open(&title).as_bytes())?;
    out.write_all(body.into_string().as_bytes())?;
    out.write_all(frame::CLOSE.as_bytes())
}

fn side(name: &str, side: &Side) -> Markup {
    html! {
        div class="tile" {
            h3 { (name) }
            p class="big" { (side.proven) " " (grade(side.grade)) }
            (bar(side.proven, side.potential, side.caps.first().map(|cap| cap.limit)))
            p { "proved, at " strong { (side.coverage) " %" } " evidence coverage; up to " strong { (side.potential) } }
            p class="sum" {
                (side.accounts_assessed) " of " (side.accounts_listed) " accounts read · "
                (side.ended.strftime("%F %T UTC")) " · run " (said(&side.run_id))
            }
            @for cap in side.caps.iter().take(4) {
                p class="cap" { strong { "Capped at " (cap.limit) } ": " (text::cut_chars(&said(&cap.reason), 240)) }
            }
        }
    }
}

/// The whole page of a history: organizations, each with its runs.
///
/// # Errors
/// When the output cannot be written.
pub fn write_history(all: &[(String, Vec<Side>)], out: &mut dyn Write) -> io::Result<()> {
    let title = "The score over time";
    let body = html! {
        header class="top" { p class="brand" { "trailproof" } h1 { (title) } }
        main id="main" {
            @for (at, (of, sides)) in all.iter().enumerate() {
                section aria-labelledby={ "of-" (at) } {
                    h2 id={ "of-" (at) } { (text::cut_chars(&said(of), 120)) span class="word" { (count(sides.len(), "run")) } }
                    (trend::columns(sides))
                }
            }
        }
        footer { p { "trailproof" } }
    };
    out.write_all(frame::open(title).as_bytes())?;
    out.write_all(body.into_string().as_bytes())?;
    out.write_all(frame::CLOSE.as_bytes())
}
