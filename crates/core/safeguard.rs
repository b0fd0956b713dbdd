//! What a bucket's configurations add up to: how long it keeps logs, and what public access it blocks.

use crate::answer::{BucketEncryption, BucketVersioning, Lifecycle, ObjectLock, PublicAccessBlock};
use crate::bucket::Bucket;
use crate::evidence::{Cause, Evidence, Gap, Observed, any};
use crate::fact::Fact;
use crate::key::{Key, KeyTarget};
use crate::organization::Organization;
use crate::policy::{LockMode, Policy};
use crate::retention::{Binding, Keys, Retention, Storage, lock_days, name};

mod belonging;
mod copies;
mod exposure;

pub use belonging::Belonging;
pub use copies::{Copies, Uncopied, name as replication_rule};
pub use exposure::{Exposure, PUBLIC_GROUPS};

/// One of the four switches of Block Public Access.
pub type Switch = fn(&PublicAccessBlock) -> Option<bool>;

/// The four switches by AWS's names.
pub const SWITCHES: [(&str, Switch); 4] = [
    ("BlockPublicAcls", |block| block.block_public_acls),
    ("IgnorePublicAcls", |block| block.ignore_public_acls),
    ("BlockPublicPolicy", |block| block.block_public_policy),
    ("RestrictPublicBuckets", |block| block.restrict_public_buckets),
];

impl Bucket {
    /// Whether a switch of Block Public Access is on in effect: at the bucket or at its account, into whose answer S3
    /// folds an organization's policy.
    ///
    /// # Errors
    /// The gap of what was not read, where the other is off.
    pub fn blocks(&self, switch: Switch) -> Observed<bool> {
        any([
            self.read::<PublicAccessBlock>(Fact::BucketPublicAccessBlock)
                .map(|(block, _)| switch(block) == Some(true)),
            self.account_block().map(|(block, _)| switch(block) == Some(true)),
        ])
    }

    /// The settings behind [`Self::blocks`], as far as they were read.
    #[must_use]
    pub fn cite_blocks(&self) -> Vec<Evidence> {
        let blocks =
            [self.read::<PublicAccessBlock>(Fact::BucketPublicAccessBlock), self.account_block()];
        let cite = |(block, source): (&PublicAccessBlock, &crate::snapshot::Source)| {
            let value = serde_json::to_value(block).unwrap_or_default();
            source.cite("PublicAccessBlockConfiguration", value)
        };
        blocks.into_iter().flatten().map(cite).collect()
    }

    /// How long it keeps those keys.
    #[must_use]
    pub fn retention(&self, keys: Keys<'_>) -> Retention {
        let rules = self.read::<Lifecycle>(Fact::BucketLifecycle);
        Storage {
            rules: rules.map(|(lifecycle, _)| lifecycle.rules.as_slice()),
            versioning: self.read::<BucketVersioning>(Fact::BucketVersioning).map(|(read, _)| read),
            lock: self.read::<ObjectLock>(Fact::BucketObjectLock).map(|(read, _)| read),
        }
        .retention(keys)
    }

    /// The configurations behind [`Self::retention`], as far as they were read: of the rules the one that binds.
    #[must_use]
    pub fn cite_retention(&self, bound: Option<&Binding>) -> Vec<Evidence> {
        let mut evidence = Vec::new();
        if let Ok((lifecycle, source)) = self.read::<Lifecycle>(Fact::BucketLifecycle) {
            let binding = bound.and_then(|bound| {
                lifecycle
                    .rules
                    .iter()
                    .find(|rule| rule.prefix == bound.prefix && name(rule) == bound.rule)
            });
            evidence.push(match binding {
                Some(rule) => {
                    source.cite("Rules[]", serde_json::to_value(rule).unwrap_or_default())
                }
                None => source.cite("Rules", lifecycle.rules.len()),
            });
        }
        if let Ok((versioning, source)) = self.read::<BucketVersioning>(Fact::BucketVersioning) {
            evidence.push(source.cite("Status", versioning.status.as_deref()));
        }
        evidence.extend(self.cite_lock());
        evidence
    }

    /// The key of its default encryption, where that names one.
    ///
    /// # Errors
    /// The call's gap.
    pub fn default_key<'a>(&self, organization: &'a Organization) -> Observed<Option<&'a Key>> {
        let (encryption, _) = self.read::<BucketEncryption>(Fact::BucketEncryption)?;
        let id = encryption.kms_master_key_id.as_deref().filter(|id| !id.is_empty());
        let (Some(id), Some(owner), Some(region)) = (id, self.owner, &self.region) else {
            return Ok(None);
        };
        let target = KeyTarget::new(id, owner, Some(region), region);
        Ok(organization.objects.keys.get(&target))
    }

    /// What its default retention is worth where nobody is asked about.
    ///
    /// # Errors
    /// The call's gap; `undecidable` where the mode is one that principals with a permission can bypass, and the user
    /// accepts it: that holds where nobody has that permission.
    pub fn lock(&self, policy: &Policy) -> Observed<Lock> {
        let Lock::Yields { mode, .. } = self.lock_kept(policy)? else {
            return self.lock_kept(policy);
        };
        let detail = format!(
            "{} locks in {mode} mode, which {BYPASS} lifts: whether somebody has that permission is not asked here",
            self.name
        );
        Err(Gap {
            account: self.owner,
            region: self.region.clone(),
            proof: self.cite_lock().map(Box::new),
            ..Gap::new(Fact::BucketObjectLock, Cause::Undecidable, detail)
        })
    }

    /// What its default retention says.
    ///
    /// # Errors
    /// The call's gap.
    pub fn lock_kept(&self, policy: &Policy) -> Observed<Lock> {
        let (lock, _) = self.read::<ObjectLock>(Fact::BucketObjectLock)?;
        if lock.object_lock_enabled.as_deref() != Some("Enabled") {
            return Ok(Lock::Off);
        }
        let Some(days) = lock_days(lock) else { return Ok(Lock::WithoutRule) };
        let mode = lock.default_retention.as_ref().and_then(|rule| rule.mode.clone());
        let mode = mode.unwrap_or_default();
        if mode != COMPLIANCE && mode != policy.lock_mode.as_str() {
            return Ok(Lock::OtherMode { mode, days });
        }
        if days < policy.lock_min_days() {
            return Ok(Lock::Short { mode, days });
        }
        Ok(if mode == COMPLIANCE { Lock::Holds { days } } else { Lock::Yields { mode, days } })
    }

    /// The default retention as proof, where it was read.
    #[must_use]
    pub fn cite_lock(&self) -> Option<Evidence> {
        let (lock, source) = self.read::<ObjectLock>(Fact::BucketObjectLock).ok()?;
        let retention = serde_json::to_value(&lock.default_retention).unwrap_or_default();
        Some(source.cite("Rule.DefaultRetention", retention))
    }

    /// Whether deleting a version asks for a second factor: MFA delete, which only the account's root can set.
    ///
    /// # Errors
    /// The call's gap.
    pub fn asks_for_mfa(&self) -> Observed<bool> {
        let (versioning, _) = self.read::<BucketVersioning>(Fact::BucketVersioning)?;
        Ok(versioning.status.as_deref() == Some("Enabled")
            && versioning.mfa_delete.as_deref() == Some("Enabled"))
    }
}

/// The mode that nobody can bypass.
const COMPLIANCE: &str = LockMode::Compliance.as_str();

/// The permission that lifts locks of the mode GOVERNANCE.
pub const BYPASS: &str = "s3:BypassGovernanceRetention";

/// What a bucket's default retention is worth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lock {
    /// Object Lock is off.
    Off,
    /// It is on, and new objects get no lock.
    WithoutRule,
    /// They get one of a mode that the user does not accept.
    OtherMode {
        /// The mode; empty where AWS gave none.
        mode: String,
        /// For so long.
        days: u32,
    },
    /// They get too short a one.
    Short {
        /// The mode.
        mode: String,
        /// For so long.
        days: u32,
    },
    /// They get one that is long enough, and of which the user accepts that [`BYPASS`] lifts it.
    Yields {
        /// The mode.
        mode: String,
        /// For so long.
        days: u32,
    },
    /// Nobody can take them away for as long as the user wants.
    Holds {
        /// For so long.
        days: u32,
    },
}
