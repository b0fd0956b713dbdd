//! The answer in words: what it comes to, what one should know beside, and what to change.

use std::collections::BTreeSet;

use serde::Serialize;

use super::{Answer, Outcome, Question, records_region};
use crate::aws::{Arn, Region};
use crate::events::Place;
use crate::organization::Organization;
use crate::selector::{Category, S3_OBJECT};

/// For how many days CloudTrail's own history shows management events.
const HISTORY: u32 = 90;

/// Something that one should know beside the answer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Note {
    /// Such as `event_history_only`.
    pub code: &'static str,
    /// The note for people.
    pub message: String,
}

fn list<'a>(names: impl IntoIterator<Item = &'a Region>) -> String {
    names.into_iter().map(Region::as_str).collect::<Vec<_>>().join(", ")
}

pub(super) fn summary(answer: &Answer) -> String {
    let recorders: BTreeSet<&str> =
        answer.keepers.iter().map(|keeper| keeper.recorder.as_str()).collect();
    match answer.recorded {
        Outcome::Yes => {
            format!("kept by {}", recorders.into_iter().collect::<Vec<_>>().join(", "))
        }
        Outcome::No if answer.refusers.is_empty() => {
            format!("nothing keeps it: no trail is seen in {}", list(&answer.regions))
        }
        Outcome::No => format!("nothing keeps it: {} recorders do not", answer.refusers.len()),
        Outcome::CannotTell => match answer.open.first() {
            Some(open) => format!("cannot be told: {}", open.message),
            None => format!("depends on which of {} records it", list(&answer.regions)),
        },
    }
}

pub(super) fn notes(
    organization: &Organization,
    question: &Question,
    answer: &Answer,
) -> Vec<Note> {
    let mut notes = BTreeSet::new();
    let mut note = |code, message: String| {
        notes.insert(Note { code, message });
    };
    let event = &question.event;
    if event.guessed {
        let half = if event.described.read_only == Some(true) { "reads" } else { "writes" };
        note("guessed", format!("taken for a management event that {half}, by its name"));
    }
    match event.place {
        Place::Called => {}
        Place::Global => {
            let places = list(&answer.regions);
            note("global_service", format!("recorded in {places}, whatever region was called"));
        }
        Place::Either => {
            let places = list(&answer.regions);
            note(
                "by_endpoint",
                format!("recorded in one of {places}, by the endpoint that was called"),
            );
        }
    }
    let kept = answer.recorded == Outcome::Yes;
    match event.described.category {
        Some(Category::Management) => history(question, kept, &mut note),
        Some(Category::Data) if !kept => {
            let what = match event.described.resource_type.as_deref() {
                Some(S3_OBJECT) => "whether objects were read, overwritten or deleted",
                _ => "what was done with the resource",
            };
            let outcome = if answer.recorded == Outcome::No { "cannot" } else { "may not" };
            note(
                "undeterminable",
                format!("{what} {outcome} be determined: event history holds no data events"),
            );
        }
        _ => {}
    }
    if answer.recorded == Outcome::No {
        let elsewhere = elsewhere(organization, question, answer);
        if !elsewhere.is_empty() {
            note(
                "recorded_elsewhere",
                format!(
                    "trails record this account in {} and not in {}: a call to the endpoint of the latter leaves no \
                     record",
                    list(elsewhere.iter().copied()),
                    list(&answer.regions)
                ),
            );
        }
    }
    if question.days_ago.is_some() {
        note("as_read", "trails and selectors are as they were read, not as they were then".into());
    }
    let caller = event.described.user_identity_arn.as_deref().and_then(|arn| {
        let arn = Arn::parse(arn).ok()?;
        arn.account_id().filter(|account| *account != question.account)
    });
    if let Some(caller) = caller {
        let message =
            format!("{caller}, the caller's account, records it by its own trails as well");
        note("caller_elsewhere", message);
    }
    notes.into_iter().collect()
}

fn history(question: &Question, kept: bool, note: &mut impl FnMut(&'static str, String)) {
    match question.days_ago {
        Some(days) if days > HISTORY && !kept => note(
            "event_history_expired",
            format!("it is older than {HISTORY} days: the event history no longer shows it either"),
        ),
        Some(days) if days > HISTORY => {}
        _ if kept => {}
        _ => note(
            "event_history_only",
            format!("the event history shows it for {HISTORY} days, and nothing after"),
        ),
    }
}

/// The other regions of the account that trails record.
fn elsewhere<'o>(
    organization: &'o Organization,
    question: &Question,
    answer: &Answer,
) -> Vec<&'o Region> {
    if question.event.described.category != Some(Category::Management) {
        return Vec::new();
    }
    let Some(member) = organization.members.get(&question.account) else { return Vec::new() };
    let others = organization.regions_in_scope(member);
    others
        .filter(|region| !answer.regions.contains(region))
        .filter(|region| records_region(organization, question.account, region))
        .collect()
}

pub(super) fn change(question: &Question, answer: &Answer) -> Vec<String> {
    if answer.recorded != Outcome::No {
        return Vec::new();
    }
    let mut change = BTreeSet::new();
    for refuser in &answer.refusers {
        for obstacle in &refuser.because {
            change.extend(mend(question, &refuser.recorder, obstacle.code));
        }
    }
    if change.is_empty() {
        change.insert(format!(
            "let a logging trail of all regions record {}: update-trail --is-multi-region-trail",
            list(&answer.regions)
        ));
    }
    change.into_iter().collect()
}

fn mend(question: &Question, recorder: &str, code: &str) -> Option<String> {
    let described = &question.event.described;
    let what = match (described.category, &described.resource_type) {
        (Some(Category::Data), Some(kind)) => format!("data events of {kind}"),
        (Some(Category::Data), None) => "data events of the resource's type".to_owned(),
        (Some(Category::NetworkActivity), _) => "network activity events of the service".to_owned(),
        _ => "all management events".to_owned(),
    };
    Some(match code {
        "not_logging" => format!("start-logging --name {recorder}"),
        "not_selected" if recorder.contains(":eventdatastore/") => {
            format!("update-event-data-store --event-data-store {recorder}: {what}")
        }
        "not_selected" => format!("put-event-selectors --trail-name {recorder}: {what}"),
        "no_global_events" => {
            format!("update-trail --name {recorder} --include-global-service-events")
        }
        "undeliverable" => format!("mend the bucket or the key of {recorder}"),
        "expired" => format!("keep what {recorder} delivers for longer"),
        _ => return None,
    })
}
