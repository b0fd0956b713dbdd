//! Event history, one name of an event at a time.

use aws_sdk_cloudtrail::types::{Event, LookupAttribute, LookupAttributeKey};
use jiff::{SignedDuration, Timestamp};
use trailproof_core::answer::{Answer, EventHistory, PastEvent};
use trailproof_core::aws::Region;
use trailproof_core::evidence::Cause;
use trailproof_core::fact::Fact;
use trailproof_core::history::HORIZON_DAYS;
use trailproof_core::history::names::source;
use trailproof_core::history::read::{Envelope, past_event};

use super::ask::timestamp;
use super::cloudtrail::there;
use super::gap::Failure;
use super::organizations::incomplete;
use super::session::Session;

/// The beginning of the time that is looked through.
pub fn since(called_at: Timestamp) -> Timestamp {
    let horizon = SignedDuration::from_hours(24 * i64::from(HORIZON_DAYS));
    called_at.checked_sub(horizon).unwrap_or(called_at)
}

/// The events of one name, page by page until there are no more or enough were read. Every page is asked for with the
/// very same parameters: with others AWS refuses its own token.
pub async fn history(
    session: &Session,
    region: &Region,
    (fact, name): (Fact, &str),
    (called_at, pages): (Timestamp, u32),
) -> Result<Answer, Failure> {
    let source = source(fact, name)
        .ok_or_else(|| Failure::new(Cause::InternalError, format!("{name} is not looked for")))?;
    let named = LookupAttribute::builder()
        .attribute_key(LookupAttributeKey::EventName)
        .attribute_value(name)
        .build()
        .map_err(|error| Failure::new(Cause::InternalError, error.to_string()))?;
    let seconds = |time: Timestamp| aws_smithy_types::DateTime::from_secs(time.as_second());
    let start_time = since(called_at);
    let request = session
        .cloudtrail()
        .lookup_events()
        .lookup_attributes(named)
        .start_time(seconds(start_time))
        .end_time(seconds(called_at))
        .max_results(50);
    let mut history =
        EventHistory { start_time, end_time: called_at, pages: 0, more: false, events: Vec::new() };
    let mut token = None;
    while history.pages < pages.max(1) {
        let request = request.clone().set_next_token(token);
        let answer = request.customize().config_override(there(region)).send().await?;
        let events = answer.events.ok_or_else(|| incomplete("Events"))?;
        for event in &events {
            history.events.extend(past(event, name, &source)?);
        }
        history.pages += 1;
        token = answer.next_token.filter(|token| !token.is_empty());
        history.more = token.is_some();
        if !history.more {
            break;
        }
    }
    Ok(Answer::EventHistory(history))
}

/// None inside: an event of that name of another service.
fn past(event: &Event, name: &str, source: &str) -> Result<Option<PastEvent>, Failure> {
    let time = timestamp(event.event_time()).ok_or_else(|| incomplete("an event's time"))?;
    let envelope = Envelope {
        event_id: event.event_id().unwrap_or_default(),
        event_name: name,
        event_time: time,
        event_source: event.event_source(),
    };
    Ok(past_event(&envelope, event.cloud_trail_event(), source))
}
