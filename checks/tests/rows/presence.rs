//! Rows 1 to 31: is there a record, where, and of what.

use serde_json::json;
use trailproof_core::evidence::Cause;
use trailproof_core::fact::Fact;
use trailproof_core::fixture::*;
use trailproof_core::roster::OptInStatus;

use super::{Row, advanced, classic, org_trail, row, with, without_management};

const ENABLED: &str = "cloudtrail-enabled";
const MULTI: &str = "multi-region-cloudtrail-enabled";
const REPLICA: &str = "trail-replication-consistent";
const COVERAGE: &str = "trail-coverage-per-region";
const LOGGING: &str = "trail-is-logging";
const SECURITY: &str = "cloudtrail-security-trail-enabled";
const COMPLETE: &str = "management-events-complete-per-region";
const GLOBAL: &str = "cloudtrail-global-service-events";

fn denied(world: World, place: &str, cause: Cause) -> World {
    world.deny_in(Some(MEMBER), Fact::Trails, Some(place), cause)
}

fn opt_in(status: OptInStatus, trail: TrailSetup) -> World {
    with(trail).member(MEMBER, |m| {
        m.regions.insert("me-central-1".parse().unwrap(), status);
    })
}

/// One trail in each default region but these.
fn singles(but: &[&str]) -> World {
    let regions = organization().partition.default_regions();
    regions
        .iter()
        .filter(|region| !but.contains(&region.as_str()))
        .fold(organization(), |world, region| {
            world.with(trail("single").single_region(region.as_str()))
        })
}

/// A trail that AWS says has custom selectors (or not) and shows none of them.
fn empty(custom: Option<bool>) -> World {
    with(trail("audit").but(|t| t.description.has_custom_event_selectors = custom))
}

pub fn rows() -> Vec<Row> {
    [existence(), regions(), selectors(), global_services()].concat()
}

fn existence() -> Vec<Row> {
    let custom = || org_trail().selecting(json!({"EventSelectors": [{}]}));
    let by_name = |world: World| {
        world.deny_in(Some(MEMBER), Fact::TrailStatus, None, Cause::CrossAccountUnreadable)
    };
    vec![
        row("1", organization()).says(ENABLED, "fail no_trail"),
        row("2", denied(organization(), "eu-west-1", Cause::AccessDenied))
            .says(ENABLED, "unknown access_denied"),
        row("3", with(trail("audit").stopped()))
            .says(ENABLED, "fail not_logging")
            .says(LOGGING, "fail stopped"),
        row("4", with(org_trail())).says(ENABLED, "pass"),
        row("5", by_name(with(org_trail()))).says(ENABLED, "pass"),
        row(
            "5/owner-out-of-run",
            by_name(without_management(with(org_trail()))).deny(Fact::TrailStatus),
        )
        .says(ENABLED, "unknown cross_account_unreadable"),
        row("6", without_management(with(org_trail()))).says(MULTI, "pass"),
        row("7", without_management(with(custom())))
            .says(MULTI, "unknown cross_account_unreadable"),
        row("8", with(custom())).says(MULTI, "pass"),
    ]
}

fn regions() -> Vec<Row> {
    let no_replica = trail("audit").but(|t| {
        t.missing_in.push((id(MEMBER), "me-central-1".parse().unwrap()));
    });
    let enabled = || opt_in(OptInStatus::Enabled, trail("audit"));
    vec![
        row("9", singles(&[]))
            .says(COVERAGE, "pass")
            .times(17)
            .says(MULTI, "fail no_multi_region_trail"),
        row("10", singles(&["ap-south-1"]))
            .says(COVERAGE, "fail not_recorded")
            .at("ap-south-1")
            .says(COVERAGE, "pass")
            .at("eu-west-1"),
        row("11", opt_in(OptInStatus::Enabled, no_replica.clone()))
            .says(COVERAGE, "fail not_recorded")
            .at("me-central-1")
            .says(REPLICA, "fail replica_missing")
            .at("me-central-1")
            .says(REPLICA, "pass")
            .at("eu-west-1"),
        row("12", opt_in(OptInStatus::Enabling, no_replica))
            .says(REPLICA, "not_applicable region_in_transition")
            .at("me-central-1")
            .times(1),
        row("13", opt_in(OptInStatus::Disabled, trail("audit")))
            .says(COVERAGE, "")
            .at("me-central-1")
            .times(0)
            .says(COVERAGE, "pass")
            .times(17),
        row("14", denied(enabled(), "me-central-1", Cause::TokenNotValidInRegion))
            .says(COVERAGE, "unknown token_not_valid_in_region")
            .at("me-central-1")
            .says(ENABLED, "pass"),
        row("15", denied(with(trail("audit")), "sa-east-1", Cause::ScpDenied))
            .says(COVERAGE, "unknown scp_denied")
            .at("sa-east-1"),
    ]
}

/// Of a single trail multi-region-cloudtrail-enabled asks the same of the same two halves as
/// management-events-complete-per-region.
fn selectors() -> Vec<Row> {
    let kms = json!(["kms.amazonaws.com"]);
    let management = || json!({"Field": "eventCategory", "Equals": ["Management"]});
    let read_only = |value: &str| json!({"Field": "readOnly", "Equals": [value]});
    let data_only = json!({"AdvancedEventSelectors": [{
        "Name": "Management events selector",
        "FieldSelectors": [
            {"Field": "eventCategory", "Equals": ["Data"]},
            {"Field": "resources.type", "Equals": ["AWS::S3::Object"]}]}]});
    let excluding = || {
        json!({"Field": "eventSource",
        "NotEquals": ["kms.amazonaws.com", "rdsdata.amazonaws.com"]})
    };
    let half = |name: &str, kind: &str| {
        trail(name).selecting(json!({"EventSelectors": [{"ReadWriteType": kind}]}))
    };
    vec![
        row("16", with(half("a-writes", "WriteOnly")).with(half("b-reads", "ReadOnly")))
            .says(COMPLETE, "pass")
            .says(MULTI, "fail write_only")
            .says(COVERAGE, "pass"),
        row("17", with(classic(json!([{"ExcludeManagementEventSources": kms}]))))
            .says(COMPLETE, "fail excludes:kms.amazonaws.com")
            .says(MULTI, "fail excluded_sources")
            .says(COVERAGE, "pass"),
        row(
            "18",
            with(classic(json!([
                {"ExcludeManagementEventSources": kms}, {"ReadWriteType": "WriteOnly"}]))),
        )
        .says(COMPLETE, "fail excludes:kms.amazonaws.com")
        .says(MULTI, "fail excluded_sources"),
        row("19", with(classic(json!([{"ReadWriteType": "WriteOnly"}]))))
            .says(COMPLETE, "fail write_only")
            .says(MULTI, "fail write_only")
            .says(COVERAGE, "pass"),
        row(
            "20",
            with(classic(json!([{"IncludeManagementEvents": false,
                "DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3"]}]}]))),
        )
        .says(COMPLETE, "fail not_recorded")
        .says(COVERAGE, "fail not_recorded"),
        row(
            "21",
            with(trail("audit").selecting(json!({"AdvancedEventSelectors": [
                {"Name": "foo", "FieldSelectors": [management()]}]}))),
        )
        .says(COMPLETE, "pass")
        .says(MULTI, "pass")
        .says(SECURITY, "pass"),
        row(
            "22",
            with(advanced(&[
                json!([management(), read_only("true")]),
                json!([management(), read_only("false")]),
            ])),
        )
        .says(COMPLETE, "pass")
        .says(MULTI, "pass"),
        row("23", with(advanced(&[json!([management(), excluding()])])))
            .says(COMPLETE, "fail excludes:kms.amazonaws.com")
            .says(MULTI, "fail excluded_sources")
            .says(SECURITY, "fail incomplete"),
        row("24", with(advanced(&[json!([management(), excluding()])])))
            .policy(|policy| {
                policy.tolerate_excluded_sources =
                    serde_json::from_value(json!(["kms.amazonaws.com", "rdsdata.amazonaws.com"]))
                        .unwrap();
            })
            .says(COMPLETE, "pass"),
        row("25", with(trail("audit").selecting(data_only)))
            .says(COMPLETE, "fail not_recorded")
            .says(COVERAGE, "fail not_recorded"),
        row("26", empty(Some(false))).says(COMPLETE, "pass").says(MULTI, "pass"),
        row("27", empty(Some(true)))
            .says(COMPLETE, "unknown undecidable")
            .says(MULTI, "unknown undecidable"),
        row("28", with(classic(json!([{}])))).says(COMPLETE, "pass").says(MULTI, "pass"),
    ]
}

fn global_services() -> Vec<Row> {
    let single = |home| with(trail("audit").single_region(home));
    let without = trail("audit").but(|t| t.description.include_global_service_events = Some(false));
    vec![
        row("29", single("eu-west-1")).says(GLOBAL, "fail not_recorded"),
        row("30", single("us-east-1")).says(GLOBAL, "pass"),
        row("31", with(without)).says(GLOBAL, "fail not_recorded"),
    ]
}
