//! Reports to files and stdout: checked before the scan, written whole or not at all.

use std::io::{IsTerminal, Write};
use std::path::PathBuf;

use trailproof_core::assessment::Assessment;
use trailproof_reports::{Format, Grain, Options};

use crate::cli::{Color, JunitGrain, OutputArgs};
use crate::exit::Stop;
use crate::store::write_atomically;

/// The reports that a command was asked for.
#[derive(Debug)]
pub struct Outputs {
    targets: Vec<(Format, Option<PathBuf>)>,
    color: Color,
    grain: Grain,
}

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
                writable(path, args.force)?;
                if targets.iter().any(|(_, other)| other.as_ref() == Some(path)) {
                    return Err(Stop::usage(format!(
                        "two reports are to go to {}",
                        path.display()
                    )));
                }
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
        Ok(Self { targets, color, grain })
    }

    /// Writes every report.
    ///
    /// # Errors
    /// The first that cannot be written (5).
    pub fn write(&self, assessment: &Assessment) -> Result<(), Stop> {
        // Files first: a reader of stdout who goes away must not cost the others theirs.
        let (files, stdout): (Vec<_>, Vec<_>) =
            self.targets.iter().partition(|(_, path)| path.is_some());
        for (format, path) in files.into_iter().chain(stdout) {
            let options = Options {
                width: width(),
                color: path.is_none() && self.colored(),
                junit_grain: self.grain,
            };
            let mut bytes = Vec::new();
            trailproof_reports::write(*format, assessment, &options, &mut bytes).map_err(
                |error| Stop::output(format!("cannot write the {format} report: {error}")),
            )?;
            match path {
                Some(path) => write_atomically(path, &bytes)?,
                None => print(&bytes)?,
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

fn writable(path: &std::path::Path, force: bool) -> Result<(), Stop> {
    if path.is_dir() {
        return Err(Stop::usage(format!("{} is a folder; name a file in it", path.display())));
    }
    if path.exists() && !force {
        return Err(Stop::usage(format!("{} exists; --force overwrites it", path.display())));
    }
    folder_takes(path)
}

/// Makes sure that a file can be made there.
///
/// # Errors
/// Where its folder is missing or closed (5).
pub fn folder_takes(path: &std::path::Path) -> Result<(), Stop> {
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => std::path::Path::new("."),
    };
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
