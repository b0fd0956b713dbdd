//! What trails lead to in other accounts: buckets, keys, and whoever stands in for a closed management account.

use std::collections::{BTreeMap, BTreeSet};

use crate::description::Bucket;
use crate::minimal::ledger::Ledger;
use crate::minimal::walk::{Walk, organization_pages};
use crate::world::SeenTrail;

/// CloudTrail's principal, for delegation.
const CLOUDTRAIL: &str = "cloudtrail.amazonaws.com";

/// The distinct log buckets and keys, gathered on the walk.
#[derive(Debug, Default)]
pub(super) struct Follow {
    buckets: BTreeMap<String, Named>,
    keys: BTreeMap<KeyName, Named>,
    /// The row after which every list of buckets is known.
    lists: u64,
    /// By ARN.
    orphans: BTreeMap<String, Orphan>,
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
struct Named {
    row: u64,
    /// The smallest owner of such a trail that can be entered.
    asker: Option<String>,
}

/// Where a stranger asks for a bucket first.
const FIRST: &str = "us-east-1";

impl Named {
    fn add(&mut self, row: u64, asker: Option<&str>) {
        self.row = if self.row == 0 { row } else { self.row.min(row) };
        if let Some(asker) = asker
            && self.asker.as_deref().is_none_or(|known| asker < known)
        {
            self.asker = Some(asker.to_owned());
        }
    }
}

/// A key as a trail names it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum KeyName {
    /// By ARN: account, region and the rest.
    Arn(String, String, String),
    /// By id or alias: it is the trail owner's, in the region of the bucket.
    Local { owner: String, bucket: String, name: String },
}

impl KeyName {
    fn read(name: &str, owner: &str, bucket: &str) -> Self {
        let mut parts = name.splitn(6, ':');
        match (parts.next(), parts.nth(2), parts.next(), parts.next()) {
            (Some("arn"), Some(region), Some(account), Some(resource)) => {
                Self::Arn(account.to_owned(), region.to_owned(), resource.to_owned())
            }
            _ => Self::Local {
                owner: owner.to_owned(),
                bucket: bucket.to_owned(),
                name: name.to_owned(),
            },
        }
    }
}

impl Follow {
    /// An account's buckets are listed after so many calls in a row.
    pub(super) fn lists(&mut self, row: u64) {
        self.lists = self.lists.max(row);
    }

    /// A trail was seen after so many calls in a row.
    pub(super) fn trail(&mut self, walk: &Walk<'_>, seen: SeenTrail<'_>, row: u64) {
        let trail = seen.trail;
        let owner = walk.world.account(seen.owner);
        let asker = owner.as_deref().filter(|account| walk.enters(account)).map(|_| seen.owner);
        let bucket = &trail.s3_bucket_name;
        self.buckets.entry(bucket.clone()).or_default().add(row, asker);
        if let Some(key) = trail.kms_key_id.as_deref().filter(|key| !key.is_empty()) {
            let name = KeyName::read(key, seen.owner, bucket);
            self.keys.entry(name).or_default().add(row, asker);
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
    pub(super) fn all(self, walk: &Walk<'_>, ledger: &mut Ledger<'_>) {
        self.stand_in(walk, ledger);
        let mut blocks = BTreeSet::new();
        let mut regions = BTreeMap::new();
        for (name, named) in &self.buckets {
            let found = walk.world.bucket(name);
            let owner = found.as_ref().and_then(|(owner, _)| walk.world.account(owner));
            let owner = owner.filter(|owner| walk.enters(owner));
            let known = match (found.as_ref().map(|(_, bucket)| &**bucket), owner) {
                (Some(bucket), Some(owner)) => {
                    let first = blocks.insert(owner.id.clone());
                    let row = named.row.max(walk.buckets_listed(&owner));
                    owned_bucket(walk, (bucket, first, row), ledger);
                    Some((bucket.region.clone(), row))
                }
                (bucket, _) => self.sought_bucket(walk, (bucket, named), ledger),
            };
            regions.extend(known.map(|known| (name.clone(), known)));
            ledger.next_account();
        }
        if walk.reads.key {
            self.keys(walk, &regions, ledger);
        }
    }

    /// A bucket that is in no list is sought by the owner of a trail. Where it lies, and after how many calls in a
    /// row that is known, where the asker is told.
    fn sought_bucket(
        &self,
        walk: &Walk<'_>,
        (bucket, named): (Option<&Bucket>, &Named),
        ledger: &mut Ledger<'_>,
    ) -> Option<(String, u64)> {
        let asker = named.asker.as_ref().filter(|_| walk.reads.bucket_head)?;
        // A stranger does not know where the bucket lies: where it is asked first, S3 says no more than that.
        let asks = if bucket.is_some_and(|bucket| bucket.region != FIRST) { 2 } else { 1 };
        let row = named.row.max(self.lists) + asks;
        ledger.call("s3:HeadBucket", "", asks);
        ledger.row(row);
        let told = bucket.filter(|bucket| bucket.head_accounts.contains(asker))?;
        Some((told.region.clone(), row))
    }

    /// A key is asked for once, at its owner or by the owner of a trail. An id or an alias means a key only where the
    /// bucket's region is known.
    fn keys(
        &self,
        walk: &Walk<'_>,
        regions: &BTreeMap<String, (String, u64)>,
        ledger: &mut Ledger<'_>,
    ) {
        let mut asked = BTreeMap::new();
        for (name, named) in &self.keys {
            let (account, region, resource, row) = match name {
                KeyName::Arn(account, region, resource) => (account, region, resource, named.row),
                KeyName::Local { owner, bucket, name } => match regions.get(bucket) {
                    Some((region, row)) => (owner, region, name, named.row.max(*row)),
                    None => continue,
                },
            };
            let owner = walk.world.account(account);
            if owner.is_some_and(|owner| walk.enters(&owner)) || named.asker.is_some() {
                // The same key may be named by its id and by its ARN.
                let resource = resource.strip_prefix("key/").unwrap_or(resource);
                let earliest = asked.entry((account, region, resource)).or_insert(row);
                *earliest = row.min(*earliest);
            }
        }
        for ((_, region, _), row) in asked {
            ledger.call("kms:DescribeKey", region, 1);
            ledger.row(row + 1);
            ledger.next_account();
        }
    }

    /// Where the management account cannot be entered, a delegated administrator of CloudTrail reads its trails.
    fn stand_in(&self, walk: &Walk<'_>, ledger: &mut Ledger<'_>) {
        if self.orphans.is_empty() || !walk.listed {
            return;
        }
        let organization = walk.world.frame.organization.as_ref();
        let delegates = organization.and_then(|o| o.delegated_administrators.get(CLOUDTRAIL));
        let pages = organization_pages(delegates.map_or(0, Vec::len));
        ledger.call("organizations:ListDelegatedAdministrators", "us-east-1", pages);
        let seen = self.orphans.values().map(|orphan| orphan.row).min().unwrap_or_default();
        ledger.row(seen + pages);
        let enters =
            |id: &String| walk.world.account(id).is_some_and(|account| walk.enters(&account));
        if walk.reads.selectors && delegates.is_some_and(|ids| ids.iter().any(enters)) {
            for orphan in self.orphans.values().filter(|orphan| orphan.custom_selectors) {
                ledger.call("cloudtrail:GetEventSelectors", &orphan.home, 1);
                ledger.row(orphan.row + pages + 1);
            }
        }
        ledger.next_account();
    }
}

/// Each configuration is read once by the owner, and the owner's account-wide block once for all its buckets.
fn owned_bucket(
    walk: &Walk<'_>,
    (bucket, first, row): (&Bucket, bool, u64),
    ledger: &mut Ledger<'_>,
) {
    let wanted = walk.reads.account_block && first;
    let block = wanted.then(|| "s3control:GetPublicAccessBlock".to_owned());
    for operation in walk.reads.bucket.iter().chain(&block) {
        ledger.call(operation, &bucket.region, 1);
        ledger.row(row + 1);
    }
}
