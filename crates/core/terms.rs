//! All that a user may lay down beside the catalogue: the policies and the waivers.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::period::Period;
use crate::policies::Policies;
use crate::policy::Policy;
use crate::waiver::Waivers;

/// What a snapshot is judged by beside the checks.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Terms {
    /// What is expected of which account.
    pub policies: Policies,
    /// The exceptions.
    pub waivers: Waivers,
    /// The time that the audit is about; none: as far as event history reaches.
    pub period: Option<Period>,
}

impl From<Policy> for Terms {
    fn from(policy: Policy) -> Self {
        Self { policies: policy.into(), ..Self::default() }
    }
}

/// The policy as a report tells it: what differs from the catalogue's defaults.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyReport {
    /// The hash of all parameters and overrides: equal where two runs expected the same.
    pub sha256: String,
    /// The parameters that are not the default.
    pub parameters: Map<String, Value>,
    /// The overrides, in the order in which they apply.
    pub overrides: Vec<OverrideReport>,
}

/// An override as a report tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OverrideReport {
    /// The accounts that it is for, such as `ou "Root/Workloads"`.
    pub selects: String,
    /// What it changes.
    pub parameters: Map<String, Value>,
}

impl Policies {
    /// What differs from the catalogue's defaults; nothing where nothing does.
    #[must_use]
    pub fn report(&self) -> Option<PolicyReport> {
        let parameters = self.changed();
        let overrides: Vec<OverrideReport> = self
            .overrides
            .iter()
            .map(|one| OverrideReport {
                selects: one.selector().to_string(),
                parameters: one.changes().clone(),
            })
            .collect();
        if parameters.is_empty() && overrides.is_empty() {
            return None;
        }
        let mut hash = Sha256::new();
        hash.update(serde_json::to_vec(&(&self.base, &overrides)).unwrap_or_default());
        let sha256 = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        Some(PolicyReport { sha256, parameters, overrides })
    }
}
