//! Snapshots on disk: a directory or one archive, written and read one account at a time.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Read, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use trailproof_core::aws::AccountId;
use trailproof_core::snapshot::{Bundle, Document, DocumentVisitor, Manifest, SCHEMA, Snapshot};

use crate::exit::Stop;
use crate::files::{replace, stream_atomically, unwritable};

/// zstd's own default: the documents repeat themselves, and more effort gains little.
const LEVEL: i32 = 3;
/// The manifest's file.
pub const MANIFEST: &str = "manifest.json";
/// The organization's document, without the ending of its compression.
pub const ORGANIZATION: &str = "organization.json";
/// Generous: an account with thousands of principals has a document of some MiB.
const DOCUMENT_LIMIT: u64 = 1 << 30;

/// An account's document, without the ending of its compression.
pub fn account_file(account: AccountId) -> String {
    format!("accounts/{account}.json")
}

fn encode(document: &Document) -> Result<Vec<u8>, Stop> {
    serde_json::to_vec(document).map_err(|error| Stop::internal(format!("a document: {error}")))
}

/// Writes a document as it is kept: zstd with a checksum, by which a torn file is known. The list of a large
/// organization's accounts is never whole in memory a second time.
///
/// # Errors
/// Where it cannot be written.
pub fn write_compressed(document: &Document, out: &mut dyn Write) -> io::Result<()> {
    let mut encoder = zstd::Encoder::new(out, LEVEL)?;
    encoder.include_checksum(true)?;
    serde_json::to_writer(&mut encoder, document)?;
    encoder.finish().map(drop)
}

/// A snapshot that can be judged: a directory, a `.tar.zst` archive, or one JSON document.
#[derive(Debug)]
pub struct Reader(Source);

#[derive(Debug)]
enum Source {
    Bundle(Box<Bundle>),
    Directory { path: PathBuf, manifest: Manifest, organization: Document },
    Archive { path: PathBuf, manifest: Manifest, organization: Document },
}

/// A file that is no snapshot, or a broken one.
pub fn unreadable(path: &Path, why: impl std::fmt::Display) -> Stop {
    Stop::usage(format!("{} is not a snapshot that can be read: {why}", path.display()))
}

/// Reads JSON of the snapshot's schema; a newer one is told from a broken one.
fn decode<T: DeserializeOwned>(path: &Path, bytes: &[u8]) -> Result<T, Stop> {
    #[derive(serde::Deserialize)]
    struct Versioned {
        schema: Option<String>,
        manifest: Option<Box<Versioned>>,
    }
    let versioned: Versioned =
        serde_json::from_slice(bytes).map_err(|error| unreadable(path, error))?;
    let schema = versioned.schema.or_else(|| versioned.manifest.and_then(|inner| inner.schema));
    match schema.as_deref() {
        Some(SCHEMA) => serde_json::from_slice(bytes).map_err(|error| unreadable(path, error)),
        Some(other) if newer(other) => Err(unreadable(
            path,
            format!(
                "it has the schema {other}, this version reads {SCHEMA}; use a newer trailproof"
            ),
        )),
        Some(other) => {
            Err(unreadable(path, format!("its schema is {other}, {SCHEMA} is expected")))
        }
        None => Err(unreadable(path, format!("it names no schema, {SCHEMA} is expected"))),
    }
}

fn newer(schema: &str) -> bool {
    let number = |schema: &str| {
        schema.strip_prefix("trailproof.snapshot/").and_then(|number| number.parse::<u32>().ok())
    };
    number(schema) > number(SCHEMA)
}

/// One compressed document.
///
/// # Errors
/// Where it is missing, torn, or of another schema.
pub fn read_document(file: &Path) -> Result<Document, Stop> {
    let open = fs::File::open(file).map_err(|error| unreadable(file, error))?;
    let mut bytes = Vec::new();
    zstd::Decoder::new(open)
        .and_then(|decoder| decoder.take(DOCUMENT_LIMIT).read_to_end(&mut bytes))
        .map_err(|error| unreadable(file, error))?;
    decode(file, &bytes)
}

/// The document is that of the account after which its file is called.
fn belongs(path: &Path, name: &str, document: &Document) -> Result<(), Stop> {
    if account_file(document.account) == name {
        return Ok(());
    }
    Err(unreadable(path, format!("{name} holds account {}", document.account)))
}

impl Reader {
    /// A snapshot in memory.
    pub fn of(bundle: Bundle) -> Self {
        Self(Source::Bundle(Box::new(bundle)))
    }

    /// A folder that this process has just written, with what it has written there: nothing is read back.
    pub fn of_folder(path: &Path, manifest: Manifest, organization: Document) -> Self {
        Self(Source::Directory { path: path.to_owned(), manifest, organization })
    }

    /// What is known of the run, and what was asked of the organization, for what is handed over later.
    pub fn parts_mut(&mut self) -> (&mut Manifest, &mut Document) {
        match &mut self.0 {
            Source::Bundle(bundle) => (&mut bundle.manifest, &mut bundle.organization),
            Source::Directory { manifest, organization, .. }
            | Source::Archive { manifest, organization, .. } => (manifest, organization),
        }
    }

    /// Writes what was handed over into the folder that this process has just filled.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn keep_handed(&self) -> Result<(), Stop> {
        let Source::Directory { path, manifest, organization } = &self.0 else { return Ok(()) };
        let file = path.join(format!("{ORGANIZATION}.zst"));
        replace(&file, |out| write_compressed(organization, out))
            .map_err(|error| unwritable(&file, &error))?;
        let file = path.join(MANIFEST);
        let text = serde_json::to_vec_pretty(manifest)
            .map_err(|error| Stop::internal(format!("the manifest: {error}")))?;
        replace(&file, |out| out.write_all(&text)).map_err(|error| unwritable(&file, &error))
    }

    /// Opens whatever the path holds.
    ///
    /// # Errors
    /// Where it holds no snapshot, a broken one, or one of a newer version.
    pub fn open(path: &Path) -> Result<Self, Stop> {
        if path.is_dir() {
            let file = path.join(MANIFEST);
            if !file.exists() {
                return Err(unreadable(
                    path,
                    "it has no manifest.json (an unfinished run has none; scan --resume goes on with it)",
                ));
            }
            let bytes = fs::read(&file).map_err(|error| unreadable(&file, error))?;
            let manifest = decode(&file, &bytes)?;
            let organization = read_document(&path.join(format!("{ORGANIZATION}.zst")))?;
            return Ok(Self(Source::Directory { path: path.to_owned(), manifest, organization }));
        }
        if path.to_string_lossy().ends_with(".tar.zst") {
            return Self::open_archive(path);
        }
        let bytes = fs::read(path).map_err(|error| unreadable(path, error))?;
        decode(path, &bytes).map(|bundle| Self(Source::Bundle(Box::new(bundle))))
    }

    fn open_archive(path: &Path) -> Result<Self, Stop> {
        let (mut manifest, mut organization) = (None, None);
        read_archive(path, &mut |name, bytes| {
            match name {
                MANIFEST => manifest = Some(decode(path, bytes)?),
                ORGANIZATION => organization = Some(decode(path, bytes)?),
                _ => {}
            }
            Ok(manifest.is_none() || organization.is_none())
        })?;
        match (manifest, organization) {
            (Some(manifest), Some(organization)) => {
                Ok(Self(Source::Archive { path: path.to_owned(), manifest, organization }))
            }
            _ => Err(unreadable(path, "it holds no manifest.json or no organization.json")),
        }
    }

    /// Writes the snapshot as one archive: sorted names, the run's end as time, no owner, so that equal snapshots are
    /// equal bytes.
    ///
    /// # Errors
    /// Where it cannot be read or written.
    pub fn archive(&self, path: &Path) -> Result<(), Stop> {
        stream_atomically(path, |file| self.write_archive(path, file))
    }

    fn write_archive(&self, path: &Path, file: &mut dyn Write) -> Result<(), Stop> {
        let failed = |error: io::Error| unwritable(path, &error);
        let encoder = zstd::Encoder::new(file, LEVEL).map_err(failed)?;
        let mut archive = tar::Builder::new(encoder);
        let manifest = serde_json::to_vec_pretty(self.manifest())
            .map_err(|error| Stop::internal(format!("the manifest: {error}")))?;
        let time = u64::try_from(self.manifest().ended.as_second()).unwrap_or_default();
        append(&mut archive, MANIFEST, &manifest, time).map_err(failed)?;
        append(&mut archive, ORGANIZATION, &encode(self.organization())?, time).map_err(failed)?;
        let mut outcome = Ok(());
        self.visit(&mut |document| {
            outcome = encode(document).and_then(|bytes| {
                append(&mut archive, &account_file(document.account), &bytes, time).map_err(failed)
            });
            if outcome.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        })?;
        outcome?;
        archive.into_inner().and_then(zstd::Encoder::finish).map(drop).map_err(failed)
    }
}

fn append<W: Write>(
    archive: &mut tar::Builder<W>,
    name: &str,
    bytes: &[u8],
    time: u64,
) -> io::Result<()> {
    let mut header = tar::Header::new_ustar();
    header.set_size(bytes.len() as u64);
    header.set_mode(0o600);
    header.set_mtime(time);
    header.set_uid(0);
    header.set_gid(0);
    archive.append_data(&mut header, name, bytes)
}

/// Takes a file's name and text, and tells whether it wants to see more.
type ArchiveVisitor<'a> = dyn FnMut(&str, &[u8]) -> Result<bool, Stop> + 'a;

/// Hands out an archive's files until the visitor has seen enough.
fn read_archive(path: &Path, visit: &mut ArchiveVisitor<'_>) -> Result<(), Stop> {
    let broken = |error: io::Error| unreadable(path, error);
    let file = fs::File::open(path).map_err(broken)?;
    let mut archive = tar::Archive::new(zstd::Decoder::new(file).map_err(broken)?);
    for entry in archive.entries().map_err(broken)? {
        let mut entry = entry.map_err(broken)?;
        let name = entry.path().map_err(broken)?.to_string_lossy().into_owned();
        let mut bytes = Vec::new();
        entry.by_ref().take(DOCUMENT_LIMIT).read_to_end(&mut bytes).map_err(broken)?;
        if !visit(&name, &bytes)? {
            break;
        }
    }
    Ok(())
}

impl Snapshot for Reader {
    type Error = Stop;

    fn manifest(&self) -> &Manifest {
        match &self.0 {
            Source::Bundle(bundle) => &bundle.manifest,
            Source::Directory { manifest, .. } | Source::Archive { manifest, .. } => manifest,
        }
    }

    fn organization(&self) -> &Document {
        match &self.0 {
            Source::Bundle(bundle) => &bundle.organization,
            Source::Directory { organization, .. } | Source::Archive { organization, .. } => {
                organization
            }
        }
    }

    fn visit(&self, visitor: &mut DocumentVisitor<'_>) -> Result<(), Stop> {
        match &self.0 {
            Source::Bundle(bundle) => {
                let Ok(()) = bundle.visit(visitor);
                Ok(())
            }
            Source::Directory { path, manifest, .. } => {
                read_accounts(path, collected(manifest).collect(), visitor)
            }
            Source::Archive { path, manifest, .. } => {
                let (mut seen, mut enough) = (BTreeSet::new(), false);
                read_archive(path, &mut |name, bytes| {
                    if name.starts_with("accounts/") {
                        let document: Document = decode(path, bytes)?;
                        belongs(path, name, &document)?;
                        let account = document.account;
                        if seen.contains(&account) {
                            return Err(unreadable(path, format!("it holds {name} twice")));
                        }
                        if seen.last().is_some_and(|last| *last > account) {
                            let why =
                                format!("{name} is not in order; archives are sorted by name");
                            return Err(unreadable(path, why));
                        }
                        seen.insert(account);
                        enough = visitor(&document).is_break();
                    }
                    Ok(!enough)
                })?;
                match collected(manifest).find(|account| !enough && !seen.contains(account)) {
                    Some(lost) => Err(unreadable(path, format!("it lacks {}", account_file(lost)))),
                    None => Ok(()),
                }
            }
        }
    }

    fn visit_some(
        &self,
        wanted: &BTreeSet<AccountId>,
        visitor: &mut DocumentVisitor<'_>,
    ) -> Result<(), Stop> {
        match &self.0 {
            Source::Directory { path, manifest, .. } => {
                let among = collected(manifest).filter(|account| wanted.contains(account));
                read_accounts(path, among.collect(), visitor)
            }
            // An archive is read from its beginning in any case.
            Source::Bundle(_) | Source::Archive { .. } => self.visit(&mut |document| {
                if wanted.contains(&document.account) {
                    return visitor(document);
                }
                ControlFlow::Continue(())
            }),
        }
    }
}

/// Hands out accounts' documents from a directory, in the order of the accounts.
fn read_accounts(
    folder: &Path,
    mut accounts: Vec<AccountId>,
    visitor: &mut DocumentVisitor<'_>,
) -> Result<(), Stop> {
    accounts.sort();
    for account in accounts {
        let file = folder.join(format!("{}.zst", account_file(account)));
        let document = read_document(&file)?;
        belongs(&file, &account_file(account), &document)?;
        if visitor(&document).is_break() {
            break;
        }
    }
    Ok(())
}

/// The accounts of which there are documents.
fn collected(manifest: &Manifest) -> impl Iterator<Item = AccountId> {
    manifest.accounts.iter().filter(|account| account.collected).map(|account| account.id)
}
