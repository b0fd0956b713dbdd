//! The event histories of those who may change what other accounts depend on, kept for all of them.

use std::sync::Arc;

use super::GraphBuilder;
use crate::aws::AccountId;
use crate::evidence::{Cause, Gap, Observed};
use crate::fact::Fact;
use crate::organization::Organization;
use crate::snapshot::{Document, Probe};

impl GraphBuilder {
    /// Keeps what event history tells of the management account and of those who administer CloudTrail for it.
    pub(super) fn add_history(&mut self, document: &Document) {
        let management = self
            .description
            .as_ref()
            .ok()
            .and_then(|read| Some(read.as_ref()?.value.master_account_id));
        let delegates = self.delegated_administrators.as_deref().unwrap_or_default();
        if management != Some(document.account) && !delegates.contains(&document.account) {
            return;
        }
        let told = |probe: &&Probe| Fact::OF_HISTORY.contains(&probe.fact);
        let probes = document.observations.keys().filter(told);
        let observations = probes
            .filter_map(|probe| Some((probe.clone(), document.observations.get(probe)?.clone())))
            .collect();
        let history = Document { observations, ..Document::new(document.account) };
        self.histories.insert(document.account, Arc::new(history));
    }
}

impl Organization {
    /// The histories of those who may change the trails that record an account beside its own: the management account
    /// and the delegated administrators of CloudTrail, as far as they were read.
    pub(crate) fn trail_administrators(&self) -> Vec<&Document> {
        self.histories.values().map(|document| &**document).collect()
    }

    /// Who else may have changed the trails of an organization's owner, and was not read.
    pub(crate) fn administrators_unread(&self, owner: AccountId) -> Vec<Gap> {
        let delegates = self.delegated_administrators.as_ref();
        let delegates = delegates.map(Vec::as_slice).map_err(Clone::clone);
        let unread = |account: AccountId| Gap {
            account: Some(account),
            ..Gap::new(
                Fact::TrailHistory,
                Cause::CrossAccountUnreadable,
                format!(
                    "{account} may change the organization's trails, and its history was not read"
                ),
            )
        };
        let accounts = [owner].into_iter().chain(delegates.iter().copied().flatten().copied());
        let missing = accounts.filter(|account| !self.histories.contains_key(account)).map(unread);
        missing.chain(delegates.as_ref().err().cloned()).collect()
    }

    /// What event history tells of the management account.
    ///
    /// # Errors
    /// Where the organization or that account was not read.
    pub(crate) fn management_history(&self) -> Observed<Option<&Document>> {
        let Some(management) = self.management()? else { return Ok(None) };
        match self.histories.get(&management) {
            Some(document) => Ok(Some(document)),
            None => Err(Gap {
                account: Some(management),
                ..Gap::new(
                    Fact::OrganizationHistory,
                    Cause::CrossAccountUnreadable,
                    format!("the management account {management} was not read"),
                )
            }),
        }
    }
}
