//! Many lines put together by unit: day by day, the worst of what is known of any of its accounts.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use maud::{Markup, html};
use trailproof_core::aws::AccountId;
use trailproof_core::history::timeline::Stretch;

use super::{Line, Window, axis, bar, long};
use crate::html::said;
use crate::index::Index;
use crate::text::{self, count};

/// So many units are drawn.
const UNITS: usize = 30;

/// Longer windows have longer days: no line has more of them than this.
const DAYS: i64 = 120;

#[derive(Default)]
struct Unit {
    accounts: BTreeSet<AccountId>,
    affected: BTreeSet<AccountId>,
    /// What each day was at its worst.
    days: BTreeMap<i64, Stretch>,
}

/// What is worse: what was lost, then what is not known.
fn rank(state: Stretch) -> u8 {
    match state {
        Stretch::Gap => 0,
        Stretch::Unknown => 1,
        Stretch::Recorded => 2,
    }
}

/// The lines of units, those with the most days lost first.
pub fn picture(lines: &[Line<'_>], window: Window, index: &Index<'_>) -> Markup {
    let seconds = window.to.duration_since(window.from).as_secs().max(1);
    let day = (seconds / DAYS).max(86_400);
    let number = |time: Timestamp| time.duration_since(window.from).as_secs().max(0) / day;
    let mut units: BTreeMap<&str, Unit> = BTreeMap::new();
    for line in lines {
        let lost = line.spans.iter().any(|span| span.state == Stretch::Gap);
        for id in line.accounts.keys() {
            let path = index.accounts.get(id).map_or("", |account| &account.ou_path);
            let unit = units.entry(path).or_default();
            unit.accounts.insert(*id);
            if lost {
                unit.affected.insert(*id);
            }
            for span in line.spans {
                let last = number(
                    span.to.saturating_sub(SignedDuration::from_nanos(1)).unwrap_or(span.to),
                );
                for at in number(span.from)..=last {
                    let state = unit.days.entry(at).or_insert(span.state);
                    if rank(span.state) < rank(*state) {
                        *state = span.state;
                    }
                }
            }
        }
    }
    let mut units: Vec<(&str, Unit)> = units.into_iter().collect();
    let lost = |unit: &Unit| unit.days.values().filter(|state| **state == Stretch::Gap).count();
    units.sort_by_key(|(path, unit)| (std::cmp::Reverse(lost(unit)), *path));
    let place = |at: i64| (at * day * 1000 / seconds).min(1000);
    html! {
        ul class="times" {
            (axis(window))
            @for (path, unit) in units.iter().take(UNITS) {
                li {
                    div class="who" {
                        bdi { @if path.is_empty() { "no unit known" } @else { (text::cut_path(&said(path), 40)) } }
                        span class="word" { (count(unit.accounts.len(), "account")) }
                    }
                    svg class="time" aria-hidden="true" focusable="false" {
                        @for (from, to, state) in runs(&unit.days) { (bar(state, place(from), place(to + 1))) }
                    }
                    span class="sum" {
                        @let days = i64::try_from(lost(unit)).unwrap_or_default();
                        @if days > 0 { span class="bad" { (count(unit.affected.len(), "account")) " with gaps on " (long(days * day)) } }
                        @else { "no gap" }
                    }
                }
            }
        }
        @if units.len() > UNITS { p class="note" { "and " (count(units.len() - UNITS, "more unit")) } }
    }
}

/// Days of one state that follow one another.
fn runs(days: &BTreeMap<i64, Stretch>) -> Vec<(i64, i64, Stretch)> {
    let mut runs: Vec<(i64, i64, Stretch)> = Vec::new();
    for (at, state) in days {
        match runs.last_mut() {
            Some((_, last, of)) if *of == *state && *last + 1 == *at => *last = *at,
            _ => runs.push((*at, *at, *state)),
        }
    }
    runs
}
