//! Which accounts a run looks at: pure, from what the organization said and what the user asked for.

use serde::{Deserialize, Serialize};
use trailproof_core::answer::{CallerIdentity, OrganizationDescription, OrganizationalTree};
use trailproof_core::aws::AccountId;
use trailproof_core::fact::Fact;
use trailproof_core::pattern;
use trailproof_core::roster::{AccountEntry, AccountState};
use trailproof_core::sentence::Sentence;
use trailproof_core::snapshot::{Document, Probe};

use crate::exit::Stop;

/// Which accounts and regions a run looks at. Empty lists leave nothing out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
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
    /// Why what is left out is, and who answers for it, where the user said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exclusion: Option<Exclusion>,
}

/// Why accounts, units or regions are left out of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exclusion {
    /// The reason.
    pub reason: String,
    /// Who approved it.
    pub approved_by: String,
}

impl Filter {
    /// Whether every active account is looked at, so that none has to wait for the whole list.
    pub fn takes_all_accounts(&self) -> bool {
        [&self.units, &self.exclude_units].iter().all(|units| units.is_empty())
            && self.accounts.is_empty()
            && self.exclude_accounts.is_empty()
    }
}

/// An account with the decision on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Listed {
    /// The account.
    pub id: AccountId,
    /// Its state.
    pub state: AccountState,
    /// Whether the run looks at it.
    pub in_scope: bool,
}

impl Listed {
    /// Whether it is to be read.
    pub fn is_read(&self) -> bool {
        self.in_scope && self.state.is_active()
    }
}

/// What the organization's answers come to.
#[derive(Debug, Clone, Default)]
pub struct Choice {
    /// The management account, where known.
    pub management: Option<AccountId>,
    /// All accounts, by id.
    pub accounts: Vec<Listed>,
    /// Sentences for the reader of the report.
    pub notes: Vec<String>,
}

/// Decides on every account.
///
/// # Errors
/// Where the user asked for an organization that was not read (4), or for accounts or units that do not exist (2).
pub fn decide(
    document: &Document,
    caller: &CallerIdentity,
    filter: &Filter,
) -> Result<Choice, Stop> {
    let mut notes = Vec::new();
    let listed = listed(document, caller.account, &mut notes);
    if listed.is_none() && (filter.organization || !filter.units.is_empty()) {
        let why = notes.first().cloned().unwrap_or_default();
        return Err(Stop::start(format!(
            "the organization is needed and cannot be read: {why}; call from the management account or a delegated \
             administrator, or leave out --org and --ou"
        )));
    }
    let accounts = choose((listed, caller), filter, document, &mut notes)?;
    Ok(Choice { management: management(document), accounts, notes })
}

/// The management account, where the organization was read.
pub fn management(document: &Document) -> Option<AccountId> {
    let found = document
        .read::<Option<OrganizationDescription>>(&Probe::global(Fact::Organization))
        .ok()
        .and_then(|(found, _)| found.as_ref());
    found.map(|found| found.master_account_id)
}

/// The organization's accounts, where they were listed; else a note that says why not.
fn listed<'a>(
    document: &'a Document,
    caller: AccountId,
    notes: &mut Vec<String>,
) -> Option<&'a [AccountEntry]> {
    let alone = String::from(Sentence::NOTE_ALONE.with(&[&caller]));
    match document.read::<Option<OrganizationDescription>>(&Probe::global(Fact::Organization)) {
        Ok((Some(_), _)) => {}
        Ok((None, _)) => {
            notes.push(Sentence::NOTE_NO_ORGANIZATION.with(&[&alone]).into());
            return None;
        }
        Err(gap) => {
            let unread = Sentence::NOTE_ORGANIZATION_UNREAD.with(&[&gap.detail, &alone]);
            notes.push(unread.into());
            return None;
        }
    }
    let entries = match document.read::<Vec<AccountEntry>>(&Probe::global(Fact::Accounts)) {
        Ok((entries, _)) => entries,
        Err(gap) => {
            let unlisted = Sentence::NOTE_ACCOUNTS_UNLISTED.with(&[&gap.detail, &alone]);
            notes.push(unlisted.into());
            return None;
        }
    };
    let tree = document.read::<OrganizationalTree>(&Probe::global(Fact::OrganizationalUnits));
    if let Err(gap) = tree {
        notes.push(Sentence::NOTE_UNITS_UNREAD.with(&[&gap.detail]).into());
    }
    Some(entries)
}

fn choose(
    (listed, caller): (Option<&[AccountEntry]>, &CallerIdentity),
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
            notes.push(Sentence::NOTE_NAMED.into());
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
