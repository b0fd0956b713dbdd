//! What lies between the accounts: the trails that anybody sees, and the buckets and keys that they use.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{GraphBuilder, KeyReading};
use crate::aws::Region;
use crate::bucket::Bucket;
use crate::evidence::{Cause, Gap, Observed};
use crate::fact::Fact;
use crate::key::{Key, KeyTarget, Use};
use crate::organization::Objects;
use crate::trail::Trail;

impl GraphBuilder {
    pub(super) fn objects(&self) -> Objects {
        let trails = self.trails.iter();
        let trails: BTreeMap<String, Trail> = trails
            .filter_map(|(arn, views)| Some((arn.clone(), self.trail(arn, views)?)))
            .collect();
        let buckets = self.buckets(&trails);
        let keys = self.keys(&trails, &buckets);
        let mut judged = self.members.values().filter(|member| member.is_judged());
        let trails_unread = judged.find_map(|member| member.trails_read.as_ref().err().cloned());
        Objects {
            log_buckets: buckets.keys().cloned().collect(),
            of_organizations: trails
                .values()
                .filter(|trail| trail.is_organization_trail())
                .map(|trail| trail.arn().to_owned())
                .collect(),
            trails,
            buckets,
            keys,
            trails_unread,
        }
    }

    fn buckets(&self, trails: &BTreeMap<String, Trail>) -> BTreeMap<String, Bucket> {
        let mut active = self.members.values().filter(|member| member.state.is_active());
        let unlisted: Option<Arc<Gap>> = active
            .find_map(|member| member.bucket_list.as_ref().err())
            .map(|gap| Arc::new((**gap).clone()));
        let mut buckets: BTreeMap<String, Bucket> = BTreeMap::new();
        for trail in trails.values() {
            let Some(name) = trail.bucket() else { continue };
            let bucket = buckets.entry(name.to_owned()).or_insert_with(|| {
                let place = self.places.get(name);
                // What was read beats what was not; then the smaller account.
                let head = self.heads.get(name).and_then(|by_account| {
                    by_account
                        .values()
                        .find(|head| head.is_ok())
                        .or_else(|| by_account.values().next())
                });
                let told = head.and_then(|head| head.as_ref().ok()?.value.bucket_region.clone());
                Bucket {
                    name: name.to_owned(),
                    partition: self.manifest.partition.clone(),
                    trails: BTreeSet::new(),
                    key_spaces: BTreeSet::new(),
                    trail_owners: BTreeSet::new(),
                    serves_organization: false,
                    owner: place.map(|place| place.owner),
                    region: place.and_then(|place| place.region.clone()).or(told),
                    listed: place.map(|place| place.listed.clone()),
                    head: head.cloned(),
                    unlisted: unlisted.clone(),
                    facts: place
                        .and_then(|place| self.bucket_facts.get(&(name.to_owned(), place.owner)))
                        .cloned()
                        .unwrap_or_default(),
                    account_block: place
                        .and_then(|place| self.account_blocks.get(&place.owner).cloned()),
                }
            });
            bucket.trails.insert(trail.arn().to_owned());
            bucket.key_spaces.insert(trail.key_space());
            bucket.trail_owners.insert(trail.owner);
            bucket.serves_organization |= trail.is_organization_trail();
        }
        buckets
    }

    fn keys(
        &self,
        trails: &BTreeMap<String, Trail>,
        buckets: &BTreeMap<String, Bucket>,
    ) -> BTreeMap<KeyTarget, Key> {
        let mut keys: BTreeMap<KeyTarget, Key> = BTreeMap::new();
        for trail in trails.values() {
            let bucket = trail.bucket().and_then(|name| buckets.get(name));
            let region = bucket.and_then(|bucket| bucket.region.as_ref());
            let Some(target) = trail.key_target(region) else { continue };
            let key = keys.entry(target.clone()).or_insert_with(|| Key {
                arn: target.arn(&self.manifest.partition),
                trails: BTreeSet::new(),
                trail_owners: BTreeSet::new(),
                serves_organization: false,
                uses: BTreeMap::new(),
                metadata: self.key_reading(&target),
                target,
            });
            key.trails.insert(trail.arn().to_owned());
            key.trail_owners.insert(trail.owner);
            key.serves_organization |= trail.is_organization_trail();
            let bucket_region = bucket_region(region, trail);
            let kms_error = trail.kms_error.clone();
            key.uses.insert(trail.arn().to_owned(), Use { bucket_region, kms_error });
        }
        keys
    }

    fn key_reading(&self, target: &KeyTarget) -> Option<KeyReading> {
        let readings = self.keys.get(&(Some(target.region.clone()), target.id.clone()))?;
        let by_owner = readings.get(&target.account).filter(|reading| reading.is_ok());
        by_owner
            .or_else(|| readings.values().find(|reading| reading.is_ok()))
            .or_else(|| readings.values().next())
            .cloned()
    }
}

fn bucket_region(region: Option<&Region>, trail: &Trail) -> Observed<Region> {
    region.cloned().ok_or_else(|| {
        let name = trail.bucket().unwrap_or_default();
        let detail = format!("the region of the bucket {name} is not known");
        Gap {
            account: Some(trail.owner),
            ..Gap::new(Fact::BucketList, Cause::CrossAccountUnreadable, detail)
        }
    })
}
