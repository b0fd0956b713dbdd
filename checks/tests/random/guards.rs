//! Policies of the organization by the dice, and regions that refuse the reader because of one.

use proptest::prelude::*;
use serde_json::{Value, json};
use trailproof_core::control_policies::PolicyKind;
use trailproof_core::evidence::Cause;
use trailproof_core::fact::Fact;
use trailproof_core::fixture::*;

use super::{ACCOUNTS, REGIONS};

/// What stands above the accounts, by the places of its parts in the lists below.
#[derive(Debug, Clone)]
pub struct Guards {
    policies: Vec<(usize, usize)>,
    /// An account and a region that refuses it.
    refused: Vec<(usize, usize)>,
    off: bool,
}

pub fn guards() -> impl Strategy<Value = Guards> {
    let policies = prop::collection::vec((0..6usize, 0..4usize), 0..3);
    let refused = prop::collection::vec((0..3usize, 0..3usize), 0..3);
    (policies, refused, prop::bool::weighted(0.1)).prop_map(|(policies, refused, off)| Guards {
        policies,
        refused,
        off,
    })
}

fn policies() -> [Value; 6] {
    let document = |mut statement: Value| {
        statement["Effect"] = json!("Deny");
        json!({ "Version": "2012-10-17", "Statement": [statement] }).to_string().into()
    };
    let but = json!({ "aws:PrincipalArn": "arn:*:iam::*:role/BreakGlass" });
    [
        document(json!({ "Action": "*", "Resource": "*",
            "Condition": { "StringNotEquals": { "aws:RequestedRegion": ["cn-north-1"] } } })),
        document(json!({ "NotAction": ["iam:*", "sts:*"], "Resource": "*", "Condition": {
            "StringNotEquals": { "aws:RequestedRegion": [REGIONS[0], REGIONS[1]] },
            "ArnNotLike": but } })),
        document(json!({ "Action": ["cloudtrail:*"], "Resource": "*" })),
        document(json!({ "Action": ["cloudtrail:*", "organizations:*", "config:*", "guardduty:*",
            "securityhub:*"], "Resource": "*", "Condition": { "ArnNotLike": but } })),
        document(
            json!({ "Action": ["cloudtrail:*"], "Resource": "arn:*:cloudtrail:*:*:trail/t0" }),
        ),
        json!("{"),
    ]
}

/// The world with its guards.
pub fn guarded(world: World, guards: &Guards) -> World {
    let world = guards.policies.iter().fold(world, |world, (policy, place)| {
        let places = ["root", "Sandbox", ACCOUNTS[0], ACCOUNTS[1]];
        let texts = policies();
        world.controlled(
            PolicyKind::ServiceControl,
            places[*place],
            texts[*policy].as_str().unwrap(),
        )
    });
    let regional = [Fact::Trails, Fact::TrailDelivery, Fact::RecentEvents, Fact::EventDataStores];
    let world = guards.refused.iter().fold(world, |world, (account, region)| {
        regional.into_iter().fold(world, |world, fact| {
            let (account, region) = (Some(ACCOUNTS[*account]), Some(REGIONS[*region]));
            world.deny_in(account, fact, region, Cause::ScpDenied)
        })
    });
    world.but(|world| {
        if guards.off {
            world.controls.enabled.remove(&PolicyKind::ServiceControl);
        }
    })
}
