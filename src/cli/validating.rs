//! The flags of the commands that read log files: `validate-logs` and `events`.

use std::path::PathBuf;

use clap::{ArgGroup, Args, ValueEnum};
use trailproof_core::language::Language;

use super::{Color, ConnectArgs, language};

/// `validate-logs`.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit codes: 0 every hour of every chain is proved; 1 something was deleted, changed or added, or \
                  nothing was found; 3 nothing is wrong, but some hour is not proved."
)]
pub struct ValidateLogsArgs {
    #[command(flatten)]
    pub logs: LogsArgs,
    /// The heads of the chains that an earlier run proved, as it wrote them with --checkpoint-out: each chain must go on
    /// from there. Without --start and --period, that is also where the time begins.
    #[arg(long, value_name = "FILE", help_heading = "Evidence")]
    pub checkpoint: Option<PathBuf>,
    /// Write the proved heads of the chains, for the next run and for an evidence package.
    #[arg(long, value_name = "FILE", help_heading = "Evidence")]
    pub checkpoint_out: Option<PathBuf>,
    /// A run of scan or collect, or its archive: who stopped and started the trails is told beside the gaps, and each
    /// account and region of the organization must have a chain.
    #[arg(long, value_name = "PATH", help_heading = "Evidence")]
    pub snapshot: Option<PathBuf>,
    /// The folder that keeps what was found, to go on with it; trailproof-runs/logs-RUN-ID where AWS is asked.
    #[arg(long, value_name = "DIR", help_heading = "Evidence")]
    pub run_dir: Option<PathBuf>,
    /// Go on with a run that ended early: what it was asked for holds, and what it found stays.
    #[arg(long, value_name = "RUN-DIR", help_heading = "Evidence", conflicts_with_all = [
        "trail", "org", "bucket", "prefix", "dir", "metadata", "keys", "start", "end", "period", "as_of", "accounts",
        "regions", "run_dir", "checkpoint", "snapshot", "map_bucket",
    ])]
    pub resume: Option<PathBuf>,
    /// A report as FORMAT or FORMAT=PATH (table, json, junit, html); without a path, or with -, to stdout. Repeat for more.
    #[arg(long, value_name = "FORMAT[=PATH]", help_heading = "Reports")]
    pub format: Vec<String>,
    /// The language of tables and HTML: en, ja, or en,ja for both, in which case each file has the language in its name.
    /// JSON and JUnit are in English.
    #[arg(
        long,
        value_name = "LANG",
        value_delimiter = ',',
        default_value = "en",
        value_parser = language,
        help_heading = "Reports"
    )]
    pub lang: Vec<Language>,
    /// Overwrite reports that exist.
    #[arg(long, help_heading = "Reports")]
    pub force: bool,
    /// When to colour the table.
    #[arg(long, value_enum, default_value_t = Color::Auto, help_heading = "Reports")]
    pub color: Color,
}

/// Which log files are read, and what they are proved with.
#[derive(Debug, Args)]
#[command(
    group = ArgGroup::new("place").multiple(true).args(["trail", "org", "bucket", "dir"]),
    group = ArgGroup::new("time").multiple(true).args(["start", "period"]),
)]
pub struct LogsArgs {
    /// The trail whose digests are to answer for the time: its ARN. Without it, every trail that has digests there.
    #[arg(long, value_name = "ARN", help_heading = "What to prove")]
    pub trail: Option<String>,
    /// The organization's trail, as it is seen from the account that asks. Each active account of the organization must
    /// have a chain in each region that all accounts have.
    #[arg(long, conflicts_with_all = ["trail", "dir"], help_heading = "What to prove")]
    pub org: bool,
    /// The bucket that the trail writes to; of a copy, the bucket that it was made from.
    #[arg(long, value_name = "NAME", help_heading = "What to prove")]
    pub bucket: Option<String>,
    /// The trail's prefix in the bucket, without the slash before AWSLogs. Without it, every one.
    #[arg(long, value_name = "PREFIX", help_heading = "What to prove")]
    pub prefix: Option<String>,
    /// Objects that were written to OLD and lie in NEW now, under the same keys; repeat for more. Digests name the bucket
    /// that they were written to: --bucket names it, too.
    #[arg(long, value_name = "OLD=NEW", help_heading = "What to prove")]
    pub map_bucket: Vec<String>,
    /// A copy of the bucket, as `aws s3 sync` leaves it: object keys are paths below this folder. Makes no call to AWS.
    #[arg(
        long,
        value_name = "PATH",
        requires = "bucket",
        requires = "keys",
        help_heading = "What to prove"
    )]
    pub dir: Option<PathBuf>,
    /// The objects' user metadata, as KEY.json below this folder: what `aws s3api head-object` prints, or its Metadata
    /// alone. Without it, signatures are taken from the digests that follow.
    #[arg(long, value_name = "DIR", requires = "dir", help_heading = "What to prove")]
    pub metadata: Option<PathBuf>,
    /// The public keys, as JSON: region, list of what `aws cloudtrail list-public-keys` prints as PublicKeyList. Fetch
    /// them from AWS; a key that lies in the bucket proves nothing.
    #[arg(long, value_name = "FILE", help_heading = "What to prove")]
    pub keys: Option<PathBuf>,
    /// The first instant: a day, or a time as RFC 3339 has it.
    #[arg(long, value_name = "TIME", help_heading = "Time")]
    pub start: Option<String>,
    /// The first instant after it.
    #[arg(long, value_name = "TIME", help_heading = "Time")]
    pub end: Option<String>,
    /// A year, quarter, month or day of UTC: 2026, 2026-Q3, 2026-07, 2026-07-14.
    #[arg(long, value_name = "PERIOD", conflicts_with_all = ["start", "end"], help_heading = "Time")]
    pub period: Option<String>,
    /// When the copy was made, if that was before everything of the time had arrived.
    #[arg(long, value_name = "TIME", help_heading = "Time")]
    pub as_of: Option<String>,
    /// Only these accounts: ids separated by commas, or @FILE with one id a line. Each must have a chain.
    #[arg(long, value_name = "ID,…", value_delimiter = ',', help_heading = "Accounts and regions")]
    pub accounts: Vec<String>,
    /// Only these regions: names or globs, separated by commas. Each that is named must have a chain.
    #[arg(
        long,
        value_name = "GLOB,…",
        value_delimiter = ',',
        help_heading = "Accounts and regions"
    )]
    pub regions: Vec<String>,
    #[command(flatten)]
    pub connect: ConnectArgs,
}

/// What is handed to a scan, an assessment or a package as evidence.
#[derive(Debug, Args)]
pub struct HandedArgs {
    /// A JSON report of validate-logs, as evidence for trail-digest-chain-valid; repeat for more buckets.
    #[arg(long = "logs", value_name = "REPORT")]
    pub logs: Vec<PathBuf>,
}

/// How events are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum EventFormat {
    /// The eight classic columns under a line of their names, separated by tabs.
    Tsv,
    /// The records as CloudTrail wrote them, one a line.
    Jsonl,
    /// A table for Athena, DuckDB and the like; needs --output.
    Parquet,
}

/// `events`.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit codes: those of validate-logs, for the files that were read: 0 all of them are proved; 1 \
                  something was deleted, changed or added, or nothing was found; 3 something is not proved. Only events \
                  of proved files are written. The time is that of the files' delivery: --since and --until choose by \
                  the events' own."
)]
pub struct EventsArgs {
    #[command(flatten)]
    pub logs: LogsArgs,
    /// How to write them.
    #[arg(long, value_enum, default_value_t = EventFormat::Tsv, help_heading = "Events")]
    pub format: EventFormat,
    /// Write to this file, which appears when it is whole; without it, to stdout.
    #[arg(short, long, value_name = "FILE", help_heading = "Events")]
    pub output: Option<PathBuf>,
    /// Overwrite the file.
    #[arg(long, requires = "output", help_heading = "Events")]
    pub force: bool,
    /// Tell the principal behind each session, and how that is known: by its name where that proves something, else by
    /// the AssumeRole event that began it, in whichever account. Reads the files twice, from 12 hours earlier on.
    #[arg(long, help_heading = "Events")]
    pub who: bool,
    /// Add the column errorCode, empty for events that happened. With --who it is there anyway.
    #[arg(long, help_heading = "Events")]
    pub outcome: bool,
    /// Only events of this time or later.
    #[arg(long, value_name = "TIME", help_heading = "Events")]
    pub since: Option<String>,
    /// Only events before this time.
    #[arg(long, value_name = "TIME", help_heading = "Events")]
    pub until: Option<String>,
    /// Only events with this name: a glob; repeat for more.
    #[arg(long, value_name = "GLOB", help_heading = "Events")]
    pub event: Vec<String>,
    /// Only events of this service, such as s3.amazonaws.com: a glob; repeat for more.
    #[arg(long, value_name = "GLOB", help_heading = "Events")]
    pub source: Vec<String>,
    /// Only events of this user, role, session or principal: a glob over the name, the ARN and the id; repeat for more.
    #[arg(long, value_name = "GLOB", help_heading = "Events")]
    pub user: Vec<String>,
    /// Only events from this address: a glob; repeat for more.
    #[arg(long, value_name = "GLOB", help_heading = "Events")]
    pub source_address: Vec<String>,
    /// Only events that failed with this error code: a glob, * for any; repeat for more.
    #[arg(long, value_name = "GLOB", help_heading = "Events", conflicts_with = "succeeded")]
    pub error: Vec<String>,
    /// Only events without an error code: those that happened.
    #[arg(long, help_heading = "Events")]
    pub succeeded: bool,
    /// Only events with an error code: those that did not happen.
    #[arg(long, help_heading = "Events", conflicts_with = "succeeded")]
    pub failed: bool,
}
