//! Rows 111 to 117: who can stop the trail, and what the list does not hold of who can do what.

use serde_json::{Value, json};
use trailproof_core::fixture::*;

use super::{Row, org_trail, row, with};

const TRAIL: &str = "iam-cloudtrail-tampering-principals";
const BUCKET: &str = "iam-log-bucket-tampering-principals";
const KEYS: &str = "iam-trail-key-tampering-principals";
const WATCH: &str = "iam-monitoring-tampering-principals";
const FAILS: &str = "fail unapproved_principals";

fn policy(statements: Value) -> Value {
    json!({ "Version": "2012-10-17", "Statement": statements })
}

fn allow(action: &str, resource: &str) -> Value {
    policy(json!([{ "Effect": "Allow", "Action": action, "Resource": resource }]))
}

fn having(setup: PrincipalSetup) -> World {
    with(trail("audit")).principal(MEMBER, setup)
}

fn admin() -> PrincipalSetup {
    role("Admin").managed("AdministratorAccess")
}

pub fn rows() -> Vec<Row> {
    let other = "arn:aws:cloudtrail:us-east-1:111122223333:trail/other";
    let not_iam = policy(json!([{ "Effect": "Allow", "NotAction": ["iam:*"], "Resource": "*" }]));
    let but_break_glass = policy(json!([
        { "Effect": "Allow", "Action": "cloudtrail:*", "Resource": "*" },
        { "Effect": "Deny", "Resource": "*",
            "Action": ["cloudtrail:StopLogging", "cloudtrail:DeleteTrail",
                "cloudtrail:UpdateTrail", "cloudtrail:PutEventSelectors"],
            "Condition": { "ArnNotEquals": {
                "aws:PrincipalArn": "arn:aws:iam::111122223333:role/break-glass" } } }]));
    let with_mfa = policy(json!([{ "Effect": "Allow", "Action": "cloudtrail:*", "Resource": "*",
        "Condition": { "Bool": { "aws:MultiFactorAuthPresent": "true" } } }]));
    let mfa = || having(user("ann").inline("own", with_mfa.clone()));
    let deny = |effect: &str| {
        policy(json!([{ "Effect": effect, "Principal": "*", "Action": "s3:*",
        "Resource": "*" }]))
    };
    let everywhere = || {
        let world = with(org_trail());
        [MEMBER, ARCHIVE, MANAGEMENT].into_iter().fold(world, |w, of| w.principal(of, admin()))
    };
    vec![
        row("111", having(user("ann").inline("own", allow("cloudtrail:Up*", "*"))))
            .says(TRAIL, FAILS),
        row("112", having(role("ops").inline("own", not_iam))).says(TRAIL, FAILS),
        row("113", having(role("ops").inline("own", allow("cloudtrail:StopLogging", other))))
            .says(TRAIL, "pass"),
        row("114", having(admin().boundary(allow("cloudtrail:Get*", "*")))).says(TRAIL, "pass"),
        row("115", having(role("ops").inline("own", but_break_glass))).says(TRAIL, "pass"),
        row("116", mfa()).says(TRAIL, "pass conditional"),
        row("116/strict", mfa()).policy(|p| p.strict_conditions = true).says(TRAIL, FAILS),
        row(
            "117",
            having(
                role("AWSServiceRoleForCloudTrail")
                    .path("/aws-service-role/cloudtrail.amazonaws.com/")
                    .inline("own", allow("cloudtrail:*", "*")),
            ),
        )
        .says(TRAIL, "pass"),
        row("+administrators-everywhere", everywhere())
            .says(TRAIL, "not_applicable nothing_of_its_own")
            .says(TRAIL, FAILS)
            .of(MANAGEMENT)
            .says(BUCKET, FAILS)
            .of(ARCHIVE)
            .times(1)
            .says(KEYS, FAILS)
            .of(ARCHIVE)
            .says(WATCH, FAILS),
        row(
            "+administrators-behind-policies-from-above",
            everywhere()
                .scp(
                    "root",
                    policy(json!([{ "Effect": "Deny", "Action": ["cloudtrail:*", "kms:*",
                "logs:*"], "Resource": "*" }])),
                )
                .rcp(ARCHIVE, deny("Deny")),
        )
        .says(TRAIL, FAILS)
        .of(MANAGEMENT)
        .says(BUCKET, "pass")
        .of(ARCHIVE)
        .says(KEYS, "pass")
        .of(ARCHIVE)
        .says(WATCH, "pass"),
        row("+nobody-can-be-it", having(admin().trust(policy(json!([]))))).says(TRAIL, FAILS),
    ]
}
