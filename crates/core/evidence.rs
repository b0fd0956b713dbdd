//! What was read, or why it could not be: a gap is data and never turns into "off" or "fine".

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::aws::{AccountId, Region};
use crate::fact::Fact;

/// A value that was read, or the gap in its place. `?` carries the gap out of a check, where it becomes `unknown`.
pub type Observed<T> = Result<T, Gap>;

/// Why something could not be decided: the closed list that every report uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// The reader role of a member account could not be assumed.
    AssumeRoleDenied,
    /// The call was refused.
    AccessDenied,
    /// The call was refused by an explicit deny of a service control policy.
    ScpDenied,
    /// The region was switched off while the run went on.
    RegionDisabled,
    /// The region's endpoint could not be reached.
    RegionUnreachable,
    /// The account's list of regions was not read, so that "all regions" cannot be proved.
    RegionScopeUnproven,
    /// The region refused the token (a version 1 STS token in an opt-in region).
    TokenNotValidInRegion,
    /// The account is suspended, closing or closed.
    AccountNotActive,
    /// The object belongs to another account that this run did not or could not read.
    CrossAccountUnreadable,
    /// AWS throttled the call until retries ran out.
    Throttled,
    /// No answer came in time.
    Timeout,
    /// The service failed, or its answer could not be parsed, after retries.
    ServiceError,
    /// The service does not support the operation for this object.
    Unsupported,
    /// The credentials expired during the run.
    CredentialsExpired,
    /// The call was not made: the run was interrupted, or nobody asked for it.
    NotAttempted,
    /// This program was built without what asks the service.
    NotBuiltIn,
    /// All was read, and the rule cannot decide.
    Undecidable,
    /// Nobody handed over what it takes: it is not asked of AWS in a scan.
    NotSupplied,
    /// A fault of trailproof itself.
    InternalError,
}

impl Cause {
    /// All, in order.
    pub const ALL: [Self; 19] = [
        Self::AssumeRoleDenied,
        Self::AccessDenied,
        Self::ScpDenied,
        Self::RegionDisabled,
        Self::RegionUnreachable,
        Self::RegionScopeUnproven,
        Self::TokenNotValidInRegion,
        Self::AccountNotActive,
        Self::CrossAccountUnreadable,
        Self::Throttled,
        Self::Timeout,
        Self::ServiceError,
        Self::Unsupported,
        Self::CredentialsExpired,
        Self::NotAttempted,
        Self::NotBuiltIn,
        Self::Undecidable,
        Self::NotSupplied,
        Self::InternalError,
    ];

    /// The code that reports print, in snake case.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::AssumeRoleDenied => "assume_role_denied",
            Self::AccessDenied => "access_denied",
            Self::ScpDenied => "scp_denied",
            Self::RegionDisabled => "region_disabled",
            Self::RegionUnreachable => "region_unreachable",
            Self::RegionScopeUnproven => "region_scope_unproven",
            Self::TokenNotValidInRegion => "token_not_valid_in_region",
            Self::AccountNotActive => "account_not_active",
            Self::CrossAccountUnreadable => "cross_account_unreadable",
            Self::Throttled => "throttled",
            Self::Timeout => "timeout",
            Self::ServiceError => "service_error",
            Self::Unsupported => "unsupported",
            Self::CredentialsExpired => "credentials_expired",
            Self::NotAttempted => "not_attempted",
            Self::NotBuiltIn => "not_built_in",
            Self::Undecidable => "undecidable",
            Self::NotSupplied => "not_supplied",
            Self::InternalError => "internal_error",
        }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// One field of one API answer that a verdict rests on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// `service:Operation`.
    pub operation: String,
    /// The account whose credentials made the call.
    pub account_id: AccountId,
    /// The region called, or `global`.
    pub region: String,
    /// The trail, bucket or key asked about; empty where the call has none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub resource: String,
    /// The field of the answer in AWS's spelling, such as `LogFileValidationEnabled`; `error` where the call failed.
    pub field: String,
    /// The field's value; the error where the call failed; null where AWS left the field out.
    pub value: Value,
    /// When the call was made.
    pub read_at: Timestamp,
    /// AWS's id of the request, where one came back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// Where the observation lies in the snapshot: a document, `#`, and a JSON pointer.
    pub source: String,
}

/// Evidence that is missing, and why.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Gap {
    /// The kind of evidence that is missing.
    pub fact: Fact,
    /// Why it is missing.
    pub cause: Cause,
    /// The account that was asked, where one was.
    pub account: Option<AccountId>,
    /// The region that was asked, where the call has one.
    pub region: Option<Region>,
    /// A lower-case fragment for people: what was asked and what came back.
    pub detail: String,
    /// The failed call, where there was one; filled in when the gap is read from a snapshot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proof: Option<Box<Evidence>>,
}

impl Gap {
    /// A gap of this kind that no single call explains.
    #[must_use]
    pub fn new(fact: Fact, cause: Cause, detail: impl Into<String>) -> Self {
        Self { fact, cause, account: None, region: None, detail: detail.into(), proof: None }
    }
}

/// The first item for which the test holds. One witness outweighs any gap; without a witness the first gap comes out,
/// and only when everything was read and nothing held is the answer `None`. What was not read comes before what was
/// read and cannot be decided: a report must not look complete for the latter.
///
/// # Errors
/// The first gap among the items or their tests, where no witness was found.
pub fn find<T>(
    items: impl IntoIterator<Item = Observed<T>>,
    mut holds: impl FnMut(&T) -> Observed<bool>,
) -> Observed<Option<T>> {
    let mut gap: Option<Gap> = None;
    for item in items {
        let outcome = item.and_then(|item| holds(&item).map(|held| held.then_some(item)));
        match outcome {
            Ok(Some(witness)) => return Ok(Some(witness)),
            Ok(None) => {}
            Err(found) => {
                let undecidable = |gap: &Gap| gap.cause == Cause::Undecidable;
                if gap.as_ref().is_none_or(|first| undecidable(first) && !undecidable(&found)) {
                    gap = Some(found);
                }
            }
        }
    }
    gap.map_or(Ok(None), Err)
}

/// Three-valued "or" over any number of questions: true outweighs a gap, a gap outweighs false.
///
/// # Errors
/// The first gap, where none of the answers is true.
pub fn any(answers: impl IntoIterator<Item = Observed<bool>>) -> Observed<bool> {
    find(answers, |answer| Ok(*answer)).map(|witness| witness.is_some())
}

/// Three-valued "and" over any number of questions: false outweighs a gap, a gap outweighs true.
///
/// # Errors
/// The first gap, where none of the answers is false.
pub fn all(answers: impl IntoIterator<Item = Observed<bool>>) -> Observed<bool> {
    any(answers.into_iter().map(|answer| answer.map(|held| !held))).map(|refuted| !refuted)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gap() -> Observed<bool> {
        Err(Gap::new(Fact::Trails, Cause::AccessDenied, "denied"))
    }

    #[test]
    fn one_proof_outweighs_any_gap_and_a_gap_outweighs_a_refutation() {
        assert_eq!(any([gap(), Ok(true)]), Ok(true));
        assert_eq!(any([Ok(false), gap()]), gap());
        assert_eq!(any([Ok(false), Ok(false)]), Ok(false));
        assert_eq!(all([gap(), Ok(false)]), Ok(false));
        assert_eq!(all([Ok(true), gap()]), gap());
        assert_eq!(all([]), Ok(true));
        let undecidable = || Err(Gap::new(Fact::Trails, Cause::Undecidable, "odd"));
        assert_eq!(any([undecidable(), gap(), undecidable()]), gap());
    }
}
