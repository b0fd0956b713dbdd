//! One generated account: its card in the organization, its regions, its buckets.

use std::collections::BTreeMap;

use serde_json::json;

use crate::description::{
    Account, AccountState, Analyzer, Bucket, DefaultRetention, Detection, LifecycleRule,
    ObjectLock, PublicAccessBlock, When, default_regions,
};
use crate::generated::Generator;
use crate::generated::chance::Chance;
use crate::generated::extras::{add_detection, add_events};
use crate::generated::frame::{OPT_IN_REGIONS, everywhere};

const TEAMS: [&str; 12] = [
    "billing",
    "catalog",
    "checkout",
    "data",
    "fleet",
    "identity",
    "mobile",
    "payments",
    "risk",
    "search",
    "shipping",
    "warehouse",
];
const STAGES: [&str; 4] = ["dev", "prod", "sandbox", "staging"];
const PURPOSES: [&str; 4] = ["artifacts", "assets", "backup", "data"];
/// Where companies put their buckets.
const REGIONS: [&str; 5] = ["eu-central-1", "eu-west-1", "us-east-1", "us-east-2", "us-west-2"];

/// Accounts with this place and the next two have a part in the organization's own trail.
const LOG_ARCHIVE: usize = 1;
const SECURITY: usize = 2;
const FIRST_ORDINARY: usize = 3;

impl Generator {
    /// An account without its principals. The one past the members is a stranger to the organization.
    pub(crate) fn account(&self, index: usize) -> Account {
        let id = self.id(index);
        if index >= self.shape.accounts {
            return stranger(id);
        }
        let chance = self.chance(index);
        let ordinary = index >= FIRST_ORDINARY;
        let name = match index {
            0 => "management".to_owned(),
            LOG_ARCHIVE => "log-archive".to_owned(),
            2 => "security".to_owned(),
            _ => {
                let (team, stage) =
                    (chance.one_of("team", &TEAMS), chance.one_of("stage", &STAGES));
                format!("{team}-{stage}-{index}")
            }
        };
        let state = match ordinary && chance.happens("suspended", self.shape.suspended) {
            true => AccountState::Suspended,
            false => AccountState::Active,
        };
        let mut account = Account {
            email: format!("aws+{name}@example.com"),
            name,
            ou: self.parent(index),
            state,
            joined: Some(minutes(chance.below("joined", 2_000_000))),
            invited: ordinary && chance.happens("invited", 0.03),
            role_denied: ordinary && chance.happens("role denied", self.shape.role_denied),
            public_access_block: public_access(chance, ordinary),
            buckets: self.buckets(&id, chance),
            id,
            ..Account::default()
        };
        if ordinary && chance.happens("opted in", self.shape.opt_in_regions) {
            account.opted_in_regions = opted_in(chance);
        }
        self.add_organization_trail(index, &mut account);
        if ordinary && chance.happens("own trails", self.shape.own_trails) {
            self.add_own_trails(chance, &mut account);
        }
        if ordinary && chance.happens("stores", self.shape.event_data_stores) {
            self.add_stores(chance, &mut account);
        }
        if ordinary {
            add_events(chance, &mut account);
            add_detection(chance, &mut account);
        }
        if index == SECURITY {
            let analyzer = Analyzer {
                name: "organization".to_owned(),
                kind: "ORGANIZATION".to_owned(),
                ..Analyzer::default()
            };
            account.detection = Some(Detection { analyzers: vec![analyzer], ..everywhere() });
        }
        account
    }

    /// The archive of an organization too small for one is its management account.
    pub(super) fn log_archive(&self) -> usize {
        LOG_ARCHIVE.min(self.shape.accounts.saturating_sub(1))
    }

    fn buckets(&self, id: &str, chance: Chance) -> Vec<Bucket> {
        let bucket = |place: usize| {
            let chance = chance.part("bucket", place);
            let open = chance.happens("public", 0.02);
            Bucket {
                name: bucket_name(id, place),
                region: chance.one_of("region", &REGIONS).to_owned(),
                created: Some(minutes(chance.below("created", 1_500_000))),
                versioning: chance.happens("versioned", 0.4).then(|| "Enabled".to_owned()),
                policy: open.then(|| {
                    json!({ "Version": "2012-10-17", "Statement": [{
                    "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject",
                    "Resource": format!("arn:aws:s3:::{}/*", bucket_name(id, place)),
                }] })
                }),
                no_policy: !open,
                policy_is_public: open,
                public_access_block: (!open).then_some(ALL),
                ownership: Some("BucketOwnerEnforced".to_owned()),
                tags: tags(chance),
                ..Bucket::default()
            }
        };
        (0..self.shape.buckets_per_account).map(bucket).collect()
    }
}

/// All four switches.
pub(super) const ALL: PublicAccessBlock = PublicAccessBlock {
    block_public_acls: true,
    ignore_public_acls: true,
    block_public_policy: true,
    restrict_public_buckets: true,
};

pub(super) fn minutes(number: usize) -> When {
    When::MinutesAgo(i64::try_from(number).unwrap_or(i64::MAX))
}

/// An ordinary bucket of an account. The name tells the owner, so that it is found without a table.
pub(super) fn bucket_name(id: &str, place: usize) -> String {
    let purpose = PURPOSES.get(place % PURPOSES.len()).copied().unwrap_or("more");
    format!("{purpose}-{id}-{place}")
}

/// A bucket in six says what lies in it.
fn tags(chance: Chance) -> BTreeMap<String, String> {
    let class = match chance.below("classified", 12) {
        0 => "confidential",
        1 => "internal",
        _ => return BTreeMap::new(),
    };
    BTreeMap::from([("data-classification".to_owned(), class.to_owned())])
}

/// A bucket that nobody can take logs from: versions, lock, retention, no public access. It has no policy yet.
pub(super) fn protected(name: String, region: &str) -> Bucket {
    let retention =
        DefaultRetention { mode: "COMPLIANCE".to_owned(), days: Some(400), years: None };
    let expiry = LifecycleRule {
        id: "expire".to_owned(),
        expiration_days: Some(2_557),
        noncurrent_days: Some(30),
        ..LifecycleRule::default()
    };
    Bucket {
        no_policy: true,
        name,
        region: region.to_owned(),
        created: Some(When::MinutesAgo(1_500_000)),
        versioning: Some("Enabled".to_owned()),
        // MFA delete is off: S3 lets no bucket have both that and lifecycle rules.
        object_lock: Some(ObjectLock { default_retention: Some(retention) }),
        lifecycle: vec![expiry],
        public_access_block: Some(ALL),
        ownership: Some("BucketOwnerEnforced".to_owned()),
        ..Bucket::default()
    }
}

/// A region that is on in every account.
pub(super) fn home(chance: Chance) -> String {
    let regions = default_regions();
    let place = chance.below("home", regions.len());
    regions.into_iter().nth(place).unwrap_or_default()
}

fn public_access(chance: Chance, ordinary: bool) -> Option<PublicAccessBlock> {
    match chance.below("public access", 10) {
        _ if !ordinary => Some(ALL),
        0 => None,
        1 => Some(PublicAccessBlock { block_public_policy: false, ..ALL }),
        _ => Some(ALL),
    }
}

fn opted_in(chance: Chance) -> Vec<String> {
    let wanted = 1 + chance.below("how many regions", 3);
    let first = chance.below("first region", OPT_IN_REGIONS.len());
    // A step that shares no factor with 17 never comes to the same region twice.
    let place = |number: usize| (first + 5 * number) % OPT_IN_REGIONS.len();
    let mut regions: Vec<String> = (0..wanted)
        .filter_map(|number| OPT_IN_REGIONS.get(place(number)))
        .map(|name| (*name).to_owned())
        .collect();
    regions.sort();
    regions
}

/// Somebody else's account, which owns a bucket that a trail of ours delivers to.
fn stranger(id: String) -> Account {
    let bucket = protected(bucket_name(&id, 0), "us-east-1");
    Account {
        name: "stranger".to_owned(),
        email: "stranger@example.net".to_owned(),
        outside: true,
        buckets: vec![bucket],
        id,
        ..Account::default()
    }
}
