//! What hangs on trails, keys, regions and event data stores, by the dice.

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use serde_json::{Value, json};
use trailproof_core::answer::{KeyRotation, LogGroup, RecentEvent, Topic, TrailStatus};
use trailproof_core::fixture::*;
use trailproof_core::policy::Policy;

use super::{ACCOUNTS, KEYS, REGIONS, STRANGER, region};

pub(super) const TOPIC: &str = "arn:aws-cn:sns:cn-north-1:555566667777:told";
pub(super) const GROUP: &str = "arn:aws-cn:logs:cn-north-1:111122223333:log-group:trail:*";
const STATUSES: [&str; 5] =
    ["ENABLED", "ENABLED", "CREATED", "STOPPED_INGESTION", "PENDING_DELETION"];

/// What is thrown for one world.
#[derive(Debug, Clone)]
pub struct Beside {
    /// For each trail: what its status is in a region, whether it tells a topic, how it is tagged.
    trails: Vec<OfTrail>,
    /// How many minutes ago the newest event of an account and region was.
    events: Vec<(usize, usize, i64)>,
    /// The store's state, key, days, whom its policy names, and whether it takes in management events.
    store: (usize, usize, i32, usize, bool),
    /// How each key of the archive is rotated.
    rotation: (Option<bool>, Option<i32>),
    /// Whether the topic exists, the log group is there, and it has a key.
    there: (bool, bool, bool),
    /// Whether the organization has all features, trusted access and the role.
    organization: (bool, bool, bool),
    policy: (bool, bool, bool),
}

/// Minutes since the last delivery to the bucket and the log group, the last digest, the start; and an error.
type Delivery = (Option<i64>, Option<i64>, Option<i64>, Option<i64>, usize);

/// Deliveries at home, in one further region, and whether it tells a topic and is tagged.
type OfTrail = (Delivery, Option<(usize, Delivery)>, (bool, bool));

fn minutes() -> impl Strategy<Value = Option<i64>> {
    prop::option::weighted(0.8, prop::sample::select(vec![5, 50, 90, 150, 1500, 5000]))
}

fn delivery() -> impl Strategy<Value = Delivery> {
    (minutes(), minutes(), minutes(), minutes(), 0..6usize)
}

prop_compose! {
    pub fn beside()(
        trails in prop::collection::vec(
            (delivery(), prop::option::of((0..3usize, delivery())), any::<(bool, bool)>()), 5),
        events in prop::collection::vec(
            (0..3usize, 0..3usize, prop::sample::select(vec![10, 70, 200, 2000])), 0..6),
        store in (0..5usize, 0..6usize, prop::sample::select(vec![7, 365]), 0..6usize, any::<bool>()),
        rotation in (prop::option::of(any::<bool>()), prop::option::of(prop::sample::select(vec![90, 2560]))),
        there in any::<(bool, bool, bool)>(),
        organization in any::<(bool, bool, bool)>(),
        policy in any::<(bool, bool, bool)>(),
    ) -> Beside {
        Beside { trails, events, store, rotation, there, organization, policy }
    }
}

fn ago(minutes: i64) -> Timestamp {
    organization().now - SignedDuration::from_mins(minutes)
}

/// The status of a region: the same trail, other deliveries.
fn delivered(status: &mut TrailStatus, (bucket, group, digest, started, error): Delivery) {
    status.latest_delivery_time = bucket.map(ago);
    status.latest_cloud_watch_logs_delivery_time = group.map(ago);
    status.latest_digest_delivery_time = digest.map(ago);
    status.start_logging_time = started.map(ago);
    let error = |wanted: usize| (error == wanted).then(|| "AccessDenied".to_owned());
    status.latest_cloud_watch_logs_delivery_error = error(0);
    status.latest_digest_delivery_error = error(1);
    status.latest_notification_error = error(2);
    if let Some(error) = error(3) {
        status.latest_delivery_error = Some(error);
    }
}

fn policy_of(store: usize) -> Option<String> {
    let (principal, condition): (Value, Value) = match store {
        0 => (json!({"AWS": format!("arn:aws-cn:iam::{MEMBER}:root")}), json!({})),
        1 => (json!({"AWS": STRANGER}), json!({})),
        2 => (json!("*"), json!({"StringEquals": {"aws:PrincipalOrgID": ORGANIZATION}})),
        3 => (json!("*"), json!({"Bool": {"aws:SecureTransport": "true"}})),
        4 => return Some("{".into()),
        _ => return None,
    };
    let statement = json!({"Effect": "Allow", "Principal": principal, "Action": "cloudtrail:*",
        "Resource": "*", "Condition": condition});
    Some(json!({"Version": "2012-10-17", "Statement": [statement]}).to_string())
}

impl Beside {
    /// Puts it into a world whose trails, keys and stores are there already.
    pub fn enter(self, world: &mut World, policy: &mut Policy) {
        for (trail, (home, further, (told, tagged))) in world.trails.iter_mut().zip(self.trails) {
            delivered(&mut trail.status, home);
            if let Some((place, further)) = further {
                let mut status = trail.status.clone();
                delivered(&mut status, further);
                trail.status_in.insert(region(REGIONS[place]), status);
            }
            // A trail has one status at home.
            trail.status_in.remove(&trail.description.home_region);
            trail.description.sns_topic_arn = told.then(|| TOPIC.to_owned());
            if !tagged {
                trail.tags.clear();
            }
            if trail.description.cloud_watch_logs_log_group_arn.is_some() {
                trail.description.cloud_watch_logs_log_group_arn = Some(GROUP.into());
            }
        }
        for (account, place, minutes) in self.events {
            let event = RecentEvent { event_time: ago(minutes), event_name: None };
            world.events.insert((id(ACCOUNTS[account]), region(REGIONS[place])), event);
        }
        let (status, key, days, named, management) = self.store;
        for store in &mut world.stores {
            store.described.status = Some(STATUSES[status].into());
            // AWS gives a store's key by its ARN, whatever it was set by.
            let arn = KEYS[key].filter(|key| key.starts_with("arn:"));
            store.described.kms_key_id = arn.map(str::to_owned);
            store.described.retention_period = Some(days);
            store.policy.policy = policy_of(named);
            if !management {
                let selectors = &mut store.described.advanced_event_selectors;
                selectors[0].field_selectors[0].equals = vec!["ConfigurationItem".into()];
            }
        }
        let (enabled, days) = self.rotation;
        let rotation = KeyRotation { key_rotation_enabled: enabled, rotation_period_in_days: days };
        world.rotations.insert(KEYS[0].unwrap().into(), rotation);
        let (topic, group, keyed) = self.there;
        if topic {
            world.topics.insert(TOPIC.into(), Topic::default());
        }
        if !group {
            world.missing_log_groups.insert(GROUP.into());
        }
        let key = keyed.then(|| KEYS[1].unwrap().to_owned());
        world.log_groups.insert(GROUP.into(), LogGroup { kms_key_id: key, ..LogGroup::default() });
        let (features, trusted, role) = self.organization;
        if !features {
            world.feature_set = "CONSOLIDATED_BILLING".into();
        }
        if !trusted {
            world.trusted_services.clear();
        }
        world.service_linked_role = role;
        let (archive, security, tags) = self.policy;
        policy.log_archive_account_ids.extend(archive.then(|| id(ARCHIVE)));
        policy.security_account_ids.extend(security.then(|| id(MEMBER)));
        policy.required_tag_keys.extend(tags.then(|| "owner".to_owned()));
    }
}
