//! The questions that only the whole graph can put: which account owns the bucket, whose key it is, who stands in for a
//! management account that cannot be asked.

use std::collections::{BTreeMap, BTreeSet};

use super::{Demand, at_owner, facts_of, of_key, organization_policies, service_control_policies};
use crate::aws::{AccountId, Arn};
use crate::bucket::{Bucket, BucketRole};
use crate::fact::Fact;
use crate::history::probes;
use crate::key::Key;
use crate::organization::Organization;
use crate::snapshot::{Document, Probe};
use crate::trail::Trail;

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
        let facts = [
            (Fact::DelegatedAdministrators, delegates),
            (Fact::AnalyzerAdministrators, true),
            (Fact::TrustedServices, true),
        ];
        let facts = facts.into_iter().filter(|(fact, due)| *due && demand.wants(*fact));
        let probes = facts.map(|(fact, _)| Probe::global(fact));
        let open = probes.filter(|probe| !organization.observations.contains_key(probe));
        follow_ups.organization.extend(open);
        follow_ups.organization.extend(organization_policies(demand, organization));
        // Whether a region that refused the reader is closed to everybody is in the policies.
        if graph.members.values().any(|member| member.scp_denied) {
            follow_ups.organization.extend(service_control_policies(organization));
            follow_ups.organization.sort();
            follow_ups.organization.dedup();
        }
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
        for key in graph.all_keys().filter(used) {
            asks.extend(key_questions(demand, graph, key));
        }
    }
    for trail in graph.trails().filter(|trail| graph.judges(trail)) {
        for (fact, arn) in [(Fact::Topic, trail.topic()), (Fact::LogGroup, trail.log_group())] {
            let question = arn.filter(|_| demand.wants(fact)).and_then(|arn| at_owner(fact, arn));
            asks.extend(question.filter(|(owner, _)| graph.can_ask(*owner)));
        }
    }
    let watched = super::monitoring::follow_ups(demand, graph).into_iter();
    asks.extend(watched.filter(|(owner, _)| graph.can_ask(*owner)));
    asks.extend(super::monitoring::administration(demand, graph));
    if demand.wants(Fact::ServiceLinkedRole)
        && let Ok(Some(management)) = graph.management()
        && graph.can_ask(management)
    {
        asks.insert((management, Probe::global(Fact::ServiceLinkedRole)));
    }
    asks.extend(histories(demand, graph));
    for (account, probe) in asks {
        if !graph.asked.contains(&(account, probe.clone())) {
            follow_ups.accounts.entry(account).or_default().push(probe);
        }
    }
    follow_ups
}

/// What event history is asked of what somebody may have tampered with, at its own account.
fn histories(demand: &Demand, graph: &Organization) -> Vec<(AccountId, Probe)> {
    let mut asks = Vec::new();
    let mut ask = |account: Option<AccountId>, probes: Vec<Probe>| {
        let account = account.filter(|account| graph.can_ask(*account));
        asks.extend(
            account.into_iter().flat_map(|id| probes.clone().into_iter().map(move |p| (id, p))),
        );
    };
    let judged = |trails: &BTreeSet<String>| {
        trails.iter().filter_map(|arn| graph.trail(arn)).any(|trail| graph.judges(trail))
    };
    if demand.wants(Fact::BucketHistory) {
        for bucket in graph.buckets().filter(|bucket| judged(&bucket.trails)) {
            ask(bucket.owner, probes::of_bucket(bucket));
        }
    }
    if demand.wants(Fact::KeyHistory) {
        let used = |key: &&Key| {
            key.guards_evidence()
                && !key.target.guessed
                && (key.trails.is_empty() || judged(&key.trails))
        };
        for key in graph.keys().filter(used) {
            ask(Some(key.target.account), probes::of_key(key));
        }
    }
    if demand.wants(Fact::DetectionHistory) {
        let mut told: BTreeMap<AccountId, BTreeSet<&str>> = BTreeMap::new();
        for trail in graph.trails().filter(|trail| graph.judges(trail)) {
            for arn in [trail.log_group(), trail.topic()].into_iter().flatten() {
                let owner = Arn::parse(arn).ok().and_then(|arn| arn.account_id());
                told.entry(owner.unwrap_or(trail.owner)).or_default().insert(arn);
            }
        }
        for (account, arns) in told {
            ask(Some(account), probes::of_detection(arns));
        }
    }
    if demand.wants(Fact::OrganizationHistory) {
        ask(graph.management().ok().flatten(), probes::of_organization(graph.partition()));
    }
    asks
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
        let mut probes = of_key(demand, metadata);
        // How a key is kept matters where it guards logs.
        probes.retain(|probe| probe.fact != Fact::KeyRotation || key.holds_logs());
        let probes = probes.into_iter();
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
