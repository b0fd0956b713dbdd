//! Who belongs to us: the accounts of the organization and those that the user trusts.

use std::fmt;

use trailproof_iam::pattern::{Case, matches};

use crate::aws::{AccountId, Arn};
use crate::evidence::Observed;
use crate::organization::Organization;
use crate::policy::Policy;

/// The accounts inside, the organization's id, and who may administer logging.
pub struct Realm<'a> {
    inside: Box<dyn Fn(AccountId) -> Observed<bool> + 'a>,
    organization: Observed<Option<&'a str>>,
    approved: &'a [String],
}

impl fmt::Debug for Realm<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Realm").field("organization", &self.organization).finish_non_exhaustive()
    }
}

impl<'a> Realm<'a> {
    /// A realm of the accounts for which the function says yes.
    pub fn new(
        inside: impl Fn(AccountId) -> Observed<bool> + 'a,
        organization: Observed<Option<&'a str>>,
        approved: &'a [String],
    ) -> Self {
        Self { inside: Box::new(inside), organization, approved }
    }

    /// The accounts of the organization as read and those that are trusted besides.
    #[must_use]
    pub fn of(organization: &'a Organization, policy: &'a Policy) -> Self {
        let trusted = &policy.trusted_log_accounts;
        let inside = move |account: AccountId| {
            if trusted.contains(&account) || organization.members.contains_key(&account) {
                return Ok(true);
            }
            if organization.management()? == Some(account) {
                return Ok(true);
            }
            match organization.description {
                Ok(None) => Ok(false),
                _ => organization.is_listed().map(|()| false),
            }
        };
        Self::new(inside, organization.id(), &policy.approved_principals)
    }

    /// Whether an account is inside.
    ///
    /// # Errors
    /// Where it is none of those known, and not all are known.
    pub fn holds(&self, account: AccountId) -> Observed<bool> {
        (self.inside)(account)
    }

    /// Whether that is this organization's id.
    ///
    /// # Errors
    /// Where the organization was not read.
    pub fn is_organization(&self, id: &str) -> Observed<bool> {
        Ok(self.organization()? == Some(id))
    }

    /// The organization's id; none for a lone account.
    ///
    /// # Errors
    /// Where the organization was not read.
    pub fn organization(&self) -> Observed<Option<&'a str>> {
        self.organization.clone()
    }

    /// Whether a principal's ARN, or a pattern of such, is one that the user approved. A pattern is approved only where
    /// it cannot be wider than what the user wrote.
    #[must_use]
    pub fn approves(&self, arn: &str) -> bool {
        let wide = arn.contains(['*', '?']);
        self.approved.iter().any(|glob| {
            glob == arn || (matches(glob, arn, Case::Sensitive) && !(wide && glob.contains('?')))
        })
    }
}

/// The account that a principal's or trail's ARN, or a bare id, names in full.
#[must_use]
pub fn account_of(text: &str) -> Option<AccountId> {
    text.parse().ok().or_else(|| Arn::parse(text).ok()?.account_id())
}
