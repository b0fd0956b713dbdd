//! The keys that trails, event data stores, log buckets, log groups and topics encrypt with.

use std::collections::{BTreeMap, BTreeSet};

use super::{GraphBuilder, KeyReading};
use crate::answer::{Answer, BucketEncryption, LogGroup, Reading, Topic};
use crate::aws::{AccountId, Arn, Region};
use crate::bucket::Bucket;
use crate::evidence::{Cause, Gap, Observed};
use crate::fact::Fact;
use crate::key::{Key, KeyTarget, KeyUser, Use};
use crate::snapshot::Sourced;
use crate::store::Store;
use crate::trail::Trail;

/// The keys so far.
type Keys = BTreeMap<KeyTarget, Key>;

/// Who encrypts with a key.
struct User<'a> {
    kind: KeyUser,
    trails: &'a BTreeSet<String>,
    owner: AccountId,
    serves_organization: bool,
}

impl GraphBuilder {
    pub(super) fn keys(
        &self,
        trails: &BTreeMap<String, Trail>,
        buckets: &BTreeMap<String, Bucket>,
        stores: &BTreeMap<String, Store>,
    ) -> Keys {
        let mut keys = Keys::new();
        for trail in trails.values() {
            let bucket = trail.bucket().and_then(|name| buckets.get(name));
            let region = bucket.and_then(|bucket| bucket.region.as_ref());
            let one = BTreeSet::from([trail.arn().to_owned()]);
            let user = User {
                kind: KeyUser::Trail,
                trails: &one,
                owner: trail.owner,
                serves_organization: trail.is_organization_trail(),
            };
            if let Some(target) = trail.key_target(region) {
                let key = self.key(&mut keys, target, &user);
                let bucket_region = bucket_region(region, trail);
                let kms_error = trail.kms_error.clone();
                key.uses.insert(trail.arn().to_owned(), Use { bucket_region, kms_error });
            }
            if let Some(target) = self.log_group_key(trail) {
                self.key(&mut keys, target, &User { kind: KeyUser::LogGroup, ..user });
            }
        }
        for bucket in buckets.values() {
            if let Some((owner, target)) = default_key(bucket) {
                let user = User {
                    kind: KeyUser::BucketDefault,
                    trails: &bucket.trails,
                    owner,
                    serves_organization: bucket.serves_organization,
                };
                self.key(&mut keys, target, &user);
            }
        }
        for store in stores.values() {
            let Some(target) = store.key_target() else { continue };
            let user = User {
                kind: KeyUser::Store,
                trails: &BTreeSet::new(),
                owner: store.owner,
                serves_organization: store.is_organization_store(),
            };
            let key = self.key(&mut keys, target, &user);
            let used = Use { bucket_region: Ok(store.region.clone()), kms_error: Ok(None) };
            key.uses.insert(store.arn.clone(), used);
        }
        for ((fact, arn), (_, reading)) in &self.resources {
            let Some((owner, target)) = topic_key(*fact, arn, reading) else { continue };
            let user = User {
                kind: KeyUser::Topic,
                trails: &BTreeSet::new(),
                owner,
                serves_organization: false,
            };
            self.key(&mut keys, target, &user);
        }
        keys
    }

    fn key<'a>(&self, keys: &'a mut Keys, target: KeyTarget, user: &User<'_>) -> &'a mut Key {
        let key = keys.entry(target.clone()).or_insert_with(|| Key {
            arn: target.arn(&self.manifest.partition),
            users: BTreeSet::new(),
            trails: BTreeSet::new(),
            trail_owners: BTreeSet::new(),
            serves_organization: false,
            uses: BTreeMap::new(),
            metadata: self.key_reading(&target),
            target,
        });
        key.users.insert(user.kind);
        key.trails.extend(user.trails.iter().cloned());
        key.trail_owners.insert(user.owner);
        key.serves_organization |= user.serves_organization;
        key
    }

    fn log_group_key(&self, trail: &Trail) -> Option<KeyTarget> {
        let arn = trail.log_group()?;
        let (_, reading) = self.resources.get(&(Fact::LogGroup, arn.to_owned()))?;
        let group = Option::<LogGroup>::of(&Result::as_ref(reading).ok()?.value)?.as_ref()?;
        let parsed = Arn::parse(arn).ok()?;
        let region = parsed.region()?;
        let id = group.kms_key_id.as_deref().filter(|id| !id.is_empty())?;
        Some(KeyTarget::new(id, parsed.account_id()?, Some(&region), &region))
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

/// The key of a bucket's default encryption, where it is not S3's own; an id or alias is the bucket owner's.
fn default_key(bucket: &Bucket) -> Option<(AccountId, KeyTarget)> {
    let (encryption, _) = bucket.read::<BucketEncryption>(Fact::BucketEncryption).ok()?;
    let id = encryption.kms_master_key_id.as_deref().filter(|id| !id.is_empty())?;
    let (owner, region) = (bucket.owner?, bucket.region.as_ref()?);
    Some((owner, KeyTarget::new(id, owner, Some(region), region)))
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

/// The key of a topic that was read, where it is the customer's own.
fn topic_key(
    fact: Fact,
    arn: &str,
    reading: &Observed<Sourced<Answer>>,
) -> Option<(AccountId, KeyTarget)> {
    if fact != Fact::Topic {
        return None;
    }
    let topic = Option::<Topic>::of(&reading.as_ref().ok()?.value)?.as_ref()?;
    let target = KeyTarget::of_topic(arn, topic)?;
    Some((Arn::parse(arn).ok()?.account_id()?, target))
}
