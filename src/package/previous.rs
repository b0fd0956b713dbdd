//! The package before: named by the hash of its manifest, and what changed since.

use std::fs;
use std::path::Path;

use trailproof_core::diff::{Baseline, Diff};
use trailproof_core::language::Language;
use trailproof_core::results::Results;
use trailproof_reports::{DiffFormat, DiffOptions, write_diff};

use super::archive::{file_of, is_archive};
use super::names::{DIFF, DIFF_PAGES, MANIFEST, REPORT};
use super::papers::{PackageManifest, Previous, SCHEMA};
use super::staging::{Staging, sha256};
use crate::cli::Redaction;
use crate::earlier::Earlier;
use crate::exit::Stop;
use crate::files::unwritable;

/// An earlier package, as far as a later one needs it.
pub struct Before {
    /// As a manifest names it.
    pub named: Previous,
    /// Its run, for the trend and for what is known since when.
    pub earlier: Earlier,
    of: Option<String>,
    /// What was left out of it.
    redaction: Vec<String>,
    baseline: Baseline,
}

impl Before {
    /// Reads an earlier package: its manifest and its report, which must be the one that the manifest names.
    ///
    /// # Errors
    /// No package, or one that was changed (2).
    pub fn open(path: &Path) -> Result<Self, Stop> {
        let refused = |why: &str| Stop::usage(format!("--previous {}: {why}", path.display()));
        let file = |name: &str| -> Result<Vec<u8>, Stop> {
            let found = if path.is_dir() {
                fs::read(path.join(name)).ok()
            } else if is_archive(path) {
                file_of(path, name)?
            } else {
                None
            };
            found.ok_or_else(|| refused("no evidence package is there"))
        };
        let bytes = file(MANIFEST)?;
        let manifest: PackageManifest = serde_json::from_slice(&bytes)
            .map_err(|error| refused(&format!("its {MANIFEST} cannot be read: {error}")))?;
        if manifest.schema != SCHEMA {
            return Err(refused(&format!("its schema is {:?}, not {SCHEMA:?}", manifest.schema)));
        }
        let report = file(REPORT)?;
        let said = manifest.files.iter().find(|entry| entry.path == REPORT);
        if said.is_none_or(|entry| entry.sha256 != sha256(&report)) {
            return Err(refused(&format!(
                "its {REPORT} is not the one that its {MANIFEST} names; trailproof verify tells more"
            )));
        }
        let assessment = trailproof_reports::read(&report)
            .map_err(|error| refused(&format!("its {REPORT}: {error}")))?;
        let Ok(baseline) = Baseline::of(&assessment);
        Ok(Self {
            named: Previous { run_id: manifest.run_id, manifest_sha256: sha256(&bytes) },
            of: manifest.organization_id,
            redaction: manifest.redaction,
            earlier: Earlier::of([assessment]),
            baseline,
        })
    }

    /// Whether it is of the same organization, and tells nothing that the later one leaves out.
    ///
    /// # Errors
    /// Where it is of another, or tells more (2).
    pub fn fits(&self, organization: Option<&String>, rules: &[Redaction]) -> Result<(), Stop> {
        if self.of.as_ref() != organization {
            return Err(Stop::usage("--previous: that package is of another organization"));
        }
        match rules.iter().find(|rule| !self.redaction.iter().any(|one| one == rule.sentence())) {
            None => Ok(()),
            Some(rule) => Err(Stop::usage(format!(
                "--previous: that package was made without --redact {}, and what changed would tell what is left out here",
                rule.code()
            ))),
        }
    }

    /// What changed since.
    ///
    /// # Errors
    /// Where the later run's results cannot be had.
    pub fn difference<R: Results>(
        &self,
        after: &trailproof_core::assessment::Assessment<R>,
    ) -> Result<Diff, Stop>
    where
        Stop: From<R::Error>,
    {
        Diff::between(&self.baseline, after)?
            .ok_or_else(|| Stop::internal("the earlier package holds nothing"))
    }
}

/// Writes what changed, for programs and for people.
///
/// # Errors
/// Where it cannot be written (5).
pub fn write(staging: &mut Staging, diff: &Diff) -> Result<(), Stop> {
    let pages = DIFF_PAGES.map(|(name, language)| (name, DiffFormat::Markdown, language));
    let document = (DIFF, DiffFormat::Json, Language::English);
    for (name, format, language) in pages.into_iter().chain([document]) {
        let options = DiffOptions { language, ..DiffOptions::default() };
        staging.stream(name, |out| {
            write_diff(format, diff, &options, out)
                .map_err(|error| unwritable(Path::new(name), &error))
        })?;
    }
    Ok(())
}

/// What changed, byte for byte as a package holds it.
///
/// # Errors
/// Where it has no form.
pub fn as_json(diff: &Diff) -> Result<Vec<u8>, Stop> {
    let mut bytes = Vec::new();
    write_diff(DiffFormat::Json, diff, &DiffOptions::default(), &mut bytes)
        .map_err(|error| Stop::internal(format!("{DIFF}: {error}")))?;
    Ok(bytes)
}
