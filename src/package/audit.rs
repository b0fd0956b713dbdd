//! What is held against what: hashes against files, accounts against their sum, verdicts against the answers.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, BufRead, BufReader};
use std::ops::ControlFlow;
use std::path::Path;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;
use trailproof_checks::CATALOGUE;
use trailproof_core::assess::assess_kept;
use trailproof_core::assessment::{CoverageReport, ScoreReport};
use trailproof_core::check::Check;
use trailproof_core::finding::Finding;
use trailproof_core::results::Results;
use trailproof_core::snapshot::Snapshot;

use super::build::{finding, sums};
use super::names::{
    DIFF, FINDINGS, MANIFEST, ORGANIZATION, RAW, REPORT, SCOPE, SIGNATURE, SUMS, TERMS,
};
use super::papers::{PackageManifest, SCHEMA, ScopePaper};
use super::previous::{self, Before};
use super::raw::{self, Places, Raw};
use super::reread::{Reread, files};
use super::standing::Standing;
use crate::exit::Stop;
use crate::files::sha256_of;
use crate::output::FEW;

/// What was found.
#[derive(Debug, Default)]
pub struct Audit {
    /// Every difference, a line each.
    pub problems: Vec<String>,
    /// The files that were read.
    pub files: usize,
    /// The findings that came out again.
    pub findings: usize,
}

impl Audit {
    fn differs(&mut self, what: impl Into<String>) {
        self.problems.push(what.into());
    }
}

/// Holds every file against the list of hashes and the manifest. Without a manifest that can be read there is nothing
/// more to hold.
///
/// # Errors
/// Where this is no package (2).
pub fn hashes(folder: &Path, audit: &mut Audit) -> Result<Option<PackageManifest>, Stop> {
    let text = match fs::read(folder.join(SUMS)) {
        Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(error) if audit.problems.is_empty() => {
            return Err(Stop::usage(format!("this is no evidence package: {SUMS}: {error}")));
        }
        Err(error) => {
            audit.differs(format!("{SUMS}: {error}"));
            String::new()
        }
    };
    let manifest = manifest(folder, audit);
    let written: BTreeMap<&str, &str> = manifest
        .iter()
        .flat_map(|manifest| &manifest.files)
        .map(|file| (file.path.as_str(), file.sha256.as_str()))
        .collect();
    let listed: BTreeMap<&str, &str> = text
        .lines()
        .filter_map(|line| line.split_once("  "))
        .map(|(hash, name)| (name, hash))
        .collect();
    let found: BTreeSet<String> = files(folder, "")?.into_iter().collect();
    let mut real = BTreeMap::new();
    for name in found.iter().filter(|name| ![SUMS, SIGNATURE].contains(&name.as_str())) {
        audit.files += 1;
        let hash =
            sha256_of(&folder.join(name)).map_or_else(|error| error.to_string(), |(_, hash)| hash);
        let (sum, entry) =
            (listed.get(name.as_str()).copied(), written.get(name.as_str()).copied());
        match (sum, entry) {
            (None, None) if name != MANIFEST => {
                audit.differs(format!("{name} is not part of the package"))
            }
            (None, _) => audit.differs(format!("{SUMS} does not list {name}")),
            (Some(sum), Some(entry)) if sum != hash && entry == hash => {
                audit.differs(format!("{SUMS} says {sum} of {name}, whose hash is {hash}"));
            }
            (Some(sum), _) if sum != hash => {
                audit.differs(format!("{name} was changed: its hash is {hash}, {SUMS} says {sum}"));
            }
            (Some(_), Some(entry)) if entry != hash => {
                audit.differs(format!("{MANIFEST} says {entry} of {name}, whose hash is {hash}"));
            }
            (Some(_), None) if name != MANIFEST => {
                audit.differs(format!("{MANIFEST} does not list {name}"))
            }
            _ => {}
        }
        real.insert(name.as_str(), hash);
    }
    let named: BTreeSet<&str> = listed.keys().chain(written.keys()).copied().collect();
    for name in named.into_iter().filter(|name| !found.contains(*name)) {
        audit.differs(format!("{name} is missing"));
    }
    let again = sums(real.iter().map(|(name, hash)| (*name, hash.as_str())));
    if audit.problems.is_empty() && again != text {
        audit.differs(format!("{SUMS} is not as it was written"));
    }
    Ok(manifest)
}

fn manifest(folder: &Path, audit: &mut Audit) -> Option<PackageManifest> {
    let read = fs::read(folder.join(MANIFEST)).map_err(|error| error.to_string());
    let parsed = read.and_then(|bytes| {
        serde_json::from_slice::<PackageManifest>(&bytes).map_err(|error| error.to_string())
    });
    match parsed {
        Ok(manifest) if manifest.schema == SCHEMA => Some(manifest),
        Ok(manifest) => {
            audit.differs(format!(
                "{MANIFEST} has the schema {:?}, this version reads {SCHEMA:?}",
                manifest.schema
            ));
            None
        }
        Err(why) => {
            audit.differs(format!("{MANIFEST} cannot be read: {why}"));
            None
        }
    }
}

/// Holds the completeness statement against the accounts that the package lists.
pub fn accounts(folder: &Path, manifest: &PackageManifest, audit: &mut Audit) {
    let read = fs::read(folder.join(SCOPE)).map_err(|error| error.to_string());
    match read.and_then(|bytes| {
        serde_json::from_slice::<ScopePaper>(&bytes).map_err(|error| error.to_string())
    }) {
        Ok(scope) if manifest.completeness.holds(&scope.standings) => {}
        Ok(_) => audit.differs(format!(
            "the completeness statement of {MANIFEST} does not come to the accounts of {SCOPE}: {}",
            manifest.completeness.statement
        )),
        Err(why) => audit.differs(format!("{SCOPE} cannot be read: {why}")),
    }
}

/// Where each answer lies, by the name that evidence gives it.
fn places(folder: &Path) -> Result<Places, Stop> {
    let mut places = Places::new();
    for name in files(folder, RAW)? {
        let Some((owner, _)) = name.strip_prefix("raw/").and_then(|rest| rest.split_once('/'))
        else {
            continue;
        };
        let unreadable = |why: String| Stop::usage(format!("{name} cannot be read: {why}"));
        let bytes = fs::read(folder.join(&name)).map_err(|error| unreadable(error.to_string()))?;
        let raw: Raw =
            serde_json::from_slice(&bytes).map_err(|error| unreadable(error.to_string()))?;
        debug_assert!(owner == ORGANIZATION || owner == raw.account.as_str());
        places
            .insert(raw::source(owner, &raw.probe), (name.clone(), super::staging::sha256(&bytes)));
    }
    Ok(places)
}

/// What of the report is not a result.
#[derive(Deserialize)]
struct Totals {
    coverage: CoverageReport,
    score: ScoreReport,
    #[serde(rename = "results")]
    _results: IgnoredAny,
}

/// Judges the answers again, by the terms of the package, and holds what comes out against what it says.
///
/// # Errors
/// Where its answers or terms cannot be read.
pub fn verdicts(
    folder: &Path,
    (manifest, previous): (&PackageManifest, Option<&Before>),
    audit: &mut Audit,
) -> Result<(), Stop> {
    let unreadable = |name: &str, why: &dyn std::fmt::Display| {
        Stop::usage(format!("{name} cannot be read: {why}"))
    };
    let snapshot = Reread::open(folder)?;
    let bytes = fs::read(folder.join(TERMS)).map_err(|error| unreadable(TERMS, &error))?;
    let standing: Standing =
        serde_json::from_slice(&bytes).map_err(|error| unreadable(TERMS, &error))?;
    let terms = standing.terms().map_err(|error| unreadable(TERMS, &error))?;
    let named = &snapshot.manifest().checks;
    let checks: Vec<&Check> = CATALOGUE
        .iter()
        .copied()
        .filter(|check| named.is_empty() || named.iter().any(|name| name == check.id))
        .collect();
    let assessment = assess_kept(&snapshot, &checks, (&terms, FEW), &mut |_| {})?;
    if assessment.run.ruleset != manifest.ruleset {
        audit.differs(format!(
            "this version of trailproof judges by other rules ({}) than the package was judged by ({}); version {} wrote it",
            assessment.run.ruleset, manifest.ruleset, manifest.tool.version
        ));
    }
    let report = fs::File::open(folder.join(REPORT)).map_err(|error| unreadable(REPORT, &error))?;
    let totals: Totals = serde_json::from_reader(BufReader::new(report))
        .map_err(|error| unreadable(REPORT, &error))?;
    if totals.score.total != assessment.score.total {
        audit.differs(format!(
            "{REPORT} says a score of {} (up to {}, coverage {} %), the answers come to {} (up to {}, coverage {} %)",
            totals.score.total.proven,
            totals.score.total.potential,
            totals.score.total.coverage,
            assessment.score.total.proven,
            assessment.score.total.potential,
            assessment.score.total.coverage
        ));
    } else if totals.score != assessment.score {
        audit.differs(format!(
            "{REPORT} says another score of an account, group or framework than the answers come to"
        ));
    }
    if totals.coverage != assessment.coverage {
        audit.differs(format!("{REPORT} says another coverage than the answers come to"));
    }
    if let Some(before) = previous {
        let bytes = fs::read(folder.join(DIFF)).map_err(|error| unreadable(DIFF, &error))?;
        if manifest.previous.as_ref() != Some(&before.named) {
            audit.differs(format!("{MANIFEST} names another package before than the one given"));
        } else if previous::as_json(&before.difference(&assessment)?)? != bytes {
            audit.differs(format!("{DIFF} is not what changed since the package before"));
        }
    }
    let places = places(folder)?;
    let said =
        fs::File::open(folder.join(FINDINGS)).map_err(|error| unreadable(FINDINGS, &error))?;
    let mut said = Said { lines: BufReader::new(said), next: None, number: 0 };
    said.go_on().map_err(|error| unreadable(FINDINGS, &error))?;
    let mut outcome = Ok(());
    assessment.results.visit(&mut |findings| {
        outcome = findings.iter().try_for_each(|one| said.hold(one, &places, audit));
        if outcome.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    })?;
    outcome.and_then(|()| said.rest(audit)).map_err(|error| unreadable(FINDINGS, &error))
}

/// The findings that the package says, line by line.
struct Said<R> {
    lines: R,
    next: Option<(String, Value)>,
    number: usize,
}

impl<R: BufRead> Said<R> {
    fn go_on(&mut self) -> io::Result<()> {
        let mut line = String::new();
        self.next = if self.lines.read_line(&mut line)? == 0 {
            None
        } else {
            self.number += 1;
            let line = line.trim_end_matches('\n').to_owned();
            let value = serde_json::from_str(&line).unwrap_or(Value::Null);
            Some((line, value))
        };
        Ok(())
    }

    /// Holds a finding that came out against the next that is said.
    fn hold(&mut self, one: &Finding, places: &Places, audit: &mut Audit) -> io::Result<()> {
        let expected = finding(one, places)?;
        let key = |value: &Value| -> [String; 4] {
            ["account_id", "check", "region", "resource"]
                .map(|name| value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned())
        };
        loop {
            let Some((line, value)) = &self.next else {
                audit.differs(format!(
                    "{FINDINGS} lacks {}: the answers come to {}",
                    told(&expected),
                    status(&expected)
                ));
                return Ok(());
            };
            // Byte by byte, not value by value.
            let text = expected.to_string();
            if *line == text {
                audit.findings += 1;
                return self.go_on();
            }
            if value.get("fingerprint") == expected.get("fingerprint") {
                audit.differs(differing(self.number, value, &expected));
                return self.go_on();
            }
            if key(value) > key(&expected) {
                audit.differs(format!(
                    "{FINDINGS} lacks {}: the answers come to {}",
                    told(&expected),
                    status(&expected)
                ));
                return Ok(());
            }
            audit.differs(format!(
                "{FINDINGS}, line {}: {} does not come out of the answers",
                self.number,
                told(value)
            ));
            self.go_on()?;
        }
    }

    /// What is said beyond what came out.
    fn rest(&mut self, audit: &mut Audit) -> io::Result<()> {
        while let Some((_, value)) = &self.next {
            audit.differs(format!(
                "{FINDINGS}, line {}: {} does not come out of the answers",
                self.number,
                told(value)
            ));
            self.go_on()?;
        }
        Ok(())
    }
}

/// A finding by its names.
fn told(value: &Value) -> String {
    let text = |name: &str| value.get(name).and_then(Value::as_str).unwrap_or("?").to_owned();
    format!(
        "{} of {} in {} {}",
        text("check"),
        text("resource"),
        text("account_id"),
        text("region")
    )
}

fn status(value: &Value) -> &str {
    value.get("status").and_then(Value::as_str).unwrap_or("?")
}

/// Which members of a finding differ.
fn differing(line: usize, said: &Value, expected: &Value) -> String {
    let names: BTreeSet<&String> = [said, expected]
        .into_iter()
        .filter_map(Value::as_object)
        .flat_map(|object| object.keys())
        .collect();
    let parts: Vec<String> = names
        .into_iter()
        .filter(|name| said.get(*name) != expected.get(*name))
        .map(|name| match (said.get(name), expected.get(name)) {
            (Some(Value::String(one)), Some(Value::String(other))) => {
                format!("{name} is said to be {one:?} and comes to {other:?}")
            }
            _ => format!("{name} differs"),
        })
        .collect();
    let parts =
        if parts.is_empty() { "it is written otherwise".to_owned() } else { parts.join(", ") };
    format!("{FINDINGS}, line {line}: {}: {parts}", told(expected))
}
