//! `trailproof verify`: whether a package is what was written, and whether its answers come to what it says.

use std::path::Path;

use super::archive::is_archive;
use super::audit::{Audit, hashes};
use super::previous::Before;
use super::{archive, audit};
use crate::cli::VerifyArgs;
use crate::exit::{OUTPUT, Stop};
use crate::output::print;

/// So many differences are told.
const TOLD: usize = 100;

/// Verifies, and tells every difference.
///
/// # Errors
/// Where there is no package (2), or nowhere to lay it out (5).
pub fn verify(args: &VerifyArgs) -> Result<u8, Stop> {
    let path = &args.package;
    let before = args.previous.as_deref().map(Before::open).transpose()?;
    if path.is_dir() {
        return conclude(path, before.as_ref(), Audit::default());
    }
    if !is_archive(path) {
        return Err(Stop::usage(format!(
            "{} is no evidence package: a folder, or an archive that ends in .zip or .tar.zst, is expected",
            path.display()
        )));
    }
    let folder = tempfile::tempdir()
        .map_err(|error| Stop::output(format!("cannot lay out {}: {error}", path.display())))?;
    let problems = archive::unpack(path, folder.path())?;
    conclude(folder.path(), before.as_ref(), Audit { problems, ..Audit::default() })
}

fn conclude(folder: &Path, before: Option<&Before>, mut audit: Audit) -> Result<u8, Stop> {
    if let Some(manifest) = hashes(folder, &mut audit)? {
        audit::accounts(folder, &manifest, &mut audit);
        if let Err(stop) = audit::verdicts(folder, (&manifest, before), &mut audit) {
            audit.problems.push(format!("the answers cannot be judged again: {stop}"));
        }
    }
    let Audit { problems, files, findings } = audit;
    let mut told = String::new();
    for problem in problems.iter().take(TOLD) {
        told.push_str(&format!("differs: {}\n", trailproof_reports::one_line(problem)));
    }
    if problems.len() > TOLD {
        told.push_str(&format!("and {} more differences\n", problems.len() - TOLD));
    }
    told.push_str(&if problems.is_empty() {
        format!("verified: {files} files are as they were written, and their answers come to the same {findings} findings and score\n")
    } else {
        format!("not verified: {} differences\n", problems.len())
    });
    print(told.as_bytes())?;
    Ok(if problems.is_empty() { 0 } else { OUTPUT })
}
