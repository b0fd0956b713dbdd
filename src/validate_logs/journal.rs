//! A run's own folder: what it was asked, and what it has found so far, a folder of the bucket a line.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use trailproof_digest::{Folder, PlaceReport};

use super::setup::{SCHEMA, Setup};
use crate::exit::Stop;

const RUN: &str = "run.json";
const FOLDERS: &str = "folders.jsonl";

/// Which walk a folder belongs to: the first, over what is there, or the second, over what should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Round {
    /// What is there.
    Found,
    /// What should be.
    Expected,
}

#[derive(Serialize, Deserialize)]
struct Line {
    round: Round,
    folder: Folder,
    report: PlaceReport,
}

/// What was found, on disk as soon as it is known; nowhere where the run has no folder.
#[derive(Debug, Default)]
pub struct Journal {
    file: Option<(PathBuf, File)>,
    done: BTreeMap<(Round, Folder), PlaceReport>,
}

fn unwritable(path: &Path, error: &std::io::Error) -> Stop {
    Stop::output(format!("cannot write {}: {error}", path.display()))
}

impl Journal {
    /// A new run's.
    ///
    /// # Errors
    /// A folder that holds a run already (2), or takes no file (5).
    pub fn begin(directory: &Path, setup: &Setup) -> Result<Self, Stop> {
        let run = directory.join(RUN);
        if run.exists() {
            let run = directory.display();
            return Err(Stop::usage(format!(
                "{run} holds a run already; --resume {run} goes on with it"
            )));
        }
        std::fs::create_dir_all(directory).map_err(|error| unwritable(directory, &error))?;
        let text =
            serde_json::to_vec_pretty(setup).map_err(|error| Stop::internal(error.to_string()))?;
        std::fs::write(&run, text).map_err(|error| unwritable(&run, &error))?;
        Self::append(directory, BTreeMap::new())
    }

    /// One that has begun, with what it was asked.
    ///
    /// # Errors
    /// A folder that holds no such run.
    pub fn resume(directory: &Path) -> Result<(Self, Setup), Stop> {
        let run = directory.join(RUN);
        let wrong = |why: String| Stop::usage(format!("--resume: {}: {why}", run.display()));
        let text = std::fs::read(&run).map_err(|error| wrong(error.to_string()))?;
        let setup: Setup = serde_json::from_slice(&text)
            .map_err(|error| wrong(format!("no run of validate-logs: {error}")))?;
        if setup.schema != SCHEMA {
            return Err(wrong(format!("{:?} is expected, not {:?}", SCHEMA, setup.schema)));
        }
        let folders = directory.join(FOLDERS);
        let text = std::fs::read_to_string(&folders).unwrap_or_default();
        // The last line may be torn: its folder is walked again.
        let lines = text.lines().filter_map(|line| serde_json::from_str::<Line>(line).ok());
        let done = lines.map(|line| ((line.round, line.folder), line.report)).collect();
        Ok((Self::append(directory, done)?, setup))
    }

    fn append(
        directory: &Path,
        done: BTreeMap<(Round, Folder), PlaceReport>,
    ) -> Result<Self, Stop> {
        let path = directory.join(FOLDERS);
        let opened = OpenOptions::new().create(true).append(true).open(&path);
        let mut file = opened.map_err(|error| unwritable(&path, &error))?;
        // What follows a torn line must not be a part of it.
        if !done.is_empty() || file.metadata().is_ok_and(|file| file.len() > 0) {
            file.write_all(b"\n").map_err(|error| unwritable(&path, &error))?;
        }
        Ok(Self { file: Some((path, file)), done })
    }

    /// What an earlier part of the run found there.
    pub fn take(&mut self, round: Round, folder: &Folder) -> Option<PlaceReport> {
        self.done.remove(&(round, folder.clone()))
    }

    /// Keeps what was found.
    ///
    /// # Errors
    /// A full disk (5).
    pub fn keep(
        &mut self,
        round: Round,
        folder: &Folder,
        report: &PlaceReport,
    ) -> Result<(), Stop> {
        let Some((path, file)) = &mut self.file else { return Ok(()) };
        let line = Line { round, folder: folder.clone(), report: report.clone() };
        let mut text =
            serde_json::to_vec(&line).map_err(|error| Stop::internal(error.to_string()))?;
        text.push(b'\n');
        file.write_all(&text).map_err(|error| unwritable(path, &error))
    }
}
