//! What checks ask of the graph: who records a region, whose a resource is, what else was read of it.

use std::collections::BTreeSet;

use super::{Member, Organization};
use crate::answer::{BucketHead, Reading};
use crate::aws::{AccountId, Region};
use crate::bucket::Bucket;
use crate::evidence::{Cause, Evidence, Gap, Observed, find};
use crate::fact::Fact;
use crate::key::Key;
use crate::snapshot::{Source, Sourced};
use crate::store::Store;
use crate::trail::Trail;

impl Organization {
    /// The organization's id; none where the account is in no organization.
    ///
    /// # Errors
    /// Where the organization was not read.
    pub fn id(&self) -> Observed<Option<&str>> {
        match &self.description {
            Ok(read) => Ok(read.as_ref().map(|read| read.value.id.as_str())),
            Err(gap) => Err(gap.clone()),
        }
    }

    /// What was read of one resource beside its main description: tags of a trail, rotation of a key, a topic.
    ///
    /// # Errors
    /// The call's gap; `cross_account_unreadable` where nobody of the run could be asked for it.
    pub fn resource<T: Reading>(
        &self,
        fact: Fact,
        resource: &str,
        owner: AccountId,
    ) -> Observed<(&T, &Source)> {
        let gap =
            |cause, detail: String| Gap { account: Some(owner), ..Gap::new(fact, cause, detail) };
        let Some(reading) = self.objects.resources.get(&(fact, resource.to_owned())) else {
            let operation = fact.operation();
            return Err(if self.can_ask(owner) {
                gap(Cause::NotAttempted, format!("{operation} was not called for {resource}"))
            } else {
                let what = if resource.is_empty() { operation } else { resource };
                let detail = format!("{what}: {owner} was not asked");
                gap(Cause::CrossAccountUnreadable, detail)
            });
        };
        let sourced = Result::as_ref(reading).map_err(Clone::clone)?;
        let value = T::of(&sourced.value).ok_or_else(|| {
            gap(Cause::ServiceError, "the snapshot holds another kind of answer".into())
        })?;
        Ok((value, &sourced.source))
    }

    /// The trails that one region of an account shows, by ARN.
    ///
    /// # Errors
    /// Where the account or that region of it was not read.
    pub fn trails_seen(&self, account: AccountId, region: &Region) -> Observed<Vec<&Trail>> {
        let Some(member) = self.members.get(&account) else {
            let detail = format!("{account} is not part of this run");
            return Err(Gap::new(Fact::Trails, Cause::CrossAccountUnreadable, detail));
        };
        member.session.clone().map_err(|gap| *gap)?;
        if let Some(gap) = member.unread_regions.get(region) {
            return Err(gap.clone());
        }
        let known = member.regions.iter().any(|entry| {
            entry.region_name == *region
                && entry.region_opt_status.in_scope()
                && self.manifest.wants_region(region)
        });
        if !known {
            return Err(Gap {
                account: Some(account),
                region: Some(region.clone()),
                ..Gap::new(Fact::Trails, Cause::NotAttempted, format!("{region} was not asked"))
            });
        }
        let seen = member.sees.iter().filter(|(_, regions)| regions.contains(region));
        Ok(seen.filter_map(|(arn, _)| self.trail(arn)).collect())
    }

    /// Whether a trail may count for an account: its own, or an organization trail of its organization.
    ///
    /// # Errors
    /// Where the organization was not read and the trail is another account's.
    pub fn trail_belongs(&self, trail: &Trail, account: AccountId) -> Observed<bool> {
        if trail.owner == account {
            return Ok(true);
        }
        if !trail.is_organization_trail() {
            return Ok(false);
        }
        let management = self.management().map_err(|gap| Gap {
            cause: Cause::CrossAccountUnreadable,
            detail: format!(
                "whose organization {} belongs to was not read: {}",
                trail.arn(),
                gap.detail
            ),
            ..gap
        })?;
        Ok(management == Some(trail.owner))
    }

    /// Whether all organization trails are known, so that there is no other: the management account's trails were read,
    /// or where the run leaves it out those of a delegated administrator of CloudTrail, who sees the same ones.
    ///
    /// # Errors
    /// The first gap behind which there may be one more.
    pub fn organization_trails_complete(&self) -> Observed<()> {
        let Some(management) = self.management()? else { return Ok(()) };
        self.is_listed()?;
        let complete = self.trails_complete(management);
        if self.members.get(&management).is_none_or(|member| member.in_scope) {
            return complete;
        }
        let delegates = self.delegated_administrators.as_ref().map_err(Clone::clone)?;
        let answers = delegates.iter().map(|delegate| self.trails_complete(*delegate));
        find(answers, |()| Ok(true))?.map_or(complete, Ok)
    }

    /// Whether an account administers CloudTrail on behalf of the management account, so that it can change the
    /// organization's trails.
    ///
    /// # Errors
    /// Where the organization or the list of its delegated administrators was not read.
    pub fn administers_trails(&self, account: AccountId) -> Observed<bool> {
        let organized = self.description.as_ref().map_err(Clone::clone)?.is_some();
        if !organized {
            return Ok(false);
        }
        let delegates = self.delegated_administrators.as_ref().map_err(Clone::clone)?;
        Ok(delegates.contains(&account))
    }

    /// The event data stores that take in an account's events: its own, and those of its organization.
    ///
    /// # Errors
    /// Where some account's event data stores were not read, so that there may be more.
    pub fn stores_for(&self, account: AccountId) -> Vec<Observed<&Store>> {
        let management = self.management();
        let manager = management.as_ref().ok().copied().flatten();
        let owners: BTreeSet<AccountId> = [account].into_iter().chain(manager).collect();
        let arns = owners.iter().filter_map(|owner| self.objects.stores_of.get(owner)).flatten();
        // By ARN, whoever of the two owns it.
        let arns: BTreeSet<&String> = arns.collect();
        let stores = arns.into_iter().filter_map(|arn| self.objects.stores.get(arn));
        let known = stores.filter_map(|store| {
            let managers = Some(store.owner) == manager;
            if store.owner == account || (managers && store.is_organization_store()) {
                return Some(Ok(store));
            }
            // Of a store that was not described it is not known whom it serves.
            managers.then(|| store.described().err()).flatten().map(Err)
        });
        let unread = owners.into_iter().filter_map(|id| self.stores_complete(id).err());
        known.chain(unread.chain(management.err()).map(Err)).collect()
    }

    /// Whether every region of that account was asked for its event data stores.
    ///
    /// # Errors
    /// The first gap.
    pub fn stores_complete(&self, account: AccountId) -> Observed<()> {
        let Some(member) = self.members.get(&account) else {
            let detail = format!("{account} is not part of this run");
            return Err(Gap::new(Fact::EventDataStores, Cause::CrossAccountUnreadable, detail));
        };
        member.stores_read.clone().map_err(|gap| *gap)
    }

    /// The key of the customer's that an event data store encrypts with.
    #[must_use]
    pub fn key_of_store(&self, store: &Store) -> Option<&Key> {
        self.objects.keys.get(&store.key_target()?)
    }

    /// The first log bucket whose copies a bucket holds.
    ///
    /// # Errors
    /// Where none is known and of some other log bucket it was not read where it copies to, or where there may be log
    /// buckets that nobody saw.
    pub fn copied_from(&self, bucket: &Bucket) -> Observed<Option<&str>> {
        let sources = self.objects.copied_from.get(&bucket.name);
        if let Some(source) = sources.and_then(BTreeSet::first) {
            return Ok(Some(source));
        }
        let mut unread = self.objects.copies_unread.iter();
        if let Some((_, gap)) = unread.find(|(name, _)| **name != bucket.name) {
            return Err(gap.clone());
        }
        self.all_trails_complete()?;
        Ok(None)
    }

    /// Whether the organization's accounts were listed: one that is not among them is none of its own.
    ///
    /// # Errors
    /// The gap in place of the list.
    pub fn is_listed(&self) -> Observed<()> {
        self.listed.as_ref().map(|_| ()).map_err(Clone::clone)
    }

    /// Which account manages the organization, as proof; nothing where that was not read.
    #[must_use]
    pub fn cite_management(&self) -> Option<Evidence> {
        let read = self.description.as_ref().ok()?.as_ref()?;
        let id = read.value.master_account_id.as_str();
        Some(read.source.cite("Organization.MasterAccountId", id))
    }

    /// The list of accounts as proof, with the ids that count for it, the first twenty by name; nothing where it was not
    /// read.
    #[must_use]
    pub fn cite_accounts<'a>(&self, ids: impl Iterator<Item = &'a AccountId>) -> Option<Evidence> {
        const NAMED: usize = 20;
        let mut ids: Vec<String> = ids.map(ToString::to_string).collect();
        if let Some(more) = ids.len().checked_sub(NAMED).filter(|more| *more > 0) {
            ids.truncate(NAMED);
            ids.push(format!("and {more} more"));
        }
        Some(self.listed.as_ref().ok()?.cite("Accounts[].Id", ids))
    }

    /// The delegated administrators of CloudTrail as proof, where they were told.
    #[must_use]
    pub fn cite_delegates(&self) -> Option<Evidence> {
        let delegates = self.delegated_administrators.as_ref().ok()?;
        let ids: Vec<String> = delegates.iter().map(ToString::to_string).collect();
        Some(self.delegates_source.as_ref()?.cite("DelegatedAdministrators[].Id", ids))
    }

    /// Whether a bucket that another one names belongs to the same account: S3 delivers access logs to no other.
    ///
    /// # Errors
    /// Where it is nobody's that is known, and the account's own list of buckets was not read.
    pub fn same_owner(&self, bucket: &Bucket, named: &str) -> Observed<bool> {
        let target = self.bucket(named);
        if let Some(owner) = target.and_then(|target| target.owner) {
            return Ok(bucket.owner == Some(owner));
        }
        // Its owner listed all of its buckets: one that is not among them is not its own.
        if bucket.listed.is_some() || target.is_some_and(Bucket::is_missing) {
            return Ok(false);
        }
        let detail =
            format!("whether {named} belongs to the account of {} is not known", bucket.name);
        Err(Gap {
            account: bucket.owner,
            ..Gap::new(Fact::BucketList, Cause::CrossAccountUnreadable, detail)
        })
    }

    /// The accounts of which it is not known whether a bucket that nobody lists is theirs, so that S3 may be asked: those
    /// that the run left out or that would not list their buckets, and whom the user named.
    pub fn possible_owners(&self) -> impl Iterator<Item = AccountId> + '_ {
        let unlisted = |member: &&Member| {
            let refused =
                member.bucket_list.as_ref().is_err_and(|gap| gap.cause != Cause::NotAttempted);
            member.state.is_active() && (!member.in_scope || refused)
        };
        let unlisted = self.members.values().filter(unlisted).map(|member| member.id);
        self.manifest.expected_owners.iter().copied().chain(unlisted)
    }
}

impl Bucket {
    /// What S3 answered to the question whether it is that account's.
    ///
    /// # Errors
    /// The call's gap.
    pub fn expected_owner(&self, account: AccountId) -> Option<Observed<&Sourced<BucketHead>>> {
        self.expected.get(&account).map(|reading| reading.as_ref().map_err(Clone::clone))
    }
}
