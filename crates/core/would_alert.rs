//! If this event happened in this account and region, would anybody be told: the chain from the event to a person, with
//! its first broken link. Asked of the graph and of the account's own document.

use std::sync::OnceLock;

use serde::Serialize;

use crate::account::AccountView;
use crate::aws::{AccountId, Region};
use crate::evidence::{Evidence, Gap};
use crate::monitoring::{Events, Limits, Missed, Told, is_recorded, told_in};
use crate::organization::Organization;
use crate::policy::Policy;
use crate::snapshot::Document;
use crate::would_record::Outcome;

/// The event that is asked about.
#[derive(Debug, Clone)]
pub struct Question {
    /// The account in which it happens.
    pub account: AccountId,
    /// The region in which it is recorded.
    pub region: Region,
    /// The event, or all of a name.
    pub events: Events,
}

/// How a link of the chain stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It holds.
    Holds,
    /// It is the first that does not.
    Broken,
    /// Whether it holds is not known.
    NotKnown,
    /// Nothing comes so far.
    NotReached,
}

/// One link of the chain.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Link {
    /// `record`, `log_group`, `filter`, `alarm`, `notification`.
    pub link: &'static str,
    /// How it stands.
    pub state: State,
    /// What was seen; empty where nothing is to be said.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub message: String,
}

/// Whether somebody is told, and how.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Answer {
    /// The answer.
    pub alerted: Outcome,
    /// The answer in one sentence.
    pub summary: String,
    /// The code of the broken link, or of what was not read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The links, from the event to the person.
    pub chain: Vec<Link>,
    /// The ways by which somebody is told.
    pub ways: Vec<String>,
    /// An event of those that were asked about, of which nobody is told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unheard: Option<serde_json::Value>,
    /// The proof.
    pub evidence: Vec<Evidence>,
}

const LINKS: [&str; 5] = ["record", "log_group", "filter", "alarm", "notification"];

/// Answers. The account's document is one of those that the graph was made of.
#[must_use]
pub fn answer(
    organization: &Organization,
    document: &Document,
    policy: &Policy,
    question: &Question,
) -> Answer {
    let roll = OnceLock::new();
    let Some(member) = organization.members.get(&question.account) else {
        return nothing_known("the account is not part of this run");
    };
    let account = AccountView { member, organization, document, roll: &roll };
    let limits = Limits {
        accept_eventbridge: policy.accept_eventbridge,
        alarm_max_period_s: policy.alarm_max_period_s,
        cwl_stale_hours: policy.cwl_stale_hours,
    };
    match told_in(&account, &question.region, &question.events, limits) {
        Ok(Ok(told)) => heard(told),
        Ok(Err(missed)) => {
            let recorded = is_recorded(&account, &question.region, &question.events);
            unheard(missed, recorded != Ok(false))
        }
        Err(gap) => unknown(&gap),
    }
}

fn chain(broken: usize, state: State, message: &str) -> Vec<Link> {
    let of = |(at, link): (usize, &'static str)| {
        let (state, message) = match at.cmp(&broken) {
            std::cmp::Ordering::Less => (State::Holds, String::new()),
            std::cmp::Ordering::Equal => (state, message.to_owned()),
            std::cmp::Ordering::Greater => (State::NotReached, String::new()),
        };
        Link { link, state, message }
    };
    LINKS.into_iter().enumerate().map(of).collect()
}

fn heard(told: Told) -> Answer {
    Answer {
        alerted: Outcome::Yes,
        summary: format!("told by {}", told.by.join("; ")),
        reason: None,
        chain: chain(LINKS.len(), State::Holds, ""),
        ways: told.by,
        unheard: None,
        evidence: told.evidence,
    }
}

fn unheard(missed: Missed, recorded: bool) -> Answer {
    let at = match missed.reason.code() {
        "no_trail_log_group" if !recorded => 0,
        "no_trail_log_group" | "log_group_class" => 1,
        "no_filter" | "missing_events" | "field_selection" | "overbroad" | "no_rule" => 2,
        "no_confirmed_subscription"
        | "topic_key"
        | "topic_policy"
        | "topic_missing"
        | "no_notification"
        | "alarm_actions_disabled"
        | "alarm_muted" => 4,
        _ => 3,
    };
    Answer {
        alerted: Outcome::No,
        summary: missed.message.clone(),
        reason: Some(missed.reason.code().to_owned()),
        chain: chain(at, State::Broken, &missed.message),
        ways: Vec::new(),
        unheard: missed.event,
        evidence: missed.evidence,
    }
}

fn unknown(gap: &Gap) -> Answer {
    use crate::fact::Fact;
    let at = match gap.fact {
        Fact::LogGroup => 1,
        Fact::MetricFilters | Fact::EventRules => 2,
        Fact::Alarms => 3,
        Fact::Topic | Fact::Key | Fact::KeyPolicy | Fact::MuteRules => 4,
        _ => 0,
    };
    let mut links = chain(at, State::NotKnown, &gap.detail);
    // What lies before a gap may be unread too.
    links.iter_mut().take(at).for_each(|link| link.state = State::NotKnown);
    Answer {
        alerted: Outcome::CannotTell,
        summary: gap.detail.clone(),
        reason: Some(gap.cause.code().to_owned()),
        chain: links,
        ways: Vec::new(),
        unheard: None,
        evidence: gap.proof.iter().map(|proof| (**proof).clone()).collect(),
    }
}

fn nothing_known(why: &str) -> Answer {
    Answer {
        alerted: Outcome::CannotTell,
        summary: why.to_owned(),
        reason: None,
        chain: chain(0, State::NotKnown, why),
        ways: Vec::new(),
        unheard: None,
        evidence: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Answer, LINKS, Question, State, answer};
    use crate::GraphBuilder;
    use crate::fact::Fact;
    use crate::fixture::*;
    use crate::monitoring::Events;
    use crate::plan::Demand;
    use crate::policy::Policy;
    use crate::would_record::Outcome;

    fn ask(world: &World, events: Events) -> Answer {
        let bundle = world.snapshot(&Demand::facts(Fact::ALL));
        let mut builder = GraphBuilder::new(&bundle.manifest, &bundle.organization);
        bundle.accounts.iter().for_each(|document| builder.add(document));
        let document = bundle.accounts.iter().find(|document| document.account == id(MEMBER));
        let region = "us-east-1".parse().unwrap();
        let question = Question { account: id(MEMBER), region, events };
        answer(&builder.into_graph(), document.unwrap(), &Policy::default(), &question)
    }

    fn stop() -> Events {
        Events::call("cloudtrail.amazonaws.com", "StopLogging", Some(false))
    }

    fn world() -> World {
        let filters = [naming("changes", &["StopLogging"]), naming("other", &["UpdateTrail"])];
        telling(organization().with(trail("audit")), &filters)
    }

    #[test]
    fn the_chain_is_told_link_by_link() {
        let yes = ask(&world(), stop());
        assert_eq!(yes.alerted, Outcome::Yes, "{yes:?}");
        assert_eq!(yes.ways.len(), 1, "the other filter does not take it: {:?}", yes.ways);
        assert!(
            yes.ways[0].contains("filter changes, alarm changes") && yes.ways[0].ends_with(TOPIC)
        );
        assert!(yes.chain.iter().all(|link| link.state == State::Holds));
        for (world, link, reason) in [
            (organization(), "record", "no_trail_log_group"),
            (organization().with(trail("audit").stopped()), "record", "no_trail_log_group"),
            (organization().with(trail("audit")), "filter", "no_filter"),
            (world().alarms(|alarms| alarms.metric_alarms.clear()), "alarm", "no_alarm"),
            (world().but(|world| world.topics.clear()), "notification", "topic_missing"),
        ] {
            let no = ask(&world, stop());
            assert_eq!(no.alerted, Outcome::No, "{no:?}");
            assert_eq!(no.reason.as_deref(), Some(reason));
            let broken = no.chain.iter().position(|one| one.state == State::Broken).unwrap();
            assert_eq!(LINKS[broken], link);
            assert!(no.chain[broken + 1..].iter().all(|one| one.state == State::NotReached));
        }
        let open = ask(&world().deny(Fact::Alarms), stop());
        assert_eq!((open.alerted, open.chain[3].state), (Outcome::CannotTell, State::NotKnown));
        let other = Events::call("cloudtrail.amazonaws.com", "DeleteTrail", Some(false));
        assert_eq!(ask(&world(), other).reason.as_deref(), Some("no_filter"));
    }

    #[test]
    fn one_record_is_judged_by_what_it_is() {
        let narrow = telling(
            organization().with(trail("audit")),
            &[filter("changes", "{ $.eventName = StopLogging && $.userIdentity.type = Root }")],
        );
        let record = |kind: &str| {
            Events::record(json!({
                "eventSource": "cloudtrail.amazonaws.com", "eventName": "StopLogging",
                "readOnly": false, "userIdentity": { "type": kind }, "awsRegion": "us-east-1",
                "recipientAccountId": MEMBER,
            }))
        };
        assert_eq!(ask(&narrow, record("Root")).alerted, Outcome::Yes);
        let no = ask(&narrow, record("IAMUser"));
        assert_eq!((no.alerted, no.reason.as_deref()), (Outcome::No, Some("no_filter")));
        // Of all such events it tells some, and that is not enough.
        assert_eq!(ask(&narrow, stop()).reason.as_deref(), Some("missing_events"));
    }
}
