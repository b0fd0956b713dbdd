//! Runs held against each other: two of them, or all that a folder holds.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use trailproof_core::assessment::Assessment;
use trailproof_core::diff::{Baseline, Diff, Side};
use trailproof_core::gate::Gates;
use trailproof_core::language::Language;
use trailproof_core::results::Results;
use trailproof_reports::{DiffFormat, DiffOptions, History, HistoryRun, write_diff, write_history};

use crate::cli::{DiffArgs, HistoryArgs, SelectArgs, ToldArgs};
use crate::commands::judge;
use crate::earlier::{report_of, subject};
use crate::exit::Stop;
use crate::files::stream_atomically;
use crate::output::{FEW, folder_takes, named_in, width};
use crate::package;
use crate::select::checks_for;
use crate::store::Reader;

/// Tells what changed from one run to another.
///
/// # Errors
/// What cannot be read (2) or written (5).
pub fn diff(args: &DiffArgs) -> Result<u8, Stop> {
    let targets = targets(&args.told)?;
    let mut options = DiffOptions { width: width(), ..DiffOptions::default() };
    let baseline = match report_of(&args.before)? {
        Some(report) => {
            options.know(&report);
            base(&report)?
        }
        None => {
            let reader = Reader::open(&args.before)?;
            let checks = checks_for(&reader, &SelectArgs::default())?;
            base(&judge(&reader, &checks, (&mut Gates::default(), None, FEW))?)?
        }
    };
    let diff = match report_of(&args.after)? {
        Some(report) => {
            options.know(&report);
            between(&baseline, &report)?
        }
        None => {
            let reader = Reader::open(&args.after)?;
            let checks = checks_for(&reader, &SelectArgs::default())?;
            let report = judge(&reader, &checks, (&mut Gates::default(), None, FEW))?;
            options.know(&report);
            between(&baseline, &report)?
        }
    };
    write_all(&targets, &options, &|format, options, out| write_diff(format, &diff, options, out))
}

fn base<R: Results>(assessment: &Assessment<R>) -> Result<Baseline, Stop>
where
    Stop: From<R::Error>,
{
    Ok(Baseline::of(assessment)?)
}

fn between<R: Results>(baseline: &Baseline, assessment: &Assessment<R>) -> Result<Diff, Stop>
where
    Stop: From<R::Error>,
{
    Diff::between(baseline, assessment)?
        .ok_or_else(|| Stop::internal("the earlier run holds nothing"))
}

/// Draws the score over the runs in a folder.
///
/// # Errors
/// What cannot be read, or no report at all (2); what cannot be written (5).
pub fn history(args: &HistoryArgs) -> Result<u8, Stop> {
    let targets = targets(&args.told)?;
    let mut paths = Vec::new();
    reports_below(&args.folder, DEPTH, &mut paths)
        .map_err(|error| Stop::usage(format!("cannot read {}: {error}", args.folder.display())))?;
    // Only where and when, first: of the reports themselves one is in memory at a time, and the one before it.
    let mut found = Vec::new();
    let mut seen = BTreeSet::new();
    for path in paths {
        let Some(report) = report_of(&path)? else { continue };
        let of = subject(&report);
        if seen.insert((of.clone(), report.run.id.clone())) {
            found.push((of, report.run.ended, report.run.id, path));
        }
    }
    if found.is_empty() {
        let told = "no JSON report lies in it; `--format json=PATH` and `-o DIR` write one";
        return Err(Stop::usage(format!("{}: {told}", args.folder.display())));
    }
    found.sort();
    let mut history = History::default();
    let mut before: Option<(String, Baseline)> = None;
    for (of, _, _, path) in found {
        let Some(report) = report_of(&path)? else { continue };
        let same = before.take().filter(|(organization, _)| *organization == of);
        let since = match &same {
            Some((_, baseline)) => Some(between(baseline, &report)?),
            None => None,
        };
        let place = path.strip_prefix(&args.folder).unwrap_or(&path).display().to_string();
        history.runs.push(HistoryRun::new(&of, place, (Side::of(&report), since.as_ref())));
        before = Some((of, base(&report)?));
    }
    let options = DiffOptions { width: width(), ..DiffOptions::default() };
    write_all(&targets, &options, &|format, options, out| {
        write_history(format, &history, options, out)
    })
}

/// Evidence packages lie in folders of their own, and their reports at their top.
const DEPTH: usize = 3;

/// The schema stands first in a report.
const HEAD: u64 = 256;

fn reports_below(folder: &Path, depth: usize, found: &mut Vec<PathBuf>) -> io::Result<()> {
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<io::Result<_>>()?;
    paths.sort();
    for path in paths {
        if path.is_symlink() {
            continue;
        }
        if path.is_dir() {
            if depth > 0 {
                reports_below(&path, depth - 1, found)?;
            }
        } else if package::is_archive(&path)
            || path.extension().is_some_and(|end| end == "json") && is_report(&path)?
        {
            found.push(path);
        }
    }
    Ok(())
}

fn is_report(path: &Path) -> io::Result<bool> {
    let mut head = Vec::new();
    File::open(path)?.take(HEAD).read_to_end(&mut head)?;
    let text = String::from_utf8_lossy(&head);
    Ok(text.contains("\"trailproof.report/"))
}

/// What is written, in which language, and to which file; to stdout without one.
type Target = (DiffFormat, Language, Option<PathBuf>);

/// What the flags ask for, each of which can be written.
fn targets(args: &ToldArgs) -> Result<Vec<Target>, Stop> {
    let mut targets: Vec<Target> = Vec::new();
    let mut languages = args.lang.clone();
    languages.sort_unstable();
    languages.dedup();
    for text in &args.format {
        let (name, path) = match text.split_once('=') {
            Some((name, path)) => (name, Some(path)),
            None => (text.as_str(), None),
        };
        let format: DiffFormat =
            name.parse().map_err(|error| Stop::usage(format!("--format {text}: {error}")))?;
        let path = path.filter(|path| *path != "-").map(PathBuf::from);
        let asked = match format.is_for_people() {
            true => languages.as_slice(),
            false => &[Language::English],
        };
        let named: Vec<Target> = asked
            .iter()
            .map(|language| match &path {
                Some(path) if asked.len() > 1 => {
                    (format, *language, Some(named_in(path, *language)))
                }
                path => (format, *language, path.clone()),
            })
            .collect();
        for (_, _, path) in &named {
            takes(path.as_deref(), args.force)?;
            if targets.iter().any(|(_, _, other)| other == path) {
                return Err(Stop::usage("each format needs a place of its own: FORMAT=PATH"));
            }
        }
        targets.extend(named);
    }
    Ok(targets)
}

fn takes(path: Option<&Path>, force: bool) -> Result<(), Stop> {
    match path {
        Some(path) if path.exists() && !force => {
            Err(Stop::usage(format!("{} exists; --force overwrites it", path.display())))
        }
        Some(path) => folder_takes(path),
        None => Ok(()),
    }
}

fn write_all(
    targets: &[Target],
    options: &DiffOptions,
    render: &dyn Fn(DiffFormat, &DiffOptions, &mut dyn Write) -> io::Result<()>,
) -> Result<u8, Stop> {
    for (format, language, path) in targets {
        let place = path.as_ref().map_or("stdout".into(), |path| path.display().to_string());
        let options = DiffOptions { language: *language, ..options.clone() };
        let written = |out: &mut dyn Write| {
            render(*format, &options, out)
                .map_err(|error| Stop::output(format!("cannot write to {place}: {error}")))
        };
        match path {
            Some(path) => stream_atomically(path, written)?,
            None => written(&mut io::BufWriter::new(io::stdout().lock()))?,
        }
    }
    Ok(0)
}
