//! Event history by the dice: calls on what the world has and had, some refused, some unreadable.

use proptest::prelude::*;
use serde_json::{Value, json};
use trailproof_core::answer::PastEvent;
use trailproof_core::fixture::*;
use trailproof_core::policy::Policy;

use super::{ACCOUNTS, KEYS, REGIONS, STRANGER, region};

/// Who called in which account and region how long ago, what, on which object, and how it went.
type Called = (usize, usize, i64, usize, usize, usize);

/// What is thrown for one world.
#[derive(Debug, Clone)]
pub struct Past {
    calls: Vec<Called>,
    endless: Option<usize>,
    approved: bool,
    allowed: u32,
}

const NAMES: [&str; 18] = [
    "StopLogging",
    "StartLogging",
    "StopLogging",
    "StartLogging",
    "CreateTrail",
    "DeleteTrail",
    "UpdateTrail",
    "UpdateTrail",
    "PutEventSelectors",
    "PutEventSelectors",
    "UpdateEventDataStore",
    "PutBucketPolicy",
    "DisableKey",
    "CreateGrant",
    "DeleteLogGroup",
    "StopConfigurationRecorder",
    "MoveAccount",
    "DetachPolicy",
];

prop_compose! {
    pub fn past()(
        calls in prop::collection::vec(
            (0..3usize, 0..3usize, prop::sample::select(vec![5, 60, 600, 6000, 60_000, 125_000]),
                0..NAMES.len(), 0..6usize, 0..6usize), 0..12),
        endless in prop::option::weighted(0.1, 0..NAMES.len()),
        (approved, allowed) in (any::<bool>(), prop::sample::select(vec![0, 30, 100_000])),
    ) -> Past {
        Past { calls, endless, approved, allowed }
    }
}

fn request(name: &str, object: usize) -> Value {
    let trail = format!("t{object}");
    let selectors = [
        json!([{"readWriteType": "All"}]),
        json!([{"readWriteType": "ReadOnly"}]),
        json!([{"includeManagementEvents": false}]),
        json!("odd"),
    ];
    match name {
        "CreateTrail" => json!({"name": trail, "isMultiRegionTrail": object.is_multiple_of(2)}),
        "UpdateTrail" if object < 3 => json!({"name": trail, "isMultiRegionTrail": object == 1}),
        "UpdateTrail" => {
            let bucket = ["logs", "far", "x"][object % 3];
            json!({ "name": "t0", "s3BucketName": bucket })
        }
        "PutEventSelectors" => {
            json!({"trailName": format!("t{}", object % 2), "eventSelectors": selectors[object % 4]})
        }
        "UpdateEventDataStore" => json!({"eventDataStore": "lake", "retentionPeriod": 90 * object}),
        "PutBucketPolicy" => json!({"bucketName": super::BUCKETS[object % 5]}),
        "DisableKey" => json!({"keyId": KEYS[object % 5]}),
        "CreateGrant" => json!({"keyId": KEYS[0], "granteePrincipal":
            format!("arn:aws-cn:iam::{}:root", [MEMBER, STRANGER][object % 2])}),
        "DeleteLogGroup" => {
            let group = ["trail", "other"][object % 2];
            json!({ "logGroupName": group })
        }
        "MoveAccount" => json!({"accountId": MEMBER}),
        "DetachPolicy" => json!({"policyId": format!("p-{object}")}),
        _ if object == 5 => {
            json!({"name": format!("arn:aws-cn:cloudtrail:cn-north-1:{MANAGEMENT}:trail/t0")})
        }
        _ => json!({ "name": trail }),
    }
}

impl Past {
    /// Puts it into a world.
    pub fn enter(self, world: &mut World, policy: &mut Policy) {
        for (number, (account, place, minutes, name, object, way)) in
            self.calls.into_iter().enumerate()
        {
            // No two at one moment: which of them came first nobody could tell.
            let event = call(minutes + number as i64, NAMES[name], request(NAMES[name], object));
            let event = match way {
                0 => event.refused(),
                1 if number % 4 == 0 => PastEvent { unreadable: true, ..event },
                _ => event,
            };
            let key = (id(ACCOUNTS[account]), region(REGIONS[place]));
            world.history.entry(key).or_default().push(event);
        }
        world.endless.extend(self.endless.map(|name| NAMES[name].to_owned()));
        policy.max_gap_minutes = self.allowed;
        if self.approved {
            policy.approved_principals.push("arn:aws:iam::*:role/Ops".into());
        }
    }
}
