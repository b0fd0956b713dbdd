//! The flags of `validate-logs`.

use std::path::PathBuf;

use clap::{ArgGroup, Args};

use super::{Color, ConnectArgs};

/// `validate-logs`.
#[derive(Debug, Args)]
#[command(
    group = ArgGroup::new("place").required(true).multiple(true).args(["trail", "org", "bucket", "dir", "resume"]),
    group = ArgGroup::new("time").required(true).multiple(true).args(["start", "period", "resume"]),
    after_help = "Exit codes: 0 every hour of every chain is proved; 1 something was deleted, changed or added, or \
                  nothing was found; 3 nothing is wrong, but some hour is not proved."
)]
pub struct ValidateLogsArgs {
    /// The trail whose digests are to answer for the time: its ARN. Without it, every trail that has digests there.
    #[arg(long, value_name = "ARN", help_heading = "What to prove")]
    pub trail: Option<String>,
    /// The organization's trail, as it is seen from the account that asks.
    #[arg(long, conflicts_with_all = ["trail", "dir"], help_heading = "What to prove")]
    pub org: bool,
    /// The bucket that the trail writes to; of a copy, the bucket that it was made from.
    #[arg(long, value_name = "NAME", help_heading = "What to prove")]
    pub bucket: Option<String>,
    /// The trail's prefix in the bucket, without the slash before AWSLogs. Without it, every one.
    #[arg(long, value_name = "PREFIX", help_heading = "What to prove")]
    pub prefix: Option<String>,
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
    #[arg(long, value_name = "TIME", requires = "start", help_heading = "Time")]
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
    /// The folder that keeps what was found, to go on with it; trailproof-runs/logs-RUN-ID where AWS is asked.
    #[arg(long, value_name = "DIR", help_heading = "Evidence")]
    pub run_dir: Option<PathBuf>,
    /// Go on with a run that ended early: what it was asked for holds, and what it found stays.
    #[arg(long, value_name = "RUN-DIR", help_heading = "Evidence", conflicts_with_all = [
        "trail", "org", "bucket", "prefix", "dir", "metadata", "keys", "start", "end", "period", "as_of", "accounts",
        "regions", "run_dir",
    ])]
    pub resume: Option<PathBuf>,
    /// A report as FORMAT or FORMAT=PATH (table, json, junit); without a path, or with -, to stdout. Repeat for more.
    #[arg(long, value_name = "FORMAT[=PATH]", help_heading = "Reports")]
    pub format: Vec<String>,
    /// Overwrite reports that exist.
    #[arg(long, help_heading = "Reports")]
    pub force: bool,
    /// When to colour the table.
    #[arg(long, value_enum, default_value_t = Color::Auto, help_heading = "Reports")]
    pub color: Color,
    #[command(flatten)]
    pub connect: ConnectArgs,
}
