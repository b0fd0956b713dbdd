//! Documents folded into the evidence graph, one account at a time and in any order.

use std::collections::{BTreeMap, BTreeSet};

use crate::answer::{
    Answer, BucketEntry, BucketHead, KeyMetadata, OrganizationDescription, OrganizationalTree,
    PublicAccessBlock, Reading, RoleSession, TrailDescription, TrailStatus,
};
use crate::aws::{AccountId, Arn, Region};
use crate::bucket::Bucket;
use crate::evidence::{Cause, Gap, Observed};
use crate::fact::Fact;
use crate::key::{Key, KeyTarget, Use};
use crate::organization::{Member, Organization};
use crate::roster::{AccountEntry, AccountState, OptInStatus, RegionEntry};
use crate::snapshot::{Document, Manifest, Probe, Source, Sourced};
use crate::trail::{Best, Trail};

mod trails;

use trails::TrailViews;

#[derive(Debug, Clone)]
struct BucketPlace {
    owner: AccountId,
    region: Option<Region>,
    listed: Source,
}

type BucketFacts = BTreeMap<Fact, Observed<Sourced<Answer>>>;
type KeyReading = Observed<Sourced<Option<KeyMetadata>>>;

/// Builds the graph. Documents may come in any order, one at a time; the result is the same.
#[derive(Debug, Clone)]
pub struct GraphBuilder {
    manifest: Manifest,
    description: Observed<Option<Sourced<OrganizationDescription>>>,
    listed: Observed<()>,
    delegated_administrators: Observed<Vec<AccountId>>,
    members: BTreeMap<AccountId, Member>,
    trails: BTreeMap<String, TrailViews>,
    places: BTreeMap<String, BucketPlace>,
    heads: BTreeMap<String, BTreeMap<AccountId, Observed<Sourced<BucketHead>>>>,
    bucket_facts: BTreeMap<(String, AccountId), BucketFacts>,
    account_blocks: BTreeMap<AccountId, Observed<Sourced<PublicAccessBlock>>>,
    keys: BTreeMap<(Option<Region>, String), BTreeMap<AccountId, KeyReading>>,
    asked: BTreeSet<(AccountId, Probe)>,
    added: BTreeSet<AccountId>,
}

fn sourced<T: Reading + Clone>(document: &Document, probe: &Probe) -> Observed<Sourced<T>> {
    document.read::<T>(probe).map(|(value, source)| Sourced { value: value.clone(), source })
}

impl GraphBuilder {
    /// Begins with what was asked of the organization.
    #[must_use]
    pub fn new(manifest: &Manifest, organization: &Document) -> Self {
        let probe = |fact| Probe::global(fact);
        let description =
            sourced::<Option<OrganizationDescription>>(organization, &probe(Fact::Organization))
                .map(|read| read.value.map(|value| Sourced { value, source: read.source }));
        let entries = organization.read::<Vec<AccountEntry>>(&probe(Fact::Accounts));
        let tree = organization.read::<OrganizationalTree>(&probe(Fact::OrganizationalUnits));
        let mut members = BTreeMap::new();
        for account in &manifest.accounts {
            let entry = entries
                .as_ref()
                .ok()
                .and_then(|(list, _)| list.iter().find(|entry| entry.id == account.id));
            let never_asked = Gap {
                account: Some(account.id),
                ..Gap::new(Fact::Session, Cause::NotAttempted, "the run did not reach this account")
            };
            members.insert(
                account.id,
                Member {
                    id: account.id,
                    name: entry.map(|entry| entry.name.clone()).unwrap_or_default(),
                    state: entry.map_or(AccountState::Unknown, |entry| entry.state),
                    joined: entry.and_then(|entry| entry.joined_timestamp),
                    ou_path: tree
                        .as_ref()
                        .map(|(tree, _)| ou_path(tree, account.id))
                        .unwrap_or_default(),
                    in_scope: account.in_scope,
                    session: Err(never_asked.clone()),
                    regions: Vec::new(),
                    region_scope: None,
                    bucket_list: Err(never_asked.clone()),
                    trails_read: Err(never_asked),
                    read_between: None,
                },
            );
        }
        Self {
            manifest: manifest.clone(),
            description,
            listed: entries.map(|_| ()),
            delegated_administrators: organization
                .read::<Vec<AccountId>>(&probe(Fact::DelegatedAdministrators))
                .map(|(delegates, _)| delegates.clone()),
            members,
            trails: BTreeMap::new(),
            places: BTreeMap::new(),
            heads: BTreeMap::new(),
            bucket_facts: BTreeMap::new(),
            account_blocks: BTreeMap::new(),
            keys: BTreeMap::new(),
            asked: BTreeSet::new(),
            added: BTreeSet::new(),
        }
    }

    /// Adds one account's evidence.
    pub fn add(&mut self, document: &Document) {
        self.added.insert(document.account);
        self.add_member(document);
        for probe in document.observations.keys() {
            if probe.fact.crosses_accounts() {
                self.asked.insert((document.account, probe.clone()));
            }
            match (probe.fact, &probe.resource) {
                (Fact::Trails, _) => self.add_trails(document, probe),
                (Fact::TrailStatus, Some(arn)) => self.add_status(document, probe, arn),
                (Fact::EventSelectors, Some(arn)) => {
                    let best = Best::new(arn, &document.source(probe), sourced(document, probe));
                    Best::merge(&mut self.trails.entry(arn.clone()).or_default().selectors, best);
                }
                (Fact::BucketList, _) => self.add_bucket_list(document, probe),
                (Fact::BucketHead, Some(name)) => {
                    let head = sourced(document, probe);
                    self.heads.entry(name.clone()).or_default().insert(document.account, head);
                }
                (Fact::AccountPublicAccessBlock, _) => {
                    self.account_blocks.insert(document.account, sourced(document, probe));
                }
                (Fact::Key, Some(id)) => {
                    let key = (probe.region.clone(), id.clone());
                    let reading = sourced(document, probe);
                    self.keys.entry(key).or_default().insert(document.account, reading);
                }
                (fact, Some(name)) if Fact::OF_A_BUCKET.contains(&fact) => {
                    let answer = document.answer(probe);
                    let reading =
                        answer.map(|(answer, source)| Sourced { value: answer.clone(), source });
                    let of_account = (name.clone(), document.account);
                    let facts = self.bucket_facts.entry(of_account).or_default();
                    // Asked twice where the region was not known at first; what is read beats what is not.
                    if reading.is_ok() || !facts.contains_key(&fact) {
                        facts.insert(fact, reading);
                    }
                }
                _ => {}
            }
        }
    }

    fn add_member(&mut self, document: &Document) {
        let Some(member) = self.members.get_mut(&document.account) else { return };
        member.read_between = document.read_between();
        // The caller's own account needs no role.
        let session = Probe::global(Fact::Session);
        member.session = if document.observations.contains_key(&session) {
            document.read::<RoleSession>(&session).map(|_| ())
        } else if document.account == self.manifest.caller_account {
            Ok(())
        } else {
            return;
        };
        if let Err(gap) = &member.session {
            member.bucket_list = Err(gap.clone());
            member.trails_read = Err(gap.clone());
            return;
        }
        let partition = &self.manifest.partition;
        let fallback = |status| {
            let entry = |region_name| RegionEntry { region_name, region_opt_status: status };
            partition.default_regions().into_iter().map(entry).collect()
        };
        match document.read::<Vec<RegionEntry>>(&Probe::global(Fact::Regions)) {
            Ok((regions, _)) => member.regions.clone_from(regions),
            Err(_) if !partition.lists_regions() => {
                member.regions = fallback(OptInStatus::EnabledByDefault);
            }
            Err(gap) => {
                member.regions = fallback(OptInStatus::Unknown);
                member.region_scope = Some(Gap {
                    cause: Cause::RegionScopeUnproven,
                    detail: format!("the account's regions were not read: {}", gap.detail),
                    ..gap
                });
            }
        }
        member.bucket_list =
            document.read::<Vec<BucketEntry>>(&Probe::global(Fact::BucketList)).map(|_| ());
        let unread = |entry: &RegionEntry| {
            let wanted = entry.region_opt_status.in_scope()
                && self.manifest.wants_region(&entry.region_name);
            let probe = Probe::regional(Fact::Trails, &entry.region_name);
            document.read::<Vec<TrailDescription>>(&probe).err().filter(|_| wanted)
        };
        let gap = member.regions.iter().find_map(unread).or_else(|| member.region_scope.clone());
        member.trails_read = gap.map_or(Ok(()), Err);
    }

    fn add_trails(&mut self, document: &Document, probe: &Probe) {
        let Ok((descriptions, source)) = document.read::<Vec<TrailDescription>>(probe) else {
            return;
        };
        for description in descriptions {
            let arn = &description.trail_arn;
            let view = Sourced { value: description.clone(), source: source.clone() };
            let best = Best::new(arn, &source, Ok(view));
            let orphaned = !self.owner_in_run(arn);
            let views = self.trails.entry(arn.clone()).or_default();
            Best::merge(&mut views.description, best);
            if orphaned {
                views.seen_by.insert(document.account);
            }
        }
    }

    fn add_status(&mut self, document: &Document, probe: &Probe, arn: &str) {
        let reading: Observed<Sourced<TrailStatus>> = sourced(document, probe);
        let orphaned = !self.owner_in_run(arn);
        let views = self.trails.entry(arn.to_owned()).or_default();
        if orphaned {
            views.told.insert(document.account, reading.clone());
        }
        let parsed = Arn::parse(arn).ok();
        let owner_at_home = parsed.is_some_and(|arn| {
            arn.account_id() == Some(document.account) && arn.region() == probe.region
        });
        if owner_at_home {
            views.owner_status = Some(reading.clone());
        }
        Best::merge(&mut views.status, Best::new(arn, &document.source(probe), reading));
    }

    fn add_bucket_list(&mut self, document: &Document, probe: &Probe) {
        let Ok((buckets, source)) = document.read::<Vec<BucketEntry>>(probe) else { return };
        for bucket in buckets {
            let place = BucketPlace {
                owner: document.account,
                region: bucket.bucket_region.clone(),
                listed: source.clone(),
            };
            // Names are unique in a partition; should two accounts list one all the same, the smaller id wins, so
            // that the order of reading changes nothing.
            let slot = self.places.entry(bucket.name.clone()).or_insert_with(|| place.clone());
            if place.owner < slot.owner {
                *slot = place;
            }
        }
    }

    /// Whether that account's evidence was added.
    #[must_use]
    pub fn has(&self, account: AccountId) -> bool {
        self.added.contains(&account)
    }

    /// The accounts that administer CloudTrail for the management account, where that was read.
    #[must_use]
    pub fn delegated(&self) -> Option<&[AccountId]> {
        self.delegated_administrators.as_deref().ok()
    }

    /// Takes what was asked of the organization since the beginning.
    pub fn organization(&mut self, organization: &Document) {
        let probe = Probe::global(Fact::DelegatedAdministrators);
        self.delegated_administrators =
            organization.read::<Vec<AccountId>>(&probe).map(|(delegates, _)| delegates.clone());
    }

    /// The graph of all that was added so far.
    #[must_use]
    pub fn graph(&self) -> Organization {
        let Self { manifest, description, listed, delegated_administrators, members, .. } = self;
        let mut organization = Organization {
            manifest: manifest.clone(),
            description: description.clone(),
            listed: listed.clone(),
            delegated_administrators: delegated_administrators.clone(),
            members: members.clone(),
            trails: BTreeMap::new(),
            buckets: BTreeMap::new(),
            keys: BTreeMap::new(),
            asked: self.asked.clone(),
        };
        for (arn, views) in &self.trails {
            if let Some(trail) = self.trail(arn, views) {
                organization.trails.insert(arn.clone(), trail);
            }
        }
        organization.buckets = self.buckets(&organization);
        organization.keys = self.keys(&organization);
        organization
    }

    fn buckets(&self, organization: &Organization) -> BTreeMap<String, Bucket> {
        let unlisted = self
            .members
            .values()
            .filter(|member| member.state.is_active())
            .find_map(|member| member.bucket_list.as_ref().err().cloned());
        let mut buckets: BTreeMap<String, Bucket> = BTreeMap::new();
        for trail in organization.trails() {
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

    fn keys(&self, organization: &Organization) -> BTreeMap<KeyTarget, Key> {
        let mut keys: BTreeMap<KeyTarget, Key> = BTreeMap::new();
        for trail in organization.trails() {
            let Some(target) = organization.key_target(trail) else { continue };
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
            let bucket_region = bucket_region(organization, trail);
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

fn bucket_region(organization: &Organization, trail: &Trail) -> Observed<Region> {
    let region = organization.bucket_of(trail).and_then(|bucket| bucket.region.clone());
    region.ok_or_else(|| {
        let name = trail.bucket().unwrap_or_default();
        let detail = format!("the region of the bucket {name} is not known");
        Gap {
            account: Some(trail.owner),
            ..Gap::new(Fact::BucketList, Cause::CrossAccountUnreadable, detail)
        }
    })
}

/// The names of the units above an account, from the root, joined by `/`.
fn ou_path(tree: &OrganizationalTree, account: AccountId) -> String {
    let by_id: BTreeMap<&str, _> = tree.units.iter().map(|unit| (unit.id.as_str(), unit)).collect();
    let mut names = Vec::new();
    let mut next = tree.accounts.get(&account).map(String::as_str);
    // AWS nests units five deep. A broken tree may hold a circle, or a path that is as long as the tree is large.
    while let Some(unit) = next.and_then(|id| by_id.get(id)).filter(|_| names.len() < 16) {
        names.push(unit.name.as_str());
        next = unit.parent.as_deref();
    }
    names.reverse();
    names.join("/")
}
