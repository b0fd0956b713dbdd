//! Files that appear whole or not at all.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::exit::Stop;

/// The folder in which a file lies.
pub fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// How many bytes a file has, and their SHA-256 in hexadecimal digits; it is never whole in memory.
///
/// # Errors
/// Where it cannot be read.
pub fn sha256_of(path: &Path) -> io::Result<(u64, String)> {
    struct Hashing(Sha256);
    impl Write for Hashing {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.update(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let mut hash = Hashing(Sha256::new());
    let bytes = io::copy(&mut std::fs::File::open(path)?, &mut hash)?;
    Ok((bytes, hex::encode(hash.0.finalize())))
}

/// Writes beside the target and renames: nobody ever sees half a file, whenever the process ends. It does not wait for
/// the disk: thousands of documents would take as many turns of it, and what a power failure tears is known by its
/// checksum.
///
/// # Errors
/// Where any step fails; the target is then as it was.
pub fn replace(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    let mut file = AtomicFile::create(path)?;
    write(&mut file)?;
    file.finish_one_of_many()
}

/// A file that appears under its name when it is finished, whole.
#[derive(Debug)]
pub struct AtomicFile {
    path: PathBuf,
    file: io::BufWriter<tempfile::NamedTempFile>,
}

impl AtomicFile {
    /// Begins beside the target.
    ///
    /// # Errors
    /// Where the folder takes no file.
    pub fn create(path: &Path) -> io::Result<Self> {
        let file = io::BufWriter::new(tempfile::NamedTempFile::new_in(folder_of(path))?);
        Ok(Self { path: path.to_owned(), file })
    }

    /// Gives the file its name.
    ///
    /// # Errors
    /// Where any step fails; the target is then as it was.
    pub fn finish(mut self) -> io::Result<()> {
        self.file.flush()?;
        self.file.get_ref().as_file().sync_all()?;
        self.finish_one_of_many()
    }

    /// Gives one of thousands of files its name without waiting for the disk, as [`replace`].
    ///
    /// # Errors
    /// As [`Self::finish`].
    pub fn finish_one_of_many(self) -> io::Result<()> {
        let file = self.file.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.persist(&self.path).map(drop).map_err(|error| error.error)
    }
}

impl Write for AtomicFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Writes beside the target and renames once all is on the disk. For what is too large to be held in one piece.
///
/// # Errors
/// Where any step fails, the writer's own included; the target is then as it was.
pub fn stream_atomically(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> Result<(), Stop>,
) -> Result<(), Stop> {
    let mut file = AtomicFile::create(path).map_err(|error| unwritable(path, &error))?;
    write(&mut file)?;
    file.finish().map_err(|error| unwritable(path, &error))
}

/// Why an output is not there.
pub fn unwritable(path: &Path, error: &io::Error) -> Stop {
    Stop::output(format!("cannot write {}: {error}", path.display()))
}
