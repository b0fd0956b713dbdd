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
