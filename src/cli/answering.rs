//! The flags of the commands that answer a question.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{ConnectArgs, ScopeArgs};

/// How an answer is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum AnswerFormat {
    /// For people.
    Text,
    /// One JSON document.
    Json,
}

/// How the answer is printed, and what is read for it where no snapshot is given.
#[derive(Debug, Args)]
pub struct AnswerArgs {
    /// How to print the answer.
    #[arg(long, value_enum, default_value_t = AnswerFormat::Text)]
    pub format: AnswerFormat,
    #[command(flatten)]
    pub connect: ConnectArgs,
    #[command(flatten)]
    pub scope: ScopeArgs,
    /// The folder for what is read, in place of trailproof-runs/RUN-ID.
    #[arg(long, value_name = "DIR", conflicts_with = "snapshot", help_heading = "Evidence")]
    pub run_dir: Option<PathBuf>,
}

/// `would-record`.
#[derive(Debug, Args)]
#[command(
    mut_arg("region", |region| region.required(true).help_heading("The call")
        .help("The region that was called")),
    after_help = "Exit codes: 0 yes, 1 no, 3 cannot tell.\n\n\
                  Without a snapshot AWS is read, as `scan` would, for what the answer needs."
)]
pub struct WouldRecordArgs {
    /// A run's folder, a .tar.zst archive, or a snapshot in one JSON document.
    pub snapshot: Option<PathBuf>,
    /// The account in which the call happened.
    #[arg(long, value_name = "ID", help_heading = "The call")]
    pub account: String,
    /// The call, as SERVICE:NAME, such as s3:GetObject or iam:CreateUser.
    #[arg(long, value_name = "EVENT", help_heading = "The call")]
    pub event: String,
    /// What it was about: an ARN, such as arn:aws:s3:::bucket/key.
    #[arg(long, value_name = "ARN", help_heading = "The call")]
    pub resource: Option<String>,
    /// For a data event that is not well known: the type of its resource, such as AWS::SQS::Queue.
    #[arg(long, value_name = "TYPE", help_heading = "The call")]
    pub resource_type: Option<String>,
    /// Whether it only reads, where the name does not tell.
    #[arg(
        long,
        value_name = "BOOL",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "true",
        help_heading = "The call"
    )]
    pub read_only: Option<bool>,
    /// Who called: the ARN of the user or role session.
    #[arg(long, value_name = "ARN", help_heading = "The call")]
    pub user_identity: Option<String>,
    /// How many days ago; now unless told otherwise.
    #[arg(long, value_name = "DAYS", help_heading = "The call")]
    pub days_ago: Option<u32>,
    #[command(flatten)]
    pub answer: AnswerArgs,
}

/// `would-alert`.
#[derive(Debug, Args)]
#[command(
    mut_arg("region", |region| region.help_heading("The event")
        .help("The region that was called; that of the record where one is given")),
    after_help = "Exit codes: 0 somebody would be told, 1 nobody would, 3 cannot tell.\n\n\
                  Without a snapshot AWS is read, as `scan` would, for what the answer needs."
)]
pub struct WouldAlertArgs {
    /// The event: SERVICE:NAME, such as cloudtrail:StopLogging, or a file with a record of CloudTrail's; - reads it from
    /// the standard input.
    pub event: String,
    /// A run's folder, a .tar.zst archive, or a snapshot in one JSON document; without it, AWS is asked.
    pub snapshot: Option<PathBuf>,
    /// The account in which it happens; that of the record where one is given.
    #[arg(long, value_name = "ID", help_heading = "The event")]
    pub account: Option<String>,
    #[command(flatten)]
    pub answer: AnswerArgs,
}

/// `who-can`.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit codes: 0 nobody beyond the approved principals can, 1 somebody can (if only under conditions), \
                  3 cannot tell. With --why they are those of that principal, approved or not; with --without and \
                  --with-scp those of the answer then.\n\n\
                  Without a snapshot AWS is read, as `scan` would, for what the answer needs."
)]
pub struct WhoCanArgs {
    /// One action, such as s3:DeleteObject, or the word tamper for every one that harms evidence of this kind.
    pub action: String,
    /// The evidence: a run's folder, a .tar.zst archive, or a snapshot in one JSON document; without it, AWS is asked.
    pub snapshot: Option<PathBuf>,
    /// An ARN of a trail, bucket, object, key, log group, topic or event data store; of a trail also the name. A trail
    /// stands for its bucket and logs, key, log group and topic, too.
    #[arg(long, value_name = "ARN|TRAIL", help_heading = "The question")]
    pub resource: String,
    /// Ask the principals of this account alone.
    #[arg(long, value_name = "ID", help_heading = "The question")]
    pub account: Option<String>,
    /// Tell how the answers for this principal come about, layer by layer: an ARN, or role/NAME.
    #[arg(long, value_name = "PRINCIPAL", help_heading = "The question")]
    pub why: Option<String>,
    /// Tell what would change without this statement: POLICY#SID or POLICY#INDEX, where POLICY is a managed policy's ARN,
    /// inline:NAME, the id of an organization's policy, or a resource's ARN for its own policy.
    #[arg(long, value_name = "STATEMENT", help_heading = "The question")]
    pub without: Option<String>,
    /// Tell what would change if this service control policy were attached to each account.
    #[arg(long, value_name = "FILE", help_heading = "The question")]
    pub with_scp: Option<PathBuf>,
    /// Leave out who would come by it as another principal or by changing what one may do: what each principal has as it
    /// is, which is quicker to tell.
    #[arg(long, help_heading = "The question")]
    pub direct: bool,
    /// The same as the SNAPSHOT behind the action.
    #[arg(
        id = "from",
        long = "snapshot",
        value_name = "PATH",
        conflicts_with_all = ["snapshot", "run_dir"],
        help_heading = "Evidence"
    )]
    pub from: Option<PathBuf>,
    #[command(flatten)]
    pub answer: AnswerArgs,
}
