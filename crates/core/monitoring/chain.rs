//! Whether all of a set's events come through one of several ways, and where the best of them is broken if not.

use serde_json::Value;
use trailproof_filter_pattern::sets::{self, EventSet};
use trailproof_filter_pattern::{Answer, Matcher};

use super::asked::{Events, Needed};
use super::links::Link;
use super::{Broken, Fault};
use crate::evidence::{Cause, Evidence, Gap, Observed, find};
use crate::fact::Fact;
use crate::reason::Reason;

/// Somebody is told.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    /// The ways on which that rests, each as `filter F, alarm A, arn:…`.
    pub by: Vec<String>,
    /// Whether another account's trail brings it about.
    pub central: bool,
    /// Whether it is so in every region in which the account sees the same trails.
    pub anywhere: bool,
    /// The proof.
    pub evidence: Vec<Evidence>,
}

/// Nobody is told of some event.
#[derive(Debug, Clone, PartialEq)]
pub struct Missed {
    /// Where the chain is broken, as findings carry it.
    pub reason: Reason,
    /// A lower-case fragment that names what was seen.
    pub message: String,
    /// An event of which nobody is told, where the fault is one of a pattern.
    pub event: Option<Value>,
    /// The proof.
    pub evidence: Vec<Evidence>,
}

impl Missed {
    /// A fault that is none of a pattern.
    pub(super) fn new(reason: Reason, message: impl Into<String>) -> Self {
        Self { reason, message: message.into(), event: None, evidence: Vec::new() }
    }
}

/// Whether somebody is told of every event of a set.
pub type Outcome = Observed<Result<Told, Missed>>;

/// The question: which events, and of whom.
pub(super) struct Question<'a> {
    /// The events.
    pub(super) events: &'a Events,
    /// What the ways have to take.
    pub(super) needed: Needed,
    /// The account and region that they are of, where that matters.
    pub(super) within: Option<(&'a str, &'a str)>,
}

/// Decides it.
pub(super) fn decide(question: &Question<'_>, links: &[Link], fact: Fact) -> Outcome {
    let Question { needed: required, .. } = question;
    let sound = matchers(links, |link| matches!(link.state, Ok(Ok(_))));
    let answer = required.covered_by(&sound);
    if answer == Answer::Proved {
        return Ok(Ok(told(&bearing(required, links))));
    }
    let refuted =
        |matchers: &[Matcher]| matches!(required.covered_by(matchers), Answer::Refuted(_));
    let open: Vec<&Link> = links.iter().filter(|link| link.state.is_err()).collect();
    if !open.is_empty() {
        let with = matchers(links, |link| !matches!(link.state, Ok(Err(_))));
        let blind = open.iter().any(|link| link.matcher.is_none());
        if blind || !refuted(&with) {
            let gaps = open.iter().filter_map(|link| link.state.as_ref().err().cloned());
            let first = find(gaps.map(Err::<(), Gap>), |()| Ok(true));
            return Err(first.err().unwrap_or_else(|| undecided(fact, "nothing was read")));
        }
    }
    let event = match answer {
        Answer::Unclear(doubt) => return Err(undecided(fact, &doubt.to_string())),
        Answer::Refuted(event) => Some(*event),
        Answer::Proved => None,
    };
    Ok(Err(missed(question, links, event)))
}

fn undecided(fact: Fact, detail: &str) -> Gap {
    Gap::new(fact, Cause::Undecidable, detail)
}

fn matchers(links: &[Link], which: impl Fn(&Link) -> bool) -> Vec<Matcher> {
    links.iter().filter(|link| which(link)).filter_map(|link| link.matcher.clone()).collect()
}

/// The sound ways that take all of it by themselves; where none does, some that do so together and not one less.
fn bearing<'l>(required: &Needed, links: &'l [Link]) -> Vec<&'l Link> {
    let proved = |chosen: &[&Link]| {
        let matchers: Vec<Matcher> =
            chosen.iter().filter_map(|link| link.matcher.clone()).collect();
        required.covered_by(&matchers) == Answer::Proved
    };
    let mut sound: Vec<&Link> =
        links.iter().filter(|link| matches!(link.state, Ok(Ok(_)))).collect();
    let alone: Vec<&Link> = sound.iter().copied().filter(|link| proved(&[*link])).collect();
    if !alone.is_empty() {
        return alone;
    }
    for at in (0..sound.len()).rev() {
        let mut rest = sound.clone();
        rest.remove(at);
        if proved(&rest) {
            sound = rest;
        }
    }
    sound
}

fn told(links: &[&Link]) -> Told {
    let mut told = Told { by: Vec::new(), central: false, anywhere: false, evidence: Vec::new() };
    for link in links {
        if let Ok(Ok(by)) = &link.state {
            told.by.push(by.clone());
            told.evidence.extend(link.evidence.iter().cloned());
        }
    }
    told
}

/// The nearest fault without which all events would come through; else what no filter takes.
fn missed(question: &Question<'_>, links: &[Link], event: Option<Value>) -> Missed {
    let fault = |link: &Link| match &link.state {
        Ok(Err(fault)) => Some(fault.clone()),
        _ => None,
    };
    let refuted =
        |matchers: &[Matcher]| matches!(question.needed.covered_by(matchers), Answer::Refuted(_));
    for broken in Broken::ALL {
        let of = |link: &Link| fault(link).is_some_and(|fault| fault.broken == broken);
        if !links.iter().any(of) {
            continue;
        }
        let up_to = |link: &Link| fault(link).is_none_or(|fault| fault.broken <= broken);
        if refuted(&matchers(links, up_to)) {
            continue;
        }
        // The first without which it would not be enough.
        let needed = links.iter().enumerate().filter(|(_, link)| of(link)).find(|(at, _)| {
            let others =
                links.iter().enumerate().filter(|(other, link)| other != at && up_to(link));
            refuted(&others.filter_map(|(_, link)| link.matcher.clone()).collect::<Vec<_>>())
        });
        let link = needed.map(|(_, link)| link).or_else(|| links.iter().find(|link| of(link)));
        if let Some((link, fault)) = link.and_then(|link| Some((link, fault(link)?))) {
            let Fault { message, evidence, .. } = fault;
            let evidence = link.evidence.iter().cloned().chain(evidence).collect();
            return Missed { reason: broken.reason(), message, event: None, evidence };
        }
    }
    untaken(question, links, event)
}

/// What no filter takes, whatever comes of what it does take.
fn untaken(question: &Question<'_>, links: &[Link], event: Option<Value>) -> Missed {
    let all = matchers(links, |_| true);
    let evidence: Vec<Evidence> =
        links.iter().flat_map(|link| link.evidence.iter().cloned()).collect();
    let none = || Missed {
        evidence: evidence.clone(),
        ..Missed::new(Reason::NO_FILTER, "no filter takes any of these events")
    };
    if !all.iter().any(|matcher| question.needed.touches(matcher)) {
        return none();
    }
    let missing: Vec<&str> = question
        .events
        .calls()
        .into_iter()
        .filter(|(source, name)| {
            let one = EventSet::required_of(sets::call(source, name), question.within);
            matches!(one.covered_by(&all), Answer::Refuted(_))
        })
        .map(|(_, name)| name)
        .collect();
    if !missing.is_empty() {
        let message = format!("no filter takes every {}", missing.join(", "));
        return Missed { event, evidence, ..Missed::new(Reason::MISSING_EVENTS, message) };
    }
    Missed {
        event,
        evidence,
        ..Missed::new(Reason::MISSING_EVENTS, "the filters leave some of these events out")
    }
}
