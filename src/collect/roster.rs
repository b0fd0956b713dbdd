//! Who asks, which accounts there are, and which of them the run is to look at.

use aws_sdk_sts::operation::get_caller_identity::GetCallerIdentityOutput;
use jiff::Timestamp;
use trailproof_core::answer::{
    Answer, CallerIdentity, OrganizationDescription, OrganizationalTree,
};
use trailproof_core::aws::{AccountId, Arn, Partition};
use trailproof_core::evidence::Cause;
use trailproof_core::fact::Fact;
use trailproof_core::pattern;
use trailproof_core::roster::{AccountEntry, AccountState};
use trailproof_core::snapshot::{Document, Probe};

use super::ask::{self, Clock};
use super::clients::{Aws, Session};
use super::gap::Failure;
use super::recorder::recorded;
use crate::exit::Stop;

/// Which accounts and regions a run looks at. Empty lists leave nothing out.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// The organization must be readable.
    pub organization: bool,
    /// Only these accounts.
    pub accounts: Vec<AccountId>,
    /// Not these accounts.
    pub exclude_accounts: Vec<AccountId>,
    /// Only accounts under these units: an id, a name, or a path from the root.
    pub units: Vec<String>,
    /// No accounts under these units.
    pub exclude_units: Vec<String>,
    /// Globs of the regions to look at.
    pub regions: Vec<String>,
    /// Globs of the regions left out.
    pub exclude_regions: Vec<String>,
}

/// An account with the decision on it.
#[derive(Debug, Clone)]
pub struct Listed {
    /// The account.
    pub id: AccountId,
    /// Its state.
    pub state: AccountState,
    /// Whether the run looks at it.
    pub in_scope: bool,
}

/// What is known before any account is entered.
#[derive(Debug)]
pub struct Roster {
    /// What was asked of the organization.
    pub organization: Document,
    /// Who asks.
    pub caller: CallerIdentity,
    /// The caller's partition.
    pub partition: Partition,
    /// The management account, where known.
    pub management: Option<AccountId>,
    /// All accounts, by id.
    pub accounts: Vec<Listed>,
    /// Sentences for the reader of the report.
    pub notes: Vec<String>,
    /// When the first call was made.
    pub started: Timestamp,
    /// `<UTC start>-<suffix>`.
    pub run_id: String,
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

/// Asks who calls and what the organization is, and decides which accounts are in scope.
///
/// # Errors
/// Where nobody can be asked, or the filter names what does not exist.
pub async fn discover(aws: &Aws, filter: &Filter, clock: Clock) -> Result<Roster, Stop> {
    let started = clock.now();
    let (sent, record) = recorded(async { aws.sts().get_caller_identity().send().await }).await;
    let identity = sent
        .map_err(Failure::from)
        .and_then(|answer| caller(&answer))
        .map_err(|failure| cannot_start(&failure))?;
    let partition = Arn::parse(&identity.arn).map(|arn| Partition::new(arn.partition));
    let partition = partition.map_err(|error| Stop::start(format!("the caller's ARN: {error}")))?;
    let mut document = Document::new(identity.account);
    let probe = Probe::global(Fact::Caller);
    let outcome = (Ok(Answer::Caller(identity.clone())), record);
    document
        .observations
        .insert(probe.clone(), ask::observation(identity.account, &probe, started, outcome));
    let session = aws.caller(identity.account, &partition);
    super::region_filter::check(&session, filter).await?;
    let mut notes = Vec::new();
    let listed = organization(&session, &mut document, clock, &mut notes).await;
    let management = document
        .read::<Option<OrganizationDescription>>(&Probe::global(Fact::Organization))
        .ok()
        .and_then(|(found, _)| found.as_ref().map(|found| found.master_account_id));
    if listed.is_none() && (filter.organization || !filter.units.is_empty()) {
        let why = notes.first().cloned().unwrap_or_default();
        return Err(Stop::start(format!(
            "the organization is needed and cannot be read: {why}; call from the management account or a delegated \
             administrator, or leave out --org and --ou"
        )));
    }
    let accounts = choose(listed.as_deref(), &identity, filter, &document, &mut notes)?;
    let run_id =
        format!("{}-{}", started.strftime("%Y%m%dT%H%M%SZ"), suffix(&identity, started, clock));
    Ok(Roster {
        organization: document,
        caller: identity,
        partition,
        management,
        accounts,
        notes,
        started,
        run_id,
    })
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

/// Asks for the organization, and where there is one for its accounts and tree. The accounts, where they were listed.
async fn organization(
    session: &Session,
    document: &mut Document,
    clock: Clock,
    notes: &mut Vec<String>,
) -> Option<Vec<AccountEntry>> {
    let alone = format!("account {} alone was scanned", session.account);
    let probe = Probe::global(Fact::Organization);
    let observation = ask::ask(session, &probe, clock).await;
    document.observations.insert(probe.clone(), observation);
    match document.read::<Option<OrganizationDescription>>(&probe) {
        Ok((Some(_), _)) => {}
        Ok((None, _)) => {
            notes.push(format!("the caller's account is in no organization; {alone}"));
            return None;
        }
        Err(gap) => {
            notes.push(format!(
                "whether there is an organization could not be read ({}); {alone}",
                gap.detail
            ));
            return None;
        }
    }
    let probe = Probe::global(Fact::Accounts);
    let observation = ask::ask(session, &probe, clock).await;
    document.observations.insert(probe.clone(), observation);
    let entries = match document.read::<Vec<AccountEntry>>(&probe) {
        Ok((entries, _)) => entries.clone(),
        Err(gap) => {
            notes.push(format!(
                "the organization's accounts could not be listed ({}); {alone}",
                gap.detail
            ));
            return None;
        }
    };
    let probe = Probe::global(Fact::OrganizationalUnits);
    let observation = ask::ask(session, &probe, clock).await;
    document.observations.insert(probe.clone(), observation);
    if let Err(gap) = document.read::<OrganizationalTree>(&probe) {
        notes.push(format!("the organizational units could not be read ({})", gap.detail));
    }
    Some(entries)
}

fn choose(
    listed: Option<&[AccountEntry]>,
    caller: &CallerIdentity,
    filter: &Filter,
    document: &Document,
    notes: &mut Vec<String>,
) -> Result<Vec<Listed>, Stop> {
    let Some(entries) = listed else {
        // Nobody can say which accounts there are: those that the user names, or the caller's own.
        let mut ids = filter.accounts.clone();
        if ids.is_empty() {
            ids.push(caller.account);
        } else {
            notes.push(
                "the accounts are those that were named; the organization was not read".to_owned(),
            );
        }
        ids.sort();
        ids.dedup();
        let listed = |id| Listed { id, state: AccountState::Unknown, in_scope: true };
        return Ok(ids.into_iter().map(listed).collect());
    };
    for id in filter.accounts.iter().chain(&filter.exclude_accounts) {
        if !entries.iter().any(|entry| entry.id == *id) {
            let message =
                format!("account {id} is not in the organization ({} accounts)", entries.len());
            return Err(Stop::usage(message));
        }
    }
    let wanted = units(document, &filter.units)?;
    let unwanted = units(document, &filter.exclude_units)?;
    let in_scope = |id: &AccountId| {
        (filter.accounts.is_empty() || filter.accounts.contains(id))
            && !filter.exclude_accounts.contains(id)
            && (filter.units.is_empty() || wanted.contains(id))
            && !unwanted.contains(id)
    };
    let accounts: Vec<Listed> = entries
        .iter()
        .map(|entry| Listed { id: entry.id, state: entry.state, in_scope: in_scope(&entry.id) })
        .collect();
    if !accounts.iter().any(|account| account.in_scope && account.state.is_active()) {
        return Err(Stop::usage(
            "no active account is left by --accounts, --ou and --exclude-accounts",
        ));
    }
    Ok(accounts)
}

/// The accounts under the named units, at any depth.
fn units(document: &Document, names: &[String]) -> Result<Vec<AccountId>, Stop> {
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let probe = Probe::global(Fact::OrganizationalUnits);
    let (tree, _) = document.read::<OrganizationalTree>(&probe).map_err(|gap| {
        Stop::start(format!("--ou needs the organizational units: {}", gap.detail))
    })?;
    // Parents stand before their children: each unit's path is its parent's and its own name.
    let mut paths: Vec<(&str, Vec<&str>, String)> = Vec::new();
    for unit in &tree.units {
        let parent = paths.iter().find(|(id, ..)| Some(*id) == unit.parent.as_deref());
        let (mut line, path) = match parent {
            Some((_, line, path)) => (line.clone(), format!("{path}/{}", unit.name)),
            None => (Vec::new(), unit.name.clone()),
        };
        line.push(&unit.id);
        paths.push((&unit.id, line, path));
    }
    let mut found = Vec::new();
    for name in names {
        let named: Vec<&str> = paths
            .iter()
            .filter(|(id, _, path)| {
                id == name || pattern::matches(name, path) || path.ends_with(&format!("/{name}"))
            })
            .map(|(id, ..)| *id)
            .collect();
        if named.is_empty() {
            let known: Vec<&str> = paths.iter().map(|(.., path)| path.as_str()).collect();
            return Err(Stop::usage(format!(
                "no organizational unit is called {name:?}; there are: {}",
                known.join(", ")
            )));
        }
        let below = |unit: &str| {
            paths
                .iter()
                .any(|(id, line, _)| *id == unit && line.iter().any(|up| named.contains(up)))
        };
        found.extend(
            tree.accounts.iter().filter(|(_, unit)| below(unit)).map(|(account, _)| *account),
        );
    }
    Ok(found)
}
