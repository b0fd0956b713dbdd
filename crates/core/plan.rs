//! What is still missing: pure, so that the collector is a loop and a resumed run is the same loop.

use std::collections::{BTreeMap, BTreeSet};

use crate::answer::{BucketEntry, KeyMetadata, StoreEntry, TrailDescription};
use crate::aws::{AccountId, Arn, Region};
use crate::bucket::{Bucket, BucketRole};
use crate::check::Check;
use crate::fact::{Fact, Scope};
use crate::key::{Key, KeyTarget};
use crate::organization::Organization;
use crate::policies::Policies;
use crate::roster::{AccountEntry, RegionEntry};
use crate::snapshot::{Document, Manifest, Probe};
use crate::trail::Trail;

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

impl Demand {
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
    for fact in [Fact::RecentEvents, Fact::EventDataStores] {
        if demand.wants(fact) {
            wanted.extend(regions.iter().map(|region| Probe::regional(fact, region)));
        }
    }
    stores(demand, document, &regions, wanted);
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
            let facts = [Fact::EventDataStore, Fact::StorePolicy, Fact::InsightSelectors];
            wanted.extend(
                facts
                    .into_iter()
                    .filter(|fact| demand.wants(*fact))
                    .map(|fact| Probe::resource(fact, Some(region), &store.event_data_store_arn)),
            );
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
    if let Some(id) =
        trail.kms_key_id.as_deref().filter(|id| !id.is_empty() && demand.wants(Fact::Key))
    {
        let target = KeyTarget::new(id, document.account, region, &trail.home_region);
        if target.account == document.account && !target.guessed {
            let probe = Probe::resource(Fact::Key, Some(&target.region), id);
            if let Ok((Some(metadata), _)) = document.read::<Option<KeyMetadata>>(&probe) {
                wanted.extend(of_key(demand, metadata));
            }
            wanted.push(probe);
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

/// The questions that only the whole graph can put: which account owns the bucket, whose key it is, who stands in for
/// a management account that cannot be asked.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FollowUps {
    /// Questions about the organization.
    pub organization: Vec<Probe>,
    /// Questions to accounts, sorted; no account without a question.
    pub accounts: BTreeMap<AccountId, Vec<Probe>>,
}

/// What the graph leaves open. It ends: a question is put once, answered or not.
#[must_use]
pub fn follow_ups(demand: &Demand, graph: &Organization, organization: &Document) -> FollowUps {
    let mut asks: BTreeSet<(AccountId, Probe)> = BTreeSet::new();
    let mut follow_ups = FollowUps::default();
    let orphaned = |trail: &&Trail| {
        trail.is_organization_trail()
            && graph.members.contains_key(&trail.owner)
            && !graph.can_ask(trail.owner)
    };
    // Not `is_organization`: a run that keeps its evidence in a folder has put the list of accounts aside by now.
    if matches!(graph.description, Ok(Some(_))) {
        let delegates = demand.delegates || graph.trails().any(|trail| orphaned(&trail));
        let facts = [(Fact::DelegatedAdministrators, delegates), (Fact::TrustedServices, true)];
        let facts = facts.into_iter().filter(|(fact, due)| *due && demand.wants(*fact));
        let probes = facts.map(|(fact, _)| Probe::global(fact));
        let open = probes.filter(|probe| !organization.observations.contains_key(probe));
        follow_ups.organization.extend(open);
    }
    if demand.wants(Fact::DelegatedAdministrators) {
        for trail in graph.trails().filter(orphaned) {
            let administrators = graph.delegated_administrators.as_ref().ok().into_iter().flatten();
            if let Some(administrator) = administrators.copied().find(|id| graph.can_ask(*id))
                && demand.wants(Fact::EventSelectors)
                && trail.description.value.has_custom_event_selectors != Some(false)
            {
                let probe = Probe::resource(Fact::EventSelectors, Some(trail.home()), trail.arn());
                asks.insert((administrator, probe));
            }
        }
    }
    let judged = |trails: &BTreeSet<String>| {
        trails.iter().filter_map(|arn| graph.trail(arn)).any(|trail| graph.judges(trail))
    };
    for bucket in graph.buckets().filter(|bucket| judged(&bucket.trails)) {
        asks.extend(bucket_questions(demand, graph, bucket));
    }
    for bucket in graph.companions().filter(|bucket| judged(&bucket.trails)) {
        asks.extend(bucket_questions(demand, graph, bucket));
    }
    if demand.wants(Fact::Key) {
        // Of a key whose region is a guess another one might answer.
        let used =
            |key: &&Key| !key.target.guessed && (key.trails.is_empty() || judged(&key.trails));
        for key in graph.keys().filter(used) {
            asks.extend(key_questions(demand, graph, key));
        }
    }
    for trail in graph.trails().filter(|trail| graph.judges(trail)) {
        for (fact, arn) in [(Fact::Topic, trail.topic()), (Fact::LogGroup, trail.log_group())] {
            let question = arn.filter(|_| demand.wants(fact)).and_then(|arn| at_owner(fact, arn));
            asks.extend(question.filter(|(owner, _)| graph.can_ask(*owner)));
        }
    }
    if demand.wants(Fact::ServiceLinkedRole)
        && let Ok(Some(management)) = graph.management()
        && graph.can_ask(management)
    {
        asks.insert((management, Probe::global(Fact::ServiceLinkedRole)));
    }
    for (account, probe) in asks {
        if !graph.asked.contains(&(account, probe.clone())) {
            follow_ups.accounts.entry(account).or_default().push(probe);
        }
    }
    follow_ups
}

fn bucket_questions(
    demand: &Demand,
    graph: &Organization,
    bucket: &Bucket,
) -> Vec<(AccountId, Probe)> {
    let head = Probe::resource(Fact::BucketHead, None, &bucket.name);
    match bucket.owner {
        None => {
            let asker = bucket.trail_owners.iter().copied().find(|owner| graph.can_ask(*owner));
            let Some(asker) = asker.filter(|_| demand.wants(Fact::BucketHead)) else {
                return Vec::new();
            };
            let mut questions = vec![(asker, head)];
            // Where anybody may look at it, S3 tells whether it is a certain account's.
            if demand.wants(Fact::BucketOwner) && bucket.answers_everyone() {
                let owners: BTreeSet<AccountId> = graph.possible_owners().collect();
                questions.extend(owners.into_iter().take(OWNERS).map(|owner| {
                    let resource = format!("{owner}/{}", bucket.name);
                    (asker, Probe::resource(Fact::BucketOwner, bucket.region.as_ref(), &resource))
                }));
            }
            questions
        }
        Some(owner) if !graph.can_ask(owner) => Vec::new(),
        // An old list leaves the region out; S3's answer to HEAD names it.
        Some(owner)
            if bucket.region.is_none()
                && demand.wants(Fact::BucketHead)
                && !graph.asked.contains(&(owner, head.clone())) =>
        {
            vec![(owner, head)]
        }
        Some(owner) => {
            let mut facts: BTreeSet<Fact> = BTreeSet::new();
            for role in &bucket.roles {
                facts.extend(match role {
                    BucketRole::Log => &Fact::OF_A_BUCKET[..],
                    BucketRole::AccessLogTarget => &Fact::OF_A_TARGET[..],
                    BucketRole::Replica => &Fact::OF_A_REPLICA[..],
                });
            }
            let facts: Vec<Fact> = facts.into_iter().collect();
            let region = bucket.region.as_ref();
            let mut probes = facts_of(demand, &facts, &bucket.name, region);
            if bucket.roles.iter().all(|role| *role == BucketRole::Replica) {
                probes.retain(|probe| probe.fact != Fact::AccountPublicAccessBlock);
            }
            probes.into_iter().map(|probe| (owner, probe)).collect()
        }
    }
}

/// Of how many accounts S3 is asked whether a bucket is theirs.
pub(crate) const OWNERS: usize = 25;

fn key_questions(demand: &Demand, graph: &Organization, key: &Key) -> Vec<(AccountId, Probe)> {
    let mut questions: Vec<(AccountId, Probe)> = key_question(graph, key).into_iter().collect();
    if let Ok(read) = key.metadata()
        && let Some(metadata) = &read.value
    {
        let probes = of_key(demand, metadata).into_iter();
        let owner = Some(key.target.account).filter(|owner| graph.can_ask(*owner));
        questions
            .extend(owner.into_iter().flat_map(|owner| probes.clone().map(move |p| (owner, p))));
    }
    questions
}

fn key_question(graph: &Organization, key: &Key) -> Option<(AccountId, Probe)> {
    let probe = Probe::resource(Fact::Key, Some(&key.target.region), &key.target.id);
    let owner = Some(key.target.account).filter(|owner| graph.can_ask(*owner));
    let asker =
        owner.or_else(|| key.trail_owners.iter().copied().find(|owner| graph.can_ask(*owner)))?;
    Some((asker, probe))
}

/// The IAM actions that these facts need, split into those of the reader role in each account and those of the caller.
#[must_use]
pub fn iam_actions(demand: &Demand) -> (BTreeSet<&'static str>, BTreeSet<&'static str>) {
    let of_caller = |fact: &Fact| fact.scope() == Scope::Organization || *fact == Fact::Session;
    let actions = |caller: bool| {
        demand
            .iter()
            .filter(|fact| of_caller(fact) == caller)
            .flat_map(|fact| fact.iam_actions().iter().copied())
            .collect()
    };
    (actions(false), actions(true))
}
