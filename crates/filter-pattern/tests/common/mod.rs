//! The required sets, and short ways to ask about them.
#![allow(dead_code)]

pub mod naive;
pub mod random;

use std::sync::LazyLock;

use trailproof_filter_pattern::sets::{self, EventSet};
use trailproof_filter_pattern::{
    Answer, Condition, EventPattern, FilterPattern, Matcher, Required,
};

/// The sets that are made of calls alone.
pub static SETS: LazyLock<Vec<&'static EventSet>> =
    LazyLock::new(|| sets::SETS.iter().filter(|set| !set.names().is_empty()).collect());

/// Every set of the benchmark and of our own.
pub fn all() -> Vec<(&'static str, Condition)> {
    sets::SETS.iter().map(|set| (set.id, set.condition())).collect()
}

pub fn set(id: &str) -> Required {
    let (_, condition) = all().into_iter().find(|(name, _)| *name == id).expect(id);
    Required::of_cloudtrail(&condition)
}

pub fn logs(pattern: &str) -> Matcher {
    let pattern =
        FilterPattern::parse(pattern).unwrap_or_else(|error| panic!("{pattern}: {error}"));
    Matcher::from(&pattern)
}

pub fn bridge(pattern: &str) -> Matcher {
    let pattern = EventPattern::parse(pattern).unwrap_or_else(|error| panic!("{pattern}: {error}"));
    Matcher::from(&pattern)
}

pub fn ask(id: &str, patterns: &[&str]) -> Answer {
    let matchers: Vec<Matcher> = patterns.iter().map(|pattern| logs(pattern)).collect();
    set(id).covered_by(&matchers)
}
