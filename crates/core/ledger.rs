//! What a collector must remember of the accounts that it has read, so that it knows whose evidence decides what else
//! is to be asked: a few bytes for each account, where the graph of a large organization would need kilobytes.
//!
//! Trails name buckets and keys, and any account may own them. Whether one does is told by its own document, which
//! lies on disk by then. The ledger says which documents to read again: those of trail owners, of whoever sees a
//! foreign trail best, of the owners of wanted buckets and keys. The graph of those documents asks the same
//! [`follow_ups`](crate::plan::follow_ups) as the graph of all.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::answer::{
    BucketEncryption, BucketEntry, BucketLogging, BucketReplication, DetectorAdministrator,
    EventDataStore, LogGroup, Topic, TrailDescription,
};
use crate::aws::{AccountId, Arn};
use crate::evidence::Cause;
use crate::fact::Fact;
use crate::snapshot::{Document, Probe, Sourced};
use crate::trail::Best;

/// What was noted of the accounts so far. Their order changes nothing.
#[derive(Debug, Clone, Default)]
pub struct Ledger {
    /// Accounts that own trails, or that some trail names.
    named: BTreeSet<AccountId>,
    /// Who sees each foreign trail best.
    seen: BTreeMap<String, Best<TrailDescription>>,
    /// The names of all buckets that trails deliver to, and of those that log buckets name, as digests.
    wanted: BTreeSet<u32>,
    /// Accounts that could not be asked for their buckets, so that a bucket which nobody lists may be theirs.
    unlisted: BTreeSet<AccountId>,
    /// The first account that a service control policy refused a region, so that the policies are worth reading.
    refused: Option<AccountId>,
    /// Every bucket that an account lists, as a digest, with the account's place below: two names that share a digest
    /// only cost a document that is read in vain.
    listed: Vec<(u32, u32)>,
    listers: Vec<AccountId>,
}

fn digest(name: &str) -> u32 {
    let mut hasher = DefaultHasher::new();
    name.hash(&mut hasher);
    let [a, b, c, d, ..] = hasher.finish().to_be_bytes();
    u32::from_be_bytes([a, b, c, d])
}

fn account_of(arn: &str) -> Option<AccountId> {
    Arn::parse(arn).ok()?.account_id()
}

impl Ledger {
    /// Notes what matters of an account's evidence.
    pub fn add(&mut self, document: &Document) {
        for probe in document.observations.keys() {
            match probe.fact {
                Fact::Trails => {
                    let Ok((trails, source)) = document.read::<Vec<TrailDescription>>(probe) else {
                        continue;
                    };
                    for trail in trails {
                        let view = Sourced { value: trail.clone(), source: source.clone() };
                        let view = Best::new(&trail.trail_arn, &source, Ok(view));
                        self.trail(document.account, trail, view);
                    }
                }
                Fact::BucketList => {
                    let Ok((buckets, _)) = document.read::<Vec<BucketEntry>>(probe) else {
                        continue;
                    };
                    // No organization has four billion accounts.
                    let place = u32::try_from(self.listers.len()).unwrap_or(u32::MAX);
                    self.listers.push(document.account);
                    let names = buckets.iter().map(|bucket| digest(&bucket.name));
                    self.listed.extend(names.map(|name| (name, place)));
                }
                _ => {}
            }
        }
        let by_policy = document.observations.keys().any(|probe| {
            let outcome = probe.region.as_ref().map(|_| document.answer(probe));
            outcome.is_some_and(|outcome| outcome.is_err_and(|gap| gap.cause == Cause::ScpDenied))
        });
        if by_policy {
            let account = document.account;
            self.refused = Some(self.refused.map_or(account, |first| first.min(account)));
        }
        let entered = document.answer(&Probe::global(Fact::Session)).is_ok();
        let refused = document.observations.contains_key(&Probe::global(Fact::Session)) && !entered;
        let list = Probe::global(Fact::BucketList);
        if refused || (document.observations.contains_key(&list) && document.answer(&list).is_err())
        {
            self.unlisted.insert(document.account);
        }
        self.links(document);
    }

    /// Notes whom the answers of shared objects name: the buckets that a log bucket's access logs and copies go to, the
    /// keys of buckets, event data stores and log groups, the administrators of GuardDuty. To be called again whenever such an answer has come.
    pub fn links(&mut self, document: &Document) {
        for probe in document.observations.keys() {
            let key = match probe.fact {
                Fact::BucketLogging => {
                    let logging = document.read::<BucketLogging>(probe);
                    let target =
                        logging.ok().and_then(|(logging, _)| logging.target_bucket.as_deref());
                    self.wanted.extend(target.map(digest));
                    None
                }
                Fact::BucketReplication => {
                    let replication = document.read::<BucketReplication>(probe);
                    for rule in replication.map_or(&[][..], |(read, _)| &read.rules) {
                        let name = rule.destination_bucket.rsplit_once(":::").map(|(_, name)| name);
                        self.wanted.extend(name.map(digest));
                    }
                    None
                }
                Fact::DetectorAdministrators => {
                    let told = document.read::<Vec<DetectorAdministrator>>(probe);
                    let told = told.map_or(&[][..], |(told, _)| told);
                    self.named.extend(told.iter().map(|one| one.admin_account_id));
                    self.named.insert(document.account);
                    None
                }
                Fact::BucketEncryption => document
                    .read::<BucketEncryption>(probe)
                    .ok()
                    .and_then(|(read, _)| read.kms_master_key_id.as_deref()),
                Fact::EventDataStore => document
                    .read::<EventDataStore>(probe)
                    .ok()
                    .and_then(|(read, _)| read.kms_key_id.as_deref()),
                Fact::Topic => document
                    .read::<Option<Topic>>(probe)
                    .ok()
                    .and_then(|(read, _)| read.as_ref()?.kms_master_key_id.as_deref()),
                Fact::LogGroup => document
                    .read::<Option<LogGroup>>(probe)
                    .ok()
                    .and_then(|(read, _)| read.as_ref()?.kms_key_id.as_deref()),
                _ => None,
            };
            if let Some(key) = key {
                self.named.extend(account_of(key));
                // Whose store it is matters for its key, whether or not the account has trails.
                self.named.insert(document.account);
            }
        }
    }

    fn trail(&mut self, seer: AccountId, trail: &TrailDescription, view: Best<TrailDescription>) {
        let owner = Arn::parse(&trail.trail_arn).ok().and_then(|arn| arn.account_id());
        self.named.extend(owner);
        let named =
            [&trail.kms_key_id, &trail.sns_topic_arn, &trail.cloud_watch_logs_log_group_arn];
        self.named.extend(named.into_iter().flatten().filter_map(|arn| account_of(arn)));
        self.wanted.extend(trail.s3_bucket_name.as_deref().map(digest));
        if owner != Some(seer) {
            match self.seen.get_mut(&trail.trail_arn) {
                Some(best) => best.better(view),
                None => {
                    self.seen.insert(trail.trail_arn.clone(), view);
                }
            }
        }
    }

    /// The accounts whose documents decide what else is to be asked.
    #[must_use]
    pub fn accounts(&self) -> BTreeSet<AccountId> {
        let owners = self.listed.iter().filter(|(name, _)| self.wanted.contains(name));
        let seers = self.seen.values().map(Best::account);
        let lister = |place: u32| self.listers.get(usize::try_from(place).ok()?).copied();
        let owners = owners.filter_map(|(_, place)| lister(*place));
        // S3 is asked of the first few only.
        let unlisted = self.unlisted.iter().copied().take(crate::plan::OWNERS);
        let named = self.named.iter().copied().chain(owners).chain(seers).chain(unlisted);
        named.chain(self.refused).collect()
    }
}
