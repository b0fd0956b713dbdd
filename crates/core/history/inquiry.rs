//! Whether somebody tampered: every event that was found is weighed, and what was not read is said.

use super::look::{Look, Past};
use crate::evidence::{Cause, Evidence, Gap, Observed, find};
use crate::finding::{Verdict, fail, pass};
use crate::reason::Reason;

/// So many events are named in a finding's text.
const NAMED: usize = 3;
/// So many are listed in its evidence.
const LISTED: usize = 50;

/// What one event comes to.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Nothing that the check asks about.
    None,
    /// It tampers, and whoever did it is approved to.
    Approved(String),
    /// It tampers, in the words that follow what was called.
    Tampers(String),
    /// Whether it does is not known.
    Unknown(Gap),
}

/// The words of a verdict.
#[derive(Debug, Clone, Copy)]
pub struct Words<'a> {
    /// The reason of a failure.
    pub reason: Reason,
    /// What there is none of, such as "call that weakens a trail".
    pub none: &'a str,
    /// Whether calls that failed are what is asked about. They are passed over otherwise.
    pub failed: bool,
}

impl Effect {
    /// A call that tampers, by somebody who may or may not be approved.
    #[must_use]
    pub fn by(past: &Past<'_>, approved: &[String], words: impl Into<String>) -> Self {
        let words = words.into();
        if past.is_approved(approved) { Self::Approved(words) } else { Self::Tampers(words) }
    }
}

/// A gap at an event: what it did cannot be decided.
#[must_use]
pub fn undecided(past: &Past<'_>, why: &str) -> Gap {
    Gap {
        account: Some(past.account()),
        region: past.region().cloned(),
        proof: Some(Box::new(past.cite())),
        ..Gap::new(
            past.source.probe.fact,
            Cause::Undecidable,
            format!("{}: {why}", past.describe()),
        )
    }
}

/// The verdict on all that was found.
///
/// # Errors
/// Where no event tampers, and some question was not answered, not answered to the end, or some event cannot be weighed.
pub fn judge(
    look: &Look<'_>,
    words: Words<'_>,
    mut effect: impl FnMut(&Past<'_>) -> Effect,
) -> Observed<Verdict> {
    let (mut tampers, mut approved) = (Vec::new(), Vec::new());
    let mut open: Vec<Gap> = look.gaps.clone();
    for past in &look.past {
        if past.event.unreadable {
            open.extend(look.covers(past).then(|| undecided(past, "its record cannot be read")));
            continue;
        }
        if past.succeeded() == words.failed {
            continue;
        }
        // What was before and after is weighed too: it tells from what a setting was changed.
        match effect(past) {
            _ if !look.covers(past) => {}
            Effect::None => {}
            Effect::Approved(what) => approved.push((past, what)),
            Effect::Tampers(what) => tampers.push((past, what)),
            Effect::Unknown(gap) => open.push(gap),
        }
    }
    let observed = |count: usize| format!("{count} in {}", look.describe());
    let expected = format!("no {}", words.none);
    if !tampers.is_empty() {
        let text = format!("{}{}", told(&tampers), also(&open));
        let verdict = fail(text).reason(words.reason).observed(observed(tampers.len()));
        return Ok(verdict.expected(expected).cite(proof(&tampers)).cite(look.cite()));
    }
    find(open.into_iter().map(Err::<(), _>), |()| Ok(false))?;
    let verdict = if approved.is_empty() {
        pass(format!("no {} from {}", words.none, look.describe()))
    } else {
        pass(format!("only by approved principals: {}", told(&approved))).reason(Reason::APPROVED)
    };
    let verdict = verdict.observed(observed(approved.len())).expected(expected);
    Ok(verdict.cite(proof(&approved)).cite(look.cite()))
}

fn told(events: &[(&Past<'_>, String)]) -> String {
    let named = events.iter().take(NAMED).map(|(past, what)| {
        let gap = if what.is_empty() { "" } else { ": " };
        format!("{}{gap}{what}", past.describe())
    });
    let mut told: Vec<String> = named.collect();
    if let Some(more) = events.len().checked_sub(NAMED).filter(|more| *more > 0) {
        told.push(format!("and {more} more"));
    }
    told.join("; ")
}

/// What was found is not all that there may be.
fn also(open: &[Gap]) -> String {
    match open {
        [] => String::new(),
        [one] => format!(" (and there may be more: {})", one.detail),
        [one, rest @ ..] => {
            format!(" (and there may be more: {}; and {} further gaps)", one.detail, rest.len())
        }
    }
}

fn proof(events: &[(&Past<'_>, String)]) -> Vec<Evidence> {
    events.iter().take(LISTED).map(|(past, _)| past.cite()).collect()
}
