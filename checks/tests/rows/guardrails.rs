//! What stands above accounts: policies that protect the record, and such that close regions.

use serde_json::{Value, json};
use trailproof_core::evidence::Cause;
use trailproof_core::fact::Fact;
use trailproof_core::fixture::*;

use super::{Row, org_trail, row, with};

const PROTECTS: &str = "scp-protects-cloudtrail";
const STAYS: &str = "scp-denies-leave-organization";
const WATCHES: &str = "scp-protects-detection";
const COVERAGE: &str = "trail-coverage-per-region";
const COMPLETE: &str = "management-events-complete-per-region";
const COVERS: &str = "org-trail-covers-all-members";
const MULTI: &str = "multi-region-cloudtrail-enabled";
const BREAK_GLASS: &str = "arn:aws:iam::*:role/BreakGlass";
const FAR: &str = "sa-east-1";

fn policy(statement: Value) -> Value {
    json!({ "Version": "2012-10-17", "Statement": [statement] })
}

fn deny(actions: &[&str]) -> Value {
    let actions: Vec<String> = actions.iter().map(|name| format!("cloudtrail:{name}")).collect();
    policy(json!({ "Sid": "Trails", "Effect": "Deny", "Action": actions, "Resource": "*",
        "Condition": { "ArnNotLike": { "aws:PrincipalArn": BREAK_GLASS } } }))
}

/// The member in a unit, with a trail of its own.
fn member() -> World {
    with(trail("audit")).member(MEMBER, |member| member.unit = Some("Workloads".into()))
}

fn approving(row: Row) -> Row {
    row.policy(|policy| policy.approved_principals = vec![BREAK_GLASS.into()])
}

/// A region of the member's refuses the reader because of a service control policy.
fn refusing(world: World, region: &str) -> World {
    let regional = [Fact::Trails, Fact::TrailDelivery, Fact::RecentEvents, Fact::EventDataStores];
    regional.into_iter().fold(world, |world, fact| {
        world.deny_in(Some(MEMBER), fact, Some(region), Cause::ScpDenied)
    })
}

/// Everything but what is global is denied beyond two regions.
fn region_deny() -> Value {
    policy(json!({ "Sid": "GRREGIONDENY", "Effect": "Deny", "Resource": "*",
        "NotAction": ["iam:*", "organizations:*", "sts:*", "support:*", "route53:*", "kms:*"],
        "Condition": {
            "StringNotEquals": { "aws:RequestedRegion": ["us-east-1", "eu-west-1"] },
            "ArnNotLike": { "aws:PrincipalArn": "arn:*:iam::*:role/AWSControlTowerExecution" } } }))
}

pub fn rows() -> Vec<Row> {
    let four = ["StopLogging", "DeleteTrail", "UpdateTrail", "PutEventSelectors"];
    let closed = || refusing(with(org_trail()).scp("root", region_deny()), FAR);
    vec![
        approving(row("119", member().scp("root", deny(&four))))
            .says(PROTECTS, "pass exemption_can_be_taken")
            .times(1)
            .says(PROTECTS, "not_applicable management_account")
            .of(MANAGEMENT)
            .says(STAYS, "fail not_denied")
            .says(WATCHES, "fail not_denied"),
        approving(row("120", member().scp("Sandbox", deny(&four))))
            .says(PROTECTS, "fail not_denied")
            .times(1),
        approving(row("121", member().scp("root", deny(&["StopLogging", "DeleteTrail"]))))
            .says(PROTECTS, "fail not_denied")
            .times(1),
        row("+unapproved", member().scp("root", deny(&four)))
            .says(PROTECTS, "fail unapproved_exemption"),
        row(
            "+guarded",
            with(org_trail()).scp(
                "root",
                policy(json!({ "Sid": "Guard", "Effect": "Deny", "Resource": "*",
                    "Action": ["cloudtrail:*", "organizations:LeaveOrganization", "guardduty:*",
                        "securityhub:*", "config:*"] })),
            ),
        )
        .says(PROTECTS, "pass")
        .says(STAYS, "pass")
        .says(WATCHES, "pass"),
        row("+closed", closed())
            .says(COVERAGE, "not_applicable region_closed_by_scp")
            .at(FAR)
            .times(1)
            .says(COMPLETE, "not_applicable region_closed_by_scp")
            .at(FAR)
            .says(COVERS, "pass")
            .says(MULTI, "pass"),
        row("+closed/unproved", refusing(with(org_trail()), FAR))
            .says(COVERAGE, "unknown scp_denied")
            .at(FAR)
            .times(1),
        row("+closed/open", refusing(with(org_trail()).scp("root", region_deny()), "eu-west-1"))
            .says(COVERAGE, "unknown scp_denied")
            .at("eu-west-1")
            .times(1),
        row("+closed/unread", closed().deny(Fact::OrganizationPolicy))
            .says(COVERAGE, "unknown scp_denied")
            .at(FAR)
            .times(1)
            .says(COVERS, "unknown scp_denied"),
        row("+closed/nothing", refusing(organization().scp("root", region_deny()), FAR))
            .says(COVERAGE, "not_applicable region_closed_by_scp")
            .at(FAR)
            .says("cloudtrail-enabled", "fail no_trail"),
    ]
}
