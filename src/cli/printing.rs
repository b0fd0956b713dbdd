//! The flags of the commands that print what the catalogue says of itself.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use trailproof_core::language::Language;

use super::{ROLE_NAME, SelectArgs, language};

/// How `checks` prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ListFormat {
    /// Aligned lines.
    Text,
    /// A JSON array.
    Json,
    /// A Markdown page, a table for each group.
    Markdown,
    /// A Markdown page on the frameworks, a table for each.
    Frameworks,
}

/// `checks`.
#[derive(Debug, Args)]
pub struct ChecksArgs {
    #[command(flatten)]
    pub select: SelectArgs,
    /// How to print them.
    #[arg(long, value_enum, default_value_t = ListFormat::Text)]
    pub format: ListFormat,
}

/// `explain`.
#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// The check's id.
    pub id: String,
    /// A snapshot, or a JSON report: tell its results of this check too.
    pub snapshot: Option<PathBuf>,
    /// The language: en, ja, or en,ja for both.
    #[arg(long, value_name = "LANG", value_delimiter = ',', default_value = "en", value_parser = language)]
    pub lang: Vec<Language>,
    /// Only the results of this account.
    #[arg(long, value_name = "ID", requires = "snapshot")]
    pub account: Option<String>,
    /// Only the results on this resource: its ARN, or a glob.
    #[arg(long, value_name = "ARN", requires = "snapshot")]
    pub resource: Option<String>,
}

/// How `policy` prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PolicyFormat {
    /// The policy's document.
    Json,
    /// A CloudFormation template of the reader role with that policy, for a StackSet.
    Cloudformation,
}

/// Whose policy `policy` prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PolicyOf {
    /// Of the reader role in each account.
    Reader,
    /// Of whoever runs trailproof.
    Caller,
    /// Both in one, for an account that is scanned by itself.
    Both,
}

/// `policy`.
#[derive(Debug, Args)]
pub struct PolicyArgs {
    #[command(flatten)]
    pub select: SelectArgs,
    /// Print instead the service control policy that would protect a snapshot's trails, event data stores, log buckets and
    /// keys, once it is proved that nobody but the approved principals could harm them under it, and that these still can.
    #[arg(long, requires = "snapshot", conflicts_with_all = ["of", "format"])]
    pub scp: bool,
    /// The snapshot: a run's folder, a .tar.zst archive, or one JSON document.
    #[arg(long, value_name = "PATH", requires = "scp")]
    pub snapshot: Option<PathBuf>,
    /// Whose policy to print: both in one, unless the format is a template, which is the reader's.
    #[arg(long = "for", value_enum)]
    pub of: Option<PolicyOf>,
    /// How to print it.
    #[arg(long, value_enum, default_value_t = PolicyFormat::Json)]
    pub format: PolicyFormat,
    /// The reader role's name, as `scan --role-name` has it.
    #[arg(long, value_name = "NAME", default_value = ROLE_NAME)]
    pub role_name: String,
    /// The partition of the ARNs.
    #[arg(long, value_name = "PARTITION", default_value = "aws")]
    pub partition: String,
}
