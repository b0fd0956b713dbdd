//! What is still missing: pure, so that the collector is a loop and a resumed run is the same loop.

use std::collections::{BTreeMap, BTreeSet};

use crate::answer::{
    BucketEncryption, BucketEntry, EventDataStore, KeyMetadata, OrganizationDescription,
    PolicySummary, StoreEntry, TrailDescription,
};
use crate::aws::{AccountId, Arn, Region};
use crate::check::Check;
use crate::control_policies::{PolicyKind, RCP_FULL_ACCESS};
use crate::fact::{Fact, Scope};
use crate::history::probes;
use crate::key::KeyTarget;
use crate::policies::Policies;
use crate::roster::{AccountEntry, RegionEntry};
use crate::snapshot::{Document, Manifest, Probe};

mod follow_ups;
mod monitoring;
mod opening;

pub(crate) use follow_ups::OWNERS;
pub use follow_ups::{FollowUps, follow_ups};
pub use opening::may_open;

/// The kinds of evidence that a set of checks reads, with what those need in turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Demand {
    facts: BTreeSet<Fact>,
    /// Whether a check asks who administers CloudTrail, so that it is asked even where nobody has to stand in.
    delegates: bool,
}

/// The facts that every run reads to know whom to ask.
pub const ROSTER: [Fact; 4] =
    [Fact::Caller, Fact::Organization, Fact::Accounts, Fact::OrganizationalUnits];

/// The facts that tell whether a region is closed by service control policies, asked where one refuses the reader.
const CLOSING: [Fact; 3] =
    [Fact::OrganizationPolicies, Fact::OrganizationPolicy, Fact::PolicyTargets];

impl Demand {
    /// What is asked beside where a region refuses the reader: whether it is closed to everybody is in the policies.
    pub fn if_refused(&self) -> impl Iterator<Item = Fact> {
        let regional = self.iter().any(|fact| fact.scope() == Scope::Region);
        CLOSING.into_iter().filter(move |fact| regional && !self.wants(*fact))
    }

    /// What these checks read.
    #[must_use]
    pub fn of(checks: &[&Check]) -> Self {
        Self::facts(checks.iter().flat_map(|check| check.reads.iter().copied()))
    }

    /// These facts, with what they need.
    #[must_use]
    pub fn facts(facts: impl IntoIterator<Item = Fact>) -> Self {
        let mut closed: BTreeSet<Fact> = ROSTER.into_iter().chain([Fact::Session]).collect();
        let mut open: Vec<Fact> = facts.into_iter().collect();
        while let Some(fact) = open.pop() {
            if closed.insert(fact) {
                open.extend(fact.needs());
            }
        }
        let delegates = closed.contains(&Fact::DelegatedAdministrators);
        // Where the management account cannot be asked about its trails, a delegated administrator can.
        if closed.contains(&Fact::Trails) {
            closed.insert(Fact::DelegatedAdministrators);
        }
        Self { facts: closed, delegates }
    }

    /// What these checks read, and what it takes to know which policy applies to an account.
    #[must_use]
    pub fn under(checks: &[&Check], policies: &Policies) -> Self {
        let tags = policies.select_by_tag().then_some(Fact::AccountTags);
        Self::facts(checks.iter().flat_map(|check| check.reads.iter().copied()).chain(tags))
    }

    /// Whether that fact is part of it.
    #[must_use]
    pub fn wants(&self, fact: Fact) -> bool {
        self.facts.contains(&fact)
    }

    /// The facts of which [`Self::facts`] makes this demand again: without what is asked only where it must be.
    pub fn wanted(&self) -> impl Iterator<Item = Fact> + '_ {
        self.iter().filter(|fact| self.delegates || *fact != Fact::DelegatedAdministrators)
    }

    /// All facts, in order.
    pub fn iter(&self) -> impl Iterator<Item = Fact> + '_ {
        self.facts.iter().copied()
    }
}

/// The questions that one account's own document leaves open. Ask them, record the answers, and call again; an empty
/// list means that all which the account alone can tell is known.
#[must_use]
pub fn missing(demand: &Demand, manifest: &Manifest, document: &Document) -> Vec<Probe> {
    let session = Probe::global(Fact::Session);
    if document.account != manifest.caller_account {
        match document.observations.get(&session) {
            None => return vec![session],
            Some(_) if document.answer(&session).is_err() => return Vec::new(),
            Some(_) => {}
        }
    }
    let mut wanted: Vec<Probe> = [Fact::BucketList, Fact::AuthorizationDetails]
        .into_iter()
        .filter(|fact| demand.wants(*fact))
        .map(Probe::global)
        .collect();
    if demand.wants(Fact::Regions) {
        regional(demand, manifest, document, &mut wanted);
    }
    if demand.wants(Fact::BucketTags) {
        let list = document.read::<Vec<BucketEntry>>(&Probe::global(Fact::BucketList));
        wanted.extend(list.map_or(&[][..], |(buckets, _)| buckets).iter().map(|bucket| {
            Probe::resource(Fact::BucketTags, bucket.bucket_region.as_ref(), &bucket.name)
        }));
    }
    wanted.retain(|probe| !document.observations.contains_key(probe));
    wanted.sort();
    wanted.dedup();
    wanted
}

/// What every region is asked, whatever its trails are.
const OF_EVERY_REGION: [Fact; 7] = [
    Fact::RecentEvents,
    Fact::EventDataStores,
    Fact::EventRules,
    Fact::Detectors,
    Fact::SecurityHub,
    Fact::Recorders,
    Fact::Analyzers,
];

/// The regions to look at, once they are known.
fn regions(manifest: &Manifest, document: &Document) -> Vec<Region> {
    let listed = document.read::<Vec<RegionEntry>>(&Probe::global(Fact::Regions));
    let all: Vec<Region> = match listed {
        Ok((entries, _)) => entries
            .iter()
            .filter(|entry| entry.region_opt_status.in_scope())
            .map(|entry| entry.region_name.clone())
            .collect(),
        Err(_) => manifest.partition.default_regions(),
    };
    all.into_iter().filter(|region| manifest.wants_region(region)).collect()
}

fn regional(demand: &Demand, manifest: &Manifest, document: &Document, wanted: &mut Vec<Probe>) {
    let list = Probe::global(Fact::Regions);
    if manifest.partition.lists_regions() && !document.observations.contains_key(&list) {
        wanted.push(list);
        return;
    }
    let regions = regions(manifest, document);
    for fact in OF_EVERY_REGION {
        if demand.wants(fact) {
            wanted.extend(regions.iter().map(|region| Probe::regional(fact, region)));
        }
    }
    stores(demand, document, &regions, wanted);
    if demand.wants(Fact::TrailHistory) {
        wanted.extend(probes::of_trails(document, &regions));
    }
    if demand.wants(Fact::DetectionHistory) {
        wanted.extend(probes::of_rules(document, &regions));
    }
    if !demand.wants(Fact::Trails) {
        return;
    }
    wanted.extend(regions.iter().map(|region| Probe::regional(Fact::Trails, region)));
    let asked = |region: &Region| {
        document.observations.contains_key(&Probe::regional(Fact::Trails, region))
    };
    if !regions.iter().all(asked) {
        return;
    }
    let mut seen: BTreeMap<&str, (&TrailDescription, BTreeSet<&Region>)> = BTreeMap::new();
    for region in &regions {
        let probe = Probe::regional(Fact::Trails, region);
        for trail in
            document.read::<Vec<TrailDescription>>(&probe).map_or(&[][..], |(list, _)| list)
        {
            seen.entry(&trail.trail_arn).or_insert((trail, BTreeSet::new())).1.insert(region);
        }
    }
    for (arn, (trail, seen_in)) in seen {
        let own = Arn::parse(arn).ok().and_then(|arn| arn.account_id()) == Some(document.account);
        let home = &trail.home_region;
        // A member that has not switched the home region on asks where it sees the trail.
        let place = match seen_in.first() {
            Some(first) if !own && !regions.contains(home) => first,
            _ => home,
        };
        if demand.wants(Fact::TrailStatus) {
            wanted.push(Probe::resource(Fact::TrailStatus, Some(place), arn));
        }
        if demand.wants(Fact::TrailDelivery) {
            let asked = |region: &Region| demand.wants(Fact::TrailStatus) && region == place;
            let further = seen_in.iter().copied().filter(|region| !asked(region));
            wanted.extend(
                further.map(|region| Probe::resource(Fact::TrailDelivery, Some(region), arn)),
            );
        }
        if own {
            own_trail(demand, trail, wanted);
            own_objects(demand, document, trail, wanted);
        }
    }
}

/// What else an account is asked of its event data stores.
fn stores(demand: &Demand, document: &Document, regions: &[Region], wanted: &mut Vec<Probe>) {
    for region in regions {
        let list =
            document.read::<Vec<StoreEntry>>(&Probe::regional(Fact::EventDataStores, region));
        for store in list.map_or(&[][..], |(stores, _)| stores) {
            let about = |fact| Probe::resource(fact, Some(region), &store.event_data_store_arn);
            let facts = [Fact::EventDataStore, Fact::StorePolicy, Fact::InsightSelectors];
            wanted.extend(facts.into_iter().filter(|fact| demand.wants(*fact)).map(about));
            let described = document.read::<EventDataStore>(&about(Fact::EventDataStore));
            let key = described.ok().and_then(|(store, _)| store.kms_key_id.as_deref());
            if let Some(id) = key.filter(|id| !id.is_empty()) {
                let target = KeyTarget::new(id, document.account, Some(region), region);
                own_key(demand, document, &target, wanted);
            }
        }
    }
}

/// What an account is asked of its own trail beside its status.
fn own_trail(demand: &Demand, trail: &TrailDescription, wanted: &mut Vec<Probe>) {
    let (home, arn) = (&trail.home_region, trail.trail_arn.as_str());
    let mut ask = |fact, needed: bool| {
        if needed && demand.wants(fact) {
            wanted.push(Probe::resource(fact, Some(home), arn));
        }
    };
    ask(Fact::EventSelectors, trail.has_custom_event_selectors != Some(false));
    ask(Fact::InsightSelectors, trail.has_insight_selectors != Some(false));
    ask(Fact::TrailTags, true);
    if demand.wants(Fact::Channels) {
        wanted.push(Probe::regional(Fact::Channels, home));
    }
}

/// The bucket and the key of an own trail, where they are the account's own too: no other account need be waited for.
fn own_objects(
    demand: &Demand,
    document: &Document,
    trail: &TrailDescription,
    wanted: &mut Vec<Probe>,
) {
    let list = document.read::<Vec<BucketEntry>>(&Probe::global(Fact::BucketList));
    let bucket = list.ok().and_then(|(buckets, _)| {
        buckets.iter().find(|bucket| Some(&bucket.name) == trail.s3_bucket_name.as_ref())
    });
    let region = bucket.and_then(|bucket| bucket.bucket_region.as_ref());
    if let (Some(bucket), Some(region)) = (bucket, region) {
        wanted.extend(bucket_facts(demand, &bucket.name, Some(region)));
    }
    if let Some(id) = trail.kms_key_id.as_deref().filter(|id| !id.is_empty()) {
        let target = KeyTarget::new(id, document.account, region, &trail.home_region);
        own_key(demand, document, &target, wanted);
    }
    if let (Some(bucket), Some(region)) = (bucket, region) {
        let probe = Probe::resource(Fact::BucketEncryption, Some(region), &bucket.name);
        let encryption = document.read::<BucketEncryption>(&probe);
        let key = encryption.ok().and_then(|(read, _)| read.kms_master_key_id.as_deref());
        if let Some(id) = key.filter(|id| !id.is_empty()) {
            let target = KeyTarget::new(id, document.account, Some(region), region);
            own_key(demand, document, &target, wanted);
        }
    }
    for (fact, arn) in [
        (Fact::Topic, trail.sns_topic_arn.as_deref()),
        (Fact::LogGroup, trail.cloud_watch_logs_log_group_arn.as_deref()),
    ] {
        wanted.extend(
            arn.filter(|_| demand.wants(fact))
                .and_then(|arn| at_owner(fact, arn))
                .filter(|(owner, _)| *owner == document.account)
                .map(|(_, probe)| probe),
        );
    }
    let group = trail.cloud_watch_logs_log_group_arn.as_deref();
    wanted.extend(group.into_iter().flat_map(|arn| {
        let own = |(owner, probe)| (owner == document.account).then_some(probe);
        monitoring::of_group(demand, arn).into_iter().filter_map(own)
    }));
}

/// A key that is the account's own, and what else it is asked once it is known which it is.
fn own_key(demand: &Demand, document: &Document, target: &KeyTarget, wanted: &mut Vec<Probe>) {
    if target.account != document.account || target.guessed || !demand.wants(Fact::Key) {
        return;
    }
    let probe = Probe::resource(Fact::Key, Some(&target.region), &target.id);
    if let Ok((Some(metadata), _)) = document.read::<Option<KeyMetadata>>(&probe) {
        wanted.extend(of_key(demand, metadata));
    }
    wanted.push(probe);
}

/// The question for a resource that its ARN places, and whom to ask.
fn at_owner(fact: Fact, arn: &str) -> Option<(AccountId, Probe)> {
    let parsed = Arn::parse(arn).ok()?;
    Some((parsed.account_id()?, Probe::resource(fact, Some(&parsed.region()?), arn)))
}

/// What a key is asked once it is known which it is. AWS rotates its own keys by itself, and cannot rotate imported
/// material or what is not symmetric; whose policy cannot be changed has none worth reading.
fn of_key(demand: &Demand, metadata: &KeyMetadata) -> Vec<Probe> {
    let Some((_, probe)) = at_owner(Fact::KeyRotation, &metadata.arn) else { return Vec::new() };
    let mut probes = Vec::new();
    let customer = metadata.key_manager.as_deref() != Some("AWS");
    if customer && metadata.rotates() && demand.wants(Fact::KeyRotation) {
        probes.push(probe.clone());
    }
    if customer && demand.wants(Fact::KeyPolicy) {
        probes.push(Probe { fact: Fact::KeyPolicy, ..probe });
    }
    probes
}

fn bucket_facts(demand: &Demand, name: &str, region: Option<&Region>) -> Vec<Probe> {
    facts_of(demand, &Fact::OF_A_BUCKET, name, region)
}

fn facts_of(demand: &Demand, facts: &[Fact], name: &str, region: Option<&Region>) -> Vec<Probe> {
    let mut probes: Vec<Probe> = facts
        .iter()
        .copied()
        .filter(|fact| demand.wants(*fact))
        .map(|fact| Probe::resource(fact, region, name))
        .collect();
    if demand.wants(Fact::AccountPublicAccessBlock) {
        probes.push(Probe::global(Fact::AccountPublicAccessBlock));
    }
    probes
}

/// The questions about the accounts' tags, which only the organization can answer.
#[must_use]
pub fn account_tags(demand: &Demand, manifest: &Manifest, organization: &Document) -> Vec<Probe> {
    let listed = organization.read::<Vec<AccountEntry>>(&Probe::global(Fact::Accounts)).is_ok();
    if !listed || !demand.wants(Fact::AccountTags) {
        return Vec::new();
    }
    let in_scope = manifest.accounts.iter().filter(|account| account.in_scope);
    in_scope
        .map(|account| Probe::resource(Fact::AccountTags, None, account.id.as_str()))
        .filter(|probe| !organization.observations.contains_key(probe))
        .collect()
}

/// The questions about the organization's own policies that are still open: the lists first, then each policy on them.
/// The organization answers them whichever accounts are looked at.
#[must_use]
pub fn organization_policies(demand: &Demand, organization: &Document) -> Vec<Probe> {
    let described =
        organization.read::<Option<OrganizationDescription>>(&Probe::global(Fact::Organization));
    let Ok((Some(description), _)) = described else { return Vec::new() };
    let mut wanted = Vec::new();
    if demand.wants(Fact::DelegationPolicy) {
        wanted.push(Probe::global(Fact::DelegationPolicy));
    }
    // An organization for billing alone has no control policies that could be listed.
    let kinds = PolicyKind::ALL.into_iter().filter(|_| description.has_all_features());
    for kind in kinds.filter(|_| demand.wants(Fact::OrganizationPolicies)) {
        control_policies(&|fact| demand.wants(fact), organization, kind, &mut wanted);
    }
    open(wanted, organization)
}

/// The questions about the service control policies that are still open, whatever was demanded: they tell whether a
/// region that refused the reader is closed to everybody.
fn service_control_policies(organization: &Document) -> Vec<Probe> {
    let described =
        organization.read::<Option<OrganizationDescription>>(&Probe::global(Fact::Organization));
    let Ok((Some(description), _)) = described else { return Vec::new() };
    let mut wanted = Vec::new();
    if description.has_all_features() {
        control_policies(&|_| true, organization, PolicyKind::ServiceControl, &mut wanted);
    }
    open(wanted, organization)
}

/// The list of the policies of a type, and what is asked of each on it.
fn control_policies(
    wants: &dyn Fn(Fact) -> bool,
    organization: &Document,
    kind: PolicyKind,
    wanted: &mut Vec<Probe>,
) {
    let list = kind.list();
    let listed = organization.read::<Vec<PolicySummary>>(&list);
    for policy in listed.map_or(&[][..], |(policies, _)| policies) {
        let about = |fact| Probe::resource(fact, None, &policy.id);
        // Nobody can detach that one, so that where it is attached need not be asked: everywhere.
        let targets = (policy.id != RCP_FULL_ACCESS).then_some(Fact::PolicyTargets);
        let facts = [Some(Fact::OrganizationPolicy), targets].into_iter().flatten();
        wanted.extend(facts.filter(|fact| wants(*fact)).map(about));
    }
    wanted.push(list);
}

/// Those of these questions that nobody put yet, each once, in order.
fn open(mut wanted: Vec<Probe>, document: &Document) -> Vec<Probe> {
    wanted.retain(|probe| !document.observations.contains_key(probe));
    wanted.sort();
    wanted.dedup();
    wanted
}

/// The IAM actions that these facts need, split into those of the reader role in each account and those of the caller.
#[must_use]
pub fn iam_actions(demand: &Demand) -> (BTreeSet<&'static str>, BTreeSet<&'static str>) {
    let of_caller = |fact: &Fact| fact.scope() == Scope::Organization || *fact == Fact::Session;
    let facts: BTreeSet<Fact> = demand.iter().chain(demand.if_refused()).collect();
    let actions = |caller: bool| {
        facts
            .iter()
            .copied()
            .filter(|fact| of_caller(fact) == caller)
            .flat_map(|fact| fact.iam_actions().iter().copied())
            .collect()
    };
    (actions(false), actions(true))
}
