//! Changes: what happens to accounts while they are being looked at.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::description::{Account, AccountState, RegionState};

/// Something that happens to one account at a point of virtual time, which counts from the first call.
///
/// From then on all answers follow: the lists that name the account, and the refusals that it gives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// When, in JSON as milliseconds.
    #[serde(with = "crate::millis")]
    pub after: Duration,
    /// The account's id.
    pub account: String,
    /// What.
    pub what: What,
}

/// What can happen to an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// It is closed: listed as such, closed to roles, and credentials lent before mean nothing any more.
    CloseAccount,
    /// A region is switched off: listed as such, and tokens are not recognized there.
    DisableRegion(String),
    /// A region is switched on.
    EnableRegion(String),
    /// Its roles can no longer be assumed.
    DenyRoles,
    /// A trail stops logging, in all regions.
    StopTrail(String),
    /// A trail is deleted.
    DeleteTrail(String),
}

impl Change {
    /// A change of an account after some virtual time.
    #[must_use]
    pub fn after(after: Duration, account: &str, what: What) -> Self {
        Self { after, account: account.to_owned(), what }
    }

    pub(crate) fn is_due(&self, account: &str, elapsed: Duration) -> bool {
        self.account == account && self.after <= elapsed
    }

    pub(crate) fn apply(&self, account: &mut Account) {
        match &self.what {
            What::CloseAccount => account.state = AccountState::Closed,
            What::DisableRegion(region) => {
                account.region_states.insert(region.clone(), RegionState::Disabled);
            }
            What::EnableRegion(region) => {
                account.region_states.insert(region.clone(), RegionState::Enabled);
            }
            What::DenyRoles => account.role_denied = true,
            What::StopTrail(name) => {
                for trail in account.trails.iter_mut().filter(|trail| trail.name == *name) {
                    let statuses = trail.status_in.values_mut().chain([&mut trail.status]);
                    statuses.for_each(|status| status.is_logging = false);
                }
            }
            What::DeleteTrail(name) => account.trails.retain(|trail| trail.name != *name),
        }
    }
}
