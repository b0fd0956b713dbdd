//! The trails of generated accounts: the organization's own, in order, and stray ones in every shape.

use serde_json::json;

use crate::description::{Account, Bucket, Key, Trail, TrailStatus, When};
use crate::generated::Generator;
use crate::generated::account::{bucket_name, home, minutes, protected};
use crate::generated::chance::Chance;

/// Where the organization's trail, bucket and key are.
const ORGANIZATION_HOME: &str = "us-east-1";

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
    /// Gives the management account the trail, and the log archive the bucket and the key.
    pub(super) fn add_organization_trail(&self, index: usize, account: &mut Account) {
        if index == self.log_archive() {
            account.buckets.push(protected(self.archive_bucket(), ORGANIZATION_HOME));
            account.keys.push(Key {
                aliases: vec!["alias/organization-trail".to_owned()],
                describe_accounts: vec![self.id(0)],
                ..key(&self.archive_key_id(), ORGANIZATION_HOME)
            });
        }
        if index == 0 {
            let archive = self.id(self.log_archive());
            account.trails.push(Trail {
                name: "organization".to_owned(),
                s3_bucket_name: self.archive_bucket(),
                home_region: ORGANIZATION_HOME.to_owned(),
                include_global_service_events: true,
                is_multi_region_trail: true,
                is_organization_trail: true,
                log_file_validation_enabled: true,
                kms_key_id: Some(key_arn(&archive, ORGANIZATION_HOME, &self.archive_key_id())),
                status: healthy(),
                ..Trail::default()
            });
        }
    }

    fn archive_bucket(&self) -> String {
        format!("organization-trail-{}", self.id(self.log_archive()))
    }

    fn archive_key_id(&self) -> String {
        key_id(self.chance(self.log_archive()))
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
                let own = key(&key_id(chance), &region);
                trail.kms_key_id = Some(key_arn(&account.id, &region, &own.id));
                account.keys.push(own);
            }
            Stray::KeyByAlias => {
                let alias = format!("alias/trail-{place}");
                trail.kms_key_id = Some(alias.clone());
                account.keys.push(Key { aliases: vec![alias], ..key(&key_id(chance), &region) });
            }
            Stray::ForeignKey => {
                let archive = self.id(self.log_archive());
                let foreign = key_arn(&archive, ORGANIZATION_HOME, &self.archive_key_id());
                trail.kms_key_id = Some(foreign);
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
        let own = format!("cloudtrail-{}-{place}", account.id);
        if trail.s3_bucket_name == own {
            account.buckets.push(stray_bucket(own, &region, chance));
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
fn stray_bucket(name: String, region: &str, chance: Chance) -> Bucket {
    let mut bucket = protected(name, region);
    bucket.object_lock = None;
    if chance.happens("unversioned", 0.5) {
        bucket.versioning = None;
    }
    if chance.happens("kept for ever", 0.5) {
        bucket.lifecycle.clear();
    }
    bucket
}

fn key(id: &str, region: &str) -> Key {
    Key {
        id: id.to_owned(),
        region: region.to_owned(),
        state: "Enabled".to_owned(),
        manager: "CUSTOMER".to_owned(),
        spec: "SYMMETRIC_DEFAULT".to_owned(),
        usage: "ENCRYPT_DECRYPT".to_owned(),
        origin: "AWS_KMS".to_owned(),
        created: Some(When::MinutesAgo(900_000)),
        ..Key::default()
    }
}

fn key_id(chance: Chance) -> String {
    let (high, low) = (chance.number("key high"), chance.number("key low"));
    let digits = format!("{high:016x}{low:016x}");
    let part = |from: usize, to: usize| digits.get(from..to).unwrap_or_default();
    format!("{}-{}-{}-{}-{}", part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32))
}

fn key_arn(account: &str, region: &str, id: &str) -> String {
    format!("arn:aws:kms:{region}:{account}:key/{id}")
}
