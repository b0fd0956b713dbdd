//! What hangs on generated trails and buckets: access logs, copies, keys, topics, log groups, stores, recent events.

use serde_json::json;

use crate::description::{
    Account, Bucket, Encryption, Event, EventDataStore, GuardDuty, Key, LogGroup, Logging,
    ReplicationRule, SecurityHub, Topic, Trail, TrailStatus, default_regions,
};
use crate::generated::Generator;
use crate::generated::account::{bucket_name, home, minutes, protected};
use crate::generated::chance::Chance;
use crate::generated::frame::everywhere;
use crate::generated::trails::{key, key_arn, key_id};

impl Generator {
    /// Where the access logs and copies of a stray log bucket go, if anywhere.
    pub(super) fn add_destinations(
        &self,
        chance: Chance,
        bucket: &mut Bucket,
        account: &mut Account,
    ) {
        let place = bucket.name.rsplit('-').next().unwrap_or_default();
        let target = |purpose: &str| format!("{purpose}-{}-{place}", account.id);
        let others = bucket_name(&self.id(chance.below("whose", self.shape.accounts)), 0);
        let mut own = Vec::new();
        bucket.logging = match chance.below("access logs", 10) {
            0..4 => None,
            4..7 => {
                own.push(target("access"));
                Some(target("access"))
            }
            7..9 => Some(others.clone()),
            _ => Some(target("deleted-access")),
        }
        .map(|target| Logging { target, prefix: format!("{}/", bucket.name) });
        let destination = match chance.below("copies", 10) {
            0..7 => None,
            7 => {
                own.push(target("copies"));
                Some(target("copies"))
            }
            8 => Some(others),
            _ => Some(target("deleted-copies")),
        };
        bucket.replication = destination
            .map(|destination| ReplicationRule {
                id: "all".to_owned(),
                destination,
                ..ReplicationRule::default()
            })
            .into_iter()
            .collect();
        let region = bucket.region.clone();
        account.buckets.extend(own.into_iter().map(|name| {
            let mut made = protected(name, &region);
            made.object_lock = None;
            made
        }));
    }

    /// Stores, in few accounts, of which some have a key of their own.
    pub(super) fn add_stores(&self, chance: Chance, account: &mut Account) {
        for place in 0..=usize::from(chance.happens("two stores", 0.2)) {
            let chance = chance.part("store", place);
            let region = home(chance);
            let mut store = EventDataStore {
                id: key_id(chance.part("id", 0)),
                name: format!("store-{place}"),
                region: region.clone(),
                status: chance.one_of("status", &STATUSES).to_owned(),
                single_region: chance.happens("single region", 0.3),
                retention_period: if chance.happens("short", 0.3) { 90 } else { 366 },
                unprotected: chance.happens("unprotected", 0.3),
                created: Some(minutes(chance.below("created", 1_000_000))),
                ..EventDataStore::default()
            };
            if chance.happens("insights", 0.3) {
                store.insight_selectors = vec![json!({ "InsightType": "ApiCallRateInsight" })];
            }
            if chance.happens("shared", 0.2) {
                let other = self.id(chance.below("shared with", self.shape.accounts));
                store.policy = Some(json!({ "Version": "2012-10-17", "Statement": [{
                    "Effect": "Allow",
                    "Principal": { "AWS": format!("arn:aws:iam::{other}:root") },
                    "Action": "cloudtrail:StartQuery",
                    "Resource": "*",
                }] }));
            }
            if chance.happens("own key", 0.5) {
                let own = owned_key(chance, account, &region);
                store.kms_key_id = Some(own);
            }
            account.event_data_stores.push(store);
        }
    }
}

const STATUSES: [&str; 5] =
    ["ENABLED", "ENABLED", "ENABLED", "STOPPED_INGESTION", "PENDING_DELETION"];

/// What a stray trail has beside its bucket.
pub(super) fn add_companions(chance: Chance, trail: &mut Trail, account: &mut Account) {
    let (region, id) = (trail.home_region.clone(), account.id.clone());
    if chance.happens("topic", 0.3) {
        let name = format!("{}-told", trail.name);
        trail.sns_topic_arn = Some(format!("arn:aws:sns:{region}:{id}:{name}"));
        trail.status.latest_notification_time = Some(minutes(4));
        if chance.happens("deleted topic", 0.2) {
            let gone = Topic { name, region: region.clone(), missing: true, ..Topic::default() };
            account.topics.push(gone);
            trail.status.latest_notification_error = Some("NotFound".to_owned());
        }
    }
    if chance.happens("log group", 0.3) {
        let name = format!("logs/{}", trail.name);
        trail.cloud_watch_logs_log_group_arn =
            Some(format!("arn:aws:logs:{region}:{id}:log-group:{name}:*"));
        trail.cloud_watch_logs_role_arn = Some(format!("arn:aws:iam::{id}:role/logs"));
        trail.status.latest_cloud_watch_logs_delivery_time = Some(minutes(3));
        let kms_key_id = chance
            .happens("group key", 0.4)
            .then(|| owned_key(chance.part("group", 0), account, &region));
        account.log_groups.push(LogGroup {
            name,
            region: region.clone(),
            missing: chance.happens("deleted group", 0.1),
            retention_days: chance.happens("short group", 0.4).then_some(30),
            kms_key_id,
            ..LogGroup::default()
        });
    }
    if chance.happens("insights", 0.2) {
        trail.has_insight_selectors = true;
    }
    if chance.happens("tagged", 0.3) {
        trail.tags.insert("owner".to_owned(), "platform".to_owned());
    }
    if trail.is_multi_region_trail && chance.happens("dead region", 0.2) {
        let dead = TrailStatus {
            latest_delivery_time: Some(minutes(9_000)),
            latest_delivery_error: Some("AccessDenied".to_owned()),
            ..trail.status.clone()
        };
        trail.status_in.insert(home(chance.part("dead", 0)), dead);
    }
}

/// The default encryption of a stray bucket, now and then with a key.
pub(super) fn add_encryption(chance: Chance, bucket: &mut Bucket, account: &mut Account) {
    let region = bucket.region.clone();
    match chance.below("encryption", 10) {
        0..6 => {}
        6 => bucket.no_encryption = true,
        7 => bucket.encryption = Some(Encryption { algorithm: "aws:kms".to_owned(), key: None }),
        _ => {
            let key = owned_key(chance.part("default", 0), account, &region);
            let encryption = Encryption { algorithm: "aws:kms".to_owned(), key: Some(key) };
            bucket.encryption = Some(encryption);
        }
    }
}

/// A new key of the account; its ARN.
fn owned_key(chance: Chance, account: &mut Account, region: &str) -> String {
    let made: Key = key(chance, (&account.id, region), &[]);
    let arn = key_arn(&account.id, region, &made.id);
    account.keys.push(made);
    arn
}

/// In some accounts a region is without one of the detection services.
pub(super) fn add_detection(chance: Chance, account: &mut Account) {
    if !chance.happens("odd detection", 0.1) {
        return;
    }
    let regions = default_regions();
    let odd = |name: &str| {
        let place = chance.below(name, regions.len());
        regions.get(place).cloned().into_iter().collect::<Vec<String>>()
    };
    let mut detection = everywhere();
    detection.guardduty = Some(GuardDuty {
        off_in: odd("guardduty off"),
        disabled_in: odd("guardduty disabled"),
        s3_off_in: odd("s3 off"),
    })
    .filter(|_| chance.happens("guardduty", 0.8));
    detection.security_hub = Some(SecurityHub { off_in: odd("hub off"), aggregation_region: None })
        .filter(|_| chance.happens("hub", 0.7));
    if let Some(config) = &mut detection.config {
        config.off_in = odd("config off");
        config.stopped_in = odd("config stopped");
        config.service_linked_in = odd("config linked");
    }
    account.detection = Some(detection);
}

/// In some accounts a region is quiet, or was until a while ago.
pub(super) fn add_events(chance: Chance, account: &mut Account) {
    if !chance.happens("unusual events", 0.1) {
        return;
    }
    let regions = default_regions();
    for place in 0..3 {
        let chance = chance.part("events", place);
        let Some(region) = regions.get(chance.below("region", regions.len())) else { continue };
        let events = match chance.happens("quiet", 0.5) {
            true => Vec::new(),
            false => vec![Event::everyday(minutes(60 + chance.below("age", 20_000)))],
        };
        account.events.insert(region.clone(), events);
    }
}
