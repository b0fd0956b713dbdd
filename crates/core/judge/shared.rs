//! What is judged apart from any document: trails, buckets and keys, by the account in which each of them stands.

use std::collections::{BTreeMap, BTreeSet};

use crate::aws::AccountId;
use crate::bucket::{Bucket, BucketRole};
use crate::key::{Key, KeyTarget};
use crate::monitoring::TrailGroup;
use crate::organization::Organization;
use crate::store::Store;
use crate::trail::Trail;

/// The names of what is judged in one account.
#[derive(Debug, Clone, Default)]
pub(super) struct Objects {
    trails: Vec<String>,
    buckets: Vec<String>,
    /// Buckets that log buckets send their access logs to.
    targets: Vec<String>,
    stores: Vec<String>,
    keys: Vec<KeyTarget>,
    groups: Vec<TrailGroup>,
}

/// The names of all that is judged apart from documents.
#[derive(Debug, Clone)]
pub(crate) struct Shared {
    objects: BTreeMap<AccountId, Objects>,
    /// Where findings on the organization itself stand.
    organization: AccountId,
}

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
        let targets = organization.companions().filter(|bucket| {
            bucket.roles.contains(&BucketRole::AccessLogTarget) && judged(&bucket.trails)
        });
        for bucket in targets {
            if let Some(account) = bucket.account() {
                shared.entry(account).or_default().targets.push(bucket.name.clone());
            }
        }
        let in_scope = |id: AccountId| organization.members.get(&id).is_some_and(|m| m.in_scope);
        for store in organization.stores() {
            shared.entry(store.owner).or_default().stores.push(store.arn.clone());
        }
        let used = |key: &&Key| {
            judged(&key.trails) || key.trail_owners.iter().any(|owner| in_scope(*owner))
        };
        // One finding for an ARN: where one trail knows which key it is, that speaks for it, and not another's guess.
        let mut named: BTreeMap<&str, &Key> = BTreeMap::new();
        for key in organization.keys().filter(used) {
            let known = named.entry(&key.arn).or_insert(key);
            if known.target.guessed {
                *known = key;
            }
        }
        for key in named.into_values() {
            let account = account_of(key, organization);
            shared.entry(account).or_default().keys.push(key.target.clone());
        }
        for group in TrailGroup::all(organization) {
            shared.entry(group.account).or_default().groups.push(group);
        }
        Self { objects: shared, organization: stands_in(organization) }
    }

    /// The account in which findings on the organization itself stand: the management account, or where that is not
    /// known or not listed, the caller's.
    pub(super) fn organization(&self) -> AccountId {
        self.organization
    }

    /// The accounts in which something is judged.
    pub(crate) fn accounts(&self) -> impl Iterator<Item = AccountId> {
        self.objects.keys().copied().chain([self.organization])
    }

    /// What is judged in that account.
    pub(super) fn in_account(&self, account: AccountId) -> Option<&Objects> {
        self.objects.get(&account)
    }
}

impl Objects {
    pub(super) fn trails<'a>(&self, all: &'a Organization) -> impl Iterator<Item = &'a Trail> {
        self.trails.iter().filter_map(|arn| all.trail(arn))
    }

    pub(super) fn buckets<'a>(&self, all: &'a Organization) -> impl Iterator<Item = &'a Bucket> {
        self.buckets.iter().filter_map(|name| all.objects.buckets.get(name))
    }

    /// Log buckets, and the buckets that they send their access logs to.
    pub(super) fn evidence_buckets<'a>(
        &'a self,
        all: &'a Organization,
    ) -> impl Iterator<Item = &'a Bucket> {
        self.buckets.iter().chain(&self.targets).filter_map(|name| all.bucket(name))
    }

    /// The first log bucket of the account's own; where there is none, the first that may be.
    pub(super) fn first_own<'a>(
        &self,
        all: &'a Organization,
        account: AccountId,
    ) -> Option<&'a Bucket> {
        let buckets = || self.buckets.iter().filter_map(|name| all.objects.buckets.get(name));
        let own = buckets().find(|bucket| bucket.owner == Some(account));
        own.or_else(|| buckets().find(|bucket| bucket.listed.is_none() && !bucket.is_missing()))
    }

    pub(super) fn stores<'a>(&self, all: &'a Organization) -> impl Iterator<Item = &'a Store> {
        self.stores.iter().filter_map(|arn| all.objects.stores.get(arn))
    }

    pub(super) fn has_stores(&self) -> bool {
        !self.stores.is_empty()
    }

    /// The log groups that trails deliver to.
    pub(super) fn groups(&self) -> &[TrailGroup] {
        &self.groups
    }

    pub(super) fn keys<'a>(&self, all: &'a Organization) -> impl Iterator<Item = &'a Key> {
        self.keys.iter().filter_map(|target| all.objects.keys.get(target))
    }
}

fn stands_in(organization: &Organization) -> AccountId {
    let management = organization.management().ok().flatten();
    management
        .filter(|id| organization.members.contains_key(id))
        .unwrap_or(organization.manifest.caller_account)
}

/// A key outside the organization stands with the trail that depends on it.
pub(super) fn account_of(key: &Key, organization: &Organization) -> AccountId {
    let known = organization.members.contains_key(&key.target.account);
    key.trail_owners.first().copied().filter(|_| !known).unwrap_or(key.target.account)
}
