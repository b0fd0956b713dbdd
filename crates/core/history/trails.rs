//! What the calls on an account's trails and event data stores come to.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::change::{Settings, trail_arn};
use super::inquiry::{Effect, undecided};
use super::look::{Look, Past};
use super::probes;
use crate::account::AccountView;
use crate::aws::Region;
use crate::evidence::Observed;
use crate::period::Reach;

impl<'a> AccountView<'a> {
    /// The calls on its trails and event data stores, with a gap for every question that was not answered and every
    /// place where there may be a trail or store that was not asked about.
    #[must_use]
    pub fn trail_history(&self, reach: impl Into<Reach>) -> Look<'a> {
        let mut look = Look::at(self.document, self.trail_questions(), reach);
        look.gaps.extend(self.trails().into_iter().filter_map(Result::err));
        look.gaps.extend(self.organization.stores_complete(self.id()).err());
        look.gaps.retain(|gap| !self.is_closed(gap));
        look
    }

    fn trail_questions(&self) -> Vec<crate::snapshot::Probe> {
        let regions: Vec<Region> = self.regions().cloned().collect();
        probes::of_trails(self.document, &regions)
    }

    /// The calls on one of its keys, its buckets or what watches in it.
    #[must_use]
    pub fn history(
        &self,
        questions: impl IntoIterator<Item = crate::snapshot::Probe>,
        reach: impl Into<Reach>,
    ) -> Look<'a> {
        Look::at(self.document, questions, reach)
    }
}

/// Weighs the calls of one account, in the order of time.
#[derive(Debug)]
pub struct Weighing<'a> {
    account: &'a AccountView<'a>,
    approved: &'a [String],
    /// What is known of each trail's settings, by its ARN.
    settings: BTreeMap<String, Settings>,
    /// How long each event data store keeps events, by its ARN or id.
    kept: BTreeMap<String, i64>,
    /// The regions of which something was not read: what was before a call is not known there.
    unread: BTreeSet<Region>,
}

impl<'a> Weighing<'a> {
    /// Of the calls that were found in an account.
    #[must_use]
    pub fn of(account: &'a AccountView<'a>, approved: &'a [String], look: &Look<'_>) -> Self {
        let unread = look.gaps.iter().filter_map(|gap| gap.region.clone()).collect();
        Self { account, approved, settings: BTreeMap::new(), kept: BTreeMap::new(), unread }
    }

    /// What a successful call comes to.
    pub fn effect(&mut self, past: &Past<'_>) -> Effect {
        let by = |words: &str| Effect::by(past, self.approved, words);
        match past.event.event_name.as_str() {
            "StopLogging" => self.ended(past, "logging of"),
            "DeleteTrail" => self.ended(past, "end of"),
            "CreateTrail" | "UpdateTrail" | "PutEventSelectors" => self.changed(past),
            "PutInsightSelectors" => {
                let asked = past.event.request_parameters.get("insightSelectors");
                match asked.and_then(Value::as_array) {
                    Some(list) if !list.is_empty() => Effect::None,
                    _ => by("no Insights are looked for any more"),
                }
            }
            "DeleteEventDataStore" => by("the event data store goes in seven days"),
            "StopEventDataStoreIngestion" => by("the event data store takes in nothing"),
            "DeregisterOrganizationDelegatedAdmin" => {
                by("a delegated administrator of CloudTrail goes")
            }
            "UpdateEventDataStore" => self.stored(past),
            _ => Effect::None,
        }
    }

    /// Whoever ends a trail that is evidence is approved by nobody.
    fn ended(&self, past: &Past<'_>, what: &str) -> Effect {
        let arn = trail_arn(past, self.account.organization.partition());
        let name = arn.as_deref().unwrap_or("a trail");
        let words = format!("{what} {name}");
        if !past.is_approved(self.approved) {
            return Effect::Tampers(words);
        }
        match self.is_evidence(arn.as_deref()) {
            Ok(true) => Effect::Tampers(format!("{words}, which no approval covers")),
            Ok(false) => Effect::Approved(words),
            Err(gap) => Effect::Unknown(gap),
        }
    }

    /// Whether a trail records management events, or did: one that is gone counts as one that did.
    fn is_evidence(&self, arn: Option<&str>) -> Observed<bool> {
        match arn.and_then(|arn| self.account.organization.trail(arn)) {
            Some(trail) => trail.selectors().map(|selectors| selectors.records_management()),
            None => {
                let unseen = self.account.trails().into_iter().find_map(Result::err);
                unseen.map_or(Ok(true), Err)
            }
        }
    }

    fn changed(&mut self, past: &Past<'_>) -> Effect {
        let partition = self.account.organization.partition();
        let Some(arn) = trail_arn(past, partition) else {
            return Effect::Unknown(undecided(past, "it does not say of which trail"));
        };
        let change = self.settings.entry(arn.clone()).or_default().take(past, partition);
        let unread = past.region().is_none_or(|region| self.unread.contains(region));
        let approved = self.approved;
        let words = |what: &[String]| format!("of {arn}, {}", what.join("; "));
        if !change.weakened.is_empty() && (!unread || past.is_approved(approved)) {
            return Effect::by(past, approved, words(&change.weakened));
        }
        let doubts = [change.weakened, change.doubts].concat();
        match doubts.as_slice() {
            [] => Effect::None,
            // Whatever it did, it was approved.
            doubts if past.is_approved(approved) => Effect::Approved(words(doubts)),
            doubts => Effect::Unknown(undecided(past, &words(doubts))),
        }
    }

    fn stored(&mut self, past: &Past<'_>) -> Effect {
        let asked = &past.event.request_parameters;
        let approved = self.approved;
        let days = asked.get("retentionPeriod").and_then(Value::as_i64);
        let store = past.asked("eventDataStore").unwrap_or_default().to_owned();
        let before = days.and_then(|days| self.kept.insert(store, days));
        if asked.get("terminationProtectionEnabled").and_then(Value::as_bool) == Some(false) {
            return Effect::by(past, approved, "the event data store may be deleted");
        }
        let unread = past.region().is_none_or(|region| self.unread.contains(region));
        match (days, before) {
            (None, _) => Effect::None,
            (Some(days), Some(before)) if days >= before && !unread => Effect::None,
            (Some(days), Some(before)) if !unread => Effect::by(
                past,
                approved,
                format!("events are kept {days} days instead of {before}"),
            ),
            (Some(days), _) if past.is_approved(approved) => {
                Effect::Approved(format!("events are kept {days} days"))
            }
            (Some(days), _) => {
                let why = format!(
                    "events are kept {days} days, and how long before is not in the history"
                );
                Effect::Unknown(undecided(past, &why))
            }
        }
    }
}
