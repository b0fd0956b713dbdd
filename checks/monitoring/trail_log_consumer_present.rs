//! Logs that nobody reads prove things afterwards, and warn of nothing.

use trailproof_core::answer::{
    BucketNotification, ChannelEntry, NotificationTarget, SubscriptionFilter, Topic,
};
use trailproof_core::aws::Arn;
use trailproof_core::monitoring::LogDestination;
use trailproof_core::prelude::*;

/// The check.
pub const CHECK: Check = Check {
    id: "trail-log-consumer-present",
    title: "Something reads what the trail writes",
    group: Group::Monitoring,
    severity: Severity::Low,
    weight: Severity::Low.weight(),
    rationale: "Logs that no analysis, search or lake takes up are looked at when it is too late.",
    remediation: Remediation {
        summary: "Let the bucket tell a queue, a function or EventBridge of new objects, or let a subscription filter of \
                  the log group feed whatever searches the logs. Where something reads the bucket by itself, say \
                  external_consumer = true.",
        command: "aws s3api put-bucket-notification-configuration --bucket {bucket} \
                  --notification-configuration '{\"EventBridgeConfiguration\": {}}'",
        link: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/EventNotifications.html",
    },
    japanese: Japanese {
        title: "証跡のログを利用する仕組みがある",
        rationale: "分析、検索、データレイクのいずれにも取り込まれないログは、手遅れになってから参照される。",
        remediation: "新しいオブジェクトをバケットからキュー、関数、EventBridge に通知するか、ロググループのサブスクリプションフィルターで検索の仕組みに送る。バケットを直接読み取る仕組みがある場合は external_consumer = true を指定する。",
    },
    controls: &[],
    reads: &[
        Fact::Trails,
        Fact::Topic,
        Fact::SubscriptionFilters,
        Fact::Channels,
        Fact::EventDataStores,
        Fact::EventDataStore,
        Fact::BucketList,
        Fact::BucketHead,
        Fact::BucketNotification,
    ],
    judge: Judge::Trail(judge),
};

/// Who takes up what the trail writes, with the proof; none inside where that is known to be nobody.
type Consumer = Observed<Option<(String, Evidence)>>;

/// Whether a target of the bucket's is told of a trail's new objects.
fn takes(target: &NotificationTarget, key_space: &str) -> bool {
    let created = target.events.iter().any(|event| event.starts_with("s3:ObjectCreated:"));
    let prefix = target.prefix.as_deref().unwrap_or_default();
    let inside = key_space.starts_with(prefix) || prefix.starts_with(key_space);
    // Log files are compressed JSON; whoever asks for other names is told of none of them.
    let suffix = target.suffix.as_deref().unwrap_or_default();
    created && inside && ".json.gz".ends_with(suffix)
}

fn by_bucket(trail: &Trail, audit: &Audit<'_>) -> Consumer {
    let Some(bucket) = audit.organization.bucket_of(trail).filter(|bucket| !bucket.is_missing())
    else {
        return Ok(None);
    };
    let (told, source) = bucket.read::<BucketNotification>(Fact::BucketNotification)?;
    if told.event_bridge {
        let cited = source.cite("EventBridgeConfiguration", true);
        return Ok(Some((format!("EventBridge, by the bucket {}", bucket.name), cited)));
    }
    let key_space = trail.key_space();
    let target = told.configurations.iter().find(|target| takes(target, &key_space));
    Ok(target.map(|target| {
        let cited = source.cite("Configurations[].Arn", target.arn.as_str());
        (format!("{}, by the bucket {}", target.arn, bucket.name), cited)
    }))
}

fn by_topic(trail: &Trail, audit: &Audit<'_>) -> Consumer {
    let Some(arn) = trail.topic() else { return Ok(None) };
    let owner = Arn::parse(arn).ok().and_then(|arn| arn.account_id()).unwrap_or(trail.owner);
    let (topic, source) = audit.organization.resource::<Option<Topic>>(Fact::Topic, arn, owner)?;
    let confirmed = topic.as_ref().and_then(|topic| topic.subscriptions_confirmed);
    Ok(confirmed.filter(|confirmed| *confirmed > 0).map(|confirmed| {
        (
            format!("{confirmed} subscribed to {arn}"),
            source.cite("SubscriptionsConfirmed", confirmed),
        )
    }))
}

fn by_log_group(trail: &Trail, audit: &Audit<'_>) -> Consumer {
    let Some(group) = trail.log_group().and_then(LogDestination::of) else { return Ok(None) };
    let (filters, source) = audit.organization.resource::<Vec<SubscriptionFilter>>(
        Fact::SubscriptionFilters,
        &group.arn,
        group.owner,
    )?;
    Ok(filters.first().map(|filter| {
        let cited =
            source.cite("subscriptionFilters[].destinationArn", filter.destination_arn.as_str());
        (
            format!(
                "{}, by the subscription filter {}",
                filter.destination_arn, filter.filter_name
            ),
            cited,
        )
    }))
}

/// A lake that takes in all management events of what the trail is about.
fn by_store(trail: &Trail, audit: &Audit<'_>) -> Consumer {
    let takes = |store: &&Store| {
        let whole = !trail.is_organization_trail() || store.is_organization_store();
        let (described, _) = store.described()?;
        let regional = trail.description.value.is_multi_region_trail == Some(false);
        let whole = whole
            && (described.multi_region_enabled == Some(true)
                || regional && store.region == *trail.home());
        let ingesting = described.status.as_deref() == Some("ENABLED");
        Ok(whole && ingesting && store.records_all_management()?)
    };
    let stores = audit.organization.stores_for(trail.owner);
    let found = find(stores, takes)?;
    Ok(found.map(|store| (format!("the event data store {}", store.arn), store.cite())))
}

/// Security Lake is sent events by a channel of its own.
fn by_channel(trail: &Trail, audit: &Audit<'_>) -> Consumer {
    let (channels, source) = audit.organization.channels(trail.owner, trail.home())?;
    let is_lake = |channel: &&ChannelEntry| {
        let name = channel.name.as_deref().unwrap_or_default().to_ascii_lowercase();
        let service = name.strip_prefix("aws-service-channel/").unwrap_or_default().to_owned();
        service.starts_with("security-lake") || service.starts_with("securitylake")
    };
    Ok(channels.iter().find(is_lake).map(|channel| {
        let cited = source.cite("Channels[].ChannelArn", channel.channel_arn.as_str());
        (format!("Security Lake, by {}", channel.channel_arn), cited)
    }))
}

fn judge(trail: &Trail, audit: &Audit<'_>) -> Observed<Verdict> {
    let expected =
        "a notification of the bucket, a subscription, an event data store, or the user's word";
    if audit.policy.external_consumer {
        let message = "something reads the logs, by the policy's word (external_consumer)";
        return Ok(pass(message).reason(Reason::DECLARED).expected(expected));
    }
    let ways = [by_bucket, by_topic, by_log_group, by_store, by_channel];
    let found = find(ways.iter().map(|way| way(trail, audit)), |found| Ok(found.is_some()))?;
    Ok(match found.flatten() {
        Some((who, cited)) => pass(format!("read by {who}")).cite([cited]),
        None => fail("nothing that AWS shows takes up what the trail writes")
            .reason(Reason::NO_CONSUMER)
            .cite([trail.cite("S3BucketName", trail.bucket())]),
    }
    .expected(expected))
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use serde_json::{Value, json};
    use trailproof_core::answer::{BucketNotification, ChannelEntry, SubscriptionFilter, Topic};
    use trailproof_core::evidence::Cause;
    use trailproof_core::fact::Fact;
    use trailproof_core::fixture::*;

    fn notified(configuration: Value) -> World {
        let notification: BucketNotification = serde_json::from_value(configuration).unwrap();
        let logs = bucket("logs").owner(ARCHIVE).but(|bucket| bucket.notification = notification);
        organization().with(trail("audit")).with_bucket(logs)
    }

    fn unread() -> World {
        notified(json!({}))
    }

    fn queue(more: Value) -> World {
        let mut target = json!({ "Arn": "arn:aws:sqs:us-east-1:555566667777:siem",
            "Events": ["s3:ObjectCreated:*"] });
        target.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        notified(json!({ "Configurations": [target] }))
    }

    #[test]
    fn something_is_told_of_what_the_trail_writes() {
        let told = "arn:aws:sns:us-east-1:111122223333:told";
        let topic = |subscribers| {
            unread().but(|world| {
                world.trails[0].description.sns_topic_arn = Some(told.into());
                let topic =
                    Topic { subscriptions_confirmed: Some(subscribers), ..Topic::default() };
                world.topics.insert(told.into(), topic);
            })
        };
        let subscribed = unread().but(|world| {
            let filter = SubscriptionFilter {
                filter_name: "siem".into(),
                destination_arn: "arn:aws:firehose:us-east-1:111122223333:deliverystream/siem"
                    .into(),
            };
            world.watching.subscriptions.insert(GROUP.into(), vec![filter]);
        });
        let lake = unread().but(|world| {
            let channel = ChannelEntry {
                channel_arn: "arn:aws:cloudtrail:us-east-1:111122223333:channel/1f2a".into(),
                name: Some("aws-service-channel/security-lake/slc".into()),
            };
            let place = (id(MEMBER), "us-east-1".parse().unwrap());
            world.watching.channels.insert(place, vec![channel]);
        });
        let _ = expect(&CHECK)
            .in_account(MEMBER)
            .passes(organization().with(trail("audit")))
            .passes(queue(json!({})))
            .passes(queue(json!({ "Prefix": "AWSLogs/" })))
            .passes(queue(json!({ "Suffix": ".gz" })))
            .fails("no_consumer", queue(json!({ "Prefix": "images/" })))
            .fails("no_consumer", queue(json!({ "Suffix": ".png" })))
            .fails("no_consumer", queue(json!({ "Events": ["s3:ObjectRemoved:*"] })))
            .fails("no_consumer", unread())
            .passes(topic(1))
            .fails("no_consumer", topic(0))
            .passes(subscribed)
            .passes(unread().with_store(store("lake")))
            .fails(
                "no_consumer",
                unread().with_store(
                    store("lake")
                        .but(|one| one.described.status = Some("STOPPED_INGESTION".into())),
                ),
            )
            .fails(
                "no_consumer",
                unread().with_store(
                    store("lake").but(|one| one.described.multi_region_enabled = Some(false)),
                ),
            )
            .passes(lake)
            .is_unknown(Cause::AccessDenied, topic(0).deny(Fact::Topic))
            .is_unknown(Cause::AccessDenied, unread().deny(Fact::SubscriptionFilters))
            .is_unknown(Cause::AccessDenied, unread().deny(Fact::Channels))
            .is_unknown(Cause::AccessDenied, unread().deny(Fact::EventDataStores))
            .is_unknown(
                Cause::AccessDenied,
                unread().with_store(store("lake")).deny(Fact::EventDataStore),
            )
            .is_unknown(Cause::AccessDenied, unread().deny(Fact::BucketNotification))
            .is_unknown(Cause::CrossAccountUnreadable, unread().deny(Fact::BucketList))
            .is_unknown(Cause::AccessDenied, unread().deny(Fact::Trails))
            .policy(|policy| policy.external_consumer = true)
            .passes(unread());
    }
}
