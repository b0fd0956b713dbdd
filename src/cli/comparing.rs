//! The flags of the commands that hold runs against each other.

use std::path::PathBuf;

use clap::Args;
use trailproof_core::language::Language;

use super::language;

/// Where what they tell goes.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Output")]
pub struct ToldArgs {
    /// FORMAT or FORMAT=PATH (table, json, markdown, html); without a path, or with -, to stdout. Repeat for more.
    #[arg(long, value_name = "FORMAT[=PATH]", default_value = "table")]
    pub format: Vec<String>,
    /// The language of tables, Markdown and HTML: en, ja, or en,ja for both, in which case each file has the language in
    /// its name. JSON is in English.
    #[arg(long, value_name = "LANG", value_delimiter = ',', default_value = "en", value_parser = language)]
    pub lang: Vec<Language>,
    /// Overwrite files that exist.
    #[arg(long)]
    pub force: bool,
}

/// `diff`.
#[derive(Debug, Args)]
pub struct DiffArgs {
    /// The earlier run: a JSON report, an evidence package, a run's folder, a .tar.zst archive, or a snapshot in one JSON
    /// document.
    pub before: PathBuf,
    /// The later run.
    pub after: PathBuf,
    #[command(flatten)]
    pub told: ToldArgs,
}

/// `history`.
#[derive(Debug, Args)]
pub struct HistoryArgs {
    /// The folder.
    pub folder: PathBuf,
    #[command(flatten)]
    pub told: ToldArgs,
}
