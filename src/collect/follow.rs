//! What only several accounts together can ask: the owners of buckets and keys that other accounts' trails name, and
//! who stands in for the management account.

use std::collections::BTreeSet;

use futures::StreamExt;
use futures::stream::FuturesUnordered;
use tokio::sync::OnceCell;
use trailproof_core::GraphBuilder;
use trailproof_core::aws::AccountId;
use trailproof_core::plan::follow_ups;
use trailproof_core::snapshot::{Document, Manifest, Probe};

use super::Work;
use super::reading::Run;
use crate::exit::Stop;

impl Run<'_> {
    /// Asks until no question is open. The graph is that of the accounts that matter, read back from the store.
    pub(super) async fn follow(
        &self,
        work: &mut Work<'_>,
        manifest: &Manifest,
        organization: &mut Document,
    ) -> Result<(), Stop> {
        let mut builder = GraphBuilder::new(manifest, organization);
        let mut added = BTreeSet::new();
        loop {
            let mut wanted = work.ledger.accounts();
            wanted.extend(delegates(&builder));
            for account in wanted.difference(&added.clone()) {
                if let Some(document) = work.store.get(*account) {
                    builder.add(&document);
                }
                added.insert(*account);
            }
            let open = follow_ups(&self.demand, &builder.graph(), organization);
            if open.organization.is_empty() && open.accounts.is_empty() {
                return Ok(());
            }
            let mut progress = !open.organization.is_empty();
            if progress {
                self.of_organization(open.organization, organization).await;
                work.store.put_organization(organization)?;
                builder.organization(organization);
            }
            let mut reading = FuturesUnordered::new();
            for (account, probes) in open.accounts {
                let document = work.store.get(account);
                let credentials = work.sessions.get(&account).cloned();
                reading.push(async move {
                    let mut document = document.unwrap_or_else(|| Document::new(account));
                    let session =
                        self.session_again(account, credentials.as_ref(), &mut document).await;
                    let Some(session) = session else { return (document, false) };
                    let again = OnceCell::new();
                    let asked: FuturesUnordered<_> = probes
                        .into_iter()
                        .map(|probe| self.ask((&session, &again), probe))
                        .collect();
                    let answers: Vec<_> = asked.filter_map(std::future::ready).collect().await;
                    let answered = !answers.is_empty();
                    document.observations.extend(answers);
                    (document, answered)
                });
            }
            while let Some((document, answered)) = reading.next().await {
                progress |= answered;
                builder.add(&document);
                work.store.put(document)?;
            }
            // Nobody answers any more: a run that is ending, or roles that let nobody in again.
            if !progress || self.ending.halted().is_some() {
                return Ok(());
            }
        }
    }

    async fn of_organization(&self, probes: Vec<Probe>, organization: &mut Document) {
        let caller = self.caller.caller(organization.account, self.partition());
        let again = OnceCell::new();
        for probe in probes {
            let answer = self.ask((&caller, &again), probe).await;
            organization.observations.extend(answer);
        }
    }
}

/// Who may be asked in place of the management account.
fn delegates(builder: &GraphBuilder) -> Vec<AccountId> {
    builder.delegated().map(<[_]>::to_vec).unwrap_or_default()
}
