//! Who can lift the locks of a bucket whose mode yields to a permission.

use super::{Question, Target};
use crate::account::AccountView;
use crate::bucket::Bucket;
use crate::evidence::Observed;
use crate::finding::{Status, Verdict};
use crate::policy::Policy;
use crate::safeguard::{BYPASS, Lock};

/// Whether somebody who is not approved has the permission that lifts the locks of a bucket in GOVERNANCE mode; fails for
/// all who have it. Who could come by it is the question of the checks on tampering principals.
///
/// # Errors
/// As [`Question::judge`]; where there may be logs that nobody was asked about.
pub fn lifted(bucket: &Bucket, account: &AccountView<'_>, policy: &Policy) -> Observed<Verdict> {
    let roll = account.roll()?;
    let target = Target::bucket(bucket, &[BYPASS], (roll, account.organization));
    Question {
        roll,
        targets: &[target],
        approved: &policy.approved_principals,
        strict: policy.strict_conditions,
        by_escalation: false,
        serving: None,
        can: "lift its locks, which are of GOVERNANCE mode",
    }
    .judge(|| account.organization.all_trails_complete())
}

/// Whether nobody can take away what a bucket locks for as long as the user wants, approved principals left aside.
///
/// # Errors
/// The call's gap, and for locks that yield as [`lifted`].
pub fn holds(bucket: &Bucket, account: &AccountView<'_>, policy: &Policy) -> Observed<bool> {
    match bucket.lock_kept(policy)? {
        Lock::Holds { .. } => Ok(true),
        Lock::Yields { .. } => Ok(lifted(bucket, account, policy)?.status == Status::Pass),
        Lock::Off | Lock::WithoutRule | Lock::OtherMode { .. } | Lock::Short { .. } => Ok(false),
    }
}
