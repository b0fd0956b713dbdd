//! The snapshot as a package keeps it, read back one account at a time.

use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use trailproof_core::aws::AccountId;
use trailproof_core::snapshot::{Document, DocumentVisitor, Manifest, Snapshot};

use super::names::{ORGANIZATION, RAW, SNAPSHOT};
use super::raw::{Raw, SCHEMA};
use crate::exit::Stop;

/// The raw answers of a package that lies in a folder.
#[derive(Debug)]
pub struct Reread {
    folder: PathBuf,
    manifest: Manifest,
    organization: Document,
}

/// A file of a package that cannot be read.
fn broken(name: &str, why: impl std::fmt::Display) -> Stop {
    Stop::usage(format!("{name} cannot be read: {why}"))
}

impl Reread {
    /// Opens the answers.
    ///
    /// # Errors
    /// Where they are not whole.
    pub fn open(folder: &Path) -> Result<Self, Stop> {
        let bytes = fs::read(folder.join(SNAPSHOT)).map_err(|error| broken(SNAPSHOT, error))?;
        let manifest: Manifest =
            serde_json::from_slice(&bytes).map_err(|error| broken(SNAPSHOT, error))?;
        let organization = document(folder, ORGANIZATION, manifest.caller_account)?;
        Ok(Self { folder: folder.to_owned(), manifest, organization })
    }
}

/// All answers of an account, or of the organization.
fn document(folder: &Path, owner: &str, account: AccountId) -> Result<Document, Stop> {
    let mut document = Document::new(account);
    let mut asked = None;
    for name in files(folder, &format!("{RAW}/{owner}"))? {
        let bytes = fs::read(folder.join(&name)).map_err(|error| broken(&name, error))?;
        let raw: Raw = serde_json::from_slice(&bytes).map_err(|error| broken(&name, error))?;
        if raw.schema != SCHEMA {
            return Err(broken(
                &name,
                format_args!("its schema is {}, {SCHEMA} is expected", raw.schema),
            ));
        }
        if *asked.get_or_insert(raw.account) != raw.account {
            return Err(broken(&name, format_args!("it is of account {}", raw.account)));
        }
        if document.observations.insert(raw.probe, raw.observation).is_some() {
            return Err(broken(&name, "another file has the same question"));
        }
    }
    document.account = asked.unwrap_or(account);
    if owner != ORGANIZATION && document.account != account {
        return Err(broken(owner, format_args!("it holds account {}", document.account)));
    }
    Ok(document)
}

/// The names of all files below a folder of the package, in order; none where there is no such folder.
pub fn files(folder: &Path, below: &str) -> Result<Vec<String>, Stop> {
    let mut found = Vec::new();
    let mut open = vec![below.to_owned()];
    while let Some(name) = open.pop() {
        let path = if name.is_empty() { folder.to_owned() } else { folder.join(&name) };
        if !path.exists() {
            continue;
        }
        for entry in fs::read_dir(&path).map_err(|error| broken(&name, error))? {
            let entry = entry.map_err(|error| broken(&name, error))?;
            let last = entry.file_name().to_string_lossy().into_owned();
            let inner = if name.is_empty() { last } else { format!("{name}/{last}") };
            let kind = entry.file_type().map_err(|error| broken(&inner, error))?;
            if kind.is_dir() { open.push(inner) } else { found.push(inner) }
        }
    }
    found.sort();
    Ok(found)
}

impl Snapshot for Reread {
    type Error = Stop;

    fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    fn organization(&self) -> &Document {
        &self.organization
    }

    fn visit(&self, visitor: &mut DocumentVisitor<'_>) -> Result<(), Stop> {
        let collected = self.manifest.accounts.iter().filter(|account| account.collected);
        let mut accounts: Vec<AccountId> = collected.map(|account| account.id).collect();
        accounts.sort();
        for account in accounts {
            let document = document(&self.folder, account.as_str(), account)?;
            if visitor(&document) == ControlFlow::Break(()) {
                break;
            }
        }
        Ok(())
    }
}
