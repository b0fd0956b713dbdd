//! The events that some questions found, and what they leave open.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::answer::{EventHistory, PastEvent};
use crate::aws::{AccountId, Partition, Region};
use crate::evidence::{Cause, Evidence, Gap};
use crate::pattern::matches;
use crate::period::Reach;
use crate::snapshot::{Document, Probe, Source};

/// One event, with the answer that told of it.
#[derive(Debug, Clone)]
pub struct Past<'a> {
    /// The event.
    pub event: &'a PastEvent,
    /// The answer.
    pub source: Source,
}

impl<'a> Past<'a> {
    /// The account in which it was recorded: that of whoever called.
    #[must_use]
    pub fn account(&self) -> AccountId {
        self.source.account
    }

    /// The region in which it was recorded.
    #[must_use]
    pub fn region(&self) -> Option<&Region> {
        self.source.probe.region.as_ref()
    }

    /// A text of the request.
    #[must_use]
    pub fn asked(&self, name: &str) -> Option<&'a str> {
        self.event.request_parameters.get(name).and_then(Value::as_str)
    }

    /// Whether it is a call on the trail of that ARN.
    #[must_use]
    pub fn names(&self, arn: &str, partition: &Partition) -> bool {
        super::change::trail_arn(self, partition).as_deref() == Some(arn)
    }

    /// Whether the call succeeded. Of a record that could not be read that is not known.
    #[must_use]
    pub fn succeeded(&self) -> bool {
        self.event.error_code.is_none() && !self.event.unreadable
    }

    /// Whether whoever called is one that the user approved, by its own ARN or that of its role.
    #[must_use]
    pub fn is_approved(&self, approved: &[String]) -> bool {
        let PastEvent { actor, session_issuer, .. } = self.event;
        let arns = [actor.as_deref(), session_issuer.as_deref()];
        arns.into_iter().flatten().any(|arn| approved.iter().any(|glob| matches(glob, arn)))
    }

    /// Who called, for people.
    #[must_use]
    pub fn by(&self) -> &'a str {
        self.event.actor.as_deref().unwrap_or("somebody")
    }

    /// Who did what, when and from where, as data.
    #[must_use]
    pub fn told(&self) -> Value {
        let PastEvent { event_id, event_time, event_name, .. } = self.event;
        let mut told = json!({
            "eventName": event_name, "eventTime": event_time.to_string(), "eventID": event_id,
            "actor": self.event.actor, "sourceIPAddress": self.event.source_ip_address,
        });
        if let (Some(error), Some(told)) = (&self.event.error_code, told.as_object_mut()) {
            told.insert("errorCode".to_owned(), json!(error));
        }
        told
    }

    /// The event as proof.
    #[must_use]
    pub fn cite(&self) -> Evidence {
        self.source.cite("Events[]", self.told())
    }

    /// In a few words: what, when, by whom, from where.
    #[must_use]
    pub fn describe(&self) -> String {
        let PastEvent { event_time, event_name, source_ip_address, .. } = self.event;
        let from = source_ip_address.as_ref().map(|ip| format!(" from {ip}")).unwrap_or_default();
        format!("{event_name} at {event_time} by {}{from}", self.by())
    }

    fn order(&self) -> (Timestamp, AccountId, &str, &str) {
        let PastEvent { event_time, event_name, event_id, .. } = self.event;
        (*event_time, self.account(), event_name, event_id)
    }
}

/// What some questions to event history found.
#[derive(Debug, Clone, Default)]
pub struct Look<'a> {
    /// The events, the oldest first; those before and after what is asked about too, since they tell what was before.
    pub past: Vec<Past<'a>>,
    /// The questions without an answer, and those of whose answer the last pages were not read.
    pub gaps: Vec<Gap>,
    /// From when to when every question that was answered looked.
    pub window: Option<(Timestamp, Timestamp)>,
    regions: BTreeSet<Region>,
    names: BTreeSet<String>,
    first: Option<Source>,
}

impl<'a> Look<'a> {
    /// What an account's document holds of these questions.
    #[must_use]
    pub fn at(
        document: &'a Document,
        probes: impl IntoIterator<Item = Probe>,
        reach: impl Into<Reach>,
    ) -> Self {
        let mut look = Self::default();
        look.add(document, probes, reach.into());
        look
    }

    /// And of these.
    pub fn add(
        &mut self,
        document: &'a Document,
        probes: impl IntoIterator<Item = Probe>,
        reach: Reach,
    ) {
        for probe in probes {
            match document.read::<EventHistory>(&probe) {
                Ok((history, source)) => self.answer(history, source, reach),
                Err(gap) => self.gaps.push(gap),
            }
        }
        self.past.sort_by(|one, other| one.order().cmp(&other.order()));
    }

    fn answer(&mut self, history: &'a EventHistory, source: Source, reach: Reach) {
        let Some((since, until)) = reach.within(history.start_time, history.end_time) else {
            return self.gaps.push(outside(history, &source));
        };
        let (from, to) = self.window.unwrap_or((since, until));
        self.window = Some((from.max(since), to.min(until)));
        let oldest = history.events.iter().map(|event| event.event_time).min();
        // What was not read is older than all that was.
        if history.more && oldest.is_none_or(|oldest| oldest > since) {
            self.gaps.push(cut(history, &source, oldest));
        }
        let all = history.events.iter();
        self.past.extend(all.map(|event| Past { event, source: source.clone() }));
        self.regions.extend(source.probe.region.clone());
        self.names.extend(source.probe.resource.clone());
        self.first.get_or_insert(source);
    }

    /// Whether an event lies in the time that is asked about.
    #[must_use]
    pub fn covers(&self, past: &Past<'_>) -> bool {
        let time = past.event.event_time;
        self.window.is_some_and(|(from, to)| (from..=to).contains(&time))
    }

    /// What was looked for, where and from when to when, as one proof.
    #[must_use]
    pub fn cite(&self) -> Option<Evidence> {
        let (from, to) = self.window?;
        let regions: Vec<&str> = self.regions.iter().map(Region::as_str).collect();
        let value = json!({
            "from": from.to_string(), "to": to.to_string(), "regions": regions,
            "names": self.names,
            "events": self.past.iter().filter(|past| self.covers(past)).count(),
        });
        Some(self.first.as_ref()?.cite("Events", value))
    }

    /// From when to when and in how many regions, for people.
    #[must_use]
    pub fn describe(&self) -> String {
        let Some((from, to)) = self.window else { return "nothing was looked up".to_owned() };
        let regions = match self.regions.len() {
            1 => self.regions.first().map(ToString::to_string).unwrap_or_default(),
            many => format!("{many} regions"),
        };
        format!("{} to {}, {regions}", day(from), day(to))
    }
}

fn outside(history: &EventHistory, source: &Source) -> Gap {
    let EventHistory { start_time, end_time, .. } = history;
    let detail = format!(
        "event history tells of {start_time} to {end_time}: nothing of the period lies in it"
    );
    Gap {
        account: Some(source.account),
        region: source.probe.region.clone(),
        ..Gap::new(source.probe.fact, Cause::NotAttempted, detail)
    }
}

fn day(time: Timestamp) -> String {
    time.to_string().chars().take(10).collect()
}

fn cut(history: &EventHistory, source: &Source, oldest: Option<Timestamp>) -> Gap {
    let name = source.probe.resource.as_deref().unwrap_or_default();
    let seen = oldest.map_or_else(String::new, |oldest| format!(", back to {oldest}"));
    let detail = format!(
        "of {name} in {} only {} pages were read{seen}: the page limit (lookup_max_pages) was reached and AWS had more",
        source.probe.place(),
        history.pages
    );
    Gap {
        account: Some(source.account),
        region: source.probe.region.clone(),
        proof: Some(Box::new(source.cite("NextToken", true))),
        ..Gap::new(source.probe.fact, Cause::NotAttempted, detail)
    }
}
