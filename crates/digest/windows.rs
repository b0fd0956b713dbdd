//! The time that digests answer for, and how far each part of it is proved.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::report::{HourState, Stretch};
use crate::time::{HOUR, Span, shift};

/// The number of a window within its chain.
pub(crate) type WindowId = usize;

/// The time that one digest, or the lack of one, answers for.
#[derive(Clone, Debug)]
pub(crate) struct Window {
    pub span: Span,
    pub state: HourState,
    /// Whether it covers its hours, or only takes from what covers them: backfill digests, listings that failed.
    pub covers: bool,
    /// Whether log files of this time might be listed in a digest that was not read or not proved.
    pub unsure: bool,
    /// The finding that says so.
    pub finding: Option<usize>,
}

/// All windows of a chain.
#[derive(Clone, Debug, Default)]
pub(crate) struct Windows {
    all: Vec<Window>,
}

impl Windows {
    pub fn add(&mut self, window: Window) -> WindowId {
        self.all.push(window);
        self.all.len() - 1
    }

    /// Makes a window's state worse, never better.
    pub fn taint(&mut self, id: WindowId, state: HourState) {
        if let Some(window) = self.all.get_mut(id) {
            window.state = window.state.max(state);
        }
    }

    /// A digest whose own signature is damaged, and that is proved by the next one's.
    pub fn vouched(&mut self, id: WindowId) {
        if let Some(window) = self.all.get_mut(id) {
            (window.state, window.unsure) = (HourState::Proved, false);
        }
    }

    pub fn get(&self, id: WindowId) -> Option<&Window> {
        self.all.get(id)
    }

    /// Takes the front of a gap away from it.
    pub fn shorten(&mut self, id: WindowId, from: Timestamp) {
        if let Some(window) = self.all.get_mut(id) {
            window.span.from = from.min(window.span.to);
        }
    }

    /// By their starts, for quick look-up.
    pub fn index(&self) -> Index {
        let mut index = Index { by_start: BTreeMap::new(), longest: 0 };
        for (id, window) in self.all.iter().enumerate() {
            let length = window.span.to.as_second().saturating_sub(window.span.from.as_second());
            // A gap may be months; all of it must be looked through then, but there are few.
            index.longest = index.longest.max(length);
            index.by_start.entry(window.span.from).or_default().push(id);
        }
        index
    }

    /// Each hour of the span with the worst that is known of it. An hour that is not wholly covered is missing.
    pub fn hours(&self, span: Span) -> Vec<Stretch> {
        let mut sorted: Vec<&Window> = self.all.iter().collect();
        sorted.sort_by_key(|window| window.span);
        let (mut hours, mut from) = (Vec::new(), span.from);
        let mut first = 0;
        while from < span.to {
            let hour = Span { from, to: shift(from, HOUR).min(span.to).max(shift(from, 1)) };
            let done = |window: &&Window| window.span.to <= hour.from;
            // Windows may overlap: only those at the front that are all over are passed for good.
            first += sorted.iter().skip(first).take_while(|window| done(window)).count();
            hours.push(Stretch { span: hour, state: state_of(sorted.get(first..), hour) });
            from = hour.to;
        }
        hours
    }
}

fn state_of(sorted: Option<&[&Window]>, hour: Span) -> HourState {
    let (mut state, mut covered) = (HourState::Proved, hour.from);
    let near = sorted.unwrap_or_default().iter().take_while(|window| window.span.from < hour.to);
    for window in near.filter(|window| window.span.meets(&hour)) {
        state = state.max(window.state);
        if window.covers && window.span.from <= covered {
            covered = covered.max(window.span.to);
        }
    }
    if covered < hour.to { state.max(HourState::Missing) } else { state }
}

/// Windows by their starts.
pub(crate) struct Index {
    by_start: BTreeMap<Timestamp, Vec<WindowId>>,
    longest: i64,
}

impl Index {
    /// The windows that have an instant of the span, from the latest start on.
    pub fn meeting(&self, span: Span) -> impl Iterator<Item = WindowId> {
        let earliest = shift(span.from, self.longest.saturating_neg());
        self.by_start.range(earliest..span.to).rev().flat_map(|(_, ids)| ids.iter().copied())
    }
}
