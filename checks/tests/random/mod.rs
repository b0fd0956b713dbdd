//! Worlds by the dice: few accounts, two regions and one that must be switched on, and everything a trail can share.

mod alerts;
mod beside;
mod guards;
mod past;
mod powers;

use alerts::alerts;
use beside::beside;
use guards::{guarded, guards};
use past::past;
use powers::powers;
use proptest::prelude::*;
use serde_json::{Value, json};
use trailproof_core::answer::{
    LifecycleRule, ObjectLock, PrincipalEntry, PrincipalKind, ReplicationRule, Transition,
};
use trailproof_core::aws::{Partition, Region};
use trailproof_core::fixture::*;
use trailproof_core::policy::{LockMode, Policy};
use trailproof_core::roster::{AccountState, OptInStatus};

/// The smallest partition whose accounts list their regions: what matters happens in each of them.
const PARTITION: &str = "aws-cn";
const OPT_IN: &str = "cn-opt-1";
const REGIONS: [&str; 3] = ["cn-north-1", "cn-northwest-1", OPT_IN];
const ACCOUNTS: [&str; 3] = [MEMBER, ARCHIVE, MANAGEMENT];
/// An account outside the organization.
const STRANGER: &str = "444444444444";
const BUCKETS: [&str; 5] = ["logs", "far", "theirs", "gone", "logs"];
const KEYS: [Option<&str>; 6] = [
    Some("arn:aws-cn:kms:cn-north-1:555566667777:key/near"),
    Some("arn:aws-cn:kms:cn-northwest-1:555566667777:key/far"),
    Some("arn:aws-cn:kms:cn-north-1:444444444444:key/foreign"),
    Some("alias/own"),
    Some("alias/gone"),
    None,
];
const STATES: [&str; 6] =
    ["Enabled", "Enabled", "Disabled", "PendingDeletion", "Creating", "Updating"];
const ERRORS: [Option<&str>; 4] = [None, None, Some("KMS.NotFoundException"), Some("NoSuchBucket")];

fn region(name: &str) -> Region {
    name.parse().unwrap()
}

fn selectors() -> Vec<Option<Value>> {
    let management = json!({"Field": "eventCategory", "Equals": ["Management"]});
    let objects = |more: Value| {
        let mut fields = vec![
            json!({"Field": "eventCategory", "Equals": ["Data"]}),
            json!({"Field": "resources.type", "Equals": ["AWS::S3::Object"]}),
        ];
        fields.extend(more.as_array().unwrap().iter().cloned());
        json!({ "FieldSelectors": fields })
    };
    let advanced = |list: Vec<Value>| Some(json!({ "AdvancedEventSelectors": list }));
    let but = |operator: &str, bucket: &str| json!([{"Field": "resources.ARN", operator: [format!("arn:aws-cn:s3:::{bucket}")]}]);
    vec![
        None,
        Some(json!({"EventSelectors": []})),
        Some(json!({"EventSelectors": [{"ReadWriteType": "ReadOnly"}]})),
        Some(json!({"EventSelectors": [{"ReadWriteType": "WriteOnly",
            "ExcludeManagementEventSources": ["kms.amazonaws.com"]}]})),
        Some(json!({"EventSelectors": [{"IncludeManagementEvents": false,
            "DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws-cn:s3"]}]}]})),
        advanced(vec![json!({"FieldSelectors": [management]}), objects(json!([]))]),
        advanced(vec![objects(but("NotStartsWith", "far/"))]),
        advanced(vec![objects(but("NotStartsWith", "theirs/"))]),
        advanced(vec![objects(but("StartsWith", "data/"))]),
    ]
}

prop_compose! {
    fn any_trail()(
        (owner, home, wide, org, stopped) in
            (0..3usize, 0..3usize, any::<bool>(), any::<bool>(), prop::bool::weighted(0.3)),
        selectors in prop::sample::select(selectors()),
        (bucket, key, error) in (0..5usize, 0..6usize, 0..4usize),
        (watched, prefixed, validated) in
            (any::<bool>(), any::<bool>(), prop::option::of(any::<bool>())),
        missing in prop::collection::vec((0..3usize, 0..3usize), 0..4),
    ) -> TrailSetup {
        let setup = trail("t").but(|t| {
            t.owner = id(ACCOUNTS[owner]);
            t.description.home_region = region(REGIONS[home]);
            t.description.is_multi_region_trail = Some(wide);
            t.description.s3_bucket_name = Some(BUCKETS[bucket].into());
            t.description.s3_key_prefix = prefixed.then(|| "a".into());
            t.description.kms_key_id = KEYS[key].map(str::to_owned);
            t.description.cloud_watch_logs_role_arn =
                prefixed.then(|| format!("arn:aws-cn:iam::{MEMBER}:role/trail-to-logs"));
            t.description.log_file_validation_enabled = validated;
            t.status.latest_delivery_error = ERRORS[error].map(str::to_owned);
            if !watched {
                t.description.cloud_watch_logs_log_group_arn = None;
            }
            t.missing_in = missing
                .iter()
                .map(|(account, place)| (id(ACCOUNTS[*account]), region(REGIONS[*place])))
                .collect();
        });
        let setup = if org { setup.for_organization() } else { setup };
        let setup = if stopped { setup.stopped() } else { setup };
        match selectors {
            Some(selectors) => setup.selecting(selectors),
            None => setup,
        }
    }
}

/// What a rule does: of each kind of retention one that is too short.
fn expiring(rule: &mut LifecycleRule, kind: usize) {
    let moved =
        |class: &str| Transition { storage_class: Some(class.into()), days: Some(30), date: None };
    match kind {
        0 => rule.expiration_days = Some(30),
        1 => rule.noncurrent_days = Some(1),
        2 => (rule.expiration_days, rule.noncurrent_days) = (Some(30), Some(300)),
        3 => rule.expiration_days = None,
        4 => rule.transitions = vec![moved("GLACIER")],
        _ => rule.transitions = vec![moved("FROZEN")],
    }
}

/// A lock or none, and where there is none perhaps no versions.
fn locking(bucket: &mut BucketSetup, kind: usize, status: usize) {
    match kind {
        0 => {}
        1 => bucket.lock.default_retention = None,
        2 => bucket.lock.default_retention.iter_mut().for_each(|rule| rule.days = Some(31)),
        3 => {
            let governance = Some("GOVERNANCE".to_owned());
            bucket
                .lock
                .default_retention
                .iter_mut()
                .for_each(|rule| rule.mode.clone_from(&governance));
        }
        _ => {
            bucket.lock = ObjectLock::default();
            bucket.acl.owner = None;
            let statuses = [Some("Enabled"), Some("Suspended"), None];
            bucket.versioning.status = statuses[status].map(str::to_owned);
        }
    }
}

/// Where copies and access logs go: each to one of the buckets, to one that does not exist, or nowhere.
fn serving(bucket: &mut BucketSetup, (copies, target, kms): (usize, usize, bool)) {
    const NAMES: [Option<&str>; 5] =
        [Some("logs"), Some("far"), Some("theirs"), Some("gone"), None];
    bucket.logging.target_bucket = NAMES[target].map(str::to_owned);
    bucket.replication.rules = NAMES[copies]
        .map(|name| ReplicationRule {
            status: "Enabled".into(),
            prefix: kms.then(|| "a/".into()),
            destination_bucket: format!("arn:aws-cn:s3:::{name}"),
            sse_kms_encrypted_objects: Some("Enabled".into()),
            replica_kms_key_id: kms.then(|| "key".into()),
            ..ReplicationRule::default()
        })
        .into_iter()
        .collect();
    bucket.encryption.kms_master_key_id = kms.then(|| KEYS[0].unwrap().to_owned());
}

prop_compose! {
    /// A world and a policy.
    pub fn any_world()(
        trails in prop::collection::vec(any_trail(), 0..5),
        (organized, caller, delegated, without) in
            (prop::bool::weighted(0.9), 0..3usize, any::<bool>(), 0..8usize),
        (opt_ins, joined, suspended) in
            (prop::collection::vec(0..4usize, 3), any::<bool>(), prop::bool::weighted(0.1)),
        (near, own, theirs, head) in
            (0..6usize, 0..6usize, prop::option::of(0..3usize), 0..3usize),
        (rule, versioned, mfa, open) in (0..4usize, any::<bool>(), any::<bool>(), any::<bool>()),
        (expiry, lock, status) in (0..6usize, 0..5usize, 0..3usize),
        (near_serves, far_serves, stored) in (
            (0..5usize, 0..5usize, any::<bool>()),
            (0..5usize, 0..5usize, any::<bool>()),
            prop::option::of((0..3usize, 0..3usize, any::<bool>())),
        ),
        (data, attached) in (prop::option::of(0..2usize), any::<bool>()),
        policy in (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>()),
        (beside, powers, alerts) in (beside(), powers(), alerts()),
        (guards, past) in (guards(), past()),
    ) -> (World, Policy) {
        let base = if organized { organization() } else { account() };
        let mut world = base.but(|w| w.partition = Partition::new(PARTITION));
        world.caller = if organized { id(ACCOUNTS[caller]) } else { id(MEMBER) };
        world.delegates = if delegated { vec![id(ARCHIVE)] } else { vec![] };
        world.trails = trails;
        for (number, trail) in world.trails.iter_mut().enumerate() {
            trail.description.name = format!("t{number}");
            // An owner sees its trail at home, whatever replicas are missing.
            let home = (trail.owner, trail.description.home_region.clone());
            trail.missing_in.retain(|place| *place != home);
        }
        for (member, status) in world.members.iter_mut().zip(&opt_ins) {
            let statuses =
                [OptInStatus::Enabled, OptInStatus::Enabling, OptInStatus::Disabled];
            member.regions.extend(statuses.get(*status).map(|status| (region(OPT_IN), *status)));
            // One of the accounts may be left out, but not the caller's own.
            member.in_scope = member.id == world.caller
                || ACCOUNTS.get(without).is_none_or(|other| member.id != id(other));
            if open {
                member.block = Default::default();
            }
            // Whoever made a trail in a region had switched it on.
            let there = |trail: &TrailSetup| {
                trail.owner == member.id && trail.description.home_region == region(OPT_IN)
            };
            if world.trails.iter().any(there) {
                member.regions.insert(region(OPT_IN), OptInStatus::Enabled);
            }
        }
        if joined {
            world.members[0].joined = world.now;
        }
        if suspended && world.members[0].id != world.caller {
            world.members[0].state = AccountState::Suspended;
        }
        if attached {
            let policy = "arn:aws-cn:iam::aws:policy/AWSCloudTrail_FullAccess";
            world.members[0].principals.push(PrincipalEntry {
                kind: PrincipalKind::Role,
                arn: format!("arn:aws-cn:iam::{MEMBER}:role/ops"),
                attached_managed_policies: vec![policy.into()],
                details: None,
            });
        }
        let metadata = |state: usize, arn: &str| {
            let mut metadata = key_metadata(arn);
            metadata.key_state = Some(STATES[state].into());
            (arn.to_owned(), metadata)
        };
        world.keys = [metadata(near, KEYS[0].unwrap()), metadata(0, KEYS[1].unwrap()),
            metadata(own, "alias/own")].into();
        let at = |name: &str, place: usize| bucket(name).but(|b| b.region = region(REGIONS[place]));
        world.buckets = vec![
            at("logs", 0).owner(ARCHIVE).but(|b| {
                if !versioned {
                    b.versioning.status = None;
                }
                // S3 refuses one where the other is.
                if mfa {
                    b.versioning.mfa_delete = Some("Enabled".into());
                    b.lifecycle.rules.clear();
                } else {
                    let prefixes = [None, Some("a/"), Some("AWSLogs/"), Some("tmp/")];
                    b.lifecycle.rules[0].prefix = prefixes[rule].map(str::to_owned);
                    expiring(&mut b.lifecycle.rules[0], expiry);
                }
                locking(b, lock, status);
                serving(b, near_serves);
                if open {
                    b.block = Default::default();
                    b.policy.is_public = Some(true);
                }
            }),
            at("far", 1).owner(ARCHIVE).but(|b| serving(b, far_serves)),
            at("theirs", 1).but(|b| {
                b.owner = theirs.map(|account| id(ACCOUNTS[account]));
                b.head = [200, 403, 400][head];
            }),
        ];
        world.stores.extend(stored.map(|(owner, place, wide)| {
            let mut setup = store("lake");
            setup.owner = id(ACCOUNTS[owner]);
            setup.region = region(REGIONS[place % 2]);
            setup.described.organization_enabled = Some(wide);
            setup
        }));
        world.expected_owners = vec![id(STRANGER)];
        world.buckets.extend(data.map(|place| at("data", place)));
        let (exclusion, na, named, governance) = policy;
        let mut policy = Policy {
            allow_log_bucket_exclusion: exclusion,
            na_without_buckets: na,
            trusted_log_accounts: if na { [id(STRANGER)].into() } else { Default::default() },
            require_cross_account: named,
            lock_mode: if governance { LockMode::Governance } else { LockMode::Compliance },
            s3_data_event_buckets: if named { vec!["data".into()] } else { vec![] },
            ..Policy::default()
        };
        beside.enter(&mut world, &mut policy);
        alerts.enter(&mut world);
        powers.enter(&mut world, &mut policy);
        past.enter(&mut world, &mut policy);
        (guarded(world, &guards), policy)
    }
}
