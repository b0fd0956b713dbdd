//! If this call happened in this account and region, would anything keep it: where, for how long, and who could have
//! deleted it since? Asked of the graph alone.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::aws::{AccountId, Region};
use crate::coverage::deliverable;
use crate::events::{Event, Place, regions};
use crate::evidence::{Cause, Gap, Observed, all};
use crate::fact::Fact;
use crate::organization::Organization;
use crate::policy::Policy;
use crate::selector::Records;
use crate::store::Store;
use crate::trail::Trail;

mod advice;
mod custody;

pub use advice::Note;
pub use custody::{Custody, Kept};

/// The call that is asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// The account in which it happened.
    pub account: AccountId,
    /// The region that was called.
    pub region: Region,
    /// The call, as far as it is known.
    pub event: Event,
    /// How many days ago; now where absent.
    pub days_ago: Option<u32>,
}

/// The three answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Something keeps it.
    Yes,
    /// Nothing does.
    No,
    /// It depends on what was not read, or is not known of the call.
    CannotTell,
}

/// A trail or event data store that keeps the call.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Keeper {
    /// Its ARN.
    pub recorder: String,
    /// The region in which the call is recorded.
    pub region: Region,
    /// The selector that matches, in words.
    pub selector: String,
    /// Where it lies.
    pub custody: Custody,
}

/// A trail or event data store that does not keep the call.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Refuser {
    /// Its ARN.
    pub recorder: String,
    /// The region in which the call would be recorded.
    pub region: Region,
    /// Why: a code and a sentence for each obstacle.
    pub because: BTreeSet<Obstacle>,
}

/// One reason why a call is not kept.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Obstacle {
    /// Such as `not_logging`.
    pub code: &'static str,
    /// The reason for people.
    pub message: String,
}

/// What leaves the answer open.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Open {
    /// The trail or event data store, where it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recorder: Option<String>,
    /// The region in which the call would be recorded.
    pub region: Region,
    /// The code of the cause.
    pub cause: &'static str,
    /// What was asked and what came back, or what is not known of the call.
    pub message: String,
}

/// Whether the call is kept, and all that follows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// The answer.
    pub recorded: Outcome,
    /// The answer in one sentence.
    pub summary: String,
    /// The regions in which the call is recorded, if it is: more than one where AWS leaves that open.
    pub regions: Vec<Region>,
    /// Who keeps it.
    pub keepers: Vec<Keeper>,
    /// Who does not.
    pub refusers: Vec<Refuser>,
    /// What leaves the answer open.
    pub open: Vec<Open>,
    /// What one should know beside.
    pub notes: Vec<Note>,
    /// What to change so that such a call is kept; empty where it is.
    pub change: Vec<String>,
}

/// What one trail or store makes of the call in one region.
enum Says {
    Keeps(String),
    Refuses(BTreeSet<Obstacle>),
    Open(&'static str, String),
}

fn obstacle(code: &'static str, message: impl Into<String>) -> Obstacle {
    Obstacle { code, message: message.into() }
}

/// What was found in all regions.
#[derive(Default)]
struct Found {
    keepers: BTreeSet<Keeper>,
    refusers: BTreeSet<Refuser>,
    open: BTreeSet<Open>,
}

impl Found {
    fn take(&mut self, recorder: &str, region: &Region, says: Says) -> bool {
        let (recorder, region) = (recorder.to_owned(), region.clone());
        match says {
            Says::Keeps(_) => return true,
            Says::Refuses(because) => {
                self.refusers.insert(Refuser { recorder, region, because });
            }
            Says::Open(cause, message) => {
                self.open.insert(Open { recorder: Some(recorder), region, cause, message });
            }
        }
        false
    }

    fn gap(&mut self, region: &Region, gap: &Gap) {
        let (cause, message) = (gap.cause.code(), gap.detail.clone());
        self.open.insert(Open { recorder: None, region: region.clone(), cause, message });
    }
}

/// Answers the question from what was read.
#[must_use]
pub fn answer(organization: &Organization, policy: &Policy, question: &Question) -> Answer {
    let places = regions(question.event.place, organization.partition(), &question.region);
    let mut found = Found::default();
    let outcomes: Vec<Outcome> = places
        .iter()
        .map(|region| in_region(&mut found, (organization, policy), question, region))
        .collect();
    // AWS records the call in one of the regions: only what holds of each of them is certain.
    let first = outcomes.first().copied().unwrap_or(Outcome::CannotTell);
    let agreed = outcomes.iter().all(|outcome| *outcome == first);
    let recorded = if agreed { first } else { Outcome::CannotTell };
    let mut answer = Answer {
        recorded,
        summary: String::new(),
        regions: places,
        keepers: found.keepers.into_iter().collect(),
        refusers: found.refusers.into_iter().collect(),
        open: found.open.into_iter().collect(),
        notes: Vec::new(),
        change: Vec::new(),
    };
    answer.summary = advice::summary(&answer);
    answer.notes = advice::notes(organization, question, &answer);
    answer.change = advice::change(question, &answer);
    answer
}

fn in_region(
    found: &mut Found,
    (organization, policy): (&Organization, &Policy),
    question: &Question,
    region: &Region,
) -> Outcome {
    let (keepers, open) = (found.keepers.len(), found.open.len());
    match organization.trails_seen(question.account, region) {
        Err(gap) => found.gap(region, &gap),
        Ok(trails) => {
            for trail in trails {
                let says = of_trail(organization, question, trail);
                let selector = match &says {
                    Says::Keeps(selector) => selector.clone(),
                    _ => String::new(),
                };
                if found.take(trail.arn(), region, says) {
                    let custody = custody::of_trail(organization, policy, trail);
                    keep(found, question, (trail.arn(), region), (selector, custody));
                }
            }
        }
    }
    for store in organization.stores_for(question.account) {
        match store {
            Err(gap) => found.gap(region, &gap),
            Ok(store) => {
                let says = of_store(question, region, store);
                let selector = match &says {
                    Says::Keeps(selector) => selector.clone(),
                    _ => String::new(),
                };
                if found.take(&store.arn, region, says) {
                    let custody = custody::of_store(store);
                    keep(found, question, (&store.arn, region), (selector, custody));
                }
            }
        }
    }
    match (found.keepers.len() > keepers, found.open.len() > open) {
        (true, _) => Outcome::Yes,
        (false, true) => Outcome::CannotTell,
        (false, false) => Outcome::No,
    }
}

/// Takes the keeper, unless what it kept is gone by now.
fn keep(
    found: &mut Found,
    question: &Question,
    (recorder, region): (&str, &Region),
    (selector, custody): (String, Custody),
) {
    let there = question.days_ago.map_or(Ok(true), |days| custody.reaches(days));
    let says = match there {
        Ok(true) => {
            let (recorder, region) = (recorder.to_owned(), region.clone());
            found.keepers.insert(Keeper { recorder, region, selector, custody });
            return;
        }
        Ok(false) => {
            let message = format!("it was recorded, and is kept for {} only", custody.kept.at_most);
            Says::Refuses([obstacle("expired", message)].into())
        }
        Err(message) => Says::Open("cross_account_unreadable", message),
    };
    found.take(recorder, region, says);
}

/// Each obstacle that is proved, else the first gap, else the selector that matches.
fn of_trail(organization: &Organization, question: &Question, trail: &Trail) -> Says {
    let mut proved = BTreeSet::new();
    let mut gaps: Vec<Gap> = Vec::new();
    let mut ask = |asked: Observed<bool>, code: &'static str, message: &str| match asked {
        Ok(true) => {}
        Ok(false) => drop(proved.insert(obstacle(code, message))),
        Err(gap) => gaps.push(gap),
    };
    let belongs = organization.trail_belongs(trail, question.account);
    ask(belongs, "not_of_the_organization", "it belongs to another organization");
    ask(trail.is_logging(), "not_logging", "it is not logging");
    if question.event.place == Place::Global {
        let included = trail.includes_global_services();
        ask(included, "no_global_events", "it leaves out the events of global services");
    }
    match deliverable(organization, trail) {
        Ok(Ok(())) => {}
        Ok(Err(why)) => drop(proved.insert(obstacle("undeliverable", why))),
        Err(gap) => gaps.push(gap),
    }
    if let Some(gap) = since(question, trail) {
        gaps.push(gap);
    }
    match trail.selectors().map(|selectors| selectors.records(&question.event.described)) {
        Err(gap) => gaps.push(gap),
        Ok(records) => match (records, proved.is_empty(), gaps.first()) {
            (Records::No { failed }, ..) => proved.extend(refusals(&failed)),
            (_, false, _) | (_, true, Some(_)) => {}
            (Records::Yes { selector, .. }, true, None) => return Says::Keeps(selector),
            (Records::CannotTell { unknown }, true, None) => {
                let unknown: Vec<String> = unknown.into_iter().collect();
                let detail =
                    format!("its selectors ask for what is not known: {}", unknown.join(", "));
                return Says::Open(Cause::Undecidable.code(), detail);
            }
        },
    }
    match gaps.first() {
        Some(gap) if proved.is_empty() => Says::Open(gap.cause.code(), gap.detail.clone()),
        _ => Says::Refuses(proved),
    }
}

/// Whether the trail was logging then cannot be told where it started since.
fn since(question: &Question, trail: &Trail) -> Option<Gap> {
    let days = question.days_ago?;
    let status = trail.status().ok()?;
    let started = status.value.start_logging_time?;
    let then = status
        .source
        .called_at
        .checked_sub(jiff::SignedDuration::from_hours(i64::from(days).saturating_mul(24)))
        .ok()?;
    (then < started).then(|| {
        let detail =
            format!("it has been logging since {started}; what it did before is not known");
        Gap::new(Fact::TrailStatus, Cause::Undecidable, detail)
    })
}

fn refusals(failed: &[crate::selector::Mismatch]) -> BTreeSet<Obstacle> {
    if failed.is_empty() {
        return [obstacle("not_selected", "it has no selector")].into();
    }
    failed
        .iter()
        .map(|one| obstacle("not_selected", format!("a selector asks: {}", one.asks)))
        .collect()
}

const TAKES_IN: [&str; 2] = ["ENABLED", "STARTING_INGESTION"];

fn of_store(question: &Question, region: &Region, store: &Store) -> Says {
    let described = match store.described() {
        Ok((described, _)) => described,
        Err(gap) => return Says::Open(gap.cause.code(), gap.detail),
    };
    let mut proved = BTreeSet::new();
    match described.status.as_deref() {
        Some(status) if TAKES_IN.contains(&status) => {}
        status => {
            let message = format!("its status is {}", status.unwrap_or("unknown"));
            proved.insert(obstacle("not_ingesting", message));
        }
    }
    if described.multi_region_enabled != Some(true) && store.region != *region {
        let message = format!("it takes in {} only", store.region);
        proved.insert(obstacle("other_region", message));
    }
    match store.selectors().map(|selectors| selectors.records(&question.event.described)) {
        Ok(Records::No { failed }) => proved.extend(refusals(&failed)),
        Ok(Records::Yes { selector, .. }) if proved.is_empty() => return Says::Keeps(selector),
        Ok(Records::CannotTell { unknown }) if proved.is_empty() => {
            let unknown: Vec<String> = unknown.into_iter().collect();
            let detail = format!("its selectors ask for what is not known: {}", unknown.join(", "));
            return Says::Open(Cause::Undecidable.code(), detail);
        }
        Err(gap) if proved.is_empty() => return Says::Open(gap.cause.code(), gap.detail),
        _ => {}
    }
    Says::Refuses(proved)
}

/// Whether any trail records that account's management writes in a region: what the others would have told.
fn records_region(organization: &Organization, account: AccountId, region: &Region) -> bool {
    let Ok(trails) = organization.trails_seen(account, region) else { return false };
    trails.into_iter().any(|trail| {
        all([
            organization.trail_belongs(trail, account),
            trail.is_logging(),
            trail.selectors().map(|selectors| selectors.records_management()),
        ]) == Ok(true)
    })
}

#[cfg(test)]
mod tests;
