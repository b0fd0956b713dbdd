//! Commands and flags.

use std::path::PathBuf;

use clap::builder::styling::Styles;
use clap::{Args, Parser, Subcommand, ValueEnum};
use trailproof_core::assessment::Milli;
use trailproof_core::check::Severity;
use trailproof_core::control::{Framework, UnknownFramework};
use trailproof_core::language::Language;
use trailproof_core::period::Period;

use crate::exit::EXIT_CODES;
use crate::log::LogFormat;
use trailproof_core::likeness::nearest;

mod answering;
mod comparing;
mod packing;
mod printing;
mod validating;

pub use answering::{AnswerArgs, AnswerFormat, WhoCanArgs, WouldAlertArgs, WouldRecordArgs};
pub use comparing::{DiffArgs, HistoryArgs, ToldArgs};
pub use packing::{PackageArgs, Redaction, VerifyArgs};
pub use printing::{ChecksArgs, ExplainArgs, ListFormat, PolicyArgs, PolicyFormat, PolicyOf};
pub use validating::{EventFormat, EventsArgs, HandedArgs, LogsArgs, ValidateLogsArgs};

/// The role that members are read through unless told otherwise.
pub const ROLE_NAME: &str = "TrailproofAudit";

/// Calls that may be open at once, unless told otherwise: some thousand calls a second at the usual latencies, which
/// one core bears. Over the accounts of an organization they stay far below AWS's quotas.
pub const CONCURRENCY: u16 = 256;

/// Proves that an AWS organization's audit trail is there: complete, intact, out of reach, and watched.
#[derive(Debug, Parser)]
#[command(name = "trailproof", version, styles = Styles::plain(), arg_required_else_help = true, max_term_width = 100)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// What is laid down.
    #[command(flatten)]
    pub config: ConfigArgs,
}

/// What the user lays down once for all runs.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Configuration")]
pub struct ConfigArgs {
    /// The configuration, in place of trailproof.toml here or trailproof/config.toml in the user's configuration folder.
    #[arg(long, value_name = "PATH", global = true)]
    pub config: Option<PathBuf>,
    /// A file of waivers in TOML or YAML.
    #[arg(long, value_name = "PATH", global = true)]
    pub waivers: Option<PathBuf>,
    /// Print the configuration that holds, with the source of each value, and do nothing else.
    #[arg(long, global = true)]
    pub dump_config: bool,
}

impl Command {
    /// Whether what the user laid down matters to it.
    pub fn is_configured(&self) -> bool {
        match self {
            Self::Scan(_)
            | Self::Demo(_)
            | Self::Collect(_)
            | Self::Assess(_)
            | Self::Report(_)
            | Self::Package(_) => true,
            Self::Explain(_) | Self::Plan(_) | Self::Policy(_) => true,
            Self::WouldRecord(_) | Self::WouldAlert(_) | Self::WhoCan(_) => true,
            Self::Diff(_) => true,
            Self::History(_)
            | Self::Verify(_)
            | Self::Checks(_)
            | Self::ValidateLogs(_)
            | Self::Events(_)
            | Self::Waivers(_)
            | Self::ExitCodes => false,
        }
    }
}

/// The verbs.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Read an organization or account, judge it, and report: collect, assess and report in one.
    Scan(Box<ScanArgs>),
    /// Scan the built-in demo organization, through the same code and without any network.
    Demo(Box<DemoArgs>),
    /// Read AWS into a snapshot, and judge nothing.
    Collect(Box<CollectArgs>),
    /// Judge a snapshot; makes no call to AWS.
    Assess(Box<AssessArgs>),
    /// Write a snapshot's or an earlier JSON report's results again, without gates.
    Report(Box<ReportArgs>),
    /// Tell what changed between two runs: finding by finding, and what it did to the score.
    Diff(DiffArgs),
    /// Draw the score over time from the JSON reports and evidence packages in a folder and below it.
    History(HistoryArgs),
    /// List the checks.
    Checks(ChecksArgs),
    /// Tell everything about one check, and with a snapshot how it went there.
    Explain(ExplainArgs),
    /// Print the least IAM policy for the selected checks.
    Policy(PolicyArgs),
    /// List the accounts and the calls that a scan would make, and make none but those that list the accounts.
    Plan(Box<PlanArgs>),
    /// Ask whether a call would be kept by any trail: where, for how long, and who could have deleted it since.
    WouldRecord(Box<WouldRecordArgs>),
    /// Ask whether anybody would be told of an event, and where the chain to a person is broken if not.
    WouldAlert(Box<WouldAlertArgs>),
    /// Ask which principals can do something to the evidence, by which statement, and what would change that.
    WhoCan(Box<WhoCanArgs>),
    /// Prove the log files of some time complete and unmodified, for every account and region of a bucket at once.
    ValidateLogs(Box<ValidateLogsArgs>),
    /// Print the events of some time, of log files that are proved while they are read.
    Events(Box<EventsArgs>),
    /// Put a run into an evidence package: answers, findings, reports and hashes, to be verified without AWS.
    Package(Box<PackageArgs>),
    /// Verify an evidence package: every hash, every account, and every verdict judged again from its answers.
    Verify(VerifyArgs),
    /// Look after waivers.
    #[command(subcommand)]
    Waivers(WaiversCommand),
    /// The exit codes.
    #[command(name = "exit-codes", about = "The exit codes", long_about = EXIT_CODES)]
    ExitCodes,
}

/// `waivers`.
#[derive(Debug, Subcommand)]
pub enum WaiversCommand {
    /// Tell what is wrong with a file of waivers; 2 where it cannot be used.
    Lint {
        /// A file of waivers in TOML or YAML.
        file: PathBuf,
        /// A snapshot, whose accounts the waivers are held against.
        snapshot: Option<PathBuf>,
    },
}

/// Whom to ask, and how.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Credentials and endpoints")]
pub struct ConnectArgs {
    /// A profile of the AWS configuration files.
    #[arg(long, value_name = "NAME")]
    pub profile: Option<String>,
    /// The region of the first calls; never a filter.
    #[arg(long, value_name = "REGION")]
    pub region: Option<String>,
    /// An endpoint in place of AWS's own.
    #[arg(long, value_name = "URL")]
    pub endpoint_url: Option<String>,
    /// How many calls may be open at once.
    #[arg(long, value_name = "N", default_value_t = CONCURRENCY, value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub concurrency: u16,
    /// How many calls a second CloudTrail is asked in each region of each account, and event history a fifth of it; AWS's
    /// own quotas are 10 and 2, for all of the account's users.
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=100))]
    pub max_rps: u16,
    /// How many seconds one try of a call may take.
    #[arg(long, value_name = "SECONDS", hide = true, default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..=600))]
    pub attempt_timeout: u16,
    /// Show no progress.
    #[arg(short, long)]
    pub quiet: bool,
    /// How progress and remarks are written to stderr.
    #[arg(long, value_enum, default_value_t = LogFormat::Text)]
    pub log_format: LogFormat,
}

/// Which accounts and regions, and how members are entered.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Accounts and regions")]
pub struct ScopeArgs {
    /// Fail where the organization cannot be read, instead of scanning the caller's account alone.
    #[arg(long)]
    pub org: bool,
    /// Only these accounts: ids separated by commas, or @FILE with one id a line.
    #[arg(long, value_name = "ID,…", value_delimiter = ',')]
    pub accounts: Vec<String>,
    /// Not these accounts.
    #[arg(long, value_name = "ID,…", value_delimiter = ',')]
    pub exclude_accounts: Vec<String>,
    /// Only accounts under this organizational unit, at any depth: an id, a name, or a path such as Root/Workloads.
    #[arg(long, value_name = "UNIT")]
    pub ou: Vec<String>,
    /// No account under this organizational unit.
    #[arg(long, value_name = "UNIT")]
    pub exclude_ou: Vec<String>,
    /// Only these regions: names or globs, separated by commas.
    #[arg(long, value_name = "GLOB,…", value_delimiter = ',')]
    pub regions: Vec<String>,
    /// Not these regions.
    #[arg(long, value_name = "GLOB,…", value_delimiter = ',')]
    pub exclude_regions: Vec<String>,
    /// Why accounts, units or regions are left out: the evidence package says so.
    #[arg(long, value_name = "TEXT")]
    pub exclude_reason: Option<String>,
    /// Who approved that.
    #[arg(long, value_name = "NAME")]
    pub exclude_approved_by: Option<String>,
    /// The role to assume in each member account.
    #[arg(long, value_name = "NAME", default_value = ROLE_NAME)]
    pub role_name: String,
    /// The path of that role.
    #[arg(long, value_name = "PATH", default_value = "/")]
    pub role_path: String,
    /// The role's name in the management account, where it differs.
    #[arg(long, value_name = "NAME")]
    pub role_name_management: Option<String>,
    /// The external id that the role's trust policy asks for.
    #[arg(long, value_name = "ID")]
    pub external_id: Option<String>,
    /// How long a role session lasts, in seconds.
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(i32).range(900..=43200))]
    pub session_duration: Option<i32>,
    /// A role to enter before the members' roles; repeat for a chain.
    #[arg(long, value_name = "ARN")]
    pub role_chain: Vec<String>,
}

/// What to judge.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Checks")]
pub struct SelectArgs {
    /// Only these checks: an id, a glob, or group:NAME; repeat for more.
    #[arg(long, value_name = "CHECK")]
    pub check: Vec<String>,
    /// Not these checks.
    #[arg(long, value_name = "CHECK")]
    pub exclude_check: Vec<String>,
    /// Only checks that surely speak for a requirement of this framework, such as cis-5.0 or pci; repeat for more.
    #[arg(long, value_name = "FRAMEWORK", value_parser = framework)]
    pub framework: Vec<Framework>,
}

impl SelectArgs {
    /// Whether it leaves every check in.
    pub fn is_empty(&self) -> bool {
        self.check.is_empty() && self.exclude_check.is_empty() && self.framework.is_empty()
    }
}

/// Where results go.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Reports")]
pub struct OutputArgs {
    /// A report as FORMAT or FORMAT=PATH (table, json, jsonl, junit, sarif, ocsf, asff, csv, markdown, github, gitlab,
    /// html);
    /// without a path, or with -, to stdout; of asff the path is a folder. Repeat for more.
    #[arg(long, value_name = "FORMAT[=PATH]")]
    pub format: Vec<String>,
    /// The language of tables, Markdown and HTML: en, ja, or en,ja for both, in which case each file has the language in
    /// its name. What programs read is in English.
    #[arg(long, value_name = "LANG", value_delimiter = ',', default_value = "en", value_parser = language)]
    pub lang: Vec<Language>,
    /// Write the whole set into this folder, under names that stay, and index.json that lists them.
    #[arg(short, long, value_name = "DIR")]
    pub output_dir: Option<PathBuf>,
    /// Overwrite reports that exist.
    #[arg(long)]
    pub force: bool,
    /// Colours in the table.
    #[arg(long, value_enum, default_value_t = Color::Auto)]
    pub color: Color,
    /// One JUnit case for each account and check, or for each finding.
    #[arg(long, value_enum, default_value_t = JunitGrain::Check)]
    pub junit_grain: JunitGrain,
    /// At most so many accounts in a JUnit file: PATH.xml becomes PATH.1.xml, PATH.2.xml and so on.
    #[arg(long, value_name = "ACCOUNTS", value_parser = clap::value_parser!(u32).range(1..))]
    pub junit_split: Option<u32>,
    /// Put all SARIF results on this file of the repository, in place of paths that are none.
    #[arg(long, value_name = "FILE")]
    pub sarif_anchor: Option<String>,
    /// Also show these in SARIF, as suppressed; GitHub opens alerts for them all the same.
    #[arg(long, value_enum)]
    pub sarif_include: Option<SarifInclude>,
    /// At most so many SARIF results, the worst first: 5000 unless told otherwise, as GitHub keeps no more.
    #[arg(long, value_name = "RESULTS", value_parser = clap::value_parser!(u32).range(1..=25_000))]
    pub sarif_max: Option<u32>,
    /// Write OCSF as one JSON array, in place of a line for each event.
    #[arg(long)]
    pub ocsf_array: bool,
    /// Begin CSV with a byte order mark, by which Excel knows UTF-8.
    #[arg(long)]
    pub csv_bom: bool,
    /// Append the Markdown report to the page of this GitHub Actions step.
    #[arg(long)]
    pub github_summary: bool,
}

/// A language by its code.
fn language(text: &str) -> Result<Language, String> {
    let found = Language::ALL.into_iter().find(|language| language.code() == text);
    found.ok_or_else(|| "en, ja or en,ja is expected".to_owned())
}

/// The runs before.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Reports")]
pub struct PreviousArgs {
    /// An earlier run, as a JSON report, a folder of reports or an evidence package: reports then show the trend, what
    /// changed since the last of them, and since when each result is known. Repeat for more.
    #[arg(long, value_name = "REPORT|PACKAGE")]
    pub previous: Vec<PathBuf>,
}

/// What SARIF leaves out unless it is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SarifInclude {
    /// Waived results.
    Waived,
}

/// When to colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless NO_COLOR is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The grain of JUnit cases.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum JunitGrain {
    /// Account and check.
    Check,
    /// Each finding.
    Resource,
}

/// What makes the exit code fail.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Gates")]
pub struct GateArgs {
    /// Fail where a finding of this severity or a worse one fails.
    #[arg(long, value_name = "SEVERITY", value_parser = severity)]
    pub fail_on: Option<Severity>,
    /// Fail where the proven score is lower.
    #[arg(long, value_name = "0-100", value_parser = percent)]
    pub min_score: Option<Milli>,
    /// How much of the evidence must have been read for the scan to count as complete.
    #[arg(long, value_name = "0-100", value_parser = percent)]
    pub min_coverage: Option<Milli>,
    /// Fail where a waiver has expired.
    #[arg(long)]
    pub fail_on_expired_waiver: bool,
    /// Fail where a finding fails that did not fail in the baseline: of any severity, or of this one and worse.
    #[arg(long, value_name = "SEVERITY", value_parser = severity, requires = "baseline",
          num_args = 0..=1, require_equals = true, default_missing_value = "info")]
    pub fail_on_new: Option<Severity>,
    /// An earlier run, as --previous takes it, to hold the gates against; reports then also tell what changed since.
    #[arg(long, value_name = "REPORT|PACKAGE")]
    pub baseline: Option<PathBuf>,
    /// For pipelines: --fail-on high --min-coverage 100, no progress, no colour.
    #[arg(long)]
    pub ci: bool,
    /// Exit 0 whatever was found; other errors keep their codes.
    #[arg(long)]
    pub exit_zero: bool,
    /// The time that the checks on event history are about: 2026-Q3, 2026-09, 2026 or 2026-07-01..2026-09-30. Of what event
    /// history does not tell the report says what would.
    #[arg(long, value_name = "PERIOD", help_heading = "Period")]
    pub period: Option<Period>,
}

/// Where a run's evidence is kept.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Evidence")]
pub struct KeepArgs {
    /// The folder for the run's snapshot, in place of trailproof-runs/RUN-ID.
    #[arg(long, value_name = "DIR")]
    pub run_dir: Option<PathBuf>,
    /// Go on with a run that ended early, or ask again what failed in it for a passing reason: what that run was asked
    /// for holds, and what it has read stays.
    #[arg(long, value_name = "RUN-DIR", conflicts_with_all = [
        "run_dir", "org", "accounts", "exclude_accounts", "ou", "exclude_ou", "regions", "exclude_regions",
        "exclude_reason", "exclude_approved_by", "role_name", "role_path", "role_name_management", "session_duration", "role_chain", "check",
        "exclude_check", "framework",
    ])]
    pub resume: Option<PathBuf>,
}

/// `scan`.
#[derive(Debug, Args)]
pub struct ScanArgs {
    #[command(flatten)]
    pub connect: ConnectArgs,
    #[command(flatten)]
    pub scope: ScopeArgs,
    #[command(flatten)]
    pub select: SelectArgs,
    #[command(flatten)]
    pub output: OutputArgs,
    #[command(flatten)]
    pub previous: PreviousArgs,
    #[command(flatten)]
    pub gates: GateArgs,
    #[command(flatten)]
    pub keep: KeepArgs,
    #[command(flatten)]
    pub handed: HandedArgs,
}

/// `demo`.
#[derive(Debug, Args)]
pub struct DemoArgs {
    #[command(flatten)]
    pub select: SelectArgs,
    #[command(flatten)]
    pub output: OutputArgs,
    #[command(flatten)]
    pub previous: PreviousArgs,
    #[command(flatten)]
    pub gates: GateArgs,
    /// Keep the demo's snapshot in this folder; without it nothing is kept.
    #[arg(long, value_name = "DIR")]
    pub run_dir: Option<PathBuf>,
}

/// `collect`.
#[derive(Debug, Args)]
pub struct CollectArgs {
    #[command(flatten)]
    pub connect: ConnectArgs,
    #[command(flatten)]
    pub scope: ScopeArgs,
    #[command(flatten)]
    pub select: SelectArgs,
    #[command(flatten)]
    pub keep: KeepArgs,
    /// Also write the snapshot there as one archive; the name ends in .tar.zst.
    #[arg(short, long, value_name = "PATH")]
    pub output: Option<PathBuf>,
}

/// `assess`.
#[derive(Debug, Args)]
pub struct AssessArgs {
    /// A run's folder, a .tar.zst archive, or a snapshot in one JSON document.
    pub snapshot: PathBuf,
    #[command(flatten)]
    pub select: SelectArgs,
    #[command(flatten)]
    pub output: OutputArgs,
    #[command(flatten)]
    pub previous: PreviousArgs,
    #[command(flatten)]
    pub gates: GateArgs,
    #[command(flatten)]
    pub handed: HandedArgs,
}

/// `report`.
#[derive(Debug, Args)]
pub struct ReportArgs {
    /// A snapshot, or a JSON report.
    pub input: PathBuf,
    #[command(flatten)]
    pub output: OutputArgs,
    #[command(flatten)]
    pub previous: PreviousArgs,
}

/// `plan`.
#[derive(Debug, Args)]
pub struct PlanArgs {
    #[command(flatten)]
    pub connect: ConnectArgs,
    #[command(flatten)]
    pub scope: ScopeArgs,
    #[command(flatten)]
    pub select: SelectArgs,
}

/// A framework by id or alias; where there is none, with the nearest.
fn framework(text: &str) -> Result<Framework, String> {
    text.parse().map_err(|error: UnknownFramework| {
        let names =
            Framework::ALL.into_iter().flat_map(|one| [&[one.id()], one.aliases()].concat());
        let hint =
            nearest(text, names).map(|name| format!("did you mean {name}? ")).unwrap_or_default();
        let all = Framework::ALL.map(Framework::id).join(", ");
        format!("{error}; {hint}the frameworks are {all}")
    })
}

fn severity(text: &str) -> Result<Severity, String> {
    Severity::ALL
        .into_iter()
        .find(|severity| severity.code() == text)
        .ok_or_else(|| "critical, high, medium, low or info is expected".to_owned())
}

/// A decimal of at most three places between 0 and 100.
fn percent(text: &str) -> Result<Milli, String> {
    let wrong = || "a number from 0 to 100 is expected, with at most three decimals".to_owned();
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(fraction) || fraction.len() > 3 || whole.len() > 3 {
        return Err(wrong());
    }
    let whole: u32 = whole.parse().map_err(|_| wrong())?;
    let thousandths: u32 = format!("{fraction:0<3}").parse().map_err(|_| wrong())?;
    Some(Milli(whole * 1000 + thousandths)).filter(|milli| *milli <= Milli::FULL).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        use clap::CommandFactory;
        Cli::command().debug_assert();
    }

    #[test]
    fn percents_are_exact() {
        assert_eq!(percent("87.5"), Ok(Milli(87_500)));
        assert_eq!(percent("100"), Ok(Milli::FULL));
        for wrong in ["100.1", "-1", "1e2", "", ".", "5.", "0.1234", "NaN"] {
            assert!(percent(wrong).is_err(), "{wrong}");
        }
    }
}
