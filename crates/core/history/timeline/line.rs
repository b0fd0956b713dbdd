//! Stretches of several trails laid over one another.

use jiff::Timestamp;

use super::past::{Course, Known};
use super::{Span, Stretch};

/// One region's line while trails are laid on it.
#[derive(Debug)]
pub(super) struct Line {
    /// Where each stretch begins, in order, and what is known of it; the last ends at `to`.
    points: Vec<(Timestamp, Known)>,
    to: Timestamp,
}

impl Line {
    pub(super) fn new(from: Timestamp, to: Timestamp) -> Self {
        Self { points: vec![(from, Known::No)], to }
    }

    /// Lays one trail's stretches on it: one that recorded is enough.
    pub(super) fn add(&mut self, other: &[(Timestamp, Known)]) {
        let mut times: Vec<Timestamp> =
            self.points.iter().chain(other).map(|(time, _)| *time).collect();
        times.sort_unstable();
        times.dedup();
        let at = |points: &[(Timestamp, Known)], time: Timestamp| {
            let before = points.iter().rev().find(|(start, _)| *start <= time);
            before.map_or(Known::No, |(_, known)| *known)
        };
        let merged: Vec<_> = times
            .iter()
            .map(|time| (*time, at(&self.points, *time).or(at(other, *time))))
            .collect();
        self.points = merged;
    }

    /// What is not recorded may be, by something that nobody saw.
    pub(super) fn doubt(&mut self) {
        for (_, known) in &mut self.points {
            *known = known.or(Known::Maybe);
        }
    }

    /// The spans, neighbours of one kind joined, each with the call that it began with.
    pub(super) fn spans(&self, courses: &[Course]) -> Vec<Span> {
        let mut spans: Vec<Span> = Vec::new();
        let ends = self.points.iter().skip(1).map(|(time, _)| *time).chain([self.to]);
        for ((from, known), to) in self.points.iter().zip(ends) {
            let state = match known {
                Known::Yes => Stretch::Recorded,
                Known::No => Stretch::Gap,
                Known::Maybe => Stretch::Unknown,
            };
            if *from >= to {
                continue;
            }
            match spans.last_mut().filter(|last| last.state == state) {
                Some(last) => last.to = to,
                None => {
                    let calls = courses.iter().filter_map(|course| course.calls.get(from));
                    let began_by = calls.min_by_key(|told| told.to_string()).cloned();
                    spans.push(Span { from: *from, to, state, began_by });
                }
            }
        }
        spans
    }
}
