//! One bucket of the logs: whether it is there, whose it is, and what protects it. Judged once, at its owner.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::answer::{Answer, BucketHead, PublicAccessBlock, Reading};
use crate::aws::{AccountId, Partition, Region};
use crate::evidence::{Cause, Evidence, Gap, Observed};
use crate::fact::Fact;
use crate::snapshot::{Source, Sourced};

/// A bucket that at least one trail delivers to, or to which such a bucket sends its access logs or copies.
#[derive(Debug, Clone)]
pub struct Bucket {
    /// The name, unique in the partition.
    pub name: String,
    /// The partition.
    pub partition: Partition,
    /// The ARNs of the trails that deliver to it, or to the log bucket that it serves.
    pub trails: BTreeSet<String>,
    /// The roots under which they deliver, such as `AWSLogs/`.
    pub key_spaces: BTreeSet<String>,
    /// The owners of those trails.
    pub trail_owners: BTreeSet<AccountId>,
    /// Whether an organization trail delivers to it.
    pub serves_organization: bool,
    /// What it serves the logs for.
    pub roles: BTreeSet<BucketRole>,
    /// The account whose list of buckets shows it.
    pub owner: Option<AccountId>,
    /// Where it lies, where a list or a HEAD said so.
    pub region: Option<Region>,
    pub(crate) listed: Option<Arc<Source>>,
    pub(crate) head: Option<Observed<Sourced<BucketHead>>>,
    /// What S3 answered to the question whether it is that account's.
    pub(crate) expected: BTreeMap<AccountId, Observed<Sourced<BucketHead>>>,
    /// The first account whose list of buckets is missing; none if every active account's was read.
    pub(crate) unlisted: Option<Arc<Gap>>,
    pub(crate) facts: Arc<BTreeMap<Fact, Observed<Sourced<Answer>>>>,
    pub(crate) account_block: Option<Observed<Sourced<PublicAccessBlock>>>,
}

/// What a bucket is to the logs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum BucketRole {
    /// Trails deliver to it.
    Log,
    /// A log bucket's server access logs go to it.
    AccessLogTarget,
    /// A log bucket's objects are copied to it.
    Replica,
}

/// Whether a bucket is there, with the proof.
#[derive(Debug, Clone, PartialEq)]
pub struct Existence {
    /// Whether it is.
    pub exists: bool,
    /// The proof.
    pub evidence: Evidence,
}

impl Bucket {
    /// The identity.
    #[must_use]
    pub fn arn(&self) -> String {
        format!("arn:{}:s3:::{}", self.partition, self.name)
    }

    /// The account in which it is judged: the one that lists it, else the first trail's owner. That S3 confirmed an owner
    /// who does not list it moves no finding: whether that is asked depends on the checks of a run.
    #[must_use]
    pub fn account(&self) -> Option<AccountId> {
        let listed = self.owner.filter(|_| self.listed.is_some());
        listed.or_else(|| self.trail_owners.first().copied())
    }

    /// Whether several accounts depend on it, so that it is scored once in the organization.
    #[must_use]
    pub fn is_shared(&self) -> bool {
        self.serves_organization || self.trail_owners.len() > 1
    }

    /// Whether it is there: listed by its owner, or answered for by S3 to its trail's owner.
    ///
    /// # Errors
    /// `access_denied` where S3 answered 403, which a bucket of somebody else's and a denied one have in common;
    /// `undecidable` for any other status; the call's own gap where there was no answer.
    pub fn exists(&self) -> Observed<Existence> {
        if let Some(source) = &self.listed {
            let evidence = source.cite("Buckets[].Name", self.name.as_str());
            return Ok(Existence { exists: true, evidence });
        }
        let head = match &self.head {
            Some(head) => head.as_ref().map_err(Clone::clone)?,
            None => return Err(self.unreadable("no account of this run can ask for it")),
        };
        let status = head.value.http_status;
        let evidence = head.source.cite("HTTP status", status);
        let gap = |cause, detail: &str| Gap {
            account: Some(head.source.account),
            region: self.region.clone(),
            proof: Some(Box::new(evidence.clone())),
            ..Gap::new(Fact::BucketHead, cause, format!("HeadBucket on {}: {detail}", self.name))
        };
        match status {
            200 => Ok(Existence { exists: true, evidence }),
            404 => Ok(Existence { exists: false, evidence }),
            403 => Err(gap(
                Cause::AccessDenied,
                "403, the bucket exists and is another account's or closed to this one",
            )),
            other => Err(gap(Cause::Undecidable, &format!("HTTP status {other} tells nothing"))),
        }
    }

    /// Whether its trails' owner may look at it although nobody of the run lists it.
    #[must_use]
    pub fn answers_everyone(&self) -> bool {
        let head = self.head.as_ref().and_then(|head| head.as_ref().ok());
        head.is_some_and(|head| head.value.http_status == 200)
    }

    /// Whether S3 said that there is no such bucket.
    #[must_use]
    pub fn is_missing(&self) -> bool {
        self.exists().is_ok_and(|found| !found.exists)
    }

    /// Why nothing follows from it for an account that does not list it.
    pub(crate) fn elsewhere(&self, account: AccountId) -> Gap {
        let detail =
            format!("{} is in no list of buckets, and not known to be {account}'s", self.name);
        Gap {
            account: Some(account),
            ..Gap::new(Fact::BucketList, Cause::CrossAccountUnreadable, detail)
        }
    }

    pub(crate) fn unreadable(&self, why: &str) -> Gap {
        let detail = match (&self.unlisted, self.owner) {
            (Some(gap), None) => {
                format!("the owner of {} is unknown ({}): {why}", self.name, gap.detail)
            }
            (None, None) => format!("no account of this run owns {}: {why}", self.name),
            (_, Some(owner)) => format!("{} belongs to {owner}: {why}", self.name),
        };
        Gap {
            account: self.account(),
            region: self.region.clone(),
            ..Gap::new(Fact::BucketList, Cause::CrossAccountUnreadable, detail)
        }
    }

    /// One of the bucket's configurations, as its owner read it.
    ///
    /// # Errors
    /// The call's gap; `cross_account_unreadable` where no account of the run owns the bucket.
    pub fn read<T: Reading>(&self, fact: Fact) -> Observed<(&T, &Source)> {
        if self.owner.is_none() {
            return Err(self.unreadable("its configuration cannot be read"));
        }
        let observed = self.facts.get(&fact).ok_or_else(|| Gap {
            account: self.owner,
            region: self.region.clone(),
            ..Gap::new(
                fact,
                Cause::NotAttempted,
                format!("{} was not called for {}", fact.operation(), self.name),
            )
        })?;
        let sourced = observed.as_ref().map_err(Clone::clone)?;
        let value = T::of(&sourced.value).ok_or_else(|| {
            Gap::new(fact, Cause::ServiceError, "the snapshot holds another kind of answer")
        })?;
        Ok((value, &sourced.source))
    }

    /// The Block Public Access settings of the account that owns it, an organization's policy folded in by S3.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub fn account_block(&self) -> Observed<(&PublicAccessBlock, &Source)> {
        match (&self.account_block, self.owner) {
            (_, None) => Err(self.unreadable("its account's settings cannot be read")),
            (None, Some(_)) => Err(Gap {
                account: self.owner,
                ..Gap::new(
                    Fact::AccountPublicAccessBlock,
                    Cause::NotAttempted,
                    "s3control:GetPublicAccessBlock was not called",
                )
            }),
            (Some(observed), _) => {
                observed.as_ref().map(|s| (&s.value, &s.source)).map_err(Clone::clone)
            }
        }
    }
}
