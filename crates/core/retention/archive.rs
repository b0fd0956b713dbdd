//! Which lifecycle rule moves logs, while they are young, to where reading takes hours.

use jiff::Timestamp;

use crate::answer::{LifecycleRule, Transition};
use crate::evidence::{Cause, Gap, Observed, find};
use crate::fact::Fact;

use super::reach::{name, reaches};
use super::{Keys, Span, does, untold};

/// Classes from which an object must first be restored.
const SLOW: [&str; 2] = ["GLACIER", "DEEP_ARCHIVE"];
/// Classes that are read at once. The archive tiers of Intelligent-Tiering are the bucket's own choice, and unseen.
const IMMEDIATE: [&str; 5] =
    ["STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "GLACIER_IR", "EXPRESS_ONEZONE"];

/// A move out of immediate reach.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Archiving {
    /// At that age; none for a day on which all goes.
    pub days: Option<u32>,
    /// The storage class.
    pub class: String,
    /// The rule's id.
    pub rule: String,
    /// The keys that it is about; all where absent.
    pub prefix: Option<String>,
    /// The day on which all goes, whatever its age.
    pub date: Option<Timestamp>,
}

/// The earliest move of those keys to a class that must be restored from, before they are so many days old.
///
/// # Errors
/// Where a rule's snapshot does not hold when or where it moves, and no other rule decides.
pub fn archived_before(
    rules: &[LifecycleRule],
    keys: Keys<'_>,
    days: u32,
) -> Observed<Option<Archiving>> {
    let matching = rules.iter().filter(|rule| reaches(rule, keys));
    let mut moves: Vec<Observed<Option<Archiving>>> = Vec::new();
    for rule in matching.filter(|rule| does(rule, "Transitions")) {
        if rule.transitions.is_empty() {
            moves.push(Err(untold(rule, "Transitions")));
        }
        moves.extend(rule.transitions.iter().map(|transition| archiving(rule, transition)));
    }
    // Gaps in a stated order: which comes out must not hang on the order of the rules.
    moves.sort_by_key(|one| match one {
        Ok(archiving) => (archiving.clone(), String::new()),
        Err(gap) => (None, gap.detail.clone()),
    });
    let young = |found: &Option<Archiving>| {
        Ok(found
            .as_ref()
            .is_some_and(|one| !one.days.is_some_and(|at| Span::Days(at).reaches(days))))
    };
    find(moves, young).map(Option::flatten)
}

fn archiving(rule: &LifecycleRule, transition: &Transition) -> Observed<Option<Archiving>> {
    let class = transition.storage_class.as_deref().unwrap_or_default();
    if IMMEDIATE.contains(&class) {
        return Ok(None);
    }
    if !SLOW.contains(&class) {
        let detail =
            format!("rule {} moves to the storage class {class:?}, which is not known", name(rule));
        return Err(Gap::new(Fact::BucketLifecycle, Cause::Undecidable, detail));
    }
    if transition.days.is_none() && transition.date.is_none() {
        return Err(untold(rule, "Transitions"));
    }
    Ok(Some(Archiving {
        days: transition.days.map(|days| u32::try_from(days).unwrap_or(0)),
        class: class.to_owned(),
        rule: name(rule),
        prefix: rule.prefix.clone(),
        date: transition.date.filter(|_| transition.days.is_none()),
    }))
}
