//! Rows 32 to 49: data events of S3.
//!
//! Most name the all-read and all-write checks, which do not exist yet. cloudtrail-s3-dataevents-enabled asks for either
//! half over all buckets, or for the buckets that the policy names, and stands in for them as far as that goes.

use serde_json::{Value, json};
use trailproof_core::fixture::*;

use super::{Row, advanced, classic, row, with};

const DATA: &str = "cloudtrail-s3-dataevents-enabled";
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
    row.policy(|policy| policy.s3_data_event_buckets = vec![bucket.into()])
}

pub fn rows() -> Vec<Row> {
    [halves_and_values(), exclusions(), places()].concat()
}

fn halves_and_values() -> Vec<Row> {
    let one = || buckets(&["b1", "b2"], values("arn:aws:s3:::b1/", "All"));
    vec![
        row("32", buckets(&["data"], values("arn:aws:s3", "All"))).says(DATA, "pass"),
        row("33", buckets(&["data"], values("arn:aws:s3:::", "WriteOnly"))).says(DATA, "pass"),
        row("34", moved(buckets(&["data"], values("arn:aws:s3", "All")), "aws-cn", "cn-north-1"))
            .says(DATA, NOT),
        row(
            "35",
            moved(
                buckets(&["data"], values("arn:aws-us-gov:s3:::", "All")),
                "aws-us-gov",
                "us-gov-west-1",
            ),
        )
        .says(DATA, "pass"),
        row("36", one()).says(DATA, NOT),
        named(row("36/b1", one()), "b1").says(DATA, "pass"),
        named(row("36/b2", one()), "b2").says(DATA, NOT),
        row("37", selecting(&[arn("StartsWith", "arn:aws:s3:::b1/")])).says(DATA, NOT),
        row("38", selecting(&[json!({"Field": "readOnly", "Equals": ["true"]})]))
            .says(DATA, "pass"),
        row("39", buckets(&["data"], advanced(&[objects(&[])]).stopped())).says(DATA, NOT),
    ]
}

fn exclusions() -> Vec<Row> {
    let puts = |operator: &str| objects(&[json!({"Field": "eventName", operator: ["Put"]})]);
    let role = json!({"Field": "userIdentity.arn",
        "NotEquals": ["arn:aws:iam::111122223333:role/app"]});
    vec![
        row("40", selecting(&[arn("NotStartsWith", "arn:aws:s3:::logs/")])).says(DATA, "pass"),
        row("40/not-accepted", selecting(&[arn("NotStartsWith", "arn:aws:s3:::logs/")]))
            .policy(|policy| policy.allow_log_bucket_exclusion = false)
            .says(DATA, NOT),
        row("40b", selecting(&[arn("NotStartsWith", "arn:aws:s3:::logs")])).says(DATA, NOT),
        row("41", selecting(&[arn("NotStartsWith", "arn:aws:s3:::data/")])).says(DATA, NOT),
        row("42", selecting(&[json!({"Field": "eventName", "NotEquals": ["DeleteObject"]})]))
            .says(DATA, NOT),
        row("43", selecting(&[role])).says(DATA, NOT),
        row("44", buckets(&["data"], advanced(&[puts("StartsWith"), puts("NotStartsWith")])))
            .says(DATA, NOT),
        named(
            row("45", buckets(&["b1"], advanced(&[objects(&[arn("Equals", "arn:aws:s3:::b1/")])]))),
            "b1",
        )
        .says(DATA, NOT),
        named(
            row(
                "46",
                buckets(
                    &["logs-prod"],
                    advanced(&[objects(&[arn("StartsWith", "arn:aws:s3:::log")])]),
                ),
            ),
            "logs-prod",
        )
        .says(DATA, "pass"),
        row(
            "49",
            buckets(
                &["data"],
                advanced(&[json!([
                    {"Field": "eventCategory", "Equals": ["Data"]},
                    {"Field": "resources.type", "Equals": ["AWS::S3Express::Object"]}])]),
            ),
        )
        .says(DATA, NOT),
    ]
}

fn places() -> Vec<Row> {
    let there = bucket("data").but(|b| b.region = "eu-west-1".parse().unwrap());
    let single = || with(advanced(&[objects(&[])]).single_region("eu-west-1"));
    vec![
        row("47", single().with_bucket(there)).says(DATA, "pass"),
        row("47/one-elsewhere", single().with_bucket(bucket("data"))).says(DATA, NOT),
        row("48", with(trail("audit"))).says(DATA, "not_applicable no_buckets"),
    ]
}
