//! The whole catalogue on snapshots in which there is too much of one thing.
#![allow(
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a bench prints, measures, and its input is its own"
)]

use std::collections::BTreeSet;

use serde_json::json;
use trailproof_checks::CATALOGUE;
use trailproof_core::answer::{
    EventSelectors, Grant, LifecycleRule, OrganizationalUnit, PrincipalEntry, PrincipalKind,
};
use trailproof_core::assess::assess_held;
use trailproof_core::assessment::Assessment;
use trailproof_core::aws::{Partition, Region};
use trailproof_core::fact::Fact;
use trailproof_core::fixture::*;
use trailproof_core::plan::Demand;
use trailproof_core::policy::Policy;
use trailproof_core::roster::AccountEntry;
use trailproof_core::selector::{DataQuestion, Half, Recorded, S3_OBJECT, Selectors};
use trailproof_core::snapshot::{Bundle, ManifestAccount, Outcome};

#[path = "../../crates/iam/benches/measure/mod.rs"]
mod measure;

use measure::growth;

fn home() -> Region {
    "eusc-de-east-1".parse().expect("a region")
}

/// A lone account in a partition of one region.
fn lone() -> World {
    account().but(|world| world.partition = Partition::new("aws-eusc"))
}

fn snapshot(world: &World) -> Bundle {
    world.snapshot(&Demand::facts(Fact::ALL))
}

fn judged(bundle: &Bundle) -> Assessment {
    let assessment = assess_held(bundle, CATALOGUE, &Policy::default());
    assessment.expect("the fixtures are in order")
}

/// So many trails, each as the change says.
fn trails(n: usize, change: impl Fn(usize, &mut TrailSetup)) -> Bundle {
    let world = lone().but(|world| {
        world.trails.extend((0..n).map(|at| {
            let mut trail = trail(&format!("t{at}")).single_region(home().as_str());
            change(at, &mut trail);
            trail
        }));
    });
    snapshot(&world)
}

fn one_trail(change: impl FnOnce(&mut TrailSetup)) -> Bundle {
    snapshot(&lone().with(trail("audit").single_region(home().as_str()).but(change)))
}

fn one_bucket(change: impl FnOnce(&mut BucketSetup)) -> Bundle {
    let bucket = bucket("logs").but(change).but(|bucket| bucket.region = home());
    snapshot(&lone().with(trail("audit").single_region(home().as_str())).with_bucket(bucket))
}

fn principals(n: usize) -> Bundle {
    let entry = |at: usize| PrincipalEntry {
        kind: PrincipalKind::Role,
        arn: format!("arn:aws-eusc:iam::{MEMBER}:role/r{at}"),
        attached_managed_policies: (0..20)
            .map(|policy| format!("arn:aws-eusc:iam::aws:policy/P{policy}"))
            .collect(),
        details: None,
    };
    snapshot(&lone().member(MEMBER, |member| member.principals = (0..n).map(entry).collect()))
}

/// An organization in which nobody but the caller was reached, and a unit for each account.
fn accounts(n: usize) -> Bundle {
    let mut bundle = snapshot(&organization().with(trail("org").for_organization()));
    let ids: Vec<_> = (0..n).map(|at| id(&format!("{:012}", 300_000_000_000 + at))).collect();
    for observation in bundle.organization.observations.values_mut() {
        match &mut observation.outcome {
            Outcome::Answer(trailproof_core::answer::Answer::Accounts(list)) => {
                let entry = list[0].clone();
                list.extend(ids.iter().map(|id| AccountEntry { id: *id, ..entry.clone() }));
            }
            Outcome::Answer(trailproof_core::answer::Answer::OrganizationalUnits(tree)) => {
                for id in &ids {
                    let unit = format!("ou-{id}");
                    tree.accounts.insert(*id, unit.clone());
                    let name = unit.clone();
                    tree.units.push(OrganizationalUnit {
                        id: unit,
                        name,
                        parent: None,
                        policy_types: None,
                    });
                }
            }
            _ => {}
        }
    }
    let entry = |id: &_| ManifestAccount { id: *id, in_scope: true, collected: false };
    bundle.manifest.accounts.extend(ids.iter().map(entry));
    bundle
}

fn selectors(value: serde_json::Value) -> EventSelectors {
    serde_json::from_value(value).expect("selectors")
}

fn advanced(n: usize, field: impl Fn(usize) -> serde_json::Value) -> EventSelectors {
    let list: Vec<_> = (0..n)
        .map(|at| json!({"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}, field(at)]}))
        .collect();
    selectors(json!({"AdvancedEventSelectors": list}))
}

fn answers(read: &EventSelectors) -> Vec<Recorded> {
    let selectors = Selectors::normalise(read);
    let partition = Partition::new("aws");
    let log_buckets: BTreeSet<String> = selectors.left_out_buckets(&partition);
    let data = |half| {
        selectors.data(&DataQuestion {
            partition: &partition,
            resource_type: S3_OBJECT,
            half,
            bucket: None,
            log_buckets: &log_buckets,
        })
    };
    Half::BOTH.into_iter().flat_map(|half| [selectors.management(half), data(half)]).collect()
}

fn by_selectors() {
    growth(
        "selectors: as many, each leaving out a source",
        600,
        |n| {
            advanced(
                n,
                |at| json!({"Field": "eventSource", "NotEquals": [format!("s{at}"), "kms"]}),
            )
        },
        answers,
    );
    growth(
        "selectors: as many, each with a field of its own",
        600,
        |n| advanced(n, |at| json!({"Field": format!("f{at}"), "Equals": ["x"]})),
        answers,
    );
    growth(
        "selectors: one long list against as many short ones",
        600,
        |n| {
            advanced(n, |at| match at {
                0 => {
                    json!({"Field": "eventSource", "NotEquals": (0..n).map(|s| format!("s{s}")).collect::<Vec<_>>()})
                }
                _ => json!({"Field": "eventSource", "NotEquals": ["s0"]}),
            })
        },
        answers,
    );
    growth(
        "selectors: field selectors of one",
        600,
        |n| {
            let fields: Vec<_> = (0..n)
                .map(|at| json!({"Field": "resources.ARN", "NotStartsWith": [format!("arn:aws:s3:::b{at}/")]}))
                .chain([
                    json!({"Field": "eventCategory", "Equals": ["Data"]}),
                    json!({"Field": "resources.type", "Equals": [S3_OBJECT]}),
                ])
                .collect();
            selectors(json!({"AdvancedEventSelectors": [{"FieldSelectors": fields}]}))
        },
        answers,
    );
    growth(
        "selectors: classic data resources, each narrowing",
        600,
        |n| {
            let list: Vec<_> = (0..n)
                .map(|at| json!({"DataResources": [{"Type": S3_OBJECT, "Values": [format!("arn:aws:s3:::b{at}/")]}]}))
                .collect();
            selectors(json!({"EventSelectors": list}))
        },
        answers,
    );
}

fn main() {
    by_selectors();
    growth("assess: trails in one region", 600, |n| trails(n, |_, _| {}), judged);
    growth(
        "assess: trails, all stopped",
        600,
        |n| {
            trails(n, |_, trail| {
                trail.status.is_logging = Some(false);
            })
        },
        judged,
    );
    growth(
        "assess: trails with a bucket and a key each",
        600,
        |n| {
            trails(n, |at, trail| {
                trail.description.s3_bucket_name = Some(format!("b{at}"));
                trail.description.kms_key_id = Some(format!("alias/k{at}"));
            })
        },
        judged,
    );
    growth(
        "assess: selectors of one trail",
        600,
        |n| {
            one_trail(|trail| {
                trail.description.has_custom_event_selectors = Some(true);
                trail.selectors = advanced(
                    n,
                    |at| json!({"Field": "eventSource", "NotEquals": [format!("s{at}")]}),
                );
            })
        },
        judged,
    );
    growth(
        "assess: lifecycle rules",
        600,
        |n| {
            one_bucket(|bucket| {
                let rule = |at| LifecycleRule {
                    id: Some(format!("r{at}")),
                    status: "Enabled".into(),
                    prefix: Some(format!("p{at}/")),
                    ..LifecycleRule::default()
                };
                bucket.lifecycle.rules = (0..n).map(rule).collect();
            })
        },
        judged,
    );
    growth(
        "assess: grants of a bucket",
        600,
        |n| {
            one_bucket(|bucket| {
                let grant = |at| Grant { grantee: format!("g{at}"), permission: "READ".into() };
                bucket.acl.grants = (0..n).map(grant).collect();
            })
        },
        judged,
    );
    growth("assess: roles with 20 policies each", 100, principals, judged);
    growth("assess: accounts that were not reached", 600, accounts, judged);
}
