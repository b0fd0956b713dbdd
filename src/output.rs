//! Reports to files and stdout: checked before the scan, written whole or not at all.

use std::collections::BTreeMap;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};

use trailproof_core::assessment::{Assessment, FrameworkScore};
use trailproof_core::control::Framework;
use trailproof_core::results::Results;
use trailproof_reports::{Format, Grain, Options, ReportError};

use crate::cli::{Color, JunitGrain, OutputArgs};
use crate::exit::Stop;
use crate::files::{AtomicFile, folder_of, stream_atomically, unwritable};

/// The reports that a command was asked for.
#[derive(Debug)]
pub struct Outputs {
    targets: Vec<(Format, Option<PathBuf>)>,
    color: Color,
    grain: Grain,
    split: Option<usize>,
    /// The frameworks that were asked for; none means that reports for programs hold all, and the table none.
    frameworks: Vec<Framework>,
}

/// CI servers refuse JUnit files of 30 MB and more.
const JUNIT_LIMIT: u64 = 25_000_000;

impl Outputs {
    /// Reads the flags, and makes sure that every file can be written before any work is done.
    ///
    /// # Errors
    /// An unknown format, two reports for stdout, a file that exists (2); a folder that cannot be written (5).
    pub fn prepare(args: &OutputArgs, ci: bool) -> Result<Self, Stop> {
        let mut targets: Vec<(Format, Option<PathBuf>)> = Vec::new();
        for text in &args.format {
            let (name, path) = match text.split_once('=') {
                Some((name, path)) => (name, Some(path)),
                None => (text.as_str(), None),
            };
            let format: Format =
                name.parse().map_err(|error| Stop::usage(format!("--format {text}: {error}")))?;
            if path == Some("") {
                return Err(Stop::usage(format!(
                    "--format {text}: a path is expected after the ="
                )));
            }
            let path = path.filter(|path| *path != "-").map(PathBuf::from);
            if let Some(path) = &path {
                if format == Format::Junit && args.junit_split.is_some() {
                    parts_writable(path, args.force)?;
                } else {
                    writable(path, args.force)?;
                }
                if targets.iter().any(|(_, other)| other.as_ref() == Some(path)) {
                    return Err(Stop::usage(format!(
                        "two reports are to go to {}",
                        path.display()
                    )));
                }
            }
            if path.is_none() && format == Format::Junit && args.junit_split.is_some() {
                return Err(Stop::usage("--junit-split needs a path: --format junit=PATH"));
            }
            targets.push((format, path));
        }
        if targets.is_empty() {
            targets.push((Format::Table, None));
        }
        if targets.iter().filter(|(_, path)| path.is_none()).count() > 1 {
            return Err(Stop::usage(
                "only one report can go to stdout; give the others a path: FORMAT=PATH",
            ));
        }
        let grain = match args.junit_grain {
            JunitGrain::Check => Grain::Check,
            JunitGrain::Resource => Grain::Resource,
        };
        let color = if ci && args.color == Color::Auto { Color::Never } else { args.color };
        let split = args.junit_split.and_then(|accounts| usize::try_from(accounts).ok());
        Ok(Self { targets, color, grain, split, frameworks: Vec::new() })
    }

    /// With these frameworks in the table, and no others in any report: the checks that were selected for one say too
    /// little of another.
    #[must_use]
    pub fn with_frameworks(self, asked: &[Framework]) -> Self {
        Self { frameworks: asked.to_vec(), ..self }
    }

    /// Leaves the frameworks that were asked for.
    pub fn leave_frameworks(&self, frameworks: &mut BTreeMap<Framework, FrameworkScore>) {
        if !self.frameworks.is_empty() {
            frameworks.retain(|framework, _| self.frameworks.contains(framework));
        }
    }

    /// Writes every report of a command that judges no checks.
    ///
    /// # Errors
    /// The first that cannot be written (5).
    pub fn write_each(
        &self,
        render: &dyn Fn(Format, &Options, &mut dyn Write) -> io::Result<()>,
    ) -> Result<(), Stop> {
        let (files, stdout): (Vec<_>, Vec<_>) =
            self.targets.iter().partition(|(_, path)| path.is_some());
        for (format, path) in files.into_iter().chain(stdout) {
            let options = Options {
                width: width(),
                color: path.is_none() && self.colored(),
                junit_grain: self.grain,
                frameworks: false,
            };
            let place = path.as_ref().map_or("stdout".into(), |path| path.display().to_string());
            let written = |out: &mut dyn Write| {
                render(*format, &options, out).map_err(|error| {
                    Stop::output(format!("cannot write the {format} report to {place}: {error}"))
                })
            };
            match path {
                Some(path) => stream_atomically(path, written)?,
                None => written(&mut io::BufWriter::new(io::stdout().lock()))?,
            }
        }
        Ok(())
    }

    /// Writes every report.
    ///
    /// # Errors
    /// The first that cannot be written (5), or why there are no results to be written.
    pub fn write<R: Results>(&self, assessment: &Assessment<R>) -> Result<(), Stop>
    where
        Stop: From<R::Error>,
    {
        // Files first: a reader of stdout who goes away must not cost the others theirs.
        let (files, stdout): (Vec<_>, Vec<_>) =
            self.targets.iter().partition(|(_, path)| path.is_some());
        for (format, path) in files.into_iter().chain(stdout) {
            let options = Options {
                width: width(),
                color: path.is_none() && self.colored(),
                junit_grain: self.grain,
                frameworks: !self.frameworks.is_empty(),
            };
            let place = path.as_ref().map_or("stdout".into(), |path| path.display().to_string());
            let stopped = |error: ReportError<R::Error>| match error {
                ReportError::Results(error) => error.into(),
                error => {
                    Stop::output(format!("cannot write the {format} report to {place}: {error}"))
                }
            };
            let render = |out: &mut dyn Write| {
                trailproof_reports::write(*format, assessment, &options, out).map_err(stopped)
            };
            let Some(path) = path else {
                let mut stdout = std::io::BufWriter::new(std::io::stdout().lock());
                render(&mut stdout)?;
                continue;
            };
            match self.split.filter(|_| *format == Format::Junit) {
                None => stream_atomically(path, render)?,
                Some(accounts) => {
                    let mut parts = Parts { path, number: 0, current: None };
                    let written = trailproof_reports::write_split(
                        assessment,
                        self.grain,
                        accounts,
                        &mut |number, bytes| parts.take(number, bytes),
                    );
                    written.map_err(stopped)?;
                    parts.finish().map_err(|error| unwritable(path, &error))?;
                }
            }
            if *format == Format::Junit
                && std::fs::metadata(path).is_ok_and(|file| file.len() > JUNIT_LIMIT)
            {
                let line = format!(
                    "{} is larger than 25 MB, which CI servers may refuse; --junit-split writes several files",
                    path.display()
                );
                let _ = writeln!(std::io::stderr(), "{line}");
            }
        }
        Ok(())
    }

    fn colored(&self) -> bool {
        let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        match self.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto if set("NO_COLOR") => false,
            Color::Auto if set("CLICOLOR_FORCE") => true,
            Color::Auto => {
                std::io::stdout().is_terminal()
                    && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
            }
        }
    }
}

/// A report in several files, of which one is open at a time.
struct Parts<'a> {
    path: &'a Path,
    number: usize,
    current: Option<AtomicFile>,
}

impl Parts<'_> {
    fn take(&mut self, number: usize, bytes: &[u8]) -> io::Result<()> {
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

    fn finish(&mut self) -> io::Result<()> {
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

/// `COLUMNS`, else the terminal's width.
fn width() -> Option<u16> {
    let columns = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    columns.or_else(|| console::Term::stdout().size_checked().map(|(_, columns)| columns))
}

/// Prints a result to stdout.
///
/// # Errors
/// Where nobody reads any more (5).
pub fn print(bytes: &[u8]) -> Result<(), Stop> {
    let mut stdout = std::io::stdout().lock();
    stdout
        .write_all(bytes)
        .and_then(|()| stdout.flush())
        .map_err(|error| Stop::output(format!("cannot write to stdout: {error}")))
}
