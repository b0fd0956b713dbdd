//! Rows 32 to 49: data events of S3.
//!
//! cloudtrail-s3-dataevents-enabled asks for either half where the account has buckets, or for the buckets that the
//! policy names: where it says something else than the checks that a row names, it stands beside them.

use serde_json::{Value, json};
use trailproof_core::fixture::*;

use super::{Row, advanced, classic, row, with};

const DATA: &str = "cloudtrail-s3-dataevents-enabled";
const READ: &str = "cloudtrail-all-read-s3-data-event-check";
const WRITE: &str = "cloudtrail-all-write-s3-data-event-check";
const SENSITIVE: &str = "cloudtrail-sensitive-bucket-dataevents";
const BLIND: &str = "trail-selector-blind-spot";
const ITSELF: &str = "cost-log-bucket-self-recording";
const NOT: &str = "fail not_recorded";

/// The organization with buckets of the member.
fn buckets(names: &[&str], trail: TrailSetup) -> World {
    names.iter().fold(with(trail), |world, name| world.with_bucket(bucket(name)))
}

fn values(value: &str, kind: &str) -> TrailSetup {
    classic(json!([{"ReadWriteType": kind,
        "DataResources": [{"Type": "AWS::S3::Object", "Values": [value]}]}]))
}

fn objects(more: &[Value]) -> Value {
    let mut fields = vec![
        json!({"Field": "eventCategory", "Equals": ["Data"]}),
        json!({"Field": "resources.type", "Equals": ["AWS::S3::Object"]}),
    ];
    fields.extend_from_slice(more);
    Value::Array(fields)
}

fn arn(operator: &str, value: &str) -> Value {
    json!({"Field": "resources.ARN", operator: [value]})
}

fn selecting(more: &[Value]) -> World {
    buckets(&["data"], advanced(&[objects(more)]))
}

/// The same world in another partition, in one of its regions.
fn moved(world: World, partition: &str, home: &str) -> World {
    let region = || home.parse().unwrap();
    let translated = |text: &str| text.replace("arn:aws:", &format!("arn:{partition}:"));
    world.but(|world| {
        world.partition = trailproof_core::aws::Partition::new(partition);
        for bucket in &mut world.buckets {
            bucket.region = region();
        }
        for trail in &mut world.trails {
            trail.description.home_region = region();
            let key = trail.description.kms_key_id.as_deref().map(translated);
            trail.description.kms_key_id = key.map(|key| key.replace("us-east-1", home));
        }
        let keys = std::mem::take(&mut world.keys);
        world.keys = keys
            .into_iter()
            .map(|(key, metadata)| (translated(&key).replace("us-east-1", home), metadata))
            .collect();
    })
}

fn named(row: Row, bucket: &str) -> Row {
    row.policy(|policy| {
        policy.s3_data_event_buckets = vec![bucket.into()];
        policy.sensitive_buckets.names = vec![bucket.into()];
    })
}

pub fn rows() -> Vec<Row> {
    [halves_and_values(), exclusions(), prefixes(), places()].concat()
}

fn halves_and_values() -> Vec<Row> {
    let one = || buckets(&["b1", "b2"], values("arn:aws:s3:::b1/", "All"));
    let china = || buckets(&["data"], values("arn:aws:s3", "All"));
    let gov = || buckets(&["data"], values("arn:aws-us-gov:s3:::", "All"));
    vec![
        row("32", buckets(&["data"], values("arn:aws:s3", "All")))
            .says(READ, "pass")
            .says(WRITE, "pass")
            .says(DATA, "pass"),
        row("33", buckets(&["data"], values("arn:aws:s3:::", "WriteOnly")))
            .says(WRITE, "pass")
            .says(READ, NOT)
            .says(DATA, "pass"),
        row("34", moved(china(), "aws-cn", "cn-north-1")).says(WRITE, NOT).says(DATA, NOT),
        row("35", moved(gov(), "aws-us-gov", "us-gov-west-1"))
            .says(WRITE, "pass")
            .says(DATA, "pass"),
        row("36", one()).says(WRITE, NOT).says(DATA, NOT),
        named(row("36/b1", one()), "b1").says(SENSITIVE, "pass").on(":b1").says(DATA, "pass"),
        named(row("36/b2", one()), "b2").says(SENSITIVE, NOT).on(":b2").says(DATA, NOT),
        row("37", selecting(&[arn("StartsWith", "arn:aws:s3:::b1/")]))
            .says(WRITE, NOT)
            .says(DATA, NOT),
        row("38", selecting(&[json!({"Field": "readOnly", "Equals": ["true"]})]))
            .says(READ, "pass")
            .says(WRITE, NOT)
            .says(DATA, "pass"),
        row("39", buckets(&["data"], advanced(&[objects(&[])]).stopped()))
            .says(WRITE, NOT)
            .says(DATA, NOT),
    ]
}

fn exclusions() -> Vec<Row> {
    let puts = |operator: &str| objects(&[json!({"Field": "eventName", operator: ["Put"]})]);
    let role = json!({"Field": "userIdentity.arn",
        "NotEquals": ["arn:aws:iam::111122223333:role/app"]});
    let without = |prefix: &str| selecting(&[arn("NotStartsWith", prefix)]);
    // The member's own log bucket, so that its deliveries are events of the member.
    let own = |world: World| world.with_bucket(bucket("logs"));
    let hidden = "fail hidden_events";
    vec![
        row("40", own(without("arn:aws:s3:::logs/")))
            .says(WRITE, "pass")
            .says(BLIND, "pass")
            .says(ITSELF, "pass")
            .says(DATA, "pass"),
        row("40/not-left-out", own(selecting(&[]))).says(ITSELF, "fail records_itself"),
        row("40/not-accepted", without("arn:aws:s3:::logs/"))
            .policy(|policy| policy.allow_log_bucket_exclusion = false)
            .says(WRITE, NOT)
            .says(BLIND, hidden)
            .says(DATA, NOT),
        row("40b", without("arn:aws:s3:::logs"))
            .says(WRITE, NOT)
            .says(BLIND, hidden)
            .says(DATA, NOT),
        row("41", without("arn:aws:s3:::data/"))
            .says(WRITE, NOT)
            .says(BLIND, hidden)
            .says(DATA, NOT),
        row("42", selecting(&[json!({"Field": "eventName", "NotEquals": ["DeleteObject"]})]))
            .says(BLIND, hidden)
            .says(WRITE, NOT)
            .says(DATA, NOT),
        row("43", selecting(&[role])).says(BLIND, hidden).says(DATA, NOT),
        row("44", buckets(&["data"], advanced(&[puts("StartsWith"), puts("NotStartsWith")])))
            .says(WRITE, NOT)
            .says(BLIND, "pass")
            .says(DATA, NOT),
    ]
}

fn prefixes() -> Vec<Row> {
    let equals = advanced(&[objects(&[arn("Equals", "arn:aws:s3:::b1/")])]);
    let starts = advanced(&[objects(&[arn("StartsWith", "arn:aws:s3:::log")])]);
    let express = advanced(&[json!([
        {"Field": "eventCategory", "Equals": ["Data"]},
        {"Field": "resources.type", "Equals": ["AWS::S3Express::Object"]}])]);
    vec![
        named(row("45", buckets(&["b1"], equals)), "b1")
            .says(SENSITIVE, NOT)
            .on(":b1")
            .says(DATA, NOT),
        named(row("46", buckets(&["logs-prod"], starts)), "logs-prod")
            .says(SENSITIVE, "pass")
            .on(":logs-prod")
            .says(DATA, "pass"),
        row("49", buckets(&["data"], express)).says(WRITE, NOT).says(DATA, NOT),
    ]
}

fn places() -> Vec<Row> {
    let there = bucket("data").but(|b| b.region = "eu-west-1".parse().unwrap());
    let single = || with(advanced(&[objects(&[])]).single_region("eu-west-1"));
    vec![
        row("47", single().with_bucket(there)).says(DATA, "pass").says(WRITE, NOT),
        row("47/one-elsewhere", single().with_bucket(bucket("data"))).says(DATA, NOT),
        row("48", with(trail("audit"))).says(DATA, "not_applicable no_buckets"),
    ]
}
