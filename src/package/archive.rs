//! A package as one archive, byte for byte the same for the same files; and such an archive laid out again.

mod tarball;
mod zipped;

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read, Write};
use std::path::Path;

use super::names;
use super::staging::FileEntry;
use crate::exit::Stop;
use crate::files::unwritable;

/// The largest file that is taken: a report of a very large organization.
const LARGEST: u64 = 16 << 30;

/// The kinds of archives, by the end of their name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Opens everywhere by itself.
    Zip,
    /// The smallest.
    Tarball,
}

impl Kind {
    fn of(path: &Path) -> Option<Self> {
        let name = path.to_string_lossy();
        if name.ends_with(".zip") {
            Some(Self::Zip)
        } else if name.ends_with(".tar.zst") {
            Some(Self::Tarball)
        } else {
            None
        }
    }
}

/// Whether a package of that name is an archive.
pub fn is_archive(path: &Path) -> bool {
    Kind::of(path).is_some()
}

/// Writes the files of a folder, sorted by name, below one root, of one time and of no owner.
///
/// # Errors
/// Where a file cannot be read or the archive not be written (5).
pub fn pack(
    folder: &Path,
    files: &BTreeMap<String, FileEntry>,
    (root, time): (&str, jiff::Timestamp),
    target: &Path,
) -> Result<(), Stop> {
    match Kind::of(target) {
        Some(Kind::Zip) => zipped::pack(folder, files, (root, time), target)
            .map_err(|error| unwritable(target, &error)),
        _ => tarball::pack(folder, files, (root, time), target),
    }
}

/// Lays an archive out below a folder. What is wrong with it is told line by line, and what is whole is laid out all
/// the same.
///
/// # Errors
/// Where the archive cannot be opened (2) or the folder not be written (5).
pub fn unpack(path: &Path, folder: &Path) -> Result<Vec<String>, Stop> {
    match Kind::of(path) {
        Some(Kind::Zip) => zipped::unpack(path, folder),
        _ => tarball::unpack(path, folder),
    }
}

/// One file of a package that is an archive; nothing where there is none of that name.
///
/// # Errors
/// Where the archive cannot be read (2).
pub fn file_of(path: &Path, name: &str) -> Result<Option<Vec<u8>>, Stop> {
    let found = match Kind::of(path) {
        Some(Kind::Zip) => zipped::file_of(path, name),
        _ => tarball::file_of(path, name),
    };
    found.map_err(|error| unreadable(path, &error))
}

fn unreadable(path: &Path, error: &dyn std::fmt::Display) -> Stop {
    Stop::usage(format!("cannot read {}: {error}", path.display()))
}

/// The name below the archive's root.
fn below_root(whole: &str) -> &str {
    whole.split_once('/').map_or("", |(_, name)| name)
}

/// Why an archive is not laid out.
enum Trouble {
    Damaged(String),
    Unwritable(Stop),
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Self {
        Self::Damaged(error.to_string())
    }
}

/// Lays one file out.
fn lay_out(folder: &Path, name: &str, from: &mut dyn Read) -> Result<(), Trouble> {
    let target = folder.join(name);
    let laid = target
        .parent()
        .map_or(Ok(()), fs::create_dir_all)
        .and_then(|()| fs::OpenOptions::new().write(true).create_new(true).open(&target));
    let mut out = laid.map_err(|error| Trouble::Unwritable(unwritable(&target, &error)))?;
    io::copy(&mut from.take(LARGEST), &mut out)?;
    Ok(out.flush()?)
}

/// What is wrong with a name in an archive, beside the one before it.
fn misplaced(whole: &str, before: Option<&str>) -> Option<String> {
    let name = below_root(whole);
    if !names::is_safe(name) {
        return Some(format!("the archive holds {whole:?}, which no package does"));
    }
    before
        .filter(|before| *before >= name)
        .map(|_| format!("{name} does not stand in order in the archive"))
}
