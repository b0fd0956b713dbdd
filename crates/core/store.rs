//! One event data store of CloudTrail Lake: what it takes in, how long it keeps it, and who may end it.

use crate::answer::{EventDataStore, EventSelectors, PolicyText};
use crate::aws::{AccountId, Region};
use crate::evidence::{Cause, Evidence, Gap, Observed};
use crate::fact::Fact;
use crate::key::KeyTarget;
use crate::selector::{Half, Recorded, Selectors};
use crate::snapshot::{Source, Sourced};

mod outsiders;

pub use outsiders::Outsider;

/// An event data store, judged once, at its owner.
#[derive(Debug, Clone)]
pub struct Store {
    /// The identity.
    pub arn: String,
    /// The account in its ARN.
    pub owner: AccountId,
    /// Where it lies.
    pub region: Region,
    /// The user's name for it.
    pub name: Option<String>,
    pub(crate) described: Observed<Sourced<EventDataStore>>,
    pub(crate) policy: Observed<Sourced<PolicyText>>,
    pub(crate) listed: Source,
}

impl Store {
    /// Its settings and state.
    ///
    /// # Errors
    /// The gap of `GetEventDataStore`.
    pub fn described(&self) -> Observed<(&EventDataStore, &Source)> {
        self.described.as_ref().map(|read| (&read.value, &read.source)).map_err(Clone::clone)
    }

    /// The text of its resource policy; none inside where it has none.
    ///
    /// # Errors
    /// The gap of `GetResourcePolicy`.
    pub fn policy(&self) -> Observed<(&PolicyText, &Source)> {
        self.policy.as_ref().map(|read| (&read.value, &read.source)).map_err(Clone::clone)
    }

    /// That it is there, as proof.
    #[must_use]
    pub fn cite(&self) -> Evidence {
        self.listed.cite("EventDataStores[].EventDataStoreArn", self.arn.as_str())
    }

    /// The customer's key, where its settings were read and name one.
    #[must_use]
    pub fn key(&self) -> Option<&str> {
        self.described.as_ref().ok()?.value.kms_key_id.as_deref().filter(|id| !id.is_empty())
    }

    /// Where its key lies.
    pub(crate) fn key_target(&self) -> Option<KeyTarget> {
        Some(KeyTarget::new(self.key()?, self.owner, Some(&self.region), &self.region))
    }

    /// Whether it is known to take in every account of the organization.
    #[must_use]
    pub fn is_organization_store(&self) -> bool {
        self.described.as_ref().is_ok_and(|read| read.value.organization_enabled == Some(true))
    }

    /// What it takes in.
    ///
    /// # Errors
    /// As [`Self::described`].
    pub fn selectors(&self) -> Observed<Selectors> {
        let (described, _) = self.described()?;
        if described.advanced_event_selectors.is_empty() {
            return Err(Gap {
                account: Some(self.owner),
                region: Some(self.region.clone()),
                ..Gap::new(
                    Fact::EventDataStore,
                    Cause::Undecidable,
                    format!("GetEventDataStore shows no selectors of {}", self.arn),
                )
            });
        }
        Ok(Selectors::normalise(&EventSelectors {
            event_selectors: Vec::new(),
            advanced_event_selectors: described.advanced_event_selectors.clone(),
        }))
    }

    /// Whether it takes in all management events, both halves, nothing left out.
    ///
    /// # Errors
    /// As [`Self::selectors`].
    pub fn records_all_management(&self) -> Observed<bool> {
        let selectors = self.selectors()?;
        Ok(Half::BOTH.iter().all(|half| selectors.management(*half) == Recorded::Full))
    }
}
