//! The keys that trails, event data stores, log buckets and log groups name.

use std::collections::BTreeMap;

use crate::description::Key;
use crate::minimal::follow::Named;
use crate::minimal::ledger::Ledger;
use crate::minimal::walk::Walk;

/// A key as something names it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum KeyName {
    /// Account, region and the rest.
    Placed(String, String, String),
    /// By id or alias: it is the trail owner's, in the region of the bucket.
    InBucket { owner: String, bucket: String, name: String },
}

/// Where a bare id or alias means a key.
#[derive(Debug, Clone, Copy)]
pub(super) enum Place<'a> {
    /// In that region.
    Region(&'a str),
    /// Where that bucket lies.
    Bucket(&'a str),
}

/// Whose credentials can name the key, and since when it is known.
#[derive(Debug, Clone, Copy)]
pub(super) struct User<'a> {
    pub(super) owner: &'a str,
    pub(super) row: u64,
    /// The owner, where it can be entered.
    pub(super) asker: Option<&'a str>,
}

/// The distinct keys, gathered on the walk.
#[derive(Debug, Default)]
pub(super) struct Keys(BTreeMap<KeyName, Named>);

impl Keys {
    pub(super) fn add(&mut self, key: Option<&str>, place: Place<'_>, user: User<'_>) {
        let Some(key) = key.filter(|key| !key.is_empty()) else { return };
        let mut parts = key.splitn(6, ':');
        let name = match (parts.next(), parts.nth(2), parts.next(), parts.next(), place) {
            (Some("arn"), Some(region), Some(account), Some(resource), _) => {
                KeyName::Placed(account.to_owned(), region.to_owned(), resource.to_owned())
            }
            (.., Place::Region(region)) => {
                KeyName::Placed(user.owner.to_owned(), region.to_owned(), key.to_owned())
            }
            (.., Place::Bucket(bucket)) => KeyName::InBucket {
                owner: user.owner.to_owned(),
                bucket: bucket.to_owned(),
                name: key.to_owned(),
            },
        };
        self.0.entry(name).or_default().add(user.row, user.asker);
    }

    /// The accounts that can be entered and the regions in which the keys lie, and the row after which that is known.
    pub(super) fn places(
        &self,
        walk: &Walk<'_>,
        regions: &BTreeMap<String, (String, u64)>,
    ) -> Vec<(String, String, u64)> {
        let places = self.0.iter().filter_map(|(name, named)| match name {
            KeyName::Placed(account, region, _) => {
                Some((account.clone(), region.clone(), named.row))
            }
            KeyName::InBucket { owner, bucket, .. } => {
                let (region, row) = regions.get(bucket)?;
                Some((owner.clone(), region.clone(), named.row.max(*row)))
            }
        });
        let entered = |account: &str| {
            walk.world.account(account).is_some_and(|account| walk.enters(&account))
        };
        places.filter(|(account, ..)| entered(account)).collect()
    }

    /// A key is asked for once, at its owner or by the owner of what uses it. An id or an alias means a key only where
    /// the bucket's region is known.
    pub(super) fn all(
        self,
        walk: &Walk<'_>,
        regions: &BTreeMap<String, (String, u64)>,
        ledger: &mut Ledger<'_>,
    ) {
        let mut asked: BTreeMap<(String, String, String), u64> = BTreeMap::new();
        for (name, named) in self.0 {
            let (account, region, resource, row) = match name {
                KeyName::Placed(account, region, resource) => {
                    (account, region, resource, named.row)
                }
                KeyName::InBucket { owner, bucket, name } => match regions.get(&bucket) {
                    Some((region, row)) => (owner, region.clone(), name, named.row.max(*row)),
                    None => continue,
                },
            };
            let owner = walk.world.account(&account);
            if owner.is_some_and(|owner| walk.enters(&owner)) || named.asker.is_some() {
                // The same key may be named by its id and by its ARN.
                let resource = resource.strip_prefix("key/").unwrap_or(&resource).to_owned();
                let earliest = asked.entry((account, region, resource)).or_insert(row);
                *earliest = row.min(*earliest);
            }
        }
        let mut known: BTreeMap<(String, String, String), u64> = BTreeMap::new();
        for ((account, region, name), row) in asked {
            ledger.call("kms:DescribeKey", &region, 1);
            ledger.row(row + 1);
            ledger.next_account();
            if let Some(key) = walk.own_key(&account, &region, &name) {
                let earliest = known.entry((account, region, key.id)).or_insert(row + 1);
                *earliest = (row + 1).min(*earliest);
            }
        }
        for ((account, region, id), row) in known {
            if let Some(key) = walk.own_key(&account, &region, &id) {
                described(walk, (&key, row), ledger);
            }
        }
    }
}

impl Walk<'_> {
    /// The key that its own account shows.
    fn own_key(&self, account: &str, region: &str, name: &str) -> Option<Key> {
        let owner = self.world.account(account).filter(|owner| self.enters(owner))?;
        let mut keys = owner.keys.iter().filter(|key| key.region == region);
        keys.find(|key| key.is_named(name)).filter(|_| self.answers(&owner, region)).cloned()
    }
}

/// What its own account is asked of a key once its kind is known: AWS's own keys neither need nor let anything be read.
fn described(walk: &Walk<'_>, (key, row): (&Key, u64), ledger: &mut Ledger<'_>) {
    if key.manager == "AWS" {
        return;
    }
    let going = ["PendingDeletion", "PendingReplicaDeletion", "PendingImport"];
    let rotates = key.origin == "AWS_KMS"
        && key.spec == "SYMMETRIC_DEFAULT"
        && key.usage == "ENCRYPT_DECRYPT"
        && !going.contains(&key.state.as_str());
    for (operation, wanted) in [
        ("kms:GetKeyRotationStatus", walk.reads.rotation && rotates),
        ("kms:GetKeyPolicy", walk.reads.key_policy),
    ] {
        if wanted {
            ledger.call(operation, &key.region, 1);
            ledger.row(row + 1);
        }
    }
    ledger.next_account();
}
