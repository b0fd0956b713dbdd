//! Which events are asked about: a set that is data, every call of a name, or one record.

use serde_json::Value;
use trailproof_filter_pattern::sets::{self, EventSet, Meant};
use trailproof_filter_pattern::{Answer, Condition, Event, Matcher, Reading, Required, Schema};

use crate::selector::Half;

/// The events of which somebody should be told.
#[derive(Debug, Clone)]
pub struct Events {
    kind: Kind,
    /// Whether an alarm may wait for several of them.
    pub(super) several: bool,
    /// Whether all of them are recorded in the partition's region for global services.
    pub(super) global: bool,
    halves: Vec<Half>,
}

#[derive(Debug, Clone)]
enum Kind {
    Set(&'static EventSet),
    Call(String, String),
    Record(Box<Value>),
}

impl From<&'static EventSet> for Events {
    fn from(set: &'static EventSet) -> Self {
        let halves = if set.reads { Half::BOTH.to_vec() } else { vec![Half::Write] };
        Self { kind: Kind::Set(set), several: set.several, global: set.global, halves }
    }
}

impl Events {
    /// Every call of that source and name, of which it may be known whether it only reads.
    #[must_use]
    pub fn call(source: &str, name: &str, reads: Option<bool>) -> Self {
        let kind = Kind::Call(source.to_owned(), name.to_owned());
        Self { kind, several: false, global: false, halves: halves(reads) }
    }

    /// One record of CloudTrail's.
    #[must_use]
    pub fn record(record: Value) -> Self {
        let reads = record.get("readOnly").and_then(Value::as_bool);
        let kind = Kind::Record(Box::new(record));
        Self { kind, several: false, global: false, halves: halves(reads) }
    }

    /// What they are called, for people.
    #[must_use]
    pub fn name(&self) -> String {
        match &self.kind {
            Kind::Set(set) => format!("every event of {}", set.id),
            Kind::Call(source, name) => format!("every {name} of {source}"),
            Kind::Record(_) => "this event".to_owned(),
        }
    }

    /// The name under which what was found out about them may be kept.
    pub(super) fn known_as(&self) -> Option<&'static str> {
        match &self.kind {
            Kind::Set(set) => Some(set.id),
            Kind::Call(..) | Kind::Record(_) => None,
        }
    }

    /// Whether some of them are of that half.
    pub(super) fn are_in(&self, half: Half) -> bool {
        self.halves.contains(&half)
    }

    /// Whether some of them may be of that source.
    pub(super) fn may_be_of(&self, source: &str) -> bool {
        match &self.kind {
            Kind::Set(set) => set.sources().is_none_or(|mut of| of.any(|one| one == source)),
            Kind::Call(of, _) => of == source,
            Kind::Record(record) => record.get("eventSource").is_none_or(|of| *of == source),
        }
    }

    /// The calls that they are, where they are calls: sources and names.
    pub(super) fn calls(&self) -> Vec<(&'static str, &'static str)> {
        let Kind::Set(EventSet { meant: Meant::Calls(calls), .. }) = &self.kind else {
            return Vec::new();
        };
        calls.iter().flat_map(|(source, names)| names.iter().map(|name| (*source, *name))).collect()
    }

    /// What is to be matched in a log group; of one account and region where they are named.
    pub(super) fn needed(&self, within: Option<(&str, &str)>) -> Needed {
        match &self.kind {
            Kind::Set(set) => Needed::All(set.required(within)),
            Kind::Call(source, name) => {
                Needed::All(EventSet::required_of(sets::call(source, name), within))
            }
            Kind::Record(record) => Needed::One((**record).clone()),
        }
    }

    /// What is to be matched on the event bus of an account and region.
    pub(super) fn needed_on_bus(&self, account: &str, region: &str) -> Needed {
        match &self.kind {
            Kind::Set(set) => Needed::All(set.required_on_bus(account, region)),
            Kind::Call(source, name) => {
                let place = [("account", account), ("region", region)];
                let place = place.map(|(field, text)| Condition::is(field, text));
                let parts = [sets::call_on_bus(source, name)].into_iter().chain(place).collect();
                Needed::All(Required::new(&Condition::All(parts), Schema::event_bridge()))
            }
            Kind::Record(record) => {
                Needed::One(sets::delivered((**record).clone(), account, region))
            }
        }
    }
}

fn halves(reads: Option<bool>) -> Vec<Half> {
    match reads {
        Some(true) => vec![Half::Read],
        Some(false) => vec![Half::Write],
        None => Half::BOTH.to_vec(),
    }
}

/// What matchers have to take.
#[derive(Debug, Clone)]
pub(super) enum Needed {
    All(Required),
    One(Value),
}

impl Needed {
    /// Whether they do.
    pub(super) fn covered_by(&self, matchers: &[Matcher]) -> Answer {
        let record = match self {
            Self::All(required) => return required.covered_by(matchers),
            Self::One(record) => record,
        };
        let takes = |reading| {
            matchers.iter().any(|matcher| matcher.matches(&Event::of_json(record), reading))
        };
        if takes(Reading::Narrow) {
            Answer::Proved
        } else if takes(Reading::Wide) {
            let doubt = "a test of one of the patterns".to_owned();
            Answer::Unclear(trailproof_filter_pattern::Doubt::Reading(doubt))
        } else {
            Answer::Refuted(Box::new(record.clone()))
        }
    }

    /// Whether one of them takes any.
    pub(super) fn touches(&self, matcher: &Matcher) -> bool {
        match self {
            Self::All(required) => required.touches(matcher),
            Self::One(record) => matcher.matches(&Event::of_json(record), Reading::Wide),
        }
    }
}
