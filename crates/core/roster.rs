//! Accounts, organizational units and regions, with the states that AWS gives them.

use serde::{Deserialize, Serialize};

use crate::aws::{AccountId, Region};

/// An account's state in its organization. AWS retires `Status` for `State`; the collector folds both into this.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AccountState {
    /// Created, not yet usable.
    PendingActivation,
    /// In use.
    Active,
    /// Suspended by AWS.
    Suspended,
    /// Being closed.
    PendingClosure,
    /// Closed.
    Closed,
    /// The organization was not read, or AWS gave a state that this version does not know.
    Unknown,
}

impl AccountState {
    /// AWS's word.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::PendingActivation => "PENDING_ACTIVATION",
            Self::Active => "ACTIVE",
            Self::Suspended => "SUSPENDED",
            Self::PendingClosure => "PENDING_CLOSURE",
            Self::Closed => "CLOSED",
            Self::Unknown => "UNKNOWN",
        }
    }

    /// Whether calls to it can work: what is not known to be inactive counts as active.
    #[must_use]
    pub fn is_active(self) -> bool {
        matches!(self, Self::Active | Self::Unknown)
    }
}

/// Whether a region is switched on for an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum OptInStatus {
    /// Switched on by the account.
    Enabled,
    /// On in every account.
    EnabledByDefault,
    /// Being switched on; in scope.
    Enabling,
    /// Being switched off; in scope, since activity still occurs.
    Disabling,
    /// Off; out of scope.
    Disabled,
    /// The account's list was not read, or AWS gave a status that this version does not know.
    Unknown,
}

impl OptInStatus {
    /// AWS's word.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Enabled => "ENABLED",
            Self::EnabledByDefault => "ENABLED_BY_DEFAULT",
            Self::Enabling => "ENABLING",
            Self::Disabling => "DISABLING",
            Self::Disabled => "DISABLED",
            Self::Unknown => "UNKNOWN",
        }
    }

    /// Whether trails must record there.
    #[must_use]
    pub fn in_scope(self) -> bool {
        !matches!(self, Self::Disabled)
    }
}

/// An account as `ListAccounts` gives it, with its place in the tree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct AccountEntry {
    /// The id.
    pub id: AccountId,
    /// The name; free text of the user's.
    pub name: String,
    /// The state.
    pub state: AccountState,
    /// When it joined, where AWS says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub joined_timestamp: Option<jiff::Timestamp>,
}

/// A region as `ListRegions` gives it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct RegionEntry {
    /// The code name.
    pub region_name: Region,
    /// Whether it is on.
    pub region_opt_status: OptInStatus,
}
