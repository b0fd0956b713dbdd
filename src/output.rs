//! Reports to files and stdout: checked before the scan, written whole or not at all.

use std::collections::BTreeMap;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};

use trailproof_core::assessment::{Assessment, FrameworkScore};
use trailproof_core::control::Framework;
use trailproof_core::language::Language;
use trailproof_core::results::Results;
use trailproof_reports::{Format, Grain, Options, ReportError, SarifOptions};

use crate::cli::{Color, JunitGrain, OutputArgs, SarifInclude};
use crate::exit::Stop;
use crate::files::{stream_atomically, unwritable};

mod pages;
mod set;
mod target;

use target::{Parts, Place};

pub use target::folder_takes;

/// The reports that a command was asked for.
#[derive(Debug)]
pub struct Outputs {
    targets: Vec<(Format, Place)>,
    /// The languages of reports for people, each once.
    languages: Vec<Language>,
    /// The folder for the whole set.
    set: Option<PathBuf>,
    color: Color,
    split: Option<usize>,
    options: Options,
    /// The frameworks that were asked for; none means that reports for programs hold all, and the table none.
    frameworks: Vec<Framework>,
}

/// CI servers refuse JUnit files of 30 MB and more.
const JUNIT_LIMIT: u64 = 25_000_000;

/// Of so many accounts the results are kept in memory for who looks at them once. Of more they are judged once more
/// instead.
pub const FEW: usize = 100;

/// Of so many they are kept for who looks at them many times.
pub const SOME: usize = 500;

/// Where GitHub Actions tells a step to write its page.
const STEP_SUMMARY: &str = "GITHUB_STEP_SUMMARY";

impl Outputs {
    /// Reads the flags, and makes sure that every file can be written before any work is done.
    ///
    /// # Errors
    /// An unknown format, two reports for stdout, a file that exists (2); a folder that cannot be written (5).
    pub fn prepare(args: &OutputArgs, ci: bool) -> Result<Self, Stop> {
        let mut targets: Vec<(Format, Place)> = Vec::new();
        let asked = args.format.iter().map(|text| Place::parse(text, args.junit_split.is_some()));
        let mut languages = args.lang.clone();
        languages.sort_unstable();
        languages.dedup();
        for target in asked.chain(step_summary(args)) {
            let (format, place) = target?;
            for (_, place) in in_languages(format, &place, &languages) {
                place.check(args.force)?;
            }
            if let Some(path) = place.path()
                && targets.iter().any(|(_, other)| other.path() == Some(path))
            {
                let told = format!("two reports are to go to {}", path.display());
                return Err(Stop::usage(told));
            }
            targets.push((format, place));
        }
        if args.format.is_empty() {
            targets.push((Format::Table, Place::Stdout));
        }
        if targets.iter().filter(|(_, place)| *place == Place::Stdout).count() > 1 {
            return Err(Stop::usage(
                "only one report can go to stdout; give the others a path: FORMAT=PATH",
            ));
        }
        if let Some(folder) = &args.output_dir {
            Place::Folder(folder.clone()).check(args.force)?;
        }
        let color = if ci && args.color == Color::Auto { Color::Never } else { args.color };
        let split = args.junit_split.and_then(|accounts| usize::try_from(accounts).ok());
        Ok(Self {
            targets,
            languages,
            set: args.output_dir.clone(),
            color,
            split,
            options: options(args),
            frameworks: Vec::new(),
        })
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

    /// Of how many accounts at most the results are to be kept: of more the more often they are looked at.
    pub fn few(&self) -> usize {
        if self.set.is_some() || self.targets.len() > 1 { SOME } else { FEW }
    }

    /// Writes every report of a command that judges no checks.
    ///
    /// # Errors
    /// The first that cannot be written (5).
    pub fn write_each(
        &self,
        render: &dyn Fn(Format, &Options, &mut dyn Write) -> io::Result<()>,
    ) -> Result<(), Stop> {
        let (stdout, files): (Vec<_>, Vec<_>) =
            self.targets.iter().partition(|(_, place)| *place == Place::Stdout);
        for (format, place) in files.into_iter().chain(stdout) {
            for (language, place) in in_languages(*format, place, &self.languages) {
                let options = Options { language, ..self.options(place == Place::Stdout) };
                let told = place.path().map_or("stdout".into(), |path| path.display().to_string());
                let written = |out: &mut dyn Write| {
                    render(*format, &options, out).map_err(|error| {
                        Stop::output(format!("cannot write the {format} report to {told}: {error}"))
                    })
                };
                match place.path() {
                    Some(path) => stream_atomically(path, written)?,
                    None => written(&mut io::BufWriter::new(io::stdout().lock()))?,
                }
            }
        }
        Ok(())
    }

    /// The same, where all that was asked for is in one of these formats.
    ///
    /// # Errors
    /// Another format (2).
    pub fn only(self, formats: &[Format]) -> Result<Self, Stop> {
        match self.targets.iter().find(|(format, _)| !formats.contains(format)) {
            None => Ok(self),
            Some((format, _)) => {
                let all: Vec<&str> = formats.iter().map(|format| format.code()).collect();
                let all = all.join(", ");
                Err(Stop::usage(format!("--format {format}: one of {all} is expected here")))
            }
        }
    }

    /// Writes every report.
    ///
    /// # Errors
    /// The first that cannot be written (5), or why there are no results to be written.
    pub fn write<R: Results>(&self, assessment: &Assessment<R>) -> Result<(), Stop>
    where
        Stop: From<R::Error>,
    {
        if let Some(folder) = &self.set {
            set::write(assessment, folder, (&self.options(false), &self.languages))?;
        }
        // Files first: a reader of stdout who goes away must not cost the others theirs.
        let (stdout, files): (Vec<_>, Vec<_>) =
            self.targets.iter().partition(|(_, place)| *place == Place::Stdout);
        for (format, place) in files.into_iter().chain(stdout) {
            for (language, place) in in_languages(*format, place, &self.languages) {
                self.write_one(assessment, (*format, language), &place)?;
            }
        }
        Ok(())
    }

    fn write_one<R: Results>(
        &self,
        assessment: &Assessment<R>,
        (format, language): (Format, Language),
        place: &Place,
    ) -> Result<(), Stop>
    where
        Stop: From<R::Error>,
    {
        let told = place.path().map_or("stdout".into(), |path| path.display().to_string());
        let stopped = |error| stopped(format, &told, error);
        let options = Options { language, ..self.options(*place == Place::Stdout) };
        let render = |out: &mut dyn Write| {
            trailproof_reports::write(format, assessment, &options, out).map_err(stopped)
        };
        match place {
            Place::Stdout => {
                let mut stdout = std::io::BufWriter::new(std::io::stdout().lock());
                render(&mut stdout)?;
            }
            Place::File(path) if format == Format::Html => {
                pages::write(assessment, path, language)?;
            }
            Place::File(path) => {
                stream_atomically(path, render)?;
                if format == Format::Junit {
                    warn_of_size(path);
                }
            }
            Place::Numbered(path) => {
                let mut parts = Parts::new(path);
                let accounts = self.split.unwrap_or(usize::MAX);
                let grain = options.junit_grain;
                trailproof_reports::write_split(
                    assessment,
                    grain,
                    accounts,
                    &mut |number, bytes| parts.take(number, bytes),
                )
                .map_err(stopped)?;
                parts.finish().map_err(|error| unwritable(path, &error))?;
            }
            Place::Folder(path) => set::write_asff(assessment, path).map(drop)?,
            Place::Appended(path) => {
                let page = std::fs::OpenOptions::new().create(true).append(true).open(path);
                let mut page = page.map_err(|error| unwritable(path, &error))?;
                render(&mut page)?;
            }
        }
        Ok(())
    }

    fn options(&self, terminal: bool) -> Options {
        Options {
            width: width(),
            color: terminal && self.colored(),
            frameworks: !self.frameworks.is_empty(),
            ..self.options.clone()
        }
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

/// The report of one target in each language that it is to have. What programs read has one. Where people have two,
/// files have the language in their names, and what goes to a terminal or a page follows one after the other.
fn in_languages(format: Format, place: &Place, languages: &[Language]) -> Vec<(Language, Place)> {
    if !format.is_for_people() {
        return vec![(Language::English, place.clone())];
    }
    let named = |language: &Language| match place {
        Place::File(path) if languages.len() > 1 => Place::File(named_in(path, *language)),
        place => place.clone(),
    };
    languages.iter().map(|language| (*language, named(language))).collect()
}

/// `report.md` is `report.ja.md` in Japanese.
pub fn named_in(path: &Path, language: Language) -> PathBuf {
    match path.extension() {
        Some(extension) => {
            path.with_extension(format!("{language}.{}", extension.to_string_lossy()))
        }
        None => path.with_extension(language.code()),
    }
}

/// What the flags say of the formats' forms.
fn options(args: &OutputArgs) -> Options {
    Options {
        junit_grain: match args.junit_grain {
            JunitGrain::Check => Grain::Check,
            JunitGrain::Resource => Grain::Resource,
        },
        sarif: SarifOptions {
            anchor: args.sarif_anchor.clone(),
            waived: args.sarif_include == Some(SarifInclude::Waived),
            most: args.sarif_max.and_then(|most| usize::try_from(most).ok()),
        },
        ocsf_array: args.ocsf_array,
        csv_mark: args.csv_bom,
        ..Options::default()
    }
}

/// The page of the step, if it is asked for.
fn step_summary(args: &OutputArgs) -> Option<Result<(Format, Place), Stop>> {
    let path = std::env::var_os(STEP_SUMMARY).filter(|path| !path.is_empty());
    args.github_summary.then(|| match path {
        Some(path) => Ok((Format::Markdown, Place::Appended(path.into()))),
        None => Err(Stop::usage(format!(
            "--github-summary: {STEP_SUMMARY} is not set; elsewhere use --format markdown=PATH"
        ))),
    })
}

/// Why a report is not there: the output's reason, or the results' own.
fn stopped<E>(format: Format, place: &str, error: ReportError<E>) -> Stop
where
    E: std::fmt::Display,
    Stop: From<E>,
{
    match error {
        ReportError::Results(error) => error.into(),
        error => Stop::output(format!("cannot write the {format} report to {place}: {error}")),
    }
}

fn warn_of_size(path: &Path) {
    if std::fs::metadata(path).is_ok_and(|file| file.len() > JUNIT_LIMIT) {
        let line = format!(
            "{} is larger than 25 MB, which CI servers may refuse; --junit-split writes several files",
            path.display()
        );
        let _ = writeln!(std::io::stderr(), "{line}");
    }
}

/// `COLUMNS`, else the terminal's width.
pub fn width() -> Option<u16> {
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
