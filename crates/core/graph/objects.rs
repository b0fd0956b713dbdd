//! What lies between the accounts: the trails that anybody sees, the buckets that they use, and event data stores.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{GraphBuilder, ListedStore};
use crate::answer::{BucketLogging, BucketReplication, EventDataStore, PolicyText, Reading};
use crate::aws::AccountId;
use crate::bucket::{Bucket, BucketRole};
use crate::evidence::{Cause, Gap, Observed};
use crate::fact::Fact;
use crate::organization::Objects;
use crate::snapshot::Sourced;
use crate::store::Store;
use crate::trail::Trail;

/// Where a log bucket sends its access logs or copies: the name, what for, and the log bucket's name.
type Destination = (String, BucketRole, String);

impl GraphBuilder {
    pub(super) fn objects(&self) -> Objects {
        let trails = self.trails.iter();
        let trails: BTreeMap<String, Trail> = trails
            .filter_map(|(arn, views)| Some((arn.clone(), self.trail(arn, views)?)))
            .collect();
        let mut buckets = self.buckets(&trails);
        let destinations = self.destinations(&buckets);
        let companions = self.companions(&buckets, &destinations);
        for (name, role, _) in &destinations {
            if let Some(bucket) = buckets.get_mut(name) {
                bucket.roles.insert(*role);
            }
        }
        let mut copied_from: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (name, _, of) in destinations.iter().filter(|(_, role, _)| *role == BucketRole::Replica)
        {
            copied_from.entry(name.clone()).or_default().insert(of.clone());
        }
        let there = buckets.values().filter(|bucket| !bucket.is_missing());
        let copies_unread = there.filter_map(|bucket| {
            let gap = bucket.read::<BucketReplication>(Fact::BucketReplication).err()?;
            Some((bucket.name.clone(), gap))
        });
        let copies_unread = copies_unread.collect();
        let stores = self.stores();
        let mut stores_of: BTreeMap<AccountId, Vec<String>> = BTreeMap::new();
        for store in stores.values() {
            stores_of.entry(store.owner).or_default().push(store.arn.clone());
        }
        let keys = self.keys(&trails, &buckets, &stores);
        let mut judged = self.members.values().filter(|member| member.is_judged());
        let trails_unread = judged.find_map(|member| member.trails_read.as_ref().err().cloned());
        let resources = self.resources.iter();
        Objects {
            log_buckets: buckets.keys().cloned().collect(),
            of_organizations: trails
                .values()
                .filter(|trail| trail.is_organization_trail())
                .map(|trail| trail.arn().to_owned())
                .collect(),
            trails,
            buckets,
            companions,
            copied_from,
            copies_unread,
            stores,
            stores_of,
            keys,
            resources: resources
                .map(|(key, (_, reading))| (key.clone(), reading.clone()))
                .collect(),
            trails_unread,
        }
    }

    fn buckets(&self, trails: &BTreeMap<String, Trail>) -> BTreeMap<String, Bucket> {
        let unlisted = self.unlisted();
        let mut buckets: BTreeMap<String, Bucket> = BTreeMap::new();
        for trail in trails.values() {
            let Some(name) = trail.bucket() else { continue };
            let bucket = buckets
                .entry(name.to_owned())
                .or_insert_with(|| self.bucket(name, unlisted.as_ref()));
            bucket.roles.insert(BucketRole::Log);
            bucket.trails.insert(trail.arn().to_owned());
            bucket.key_spaces.insert(trail.key_space());
            bucket.trail_owners.insert(trail.owner);
            bucket.serves_organization |= trail.is_organization_trail();
        }
        buckets
    }

    /// The first account whose list of buckets is missing.
    fn unlisted(&self) -> Option<Arc<Gap>> {
        let mut active = self.members.values().filter(|member| member.state.is_active());
        active
            .find_map(|member| member.bucket_list.as_ref().err())
            .map(|gap| Arc::new((**gap).clone()))
    }

    /// A bucket as far as it is known by itself.
    fn bucket(&self, name: &str, unlisted: Option<&Arc<Gap>>) -> Bucket {
        let place = self.places.get(name);
        // What was read beats what was not; then the smaller account.
        let head = self.heads.get(name).and_then(|by_account| {
            by_account.values().find(|head| head.is_ok()).or_else(|| by_account.values().next())
        });
        let told = head.and_then(|head| head.as_ref().ok()?.value.bucket_region.clone());
        let expected = self.expected.get(name).cloned().unwrap_or_default();
        let confirmed = expected.iter().find_map(|(account, answer)| {
            answer.as_ref().is_ok_and(|read| read.value.http_status == 200).then_some(*account)
        });
        let owner = place.map(|place| place.owner).or(confirmed);
        Bucket {
            name: name.to_owned(),
            partition: self.manifest.partition.clone(),
            trails: BTreeSet::new(),
            key_spaces: BTreeSet::new(),
            trail_owners: BTreeSet::new(),
            serves_organization: false,
            roles: BTreeSet::new(),
            owner,
            region: place.and_then(|place| place.region.clone()).or(told),
            listed: place.map(|place| place.listed.clone()),
            head: head.cloned(),
            expected,
            unlisted: unlisted.cloned(),
            facts: owner
                .and_then(|owner| self.bucket_facts.get(&(name.to_owned(), owner)))
                .cloned()
                .unwrap_or_default(),
            account_block: owner.and_then(|owner| self.account_blocks.get(&owner).cloned()),
        }
    }

    /// All of those.
    fn destinations(&self, buckets: &BTreeMap<String, Bucket>) -> Vec<Destination> {
        let mut found = Vec::new();
        for bucket in buckets.values() {
            if let Ok((logging, _)) = bucket.read::<BucketLogging>(Fact::BucketLogging)
                && let Some(target) = logging.target_bucket.clone()
            {
                found.push((target, BucketRole::AccessLogTarget, bucket.name.clone()));
            }
            let replication = bucket.read::<BucketReplication>(Fact::BucketReplication);
            for rule in replication.map_or(&[][..], |(replication, _)| &replication.rules) {
                if let Some((_, name)) = rule.destination_bucket.rsplit_once(":::") {
                    found.push((name.to_owned(), BucketRole::Replica, bucket.name.clone()));
                }
            }
        }
        found.retain(|(name, _, of)| name != of);
        found
    }

    fn companions(
        &self,
        buckets: &BTreeMap<String, Bucket>,
        destinations: &[Destination],
    ) -> BTreeMap<String, Bucket> {
        let unlisted = self.unlisted();
        let mut companions: BTreeMap<String, Bucket> = BTreeMap::new();
        for (name, role, of) in destinations {
            let Some(log) = buckets.get(of).filter(|_| !buckets.contains_key(name)) else {
                continue;
            };
            let bucket = companions
                .entry(name.clone())
                .or_insert_with(|| self.bucket(name, unlisted.as_ref()));
            bucket.roles.insert(*role);
            bucket.trails.extend(log.trails.iter().cloned());
            bucket.trail_owners.extend(&log.trail_owners);
            bucket.serves_organization |= log.serves_organization;
        }
        companions
    }

    fn stores(&self) -> BTreeMap<String, Store> {
        let stores = self.stores.iter().map(|(arn, listed)| {
            let described = self.of_resource::<EventDataStore>(Fact::EventDataStore, arn, listed);
            let store = Store {
                arn: arn.clone(),
                owner: listed.owner,
                region: listed.region.clone(),
                name: listed.name.clone(),
                described,
                policy: self.of_resource::<PolicyText>(Fact::StorePolicy, arn, listed),
                listed: listed.listed.clone(),
            };
            (arn.clone(), store)
        });
        stores.collect()
    }

    fn of_resource<T: Reading + Clone>(
        &self,
        fact: Fact,
        arn: &str,
        listed: &ListedStore,
    ) -> Observed<Sourced<T>> {
        let gap = |cause, detail: &str| Gap {
            account: Some(listed.listed.account),
            region: Some(listed.region.clone()),
            ..Gap::new(fact, cause, format!("{} of {arn} {detail}", fact.operation()))
        };
        let Some((_, reading)) = self.resources.get(&(fact, arn.to_owned())) else {
            return Err(gap(Cause::NotAttempted, "was not called"));
        };
        let sourced = Result::as_ref(reading).map_err(Clone::clone)?;
        let value = T::of(&sourced.value)
            .cloned()
            .ok_or_else(|| gap(Cause::ServiceError, "holds another kind of answer"))?;
        Ok(Sourced { value, source: sourced.source.clone() })
    }
}
