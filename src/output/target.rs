//! Where a report goes, and whether it can go there: known before any work is done.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use trailproof_reports::Format;

use crate::exit::Stop;
use crate::files::{AtomicFile, folder_of};

/// Where a report goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// To whoever reads the program.
    Stdout,
    /// To one file.
    File(PathBuf),
    /// To numbered files of that name.
    Numbered(PathBuf),
    /// To files of their own names in a folder.
    Folder(PathBuf),
    /// To the end of the page that a GitHub Actions step shows.
    Appended(PathBuf),
}

impl Place {
    /// What `FORMAT` or `FORMAT=PATH` says.
    ///
    /// # Errors
    /// No path behind the sign, or a format that needs one (2).
    pub fn parse(text: &str, split: bool) -> Result<(Format, Self), Stop> {
        let (name, path) = match text.split_once('=') {
            Some((name, path)) => (name, Some(path)),
            None => (text, None),
        };
        let format: Format =
            name.parse().map_err(|error| Stop::usage(format!("--format {text}: {error}")))?;
        if path == Some("") {
            return Err(Stop::usage(format!("--format {text}: a path is expected after the =")));
        }
        let split = split && format == Format::Junit;
        let place = match path.filter(|path| *path != "-").map(PathBuf::from) {
            None if split => {
                return Err(Stop::usage("--junit-split needs a path: --format junit=PATH"));
            }
            None => Self::Stdout,
            Some(path) if split => Self::Numbered(path),
            Some(path) if format == Format::Asff => Self::Folder(path),
            Some(path) => Self::File(path),
        };
        Ok((format, place))
    }

    /// The file or folder; none for stdout.
    pub fn path(&self) -> Option<&Path> {
        match self {
            Self::Stdout => None,
            Self::File(path) | Self::Numbered(path) | Self::Folder(path) | Self::Appended(path) => {
                Some(path)
            }
        }
    }

    /// Makes sure that it can be written.
    ///
    /// # Errors
    /// Where something is there that nobody said to overwrite (2); a folder that cannot be written (5).
    pub fn check(&self, force: bool) -> Result<(), Stop> {
        match self {
            Self::Stdout => Ok(()),
            Self::File(path) => writable(path, force),
            Self::Numbered(path) => parts_writable(path, force),
            Self::Folder(path) => folder_writable(path, force),
            Self::Appended(path) => folder_takes(path),
        }
    }
}

/// A report in several files, of which one is open at a time.
pub struct Parts<'a> {
    path: &'a Path,
    number: usize,
    current: Option<AtomicFile>,
}

impl<'a> Parts<'a> {
    /// Of this name, none of them begun.
    pub fn new(path: &'a Path) -> Self {
        Self { path, number: 0, current: None }
    }

    /// Takes a piece of a file; of the next one only when all of the one before has come.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn take(&mut self, number: usize, bytes: &[u8]) -> io::Result<()> {
        if number != self.number {
            self.finish()?;
            self.number = number;
        }
        let file = match &mut self.current {
            Some(file) => file,
            None => self.current.insert(AtomicFile::create(&numbered(self.path, number + 1))?),
        };
        file.write_all(bytes)
    }

    /// Gives the last file its name.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn finish(&mut self) -> io::Result<()> {
        self.current.take().map_or(Ok(()), AtomicFile::finish)
    }
}

fn writable(path: &Path, force: bool) -> Result<(), Stop> {
    if path.is_dir() {
        return Err(Stop::usage(format!("{} is a folder; name a file in it", path.display())));
    }
    if path.exists() && !force {
        return Err(Stop::usage(format!("{} exists; --force overwrites it", path.display())));
    }
    folder_takes(path)
}

/// An empty folder, or one that will be made; what lies in it would be taken for this run's.
fn folder_writable(path: &Path, force: bool) -> Result<(), Stop> {
    if path.exists() && !path.is_dir() {
        return Err(Stop::usage(format!("{} is a file; name a folder", path.display())));
    }
    let filled =
        path.is_dir() && std::fs::read_dir(path).is_ok_and(|mut found| found.next().is_some());
    if filled && !force {
        let told = format!("{} exists and is not empty; --force writes into it", path.display());
        return Err(Stop::usage(told));
    }
    folder_takes(path)
}

/// `report.xml` as `report.1.xml`.
fn numbered(path: &Path, number: usize) -> PathBuf {
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    let end = path.extension().map(|end| format!(".{}", end.to_string_lossy())).unwrap_or_default();
    path.with_file_name(format!("{name}.{number}{end}"))
}

/// How many files there will be is not known yet: none of that form may exist.
fn parts_writable(path: &Path, force: bool) -> Result<(), Stop> {
    let siblings = std::fs::read_dir(folder_of(path)).into_iter().flatten().flatten();
    let part = |found: &PathBuf| {
        let number = found.file_stem().and_then(|stem| Path::new(stem).extension());
        let number = number.and_then(|number| number.to_str()?.parse().ok());
        number.is_some_and(|number| numbered(path, number).file_name() == found.file_name())
    };
    match siblings.map(|entry| entry.path()).filter(part).min() {
        Some(found) if !force => {
            Err(Stop::usage(format!("{} exists; --force overwrites it", found.display())))
        }
        _ => folder_takes(path),
    }
}

/// Makes sure that a file can be made there.
///
/// # Errors
/// Where its folder is missing or closed (5).
pub fn folder_takes(path: &Path) -> Result<(), Stop> {
    let folder = folder_of(path);
    tempfile::tempfile_in(folder).map(drop).map_err(|error| {
        Stop::output(format!("cannot write {}: {error} in {}", path.display(), folder.display()))
    })
}
