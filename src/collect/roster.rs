//! Who asks, and which accounts there are: asked once, before or while the accounts are read.

use std::sync::Mutex;

use aws_sdk_sts::operation::get_caller_identity::GetCallerIdentityOutput;
use futures::StreamExt;
use futures::channel::oneshot;
use jiff::Timestamp;
use trailproof_core::answer::{Answer, CallerIdentity, OrganizationDescription};
use trailproof_core::aws::{Arn, Partition};
use trailproof_core::evidence::Cause;
use trailproof_core::fact::Fact;
use trailproof_core::plan::{Demand, organization_policies};
use trailproof_core::roster::AccountEntry;
use trailproof_core::snapshot::{Document, Observation, Probe};

use super::ask::{self, Clock};
use super::aws::Aws;
use super::choice::{Choice, Filter, Listed, decide};
use super::gap::Failure;
use super::organizations;
use super::recorder::recorded;
use super::session::Session;
use super::skew;
use crate::exit::Stop;

/// Who asks, and since when.
#[derive(Debug, Clone)]
pub struct Identity {
    /// Who asks.
    pub caller: CallerIdentity,
    /// The caller's partition.
    pub partition: Partition,
    /// When the first call was made.
    pub started: Timestamp,
    /// `<UTC start>-<suffix>`.
    pub run_id: String,
    observation: Observation,
}

/// Asks who calls, and makes sure that the regions which the user names exist.
///
/// # Errors
/// Where nobody can be asked (4), or a region is none (2).
pub async fn identify(aws: &Aws, filter: &Filter, clock: Clock) -> Result<Identity, Stop> {
    let started = clock.now();
    let (sent, record) = recorded(async { aws.sts().get_caller_identity().send().await }).await;
    let caller = sent
        .map_err(Failure::from)
        .and_then(|answer| caller(&answer))
        .map_err(|failure| cannot_start(&failure))?;
    let partition = Arn::parse(&caller.arn).map(|arn| Partition::new(arn.partition));
    let partition = partition.map_err(|error| Stop::start(format!("the caller's ARN: {error}")))?;
    super::region_filter::check(&aws.caller(caller.account, &partition), filter).await?;
    let run_id =
        format!("{}-{}", started.strftime("%Y%m%dT%H%M%SZ"), suffix(&caller, started, clock));
    let outcome = (Ok(Answer::Caller(caller.clone())), record);
    let probe = Probe::global(Fact::Caller);
    let observation = ask::observation(caller.account, &probe, started, outcome);
    Ok(Identity { caller, partition, started, run_id, observation })
}

/// Four letters that tell runs of one second apart, without chance: by caller and process.
fn suffix(identity: &CallerIdentity, started: Timestamp, clock: Clock) -> String {
    use sha2::{Digest, Sha256};
    let process = match clock {
        Clock::System => std::process::id(),
        // Runs at a fixed time are to be equal.
        Clock::Fixed(_) => 0,
    };
    let text = format!("{}\0{started}\0{process}", identity.arn);
    Sha256::digest(text.as_bytes()).iter().take(2).map(|byte| format!("{byte:02x}")).collect()
}

fn caller(answer: &GetCallerIdentityOutput) -> Result<CallerIdentity, Failure> {
    let account = answer.account().unwrap_or_default().parse();
    Ok(CallerIdentity {
        account: account.map_err(|error| Failure::new(Cause::ServiceError, format!("{error}")))?,
        arn: answer.arn().unwrap_or_default().to_owned(),
    })
}

fn cannot_start(failure: &Failure) -> Stop {
    let mend = match failure.cause {
        _ if skew::is_told(failure.code.as_deref(), &failure.message) => "then try again",
        Cause::CredentialsExpired => {
            "set AWS_PROFILE, --profile or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or sign in again"
        }
        Cause::TokenNotValidInRegion | Cause::AccessDenied => {
            "AWS does not accept these credentials; check the profile"
        }
        Cause::RegionUnreachable | Cause::Timeout => {
            "check the network, the proxy, --endpoint-url and --region"
        }
        _ => "check --endpoint-url and --region",
    };
    Stop::start(format!("cannot ask AWS who is calling: {}; {mend}", told(&failure.message)))
}

/// The SDK tells at length where it looked for credentials; of that only a profile that is missing is news.
fn told(message: &str) -> String {
    if !message.contains("no credentials found in chain") {
        return message.to_owned();
    }
    let profile = message.split_once("profile `").and_then(|(_, rest)| rest.split_once('`'));
    match profile.filter(|(_, rest)| rest.starts_with(" was not defined")) {
        Some((name, _)) => format!("no credentials were found: there is no profile {name}"),
        None => "no credentials were found".to_owned(),
    }
}

/// What was asked of the organization, and what follows from it.
#[derive(Debug)]
pub struct Roster {
    /// The answers.
    pub organization: Document,
    /// The decisions.
    pub choice: Choice,
}

/// What the management account is asked beside the accounts.
const BESIDE: [Fact; 3] =
    [Fact::DelegatedAdministrators, Fact::AnalyzerAdministrators, Fact::TrustedServices];

/// So many questions about policies are under way at once: Organizations bears little.
const AT_ONCE: usize = 8;

/// Asks for the organization, its accounts and its tree, and for what else of it is among these facts, as far as that is
/// not known yet. Where every account is looked at, each page of them is handed out as it comes.
///
/// # Errors
/// As [`decide`].
pub async fn list(
    aws: &Aws,
    (identity, filter, facts): (&Identity, &Filter, &[Fact]),
    (mut document, clock): (Document, Clock),
    listed: &mut (dyn FnMut(&[Listed]) + Send),
) -> Result<Roster, Stop> {
    let account = identity.caller.account;
    let session = aws.caller(account, &identity.partition);
    let known =
        |document: &Document, fact| document.observations.contains_key(&Probe::global(fact));
    let probe = Probe::global(Fact::Caller);
    document.observations.entry(probe).or_insert_with(|| identity.observation.clone());
    if !known(&document, Fact::Organization) {
        let probe = Probe::global(Fact::Organization);
        let observation = ask::ask(&session, &probe, clock).await;
        document.observations.insert(probe, observation);
    }
    let probe = Probe::global(Fact::Organization);
    let organized = document
        .read::<Option<OrganizationDescription>>(&probe)
        .is_ok_and(|(found, _)| found.is_some());
    if organized {
        let (sender, admitted) = oneshot::channel();
        let sender = Mutex::new(Some(sender));
        let admit = || sender.lock().ok().and_then(|mut sender| sender.take());
        let mut page = |entries: &[AccountEntry]| {
            let _ = admit().map(|sender| sender.send(()));
            if filter.takes_all_accounts() {
                let all = |entry: &AccountEntry| Listed {
                    id: entry.id,
                    state: entry.state,
                    in_scope: true,
                };
                listed(&entries.iter().map(all).collect::<Vec<_>>());
            }
        };
        let (accounts, tree) =
            (known(&document, Fact::Accounts), known(&document, Fact::OrganizationalUnits));
        let wanted = facts.iter().copied().filter(|fact| BESIDE.contains(fact));
        let beside: Vec<Fact> = wanted.filter(|fact| !known(&document, *fact)).collect();
        let known_so_far = policies_known(&document);
        let listable = document.read::<Vec<AccountEntry>>(&Probe::global(Fact::Accounts)).is_ok();
        let answers = futures::join!(
            async {
                let read = match accounts {
                    true => None,
                    false => Some(all_accounts(&session, clock, &mut page).await),
                };
                // Whoever waits for a page that will not come goes on.
                drop(admit());
                read
            },
            async {
                if tree {
                    return None;
                }
                let probe = Probe::global(Fact::OrganizationalUnits);
                let observation = ask::ask(&session, &probe, clock).await;
                Some((probe, observation))
            },
            async {
                // Who may not list the accounts may not ask for these either.
                if !listable && admitted.await.is_err() {
                    return Vec::new();
                }
                let asked = beside.into_iter().map(Probe::global).map(async |probe| {
                    let observation = ask::ask(&session, &probe, clock).await;
                    (probe, observation)
                });
                let (beside, policies) = futures::join!(
                    futures::future::join_all(asked),
                    policies(&session, (known_so_far, clock), facts)
                );
                beside.into_iter().chain(policies).collect()
            }
        );
        document.observations.extend([answers.0, answers.1].into_iter().flatten());
        document.observations.extend(answers.2);
    }
    // Without their list the tree is of no use, and nothing that is of no use is kept.
    if document.read::<Vec<AccountEntry>>(&Probe::global(Fact::Accounts)).is_err() {
        document.observations.remove(&Probe::global(Fact::OrganizationalUnits));
    }
    let choice = decide(&document, &identity.caller, filter)?;
    Ok(Roster { organization: document, choice })
}

/// What is known of the organization and its policies by now.
fn policies_known(document: &Document) -> Document {
    let of_policies = |fact: Fact| {
        fact == Fact::Organization
            || fact == Fact::OrganizationPolicies
            || fact == Fact::DelegationPolicy
            || fact.needs().contains(&Fact::OrganizationPolicies)
    };
    let mut known = Document::new(document.account);
    let observations = document.observations.iter().filter(|(probe, _)| of_policies(probe.fact));
    known.observations.extend(observations.map(|(probe, seen)| (probe.clone(), seen.clone())));
    known
}

/// Asks about the organization's policies until nothing that is demanded is open.
async fn policies(
    session: &Session,
    (mut known, clock): (Document, Clock),
    facts: &[Fact],
) -> Vec<(Probe, Observation)> {
    let demand = Demand::facts(facts.iter().copied());
    let mut answers = Vec::new();
    loop {
        let open = organization_policies(&demand, &known);
        if open.is_empty() {
            return answers;
        }
        let asked = open.into_iter().map(async |probe| {
            let observation = ask::ask(session, &probe, clock).await;
            (probe, observation)
        });
        let round: Vec<_> = futures::stream::iter(asked).buffer_unordered(AT_ONCE).collect().await;
        known.observations.extend(round.iter().cloned());
        answers.extend(round);
    }
}

async fn all_accounts(
    session: &Session,
    clock: Clock,
    page: &mut (dyn FnMut(&[AccountEntry]) + Send),
) -> (Probe, Observation) {
    let probe = Probe::global(Fact::Accounts);
    let called_at = clock.now();
    let outcome = recorded(organizations::accounts(session, page)).await;
    let observation = ask::observation(session.account, &probe, called_at, outcome);
    (probe, observation)
}

/// All of that before any account is entered.
///
/// # Errors
/// Where nobody can be asked, or the user asked for what is not there.
pub async fn discover(
    aws: &Aws,
    filter: &Filter,
    clock: Clock,
) -> Result<(Identity, Roster), Stop> {
    let identity = identify(aws, filter, clock).await?;
    let document = Document::new(identity.caller.account);
    let roster = list(aws, (&identity, filter, &[]), (document, clock), &mut |_| ()).await?;
    Ok((identity, roster))
}

/// A member's refusal, which always means one thing: its role could not be assumed.
pub(super) fn refused(failure: Failure, role: &str) -> Failure {
    let cause = match failure.cause {
        Cause::AccessDenied | Cause::ScpDenied | Cause::TokenNotValidInRegion => {
            Cause::AssumeRoleDenied
        }
        other => other,
    };
    Failure { cause, message: format!("{role}: {}", failure.message), ..failure }
}
