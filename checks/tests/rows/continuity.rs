//! Group 7: what event history tells of the last ninety days.

use serde_json::json;
use trailproof_core::answer::PastEvent;
use trailproof_core::evidence::Cause;
use trailproof_core::fact::Fact;
use trailproof_core::fixture::*;

use super::{Row, org_trail, row, with};

const GAP: &str = "trail-logging-gap-90d";
const TAMPER: &str = "trail-tamper-events-90d";
const DENIED: &str = "trail-tamper-attempts-denied-90d";
const HOME: (&str, &str) = (MEMBER, "us-east-1");

fn on(minutes: i64, name: &str, trail: &str) -> PastEvent {
    call(minutes, name, json!({ "name": trail }))
}

/// Stopped 600 minutes ago and started 20 minutes later.
fn interrupted(trail: TrailSetup) -> TrailSetup {
    trail.but(|t| {
        t.status.stop_logging_time = Some(World::moment(600));
        t.status.start_logging_time = Some(World::moment(580));
    })
}

fn after_stop() -> World {
    with(interrupted(trail("audit")))
        .called(HOME, on(600, "StopLogging", "audit"))
        .called(HOME, on(580, "StartLogging", "audit"))
}

fn widened() -> World {
    let objects = json!([{"type": "AWS::S3::Object", "values": ["arn:aws:s3"]}]);
    let selectors = json!([{"readWriteType": "All", "dataResources": objects}]);
    let made = json!({"name": "audit", "isMultiRegionTrail": true, "s3BucketName": "logs"});
    with(trail("audit")).called(HOME, call(900, "CreateTrail", made)).called(
        HOME,
        call(600, "PutEventSelectors", json!({"trailName": "audit", "eventSelectors": selectors})),
    )
}

pub fn rows() -> Vec<Row> {
    let unvalidated = json!({"name": "audit", "enableLogFileValidation": false});
    let denied = |place| {
        move |world: World| {
            world.deny_in(Some(MEMBER), Fact::TrailHistory, Some(place), Cause::AccessDenied)
        }
    };
    let long_ago = trail("audit").but(|t| {
        t.status.stop_logging_time = Some(World::moment(200 * 1440));
        t.status.start_logging_time = Some(World::moment(199 * 1440));
    });
    let of_the_organization = with(interrupted(org_trail()))
        .called((MANAGEMENT, "us-east-1"), on(600, "StopLogging", "org"))
        .called((MANAGEMENT, "us-east-1"), on(580, "StartLogging", "org"));
    vec![
        row("144", after_stop()).says(GAP, "fail gap"),
        row("145", after_stop().with(trail("second")))
            .says(GAP, "pass")
            .says(TAMPER, "fail tampered"),
        row("146", with(trail("audit")).called(HOME, on(600, "StopLogging", "audit").refused()))
            .says(TAMPER, "pass")
            .says(DENIED, "fail attempted"),
        row("147", with(trail("audit")).called(HOME, call(600, "UpdateTrail", unvalidated)))
            .policy(|policy| policy.approved_principals = vec!["arn:aws:iam::*:role/Ops".into()])
            .says(TAMPER, "pass approved"),
        row("148", widened()).says(TAMPER, "pass"),
        row("149", denied("eu-west-1")(denied("us-west-2")(with(trail("audit")))))
            .says(TAMPER, "unknown access_denied"),
        row("150", with(long_ago)).says(GAP, "pass stopped_before"),
        row("+history/organization", of_the_organization)
            .says(GAP, "fail gap")
            .says(TAMPER, "pass")
            .says(TAMPER, "fail tampered")
            .of(MANAGEMENT),
        row(
            "+history/bucket",
            with(trail("audit")).called(
                (ARCHIVE, "us-east-1"),
                call(60, "PutBucketLifecycle", json!({"bucketName": "logs"})),
            ),
        )
        .says("log-bucket-tamper-events-90d", "fail changed")
        .of(ARCHIVE),
        row(
            "+history/key",
            with(trail("audit"))
                .called((ARCHIVE, "us-east-1"), call(60, "DisableKey", json!({ "keyId": KEY }))),
        )
        .says("trail-key-tamper-events-90d", "fail changed")
        .of(ARCHIVE),
        row(
            "+history/pages",
            with(trail("audit")).but(|w| w.endless = ["DeleteTrail".into()].into()),
        )
        .says(TAMPER, "unknown not_attempted"),
    ]
}
