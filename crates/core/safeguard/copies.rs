//! Whether a log bucket's logs are copied, where to, and what replication leaves out.

use crate::answer::{BucketReplication, ReplicationRule};
use crate::bucket::Bucket;
use crate::evidence::{Cause, Gap, Observed};
use crate::fact::Fact;
use crate::organization::Organization;
use crate::trail::Trail;

/// A rule that copies logs.
#[derive(Debug, Clone, Copy)]
pub struct Copies<'a> {
    /// The rule.
    pub rule: &'a ReplicationRule,
    /// The bucket that the copies go to.
    pub destination: &'a Bucket,
    /// Whether that is another account's.
    pub crosses_accounts: bool,
}

/// Why logs have no copy, from far to near.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Uncopied {
    /// No enabled rule is about them.
    NoRule,
    /// There is no bucket of that name.
    DestinationMissing(String),
    /// The copies lie in the same account, which is not enough.
    SameAccount(String),
    /// Logs that are encrypted with KMS are left out.
    KmsObjectsSkipped(String),
    /// The copies can be deleted.
    Unlocked(String),
}

/// What more a copy must be.
pub type Demand<'a> = &'a dyn Fn(&Copies<'_>) -> Observed<Result<(), Uncopied>>;

impl Bucket {
    /// The rules by which the logs under each root are copied as demanded: the first that does, for each. A root that
    /// is proved to have none outweighs whatever was not read of another.
    ///
    /// # Errors
    /// Where what was not read decides.
    pub fn copies<'a>(
        &'a self,
        organization: &'a Organization,
        demand: Demand<'_>,
    ) -> Observed<Result<Vec<Copies<'a>>, Uncopied>> {
        let (replication, _) = self.read::<BucketReplication>(Fact::BucketReplication)?;
        let (mut copies, mut gap) = (Vec::new(), None);
        for space in &self.key_spaces {
            let trails = || {
                let trails = self.trails.iter().filter_map(|arn| organization.trail(arn));
                trails.filter(|trail| trail.key_space() == *space)
            };
            let encrypted = trails().any(|trail: &Trail| trail.key().is_some());
            let covering = replication.rules.iter().filter(|rule| covers(rule, space));
            let outcomes = covering.map(|rule| self.copy(organization, rule, (encrypted, demand)));
            match best(outcomes) {
                Ok(Ok(copy)) => copies.push(copy),
                Ok(Err(fault)) => return Ok(Err(fault)),
                Err(found) => gap = gap.or(Some(found)),
            }
        }
        gap.map_or(Ok(Ok(copies)), Err)
    }

    fn copy<'a>(
        &'a self,
        organization: &'a Organization,
        rule: &'a ReplicationRule,
        (encrypted, demand): (bool, Demand<'_>),
    ) -> Observed<Result<Copies<'a>, Uncopied>> {
        let told = name(rule);
        let skips = rule.sse_kms_encrypted_objects.as_deref() != Some("Enabled")
            || rule.replica_kms_key_id.is_none();
        if encrypted && skips {
            return Ok(Err(Uncopied::KmsObjectsSkipped(told)));
        }
        let destination = rule.destination_bucket.rsplit_once(":::").map(|(_, name)| name);
        let destination = destination.and_then(|name| organization.bucket(name));
        let Some(destination) = destination else {
            let detail = format!("where rule {told} of {} copies to is not known", self.name);
            return Err(Gap::new(Fact::BucketReplication, Cause::Undecidable, detail));
        };
        // Its owner's list of buckets shows every bucket of that account: the others are other accounts'.
        let crosses_accounts = destination.owner != self.owner;
        if crosses_accounts && destination.owner.is_none() && !destination.is_there()? {
            return Ok(Err(Uncopied::DestinationMissing(destination.name.clone())));
        }
        let copies = Copies { rule, destination, crosses_accounts };
        Ok(demand(&copies)?.map(|()| copies))
    }

    /// Whether S3 answers for it, whoever it belongs to.
    fn is_there(&self) -> Observed<bool> {
        match &self.head {
            // A refusal that names no region is of the caller: there may be no such bucket.
            Some(Ok(head))
                if head.value.http_status == 403 && head.value.bucket_region.is_some() =>
            {
                Ok(true)
            }
            _ => self.exists().map(|found| found.exists),
        }
    }

    /// Whether some rule copies all that is in it, whatever its prefix and its encryption, so that no trail out of
    /// sight can have logs without a copy.
    #[must_use]
    pub fn copies_everything(&self) -> bool {
        let replication = self.read::<BucketReplication>(Fact::BucketReplication);
        replication.is_ok_and(|(replication, _)| {
            replication.rules.iter().any(|rule| {
                covers(rule, "")
                    && rule.sse_kms_encrypted_objects.as_deref() == Some("Enabled")
                    && rule.replica_kms_key_id.is_some()
            })
        })
    }
}

/// A copy outweighs what was not read, and that outweighs a fault; of faults the nearest counts.
fn best<'a>(
    outcomes: impl Iterator<Item = Observed<Result<Copies<'a>, Uncopied>>>,
) -> Observed<Result<Copies<'a>, Uncopied>> {
    let (mut nearest, mut gap) = (Uncopied::NoRule, None);
    for outcome in outcomes {
        match outcome {
            Ok(Ok(copies)) => return Ok(Ok(copies)),
            Ok(Err(fault)) => nearest = nearest.max(fault),
            Err(found) => gap = gap.or(Some(found)),
        }
    }
    gap.map_or(Ok(Err(nearest)), Err)
}

fn covers(rule: &ReplicationRule, key_space: &str) -> bool {
    let prefix = rule.prefix.as_deref().unwrap_or_default();
    rule.status == "Enabled" && !rule.has_tag_filter && key_space.starts_with(prefix)
}

/// The rule's id, as messages give it.
#[must_use]
pub fn name(rule: &ReplicationRule) -> String {
    rule.id.clone().unwrap_or_else(|| "(unnamed)".into())
}
