//! Rows 86 to 102: how long logs are locked and kept, and how soon they are archived.

use trailproof_core::answer::{DefaultRetention, LifecycleRule, ObjectLock, Transition};
use trailproof_core::fixture::*;
use trailproof_core::policy::LockMode;

use super::{Row, row, with};

const RETENTION: &str = "trail-log-retention";
const IMMEDIATE: &str = "trail-log-immediate-availability";
const LOCK: &str = "trail-bucket-lock-retention";
const RESISTANT: &str = "trail-bucket-tamper-resistant";
const MFA: &str = "s3-bucket-mfa-delete-enabled";

fn logs(change: impl FnOnce(&mut BucketSetup)) -> World {
    with(trail("audit")).with_bucket(bucket("logs").owner(ARCHIVE).but(change))
}

/// With a default retention.
fn locked(mode: &str, days: Option<i32>, years: Option<i32>) -> World {
    let mode = Some(mode.to_owned());
    logs(|b| b.lock.default_retention = Some(DefaultRetention { mode, days, years }))
}

/// Without a lock, and with a rule that is 30 days long unless changed; without versions.
fn ruled(change: impl FnOnce(&mut LifecycleRule)) -> World {
    logs(|b| {
        b.lock = ObjectLock::default();
        b.versioning.status = None;
        b.lifecycle.rules[0].expiration_days = Some(30);
        change(&mut b.lifecycle.rules[0]);
    })
}

/// The same, with versions.
fn versioned(change: impl FnOnce(&mut LifecycleRule)) -> World {
    ruled(change).but(|world| {
        let logs = world.buckets.iter_mut().find(|bucket| bucket.name == "logs").unwrap();
        logs.versioning.status = Some("Enabled".into());
    })
}

fn prefix(prefix: &str) -> World {
    ruled(|rule| rule.prefix = Some(prefix.to_owned()))
}

fn noncurrent(days: i32, newer: Option<i32>) -> World {
    versioned(|rule| {
        rule.expiration_days = Some(90);
        rule.noncurrent_days = Some(days);
        rule.newer_noncurrent_versions = newer;
    })
}

fn keeps(id: &'static str, world: World, verdict: &'static str) -> Row {
    row(id, world).says(RETENTION, verdict).of(ARCHIVE).on(":logs")
}

pub fn rows() -> Vec<Row> {
    let date = |date: &str| {
        let date = date.parse().unwrap();
        versioned(|rule| (rule.expiration_days, rule.expiration_date) = (None, Some(date)))
    };
    let deep = |rule: &mut LifecycleRule| {
        let storage_class = Some("DEEP_ARCHIVE".to_owned());
        rule.expiration_days = Some(400);
        rule.transitions = vec![Transition { storage_class, days: Some(30), date: None }];
    };
    vec![
        row("86", locked("GOVERNANCE", Some(365), None))
            .says(LOCK, "fail other_mode")
            .of(ARCHIVE)
            .says(RESISTANT, "fail no_mechanism")
            .of(ARCHIVE),
        row("87", locked("COMPLIANCE", None, Some(1)))
            .says(LOCK, "pass")
            .of(ARCHIVE)
            .says(RESISTANT, "pass")
            .of(ARCHIVE),
        row("88", locked("COMPLIANCE", Some(90), None)).says(LOCK, "fail shorter").of(ARCHIVE),
        row(
            "89",
            logs(|b| {
                b.lifecycle.rules[0].expiration_days = Some(90);
                b.lifecycle.rules[0].noncurrent_days = Some(1);
            }),
        )
        .says(RETENTION, "pass lock_reaches_later_objects")
        .of(ARCHIVE)
        .on(":logs"),
        row("90", ruled(|_| {})).says(MFA, "not_applicable lifecycle").of(ARCHIVE),
        keeps("92", ruled(|rule| rule.status = "Disabled".into()), "pass"),
        keeps("93", prefix("tmp/"), "pass"),
        keeps("94", prefix("AWSLogs/111122223333/"), "fail shorter"),
        keeps("95", prefix("AWS"), "fail shorter"),
        keeps("96", ruled(|rule| rule.has_tag_filter = true), "pass tag_filter_ignored"),
        keeps("97", noncurrent(300, None), "pass"),
        keeps("98", noncurrent(1, None), "fail shorter"),
        keeps("98b", noncurrent(1, Some(1)), "pass kept_by_count"),
        keeps("99", ruled(|rule| rule.expiration_days = Some(365)), "pass"),
        keeps("100/past", date("2026-01-01T00:00:00Z"), "fail shorter"),
        keeps("100/to-come", date("2030-01-01T00:00:00Z"), "fail absolute_date"),
        keeps("101", prefix("AWSLogs/111122223333/CloudTrail-Digest/"), "fail shorter"),
        keeps("102", ruled(deep), "pass").says(IMMEDIATE, "fail archived_early").of(ARCHIVE),
        row("+event-history-only", organization())
            .says(RETENTION, "fail event_history_only")
            .says(RETENTION, "fail event_history_only")
            .of(ARCHIVE),
        row("+a-store-that-was-not-described", {
            organization()
                .but(|world| world.stores.push(store("lake")))
                .deny(trailproof_core::fact::Fact::EventDataStore)
        })
        .says(RETENTION, "unknown access_denied"),
        // Several services share the root: what another's rule expires are not CloudTrail's logs.
        keeps("+anothers-logs", prefix("AWSLogs/111122223333/elasticloadbalancing/"), "pass"),
        keeps(
            "+suspended",
            noncurrent(300, None).but(|world| {
                let logs = world.buckets.iter_mut().find(|bucket| bucket.name == "logs").unwrap();
                logs.versioning.status = Some("Suspended".into());
            }),
            "fail shorter",
        ),
        // A rule that reaches only the logs of a trail out of sight is no reason to say that all are kept.
        keeps(
            "+a-hidden-prefix",
            prefix("second/").deny_in(
                Some(MEMBER),
                trailproof_core::fact::Fact::Trails,
                Some("eu-west-1"),
                trailproof_core::evidence::Cause::AccessDenied,
            ),
            "unknown access_denied",
        ),
        row("+governance-accepted", locked("GOVERNANCE", Some(365), None))
            .policy(|policy| policy.lock_mode = LockMode::Governance)
            .says(LOCK, "pass")
            .of(ARCHIVE),
    ]
}
