//! What the user lays down once for all runs: `trailproof.toml`, the environment, and the file of waivers.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use clap::{ArgMatches, Command, CommandFactory};
use serde_json::{Value, json};
use trailproof_checks::CATALOGUE;
use trailproof_core::aws::AccountId;
use trailproof_core::config::{ConfigFile, Setting, known_parameter, parse_parameter, policy_with};
use trailproof_core::likeness::nearest;
use trailproof_core::policies::{Override, Policies};
use trailproof_core::terms::Terms;
use trailproof_core::waiver::{Known, Level, Problem, WaiverFile, Waivers};

use crate::cli::Cli;
use crate::exit::Stop;
use crate::log;

mod dump;

pub use dump::dump;

/// The file's name in the working directory.
const FILE: &str = "trailproof.toml";
/// What variables of ours begin with.
const PREFIX: &str = "TRAILPROOF_";
/// What variables that set a parameter of the policy begin with.
const POLICY_PREFIX: &str = "TRAILPROOF_POLICY_";

/// The flags of `scan` and its kin that the file may set, by their names with `_` for `-`.
const SCAN: [&str; 25] = [
    "accounts",
    "attempt_timeout",
    "check",
    "concurrency",
    "endpoint_url",
    "exclude_accounts",
    "exclude_approved_by",
    "exclude_check",
    "exclude_ou",
    "exclude_reason",
    "exclude_regions",
    "external_id",
    "fail_on",
    "log_format",
    "max_rps",
    "min_coverage",
    "min_score",
    "ou",
    "profile",
    "region",
    "regions",
    "role_chain",
    "role_name",
    "role_name_management",
    "role_path",
];
/// Those that say how reports are written.
const REPORT: [&str; 4] = ["color", "format", "junit_grain", "junit_split"];
/// Of `[scan]`, what holds for judging a snapshot too.
const GATES: [&str; 3] = ["fail_on", "min_coverage", "min_score"];

static TERMS: OnceLock<Terms> = OnceLock::new();

/// What this process judges by: the catalogue's defaults until something else is laid down.
pub fn terms() -> &'static Terms {
    TERMS.get_or_init(Terms::default)
}

/// Lays down what this process judges by, once.
pub fn lay_down(terms: Terms) {
    let _ = TERMS.set(terms);
}

/// Where a value comes from, for whoever wonders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A line of a file.
    File(PathBuf, usize),
    /// A variable.
    Variable(String),
}

impl std::fmt::Display for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::File(path, line) => write!(f, "{}:{line}", path.display()),
            Self::Variable(name) => write!(f, "env {name}"),
        }
    }
}

/// All that was laid down, with its sources.
#[derive(Debug, Default)]
pub struct Config {
    parameters: BTreeMap<String, (Value, Source)>,
    overrides: Vec<(Override, Source)>,
    /// Defaults of flags, by section and name.
    flags: BTreeMap<(&'static str, String), (Vec<String>, Source)>,
    waivers: Option<(PathBuf, Source)>,
}

impl Config {
    /// Reads the file that was named, else the first that lies in one of its places, and the environment.
    ///
    /// # Errors
    /// A file that cannot be read, and whatever in it or the environment cannot be meant.
    pub fn load(named: Option<&Path>) -> Result<Self, Stop> {
        let mut config = Self::default();
        if let Some(path) = find(named)? {
            config.read(&path)?;
        }
        config.environment()?;
        Ok(config)
    }

    fn read(&mut self, path: &Path) -> Result<(), Stop> {
        let file = ConfigFile::parse(&text(path)?)
            .map_err(|fault| Stop::usage(format!("{}, {fault}", path.display())))?;
        let at = |line: usize| Source::File(path.to_owned(), line);
        for (name, (value, line)) in file.parameters {
            self.parameters.insert(name, (value, at(line)));
        }
        self.overrides = file.overrides.into_iter().map(|(one, line)| (one, at(line))).collect();
        for (section, known, settings) in
            [("scan", &SCAN[..], file.scan), ("report", &REPORT[..], file.report)]
        {
            for (name, Setting { values, line }) in settings {
                let wrong =
                    |message| Stop::usage(format!("{}, line {line}: {message}", path.display()));
                if !known.contains(&name.as_str()) {
                    return Err(wrong(unknown(section, &name, known)));
                }
                takes(&name, &values)
                    .map_err(|message| wrong(format!("{section}.{name}: {message}")))?;
                self.flags.insert((section, name), (values, at(line)));
            }
        }
        if let Some(Setting { values, line }) = file.waivers {
            // Beside the file that names it.
            let folder = crate::files::folder_of(path);
            self.waivers = values.first().map(|name| (folder.join(name), at(line)));
        }
        Ok(())
    }

    fn environment(&mut self) -> Result<(), Stop> {
        for (name, value) in std::env::vars_os() {
            let Some(name) = name.to_str().filter(|name| name.starts_with(PREFIX)) else {
                continue;
            };
            let text = || {
                value.to_str().ok_or_else(|| Stop::usage(format!("{name}: the value is not UTF-8")))
            };
            let source = Source::Variable(name.to_owned());
            if let Some(parameter) = name.strip_prefix(POLICY_PREFIX) {
                let parameter = parameter.to_lowercase();
                known_parameter(&parameter)
                    .map_err(|message| Stop::usage(format!("{name}: {message}")))?;
                let value = parse_parameter(&parameter, text()?)
                    .map_err(|fault| Stop::usage(format!("{name}: {}", fault.message)))?;
                self.parameters.insert(parameter, (value, source));
                continue;
            }
            let flag = name.strip_prefix(PREFIX).unwrap_or_default().to_lowercase();
            let section = [("scan", &SCAN[..]), ("report", &REPORT[..])]
                .into_iter()
                .find(|(_, known)| known.contains(&flag.as_str()));
            if let Some((section, _)) = section {
                let values = vec![text()?.to_owned()];
                takes(&flag, &values)
                    .map_err(|message| Stop::usage(format!("{name}: {message}")))?;
                self.flags.insert((section, flag), (values, source));
            } else if flag == "waivers" {
                self.waivers = Some((PathBuf::from(text()?), source));
            }
        }
        Ok(())
    }

    /// The command line with these values in the place of its own defaults: a flag that is given outweighs them.
    pub fn defaults(&self, mut command: Command) -> Command {
        for ((section, name), (values, _)) in &self.flags {
            let commands: &[&str] = match *section {
                "report" => &["scan", "assess", "report"],
                _ if GATES.contains(&name.as_str()) => &["scan", "assess"],
                _ => &["scan", "collect", "plan"],
            };
            for verb in commands {
                command = command.mut_subcommand(verb, |command| {
                    if command.get_arguments().any(|argument| argument.get_id() == name.as_str()) {
                        let values: Vec<String> = values.clone();
                        command.mut_arg(name, |argument| argument.default_values(values))
                    } else {
                        command
                    }
                });
            }
        }
        command
    }

    /// What is judged by: the policies, and the waivers of the file that a flag names, else of the one laid down.
    ///
    /// # Errors
    /// Waivers that cannot be used.
    pub fn terms(&self, waivers: Option<&Path>) -> Result<Terms, Stop> {
        let given = self
            .parameters
            .iter()
            .map(|(name, (value, _))| (name.clone(), value.clone()))
            .collect();
        let base = policy_with(&given).map_err(Stop::usage)?;
        for glob in &base.excluded_regions {
            crate::scope::region_glob("excluded_regions", glob)?;
        }
        let overrides = self.overrides.iter().map(|(one, _)| one.clone()).collect();
        let path = waivers.or(self.waivers.as_ref().map(|(path, _)| path.as_path()));
        let waivers = match path {
            Some(path) => waivers_of(path)?,
            None => Waivers::default(),
        };
        Ok(Terms { policies: Policies { base, overrides }, waivers, period: None })
    }
}

/// The file that holds: the one that was named, or the first that lies in its place.
fn find(named: Option<&Path>) -> Result<Option<PathBuf>, Stop> {
    let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    if let Some(path) =
        named.map(Path::to_owned).or_else(|| variable("TRAILPROOF_CONFIG").map(Into::into))
    {
        return Ok(Some(path));
    }
    let home = || variable("HOME").map(|home| Path::new(&home).join(".config"));
    let folder = variable("XDG_CONFIG_HOME").map(PathBuf::from).or_else(home);
    let places =
        [Some(PathBuf::from(FILE)), folder.map(|folder| folder.join("trailproof/config.toml"))];
    Ok(places.into_iter().flatten().find(|path| path.exists()))
}

/// A file that somebody wrote by hand is small.
const LARGEST: u64 = 16 << 20;

fn text(path: &Path) -> Result<String, Stop> {
    let cannot =
        |why: &dyn std::fmt::Display| Stop::usage(format!("cannot read {}: {why}", path.display()));
    let size = std::fs::metadata(path).map_err(|error| cannot(&error))?.len();
    if size > LARGEST {
        return Err(cannot(&format_args!("it has {size} bytes, and at most {LARGEST} are taken")));
    }
    std::fs::read_to_string(path).map_err(|error| cannot(&error))
}

fn unknown(section: &str, name: &str, known: &[&str]) -> String {
    let near = nearest(name, known.iter().copied());
    let hint = near.map(|meant| format!("did you mean {meant}? ")).unwrap_or_default();
    format!("there is no {section}.{name:?}; {hint}expected: {}", known.join(", "))
}

/// Whether the flag takes these values.
fn takes(name: &str, values: &[String]) -> Result<(), String> {
    let flag = name.replace('_', "-");
    let given = values.iter().map(|value| format!("--{flag}={value}"));
    let line = ["trailproof".to_owned(), "scan".to_owned()].into_iter().chain(given);
    match Cli::command().try_get_matches_from(line) {
        Ok(_) => Ok(()),
        Err(error) => {
            let told = error.to_string();
            let first = told.lines().next().unwrap_or_default();
            Err(first.strip_prefix("error: ").unwrap_or(first).to_owned())
        }
    }
}

fn checks() -> Vec<&'static str> {
    CATALOGUE.iter().map(|check| check.id).collect()
}

/// The waivers of a file; what may be wrong with them is said.
fn waivers_of(path: &Path) -> Result<Waivers, Stop> {
    let (file, lines) = waiver_file(path)?;
    let checks = checks();
    let known = Known { checks: &checks, accounts: None };
    let (waivers, warnings) = Waivers::new(file, &known).map_err(|problems| {
        let first = problems.iter().find(|problem| problem.level == Level::Error);
        let told = first.map(|problem| told(path, &lines, problem)).unwrap_or_default();
        Stop::usage(format!("{told}; `trailproof waivers lint {}` tells all", path.display()))
    })?;
    for warning in &warnings {
        log::say("waiver", &told(path, &lines, warning), json!({ "level": "warning" }));
    }
    Ok(waivers)
}

fn told(path: &Path, lines: &[usize], problem: &Problem) -> String {
    let line = lines.get(problem.at).copied().unwrap_or(1);
    format!("{}, line {line}: {}", path.display(), problem.message)
}

fn waiver_file(path: &Path) -> Result<(WaiverFile, Vec<usize>), Stop> {
    let text = text(path)?;
    let read = match path.extension().and_then(|end| end.to_str()) {
        Some("yaml" | "yml") => trailproof_core::config::waivers_from_yaml(&text),
        Some("toml") => trailproof_core::config::waivers_from_toml(&text),
        _ => {
            let message = "the name of a file of waivers ends in .toml or .yaml";
            return Err(Stop::usage(format!("{}: {message}", path.display())));
        }
    };
    read.map_err(|fault| Stop::usage(format!("{}, {fault}", path.display())))
}

/// What is wrong with a file of waivers, one line each, and whether any of it is an error.
///
/// # Errors
/// A file that cannot be read or understood.
pub fn lint(path: &Path, accounts: Option<&BTreeSet<AccountId>>) -> Result<(String, bool), Stop> {
    let (file, lines) = waiver_file(path)?;
    let checks = checks();
    let (problems, failed) = match Waivers::new(file, &Known { checks: &checks, accounts }) {
        Ok((_, warnings)) => (warnings, false),
        Err(problems) => (problems, true),
    };
    let mut out = String::new();
    for problem in &problems {
        let level = if problem.level == Level::Error { "error" } else { "warning" };
        let line = format!("{level}: {}", told(path, &lines, problem));
        out.push_str(&trailproof_reports::one_line(&line));
        out.push('\n');
    }
    if problems.is_empty() {
        out.push_str("no problem was found\n");
    }
    Ok((out, failed))
}

/// The flags of the command as they were understood, with where each comes from.
pub fn flags(matches: &ArgMatches) -> BTreeSet<String> {
    let given = |id: &&clap::Id| {
        matches.value_source(id.as_str()) == Some(clap::parser::ValueSource::CommandLine)
    };
    matches.ids().filter(given).map(|id| id.as_str().to_owned()).collect()
}
