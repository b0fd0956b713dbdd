//! Worlds that the catalogue's list does not hold: shared objects, several trails, and what hides behind a gap.

use serde_json::json;
use trailproof_core::answer::{Answer, TrailStatus};
use trailproof_core::aws::Partition;
use trailproof_core::evidence::Cause;
use trailproof_core::fact::Fact;
use trailproof_core::fixture::*;
use trailproof_core::roster::OptInStatus;
use trailproof_core::snapshot::{Bundle, Outcome};

use super::{Row, advanced, org_trail, row, with, without_management};

const DATA: &str = "cloudtrail-s3-dataevents-enabled";
const USABLE: &str = "trail-kms-key-usable";
const COVERS: &str = "org-trail-covers-all-members";
const WATCHED: &str = "cloud-trail-cloud-watch-logs-enabled";
const COVERAGE: &str = "trail-coverage-per-region";

fn all_objects(more: serde_json::Value) -> TrailSetup {
    let mut fields = json!([
        {"Field": "eventCategory", "Equals": ["Data"]},
        {"Field": "resources.type", "Equals": ["AWS::S3::Object"]}]);
    if let (Some(fields), Some(more)) = (fields.as_array_mut(), more.as_array()) {
        fields.extend(more.iter().cloned());
    }
    advanced(&[fields])
}

/// S3 answers old callers without the buckets' regions.
pub fn without_regions(bundle: &mut Bundle) {
    for document in &mut bundle.accounts {
        for observation in document.observations.values_mut() {
            if let Outcome::Answer(Answer::BucketList(buckets)) = &mut observation.outcome {
                buckets.iter_mut().for_each(|bucket| bucket.bucket_region = None);
            }
        }
    }
}

/// Changes what one account is told of the trails' status: each account's view is its own.
fn told(bundle: &mut Bundle, account: &str, change: fn(&mut TrailStatus)) {
    for document in bundle.accounts.iter_mut().filter(|document| document.account == id(account)) {
        for observation in document.observations.values_mut() {
            if let Outcome::Answer(Answer::TrailStatus(status)) = &mut observation.outcome {
                change(status);
            }
        }
    }
}

/// What accounts are told differs, and the owner is not there to ask.
fn views() -> Vec<Row> {
    let delegated =
        || without_management(with(org_trail())).but(|world| world.delegates = vec![id(ARCHIVE)]);
    let refused: fn(&mut Bundle) = |bundle| {
        told(bundle, ARCHIVE, |status| status.latest_delivery_error = Some("KMS.Denied".into()));
    };
    let never: fn(&mut Bundle) = |bundle| {
        told(bundle, ARCHIVE, |status| status.latest_cloud_watch_logs_delivery_time = None);
    };
    let edited = |row: Row, edit| Row { edit, ..row };
    vec![
        edited(row("+one-of-two-is-refused", without_management(with(org_trail()))), refused)
            .says(COVERAGE, "fail recorded_but_undeliverable"),
        edited(row("+the-delegate-is-refused", delegated()), refused)
            .says(USABLE, "fail delivery_error")
            .of(ARCHIVE),
        // The delegated administrator speaks for the owner, whoever else was told better news.
        edited(row("+the-delegate-sees-no-delivery", delegated()), never)
            .says(WATCHED, "fail never_delivered")
            .of(MANAGEMENT),
    ]
}

pub fn rows() -> Vec<Row> {
    [shared(), data_events(), organization_trails(), places(), views()].concat()
}

fn shared() -> Vec<Row> {
    let alias = || {
        trail("audit").but(|t| {
            t.description.kms_key_id = Some("alias/trail".into());
            t.description.s3_bucket_name = Some("theirs".into());
        })
    };
    let theirs = || bucket("theirs").but(|b| b.owner = None);
    let second = || {
        trail("second").but(|t| {
            t.owner = id(MANAGEMENT);
            t.description.s3_key_prefix = Some("second".into());
        })
    };
    let elsewhere =
        || bucket("far").owner(ARCHIVE).but(|b| b.region = "eu-west-1".parse().unwrap());
    let gone = || trail("audit").but(|t| t.description.s3_bucket_name = Some("gone".into()));
    vec![
        // Where the bucket lies is not known, so neither is which key the alias names: one of that name in the
        // trail's own region may be another.
        row("+alias-of-unknown-region", with(alias()).with_bucket(theirs()).deny(Fact::BucketHead))
            .says(USABLE, "unknown cross_account_unreadable"),
        row("+two-trails-one-bucket", with(trail("audit")).with(second()))
            .says("trail-bucket-exists", "pass")
            .of(ARCHIVE)
            .times(1)
            .says(USABLE, "pass")
            .of(ARCHIVE)
            .times(1),
        row(
            "+rule-for-one-of-two-prefixes",
            with(trail("audit")).with(second().single_region("us-east-1")).with_bucket(
                bucket("logs")
                    .owner(ARCHIVE)
                    .but(|b| b.lifecycle.rules[0].prefix = Some("second/".into())),
            ),
        )
        .says("s3-lifecycle-policy-check", "pass")
        .of(ARCHIVE),
        row(
            "+one-key-two-regions",
            with(trail("audit"))
                .with(second().but(|t| t.description.s3_bucket_name = Some("far".into())))
                .with_bucket(elsewhere()),
        )
        .says(USABLE, "fail wrong_region")
        .of(ARCHIVE)
        // The member's own trail has its key and its bucket in one region.
        .says(COVERAGE, "pass")
        .says(COVERAGE, "fail recorded_but_undeliverable")
        .of(MANAGEMENT),
        row("+watched-into-a-missing-bucket", with(gone())).says(WATCHED, "pass"),
        row(
            "+unwatched-into-a-missing-bucket",
            with(gone().but(|t| t.description.cloud_watch_logs_log_group_arn = None)),
        )
        .says(WATCHED, "not_applicable no_evidence_trail"),
    ]
}

fn data_events() -> Vec<Row> {
    let excluding = json!([{"Field": "resources.ARN", "NotStartsWith": ["arn:aws:s3:::central/"]}]);
    // One refused region of another account hides the trail whose log bucket it is.
    let central = org_trail()
        .single_region("us-east-1")
        .but(|t| t.description.s3_bucket_name = Some("central".into()))
        .but(|t| t.description.is_organization_trail = Some(false));
    let single = || with(all_objects(json!([])).single_region("eu-west-1"));
    let named = |row: Row| row.policy(|policy| policy.s3_data_event_buckets = vec!["data".into()]);
    let unlocated = |row: Row| Row { edit: without_regions, ..row };
    vec![
        row("+all-objects-and-no-bucket", with(all_objects(json!([])))).says(DATA, "pass"),
        named(row("+no-bucket-of-that-name", with(all_objects(json!([])).stopped())))
            .says(DATA, "not_applicable no_buckets"),
        row(
            "+leaves-out-anothers-log-bucket",
            with(all_objects(excluding))
                .with(central)
                .with_bucket(bucket("central").owner(ARCHIVE))
                .with_bucket(bucket("data")),
        )
        .says(DATA, "pass"),
        unlocated(row("+somewhere", single().with_bucket(bucket("data"))))
            .says(DATA, "unknown undecidable"),
        named(unlocated(row("+named-and-somewhere", single().with_bucket(bucket("data")))))
            .says(DATA, "unknown undecidable"),
        unlocated(row(
            "+somewhere-and-nothing-selected",
            with(trail("audit")).with_bucket(bucket("data")),
        ))
        .says(DATA, "fail not_recorded"),
    ]
}

fn organization_trails() -> Vec<Row> {
    let place = |name: &str| name.parse().unwrap();
    let home = |name: &'static str| org_trail().single_region(name);
    let second = || {
        trail("wide").for_organization().but(|t| {
            t.description.home_region = place("eu-west-1");
            let missing = ["us-east-1", "ap-south-1"];
            t.missing_in.extend(missing.map(|name| (id(MEMBER), place(name))));
            t.missing_in.extend(missing.map(|name| (id(MANAGEMENT), place(name))));
        })
    };
    let alone = |world: World| {
        world.but(|world| {
            world.caller = id(MEMBER);
            world.members.retain(|member| member.id == id(MEMBER));
        })
    };
    vec![
        row("+single-region-organization-trail", with(home("eu-west-1"))).says(COVERS, "pass"),
        // The member never switched the trail's only region on: nothing of it is recorded.
        row(
            "+single-region-where-the-member-is-not",
            with(home("me-central-1")).member(MANAGEMENT, |m| {
                m.regions.insert(place("me-central-1"), OptInStatus::Enabled);
            }),
        )
        .says(COVERS, "fail missing_in_member"),
        // Without the management account's word on eu-west-1 the first would look like all there is.
        row(
            "+two-narrow-ones",
            with(home("us-east-1")).with(home("eu-west-1").but(|t| {
                t.missing_in.extend([MEMBER, ARCHIVE].map(|of| (id(of), place("eu-west-1"))));
            })),
        )
        .says(COVERS, "fail missing_in_member"),
        row("+narrow-and-wide", with(home("us-east-1")).with(second()))
            .says(COVERS, "fail missing_in_member"),
        row("+a-member-alone", alone(with(org_trail())).deny(Fact::Accounts))
            .says("cloudtrail-enabled", "pass")
            .says("trail-is-logging", "not_applicable owner_not_in_run")
            // Its bucket and key are others', whom nobody asked.
            .says(COVERAGE, "unknown cross_account_unreadable"),
    ]
}

fn places() -> Vec<Row> {
    let side = || {
        trail("side").single_region("eu-west-1").stopped().but(|t| {
            t.description.s3_bucket_name = Some("side".into());
            t.description.kms_key_id = Some("alias/side".into());
        })
    };
    let hidden = with(trail("audit")).with(side()).deny_in(
        Some(MEMBER),
        Fact::Trails,
        Some("eu-west-1"),
        Cause::AccessDenied,
    );
    vec![
        row("+a-side-trail", with(trail("audit")).with(side()))
            .says("trail-is-logging", "fail stopped")
            .at("eu-west-1")
            .says("trail-bucket-exists", "fail missing"),
        // A region that was not read may hide a trail, with its bucket and its key.
        row("+a-hidden-side-trail", hidden)
            .says("trail-is-logging", "unknown access_denied")
            .at("global")
            .says("trail-bucket-exists", "unknown access_denied")
            .at("global"),
        // Where no region is known, nothing was looked at.
        row(
            "+a-partition-of-unknown-regions",
            account().but(|world| world.partition = Partition::new("aws-new")),
        )
        .says("cloudtrail-enabled", "unknown region_scope_unproven")
        .says("trail-is-logging", "unknown region_scope_unproven"),
    ]
}
