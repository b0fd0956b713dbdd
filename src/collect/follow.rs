//! What only several accounts together can ask: the owners of buckets and keys that other accounts' trails name, and
//! who stands in for the management account.
//!
//! Most of it is known long before the last account is read: which account owns the log bucket, once that account's
//! own list was read. That is asked at once, beside the accounts; what takes every account's answer comes at the end.

use std::collections::BTreeSet;
use std::pin::Pin;

use futures::stream::FuturesUnordered;
use futures::{FutureExt, StreamExt};
use tokio::sync::OnceCell;
use trailproof_core::GraphBuilder;
use trailproof_core::aws::{AccountId, Arn};
use trailproof_core::fact::Fact;
use trailproof_core::plan::follow_ups;
use trailproof_core::snapshot::{Document, Manifest, Observation, Probe};

use super::reading::Run;
use super::{Work, credentials::RoleCredentials};
use crate::exit::Stop;
use crate::keep::Store;

/// What one account answered.
pub(super) type Answers = (AccountId, Vec<(Probe, Observation)>);

/// Questions to one account, under way.
type Answering<'a> = Pin<Box<dyn Future<Output = Answers> + Send + 'a>>;

/// The graph of the accounts that matter, as far as they were read, and the questions that are under way.
pub(super) struct Follow<'a> {
    run: &'a Run<'a>,
    builder: GraphBuilder,
    added: BTreeSet<AccountId>,
    open: FuturesUnordered<Answering<'a>>,
    /// What was asked here, whether or not it is answered yet.
    asked: BTreeSet<(AccountId, Probe)>,
    /// How many of those accounts there must be before the graph is built again: twice as many each time, so that all
    /// building together costs little more than the last.
    due: usize,
}

impl<'a> Follow<'a> {
    pub(super) fn new(run: &'a Run<'a>, manifest: &Manifest, organization: &Document) -> Self {
        Self {
            run,
            builder: GraphBuilder::new(manifest, organization),
            added: BTreeSet::new(),
            open: FuturesUnordered::new(),
            asked: BTreeSet::new(),
            due: 1,
        }
    }

    /// Adds the documents of all accounts that matter by now. A run that goes on has documents of accounts that are
    /// being read once more: what they say now is not yet known.
    fn catch_up(&mut self, work: &Work<'_>) {
        let mut wanted = work.ledger.accounts();
        wanted.extend(self.builder.delegated().unwrap_or_default());
        for account in wanted {
            if !self.added.contains(&account)
                && work.done.contains(&account)
                && let Some(document) = work.store.get(account)
            {
                self.builder.add(&document);
                self.added.insert(account);
            }
        }
    }

    /// Asks what is certain by now, if enough has come in since the last time.
    pub(super) fn early(&mut self, work: &Work<'_>, organization: &Document) {
        if work.ledger.accounts().len() < self.due {
            return;
        }
        self.catch_up(work);
        self.due = (self.added.len() * 2).max(1);
        let open = follow_ups(&self.run.demand, &self.builder.graph(), organization);
        let read = open.accounts.into_iter().filter(|(account, _)| work.done.contains(account));
        for (account, probes) in read {
            let certain = probes.into_iter().filter(|probe| is_certain(account, probe)).collect();
            self.put(account, certain, work);
        }
    }

    /// Puts what was not put before.
    fn put(&mut self, account: AccountId, mut probes: Vec<Probe>, work: &Work<'_>) -> bool {
        probes.retain(|probe| self.asked.insert((account, probe.clone())));
        if probes.is_empty() {
            return false;
        }
        let document = work.store.get(account).unwrap_or_else(|| Document::new(account));
        let credentials = work.sessions.get(&account).cloned();
        self.open.push(Box::pin(answered(self.run, document, (credentials, probes))));
        true
    }

    /// Whether a question is under way.
    pub(super) fn is_asking(&self) -> bool {
        !self.open.is_empty()
    }

    /// Waits for the next answers.
    pub(super) async fn next(&mut self) -> Option<Answers> {
        self.open.next().await
    }

    /// Keeps what was answered.
    pub(super) fn keep(&mut self, answers: Answers, store: &mut Store) -> Result<(), Stop> {
        let (account, answers) = answers;
        if answers.is_empty() {
            return Ok(());
        }
        let mut document = store.get(account).unwrap_or_else(|| Document::new(account));
        document.observations.extend(answers);
        self.builder.add(&document);
        store.put(document)
    }

    /// Asks until no question is open, now that every account was read.
    pub(super) async fn to_the_end(
        mut self,
        work: &mut Work<'_>,
        organization: &mut Document,
    ) -> Result<(), Stop> {
        loop {
            self.catch_up(work);
            let open = follow_ups(&self.run.demand, &self.builder.graph(), organization);
            if !open.organization.is_empty() {
                self.of_organization(open.organization, organization).await;
                work.store.put_organization(organization)?;
                self.builder.organization(organization);
                if self.run.ending.halted().is_none() {
                    continue;
                }
            }
            let mut put = false;
            for (account, probes) in open.accounts {
                put |= self.put(account, probes, work);
            }
            // An answer may open the next question: the region of a bucket, before all that is asked there.
            match self.next().await {
                Some(answers) => {
                    self.keep(answers, &mut work.store)?;
                    // Those that came at the same time: the graph is built once for all of them.
                    while let Some(Some(answers)) = self.next().now_or_never() {
                        self.keep(answers, &mut work.store)?;
                    }
                }
                // All is answered, or nobody answers any more: a role that lets nobody in again.
                None if !put => return Ok(()),
                None => {}
            }
            if self.run.ending.halted().is_some() {
                while let Some(answers) = self.next().await {
                    self.keep(answers, &mut work.store)?;
                }
                return Ok(());
            }
        }
    }

    async fn of_organization(&self, probes: Vec<Probe>, organization: &mut Document) {
        let caller = self.run.caller.caller(organization.account, self.run.partition());
        let again = OnceCell::new();
        for probe in probes {
            let answer = self.run.ask((&caller, &again), probe).await;
            organization.observations.extend(answer);
        }
    }
}

/// Whether no account that is still to be read could change to whom this question goes: a bucket's owner has listed it,
/// a key's own account answers for it.
fn is_certain(account: AccountId, probe: &Probe) -> bool {
    match probe.fact {
        Fact::AccountPublicAccessBlock => true,
        Fact::Key => {
            let arn = probe.resource.as_deref().and_then(|id| Arn::parse(id).ok());
            arn.and_then(|arn| arn.account_id()) == Some(account)
        }
        fact => Fact::OF_A_BUCKET.contains(&fact),
    }
}

async fn answered(
    run: &Run<'_>,
    mut document: Document,
    (credentials, probes): (Option<RoleCredentials>, Vec<Probe>),
) -> Answers {
    let account = document.account;
    let session = run.session_again(account, credentials.as_ref(), &mut document).await;
    let Some(session) = session else { return (account, Vec::new()) };
    let again = OnceCell::new();
    let asked: FuturesUnordered<_> =
        probes.into_iter().map(|probe| run.ask((&session, &again), probe)).collect();
    (account, asked.filter_map(std::future::ready).collect().await)
}
