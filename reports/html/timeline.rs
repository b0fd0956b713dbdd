//! The line of the quarter: when each account's management writes were recorded, and who switched that off and on.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use maud::{Markup, html};
use serde_json::Value;
use trailproof_core::assessment::ScopeAccount;
use trailproof_core::aws::{AccountId, Region};
use trailproof_core::history::timeline::{Span, Stretch};

use super::{Page, said};
use crate::index::Index;
use crate::text;
use crate::words::Words;

mod units;

/// So many lines are drawn each by itself; the rest is put together by unit.
const LINES: usize = 40;

/// So many stretches of a line are told in words.
const TOLD: usize = 6;

/// So many accounts of a line are named.
const NAMED: usize = 20;

/// A reading takes a while: lines that begin or end within so many hours of each other begin or end together.
const TOGETHER: SignedDuration = SignedDuration::from_hours(24);

/// Accounts and regions whose recording went alike.
pub struct Line<'a> {
    /// The accounts, each with its regions.
    accounts: BTreeMap<AccountId, BTreeSet<&'a Region>>,
    spans: &'a [Span],
}

impl Line<'_> {
    fn seconds(&self, state: Stretch) -> i64 {
        let of = self.spans.iter().filter(|span| span.state == state);
        of.map(|span| span.duration().as_secs()).sum()
    }
}

/// From when to when a picture goes.
#[derive(Clone, Copy)]
pub struct Window {
    from: Timestamp,
    to: Timestamp,
}

impl Window {
    fn of<'a>(accounts: impl Iterator<Item = &'a ScopeAccount>) -> Option<Self> {
        let lines = accounts.filter_map(|account| account.timeline.as_ref());
        lines.fold(None, |window: Option<Self>, line| {
            let (from, to) = window.map_or((line.from, line.to), |one| (one.from, one.to));
            Some(Self { from: from.min(line.from), to: to.max(line.to) })
        })
    }

    /// Where a moment lies, in thousandths of the whole.
    fn place(self, time: Timestamp) -> i64 {
        let whole = self.to.duration_since(self.from).as_secs().max(1);
        let at = time.duration_since(self.from).as_secs().clamp(0, whole);
        at.saturating_mul(1000) / whole
    }
}

/// Thousandths as a share of the width.
fn percent(thousandths: i64) -> String {
    format!("{}.{}%", thousandths / 10, thousandths % 10)
}

/// Lines that went alike are one: what each state's inner borders are decides, and not when each account was read.
fn lines<'a>(accounts: impl Iterator<Item = &'a ScopeAccount>, window: Window) -> Vec<Line<'a>> {
    let mut found: BTreeMap<Vec<(Stretch, Option<Timestamp>)>, Line<'a>> = BTreeMap::new();
    for account in accounts {
        for row in account.timeline.iter().flat_map(|line| &line.rows) {
            let inner = |time: Timestamp| {
                let near = |end: Timestamp| time.duration_since(end).abs() < TOGETHER;
                (!near(window.from) && !near(window.to)).then_some(time)
            };
            let last = row.spans.len().saturating_sub(1);
            let spans = row.spans.iter().enumerate();
            // An inner border is one however near it is to an end.
            let ends = spans.map(|(at, span)| {
                (span.state, if at == last { inner(span.to) } else { Some(span.to) })
            });
            let first = row.spans.first().map(|span| (span.state, inner(span.from)));
            let line = found
                .entry(first.into_iter().chain(ends).collect())
                .or_insert_with(|| Line { accounts: BTreeMap::new(), spans: &row.spans });
            line.accounts.entry(account.id).or_default().extend(&row.regions);
        }
    }
    let mut lines: Vec<Line<'a>> = found.into_values().collect();
    lines.sort_by_key(|line| {
        use std::cmp::Reverse;
        let [lost, open] = [Stretch::Gap, Stretch::Unknown].map(|state| line.seconds(state));
        let first = line.accounts.first_key_value().map(|(id, _)| *id);
        (Reverse(lost), Reverse(open), Reverse(line.accounts.len()), first)
    });
    lines
}

fn looked_at<'a, R>(page: &Page<'a, R>) -> impl Iterator<Item = &'a ScopeAccount> + use<'a, R> {
    page.assessment.scope.accounts.iter().filter(|account| account.timeline.is_some())
}

/// Whether there is a line at all.
pub fn is_there<R>(page: &Page<'_, R>) -> bool {
    looked_at(page).next().is_some()
}

/// How the accounts went: with a gap, without one but not all known, recorded throughout.
fn standing(accounts: &[&ScopeAccount]) -> [usize; 3] {
    let mut sums = [0; 3];
    for account in accounts {
        let rows = account.timeline.iter().flat_map(|line| &line.rows);
        let spans = rows.flat_map(|row| &row.spans);
        let states: BTreeSet<Stretch> = spans.map(|span| span.state).collect();
        let [gaps, open, whole] = &mut sums;
        *(if states.contains(&Stretch::Gap) {
            gaps
        } else if states.contains(&Stretch::Unknown) {
            open
        } else {
            whole
        }) += 1;
    }
    sums
}

/// The section.
pub fn timeline<R>(page: &Page<'_, R>) -> Markup {
    let accounts: Vec<&ScopeAccount> = looked_at(page).collect();
    let Some(window) = Window::of(accounts.iter().copied()) else { return html! {} };
    let [gaps, open, whole] = standing(&accounts);
    let lines = lines(accounts.iter().copied(), window);
    let (drawn, rest) = lines.split_at(lines.len().min(LINES));
    let silent = page.assessment.scope.accounts.iter().filter(|account| account.assessed).count()
        - accounts.iter().filter(|account| account.assessed).count();
    let w = page.index.words;
    html! {
        section id="timeline" aria-labelledby="timeline-title" {
            h2 id="timeline-title" { (w.say("When it was recorded", "記録の時系列")) }
            p class="lead" {
                (w.say("Management writes from ", "管理イベントの書き込み (")) (window.from.strftime("%F")) (w.say(" to ", " ～ ")) (window.to.strftime("%F")) (w.say(": ", "): "))
                @if gaps > 0 { strong class="bad" { (w.count(gaps, "account", "アカウント")) (w.say(" with gaps", "に欠落あり")) } (w.say(", ", "、")) }
                @if open > 0 { (w.count(open, "account", "アカウント")) (w.say(" not known throughout, ", "に不明な期間あり、")) }
                (w.count(whole, "account", "アカウント")) (w.say(" recorded throughout.", "は全期間を記録。"))
                @if silent > 0 { (w.say(" Of ", "")) (w.count(silent, "account", "アカウント")) (w.say(" no event history was read.", "のイベント履歴は未読。")) }
            }
            (legend(w))
            (picture(drawn, window, page.index))
            @if !rest.is_empty() {
                h3 { (w.say("The others, by unit", "その他 (組織単位別)")) }
                p class="note" { (w.say("A day counts as a gap where any account of the unit was not recorded on it.", "組織単位内のいずれかのアカウントが記録されなかった日を欠落とする。")) }
                (units::picture(rest, window, page.index))
            }
        }
    }
}

/// The same of one account, for its own page.
pub fn of_account(account: &ScopeAccount, index: &Index<'_>) -> Markup {
    let Some(window) = Window::of(std::iter::once(account)) else { return html! {} };
    let (lines, w) = (lines(std::iter::once(account), window), index.words);
    html! {
        section id="timeline" aria-labelledby="timeline-title" {
            h2 id="timeline-title" { (w.say("When it was recorded", "記録の時系列")) }
            p class="lead" { (w.say("Management writes from ", "管理イベントの書き込み (")) (window.from.strftime("%F")) (w.say(" to ", " ～ ")) (window.to.strftime("%F")) (w.say(".", ")。")) }
            (picture(lines.get(..LINES.min(lines.len())).unwrap_or_default(), window, index))
        }
    }
}

fn word(state: Stretch, w: &Words) -> &'static str {
    match state {
        Stretch::Recorded => w.say("recorded", "記録済み"),
        Stretch::Gap => w.say("not recorded", "記録なし"),
        Stretch::Unknown => w.say("not known", "不明"),
    }
}

fn class(state: Stretch) -> &'static str {
    match state {
        Stretch::Recorded => "on",
        Stretch::Gap => "gap",
        Stretch::Unknown => "open",
    }
}

fn legend(w: &Words) -> Markup {
    html! {
        ul class="legend" {
            @for state in [Stretch::Recorded, Stretch::Gap, Stretch::Unknown] {
                li {
                    svg class="time key" aria-hidden="true" focusable="false" { (bar(state, 0, 1000)) }
                    " " (word(state, w))
                }
            }
        }
    }
}

/// A stretch: its height tells its state as well as its colour does.
fn bar(state: Stretch, from: i64, to: i64) -> Markup {
    let (y, height) = match state {
        Stretch::Recorded => ("6", "6"),
        Stretch::Gap => ("0", "18"),
        Stretch::Unknown => ("3.5", "11"),
    };
    // What is short must be seen all the same.
    let width = if state == Stretch::Recorded { to - from } else { (to - from).max(5) };
    let from = from.min(1000 - width);
    html! { rect class=(class(state)) x=(percent(from)) y=(y) width=(percent(width)) height=(height) {} }
}

/// The days that the axis names: the first of each month, of a short time each seventh day.
fn marks(window: Window) -> Vec<(i64, String)> {
    let days = window.to.duration_since(window.from).as_hours() / 24;
    let zone = jiff::tz::TimeZone::UTC;
    let first = window.from.to_zoned(zone.clone()).date();
    let step = (days / 40).max(1);
    let mut marks = Vec::new();
    let mut day = first;
    for at in 0..=days.min(800) {
        if let (Ok(next), true) = (day.tomorrow(), at > 0) {
            day = next;
        }
        let named =
            if days > 45 { day.day() == 1 || (step < 3 && day.day() == 15) } else { at % 7 == 0 };
        let Ok(midnight) = day.to_zoned(zone.clone()) else { continue };
        if named && midnight.timestamp() >= window.from {
            marks.push((window.place(midnight.timestamp()), day.strftime("%m-%d").to_string()));
        }
    }
    marks
}

/// The head of a picture: when is where.
fn axis(window: Window) -> Markup {
    html! {
        li class="axis" aria-hidden="true" {
            span {}
            svg class="time" focusable="false" {
                @for (place, day) in marks(window) {
                    @if place <= 940 {
                        line x1=(percent(place)) x2=(percent(place)) y1="12" y2="18" {}
                        text x=(percent(place)) y="9" { (day) }
                    }
                }
            }
            span {}
        }
    }
}

/// The lines: whose, drawn, in words, and below each what made its gaps.
fn picture(lines: &[Line<'_>], window: Window, index: &Index<'_>) -> Markup {
    html! {
        ul class="times" {
            (axis(window))
            @for line in lines {
                li {
                    (who(line, index))
                    (drawn(line, window))
                    span class="sum" { (summed(line, index.words)) }
                    (told(line, index.words))
                }
            }
        }
    }
}

fn drawn(line: &Line<'_>, window: Window) -> Markup {
    let of = |wanted: Stretch| {
        let spans = line.spans.iter().filter(move |span| span.state == wanted);
        spans.map(move |span| (wanted, window.place(span.from), window.place(span.to)))
    };
    html! {
        svg class="time" aria-hidden="true" focusable="false" {
            @for (place, _) in marks(window) { line x1=(percent(place)) x2=(percent(place)) y1="0" y2="18" {} }
            // What was lost lies on top.
            @for state in [Stretch::Recorded, Stretch::Unknown, Stretch::Gap] {
                @for (state, from, to) in of(state) { (bar(state, from, to)) }
            }
        }
    }
}

fn who(line: &Line<'_>, index: &Index<'_>) -> Markup {
    let regions: BTreeSet<&Region> = line.accounts.values().flatten().copied().collect();
    let regions: Vec<&&Region> = regions.iter().collect();
    let place = match regions.as_slice() {
        [] => String::new(),
        few if few.len() <= 3 => {
            few.iter().map(|one| said(one.as_str())).collect::<Vec<_>>().join(", ")
        }
        many => index.words.count(many.len(), "region", "リージョン"),
    };
    let accounts: Vec<AccountId> = line.accounts.keys().copied().collect();
    let w = index.words;
    html! {
        div class="who" {
            @match accounts.as_slice() {
                [id] => { span class="id" { (id) } " " bdi { (text::cut(&said(index.name(*id)), 24)) } }
                many => {
                    details {
                        summary { (w.count(many.len(), "account", "アカウント")) }
                        ul class="names" {
                            @for id in many.iter().take(NAMED) { li { span class="id" { (id) } " " bdi { (text::cut(&said(index.name(*id)), 24)) } } }
                            @if many.len() > NAMED { li { (w.say("and ", "ほか ")) (many.len() - NAMED) (w.say(" more", " アカウント")) } }
                        }
                    }
                }
            }
            span class="word" { (place) }
        }
    }
}

/// How long, in the unit that people count it in.
fn long(seconds: i64, w: &Words) -> String {
    let [d, h, min] = w.say(["d", "h", "min"], ["日", "時間", "分"]);
    match (seconds / 86_400, seconds / 3_600, seconds / 60) {
        (days, hours, _) if days >= 2 => match hours % 24 {
            0 => format!("{days} {d}"),
            rest => format!("{days} {d} {rest} {h}"),
        },
        (_, hours, minutes) if hours >= 2 => match minutes % 60 {
            0 => format!("{hours} {h}"),
            rest => format!("{hours} {h} {rest} {min}"),
        },
        (_, _, minutes) => format!("{} {min}", minutes.max(1)),
    }
}

fn summed(line: &Line<'_>, w: &Words) -> Markup {
    let [gap, open] = [Stretch::Gap, Stretch::Unknown].map(|state| line.seconds(state));
    html! {
        @if gap > 0 { span class="bad" { (w.say("not recorded for ", "記録なし ")) (long(gap, w)) } }
        @if gap > 0 && open > 0 { (w.say(", ", "、")) }
        @if open > 0 { span class="open" { (w.say("not known for ", "不明 ")) (long(open, w)) } }
        @if gap == 0 && open == 0 { (w.say("recorded throughout", "全期間を記録")) }
    }
}

/// Every stretch that was not recorded or is not known, in words.
fn told(line: &Line<'_>, w: &Words) -> Markup {
    let all: Vec<&Span> =
        line.spans.iter().filter(|span| span.state != Stretch::Recorded).collect();
    html! {
        @if !all.is_empty() {
            ul class="gaps" {
                @for span in all.iter().take(TOLD) {
                    li {
                        (word(span.state, w)) " "
                        @if w.is_japanese() { (w.span(span.from, span.to)) }
                        @else { (span.from.strftime("%F %H:%M")) " to " (span.to.strftime("%F %H:%M")) " UTC" }
                        @if let Some(call) = &span.began_by { " — " (by(call, w)) }
                    }
                }
                @if all.len() > TOLD { li { (w.say("and ", "ほか ")) (all.len() - TOLD) (w.say(" more; the JSON report has them all", " 件 (JSON レポートにすべてを含む)")) } }
            }
        }
    }
}

/// The call with which a stretch began.
fn by(call: &Value, w: &Words) -> Markup {
    let text = |name: &str| {
        let text = call.get(name).and_then(Value::as_str).map(said).unwrap_or_default();
        text::cut_chars(&text, 160).into_owned()
    };
    let (actor, from) = (text("actor"), text("sourceIPAddress"));
    html! {
        code { (text("eventName")) }
        @if !actor.is_empty() { (w.say(" by ", " 実行者 ")) span class="thing" { (actor) } }
        @if !from.is_empty() { (w.say(" from ", " 送信元 ")) (from) }
    }
}
