//! What is judged apart from any document: the organization, and each trail, bucket, key and event data store once.

use super::shared::Objects;
use super::{Engine, Subject, scored_in, unreadable};
use crate::account::AccountView;
use crate::answer::{BucketEncryption, LogGroup};
use crate::aws::{AccountId, Arn, Region};
use crate::bucket::Bucket;
use crate::check::{Check, Delivery, Judge};
use crate::evidence::{Cause, Gap, Observed};
use crate::fact::Fact;
use crate::finding::{Finding, GLOBAL, ScoredIn, Verdict, not_applicable};
use crate::key::Key;
use crate::monitoring::{TrailGroup, WatchedAlarm};
use crate::organization::Member;
use crate::reason::Reason;
use crate::snapshot::Source;
use crate::store::Store;
use crate::trail::Trail;

impl Engine<'_> {
    /// The findings on what stands in that account of the graph's objects.
    pub(super) fn shared(
        &self,
        account: AccountId,
        view: Option<&AccountView<'_>>,
    ) -> Vec<Finding> {
        let mut findings = Vec::new();
        let objects = self.shared.in_account(account);
        for check in self.checks {
            if let Judge::Organization(_) = check.judge {
                let here = self.shared.organization() == account;
                findings.extend(here.then(|| self.of_organization(check, account)));
            } else if let Some(objects) = objects {
                self.of_objects(check, (account, objects), &mut findings);
                self.guarded(check, (account, objects, view), &mut findings);
            }
        }
        findings
    }

    /// The first gap behind which there may be a key that nobody sees although the check asks for it: that of an event
    /// data store, and for [`Judge::AnyKey`] that of a bucket's default encryption or of a log group.
    pub(super) fn keys_unseen(&self, check: &Check, member: &Member) -> Option<Gap> {
        let reads = |fact: Fact| check.reads.contains(&fact);
        let any = match check.judge {
            Judge::Key(_) | Judge::GuardedKey(_) => false,
            Judge::AnyKey(_) => true,
            _ => return None,
        };
        let all = self.organization;
        let unlisted = || member.stores_read.as_ref().err().map(|gap| (**gap).clone());
        let objects = self.shared.in_account(member.id);
        let undescribed = || objects?.stores(all).find_map(|store| store.described().err());
        let unencrypted = || {
            let buckets = objects?.buckets(all).filter(|bucket| missing(bucket).is_none());
            let read = |bucket: &Bucket| {
                bucket.read::<BucketEncryption>(Fact::BucketEncryption).map(|_| ())
            };
            buckets.map(read).find_map(Result::err)
        };
        let ungrouped = || {
            let groups = objects?.trails(all).filter_map(Trail::log_group);
            let read = |arn: &str| {
                let owner = Arn::parse(arn).ok()?.account_id()?;
                all.resource::<Option<LogGroup>>(Fact::LogGroup, arn, owner).err()
            };
            groups.filter_map(read).next()
        };
        reads(Fact::EventDataStores)
            .then(|| unlisted().or_else(undescribed))
            .flatten()
            .or_else(|| (any && reads(Fact::BucketEncryption)).then(unencrypted).flatten())
            .or_else(|| (any && reads(Fact::LogGroup)).then(ungrouped).flatten())
    }

    fn of_organization(&self, check: &Check, account: AccountId) -> Finding {
        let all = self.organization;
        let described = all.description.as_ref();
        let id = described.ok().and_then(|read| Some(read.as_ref()?.value.id.as_str()));
        let subject = Subject {
            account,
            region: GLOBAL,
            resource: id.map_or(format!("account/{account}"), |id| format!("organization/{id}")),
            scored_in: ScoredIn::Organization,
        };
        let verdict =
            match (&all.description, check.judge) {
                (Err(gap), _) => Err(gap.clone()),
                (Ok(Some(_)), Judge::Organization(judge)) => judge(all, &self.audit()),
                _ => Ok(not_applicable("the account is in no organization")
                    .reason(Reason::NO_ORGANIZATION)),
            };
        self.finding(check, subject, verdict)
    }

    fn of_objects(
        &self,
        check: &Check,
        (account, objects): (AccountId, &Objects),
        findings: &mut Vec<Finding>,
    ) {
        let (all, audit) = (self.organization, self.audit());
        let of_bucket = |bucket: &Bucket, judge: &dyn Fn(&Bucket) -> Observed<Verdict>| {
            let verdict = missing(bucket).map_or_else(|| judge(bucket), Ok);
            self.finding(check, bucket_subject(bucket, account), verdict)
        };
        match check.judge {
            Judge::Trail(judge) | Judge::SeenTrail(judge) => findings.extend(
                objects
                    .trails(all)
                    .map(|trail| self.finding(check, trail_subject(trail), judge(trail, &audit))),
            ),
            Judge::BucketName(judge) => findings.extend(objects.buckets(all).map(|bucket| {
                self.finding(check, bucket_subject(bucket, account), judge(bucket, &audit))
            })),
            Judge::Bucket(judge) | Judge::BucketAndAccount { bucket: judge, .. } => {
                let buckets = objects.buckets(all);
                findings.extend(
                    buckets.map(|bucket| of_bucket(bucket, &|bucket| judge(bucket, &audit))),
                );
            }
            Judge::EvidenceBucket(judge) => {
                let buckets = objects.evidence_buckets(all);
                findings.extend(
                    buckets.map(|bucket| of_bucket(bucket, &|bucket| judge(bucket, &audit))),
                );
            }
            Judge::Delivery(judge) => {
                for bucket in objects.buckets(all) {
                    let trails = bucket.trails.iter().filter_map(|arn| all.trail(arn));
                    findings.extend(trails.map(|trail| {
                        let pair = Delivery { bucket, trail };
                        let verdict = missing(bucket).map_or_else(|| judge(&pair, &audit), Ok);
                        let subject = Subject {
                            resource: trail.arn().to_owned(),
                            scored_in: scored_in(trail.is_organization_trail(), account),
                            ..bucket_subject(bucket, account)
                        };
                        self.finding(check, subject, verdict)
                    }));
                }
            }
            Judge::BucketOwner(judge) => {
                findings.extend(objects.first_own(all, account).map(|bucket| {
                    let subject = Subject {
                        account,
                        region: GLOBAL,
                        resource: format!("account/{account}"),
                        scored_in: ScoredIn::Account(account),
                    };
                    // What another account says of itself is no word on this one.
                    let verdict = match bucket.owner {
                        Some(owner) if owner != account => Err(bucket.elsewhere(account)),
                        _ => judge(bucket, &audit),
                    };
                    self.finding(check, subject, verdict)
                }))
            }
            Judge::Store(judge) => findings.extend(
                objects
                    .stores(all)
                    .map(|store| self.finding(check, store_subject(store), judge(store, &audit))),
            ),
            Judge::Key(judge) => {
                let keys = objects.keys(all).filter(|key| key.guards_evidence());
                findings.extend(
                    keys.map(|key| {
                        self.finding(check, key_subject(key, account), judge(key, &audit))
                    }),
                );
            }
            Judge::AnyKey(judge) => findings.extend(
                objects
                    .keys(all)
                    .map(|key| self.finding(check, key_subject(key, account), judge(key, &audit))),
            ),
            Judge::LogGroup(judge) => findings.extend(
                objects
                    .groups()
                    .iter()
                    .map(|group| self.finding(check, group_subject(group), judge(group, &audit))),
            ),
            Judge::Alarm(judge) => {
                for group in objects.groups() {
                    match WatchedAlarm::of(group, all) {
                        Ok(alarms) => findings.extend(alarms.iter().map(|alarm| {
                            self.finding(check, alarm_subject(alarm), judge(alarm, &audit))
                        })),
                        Err(gap) => {
                            findings.push(self.finding(check, group_subject(group), Err(gap)));
                        }
                    }
                }
            }
            Judge::Organization(_)
            | Judge::Account(_)
            | Judge::Region(_)
            | Judge::TrailRegion(_)
            | Judge::Replica(_)
            | Judge::OwnBucket(_)
            | Judge::GuardedTrail(_)
            | Judge::GuardedBucket(_)
            | Judge::GuardedKey(_)
            | Judge::Principal(_) => {}
        }
    }

    /// What is judged by its owner's account too, where that can be looked into.
    fn guarded(
        &self,
        check: &Check,
        (account, objects, view): (AccountId, &Objects, Option<&AccountView<'_>>),
        findings: &mut Vec<Finding>,
    ) {
        let (all, audit) = (self.organization, self.audit());
        let seen = || view.ok_or_else(|| self.closed(account));
        match check.judge {
            Judge::GuardedTrail(judge) => findings.extend(objects.trails(all).map(|trail| {
                let verdict = seen().and_then(|view| judge(trail, view, &audit));
                self.finding(check, trail_subject(trail), verdict)
            })),
            Judge::GuardedBucket(judge) => findings.extend(objects.buckets(all).map(|bucket| {
                let verdict = missing(bucket).map_or_else(
                    || match bucket.owner {
                        Some(owner) if owner == account => judge(bucket, seen()?, &audit),
                        _ => Err(bucket.unreadable("who may change it is not read")),
                    },
                    Ok,
                );
                self.finding(check, bucket_subject(bucket, account), verdict)
            })),
            Judge::GuardedKey(judge) => {
                let keys = objects.keys(all).filter(|key| key.guards_evidence());
                findings.extend(keys.map(|key| {
                    // Of a key that is not there, or is nobody's whom the run reads, its own gap says more.
                    let verdict = key.metadata().and_then(|read| match &read.value {
                        None => Ok(no_key(&read.source)),
                        Some(_) if key.target.account != account => Err(outside(key)),
                        Some(_) => judge(key, seen()?, &audit),
                    });
                    self.finding(check, key_subject(key, account), verdict)
                }));
            }
            _ => {}
        }
    }

    /// Why an account in which something stands cannot be looked into.
    fn closed(&self, account: AccountId) -> Gap {
        self.organization.members.get(&account).map_or_else(
            || Gap {
                account: Some(account),
                ..Gap::new(
                    Fact::Session,
                    Cause::CrossAccountUnreadable,
                    format!("{account} is not part of this run"),
                )
            },
            unreadable,
        )
    }
}

fn no_key(source: &Source) -> Verdict {
    not_applicable("there is no such key")
        .reason(Reason::KEY_NOT_FOUND)
        .cite([source.cite("error", "NotFoundException")])
}

fn outside(key: &Key) -> Gap {
    let owner = key.target.account;
    let detail = format!("{} belongs to {owner}, which is not part of this run", key.arn);
    Gap {
        account: Some(owner),
        region: Some(key.target.region.clone()),
        ..Gap::new(Fact::AuthorizationDetails, Cause::CrossAccountUnreadable, detail)
    }
}

fn store_subject(store: &Store) -> Subject<'_> {
    Subject {
        account: store.owner,
        region: store.region.as_str(),
        resource: store.arn.clone(),
        scored_in: scored_in(store.is_organization_store(), store.owner),
    }
}

pub(super) fn trail_subject(trail: &Trail) -> Subject<'_> {
    Subject {
        account: trail.owner,
        region: trail.home().as_str(),
        resource: trail.arn().to_owned(),
        scored_in: scored_in(trail.is_organization_trail(), trail.owner),
    }
}

fn bucket_subject(bucket: &Bucket, account: AccountId) -> Subject<'_> {
    Subject {
        account,
        region: bucket.region.as_ref().map_or(GLOBAL, Region::as_str),
        resource: bucket.arn(),
        scored_in: scored_in(bucket.is_shared(), account),
    }
}

fn key_subject(key: &Key, account: AccountId) -> Subject<'_> {
    Subject {
        account,
        region: key.target.region.as_str(),
        resource: key.arn.clone(),
        scored_in: scored_in(key.is_shared(), account),
    }
}

/// Of a bucket that is proved not to exist nothing else is asked.
fn missing(bucket: &Bucket) -> Option<Verdict> {
    let found = bucket.exists().ok().filter(|found| !found.exists)?;
    let verdict = not_applicable("the bucket does not exist");
    Some(verdict.reason(Reason::BUCKET_MISSING).observed("HeadBucket: 404").cite([found.evidence]))
}

fn group_subject(group: &TrailGroup) -> Subject<'_> {
    Subject {
        account: group.account,
        region: group.destination.region.as_str(),
        resource: group.destination.arn.clone(),
        scored_in: scored_in(group.shared, group.account),
    }
}

fn alarm_subject<'a>(alarm: &WatchedAlarm<'a>) -> Subject<'a> {
    Subject { resource: alarm.alarm.alarm_arn.clone(), ..group_subject(alarm.group) }
}
