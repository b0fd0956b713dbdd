//! A package while it is written: a folder beside its target, and the hash of every file as it goes in.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::exit::Stop;
use crate::files::{folder_of, unwritable};

/// A file of a package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileEntry {
    /// Its name, from the package's root.
    pub path: String,
    /// In bytes.
    pub size: u64,
    /// Of its bytes, in lowercase hex.
    pub sha256: String,
}

/// The hash of some bytes, in lowercase hex.
pub fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// The folder.
pub struct Staging {
    folder: tempfile::TempDir,
    /// What was written, by name.
    pub files: BTreeMap<String, FileEntry>,
}

impl Staging {
    /// Begins beside the target.
    ///
    /// # Errors
    /// Where the folder takes no other one (5).
    pub fn beside(target: &Path) -> Result<Self, Stop> {
        let folder = tempfile::Builder::new()
            .prefix(".trailproof-package-")
            .tempdir_in(folder_of(target))
            .map_err(|error| unwritable(target, &error))?;
        Ok(Self { folder, files: BTreeMap::new() })
    }

    /// The folder so far.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file whole.
    ///
    /// # Errors
    /// Where it cannot be written (5).
    pub fn put(&mut self, name: &str, bytes: &[u8]) -> Result<(), Stop> {
        self.stream(name, |out| {
            out.write_all(bytes).map_err(|error| unwritable(Path::new(name), &error))
        })
    }

    /// Writes a value as indented JSON.
    ///
    /// # Errors
    /// Where it cannot be written (5).
    pub fn json(&mut self, name: &str, value: &impl Serialize) -> Result<(), Stop> {
        let mut bytes = serde_json::to_vec_pretty(value)
            .map_err(|error| Stop::internal(format!("{name}: {error}")))?;
        bytes.push(b'\n');
        self.put(name, &bytes)
    }

    /// Writes a file piece by piece.
    ///
    /// # Errors
    /// Where it cannot be written (5), or the writer's own.
    pub fn stream(
        &mut self,
        name: &str,
        write: impl FnOnce(&mut dyn Write) -> Result<(), Stop>,
    ) -> Result<(), Stop> {
        let mut file = self.begin(name)?;
        write(&mut file)?;
        self.end(file)
    }

    /// Begins a file of which pieces will come.
    ///
    /// # Errors
    /// Where it cannot be written (5).
    pub fn begin(&self, name: &str) -> Result<StagedFile, Stop> {
        let path = self.folder.path().join(name);
        let failed = |error: io::Error| unwritable(&path, &error);
        fs::create_dir_all(folder_of(&path)).map_err(failed)?;
        let mut options = fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let out = BufWriter::new(options.open(&path).map_err(failed)?);
        Ok(StagedFile { name: name.to_owned(), out, hash: Sha256::new(), size: 0 })
    }

    /// Ends a file, and keeps its hash.
    ///
    /// # Errors
    /// Where its last bytes cannot be written (5).
    pub fn end(&mut self, mut file: StagedFile) -> Result<(), Stop> {
        file.out.flush().map_err(|error| unwritable(Path::new(&file.name), &error))?;
        let StagedFile { name, hash, size, .. } = file;
        let entry = FileEntry { path: name.clone(), size, sha256: hex::encode(hash.finalize()) };
        self.files.insert(name, entry);
        Ok(())
    }

    /// Gives the folder its name.
    ///
    /// # Errors
    /// Where that is taken, or cannot be (5).
    pub fn persist(self, target: &Path) -> Result<(), Stop> {
        let from: PathBuf = self.folder.keep();
        fs::rename(&from, target).map_err(|error| {
            let _ = fs::remove_dir_all(&from);
            unwritable(target, &error)
        })
    }
}

/// A file of which pieces come.
pub struct StagedFile {
    name: String,
    out: BufWriter<fs::File>,
    hash: Sha256,
    size: u64,
}

impl Write for StagedFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.hash.update(bytes.get(..written).unwrap_or_default());
        self.size += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
