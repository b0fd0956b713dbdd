//! Where a run's evidence goes while it is collected: a folder that is complete after each account, so that a run
//! which ends at any moment can go on.
//!
//! ```text
//! run.json               what was asked for, written first
//! lock                   held by the process that works on the run
//! journal.jsonl          what happened when, one line each
//! organization.json.zst  the list of accounts, once it is complete
//! accounts/ID.json.zst   one account's evidence, written whole or not at all
//! manifest.json          last: a folder without it is an unfinished run
//! ```

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use trailproof_core::aws::{AccountId, Partition};
use trailproof_core::fact::Fact;
use trailproof_core::snapshot::{Bundle, Document, Manifest, Probe};

use crate::collect::{Plan, Role};
use crate::exit::Stop;
use crate::files::{self, folder_of};
use crate::store::{self, MANIFEST, ORGANIZATION, Reader, account_file};

/// The schema of `run.json`.
pub const SCHEMA: &str = "trailproof.run/1";
/// What was asked for.
pub const RUN: &str = "run.json";
const LOCK: &str = "lock";
const JOURNAL: &str = "journal.jsonl";
/// What must fit before the first call: far less than a snapshot, and enough to tell a full disk.
const PROBE: usize = 1 << 20;

/// What a run was asked for and by whom: all that it takes to go on with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunFile {
    /// [`SCHEMA`].
    pub schema: String,
    /// `<UTC start>-<suffix>`.
    pub run_id: String,
    /// The version of trailproof that began it.
    pub tool_version: String,
    /// When it began.
    pub started: Timestamp,
    /// Who asked.
    pub caller_account: AccountId,
    /// The caller's partition.
    pub partition: Partition,
    /// What was asked for.
    pub plan: Plan,
    /// How members are entered. What their trust policies ask for is not kept.
    pub role: Role,
    /// The role's name in the management account, where it differs.
    pub management_role: Option<String>,
}

/// Where a run's evidence goes.
#[derive(Debug)]
pub enum Store {
    /// Nowhere: the demo's is gone with the process.
    Memory(BTreeMap<AccountId, Document>),
    /// A run's folder.
    Folder(Folder),
}

/// A run's folder, held by this process.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    journal: File,
    /// Held until the process ends, however it ends.
    _lock: File,
}

/// Makes sure, before any call, that a folder can be made there and has room for more than nothing.
///
/// # Errors
/// Where it exists (2), or cannot be written (5).
pub fn can_create(directory: &Path) -> Result<(), Stop> {
    if directory.exists() {
        return Err(exists(directory));
    }
    let parent = folder_of(directory);
    let failed = |error: io::Error| unwritable(parent, &error);
    make_private(parent).map_err(failed)?;
    has_room(parent).map_err(failed)
}

fn has_room(folder: &Path) -> io::Result<()> {
    let mut probe = tempfile::tempfile_in(folder)?;
    probe.write_all(&vec![0x5a; PROBE])?;
    probe.sync_all()
}

fn exists(directory: &Path) -> Stop {
    Stop::usage(format!(
        "{} exists; name another folder, or go on with that run by --resume",
        directory.display()
    ))
}

fn unwritable(path: &Path, error: &io::Error) -> Stop {
    let mend = match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "; make room there, or name another folder with --run-dir"
        }
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            "; name another folder with --run-dir"
        }
        _ => "",
    };
    Stop::output(format!("cannot write {}: {error}{mend}", path.display()))
}

fn make_private(path: &Path) -> io::Result<()> {
    private().recursive(true).create(path)
}

/// Folders that their owner alone may read.
fn private() -> fs::DirBuilder {
    #[allow(unused_mut, reason = "only Unix has modes")]
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
}

impl Folder {
    /// A new folder. Whoever makes it first has it: no two runs share one.
    fn create(path: &Path) -> Result<Self, Stop> {
        make_private(folder_of(path)).map_err(|error| unwritable(path, &error))?;
        private().create(path).map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => exists(path),
            _ => unwritable(path, &error),
        })?;
        let accounts = path.join("accounts");
        private().create(&accounts).map_err(|error| unwritable(&accounts, &error))?;
        Self::take(path)
    }

    /// Takes the lock and opens the journal.
    fn take(path: &Path) -> Result<Self, Stop> {
        let place = path.join(LOCK);
        let open = |name: &Path| {
            let mut options = fs::OpenOptions::new();
            options.create(true).append(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            options.open(name).map_err(|error| unwritable(name, &error))
        };
        let lock = open(&place)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(fs::TryLockError::WouldBlock) => {
                let message =
                    format!("another trailproof is working on {}; wait for it", path.display());
                return Err(Stop::usage(message));
            }
            Err(fs::TryLockError::Error(error)) => return Err(unwritable(&place, &error)),
        }
        Ok(Self { path: path.to_owned(), journal: open(&path.join(JOURNAL))?, _lock: lock })
    }

    fn account(&self, account: AccountId) -> PathBuf {
        self.path.join(format!("{}.zst", account_file(account)))
    }

    fn put(&self, file: &Path, document: &Document) -> Result<(), Stop> {
        self.replace(file, |out| store::write_compressed(document, out))
    }

    fn replace(
        &self,
        file: &Path,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<(), Stop> {
        files::replace(file, write).map_err(|error| {
            let stop = unwritable(file, &error);
            let run = self.path.display();
            Stop::output(format!("{stop}; what was read so far is kept: --resume {run} goes on"))
        })
    }

    /// A document, where it is there and whole: one that a power failure tore is read again from AWS.
    fn get(&self, file: &Path) -> Option<Document> {
        if file.exists() { store::read_document(file).ok() } else { None }
    }
}

impl Store {
    /// A new folder for a run.
    ///
    /// # Errors
    /// Where it exists (2), or cannot be made (5).
    pub fn create(directory: &Path, run: &RunFile) -> Result<Self, Stop> {
        let folder = Folder::create(directory)?;
        let mut text = serde_json::to_vec_pretty(run)
            .map_err(|error| Stop::internal(format!("the run's file: {error}")))?;
        text.push(b'\n');
        folder.replace(&folder.path.join(RUN), |out| out.write_all(&text))?;
        Ok(Self::Folder(folder))
    }

    /// The folder of a run that has begun, and what that run was asked for.
    ///
    /// # Errors
    /// Where it is none, of a newer version, or in use (2).
    pub fn resume(directory: &Path) -> Result<(Self, RunFile), Stop> {
        let file = directory.join(RUN);
        if !file.exists() {
            return Err(Stop::usage(format!(
                "{} is not the folder of a run: it has no {RUN}",
                directory.display()
            )));
        }
        let bytes = fs::read(&file).map_err(|error| store::unreadable(&file, error))?;
        let head: Value =
            serde_json::from_slice(&bytes).map_err(|error| store::unreadable(&file, error))?;
        let schema = head.get("schema").and_then(Value::as_str).unwrap_or_default();
        if schema != SCHEMA {
            return Err(store::unreadable(
                &file,
                format!("its schema is {schema:?}, this version goes on with {SCHEMA}"),
            ));
        }
        let run: RunFile =
            serde_json::from_slice(&bytes).map_err(|error| store::unreadable(&file, error))?;
        let folder = Folder::take(directory)?;
        // What a killed process was about to write is nobody's.
        let leftovers = fs::read_dir(directory.join("accounts")).into_iter().flatten().flatten();
        for leftover in
            leftovers.filter(|entry| entry.path().extension().is_none_or(|end| end != "zst"))
        {
            let _ = fs::remove_file(leftover.path());
        }
        Ok((Self::Folder(folder), run))
    }

    /// Takes the folder away again where nothing of AWS lies in it yet: a run that could not begin leaves nothing.
    pub fn discard(&self) {
        let Self::Folder(folder) = self else { return };
        // A folder with a document in it stays.
        if fs::remove_dir(folder.path.join("accounts")).is_ok() {
            let _ = fs::remove_dir_all(&folder.path);
        }
    }

    /// Where the run is kept.
    pub fn path(&self) -> Option<&Path> {
        match self {
            Self::Memory(_) => None,
            Self::Folder(folder) => Some(&folder.path),
        }
    }

    /// Writes a line into the journal. A journal that cannot be written stops nothing: it is no evidence.
    pub fn note(&mut self, at: Timestamp, event: &str, more: Value) {
        let Self::Folder(folder) = self else { return };
        let mut line = json!({ "at": at, "event": event });
        if let (Some(line), Value::Object(more)) = (line.as_object_mut(), more) {
            line.extend(more);
        }
        let _ = folder.journal.write_all(format!("{line}\n").as_bytes());
    }

    /// Keeps one account's document, in place of an earlier one.
    ///
    /// # Errors
    /// Where it cannot be written (5). What was kept before stays.
    pub fn put(&mut self, document: Document) -> Result<(), Stop> {
        match self {
            Self::Memory(documents) => {
                documents.insert(document.account, document);
                Ok(())
            }
            Self::Folder(folder) => folder.put(&folder.account(document.account), &document),
        }
    }

    /// One account's document, where there is one that can be read.
    pub fn get(&self, account: AccountId) -> Option<Document> {
        match self {
            Self::Memory(documents) => documents.get(&account).cloned(),
            Self::Folder(folder) => folder.get(&folder.account(account)),
        }
    }

    /// Whether anything is kept of an account.
    pub fn has(&self, account: AccountId) -> bool {
        match self {
            Self::Memory(documents) => documents.contains_key(&account),
            Self::Folder(folder) => folder.account(account).exists(),
        }
    }

    /// Forgets an account that turned out to be none of the run's.
    pub fn remove(&mut self, account: AccountId) {
        match self {
            Self::Memory(documents) => {
                documents.remove(&account);
            }
            Self::Folder(folder) => {
                let _ = fs::remove_file(folder.account(account));
            }
        }
    }

    /// Keeps what was asked of the organization.
    ///
    /// # Errors
    /// Where it cannot be written (5).
    pub fn put_organization(&mut self, document: &Document) -> Result<(), Stop> {
        match self {
            Self::Memory(_) => Ok(()),
            Self::Folder(folder) => folder.put(&organization_file(&folder.path), document),
        }
    }

    /// Takes the long lists out of what was kept of the organization: they lie in the folder, and nothing that is still
    /// to be asked depends on them.
    pub fn shorten(&self, organization: &mut Document) {
        if matches!(self, Self::Folder(_)) {
            let lists = [Fact::Accounts, Fact::OrganizationalUnits].map(Probe::global);
            organization.observations.retain(|probe, _| !lists.contains(probe));
        }
    }

    /// All that was asked of the organization: what was kept, and what that document has in addition.
    ///
    /// # Errors
    /// Where what was kept cannot be read back (5).
    pub fn whole(&self, organization: Document) -> Result<Document, Stop> {
        let Self::Folder(folder) = self else { return Ok(organization) };
        let file = organization_file(&folder.path);
        let mut whole = self.organization().ok_or_else(|| {
            Stop::output(format!("cannot read {} back; scan again", file.display()))
        })?;
        whole.observations.extend(organization.observations);
        Ok(whole)
    }

    /// What was asked of the organization, where that was kept.
    pub fn organization(&self) -> Option<Document> {
        match self {
            Self::Memory(_) => None,
            Self::Folder(folder) => folder.get(&organization_file(&folder.path)),
        }
    }

    /// Ends the run: the manifest comes last.
    ///
    /// # Errors
    /// Where it cannot be written (5).
    pub fn finish(self, manifest: Manifest, organization: Document) -> Result<Reader, Stop> {
        match self {
            Self::Memory(documents) => {
                let of_run: BTreeSet<_> =
                    manifest.accounts.iter().map(|account| account.id).collect();
                let accounts = documents.into_values();
                Ok(Reader::of(Bundle {
                    manifest,
                    organization,
                    accounts: accounts.filter(|found| of_run.contains(&found.account)).collect(),
                }))
            }
            Self::Folder(folder) => {
                folder.put(&organization_file(&folder.path), &organization)?;
                folder.replace(&folder.path.join(MANIFEST), |out| {
                    serde_json::to_writer_pretty(&mut *out, &manifest)?;
                    out.write_all(b"\n")
                })?;
                // What the manifest speaks of is on the disk before the run counts as finished.
                File::open(folder.path.join(MANIFEST))
                    .and_then(|file| file.sync_all())
                    .map_err(|error| unwritable(&folder.path, &error))?;
                Ok(Reader::of_folder(&folder.path, manifest, organization))
            }
        }
    }
}

fn organization_file(folder: &Path) -> PathBuf {
    folder.join(format!("{ORGANIZATION}.zst"))
}
