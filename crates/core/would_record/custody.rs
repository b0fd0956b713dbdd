//! Where a recorded call lies: whose bucket, how long, under which key, and who could have deleted it since.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::answer::{ObjectLock, PolicyText};
use crate::aws::AccountId;
use crate::bucket::Bucket;
use crate::evidence::Observed;
use crate::fact::Fact;
use crate::organization::Organization;
use crate::policy::Policy;
use crate::resource_policy::{Realm, ResourcePolicy, destroyers};
use crate::retention::{Keys, Retention, Span, lock_days};
use crate::store::Store;
use crate::trail::Trail;

/// For how long something is kept.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Kept {
    /// At least so long.
    pub at_least: String,
    /// At most so long; the same where all was read.
    pub at_most: String,
    /// What ends it, where something does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_by: Option<String>,
    #[serde(skip)]
    least: Option<u32>,
    #[serde(skip)]
    most: Option<u32>,
}

/// Where a recorded call lies.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Custody {
    /// The bucket, or the event data store itself.
    pub place: String,
    /// The account that owns it, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<AccountId>,
    /// For how long it is kept.
    pub kept: Kept,
    /// The key that it is encrypted with; absent: a key of AWS's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// Who could have deleted it since.
    pub deletable_by: BTreeSet<String>,
    /// What was not read, and would tell more of the above.
    pub unread: BTreeSet<String>,
}

impl Custody {
    /// Whether it is still there after so many days.
    ///
    /// # Errors
    /// What was not read, where that decides.
    pub fn reaches(&self, days: u32) -> Result<bool, String> {
        let long = |kept: Option<u32>| kept.is_none_or(|kept| kept >= days);
        match (long(self.kept.least), long(self.kept.most)) {
            (true, _) => Ok(true),
            (false, false) => Ok(false),
            (false, true) => Err(format!("how long {} keeps it was not read", self.place)),
        }
    }
}

fn days(span: Span) -> Option<u32> {
    match span {
        Span::Days(days) => Some(days),
        Span::Forever => None,
    }
}

impl Kept {
    fn between(least: Span, most: Span, ended_by: Option<String>) -> Self {
        Self {
            at_least: least.to_string(),
            at_most: most.to_string(),
            ended_by,
            least: days(least),
            most: days(most),
        }
    }

    fn of(kept: &Retention) -> Self {
        let rule = kept.bound.as_ref().map(|bound| format!("the lifecycle rule {}", bound.rule));
        Self::between(kept.least, kept.most, rule)
    }

    fn unknown() -> Self {
        Self::between(Span::Days(0), Span::Forever, None)
    }
}

/// The custody of what a trail delivers.
pub(super) fn of_trail(organization: &Organization, policy: &Policy, trail: &Trail) -> Custody {
    let key = organization.key_of(trail).map(|key| key.arn.clone());
    let Some(bucket) = organization.bucket_of(trail) else {
        return Custody {
            place: "no bucket".into(),
            owner: None,
            kept: Kept::unknown(),
            key,
            deletable_by: BTreeSet::new(),
            unread: BTreeSet::new(),
        };
    };
    let mut unread = BTreeSet::new();
    let retention = bucket.retention(Keys::Under(&trail.key_space()));
    unread.extend(retention.unread.as_ref().map(|gap| gap.detail.clone()));
    let deletable_by = destroyers_of(bucket, organization, policy, &mut unread);
    let kept = Kept::of(&retention);
    Custody { place: bucket.name.clone(), owner: bucket.owner, kept, key, deletable_by, unread }
}

/// What holds a log against its owner's administrators.
enum Hold {
    Locked(u32),
    Bypassable(u32),
    Free,
}

fn hold(bucket: &Bucket) -> Observed<Hold> {
    let (lock, _) = bucket.read::<ObjectLock>(Fact::BucketObjectLock)?;
    let mode = lock.default_retention.as_ref().and_then(|rule| rule.mode.as_deref());
    Ok(match (lock_days(lock), mode) {
        (Some(days), Some("COMPLIANCE")) => Hold::Locked(days),
        (Some(days), _) => Hold::Bypassable(days),
        (None, _) => Hold::Free,
    })
}

fn destroyers_of(
    bucket: &Bucket,
    organization: &Organization,
    policy: &Policy,
    unread: &mut BTreeSet<String>,
) -> BTreeSet<String> {
    let owner = bucket.owner.map_or_else(|| "its owner".to_owned(), |owner| owner.to_string());
    let mut who = BTreeSet::new();
    match hold(bucket) {
        Ok(Hold::Locked(days)) => {
            who.insert(format!(
                "nobody for {days} days: Object Lock in COMPLIANCE mode; then as others below"
            ));
        }
        Ok(Hold::Bypassable(days)) => {
            who.insert(format!(
                "whoever has s3:BypassGovernanceRetention in {owner}, for {days} days; then as others below"
            ));
        }
        Ok(Hold::Free) => {}
        Err(gap) => drop(unread.insert(gap.detail)),
    }
    match bucket.asks_for_mfa() {
        Ok(true) => {
            who.insert(format!("the root user of {owner}, with its second factor (MFA delete)"));
        }
        Ok(false) => drop(who.insert(format!("administrators of {owner}"))),
        Err(gap) => {
            unread.insert(gap.detail);
            who.insert(format!("administrators of {owner}"));
        }
    }
    let text = bucket.read::<PolicyText>(Fact::BucketPolicy);
    let parsed = text.and_then(|(text, _)| match &text.policy {
        Some(text) => ResourcePolicy::parse(text, Fact::BucketPolicy).map(Some),
        None => Ok(None),
    });
    match parsed {
        Ok(Some(parsed)) => {
            let realm = Realm::of(organization, policy);
            let services =
                |service: &str| policy.allowed_log_services.iter().any(|s| s.is(service));
            if let Some(grant) = destroyers(&parsed, &bucket.arn(), &realm, &services) {
                who.insert(format!(
                    "{}, by {} of the bucket policy ({})",
                    grant.principal, grant.statement, grant.what
                ));
            }
        }
        Ok(None) => {}
        Err(gap) => drop(unread.insert(gap.detail)),
    }
    who
}

/// The custody of what an event data store takes in.
pub(super) fn of_store(store: &Store) -> Custody {
    let mut unread = BTreeSet::new();
    let kept = match store.described() {
        Ok((described, _)) => match described.retention_period {
            Some(days) => {
                Kept::between(days.into(), days.into(), Some("its retention period".into()))
            }
            None => Kept::unknown(),
        },
        Err(gap) => {
            unread.insert(gap.detail);
            Kept::unknown()
        }
    };
    let protected = store
        .described()
        .is_ok_and(|(described, _)| described.termination_protection_enabled == Some(true));
    let note = if protected { ", once they switch off termination protection" } else { "" };
    let who = format!("administrators of {}, by deleting the whole store{note}", store.owner);
    Custody {
        place: store.arn.clone(),
        owner: Some(store.owner),
        kept,
        key: store.key().map(str::to_owned),
        deletable_by: [who].into(),
        unread,
    }
}
