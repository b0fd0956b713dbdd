//! The proved heads of a run's chains, kept so that the next run starts where this one ended.

use std::path::Path;

use serde::{Deserialize, Serialize};
use trailproof_digest::{ChainReport, Checkpoint, Folder, Span, Verdict};
use trailproof_reports::{LogsReport, UsedCheckpoint};

use crate::exit::Stop;
use crate::files::{stream_atomically, unwritable};
use crate::package::sha256;

/// The name of its JSON form, with its version.
pub const SCHEMA: &str = "trailproof.logs-checkpoint/1";

/// The heads of a run's chains.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckpointFile {
    /// [`SCHEMA`].
    pub schema: String,
    /// Which trailproof proved them.
    pub tool_version: String,
    /// The bucket that the objects were written to.
    pub bucket: String,
    /// The time that the run answered for.
    pub period: Span,
    /// What it came to: a head may be proved although something before it is broken.
    pub verdict: Verdict,
    /// By place and trail.
    pub heads: Vec<Head>,
}

/// The newest digest of a chain that is proved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// Where the chain lies.
    pub folder: Folder,
    /// The trail's name.
    pub trail: String,
    /// The region that the trail was made in.
    pub home_region: String,
    /// The digest.
    #[serde(flatten)]
    pub digest: Checkpoint,
}

impl Head {
    fn of(chain: &ChainReport) -> Option<Self> {
        Some(Self {
            folder: chain.folder.clone(),
            trail: chain.trail.clone(),
            home_region: chain.home_region.clone(),
            digest: chain.head.clone()?,
        })
    }

    /// Which chain it is of.
    fn id(&self) -> (&Folder, &str, &str) {
        (&self.folder, &self.trail, &self.home_region)
    }
}

/// A checkpoint that a run starts from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Start {
    /// The hash of its file.
    pub sha256: String,
    /// What it says.
    pub file: CheckpointFile,
}

impl CheckpointFile {
    /// Of a run that has ended; the heads of chains of which it proved nothing newer stay.
    pub fn of(report: &LogsReport, before: Option<&Start>) -> Self {
        let mut heads: Vec<Head> = report.chains.iter().filter_map(Head::of).collect();
        for old in before.into_iter().flat_map(|start| &start.file.heads) {
            if !heads.iter().any(|head| head.id() == old.id()) {
                heads.push(old.clone());
            }
        }
        heads.sort_by(|one, other| one.id().cmp(&other.id()));
        Self {
            schema: SCHEMA.to_owned(),
            tool_version: report.tool_version.clone(),
            bucket: report.source.bucket.clone(),
            period: report.period,
            verdict: report.verdict,
            heads,
        }
    }

    /// Reads one.
    ///
    /// # Errors
    /// A file that cannot be read, or is none (2).
    pub fn read(path: &Path) -> Result<Start, Stop> {
        let wrong = |why: String| Stop::usage(format!("--checkpoint: {}: {why}", path.display()));
        let bytes = std::fs::read(path).map_err(|error| wrong(error.to_string()))?;
        let file: Self = serde_json::from_slice(&bytes)
            .map_err(|error| wrong(format!("no checkpoint of validate-logs: {error}")))?;
        match file.schema == SCHEMA {
            true => Ok(Start { sha256: sha256(&bytes), file }),
            false => Err(wrong(format!("{SCHEMA:?} is expected, not {:?}", file.schema))),
        }
    }

    /// Writes it.
    ///
    /// # Errors
    /// Where it cannot be written (5).
    pub fn write(&self, path: &Path) -> Result<(), Stop> {
        stream_atomically(path, |out| {
            let text = serde_json::to_vec_pretty(self)
                .map_err(|error| Stop::internal(error.to_string()))?;
            out.write_all(&text)
                .and_then(|()| out.write_all(b"\n"))
                .map_err(|error| unwritable(path, &error))
        })
    }

    /// Whether it keeps the heads that a report tells of.
    pub fn is_of(&self, report: &LogsReport) -> bool {
        let mut heads = report.chains.iter().filter_map(Head::of);
        self.bucket == report.source.bucket
            && self.period == report.period
            && heads.all(|head| self.heads.contains(&head))
    }
}

impl Start {
    /// The heads of the chains in a folder.
    pub fn heads_in<'a>(&'a self, folder: &'a Folder) -> impl Iterator<Item = &'a Head> {
        self.file.heads.iter().filter(move |head| head.folder == *folder)
    }

    /// As a report names it.
    pub fn used(&self) -> UsedCheckpoint {
        let heads = u64::try_from(self.file.heads.len()).unwrap_or(u64::MAX);
        UsedCheckpoint { sha256: self.sha256.clone(), proved_to: self.file.period.to, heads }
    }
}
