//! The evidence graph: every trail, bucket and key once, at its owner; every account with what is known of it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;

use crate::answer::{Answer, LogValidation, OrganizationDescription, Topic, TrustedServices};
use crate::aws::{AccountId, Partition, Region};
use crate::bucket::Bucket;
use crate::control_policies::ControlPolicies;
use crate::evidence::{Cause, Gap, Observed};
use crate::fact::Fact;
use crate::key::{Key, KeyTarget};
use crate::monitoring::Memo;
use crate::pool::PolicyPool;
use crate::privilege::Entrances;
use crate::roster::{AccountState, RegionEntry};
use crate::snapshot::{Document, Manifest, Probe, Source, Sourced};
use crate::store::Store;
use crate::trail::Trail;

mod questions;

/// A unit above an account: its id, and its names from the root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    /// The id.
    pub id: String,
    /// The names of it and of those above it, from the root, joined by `/`.
    pub path: String,
}

impl Unit {
    /// Whether it is the unit that a user means: by id, or by a glob of its path from the root.
    #[must_use]
    pub fn is(&self, meant: &str) -> bool {
        self.id == meant || crate::pattern::matches(meant, &self.path)
    }
}

/// One account of the organization, or the lone account: what is known of it without its document.
#[derive(Debug, Clone)]
pub struct Member {
    /// The account.
    pub id: AccountId,
    /// Its name; empty where the organization was not read.
    pub name: String,
    /// Its state.
    pub state: AccountState,
    /// When it joined.
    pub joined: Option<Timestamp>,
    /// The names of the units above it, from the root.
    pub ou_path: String,
    /// The units above it, from the root.
    pub(crate) units: Result<Arc<[Unit]>, Box<Gap>>,
    /// Its tags, where they were asked for.
    pub(crate) tags: Result<Arc<BTreeMap<String, String>>, Box<Gap>>,
    /// Whether the run was asked to look at it.
    pub in_scope: bool,
    /// Whether calls to it could be made.
    pub session: Result<(), Box<Gap>>,
    /// Its regions, as listed; the partition's default ones where the list was not read. Accounts with the same list
    /// share it.
    pub regions: Arc<[RegionEntry]>,
    /// The gap in place of its list of regions: "all regions" cannot be proved.
    pub region_scope: Option<Box<Gap>>,
    /// Whether its list of buckets was read.
    pub(crate) bucket_list: Result<(), Box<Gap>>,
    /// Whether all of its regions were asked for their trails.
    pub(crate) trails_read: Result<(), Box<Gap>>,
    /// Whether all of its regions were asked for their event data stores.
    pub(crate) stores_read: Result<(), Box<Gap>>,
    /// The regions in which it sees each trail, by ARN. Accounts that see the same share it.
    pub sees: Arc<BTreeMap<String, BTreeSet<Region>>>,
    /// The regions in scope that did not tell of their trails.
    pub unread_regions: Arc<BTreeMap<Region, Gap>>,
    /// Whether a region refused to answer because of a service control policy.
    pub(crate) scp_denied: bool,
    /// The regions that refused to answer so, and that are proved to be closed to its principals. Accounts with the same
    /// share it.
    pub closed_regions: Arc<BTreeSet<Region>>,
    /// Its first and last call.
    pub read_between: Option<(Timestamp, Timestamp)>,
}

/// What became of an account: exactly one of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Calls to it could be made, and it is judged.
    Assessed,
    /// The run was asked to look at it and could not.
    Unread,
    /// The run was not asked to look at it.
    Excluded,
    /// Suspended, closing or closed.
    NotActive,
}

impl Member {
    /// What became of it.
    #[must_use]
    pub fn standing(&self) -> Standing {
        match (self.in_scope, self.state.is_active(), &self.session) {
            (false, ..) => Standing::Excluded,
            (_, false, _) => Standing::NotActive,
            (.., Ok(())) => Standing::Assessed,
            (.., Err(_)) => Standing::Unread,
        }
    }

    /// What it weighs in the organization's mean: its tag `criticality`, 1 to 5; 1 where it has none or none was read.
    #[must_use]
    pub fn criticality(&self) -> u32 {
        let tag = self.tags.as_ref().ok().and_then(|tags| tags.get("criticality"));
        tag.and_then(|text| text.parse().ok())
            .filter(|weight| (1..=5).contains(weight))
            .unwrap_or(1)
    }

    /// Whether the run judges it: in scope and active.
    #[must_use]
    pub fn is_judged(&self) -> bool {
        self.in_scope && self.state.is_active()
    }
}

/// What lies between the accounts, with what would take a walk over all of it to tell.
#[derive(Debug, Clone)]
pub(crate) struct Objects {
    pub(crate) trails: BTreeMap<String, Trail>,
    pub(crate) buckets: BTreeMap<String, Bucket>,
    pub(crate) keys: BTreeMap<KeyTarget, Key>,
    /// The buckets that log buckets send their access logs or copies to, and that are no log buckets themselves.
    pub(crate) companions: BTreeMap<String, Bucket>,
    /// The log buckets whose objects are copied to a bucket, by its name.
    pub(crate) copied_from: BTreeMap<String, BTreeSet<String>>,
    /// The log buckets of which it is not known where they copy to, by name.
    pub(crate) copies_unread: BTreeMap<String, Gap>,
    pub(crate) stores: BTreeMap<String, Store>,
    /// The ARNs of each account's event data stores, in order.
    pub(crate) stores_of: BTreeMap<AccountId, Vec<String>>,
    /// What else was read of one resource, at its owner.
    pub(crate) resources: BTreeMap<(Fact, String), Arc<Observed<Sourced<Answer>>>>,
    /// The names of all log buckets.
    pub(crate) log_buckets: BTreeSet<String>,
    /// The ARNs of the organization trails, of whatever organization.
    pub(crate) of_organizations: Vec<String>,
    /// The gap of the first account that was not asked for all of its trails.
    pub(crate) trails_unread: Option<Box<Gap>>,
}

/// The name under which what belongs to a region of an account is kept.
pub(crate) fn of_region(account: AccountId, region: &Region) -> String {
    format!("{account}/{region}")
}

/// The organization as one graph.
#[derive(Debug, Clone)]
pub struct Organization {
    /// What the run was.
    pub manifest: Manifest,
    /// The organization itself; none inside where the account is in no organization.
    pub description: Observed<Option<Sourced<OrganizationDescription>>>,
    /// Whether the list of accounts was read; a lone account is all there is where it was not.
    pub(crate) listed: Observed<Source>,
    /// The accounts that administer CloudTrail for the management account, where that was asked.
    pub delegated_administrators: Observed<Vec<AccountId>>,
    /// Who told of them, where anybody did.
    pub(crate) delegates_source: Option<Source>,
    /// The services that may act in every account, where that was asked.
    pub trusted_services: Observed<Sourced<TrustedServices>>,
    /// The accounts that administer IAM Access Analyzer for the management account, where that was asked.
    pub(crate) analyzer_administrators: Observed<Vec<AccountId>>,
    /// Every account that the organization lists, by id.
    pub members: BTreeMap<AccountId, Member>,
    /// What binds its accounts from above.
    pub(crate) control_policies: Arc<ControlPolicies>,
    /// The policy documents of all accounts, parsed once each.
    pub(crate) pool: Arc<PolicyPool>,
    pub(crate) objects: Objects,
    /// What event history tells of those who may change what other accounts depend on.
    pub(crate) histories: BTreeMap<AccountId, Arc<Document>>,
    /// What runs of `validate-logs` proved, where their reports were handed over.
    pub(crate) log_validations: Arc<[Sourced<LogValidation>]>,
    /// The questions about shared objects that were asked already, and by which account.
    pub(crate) asked: BTreeSet<(AccountId, Probe)>,
    /// What was found out about who is told of what.
    pub(crate) told: Arc<Memo>,
    /// Who of other accounts can act in those on which the records of others depend; empty until it was looked for.
    pub(crate) entrances: Arc<Entrances>,
}

impl Organization {
    /// The partition of the run.
    #[must_use]
    pub fn partition(&self) -> &Partition {
        &self.manifest.partition
    }

    /// The management account.
    ///
    /// # Errors
    /// Where the organization was not read.
    pub fn management(&self) -> Observed<Option<AccountId>> {
        match &self.description {
            Ok(description) => Ok(description.as_ref().map(|read| read.value.master_account_id)),
            Err(gap) => Err(gap.clone()),
        }
    }

    /// Whether the run looks at an organization and not at a lone account.
    #[must_use]
    pub fn is_organization(&self) -> bool {
        self.listed.is_ok() && matches!(self.description, Ok(Some(_)))
    }

    /// All trails, by ARN.
    pub fn trails(&self) -> impl Iterator<Item = &Trail> {
        self.objects.trails.values()
    }

    /// The trail of that ARN.
    #[must_use]
    pub fn trail(&self, arn: &str) -> Option<&Trail> {
        self.objects.trails.get(arn)
    }

    /// All buckets that trails deliver to, by name.
    pub fn buckets(&self) -> impl Iterator<Item = &Bucket> {
        self.objects.buckets.values()
    }

    /// The bucket that a trail delivers to.
    #[must_use]
    pub fn bucket_of(&self, trail: &Trail) -> Option<&Bucket> {
        self.objects.buckets.get(trail.bucket()?)
    }

    /// A bucket that logs, or a log bucket's own access logs or copies, go to.
    #[must_use]
    pub fn bucket(&self, name: &str) -> Option<&Bucket> {
        let Objects { buckets, companions, .. } = &self.objects;
        buckets.get(name).or_else(|| companions.get(name))
    }

    /// The buckets that log buckets send their access logs or copies to, and that are no log buckets themselves.
    pub fn companions(&self) -> impl Iterator<Item = &Bucket> {
        self.objects.companions.values()
    }

    /// All event data stores, by ARN.
    pub fn stores(&self) -> impl Iterator<Item = &Store> {
        self.objects.stores.values()
    }

    /// All keys that trails, event data stores, log buckets and log groups encrypt with.
    pub fn keys(&self) -> impl Iterator<Item = &Key> {
        self.all_keys().filter(|key| key.holds_logs())
    }

    /// Those, and the keys of topics.
    pub(crate) fn all_keys(&self) -> impl Iterator<Item = &Key> {
        self.objects.keys.values()
    }

    /// The key that a topic is encrypted with, where it is not one of AWS's own; none where it was not read.
    pub(crate) fn key_of_topic(&self, arn: &str, topic: &Topic) -> Option<&Key> {
        self.objects.keys.get(&KeyTarget::of_topic(arn, topic)?)
    }

    /// The key that a trail encrypts with.
    #[must_use]
    pub fn key_of(&self, trail: &Trail) -> Option<&Key> {
        self.objects.keys.get(&self.key_target(trail)?)
    }

    /// Where a trail's key lies.
    pub(crate) fn key_target(&self, trail: &Trail) -> Option<KeyTarget> {
        let region = self.bucket_of(trail).and_then(|bucket| bucket.region.as_ref());
        trail.key_target(region)
    }

    /// The names of all log buckets.
    #[must_use]
    pub fn log_buckets(&self) -> &BTreeSet<String> {
        &self.objects.log_buckets
    }

    /// The organization trails of this organization: those that the management account owns.
    ///
    /// # Errors
    /// Where the organization was not read.
    pub fn organization_trails(&self) -> Observed<Vec<&Trail>> {
        let management = self.management()?;
        let trails = self.objects.of_organizations.iter().filter_map(|arn| self.trail(arn));
        Ok(trails.filter(|trail| Some(trail.owner) == management).collect())
    }

    /// Whether every region of that account was asked for its trails, so that what it does not show does not exist.
    ///
    /// # Errors
    /// The first gap: no session, no list of regions, a region that was not read.
    pub fn trails_complete(&self, account: AccountId) -> Observed<()> {
        let Some(member) = self.members.get(&account) else {
            let detail = format!("{account} is not part of this run");
            return Err(Gap::new(Fact::Trails, Cause::CrossAccountUnreadable, detail));
        };
        member.trails_read.clone().map_err(|gap| *gap)
    }

    /// Whether every account of the run was asked for all of its trails, so that there are no others: more log
    /// buckets, more prefixes in a bucket.
    ///
    /// # Errors
    /// The first account's gap.
    pub fn all_trails_complete(&self) -> Observed<()> {
        self.objects.trails_unread.as_deref().cloned().map_or(Ok(()), Err)
    }

    /// Whether calls to that account could be made in this run.
    #[must_use]
    pub fn can_ask(&self, account: AccountId) -> bool {
        self.members
            .get(&account)
            .is_some_and(|member| member.is_judged() && member.session.is_ok())
    }

    /// Whether a trail is judged in this run: its owner is part of it, or a delegated administrator of CloudTrail,
    /// who sees and may change it by its ARN, stands in.
    #[must_use]
    pub fn judges(&self, trail: &Trail) -> bool {
        let in_scope = |id: &AccountId| self.members.get(id).is_some_and(|member| member.in_scope);
        in_scope(&trail.owner)
            || (trail.is_organization_trail()
                && self.members.contains_key(&trail.owner)
                && self
                    .delegated_administrators
                    .as_ref()
                    .is_ok_and(|delegates| delegates.iter().any(in_scope)))
    }

    /// Why it is not known whether a delegated administrator stands in for a trail's owner.
    pub(crate) fn stand_in_unknown(&self, trail: &Trail) -> Option<Gap> {
        let asked = trail.is_organization_trail() && self.members.contains_key(&trail.owner);
        self.delegated_administrators.clone().err().filter(|_| asked)
    }

    /// The regions of an account in which trails must record: on, and not left out by the user.
    pub fn regions_in_scope<'a>(&'a self, member: &'a Member) -> impl Iterator<Item = &'a Region> {
        member
            .regions
            .iter()
            .filter(|entry| entry.region_opt_status.in_scope())
            .map(|entry| &entry.region_name)
            .filter(|region| self.manifest.wants_region(region))
    }
}
