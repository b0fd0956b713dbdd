//! Rows 74 to 82, and what 83 says of principals: the bucket's policy.

use serde_json::{Value, json};
use trailproof_core::fixture::*;

use super::{Row, org_trail, row, with};

const SSL: &str = "s3-bucket-ssl-requests-only";
const SOURCE: &str = "trail-bucket-policy-source-arn";
const DELIVERY: &str = "trail-bucket-policy-allows-delivery";
const OUTSIDERS: &str = "trail-bucket-policy-no-external-principals";
const ORG_POLICY: &str = "org-trail-bucket-policy";

/// The organization trail to a bucket with one statement changed.
fn changed(sid: &str, change: impl Fn(&mut Value)) -> World {
    organization()
        .with(org_trail())
        .with_bucket(bucket("logs").owner(ARCHIVE).statement(sid, change))
}

/// With a condition for both statements that let CloudTrail in.
fn asking(condition: &Value) -> World {
    let logs = ["AclCheck", "Write"].iter().fold(bucket("logs").owner(ARCHIVE), |logs, sid| {
        logs.statement(sid, |statement| statement["Condition"] = condition.clone())
    });
    organization().with(org_trail()).with_bucket(logs)
}

fn for_trails(arn: &str) -> World {
    asking(&json!({ "StringLike": { "aws:SourceArn": arn } }))
}

pub fn rows() -> Vec<Row> {
    let objects = "arn:aws:s3:::logs/*";
    vec![
        row("74", changed("Tls", |deny| deny["Resource"] = json!(objects)))
            .says(SSL, "fail only_objects")
            .of(ARCHIVE),
        row(
            "75",
            changed("Tls", |deny| {
                deny["Condition"]["IpAddress"] = json!({ "aws:SourceIp": "10.0.0.0/8" });
            }),
        )
        .says(SSL, "fail extra_condition")
        .of(ARCHIVE),
        row(
            "75b",
            changed("Tls", |deny| {
                deny["Condition"] = json!({ "NumericLessThan": { "s3:TlsVersion": "1.2" } });
            }),
        )
        .says(SSL, "fail tls_version_only")
        .of(ARCHIVE),
        // A policy as it was printed before AWS asked for the source.
        row(
            "76",
            organization().with(org_trail()).with_bucket(
                bucket("logs")
                    .owner(ARCHIVE)
                    .statement("AclCheck", |check| check["Condition"] = json!({}))
                    .statement("Write", |write| {
                        write["Condition"] = json!({
                            "StringEquals": { "s3:x-amz-acl": "bucket-owner-full-control" }
                        });
                    }),
            ),
        )
        .says(SOURCE, "fail no_source_condition")
        .of(ARCHIVE)
        .says(DELIVERY, "pass")
        .of(ARCHIVE),
        row("77", for_trails("arn:aws:cloudtrail:*:999988887777:trail/*"))
            .says(SOURCE, "pass")
            .of(ARCHIVE)
            .says(DELIVERY, "pass")
            .of(ARCHIVE),
        row("78", for_trails("arn:aws:cloudtrail:*:*:trail/org"))
            .says(SOURCE, "fail wildcard_account")
            .of(ARCHIVE),
        row("79", asking(&json!({ "StringEquals": { "aws:SourceAccount": MANAGEMENT } })))
            .says(SOURCE, "pass")
            .of(ARCHIVE),
        row(
            "80",
            changed("Write", |write| {
                write["Resource"] = json!("arn:aws:s3:::logs/AWSLogs/999988887777/*");
            }),
        )
        .says(ORG_POLICY, "fail path_not_allowed")
        .of(MANAGEMENT)
        .says(DELIVERY, "fail path_not_allowed")
        .of(ARCHIVE),
        row("81", with(trail("audit").but(|t| t.description.s3_key_prefix = Some("ct".into()))))
            .says(DELIVERY, "fail path_not_allowed")
            .of(ARCHIVE),
        row(
            "82",
            changed("Tls", |deny| {
                deny["Condition"] =
                    json!({ "StringNotEquals": { "aws:PrincipalOrgID": ORGANIZATION } });
            }),
        )
        .says(DELIVERY, "fail denied")
        .of(ARCHIVE),
        row(
            "82/exempted",
            changed("Tls", |deny| {
                deny["Condition"] = json!({
                    "StringNotEquals": { "aws:PrincipalOrgID": ORGANIZATION },
                    "Bool": { "aws:PrincipalIsAWSService": "false" },
                });
            }),
        )
        .says(DELIVERY, "pass")
        .of(ARCHIVE),
        row(
            "83/principals",
            organization()
                .with(org_trail())
                .with_bucket(bucket("logs").owner(ARCHIVE).with_statement(json!({
                "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": objects,
                "Condition": { "StringEquals": { "aws:PrincipalOrgID": ORGANIZATION } },
            }))),
        )
        .says(OUTSIDERS, "pass")
        .of(ARCHIVE)
        .says("cloudtrail-s3-bucket-public-access-prohibited", "pass")
        .of(ARCHIVE),
    ]
}
