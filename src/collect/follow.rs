//! What only several accounts together can ask: the owners of buckets and keys that other accounts' trails name, and
//! who stands in for the management account.
//!
//! Most of it is known long before the last account is read: which account owns the log bucket, once that account's
//! own list was read. That is asked at once, beside the accounts; what takes every account's answer comes at the end.

use std::collections::{BTreeSet, VecDeque};
use std::pin::Pin;

use futures::StreamExt;
use futures::stream::FuturesUnordered;
use tokio::sync::OnceCell;
use trailproof_core::GraphBuilder;
use trailproof_core::answer::OrganizationDescription;
use trailproof_core::aws::{AccountId, Arn};
use trailproof_core::fact::Fact;
use trailproof_core::plan::{account_tags, follow_ups};
use trailproof_core::snapshot::{Document, Manifest, Observation, Probe};

use super::reading::Run;
use super::{Work, credentials::Kept};
use crate::exit::Stop;

/// So many questions about the organization are under way at once: Organizations bears little.
const AT_ONCE: usize = 8;

/// So many accounts' documents may go into graphs while the last accounts are still being read: what each of those that
/// are read by then opens need not wait for others that hang.
const GRAPHS: usize = 1000;

/// What one account answered.
pub(super) type Answers = (AccountId, Vec<(Probe, Observation)>);

/// Questions to one account, under way.
type Answering<'a> = Pin<Box<dyn Future<Output = Answers> + Send + 'a>>;

/// What is known before any account's own evidence.
#[derive(Clone, Copy)]
pub(super) struct Known<'a> {
    pub(super) manifest: &'a Manifest,
    pub(super) organization: &'a Document,
}

impl Known<'_> {
    /// The graph of the accounts that matter by now, as far as they were read in this run: what an earlier run left of
    /// an account is still being added to. Of the others it knows nothing, since it need not.
    fn of_those_that_matter(self, work: &Work<'_>) -> GraphBuilder {
        let probe = Probe::global(Fact::DelegatedAdministrators);
        let mut matter = work.ledger.accounts();
        if let Ok((delegates, _)) = self.organization.read::<Vec<AccountId>>(&probe) {
            matter.extend(delegates);
        }
        let organization = Probe::global(Fact::Organization);
        let described = self.organization.read::<Option<OrganizationDescription>>(&organization);
        if let Ok((Some(organization), _)) = described {
            matter.insert(organization.master_account_id);
        }
        let mut manifest = self.manifest.clone();
        // What is left out may own what nobody lists.
        manifest.accounts.retain(|account| !account.in_scope || matter.contains(&account.id));
        let mut builder = GraphBuilder::new(&manifest, self.organization);
        for account in matter.iter().filter(|account| work.read.contains(account)) {
            if let Some(document) = work.store.get(*account) {
                builder.add(&document);
            }
        }
        builder
    }
}

/// The questions that were put, and those that are under way.
pub(super) struct Follow<'a> {
    run: &'a Run<'a>,
    open: FuturesUnordered<Answering<'a>>,
    /// What came in while the organization was asked.
    arrived: VecDeque<Answers>,
    /// What is to be put to whom as soon as there is room: what is under way holds the account's document and every
    /// request in memory, and in a large organization a thousand accounts have questions at one moment.
    waiting: VecDeque<(AccountId, Vec<Probe>)>,
    /// So many accounts are under way at once.
    room: usize,
    /// What was asked here, whether or not it is answered yet.
    asked: BTreeSet<(AccountId, Probe)>,
    /// How many accounts must be read before the graph is built again: twice as many each time, so that all building
    /// together costs little more than the last.
    due: usize,
    /// Of how many accounts the last graph was.
    size: usize,
    /// How many accounts have answered since then.
    answered: usize,
    /// Whether an answer has come since then that may open another question.
    opened: bool,
}

/// The answers that name what is to be asked next: a region, a key, another bucket. No other is worth a new graph.
const OPENING: [Fact; 9] = [
    Fact::BucketHead,
    Fact::BucketLogging,
    Fact::BucketReplication,
    Fact::BucketEncryption,
    Fact::LogGroup,
    Fact::MetricFilters,
    Fact::Alarms,
    Fact::Key,
    Fact::DetectorAdministrators,
];

impl<'a> Follow<'a> {
    pub(super) fn new(run: &'a Run<'a>) -> Self {
        Self {
            run,
            open: FuturesUnordered::new(),
            arrived: VecDeque::new(),
            waiting: VecDeque::new(),
            room: run.caller.pace().accounts(),
            asked: BTreeSet::new(),
            due: 1,
            size: 0,
            answered: 0,
            opened: false,
        }
    }

    /// Asks what is certain by now, if enough has come in since the last time, or if so few accounts are left to be read
    /// that it may be for their trouble.
    pub(super) fn early(&mut self, work: &Work<'_>, (left, known): (usize, Known<'_>)) {
        if work.read.len() >= self.due || (left > 0 && self.is_near(left)) {
            self.due = work.read.len() * 2;
            self.now(work, known);
        }
    }

    /// Asks what the answers opened that have come in, once no more of them are under way: the bucket to which a log
    /// bucket's copies go need not wait for accounts that have nothing to do with it. Towards the end, once half of them
    /// have come, as after it.
    pub(super) fn next_hop(&mut self, work: &Work<'_>, (left, known): (usize, Known<'_>)) {
        if self.opened && (!self.is_asking() || (self.is_near(left) && self.is_half_answered())) {
            self.now(work, known);
        }
    }

    /// Whether only so few accounts are left to be read.
    fn is_near(&self, left: usize) -> bool {
        left <= (GRAPHS / self.size.max(1)).clamp(4, 64)
    }

    fn is_half_answered(&self) -> bool {
        self.answered >= self.open.len() + self.arrived.len() + self.waiting.len()
    }

    fn now(&mut self, work: &Work<'_>, known: Known<'_>) {
        let graph = known.of_those_that_matter(work).into_graph();
        self.size = graph.members.len();
        (self.answered, self.opened) = (0, false);
        for (account, probes) in follow_ups(&self.run.demand, &graph, known.organization).accounts {
            let certain = probes.into_iter().filter(|probe| is_certain(account, probe)).collect();
            self.put(account, certain);
        }
        self.fill(work);
    }

    /// Puts what was not put before.
    fn put(&mut self, account: AccountId, mut probes: Vec<Probe>) -> bool {
        probes.retain(|probe| self.asked.insert((account, probe.clone())));
        if probes.is_empty() {
            return false;
        }
        self.waiting.push_back((account, probes));
        true
    }

    /// Turns to as many of the accounts that wait as there is room for; to none once the run ends.
    fn fill(&mut self, work: &Work<'_>) {
        if self.run.ending.halted().is_some() {
            self.waiting.clear();
        }
        while self.open.len() < self.room {
            let Some((account, probes)) = self.waiting.pop_front() else { return };
            let document = work.store.get(account).unwrap_or_else(|| Document::new(account));
            let credentials = work.sessions.get(&account).cloned();
            self.open.push(Box::pin(answered(self.run, document, (credentials, probes))));
        }
    }

    /// Whether a question is under way.
    pub(super) fn is_asking(&self) -> bool {
        !(self.open.is_empty() && self.arrived.is_empty() && self.waiting.is_empty())
    }

    /// Waits for the next answers.
    pub(super) async fn next(&mut self) -> Option<Answers> {
        match self.arrived.pop_front() {
            Some(answers) => Some(answers),
            None => self.open.next().await,
        }
    }

    /// Keeps what was answered.
    pub(super) fn keep(
        &mut self,
        (account, answers): Answers,
        work: &mut Work<'_>,
    ) -> Result<(), Stop> {
        self.fill(work);
        self.answered += 1;
        if answers.is_empty() {
            return Ok(());
        }
        self.opened |= answers.iter().any(|(probe, _)| OPENING.contains(&probe.fact));
        let mut document = work.store.get(account).unwrap_or_else(|| Document::new(account));
        document.observations.extend(answers);
        work.ledger.links(&document);
        work.store.put(document)
    }

    /// Asks until no question is open, now that every account was read.
    pub(super) async fn finish(
        mut self,
        work: &mut Work<'_>,
        (manifest, organization): (&Manifest, &mut Document),
    ) -> Result<(), Stop> {
        // Whom to ask about stands in the list, which lies in the store alone.
        let tags = if self.run.demand.wants(Fact::AccountTags) {
            let whole = work.store.whole(organization.clone())?;
            account_tags(&self.run.demand, manifest, &whole)
        } else {
            Vec::new()
        };
        if !tags.is_empty() {
            self.of_organization(tags, organization).await;
            work.store.put_organization(&work.store.whole(organization.clone())?)?;
        }
        loop {
            // Built anew for each hop: a graph that is kept up to date beside the one that is asked takes twice the memory.
            let graph = Known { manifest, organization }.of_those_that_matter(work).into_graph();
            let open = follow_ups(&self.run.demand, &graph, organization);
            drop(graph);
            if !open.organization.is_empty() {
                self.of_organization(open.organization, organization).await;
                work.store.put_organization(&work.store.whole(organization.clone())?)?;
                // Whoever stands in for the management account matters now.
                if self.run.ending.halted().is_none() {
                    continue;
                }
            }
            let mut put = false;
            for (account, probes) in open.accounts {
                put |= self.put(account, probes);
            }
            self.fill(work);
            if !self.is_asking() && !put {
                // All is answered, or nobody answers any more: a role that lets nobody in again.
                return Ok(());
            }
            // An answer may open the next question: the region of a bucket, before all that is asked there. The graph is
            // built again once half of what was open is answered, so that one account that hangs keeps no other waiting,
            // and a thousand that answer one by one do not build a thousand graphs.
            self.answered = 0;
            while let Some(answers) = self.next().await {
                self.keep(answers, work)?;
                if self.opened && self.is_half_answered() && self.run.ending.halted().is_none() {
                    break;
                }
            }
            self.opened = false;
            if self.run.ending.halted().is_some() {
                return Ok(());
            }
        }
    }

    /// Asks the organization. What is under way beside it must go on: a call may hold a turn for which these wait.
    async fn of_organization(&mut self, probes: Vec<Probe>, organization: &mut Document) {
        let caller = self.run.caller.caller(organization.account, self.run.partition());
        let again = OnceCell::new();
        let asked = probes.into_iter().map(|probe| self.run.ask((&caller, &again), probe));
        let mut answers = futures::stream::iter(asked).buffer_unordered(AT_ONCE);
        loop {
            tokio::select! {
                answer = answers.next() => match answer {
                    Some(answer) => organization.observations.extend(answer),
                    None => return,
                },
                Some(answers) = self.open.next() => self.arrived.push_back(answers),
            }
        }
    }
}

/// Whether no account that is still to be read could change to whom this question goes: a bucket's owner has listed it,
/// a key's own account answers for it. What is asked beside a log group, and of the history of any of these, goes to the
/// same accounts.
fn is_certain(account: AccountId, probe: &Probe) -> bool {
    match probe.fact {
        Fact::AccountPublicAccessBlock
        | Fact::ServiceLinkedRole
        | Fact::Alarms
        | Fact::MuteRules
        | Fact::Channels
        | Fact::DetectorAdministrators
        | Fact::DetectorOrganization
        | Fact::BucketHistory
        | Fact::KeyHistory
        | Fact::DetectionHistory
        | Fact::OrganizationHistory => true,
        Fact::Key
        | Fact::KeyRotation
        | Fact::KeyPolicy
        | Fact::Topic
        | Fact::LogGroup
        | Fact::MetricFilters
        | Fact::SubscriptionFilters => {
            let arn = probe.resource.as_deref().and_then(|id| Arn::parse(id).ok());
            arn.and_then(|arn| arn.account_id()) == Some(account)
        }
        fact => Fact::OF_A_BUCKET.contains(&fact),
    }
}

async fn answered(
    run: &Run<'_>,
    mut document: Document,
    (credentials, probes): (Option<Kept>, Vec<Probe>),
) -> Answers {
    let account = document.account;
    let session = run.session_again(account, credentials.as_ref(), &mut document).await;
    let Some(session) = session else { return (account, Vec::new()) };
    let again = OnceCell::new();
    let asked: FuturesUnordered<_> =
        probes.into_iter().map(|probe| run.ask((&session, &again), probe)).collect();
    (account, asked.filter_map(std::future::ready).collect().await)
}
