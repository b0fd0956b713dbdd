//! Whose a bucket is: the organization's, a trusted account's, or a stranger's.

use std::collections::BTreeSet;

use crate::aws::AccountId;
use crate::bucket::Bucket;
use crate::evidence::{Cause, Evidence, Gap, Observed};
use crate::fact::Fact;
use crate::organization::Organization;

/// Whose a bucket is.
#[derive(Debug, Clone, PartialEq)]
pub enum Belonging {
    /// An account of the organization, or the lone account itself.
    Organization(AccountId),
    /// An account outside, whom the user trusts.
    Trusted(AccountId),
    /// Nobody's of the two.
    Stranger(Vec<Evidence>),
}

impl Bucket {
    /// Whose it is. That it is a stranger's is proved where every account that it may belong to is ruled out: its list
    /// of buckets does not show it, or S3, which lets anybody look at the bucket, denies that it is theirs.
    ///
    /// # Errors
    /// Where some account is not ruled out, or the organization's accounts are not known.
    pub fn belonging(
        &self,
        organization: &Organization,
        trusted: &BTreeSet<AccountId>,
    ) -> Observed<Belonging> {
        if let Some(owner) = self.owner {
            if organization.members.contains_key(&owner) {
                return Ok(Belonging::Organization(owner));
            }
            if trusted.contains(&owner) {
                return Ok(Belonging::Trusted(owner));
            }
        }
        if organization.description.as_ref().map_err(Clone::clone)?.is_some() {
            organization.is_listed()?;
        }
        let head = match &self.head {
            Some(head) => head.as_ref().map_err(Clone::clone)?,
            None => return Err(self.unreadable("no account of this run can ask for it")),
        };
        let status = head.value.http_status;
        let mut evidence = vec![head.source.cite("HTTP status", status)];
        // A bucket that is there has a region, whoever asks. A refusal that names none is of the caller, whose account
        // may be closed: there may be no such bucket.
        if status == 403 && head.value.bucket_region.is_none() {
            let detail = format!("HeadBucket on {}: 403, and no region is named", self.name);
            return Err(Gap::new(Fact::BucketHead, Cause::AccessDenied, detail));
        }
        if status != 200 && status != 403 {
            let detail = format!("HeadBucket on {}: HTTP status {status} tells nothing", self.name);
            return Err(Gap {
                region: self.region.clone(),
                ..Gap::new(Fact::BucketHead, Cause::Undecidable, detail)
            });
        }
        let active = organization.members.values().filter(|member| member.state.is_active());
        let unlisted = active.filter_map(|member| {
            member.bucket_list.as_ref().err().map(|gap| (member.id, (**gap).clone()))
        });
        let mut known: BTreeSet<AccountId> = BTreeSet::new();
        let outside =
            trusted.iter().filter(|id| !organization.members.contains_key(id)).map(|id| {
                let detail = format!("whether {} belongs to {id} is not known", self.name);
                (*id, Gap::new(Fact::BucketOwner, Cause::CrossAccountUnreadable, detail))
            });
        for (account, gap) in unlisted.chain(outside) {
            if !known.insert(account) {
                continue;
            }
            // A refusal says something only where S3 lets anybody look.
            let answer = self.expected_owner(account).filter(|_| status == 200);
            let denied = answer.ok_or(gap)??;
            if denied.value.http_status != 403 {
                let detail = format!("whether {} belongs to {account} is not known", self.name);
                return Err(Gap::new(Fact::BucketOwner, Cause::Undecidable, detail));
            }
            evidence.push(denied.source.cite("HTTP status", denied.value.http_status));
        }
        Ok(Belonging::Stranger(evidence))
    }
}
