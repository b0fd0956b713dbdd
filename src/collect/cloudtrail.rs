//! Trails, their status and what they select.

use std::collections::BTreeMap;

use aws_sdk_cloudtrail::config::Builder;
use aws_sdk_cloudtrail::types::{
    AdvancedEventSelector as SdkAdvanced, EventSelector as SdkClassic, Trail,
};
use jiff::{SignedDuration, Timestamp};
use trailproof_core::answer::{
    AdvancedEventSelector, Answer, DataResource, EventSelector, EventSelectors, FieldSelector,
    InsightSelector, InsightSelectors, RecentEvent, Tags, TrailDescription, TrailStatus,
};
use trailproof_core::aws::Region;
use trailproof_core::evidence::Cause;

use super::ask::timestamp;
use super::gap::Failure;
use super::organizations::incomplete;
use super::session::{Session, sdk_region};

pub(super) fn there(region: &Region) -> Builder {
    Builder::new().region(sdk_region(region))
}

/// Shadow trails included: without them a member of an organization looks unlogged.
pub async fn trails(session: &Session, region: &Region) -> Result<Answer, Failure> {
    let answer = session
        .cloudtrail()
        .describe_trails()
        .include_shadow_trails(true)
        .customize()
        .config_override(there(region))
        .send()
        .await?;
    let trails = answer.trail_list.ok_or_else(|| incomplete("trailList"))?;
    trails.iter().map(description).collect::<Result<_, _>>().map(Answer::Trails)
}

fn description(trail: &Trail) -> Result<TrailDescription, Failure> {
    Ok(TrailDescription {
        name: trail.name().ok_or_else(|| incomplete("a trail's name"))?.to_owned(),
        trail_arn: trail.trail_arn().ok_or_else(|| incomplete("a trail's ARN"))?.to_owned(),
        home_region: trail
            .home_region()
            .and_then(|region| region.parse().ok())
            .ok_or_else(|| incomplete("a trail's home region"))?,
        s3_bucket_name: trail.s3_bucket_name.clone(),
        s3_key_prefix: trail.s3_key_prefix.clone(),
        include_global_service_events: trail.include_global_service_events,
        is_multi_region_trail: trail.is_multi_region_trail,
        is_organization_trail: trail.is_organization_trail,
        log_file_validation_enabled: trail.log_file_validation_enabled,
        kms_key_id: trail.kms_key_id.clone(),
        cloud_watch_logs_log_group_arn: trail.cloud_watch_logs_log_group_arn.clone(),
        cloud_watch_logs_role_arn: trail.cloud_watch_logs_role_arn.clone(),
        has_custom_event_selectors: trail.has_custom_event_selectors,
        sns_topic_arn: trail.sns_topic_arn.clone(),
        has_insight_selectors: trail.has_insight_selectors,
    })
}

/// By ARN: a name would be looked up among the caller's own trails.
pub async fn status(session: &Session, region: &Region, arn: &str) -> Result<Answer, Failure> {
    let answer = session
        .cloudtrail()
        .get_trail_status()
        .name(arn)
        .customize()
        .config_override(there(region))
        .send()
        .await?;
    let is_logging = answer.is_logging.ok_or_else(|| incomplete("IsLogging"))?;
    let text = |text: Option<&str>| text.filter(|text| !text.is_empty()).map(str::to_owned);
    Ok(Answer::TrailStatus(TrailStatus {
        is_logging: Some(is_logging),
        latest_delivery_error: text(answer.latest_delivery_error()),
        latest_delivery_time: timestamp(answer.latest_delivery_time()),
        start_logging_time: timestamp(answer.start_logging_time()),
        stop_logging_time: timestamp(answer.stop_logging_time()),
        latest_cloud_watch_logs_delivery_error: text(
            answer.latest_cloud_watch_logs_delivery_error(),
        ),
        latest_cloud_watch_logs_delivery_time: timestamp(
            answer.latest_cloud_watch_logs_delivery_time(),
        ),
        latest_digest_delivery_error: text(answer.latest_digest_delivery_error()),
        latest_digest_delivery_time: timestamp(answer.latest_digest_delivery_time()),
        latest_notification_error: text(answer.latest_notification_error()),
        latest_notification_time: timestamp(answer.latest_notification_time()),
    }))
}

pub async fn selectors(session: &Session, region: &Region, arn: &str) -> Result<Answer, Failure> {
    let answer = session
        .cloudtrail()
        .get_event_selectors()
        .trail_name(arn)
        .customize()
        .config_override(there(region))
        .send()
        .await?;
    // A trail always has selectors of one kind; an answer that has neither list says nothing of it.
    if answer.event_selectors.is_none() && answer.advanced_event_selectors.is_none() {
        return Err(incomplete("EventSelectors and AdvancedEventSelectors"));
    }
    Ok(Answer::EventSelectors(EventSelectors {
        event_selectors: answer.event_selectors().iter().map(classic).collect(),
        advanced_event_selectors: answer.advanced_event_selectors().iter().map(advanced).collect(),
    }))
}

fn classic(selector: &SdkClassic) -> EventSelector {
    EventSelector {
        read_write_type: selector.read_write_type().map(|kind| kind.as_str().to_owned()),
        include_management_events: selector.include_management_events,
        exclude_management_event_sources: selector.exclude_management_event_sources().to_vec(),
        data_resources: selector
            .data_resources()
            .iter()
            .map(|resource| DataResource {
                resource_type: resource.r#type().unwrap_or_default().to_owned(),
                values: resource.values().to_vec(),
            })
            .collect(),
    }
}

pub(super) fn advanced(selector: &SdkAdvanced) -> AdvancedEventSelector {
    AdvancedEventSelector {
        name: selector.name.clone(),
        field_selectors: selector
            .field_selectors()
            .iter()
            .map(|field| FieldSelector {
                field: field.field().to_owned(),
                equals: field.equals().to_vec(),
                starts_with: field.starts_with().to_vec(),
                ends_with: field.ends_with().to_vec(),
                not_equals: field.not_equals().to_vec(),
                not_starts_with: field.not_starts_with().to_vec(),
                not_ends_with: field.not_ends_with().to_vec(),
            })
            .collect(),
    }
}

/// None where AWS says that Insights are not enabled.
pub async fn insights(session: &Session, region: &Region, arn: &str) -> Result<Answer, Failure> {
    let request = session.cloudtrail().get_insight_selectors();
    let request = match arn.contains(":eventdatastore/") {
        true => request.event_data_store(arn),
        false => request.trail_name(arn),
    };
    let sent = request.customize().config_override(there(region)).send().await;
    let answer = match sent.map_err(Failure::from) {
        Ok(answer) => answer,
        Err(failure) if failure.is(&["InsightNotEnabledException"]) => {
            return Ok(Answer::InsightSelectors(InsightSelectors::default()));
        }
        Err(failure) => return Err(failure),
    };
    let selectors = answer.insight_selectors.ok_or_else(|| incomplete("InsightSelectors"))?;
    let mut selectors: Vec<InsightSelector> = selectors
        .iter()
        .map(|selector| InsightSelector {
            insight_type: selector
                .insight_type()
                .map(|kind| kind.as_str().to_owned())
                .unwrap_or_default(),
            event_categories: selector
                .event_categories()
                .iter()
                .map(|category| category.as_str().to_owned())
                .collect(),
        })
        .collect();
    selectors.sort();
    Ok(Answer::InsightSelectors(InsightSelectors { insight_selectors: selectors }))
}

pub async fn tags(session: &Session, region: &Region, arn: &str) -> Result<Answer, Failure> {
    let request = session.cloudtrail().list_tags().resource_id_list(arn);
    let mut token = None;
    let mut tags = BTreeMap::new();
    loop {
        let request = request.clone().set_next_token(token);
        let answer = request.customize().config_override(there(region)).send().await?;
        let list = answer.resource_tag_list.ok_or_else(|| incomplete("ResourceTagList"))?;
        for tag in list.iter().flat_map(|resource| resource.tags_list()) {
            tags.insert(tag.key().to_owned(), tag.value().unwrap_or_default().to_owned());
        }
        token = answer.next_token.filter(|token| !token.is_empty());
        if token.is_none() {
            return Ok(Answer::Tags(Tags { tags }));
        }
    }
}

/// How much younger events do not count: they may not have been delivered yet, and a run's own calls are among them.
const SETTLED: SignedDuration = SignedDuration::from_hours(1);

/// The end of the time in which the newest event is looked for.
pub fn until(called_at: Timestamp) -> Timestamp {
    called_at.checked_sub(SETTLED).unwrap_or(called_at)
}

/// How many pages may be empty before the one that holds an event.
const EMPTY_PAGES: usize = 4;

pub async fn newest_event(
    session: &Session,
    region: &Region,
    called_at: Timestamp,
) -> Result<Answer, Failure> {
    let end = aws_smithy_types::DateTime::from_secs(until(called_at).as_second());
    let request = session.cloudtrail().lookup_events().max_results(1).end_time(end);
    let mut token = None;
    for _ in 0..EMPTY_PAGES {
        let request = request.clone().set_next_token(token);
        let answer = request.customize().config_override(there(region)).send().await?;
        let events = answer.events.ok_or_else(|| incomplete("Events"))?;
        let newest = events.iter().filter_map(|event| {
            let event_time = timestamp(event.event_time())?;
            Some(RecentEvent { event_time, event_name: event.event_name.clone() })
        });
        let newest = newest.max_by_key(|event| event.event_time);
        token = answer.next_token.filter(|token| !token.is_empty());
        if newest.is_some() || token.is_none() {
            return Ok(Answer::RecentEvents(newest));
        }
    }
    Err(Failure::new(Cause::Undecidable, "the first pages of the event history are empty"))
}
