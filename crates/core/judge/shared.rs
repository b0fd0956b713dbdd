//! What is judged apart from any document: trails, buckets and keys, by the account in which each of them stands.

use std::collections::{BTreeMap, BTreeSet};

use crate::aws::AccountId;
use crate::bucket::Bucket;
use crate::key::{Key, KeyTarget};
use crate::organization::Organization;
use crate::trail::Trail;

/// The names of what is judged in one account.
#[derive(Debug, Clone, Default)]
pub(super) struct Objects {
    trails: Vec<String>,
    buckets: Vec<String>,
    keys: Vec<KeyTarget>,
}

/// The names of all that is judged apart from documents.
#[derive(Debug, Clone, Default)]
pub(crate) struct Shared(BTreeMap<AccountId, Objects>);

impl Shared {
    pub(crate) fn of(organization: &Organization) -> Self {
        let mut shared: BTreeMap<AccountId, Objects> = BTreeMap::new();
        for trail in organization.trails().filter(|trail| organization.judges(trail)) {
            shared.entry(trail.owner).or_default().trails.push(trail.arn().to_owned());
        }
        let judged = |trails: &BTreeSet<String>| {
            let mut trails = trails.iter().filter_map(|arn| organization.trail(arn));
            trails.any(|trail| organization.judges(trail))
        };
        for bucket in organization.buckets().filter(|bucket| judged(&bucket.trails)) {
            if let Some(account) = bucket.account() {
                shared.entry(account).or_default().buckets.push(bucket.name.clone());
            }
        }
        for key in organization.keys().filter(|key| judged(&key.trails)) {
            let account = account_of(key, organization);
            shared.entry(account).or_default().keys.push(key.target.clone());
        }
        Self(shared)
    }

    /// The accounts in which something is judged.
    pub(crate) fn accounts(&self) -> impl Iterator<Item = AccountId> {
        self.0.keys().copied()
    }

    /// What is judged in that account.
    pub(super) fn in_account(&self, account: AccountId) -> Option<&Objects> {
        self.0.get(&account)
    }
}

impl Objects {
    pub(super) fn trails<'a>(&self, all: &'a Organization) -> impl Iterator<Item = &'a Trail> {
        self.trails.iter().filter_map(|arn| all.trail(arn))
    }

    pub(super) fn buckets<'a>(&self, all: &'a Organization) -> impl Iterator<Item = &'a Bucket> {
        self.buckets.iter().filter_map(|name| all.objects.buckets.get(name))
    }

    pub(super) fn keys<'a>(&self, all: &'a Organization) -> impl Iterator<Item = &'a Key> {
        self.keys.iter().filter_map(|target| all.objects.keys.get(target))
    }
}

/// A key outside the organization stands with the trail that depends on it.
pub(super) fn account_of(key: &Key, organization: &Organization) -> AccountId {
    let known = organization.members.contains_key(&key.target.account);
    key.trail_owners.first().copied().filter(|_| !known).unwrap_or(key.target.account)
}
