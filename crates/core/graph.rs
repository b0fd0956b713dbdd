//! Documents folded into the evidence graph, one account at a time and in any order.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::answer::{
    Analyzer, Answer, BucketEntry, BucketHead, KeyMetadata, LogValidation, OrganizationDescription,
    OrganizationalTree, PublicAccessBlock, Reading, RoleSession, StoreEntry, Tags,
    TrailDescription, TrailStatus, TrustedServices,
};
use crate::aws::{AccountId, Arn, Region};
use crate::control_policies::ControlPolicies;
use crate::evidence::{Cause, Gap, Observed};
use crate::fact::Fact;
use crate::log_validation::handed_over;
use crate::organization::{Member, Organization, of_region};
use crate::pool::PolicyPool;
use crate::roster::{AccountEntry, AccountState, OptInStatus, RegionEntry};
use crate::snapshot::{Document, Manifest, Probe, Source, Sourced};
use crate::trail::Best;

mod closed;
mod histories;
mod keys;
mod objects;
mod trails;
mod units;

use trails::TrailViews;
use units::UnitPaths;

#[derive(Debug, Clone)]
struct BucketPlace {
    owner: AccountId,
    region: Option<Region>,
    /// An account's list of buckets is the source of each of them.
    listed: Arc<Source>,
}

type BucketFacts = BTreeMap<Fact, Observed<Sourced<Answer>>>;
/// What was read of one resource, and by which account.
type ResourceReading = (AccountId, Arc<Observed<Sourced<Answer>>>);
type KeyReading = Observed<Sourced<Option<KeyMetadata>>>;

/// Builds the graph. Documents may come in any order, one at a time; the result is the same.
#[derive(Debug, Clone)]
pub struct GraphBuilder {
    manifest: Manifest,
    description: Observed<Option<Sourced<OrganizationDescription>>>,
    listed: Observed<Source>,
    delegated_administrators: Observed<Vec<AccountId>>,
    delegates_source: Option<Source>,
    members: BTreeMap<AccountId, Member>,
    trails: BTreeMap<String, TrailViews>,
    places: BTreeMap<String, BucketPlace>,
    heads: BTreeMap<String, BTreeMap<AccountId, Observed<Sourced<BucketHead>>>>,
    bucket_facts: BTreeMap<(String, AccountId), Arc<BucketFacts>>,
    account_blocks: BTreeMap<AccountId, Observed<Sourced<PublicAccessBlock>>>,
    keys: BTreeMap<(Option<Region>, String), BTreeMap<AccountId, KeyReading>>,
    stores: BTreeMap<String, ListedStore>,
    /// What S3 answered to the question whether a bucket is a certain account's, by the bucket's name.
    expected: BTreeMap<String, BTreeMap<AccountId, Observed<Sourced<BucketHead>>>>,
    resources: BTreeMap<(Fact, String), ResourceReading>,
    trusted_services: Observed<Sourced<TrustedServices>>,
    analyzer_administrators: Observed<Vec<AccountId>>,
    control_policies: Arc<ControlPolicies>,
    pool: Arc<PolicyPool>,
    asked: BTreeSet<(AccountId, Probe)>,
    /// The lists of regions that accounts have: most have the same.
    region_lists: BTreeSet<Arc<[RegionEntry]>>,
    /// What accounts see of trails: most see the same.
    sights: BTreeSet<Arc<BTreeMap<String, BTreeSet<Region>>>>,
    nothing_unread: Arc<BTreeMap<Region, Gap>>,
    /// The sets of regions that are closed to accounts: most have the same.
    closed: BTreeSet<Arc<BTreeSet<Region>>>,
    histories: BTreeMap<AccountId, Arc<Document>>,
    log_validations: Arc<[Sourced<LogValidation>]>,
}

/// An event data store, as its region's list shows it.
#[derive(Debug, Clone)]
struct ListedStore {
    owner: AccountId,
    region: Region,
    name: Option<String>,
    listed: Source,
}

/// Who told of the delegated administrators, where anybody did.
fn delegates_source(organization: &Document) -> Option<Source> {
    let probe = Probe::global(Fact::DelegatedAdministrators);
    organization.read::<Vec<AccountId>>(&probe).ok().map(|(_, source)| source)
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
        let described: BTreeMap<AccountId, &AccountEntry> = entries
            .iter()
            .flat_map(|(list, _)| list.iter().rev().map(|entry| (entry.id, entry)))
            .collect();
        let paths = tree.as_ref().map(|(tree, _)| UnitPaths::of(tree));
        let alone = matches!(description, Ok(None));
        let tags_of = |account: AccountId| {
            let probe = Probe::resource(Fact::AccountTags, None, account.as_str());
            let read = organization.read::<Tags>(&probe);
            if alone {
                return Ok(Arc::default());
            }
            read.map(|(tags, _)| Arc::new(tags.tags.clone())).map_err(Box::new)
        };
        let units_of = |account: AccountId| match &paths {
            _ if alone => Ok(Arc::default()),
            Ok(paths) => paths.above(account).ok_or_else(|| {
                let detail =
                    format!("account {account} is in no organizational unit that was read");
                Box::new(Gap::new(Fact::OrganizationalUnits, Cause::Undecidable, detail))
            }),
            Err(gap) => Err(Box::new((*gap).clone())),
        };
        let nowhere: Arc<[RegionEntry]> = Arc::new([]);
        let mut members = BTreeMap::new();
        for account in &manifest.accounts {
            let entry = described.get(&account.id).copied();
            let never_asked = Box::new(Gap {
                account: Some(account.id),
                ..Gap::new(Fact::Session, Cause::NotAttempted, "the run did not reach this account")
            });
            members.insert(
                account.id,
                Member {
                    id: account.id,
                    name: entry.map(|entry| entry.name.clone()).unwrap_or_default(),
                    state: entry.map_or(AccountState::Unknown, |entry| entry.state),
                    joined: entry.and_then(|entry| entry.joined_timestamp),
                    ou_path: paths
                        .as_ref()
                        .map(|paths| paths.of_account(account.id))
                        .unwrap_or_default(),
                    units: units_of(account.id),
                    tags: tags_of(account.id),
                    in_scope: account.in_scope,
                    session: Err(never_asked.clone()),
                    regions: nowhere.clone(),
                    region_scope: None,
                    bucket_list: Err(never_asked.clone()),
                    trails_read: Err(never_asked.clone()),
                    stores_read: Err(never_asked),
                    sees: Arc::default(),
                    unread_regions: Arc::default(),
                    scp_denied: false,
                    closed_regions: Arc::default(),
                    read_between: None,
                },
            );
        }
        Self {
            manifest: manifest.clone(),
            description,
            listed: entries.map(|(_, source)| source),
            delegates_source: delegates_source(organization),
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
            stores: BTreeMap::new(),
            expected: BTreeMap::new(),
            resources: BTreeMap::new(),
            trusted_services: sourced(organization, &probe(Fact::TrustedServices)),
            analyzer_administrators: organization
                .read::<Vec<AccountId>>(&probe(Fact::AnalyzerAdministrators))
                .map(|(administrators, _)| administrators.clone()),
            control_policies: Arc::new(ControlPolicies::of(organization)),
            pool: Arc::default(),
            asked: BTreeSet::new(),
            region_lists: BTreeSet::new(),
            sights: BTreeSet::new(),
            nothing_unread: Arc::default(),
            closed: BTreeSet::new(),
            histories: BTreeMap::new(),
            log_validations: handed_over(organization).into(),
        }
    }

    /// Adds one account's evidence.
    pub fn add(&mut self, document: &Document) {
        self.add_closed_regions(document);
        self.add_history(document);
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
                (Fact::BucketOwner, Some(resource)) => {
                    let asked = resource.split_once('/');
                    if let Some((Ok(owner), name)) = asked.map(|(id, name)| (id.parse(), name)) {
                        let answer = sourced(document, probe);
                        self.expected.entry(name.to_owned()).or_default().insert(owner, answer);
                    }
                }
                (Fact::AccountPublicAccessBlock, _) => {
                    self.account_blocks.insert(document.account, sourced(document, probe));
                }
                (Fact::Key, Some(id)) => {
                    let key = (probe.region.clone(), id.clone());
                    let reading = sourced(document, probe);
                    self.keys.entry(key).or_default().insert(document.account, reading);
                }
                (Fact::EventDataStores, _) => self.add_stores(document, probe),
                (Fact::ServiceLinkedRole, None) => self.add_resource(document, probe, ""),
                (Fact::Analyzers, None) if !self.analyzes_for_others(document, probe) => {}
                // They belong to an account and region, and are read by others: where a trail's log group lies, or who
                // administers something for the organization.
                (
                    Fact::Alarms
                    | Fact::MuteRules
                    | Fact::Channels
                    | Fact::Analyzers
                    | Fact::DetectorAdministrators
                    | Fact::DetectorOrganization,
                    None,
                ) => {
                    if let Some(region) = &probe.region {
                        let place = of_region(document.account, region);
                        self.add_resource(document, probe, &place);
                    }
                }
                (
                    Fact::InsightSelectors
                    | Fact::TrailTags
                    | Fact::Topic
                    | Fact::LogGroup
                    | Fact::MetricFilters
                    | Fact::SubscriptionFilters
                    | Fact::EventDataStore
                    | Fact::StorePolicy
                    | Fact::KeyRotation
                    | Fact::KeyPolicy,
                    Some(resource),
                ) => self.add_resource(document, probe, resource),
                (fact, Some(name)) if Fact::OF_A_BUCKET.contains(&fact) => {
                    let answer = document.answer(probe);
                    let reading =
                        answer.map(|(answer, source)| Sourced { value: answer.clone(), source });
                    let of_account = (name.clone(), document.account);
                    let facts = self.bucket_facts.entry(of_account).or_default();
                    let facts = Arc::make_mut(facts);
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
        let Self { members, manifest, region_lists, sights, nothing_unread, .. } = self;
        let Some(member) = members.get_mut(&document.account) else { return };
        member.read_between = document.read_between();
        // The caller's own account needs no role.
        let session = Probe::global(Fact::Session);
        member.session = if document.observations.contains_key(&session) {
            document.read::<RoleSession>(&session).map(|_| ()).map_err(Box::new)
        } else if document.account == manifest.caller_account {
            Ok(())
        } else {
            return;
        };
        if let Err(gap) = &member.session {
            member.bucket_list = Err(gap.clone());
            member.trails_read = Err(gap.clone());
            member.stores_read = Err(gap.clone());
            return;
        }
        let partition = &manifest.partition;
        let fallback = |status| -> Vec<RegionEntry> {
            let entry = |region_name| RegionEntry { region_name, region_opt_status: status };
            partition.default_regions().into_iter().map(entry).collect()
        };
        let listed = document.read::<Vec<RegionEntry>>(&Probe::global(Fact::Regions));
        let supposed;
        let regions: &[RegionEntry] = match listed {
            Ok((regions, _)) => regions,
            Err(_) if !partition.lists_regions() => {
                supposed = fallback(OptInStatus::EnabledByDefault);
                &supposed
            }
            Err(gap) => {
                member.region_scope = Some(Box::new(Gap {
                    cause: Cause::RegionScopeUnproven,
                    detail: format!("the account's regions were not read: {}", gap.detail),
                    ..gap
                }));
                supposed = fallback(OptInStatus::Unknown);
                &supposed
            }
        };
        member.regions = match region_lists.get(regions) {
            Some(known) => known.clone(),
            None => {
                let list: Arc<[RegionEntry]> = regions.into();
                region_lists.insert(list.clone());
                list
            }
        };
        let buckets = document.read::<Vec<BucketEntry>>(&Probe::global(Fact::BucketList));
        member.bucket_list = buckets.map(|_| ()).map_err(Box::new);
        let in_scope = |entry: &&RegionEntry| {
            entry.region_opt_status.in_scope() && manifest.wants_region(&entry.region_name)
        };
        let (mut sees, mut unread) = (BTreeMap::<String, BTreeSet<Region>>::new(), BTreeMap::new());
        let (mut trails_unread, mut stores_unread) = (None, None);
        for region in member.regions.iter().filter(in_scope).map(|entry| &entry.region_name) {
            let trails = Probe::regional(Fact::Trails, region);
            let closed = member.closed_regions.contains(region);
            let counts = |gap: &Gap| !(closed && gap.cause == Cause::ScpDenied);
            match document.read::<Vec<TrailDescription>>(&trails) {
                Ok((trails, _)) => {
                    for trail in trails {
                        sees.entry(trail.trail_arn.clone()).or_default().insert(region.clone());
                    }
                }
                Err(gap) => {
                    if counts(&gap) {
                        trails_unread.get_or_insert_with(|| gap.clone());
                    }
                    unread.insert(region.clone(), gap);
                }
            }
            let stores = Probe::regional(Fact::EventDataStores, region);
            let of_stores = || document.read::<Vec<StoreEntry>>(&stores).err().filter(counts);
            stores_unread = stores_unread.or_else(of_stores);
        }
        // Where no region was asked, nothing that was not shown is known not to be there.
        let nowhere = !member.regions.iter().any(|entry| in_scope(&entry));
        let unknown = member.region_scope.clone().or_else(|| {
            let gap = Gap::new(
                Fact::Regions,
                Cause::RegionScopeUnproven,
                "no region of the account is in scope",
            );
            nowhere.then(|| Box::new(Gap { account: Some(document.account), ..gap }))
        });
        let gap = trails_unread.map(Box::new).or_else(|| unknown.clone());
        member.trails_read = gap.map_or(Ok(()), Err);
        member.stores_read = stores_unread.map(Box::new).or(unknown).map_or(Ok(()), Err);
        member.unread_regions =
            if unread.is_empty() { nothing_unread.clone() } else { Arc::new(unread) };
        member.sees = match sights.get(&sees) {
            Some(known) => known.clone(),
            None => {
                let sight = Arc::new(sees);
                sights.insert(sight.clone());
                sight
            }
        };
    }

    fn add_stores(&mut self, document: &Document, probe: &Probe) {
        let (Ok((entries, listed)), Some(region)) =
            (document.read::<Vec<StoreEntry>>(probe), &probe.region)
        else {
            return;
        };
        for entry in entries {
            let arn = &entry.event_data_store_arn;
            let owner = Arn::parse(arn).ok().and_then(|arn| arn.account_id());
            let store = ListedStore {
                owner: owner.unwrap_or(document.account),
                region: region.clone(),
                name: entry.name.clone(),
                listed: listed.clone(),
            };
            // Whoever lists it, it is one store; the smaller account's word, whatever the order of reading.
            match self.stores.get_mut(arn) {
                Some(slot) if slot.listed.account <= document.account => {}
                Some(slot) => *slot = store,
                None => drop(self.stores.insert(arn.clone(), store)),
            }
        }
    }

    /// Whether an account's analyzers may look at others too: of most that is known to be otherwise, and need not be kept.
    fn analyzes_for_others(&self, document: &Document, probe: &Probe) -> bool {
        let account = document.account;
        let manages = match &self.description {
            Ok(Some(read)) => read.value.master_account_id == account,
            _ => false,
        };
        let delegated =
            self.analyzer_administrators.as_ref().is_ok_and(|ids| ids.contains(&account));
        let read = document.read::<Option<Vec<Analyzer>>>(probe);
        let analyzers = read.ok().and_then(|(read, _)| read.as_ref());
        let of_organization = |one: &Analyzer| one.kind.as_deref() == Some("ORGANIZATION");
        manages || delegated || analyzers.is_some_and(|all| all.iter().any(of_organization))
    }

    /// What is read of a resource: an answer before a gap, then the smaller account's, whatever the order of reading.
    fn add_resource(&mut self, document: &Document, probe: &Probe, resource: &str) {
        let reading = document
            .answer(probe)
            .map(|(answer, source)| Sourced { value: answer.clone(), source });
        let new = (document.account, Arc::new(reading));
        match self.resources.get_mut(&(probe.fact, resource.to_owned())) {
            Some(slot) if (slot.1.is_err(), slot.0) <= (new.1.is_err(), new.0) => {}
            Some(slot) => *slot = new,
            None => drop(self.resources.insert((probe.fact, resource.to_owned()), new)),
        }
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
        let source = Arc::new(source);
        for bucket in buckets {
            let place = BucketPlace {
                owner: document.account,
                region: bucket.bucket_region.clone(),
                listed: source.clone(),
            };
            // Names are unique in a partition; should two accounts list one all the same, the smaller id wins, so
            // that the order of reading changes nothing.
            match self.places.get_mut(&bucket.name) {
                Some(slot) if slot.owner <= place.owner => {}
                Some(slot) => *slot = place,
                None => drop(self.places.insert(bucket.name.clone(), place)),
            }
        }
    }

    /// The accounts that administer CloudTrail for the management account, where that was read.
    #[must_use]
    pub fn delegated(&self) -> Option<&[AccountId]> {
        self.delegated_administrators.as_deref().ok()
    }

    /// The graph of all that was added so far.
    #[must_use]
    pub fn graph(&self) -> Organization {
        Organization {
            manifest: self.manifest.clone(),
            description: self.description.clone(),
            listed: self.listed.clone(),
            delegated_administrators: self.delegated_administrators.clone(),
            delegates_source: self.delegates_source.clone(),
            trusted_services: self.trusted_services.clone(),
            analyzer_administrators: self.analyzer_administrators.clone(),
            control_policies: self.control_policies.clone(),
            pool: self.pool.clone(),
            members: self.members.clone(),
            histories: self.histories.clone(),
            log_validations: self.log_validations.clone(),
            asked: self.asked.clone(),
            told: Arc::default(),
            entrances: Arc::default(),
            objects: self.objects(),
        }
    }

    /// The graph of all that was added, where nothing more will be.
    #[must_use]
    pub fn into_graph(self) -> Organization {
        let objects = self.objects();
        Organization {
            manifest: self.manifest,
            description: self.description,
            listed: self.listed,
            delegated_administrators: self.delegated_administrators,
            delegates_source: self.delegates_source,
            trusted_services: self.trusted_services,
            analyzer_administrators: self.analyzer_administrators,
            control_policies: self.control_policies,
            pool: self.pool,
            members: self.members,
            histories: self.histories,
            log_validations: self.log_validations,
            asked: self.asked,
            told: Arc::default(),
            entrances: Arc::default(),
            objects,
        }
    }
}
