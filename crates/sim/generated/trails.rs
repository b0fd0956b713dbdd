//! The trails of generated accounts: the organization's own, in order, and stray ones in every shape.

use serde_json::{Value, json};

use crate::description::{
    Account, Bucket, Description, Key, Logging, ReplicationRule, Trail, TrailStatus, When,
};
use crate::generated::Generator;
use crate::generated::account::{bucket_name, home, minutes, protected};
use crate::generated::chance::Chance;
use crate::generated::extras::{add_companions, add_encryption};
use crate::policies::{self, Delivery};

/// Where the organization's trail, bucket and key are.
const ORGANIZATION_HOME: &str = "us-east-1";
/// Where its copies are, and whose.
const COPIES_HOME: &str = "us-west-2";
const SECURITY: usize = 2;

/// The ways in which a trail that nobody planned comes to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stray {
    SingleRegion,
    MultiRegion,
    OtherAccountsBucket,
    ArchiveBucket,
    StrangersBucket,
    NoBucket,
    Stopped,
    OwnKey,
    KeyByAlias,
    ForeignKey,
    Advanced,
    DataEvents,
}

const STRAYS: [Stray; 12] = [
    Stray::SingleRegion,
    Stray::MultiRegion,
    Stray::OtherAccountsBucket,
    Stray::ArchiveBucket,
    Stray::StrangersBucket,
    Stray::NoBucket,
    Stray::Stopped,
    Stray::OwnKey,
    Stray::KeyByAlias,
    Stray::ForeignKey,
    Stray::Advanced,
    Stray::DataEvents,
];

impl Generator {
    /// Gives the management account the trail, the log archive the bucket and the key, and the security account the
    /// copies.
    pub(super) fn add_organization_trail(&self, index: usize, account: &mut Account) {
        if index == self.log_archive() {
            let deliveries = [self.organization_delivery()];
            let name = self.archive_bucket();
            let mut bucket = protected(name.clone(), ORGANIZATION_HOME);
            bucket.policy = Some(policies::bucket("aws", &name, &deliveries));
            bucket.no_policy = false;
            bucket.logging = Some(Logging {
                target: self.access_logs(),
                prefix: "organization-trail/".to_owned(),
            });
            bucket.replication = self
                .copies()
                .into_iter()
                .map(|destination| ReplicationRule {
                    id: "all".to_owned(),
                    destination,
                    account: Some(self.id(SECURITY)),
                    kms_objects: true,
                    ..ReplicationRule::default()
                })
                .collect();
            account.buckets.push(bucket);
            account.buckets.push(protected(self.access_logs(), ORGANIZATION_HOME));
            account.keys.push(Key {
                aliases: vec!["alias/organization-trail".to_owned()],
                describe_accounts: vec![self.id(0)],
                no_rotation: false,
                policy: Some(policies::key("aws", &account.id, &deliveries)),
                ..key(self.archive_chance(), (&account.id, ORGANIZATION_HOME), &deliveries)
            });
        }
        if index == SECURITY {
            account
                .buckets
                .extend(self.copies().into_iter().map(|name| protected(name, COPIES_HOME)));
        }
        if index == 0 {
            account.trails.push(self.organization_trail());
        }
    }

    fn organization_trail(&self) -> Trail {
        let (archive, management) = (self.id(self.log_archive()), self.id(0));
        let home = ORGANIZATION_HOME;
        let key = key_id(self.archive_chance());
        Trail {
            name: "organization".to_owned(),
            s3_bucket_name: self.archive_bucket(),
            home_region: home.to_owned(),
            include_global_service_events: true,
            is_multi_region_trail: true,
            is_organization_trail: true,
            log_file_validation_enabled: true,
            kms_key_id: Some(key_arn(&archive, home, &key)),
            cloud_watch_logs_log_group_arn: Some(format!(
                "arn:aws:logs:{home}:{management}:log-group:organization-trail:*"
            )),
            cloud_watch_logs_role_arn: Some(format!("arn:aws:iam::{management}:role/logs")),
            status: TrailStatus {
                latest_cloud_watch_logs_delivery_time: Some(When::MinutesAgo(3)),
                ..healthy()
            },
            ..Trail::default()
        }
    }

    fn organization_delivery(&self) -> Delivery {
        let frame = Description { organization: self.organization(), ..partition() };
        Delivery::of(&frame, &self.id(0), &self.organization_trail())
    }

    fn access_logs(&self) -> String {
        format!("access-logs-{}", self.id(self.log_archive()))
    }

    /// Where the organization's logs are copied to, if there is a security account.
    fn copies(&self) -> Vec<String> {
        let there = self.shape.accounts > SECURITY;
        there.then(|| format!("organization-copies-{}", self.id(SECURITY))).into_iter().collect()
    }

    fn archive_chance(&self) -> Chance {
        self.chance(self.log_archive())
    }

    fn archive_bucket(&self) -> String {
        format!("organization-trail-{}", self.id(self.log_archive()))
    }

    /// One or two trails, with what they need of the account itself.
    pub(super) fn add_own_trails(&self, chance: Chance, account: &mut Account) {
        for place in 0..=usize::from(chance.happens("two trails", 0.2)) {
            let chance = chance.part("trail", place);
            let stray = STRAYS.get(chance.below("shape", STRAYS.len())).copied();
            self.add_stray(stray.unwrap_or(Stray::SingleRegion), (chance, place), account);
        }
    }

    fn add_stray(&self, stray: Stray, (chance, place): (Chance, usize), account: &mut Account) {
        let region = home(chance);
        let mut trail = Trail {
            name: format!("trail-{place}"),
            s3_bucket_name: format!("cloudtrail-{}-{place}", account.id),
            is_multi_region_trail: stray != Stray::SingleRegion,
            include_global_service_events: stray != Stray::SingleRegion,
            log_file_validation_enabled: chance.happens("validated", 0.6),
            status: healthy(),
            home_region: region.clone(),
            ..Trail::default()
        };
        match stray {
            Stray::SingleRegion | Stray::MultiRegion => {}
            Stray::OtherAccountsBucket => trail.s3_bucket_name = self.others_bucket(chance),
            Stray::ArchiveBucket => trail.s3_bucket_name = self.archive_bucket(),
            Stray::StrangersBucket => {
                trail.s3_bucket_name = bucket_name(&self.id(self.shape.accounts), 0);
            }
            Stray::NoBucket => {
                trail.s3_bucket_name = format!("deleted-{}-{place}", account.id);
                trail.status.latest_delivery_error = Some("NoSuchBucket".to_owned());
            }
            Stray::Stopped => {
                trail.status.is_logging = false;
                trail.status.stop_logging_time = Some(minutes(chance.below("stopped", 500_000)));
            }
            Stray::OwnKey => {
                let own = key(chance, (&account.id, &region), &[own_delivery(account, &trail)]);
                trail.kms_key_id = Some(key_arn(&account.id, &region, &own.id));
                account.keys.push(own);
            }
            Stray::KeyByAlias => {
                let alias = format!("alias/trail-{place}");
                trail.kms_key_id = Some(alias.clone());
                let own = key(chance, (&account.id, &region), &[own_delivery(account, &trail)]);
                account.keys.push(Key { aliases: vec![alias], ..own });
            }
            Stray::ForeignKey => {
                let archive = self.id(self.log_archive());
                let id = key_id(self.archive_chance());
                trail.kms_key_id = Some(key_arn(&archive, ORGANIZATION_HOME, &id));
            }
            Stray::Advanced => {
                trail.advanced_event_selectors = vec![json!({
                    "Name": "management",
                    "FieldSelectors": [{ "Field": "eventCategory", "Equals": ["Management"] }],
                })]
            }
            Stray::DataEvents => {
                trail.event_selectors = vec![json!({
                    "ReadWriteType": "WriteOnly",
                    "IncludeManagementEvents": true,
                    "DataResources": [{ "Type": "AWS::S3::Object", "Values": ["arn:aws:s3"] }],
                    "ExcludeManagementEventSources": [],
                })]
            }
        }
        add_companions(chance, &mut trail, account);
        let own = format!("cloudtrail-{}-{place}", account.id);
        if trail.s3_bucket_name == own {
            let delivery = own_delivery(account, &trail);
            let mut bucket = stray_bucket((own, &region), &delivery, chance);
            self.add_destinations(chance, &mut bucket, account);
            add_encryption(chance, &mut bucket, account);
            account.buckets.push(bucket);
        }
        account.trails.push(trail);
    }

    /// A bucket of any other account; of the archive where accounts have none.
    fn others_bucket(&self, chance: Chance) -> String {
        match self.shape.buckets_per_account {
            0 => self.archive_bucket(),
            _ => bucket_name(&self.id(chance.below("other account", self.shape.accounts)), 0),
        }
    }
}

/// Logging, and everything delivered a few minutes ago.
fn healthy() -> TrailStatus {
    TrailStatus {
        is_logging: true,
        latest_delivery_time: Some(When::MinutesAgo(4)),
        latest_digest_delivery_time: Some(When::MinutesAgo(31)),
        start_logging_time: Some(When::MinutesAgo(700_000)),
        ..TrailStatus::default()
    }
}

/// As protected as its maker thought of.
fn stray_bucket((name, region): (String, &str), delivery: &Delivery, chance: Chance) -> Bucket {
    let mut policy = policies::bucket("aws", &name, std::slice::from_ref(delivery));
    if chance.happens("unscoped", 0.3) {
        unscope(&mut policy);
    }
    let mut bucket = protected(name, region);
    bucket.object_lock = None;
    if chance.happens("unversioned", 0.5) {
        bucket.versioning = None;
    }
    if chance.happens("kept for ever", 0.5) {
        bucket.lifecycle.clear();
    }
    bucket.policy = Some(policy);
    bucket.no_policy = false;
    bucket
}

/// Takes the name of the trail out of every statement, as policies were once written.
fn unscope(policy: &mut Value) {
    let statements = policy.get_mut("Statement").and_then(Value::as_array_mut);
    for statement in statements.into_iter().flatten() {
        let equals = statement.pointer_mut("/Condition/StringEquals");
        if let Some(equals) = equals.and_then(Value::as_object_mut) {
            equals.remove("aws:SourceArn");
        }
    }
}

fn own_delivery(account: &Account, trail: &Trail) -> Delivery {
    Delivery::of(&partition(), &account.id, trail)
}

fn partition() -> Description {
    Description { partition: "aws".to_owned(), ..Description::default() }
}

/// A key of an account in a region with the policy that the trails need; a third of them is not rotated.
pub(super) fn key(chance: Chance, (account, region): (&str, &str), deliveries: &[Delivery]) -> Key {
    let mut policy = policies::key("aws", account, deliveries);
    if chance.happens("unscoped key", 0.3) {
        unscope(&mut policy);
    }
    Key {
        id: key_id(chance),
        region: region.to_owned(),
        state: "Enabled".to_owned(),
        manager: "CUSTOMER".to_owned(),
        spec: "SYMMETRIC_DEFAULT".to_owned(),
        usage: "ENCRYPT_DECRYPT".to_owned(),
        origin: "AWS_KMS".to_owned(),
        created: Some(When::MinutesAgo(900_000)),
        no_rotation: chance.happens("not rotated", 0.3),
        policy: Some(policy),
        ..Key::default()
    }
}

pub(super) fn key_id(chance: Chance) -> String {
    let (high, low) = (chance.number("key high"), chance.number("key low"));
    let digits = format!("{high:016x}{low:016x}");
    let part = |from: usize, to: usize| digits.get(from..to).unwrap_or_default();
    format!("{}-{}-{}-{}-{}", part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32))
}

pub(super) fn key_arn(account: &str, region: &str, id: &str) -> String {
    format!("arn:aws:kms:{region}:{account}:key/{id}")
}
