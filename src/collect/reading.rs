//! One account, from its role to the last answer that it alone can give.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use futures::StreamExt;
use futures::stream::FuturesUnordered;
use tokio::sync::OnceCell;
use trailproof_core::answer::{Answer, RoleSession};
use trailproof_core::aws::AccountId;
use trailproof_core::evidence::Cause;
use trailproof_core::fact::Fact;
use trailproof_core::plan::{Demand, may_open, missing};
use trailproof_core::roster::OptInStatus;
use trailproof_core::snapshot::{Document, Manifest, Observation, Outcome, Probe};

use super::aws::Aws;
use super::credentials::{Kept, Role};
use super::ending::{Ending, Halt};
use super::gap::Failure;
use super::session::Session;
use super::{Identity, Request, account, ask, roster};

/// What an account that refused a token said of its regions when it was asked once more.
pub(super) type Again = OnceCell<Result<Answer, Failure>>;

/// A run under way.
pub(super) struct Run<'a> {
    /// As whom the caller's own account and the organization are asked.
    pub(super) caller: &'a Aws,
    /// From where members are entered: the caller, or the end of a chain of roles. Never used for the caller's own
    /// account: the chain's credentials are of another one, which would answer in its place.
    members: Aws,
    pub(super) request: &'a Request,
    /// The kinds of evidence.
    pub(super) demand: Demand,
    /// What planning needs of the run; its accounts are not known yet.
    manifest: Manifest,
    management: OnceLock<Option<AccountId>>,
    pub(super) ending: &'a Ending,
}

/// What was read of an account.
pub(super) struct Read {
    pub(super) document: Document,
    /// To ask it again with; none for the caller's own account, or where it was not entered.
    pub(super) credentials: Option<Kept>,
    /// Whether nothing is missing that it alone can tell.
    pub(super) complete: bool,
    /// Whether the document says more than when it was kept.
    pub(super) changed: bool,
}

/// Whether a later call may bring what this one did not: the cause lies in the moment and not in permissions.
fn is_passing(cause: Cause) -> bool {
    match cause {
        Cause::RegionUnreachable
        | Cause::Throttled
        | Cause::Timeout
        | Cause::ServiceError
        | Cause::CredentialsExpired
        | Cause::NotAttempted
        | Cause::NotBuiltIn
        | Cause::InternalError => true,
        Cause::AssumeRoleDenied
        | Cause::AccessDenied
        | Cause::ScpDenied
        | Cause::RegionDisabled
        | Cause::RegionScopeUnproven
        | Cause::TokenNotValidInRegion
        | Cause::AccountNotActive
        | Cause::CrossAccountUnreadable
        | Cause::Unsupported
        | Cause::Undecidable
        | Cause::NotSupplied => false,
    }
}

/// Takes out what failed for a passing cause, so that it is asked again. Tells whether there was any.
pub(super) fn forget_passing(document: &mut Document) -> bool {
    let before = document.observations.len();
    document.observations.retain(|_, observation| match &observation.outcome {
        Outcome::Answer(_) => true,
        Outcome::Gap(gap) => !is_passing(gap.cause),
    });
    before > document.observations.len()
}

impl<'a> Run<'a> {
    pub(super) fn new(
        caller: &'a Aws,
        request: &'a Request,
        identity: &Identity,
        ending: &'a Ending,
    ) -> Self {
        Self {
            caller,
            members: caller.behind(&request.role),
            request,
            demand: Demand::facts(request.plan.facts.iter().copied()),
            manifest: super::manifest(request, identity),
            management: OnceLock::new(),
            ending,
        }
    }

    /// The caller's partition.
    pub(super) fn partition(&self) -> &trailproof_core::aws::Partition {
        &self.manifest.partition
    }

    fn how(&self) -> ask::How {
        ask::How { clock: self.request.clock, pages: self.request.plan.lookup_max_pages }
    }

    /// Says which account manages the organization, once that is known.
    pub(super) fn managed_by(&self, management: Option<AccountId>) {
        let _ = self.management.set(management);
    }

    /// Puts a question; nothing where the run ended before an answer came.
    pub(super) async fn ask(
        &self,
        (session, again): (&Session, &Again),
        probe: Probe,
    ) -> Option<(Probe, Observation)> {
        let asked = async {
            let lent = session.lent().await;
            let mut observation = ask::ask(session, &probe, self.how()).await;
            if cause(&observation) == Some(Cause::CredentialsExpired) {
                match session.replace(lent).await {
                    Ok(()) => {
                        observation = ask::ask(session, &probe, self.how()).await;
                    }
                    Err(failure) => self.consider(&failure).await,
                }
            }
            if cause(&observation) == Some(Cause::TokenNotValidInRegion) {
                explain(session, &probe, (&mut observation, again)).await;
            }
            observation
        };
        let observation = tokio::select! {
            biased;
            observation = asked => observation,
            () = self.ending.is_over() => return None,
        };
        // A call that the ending kept from being made says nothing of AWS.
        let kept =
            self.ending.halted().is_none() || cause(&observation) != Some(Cause::NotAttempted);
        kept.then_some((probe, observation))
    }

    /// Whether it is the caller whose credentials have ended: then the whole run has.
    pub(super) async fn consider(&self, failure: &Failure) {
        if failure.cause != Cause::CredentialsExpired || self.ending.halted().is_some() {
            return;
        }
        let known = self.caller.sts().get_caller_identity().send().await.map_err(Failure::from);
        if known.is_err_and(|failure| failure.cause == Cause::CredentialsExpired) {
            self.ending.halt(Halt::CredentialsExpired);
        }
    }

    /// All that one account alone can tell, beside what is known of it already.
    pub(super) async fn account(&self, account: AccountId, kept: Option<Document>) -> Read {
        let mut changed = kept.is_none();
        let mut document = kept.unwrap_or_else(|| Document::new(account));
        changed |= forget_passing(&mut document);
        // What was asked of other accounts' objects is left to the end of the run.
        if !changed && missing(&self.demand, &self.manifest, &document).is_empty() {
            return Read { document, credentials: None, complete: true, changed };
        }
        let Some(session) = self.session(account, &mut document).await else {
            let complete = self.is_complete(&document);
            return Read { document, credentials: None, complete, changed: true };
        };
        let again = OnceCell::new();
        let mut asked = BTreeSet::new();
        let mut open = FuturesUnordered::new();
        let mut opens = true;
        loop {
            if opens && self.ending.halted().is_none() {
                for probe in missing(&self.demand, &self.manifest, &document) {
                    if asked.insert(probe.clone()) {
                        open.push(self.ask((&session, &again), probe));
                    }
                }
            }
            let Some(answer) = open.next().await else {
                // It was looked right now.
                if opens {
                    break;
                }
                opens = true;
                continue;
            };
            opens = answer.as_ref().is_some_and(|(probe, answer)| may_open(probe, answer));
            document.observations.extend(answer);
        }
        drop(open);
        let complete = self.is_complete(&document);
        Read { document, credentials: session.into_credentials(), complete, changed: true }
    }

    fn is_complete(&self, document: &Document) -> bool {
        missing(&self.demand, &self.manifest, document).is_empty()
    }

    /// The role of that account.
    fn role(&self, account: AccountId) -> Role {
        let mut role = self.request.role.clone();
        let management = self.management.get().copied().flatten();
        if let Some(name) =
            self.request.management_role.as_ref().filter(|_| management == Some(account))
        {
            role.name.clone_from(name);
        }
        role
    }

    /// Enters the account's role, unless it is the caller's own account.
    async fn session(&self, account: AccountId, document: &mut Document) -> Option<Session> {
        let partition = &self.manifest.partition;
        if account == self.manifest.caller_account {
            return Some(self.caller.caller(account, partition));
        }
        let role = self.role(account);
        let probe = Probe::global(Fact::Session);
        let known = document.observations.contains_key(&probe);
        if known && document.answer(&probe).is_err() {
            return None;
        }
        let called_at = self.request.clock.now();
        let (entered, record) = tokio::select! {
            biased;
            entered = self.members.enter(account, partition, &role) => entered,
            () = self.ending.is_over() => return None,
        };
        let arn = role.arn(account, partition);
        let (outcome, session) = match entered {
            Ok(session) => {
                (Ok(Answer::Session(RoleSession { role_arn: arn.clone() })), Some(session))
            }
            Err(failure) => {
                self.consider(&failure).await;
                if failure.cause == Cause::NotAttempted && self.ending.halted().is_some() {
                    return None;
                }
                (Err(roster::refused(failure, &arn)), None)
            }
        };
        // Entered before, in a run that is resumed: what was read then stays, whatever the role says now.
        if !known {
            let mut observation = ask::observation(account, &probe, called_at, (outcome, record));
            observation.parameters.insert("RoleArn".to_owned(), arn);
            document.observations.insert(probe, observation);
        }
        session
    }

    /// An account again, with the credentials that it had.
    pub(super) async fn session_again(
        &self,
        account: AccountId,
        credentials: Option<&Kept>,
        document: &mut Document,
    ) -> Option<Session> {
        match credentials {
            Some(credentials) => {
                let role = self.role(account);
                Some(self.members.again(account, &self.manifest.partition, (&role, credentials)))
            }
            None => self.session(account, document).await,
        }
    }
}

fn cause(observation: &Observation) -> Option<Cause> {
    match &observation.outcome {
        Outcome::Answer(_) => None,
        Outcome::Gap(gap) => Some(gap.cause),
    }
}

/// A token that means nothing to AWS: whether the region was switched off since the account listed its regions, the
/// account says once more; one whose tokens mean nothing even there was closed in the meantime.
async fn explain(
    session: &Session,
    probe: &Probe,
    (observation, again): (&mut Observation, &Again),
) {
    let Outcome::Gap(gap) = &mut observation.outcome else { return };
    // A call of its own beside the question's, whose record it must not touch.
    let asked = async || super::recorder::recorded(account::regions(session)).await.0;
    let now = match again.get_or_init(asked).await {
        Ok(Answer::Regions(regions)) => regions,
        Err(failure) if failure.cause == Cause::TokenNotValidInRegion => {
            gap.cause = Cause::AccountNotActive;
            gap.detail = format!(
                "{}; ListRegions is refused alike: the account was closed or suspended",
                gap.detail
            );
            return;
        }
        _ => return,
    };
    let Some(region) = &probe.region else { return };
    let state = now.iter().find(|entry| entry.region_name == *region);
    let status = state.map(|entry| entry.region_opt_status);
    let off =
        status.filter(|status| matches!(status, OptInStatus::Disabled | OptInStatus::Disabling));
    if let Some(off) = off {
        gap.cause = Cause::RegionDisabled;
        let status = off.code();
        gap.detail = format!("{}; ListRegions now says {status} of {region}", gap.detail);
    }
}
