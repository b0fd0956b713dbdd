//! What trails lead to in other accounts: buckets, keys, topics, log groups, and whoever stands in for a closed
//! management account.

use std::collections::{BTreeMap, BTreeSet};

use crate::description::Bucket;
use crate::minimal::history::{LookedUp, OF_A_BUCKET, OF_A_KEY, OF_DETECTION, OF_RULES};
use crate::minimal::keys::{Keys, Place, User};
use crate::minimal::ledger::Ledger;
use crate::minimal::walk::{CLOUDTRAIL, GLOBAL, Walk};
use crate::world::SeenTrail;

/// The distinct log buckets, keys, topics and log groups, gathered on the walk.
#[derive(Debug, Default)]
pub(super) struct Follow {
    buckets: BTreeMap<String, Named>,
    pub(super) keys: Keys,
    topics: BTreeMap<String, Named>,
    pub(super) groups: BTreeMap<String, BTreeMap<String, Named>>,
    /// The row after which every list of buckets is known.
    lists: u64,
    /// Accounts that cannot be entered and may own what nobody lists.
    closed: u64,
    /// The keys by which trails and event data stores encrypt, and no others.
    pub(super) guards: Keys,
    /// By ARN.
    orphans: BTreeMap<String, Orphan>,
    /// The regions in which the management account told who administers GuardDuty, each with its row.
    administered: Vec<(String, u64)>,
    /// The accounts and regions with a rule on CloudTrail's events, each with the row after which it is known.
    ruled: BTreeMap<(String, String), u64>,
}

/// An organization trail whose owner cannot be asked.
#[derive(Debug)]
struct Orphan {
    home: String,
    custom_selectors: bool,
    row: u64,
}

/// By whom a thing was named first, and by whom it can be asked for.
#[derive(Debug, Clone, Default)]
pub(super) struct Named {
    pub(super) row: u64,
    /// The smallest owner of such a trail that can be entered.
    pub(super) asker: Option<String>,
}

/// A bucket that a log bucket writes to.
#[derive(Debug, Default)]
struct Companion {
    named: Named,
    /// What it is read for: access logs or copies.
    operations: BTreeSet<&'static str>,
    takes_access_logs: bool,
}

/// Where a stranger asks for a bucket first.
const FIRST: &str = "us-east-1";
/// Of how many accounts S3 is asked at most whether a bucket is theirs.
const OWNERS: u64 = 25;
/// What is read of a bucket that access logs go to.
const OF_A_TARGET: [&str; 7] = [
    "s3:GetBucketVersioning",
    "s3:GetObjectLockConfiguration",
    "s3:GetBucketLifecycleConfiguration",
    "s3:GetBucketPolicyStatus",
    "s3:GetBucketAcl",
    "s3:GetPublicAccessBlock",
    "s3:GetBucketOwnershipControls",
];
/// What is read of a bucket that copies go to.
const OF_A_REPLICA: [&str; 2] = ["s3:GetBucketVersioning", "s3:GetObjectLockConfiguration"];

impl Named {
    pub(super) fn add(&mut self, row: u64, asker: Option<&str>) {
        self.row = if self.row == 0 { row } else { self.row.min(row) };
        if let Some(asker) = asker
            && self.asker.as_deref().is_none_or(|known| asker < known)
        {
            self.asker = Some(asker.to_owned());
        }
    }
}

impl Follow {
    /// An account's buckets are listed after so many calls in a row.
    pub(super) fn lists(&mut self, row: u64) {
        self.lists = self.lists.max(row);
    }

    /// A topic is named in an answer after so many calls in a row.
    pub(super) fn topic(&mut self, arn: String, row: u64) {
        self.topics.entry(arn).or_default().add(row, None);
    }

    /// The management account told who administers GuardDuty in a region.
    pub(super) fn administered(&mut self, region: String, row: u64) {
        self.administered.push((region, row));
    }

    /// A rule is on CloudTrail's events.
    pub(super) fn ruled(&mut self, place: (String, String), row: u64) {
        self.ruled.insert(place, row);
    }

    /// An account cannot be entered.
    pub(super) fn closed(&mut self) {
        self.closed += 1;
    }

    /// A trail was seen after so many calls in a row.
    pub(super) fn trail(&mut self, walk: &Walk<'_>, seen: SeenTrail<'_>, row: u64) {
        if !walk.judges(seen) {
            return;
        }
        let trail = seen.trail;
        let owner = walk.world.account(seen.owner);
        let asker = owner.as_deref().filter(|account| walk.enters(account)).map(|_| seen.owner);
        let bucket = &trail.s3_bucket_name;
        self.buckets.entry(bucket.clone()).or_default().add(row, asker);
        let user = User { owner: seen.owner, row, asker };
        self.keys.add(trail.kms_key_id.as_deref(), Place::Bucket(bucket), user);
        self.guards.add(trail.kms_key_id.as_deref(), Place::Bucket(bucket), user);
        if let Some(topic) = &trail.sns_topic_arn {
            self.topics.entry(topic.clone()).or_default().add(row, None);
        }
        if let Some(group) = &trail.cloud_watch_logs_log_group_arn {
            let users = self.groups.entry(group.clone()).or_default();
            users.entry(seen.owner.to_owned()).or_default().add(row, asker);
        }
        if asker.is_none() {
            let arn = walk.world.trail_arn(seen);
            let known = self.orphans.entry(arn).or_insert_with(|| Orphan {
                home: trail.home_region.clone(),
                custom_selectors: trail.has_custom_selectors(),
                row,
            });
            known.row = known.row.min(row);
        }
    }

    /// All that the gathered names lead to, with each account's own credentials.
    pub(super) fn all(mut self, walk: &Walk<'_>, ledger: &mut Ledger<'_>) {
        self.stand_in(walk, ledger);
        walk.administration(&self.administered, ledger);
        self.watched(walk, ledger);
        self.topics(walk, ledger);
        self.groups(walk, ledger);
        self.detection(walk, ledger);
        let mut looked_up = LookedUp::default();
        let mut keys = std::mem::take(&mut self.keys);
        let mut blocks = BTreeSet::new();
        let mut regions = BTreeMap::new();
        let mut companions: BTreeMap<String, Companion> = BTreeMap::new();
        let all: BTreeSet<&str> = walk.reads.bucket.iter().map(String::as_str).collect();
        for (name, named) in &self.buckets {
            let found = walk.owned(name);
            let known = match &found {
                Some((owner, bucket)) => {
                    let block = blocks.insert(owner.id.clone());
                    let row = named.row.max(walk.buckets_listed(owner));
                    owned_bucket(walk, (bucket, &all, block, row), ledger);
                    for region in [bucket.region.as_str(), GLOBAL] {
                        if walk.reads.bucket_history {
                            let place = (owner.id.as_str(), region);
                            looked_up.look(place, OF_A_BUCKET, (row + 1, &mut *ledger));
                        }
                    }
                    if walk.answers(owner, &bucket.region) {
                        self.companions(walk, (bucket, named, row + 1), &mut companions);
                        let read = walk.reads.of_bucket("s3:GetBucketEncryption");
                        let encryption = bucket.encryption.as_ref();
                        let key = encryption.and_then(|e| e.key.as_deref()).filter(|_| read);
                        let user = User { owner: &owner.id, row: row + 1, asker: Some(&owner.id) };
                        // A bucket of before 2023 that is described without encryption has no key either.
                        let key = key.filter(|_| !bucket.no_encryption);
                        keys.add(key, Place::Region(&bucket.region), user);
                    }
                    Some((bucket.region.clone(), row))
                }
                None => self.sought_bucket(walk, (name, named), ledger),
            };
            regions.extend(known.map(|known| (name.clone(), known)));
            ledger.next_account();
        }
        for (name, companion) in &companions {
            match walk.owned(name) {
                Some((owner, bucket)) => {
                    let block = companion.takes_access_logs && blocks.insert(owner.id.clone());
                    let row = companion.named.row.max(walk.buckets_listed(&owner));
                    owned_bucket(walk, (&bucket, &companion.operations, block, row), ledger);
                }
                None => drop(self.sought_bucket(walk, (name, &companion.named), ledger)),
            }
            ledger.next_account();
        }
        if walk.reads.key_history {
            let mut looked_up = LookedUp::default();
            for (account, region, row) in self.guards.places(walk, &regions) {
                looked_up.look((&account, &region), OF_A_KEY, (row + 1, &mut *ledger));
                ledger.next_account();
            }
        }
        if walk.reads.key {
            keys.all(walk, &regions, ledger);
        }
    }

    /// Where a log bucket sends access logs and copies, other log buckets excepted: of these all is read anyway.
    fn companions(
        &self,
        walk: &Walk<'_>,
        (bucket, named, row): (&Bucket, &Named, u64),
        companions: &mut BTreeMap<String, Companion>,
    ) {
        let mut add = |name: &String, operations: &[&'static str], takes_access_logs: bool| {
            if !self.buckets.contains_key(name) {
                let companion = companions.entry(name.clone()).or_default();
                companion.named.add(row, named.asker.as_deref());
                let wanted = operations.iter().filter(|operation| walk.reads.of_bucket(operation));
                companion.operations.extend(wanted);
                companion.takes_access_logs |= takes_access_logs;
            }
        };
        if let Some(logging) =
            bucket.logging.as_ref().filter(|_| walk.reads.of_bucket("s3:GetBucketLogging"))
        {
            add(&logging.target, &OF_A_TARGET, true);
        }
        if walk.reads.of_bucket("s3:GetBucketReplication") {
            for rule in &bucket.replication {
                add(&rule.destination, &OF_A_REPLICA, false);
            }
        }
    }

    /// A bucket that is in no list is sought by the owner of a trail. Where it lies, and after how many calls in a
    /// row that is known.
    fn sought_bucket(
        &self,
        walk: &Walk<'_>,
        (name, named): (&str, &Named),
        ledger: &mut Ledger<'_>,
    ) -> Option<(String, u64)> {
        let asker = named.asker.as_ref().filter(|_| walk.reads.bucket_head)?;
        let found = walk.world.bucket(name);
        let bucket = found.as_ref().map(|(_, bucket)| &**bucket);
        // A stranger does not know where the bucket lies: where it is asked first, S3 says no more than that.
        let asks = if bucket.is_some_and(|bucket| bucket.region != FIRST) { 2 } else { 1 };
        let row = named.row.max(self.lists) + asks;
        ledger.call("s3:HeadBucket", "", asks);
        ledger.row(row);
        let bucket = bucket?;
        // Who may look at it can also ask whether it is a certain account's: of those that show no list themselves.
        let owners = self.closed.min(OWNERS);
        if walk.reads.bucket_owner && owners > 0 && bucket.head_accounts.contains(asker) {
            ledger.call("s3:HeadBucket", "", owners);
            ledger.row(row + 1);
        }
        Some((bucket.region.clone(), row))
    }

    /// Topics are asked for at their owners.
    fn topics(&self, walk: &Walk<'_>, ledger: &mut Ledger<'_>) {
        for (arn, named) in self.topics.iter().filter(|_| walk.reads.topic) {
            if let Some((_, region, _)) = walk.at_owner(arn) {
                ledger.call("sns:GetTopicAttributes", region, 1);
                ledger.row(named.row + 1);
                ledger.next_account();
            }
        }
    }

    /// What watches is looked after where the trails tell of their events.
    fn detection(&self, walk: &Walk<'_>, ledger: &mut Ledger<'_>) {
        let mut looked_up = LookedUp::default();
        let groups = self
            .groups
            .iter()
            .filter_map(|(arn, users)| Some((arn, users.values().map(|named| named.row).min()?)));
        let topics = self.topics.iter().map(|(arn, named)| (arn, named.row));
        for (arn, row) in topics.chain(groups).filter(|_| walk.reads.detection_history) {
            if let Some((owner, region, _)) = walk.at_owner(arn) {
                looked_up.look((&owner.id, region), OF_DETECTION, (row + 1, &mut *ledger));
                ledger.next_account();
            }
        }
        // Where a trail tells of its events too, the names of rules were among those.
        for ((account, region), row) in self.ruled.iter().filter(|_| walk.reads.detection_history) {
            looked_up.look((account, region), OF_RULES, (*row, &mut *ledger));
            ledger.next_account();
        }
    }

    /// Log groups likewise; each may name a key.
    fn groups(&mut self, walk: &Walk<'_>, ledger: &mut Ledger<'_>) {
        for (arn, users) in self.groups.iter().filter(|_| walk.reads.log_group) {
            let Some((owner, region, rest)) = walk.at_owner(arn) else { continue };
            let row = users.values().map(|named| named.row).min().unwrap_or_default() + 1;
            ledger.call("logs:DescribeLogGroups", region, 1);
            ledger.row(row);
            ledger.next_account();
            let name = rest.strip_prefix("log-group:").unwrap_or(rest);
            let name = name.strip_suffix(":*").unwrap_or(name);
            let described = owner
                .log_groups
                .iter()
                .find(|group| group.name == name && group.region == region && !group.missing)
                .filter(|_| walk.answers(&owner, region));
            let key = described.and_then(|group| group.kms_key_id.as_deref());
            for named in users.values() {
                let user = User { owner: &owner.id, row, asker: named.asker.as_deref() };
                self.keys.add(key, Place::Region(region), user);
            }
        }
    }

    /// Where the management account cannot be entered, a delegated administrator of CloudTrail reads its trails.
    fn stand_in(&self, walk: &Walk<'_>, ledger: &mut Ledger<'_>) {
        if self.orphans.is_empty() || !walk.listed {
            return;
        }
        let seen = self.orphans.values().map(|orphan| orphan.row).min().unwrap_or_default();
        let listed = if walk.reads.delegates {
            walk.delegates_listed()
        } else {
            walk.delegates(seen, ledger)
        };
        let organization = walk.world.frame.organization.as_ref();
        let delegates = organization.and_then(|o| o.delegated_administrators.get(CLOUDTRAIL));
        let enters =
            |id: &String| walk.world.account(id).is_some_and(|account| walk.enters(&account));
        if walk.reads.selectors && delegates.is_some_and(|ids| ids.iter().any(enters)) {
            for orphan in self.orphans.values().filter(|orphan| orphan.custom_selectors) {
                ledger.call("cloudtrail:GetEventSelectors", &orphan.home, 1);
                ledger.row(orphan.row.max(listed) + 1);
            }
        }
        ledger.next_account();
    }
}

/// Each configuration is read once by the owner, and the owner's account-wide block once for all its buckets.
fn owned_bucket(
    walk: &Walk<'_>,
    (bucket, operations, block, row): (&Bucket, &BTreeSet<&str>, bool, u64),
    ledger: &mut Ledger<'_>,
) {
    let block = (walk.reads.account_block && block).then_some("s3control:GetPublicAccessBlock");
    for operation in operations.iter().copied().chain(block) {
        ledger.call(operation, &bucket.region, 1);
        ledger.row(row + 1);
    }
}
