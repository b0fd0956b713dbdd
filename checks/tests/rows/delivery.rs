//! Rows 66 and 105 to 110: whether what is recorded arrives.

use jiff::{SignedDuration, Timestamp};
use trailproof_core::answer::RecentEvent;
use trailproof_core::fixture::*;

use super::{Row, row, with};

const TO_BUCKET: &str = "trail-s3-delivery-healthy";
const ACTIVITY: &str = "trail-delivery-matches-activity";
const DIGEST: &str = "trail-digest-delivery-healthy";
const TO_GROUP: &str = "trail-cloudwatch-delivery-healthy";
const TOPIC: &str = "trail-sns-delivery-healthy";

fn ago(hours: i64) -> Timestamp {
    organization().now - SignedDuration::from_hours(hours)
}

/// The member's trail that last delivered so many hours ago, to bucket and log group.
fn delivered(hours: i64) -> TrailSetup {
    trail("audit").but(|t| {
        t.status.latest_delivery_time = Some(ago(hours));
        t.status.latest_cloud_watch_logs_delivery_time = Some(ago(hours));
    })
}

/// The newest event of that region was so many hours ago.
fn event(world: World, place: &str, hours: i64) -> World {
    world.but(|world| {
        let event = RecentEvent { event_time: ago(hours), event_name: Some("RunInstances".into()) };
        world.events.insert((id(MEMBER), place.parse().unwrap()), event);
    })
}

pub fn rows() -> Vec<Row> {
    let failing =
        |error: &str| delivered(72).but(|t| t.status.latest_delivery_error = Some(error.into()));
    let only = trail("audit").but(|t| {
        t.status_in.insert("sa-east-1".parse().unwrap(), failing("AccessDenied").status);
    });
    let quiet = || with(delivered(72));
    let digest = |last: Option<i64>, started: i64| {
        with(trail("audit").but(|t| {
            t.status.latest_digest_delivery_time = last.map(ago);
            t.status.start_logging_time = Some(ago(started));
        }))
    };
    let closed = bucket("logs").but(|b| b.owner = None);
    vec![
        row("66/delivery", with(failing("NoSuchBucket")).with_bucket(closed))
            .says("trail-bucket-exists", "unknown access_denied")
            .says(TO_BUCKET, "fail delivery_error")
            .times(17),
        row("105", with(only))
            .says(TO_BUCKET, "fail delivery_error")
            .at("sa-east-1")
            .times(1)
            .says(TO_BUCKET, "pass")
            .at("us-east-1")
            .says(TO_BUCKET, "pass")
            .at("eu-west-1"),
        row("106", quiet())
            .says(TO_BUCKET, "pass quiet")
            .times(17)
            .says(ACTIVITY, "not_applicable no_event")
            .times(17),
        row("107", event(quiet(), "eu-west-1", 2))
            .says(ACTIVITY, "fail delivery_behind_activity")
            .at("eu-west-1")
            .times(1),
        row("108", digest(Some(5), 9000)).says(DIGEST, "fail stale").times(17),
        row("109", digest(None, 0)).says(DIGEST, "not_applicable starting").times(17),
        // Whether validation is new or its digests do not come, nothing tells.
        row("109/logging-for-long", digest(None, 9000)).says(DIGEST, "unknown undecidable"),
        row("110", with(delivered(48))).says(TO_GROUP, "pass quiet").times(17),
        row("110/event", event(with(delivered(48)), "eu-west-1", 2))
            .says(TO_GROUP, "fail stale")
            .at("eu-west-1")
            .says(TO_GROUP, "pass quiet")
            .at("eu-west-2"),
        row("+topic", notifying(true)).says(TOPIC, "pass"),
        row("+topic-gone", notifying(false)).says(TOPIC, "fail topic_missing"),
    ]
}

/// A trail that notifies a topic, which may be gone.
fn notifying(exists: bool) -> World {
    let arn = "arn:aws:sns:us-east-1:111122223333:told";
    let world = with(trail("audit").but(|t| t.description.sns_topic_arn = Some(arn.into())));
    world.but(|world| {
        if exists {
            world.topics.insert(arn.into(), Default::default());
        }
    })
}
