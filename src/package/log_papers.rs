//! What `validate-logs` wrote, as a package keeps it: byte for byte, so that its hash is the one that was told.

use std::fs;

use super::staging::Staging;
use crate::cli::PackageArgs;
use crate::exit::Stop;
use crate::handed::{self, Handed};
use crate::validate_logs::CheckpointFile;

/// The reports and checkpoints.
pub struct LogPapers {
    /// The reports.
    pub reports: Vec<Handed>,
    /// The checkpoints, with the bucket of each.
    checkpoints: Vec<(String, Vec<u8>)>,
}

impl LogPapers {
    /// Reads what the flags name.
    ///
    /// # Errors
    /// A file that is none of these, a checkpoint that none of the reports wrote (2).
    pub fn read(args: &PackageArgs) -> Result<Self, Stop> {
        let reports = handed::read(&args.handed)?;
        let mut checkpoints: Vec<(String, Vec<u8>)> = Vec::new();
        for path in &args.checkpoint {
            let file = CheckpointFile::read(path)?.file;
            if !reports.iter().any(|one| file.is_of(&one.report)) {
                let path = path.display();
                return Err(Stop::usage(format!(
                    "--checkpoint: {path} does not keep the heads of a report that --logs names"
                )));
            }
            let bytes = fs::read(path).map_err(|error| {
                Stop::usage(format!("--checkpoint: {}: {error}", path.display()))
            })?;
            if checkpoints.iter().any(|(bucket, _)| *bucket == file.bucket) {
                let bucket = &file.bucket;
                return Err(Stop::usage(format!("--checkpoint: two are of the bucket {bucket}")));
            }
            checkpoints.push((file.bucket, bytes));
        }
        Ok(Self { reports, checkpoints })
    }

    /// Puts them into a package.
    ///
    /// # Errors
    /// Where they cannot be written (5).
    pub fn put(&self, staging: &mut Staging) -> Result<(), Stop> {
        for handed in &self.reports {
            staging.put(&name(&handed.report.source.bucket, "json"), &handed.bytes)?;
        }
        for (bucket, bytes) in &self.checkpoints {
            staging.put(&name(bucket, "checkpoint.json"), bytes)?;
        }
        Ok(())
    }
}

/// A bucket's name has nothing but what names of files may have; a report may hold anything.
fn name(bucket: &str, ending: &str) -> String {
    let keep = |one: char| if one.is_ascii_alphanumeric() || one == '-' { one } else { '_' };
    let safe: String = bucket.chars().take(63).map(keep).collect();
    format!("logs/{safe}.{ending}")
}
